package gateway_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// books is a small honest ledger: one account with one DIEM budget. Every rule
// that it sees broken is an error of the test.
type books struct {
	t testing.TB

	mu      sync.Mutex
	budget  money.Nano
	posted  money.Nano
	pending money.Nano
	holds   map[string]*held
	order   []*held
	// busy makes that many settlements fail first; forever if negative.
	busy int
	// holdErr is what every hold is refused with, if set.
	holdErr error
	// settling is told of every settlement before it is done, if set, and
	// waited for.
	settling func()
}

type held struct {
	request ledger.HoldRequest
	amount  money.Nano
	state   string // "held", "settled", "voided"
	settled ledger.Settlement
}

func newBooks(t testing.TB, budget money.Nano) *books {
	return &books{t: t, budget: budget, holds: map[string]*held{}}
}

func (b *books) Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holdErr != nil {
		return ledger.Held{}, b.holdErr
	}
	if err := ctx.Err(); err != nil {
		return ledger.Held{}, err
	}
	if b.holds[request.ID] != nil || request.ID == "" {
		b.t.Errorf("hold %q is not new", request.ID)
	}
	if request.Min > request.Max || request.Min < 0 || request.Lifetime <= 0 {
		b.t.Errorf("hold request is absurd: %+v", request)
	}
	free := b.budget - b.posted - b.pending
	amount := min(request.Max, free)
	if amount < request.Min {
		return ledger.Held{}, &ledger.Refusal{
			Scope: "account", Currency: money.DIEM, Limit: b.budget, Spent: b.posted, Held: b.pending,
			Affordable: free, OnlyHeld: b.budget-b.posted >= request.Min,
		}
	}
	h := &held{request: request, amount: amount, state: "held"}
	b.holds[request.ID] = h
	b.order = append(b.order, h)
	b.pending += amount
	return ledger.Held{ID: request.ID, KeyID: "key-1", Amount: amount, Before: ledger.Balance{DIEM: free}, Budget: ledger.BudgetStanding{
		Scope: "account", Currency: money.DIEM, Limit: b.budget, Spent: b.posted, Held: b.pending,
	}}, nil
}

func (b *books) Settle(ctx context.Context, s ledger.Settlement) (ledger.Settled, error) {
	if b.settling != nil {
		b.settling()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return ledger.Settled{}, err
	}
	if b.busy != 0 {
		b.busy--
		return ledger.Settled{}, fmt.Errorf("%w: on purpose", ledger.ErrBusy)
	}
	h := b.end(s.HoldID, "settled")
	if h == nil {
		return ledger.Settled{}, ledger.ErrHoldUnknown
	}
	if s.Cost < 0 || s.Cost > h.amount || s.ExecutionTime < 0 {
		b.t.Errorf("settlement is absurd: %+v of a hold of %v", s, h.amount)
	}
	var billed money.Nano
	for _, line := range s.Lines {
		billed += line.Cost
	}
	if billed != s.Cost {
		b.t.Errorf("the lines of %+v add up to %v", s, billed)
	}
	h.settled = s
	b.posted += s.Cost
	return ledger.Settled{DIEM: s.Cost}, nil
}

func (b *books) Void(ctx context.Context, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.end(id, "voided") == nil {
		return ledger.ErrHoldUnknown
	}
	return nil
}

func (b *books) end(id, state string) *held {
	h := b.holds[id]
	if h == nil {
		b.t.Errorf("hold %q is %s but does not exist", id, state)
		return nil
	}
	if h.state != "held" {
		b.t.Errorf("hold %q is %s after it was %s", id, state, h.state)
	}
	h.state = state
	b.pending -= h.amount
	return h
}

// last is a copy of the newest hold.
func (b *books) last() held {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.order) == 0 {
		return held{}
	}
	return *b.order[len(b.order)-1]
}

func (b *books) count(state string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, h := range b.order {
		if h.state == state {
			n++
		}
	}
	return n
}

// pendingNow is what is set aside at this moment.
func (b *books) pendingNow() money.Nano {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pending
}
