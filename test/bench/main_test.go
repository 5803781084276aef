// Package bench_test measures what a proxied call costs, side by side: straight
// to the model, through a bare httputil.ReverseProxy, through nginx, through
// another gateway that users know, and through stakegate with its ceiling on.
//
//	make bench                     the table
//	make bench ARGS="-rounds 3 -only plain,rate -servers sqlite"
//	make bench ARGS=-streams       1,000 streams for a minute
//	make bench ARGS=-keys          a million keys beside a thousand
//	make bench ARGS=-mint          tokens and mints
//	make bench ARGS="-profile cpu.out"
//
// Everything runs in processes of its own: the server under test on one core,
// the model and the load on another (PostgreSQL and its stakegate on both).
// Rounds are interleaved in random order, and what is printed is the median
// over the rounds, as a ratio to the bare proxy of the same round, because the
// machine's mood meets all servers alike. docs/performance.md tells how to
// read it. Nothing here asserts a time: go test without -bench.run only sees
// that every part works.
package bench_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

// roleVariable makes this program one of the processes of a measurement.
const roleVariable = "STAKEGATE_BENCH_ROLE"

var (
	runAll      = flag.Bool("bench.run", false, "measure, instead of only trying every part once")
	rounds      = flag.Int("rounds", 5, "interleaved rounds")
	window      = flag.Duration("window", 1500*time.Millisecond, "how long one server is measured in a round")
	onlyFlag    = flag.String("only", "", "scenarios, separated by commas: plain,rate,asleep,stream,long,refusal,overshoot; default: all")
	serversFlag = flag.String("servers", "", "servers beside the bare proxy, separated by commas: direct,nginx,portkey,sqlite,postgres,memory; default: all that are installed")
	manyStreams = flag.Bool("streams", false, "measure 1,000 streams for a minute instead")
	mintKeys    = flag.Bool("mint", false, "measure validation tokens and mints instead")
	manyKeys    = flag.Bool("keys", false, "measure a million keys beside a thousand instead")
	profileTo   = flag.String("profile", "", "write a CPU profile of stakegate on SQLite at saturation to this file, and nothing else; with -mint, of tokens and mints")
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	os.Exit(m.Run())
}

func play(role string) error {
	switch role {
	case "mock":
		return playMock()
	case "proxy":
		return playProxy()
	case "memory":
		return playMemory()
	case "load":
		return playLoad()
	case "profiled":
		return playProfiled()
	default:
		return fmt.Errorf("unknown role")
	}
}

// TestBench prints the table, or what else was asked for.
func TestBench(t *testing.T) {
	if !*runAll {
		trial(t)
		return
	}
	switch {
	case *profileTo != "" && !*mintKeys:
		profile(t)
	case *manyStreams:
		streams(t, 1000, 240, 250*time.Millisecond)
	case *manyKeys:
		keys(t, 1_000_000, *rounds, 0)
	case *mintKeys:
		mints(t, *rounds, mintsOfRound, 0)
	default:
		table(t, plan{rounds: *rounds, window: *window, scenarios: listed(*onlyFlag), servers: listed(*serversFlag)}).print(os.Stdout)
	}
}
