package gateway

import (
	"bytes"
	"errors"
	"io"
)

// errEventTooLong: an event of a stream is longer than anything sensible.
var errEventTooLong = errors.New("event is too long")

const readSize = 16 << 10

// events reads a stream of server-sent events (WHATWG HTML, section 9.2.6):
// lines end in LF, CR LF or CR, an empty line ends an event, the data lines of
// an event are joined by LF. The result does not depend on how the bytes are
// cut into reads.
type events struct {
	source  io.Reader
	limit   int    // bytes of an event, its lines together
	buffer  []byte // read and not yet used
	scanned int    // bytes of buffer known to hold no line end
	afterCR bool   // an LF that comes next belongs to the last line end
	started bool
	err     error // the source's end
	data    []byte
	size    int
	hasData bool
}

func newEvents(source io.Reader, limit int) *events {
	return &events{source: source, limit: limit}
}

// next returns the data of the next event that has any; it is valid until the
// following call. A nil slice with a nil error is a comment, which servers
// send to keep a connection alive. What stands after the last line end counts
// as a line, so that a server that forgets the empty line at the end is still
// understood. At the end the error is io.EOF, or whatever the source gave.
func (e *events) next() ([]byte, error) {
	e.data, e.size, e.hasData = e.data[:0], 0, false
	for {
		line, err := e.line()
		if err != nil {
			if errors.Is(err, io.EOF) && e.hasData {
				return e.data, nil
			}
			return nil, err
		}
		if len(line) == 0 {
			if e.hasData {
				return e.data, nil
			}
			e.size = 0
			continue
		}
		if e.size += len(line) + 1; e.size > e.limit {
			return nil, errEventTooLong
		}
		if line[0] == ':' && !e.hasData {
			return nil, nil
		}
		e.add(line)
	}
}

// add keeps a data line; other fields (event, id, retry) say nothing that a
// chat completion needs.
func (e *events) add(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	if string(name) != "data" {
		return
	}
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	if e.hasData {
		e.data = append(e.data, '\n')
	}
	if e.data == nil {
		e.data = []byte{}
	}
	e.hasData = true
	e.data = append(e.data, value...)
}

// line returns the next line without its end; it is valid until the next call.
func (e *events) line() ([]byte, error) {
	for {
		if e.afterCR && len(e.buffer) > 0 {
			e.afterCR = false
			if e.buffer[0] == '\n' {
				e.buffer = e.buffer[1:]
			}
		}
		if i := bytes.IndexAny(e.buffer[e.scanned:], "\r\n"); i >= 0 {
			end := e.scanned + i
			line := e.buffer[:end]
			e.afterCR = e.buffer[end] == '\r'
			e.buffer, e.scanned = e.buffer[end+1:], 0
			return e.trimBOM(line), nil
		}
		e.scanned = len(e.buffer)
		if e.scanned > e.limit {
			return nil, errEventTooLong
		}
		if e.err != nil {
			if !errors.Is(e.err, io.EOF) || len(e.buffer) == 0 {
				return nil, e.err
			}
			line := e.buffer
			e.buffer, e.scanned = nil, 0
			return e.trimBOM(line), nil
		}
		e.fill()
	}
}

// trimBOM removes the byte order mark that the stream's first line may have.
func (e *events) trimBOM(line []byte) []byte {
	if e.started {
		return line
	}
	e.started = true
	return bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
}

func (e *events) fill() {
	if free := cap(e.buffer) - len(e.buffer); free < readSize/2 {
		grown := make([]byte, len(e.buffer), 2*len(e.buffer)+readSize)
		copy(grown, e.buffer)
		e.buffer = grown
	}
	n, err := e.source.Read(e.buffer[len(e.buffer):cap(e.buffer)])
	e.buffer = e.buffer[:len(e.buffer)+n]
	e.err = err
}
