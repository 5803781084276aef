package devworld_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/devworld"
)

// dirOfChild makes the test binary run a chain instead of the tests.
const dirOfChild = "DEVWORLD_TEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(dirOfChild); dir != "" {
		runChild(dir)
	}
	os.Exit(m.Run())
}

// runChild funds one address after the other until somebody kills it.
func runChild(dir string) {
	chain, err := devworld.StartChain(context.Background(), devworld.Config{DataDir: dir})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for i := int64(1); ; i++ {
		if err := chain.Fund(context.Background(), common.HexToAddress("0xb0b"), big.NewInt(1), nil, nil); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("funded", i)
	}
}

func TestCleanRestartKeepsEverythingAndTheClock(t *testing.T) {
	dir := t.TempDir()
	to := common.HexToAddress("0xb0b")
	first, err := devworld.StartChain(t.Context(), devworld.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := devworld.StartChain(t.Context(), devworld.Config{DataDir: dir}); err == nil {
		t.Fatal("two chains in one data directory")
	}
	if err := first.Fund(t.Context(), to, big.NewInt(5), nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := first.IncreaseTime(week); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	head := first.Head()

	var out bytes.Buffer
	second := startChain(t, devworld.Config{DataDir: dir, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	if second.Head().Number.Cmp(head.Number) < 0 {
		t.Fatalf("came back at %v, was at %v", second.Head().Number, head.Number)
	}
	if second.FaucetAddress() != first.FaucetAddress() {
		t.Fatal("another faucet")
	}
	balance, err := second.Client().BalanceAt(t.Context(), to, nil)
	if err != nil || balance.Int64() != 5 {
		t.Fatalf("balance %v, %v", balance, err)
	}
	if err := second.Mine(1); err != nil {
		t.Fatal(err)
	}
	if lead := second.Head().Time - head.Time; lead < 1 || lead > 60 {
		t.Fatal("the clock jumped by", lead)
	}
	if out.Len() > 0 {
		t.Fatal("a clean restart has nothing to say:", out.String())
	}
	info, err := os.Stat(filepath.Join(dir, "chain", "identity.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("identity.json: %v, %v", info.Mode(), err)
	}
}

func TestAnotherChainIDInTheSameDirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := chain.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := devworld.StartChain(t.Context(), devworld.Config{DataDir: dir, ChainID: 8453}); err == nil || !strings.Contains(err.Error(), "31337") {
		t.Fatal(err)
	}
}

func TestKilledChainComesBackAndSaysWhatItLost(t *testing.T) {
	dir := t.TempDir()
	for round := 1; round <= 3; round++ {
		killChild(t, dir, 5*round)
		recorded := readHead(t, dir)
		var out bytes.Buffer
		chain, err := devworld.StartChain(t.Context(), devworld.Config{DataDir: dir, Logger: slog.New(slog.NewTextHandler(&out, nil))})
		if err != nil {
			t.Fatal("restart after a kill:", err)
		}
		head := chain.Head().Number.Uint64()
		lost := recorded > head
		if said := strings.Contains(out.String(), "lost its newest blocks"); said != lost {
			t.Errorf("head %d, recorded %d, said so: %v", head, recorded, said)
		}
		// Every fund but the one in flight was followed by a flush.
		if recorded > head+4 {
			t.Errorf("lost %d blocks", recorded-head)
		}
		if err := chain.Fund(t.Context(), common.HexToAddress("0xcafe"), big.NewInt(1), nil, nil); err != nil {
			t.Error("the chain does not go on:", err)
		}
		if err := chain.Close(); err != nil {
			t.Error(err)
		}
	}
}

func readHead(t *testing.T, dir string) uint64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "chain", "head"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// killChild runs a chain in another process and kills it after n funds.
func killChild(t *testing.T, dir string, n int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), dirOfChild+"="+dir)
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for word, i := "", 0; i < n; {
		if _, err := fmt.Fscan(stdout, &word, &i); err != nil || word != "funded" {
			t.Errorf("child said %q, %v", word, err)
			break
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed on purpose
}

func TestStartAndCloseTenTimesLeavesNoGoroutines(t *testing.T) {
	cycle := func() {
		chain, err := devworld.StartChain(t.Context(), devworld.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if err := chain.Fund(t.Context(), common.HexToAddress("0xb0b"), big.NewInt(1), nil, nil); err != nil {
			t.Fatal(err)
		}
		if err := chain.Close(); err != nil {
			t.Fatal(err)
		}
	}
	cycle()
	cycle() // the library's own global goroutines exist now
	runtime.GC()
	before := runtime.NumGoroutine()
	for range 10 {
		cycle()
	}
	eventually(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= before+2 })
}
