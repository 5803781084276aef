package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"stakegate/internal/store"
)

// Running holds of an older SQLite database are one tree once it is opened, in a
// fresh one at once, and what runs goes on running.
func TestRunningHoldsAreOneTree(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "stakegate.db")
	db, dialect := rawDatabase(t, url)
	provider, err := goose.NewProvider(dialect, db, store.MigrationFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	live(t, db, newestMigration(t))
	before := indexesOf(t, db)
	for range 2 { // the second time there is nothing to do
		s := open(t, url)
		if holds := s.Count(t, "holds"); holds != 1 {
			t.Errorf("%d holds run, there was one", holds)
		}
		verify(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if after := indexesOf(t, db); before != "1" || after != "0" {
		t.Errorf("the table had %s trees beside it, and has %s", before, after)
	}
}

// indexesOf counts the trees that the table of running holds has beside itself.
func indexesOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	var clustered, indexes string
	err := db.QueryRowContext(t.Context(), `SELECT sql, (SELECT COUNT(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'holds')
		FROM sqlite_master WHERE type = 'table' AND name = 'holds'`).Scan(&clustered, &indexes)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(clustered, "WITHOUT ROWID") && indexes == "0" {
		t.Errorf("the table is %s", clustered)
	}
	return indexes
}
