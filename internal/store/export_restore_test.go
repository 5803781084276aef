package store

import (
	"io/fs"
	"testing"
)

// MigrationFiles are the embedded migrations.
func MigrationFiles(t testing.TB) fs.FS {
	t.Helper()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Look does at once what the store does every second.
func (s *Store) Look() { s.look() }
