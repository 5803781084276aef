package gateway

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"stakegate/internal/dialect"
	"stakegate/internal/gateway/sse"
	"stakegate/internal/ledger"
)

// mediaEvents is the media type of server-sent events.
const mediaEvents = "text/event-stream"

// maxPending is how many bytes of events are collected before they are
// written, if the upstream has sent so many at once.
const maxPending = 16 << 10

// talk is how a streamed call is put to an upstream and shown to the client.
type talk struct {
	form *textForm
	how  asking
	// back is the dialect of the upstream that was asked; nil: its events are
	// chunks of the form.
	back    func() dialect.Back
	encoder dialect.Encoder
	// echo is what the last chunk says about Venice's parameters; nil: nothing.
	echo func(members []member) []byte
}

// relay makes a call whose answer is streamed. Events go on as they come; from
// the one that finishes the answer, everything waits until the settlement is
// durable.
func (c *paid) relay(t talk) *Error {
	ctx, end := c.upstreamContext()
	defer end()
	silence := time.AfterFunc(c.limits.Silence, func() { c.cancel(errSilent) })
	defer silence.Stop()
	response, failed := c.ask(ctx, t.how)
	silence.Stop()
	if failed != nil {
		return c.fail(failed)
	}
	defer response.Body.Close()
	if !isMedia(response.Header.Get("Content-Type"), mediaEvents) || !uncompressed(response.Response) {
		return c.fail(&failure{err: c.broken(ctx, nil)})
	}
	s := relayedPool.Get().(*relayed)
	defer s.release()
	s.relaying = relaying{
		call: c, encoder: t.encoder, echo: t.echo,
		meter: newMeter(t.form, c.model.ID, c.id, c.started.Unix(), max(c.Choices, 1), c.OutputCap+c.model.ReasoningExtra),
	}
	if back := t.back(); back != nil {
		s.decoder = back.Stream()
	}
	source := &watched{source: response.Body, timer: silence, limit: c.limits.Silence, before: s.flush}
	s.events.Reset(source, c.limits.Event)
	cut, err := s.copy(ctx)
	if cut {
		c.cancel(nil) // the upstream writes more than anybody pays for
	}
	problem := s.close(ctx, cut, err)
	if s.meter.ended && ctx.Err() == nil {
		farewell := time.AfterFunc(maxFarewell, func() { c.cancel(errComplete) })
		defer farewell.Stop()
		_, _ = io.CopyN(io.Discard, response.Body, maxAfterDone) // only so that the connection can be used again
	}
	return problem
}

// What is read of a stream behind its end, and for how long.
const (
	maxAfterDone = 4 << 10
	maxFarewell  = 50 * time.Millisecond
)

// watched is a reader whose every read must end within a limit. before is
// called when a read may have to wait.
type watched struct {
	source io.Reader
	timer  *time.Timer
	limit  time.Duration
	before func()
}

func (w *watched) Read(p []byte) (int, error) {
	w.before()
	w.timer.Reset(w.limit)
	defer w.timer.Stop()
	return w.source.Read(p)
}

// relayed is a stream on its way to the client, with room that is used again
// for the next one.
type relayed struct {
	relaying
	events  sse.Reader
	chunk   []byte // the newest chunk
	pending []byte // encoded events that were not written yet
	tail    []byte // those that wait for the settlement
}

var relayedPool = sync.Pool{New: func() any { return new(relayed) }}

// maxRoom is how many bytes of each kind are kept for the next stream.
const maxRoom = 64 << 10

func (s *relayed) release() {
	if cap(s.chunk) > maxRoom || cap(s.pending) > maxRoom || cap(s.tail) > maxRoom {
		return
	}
	s.relaying, s.chunk, s.pending, s.tail = relaying{}, s.chunk[:0], s.pending[:0], s.tail[:0]
	s.events.Reset(nil, 0)
	relayedPool.Put(s)
}

// relaying is what one stream has for itself.
type relaying struct {
	call    *paid
	decoder dialect.Decoder // nil: the upstream sends chat completion chunks
	meter   *meter
	encoder dialect.Encoder
	echo    func([]member) []byte
	began   bool // something is or will be written
	wrote   bool
	lost    bool // the client did not get all that was written
}

// copy carries events until the stream ends in whatever way, and reports
// whether it was cut because it outran what was held, and why it broke off, if
// that is known. The context ends it too when events are still buffered, lest
// a client that reads one event in half a minute outlives the hold.
func (s *relayed) copy(ctx context.Context) (cut bool, err error) {
	for ctx.Err() == nil {
		data, err := s.events.Next()
		if err != nil {
			return false, err
		}
		if len(data) == 0 {
			s.pending = s.encoder.Alive(s.pending)
			s.began = s.began || len(s.pending) > 0
			continue
		}
		v := s.event(data)
		if v != more {
			return v == overrun, nil
		}
		if len(s.tail) > s.call.limits.Event {
			return false, nil
		}
		if len(s.pending) > maxPending {
			s.flush()
		}
	}
	return false, nil
}

