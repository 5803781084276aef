package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

const helloUncapped = `{"model":"small","messages":[{"role":"user","content":"hello"}]}`

// It happened elsewhere: oh-my-pi 9569; opencode 12219; forgecode 571; Agenta
// 6341; vellar 104.
func TestTheForwardedCapIsTheOneThatIsHeld(t *testing.T) {
	for name, test := range map[string]struct {
		budget  money.Nano
		body    string
		cap     float64
		header  string
		refused bool
		afford  int64
	}{
		"default":             {money.Unit, helloUncapped, 200, "200", false, 0},
		"default lowered":     {charge(helloPrompt, 50) + 1, helloUncapped, 50, "50", false, 0},
		"least":               {charge(helloPrompt, 16), helloUncapped, 16, "16", false, 0},
		"below the least":     {charge(helloPrompt, 15), helloUncapped, 0, "", true, 15},
		"explicit":            {charge(helloPrompt, 10), hello, 10, "", false, 0},
		"explicit, too dear":  {charge(helloPrompt, 10) - 1, hello, 0, "", true, 9},
		"prompt is too dear":  {charge(helloPrompt, 0) - 1, hello, 0, "", true, 0},
		"nothing left":        {1, hello, 0, "", true, 0},
		"null is not a cap":   {money.Unit, strings.Replace(hello, "10", "null", 1), 200, "200", false, 0},
		"the smaller of both": {money.Unit, strings.Replace(hello, "{", `{"max_completion_tokens":7,`, 1), 7, "", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, answers(answer(usual)), options{budget: test.budget})
			response, body := w.ask(test.body)
			if test.refused {
				problem := w.problem()
				if response.StatusCode != 402 || problem.Code != "INSUFFICIENT_BALANCE" || w.calls.Load() != 0 {
					t.Fatalf("answer is %d %s", response.StatusCode, body)
				}
				if problem.AffordableMaxTokens == nil || *problem.AffordableMaxTokens != test.afford {
					t.Errorf("affordable is %v, want %d", problem.AffordableMaxTokens, test.afford)
				}
				return
			}
			if got := w.forwarded()["max_tokens"]; got != test.cap {
				t.Errorf("forwarded cap is %v, want %v", got, test.cap)
			}
			if got := response.Header.Get("X-Stakegate-Max-Tokens"); got != test.header {
				t.Errorf("header says %q, want %q", got, test.header)
			}
		})
	}
}

func TestTheModelIsResolvedBeforeAnythingIsHeld(t *testing.T) {
	for body, want := range map[string]string{
		strings.Replace(hello, "small", "nobody", 1):                                                   "404 MODEL_NOT_FOUND ",
		strings.Replace(hello, "small", "Small", 1):                                                    "404 MODEL_NOT_FOUND ",
		strings.Replace(hello, "small", "embed", 1):                                                    "400 INVALID_MODEL model",
		strings.Replace(hello, "10", "1001", 1):                                                        "400 INVALID_REQUEST max_tokens",
		strings.Replace(hello, `"max_tokens":10`, `"max_completion_tokens":1000000000`, 1):             "400 INVALID_REQUEST max_completion_tokens",
		strings.Replace(hello, `"max_tokens":10`, `"max_tokens":5000,"max_completion_tokens":2000`, 1): "400 INVALID_REQUEST max_completion_tokens",
	} {
		w := newWorld(t, reset, options{})
		w.ask(body)
		problem := w.problem()
		if got := fmt.Sprint(problem.Status, " ", problem.Code, " ", problem.Member); got != want || problem.Error() == "" {
			t.Errorf("%s: error is %s, want %s", body, got, want)
		}
		if len(w.books.order) > 0 {
			t.Errorf("%s: something was held", body)
		}
	}
	for _, name := range []string{"default", "gpt-4o-mini"} {
		w := newWorld(t, answers(answer(usual)), options{})
		response, body := w.ask(strings.Replace(hello, "small", name, 1))
		if response.Header.Get("X-Venice-Model-Id") != "small" || !strings.Contains(body, `"model":"small"`) || w.forwarded()["model"] != "vendor/small" {
			t.Errorf("%s: answer is %d %s", name, response.StatusCode, body)
		}
	}
}

func TestVeniceParametersAreEchoedAsTheyHold(t *testing.T) {
	with := `{"venice_parameters":{"include_venice_system_prompt":true},`
	w := newWorld(t, answers(answer(usual)), options{})
	if _, body := w.ask(strings.Replace(hello, "{", with, 1)); !strings.Contains(body, `"include_venice_system_prompt":false`) {
		t.Errorf("answer is %s", body)
	}
	if _, forwards := w.forwarded()["venice_parameters"]; forwards {
		t.Error("they are forwarded")
	}
	w = newWorld(t, streams(piece("x", "stop"), "[DONE]"), options{})
	if _, body := w.ask(strings.Replace(helloUsage, "{", with, 1)); !strings.Contains(body, `"include_venice_system_prompt":false`) {
		t.Errorf("stream is %s", body)
	}
}

// leaving is a ledger whose client leaves while the hold becomes durable.
type leaving struct {
	*books
	leave func()
}

func (l *leaving) Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error) {
	held, err := l.books.Hold(ctx, request)
	l.leave()
	return held, err
}

