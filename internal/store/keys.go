package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

var _ issuer.Store = (*Store)(nil)

func limitText(limit *apikey.Limit) sql.NullString {
	if limit == nil {
		return sql.NullString{}
	}
	return sql.NullString{String: limit.Text, Valid: true}
}

// KeyByHash returns the key with this hash, of its secret or of the one before,
// and the keys above it, or apikey.ErrNotFound. It may be revoked or expired, and
// the secret may have ended.
func (s *Store) KeyByHash(ctx context.Context, hash [32]byte) (apikey.Key, error) {
	if err := s.witness.admits(); err != nil {
		return apikey.Key{}, err
	}
	ctx = behind(ctx) // in which nothing is but when a key was last used
	key, err := found(scanKey(s.reader.QueryRowContext(ctx, keysByHash.texts[1], hash[:])))
	if errors.Is(err, apikey.ErrNotFound) {
		key, err = found(scanOld(s.reader.QueryRowContext(ctx, keysByOld.texts[1], hash[:])))
	}
	return withParents(ctx, s.reader, key, err)
}

const activeKey = "SELECT " + keyColumns + " FROM api_keys WHERE id = $1 AND account_id = $2 AND revoked_ms IS NULL"

// Key returns an account's key that is not revoked, or apikey.ErrNotFound.
func (s *Store) Key(ctx context.Context, accountID, id string) (apikey.Key, error) {
	return found(scanKey(s.reader.QueryRowContext(ctx, activeKey, id, accountID)))
}

// activeKey is Key within a transaction, whose account is locked.
func (t *transaction) activeKey(ctx context.Context, accountID, id string) (apikey.Key, error) {
	return found(scanKey(t.tx.QueryRowContext(ctx, activeKey, id, accountID)))
}

func found(key *ledger.Key, err error) (apikey.Key, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return apikey.Key{}, apikey.ErrNotFound
	}
	if err != nil {
		return apikey.Key{}, err
	}
	return key.Key, nil
}

// Keys lists an account's keys that are not revoked, oldest first.
func (s *Store) Keys(ctx context.Context, accountID string) ([]apikey.Key, error) {
	rows, err := s.reader.QueryContext(ctx,
		"SELECT "+keyColumns+" FROM api_keys WHERE account_id = $1 AND revoked_ms IS NULL ORDER BY created_ms, id", accountID)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (apikey.Key, error) { return found(scanKey(rows)) })
}

// UpdateKey changes a key as edit says and returns the new key. When it gets
// its first limit or another limit period, the window starts with what was spent
// and held in it already, so that the change frees nothing.
func (s *Store) UpdateKey(ctx context.Context, accountID, id string, by apikey.Actor, edit func(*apikey.Key)) (apikey.Key, error) {
	var updated apikey.Key
	err := s.update(ctx, func(t *transaction) error {
		seqs := map[string]int64{}
		if err := t.lock(ctx, []string{accountID}, seqs); err != nil {
			return err
		}
		before, err := t.activeKey(ctx, accountID, id)
		if err != nil {
			return err
		}
		updated = before
		edit(&updated)
		_, err = t.tx.ExecContext(ctx, `UPDATE api_keys SET description = $1, limit_usd = $2, limit_diem = $3, limit_vcu = $4,
			limit_period = $5, privacy = $6, expires_ms = $7, scope = $8 WHERE id = $9`,
			updated.Description, limitText(updated.Limits.USD), limitText(updated.Limits.DIEM), limitText(updated.Limits.VCU),
			string(updated.Period), string(updated.Privacy), nullMillis(updated.ExpiresAt), storedScope(updated.Scope), id)
		// Spending is only counted for keys that have limits, by their period.
		counted := before.Period == updated.Period && ledger.HasLimits(before.Limits)
		if err == nil && before.Scope.MaxInFlight == 0 && updated.Scope.MaxInFlight > 0 {
			err = t.countFlights(ctx, &updated)
		}
		if err != nil {
			return err
		}
		event := keyEvent{ledger.EntryKey, accountID, id, apikey.Record{By: by, Changes: before.ChangesTo(updated)}}
		if counted || !ledger.HasLimits(updated.Limits) {
			return t.keyEntries(ctx, seqs, event)
		}
		event.kind = ledger.EntrySeed
		return t.seedWindow(ctx, updated, event, seqs[accountID]+1)
	})
	return updated, err
}

