package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// runFrozen runs an engine as the app does.
func runFrozen(t testing.TB, s *store.Store) (engine *ledger.Engine, stop func()) {
	engine = ledger.NewEngine(s, ledger.EngineConfig{Sources: sources, FrozenEpoch: s.FrozenEpoch()})
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = engine.Run(ctx) })
	stop = func() { cancel(); group.Wait() }
	t.Cleanup(stop)
	return engine, stop
}

func spend(t testing.TB, engine *ledger.Engine, id, key string, amount money.Nano) {
	t.Helper()
	if _, err := engine.Hold(t.Context(), hold(id, key, amount)); err != nil {
		t.Fatalf("hold %s: %v", id, err)
	}
	if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: amount, Source: ledger.SourceUsage}); err != nil {
		t.Fatalf("settle %s: %v", id, err)
	}
}

// sameDay tells of a test whose day ended in its middle.
func sameDay(t *testing.T) {
	t.Helper()
	before := ledger.EpochOf(time.Now())
	t.Cleanup(func() {
		if after := ledger.EpochOf(time.Now()); after != before && t.Failed() {
			t.Log("midnight (UTC) passed meanwhile: run it again")
		}
	})
}

// A copy of yesterday, put into place by hand, is not served until that was
// acknowledged; then nothing that it forgot can happen twice.
func TestAnOlderDatabaseIsRefusedUntilAcknowledged(t *testing.T) {
	sameDay(t)
	inSandboxes(t, func(t *testing.T, b *sandbox) {
		s := b.open(t)
		engine, stop := runFrozen(t, s)
		insert(t, s, insertion("good"))
		insert(t, s, insertion("stolen"))
		grant(t, engine, 100)
		if err := engine.Credit(t.Context(), ledger.Credit{AccountID: account, Amount: 1000}); err != nil {
			t.Fatal(err)
		}
		spend(t, engine, "before", "good", 10)
		token := s.Generation()
		b.close(t, s, stop)
		b.copied(t)

		s = b.open(t)
		engine, stop = runFrozen(t, s)
		spend(t, engine, "forgotten", "good", 60)
		if err := s.RevokeKey(t.Context(), account, "stolen", apikey.Actor{}); err != nil {
			t.Fatal(err)
		}
		b.close(t, s, stop)
		b.placed(t)

		if _, err := b.try(t); !errors.Is(err, store.ErrRewound) {
			t.Fatalf("an older database was opened: %v", err)
		}
		options := store.RestoreOptions{}
		if b.postgres { // which has no journal
			if _, err := store.Acknowledge(t.Context(), b.url, b.witness, time.Now, options); !errors.Is(err, store.ErrRevocations) {
				t.Fatalf("nobody said what becomes of the keys: %v", err)
			}
			options.KeepKeys = true
		}
		restored := b.acknowledge(t, options)
		if restored.Generation == token || restored.FrozenEpoch != ledger.EpochOf(time.Now()) || restored.Frozen != 1 {
			t.Errorf("got %+v; the generation before was %s", restored, token)
		}

		s = b.open(t)
		engine, stop = runFrozen(t, s)
		if s.Generation() != restored.Generation {
			t.Errorf("generation %s, want %s", s.Generation(), restored.Generation)
		}
		_, err := engine.Hold(t.Context(), hold("stolen", "stolen", 1))
		if !b.postgres && !errors.Is(err, ledger.ErrKey) {
			t.Errorf("a key that was revoked after the copy spends again: %v", err)
		}
		grant(t, engine, 100) // as a server does when it starts
		var refusal *ledger.Refusal
		if _, err := engine.Hold(t.Context(), hold("again", "good", 1)); !errors.As(err, &refusal) {
			t.Errorf("what was spent can be spent again today: %v", err)
		}
		verify(t, s)

		if accounts, err := s.Unfreeze(t.Context()); err != nil || accounts != 1 {
			t.Errorf("unfreezing: %d, %v", accounts, err)
		}
		b.close(t, s, stop)
		s = b.open(t)
		engine, _ = runFrozen(t, s)
		grant(t, engine, 100)
		spend(t, engine, "after", "good", 90+1000) // all that the copy had left
		verify(t, s)
		if _, err := s.Unfreeze(t.Context()); err == nil {
			t.Error("unfrozen twice")
		}
	})
}

