package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// keeping is a SQLite database, an engine over it, and a way past both.
type keeping struct {
	store  *store.Store
	engine *ledger.Engine
	stop   func() // the engine
	path   string
	holds  []string // that were granted
	keys   []string
	serial int
}

func newKeeping(t testing.TB) *keeping {
	t.Helper()
	k := &keeping{path: filepath.Join(t.TempDir(), "stakegate.db")}
	k.store = open(t, "sqlite:"+k.path)
	k.run(t)
	return k
}

// run runs an engine over the store until it is stopped or the test ends.
func (k *keeping) run(t testing.TB) {
	k.engine = ledger.NewEngine(k.store, ledger.EngineConfig{Sources: sources, SweepEvery: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = k.engine.Run(ctx) })
	k.stop = func() { cancel(); group.Wait() }
	t.Cleanup(k.stop)
}

// elsewhere runs a statement as another process would, on tables that have caught
// up with the backlog.
func (k *keeping) elsewhere(t testing.TB, statement string) {
	t.Helper()
	if err := k.store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+k.path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// What another process or another connection commits between two batches is
// seen by the second one, though it reads nothing again otherwise.
func TestRowsAreKeptUntilAnybodyElseCommits(t *testing.T) {
	k := newKeeping(t)
	insert(t, k.store, insertion("k"))
	grant(t, k.engine, 100)
	ctx := t.Context()
	settled := func(id string) error {
		if _, err := k.engine.Hold(ctx, hold(id, "k", 10)); err != nil {
			return err
		}
		_, err := k.engine.Settle(ctx, ledger.Settlement{HoldID: id, Cost: 10})
		return err
	}
	if err := settled("h1"); err != nil {
		t.Fatal(err)
	}
	if k.store.CheckKept(t) == 0 {
		t.Fatal("nothing is kept after a batch")
	}
	k.elsewhere(t, "UPDATE api_keys SET revoked_ms = 1")
	if err := settled("h2"); !errors.Is(err, ledger.ErrKey) {
		t.Errorf("a key that another process has revoked: %v", err)
	}
	k.store.Tamper(t, "UPDATE api_keys SET revoked_ms = NULL")
	if err := settled("h3"); err != nil {
		t.Errorf("a key that another transaction has let in again: %v", err)
	}
	k.elsewhere(t, "UPDATE budgets SET posted = 95 WHERE id LIKE 'a/%/venice-diem/%'")
	var refusal *ledger.Refusal
	if err := settled("h4"); !errors.As(err, &refusal) {
		t.Errorf("a budget that another process has spent: %v", err)
	}
	k.elsewhere(t, "UPDATE budgets SET posted = 20 WHERE id LIKE 'a/%/venice-diem/%'")
	if _, err := k.engine.Hold(ctx, hold("h5", "k", 10)); err != nil {
		t.Error(err)
	}
	k.elsewhere(t, "UPDATE holds SET detail = replace(detail, '10', '40'); UPDATE budgets SET pending = 40 WHERE pending = 10")
	if charged, err := k.engine.Settle(ctx, ledger.Settlement{HoldID: "h5", Cost: 50}); err != nil || charged.DIEM != 40 {
		t.Errorf("a hold that another process has changed is charged %v: %v", charged, err)
	}
}

// A batch that fails leaves nothing behind that the next one would believe.
func TestNothingIsKeptOfABatchThatFails(t *testing.T) {
	k := newKeeping(t)
	insert(t, k.store, insertion("k"))
	grant(t, k.engine, 100)
	for round := range 3 {
		id := fmt.Sprint("h", round)
		k.store.Tamper(t, fmt.Sprintf("CREATE TRIGGER broken BEFORE INSERT ON %s BEGIN SELECT RAISE(ABORT, 'no'); END", []string{"holds", "accounts", "budgets"}[round]))
		if _, err := k.engine.Hold(t.Context(), hold(id, "k", 90)); !errors.Is(err, ledger.ErrBusy) {
			t.Fatalf("got %v", err)
		}
		k.store.Tamper(t, "DROP TRIGGER broken")
		// The room that the failed hold would have taken is there.
		if _, err := k.engine.Hold(t.Context(), hold(id, "k", 90)); err != nil {
			t.Fatal(err)
		}
		if k.store.CheckKept(t) == 0 {
			t.Error("nothing is kept")
		}
		if err := k.engine.Void(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	verify(t, k.store)
}

// However keys, calls and allocations change, what is kept is what the database
// has.
func TestKeptRowsAreTheDatabases(t *testing.T) {
	rounds := 0
	rapid.Check(t, func(r *rapid.T) {
		if rounds++; rounds > 20 { // each is a database
			return
		}
		k := newKeeping(t)
		k.mint(t, "")
		compared := 0
		for range rapid.IntRange(10, 40).Draw(r, "steps") {
			k.step(t, r)
			compared += k.store.CheckKept(t)
		}
		if compared == 0 {
			t.Error("nothing was ever kept")
		}
		verify(t, k.store)
	})
}

func (k *keeping) step(t *testing.T, r *rapid.T) {
	ctx := t.Context()
	key := rapid.SampledFrom(k.keys).Draw(r, "key")
	amount := money.Nano(rapid.IntRange(1, 60).Draw(r, "amount"))
	switch rapid.SampledFrom([]string{"hold", "hold", "hold", "end", "end", "grant", "credit", "mint", "child", "revoke", "edit", "rotate", "elsewhere"}).Draw(r, "step") {
	case "hold":
		k.hold(t, r, key, amount)
	case "end":
		k.end(t, r, amount)
	case "grant":
		grant(t, k.engine, amount*10)
	case "credit": // more may be taken back than there is
		_ = k.engine.Credit(ctx, ledger.Credit{AccountID: account, Amount: amount - 20})
	case "mint":
		k.mint(t, "")
	case "child":
		k.mint(t, key)
	case "revoke": // it may be revoked
		_ = k.store.RevokeKey(ctx, account, key, apikey.Actor{})
	case "edit":
		_, _ = k.store.UpdateKey(ctx, account, key, apikey.Actor{}, func(edited *apikey.Key) {
			limitedTo(amount)(&edited.Spec)
			edited.Scope.MaxInFlight = int64(amount % 3)
		})
	case "rotate":
		k.serial++
		_, _, _ = k.store.RotateKey(ctx, issuer.Rotation{AccountID: account, KeyID: key, Overlap: time.Minute,
			Renew: func(apikey.Type) ([32]byte, string, error) { return hashOf(fmt.Sprint("r", k.serial)), "abcdef", nil }})
	case "elsewhere":
		k.elsewhere(t, "UPDATE api_keys SET description = description || 'x'")
	}
}

func (k *keeping) mint(t *testing.T, parent string) {
	k.serial++
	id := fmt.Sprint("k", k.serial)
	in := insertion(id)
	if parent != "" {
		in = below(parent, id, limitedTo(50))
	}
	in.MaxPerMinute = 1000
	if err := k.store.InsertKey(t.Context(), in); err == nil { // its parent may have ended
		k.keys = append(k.keys, id)
	}
}

func (k *keeping) hold(t *testing.T, r *rapid.T, key string, amount money.Nano) {
	k.serial++
	request := hold(fmt.Sprint("h", k.serial), key, amount)
	request.Rates = []ledger.Rate{{Kind: ledger.RequestsPerMinute, Tier: "S", Limit: 20, Amount: 1}}
	if rapid.Bool().Draw(r, "tokens") {
		request.Rates = append(request.Rates, ledger.Rate{Kind: ledger.TokensPerMinute, Tier: "S", Limit: 1000, Amount: int64(amount)})
	}
	if held, err := k.engine.Hold(t.Context(), request); err == nil {
		k.holds = append(k.holds, held.ID)
	}
}

// end ends a hold, or tries it with one that has ended.
func (k *keeping) end(t *testing.T, r *rapid.T, amount money.Nano) {
	if len(k.holds) == 0 {
		return
	}
	id := rapid.SampledFrom(k.holds).Draw(r, "hold")
	switch rapid.IntRange(0, 2).Draw(r, "end") {
	case 0:
		_, _ = k.engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: amount, Lines: []money.Line{{Item: "input", Quantity: 1, Price: amount, Cost: amount}}})
	case 1:
		_ = k.engine.Void(t.Context(), id)
	case 2:
		_ = k.engine.Assume(t.Context(), id)
	}
}
