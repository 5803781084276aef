package gateway_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"stakegate/internal/gateway"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

const usual = `{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25,"prompt_tokens_details":{"cached_tokens":4}}`

func TestAnAnswerIsChargedByItsUsage(t *testing.T) {
	w := newWorld(t, answers(answer(usual)), options{})
	response, body := w.ask(hello)
	if response.StatusCode != 200 {
		t.Fatalf("status is %d: %s", response.StatusCode, body)
	}
	var got struct {
		ID, Object, Model string
		Created           int64
		Choices           []struct{ Message struct{ Content string } }
		Usage             map[string]any
		Cost              map[string]json.Number
		Provider          *string
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != "chatcmpl-up" || got.Object != "chat.completion" || got.Model != "small" || got.Created != 1700000000 {
		t.Errorf("the answer's head is %+v", got)
	}
	if len(got.Choices) != 1 || got.Choices[0].Message.Content != "good day" {
		t.Errorf("choices are %+v", got.Choices)
	}
	if got.Cost["diem"] != "0.00003" || got.Cost["usd"] != "0" {
		t.Errorf("cost is %v", got.Cost)
	}
	if got.Provider != nil {
		t.Error("an unknown member of the upstream's answer went through")
	}
	if fmt.Sprint(got.Usage) != "map[completion_tokens:5 prompt_tokens:20 prompt_tokens_details:map[cached_tokens:4] total_tokens:25]" {
		t.Errorf("usage is %v", got.Usage)
	}
	for name, want := range map[string]string{
		"X-Request-Id": "request-1", "X-Venice-Model-Id": "small", "X-Venice-Model-Name": "Small Model",
		"X-Venice-Balance-Diem": "1", "X-Venice-Balance-Usd": "0", "X-Stakegate-Charge": "0.00003",
		"X-Stakegate-Budget": "account DIEM", "X-Stakegate-Limit": "1", "X-Stakegate-Spent": "0", "X-Stakegate-Held": helloHold.String(),
		"X-Stakegate-Max-Tokens": "", "Set-Cookie": "", "Openai-Organization": "",
		"Content-Type": "application/json; charset=utf-8",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
	h := w.books.last()
	want := ledger.Settlement{
		HoldID: "request-1", Cost: charge(20, 5), PromptTokens: 20, CompletionTokens: 5,
		Source: "usage", ExecutionTime: h.settled.ExecutionTime,
	}
	want.Lines = []money.Line{
		{Item: "input", Quantity: 16, Price: money.Unit, Cost: charge(16, 0)},
		{Item: "cached_input", Quantity: 4, Price: money.Unit, Cost: charge(4, 0)},
		{Item: "output", Quantity: 5, Price: 2 * money.Unit, Cost: charge(20, 5) - charge(20, 0)},
	}
	if !reflect.DeepEqual(h.settled, want) || h.amount != helloHold {
		t.Errorf("settled %+v of %v, want %+v of %v", h.settled, h.amount, want, helloHold)
	}
	if !h.request.ModelPrivate || h.request.ModelType != "text" {
		t.Errorf("hold request is %+v", h.request)
	}
}

func TestTheForwardedRequestIsBuiltFromNothing(t *testing.T) {
	w := newWorld(t, answers(answer(usual)), options{keys: map[string]string{"main": "operator-key"}})
	r := w.post("/chat/completions?debug=1", `{"model":"default","verbose":{"deep":1},"user":"u1","store":true,"metadata":{"a":"b"},"temperature":0.5,
		"max_tokens":50,"max_completion_tokens":20,"n":2,"stop":["x"],"service_tier":"auto","venice_parameters":{"enable_web_search":"off"},
		"messages":[{"role":"system","content":"be brief"},{"role":"user","content":[{"type":"text","text":"h\u00e9","cache_control":{"type":"ephemeral"}}]}]}`)
	for name, value := range map[string]string{
		"Authorization": "Bearer client-key", "Cookie": "c=1", "X-Forwarded-For": "10.0.0.1", "Accept": "text/html",
		"X-Custom": "1", "Connection": "X-Custom", "Te": "trailers", "User-Agent": "client", "Accept-Encoding": "gzip",
	} {
		r.Header.Set(name, value)
	}
	if response, body := w.do(r); response.StatusCode != 200 || response.Header.Get("X-Stakegate-Ignored") != "verbose" {
		t.Fatalf("status is %d: %s; header is %v", response.StatusCode, body, response.Header)
	}
	want := `{"temperature":0.5,"stop":["x"],"messages":[{"role":"system","content":"be brief"},{"role":"user","content":[{"type":"text","text":"h\u00e9"}]}],` +
		`"model":"vendor/small","n":2,"max_tokens":20}`
	if got := string(w.bodies[0]); got != want {
		t.Errorf("the upstream got %s, want %s", got, want)
	}
	header := w.headers[0]
	header.Del("Content-Length")
	if got, want := fmt.Sprint(header), "map[Accept:[application/json] Accept-Encoding:[identity] Authorization:[Bearer operator-key] Content-Type:[application/json] User-Agent:[stakegate]]"; got != want {
		t.Errorf("the upstream got headers %s, want %s", got, want)
	}
}

// It happened elsewhere: LiteLLM 37992.
func TestReportedUsageIsBoundedByTheHold(t *testing.T) {
	for name, test := range map[string]struct {
		usage  string
		want   money.Nano
		source string
		odd    bool
		loss   bool
	}{
		"as expected":         {`{"prompt_tokens":20,"completion_tokens":5}`, charge(20, 5), "usage", false, false},
		"zero is zero":        {`{"prompt_tokens":0,"completion_tokens":0}`, 0, "usage", false, false},
		"absurd":              {`{"prompt_tokens":999999999999,"completion_tokens":99999999999999999999999}`, helloHold, "usage", true, true},
		"prompt above bound":  {`{"prompt_tokens":5000,"completion_tokens":1}`, charge(helloPrompt, 1), "usage", true, true},
		"completion above":    {`{"prompt_tokens":1,"completion_tokens":11}`, charge(1, 10), "usage", true, false},
		"negative":            {`{"prompt_tokens":-20,"completion_tokens":-5}`, 0, "usage", true, false},
		"negative and not":    {`{"prompt_tokens":20,"completion_tokens":-5e300}`, charge(20, 0), "usage", true, false},
		"fractions round up":  {`{"prompt_tokens":20.1,"completion_tokens":4.5}`, charge(21, 5), "usage", true, false},
		"infinite":            {`{"prompt_tokens":1e999,"completion_tokens":0}`, charge(helloPrompt, 0), "usage", true, true},
		"missing":             {``, charge(helloPrompt, 8), "estimated", false, false},
		"null":                {`null`, charge(helloPrompt, 8), "estimated", false, false},
		"empty":               {`{}`, charge(helloPrompt, 8), "estimated", false, false},
		"half":                {`{"prompt_tokens":20}`, charge(helloPrompt, 8), "estimated", false, false},
		"words":               {`{"prompt_tokens":"20","completion_tokens":"5"}`, charge(helloPrompt, 8), "estimated", false, false},
		"a list":              {`[20,5]`, charge(helloPrompt, 8), "estimated", false, false},
		"twice: the last one": {`{"prompt_tokens":1,"completion_tokens":1},"usage":{"prompt_tokens":2,"completion_tokens":2}`, charge(2, 2), "usage", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, answers(answer(test.usage)), options{})
			if response, body := w.ask(hello); response.StatusCode != 200 {
				t.Fatalf("status is %d: %s", response.StatusCode, body)
			}
			h := w.books.last()
			if h.state != "settled" || h.settled.Cost != test.want || h.settled.Source != test.source {
				t.Errorf("%s %v by %s, want %v by %s", h.state, h.settled.Cost, h.settled.Source, test.want, test.source)
			}
			if o := w.outcome(); o.Anomaly != test.odd || (o.Loss > 0) != test.loss {
				t.Errorf("outcome is %+v", o)
			}
		})
	}
}

