package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
	"stakegate/internal/usage"
)

// A backlog grows to its bound and no further: the tables then catch up in the
// commit that would exceed it.
func TestABacklogIsBounded(t *testing.T) {
	k := newBacklogged(t)
	most, emptied := 0, 0
	for i := range store.MaxBacklog*3/4 + 1 {
		before := k.store.Waiting(t)
		k.call(t, fmt.Sprint("h", i))
		after := k.store.Waiting(t)
		if most = max(most, after); after < before {
			emptied++
		}
	}
	if most > store.MaxBacklog || most < store.MaxBacklog/2 || emptied != 1 {
		t.Errorf("%d commits waited at most, and %d times the tables caught up", most, emptied)
	}
	k.waits(t)
	verify(t, k.store)
}

// A crowd of callers, and others that read and change keys all the time: nobody
// waits for ever, nobody reads less than was acknowledged, every call is charged.
func TestACrowdOverABacklog(t *testing.T) {
	sameDay(t)
	const callers, calls, cost = 32, 25, 7
	k := newKeeping(t)
	insert(t, k.store, insertion("k"))
	grant(t, k.engine, callers*calls*20)
	allocation := ledger.AllocationBudget(account, "venice-diem", ledger.EpochOf(time.Now()))
	var charged atomic.Int64
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	done, minted := make(chan struct{}), 0
	var crowd, others sync.WaitGroup
	for caller := range callers {
		crowd.Go(func() {
			for i := range calls {
				if err := callOnce(ctx, k.engine, fmt.Sprintf("h-%d-%d", caller, i), cost); err != nil {
					t.Error(err)
					return
				}
				charged.Add(cost)
			}
		})
	}
	for _, other := range []func() error{
		func() error {
			told := charged.Load()
			budgets, err := k.store.Budgets(ctx, []string{allocation})
			if err == nil && budgets[allocation].Posted < money.Nano(told) {
				err = fmt.Errorf("%d were charged before it was read that %d are", told, budgets[allocation].Posted)
			}
			return err
		},
		func() error {
			told := charged.Load()
			spent, err := k.store.SpendByKey(ctx, account, time.Now().Add(-time.Hour))
			if err == nil && spent["k"].DIEM < money.Nano(told) {
				err = fmt.Errorf("%d were charged before it was read that %d are", told, spent["k"].DIEM)
			}
			return err
		},
		func() error {
			report, err := k.store.Verify(ctx)
			if err == nil && len(report.Problems) > 0 {
				err = errors.New(report.Problems[0])
			}
			return err
		},
		func() error { _, err := k.store.Charges(ctx, account, usage.Filter{}, 0, 10); return err },
		func() error { _, err := k.store.KeyByHash(ctx, hashOf("k")); return err },
		func() error {
			minted++
			in := insertion(fmt.Sprint("k", minted))
			in.MaxActive, in.MaxPerMinute = 1<<20, 1<<20
			return k.store.InsertKey(ctx, in)
		},
		func() error {
			_, err := k.store.UpdateKey(ctx, account, "k", apikey.Actor{}, func(key *apikey.Key) { key.Description += "x" })
			return err
		},
	} {
		others.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := other(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	crowd.Wait()
	close(done)
	others.Wait()
	budgets, err := k.store.Budgets(t.Context(), []string{allocation})
	if err != nil {
		t.Fatal(err)
	}
	if got := *budgets[allocation]; got.Posted != callers*calls*cost || got.Pending != 0 {
		t.Errorf("%d are charged and %d held, want %d", got.Posted, got.Pending, callers*calls*cost)
	}
	verify(t, k.store)
}

func callOnce(ctx context.Context, engine *ledger.Engine, id string, cost money.Nano) error {
	if _, err := engine.Hold(ctx, hold(id, "k", 20)); err != nil {
		return err
	}
	_, err := engine.Settle(ctx, ledger.Settlement{HoldID: id, Cost: cost})
	return err
}
