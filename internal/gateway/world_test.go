package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
	"stakegate/internal/upstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Prices: 1 USD for a million tokens of either kind is 1,000 nanos a token,
// which keeps expected charges readable; output costs double.
const catalogText = `
upstreams: [{name: main, kind: %[1]s, url: "%[2]s"}, {name: vectors, kind: openai, url: "%[2]s"}, {name: claude, kind: anthropic, url: "%[2]s"}, {name: venice, kind: venice, url: "%[2]s"}, {name: strict, kind: openai, url: "%[2]s", charge_prompt: true}]
models:
  - {id: small, name: Small Model, type: text, upstream: main, upstream_model: "%[3]s", context: 100000, max_output: 1000, default_output: 200, price: {input: "1", output: "2"}, privacy: private, traits: [default], compatibility: [gpt-4o-mini]}
  - {id: older, type: text, upstream: vectors, context: 100000, max_output: 1000, default_output: 200, price: {input: "1", output: "2"}, privacy: private, routes: [completions]}
  - {id: embed, type: embedding, upstream_model: "%[4]s", upstream: vectors, context: 1000, price: {input: "1"}, privacy: anonymized}
  - {id: claude, type: text, upstream: claude, context: 100000, max_output: 1000, price: {input: "1", output: "2", cached_input: "0.1", cache_write: "1.5"}, privacy: private}
  - {id: venice, type: text, upstream: venice, context: 1000, max_output: 1000, price: {input: "1", output: "2", surcharges: {web_search: "0.01"}}, privacy: private, hidden_prompt_tokens: 300}
  - {id: strict, type: text, upstream: strict, context: 100000, max_output: 1000, price: {input: "1", output: "2"}, privacy: private}
  - {id: counted, type: text, upstream: vectors, tokenizer: o200k, context: 100000, max_output: 1000, default_output: 200, price: {input: "1", output: "2"}, privacy: private}
  - {id: counted-older, type: text, upstream: vectors, tokenizer: o200k, context: 100000, max_output: 1000, default_output: 200, price: {input: "1", output: "2"}, privacy: private, routes: [completions]}
  - {id: counted-embed, type: embedding, upstream: vectors, tokenizer: cl100k, context: 8000, price: {input: "1"}, privacy: private}
  - {id: off, type: text, upstream: main, context: 1000, max_output: 10, price: {input: "1", output: "2"}, privacy: private, offline: true}
  - {id: draw, type: image, upstream: vectors, price: {images: [{size: 1024x1024, price: "0.04"}, {size: 512x512, price: "0.01"}]}, privacy: private, traits: [default]}
  - {id: say, type: tts, upstream: vectors, price: {million_characters: "15"}, privacy: private, traits: [default]}
  - {id: hear, type: asr, upstream: vectors, price: {second: "0.0001"}, privacy: private, traits: [default]}
`

const (
	perInput  = money.Nano(1_000)
	perOutput = money.Nano(2_000)
)

// world is a gateway between a client and an upstream that a test scripts.
type world struct {
	t       *testing.T
	server  *httptest.Server
	books   *books
	gateway *gateway.Gateway
	calls   atomic.Int64 // upstream calls
	wrap    func(http.ResponseWriter) http.ResponseWriter

	mu       sync.Mutex
	bodies   [][]byte // of the upstream calls
	headers  []http.Header
	outcomes []gateway.Outcome
	problems []*gateway.Error
}

type options struct {
	budget    money.Nano
	limits    gateway.Limits
	keys      map[string]string
	transport http.RoundTripper
	models    [2]string // the upstream's names of small and embed
	url       string    // of the upstream, if it is not the script
	kind      string    // of the upstream; openai
}

func testCatalog(t *testing.T, url string, models [2]string) *catalog.Catalog {
	t.Helper()
	return catalogOf(t, catalog.KindOpenAI, url, models)
}

