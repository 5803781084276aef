package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// below is a key to be made under another one.
func below(parent, id string, spec ...func(*apikey.Spec)) issuer.Insertion {
	in := insertion(id)
	in.ParentID, in.MaxDepth, in.MaxPerMinute = parent, 4, 500
	for _, set := range spec {
		set(&in.Key.Spec)
	}
	return in
}

func limitedTo(amount money.Nano) func(*apikey.Spec) {
	return func(spec *apikey.Spec) { spec.Limits.DIEM = &apikey.Limit{Cap: amount, Text: amount.String()} }
}

// A thousand calls at once over ten children, and room for so many at their
// parent, in money or in calls: exactly these are admitted.
func TestExactlyWhatFitsAtTheParentIsAdmitted(t *testing.T) {
	for name, narrow := range map[string]func(*apikey.Spec){
		"limit":     limitedTo(37*7 + 6),
		"in flight": func(spec *apikey.Spec) { spec.Scope.MaxInFlight = 37 },
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, url string) {
				s := open(t, url)
				engine, _ := run(t, s, true)
				parent := insertion("parent")
				narrow(&parent.Key.Spec)
				insert(t, s, parent)
				for i := range 10 {
					insert(t, s, below("parent", fmt.Sprint("child", i)))
				}
				grant(t, engine, 1_000_000)
				if admitted := race(t, engine, 1000, func(i int) string { return fmt.Sprint("child", i%10) }); len(admitted) != 37 {
					t.Errorf("%d holds were admitted, room was for 37", len(admitted))
				} else if name == "in flight" {
					for _, id := range admitted[:5] {
						if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: 1}); err != nil {
							t.Error(err)
						}
					}
					if again := race(t, engine, 100, func(i int) string { return fmt.Sprint("child", i%10) }); len(again) != 5 {
						t.Errorf("%d holds were admitted when 5 calls had ended", len(again))
					}
				}
				verify(t, s)
			})
		})
	}
}

// race asks for holds of 7 at once, and returns those that were granted.
func race(t *testing.T, engine *ledger.Engine, callers int, key func(int) string) (granted []string) {
	var round = racing.Add(1)
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			id := fmt.Sprintf("h%d-%d", round, i)
			_, err := engine.Hold(context.Background(), hold(id, key(i), 7))
			var refusal *ledger.Refusal
			var running *ledger.InFlight
			switch {
			case err == nil:
				mu.Lock()
				granted = append(granted, id)
				mu.Unlock()
			case !errors.As(err, &refusal) && !errors.As(err, &running):
				t.Errorf("hold %s: %v", id, err)
			}
		})
	}
	group.Wait()
	return granted
}

var racing atomic.Int64

// What narrows a key, and its line, are kept.
func TestALineAndAScopeAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		scope := apikey.Scope{
			Models: []string{"llama3:8b", "a model; with | odd % signs"}, MaxInFlight: 3,
			Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")},
		}
		in := insertion("top")
		in.Key.Scope = scope
		insert(t, s, in)
		insert(t, s, below("top", "middle"))
		insert(t, s, below("middle", "low"))
		for id, parents := range map[string][]string{"top": nil, "middle": {"top"}, "low": {"middle", "top"}} {
			key, err := s.KeyByHash(t.Context(), hashOf(id))
			if err != nil || !slices.Equal(key.ParentIDs, parents) || !key.Active(time.Now()) {
				t.Errorf("%s has %v above it, active %t, %v", id, key.ParentIDs, key.Active(time.Now()), err)
			}
			if id == "top" && !reflect.DeepEqual(key.Scope, scope) {
				t.Errorf("the scope is %+v", key.Scope)
			}
			if key.AdmitsModel("m") {
				t.Errorf("%s admits a model that its line does not", id)
			}
		}
		ids := func(keys []apikey.Key, err error) (ids []string) {
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range keys {
				ids = append(ids, key.ID)
			}
			return ids
		}
		if got := ids(s.SubKeys(t.Context(), account, "top")); len(got) != 2 {
			t.Errorf("below the top are %v", got)
		}
		if got := ids(s.SubKeys(t.Context(), account, "%")); got != nil {
			t.Errorf("below no key are %v", got)
		}
	})
}

