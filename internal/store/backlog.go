package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"

	"stakegate/internal/ledger"
)

// What a batch changes is some ten pages of a dozen trees, much the same ones
// as the batch before. On SQLite it is therefore written as one row of the table
// backlog, durable like everything else, and carried to its own tables with what
// came after it: before anybody else reads or writes, when there is much of it, and
// when the database is opened. Batches of the ledger go by what is kept of the
// last ones (kept.go) and see no table in between.

// maxBacklog is how many rows may wait in the backlog: about as many as one
// statement takes.
const maxBacklog = 512

// errBacklog is of a row of the backlog that is not as it is written here.
var errBacklog = errors.New("the backlog has a row that cannot be read: the file is damaged; restore the newest backup")

const makeBacklog = "CREATE TABLE IF NOT EXISTS backlog (number INTEGER PRIMARY KEY, changes BLOB NOT NULL)"

// fenceBacklog refuses what would be written to tables that are behind, all of which
// takes a number of an account's: by a release that knows of no backlog, which would
// grant again what it has spent, by another program, or by a mistake made here.
const fenceBacklog = `CREATE TRIGGER IF NOT EXISTS backlog_first BEFORE UPDATE ON accounts WHEN EXISTS (SELECT 1 FROM backlog)
BEGIN SELECT RAISE(ABORT, 'commits wait for their tables: start the release of stakegate that made them, and end it in order'); END`

// asIs marks the context of those who take a connection and do not mind that the
// tables are behind.
type asIs struct{}

func behind(ctx context.Context) context.Context { return context.WithValue(ctx, asIs{}, true) }

// isBehind reports whether the tables must catch up for whoever has this context.
func (s *Store) isBehind(ctx context.Context) bool {
	return s.backlog.Load() != 0 && ctx.Value(asIs{}) == nil
}

// backlogged is a transaction's carrier on SQLite while it has touched no table:
// with its first statement the tables catch up.
type backlogged struct {
	*direct
	t *transaction
}

func (b *backlogged) exec(ctx context.Context, text string, arguments []any) error {
	if err := b.t.catchUp(ctx); err != nil {
		return err
	}
	return b.direct.exec(ctx, text, arguments)
}

func (b *backlogged) query(ctx context.Context, text string, arguments []any, each func(scanner) error) error {
	if err := b.t.catchUp(ctx); err != nil {
		return err
	}
	return b.direct.query(ctx, text, arguments, each)
}

// untouched reports whether the transaction has touched no table yet, and may yet
// become a row of the backlog.
func (t *transaction) untouched() bool {
	_, untouched := t.carrier.(*backlogged)
	return untouched
}

// catchUp carries the backlog to its tables. Holds that were taken as they are
// kept are removed now.
func (t *transaction) catchUp(ctx context.Context) error {
	b, ok := t.carrier.(*backlogged)
	if !ok {
		return nil
	}
	t.carrier = b.direct
	if t.store.backlog.Load() != 0 {
		if err := t.applyBacklog(ctx); err != nil {
			return err
		}
		b.direct.emptied = true
	}
	return t.takeKept(ctx, t.untold)
}

// defers reports whether a batch can be written as a row of the backlog: it has
// touched no table, changes what backlogs have, is not one too many, and has
// nothing that its table has to refuse: a hold that there is or was just now, a
// budget past its ceiling.
func (t *transaction) defers(changes *ledger.Changes) bool {
	if !t.untouched() || len(changes.Corrected)+len(changes.Entries)+len(changes.Attempts) > 0 ||
		t.store.backlog.Load()+rowsOf(changes) > maxBacklog {
		return false
	}
	made := t.carrier.(*backlogged).made
	return !slices.ContainsFunc(changes.NewHolds, func(hold *ledger.Hold) bool { return made[hold.ID] || t.kept.holds[hold.ID] != nil }) &&
		!slices.ContainsFunc(changes.Budgets, isUnsound) &&
		!slices.ContainsFunc(changes.Ended, func(hold *ledger.Hold) bool { return hold.ChargedDIEM < 0 || hold.ChargedUSD < 0 })
}

// isUnsound is what the table of budgets refuses, the second guard behind the
// ledger's own decision: later, with others' batches around it, were too late.
func isUnsound(b *ledger.Budget) bool {
	return b.Cap < 0 || b.CapHigh < b.Cap || b.Posted < 0 || b.Pending < 0 || b.Posted > b.CapHigh-b.Pending
}

func rowsOf(changes *ledger.Changes) int64 {
	return int64(len(changes.NewHolds) + len(changes.Ended))
}