// catalogOf is testCatalog with an upstream of another kind for texts.
func catalogOf(t *testing.T, kind, url string, models [2]string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Parse(fmt.Appendf(nil, catalogText, kind, url, models[0], models[1]))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// upstreams reaches the servers of a catalogue. A server that fails is asked
// again, lest one test case decide about the next.
func upstreams(c *catalog.Catalog, transport http.RoundTripper, keys map[string]string) *upstream.Pool {
	return upstream.New(upstream.Config{
		Current: func() *catalog.Catalog { return c }, Transport: transport, Failures: -1,
		Key: func(u catalog.Upstream) (string, error) { return keys[u.Name], nil },
	})
}

// newWorld starts everything. At the test's end no hold may be open.
func newWorld(t *testing.T, script http.HandlerFunc, o options) *world {
	t.Helper()
	if o.budget == 0 {
		o.budget = money.Unit
	}
	w := &world{t: t, books: newBooks(t, o.budget)}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.calls.Add(1)
		if w.books.pendingNow() == 0 {
			t.Errorf("the upstream is called without a hold")
		}
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.bodies, w.headers = append(w.bodies, body), append(w.headers, r.Header.Clone())
		w.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		script(rw, r)
	}))
	t.Cleanup(server.Close)
	if o.url == "" {
		o.url = server.URL + "/v1"
	}
	if o.models[0] == "" {
		o.models = [2]string{"vendor/small", "embed"}
	}
	if o.kind == "" {
		o.kind = catalog.KindOpenAI
	}
	c := catalogOf(t, o.kind, o.url, o.models)
	pool := upstreams(c, o.transport, o.keys)
	t.Cleanup(pool.Close)
	var ids atomic.Int64
	w.gateway = gateway.New(gateway.Config{
		Catalog: func() *catalog.Catalog { return c }, Ledger: w.books, Upstreams: pool, Limits: o.limits,
		NewID:   func() string { return "request-" + strconv.FormatInt(ids.Add(1), 10) },
		Observe: func(o gateway.Outcome) { w.mu.Lock(); w.outcomes = append(w.outcomes, o); w.mu.Unlock() },
	})
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(w.serve))
	// A small buffer, so that a client which does not read is noticed soon.
	w.server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(8 << 10)
		return ctx
	}
	w.server.Start()
	t.Cleanup(func() {
		w.server.Close()
		if left := w.books.count("held"); left > 0 && w.books.busy == 0 {
			t.Errorf("%d holds are open at the end", left)
		}
	})
	return w
}

// serve makes a call on one of the gateway's routes.
func serve(g *gateway.Gateway, path string, w http.ResponseWriter, r *http.Request, caller gateway.Caller) *gateway.Error {
	for _, route := range g.Routes() {
		if route.Path == path {
			return route.Serve(w, r, caller)
		}
	}
	panic("no route " + path)
}

// serve is a door as thin as possible.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	caller := gateway.Caller{KeyHash: [32]byte{1}}
	if w.wrap != nil {
		rw = w.wrap(rw)
	}
	if problem := serve(w.gateway, r.URL.Path, rw, r, caller); problem != nil {
		w.mu.Lock()
		w.problems = append(w.problems, problem)
		w.mu.Unlock()
		rw.WriteHeader(problem.Status)
		fmt.Fprintf(rw, "%s|%s|%s", problem.Code, problem.Member, problem.Message)
	}
}

// forwarded is the newest body that the upstream got.
func (w *world) forwarded() map[string]any {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.bodies) == 0 {
		w.t.Fatal("the upstream was not called")
	}
	var body map[string]any
	if err := json.Unmarshal(w.bodies[len(w.bodies)-1], &body); err != nil {
		w.t.Fatalf("the forwarded body is not JSON: %v", err)
	}
	return body
}

func (w *world) outcome() gateway.Outcome {
	w.t.Helper()
	eventually(w.t, "an outcome is reported", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.outcomes) > 0
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.outcomes[len(w.outcomes)-1]
}

func (w *world) problem() *gateway.Error {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.problems) == 0 {
		w.t.Fatal("there was no error")
	}
	return w.problems[len(w.problems)-1]
}

func (w *world) post(path, body string) *http.Request {
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}

// ask makes a call and reads the whole answer.
func (w *world) ask(body string) (*http.Response, string) {
	w.t.Helper()
	return w.do(w.post("/chat/completions", body))
}

