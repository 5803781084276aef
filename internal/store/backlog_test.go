package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// newBacklogged is a database whose tables catch up when the test has them do so.
func newBacklogged(t testing.TB) *keeping {
	t.Helper()
	k := newKeeping(t)
	k.store.StopWatching()
	insert(t, k.store, insertion("k"))
	grant(t, k.engine, 100_000)
	k.call(t, "warm") // what was read for it is kept
	k.call(t, "warmer")
	return k
}

func (k *keeping) grantHold(t testing.TB, id string, amount money.Nano) {
	t.Helper()
	if _, err := k.engine.Hold(t.Context(), hold(id, "k", amount)); err != nil {
		t.Fatal(err)
	}
}

func (k *keeping) settle(t testing.TB, id string, cost money.Nano) {
	t.Helper()
	line := money.Line{Item: "input", Quantity: 1, Price: cost, Cost: cost}
	settled, err := k.engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: cost, Lines: []money.Line{line}})
	if err != nil || settled.DIEM != cost {
		t.Fatalf("settling %s: %v, %v", id, settled, err)
	}
}

func (k *keeping) call(t testing.TB, id string) {
	t.Helper()
	k.grantHold(t, id, 20)
	k.settle(t, id, 7)
}

// waits fails if the backlog is empty: the test would say nothing.
func (k *keeping) waits(t testing.TB) {
	t.Helper()
	if k.store.Waiting(t) == 0 {
		t.Fatal("nothing waits in the backlog, so that this test says nothing")
	}
}

// catchUp has the tables catch up.
func (k *keeping) catchUp(t testing.TB) {
	t.Helper()
	if err := k.store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows := k.store.Waiting(t); rows != 0 {
		t.Fatalf("%d rows still wait", rows)
	}
}

// killed is a copy of the files as they are when the process is killed.
func (k *keeping) killed(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "stakegate.db")
	for _, suffix := range []string{"", "-wal", ".witness", ".revocations"} {
		text, err := os.ReadFile(k.path + suffix)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+suffix, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// raw runs a statement as another process would, on tables that are behind.
func raw(t testing.TB, path, statement string, arguments ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, arguments...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

var bookTables = []string{"accounts", "api_keys", "budgets", "holds", "calls", "entries", "attempts", "old_secrets", "denials", "backlog"}

// contents are the rows of all tables of the books, and of the backlog.
func contents(t testing.TB, path string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all []string
	for _, table := range bookTables {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rowsOf(t, table, rows)...)
	}
	slices.Sort(all)
	return all
}

func rowsOf(t testing.TB, table string, rows *sql.Rows) (all []string) {
	t.Helper()
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s: %v", table, values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func sameContents(t testing.TB, got, want []string) {
	t.Helper()
	for _, row := range got {
		if !slices.Contains(want, row) {
			t.Errorf("there is %s", row)
		}
	}
	for _, row := range want {
		if !slices.Contains(got, row) {
			t.Errorf("missing is %s", row)
		}
	}
}

func isWaiting(row string) bool { return strings.HasPrefix(row, "backlog:") }

// reopen opens a database and runs an engine over it.
func reopen(t testing.TB, path string) (*store.Store, *ledger.Engine, func()) {
	t.Helper()
	s := open(t, "sqlite:"+path)
	engine, stop := run(t, s, false)
	return s, engine, stop
}

// A connection that the pool opened for somebody who gave up, and hands out later
// without telling the driver, does not read tables that are behind.
func TestAConnectionThatNobodyTookIsNotBehind(t *testing.T) {
	k := newBacklogged(t)
	k.store.LeaveReader(t)
	k.grantHold(t, "h", 20)
	if !slices.ContainsFunc(contents(t, k.path), isWaiting) { // asked without that connection
		t.Fatal("nothing waits in the backlog, so that this test says nothing")
	}
	state, err := k.store.InFlight(t.Context())
	if err != nil || state.Holds != 1 {
		t.Errorf("%d holds, want the one that was granted: %v", state.Holds, err)
	}
}

// What was acknowledged is there after a kill, whatever of it was in the backlog.
func TestAcknowledgedCallsInTheBacklogSurviveAKill(t *testing.T) {
	k := newBacklogged(t)
	for _, id := range []string{"before, ends", "before, is voided", "before, runs"} {
		k.grantHold(t, id, 30)
	}
	k.catchUp(t)
	k.store.GoAhead(2 * time.Minute) // the key is noted to be used again
	k.settle(t, "before, ends", 11)
	if err := k.engine.Void(t.Context(), "before, is voided"); err != nil {
		t.Fatal(err)
	}
	k.call(t, "within")
	k.grantHold(t, "within, is voided", 20)
	if err := k.engine.Void(t.Context(), "within, is voided"); err != nil {
		t.Fatal(err)
	}
	k.grantHold(t, "within, runs", 25)
	if rows := k.store.Waiting(t); rows != 7 {
		t.Fatalf("%d commits wait, want 7", rows)
	}
	image := k.killed(t)
	k.catchUp(t)
	want := contents(t, k.path)
	for range 2 {
		s, engine, stop := reopen(t, image)
		if rows := s.Waiting(t); rows != 0 {
			t.Errorf("%d commits still wait", rows)
		}
		sameContents(t, contents(t, image), want)
		verify(t, s)
		if state, err := s.InFlight(t.Context()); err != nil || state.Holds != 2 {
			t.Errorf("%d holds run, want 2: %v", state.Holds, err)
		}
		for id, charge := range map[string]money.Nano{"within": 7, "before, ends": 11} {
			if settled, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: 19}); err != nil || settled.DIEM != charge {
				t.Errorf("%s is settled again at %v, was at %v: %v", id, settled, charge, err)
			}
		}
		stop()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, engine, _ := reopen(t, image)
	for _, id := range []string{"before, runs", "within, runs"} {
		if settled, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: 3}); err != nil || settled.DIEM != 3 {
			t.Errorf("%s after the kill: %v, %v", id, settled, err)
		}
	}
	verify(t, s)
}

