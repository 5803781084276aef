package gateway

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"stakegate/internal/ledger"
)

// relay makes a call whose answer is streamed. Events go on as they come; from
// the one that finishes the answer, everything waits until the settlement is
// durable.
func (c *paid) relay(body []byte, includeUsage, venice bool) *Error {
	ctx, end := c.upstreamContext()
	defer end()
	silence := time.AfterFunc(c.g.limits.Silence, func() { c.cancel(errSilent) })
	defer silence.Stop()
	response, failed := c.post(ctx, "/chat/completions", "text/event-stream", body)
	silence.Stop()
	if failed != nil {
		return c.fail(failed)
	}
	defer response.Body.Close()
	if !isEventStream(response) || !plain(response) {
		return c.fail(&failure{err: c.broken(ctx)})
	}
	s := &relayed{
		call: c, meter: newMeter(c.model.ID, c.id, c.started.Unix(), c.n, c.outputCap),
		includeUsage: includeUsage, venice: venice,
	}
	source := &watched{source: response.Body, timer: silence, limit: c.g.limits.Silence}
	cut := s.copy(ctx, newEvents(source, c.g.limits.Event))
	if cut {
		c.cancel(nil) // the upstream writes more than anybody pays for
	}
	return s.close(ctx, cut)
}

func isEventStream(response *http.Response) bool {
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return err == nil && strings.EqualFold(kind, "text/event-stream")
}

// watched is a reader whose every read must end within a limit.
type watched struct {
	source io.Reader
	timer  *time.Timer
	limit  time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.limit)
	defer w.timer.Stop()
	return w.source.Read(p)
}

// relayed is a stream on its way to the client.
type relayed struct {
	call         *paid
	meter        *meter
	includeUsage bool
	venice       bool
	tail         []byte // events that wait for the settlement
	wrote        bool
}

// copy carries events until the stream ends in whatever way, and reports
// whether it was cut because it outran what was held. The context ends it too
// when events are still buffered, lest a client that reads one event in half a
// minute outlives the hold.
func (s *relayed) copy(ctx context.Context, events *events) (cut bool) {
	for ctx.Err() == nil {
		data, err := events.next()
		if err != nil {
			return false
		}
		if len(data) == 0 {
			s.emit([]byte(":\n\n"))
			continue
		}
		chunk, v := s.meter.take(data)
		switch v {
		case overrun:
			return true
		case done, broken:
			return false
		case more:
		}
		if chunk == nil {
			continue
		}
		event := asEvent(chunk)
		if !s.meter.finished() {
			s.emit(event)
			continue
		}
		if s.tail = append(s.tail, event...); len(s.tail) > s.call.g.limits.Event {
			return false
		}
	}
	return false
}

func asEvent(data []byte) []byte {
	out := append(make([]byte, 0, len(data)+8), "data: "...)
	return append(append(out, data...), "\n\n"...)
}

// emit writes to the client at once. A client that does not take it in time
// has left.
func (s *relayed) emit(event []byte) {
	c := s.call
	if c.hasLeft() {
		return
	}
	if !s.wrote {
		s.wrote = true
		h := c.w.Header()
		h.Set("Content-Type", "text/event-stream; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // nginx would collect events
		h.Set("Trailer", chargeHeader)
	}
	if c.send(event) != nil {
		c.clientLeft()
	}
}

// close settles and lets the client see the end.
func (s *relayed) close(ctx context.Context, cut bool) *Error {
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
	settled, problem := c.settle(m)
	if problem == nil && !whole && !cut {
		problem = c.broken(ctx)
	}
	if problem != nil {
		if !s.wrote {
			return problem
		}
		s.emit(asEvent(errorData(problem)))
		return nil
	}
	s.emit(s.last(m, settled, cut))
	return nil
}

// last is everything that waited for the settlement, in one piece.
func (s *relayed) last(m metered, settled ledger.Settled, cut bool) []byte {
	out := s.tail
	if cut && !s.meter.finished() {
		out = append(out, asEvent(s.meter.closing())...)
	}
	if m.source == fromHold { // charged as if all of the hold had been used
		m.prompt, m.completion = s.call.prompt, s.call.n*s.call.outputCap
	}
	if s.includeUsage {
		out = append(out, asEvent(s.meter.usageChunk(m, settled, s.venice))...)
	}
	return append(out, "data: "+doneMark+"\n\n"...)
}

// errorData is an error inside a stream, in the shape that SDKs read.
func errorData(problem *Error) []byte {
	kind := "server_error"
	if problem.Status == http.StatusUnauthorized {
		kind = "authentication_error"
	}
	inner := field([]byte{'{'}, "message", quote(nil, problem.Message))
	inner = field(inner, "type", quote(nil, kind))
	inner = field(inner, "code", quote(nil, problem.Code))
	return append(field([]byte{'{'}, "error", append(inner, '}')), '}')
}