// Revoking a key ends its line in the same commit; a parent that expires ends it
// too, and so does one that is missing.
func TestALineCannotSpendOnceAKeyAboveHasEnded(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, edit func(func(*apikey.Key)) error, revoke func() error) error{
		"revoked": func(_ context.Context, _ func(func(*apikey.Key)) error, revoke func() error) error { return revoke() },
		"expired": func(_ context.Context, edit func(func(*apikey.Key)) error, _ func() error) error {
			past := time.Now().Add(-time.Hour)
			return edit(func(key *apikey.Key) { key.ExpiresAt = &past })
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, url string) {
				s := open(t, url)
				engine, _ := run(t, s, true)
				insert(t, s, insertion("top"))
				insert(t, s, insertion("other"))
				insert(t, s, below("top", "middle"))
				insert(t, s, below("middle", "low"))
				grant(t, engine, 100)
				if _, err := engine.Hold(t.Context(), hold("before", "low", 1)); err != nil {
					t.Fatal(err)
				}
				err := end(t.Context(), func(edit func(*apikey.Key)) error {
					_, err := s.UpdateKey(t.Context(), account, "top", apikey.Actor{}, edit)
					return err
				}, func() error { return s.RevokeKey(t.Context(), account, "top", apikey.Actor{}) })
				if err != nil {
					t.Fatal(err)
				}
				if _, err := engine.Hold(t.Context(), hold("after", "low", 1)); !errors.Is(err, ledger.ErrKey) {
					t.Errorf("got %v", err)
				}
				if err := s.InsertKey(t.Context(), below("middle", "late")); !errors.Is(err, apikey.ErrNotFound) {
					t.Errorf("a key was made below one that has ended: %v", err)
				}
				uses := []apikey.Use{{KeyID: "low", Hash: hashOf("low")}, {KeyID: "middle", Hash: hashOf("middle")}, {KeyID: "other", Hash: hashOf("other")}}
				ended, err := s.EndedKeys(t.Context(), uses)
				if err != nil || !slices.Equal(ended, uses[:2]) {
					t.Errorf("ended are %v, %v", ended, err)
				}
				verify(t, s)
			})
		})
	}
}

// A limit, or a cap on calls in flight, that a parent gets while its sub-keys
// have calls counts those, and ends with them.
func TestWhatAParentGetsLaterCountsTheCallsBelow(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("top"))
		insert(t, s, below("top", "low"))
		grant(t, engine, 100)
		for _, id := range []string{"settled", "running", "own"} {
			key := "low"
			if id == "own" {
				key = "top"
			}
			if _, err := engine.Hold(t.Context(), hold(id, key, 10)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "settled", Cost: 4}); err != nil {
			t.Fatal(err)
		}
		_, err := s.UpdateKey(t.Context(), account, "top", apikey.Actor{}, func(key *apikey.Key) {
			limitedTo(30)(&key.Spec)
			key.Scope.MaxInFlight = 2
		})
		if err != nil {
			t.Fatal(err)
		}
		var running *ledger.InFlight
		if _, err := engine.Hold(t.Context(), hold("third", "low", 1)); !errors.As(err, &running) || running.Running != 2 {
			t.Errorf("got %v", err)
		}
		if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "running", Cost: 10}); err != nil {
			t.Fatal(err)
		}
		var refusal *ledger.Refusal
		if _, err := engine.Hold(t.Context(), hold("much", "low", 7)); !errors.As(err, &refusal) || refusal.Scope != "parent" {
			t.Errorf("4 were charged and 20 seeded of 30: %v", err)
		}
		if _, err := engine.Hold(t.Context(), hold("little", "low", 6)); err != nil {
			t.Error(err)
		}
		if _, err := engine.Hold(t.Context(), hold("fourth", "low", 0)); !errors.As(err, &running) {
			t.Errorf("got %v", err)
		}
		verify(t, s)
	})
}

func TestSubKeysAreCountedBelowTheirTop(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		insert(t, s, insertion("top"))
		insert(t, s, insertion("other"))
		in := below("top", "a")
		in.MaxActive = 2
		insert(t, s, in)
		in = below("a", "b")
		in.MaxActive = 2
		insert(t, s, in)
		in = below("b", "c")
		in.MaxActive = 2
		if err := s.InsertKey(t.Context(), in); !errors.Is(err, issuer.ErrTooManyKeys) {
			t.Errorf("a third sub-key of two: %v", err)
		}
		in = below("other", "c")
		in.MaxActive, in.MaxDepth = 2, 1
		insert(t, s, in)
		in = below("c", "d")
		in.MaxDepth = 1
		if err := s.InsertKey(t.Context(), in); !errors.Is(err, issuer.ErrTooDeep) {
			t.Errorf("two below of one: %v", err)
		}
		var wider *apikey.WiderError
		in = below("top", "e")
		in.Key.Type = apikey.Admin
		if err := s.InsertKey(t.Context(), in); !errors.As(err, &wider) {
			t.Errorf("an ADMIN sub-key: %v", err)
		}
	})
}