// seedWindow brings the key's budgets of its current window up to what the
// calls begun in that window have cost or may still cost: the row may be
// missing, or old from an earlier time with the same period.
func (t *transaction) seedWindow(ctx context.Context, key apikey.Key, event keyEvent, seq int64) error {
	entry, err := t.keyEntry(ctx, event, seq)
	if err != nil {
		return err
	}
	window := key.Period.Window(entry.At)
	spent, err := t.spentSince(ctx, key, window.Start)
	if err != nil {
		return err
	}
	running, err := t.runningOf(ctx, key, window.Start)
	if err != nil {
		return err
	}
	changes := &ledger.Changes{Entries: []*ledger.Entry{entry}, Seqs: map[string]int64{key.AccountID: seq}}
	for _, currency := range []money.Currency{money.DIEM, money.USD} {
		budget := &ledger.Budget{ID: ledger.KeyBudget(key.ID, currency, window.ID)}
		existing, err := t.Budgets(ctx, []string{budget.ID}, nil)
		if err != nil {
			return err
		}
		if len(existing) > 0 {
			budget = existing[0]
		}
		posted := heldBeside(budget.ID, currency, running)
		if currency == money.DIEM {
			posted += spent.DIEM
		} else {
			posted += spent.USD
		}
		delta := ledger.Delta{Budget: budget.ID, Posted: posted - budget.Posted}
		budget.Posted += delta.Posted
		// The next hold brings the cap to the key's limit.
		if used := budget.Posted + budget.Pending; budget.Cap < used {
			delta.Cap = used - budget.Cap
			budget.Cap = used
		}
		budget.CapHigh = max(budget.CapHigh, budget.Cap)
		changes.Budgets = append(changes.Budgets, budget)
		entry.Deltas = append(entry.Deltas, delta)
	}
	return t.Write(ctx, changes)
}

// seedSlack is clockSlack where money depends on it.
const seedSlack = 72 * time.Hour

// spentSince sums what the calls of a key, and of those below it, that begun at or
// after the start were charged.
func (t *transaction) spentSince(ctx context.Context, key apikey.Key, start time.Time) (spent ledger.Settled, err error) {
	since, from := int64(0), int64(0)
	if !start.IsZero() {
		since = millis(start)
		if from, err = seqAt(ctx, t.tx, key.AccountID, start.Add(-seedSlack)); err != nil {
			return ledger.Settled{}, err
		}
	}
	row := t.tx.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(charged_diem), 0) AS BIGINT), CAST(COALESCE(SUM(charged_usd), 0) AS BIGINT)
		FROM calls WHERE account_id = $1 AND seq >= $3 AND started_ms >= $4
		AND (key_id = $5 OR key_id IN (SELECT id FROM api_keys WHERE `+below+`))`, append(belowOf(key.AccountID, key.ID), from, since, key.ID)...)
	return spent, row.Scan(&spent.DIEM, &spent.USD)
}

// runningOf lists the running calls of a key, and of those below it, begun at
// or after the start.
func (t *transaction) runningOf(ctx context.Context, key apikey.Key, start time.Time) ([]*ledger.Hold, error) {
	rows, err := t.tx.QueryContext(ctx, "SELECT "+holdColumns+" FROM holds WHERE account_id = $1", key.AccountID)
	if err != nil {
		return nil, err
	}
	holds, err := scanAll(rows, func(rows *sql.Rows) (*ledger.Hold, error) { return scanHold(rows) })
	if err != nil {
		return nil, err
	}
	family, err := t.familyOf(ctx, key.AccountID, key.ID)
	return slices.DeleteFunc(holds, func(hold *ledger.Hold) bool { return !family[hold.KeyID] || hold.StartedAt.Before(start) }), err
}

// heldBeside sums, in a currency, the holds that do not stand in the budget as
// pending anyway.
func heldBeside(budgetID string, currency money.Currency, running []*ledger.Hold) money.Nano {
	var sum money.Nano
	for _, hold := range running {
		for _, part := range hold.Parts {
			if part.Currency == currency && !slices.Contains(part.Budgets, budgetID) {
				sum += part.Amount
			}
		}
	}
	return sum
}

const selectBudget = "SELECT id, cap, cap_high, posted, pending, expires_ms FROM budgets WHERE id = $1"

// Budgets returns those of the budgets that exist, by id.
func (s *Store) Budgets(ctx context.Context, ids []string) (map[string]*ledger.Budget, error) {
	budgets := make(map[string]*ledger.Budget, len(ids))
	for _, id := range ids {
		budget, err := scanBudget(s.reader.QueryRowContext(ctx, selectBudget, id))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		budgets[id] = budget
	}
	return budgets, nil
}

// SpendByKey sums an account's charges since the instant, by key id.
func (s *Store) SpendByKey(ctx context.Context, accountID string, since time.Time) (map[string]ledger.Settled, error) {
	from, err := seqAt(ctx, s.reader, accountID, since.Add(-clockSlack))
	if err != nil {
		return nil, err
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT key_id, CAST(SUM(charged_diem) AS BIGINT), CAST(SUM(charged_usd) AS BIGINT)
		FROM calls WHERE account_id = $1 AND seq >= $2 AND ended_ms >= $3 GROUP BY key_id`, accountID, from, millis(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	spend := map[string]ledger.Settled{}
	for rows.Next() {
		var id string
		var sum ledger.Settled
		if err := rows.Scan(&id, &sum.DIEM, &sum.USD); err != nil {
			return nil, err
		}
		spend[id] = sum
	}
	return spend, rows.Err()
}