func TestAHoldIsGivenBackIfItsClientLeavesBeforeTheCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := newBooks(t, money.Unit)
	upstream := &script{}
	models := testCatalog(t, "http://127.0.0.1:1", [2]string{"small", "embed"})
	g := gateway.New(gateway.Config{
		Catalog: func() *catalog.Catalog { return models }, Upstreams: upstreams(models, upstream, nil),
		Ledger: &leaving{b, cancel}, NewID: func() string { return "r1" },
	})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(hello))
	r.Header.Set("Content-Type", "application/json")
	problem := serve(g, "/chat/completions", httptest.NewRecorder(), r, gateway.Caller{})
	if problem == nil || problem.Status != 499 || upstream.body != nil || b.last().state != "voided" {
		t.Errorf("error is %v, the hold is %s", problem, b.last().state)
	}
}

func TestMoneyHeldByRunningCallsIsAReasonToWait(t *testing.T) {
	release := make(chan struct{})
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		<-release
		answers(answer(usual))(rw, r)
	}, options{budget: helloHold + 1})
	var group sync.WaitGroup
	group.Go(func() { w.ask(hello) })
	eventually(t, "the upstream is called", func() bool { return w.calls.Load() == 1 })
	response, _ := w.ask(hello)
	if problem := w.problem(); response.StatusCode != 429 || problem.Code != "BUDGET_HELD" || problem.RetryAfter == 0 || problem.NoRetry {
		t.Errorf("error is %d %+v", response.StatusCode, problem)
	}
	close(release)
	group.Wait()
}

func TestOfManyCallsAtOnceOnlyThoseThatFitAreForwarded(t *testing.T) {
	for _, fit := range []int64{0, 1, 7} {
		release := make(chan struct{})
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			<-release
			answers(answer(`{"prompt_tokens":1000,"completion_tokens":1000}`))(rw, r)
		}, options{budget: money.Nano(fit)*helloHold + helloHold - 1})
		var group sync.WaitGroup
		for range 60 {
			group.Go(func() { w.ask(hello) })
		}
		eventually(t, "every call is held or refused", func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.calls.Load() == fit && len(w.problems) == 60-int(fit)
		})
		close(release)
		group.Wait()
		if got := w.calls.Load(); got != fit {
			t.Errorf("%d calls were forwarded, want %d", got, fit)
		}
		if w.books.posted > w.books.budget {
			t.Errorf("charged %v of %v", w.books.posted, w.books.budget)
		}
	}
}

func TestAFreshlyCancelledCallIsNotMade(t *testing.T) {
	w := newWorld(t, reset, options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	problem := serve(w.gateway, "/chat/completions", httptest.NewRecorder(), w.post("/chat/completions", hello).WithContext(ctx), gateway.Caller{})
	if problem == nil || problem.Status != 499 || w.calls.Load() != 0 || len(w.books.order) != 0 {
		t.Errorf("error is %+v after %d calls and %d holds", problem, w.calls.Load(), len(w.books.order))
	}
}

// script is an upstream without a network, whose usage rapid chooses.
type script struct {
	body  []byte
	usage string
	fail  bool
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	s.body, _ = io.ReadAll(r.Body)
	if s.fail {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(answer(s.usage))), Request: r,
	}, nil
}

func TestNeitherTheCapNorTheChargeIsEverAboveTheHold(t *testing.T) {
	parsed := testCatalog(t, "http://127.0.0.1:1", [2]string{"small", "embed"})
	resolved, _ := parsed.Resolve(catalog.Text, "small", time.Now())
	small := resolved.Model
	rapid.Check(t, func(rt *rapid.T) {
		upstream := &script{
			fail:  rapid.Bool().Draw(rt, "fail"),
			usage: fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d}`, rapid.Int64().Draw(rt, "prompt"), rapid.Int64().Draw(rt, "completion")),
		}
		b := newBooks(t, money.Nano(rapid.Int64Range(0, int64(charge(2000, 9000))).Draw(rt, "budget")))
		ids := 0
		g := gateway.New(gateway.Config{
			Catalog: func() *catalog.Catalog { return parsed }, Ledger: b, Upstreams: upstreams(parsed, upstream, nil),
			NewID: func() string { ids++; return fmt.Sprint("r", ids) },
		})
		for range 3 {
			request := map[string]any{"model": "small", "n": rapid.IntRange(1, 8).Draw(rt, "n"), "messages": []any{
				map[string]any{"role": "user", "content": rapid.StringN(0, 500, -1).Draw(rt, "content")},
			}}
			if rapid.Bool().Draw(rt, "explicit") {
				request["max_tokens"] = rapid.IntRange(1, 1000).Draw(rt, "max tokens")
			}
			body, _ := json.Marshal(request)
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
			r.Header.Set("Content-Type", "application/json")
			upstream.body = nil
			serve(g, "/chat/completions", httptest.NewRecorder(), r, gateway.Caller{})
			if upstream.body == nil {
				continue
			}
			var forwarded struct {
				N         int64 `json:"n"`
				MaxTokens int64 `json:"max_tokens"`
			}
			if err := json.Unmarshal(upstream.body, &forwarded); err != nil {
				rt.Fatal(err)
			}
			h := b.last()
			if bound := small.BoundOf(catalog.Demand{Choices: forwarded.N, OutputCap: forwarded.MaxTokens}); bound > h.amount || forwarded.MaxTokens < 1 {
				rt.Fatalf("forwarded %d × %d tokens with a hold of %v", forwarded.N, forwarded.MaxTokens, h.amount)
			}
			if b.posted+b.pending > b.budget {
				rt.Fatalf("charged %v and held %v of %v", b.posted, b.pending, b.budget)
			}
		}
		if b.count("held") != 0 {
			rt.Fatal("a hold stays open")
		}
	})
}
