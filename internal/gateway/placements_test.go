package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
	"stakegate/internal/money"
	"stakegate/internal/upstream"
)

// newCluster is a gateway over servers of one model, in this order.
func newCluster(t *testing.T, config upstream.Config, servers ...string) *world {
	t.Helper()
	var text, places strings.Builder
	for i, server := range servers {
		fmt.Fprintf(&text, "  - {%s, name: s%d}\n", server, i)
		fmt.Fprintf(&places, "{name: s%d, model: m%d, weight: 1}, ", i, i)
	}
	models, err := catalog.Parse([]byte("upstreams:\n" + text.String() + `models:
  - {id: small, type: text, upstreams: [` + strings.TrimSuffix(places.String(), ", ") + `], context: 100000, max_output: 1000, price: {input: "1", output: "2"}, privacy: private}
  - {id: gone, type: text, upstream: s0, context: 1000, max_output: 10, price: {input: "1", output: "2"}, privacy: private, deprecation: {removes_at: "2020-01-02", replacement: small}}
  - {id: moved, type: text, upstream: s0, context: 1000, max_output: 10, price: {input: "1", output: "2"}, privacy: private, deprecation: {removes_at: "2020-01-02", replacement: small, auto_remap: true}}
  - {id: ending, type: text, upstream: s0, context: 1000, max_output: 10, price: {input: "1", output: "2"}, privacy: private, deprecation: {removes_at: "2999-01-02", replacement: small}}
`))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, books: newBooks(t, money.Unit)}
	config.Current = func() *catalog.Catalog { return models }
	pool := upstream.New(config)
	t.Cleanup(pool.Close)
	var mu sync.Mutex
	ids := 0
	w.gateway = gateway.New(gateway.Config{
		Catalog: config.Current, Ledger: w.books, Upstreams: pool,
		NewID: func() string { mu.Lock(); defer mu.Unlock(); ids++; return fmt.Sprint("request-", ids) },
	})
	w.server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.server.Close)
	return w
}

