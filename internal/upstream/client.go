package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// client speaks HTTP/1.1 (RFC 9112) with one server: what a pool needs of
// net/http's Transport, at half its price. A call runs in its caller's own
// goroutine, and a kept connection has none. Only what a socket does not take at
// once of a long body is written by another one, so that an answer that comes
// before all of it was taken is read.
//
// A request goes to a connection once. Whether a byte of it was written is
// known exactly, because when send returns an error nothing writes any more.
type client struct {
	address string      // host:port
	secure  *tls.Config // with its ServerName; nil: plain TCP

	mu     sync.Mutex
	idle   []*conn     // by the time since when they are; the newest is used first
	sweep  *time.Timer // nil if nothing is idle
	closed bool        // keep nothing
}

// message is a request. Its parts must be well formed.
type message struct {
	method, target string
	fields         []byte   // header lines, Host among them, but for Content-Length
	body           [][]byte // not read any more when send has failed, or the answer's body is closed
}

// fate says what became of a request.
type fate struct {
	written bool // a byte of it may have reached the server
	reused  bool // it went to a connection that had served before
}

const (
	// answerGrace is for an answer to arrive that a server sent before it
	// stopped to take the request.
	answerGrace = time.Second
	// restGrace is for the writer of a long body to notice that it is done.
	restGrace = 20 * time.Millisecond
	// maxInterim is how many 1xx answers may precede the one.
	maxInterim = 8
)

// Ways in which an answer is none. Its text is not told: it may hold anything.
var (
	errMalformed = errors.New("its answer is not HTTP/1.1")
	errFraming   = errors.New("its answer has no certain end: bad Content-Length or Transfer-Encoding")
	errInterim   = errors.New("it answers with 1xx again and again, or switches protocols")
	errLongHead  = errors.New("its answer's headers are too long")
	errClosed    = errors.New("it closed the connection without an answer")
)

// send makes a request and reads the head of its answer. The context ends it
// at any moment, also while the body is read; the body must be closed.
func (c *client) send(ctx context.Context, m message) (*http.Response, fate, error) {
	var f fate
	if ctx.Err() != nil {
		return nil, f, ctx.Err()
	}
	wire := c.kept()
	if f.reused = wire != nil; !f.reused {
		var err error
		if wire, err = c.dial(ctx); err != nil {
			return nil, f, err
		}
	}
	x := &exchange{client: c, wire: wire, ctx: ctx, stop: context.AfterFunc(ctx, wire.interrupt)}
	n, err := x.write(m)
	f.written = n > 0
	if err != nil {
		return nil, f, x.end(err)
	}
	response, err := x.head()
	if err != nil {
		return nil, f, x.end(err)
	}
	if x.length == 0 {
		_ = x.end(io.EOF)
	}
	response.Body = x
	return response, f, nil
}

// exchange is one request and its answer on a connection. As an io.ReadCloser
// it is the answer's body, for one goroutine at a time.
type exchange struct {
	client *client
	wire   *conn
	ctx    context.Context
	stop   func() bool // takes back what the context's end would do to the connection
	rest   chan error  // gets the result of writing the rest of a long body; nil: there is none
	length int64       // of what is left of the body, or one of the lengths below
	chunks io.Reader
	keep   bool  // the connection may serve again
	over   error // why there is no more to read
}

// Lengths of a body that is not told beforehand.
const (
	untilClose int64 = -1
	inChunks   int64 = -2
)

// write sends a request: the headers and a short body, or as much of a long one
// as the socket takes at once, in one write. It returns how much of it was
// written.
func (x *exchange) write(m message) (n int, err error) {
	size := 0
	for _, part := range m.body {
		size += len(part)
	}
	head := append(append(append(append(x.wire.out[:0], m.method...), ' '), m.target...), " HTTP/1.1\r\n"...)
	head = append(head, m.fields...)
	if m.method != http.MethodGet {
		head = strconv.AppendInt(append(head, "Content-Length: "...), int64(size), 10)
		head = append(head, "\r\n"...)
	}
	head = append(head, "\r\n"...)
	x.wire.out = head
	first := len(head) + min(size, writeBuffer)
	if size > writeBuffer {
		n = x.wire.offer(append([][]byte{head}, m.body...))
	}
	if n < first {
		for _, part := range m.body {
			x.wire.out = append(x.wire.out, part[:min(len(part), first-len(x.wire.out))]...)
		}
		more, err := x.wire.Write(x.wire.out[n:])
		if n += more; err != nil {
			return n, err
		}
	}
	if left := n - len(head); left < size {
		x.rest = make(chan error, 1)
		go x.finish(m.body, left)
	}
	return n, nil
}

// finish writes the rest of a long body, of which so much is written.
func (x *exchange) finish(body [][]byte, written int) {
	var err error
	for _, part := range body {
		skip := min(written, len(part))
		written -= skip
		if part = part[skip:]; len(part) > 0 && err == nil {
			_, err = x.wire.Write(part)
		}
	}
	if err != nil {
		_ = x.wire.SetReadDeadline(time.Now().Add(answerGrace))
		if x.ctx.Err() != nil { // and not later than that
			x.wire.interrupt()
		}
	}
	x.rest <- err
}

// Read implements io.Reader. io.EOF says that the answer came whole.
func (x *exchange) Read(p []byte) (n int, err error) {
	if x.over != nil {
		return 0, x.over
	}
	switch x.length {
	case inChunks:
		if n, err = x.chunks.Read(p); err == io.EOF {
			err = x.wire.trailer()
		}
	case untilClose:
		n, err = x.wire.in.Read(p)
	default:
		n, err = x.wire.in.Read(p[:min(int64(len(p)), x.length)])
		if x.length -= int64(n); x.length == 0 {
			err = io.EOF
		} else if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		err = x.end(err)
	}
	return n, err
}

// Close implements io.Closer. What was not read makes the connection useless.
func (x *exchange) Close() error {
	if x.over == nil {
		_ = x.end(http.ErrBodyReadAfterClose)
	}
	x.over = http.ErrBodyReadAfterClose
	return nil
}

// end is called once. It lets go of the connection, and returns when nothing
// reads the request any more. The cause is io.EOF if the answer came whole; a
// context that ended is the cause of everything else.
func (x *exchange) end(cause error) error {
	keep := x.keep && cause == io.EOF && x.wire.in.Buffered() == 0 && x.written()
	if !x.stop() {
		keep = false // the context's end may still be at it
	}
	if keep {
		x.client.put(x.wire)
	} else {
		x.wire.cut()
		if x.rest != nil {
			<-x.rest
		}
	}
	if cause != io.EOF && x.ctx.Err() != nil {
		cause = x.ctx.Err()
	}
	x.over = cause
	return cause
}

// written reports whether all of the request was.
func (x *exchange) written() bool {
	if x.rest == nil {
		return true
	}
	late := time.NewTimer(restGrace)
	defer late.Stop()
	select {
	case err := <-x.rest:
		x.rest = nil
		return err == nil
	case <-late.C:
		return false
	}
}
