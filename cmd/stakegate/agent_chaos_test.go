package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/agent"
	"stakegate/contracts/bindings"
	"stakegate/internal/devworld"
)

const (
	repeatsVariable = "AGENT_CHAOS_REPEATS" // of each point; make agent-chaos sets it
	shortRepeats    = 2
	lanes           = 2
	maxRuns         = 12 // of the command until it must have come through
	// marketRepeats is how many repeats buy on one chain: each purchase moves the
	// price, and when it is 3 % off the feeds', nothing is bought any more.
	marketRepeats = 6
	faultsPercent = 4 // of the calls to the node
)

// killPoint is a request that the agent's process does not survive: the nth of
// a route, where a route is a JSON-RPC method, or a method and path of the API.
type killPoint struct {
	name  string
	route string
	nth   int
	after bool // the request took effect, and its answer was lost with the process
}

const (
	sendRoute  = "eth_sendRawTransaction"
	mintRoute  = "POST /api/v1/api_keys/generate_web3_key"
	tokenRoute = "GET /api/v1/api_keys/generate_web3_key"
	chatRoute  = "POST /api/v1/chat/completions"
)

// killPoints are all places at which something is lost or doubled if anything
// can be: around each transaction, while each is waited for, around the mint
// and around the proof.
func killPoints() []killPoint {
	points := []killPoint{{name: "before anything", route: "eth_chainId", nth: 1}, {name: "before the first signature", route: "eth_estimateGas", nth: 1}}
	for i, step := range []string{"buy", "approve", "stake", "mint-diem", "stake-diem"} {
		points = append(points,
			killPoint{name: step + ": signed, not sent", route: sendRoute, nth: i + 1},
			killPoint{name: step + ": sent, not known", route: sendRoute, nth: i + 1, after: true},
			killPoint{name: step + ": mined, not booked", route: "eth_getTransactionReceipt", nth: i + 1, after: true})
	}
	return append(points,
		killPoint{name: "challenge fetched", route: tokenRoute, nth: 2, after: true},
		killPoint{name: "mint: signed, not sent", route: mintRoute, nth: 1},
		killPoint{name: "mint: made, not known", route: mintRoute, nth: 1, after: true},
		killPoint{name: "proof: not sent", route: chatRoute, nth: 1},
		killPoint{name: "proof: answered, not known", route: chatRoute, nth: 1, after: true})
}

// agentCase is one wallet's way.
type agentCase struct {
	*lane
	dir    string
	wallet common.Address
	block  uint64 // when it began
	log    bytes.Buffer
}

