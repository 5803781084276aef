package app_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

const idempotencyKey = "the-first-call-of-today"

// once sends a call under an idempotency key.
func once(w *apptest.World, path, key, body string) (apptest.Answer, error) {
	r := w.Request("POST", path, key, body)
	r.Header.Set("Idempotency-Key", idempotencyKey)
	return w.Try(r)
}

func TestACallThatIsSentAgainIsPaidOnce(t *testing.T) {
	for name, call := range map[string]struct{ path, body, other string }{
		"chat":       {"/chat/completions", apptest.ChatBody("hello", `"max_tokens":5`), apptest.ChatBody("hello!", `"max_tokens":5`)},
		"stream":     {"/chat/completions", apptest.ChatBody("hello", `"stream":true`), apptest.ChatBody("hello", "")},
		"embeddings": {"/embeddings", `{"model":"echo-embed-1","input":"hello"}`, `{"model":"echo-embed-1","input":"hell"}`},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			w := apptest.Start(t, apptest.Options{Model: g.around})
			_, admin := w.Account(100)
			second, _ := w.NewKey(admin, "INFERENCE", "")
			balance := w.Balance(admin)

			first := make(chan apptest.Answer, 1)
			go func() {
				answer, _ := once(w, call.path, admin, call.body)
				first <- answer
			}()
			<-g.arrived
			held := w.Balance(admin)
			running, err := once(w, call.path, admin, call.body)
			if err != nil || running.Status != http.StatusConflict || running.Text("code") != "IDEMPOTENCY_IN_FLIGHT" ||
				running.Header.Get("Retry-After") != "1" || running.Header.Get("X-Should-Retry") != "" || running.Text("idempotency.status") != "reserved" {
				t.Errorf("while the first is running: %v %s", err, running)
			}
			mismatch, err := once(w, call.path, admin, call.other)
			if err != nil || mismatch.Status != http.StatusUnprocessableEntity || mismatch.Text("code") != "IDEMPOTENCY_MISMATCH" ||
				mismatch.Header.Get("X-Should-Retry") != "false" {
				t.Errorf("with another body: %v %s", err, mismatch)
			}
			if w.Balance(admin) != held || w.Model.Tally().Calls != 0 {
				t.Error("a repeat is held for, or made")
			}
			close(g.release)
			answer := <-first
			if answer.Status != http.StatusOK {
				t.Fatalf("the first call: %s", answer)
			}

			finished, err := once(w, call.path, admin, call.body)
			if err != nil || finished.Status != http.StatusConflict || finished.Text("code") != "IDEMPOTENCY_FINISHED" || finished.Header.Get("X-Should-Retry") != "false" ||
				finished.Text("idempotency.requestId") != answer.Header.Get("X-Request-Id") || finished.Text("idempotency.status") != "settled" ||
				finished.Nano("idempotency.charged.diem") != answer.Charge() || finished.Nano("idempotency.charged.usd") != 0 {
				t.Errorf("after the first, which was charged %s: %v %s", answer.Charge(), err, finished)
			}
			if spent := balance - w.Balance(admin); spent != answer.Charge() || w.Model.Tally().Calls != 1 {
				t.Errorf("%s was charged for one call of %s, the model did %d", spent, answer.Charge(), w.Model.Tally().Calls)
			}
			// Another key's calls are others.
			if answer, err := once(w, call.path, second, call.body); err != nil || answer.Status != http.StatusOK {
				t.Errorf("another key: %v %s", err, answer)
			}
		})
	}
}

func TestACallThatCostNothingMayBeSentAgain(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0}`)
	body := apptest.ChatBody("hello", `"max_tokens":5`)
	call := func(status int) {
		t.Helper()
		if answer, err := once(w, "/chat/completions", key, body); err != nil || answer.Status != status {
			t.Fatalf("want %d, got %v %s", status, err, answer)
		}
	}
	call(http.StatusPaymentRequired)
	w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"consumptionLimit":{"diem":1}}`, id))
	w.Model.SetFault(echo.FaultServerError)
	call(http.StatusBadGateway)
	w.Model.SetFault(echo.FaultRateLimited)
	call(http.StatusTooManyRequests)
	w.Model.SetFault(echo.FaultNone)
	call(http.StatusOK)
	call(http.StatusConflict)
}

func TestAHundredCopiesOfACallReachTheModelOnce(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	var served atomic.Int64
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			switch answer, err := once(w, "/chat/completions", admin, apptest.ChatBody("hello", `"max_tokens":5`)); {
			case err == nil && answer.Status == http.StatusOK:
				served.Add(1)
			case err != nil || answer.Status != http.StatusConflict:
				t.Errorf("%v %s", err, answer)
			}
		})
	}
	group.Wait()
	if calls := w.Model.Tally().Calls; calls != 1 || served.Load() != 1 {
		t.Errorf("the model was called %d times, %d got its answer", calls, served.Load())
	}
}
