package store_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

// rotated gives key k the secret whose hash is that of the name.
func rotated(t *testing.T, s *store.Store, name string, overlap time.Duration) time.Time {
	t.Helper()
	key, until, err := s.RotateKey(t.Context(), issuer.Rotation{
		AccountID: account, KeyID: "k", Overlap: overlap, By: apikey.Actor{Kind: apikey.ByKey, KeyID: "admin"},
		Renew: func(kind apikey.Type) ([32]byte, string, error) { return hashOf(name), name + "-last", nil },
	})
	if err != nil || key.ID != "k" || key.Last6 != name+"-last" {
		t.Fatalf("rotated %+v, %v", key, err)
	}
	return until
}

// active tells which secrets of key k the books take, and that the mint and the
// watch over running calls agree with them.
func active(t *testing.T, s *store.Store, engine *ledger.Engine, names ...string) (good []string) {
	t.Helper()
	for _, name := range names {
		id := rand.Text()
		_, err := engine.Hold(t.Context(), hold(id, name, 1))
		if err == nil {
			good = append(good, name)
			if err := engine.Void(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		} else if !errors.Is(err, ledger.ErrKey) {
			t.Fatal(err)
		}
		key, lookup := s.KeyByHash(t.Context(), hashOf(name))
		if found := lookup == nil && key.Active(time.Now()); found != (err == nil) {
			t.Errorf("%s: the hold says %v, the look-up %v %+v", name, err, lookup, key)
		}
		ended, endErr := s.EndedKeys(t.Context(), []apikey.Use{{KeyID: "k", Hash: hashOf(name)}})
		if endErr != nil || (len(ended) == 0) != (err == nil) {
			t.Errorf("%s: the hold says %v, ended are %v %v", name, err, ended, endErr)
		}
	}
	return good
}

func TestARotatedKeyHasTwoSecretsForAWhile(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		in := insertion("k")
		in.Key.Limits.DIEM = &apikey.Limit{Cap: 10, Text: "0.00000001"}
		insert(t, s, in)
		engine, _ := run(t, s, true)
		grant(t, engine, 100)
		all := []string{"k", "second", "third", "fourth"}
		want := func(names ...string) {
			t.Helper()
			if got := active(t, s, engine, all...); !slices.Equal(got, names) {
				t.Fatalf("good are %q, want %q", got, names)
			}
		}
		want("k")
		rotated(t, s, "second", time.Hour)
		want("k", "second")
		// Both are one key: its budgets are the same.
		if _, err := engine.Hold(t.Context(), hold("old", "k", 6)); err != nil {
			t.Fatal(err)
		}
		var refusal *ledger.Refusal
		if _, err := engine.Hold(t.Context(), hold("new", "second", 6)); !errors.As(err, &refusal) || refusal.Scope != "key" {
			t.Errorf("the new secret has a budget of its own: %v", err)
		}
		rotated(t, s, "third", time.Hour) // the oldest ends
		want("second", "third")
		rotated(t, s, "fourth", 0)
		want("fourth")
		until := rotated(t, s, "k", 50*time.Millisecond) // ends by itself
		for time.Now().Before(until.Add(20 * time.Millisecond)) {
			if _, err := s.KeyByHash(t.Context(), hashOf("fourth")); err != nil {
				t.Fatal(err)
			}
		}
		want("k")
		rotated(t, s, "second", time.Hour)
		if err := s.RevokeKey(t.Context(), account, "k", apikey.Actor{}); err != nil {
			t.Fatal(err)
		}
		want() // both end with the key
		if kinds, entries := audited(t, s, account); kinds[1] != "rotate k" ||
			entries[len(entries)-2].Kind != ledger.EntryRotate || entries[3].Note !=
			`{"by":{"type":"api_key","apiKeyId":"admin"},"last6Chars":"fourth-last","replacedLast6Chars":"third-last"}` {
			t.Errorf("the trail is %q, %s", kinds, entries[3].Note)
		}
		if err := engine.Void(t.Context(), "old"); err != nil {
			t.Fatal(err)
		}
		verify(t, s)
	})
}

func TestOnlyTheOwnKeysOfAnAccountAreRotated(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		insert(t, s, insertion("k"))
		_, _, err := s.RotateKey(t.Context(), issuer.Rotation{AccountID: "0xother", KeyID: "k"})
		if !errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("somebody else's key: %v", err)
		}
		if key, err := s.KeyByHash(t.Context(), hashOf("k")); err != nil || key.SecretUntil != nil {
			t.Errorf("the key is %+v, %v", key, err)
		}
	})
}

// A restored database has the secrets of after its backup, from the journal.
func TestARestoreDoesNotReviveASecretThatEnded(t *testing.T) {
	b, _ := sqliteSandbox(t)
	s := b.open(t)
	insert(t, s, insertion("k"))
	rotated(t, s, "second", time.Hour)
	backup := b.backUp(t)
	rotated(t, s, "third", 0)
	rotated(t, s, "fourth", time.Hour)
	b.close(t, s, func() {})
	if _, _, err := b.restore(t, backup, store.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	s = b.open(t)
	for name, good := range map[string]bool{"k": false, "second": false, "third": true, "fourth": true} {
		key, err := s.KeyByHash(t.Context(), hashOf(name))
		if found := err == nil && key.Active(time.Now()); found != good {
			t.Errorf("%s: %+v, %v", name, key, err)
		}
	}
}
