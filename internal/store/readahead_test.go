package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/ledger"
)

// What is read together with an account's lock is read under it: two servers
// that both know a key well never grant more than there is.
func TestTwoServersThatKnowAKeyGrantNoMoreThanThereIs(t *testing.T) {
	url := postgres.NewDatabase(t)
	s, other := open(t, url), open(t, url)
	one, _ := run(t, s, false)
	two, _ := run(t, other, false)
	engines := []*ledger.Engine{one, two}
	if err := s.InsertKey(t.Context(), insertion("k")); err != nil {
		t.Fatal(err)
	}
	const room, each, price = 60, 40, 1000
	err := one.Grant(t.Context(), ledger.Grant{AccountID: account, Epoch: ledger.EpochOf(time.Now()), Sources: []ledger.SourceGrant{
		{Source: "venice-diem", Cap: room * price}, {Source: "pool"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var granted atomic.Int64
	var callers sync.WaitGroup
	for caller := range 2 * 4 {
		callers.Go(func() {
			for i := range each {
				_, err := engines[caller%2].Hold(t.Context(), ledger.HoldRequest{
					ID: fmt.Sprint("call", caller, "-", i), KeyHash: hashOf("k"), ModelID: "m", ModelType: "text",
					Min: price, Max: price, Lifetime: time.Hour,
				})
				var short *ledger.Refusal
				switch {
				case err == nil:
					granted.Add(1)
				case !errors.As(err, &short):
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	if granted.Load() != room {
		t.Errorf("%d holds granted, there was room for %d", granted.Load(), room)
	}
	id := ledger.AllocationBudget(account, "venice-diem", ledger.EpochOf(time.Now()))
	budgets, err := s.Budgets(t.Context(), []string{id})
	if err != nil || budgets[id] == nil || budgets[id].Pending != room*price {
		t.Errorf("the books say %+v, %v", budgets, err)
	}
}
