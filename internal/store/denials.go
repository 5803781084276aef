package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"stakegate/internal/ledger"
)

// DenialsKept is how many denials of an account are kept.
const DenialsKept = 50

// denialsLife is how long they are kept at most.
const denialsLife = 30 * 24 * time.Hour

// AddDenials records calls that were refused for their rate, and forgets all
// but the newest of their accounts. It is a record for people, not part of the
// books.
func (s *Store) AddDenials(ctx context.Context, denials []ledger.Denial) error {
	if len(denials) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		accounts := map[string]bool{}
		for _, denial := range denials {
			id, err := uuid.NewV7() // in the order of their making
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, "INSERT INTO denials (id, account_id, key_id, model_id, tier, kind, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
				id.String(), denial.AccountID, denial.KeyID, denial.ModelID, denial.Tier, string(denial.Kind), millis(denial.At))
			if err != nil {
				return err
			}
			accounts[denial.AccountID] = true
		}
		for account := range accounts {
			_, err := tx.ExecContext(ctx, `DELETE FROM denials WHERE account_id = $1 AND id NOT IN
				(SELECT id FROM denials WHERE account_id = $1 ORDER BY at_ms DESC, id DESC LIMIT $2)`, account, DenialsKept)
			if err != nil {
				return err
			}
		}
		now, err := s.clock(ctx, tx)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM denials WHERE at_ms < $1", millis(now.Add(-denialsLife)))
		return err
	})
}

// Denials lists an account's newest denials, the newest first.
func (s *Store) Denials(ctx context.Context, accountID string) ([]ledger.Denial, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT account_id, key_id, model_id, tier, kind, at_ms FROM denials
		WHERE account_id = $1 ORDER BY at_ms DESC, id DESC LIMIT $2`, accountID, DenialsKept)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (denial ledger.Denial, err error) {
		var at int64
		err = rows.Scan(&denial.AccountID, &denial.KeyID, &denial.ModelID, &denial.Tier, &denial.Kind, &at)
		denial.At = fromMillis(at)
		return denial, err
	})
}