func server(t *testing.T, script http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(script)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAServerThatIsAwayIsSteppedOverInsideOneHold(t *testing.T) {
	for _, body := range []string{hello, helloStream} {
		var model string
		up := server(t, func(rw http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			model = string(data)
			if body == hello {
				answers(answer(usual))(rw, r)
			} else {
				streams(piece("good day", "stop"), usagePiece("20", "5"), "[DONE]")(rw, r)
			}
		})
		w := newCluster(t, upstream.Config{Failures: -1}, `kind: openai, url: "http://127.0.0.1:1/v1"`, `kind: openai, url: "`+up+`"`)
		for range 4 { // whichever is asked first
			if response, text := w.ask(body); response.StatusCode != 200 || !strings.Contains(model, `"model":"m1"`) {
				t.Errorf("answer is %d %s of %s", response.StatusCode, text, model)
			}
		}
		if w.books.count("settled") != 4 || len(w.books.order) != 4 {
			t.Errorf("%d of %d holds are settled", w.books.count("settled"), len(w.books.order))
		}
	}
}

// It happened elsewhere: LiteLLM and others retried a call that was running.
func TestACallThatMayHaveRunIsNotMadeAgain(t *testing.T) {
	var calls atomic.Int64
	breaks := func(rw http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		reset(rw, r)
	}
	w := newCluster(t, upstream.Config{Failures: -1}, `kind: openai, url: "`+server(t, breaks)+`"`, `kind: openai, url: "`+server(t, breaks)+`"`)
	response, _ := w.ask(hello)
	if h := w.books.last(); response.StatusCode != 502 || calls.Load() != 1 || h.settled.Cost != h.amount || !w.problem().NoRetry {
		t.Errorf("answer is %d after %d calls; charged %v of %v", response.StatusCode, calls.Load(), h.settled.Cost, h.amount)
	}
}

func TestAModelWithoutAServerLeftIsFree(t *testing.T) {
	t.Run("down", func(t *testing.T) {
		w := newCluster(t, upstream.Config{Failures: 1, Backoff: time.Hour}, `kind: openai, url: "`+server(t, reset)+`"`)
		w.ask(hello)
		response, _ := w.ask(hello)
		if problem := w.problem(); response.StatusCode != 503 || problem.Code != "MODEL_OFFLINE" || problem.RetryAfter == 0 || problem.NoRetry {
			t.Errorf("answer is %d %+v", response.StatusCode, problem)
		}
		if h := w.books.last(); h.state != "voided" {
			t.Errorf("the hold is %s", h.state)
		}
	})
	t.Run("saturated", func(t *testing.T) {
		release, reached := make(chan struct{}), make(chan struct{}, 1)
		up := server(t, func(rw http.ResponseWriter, r *http.Request) {
			reached <- struct{}{}
			<-release
			answers(answer(usual))(rw, r)
		})
		w := newCluster(t, upstream.Config{}, `kind: openai, max_connections: 1, url: "`+up+`"`)
		var group sync.WaitGroup
		group.Go(func() { w.ask(hello) })
		<-reached
		response, _ := w.ask(hello)
		if problem := w.problem(); response.StatusCode != 503 || problem.Code != "MODEL_AT_CAPACITY" || problem.RetryAfter == 0 || problem.NoRetry {
			t.Errorf("answer is %d %+v", response.StatusCode, problem)
		}
		if h := w.books.last(); h.state != "voided" {
			t.Errorf("the hold is %s", h.state)
		}
		close(release)
		group.Wait()
	})
}

func TestARetiredModelSaysWhichOneTakesItsPlace(t *testing.T) {
	w := newCluster(t, upstream.Config{}, `kind: openai, url: "`+server(t, answers(answer(usual)))+`"`)
	response, body := w.ask(strings.Replace(hello, "small", "gone", 1))
	if response.StatusCode != 410 || w.problem().Code != "MODEL_RETIRED" || !strings.Contains(body, "use small") || len(w.books.order) != 0 {
		t.Errorf("answer is %d %s", response.StatusCode, body)
	}
	response, body = w.ask(strings.Replace(hello, "small", "moved", 1))
	if response.StatusCode != 200 || response.Header.Get("X-Venice-Model-Id") != "small" || w.books.last().request.ModelID != "small" {
		t.Errorf("answer is %d %s", response.StatusCode, body)
	}
	response, _ = w.ask(strings.Replace(hello, "small", "ending", 1))
	if warning := response.Header.Get("X-Venice-Model-Deprecation-Warning"); !strings.Contains(warning, "small") ||
		response.Header.Get("X-Venice-Model-Deprecation-Date") != "2999-01-02T00:00:00.000Z" {
		t.Errorf("headers are %v", response.Header)
	}
}

func TestAnUpstreamThatBillsThePromptOfFailedCallsIsPaid(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(500) }, options{})
	response, body := w.ask(strings.Replace(hello, "small", "strict", 1))
	h := w.books.last()
	if response.StatusCode != 502 || h.settled.Cost != charge(helloPrompt, 0) || h.settled.Source != "estimated" || !w.problem().NoRetry {
		t.Errorf("answer is %d %s; charged %v by %s", response.StatusCode, body, h.settled.Cost, h.settled.Source)
	}
	if !strings.Contains(body, "The prompt was charged.") {
		t.Errorf("the error says %s", body)
	}
}

func TestVeniceGetsItsParametersAndSearchesArePaid(t *testing.T) {
	text := strings.Replace(answer(usual), `"provider":"secret"`, `"venice_parameters":{"secret":1,"web_search_citations":[{"title":"x"}]}`, 1)
	w := newWorld(t, answers(text), options{})
	response, body := w.ask(`{"model":"venice:enable_web_search=on","max_tokens":10,"venice_parameters":{"strip_thinking_response":true},"messages":[{"role":"user","content":"hello"}]}`)
	if response.StatusCode != 200 {
		t.Fatalf("answer is %d %s", response.StatusCode, body)
	}
	sent := fmt.Sprint(w.forwarded()["venice_parameters"])
	if !strings.Contains(sent, "enable_web_search:on") || !strings.Contains(sent, "strip_thinking_response:true") {
		t.Errorf("the upstream got %s", sent)
	}
	if !strings.Contains(body, `"web_search_citations":[{"title":"x"}]`) || !strings.Contains(body, `"enable_web_search":"on"`) || strings.Contains(body, "secret") {
		t.Errorf("answer is %s", body)
	}
	const search = money.Unit / 100
	h := w.books.last()
	if want := charge(20, 5) + search; h.settled.Cost != want || h.amount < search+charge(helloPrompt+300, 10) {
		t.Errorf("charged %v of %v, want %v", h.settled.Cost, h.amount, want)
	}
}
