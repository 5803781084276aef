//go:build amd64 || arm64

package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stakegate/internal/store"
)

// synced is a database whose log's syncs a test decides.
type synced struct {
	writer, reader *sql.DB
	syncs          int
	result         syscall.Errno
	takes          time.Duration
	during         func()
}

func openSynced(t *testing.T) *synced {
	t.Helper()
	s := &synced{during: func() {}}
	folder := t.TempDir()
	store.ReplaceLogSync(t, folder, func() syscall.Errno {
		s.syncs++
		s.during()
		return s.result
	}, func() time.Duration { return s.takes })
	dsn := "file:" + filepath.Join(folder, "log.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&vfs=" + store.LogSyncVFS
	for _, db := range []**sql.DB{&s.writer, &s.reader} {
		var err error
		if *db, err = sql.Open("sqlite", dsn); err != nil {
			t.Fatal(err)
		}
		(*db).SetMaxOpenConns(1)
		t.Cleanup(func() { _ = (*db).Close() })
	}
	for _, statement := range []string{"CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('first')"} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s.syncs = 0
	return s
}

func (s *synced) write(t *testing.T, text string) error {
	t.Helper()
	_, err := s.writer.ExecContext(t.Context(), "INSERT INTO notes VALUES (?)", text)
	return err
}

func (s *synced) read(t *testing.T) string {
	t.Helper()
	var texts string
	if err := s.reader.QueryRowContext(t.Context(), "SELECT group_concat(text, ' ' ORDER BY rowid) FROM notes").Scan(&texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestACommitIsSeenByNobodyBeforeItIsSynced(t *testing.T) {
	s := openSynced(t)
	defer func() { s.during = func() {} }() // closing syncs too
	want := "first"
	for _, text := range []string{"second", "third", "fourth"} {
		before := s.syncs
		s.during = func() {
			if got := s.read(t); got != want {
				t.Errorf("read %q during the sync, %q was synced", got, want)
			}
		}
		if err := s.write(t, text); err != nil {
			t.Fatal(err)
		}
		want += " " + text
		if got := s.read(t); got != want || s.syncs != before+1 {
			t.Errorf("read %q, want %q, after %d syncs", got, want, s.syncs-before)
		}
	}
}

func TestACommitThatCannotBeSyncedIsNone(t *testing.T) {
	s := openSynced(t)
	s.result = syscall.EIO
	if err := s.write(t, "lost"); err == nil || !strings.Contains(err.Error(), "I/O error") {
		t.Errorf("the error is %v", err)
	}
	if s.syncs != 1 {
		t.Errorf("%d syncs: a second one would not tell of what was lost", s.syncs)
	}
	s.result = 0
	if err := s.write(t, "second"); err != nil {
		t.Fatal(err)
	}
	if got := s.read(t); got != "first second" {
		t.Errorf("read %q", got)
	}
}

func TestTheSchedulerIsToldOfSyncsOnASlowDisk(t *testing.T) {
	s := openSynced(t)
	for _, step := range []struct {
		takes time.Duration
		syncs int // that the scheduler has not been told of, after the step
	}{{0, 1}, {3 * time.Millisecond, 2}, {3 * time.Millisecond, 2}, {time.Millisecond, 2}, {time.Millisecond, 3}} {
		s.takes = step.takes
		if err := s.write(t, "text"); err != nil {
			t.Fatal(err)
		}
		if s.syncs != step.syncs {
			t.Errorf("%d syncs, want %d", s.syncs, step.syncs)
		}
	}
}
