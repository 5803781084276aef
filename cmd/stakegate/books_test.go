package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stakegate/internal/store"
)

// Whoever verifies the books of a server that was killed is told of the commits
// that are not in them yet, and of none once there are none.
func TestVerifyTellsWhatItDoesNotCount(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stakegate.db")
	made, err := store.Open(t.Context(), "sqlite:"+path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("STAKEGATE_DATABASE", "sqlite:"+path)
	if told := stakegate(t, "ledger", "verify"); strings.Contains(told, "newer commits") {
		t.Errorf("nothing waits, and it says %s", told)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// A commit that changes nothing, as it is written.
	if _, err := db.ExecContext(t.Context(), "INSERT INTO backlog (changes) VALUES (x'01000000000000')"); err != nil {
		t.Fatal(err)
	}
	if told := stakegate(t, "ledger", "verify"); !strings.Contains(told, "not counted here: 1;") || !strings.Contains(told, " 0 problems") {
		t.Errorf("one commit waits, and it says %s", told)
	}
}
