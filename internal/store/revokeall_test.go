package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

func revocation(accountID, challengeID string) issuer.Revocation {
	return issuer.Revocation{
		AccountID: accountID, By: apikey.Actor{Kind: apikey.ByWallet, Proof: "message"},
		ChallengeID: challengeID, ChallengeExpires: time.Now().Add(time.Minute),
	}
}

// endAll ends an account's keys and returns their ids.
func endAll(t *testing.T, s *store.Store, accountID, challengeID string) []string {
	t.Helper()
	ended, err := s.RevokeAll(t.Context(), revocation(accountID, challengeID))
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(ended))
	for i, key := range ended {
		if ids[i] = key.ID; len(key.Last6) != 6 {
			t.Errorf("the last characters of %s are %q", key.ID, key.Last6)
		}
	}
	slices.Sort(ids)
	return ids
}

// All keys end in one commit, with its challenge and entries; an account that is
// not there costs no row.
func TestAllKeysOfAnAccountEndInOneCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		for _, in := range []issuer.Insertion{insertion("a"), insertion("b"), below("a", "child"), mintOf("0xother", "other", "")} {
			insert(t, s, in)
		}
		engine, _ := run(t, s, true)
		grant(t, engine, 100)
		grantTo(t, engine, "0xother", 100)
		for _, id := range []string{"a", "b", "child", "other"} { // rows that batches keep
			if _, err := engine.Hold(t.Context(), hold("before of "+id, id, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.RevokeKey(t.Context(), account, "b", apikey.Actor{}); err != nil {
			t.Fatal(err)
		}
		if ended := endAll(t, s, "0xnobody", "n"); len(ended) != 0 || s.Count(t, "spent_challenges") != 0 || s.Count(t, "accounts") != 2 {
			t.Errorf("of an account that is not there ended %q, or something was written", ended)
		}
		before := s.Count(t, "entries")
		if ended := endAll(t, s, account, "c"); !slices.Equal(ended, []string{"a", "child"}) {
			t.Errorf("ended %q", ended)
		}
		if _, err := s.RevokeAll(t.Context(), revocation(account, "c")); !errors.Is(err, issuer.ErrChallengeSpent) {
			t.Errorf("the challenge once more: %v", err)
		}
		if ended := endAll(t, s, account, "d"); len(ended) != 0 {
			t.Errorf("another one ends %q again", ended)
		}
		if got := s.Count(t, "entries") - before; got != 2 {
			t.Errorf("%d entries for 2 keys", got)
		}
		for _, id := range []string{"a", "b", "child", "other"} {
			if _, err := engine.Hold(t.Context(), hold("call of "+id, id, 1)); errors.Is(err, ledger.ErrKey) != (id != "other") {
				t.Errorf("a call under %s: %v", id, err)
			}
		}
		insert(t, s, mintOf(account, "afterwards", "e"))
		if _, err := engine.Hold(t.Context(), hold("later", "afterwards", 1)); err != nil {
			t.Errorf("a call under a key of afterwards: %v", err)
		}
		if kinds, _ := audited(t, s, account); !slices.Contains(kinds, "revoke child") || !slices.Contains(kinds, "revoke a") {
			t.Errorf("the trail is %q", kinds)
		}
		verify(t, s)
	})
}

// Ten thousand keys end together, while others of the account are made: each
// of those ends too or was made afterwards, and nobody waits for ever.
func TestTenThousandKeysEndTogetherWhileOthersAreMade(t *testing.T) {
	const many = 10_000
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		insert(t, s, insertion("k"))
		s.CopyKeys(t, "k", many-1)
		var group sync.WaitGroup
		const racing = 50
		for i := range racing {
			group.Go(func() {
				in := mintOf(account, fmt.Sprint("new", i), fmt.Sprint("token", i))
				in.MaxActive, in.MaxPerMinute = 2*many, 2*many
				insert(t, s, in)
			})
		}
		ended := endAll(t, s, account, "c")
		group.Wait()
		left, err := s.Keys(t.Context(), account)
		if err != nil || len(ended) < many || len(ended)+len(left) != many+racing {
			t.Errorf("%d keys ended, %d are left of %d, %v", len(ended), len(left), many+racing, err)
		}
		verify(t, s)
	})
}

// A restore of a copy of before knows from the journal which keys have ended.
func TestKeysThatEndedTogetherStayEndedAfterARestore(t *testing.T) {
	b, _ := sqliteSandbox(t)
	s := b.open(t)
	insert(t, s, insertion("a"))
	insert(t, s, insertion("b"))
	backup := b.backUp(t)
	endAll(t, s, account, "c")
	insert(t, s, insertion("afterwards"))
	b.close(t, s, func() {})
	restored, _, err := b.restore(t, backup, store.RestoreOptions{})
	if err != nil || restored.Revoked != 2 {
		t.Fatalf("restored %+v, %v", restored, err)
	}
	if keys, err := b.open(t).Keys(t.Context(), account); err != nil || len(keys) != 0 {
		t.Errorf("keys after the restore: %v, %v", keys, err)
	}
}
