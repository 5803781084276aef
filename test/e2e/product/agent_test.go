package product_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
)

// startAgent starts "stakegate agent up" with the faucet's help; stdout goes to
// the file that it names, stderr to the process's output.
func startAgent(t *testing.T, w *world, stateDir string, flags ...string) (*process, string) {
	t.Helper()
	stdout := filepath.Join(t.TempDir(), "stdout.json")
	args := append([]string{"agent", "up", "--world", w.path("world.json"), "--state-dir", stateDir, "--faucet", "--json"}, flags...)
	file, err := os.OpenFile(stdout, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	return startTo(t, file, binary(t, "stakegate"), args...), stdout
}

func TestAgentThatRunsTwiceDoesNothingTwice(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	dir := filepath.Join(t.TempDir(), "agent")
	first := agentUp(t, w, dir)
	if len(first.Transactions) != 3 || first.Proof == nil || !first.Wallet.Created || !first.Key.Created {
		t.Fatalf("the first run: got %+v, want buy, approve and stake, a key and an answer", first)
	}
	sent := transactionCount(t, w, first.Wallet.Address)
	second := agentUp(t, w, dir)
	if !second.Plan.Complete || len(second.Transactions) != 0 || second.Key.Created || second.Proof != nil || second.Wallet.Created {
		t.Errorf("the second run: got %+v, want nothing done", second)
	}
	if second.Key.ID != first.Key.ID || second.Balances != first.Balances {
		t.Errorf("got key %s and %+v, want %s and %+v", second.Key.ID, second.Balances, first.Key.ID, first.Balances)
	}
	if again := transactionCount(t, w, first.Wallet.Address); again != sent || sent != 3 {
		t.Errorf("the wallet sent %d, then %d transactions, want 3 once", sent, again)
	}
}

func transactionCount(t *testing.T, w *world, address string) uint64 {
	t.Helper()
	client, err := ethclient.DialContext(t.Context(), w.RPCURL)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	count, err := client.NonceAt(t.Context(), common.HexToAddress(address), nil)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// killedRuns is how often the agent is killed before it may finish; killAfter
// bounds when. A block a second makes the road some seconds long.
const (
	killedRuns = 10
	killAfter  = 900 * time.Millisecond
)

func TestAgentKilledAtRandomMomentsBuysAndStakesOnce(t *testing.T) {
	t.Parallel()
	w := startWorld(t, "--block-time", "1s")
	dir := filepath.Join(t.TempDir(), "agent")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	killed := 0
	for range killedRuns {
		p, _ := startAgent(t, w, dir)
		timer := time.NewTimer(time.Duration(random.Int64N(int64(killAfter))))
		select {
		case <-timer.C:
			p.kill()
			killed++
		case <-p.ended:
			timer.Stop()
			if code := p.command.ProcessState.ExitCode(); code != 0 {
				t.Fatalf("agent up: exit code %d\n%s", code, p.output)
			}
		}
	}
	result := agentUp(t, w, dir)
	t.Logf("%d of %d runs were killed; the last one sent %d transactions", killed, killedRuns, len(result.Transactions))
	if sent := transactionCount(t, w, result.Wallet.Address); sent != 3 {
		t.Errorf("the wallet sent %d transactions, want one purchase, one approval and one stake", sent)
	}
	if result.Balances.StakedVVV != "10" {
		t.Errorf("the wallet has %s VVV staked, want 10", result.Balances.StakedVVV)
	}
	chain := chainBalances(t, w, result.Wallet.Address)
	if chain.Staked != "10.0" || chain.VVV > 0.2 {
		t.Errorf("the chain shows %s VVV staked and %v left, want 10 and less than a fiftieth more", chain.Staked, chain.VVV)
	}
}

// tokens is what ethers reads of a wallet.
type tokens struct {
	Staked string  `json:"staked"`
	VVV    float64 `json:"vvv"`
}

func chainBalances(t *testing.T, w *world, address string) tokens {
	t.Helper()
	return runNode[tokens](t, w, "balances.mjs", "ADDRESS="+address)
}
