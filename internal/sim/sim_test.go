package sim

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

var (
	seeds   = flag.Uint64("seeds", defaultSeeds, "how many seeds TestSimulation runs")
	oneSeed = flag.Int64("seed", -1, "the only seed that TestSimulation runs, with its trace")
)

// usesSQLite: a share of the seeds runs on the product's own store.
func usesSQLite(seed uint64) bool { return seed%25 == 24 }

// Whatever happens in whatever order: charged and held stay within every cap,
// the books cover what the upstream billed, nothing is forwarded without a
// hold, nothing that a client saw finished is lost, and in the end nothing is
// held.
func TestSimulation(t *testing.T) {
	if *oneSeed >= 0 {
		show(t, simulate(t, uint64(*oneSeed), correct, usesSQLite(uint64(*oneSeed))), true)
		return
	}
	totals := map[string]int{}
	var mu sync.Mutex
	shards := uint64(runtime.GOMAXPROCS(0))
	t.Run("shards", func(t *testing.T) {
		for shard := range shards {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for seed := shard; seed < *seeds && !t.Failed(); seed += shards {
					r := simulate(t, seed, correct, usesSQLite(seed))
					show(t, r, false)
					mu.Lock()
					for what, n := range r.counts {
						totals[what] += n
					}
					mu.Unlock()
				}
			})
		}
	})
	summary(t, totals)
}

func show(t *testing.T, r result, trace bool) {
	t.Helper()
	for _, problem := range r.problems[:min(10, len(r.problems))] {
		t.Errorf("seed %d: %s", r.seed, problem)
	}
	if len(r.problems) > 0 {
		t.Errorf("replay with: go test ./internal/sim -run TestSimulation -seed %d -v", r.seed)
	}
	if trace && testing.Verbose() {
		fmt.Fprintln(os.Stderr, strings.Join(r.trace, "\n"))
	}
}

// summary: a simulation in which something never happens proves nothing of it.
func summary(t *testing.T, totals map[string]int) {
	t.Helper()
	for _, what := range slices.Sorted(maps.Keys(totals)) {
		t.Logf("%8d %s", totals[what], what)
	}
	if *seeds < 100 {
		return
	}
	wanted := []string{
		"acknowledged calls", "crashes", "restarts", "graceful stops", "holds that were settled", "holds that were voided",
		"holds that were assumed", "assumed holds that were corrected", "answers INSUFFICIENT_BALANCE", "answers BUDGET_HELD",
		"answers AUTHENTICATION_FAILED", "answers API_KEY_DIEM_SPEND_LIMIT_EXCEEDED", "answers RATE_LIMIT_EXCEEDED",
		"answers SERVICE_UNAVAILABLE", "answers UPSTREAM_UNAVAILABLE", "answers REQUEST_TIMEOUT",
		"backups", "restores", "older databases that were refused",
	}
	for _, name := range faultNames {
		wanted = append(wanted, name)
	}
	for _, what := range wanted {
		if totals[what] == 0 {
			t.Errorf("%d seeds without: %s", *seeds, what)
		}
	}
}

// A seed runs the same each time, to the last answer: on both stores, alone and
// with others, with a pool and without, with one lane and with two.
func TestASeedReplays(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3, 5, 7, 11, 13, 21, 24, 49, 74, 93, 99, 124, 149, 181, 253, 277} {
		first, second := simulate(t, seed, correct, usesSQLite(seed)), simulate(t, seed, correct, usesSQLite(seed))
		if first.hash != second.hash {
			for i := range min(len(first.trace), len(second.trace)) {
				if first.trace[i] != second.trace[i] {
					t.Errorf("seed %d: line %d of its trace is\n%s\nand then\n%s", seed, i, first.trace[i], second.trace[i])
					break
				}
			}
			t.Errorf("seed %d: not the same twice", seed)
		}
	}
}

// The simulation can fail: it sees each mistake that is made on purpose.
// It happened elsewhere: agentgateway 962; documentation of several products.
func TestTheSimulationSeesMutants(t *testing.T) {
	const patience = 60 // seeds
	for m := correct + 1; m < mutants; m++ {
		t.Run(mutantNames[m], func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(patience) {
				onStore := m >= restoresUnfrozen
				if r := simulate(t, seed, m, onStore); len(r.problems) > 0 {
					t.Logf("seed %d: %s", seed, r.problems[0])
					return
				}
			}
			t.Errorf("%d seeds do not see it", patience)
		})
	}
}
