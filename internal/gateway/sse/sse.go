// Package sse reads and writes server-sent events (WHATWG HTML, section
// 9.2.6), as far as the streams of model servers need it: their data. Other
// fields (event, id, retry) repeat what the data says.
package sse

import (
	"bytes"
	"errors"
	"io"
)

// ErrTooLong says that an event is longer than the reader's limit.
var ErrTooLong = errors.New("event is too long")

const readSize = 16 << 10

// Reader reads the events of a stream: lines end in LF, CR LF or CR, an empty
// line ends an event, the data lines of an event are joined by LF. The result
// does not depend on how the bytes are cut into reads. It reads from its source
// only when the next event is not complete in what it has.
type Reader struct {
	source  io.Reader
	limit   int    // bytes of an event, its lines together
	buffer  []byte // what was read
	at      int    // bytes of buffer that were used
	scanned int    // bytes from at that are known to hold no line end
	newline int    // offset from at of the next LF; -1: not looked for
	afterCR bool   // an LF that comes next belongs to the last line end
	started bool
	err     error // the source's end
	data    []byte
	hasData bool
}

// NewReader makes a reader of events of at most limit bytes, their lines and
// line ends together.
func NewReader(source io.Reader, limit int) *Reader {
	r := new(Reader)
	r.Reset(source, limit)
	return r
}

// Reset makes the reader a new one that keeps its room.
func (r *Reader) Reset(source io.Reader, limit int) {
	*r = Reader{source: source, limit: limit, newline: -1, buffer: r.buffer[:0], data: r.data[:0]}
	if cap(r.buffer) > maxKept {
		r.buffer = nil
	}
	if cap(r.data) > maxKept {
		r.data = nil
	}
}

// maxKept is how many bytes of room a reader keeps for its next stream.
const maxKept = 64 << 10

// Next returns the data of the next event that has any; it is valid until the
// following call. A nil slice with a nil error is a comment, which servers
// send to keep a connection alive. What stands after the last line end counts
// as a line, so that a server that forgets the empty line at the end is still
// understood. At the end the error is io.EOF, or whatever the source gave.
func (r *Reader) Next() ([]byte, error) {
	r.data, r.hasData = r.data[:0], false
	size := 0
	for {
		line, err := r.line()
		if err != nil {
			if errors.Is(err, io.EOF) && r.hasData {
				return r.data, nil
			}
			return nil, err
		}
		if len(line) == 0 {
			if r.hasData {
				return r.data, nil
			}
			size = 0
			continue
		}
		if size += len(line) + 1; size > r.limit {
			return nil, ErrTooLong
		}
		if line[0] == ':' && !r.hasData {
			return nil, nil
		}
		r.add(line)
	}
}

// add keeps a data line.
func (r *Reader) add(line []byte) {
	value, isData := bytes.CutPrefix(line, []byte("data"))
	switch {
	case !isData:
		return
	case len(value) > 0 && value[0] != ':':
		return // a field whose name only begins so
	case len(value) > 0:
		value = value[1:]
	}
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	if r.hasData {
		r.data = append(r.data, '\n')
	}
	if r.data == nil {
		r.data = []byte{}
	}
	r.hasData = true
	r.data = append(r.data, value...)
}

// line returns the next line without its end; it is valid until the next call.
func (r *Reader) line() ([]byte, error) {
	for !r.begun() {
		r.fill()
	}
	for {
		rest := r.buffer[r.at:]
		if r.afterCR && len(rest) > 0 {
			r.afterCR = false
			if rest[0] == '\n' {
				r.use(1)
				continue
			}
		}
		if end := r.lineEnd(rest); end >= 0 {
			r.afterCR = rest[end] == '\r'
			r.use(end + 1)
			return rest[:end], nil
		}
		r.scanned = len(rest)
		if r.scanned > r.limit {
			return nil, ErrTooLong
		}
		if r.err != nil {
			if !errors.Is(r.err, io.EOF) || len(rest) == 0 {
				return nil, r.err
			}
			r.use(len(rest))
			return rest, nil
		}
		r.fill()
	}
}

// use moves on by n bytes.
func (r *Reader) use(n int) {
	r.at += n
	r.scanned = max(0, r.scanned-n)
	if r.newline -= n; r.newline < 0 {
		r.newline = -1
	}
}

// lineEnd is the offset of the next LF or CR, or -1. The place of the next LF
// is kept, so that a stream of CRs is not searched for it again and again.
func (r *Reader) lineEnd(rest []byte) int {
	if r.newline < 0 {
		if i := bytes.IndexByte(rest[r.scanned:], '\n'); i >= 0 {
			r.newline = r.scanned + i
		}
	}
	until := len(rest)
	if r.newline >= 0 {
		until = r.newline
	}
	if r.scanned < until {
		if i := bytes.IndexByte(rest[r.scanned:until], '\r'); i >= 0 {
			return r.scanned + i
		}
	}
	return r.newline
}

// byteOrderMark may stand before a stream's first line. It is no part of it and
// counts towards no limit.
var byteOrderMark = []byte("\xef\xbb\xbf")

// begun passes over the stream's byte order mark; false asks for more bytes, as
// long as those that are there may be the beginning of one.
func (r *Reader) begun() bool {
	if r.started {
		return true
	}
	rest := r.buffer[r.at:]
	if len(rest) < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, rest) && r.err == nil {
		return false
	}
	if bytes.HasPrefix(rest, byteOrderMark) {
		r.use(len(byteOrderMark))
	}
	r.started = true
	return true
}

// fill reads more, into the room that used bytes leave if there is enough.
func (r *Reader) fill() {
	if cap(r.buffer)-len(r.buffer) < readSize/2 {
		rest := r.buffer[r.at:]
		if room := cap(r.buffer) - len(rest); room >= readSize/2 {
			r.buffer = r.buffer[:copy(r.buffer[:cap(r.buffer)], rest)]
		} else {
			grown := make([]byte, len(rest), 2*len(rest)+readSize)
			copy(grown, rest)
			r.buffer = grown
		}
		r.at = 0
	}
	n, err := r.source.Read(r.buffer[len(r.buffer):cap(r.buffer)])
	r.buffer = r.buffer[:len(r.buffer)+n]
	r.err = err
}

// Append appends an event with this data, which must have no line breaks.
func Append(dst, data []byte) []byte {
	dst = append(dst, "data: "...)
	dst = append(dst, data...)
	return append(dst, "\n\n"...)
}
