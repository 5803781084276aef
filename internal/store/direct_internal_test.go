package store

import (
	"database/sql/driver"
	"path/filepath"
	"testing"
	"time"
)

// A context that ends just behind a statement makes SQLite's driver call its
// connection interrupted, and the pool discards it, with the hot path's
// statements. The next transaction must have its own, and closing must survive.
func TestClosingSurvivesALostConnection(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "stakegate.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	one := func(tx *transaction) error {
		return tx.carrier.exec(t.Context(), "DELETE FROM holds WHERE id = $1", []any{"none"})
	}
	lose := func() {
		connection, err := s.writer.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_ = connection.Raw(func(any) error { return driver.ErrBadConn })
		_ = connection.Close() // it is closed already
	}
	if err := s.directly(t.Context(), false, one); err != nil {
		t.Fatal(err)
	}
	before := s.direct.connection
	lose()
	if err := s.directly(t.Context(), false, one); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
	if s.direct.connection == before {
		t.Error("the connection was not lost, so that this test says nothing")
	}
	lose()
	if err := s.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}