func TestUpstreamErrorsAreReshapedAndChargedByTheTable(t *testing.T) {
	fails := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.Header().Set("X-Operator", "secret")
			w.Header().Set("Location", "http://169.254.169.254/")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, test := range map[string]struct {
		script http.HandlerFunc
		status int
		code   string
		state  string
		retry  time.Duration
	}{
		"400":             {fails(400, `{"error":{"message":"secret-org"}}`), 400, "INVALID_REQUEST", "voided", 0},
		"context":         {fails(400, `{"error":{"message":"secret","code":"context_length_exceeded"}}`), 400, "TOO_MANY_TOKENS", "voided", 0},
		"Anthropic's":     {fails(400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: secret"}}`), 400, "TOO_MANY_TOKENS", "voided", 0},
		"401":             {fails(401, `secret`), 502, "INFERENCE_FAILED", "voided", time.Second},
		"403":             {fails(403, `secret`), 502, "INFERENCE_FAILED", "voided", time.Second},
		"404":             {fails(404, `secret`), 502, "INFERENCE_FAILED", "voided", time.Second},
		"408":             {fails(408, `secret`), 502, "INFERENCE_FAILED", "settled", 0},
		"422":             {fails(422, `secret`), 400, "INVALID_REQUEST", "voided", 0},
		"429":             {fails(429, `secret`), 429, "MODEL_OVERLOADED", "voided", 7 * time.Second},
		"499":             {fails(499, `secret`), 502, "INFERENCE_FAILED", "settled", 0},
		"500":             {fails(500, `secret`), 502, "INFERENCE_FAILED", "voided", time.Second},
		"503":             {fails(503, `secret`), 503, "MODEL_AT_CAPACITY", "voided", 7 * time.Second},
		"504":             {fails(504, `secret`), 504, "REQUEST_TIMEOUT", "voided", time.Second},
		"redirect":        {fails(307, `secret`), 502, "INFERENCE_FAILED", "voided", time.Second},
		"reset":           {reset, 502, "INFERENCE_FAILED", "settled", 0},
		"empty":           {answers(``), 502, "INFERENCE_FAILED", "settled", 0},
		"no JSON":         {answers(`secret`), 502, "INFERENCE_FAILED", "settled", 0},
		"truncated":       {answers(`{"choices":[{}]`), 502, "INFERENCE_FAILED", "settled", 0},
		"no choices":      {answers(`{"choices":[]}`), 502, "INFERENCE_FAILED", "settled", 0},
		"error inside":    {answers(`{"error":{"message":"secret"}}`), 502, "INFERENCE_FAILED", "settled", 0},
		"oversized":       {answers(`{"choices":[{}],"pad":"` + strings.Repeat("x", 5000) + `"}`), 502, "INFERENCE_FAILED", "settled", 0},
		"usage, no words": {answers(`{"usage":{"prompt_tokens":1,"completion_tokens":1}}`), 502, "INFERENCE_FAILED", "settled", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, test.script, options{limits: gateway.Limits{Answer: 4000}})
			response, body := w.ask(hello)
			problem := w.problem()
			if response.StatusCode != test.status || problem.Code != test.code || problem.RetryAfter != test.retry {
				t.Errorf("error is %d %+v, want %d %s %v", response.StatusCode, problem, test.status, test.code, test.retry)
			}
			h := w.books.last()
			if h.state != test.state {
				t.Errorf("the hold is %s, want %s", h.state, test.state)
			}
			if charged := test.state == "settled"; charged {
				if !problem.NoRetry || response.Header.Get("X-Stakegate-Charge") != h.settled.Cost.String() {
					t.Errorf("a charged error invites a retry (%v) or hides its charge %q", problem.NoRetry, response.Header)
				}
				if name != "usage, no words" && h.settled.Cost != helloHold {
					t.Errorf("the unknown is charged %v, want the hold", h.settled.Cost)
				}
			}
			if strings.Contains(body, "secret") || strings.Contains(fmt.Sprint(response.Header), "secret") {
				t.Errorf("the upstream's words leak: %s %v", body, response.Header)
			}
			if w.calls.Load() != 1 {
				t.Errorf("the upstream was called %d times", w.calls.Load())
			}
		})
	}
}