// A call whose row is still in the backlog is settled once, however often it is
// said.
func TestACallInTheBacklogIsSettledOnce(t *testing.T) {
	k := newBacklogged(t)
	k.call(t, "h")
	k.waits(t)
	if settled, err := k.engine.Settle(t.Context(), ledger.Settlement{HoldID: "h", Cost: 20}); err != nil || settled.DIEM != 7 {
		t.Errorf("again: %v, %v", settled, err)
	}
	if err := k.engine.Void(t.Context(), "h"); err == nil {
		t.Error("it was voided after it was settled")
	}
	verify(t, k.store)
}

// There are no two holds of one name, be the first one in the backlog, or ended in
// it, or be it kept and in its table.
func TestAHoldsNameIsTakenInTheBacklogToo(t *testing.T) {
	for where, prepare := range map[string]func(t *testing.T, k *keeping){
		"waits": func(t *testing.T, k *keeping) { k.grantHold(t, "h", 20) },
		"is in its table": func(t *testing.T, k *keeping) {
			k.grantHold(t, "h", 20)
			k.catchUp(t)
			k.call(t, "other")
		},
	} {
		t.Run(where, func(t *testing.T) {
			k := newBacklogged(t)
			prepare(t, k)
			k.waits(t)
			if _, err := k.engine.Hold(t.Context(), hold("h", "k", 20)); err == nil {
				t.Error("there is a second hold of this name")
			}
			verify(t, k.store)
		})
	}
}

// Nothing waits for whoever opens, copies or looks at a database that was closed.
func TestNothingWaitsInAClosedDatabase(t *testing.T) {
	k := newBacklogged(t)
	k.call(t, "h")
	k.waits(t)
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, row := range contents(t, k.path) {
		if isWaiting(row) {
			t.Error(row)
		}
	}
}

// What is forgotten for its age is also forgotten of the backlog: it does not come
// back with what waits.
func TestWhatIsForgottenDoesNotWait(t *testing.T) {
	k := newBacklogged(t)
	counted := func(id string) {
		t.Helper()
		request := hold(id, "k", 20)
		request.Rates = []ledger.Rate{{Kind: ledger.RequestsPerDay, Tier: "S", Limit: 100, Amount: 1}}
		if _, err := k.engine.Hold(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		k.settle(t, id, 7)
	}
	counted("first") // reads the window
	counted("second")
	k.waits(t)
	k.store.GoAhead(100 * 24 * time.Hour)
	if err := k.store.Update(t.Context(), func(ctx context.Context, tx ledger.Tx) error { return tx.Forget(ctx) }); err != nil {
		t.Fatal(err)
	}
	k.catchUp(t)
	for _, row := range contents(t, k.path) {
		if strings.HasPrefix(row, "budgets:") && !strings.HasSuffix(row, "<nil>]") {
			t.Errorf("not forgotten: %s", row)
		}
	}
}