// An account that the backup does not know gets nothing in the frozen day
// either: it may have spent everything.
func TestNobodyIsGrantedInAFrozenDay(t *testing.T) {
	sameDay(t)
	inSandboxes(t, func(t *testing.T, b *sandbox) {
		b.close(t, b.open(t), func() {})
		b.acknowledge(t, store.RestoreOptions{KeepKeys: true})
		s := b.open(t)
		engine, _ := runFrozen(t, s)
		insert(t, s, insertion("new"))
		grant(t, engine, 100)
		var refusal *ledger.Refusal
		if _, err := engine.Hold(t.Context(), hold("h", "new", 1)); !errors.As(err, &refusal) {
			t.Errorf("got %v", err)
		}
		verify(t, s)
	})
}

// The limits of keys stay used up in their running window, also the longer
// ones, until they are unfrozen.
func TestKeysLimitsStayUsedUp(t *testing.T) {
	sameDay(t)
	inSandboxes(t, func(t *testing.T, b *sandbox) {
		s := b.open(t)
		engine, stop := runFrozen(t, s)
		limit, err := apikey.ParseLimit("0.00000005") // 50 nanos
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"used", "fresh"} {
			in := insertion(id)
			in.Key.Limits, in.Key.Period = apikey.Limits{USD: &limit}, apikey.Lifetime
			insert(t, s, in)
		}
		grant(t, engine, 0)
		if err := engine.Credit(t.Context(), ledger.Credit{AccountID: account, Amount: 500}); err != nil {
			t.Fatal(err)
		}
		spend(t, engine, "before", "used", 20)
		b.close(t, s, stop)
		b.acknowledge(t, store.RestoreOptions{KeepKeys: true})

		s = b.open(t)
		engine, _ = runFrozen(t, s)
		if err := engine.Credit(t.Context(), ledger.Credit{AccountID: account, Amount: 500}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"used", "fresh"} {
			var refusal *ledger.Refusal
			if _, err := engine.Hold(t.Context(), hold("frozen-"+id, id, 1)); !errors.As(err, &refusal) || refusal.Scope != "key" {
				t.Errorf("key %s: %v", id, err)
			}
		}
		verify(t, s)
		if _, err := s.Unfreeze(t.Context()); err != nil {
			t.Fatal(err)
		}
		spend(t, engine, "rest", "used", 30)
		spend(t, engine, "all", "fresh", 50)
		if _, err := engine.Hold(t.Context(), hold("over", "used", 1)); err == nil {
			t.Error("the limit was passed")
		}
		verify(t, s)
	})
}

func TestRevokeAllAndUnfreezeAtTheRestore(t *testing.T) {
	sameDay(t)
	inSandboxes(t, func(t *testing.T, b *sandbox) {
		s := b.open(t)
		engine, stop := runFrozen(t, s)
		insert(t, s, insertion("old"))
		grant(t, engine, 100)
		b.close(t, s, stop)
		if _, err := store.Acknowledge(t.Context(), b.url, b.witness, time.Now, store.RestoreOptions{RevokeAll: true, KeepKeys: true}); err == nil {
			t.Error("both answers were taken")
		}
		restored := b.acknowledge(t, store.RestoreOptions{RevokeAll: true, Unfreeze: true})
		if restored.Revoked != 1 || restored.FrozenEpoch != "" || restored.Frozen != 0 {
			t.Errorf("got %+v", restored)
		}
		s = b.open(t)
		engine, _ = runFrozen(t, s)
		if _, err := engine.Hold(t.Context(), hold("h", "old", 1)); !errors.Is(err, ledger.ErrKey) {
			t.Errorf("got %v", err)
		}
		insert(t, s, insertion("new"))
		spend(t, engine, "now", "new", 100)
		verify(t, s)
	})
}

