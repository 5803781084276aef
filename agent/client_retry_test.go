package agent_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stakegate/agent"
)

// flaky is a server of every host: it answers the first calls with failures,
// then well. A status of 0 is a lost answer.
type flaky struct {
	calls    atomic.Int64
	failures []failure
	body     string
}

type failure struct {
	status     int
	retryAfter string
	noRetry    bool
}

func (f *flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	n := int(f.calls.Add(1))
	answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(f.body)), Request: r}
	if n > len(f.failures) {
		return answer, nil
	}
	failed := f.failures[n-1]
	if failed.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	answer.StatusCode = failed.status
	answer.Body = io.NopCloser(strings.NewReader(`{"error":"failed"}`))
	if failed.retryAfter != "" {
		answer.Header.Set("Retry-After", failed.retryAfter)
	}
	if failed.noRetry {
		answer.Header.Set("X-Should-Retry", "false")
	}
	return answer, nil
}

func (f *flaky) client(t *testing.T, retry agent.Retry) *agent.Client {
	t.Helper()
	client, err := agent.NewClient(guardBase, f)
	if err != nil {
		t.Fatal(err)
	}
	return client.WithKey(agent.NewSecret(testSecret)).WithRetry(retry)
}

func TestOnlyWhatIsSafeIsRepeated(t *testing.T) {
	list := func(c *agent.Client, t *testing.T) error { _, err := c.Keys(t.Context()); return err }
	create := func(c *agent.Client, t *testing.T) error { _, err := c.CreateKey(t.Context(), wholeSpec()); return err }
	rotate := func(c *agent.Client, t *testing.T) error { _, err := c.RotateKey(t.Context(), "id", 0); return err }
	chat := func(c *agent.Client, t *testing.T) error {
		_, err := c.Chat(t.Context(), agent.ChatRequest{})
		return err
	}
	update := func(c *agent.Client, t *testing.T) error {
		_, err := c.UpdateKey(t.Context(), "id", wholeUpdate())
		return err
	}
	remove := func(c *agent.Client, t *testing.T) error { return c.DeleteKey(t.Context(), "id") }
	report := func(c *agent.Client, t *testing.T) error { return c.ReportLeak(t.Context(), agent.NewSecret("x")) }
	const key = `{"data":{"apiKey":"` + testSecret + `"}}`
	many := func(f failure, n int) []failure {
		all := make([]failure, n)
		for i := range all {
			all[i] = f
		}
		return all
	}
	for name, c := range map[string]struct {
		do       func(*agent.Client, *testing.T) error
		failures []failure
		retry    agent.Retry
		calls    int64
		fails    bool
		waits    time.Duration
	}{
		"nothing without a Retry":            {list, many(failure{status: 503}, 1), agent.Retry{}, 1, true, 0},
		"a list after a lost answer":         {list, many(failure{}, 1), agent.DefaultRetry, 2, false, 250 * time.Millisecond},
		"a list after the server's time":     {list, many(failure{status: 429, retryAfter: "7"}, 2), agent.DefaultRetry, 3, false, 14 * time.Second},
		"no list that asks for an hour":      {list, many(failure{status: 429, retryAfter: "3600"}, 1), agent.DefaultRetry, 1, true, 0},
		"a list as often as was allowed":     {list, many(failure{status: 500}, 9), agent.Retry{Tries: 3}, 3, true, 750 * time.Millisecond},
		"no list that may not be repeated":   {list, many(failure{status: 500, noRetry: true}, 1), agent.DefaultRetry, 1, true, 0},
		"no list that is wrong":              {list, many(failure{status: 400}, 1), agent.DefaultRetry, 1, true, 0},
		"an update after a lost answer":      {update, many(failure{}, 1), agent.DefaultRetry, 2, false, 250 * time.Millisecond},
		"a leak report after a lost answer":  {report, many(failure{}, 1), agent.DefaultRetry, 2, false, 250 * time.Millisecond},
		"a revocation after a lost answer":   {remove, many(failure{}, 1), agent.DefaultRetry, 2, false, 250 * time.Millisecond},
		"one that a lost answer had done":    {remove, []failure{{}, {status: 404}}, agent.DefaultRetry, 2, false, 250 * time.Millisecond},
		"none of a key that there is not":    {remove, []failure{{status: 404}}, agent.DefaultRetry, 1, true, 0},
		"none after a pause that was asked":  {remove, []failure{{status: 429}, {status: 404}}, agent.DefaultRetry, 2, true, 250 * time.Millisecond},
		"no new key after a lost answer":     {create, many(failure{}, 1), agent.DefaultRetry, 1, true, 0},
		"no new key after a broken server":   {create, many(failure{status: 502}, 1), agent.DefaultRetry, 1, true, 0},
		"no new key after a vague 503":       {create, many(failure{status: 503}, 1), agent.DefaultRetry, 1, true, 0},
		"a new key after a pause":            {create, many(failure{status: 503, retryAfter: "1"}, 1), agent.DefaultRetry, 2, false, time.Second},
		"a new key that was too soon":        {create, many(failure{status: 429, retryAfter: "1"}, 1), agent.DefaultRetry, 2, false, time.Second},
		"no rotation after a lost answer":    {rotate, many(failure{}, 1), agent.DefaultRetry, 1, true, 0},
		"no paid call after a lost answer":   {chat, many(failure{}, 1), agent.DefaultRetry, 1, true, 0},
		"a paid call that was not made":      {chat, many(failure{status: 429}, 1), agent.DefaultRetry, 2, false, 250 * time.Millisecond},
		"no paid call that may not be again": {chat, many(failure{status: 429, noRetry: true}, 1), agent.DefaultRetry, 1, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &flaky{failures: c.failures, body: key}
				if strings.Contains(name, "list") {
					server.body = `{"data":[]}`
				}
				began := time.Now()
				err := c.do(server.client(t, c.retry), t)
				if (err != nil) != c.fails || server.calls.Load() != c.calls || time.Since(began) != c.waits {
					t.Errorf("got %v after %d calls and %s, want failure %v after %d and %s", err, server.calls.Load(), time.Since(began), c.fails, c.calls, c.waits)
				}
			})
		})
	}
}

func TestAStoppedContextEndsTheWaitForARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &flaky{failures: []failure{{status: 429, retryAfter: "60"}}, body: `{"data":[]}`}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := server.client(t, agent.DefaultRetry).Keys(ctx)
		var answered *agent.APIError
		if !errors.As(err, &answered) || time.Since(began) != time.Second {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
	})
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		is     error
		want   string // of the error's text
		next   string
	}{
		"the server's advice": {429, `{"error":"Rate limit exceeded","code":"X","message":"Make fewer keys."}`, nil, "Rate limit exceeded", "Make fewer keys."},
		"members of a request": {400, `{"error":"Invalid request parameters","details":{"_errors":["whole"],"consumptionLimit":{"_errors":[],"diem":{"_errors":["Must be a number"]}}}}`,
			nil, "request: whole; consumptionLimit.diem: Must be a number", "change the request"},
		"a rejected key":     {401, `{"error":"Authentication failed"}`, agent.ErrKeyRejected, "Authentication failed", "mint a new one"},
		"no such key":        {404, `{"error":"Not found"}`, agent.ErrNotFound, "Not found", "list what there is"},
		"a spent account":    {402, `{"error":"Insufficient","code":"INSUFFICIENT_BALANCE","budget":"account","currency":"DIEM","limit":1,"spent":0.9,"held":0.1,"resetsAt":"2026-11-24T00:00:00.000Z"}`, agent.ErrBudget, "Insufficient", "stake more, or wait until 2026-11-24T00:00:00.000Z"},
		"a spent key":        {402, `{"error":"API key limit","budget":"key","currency":"USD","limit":1,"spent":1,"held":0,"resetsAt":null}`, agent.ErrBudget, "API key limit", "it never begins anew"},
		"Venice's 402":       {402, `{"error":"Insufficient USD or Diem balance to complete request"}`, agent.ErrBudget, "Insufficient USD", "wait for the next epoch"},
		"OpenAI's shape":     {404, `{"error":{"message":"no such model","type":"invalid_request_error","param":"model","code":"model_not_found"}}`, agent.ErrNotFound, "no such model", "list what there is"},
		"a page of a proxy":  {502, `<html>Bad gateway</html>`, nil, "Bad Gateway", "try again later"},
		"members of a kind":  {503, `{"error":7,"code":8,"message":"Soon."}`, nil, "Soon.", "try again later"},
		"an error that is a": {418, `["teapot"]`, nil, "I'm a teapot", ""},
	} {
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", "req-1")
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		})
		_, err := client.Keys(t.Context())
		var answered *agent.APIError
		if !errors.As(err, &answered) || answered.RequestID != "req-1" || !strings.Contains(err.Error(), c.want) || !strings.Contains(agent.NextStep(err), c.next) {
			t.Errorf("%s: got %v, next %q", name, err, agent.NextStep(err))
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v is not %v", name, err, c.is)
		}
	}
	client := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if _, err := client.CreateKey(t.Context(), wholeSpec()); !agent.Retryable(err) || !strings.Contains(agent.NextStep(err), "list the keys") {
		t.Errorf("got %v, next %q", err, agent.NextStep(err))
	}
}

func TestABudgetThatIsSpentIsTold(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(402)
		io.WriteString(w, `{"error":"Insufficient","budget":"account","currency":"DIEM","limit":1,"spent":0.9,"held":0.05,"resetsAt":"2026-11-24T00:00:00.000Z","affordable_max_tokens":12}`)
	})
	_, err := client.Chat(t.Context(), agent.ChatRequest{})
	var answered *agent.APIError
	if !errors.As(err, &answered) || answered.Budget == nil {
		t.Fatalf("got %v", err)
	}
	if got, want := *answered.Budget, (agent.BudgetState{Scope: "account", Currency: "DIEM", Limit: "1", Spent: "0.9", Held: "0.05",
		ResetsAt: "2026-11-24T00:00:00.000Z", MaxTokens: "12"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
