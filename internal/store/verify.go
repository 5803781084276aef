package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// Report is what recomputing the books found.
type Report struct {
	Entries, Holds, Budgets int64
	// Reserved is how many holds are in flight.
	Reserved int64
	// Problems say where the books do not balance; it must be empty.
	Problems []string
}

const maxProblems = 100

// queryer is a transaction or a database.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Verify recomputes every budget twice, from the log's entries and from the
// holds, and compares. It reads one consistent state of the database.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	tx, err := s.reader.BeginTx(ctx, s.engine.snapshot)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return verifyBooks(ctx, tx)
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
		func() error { return report.readEntries(ctx, q, fromEntries, seeded) },
		func() error { return report.readHolds(ctx, q, fromHolds) },
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

func (r *Report) readEntries(ctx context.Context, q queryer, sums, seeded books) error {
	rows, err := q.QueryContext(ctx, "SELECT account_id, seq, kind, deltas FROM entries ORDER BY account_id, seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	var current string
	var next int64
	for rows.Next() {
		var account, kind, text string
		var seq int64
		if err := rows.Scan(&account, &seq, &kind, &text); err != nil {
			return err
		}
		if account != current {
			current, next = account, 1
		}
		if seq != next {
			r.problem("entry %d of account %s is missing", next, account)
		}
		r.Entries++
		next = seq + 1
		deltas, err := parseDeltas(text)
		if err != nil {
			r.problem("entry %d is unreadable", seq)
		}
		for _, delta := range deltas {
			budget := sums.of(delta.Budget)
			budget.Cap += delta.Cap
			budget.CapHigh = max(budget.CapHigh, budget.Cap)
			budget.Posted += delta.Posted
			budget.Pending += delta.Pending
			if kind == string(ledger.EntrySeed) || kind == string(ledger.EntryFreeze) {
				seeded.of(delta.Budget).Posted += delta.Posted
			}
			// Accounts have no order among each other, so that a shared budget may
			// seem to be spent before it was given.
			if !ledger.IsPool(delta.Budget) && !sound(budget) {
				r.problem("entry %d takes budget %s past its ceiling", seq, delta.Budget)
			}
		}
	}
	return rows.Err()
}

func sound(b *ledger.Budget) bool {
	return b.Posted >= 0 && b.Pending >= 0 && b.Posted+b.Pending <= b.CapHigh
}

// parseDeltas reads the deltas of an entry's row.
func parseDeltas(text string) ([]ledger.Delta, error) {
	var stored []storedDelta
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, err
	}
	deltas := make([]ledger.Delta, len(stored))
	for i, delta := range stored {
		deltas[i] = ledger.Delta{
			Budget: delta.Budget, Cap: money.Nano(delta.Cap), Posted: money.Nano(delta.Posted), Pending: money.Nano(delta.Pending),
		}
	}
	return deltas, nil
}

func (r *Report) readHolds(ctx context.Context, q queryer, sums books) error {
	rows, err := q.QueryContext(ctx, "SELECT "+holdColumns+" FROM holds")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		hold, err := scanHold(rows)
		if err != nil {
			return err
		}
		r.Holds++
		if hold.State == ledger.Reserved {
			r.Reserved++
		}
		var charged money.Nano
		for _, part := range hold.Parts {
			if !part.IsMoney() {
				continue
			}
			charged += part.Charged
			for _, id := range part.Budgets {
				sums.of(id).Posted += part.Charged
				if hold.State == ledger.Reserved {
					sums.of(id).Pending += part.Amount
				}
			}
		}
		if charged != hold.ChargedDIEM+hold.ChargedUSD || charged > hold.Amount() {
			r.problem("hold %s of %s is charged %s in parts and %s in all", hold.ID, hold.Amount(), charged, hold.ChargedDIEM+hold.ChargedUSD)
		}
	}
	return rows.Err()
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