// A mint, a changed limit and a revocation are noticed like spending when they
// are lost.
func TestLostChangesOfKeysAreNoticed(t *testing.T) {
	changes := map[string]func(t *testing.T, s *store.Store) error{
		"mint": func(t *testing.T, s *store.Store) error { return s.InsertKey(t.Context(), insertion("second")) },
		"edit": func(t *testing.T, s *store.Store) error {
			_, err := s.UpdateKey(t.Context(), account, "first", apikey.Actor{}, func(k *apikey.Key) { k.Description = "lowered" })
			return err
		},
		"revocation": func(t *testing.T, s *store.Store) error {
			return s.RevokeKey(t.Context(), account, "first", apikey.Actor{})
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			inSandboxes(t, func(t *testing.T, b *sandbox) {
				s := b.open(t)
				insert(t, s, insertion("first"))
				b.close(t, s, func() {})
				b.copied(t)
				s = b.open(t)
				if err := change(t, s); err != nil {
					t.Fatal(err)
				}
				verify(t, s)
				b.close(t, s, func() {})
				b.placed(t)
				if _, err := b.try(t); !errors.Is(err, store.ErrRewound) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// Each server on PostgreSQL may have a witness of its own: one acknowledgement
// does for all of them.
func TestOneAcknowledgementDoesForEveryWitness(t *testing.T) {
	url, folder := postgres.NewDatabase(t), t.TempDir()
	one := &sandbox{url: url, witness: filepath.Join(folder, "one")}
	two := &sandbox{url: url, witness: filepath.Join(folder, "two")}
	for _, b := range []*sandbox{one, two} {
		b.close(t, b.open(t), func() {})
	}
	one.acknowledge(t, store.RestoreOptions{KeepKeys: true})
	for _, b := range []*sandbox{one, two} {
		b.close(t, b.open(t), func() {})
	}
}

func sqliteSandbox(t *testing.T) (*sandbox, string) {
	path := filepath.Join(t.TempDir(), "stakegate.db")
	return &sandbox{url: "sqlite:" + path}, path
}

// One acknowledgement does for all of them also after a second restore, from a
// backup of before the first, which does not know the generation in between.
func TestOneAcknowledgementOfAnOlderBackupDoesForEveryWitness(t *testing.T) {
	inSandboxes(t, func(t *testing.T, b *sandbox) {
		if !b.postgres {
			return // has one witness
		}
		b.close(t, b.open(t), func() {})
		b.copied(t)
		b.acknowledge(t, store.RestoreOptions{KeepKeys: true})
		other := *b
		other.witness = filepath.Join(t.TempDir(), "other")
		b.close(t, other.open(t), func() {})
		b.placed(t)
		for _, one := range []*sandbox{b, &other} {
			if _, err := one.try(t); !errors.Is(err, store.ErrRewound) {
				t.Errorf("an older database was opened: %v", err)
			}
		}
		b.acknowledge(t, store.RestoreOptions{KeepKeys: true})
		b.close(t, other.open(t), func() {})
		b.close(t, b.open(t), func() {})
	})
}

func TestADatabaseWithoutItsWitnessIsRefused(t *testing.T) {
	b, path := sqliteSandbox(t)
	b.close(t, b.open(t), func() {})
	if info, err := os.Stat(path + ".witness"); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the witness: %v, %v", info, err)
	}
	if err := os.Remove(path + ".witness"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.try(t); !errors.Is(err, store.ErrNoWitness) {
		t.Errorf("without it: %v", err)
	}
	if err := os.WriteFile(path+".witness", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.try(t); err == nil || !strings.Contains(err.Error(), "unreadable") {
		t.Errorf("with half of it: %v", err)
	}
	b.acknowledge(t, store.RestoreOptions{})
	b.open(t)
}

// A new file under an old witness is no new beginning by accident.
func TestAnEmptyDatabaseInPlaceOfAFullOneIsRefused(t *testing.T) {
	b, path := sqliteSandbox(t)
	b.close(t, b.open(t), func() {})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := b.try(t); !errors.Is(err, store.ErrRewound) {
		t.Errorf("got %v", err)
	}
}

// What a crash left of the witness is older than the database, which is fine.
func TestAWitnessMayLagBehind(t *testing.T) {
	inSandboxes(t, func(t *testing.T, b *sandbox) {
		s := b.open(t)
		insert(t, s, insertion("k"))
		witness := b.witness
		if witness == "" {
			witness = strings.TrimPrefix(b.url, "sqlite:") + ".witness"
		}
		early, err := os.ReadFile(witness)
		if err != nil {
			t.Fatal(err)
		}
		b.close(t, s, func() {})
		if err := os.WriteFile(witness, early, 0o600); err != nil {
			t.Fatal(err)
		}
		b.open(t)
	})
}