func TestACallThatNeverReachedTheUpstreamIsFree(t *testing.T) {
	for name, url := range map[string]string{
		"nobody listens": "http://127.0.0.1:1/v1",
		"link-local":     "https://169.254.169.254/v1",
		"unknown host":   "https://model.invalid/v1",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, reset, options{url: url})
			response, _ := w.ask(hello)
			if problem := w.problem(); response.StatusCode != 502 || problem.Code != "UPSTREAM_UNAVAILABLE" || problem.NoRetry {
				t.Errorf("error is %+v", problem)
			}
			if h := w.books.last(); h.state != "voided" {
				t.Errorf("the hold is %s", h.state)
			}
		})
	}
}

// It happened elsewhere: LiteLLM 31300; ClawQL 876; Bifrost 5770; venice-py
// 71.
func TestHoldErrorsReachTheCaller(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
		code   string
	}{
		{ledger.ErrKey, 401, "AUTHENTICATION_FAILED"},
		{ledger.ErrPrivacy, 403, "UNAUTHORIZED"},
		{ledger.ErrNoGrant, 503, "SERVICE_UNAVAILABLE"},
		{ledger.ErrBusy, 503, "SERVICE_UNAVAILABLE"},
		{errors.New("disk is full"), 503, "SERVICE_UNAVAILABLE"},
		{&ledger.Refusal{Scope: "account", Currency: money.DIEM}, 402, "INSUFFICIENT_BALANCE"},
		{&ledger.Refusal{Scope: "pool", Currency: money.DIEM}, 402, "INSUFFICIENT_BALANCE"},
		{&ledger.Refusal{Scope: "key", Currency: money.DIEM}, 402, "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED"},
		{&ledger.Refusal{Scope: "key", Currency: money.USD}, 402, "API_KEY_USD_SPEND_LIMIT_EXCEEDED"},
		{&ledger.Refusal{Scope: "key", Currency: money.USD, OnlyHeld: true}, 429, "BUDGET_HELD"},
	} {
		w := newWorld(t, reset, options{})
		w.books.holdErr = test.err
		response, body := w.ask(hello)
		problem := w.problem()
		if response.StatusCode != test.status || problem.Code != test.code {
			t.Errorf("%v: error is %d %s, want %d %s", test.err, response.StatusCode, problem.Code, test.status, test.code)
		}
		if retriable := test.status == 503 || test.status == 429; retriable != (problem.RetryAfter > 0) || retriable == problem.NoRetry {
			t.Errorf("%v: retry is told as %v, %v", test.err, problem.RetryAfter, problem.NoRetry)
		}
		if strings.Contains(body, "disk") {
			t.Errorf("the books' trouble leaks: %s", body)
		}
		if w.calls.Load() != 0 {
			t.Errorf("%v: the upstream was called", test.err)
		}
	}
}
