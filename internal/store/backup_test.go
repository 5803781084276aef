package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

// keepSpending makes calls until it is stopped.
func keepSpending(t *testing.T, engine *ledger.Engine) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := fmt.Sprintf("busy-%d-%d", worker, i)
				if _, err := engine.Hold(context.Background(), hold(id, "k", 3)); err != nil {
					t.Errorf("hold: %v", err)
					return
				}
				if _, err := engine.Settle(context.Background(), ledger.Settlement{HoldID: id, Cost: 2, Source: ledger.SourceUsage}); err != nil {
					t.Errorf("settle: %v", err)
					return
				}
			}
		})
	}
	return func() { cancel(); group.Wait() }
}

// Verifying beside a running server, on either engine, sees one state: books
// that balance.
func TestVerifyBesideARunningServer(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 1<<40)
		stop := keepSpending(t, engine)
		defer stop()
		before := int64(0)
		for range 10 {
			looker, err := store.OpenReadOnly(t.Context(), url, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			report, err := looker.Verify(t.Context())
			if err := errors.Join(err, looker.Close()); err != nil {
				t.Fatal(err)
			}
			if len(report.Problems) > 0 || report.Entries < before {
				t.Fatalf("%d entries after %d, problems %v", report.Entries, before, report.Problems)
			}
			before = report.Entries
		}
	})
}

func TestLookingChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing.db")
	if _, err := store.OpenReadOnly(t.Context(), "sqlite:"+path, time.Now); err == nil {
		t.Error("a database that does not exist was opened")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("looking made a file: %v", err)
	}
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		insert(t, s, insertion("k"))
		looker, err := store.OpenReadOnly(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer looker.Close()
		if keys, err := looker.Keys(t.Context(), account); err != nil || len(keys) != 1 {
			t.Errorf("got %v, %v", keys, err)
		}
	})
}

// A backup of a running server is one consistent state, is not readable by
// others, and is not served by mistake.
func TestBackupOfARunningServer(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "stakegate.db")
	url := "sqlite:" + path
	s := open(t, url)
	engine, _ := run(t, s, true)
	insert(t, s, insertion("k"))
	grant(t, engine, 1<<40)
	stop := keepSpending(t, engine)
	defer stop()
	var backup string
	for i := range 5 {
		backup = filepath.Join(folder, fmt.Sprintf("backup-%d.db", i))
		report, err := store.Backup(t.Context(), url, backup, time.Now())
		if err != nil || len(report.Problems) > 0 || report.Entries == 0 {
			t.Fatalf("backup: %+v, %v", report, err)
		}
	}
	if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}
	if _, err := store.Backup(t.Context(), url, backup, time.Now()); err == nil {
		t.Error("a backup was overwritten")
	}
	if _, err := store.Open(t.Context(), "sqlite:"+backup, time.Now); !errors.Is(err, store.ErrBackup) {
		t.Errorf("a backup was served: %v", err)
	}
	if _, _, err := store.RestoreFile(t.Context(), url, "", backup, time.Now, store.RestoreOptions{}); err == nil {
		t.Error("the database was replaced under a running server")
	}
	left, err := filepath.Glob(filepath.Join(folder, "*partial*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// A restore fails before anything was moved if the backup is damaged, missing
// or no database of ours.
func TestRestoringRubbishMovesNothing(t *testing.T) {
	b, path := sqliteSandbox(t)
	s := b.open(t)
	insert(t, s, insertion("k"))
	b.close(t, s, func() {})
	rubbish := path + ".rubbish"
	if err := os.WriteFile(rubbish, []byte("not a database, but long enough to look at"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{rubbish, path + ".nowhere"} {
		if _, _, err := b.restore(t, from, store.RestoreOptions{KeepKeys: true}); err == nil {
			t.Errorf("%s was restored", filepath.Base(from))
		}
	}
	if keys, err := b.open(t).Keys(t.Context(), account); err != nil || len(keys) != 1 {
		t.Errorf("keys: %v, %v", keys, err)
	}
}

// A backup can be put where no database was: on a new machine.
func TestRestoreOnANewMachine(t *testing.T) {
	b, _ := sqliteSandbox(t)
	s := b.open(t)
	insert(t, s, insertion("k"))
	backup := b.backUp(t)
	fresh := &sandbox{url: "sqlite:" + filepath.Join(t.TempDir(), "books", "stakegate.db")}
	_, aside, err := fresh.restore(t, backup, store.RestoreOptions{KeepKeys: true})
	if err != nil || aside != "" {
		t.Fatalf("aside %q, %v", aside, err)
	}
	if keys, err := fresh.open(t).Keys(t.Context(), account); err != nil || len(keys) != 1 {
		t.Errorf("keys: %v, %v", keys, err)
	}
}

func TestPostgreSQLHasItsOwnTools(t *testing.T) {
	url := postgres.NewDatabase(t)
	if _, err := store.Backup(t.Context(), url, filepath.Join(t.TempDir(), "b"), time.Now()); !errors.Is(err, store.ErrOtherTool) {
		t.Errorf("backup: %v", err)
	}
	if _, _, err := store.RestoreFile(t.Context(), url, "", "b", time.Now, store.RestoreOptions{}); !errors.Is(err, store.ErrOtherTool) {
		t.Errorf("restore: %v", err)
	}
}

// eventually polls until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatal("not in time: " + what)
		}
		<-tick.C
	}
}

// wantOut checks that a server refuses everything that needs the database.
func wantOut(t *testing.T, s *store.Store, engine *ledger.Engine, reason error) {
	t.Helper()
	if err := s.Ping(t.Context()); !errors.Is(err, reason) {
		t.Errorf("it calls itself ready: %v", err)
	}
	if _, err := engine.Hold(t.Context(), hold("out", "k", 1)); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("a hold: %v", err)
	}
	if _, err := s.KeyByHash(t.Context(), hashOf("k")); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("a key: %v", err)
	}
	in := insertion("late")
	if err := s.InsertKey(t.Context(), in); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("a mint: %v", err)
	}
}

