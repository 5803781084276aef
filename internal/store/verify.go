package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// Report is what recomputing the books found.
type Report struct {
	Entries, Holds, Budgets int64
	// Reserved is how many holds are in flight.
	Reserved int64
	// Waiting is how many commits of a server on SQLite that was killed, or that is
	// just writing, are not yet in the tables that were read. They are durable, and
	// in them when the database is next opened or read by its server.
	Waiting int64
	// Problems say where the books do not balance; it must be empty.
	Problems []string
}

const maxProblems = 100

// queryer is a transaction or a database.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Verify recomputes every budget twice, from the log, entry by entry, and from
// what runs and what is charged now, and compares. It reads one consistent state of the database.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	tx, err := s.reader.BeginTx(ctx, s.engine.snapshot)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	report, err := verifyBooks(ctx, tx)
	if err == nil && s.engine == sqliteEngine {
		err = report.readBacklog(ctx, tx)
	}
	return report, err
}

// readBacklog counts the commits that are not in the tables yet.
func (r *Report) readBacklog(ctx context.Context, tx *sql.Tx) error {
	if has, err := hasBacklog(ctx, tx); err != nil || !has {
		return err
	}
	rows, err := tx.QueryContext(ctx, "SELECT changes FROM backlog ORDER BY number")
	if err != nil {
		return err
	}
	var waiting backlog
	_, err = scanAll(rows, func(rows *sql.Rows) (struct{}, error) {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return struct{}{}, err
		}
		r.Waiting++
		if err := waiting.add(text); err != nil {
			r.problem("of the commits that wait for their tables, number %d: %v", r.Waiting, err)
		}
		return struct{}{}, nil
	})
	return err
}

// books are sums by budget id.
type books map[string]*ledger.Budget

func (b books) of(id string) *ledger.Budget {
	budget := b[id]
	if budget == nil {
		budget = &ledger.Budget{ID: id}
		b[id] = budget
	}
	return budget
}

func verifyBooks(ctx context.Context, q queryer) (Report, error) {
	var report Report
	fromEntries, fromHolds, seeded := books{}, books{}, books{}
	steps := []func() error{
		func() error { return report.readLog(ctx, q, fromEntries, seeded) },
		func() error { return report.readHolds(ctx, q, fromHolds) },
		func() error { return report.compareFlights(ctx, q, fromHolds) },
		func() error { return report.compare(ctx, q, fromEntries, fromHolds, seeded) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return report, err
		}
	}
	return report, nil
}

func (r *Report) problem(format string, arguments ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, fmt.Sprintf(format, arguments...))
	}
}

// theLog is every entry of every account in its order. Those of holds, which
// have no rows of their own, are in the rows of holds and calls: the making of
// those that run and of those that ended, and the ends.
const theLog = `
	SELECT account_id, seq, 'entry' AS origin, kind, key_id, deltas AS text, 0 AS diem, 0 AS usd FROM entries
	UNION ALL SELECT account_id, seq, 'hold', '', '', detail, 0, 0 FROM holds
	UNION ALL SELECT account_id, hold_seq, 'begin', state, key_id, detail, 0, 0 FROM calls
	UNION ALL SELECT account_id, seq, 'end', state, key_id, detail, charged_diem, charged_usd FROM calls
	ORDER BY account_id, seq`

// logged reads a row of theLog.
func logged(row scanner) (*ledger.Entry, error) {
	var origin, kind, text string
	var entry ledger.Entry
	hold := ledger.Hold{}
	err := row.Scan(&entry.AccountID, &entry.Seq, &origin, &kind, &entry.KeyID, &text, &hold.ChargedDIEM, &hold.ChargedUSD)
	if err != nil {
		return nil, err
	}
	hold.AccountID, hold.KeyID, hold.State, hold.Seq, hold.EndedSeq = entry.AccountID, entry.KeyID, ledger.HoldState(kind), entry.Seq, entry.Seq
	switch origin {
	case "entry":
		entry.Kind = ledger.EntryKind(kind)
		entry.Deltas, err = parseDeltas(text, entry.AccountID, entry.KeyID)
		return &entry, err
	case "hold":
		err = readHold(text, &hold)
		return hold.Entry(), err
	case "begin":
		err = readCall(text, &hold)
		return hold.Entry(), err
	default:
		err = readCall(text, &hold)
		return hold.EndEntry(), err
	}
}

func (r *Report) readLog(ctx context.Context, q queryer, sums, seeded books) error {
	newest, err := newestEntries(ctx, q)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, theLog)
	if err != nil {
		return err
	}
	defer rows.Close()
	var account string
	var last int64
	ends := func() {
		if last != newest[account] {
			r.problem("account %s has entries up to %d, its newest is %d", account, last, newest[account])
		}
		delete(newest, account)
	}
	for rows.Next() {
		entry, err := logged(rows)
		if err != nil {
			return fmt.Errorf("reading entry %d of account %s: %w", last+1, account, err)
		}
		if entry.AccountID != account {
			ends()
			account, last = entry.AccountID, 0
		}
		if entry.Seq != last+1 {
			r.problem("entry %d of account %s is missing or there twice", min(last+1, entry.Seq), account)
		}
		last = entry.Seq
		r.replay(entry, sums, seeded)
	}
	ends()
	for _, id := range slices.Sorted(maps.Keys(newest)) {
		if newest[id] > 0 {
			r.problem("account %s has no entries, its newest is %d", id, newest[id])
		}
	}
	return rows.Err()
}

// newestEntries are the numbers of accounts' newest entries.
func newestEntries(ctx context.Context, q queryer) (map[string]int64, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, last_seq FROM accounts")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	newest := map[string]int64{}
	for rows.Next() {
		var id string
		var seq int64
		if err := rows.Scan(&id, &seq); err != nil {
			return nil, err
		}
		newest[id] = seq
	}
	return newest, rows.Err()
}

