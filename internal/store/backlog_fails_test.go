package store_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

// fillBacklog leaves calls of every kind in the backlog: one that began before it
// and ended, one that did both within it, and one that runs.
func (k *keeping) fillBacklog(t *testing.T) {
	t.Helper()
	k.grantHold(t, "before", 30)
	k.catchUp(t)
	k.store.GoAhead(2 * time.Minute) // the key is noted to be used again
	k.settle(t, "before", 11)
	k.call(t, "within")
	k.grantHold(t, "runs", 25)
	k.waits(t)
}

// refusesAll fails if anything is served from tables that cannot catch up.
func (k *keeping) refusesAll(t *testing.T) {
	t.Helper()
	if state, err := k.store.InFlight(t.Context()); err == nil {
		t.Errorf("what runs was read from tables that are behind: %+v", state)
	}
	if _, err := k.store.Verify(t.Context()); err == nil {
		t.Error("tables that are behind were verified")
	}
	if _, err := k.engine.Hold(t.Context(), hold("later", "k", 10)); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("a hold: %v", err)
	}
	if _, err := k.engine.Settle(t.Context(), ledger.Settlement{HoldID: "runs", Cost: 10}); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("a settlement: %v", err)
	}
	if err := k.store.Ping(t.Context()); err == nil {
		t.Error("the database is said to be well")
	}
}

// Wherever carrying over stops, everything is as it was, nobody reads tables that
// are behind, and once the obstacle is gone everything is there.
func TestCarryingOverIsAllOrNothing(t *testing.T) {
	for _, at := range []string{
		"UPDATE ON api_keys", "DELETE ON holds", "INSERT ON holds", "INSERT ON budgets", "INSERT ON calls", "INSERT ON accounts", "DELETE ON backlog",
	} {
		t.Run(at, func(t *testing.T) {
			k := newBacklogged(t)
			k.fillBacklog(t)
			image := k.killed(t)
			raw(t, k.path, "CREATE TRIGGER broken BEFORE "+at+" BEGIN SELECT RAISE(ABORT, 'no'); END")
			before := contents(t, k.path)
			k.refusesAll(t)
			k.refusesAll(t)
			sameContents(t, contents(t, k.path), before)
			raw(t, k.path, "DROP TRIGGER broken")
			k.catchUp(t)
			verify(t, k.store)
			s, _, _ := reopen(t, image) // which met no obstacle
			verify(t, s)
			sameContents(t, contents(t, k.path), contents(t, image))
			k.settle(t, "runs", 5)
		})
	}
}

// From a backlog of which a row cannot be read nothing is served, neither by the
// process that meets it nor by the next one, and whoever checks the books is told.
func TestNothingIsServedFromHalfABacklog(t *testing.T) {
	for name, damage := range map[string]string{
		"cut":      "UPDATE backlog SET changes = substr(changes, 1, length(changes) - 1) WHERE number = 2",
		"longer":   "UPDATE backlog SET changes = CAST(changes || x'00' AS BLOB) WHERE number = 2",
		"version":  "UPDATE backlog SET changes = CAST(x'63' || substr(changes, 2) AS BLOB) WHERE number = 2",
		"empty":    "UPDATE backlog SET changes = x'' WHERE number = 2",
		"not told": "UPDATE backlog SET changes = 'text' WHERE number = 2",
	} {
		t.Run(name, func(t *testing.T) {
			k := newBacklogged(t)
			k.fillBacklog(t)
			image := k.killed(t)
			for _, path := range []string{k.path, image} {
				raw(t, path, damage)
			}
			before := contents(t, k.path)
			k.refusesAll(t)
			sameContents(t, contents(t, k.path), before)
			if s, err := store.Open(t.Context(), "sqlite:"+image, time.Now); err == nil {
				_ = s.Close()
				t.Error("the next process opened it")
			}
			sameContents(t, contents(t, image), before)
			if _, err := store.Backup(t.Context(), "sqlite:"+image, image+".copy", time.Now()); err == nil {
				t.Error("there is a backup")
			}
			report := look(t, image)
			if len(report.Problems) != 1 || !strings.Contains(report.Problems[0], "number 2") {
				t.Errorf("the books' problems are %q", report.Problems)
			}
		})
	}
}

