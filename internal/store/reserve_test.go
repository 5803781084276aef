package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"stakegate/internal/ledger"
)

// A log that was made long in advance, before and between commits, loses none of
// them in a crash, and is not what the database is read from where it is empty.
func TestReservedLogKeepsEveryCommit(t *testing.T) {
	k := newKeeping(t)
	insert(t, k.store, insertion("k"))
	grant(t, k.engine, 1000)
	spend := func(id string) {
		t.Helper()
		if _, err := k.engine.Hold(t.Context(), hold(id, "k", 10)); err != nil {
			t.Fatal(err)
		}
		if _, err := k.engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: 10}); err != nil {
			t.Fatal(err)
		}
	}
	spend("before")
	short := size(t, k.path+"-wal")
	for i := range 2 {
		if err := k.store.ReserveLog(t.Context()); err != nil {
			t.Fatal(err)
		}
		spend(fmt.Sprint("after-", i))
	}
	if long := size(t, k.path+"-wal"); long < 32<<20 || short >= long {
		t.Errorf("the log has %d bytes, before it had %d", long, short)
	}
	// What a crash leaves.
	crashed := filepath.Join(t.TempDir(), "stakegate.db")
	for _, suffix := range []string{"", "-wal", ".witness"} {
		text, err := os.ReadFile(k.path + suffix)
		if err != nil && suffix != ".witness" {
			t.Fatal(err)
		}
		if err == nil {
			err = os.WriteFile(crashed+suffix, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, "sqlite:"+crashed)
	if calls := again.Count(t, "calls"); calls != 3 {
		t.Errorf("%d calls of 3 survived", calls)
	}
	verify(t, again)
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