// replay applies an entry to the sums.
func (r *Report) replay(entry *ledger.Entry, sums, seeded books) {
	r.Entries++
	for _, delta := range entry.Deltas {
		budget := sums.of(delta.Budget)
		budget.Cap += delta.Cap
		budget.CapHigh = max(budget.CapHigh, budget.Cap)
		budget.Posted += delta.Posted
		budget.Pending += delta.Pending
		if entry.Kind == ledger.EntrySeed || entry.Kind == ledger.EntryFreeze {
			seeded.of(delta.Budget).Posted += delta.Posted
		}
		// Accounts have no order among each other, so that a shared budget may
		// seem to be spent before it was given.
		if !ledger.IsPool(delta.Budget) && !sound(budget) {
			r.problem("entry %d takes budget %s past its ceiling", entry.Seq, delta.Budget)
		}
	}
}

func sound(b *ledger.Budget) bool {
	return b.Posted >= 0 && b.Pending >= 0 && b.Posted+b.Pending <= b.CapHigh
}

// readHolds sums up what runs, and what ended as it is charged now.
func (r *Report) readHolds(ctx context.Context, q queryer, sums books) error {
	for _, from := range []struct {
		text string
		scan func(scanner) (*ledger.Hold, error)
	}{{"SELECT " + holdColumns + " FROM holds", scanHold}, {"SELECT " + callColumns + " FROM calls", scanCall}} {
		rows, err := q.QueryContext(ctx, from.text)
		if err != nil {
			return err
		}
		_, err = scanAll(rows, func(rows *sql.Rows) (struct{}, error) {
			hold, err := from.scan(rows)
			if err == nil {
				r.addHold(hold, sums)
			}
			return struct{}{}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) addHold(hold *ledger.Hold, sums books) {
	r.Holds++
	if hold.State == ledger.Reserved {
		r.Reserved++
	}
	diem, usd := hold.ChargedDIEM, hold.ChargedUSD
	for _, part := range hold.Parts {
		switch {
		case !part.IsMoney():
			r.countFlights(hold, &part, sums)
			continue
		case part.Currency == money.USD:
			usd -= part.Charged
		default:
			diem -= part.Charged
		}
		for _, id := range part.Budgets {
			sums.of(id).Posted += part.Charged
			if hold.State == ledger.Reserved {
				sums.of(id).Pending += part.Amount
			}
		}
	}
	var billed money.Nano
	for _, line := range hold.Cost.Lines {
		billed += line.Cost
	}
	if diem != 0 || usd != 0 || len(hold.Cost.Lines) > 0 && billed != hold.Cost.Cost {
		r.problem("call %s of %s is charged %s DIEM and %s USD, its bill is of %s, and its parts leave %s DIEM and %s USD",
			hold.ID, hold.Amount(), hold.ChargedDIEM, hold.ChargedUSD, billed, diem, usd)
	}
}

// countFlights counts a call that runs for the keys with a cap on such calls.
func (r *Report) countFlights(hold *ledger.Hold, part *ledger.Part, sums books) {
	for _, id := range part.Budgets {
		if strings.HasPrefix(id, ledger.FlightPrefix) && hold.State == ledger.Reserved {
			sums.of(id).Pending++
		}
	}
}

// compareFlights holds the rows that count calls in flight against those that
// run. A row that counts none may be missing.
func (r *Report) compareFlights(ctx context.Context, q queryer, fromHolds books) error {
	rows, err := q.QueryContext(ctx, "SELECT id, cap, cap_high, posted, pending, expires_ms FROM budgets WHERE id LIKE '"+ledger.FlightPrefix+"%'")
	if err != nil {
		return err
	}
	counts, err := scanAll(rows, func(rows *sql.Rows) (*ledger.Budget, error) { return scanBudget(rows) })
	if err != nil {
		return err
	}
	for _, row := range counts {
		if want := fromHolds.of(row.ID); row.Pending != want.Pending || row.Posted != 0 {
			r.problem("row %s counts %d calls in flight, %d run", row.ID, row.Pending, want.Pending)
		}
		delete(fromHolds, row.ID)
	}
	return nil
}

func (r *Report) compare(ctx context.Context, q queryer, fromEntries, fromHolds, seeded books) error {
	rows, err := q.QueryContext(ctx, "SELECT id, cap, cap_high, posted, pending, expires_ms FROM budgets WHERE expires_ms IS NULL")
	if err != nil {
		return err
	}
	budgets, err := scanAll(rows, func(rows *sql.Rows) (*ledger.Budget, error) { return scanBudget(rows) })
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, budget := range budgets {
		r.Budgets++
		known[budget.ID] = true
		want := fromEntries.of(budget.ID)
		if ledger.IsPool(budget.ID) { // the highest cap depends on an order that entries of several accounts lack
			want.CapHigh = budget.CapHigh
			if !sound(budget) {
				r.problem("budget %s is past its ceiling", budget.ID)
			}
		}
		if *budget != *want {
			r.problem("budget %s has cap %s, charged %s, held %s; its entries say %s, %s, %s",
				budget.ID, budget.Cap, budget.Posted, budget.Pending, want.Cap, want.Posted, want.Pending)
		}
		want = fromHolds.of(budget.ID)
		if posted := want.Posted + seeded.of(budget.ID).Posted; budget.Posted != posted || budget.Pending != want.Pending {
			r.problem("budget %s has charged %s, held %s; its holds say %s, %s",
				budget.ID, budget.Posted, budget.Pending, posted, want.Pending)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(fromHolds)) {
		if !known[id] {
			r.problem("budget %s is missing", id)
		}
	}
	return nil
}
