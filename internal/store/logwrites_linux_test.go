//go:build amd64 || arm64

package store_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/store"
)

// collecting is a database whose log's writes are collected, with so small a
// cache that transactions spill into the log before they commit.
type collecting struct {
	path      string
	db        *sql.DB
	tx        *sql.Tx
	committed map[int]string
	current   map[int]string
}

func openCollecting(t testing.TB, path, vfs string) *sql.DB {
	t.Helper()
	dsn := "file:" + path + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(10)&_pragma=wal_autocheckpoint(50)&vfs=" + vfs
	db, err := sql.Open("sqlite", strings.TrimSuffix(dsn, "&vfs="))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Whatever a transaction does, it reads what it wrote, others read what was
// committed, and a crash at any time leaves what was committed.
func TestCollectedLogWritesLoseNothing(t *testing.T) {
	vfs := store.LogWritesVFS(t)
	rounds := 0
	rapid.Check(t, func(r *rapid.T) {
		if rounds++; rounds > 30 { // each is a database
			return
		}
		path := filepath.Join(t.TempDir(), "log.db")
		c := &collecting{path: path, db: openCollecting(t, path, vfs), committed: map[int]string{}, current: map[int]string{}}
		c.do(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
		for range rapid.IntRange(5, 40).Draw(r, "steps") {
			c.step(t, r)
		}
		if c.tx != nil {
			if err := c.tx.Rollback(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func (c *collecting) do(t testing.TB, text string, arguments ...any) {
	t.Helper()
	var err error
	if c.tx != nil {
		_, err = c.tx.ExecContext(t.Context(), text, arguments...)
	} else {
		_, err = c.db.ExecContext(t.Context(), text, arguments...)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (c *collecting) step(t *testing.T, r *rapid.T) {
	if c.tx == nil {
		var err error
		if c.tx, err = c.db.BeginTx(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	switch rapid.SampledFrom([]string{"write", "write", "read", "commit", "roll back", "undo", "crash"}).Draw(r, "step") {
	case "write":
		c.write(t, r)
	case "read":
		c.same(t, c.tx, c.current)
	case "commit":
		if err := c.tx.Commit(); err != nil {
			t.Fatal(err)
		}
		c.tx, c.committed = nil, maps.Clone(c.current)
		c.elsewhere(t, c.path)
	case "roll back":
		if err := c.tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		c.tx, c.current = nil, maps.Clone(c.committed)
		c.elsewhere(t, c.path)
	case "undo": // of a savepoint, which cuts the log off
		before := maps.Clone(c.current)
		c.do(t, "SAVEPOINT undo")
		c.write(t, r)
		c.do(t, "ROLLBACK TO undo")
		c.do(t, "RELEASE undo")
		c.current = before
	case "crash":
		crashed := filepath.Join(t.TempDir(), "crashed.db")
		for _, suffix := range []string{"", "-wal"} {
			text, err := os.ReadFile(c.path + suffix)
			if err == nil {
				err = os.WriteFile(crashed+suffix, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		c.elsewhere(t, crashed)
	}
}

func (c *collecting) write(t *testing.T, r *rapid.T) {
	for range rapid.IntRange(1, 60).Draw(r, "rows") {
		id := rapid.IntRange(0, 99).Draw(r, "id")
		text := strings.Repeat(rapid.StringMatching("[a-z]").Draw(r, "letter"), rapid.IntRange(1, 6000).Draw(r, "length"))
		c.do(t, "INSERT INTO notes (id, text) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET text = excluded.text", id, text)
		c.current[id] = text
	}
}

// elsewhere reads a database as others do, with SQLite's own way to files.
func (c *collecting) elsewhere(t *testing.T, path string) {
	t.Helper()
	other := openCollecting(t, path, "")
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	c.same(t, tx, c.committed)
	var integrity string
	if err := tx.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
		t.Fatal(integrity, err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}

func (c *collecting) same(t *testing.T, tx *sql.Tx, want map[int]string) {
	t.Helper()
	rows, err := tx.QueryContext(t.Context(), "SELECT id, text FROM notes")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[int]string{}
	for rows.Next() {
		var id int
		var text string
		if err := rows.Scan(&id, &text); err != nil {
			t.Fatal(err)
		}
		got[id] = text
	}
	if err := rows.Err(); err != nil || !maps.Equal(got, want) {
		t.Fatalf("%d rows, or others than the %d that there should be: %v", len(got), len(want), err)
	}
}

// A commit of ten pages is two or three system calls that write, not twenty.
func TestCommitIsWrittenAtOnce(t *testing.T) {
	const commits = 50
	writes := map[string]int64{}
	for _, vfs := range []string{"", store.LogWritesVFS(t)} {
		c := &collecting{db: openCollecting(t, filepath.Join(t.TempDir(), "log.db"), vfs)}
		c.do(t, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
		before := writeCalls(t)
		for range commits {
			c.do(t, "INSERT INTO notes (text) VALUES ($1)", strings.Repeat("x", 9*4096))
		}
		writes[vfs] = writeCalls(t) - before
	}
	if own, collected := writes[""], writes[store.LogWritesVFS(t)]; own < 20*commits || collected > own/2 {
		t.Errorf("%d writes by SQLite's own way, %d collected", own, collected)
	}
}

// writeCalls is how many system calls of this process have written.
func writeCalls(t *testing.T) (calls int64) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	_, line, found := bytes.Cut(text, []byte("syscw: "))
	if _, err := fmt.Sscan(string(line), &calls); err != nil || !found {
		t.Fatalf("%q: %v", text, err)
	}
	return calls
}