// Looking while others commit is no reason for alarm.
func TestTheWatchIsCalmWhileOthersCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 1<<40)
		stop := keepSpending(t, engine)
		defer stop()
		for range 200 {
			s.Look()
			if err := s.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A replica whose database goes back in time under it notices by itself.
func TestARunningReplicaNoticesThatTimeWentBack(t *testing.T) {
	const rewind = "UPDATE accounts SET last_seq = last_seq - 1"
	t.Run("by its own watch", func(t *testing.T) {
		url := postgres.NewDatabase(t)
		s := open(t, url)
		engine, _ := run(t, s, false)
		insert(t, s, insertion("k"))
		administer(t, url, rewind)
		eventually(t, "the replica is not ready", func() bool { return errors.Is(s.Ping(t.Context()), store.ErrRewound) })
		wantOut(t, s, engine, store.ErrRewound)
	})
	t.Run("with the next hold", func(t *testing.T) {
		url := postgres.NewDatabase(t)
		s := open(t, url)
		engine, _ := run(t, s, false)
		insert(t, s, insertion("k"))
		administer(t, url, rewind)
		if _, err := engine.Hold(t.Context(), hold("h", "k", 1)); !errors.Is(err, ledger.ErrBusy) {
			t.Errorf("got %v", err)
		}
		wantOut(t, s, engine, store.ErrRewound)
	})
	t.Run("when it connects again", func(t *testing.T) {
		url := postgres.NewDatabase(t)
		s := open(t, url)
		engine, _ := run(t, s, false)
		insert(t, s, insertion("k"))
		administer(t, url, "DELETE FROM api_keys")
		administer(t, url, "DELETE FROM accounts")
		administer(t, url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		// Another account: the lock would not show it.
		in := insertion("other")
		in.Key.AccountID = "0x00000000000000000000000000000000000000bb"
		eventually(t, "it is refused", func() bool {
			err := s.InsertKey(t.Context(), in)
			if err == nil {
				t.Fatal("a key was made in a database of before")
			}
			return errors.Is(err, store.ErrRewound)
		})
		wantOut(t, s, engine, store.ErrRewound)
	})
}

// After a restore was acknowledged, a replica that still runs cannot commit
// anything: not even what it began before.
func TestARestoreFencesRunningReplicas(t *testing.T) {
	url := postgres.NewDatabase(t)
	s := open(t, url)
	engine, _ := run(t, s, false)
	insert(t, s, insertion("k"))
	grant(t, engine, 100)
	if _, err := store.Acknowledge(t.Context(), url, "", time.Now, store.RestoreOptions{KeepKeys: true, Unfreeze: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Hold(t.Context(), hold("late", "k", 1)); !errors.Is(err, ledger.ErrBusy) {
		t.Errorf("got %v", err)
	}
	wantOut(t, s, engine, store.ErrRestored)
	again, _ := run(t, open(t, url), false)
	if _, err := again.Hold(t.Context(), hold("now", "k", 100)); err != nil {
		t.Errorf("a replica that was started again: %v", err)
	}
}

// A database that was only away, crashed even, is the same afterwards.
func TestACrashOfTheDatabaseIsNoStepBack(t *testing.T) {
	url := postgres.NewDatabase(t)
	s := open(t, url)
	engine, _ := run(t, s, false)
	insert(t, s, insertion("k"))
	grant(t, engine, 100)
	if err := errors.Join(postgres.Crash(t.Context()), postgres.Up(t.Context())); err != nil {
		t.Fatal(err)
	}
	eventually(t, "calls again", func() bool {
		_, err := engine.Hold(t.Context(), hold(fmt.Sprint("h", time.Now().UnixNano()), "k", 1))
		return err == nil
	})
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// A file that is replaced under a running server ends its service.
func TestAFileReplacedUnderARunningServerIsNoticed(t *testing.T) {
	b, path := sqliteSandbox(t)
	s := b.open(t)
	engine, _ := run(t, s, true)
	insert(t, s, insertion("k"))
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server is not ready", func() bool { return errors.Is(s.Ping(t.Context()), store.ErrRestored) })
	wantOut(t, s, engine, store.ErrRestored)
}

// While it runs, a server writes its witness down at least every second: a
// crash loses little of it.
func TestTheWitnessIsWrittenWhileServing(t *testing.T) {
	b, path := sqliteSandbox(t)
	s := b.open(t)
	insert(t, s, insertion("k"))
	eventually(t, "the witness knows the account", func() bool {
		text, err := os.ReadFile(path + ".witness")
		return err == nil && len(text) > 0 && strings.Contains(string(text), account)
	})
}
