package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/gateway"
	"stakegate/internal/ledger"
)

const idempotencyKey = "0123456789abcdef"

// digestOf is what the ledger hears of a body that is sent under a key.
func (w *world) digestOf(path, body string) [32]byte {
	w.t.Helper()
	r := w.post(path, body)
	r.Header.Set(gateway.IdempotencyHeader, idempotencyKey)
	if response, answer := w.do(r); response.StatusCode != http.StatusOK {
		w.t.Fatalf("%d %s", response.StatusCode, answer)
	}
	marked := w.books.last().request.Idempotency
	if marked.Name != idempotencyKey {
		w.t.Fatalf("the hold is marked %q", marked.Name)
	}
	return marked.Digest
}

func TestTheSameCallHasOneDigestHoweverItIsSpelt(t *testing.T) {
	w := newWorld(t, answers(answer(usual)), options{})
	want := w.digestOf("/chat/completions", hello)
	for _, same := range []string{
		`{ "max_tokens": 10, "messages":[{"content":"h\u0065llo","role":"user"}], "model":"small"}`,
		strings.ReplaceAll(hello, ",", " ,\n"),
	} {
		if w.digestOf("/chat/completions", same) != want {
			t.Errorf("%s is another call than %s", same, hello)
		}
	}
	for _, other := range []string{strings.Replace(hello, "10", "11", 1), strings.Replace(hello, "hello", "Hello", 1), helloUncapped} {
		if w.digestOf("/chat/completions", other) == want {
			t.Errorf("%s is the same call as %s", other, hello)
		}
	}
	w.ask(hello)
	if marked := w.books.last().request.Idempotency; marked != (ledger.Idempotency{}) {
		t.Errorf("a call without a key is marked %+v", marked)
	}
}

func TestAnIdempotencyKeyIsNeitherShortNorLongNorTwice(t *testing.T) {
	w := newWorld(t, answers(answer(usual)), options{})
	for _, names := range [][]string{
		{""}, {"0123456789abcde"}, {strings.Repeat("x", 65)}, {"0123456789abcde\t0"}, {"0123456789abcdé"}, {idempotencyKey, idempotencyKey},
	} {
		r := w.post("/chat/completions", hello)
		r.Header[gateway.IdempotencyHeader] = names
		response, body := w.do(r)
		if response.StatusCode != http.StatusBadRequest || w.problem().Member != gateway.IdempotencyHeader {
			t.Errorf("%q: %d %s", names, response.StatusCode, body)
		}
	}
	if n := len(w.books.order); n != 0 {
		t.Errorf("%d holds were made", n)
	}
	for _, name := range []string{idempotencyKey, strings.Repeat("~", 64), "sixteen with spa"} {
		r := w.post("/chat/completions", hello)
		r.Header.Set(gateway.IdempotencyHeader, name)
		if response, body := w.do(r); response.StatusCode != http.StatusOK || w.books.last().request.Idempotency.Name != name {
			t.Errorf("%q: %d %s", name, response.StatusCode, body)
		}
	}
}

func TestARepeatSaysWhatBecameOfTheFirstCall(t *testing.T) {
	for _, test := range []struct {
		repeated ledger.Repeated
		status   int
		code     string
		retry    bool
	}{
		{ledger.Repeated{HoldID: "first", State: ledger.Reserved}, 409, "IDEMPOTENCY_IN_FLIGHT", true},
		{ledger.Repeated{HoldID: "first", State: ledger.SettledAs, Charged: ledger.Settled{DIEM: 7}}, 409, "IDEMPOTENCY_FINISHED", false},
		{ledger.Repeated{HoldID: "first", State: ledger.AssumedFor}, 409, "IDEMPOTENCY_FINISHED", false},
		{ledger.Repeated{HoldID: "first", State: ledger.Reserved, Mismatch: true}, 422, "IDEMPOTENCY_MISMATCH", false},
	} {
		w := newWorld(t, answers(answer(usual)), options{})
		w.books.holdErr = &test.repeated
		r := w.post("/embeddings", `{"model":"embed","input":"hello"}`)
		r.Header.Set(gateway.IdempotencyHeader, idempotencyKey)
		w.do(r)
		problem := w.problem()
		if problem.Status != test.status || problem.Code != test.code || problem.NoRetry == test.retry ||
			(problem.RetryAfter > 0) != test.retry || problem.Repeated == nil || *problem.Repeated != test.repeated {
			t.Errorf("%+v: got %+v", test.repeated, problem)
		}
		if w.calls.Load() != 0 {
			t.Errorf("%+v: the upstream was called", test.repeated)
		}
	}
}
