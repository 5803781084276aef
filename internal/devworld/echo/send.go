package echo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// hugeLine is how long the line of FaultHugeLine is.
const hugeLine = 1 << 30

// event is one server-sent event.
type event struct {
	name  string // "" for none
	data  []byte
	usage bool // it is there for the usage
	end   bool // [DONE], or what stands for it
}

func (e event) bytes() []byte {
	var out []byte
	if e.name != "" {
		out = append(append(append(out, "event: "...), e.name...), '\n')
	}
	return append(append(append(out, "data: "...), e.data...), "\n\n"...)
}

// jsonEvent makes an event of a plain struct.
func jsonEvent(name string, v any) event {
	data, _ := json.Marshal(v) // plain structs
	return event{name: name, data: data}
}

// arrive tells that an answer has come to a point, and does what the fault
// does there. It is false when nothing more is to be sent.
func (s *Server) arrive(c *call, at Point) bool {
	s.cfg.Reached(at)
	if p, is := stallsAt[c.fault]; is && p == at {
		<-c.r.Context().Done()
		return false
	}
	if p, is := breaksAt[c.fault]; is && p == at {
		panic(http.ErrAbortHandler)
	}
	return true
}

// sendJSON sends an answer of one JSON object, or what the fault makes of it.
func (s *Server) sendJSON(c *call, answer any) {
	text, _ := json.Marshal(answer) // plain structs
	switch c.fault {
	case FaultErrorEvent:
		text = []byte(`{"error":{"message":"` + Canary + `","type":"server_error"}}`)
	case FaultInvalidJSON:
		text = append(text[:len(text)/2], "}]"...)
	default: // it concerns other kinds of answers
	}
	s.sendBody(c, "application/json", append(text, '\n'))
}

// sendBody sends an answer in one piece, or as much as the fault lets through.
func (s *Server) sendBody(c *call, contentType string, body []byte) {
	c.w.Header().Set("Content-Type", contentType)
	switch c.fault {
	case FaultContentType:
		c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	case FaultCompressed:
		c.w.Header().Set("Content-Encoding", "gzip")
		body = compress(body)
	case FaultEmpty:
		body = nil
	default: // it concerns other things
	}
	out := http.NewResponseController(c.w)
	if !s.pause(c) || !s.arrive(c, PointHeaders) {
		return
	}
	if c.fault == FaultStallFirst || c.fault == FaultDisconnectFirst {
		_ = out.Flush()
	}
	if !s.arrive(c, PointFirst) {
		return
	}
	if c.fault == FaultHugeLine {
		c.flood(body[:len(body)/2])
		return
	}
	_, _ = c.w.Write(body[:len(body)/2]) // the client has left; it was billed already
	if c.fault == FaultStall || c.fault == FaultDisconnect {
		_ = out.Flush()
	}
	if !s.arrive(c, PointMiddle) || !s.arrive(c, PointUsage) || !s.arrive(c, PointDone) {
		return
	}
	_, _ = c.w.Write(body[len(body)/2:])
	s.arrive(c, PointEnd)
}

// sendEvents streams an answer, or as much of it as the fault lets through.
func (s *Server) sendEvents(c *call, events []event) {
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	switch c.fault {
	case FaultContentType:
		h.Set("Content-Type", "text/html; charset=utf-8")
	case FaultEmpty:
		events = nil
	case FaultCompressed:
		h.Set("Content-Encoding", "gzip")
		s.sendCompressed(c, events)
		return
	default: // it concerns other things
	}
	if !s.arrive(c, PointHeaders) {
		return
	}
	out := http.NewResponseController(c.w)
	_ = out.Flush()
	if !s.arrive(c, PointFirst) {
		return
	}
	for i, e := range events {
		if !s.pause(c) || !s.atEvent(c, i, events) {
			return
		}
		if e.end && c.fault == FaultNoDone {
			return
		}
		if _, err := c.w.Write(e.bytes()); err != nil {
			return
		}
		_ = out.Flush()
	}
	s.arrive(c, PointEnd)
}

// middle is the event before which PointMiddle lies: after the first one that
// has a text.
const middle = 3

// atEvent does what is to be done before an event.
func (s *Server) atEvent(c *call, i int, events []event) bool {
	e, goOn := events[i], true
	if i == min(middle, len(events)-1) {
		goOn = s.arrive(c, PointMiddle) && s.spoil(c, e)
	}
	if goOn && (e.usage || e.end) && (i == 0 || !events[i-1].usage) {
		goOn = s.arrive(c, PointUsage)
	}
	if goOn && e.end {
		goOn = s.arrive(c, PointDone)
	}
	return goOn
}

// spoil puts something between the events of a stream. It is false when the
// stream ends with that.
func (s *Server) spoil(c *call, next event) bool {
	switch c.fault {
	case FaultErrorEvent:
		name := ""
		if next.name != "" {
			name = "error"
		}
		e := event{name: name, data: fmt.Appendf(nil, `{"type":"error","error":{"type":"overloaded_error","message":%q}}`, Canary)}
		_, _ = c.w.Write(e.bytes())
		return false
	case FaultInvalidJSON:
		_, _ = c.w.Write(event{name: next.name, data: []byte(`{"choices":[{"index":0,"delta":{"content":"`)}.bytes())
	case FaultHugeLine:
		c.flood([]byte(`data: {"choices":[{"index":0,"delta":{"content":"`))
		return false
	default: // it concerns other things
	}
	return true
}

// flood writes a line without an end, until the client leaves.
func (c *call) flood(begin []byte) {
	piece := bytes.Repeat([]byte("a"), 64<<10)
	_, err := c.w.Write(begin)
	for sent := 0; sent < hugeLine && err == nil; sent += len(piece) {
		_, err = c.w.Write(piece)
	}
}

func (s *Server) sendCompressed(c *call, events []event) {
	var all []byte
	for _, e := range events {
		all = append(all, e.bytes()...)
	}
	if s.pause(c) && s.arrive(c, PointHeaders) {
		_, _ = c.w.Write(compress(all))
	}
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(body) // into memory
	_ = z.Close()
	return out.Bytes()
}

// pause waits for the configured delay; false when the client has left.
func (s *Server) pause(c *call) bool {
	if s.cfg.Delay <= 0 {
		return c.r.Context().Err() == nil
	}
	timer := time.NewTimer(s.cfg.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.r.Context().Done():
		return false
	}
}
