package store_test

import (
	"context"
	"testing"
	"time"

	"stakegate/internal/ledger"
)

// A hold of a replica that is gone is swept by any other, which never heard of
// it (midaz 2476: the sweeper ran in one boot mode only).
func TestAnyReplicaSweepsTheHoldsOfAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		gone, stop := run(t, s, false)
		insert(t, s, insertion("k"))
		grant(t, gone, 100)
		request := hold("h", "k", 30)
		request.Lifetime = time.Millisecond
		if _, err := gone.Hold(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		stop()
		run(t, s, false)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for left := []string{"h"}; len(left) > 0; {
			var err error
			if left, err = s.Overdue(ctx, true, 10); err != nil {
				t.Fatal(err)
			}
		}
		budgets, err := s.Budgets(ctx, []string{ledger.AllocationBudget(account, "venice-diem", ledger.EpochOf(time.Now()))})
		if err != nil {
			t.Fatal(err)
		}
		for _, budget := range budgets {
			if budget.Posted != 30 || budget.Pending != 0 {
				t.Errorf("the unknown outcome is charged as %+v", *budget)
			}
		}
		verify(t, s)
	})
}
