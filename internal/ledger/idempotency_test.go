package ledger

import (
	"errors"
	"testing"
	"time"

	"stakegate/internal/apikey"
)

// under makes a hold one that is marked by an idempotency key.
func under(op Op, name string, digest byte) Op {
	op.Hold.Idempotency = Idempotency{Name: name, Digest: [32]byte{digest}}
	return op
}

func wantRepeated(t *testing.T, verdict Verdict, want Repeated) {
	t.Helper()
	var repeated *Repeated
	if !errors.As(verdict.Err, &repeated) || *repeated != want {
		t.Fatalf("got %+v, want %+v", verdict.Err, want)
	}
}

// It happened elsewhere: midaz 2476; aws-samples 40; OmniRoute 13686.
func TestACallUnderAnIdempotencyKeyIsHeldAndChargedOnce(t *testing.T) {
	key, other := testKey(0, apikey.Limits{}), testKey(2, apikey.Limits{})
	w := newWorld(key, other)
	w.do(grantOp("0x0", 1000, 0, 0))
	const name = "0123456789abcdef"

	// Twice in one batch, then in another one, then with another body.
	verdicts := w.do(under(holdOp(key, "h1", 10, 10), name, 1), under(holdOp(key, "h2", 10, 10), name, 1))
	if verdicts[0].Err != nil {
		t.Fatal(verdicts[0].Err)
	}
	running := Repeated{HoldID: "h1", State: Reserved}
	wantRepeated(t, verdicts[1], running)
	wantRepeated(t, w.do(under(holdOp(key, "h3", 10, 10), name, 1))[0], running)
	wantRepeated(t, w.do(under(holdOp(key, "h4", 10, 10), name, 2))[0], Repeated{Mismatch: true, HoldID: "h1", State: Reserved})

	// Another key's calls are its own.
	if err := w.do(under(holdOp(other, "h5", 10, 10), name, 2))[0].Err; err != nil {
		t.Fatal(err)
	}
	w.do(Op{Settle: &Settlement{HoldID: "h1", Cost: 7, Source: SourceUsage}})
	wantRepeated(t, w.do(under(holdOp(key, "h6", 10, 10), name, 1))[0],
		Repeated{HoldID: "h1", State: SettledAs, Charged: Settled{DIEM: 7}})
	if len(w.state.Holds) != 2 {
		t.Errorf("%d holds for two calls", len(w.state.Holds))
	}

	// After a day the text is as good as new.
	w.state.Now = w.state.Now.Add(AttemptsKept)
	verdict := w.do(under(holdOp(key, "h7", 10, 10), name, 2))[0]
	if !errors.Is(verdict.Err, ErrNoGrant) {
		t.Errorf("after %s: %v, want the next day's first hold", AttemptsKept, verdict.Err)
	}
	w.check(t)
}

func TestACallThatCostNothingLeavesItsIdempotencyKeyFree(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 10, 0, 0))
	const name = "0123456789abcdef"

	// Refused for its budget, then for its rate, with bodies of their own.
	if err := w.do(under(holdOp(key, "h1", 11, 11), name, 1))[0].Err; err == nil {
		t.Fatal("11 of 10 were held")
	}
	limited := under(holdOp(key, "h2", 1, 1), name, 2)
	limited.Hold.Rates = []Rate{{Kind: TokensPerMinute, Tier: "S", Limit: 1, Amount: 2}}
	var rate *RateLimited
	if err := w.do(limited)[0].Err; !errors.As(err, &rate) {
		t.Fatalf("got %v, want a rate limit", err)
	}
	// Held and given back.
	if err := w.do(under(holdOp(key, "h3", 5, 5), name, 3))[0].Err; err != nil {
		t.Fatal(err)
	}
	w.do(Op{Void: "h3"})
	if err := w.do(under(holdOp(key, "h4", 5, 5), name, 4))[0].Err; err != nil {
		t.Fatalf("after a voided call: %v", err)
	}
	wantRepeated(t, w.do(under(holdOp(key, "h5", 5, 5), name, 4))[0], Repeated{HoldID: "h4", State: Reserved})

	// One of unknown outcome was paid: it may not be made again.
	w.do(Op{Assume: "h4"})
	wantRepeated(t, w.do(under(holdOp(key, "h6", 5, 5), name, 4))[0],
		Repeated{HoldID: "h4", State: AssumedFor, Charged: Settled{DIEM: 5}})

	// A revoked key is told nothing of its calls.
	at := w.state.Now.Add(-time.Second)
	key.RevokedAt = &at
	if err := w.do(under(holdOp(key, "h7", 5, 5), name, 4))[0].Err; !errors.Is(err, ErrKey) {
		t.Errorf("a revoked key got %v", err)
	}
}
