package store_test

import (
	"cmp"
	"slices"
	"sync"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/webhook"
)

// spends charges a call.
func spends(t *testing.T, engine *ledger.Engine, id, key string, amount money.Nano) {
	t.Helper()
	if _, err := engine.Hold(t.Context(), hold(id, key, amount)); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: amount, Source: ledger.SourceUsage}); err != nil {
		t.Fatal(err)
	}
}

func TestSpendingListsTodaysAllocationsAndLimitsThatAreHalfSpent(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		limited := insertion("limited")
		limited.Key.Limits.DIEM, limited.Key.Period = &apikey.Limit{Cap: 20, Text: "0.00000002"}, apikey.Month
		insert(t, s, limited)
		insert(t, s, insertion("free"))
		grant(t, engine, 100)
		spends(t, engine, "one", "limited", 9)
		spends(t, engine, "two", "free", 40)
		if _, err := engine.Hold(t.Context(), hold("running", "free", 30)); err != nil { // what runs is not spent
			t.Fatal(err)
		}
		now := time.Now()
		look := func() []webhook.Spent {
			t.Helper()
			spending, err := s.Spending(t.Context(), now)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(spending, func(a, b webhook.Spent) int { return cmp.Compare(a.KeyID, b.KeyID) })
			return spending
		}
		today := webhook.Spent{AccountID: account, Currency: money.DIEM, Window: ledger.EpochOf(now), Limit: 100, Spent: 49}
		month := webhook.Spent{
			AccountID: account, KeyID: "limited", Currency: money.DIEM, Window: apikey.Month.Window(now).ID, Limit: 20, Spent: 9,
		}
		spends(t, engine, "three", "limited", 1)
		today.Spent, month.Spent = 50, 10
		if got := look(); !slices.Equal(got, []webhook.Spent{today, month}) {
			t.Errorf("there is %+v, want %+v and %+v", got, today, month)
		}
		now = now.Add(100 * 24 * time.Hour)
		if got := look(); len(got) != 0 {
			t.Errorf("in another month there is %+v", got)
		}
	})
}

func TestANoticeIsSentByOneAndKeptUntilItIsTaken(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		now := time.Now().UTC().Truncate(time.Millisecond)
		notices, err := webhook.Notices(webhook.Spent{AccountID: account, Currency: money.DIEM, Window: "20261123", Limit: 10, Spent: 10}, now)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 { // replicas, and every look again
			if err := s.AddNotices(t.Context(), notices, now); err != nil {
				t.Fatal(err)
			}
		}
		if rows := s.Count(t, "notices"); rows != 3 {
			t.Fatalf("%d notices are kept", rows)
		}
		claimed := claimAll(t, s, now)
		for _, notice := range notices {
			if taken := claimed[notice.ID]; taken == nil || string(taken.Body) != string(notice.Body) || taken.Attempts != 0 {
				t.Errorf("%s was claimed as %+v", notice.ID, taken)
			}
		}
		// A replica that dies with one in its hands: it is due again after the lease.
		if again := claimAll(t, s, now.Add(2*time.Minute)); len(again) != 3 || again[notices[0].ID].Attempts != 1 {
			t.Errorf("after the lease there are %v", again)
		}
		if err := s.EndNotice(t.Context(), notices[0].ID, true, now); err != nil {
			t.Fatal(err)
		}
		if err := s.EndNotice(t.Context(), notices[1].ID, false, now); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{notices[0].ID, notices[2].ID} { // one that is over stays so
			if err := s.RetryNotice(t.Context(), id, now.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		if left := claimAll(t, s, now.Add(2*time.Hour)); len(left) != 1 || left[notices[2].ID] == nil {
			t.Errorf("left are %v", left)
		}
		lasting, err := webhook.Notices(webhook.Spent{AccountID: account, KeyID: "k", Currency: money.DIEM, Window: "life", Limit: 10, Spent: 5}, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AddNotices(t.Context(), lasting, now); err != nil {
			t.Fatal(err)
		}
		later, err := webhook.Notices(webhook.Spent{AccountID: account, Currency: money.DIEM, Window: "20270301", Limit: 10, Spent: 5}, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AddNotices(t.Context(), later, now.Add(100*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if rows := s.Count(t, "notices"); rows != 2 {
			t.Errorf("%d notices are kept, want that of a key's life and the newest", rows)
		}
	})
}

// claimAll has four replicas take what is due, and fails if two take the same.
func claimAll(t *testing.T, s webhook.Outbox, now time.Time) map[string]*webhook.Notice {
	t.Helper()
	var mu sync.Mutex
	claimed := map[string]*webhook.Notice{}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10 {
				notice, due, err := s.ClaimNotice(t.Context(), now, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if !due {
					continue // another one may be due all the same
				}
				mu.Lock()
				if claimed[notice.ID] != nil {
					t.Errorf("%s was claimed twice", notice.ID)
				}
				claimed[notice.ID] = &notice
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return claimed
}