func newAgentCase(t *testing.T, l *lane) *agentCase {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	c := &agentCase{lane: l, dir: t.TempDir(), wallet: crypto.PubkeyToAddress(key.PublicKey), block: l.chain.Head().Number.Uint64()}
	if err := os.WriteFile(filepath.Join(c.dir, "key"), []byte(hex.EncodeToString(crypto.FromECDSA(key))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.chain.Fund(t.Context(), c.wallet, agent.MustAmount("1").Int(), nil, nil); err != nil {
		t.Fatal(err)
	}
	return c
}

// run starts the command and returns its exit code, -1 if it was killed.
func (c *agentCase) run(t *testing.T, args ...string) int {
	t.Helper()
	command := exec.CommandContext(t.Context(), "stakegate", append(args, "--world", c.world, "--key-file", filepath.Join(c.dir, "key"), "--state-dir", filepath.Join(c.dir, "state"))...)
	command.Stderr = &c.log
	c.mu.Lock()
	if err := command.Start(); err != nil {
		c.mu.Unlock()
		t.Fatal(err)
	}
	c.process = command.Process
	c.mu.Unlock()
	_ = command.Wait() // the exit code tells
	c.mu.Lock()
	c.process = nil
	c.mu.Unlock()
	fmt.Fprintf(&c.log, "--- exit code %d\n", command.ProcessState.ExitCode())
	return command.ProcessState.ExitCode()
}

// TestAgentSurvivesKill kills the real command at every point where something
// could be lost or doubled, with faults of the node, and runs it again until it
// is through: bought once, staked once, nothing left approved, and at most one
// key that nobody knows.
func TestAgentSurvivesKill(t *testing.T) {
	repeats := shortRepeats
	if text := os.Getenv(repeatsVariable); text != "" {
		var err error
		if repeats, err = strconv.Atoi(text); err != nil || repeats < 1 {
			t.Fatalf("%s=%q is not a number above 0", repeatsVariable, text)
		}
	}
	table := &killTable{rows: map[string]*killRow{}}
	t.Cleanup(func() { table.print(t) })
	for from := 0; from < repeats; from += marketRepeats {
		t.Run(fmt.Sprintf("from %d", from), func(t *testing.T) { killEverywhere(t, from, min(from+marketRepeats, repeats), table) })
	}
}

// killEverywhere kills at every point in each of the repeats, on one chain.
func killEverywhere(t *testing.T, from, to int, table *killTable) {
	t.Helper()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chain.Close() }) // in memory
	type job struct {
		point  killPoint
		repeat int
	}
	jobs := make(chan job)
	go func() {
		defer close(jobs)
		for repeat := from; repeat < to; repeat++ {
			for _, point := range killPoints() {
				select {
				case jobs <- job{point, repeat}:
				case <-t.Context().Done(): // no lane is left
					return
				}
			}
		}
	}()
	for n := range lanes {
		t.Run(fmt.Sprintf("lane %d", n), func(t *testing.T) {
			t.Parallel()
			l := newLane(t, chain)
			for j := range jobs {
				c := newAgentCase(t, l)
				c.mu.Lock()
				c.minted = 0
				c.mu.Unlock()
				c.aim(j.point, uint64(j.repeat))
				runs := c.toTheEnd(t, j.repeat%2 == 1)
				c.check(t, j.point)
				table.add(j.point, runs, c.minted)
				if j.point.route == mintRoute && j.point.after {
					c.checkOrphan(t)
				}
			}
		})
	}
}

// toTheEnd runs the command until it is through, with a plan file or without.
func (c *agentCase) toTheEnd(t *testing.T, planned bool) (runs int) {
	t.Helper()
	target := []string{"--stake", "1", "--diem", "0.1"}
	file := filepath.Join(c.dir, "plan.json")
	planning := append([]string{"agent", "plan", "-o", file}, target...)
	doing := append([]string{"agent", "up", "--json"}, target...)
	if planned {
		doing = []string{"agent", "apply", "--json", file}
	}
	for runs = 1; runs <= maxRuns; runs++ {
		if _, err := os.Stat(file); planned && err != nil {
			c.run(t, planning...) // again if that was where it was killed
			continue
		}
		if c.run(t, doing...) == exitOK {
			return runs
		}
	}
	t.Fatalf("killed at %q, the agent did not come through:\n%s", c.point.name, c.log.String())
	return 0
}

