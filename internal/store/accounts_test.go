package store_test

import (
	"errors"
	"strings"
	"testing"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// A block counts from the commit in which it is made: no hold after it uses a
// key of the account, whatever was read of the key before, and calls that run
// are told of. It is noted once, and lifted as it was set.
func TestABlockedAccountsKeysHoldNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 100)
		if _, err := engine.Hold(t.Context(), hold("before", "k", 10)); err != nil {
			t.Fatal(err)
		}
		uses := []apikey.Use{{KeyID: "k", Hash: hashOf("k")}}
		wantEnded := func(ended int) {
			t.Helper()
			if got, err := s.EndedKeys(t.Context(), uses); err != nil || len(got) != ended {
				t.Errorf("%v have ended, %v; want %d", got, err, ended)
			}
		}
		set := func(blocked bool) {
			t.Helper()
			for range 2 {
				if err := s.SetBlocked(t.Context(), account, blocked, "because"); err != nil {
					t.Fatal(err)
				}
			}
		}
		wantEnded(0)
		set(true)
		wantEnded(1)
		if _, err := engine.Hold(t.Context(), hold("during", "k", 10)); !errors.Is(err, ledger.ErrBlocked) {
			t.Errorf("a blocked account's hold: %v", err)
		}
		listed, err := s.Accounts(t.Context(), store.AccountQuery{Prefix: account[:10], Last6: "abcdef", Limit: 10})
		if err != nil || len(listed) != 1 || listed[0].BlockedAt == nil || listed[0].Keys != 1 || listed[0].Holds != 1 {
			t.Errorf("it is listed as %+v, %v", listed, err)
		}
		for _, other := range []store.AccountQuery{{After: account, Limit: 1}, {Prefix: "0xffff", Limit: 1}, {Last6: "fedcba", Limit: 1}} {
			if listed, err := s.Accounts(t.Context(), other); err != nil || len(listed) != 0 {
				t.Errorf("%+v lists %+v, %v", other, listed, err)
			}
		}
		if err := engine.Void(t.Context(), "before"); err != nil {
			t.Errorf("its calls cannot be ended: %v", err)
		}
		set(false)
		wantEnded(0)
		if _, err := engine.Hold(t.Context(), hold("after", "k", 10)); err != nil {
			t.Error(err)
		}
		kinds, entries := audited(t, s, account)
		if got := strings.Join(kinds, ", "); got != "unblock, block, mint k" || entries[1].Note != "because" {
			t.Errorf("the trail is %s", got)
		}
		if err := s.SetBlocked(t.Context(), "0x0000000000000000000000000000000000000bad", true, "nobody"); err == nil {
			t.Error("an account that does not exist was blocked")
		}
		verify(t, s)
	})
}

// Two who decide at the same time do not both give credit.
func TestCreditIsGivenOnceForOneDecision(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("k"))
		credit := ledger.Credit{AccountID: account, Amount: 7, Reason: "invoice 12"}
		credit.Before = new(money.Nano)
		results := make(chan error, 8)
		for range cap(results) {
			go func() { results <- engine.Credit(t.Context(), credit) }()
		}
		given := 0
		for range cap(results) {
			switch err := <-results; {
			case err == nil:
				given++
			case !errors.Is(err, ledger.ErrCreditMoved):
				t.Error(err)
			}
		}
		id := ledger.CreditBudget(account)
		budgets, err := s.Budgets(t.Context(), []string{id})
		if err != nil || given != 1 || budgets[id].Cap != 7 {
			t.Errorf("given %d times: %+v, %v", given, budgets[id], err)
		}
	})
}
