package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"stakegate/internal/issuer"
)

// VerifyAfter verifies the books after a statement of tampering that is rolled
// back at the end.
func VerifyAfter(t *testing.T, s *Store, tampering string) (Report, error) {
	var report Report
	undo := errors.New("undo")
	err := s.write(t.Context(), func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), tampering); err != nil {
			return err
		}
		var err error
		if report, err = verifyBooks(t.Context(), tx); err != nil {
			return err
		}
		return undo
	})
	if errors.Is(err, undo) {
		err = nil
	}
	return report, err
}

// Count is how many rows a table has.
func (s *Store) Count(t testing.TB, table string) (rows int64) {
	t.Helper()
	if err := s.reader.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// LockWaits is how many sessions of a PostgreSQL database wait for a lock.
func (s *Store) LockWaits(t testing.TB) (waits int) {
	t.Helper()
	err := s.reader.QueryRowContext(t.Context(),
		"SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waits)
	if err != nil {
		t.Fatal(err)
	}
	return waits
}

// Tamper changes rows behind the ledger's back.
func (s *Store) Tamper(t testing.TB, statement string) {
	t.Helper()
	if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// AuditPlan is how the engine finds an account's audit trail once the table is
// large, where it has a choice.
func (s *Store) AuditPlan(t testing.TB, accountID string) (plan string) {
	t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	from := s.reader
	if s.engine.arrays {
		explain, from = "EXPLAIN ", s.writer // which has been told to prefer indexes
	}
	rows, err := from.QueryContext(t.Context(), explain+selectAudited, accountID, 1<<62, 10)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := scanAll(rows, func(rows *sql.Rows) (line string, err error) {
		columns, err := rows.Columns()
		if err != nil {
			return "", err
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		err = rows.Scan(values...)
		return fmt.Sprint(*values[len(values)-1].(*any)), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(lines)
}

// InsertTogether has keys wait for one commit, and is what each caller is told.
func (s *Store) InsertTogether(ctx context.Context, insertions ...issuer.Insertion) []error {
	batch := make([]*mint, len(insertions))
	for i, insertion := range insertions {
		batch[i] = &mint{insertion: insertion, done: make(chan error, 1)}
	}
	s.mints.group.Wait() // whoever was told of an earlier key may be ahead of the goroutine that told it
	s.mints.mu.Lock()
	s.mints.waiting, s.mints.running = slices.Clone(batch), true
	s.mints.mu.Unlock()
	s.insertWaiting(ctx)
	told := make([]error, len(batch))
	for i, m := range batch {
		told[i] = <-m.done
	}
	return told
}

// StallMints lets keys wait until release is called.
func (s *Store) StallMints() (release func()) {
	s.mints.mu.Lock()
	defer s.mints.mu.Unlock()
	s.mints.running = true
	return func() { s.insertWaiting(context.Background()) }
}

// CopyKeys makes so many keys like one.
func (s *Store) CopyKeys(t testing.TB, id string, copies int) {
	t.Helper()
	number, hash := "CAST(n AS TEXT)", "CAST('copy ' || n AS BLOB)"
	if s.engine.arrays {
		hash = "CAST('copy ' || n AS BYTEA)"
	}
	_, err := s.writer.ExecContext(t.Context(), `INSERT INTO api_keys (id, account_id, hash, last6, key_type, description, limit_period, privacy, created_ms, line, scope)
		WITH RECURSIVE list(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM list WHERE n < `+fmt.Sprint(copies)+`)
		SELECT id || `+number+`, account_id, `+hash+`, last6, key_type, description, limit_period, privacy, created_ms, line, scope FROM list, api_keys WHERE id = '`+id+`'`)
	if err != nil {
		t.Fatal(err)
	}
}
