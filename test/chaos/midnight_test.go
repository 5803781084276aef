package chaos_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/store/pgtest"
	"stakegate/internal/telemetry"
)

// A replica with a clock of its own is this test's program, run again: the
// product has no switch for its clock.
const (
	skewVariable   = "CHAOS_REPLICA_SKEW"
	configVariable = "CHAOS_REPLICA_CONFIG"
)

const (
	midnightLead   = 20 * time.Second // from the choice of the clocks to midnight
	loadLead       = 2 * time.Second  // of the load
	afterMidnight  = 3 * time.Second
	replicaSkew    = 400 * time.Millisecond
	faketimeLocal  = "/usr/lib/*/faketime/libfaketimeMT.so.1"
	faketimeAbsent = "libfaketime is not installed"
)

// serveSkewed is "stakegate serve" with a clock that goes wrong.
func serveSkewed() int {
	err := func() error {
		skew, err := time.ParseDuration(os.Getenv(skewVariable))
		if err != nil {
			return err
		}
		config, err := app.LoadConfig(os.Getenv(configVariable), os.Environ())
		if err != nil {
			return err
		}
		logger, err := telemetry.NewLogger(os.Stderr, "info", true)
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", config.Listen)
		if err != nil {
			return err
		}
		server, err := app.New(ctx, config, app.Options{
			Listener: listener, Version: "chaos", Logger: logger, Now: func() time.Time { return time.Now().Add(skew) },
		})
		if err != nil {
			return err
		}
		logger.Info("serving", "skew", skew.String())
		return server.Run(ctx)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// F09: the UTC day ends while calls run on replicas whose clocks disagree. The
// database's clock decides: what is charged belongs to one day, no day is
// overshot, and nothing is unknown.
func TestMidnightUnderSkewedClocks(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel() // most of it is waiting
		libraries, err := filepath.Glob(faketimeLocal)
		if err != nil || len(libraries) == 0 {
			notRun("midnight, 3 skewed replicas on PostgreSQL", faketimeAbsent)
			return
		}
		offset, midnight := untilMidnight()
		server, err := pgtest.StartWith(t.Context(), []string{
			"LD_PRELOAD=" + libraries[0], "FAKETIME_DONT_FAKE_MONOTONIC=1", fmt.Sprintf("FAKETIME=+%.3f", offset.Seconds()),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := server.Stop(); err != nil {
				t.Error(err)
			}
		})
		passMidnight(t, "midnight, replicas 400 ms early, right, late, on PostgreSQL", offset, midnight,
			options{postgres: true, server: server.NewDatabase(t)})
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		offset, midnight := untilMidnight()
		passMidnight(t, "midnight, 1 process on SQLite", offset, midnight, options{})
	})
}

// untilMidnight chooses clocks on which the next midnight is soon, and the real
// time at which it comes.
func untilMidnight() (offset time.Duration, midnight time.Time) {
	now := time.Now().UTC()
	next := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	return next.Sub(now) - midnightLead, now.Add(midnightLead)
}

func passMidnight(t *testing.T, name string, offset time.Duration, midnight time.Time, o options) {
	t.Helper()
	o.country = newCountry(t, func() time.Time { return time.Now().Add(offset) })
	t.Cleanup(func() { _ = o.country.chain.Close() }) // in memory
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o.pace, o.command, o.dir = modelPace, []string{program}, t.TempDir()
	o.env = func(replica int) []string {
		skew := offset
		if o.postgres { // else the process's clock decides, and is right
			skew += time.Duration(replica-1) * replicaSkew
		}
		return []string{skewVariable + "=" + skew.String(), configVariable + "=" + filepath.Join(o.dir, "stakegate.yaml")}
	}
	d := deploy(t, o)
	for _, w := range d.country.wallets {
		for _, s := range d.mint(w, "0.3") {
			s.limit = "" // there are two days: its budgets are looked at, not the sum
		}
	}
	left := time.Until(midnight) - loadLead
	if left < 0 {
		t.Fatalf("this machine is too slow: midnight is %s away", time.Until(midnight))
	}
	<-time.After(left)
	l := newLoad(d, callers)
	l.impolite = false
	running, stop := context.WithDeadline(t.Context(), midnight.Add(afterMidnight))
	defer stop()
	var clients sync.WaitGroup
	clients.Go(func() { l.run(running) })
	clients.Wait()
	d.settle()
	days := l.days(t)
	r := row{name: name, audit: l.compare(t)}
	if r.audit.unknown != 0 {
		t.Errorf("%s were charged for calls of unknown outcome; want none: nothing died", r.audit.unknown)
	}
	if len(days) != 2 {
		t.Errorf("calls were charged to the days %v, want two", days)
	}
	report(r)
}

// days lists the days to which DIEM were charged.
func (d *deployment) days(t *testing.T) map[string]int {
	t.Helper()
	rows, err := d.books.QueryContext(t.Context(), "SELECT id FROM budgets WHERE id LIKE 'a/%/DIEM/%' AND posted > 0")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	days := map[string]int{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		days[id[strings.LastIndexByte(id, '/')+1:]]++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return days
}
