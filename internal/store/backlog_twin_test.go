package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// twins are two databases that are told the same at the same time. The tables of
// the second one catch up after everything that it is told.
type twins struct {
	behind, caught *keeping
	clock          atomic.Int64 // Unix milliseconds
	keys, holds    []string
	serial         int
	waited         int // how often something waited
}

func newTwins(t testing.TB) *twins {
	t.Helper()
	w := &twins{}
	w.clock.Store(time.Now().Truncate(24 * time.Hour).Add(12 * time.Hour).UnixMilli())
	for _, k := range []**keeping{&w.behind, &w.caught} {
		*k = &keeping{path: filepath.Join(t.TempDir(), "stakegate.db"), stop: func() {}}
		w.reopen(t, *k, (*k).path)
	}
	return w
}

func (w *twins) now() time.Time { return time.UnixMilli(w.clock.Load()) }

// reopen closes a database and opens the one at the path in its stead.
func (w *twins) reopen(t testing.TB, k *keeping, path string) {
	t.Helper()
	k.stop()
	if k.store != nil {
		if err := k.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	k.path = path
	var err error
	if k.store, err = store.Open(t.Context(), "sqlite:"+path, w.now); err != nil {
		t.Fatal(err)
	}
	opened := k.store
	t.Cleanup(func() { _ = opened.Close() })
	k.store.StopWatching()
	k.run(t)
}

// both tells both the same, and compares what they say to it.
func (w *twins) both(t *testing.T, what string, tell func(k *keeping) (any, error)) (said any, err error) {
	t.Helper()
	said, err = tell(w.behind)
	w.waited += w.behind.store.Waiting(t)
	other, otherErr := tell(w.caught)
	w.caught.catchUp(t)
	if got, want := told(t, said, err), told(t, other, otherErr); got != want {
		t.Fatalf("%s: with a backlog\n%s\nand without\n%s", what, got, want)
	}
	return said, err
}

func told(t *testing.T, said any, err error) string {
	t.Helper()
	text, failed := json.Marshal(said) // which follows pointers
	if failed != nil {
		t.Fatal(failed)
	}
	return fmt.Sprintf("%s, %v", text, err)
}

// Whatever calls, keys and allocations go through, in whatever order, with reads,
// restarts and kills in between: a database whose tables are behind decides as one
// whose tables are not, and comes to the same rows.
func TestABacklogChangesNothing(t *testing.T) {
	rounds, waited := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		if rounds++; rounds > 15 { // each is two databases
			return
		}
		w := newTwins(t)
		w.mint(t, "")
		for range rapid.IntRange(20, 80).Draw(r, "steps") {
			w.step(t, r)
		}
		w.behind.catchUp(t)
		w.same(t)
		waited += w.waited
	})
	if waited == 0 {
		t.Error("nothing ever waited")
	}
}

func (w *twins) same(t *testing.T) {
	t.Helper()
	for _, k := range []*keeping{w.behind, w.caught} {
		verify(t, k.store)
	}
	sameContents(t, contents(t, w.behind.path), contents(t, w.caught.path))
	if t.Failed() {
		t.FailNow()
	}
}

func (w *twins) step(t *testing.T, r *rapid.T) {
	w.clock.Add(int64(rapid.SampledFrom([]int{0, 0, 1, 20, 1000, 61_000}).Draw(r, "passes")))
	key := rapid.SampledFrom(w.keys).Draw(r, "key")
	amount := money.Nano(rapid.IntRange(1, 60).Draw(r, "amount"))
	steps := []string{
		"hold", "hold", "hold", "hold", "end", "end", "end", "grant", "credit", "mint", "child", "revoke", "edit", "rotate", "sweep",
		"read", "read", "restart", "kill",
	}
	switch step := rapid.SampledFrom(steps).Draw(r, "step"); step {
	case "hold":
		w.hold(t, r, key, amount)
	case "end":
		w.end(t, r, amount)
	case "mint":
		w.mint(t, "")
	case "child":
		w.mint(t, key)
	case "read":
		w.read(t, r)
	case "restart":
		for _, k := range []*keeping{w.behind, w.caught} {
			w.reopen(t, k, k.path)
		}
	case "kill":
		w.reopen(t, w.behind, w.behind.killed(t))
	default:
		w.change(t, step, key, amount)
	}
}