// check holds the chain and the server against what may have happened.
func (c *agentCase) check(t *testing.T, point killPoint) {
	t.Helper()
	d := devworld.BaseContracts()
	is := func(want common.Address) func(common.Address) bool {
		return func(from common.Address) bool { return from == want }
	}
	market := func(from common.Address) bool { return from != d.Staking && from != common.Address{} } // those pay rewards
	for what, got := range map[string]int{
		"purchases":          c.transfers(t, d.VVV, market, c.wallet),
		"stakes":             c.transfers(t, d.VVV, is(c.wallet), d.Staking),
		"mints of DIEM":      c.transfers(t, d.DIEM, is(common.Address{}), c.wallet),
		"stakes of the DIEM": c.transfers(t, d.DIEM, is(c.wallet), d.DIEM),
	} {
		if got != 1 {
			t.Errorf("%s: %d %s, want 1\n%s", point.name, got, what, c.log.String())
		}
	}
	answer, err := c.chain.Client().CallContract(t.Context(), ethereum.CallMsg{To: &d.VVV, Data: bindings.NewVVV().PackAllowance(c.wallet, d.Staking)}, nil)
	if err != nil || len(answer) != 32 || !bytes.Equal(answer, make([]byte, 32)) {
		t.Errorf("%s: allowance %x, %v, want 0\n%s", point.name, answer, err, c.log.String())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for nonce, versions := range c.sent {
		if len(versions) != 1 {
			t.Errorf("%s: %d different transactions were sent with nonce %d, want the same bytes\n%s", point.name, len(versions), nonce, c.log.String())
		}
	}
	if !c.killed {
		t.Errorf("%s: nothing was killed there", point.name)
	}
	if c.minted < 1 || c.minted > 2 || c.minted == 2 && point.route != mintRoute {
		t.Errorf("%s: %d keys were made\n%s", point.name, c.minted, c.log.String())
	}
	// Of secrets, neither the journal nor what was said has any.
	key, err := os.ReadFile(filepath.Join(c.dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(c.dir, "state", "journal-*.log"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%s: journals %v, %v, want one", point.name, files, err)
	}
	journal, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(journal), c.log.String()} {
		if strings.Contains(text, string(key)) || strings.Contains(text, "sg_inf_") || strings.Contains(text, "eyJ") {
			t.Errorf("%s: a secret was written: %s", point.name, text)
		}
	}
}

// checkOrphan has an ADMIN key made, with which the run revokes the key that
// nobody knows.
func (c *agentCase) checkOrphan(t *testing.T) {
	t.Helper()
	for runs := 1; c.run(t, "agent", "up", "--json", "--stake", "1", "--type", "ADMIN") != exitOK; runs++ {
		if runs > maxRuns {
			t.Fatalf("no ADMIN key was made:\n%s", c.log.String())
		}
	}
	if !strings.Contains(c.log.String(), "stakegate: warning: revoked the key ...") {
		t.Errorf("the key that nobody knows was not revoked:\n%s", c.log.String())
	}
	store, err := agent.OpenStore(filepath.Join(c.dir, "state"))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := store.Find(c.front.URL+"/api/v1", c.wallet, agent.Admin)
	if err != nil || admin == nil {
		t.Fatalf("the ADMIN key: %v", err)
	}
	client, err := agent.NewClient(c.front.URL+"/api/v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := client.WithKey(admin.Secret).Keys(t.Context()); err != nil || len(keys) != 2 {
		t.Errorf("the account has %d keys, %v, want the two in the store", len(keys), err)
	}
}

// transfers counts an ERC-20's transfers since the case began.
func (c *agentCase) transfers(t *testing.T, token common.Address, from func(common.Address) bool, to common.Address) int {
	t.Helper()
	logs, err := c.chain.Client().FilterLogs(t.Context(), ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(c.block), Addresses: []common.Address{token},
		Topics: [][]common.Hash{{crypto.Keccak256Hash([]byte("Transfer(address,address,uint256)"))}, nil, {common.BytesToHash(to[:])}}})
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range logs {
		if from(common.BytesToAddress(entry.Topics[1][:])) {
			count++
		}
	}
	return count
}

// killTable is what a long run prints.
type killTable struct {
	mu    sync.Mutex
	order []string
	rows  map[string]*killRow
}

type killRow struct{ kills, runs, keys int }

func (k *killTable) add(point killPoint, runs, keys int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	row := k.rows[point.name]
	if row == nil {
		row = new(killRow)
		k.rows[point.name], k.order = row, append(k.order, point.name)
	}
	row.kills, row.runs, row.keys = row.kills+1, row.runs+runs, row.keys+keys
}

func (k *killTable) print(t *testing.T) {
	for _, name := range k.order {
		row := k.rows[name]
		t.Logf("%-30s killed %3d times, through after %.1f runs, %d keys too many", name, row.kills, float64(row.runs)/float64(row.kills), row.keys-row.kills)
	}
}