func (w *world) do(r *http.Request) (*http.Response, string) {
	w.t.Helper()
	response, err := w.server.Client().Do(r)
	if err != nil {
		w.t.Fatalf("call: %v", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatalf("answer: %v", err)
	}
	return response, string(answer)
}

const (
	hello       = `{"model":"small","max_tokens":10,"messages":[{"role":"user","content":"hello"}]}`
	helloStream = `{"model":"small","max_tokens":10,"stream":true,"messages":[{"role":"user","content":"hello"}]}`
	helloUsage  = `{"model":"small","max_tokens":10,"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hello"}]}`
)

// What the hello requests are held for: 5 bytes, one message, 10 tokens out.
const (
	helloPrompt = 5 + 8 + 64
	helloHold   = helloPrompt*perInput + 10*perOutput
)

func charge(prompt, completion int64) money.Nano {
	return money.Nano(prompt)*perInput + money.Nano(completion)*perOutput
}

// answers is an upstream that answers one JSON text.
func answers(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "operator=secret")
		w.Header().Set("Openai-Organization", "operator")
		_, _ = io.WriteString(w, text)
	}
}

func answer(usage string) string {
	text := `{"id":"chatcmpl-up","object":"chat.completion","created":1700000000,"model":"vendor/small","provider":"secret",` +
		`"choices":[{"index":0,"message":{"role":"assistant","content":"good day"},"logprobs":null,"finish_reason":"stop"}]`
	if usage != "" {
		text += `,"usage":` + usage
	}
	return text + `}`
}

// piece is one chunk of a stream.
func piece(text, finish string) string {
	reason := "null"
	if finish != "" {
		reason = strconv.Quote(finish)
	}
	return `{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"vendor/small",` +
		`"choices":[{"index":0,"delta":{"content":` + strconv.Quote(text) + `},"finish_reason":` + reason + `}]}`
}

func usagePiece(prompt, completion string) string {
	return `{"id":"chatcmpl-up","object":"chat.completion.chunk","created":1700000000,"model":"vendor/small","choices":[],` +
		`"usage":{"prompt_tokens":` + prompt + `,"completion_tokens":` + completion + `,"total_tokens":0}}`
}

// streams is an upstream that sends these events, and then ends.
func streams(events ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, event := range events {
			send(w, event)
		}
	}
}

func send(w http.ResponseWriter, event string) {
	_, _ = io.WriteString(w, "data: "+event+"\n\n")
	_ = http.NewResponseController(w).Flush()
}

// reset ends the connection in the middle.
func reset(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// events splits a stream into its data.
func events(stream string) []string {
	var list []string
	for _, block := range strings.Split(stream, "\n\n") {
		if data, ok := strings.CutPrefix(block, "data: "); ok {
			list = append(list, data)
		}
	}
	return list
}

// text joins what a client shows of a stream.
func text(t testing.TB, stream string) string {
	t.Helper()
	var out strings.Builder
	for _, event := range events(stream) {
		if event == "[DONE]" {
			continue
		}
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal([]byte(event), &chunk); err != nil {
			t.Fatalf("event %q: %v", event, err)
		}
		for _, c := range chunk.Choices {
			out.WriteString(c.Delta.Content)
		}
	}
	return out.String()
}

func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-deadline.C:
			t.Fatalf("it never happens that %s", what)
		case <-tick.C:
		}
	}
}

// open starts a call and returns its answer's reader; leave hangs up.
func (w *world) open(body string) (reader *bufio.Reader, leave func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	response, err := w.server.Client().Do(w.post("/chat/completions", body).WithContext(ctx))
	if err != nil {
		cancel()
		w.t.Fatal(err)
	}
	return bufio.NewReader(response.Body), func() { cancel(); response.Body.Close() }
}

// abandon starts a call, and hangs up once the upstream has it.
func (w *world) abandon(body string) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	before := w.calls.Load()
	ended := make(chan error, 1)
	go func() {
		response, err := w.server.Client().Do(w.post("/chat/completions", body).WithContext(ctx))
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		ended <- err
	}()
	eventually(w.t, "the upstream is called", func() bool { return w.calls.Load() > before })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		w.t.Fatalf("the call ended with %v before the client left", err)
	}
}