func (w *twins) change(t *testing.T, step, key string, amount money.Nano) {
	ctx := t.Context()
	w.serial++
	_, _ = w.both(t, step, func(k *keeping) (any, error) {
		switch step {
		case "grant":
			return nil, k.engine.Grant(ctx, ledger.Grant{AccountID: account, Epoch: ledger.EpochOf(w.now()), Sources: []ledger.SourceGrant{
				{Source: "venice-diem", Cap: amount * 10}, {Source: "pool", Cap: amount},
			}})
		case "credit":
			return nil, k.engine.Credit(ctx, ledger.Credit{AccountID: account, Amount: amount - 20})
		case "revoke":
			if w.serial%4 != 0 {
				return nil, nil // lest there be none left
			}
			return nil, k.store.RevokeKey(ctx, account, key, apikey.Actor{})
		case "edit":
			return k.store.UpdateKey(ctx, account, key, apikey.Actor{}, func(edited *apikey.Key) {
				limitedTo(amount * 4)(&edited.Spec)
				edited.Scope.MaxInFlight = int64(amount % 4)
			})
		case "rotate":
			_, _, err := k.store.RotateKey(ctx, issuer.Rotation{AccountID: account, KeyID: key, Overlap: time.Minute,
				Renew: func(apikey.Type) ([32]byte, string, error) { return hashOf(fmt.Sprint("r", w.serial)), "abcdef", nil }})
			return nil, err
		default: // what the engine does by itself
			return nil, k.store.Update(ctx, func(ctx context.Context, tx ledger.Tx) error { return tx.Forget(ctx) })
		}
	})
}

func (w *twins) mint(t *testing.T, parent string) {
	w.serial++
	id := fmt.Sprint("k", w.serial)
	in := insertion(id)
	if parent != "" {
		in = below(parent, id, limitedTo(50))
	}
	in.MaxPerMinute, in.Key.CreatedAt = 1000, w.now()
	if _, err := w.both(t, "mint", func(k *keeping) (any, error) { return nil, k.store.InsertKey(t.Context(), in) }); err == nil {
		w.keys = append(w.keys, id)
	}
}

func (w *twins) hold(t *testing.T, r *rapid.T, key string, amount money.Nano) {
	w.serial++
	request := hold(fmt.Sprint("h", w.serial), key, amount)
	request.Min = max(1, amount/2)
	if rapid.Bool().Draw(r, "rates") {
		request.Rates = []ledger.Rate{
			{Kind: ledger.RequestsPerMinute, Tier: "S", Limit: 20, Amount: 1},
			{Kind: ledger.TokensPerMinute, Tier: "S", Limit: 1000, Amount: int64(amount)},
		}
	}
	if rapid.IntRange(0, 9).Draw(r, "named") == 0 {
		request.Idempotency = ledger.Idempotency{Name: fmt.Sprint("n", w.serial%3), Digest: hashOf("digest")}
	}
	if _, err := w.both(t, "hold", func(k *keeping) (any, error) { return k.engine.Hold(t.Context(), request) }); err == nil {
		w.holds = append(w.holds, request.ID)
	}
}

// end ends a hold, or tries it with one that has ended.
func (w *twins) end(t *testing.T, r *rapid.T, amount money.Nano) {
	if len(w.holds) == 0 {
		return
	}
	id := rapid.SampledFrom(w.holds[max(0, len(w.holds)-6):]).Draw(r, "hold")
	how := rapid.IntRange(0, 3).Draw(r, "end")
	_, _ = w.both(t, "end", func(k *keeping) (any, error) {
		switch how {
		case 0:
			return nil, k.engine.Void(t.Context(), id)
		case 1:
			return nil, k.engine.Assume(t.Context(), id)
		default:
			line := money.Line{Item: "input", Quantity: 1, Price: amount, Cost: amount}
			return k.engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: amount, Lines: []money.Line{line}})
		}
	})
}

func (w *twins) read(t *testing.T, r *rapid.T) {
	all := reads()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	name := rapid.SampledFrom(names).Draw(r, "read")
	if name == "Budgets" { // of a grant that there may not have been
		return
	}
	_, _ = w.both(t, name, func(k *keeping) (any, error) {
		said, err := all[name].says(t.Context(), k.store)
		return said, err
	})
}