// event takes one event of the upstream.
func (s *relayed) event(data []byte) verdict {
	if s.decoder == nil {
		return s.take(data)
	}
	chunks, ended, err := s.decoder.Event(data)
	if err != nil {
		return broken
	}
	for _, chunk := range chunks {
		if v := s.take(chunk); v != more {
			return v
		}
	}
	if ended {
		s.meter.ended = true
		return done
	}
	return more
}

// take meters one chunk and encodes it for the client.
func (s *relayed) take(chunk []byte) verdict {
	var v verdict
	if s.chunk, v = s.meter.take(s.chunk[:0], chunk); len(s.chunk) == 0 {
		return v
	}
	if s.meter.finished() {
		s.tail = s.encoder.Chunk(s.tail, s.chunk)
		return v
	}
	s.pending = s.encoder.Chunk(s.pending, s.chunk)
	s.began = s.began || len(s.pending) > 0
	return v
}

// The headers of every stream; nobody writes to them.
var (
	streamMedia   = []string{mediaEvents + "; charset=utf-8"}
	unbuffered    = []string{"no"} // nginx would collect events
	streamTrailer = []string{chargeHeader}
)

// flush writes what is pending, at once. A client that does not take it in
// time has left.
func (s *relayed) flush() {
	c := s.call
	if len(s.pending) == 0 {
		return
	}
	defer func() { s.pending = s.pending[:0] }()
	if c.hasLeft() {
		s.lost = true
		return
	}
	if !s.wrote {
		s.wrote = true
		h := c.w.Header()
		h["Content-Type"], h["Cache-Control"] = streamMedia, noStore
		h["X-Accel-Buffering"] = unbuffered
		h["Trailer"] = streamTrailer
	}
	if c.send(s.pending) != nil {
		s.lost = true
		c.clientLeft()
	}
}

// close settles and lets the client see the end.
func (s *relayed) close(ctx context.Context, cut bool, err error) *Error {
	c := s.call
	whole := s.meter.complete()
	var m metered
	switch {
	case whole && s.meter.hasUsage:
		m = c.believe(s.meter.last)
	case whole:
		m = c.estimate(s.meter.text)
	default:
		m = metered{source: fromHold}
	}
	s.flush() // the settlement takes its time
	if !whole && !cut {
		c.span.Fail("broken")
	}
	c.span.End()
	settled, problem := c.settle(m)
	if problem == nil && !whole && !cut {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		problem = c.broken(ctx, err)
	}
	switch {
	case problem != nil && !s.began:
		return problem
	case problem != nil:
		s.pending = s.encoder.Fail(s.pending, problem.Code, problem.Message)
	default:
		s.pending = s.last(m, settled, cut)
	}
	if s.flush(); s.lost {
		c.noteLeft()
	}
	return nil
}

// last is everything that waited for the settlement, in one piece.
func (s *relayed) last(m metered, settled ledger.Settled, cut bool) []byte {
	out := s.pending
	out = append(out, s.tail...)
	if cut && !s.meter.finished() {
		out = s.encoder.Chunk(out, s.meter.closing())
	}
	if m.source == fromHold { // charged as if all of the hold had been used
		m.Prompt, m.Completion = s.call.Prompt, s.call.model.MaxCompletion(s.call.Demand)
	}
	return s.encoder.End(out, s.meter.usageChunk(m, settled, s.echo(s.meter.venice)))
}

// chatEncoder is the client that speaks chat completions itself.
type chatEncoder struct{ includeUsage bool }

func (chatEncoder) Chunk(dst, chunk []byte) []byte { return sse.Append(dst, chunk) }

func (e chatEncoder) End(dst, last []byte) []byte {
	if e.includeUsage {
		dst = sse.Append(dst, last)
	}
	return append(dst, "data: "+doneMark+"\n\n"...)
}

func (chatEncoder) Alive(dst []byte) []byte { return append(dst, ":\n\n"...) }

// Fail writes an error in the shape that SDKs read.
func (chatEncoder) Fail(dst []byte, code, message string) []byte {
	kind := "server_error"
	if strings.HasPrefix(code, "AUTHENTICATION_FAILED") {
		kind = "authentication_error"
	}
	inner := field([]byte{'{'}, "message", quote(nil, message))
	inner = field(inner, "type", quote(nil, kind))
	inner = field(inner, "code", quote(nil, code))
	return sse.Append(dst, append(field([]byte{'{'}, "error", append(inner, '}')), '}'))
}
