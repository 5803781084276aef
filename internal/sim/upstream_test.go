package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// mood is how the upstream treats a call. All but the first five bill it when
// it arrives.
type mood int

const (
	unreachable mood = iota
	refuses          // 400
	overloaded       // 429
	breaks           // 500
	zero             // answers, and says that nothing was used, which is true
	fine
	silent   // answers without a usage
	absurd   // answers with a usage beyond all bounds
	gaveUp   // 408
	resets   // breaks off in the middle
	nonsense // 200 and no answer in it
	stalls   // never ends
	slow
	moods
)

var moodNames = [moods]string{
	"unreachable", "refuses", "overloaded", "breaks", "zero", "fine", "silent", "absurd", "gave up", "resets", "nonsense", "stalls", "slow",
}

func (m mood) bills() bool { return m > zero }

// upstream is a model server and, without sockets, the way to it.
type upstream struct{ sim *simulation }

var errReset = errors.New("connection reset by peer")

// RoundTrip implements http.RoundTripper.
func (u upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	c := callOf(r.Context())
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := c.sleep(r, 3*time.Millisecond); err != nil {
		return nil, err
	}
	if c.mood == unreachable {
		return nil, errReset
	}
	var request struct {
		Cap    int64 `json:"max_tokens"`
		Stream bool
	}
	if err := json.Unmarshal(body, &request); err != nil {
		u.sim.failed("forwarded body of %s: %v", c.name, err)
		return nil, err
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	u.arrive(c, request.Cap)
	return u.answer(c, r, request.Stream)
}

// arrive counts what the call costs, whatever becomes of its caller.
func (u upstream) arrive(c *call, outputCap int64) {
	s := u.sim
	s.checkForwarded(c)
	if !c.mood.bills() {
		return
	}
	c.prompt, c.completion = int64(20+c.rng.IntN(30)), c.rng.Int64N(outputCap+1)
	cost := catalog.Total(s.model.Bill(catalog.Use{Prompt: c.prompt, Completion: c.completion}))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tally[c.holdID()] += cost
	if c.marked.name == "" || c.marked.steps != s.steps {
		return // a clock that stepped may have forgotten the key
	}
	if s.billed[c.marked]++; s.billed[c.marked] > 1 {
		s.report("%s is billed again under idempotency key %s", c.name, c.marked.name)
	}
	s.upstreamCalls++
}

func (u upstream) answer(c *call, r *http.Request, stream bool) (*http.Response, error) {
	latency := 400 * time.Millisecond
	if c.mood == slow {
		latency = 8 * time.Second
	}
	if c.mood == stalls && !stream {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if err := c.sleep(r, latency); err != nil {
		return nil, err
	}
	switch c.mood {
	case refuses:
		return respond(r, 400, "application/json", `{"error":{"message":"no"}}`), nil
	case overloaded:
		return respond(r, 429, "application/json", `{}`), nil
	case breaks:
		return respond(r, 500, "text/plain", "oh"), nil
	case gaveUp:
		return respond(r, 408, "text/plain", ""), nil
	case nonsense:
		return respond(r, 200, "text/html", "<p>welcome</p>"), nil
	case resets:
		if !stream {
			return nil, errReset
		}
	}
	if stream {
		response := respond(r, 200, "text/event-stream", "")
		response.Body = &streaming{call: c, r: r, events: c.events()}
		return response, nil
	}
	return respond(r, 200, "application/json", c.document()), nil
}

func respond(r *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1,
	}
}

func (c *call) text() string { return strings.Repeat("w", int(c.completion)+1) }

func (c *call) usage() string {
	switch c.mood {
	case silent:
		return ""
	case absurd:
		return `{"prompt_tokens":99999999,"completion_tokens":88888888,"total_tokens":1}`
	}
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}`, c.prompt, c.completion, c.prompt+c.completion)
}

func (c *call) document() string {
	text := `{"id":"u","object":"chat.completion","created":1,"model":"small","choices":[{"index":0,"message":{"role":"assistant","content":` +
		strconv.Quote(c.text()) + `},"finish_reason":"stop"}]`
	if usage := c.usage(); usage != "" {
		text += `,"usage":` + usage
	}
	return text + "}"
}

// events is the answer as a stream: what each read of it gives.
func (c *call) events() []string {
	chunk := func(content, finish string) string {
		return `data: {"id":"u","object":"chat.completion.chunk","created":1,"model":"small","choices":[{"index":0,"delta":{"content":` +
			strconv.Quote(content) + `},"finish_reason":` + finish + "}]}\n\n"
	}
	list := []string{chunk("", "null"), chunk(c.text(), "null")}
	if c.mood == resets || c.mood == stalls {
		return list
	}
	list = append(list, chunk("", `"stop"`))
	if usage := c.usage(); usage != "" {
		list = append(list, `data: {"id":"u","object":"chat.completion.chunk","created":1,"model":"small","choices":[],"usage":`+usage+"}\n\n")
	}
	return append(list, "data: [DONE]\n\n")
}

// streaming is the body of a stream; every event takes its time.
type streaming struct {
	call   *call
	r      *http.Request
	events []string
	rest   string
}

func (s *streaming) Read(p []byte) (int, error) {
	if s.rest == "" {
		if len(s.events) == 0 {
			return 0, s.end()
		}
		if err := s.call.sleep(s.r, 200*time.Millisecond); err != nil {
			return 0, err
		}
		s.rest, s.events = s.events[0], s.events[1:]
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *streaming) end() error {
	switch s.call.mood {
	case resets:
		return errReset
	case stalls:
		<-s.r.Context().Done()
		return s.r.Context().Err()
	}
	return io.EOF
}

func (s *streaming) Close() error { return nil }

// sleep lets time pass for a call, unless it is cancelled.
func (c *call) sleep(r *http.Request, longest time.Duration) error {
	timer := time.NewTimer(c.some(longest))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// checkForwarded: no upstream call without a durable hold (I6), none for a key
// that was revoked or blocked before the request was made.
func (s *simulation) checkForwarded(c *call) {
	id := c.holdID()
	hold := s.hold(id)
	if hold == nil || hold.State == ledger.VoidedAs {
		s.failed("I6: %s is forwarded and hold %q is not in the books", c.name, id)
	}
	if c.mayNotPass != "" {
		s.failed("%s is forwarded although %s", c.name, c.mayNotPass)
	}
}

// charged is what a hold costs its account as the books stand, or may cost.
func charged(hold *ledger.Hold) money.Nano {
	if hold.State == ledger.Reserved {
		return hold.Amount()
	}
	var sum money.Nano
	for _, part := range hold.Parts {
		if part.IsMoney() {
			sum += part.Charged
		}
	}
	return sum
}