// look verifies a database as somebody beside it does.
func look(t *testing.T, path string) store.Report {
	t.Helper()
	looker, err := store.OpenReadOnly(t.Context(), "sqlite:"+path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	report, err := looker.Verify(t.Context())
	if err := errors.Join(err, looker.Close()); err != nil {
		t.Fatal(err)
	}
	return report
}

// Whoever looks at the database of a process that was killed finds books that
// balance, and is told of what they lack.
func TestWhatWaitsAfterAKillIsTold(t *testing.T) {
	k := newBacklogged(t)
	k.catchUp(t)
	before := look(t, k.path)
	k.fillBacklog(t) // and one hold of it is in the tables
	image := k.killed(t)
	report := look(t, image)
	if len(report.Problems) > 0 || report.Waiting != int64(k.store.Waiting(t)) || report.Entries != before.Entries+1 {
		t.Errorf("%+v, was %+v", report, before)
	}
	s, _, _ := reopen(t, image)
	after, err := s.Verify(t.Context())
	if err != nil || len(after.Problems) > 0 || after.Waiting != 0 || after.Entries != before.Entries+5 {
		t.Errorf("%+v once it was opened, was %+v: %v", after, before, err)
	}
}

// Backups, restored or put into place by hand, have what waited, and so has a copy
// of the files.
func TestCopiesHaveWhatWaits(t *testing.T) {
	sameDay(t)
	k := newBacklogged(t)
	k.fillBacklog(t)
	backup, image := k.path+".copy", k.killed(t)
	report, err := store.Backup(t.Context(), "sqlite:"+k.path, backup, time.Now())
	if err != nil || len(report.Problems) > 0 || report.Waiting != 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	k.waits(t) // a backup is another process's and changes nothing
	k.catchUp(t)
	want := contents(t, k.path)
	sameContents(t, contents(t, backup), want)
	options := store.RestoreOptions{KeepKeys: true, Unfreeze: true}
	restored := newBacklogged(t)
	restored.call(t, "forgotten")
	restored.waits(t)
	forgotten := restored.killed(t)
	if _, aside, err := store.RestoreFile(t.Context(), "sqlite:"+forgotten, forgotten+".witness", backup, time.Now, options); err != nil || look(t, aside).Waiting == 0 {
		t.Fatalf("restored over %s: %v", aside, err)
	}
	if _, err := store.Acknowledge(t.Context(), "sqlite:"+image, image+".witness", time.Now, options); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{forgotten, image} {
		s, engine, _ := reopen(t, path)
		verify(t, s)
		sameContents(t, contents(t, path), want)
		if settled, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "runs", Cost: 3}); err != nil || settled.DIEM != 3 {
			t.Errorf("what ran: %v, %v", settled, err)
		}
	}
}

// A batch that had the tables catch up and then fails leaves the backlog to whoever
// comes next.
func TestABatchThatFailsTakesItsCatchingUpBack(t *testing.T) {
	k := newBacklogged(t)
	k.fillBacklog(t)
	raw(t, k.path, "CREATE TRIGGER broken BEFORE INSERT ON holds WHEN NEW.id = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END")
	if _, err := k.engine.Hold(t.Context(), hold("bad", "k", 10)); !errors.Is(err, ledger.ErrBusy) {
		t.Fatalf("got %v", err)
	}
	if state, err := k.store.InFlight(t.Context()); err != nil || state.Holds != 1 {
		t.Errorf("%d holds run, want the one that waited: %v", state.Holds, err)
	}
	k.settle(t, "runs", 5)
	verify(t, k.store)
}

// A release that knows of no backlog, and any other program, cannot write to the
// books while commits wait, and does it no harm by trying.
func TestNobodyElseWritesToBooksThatAreBehind(t *testing.T) {
	k := newBacklogged(t)
	k.fillBacklog(t)
	image := k.killed(t)
	before := contents(t, image)
	db, err := sql.Open("sqlite", "file:"+image)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		"UPDATE accounts SET last_seq = last_seq + 1",
		"INSERT INTO accounts (id, created_ms, last_seq) SELECT id, 0, last_seq + 1 FROM accounts WHERE true ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "commits wait") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	sameContents(t, contents(t, image), before)
	s, engine, _ := reopen(t, image)
	if settled, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "runs", Cost: 3}); err != nil || settled.DIEM != 3 {
		t.Errorf("what ran: %v, %v", settled, err)
	}
	verify(t, s)
}

// What the tables' own rules forbid is refused with its batch, not when others
// have been told of theirs since.
func TestTheTablesRulesHoldInTheBacklogToo(t *testing.T) {
	k := newBacklogged(t)
	k.fillBacklog(t)
	write := func(changes *ledger.Changes) error {
		return k.store.Update(t.Context(), func(ctx context.Context, tx ledger.Tx) error { return tx.Write(ctx, changes) })
	}
	const id = "a/of-nobody/DIEM/test"
	for name, broken := range map[string]ledger.Budget{
		"charged past its ceiling":          {ID: id, Cap: 10, CapHigh: 10, Posted: 11},
		"charged and held past its ceiling": {ID: id, Cap: 10, CapHigh: 10, Posted: 5, Pending: 6},
		"more than there are numbers":       {ID: id, Cap: 10, CapHigh: 10, Posted: math.MaxInt64, Pending: math.MaxInt64},
		"less than nothing charged":         {ID: id, Cap: 10, CapHigh: 10, Posted: -1},
		"less than nothing held":            {ID: id, Cap: 10, CapHigh: 10, Pending: -1},
		"less than nothing given":           {ID: id, Cap: -1},
		"a highest cap that is not":         {ID: id, Cap: 10, CapHigh: 9},
	} {
		if err := write(&ledger.Changes{Budgets: []*ledger.Budget{&broken}}); err == nil {
			t.Errorf("%s: it was written", name)
		}
	}
	if before := k.store.Waiting(t); before == 0 {
		t.Error("what waited before went with what was refused")
	} else if err := write(&ledger.Changes{Budgets: []*ledger.Budget{{ID: id, Cap: 10, CapHigh: 12, Posted: 6, Pending: 6}}}); err != nil || k.store.Waiting(t) != before+1 {
		t.Errorf("a sound budget: %v, and %d commits wait, not %d", err, k.store.Waiting(t), before+1)
	}
	k.settle(t, "runs", 5)
}
