package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

func scanBudget(row scanner) (*ledger.Budget, error) {
	var budget ledger.Budget
	var expires sql.NullInt64
	err := row.Scan(&budget.ID, &budget.Cap, &budget.CapHigh, &budget.Posted, &budget.Pending, &expires)
	if expires.Valid {
		budget.Expires = fromMillis(expires.Int64)
	}
	return &budget, err
}

// Budgets locks the pools among the budgets. All others belong to an account,
// whose row is locked already.
func (t *transaction) Budgets(ctx context.Context, ids, create []string) ([]*ledger.Budget, error) {
	err := write(ctx, t, makeBudgets, create, func(c *cells, id string) { fillBudget(c, &ledger.Budget{ID: id}) })
	if err != nil {
		return nil, err
	}
	for _, id := range create { // there is a row now
		delete(t.kept.budgets, id)
	}
	var found []*ledger.Budget
	if t.ahead.budgets != nil {
		found, ids = t.budgetsAhead(ids)
	}
	others := among(t.kept.budgets, ids, func(_ string, row *ledger.Budget) {
		if row != nil {
			copied := *row
			found = append(found, &copied)
		}
	})
	if len(others) == 0 {
		return found, nil
	}
	read, err := t.readBudgets(ctx, others)
	if err != nil {
		return nil, err
	}
	t.kept.keepBudgets(others, read)
	return append(found, read...), nil
}

// budgetsAhead returns those of the budgets that were read with the lock, and the
// ids that were not asked for then.
func (t *transaction) budgetsAhead(ids []string) (found []*ledger.Budget, others []string) {
	for _, id := range ids {
		if _, asked := slices.BinarySearch(t.ahead.budgetIDs, id); !asked {
			others = append(others, id)
		}
	}
	for _, budget := range *t.ahead.budgets {
		if _, wanted := slices.BinarySearch(ids, budget.ID); wanted {
			found = append(found, budget)
		}
	}
	t.ahead.budgets = nil // whoever asks again may have made others
	return found, others
}

// readBudgets locks the pools among budgets, and reads all.
func (t *transaction) readBudgets(ctx context.Context, ids []string) ([]*ledger.Budget, error) {
	var own, shared []string
	for _, id := range ids {
		if strings.HasPrefix(id, ledger.PoolPrefix) {
			shared = append(shared, id)
		} else {
			own = append(own, id)
		}
	}
	pools, err := ask(ctx, t, t.store.locking.pools, shared, scanBudget)
	if err != nil {
		return nil, err
	}
	budgets, err := ask(ctx, t, budgetsByID, own, scanBudget)
	if err != nil {
		return nil, err
	}
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	return append(*budgets, *pools...), nil
}

func (t *transaction) writeBudgets(ctx context.Context, changes *ledger.Changes) error {
	return write(ctx, t, putBudgets, changes.Budgets, fillBudget)
}

func fillBudget(c *cells, b *ledger.Budget) {
	var expires sql.NullInt64
	if !b.Expires.IsZero() {
		expires = nullMillis(&b.Expires)
	}
	c.text(b.ID)
	for _, amount := range [...]money.Nano{b.Cap, b.CapHigh, b.Posted, b.Pending} {
		c.number(int64(amount))
	}
	c.maybe(expires)
}
