package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

// doubtful is a store one of whose commits is in doubt: its caller learns that
// the connection was lost while the database is still at it.
type doubtful struct {
	*store.Store
	armed  atomic.Bool
	finish chan struct{} // closed: the commit in doubt goes on
	ended  chan error    // what has become of it
}

func (d *doubtful) Update(ctx context.Context, work func(context.Context, ledger.Tx) error) error {
	if !d.armed.CompareAndSwap(true, false) {
		return d.Store.Update(ctx, work)
	}
	worked := make(chan struct{})
	go func() {
		d.ended <- d.Store.Update(ctx, func(ctx context.Context, tx ledger.Tx) error {
			defer func() { <-d.finish }()
			defer close(worked)
			return work(ctx, tx)
		})
	}()
	<-worked
	return errors.New("the connection was lost")
}

// A hold whose commit takes effect only after its caller was told that it
// failed is released all the same: the release waits for the account's lock.
func TestHoldThatAppearsLateIsReleased(t *testing.T) {
	s := open(t, postgres.NewDatabase(t))
	late := &doubtful{Store: s, finish: make(chan struct{}), ended: make(chan error, 1)}
	engine := ledger.NewEngine(late, ledger.EngineConfig{Sources: sources, SweepEvery: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = engine.Run(ctx) })
	defer func() { cancel(); group.Wait() }()
	insert(t, s, insertion("k"))
	grant(t, engine, 100)

	late.armed.Store(true)
	if _, err := engine.Hold(t.Context(), hold("h", "k", 30)); !errors.Is(err, ledger.ErrBusy) {
		t.Fatalf("got %v", err)
	}
	// After the next commit, of another account, the engine releases the hold,
	// which must not end before the commit in doubt does.
	if err := engine.Credit(t.Context(), ledger.Credit{AccountID: "0xother", Amount: 1}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the release to wait for the account", func() bool { return s.LockWaits(t) > 0 })
	close(late.finish)
	if err := <-late.ended; err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the hold's end", func() bool {
		left, err := s.Overdue(t.Context(), true, 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(left) == 0
	})
	if budget := allocation(t, s); budget.Posted != 0 {
		t.Errorf("the caller whose call was never sent is charged %s", budget.Posted)
	}
	verify(t, s)
}

func allocation(t *testing.T, s *store.Store) *ledger.Budget {
	t.Helper()
	id := ledger.AllocationBudget(account, "venice-diem", ledger.EpochOf(time.Now()))
	budgets, err := s.Budgets(t.Context(), []string{id})
	if err != nil {
		t.Fatal(err)
	}
	return budgets[id]
}

func waitFor(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !reached() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// A row that was tampered with stops the operations that touch it, and no
// others of their batch, nor the sweep.
func TestBrokenRowStopsOnlyItsOwn(t *testing.T) {
	const calls = 20
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, false)
		insert(t, s, insertion("k"))
		broken := insertion("broken")
		broken.Key.AccountID = strings.Replace(account, "aa", "bb", 1)
		insert(t, s, broken)
		grant(t, engine, 1000)
		grantTo(t, engine, broken.Key.AccountID, 1000)
		for i := range calls {
			for _, key := range []string{"k", "broken"} {
				if _, err := engine.Hold(t.Context(), hold(fmt.Sprint(key, i), key, 7)); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.Tamper(t, "UPDATE budgets SET pending = 0 WHERE id LIKE '%bb/%'")
		var group sync.WaitGroup
		for i := range calls {
			group.Go(func() {
				if _, err := engine.Settle(context.Background(), ledger.Settlement{HoldID: fmt.Sprint("k", i), Cost: 7}); err != nil {
					t.Errorf("a settlement of a sound account: %v", err)
				}
			})
			group.Go(func() {
				_, err := engine.Settle(context.Background(), ledger.Settlement{HoldID: fmt.Sprint("broken", i), Cost: 7})
				if !errors.Is(err, ledger.ErrBusy) {
					t.Errorf("a settlement on a broken row: %v", err)
				}
			})
		}
		group.Wait()
		if engine.Violations() < calls {
			t.Errorf("%d violations were counted, want at least %d", engine.Violations(), calls)
		}
	})
}
