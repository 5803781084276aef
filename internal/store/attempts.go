package store

import (
	"context"

	"stakegate/internal/ledger"
)

var attemptColumns = []string{"id TEXT", "digest BYTEA", "hold_id TEXT", "expires_ms BIGINT"}

// Attempts implements ledger.Tx.
func (t *transaction) Attempts(ctx context.Context, ids []string) ([]*ledger.Attempt, error) {
	return find(ctx, t, attemptsByID, ids, func(row scanner) (*ledger.Attempt, error) {
		var attempt ledger.Attempt
		var digest []byte
		var expires int64
		err := row.Scan(&attempt.ID, &digest, &attempt.HoldID, &expires)
		copy(attempt.Digest[:], digest)
		attempt.Expires = fromMillis(expires)
		return &attempt, err
	})
}

// writeAttempts writes every attempt once: within a batch a later one may have
// taken the place of one that was voided.
func (t *transaction) writeAttempts(ctx context.Context, changes *ledger.Changes) error {
	var rows []*ledger.Attempt
	place := map[string]int{}
	for _, attempt := range changes.Attempts {
		if i, known := place[attempt.ID]; known {
			rows[i] = attempt
			continue
		}
		place[attempt.ID] = len(rows)
		rows = append(rows, attempt)
	}
	return write(ctx, t, putAttempts, rows, func(c *cells, attempt *ledger.Attempt) {
		c.text(attempt.ID)
		c.blob(attempt.Digest[:])
		c.text(attempt.HoldID)
		c.number(millis(attempt.Expires))
	})
}
