package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stakegate/internal/store"
)

// sandbox is a database that can be copied and put back by an engine's own
// means.
type sandbox struct {
	url     string
	witness string
	// copied makes a copy of the closed database; placed puts it back.
	copied, placed func(t *testing.T)
	postgres       bool
}

// inSandboxes runs a test on both engines; on PostgreSQL with a witness's file.
func inSandboxes(t *testing.T, test func(t *testing.T, b *sandbox)) {
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "stakegate.db")
		move := func(from, to string) func(t *testing.T) {
			return func(t *testing.T) {
				t.Helper()
				text, err := os.ReadFile(from)
				if err == nil {
					err = os.WriteFile(to, text, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		test(t, &sandbox{url: "sqlite:" + path, copied: move(path, path+".copy"), placed: move(path+".copy", path)})
	})
	t.Run("postgres", func(t *testing.T) {
		url := postgres.NewDatabase(t)
		name := url[strings.LastIndex(url, "/")+1 : strings.Index(url, "?")]
		on := func(statements ...string) func(t *testing.T) {
			return func(t *testing.T) {
				t.Helper()
				for _, statement := range statements {
					administer(t, postgres.URL("postgres"), fmt.Sprintf(statement, name))
				}
			}
		}
		test(t, &sandbox{
			url: url, witness: filepath.Join(t.TempDir(), "witness"), postgres: true,
			copied: on("CREATE DATABASE copy_of_%[1]s TEMPLATE %[1]s"),
			placed: on("DROP DATABASE %[1]s WITH (FORCE)", "CREATE DATABASE %[1]s TEMPLATE copy_of_%[1]s"),
		})
	})
}

func administer(t *testing.T, url, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (b *sandbox) try(t testing.TB) (*store.Store, error) {
	s, err := store.OpenWithWitness(t.Context(), b.url, b.witness, time.Now)
	if err == nil {
		t.Cleanup(func() { _ = s.Close() })
	}
	return s, err
}

func (b *sandbox) open(t testing.TB) *store.Store {
	t.Helper()
	s, err := b.try(t)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *sandbox) close(t testing.TB, s *store.Store, stop func()) {
	t.Helper()
	stop()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// backUp writes a backup of the running server, and returns where.
func (b *sandbox) backUp(t testing.TB) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "backup")
	if _, err := store.Backup(t.Context(), b.url, file, time.Now()); err != nil {
		t.Fatal(err)
	}
	return file
}

// restore puts a backup in the place of the database.
func (b *sandbox) restore(t testing.TB, file string, options store.RestoreOptions) (restored store.Restored, aside string, err error) {
	t.Helper()
	return store.RestoreFile(t.Context(), b.url, "", file, time.Now, options)
}

func (b *sandbox) acknowledge(t testing.TB, options store.RestoreOptions) store.Restored {
	t.Helper()
	restored, err := store.Acknowledge(t.Context(), b.url, b.witness, time.Now, options)
	if err != nil {
		t.Fatal(err)
	}
	return restored
}
