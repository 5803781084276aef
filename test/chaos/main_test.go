// Package chaos_test breaks a running stakegate: real processes, a real
// PostgreSQL or SQLite file, and an upstream that bills every call on arrival,
// whatever then happens to its caller. It kills replicas (SIGKILL) and the
// database in the middle of everything, loses answers to COMMIT, hangs up,
// fills the disk and lets midnight come under skewed clocks. In the end three
// accounts of the truth are compared: what clients saw finished, what the
// upstream billed, and the books.
//
//	make chaos KILLS=300 REPEATS=20
//
// prints the table that is in the README; without arguments the tests run the
// short form that every change must pass.
package chaos_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"stakegate/internal/store/pgtest"
)

// Environment variables that ask for longer runs.
const (
	killsVariable   = "CHAOS_KILLS"   // of replicas, on each engine
	repeatsVariable = "CHAOS_REPEATS" // of the thousand concurrent callers
	cutsVariable    = "CHAOS_CUTS"    // of connections at COMMIT
)

const root = "../.."

// kit is what the tests share; it is taken apart in the end.
var kit struct {
	mu       sync.Mutex
	dir      string
	binary   string
	postgres *pgtest.Server
	country  *country
	taken    map[string]bool // addresses of replicas
}

func TestMain(m *testing.M) {
	if os.Getenv(skewVariable) != "" {
		os.Exit(serveSkewed())
	}
	code := m.Run()
	if kit.country != nil {
		_ = kit.country.chain.Close() // in memory
	}
	if kit.postgres != nil {
		_ = kit.postgres.Stop() // a temporary folder
	}
	if kit.dir != "" {
		_ = os.RemoveAll(kit.dir) // a temporary folder
	}
	printTable()
	os.Exit(code)
}

// number reads an environment variable, or returns the short form's value.
func number(t *testing.T, variable string, short int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return short
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 {
		t.Fatalf("%s=%q is not a number above 0", variable, text)
	}
	return value
}

// program builds cmd/stakegate, once.
func program(t *testing.T) string {
	t.Helper()
	kit.mu.Lock()
	defer kit.mu.Unlock()
	if kit.binary != "" {
		return kit.binary
	}
	var err error
	if kit.dir, err = os.MkdirTemp("", "stakegate-chaos-"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(kit.dir, "stakegate")
	command := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "./cmd/stakegate")
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("building cmd/stakegate: %v\n%s", err, output)
	}
	kit.binary = path
	return path
}

// postgres starts the server that the tests share, once.
func postgres(t *testing.T) *pgtest.Server {
	t.Helper()
	kit.mu.Lock()
	defer kit.mu.Unlock()
	if kit.postgres == nil {
		server, err := pgtest.Start(context.WithoutCancel(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		kit.postgres = server
	}
	return kit.postgres
}

// home starts the chain with its staked wallets, once.
func home(t *testing.T) *country {
	t.Helper()
	kit.mu.Lock()
	defer kit.mu.Unlock()
	if kit.country == nil {
		kit.country = newCountry(t, time.Now)
	}
	return kit.country
}

// within repeats a check until it holds, an error comes, or time is up.
func within(t *testing.T, limit time.Duration, what string, check func() (bool, error)) time.Duration {
	t.Helper()
	begun := time.Now()
	for ticker := time.NewTicker(10 * time.Millisecond); ; <-ticker.C {
		ok, err := check()
		took := time.Since(begun)
		switch {
		case err != nil:
			t.Fatalf("%s: %v", what, err)
		case ok:
			ticker.Stop()
			return took
		case took > limit:
			t.Fatalf("%s: not within %s", what, limit)
		}
	}
}

// row is one line of the table.
type row struct {
	name                 string
	kills, crashes, cuts int
	audit                audit
	note                 string
}

var table struct {
	sync.Mutex
	rows []row
}

func report(r row) {
	table.Lock()
	defer table.Unlock()
	table.rows = append(table.rows, r)
}

// notRun makes what could not be tried visible in the table.
func notRun(name, why string) { report(row{name: name, note: "not run: " + why}) }

func printTable() {
	table.Lock()
	defer table.Unlock()
	if len(table.rows) == 0 {
		return
	}
	fmt.Println("\n| what | kills | db crashes | cuts | calls | acknowledged | overshoot, DIEM | acknowledged lost, DIEM | unspendable, DIEM | charged for unknown outcomes, DIEM | |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|")
	for _, r := range table.rows {
		a := r.audit
		fmt.Printf("| %s | %d | %d | %d | %d | %d | %s | %s | %s | %s | %s |\n", r.name, r.kills, r.crashes, r.cuts,
			a.calls, a.acknowledged, a.overshoot, a.lost, a.stuck, a.unknown, r.note)
	}
	fmt.Println()
}
