package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// CountFailure notes a failed request of a key, exactly over all replicas. If
// it is more than the limit-th within the window, the key is blocked from now
// on for the time given, and the count starts anew; CountFailure then returns
// true.
func (s *Store) CountFailure(ctx context.Context, keyHash [32]byte, limit int, window, block time.Duration) (bool, error) {
	var blocks bool
	err := s.write(ctx, func(tx *sql.Tx) error {
		now, err := s.clock(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM key_failures WHERE expires_ms < $1", millis(now)); err != nil {
			return err
		}
		times, err := s.lockFailures(ctx, tx, keyHash)
		if err != nil {
			return err
		}
		times = append(slices.DeleteFunc(times, func(at int64) bool { return at <= millis(now.Add(-window)) }), millis(now))
		expires, blocked := now.Add(window), int64(0)
		if blocks = len(times) > limit; blocks {
			times, expires, blocked = []int64{}, now.Add(block), millis(now.Add(block))
		}
		text, err := json.Marshal(times)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE key_failures SET times = $1, blocked_ms = $2, expires_ms = $3 WHERE hash = $4",
			string(text), blocked, millis(expires), keyHash[:])
		return err
	})
	return blocks, err
}

// lockFailures reads the times of a key's failures, locked; its row is made if
// need be.
func (s *Store) lockFailures(ctx context.Context, tx *sql.Tx, keyHash [32]byte) ([]int64, error) {
	_, err := tx.ExecContext(ctx, "INSERT INTO key_failures (hash, times, blocked_ms, expires_ms) VALUES ($1, '[]', 0, 0) ON CONFLICT (hash) DO NOTHING", keyHash[:])
	if err != nil {
		return nil, err
	}
	var text string
	err = tx.QueryRowContext(ctx, "SELECT times FROM key_failures WHERE hash = $1"+s.engine.rowLock, keyHash[:]).Scan(&text)
	if err != nil {
		return nil, err
	}
	var times []int64
	if err := json.Unmarshal([]byte(text), &times); err != nil {
		return nil, fmt.Errorf("failures of a key are unreadable: %w", err)
	}
	return times, nil
}

// BlockedKeys returns, by hash, how long the keys that CountFailure blocked
// have to wait yet.
func (s *Store) BlockedKeys(ctx context.Context) (map[[32]byte]time.Duration, error) {
	now, err := s.clock(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	rows, err := s.reader.QueryContext(ctx, "SELECT hash, blocked_ms FROM key_failures WHERE blocked_ms > $1", millis(now))
	if err != nil {
		return nil, err
	}
	blocked := map[[32]byte]time.Duration{}
	_, err = scanAll(rows, func(rows *sql.Rows) (struct{}, error) {
		var hash []byte
		var until int64
		err := rows.Scan(&hash, &until)
		if err == nil && len(hash) == len([32]byte{}) {
			blocked[[32]byte(hash)] = fromMillis(until).Sub(now)
		}
		return struct{}{}, err
	})
	return blocked, err
}
