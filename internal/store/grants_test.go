package store_test

import (
	"testing"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// An account can be told why its allocation changed last: a reading that changed
// nothing is no change, and calls since do not hide it.
func TestTheLastChangeOfAnAllocationIsKnown(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("k"))
		want := func(reason string) {
			t.Helper()
			at, note, err := s.LastGrant(t.Context(), account)
			if err != nil || note != reason || at.IsZero() != (reason == "") || time.Since(at) > time.Hour && reason != "" {
				t.Errorf("%v %q, %v; want %q", at, note, err, reason)
			}
		}
		give := func(diem money.Nano, reason string) {
			t.Helper()
			if err := engine.Grant(t.Context(), ledger.Grant{
				AccountID: account, Epoch: ledger.EpochOf(time.Now()), Reason: reason,
				Sources: []ledger.SourceGrant{{Source: "venice-diem", Cap: diem}, {Source: "pool"}},
			}); err != nil {
				t.Fatal(err)
			}
		}
		want("")
		give(1000, "block 1; staked 1")
		want("block 1; staked 1")
		give(1000, "block 2; the same")
		want("block 1; staked 1")
		if _, err := engine.Hold(t.Context(), hold("h", "k", 10)); err != nil {
			t.Fatal(err)
		}
		if err := engine.Void(t.Context(), "h"); err != nil {
			t.Fatal(err)
		}
		want("block 1; staked 1")
		give(500, "block 3; staked less")
		want("block 3; staked less")
	})
}
