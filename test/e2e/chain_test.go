// Package e2e runs programs that stakegate did not write against it: clients
// from npm against the dev world, and the same clients against a second node.
package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/internal/devworld"
)

// suiteTimeout bounds one run of a node program.
const suiteTimeout = 3 * time.Minute

// target is a chain that a suite runs on.
type target struct {
	rpcURL, wsURL string
	privateKey    string // owns ETH, VVV and USDC
	trailingBlock bool   // seals an empty block behind every transaction
	testMode      string // viem's name for its dialect of time travel
}

func TestEthersAndViemWorkOnTheDevChain(t *testing.T) {
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := chain.Close(); err != nil {
			t.Error(err)
		}
	})
	runChainSuite(t, target{chain.RPCURL(), chain.WSURL(), fmt.Sprintf("0x%x", crypto.FromECDSA(chain.FaucetKey())), true, "ganache"})
}

func TestTheSameSuitePassesOnAnvilWithTheSameWorld(t *testing.T) {
	runChainSuite(t, startAnvil(t))
}

func runChainSuite(t *testing.T, on target) {
	t.Helper()
	contracts, err := json.Marshal(devworld.BaseContracts())
	if err != nil {
		t.Fatal(err)
	}
	trailing := "0"
	if on.trailingBlock {
		trailing = "1"
	}
	runNode(t, "chain.test.mjs",
		"RPC_URL="+on.rpcURL, "WS_URL="+on.wsURL, "PRIVATE_KEY="+on.privateKey, "TRAILING_BLOCK="+trailing, "TEST_MODE="+on.testMode,
		fmt.Sprintf("CHAIN_ID=%d", devworld.DefaultChainID), "CONTRACTS="+string(contracts))
}

// runNode runs a node:test file of this folder and fails with its report.
func runNode(t *testing.T, file string, env ...string) {
	t.Helper()
	needSetup(t, "node_modules/ethers")
	if _, err := os.Stat(file); err != nil { // also tells go test's cache what the result depends on
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), suiteTimeout)
	defer cancel()
	suite := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", file)
	suite.Env = append(os.Environ(), env...)
	report, err := suite.CombinedOutput()
	if err != nil {
		t.Fatalf("node --test %s: %v\n%s", file, err, report)
	}
	t.Logf("%s", report)
}

// needSetup fails when what npm installs is not there.
func needSetup(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing: run `make test-setup` (needs node and npm) and try again", path)
	}
}

// startAnvil runs anvil with the dev world's first block. Other systems than
// linux/amd64 take the anvil on the PATH.
func startAnvil(t *testing.T) target {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	genesis, err := devworld.Genesis(devworld.DefaultChainID, crypto.PubkeyToAddress(key.PublicKey), now)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "genesis.json")
	writeGenesis(t, file, genesis)
	anvil := exec.Command(anvilPath(t), "--host", "127.0.0.1", "--port", "0", "--accounts", "0", "--init", file, "--hardfork", "prague",
		"--chain-id", fmt.Sprint(devworld.DefaultChainID), "--timestamp", fmt.Sprint(now.Unix()), "--slots-in-an-epoch", "1")
	stdout, err := anvil.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := anvil.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = anvil.Process.Kill()
		_ = anvil.Wait() // killed on purpose
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
			go func() { // an unread pipe would stop it; ends with the process
				for lines.Scan() {
					continue
				}
			}()
			return target{"http://" + address, "ws://" + address, fmt.Sprintf("0x%x", crypto.FromECDSA(key)), false, "anvil"}
		}
	}
	t.Fatal("anvil ended before it listened")
	return target{}
}

// writeGenesis leaves out the members that geth writes as null; anvil reads null
// as a value of the wrong type.
func writeGenesis(t *testing.T, file string, genesis *core.Genesis) {
	t.Helper()
	text, err := json.Marshal(genesis)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(members, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	if text, err = json.Marshal(members); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func anvilPath(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		path := "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
		needSetup(t, path)
		return path
	}
	path, err := exec.LookPath("anvil")
	if err != nil {
		t.Fatal("anvil is not on the PATH: install foundry to run this test on this system")
	}
	return path
}