// writeBacklog writes a batch as a row of the backlog.
func (t *transaction) writeBacklog(ctx context.Context, changes *ledger.Changes) error {
	running, err := t.stillRunning(changes)
	if err != nil {
		return err
	}
	b := t.carrier.(*backlogged)
	row := b.batch.reset()
	for _, id := range changes.UsedKeys {
		row.used.text(id)
		row.used.number(millis(t.now))
	}
	for _, hold := range t.untold {
		row.ended.text(hold.ID)
	}
	for _, budget := range changes.Budgets {
		fillBudget(&row.budgets, budget)
	}
	for _, hold := range running {
		holdRow(&row.holds, hold)
	}
	for _, hold := range changes.Ended {
		callRow(&row.calls, hold)
	}
	for id, seq := range changes.Seqs {
		fillSeq(&row.seqs, id, seq)
	}
	text := row.encode()
	if text == nil {
		return nil // nothing but refusals
	}
	t.untold = nil // the row says it
	for _, hold := range changes.NewHolds {
		b.made[hold.ID] = true // of one whose batch fails it is true as well that its table has to decide
	}
	// Before the commit: whoever is told of it must find it.
	t.store.backlog.Add(max(1, rowsOf(changes)))
	return b.direct.exec(ctx, "INSERT INTO backlog (changes) VALUES ($1)", []any{text})
}

// applyBacklog carries the backlog to its tables.
func (t *transaction) applyBacklog(ctx context.Context) error {
	var b backlog
	err := t.query(ctx, "SELECT changes FROM backlog ORDER BY number", nil, func(row scanner) error {
		var text []byte
		if err := row.Scan(&text); err != nil {
			return err
		}
		return b.add(text)
	})
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return t.exec(ctx, "DELETE FROM backlog", nil) }, // first: see fenceBacklog
		func() error { return b.writeUsed(ctx, t) },
		func() error { return b.removeEnded(ctx, t) },
		func() error { return writeRows(ctx, t, putBudgets, b.budgets.all()) },
		func() error { return writeRows(ctx, t, addHolds, b.holds.all()) },
		func() error { return writeRows(ctx, t, addCalls, b.calls) },
		func() error { return writeRows(ctx, t, putSeqs, b.seqs.all()) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("carrying the backlog to its tables: %w", err)
		}
	}
	return nil
}

// writeUsed writes when keys were last used, those of one time at once.
func (b *backlog) writeUsed(ctx context.Context, t *transaction) error {
	at := map[int64][]string{}
	for id, used := range b.used {
		at[used] = append(at[used], id)
	}
	for _, used := range slices.Sorted(maps.Keys(at)) {
		if err := update(ctx, t, touchKeys, []any{used}, at[used]); err != nil {
			return err
		}
	}
	return nil
}

// removeEnded removes holds that were in the table before the backlog ended them.
func (b *backlog) removeEnded(ctx context.Context, t *transaction) error {
	removed, err := find(ctx, t, removeHolds, b.ended, func(row scanner) (id string, err error) { return id, row.Scan(&id) })
	if err == nil && len(removed) != len(b.ended) {
		err = fmt.Errorf("%d holds ended of which %d ran", len(b.ended), len(removed))
	}
	return err
}

// writeRows inserts or updates rows whose cells are one list. Lists as arrays, of
// which a backlog has none, it cannot.
func writeRows(ctx context.Context, t *transaction, statement *insert, arguments []any) error {
	return statement.inLists(arguments, func(text string, arguments []any) error { return t.exec(ctx, text, arguments) })
}

// catchUpOn carries the backlog to its tables on the only connection that writes.
func (s *Store) catchUpOn(connection driver.Conn) error {
	return s.directlyOn(context.Background(), connection, true, func(t *transaction) error { return t.catchUp(context.Background()) })
}

// catchUp has the tables catch up for whoever reads.
func (s *Store) catchUp(ctx context.Context) error {
	taken, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	err = taken.Raw(func(raw any) error { return raw.(*connection).use(ctx) })
	return errors.Join(err, taken.Close()) // back to the pool
}

// hasBacklog reports whether a database has the table; one of before it has none.
func hasBacklog(ctx context.Context, q rowQueryer) (has bool, err error) {
	return has, q.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM sqlite_master WHERE name = 'backlog'").Scan(&has)
}

// closeBacklog leaves no backlog to whoever opens, copies or looks at the database
// next, unless this process may not write to it any more.
func (s *Store) closeBacklog() error {
	if s.backlog.Load() == 0 || s.writer == nil || s.witness.admits() != nil {
		return nil
	}
	return s.catchUp(context.Background())
}

// applyCopied carries the backlog of a copy to its tables. Copies of before there
// was one have none.
func applyCopied(ctx context.Context, copied *sql.DB) error {
	if has, err := hasBacklog(ctx, copied); err != nil || !has {
		return err
	}
	tx, err := copied.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := inTx(&Store{engine: sqliteEngine}, tx).applyBacklog(ctx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
