package ledger

import (
	"errors"
	"testing"
	"time"

	"stakegate/internal/apikey"
)

func rated(op Op, rates ...Rate) Op {
	op.Hold.Rates = rates
	return op
}

// A window admits what its limit says, keys of one account share it, and the
// next window begins anew.
func TestRequestsPerMinute(t *testing.T) {
	one, two := testKey(0, apikey.Limits{}), testKey(2, apikey.Limits{}) // of one account
	w := newWorld(one, two)
	w.do(grantOp("0x0", 100, 0, 0))
	rate := Rate{Kind: RequestsPerMinute, Tier: "S", Limit: 2, Amount: 1}
	first := w.do(rated(holdOp(one, "a", 1, 1), rate))[0]
	if first.Err != nil || len(first.Held.Rates) != 1 || first.Held.Rates[0].Remaining != 1 {
		t.Fatalf("got %+v", first)
	}
	if err := w.do(rated(holdOp(two, "b", 1, 1), rate))[0].Err; err != nil {
		t.Fatal(err)
	}
	var limited *RateLimited
	err := w.do(rated(holdOp(one, "c", 1, 1), rate))[0].Err
	if !errors.As(err, &limited) || limited.Remaining != 0 || limited.Never || !limited.ResetsAt.Equal(noon.Add(time.Minute)) {
		t.Fatalf("got %v %+v", err, limited)
	}
	other := rate
	other.Tier = "L"
	if err := w.do(rated(holdOp(one, "d", 1, 1), other))[0].Err; err != nil {
		t.Errorf("another tier has a window of its own: %v", err)
	}
	w.state.Now = noon.Add(time.Minute)
	if err := w.do(rated(holdOp(one, "e", 1, 1), rate))[0].Err; err != nil {
		t.Errorf("the next minute: %v", err)
	}
}

// Tokens are counted as their bound while a call runs and as what it used
// afterwards; a voided call gives them back but stays a request.
func TestTokensPerMinuteAreCorrectedAtTheEnd(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 100, 0, 0))
	rates := []Rate{{Kind: TokensPerMinute, Tier: "S", Limit: 1000, Amount: 600}, {Kind: RequestsPerMinute, Tier: "S", Limit: 10, Amount: 1}}
	w.do(rated(holdOp(key, "a", 1, 1), rates...))
	if err := w.do(rated(holdOp(key, "b", 1, 1), rates...))[0].Err; err == nil {
		t.Fatal("1,200 tokens were admitted to a window of 1,000")
	}
	w.do(Op{Settle: &Settlement{HoldID: "a", Cost: 1, PromptTokens: 30, CompletionTokens: 20, Source: SourceUsage}})
	held := w.do(rated(holdOp(key, "c", 1, 1), rates...))[0]
	if held.Err != nil || held.Held.Rates[0].Remaining != 1000-50-600 {
		t.Fatalf("got %+v", held)
	}
	w.do(Op{Void: "c"})
	after := w.do(rated(holdOp(key, "d", 1, 1), rates...))[0]
	if after.Err != nil || after.Held.Rates[0].Remaining != 1000-50-600 || after.Held.Rates[1].Remaining != 10-3 {
		t.Fatalf("got %+v", after)
	}
	if hold := w.state.Holds["a"]; hold.Amount() != 1 || hold.ChargedDIEM != 1 {
		t.Errorf("rates changed the money: %+v", *hold)
	}
	for _, entry := range w.entries {
		for _, delta := range entry.Deltas {
			if delta.Budget[:2] == RatePrefix {
				t.Errorf("a rate window is in the books: %+v", delta)
			}
		}
	}
}

func TestCallBeyondAWholeWindowSaysNever(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 100, 0, 0))
	var limited *RateLimited
	err := w.do(rated(holdOp(key, "a", 1, 1), Rate{Kind: TokensPerMinute, Tier: "S", Limit: 10, Amount: 11}))[0].Err
	if !errors.As(err, &limited) || !limited.Never {
		t.Errorf("got %v", err)
	}
}

func TestRequestsPerDayEndAtMidnight(t *testing.T) {
	_, end := RequestsPerDay.window(noon)
	if want := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC); !end.Equal(want) {
		t.Errorf("got %v", end)
	}
}
