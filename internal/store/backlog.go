package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
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
var errBacklog = errors.New("the backlog has a row that cannot be read")

const makeBacklog = "CREATE TABLE IF NOT EXISTS backlog (number INTEGER PRIMARY KEY, changes BLOB NOT NULL)"

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
// touched no table, changes what backlogs have and is not one too many.
func (t *transaction) defers(changes *ledger.Changes) bool {
	return t.untouched() && len(changes.Corrected)+len(changes.Entries)+len(changes.Attempts) == 0 &&
		t.store.backlog.Load()+rowsOf(changes) <= maxBacklog
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
	// Before the commit: whoever is told of it must find it.
	t.store.backlog.Add(max(1, rowsOf(changes)))
	return b.direct.exec(ctx, "INSERT INTO backlog (changes) VALUES ($1)", []any{text})
}

// backlogRow is what a row of the backlog says, by table: whole rows, of which
// the later ones count, but for used, a key and when, and ended, holds that are
// to be removed.
type backlogRow struct {
	used, ended, budgets, holds, calls, seqs cells

	text []byte
}

// sections are the parts of a row in their order.
func (r *backlogRow) sections() [6]*cells {
	return [...]*cells{&r.used, &r.ended, &r.budgets, &r.holds, &r.calls, &r.seqs}
}

func (r *backlogRow) reset() *backlogRow {
	for _, section := range r.sections() {
		section.encodes, section.encoded = true, section.encoded[:0]
	}
	return r
}

// backlogVersion begins every row.
const backlogVersion = 1

// encode is the row as bytes, nil if it says nothing: a version, and of each
// section its length and its cells.
func (r *backlogRow) encode() []byte {
	r.text = append(r.text[:0], backlogVersion)
	empty := true
	for _, section := range r.sections() {
		empty = empty && len(section.encoded) == 0
		r.text = binary.AppendUvarint(r.text, uint64(len(section.encoded)))
		r.text = append(r.text, section.encoded...)
	}
	if empty {
		return nil
	}
	return r.text
}

// The kinds of encoded cells.
const (
	cellNull = iota
	cellNumber
	cellText
)

func appendTextCell(dst []byte, value string) []byte {
	return append(binary.AppendUvarint(append(dst, cellText), uint64(len(value))), value...)
}

func appendNumberCell(dst []byte, value int64) []byte {
	return binary.AppendVarint(append(dst, cellNumber), value)
}

// backlog is what the rows of the backlog come to together.
type backlog struct {
	used           map[string]int64
	ended          []string
	budgets, holds laterRows
	calls          []any
	seqs           laterRows
}

// laterRows are rows by their first cell, in the order in which they came.
type laterRows struct {
	order []string
	rows  map[string][]any
}

func (l *laterRows) put(row []any) error {
	id, ok := row[0].(string)
	if !ok {
		return errBacklog
	}
	if l.rows == nil {
		l.rows = map[string][]any{}
	}
	if l.rows[id] == nil {
		l.order = append(l.order, id)
	}
	l.rows[id] = row
	return nil
}

// all are the rows' cells, one after the other.
func (l *laterRows) all() (arguments []any) {
	for _, id := range l.order {
		arguments = append(arguments, l.rows[id]...)
	}
	return arguments
}

// add reads a row of the backlog.
func (b *backlog) add(text []byte) error {
	if len(text) == 0 || text[0] != backlogVersion {
		return errBacklog
	}
	text = text[1:]
	readers := [...]struct {
		width int
		read  func(row []any) error
	}{
		{2, b.addUsed}, {1, b.addEnded}, {len(budgetColumns), b.budgets.put}, {len(holdFields), b.holds.put},
		{len(callFields), func(row []any) error { b.calls = append(b.calls, row...); return nil }}, {len(accountColumns), b.seqs.put},
	}
	for _, section := range readers {
		length, n := binary.Uvarint(text)
		if n <= 0 || length > uint64(len(text)-n) {
			return errBacklog
		}
		if err := eachRow(text[n:n+int(length)], section.width, section.read); err != nil {
			return err
		}
		text = text[n+int(length):]
	}
	if len(text) > 0 {
		return errBacklog
	}
	return nil
}

func (b *backlog) addUsed(row []any) error {
	id, named := row[0].(string)
	at, timed := row[1].(int64)
	if !named || !timed {
		return errBacklog
	}
	if b.used == nil {
		b.used = map[string]int64{}
	}
	b.used[id] = max(at, b.used[id])
	return nil
}

// addEnded takes a hold that the backlog made itself back: it was in no table.
func (b *backlog) addEnded(row []any) error {
	id, ok := row[0].(string)
	if !ok {
		return errBacklog
	}
	if _, made := b.holds.rows[id]; !made {
		b.ended = append(b.ended, id)
		return nil
	}
	delete(b.holds.rows, id)
	return nil
}

// eachRow reads the cells of a section.
func eachRow(text []byte, width int, read func(row []any) error) error {
	for len(text) > 0 {
		row := make([]any, width)
		for i := range row {
			var err error
			if row[i], text, err = readCell(text); err != nil {
				return err
			}
		}
		if err := read(row); err != nil {
			return err
		}
	}
	return nil
}

func readCell(text []byte) (cell any, rest []byte, err error) {
	if len(text) == 0 {
		return nil, nil, errBacklog
	}
	kind, text := text[0], text[1:]
	switch kind {
	case cellNull:
		return nil, text, nil
	case cellNumber:
		number, n := binary.Varint(text)
		if n <= 0 {
			return nil, nil, errBacklog
		}
		return number, text[n:], nil
	case cellText:
		length, n := binary.Uvarint(text)
		if n <= 0 || length > uint64(len(text)-n) {
			return nil, nil, errBacklog
		}
		end := n + int(length)
		return string(text[n:end]), text[end:], nil
	}
	return nil, nil, errBacklog
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
		func() error { return b.writeUsed(ctx, t) },
		func() error { return b.removeEnded(ctx, t) },
		func() error { return writeRows(ctx, t, putBudgets, b.budgets.all()) },
		func() error { return writeRows(ctx, t, addHolds, b.holds.all()) },
		func() error { return writeRows(ctx, t, addCalls, b.calls) },
		func() error { return writeRows(ctx, t, putSeqs, b.seqs.all()) },
		func() error { return t.exec(ctx, "DELETE FROM backlog", nil) },
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
	connection, err := s.writer.Conn(ctx) // catches up before it is there
	if err != nil {
		return err
	}
	return connection.Close() // back to the pool
}

// applyCopied carries the backlog of a copy to its tables. Copies of before there
// was one have none.
func applyCopied(ctx context.Context, copied *sql.DB) error {
	var tables int
	if err := copied.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'backlog'").Scan(&tables); err != nil || tables == 0 {
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
