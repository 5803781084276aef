package store

import (
	"database/sql"
	"errors"
	"testing"
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
