package ledger

import (
	"errors"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// A call that is settled after midnight, or after the month's end, is charged
// to the windows in which it was held, and takes nothing from the new ones
// (LiteLLM 39150, 29576, 24675, 5651: spend counted in the wrong window).
func TestACallAcrossMidnightBelongsToTheDayOfItsHold(t *testing.T) {
	lastDay := time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC) // of a month, in a leap year
	key := testKey(0, apikey.Limits{DIEM: limit(50)})
	key.Period = apikey.Month
	w := newWorld(key)
	grantAt := func(now time.Time) {
		w.state.Now = now
		op := grantOp("0x0", 100, 0, 0)
		op.Grant.Epoch = EpochOf(now)
		w.do(op)
	}
	grantAt(lastDay)
	w.do(holdOp(key, "h", 30, 30))
	grantAt(lastDay.Add(2 * time.Second))
	w.do(Op{Settle: &Settlement{HoldID: "h", Cost: 20}}, holdOp(key, "next", 50, 50))
	w.check(t)
	for id, want := range map[string][2]money.Nano{ // posted, pending
		AllocationBudget("0x0", "venice-diem", "20240229"): {20, 0},
		AllocationBudget("0x0", "venice-diem", "20240301"): {0, 50},
		KeyBudget(key.ID, money.DIEM, "202402"):            {20, 0},
		KeyBudget(key.ID, money.DIEM, "202403"):            {0, 50},
	} {
		if b := w.state.Budgets[id]; b == nil || b.Posted != want[0] || b.Pending != want[1] {
			t.Errorf("%s is %+v, want posted and pending %v", id, b, want)
		}
	}
}

// Every window must have room: one that is full refuses, however empty the
// others are (Envoy ai-gateway 2394, 1754: passed if any bucket had room).
func TestEveryWindowMustHaveRoom(t *testing.T) {
	full := map[RateKind]Rate{
		RequestsPerMinute: {Kind: RequestsPerMinute, Tier: "S", Limit: 1, Amount: 1},
		RequestsPerDay:    {Kind: RequestsPerDay, Tier: "S", Limit: 1, Amount: 1},
		TokensPerMinute:   {Kind: TokensPerMinute, Tier: "S", Limit: 10, Amount: 10},
	}
	for kind := range full {
		key := testKey(0, apikey.Limits{})
		w := newWorld(key)
		w.do(grantOp("0x0", 100, 0, 0))
		var rates []Rate
		for other, rate := range full {
			if other != kind {
				rate.Limit = 1000
			}
			rates = append(rates, rate)
		}
		if err := w.do(rated(holdOp(key, "first", 1, 1), rates...))[0].Err; err != nil {
			t.Fatal(err)
		}
		var limited *RateLimited
		err := w.do(rated(holdOp(key, "second", 1, 1), rates...))[0].Err
		if !errors.As(err, &limited) || limited.Kind != kind {
			t.Errorf("%s is full: %v", kind, err)
		}
		if got := w.state.Budgets[AllocationBudget("0x0", "venice-diem", EpochOf(noon))]; got.Pending != 1 {
			t.Errorf("the refused call holds money: %+v", *got)
		}
	}
}

// What was charged above a cap that was lowered later is neither forgiven nor
// clamped: the account is that much short, until the window ends (Unkey's and
// agentgateway's limiters clamp at zero).
func TestAnOverrunIsNotForgiven(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 100, 0, 0), holdOp(key, "a", 60, 60), Op{Settle: &Settlement{HoldID: "a", Cost: 60}})
	w.do(grantOp("0x0", 10, 0, 0))
	w.do(grantOp("0x0", 70, 0, 0)) // up again, but 60 of it are spent
	if err := w.do(holdOp(key, "b", 11, 11))[0].Err; err == nil {
		t.Error("what was spent before the cap fell is forgotten")
	}
	if err := w.do(holdOp(key, "c", 10, 10))[0].Err; err != nil {
		t.Error(err)
	}
	w.check(t)
}
