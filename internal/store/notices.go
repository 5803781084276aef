package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/webhook"
)

var _ webhook.Outbox = (*Store)(nil)

// Writes of notices are short and are not cut off when a server stops: a
// transaction whose context ends costs SQLite's pool its connection.

// noticesLife is how long a notice of a day or a month is remembered: longer
// than its window.
const noticesLife = 70 * 24 * time.Hour

// Spending implements webhook.Outbox: allocations of this epoch, and keys' limits
// in their current windows of which almost half is charged. It reads all budgets
// once, without a lock.
func (s *Store) Spending(ctx context.Context, now time.Time) ([]webhook.Spent, error) {
	epoch, month, life := apikey.Epoch.Window(now).ID, apikey.Month.Window(now).ID, apikey.Lifetime.Window(now).ID
	rows, err := s.reader.QueryContext(ctx, `SELECT id, cap, posted FROM budgets WHERE id LIKE $1
		OR id LIKE 'k/%' AND cap < $2 AND posted >= cap / 100 * 49 AND posted > 0 AND (id LIKE $3 OR id LIKE $4 OR id LIKE $5)`,
		"a/%/DIEM/%/"+epoch, int64(money.Max), "%/"+epoch, "%/"+month, "%/"+life)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	allocations, keys := map[string]*webhook.Spent{}, []webhook.Spent{}
	for rows.Next() {
		var budget ledger.Budget
		if err := rows.Scan(&budget.ID, &budget.Cap, &budget.Posted); err != nil {
			return nil, err
		}
		parts := strings.Split(budget.ID, "/")
		if parts[0] == "k" {
			keys = append(keys, webhook.Spent{
				KeyID: parts[1], Currency: money.Currency(parts[2]), Window: parts[3], Limit: budget.Cap, Spent: budget.Posted,
			})
			continue
		}
		sum := allocations[parts[1]]
		if sum == nil {
			sum = &webhook.Spent{AccountID: parts[1], Currency: money.DIEM, Window: epoch}
			allocations[parts[1]] = sum
		}
		sum.Limit, sum.Spent = sum.Limit.Add(budget.Cap), sum.Spent.Add(budget.Posted)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return s.withOwners(ctx, allocations, keys)
}

// withOwners adds whose keys they are.
func (s *Store) withOwners(ctx context.Context, allocations map[string]*webhook.Spent, keys []webhook.Spent) ([]webhook.Spent, error) {
	var all []webhook.Spent
	for _, sum := range allocations {
		if sum.Spent > 0 {
			all = append(all, *sum)
		}
	}
	for _, spent := range keys {
		err := s.reader.QueryRowContext(ctx, "SELECT account_id FROM api_keys WHERE id = $1", spent.KeyID).Scan(&spent.AccountID)
		if err != nil {
			return nil, err
		}
		all = append(all, spent)
	}
	return all, nil
}

// AddNotices implements webhook.Outbox, and forgets those that are old.
func (s *Store) AddNotices(ctx context.Context, notices []webhook.Notice, now time.Time) error {
	fresh, err := s.freshNotices(ctx, notices)
	if err != nil || len(fresh) == 0 {
		return err
	}
	return s.write(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM notices WHERE made_ms < $1 AND NOT for_ever", millis(now.Add(-noticesLife))); err != nil {
			return err
		}
		for _, notice := range fresh {
			_, err := tx.ExecContext(ctx, `INSERT INTO notices (id, body, attempts, next_ms, made_ms, for_ever) VALUES ($1, $2, 0, $3, $3, $4)
				ON CONFLICT (id) DO NOTHING`, notice.ID, string(notice.Body), millis(now), strings.HasSuffix(notice.Subject, "/life"))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// freshNotices are those that nobody has written down yet, as far as can be seen
// without a write: almost always none.
func (s *Store) freshNotices(ctx context.Context, notices []webhook.Notice) ([]webhook.Notice, error) {
	var fresh []webhook.Notice
	for _, notice := range notices {
		var one int
		err := s.reader.QueryRowContext(ctx, "SELECT 1 FROM notices WHERE id = $1", notice.ID).Scan(&one)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			fresh = append(fresh, notice)
		case err != nil:
			return nil, err
		}
	}
	return fresh, nil
}

// ClaimNotice implements webhook.Outbox. Of two replicas that want the same one
// the later finds that it is not due any more.
func (s *Store) ClaimNotice(ctx context.Context, now time.Time, lease time.Duration) (notice webhook.Notice, due bool, err error) {
	var waiting int
	err = s.reader.QueryRowContext(ctx, "SELECT 1 FROM notices WHERE next_ms <= $1 LIMIT 1", millis(now)).Scan(&waiting)
	if errors.Is(err, sql.ErrNoRows) {
		return notice, false, nil
	}
	if err != nil {
		return notice, false, err
	}
	err = s.write(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		var body string
		err := tx.QueryRowContext(ctx, `UPDATE notices SET next_ms = $1, attempts = attempts + 1
			WHERE id = (SELECT id FROM notices WHERE next_ms <= $2 ORDER BY next_ms, id LIMIT 1) AND next_ms <= $2
			RETURNING id, body, attempts - 1`, millis(now.Add(lease)), millis(now)).Scan(&notice.ID, &body, &notice.Attempts)
		due = err == nil
		notice.Body = []byte(body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return notice, due && err == nil, err
}

// EndNotice implements webhook.Outbox.
func (s *Store) EndNotice(ctx context.Context, id string, delivered bool, now time.Time) error {
	at := sql.NullInt64{Int64: millis(now), Valid: delivered}
	return s.write(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE notices SET next_ms = NULL, delivered_ms = $1 WHERE id = $2", at, id)
		return err
	})
}

// RetryNotice implements webhook.Outbox.
func (s *Store) RetryNotice(ctx context.Context, id string, at time.Time) error {
	return s.write(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE notices SET next_ms = $1 WHERE id = $2 AND next_ms IS NOT NULL", millis(at), id)
		return err
	})
}
