package agent_test

import (
	"context"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"stakegate/agent"
	"stakegate/internal/devworld"
)

// wire stands between a run and the chain.
type wire struct {
	*ethclient.Client
	mu   sync.Mutex
	sent []*types.Transaction // everything that left the run
	// send takes a transaction's place on its way; nil is none. It is called with
	// the number of those before.
	send func(n int, tx *types.Transaction) error
	call func(ethereum.CallMsg) error
}

func (w *wire) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	w.mu.Lock()
	w.sent = append(w.sent, tx)
	n := len(w.sent) - 1
	w.mu.Unlock()
	if w.send != nil {
		return w.send(n, tx)
	}
	return w.Client.SendTransaction(ctx, tx)
}

func (w *wire) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	if w.call != nil {
		if err := w.call(call); err != nil {
			return nil, err
		}
	}
	return w.Client.CallContract(ctx, call, block)
}

// wired is a run whose way to the chain the test holds in its hand.
func wired(t *testing.T, chain *devworld.Chain) (agent.Options, *wire) {
	t.Helper()
	o := newOptions(t, chain, newFakeAPI(t, chain))
	w := &wire{Client: chain.Client()}
	o.Chain = w
	return o, w
}

// ownChain is a chain whose time and branches a test may change.
func ownChain(t *testing.T) *devworld.Chain {
	t.Helper()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chain.Close() }) // in memory
	return chain
}

// cutAt runs until the nth event of a kind, and no further.
func cutAt(t *testing.T, o agent.Options, kind agent.EventKind, nth int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := agent.Up(ctx, o, agent.ViewFunc(func(e agent.Event) {
		if e.Kind == kind {
			if nth--; nth == 0 {
				cancel()
			}
		}
	}))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cut at %s: got %v", kind, err)
	}
}

// holds checks what the wallet has in the end: one purchase, one stake, and
// nothing approved.
func holds(t *testing.T, o agent.Options) {
	t.Helper()
	after, err := agent.Observe(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !after.Allowance.IsZero() || after.Staked.String() != "10" || after.VVV.Cmp(agent.MustAmount("0.2")) > 0 || len(after.Leftovers) != 0 {
		t.Errorf("allowance %s, staked %s, VVV %s, leftovers %v", after.Allowance, after.Staked, after.VVV, after.Leftovers)
	}
}

func TestATransactionThatTheNodeForgotIsSentAgainByTheNextRun(t *testing.T) {
	chain := devChain(t)
	o, w := wired(t, chain)
	w.send = func(int, *types.Transaction) error { return nil } // taken, and forgotten
	cutAt(t, o, agent.EventSent, 1)
	first := w.sent[0]
	if head := chain.Head().Number.Uint64(); head == 0 {
		t.Fatal("no chain")
	}
	w.send = nil
	result := mustUp(t, o)
	if w.sent[1].Hash() != first.Hash() {
		t.Error("the next run made another transaction instead of sending the same bytes")
	}
	if got, want := stepsOf(result), []string{"buy", "approve", "stake"}; !slices.Equal(got, want) || result.Transactions[0].Hash != first.Hash() {
		t.Errorf("transactions: got %v, want %v, the first of them %s", result.Transactions, want, first.Hash())
	}
	holds(t, o)
}

func TestATransactionThatTheNodeForgetsIsSentAgainByTheSameRun(t *testing.T) {
	t.Parallel()
	chain := devChain(t)
	o, w := wired(t, chain)
	w.send = func(n int, tx *types.Transaction) error {
		if n == 0 {
			return errors.New("EOF") // an answer that was lost, as the request was
		}
		return w.Client.SendTransaction(context.Background(), tx)
	}
	mustUp(t, o)
	if w.sent[0].Hash() != w.sent[1].Hash() {
		t.Error("other bytes were sent")
	}
	holds(t, o)
}

func TestAStuckTransactionIsReplacedAndEitherMayWin(t *testing.T) {
	chain := devChain(t)
	for name, oldWins := range map[string]bool{"the new one": false, "the old one": true} {
		o, w := wired(t, chain)
		o.StuckAfter = 200 * time.Millisecond
		w.send = func(n int, tx *types.Transaction) error {
			switch {
			case n == 0:
				return nil // waits, and waits
			case n == 1 && oldWins:
				tx = w.sent[0]
			}
			return w.Client.SendTransaction(context.Background(), tx)
		}
		result := mustUp(t, o)
		first, second := w.sent[0], w.sent[1]
		if first.Nonce() != second.Nonce() || string(first.Data()) != string(second.Data()) {
			t.Fatalf("%s: the replacement is for nonce %d, not %d", name, second.Nonce(), first.Nonce())
		}
		tenth := func(a *big.Int) *big.Int {
			return new(big.Int).Quo(new(big.Int).Mul(a, big.NewInt(11)), big.NewInt(10))
		}
		if second.GasFeeCap().Cmp(tenth(first.GasFeeCap())) < 0 || second.GasTipCap().Cmp(tenth(first.GasTipCap())) < 0 {
			t.Errorf("%s: offers %s and %s, before %s and %s: not a tenth more", name, second.GasFeeCap(), second.GasTipCap(), first.GasFeeCap(), first.GasTipCap())
		}
		if want := map[bool]common.Hash{false: second.Hash(), true: first.Hash()}[oldWins]; result.Transactions[0].Hash != want {
			t.Errorf("%s: %s was mined, want %s", name, result.Transactions[0].Hash, want)
		}
		journal := readJournal(t, o)
		if !strings.Contains(journal, strings.ToLower(first.Hash().Hex())) || !strings.Contains(journal, strings.ToLower(second.Hash().Hex())) {
			t.Errorf("%s: the journal lacks one of the two", name)
		}
		holds(t, o)
	}
}

func TestAStuckTransactionIsNotReplacedBeyondTheCap(t *testing.T) {
	chain := devChain(t)
	o, w := wired(t, chain)
	plan, err := agent.MakePlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.StuckAfter = 20 * time.Millisecond
	o.Limits.MaxTxFee = plan.Steps[1].Gas // what the purchase may cost now, and not a tenth more
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	w.send = func(int, *types.Transaction) error { return nil }
	if _, err := agent.Up(ctx, o, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	for _, tx := range w.sent {
		if cost := new(big.Int).Mul(tx.GasFeeCap(), new(big.Int).SetUint64(tx.Gas())); cost.Cmp(o.Limits.MaxTxFee.Int()) > 0 {
			t.Errorf("a transaction offers %s wei for gas, the cap is %s", cost, o.Limits.MaxTxFee.Int())
		}
	}
}

func TestANonceThatAnotherProgramUsedIsSaidAndNothingIsDoneTwice(t *testing.T) {
	chain := devChain(t)
	o, w := wired(t, chain)
	o.StuckAfter = 2 * time.Second
	w.send = func(n int, tx *types.Transaction) error {
		if n > 0 {
			return w.Client.SendTransaction(context.Background(), tx)
		}
		id := new(big.Int).SetUint64(chain.ChainID())
		to := common.Address{0xfe}
		other, err := o.Signer.SignTx(t.Context(), types.NewTx(&types.DynamicFeeTx{ChainID: id, Nonce: tx.Nonce(), Gas: 21000,
			GasFeeCap: tx.GasFeeCap(), GasTipCap: tx.GasTipCap(), To: &to, Value: big.NewInt(1)}), id)
		if err != nil {
			return err
		}
		return w.Client.SendTransaction(context.Background(), other)
	}
	result := mustUp(t, o)
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "nonce 0 was used by a transaction that this program did not make") {
		t.Errorf("warnings: got %q", result.Warnings)
	}
	if got, want := stepsOf(result), []string{"buy", "approve", "stake"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
	holds(t, o)
}

func TestAReorganisationThatDropsWhatWasMinedIsGotOver(t *testing.T) {
	chain := ownChain(t)
	o, w := wired(t, chain)
	reorganised := 0
	result, err := agent.Up(t.Context(), o, agent.ViewFunc(func(e agent.Event) {
		t.Logf("%s: %s", e.Kind, e.Message)
		if e.Kind == agent.EventMined && reorganised < 3 {
			reorganised++
			if err := chain.Reorg(2); err != nil {
				t.Error(err)
			}
		}
	}))
	if err != nil || reorganised != 3 {
		t.Fatalf("got %v after %d reorganisations", err, reorganised)
	}
	versions := map[uint64]common.Hash{}
	for _, tx := range w.sent {
		if before, again := versions[tx.Nonce()]; again && before != tx.Hash() {
			t.Errorf("nonce %d: two different transactions", tx.Nonce())
		}
		versions[tx.Nonce()] = tx.Hash()
	}
	if len(versions) != 3 {
		t.Errorf("%d nonces were used, want 3: %v", len(versions), result.Transactions)
	}
	holds(t, o)
}

func TestAPurchaseWhoseTimeIsOverIsReplacedAtItsNonce(t *testing.T) {
	chain := ownChain(t)
	o, w := wired(t, chain)
	w.send = func(int, *types.Transaction) error { return nil }
	cutAt(t, o, agent.EventSent, 1)
	if err := chain.IncreaseTime(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.send = nil
	mustUp(t, o)
	first, second := w.sent[0], w.sent[1]
	if first.Hash() == second.Hash() || first.Nonce() != second.Nonce() || second.GasFeeCap().Cmp(first.GasFeeCap()) <= 0 {
		t.Errorf("got nonce %d and %d, fees %s and %s", first.Nonce(), second.Nonce(), first.GasFeeCap(), second.GasFeeCap())
	}
	// Now the old one comes up from wherever it was.
	if err := chain.Client().SendTransaction(t.Context(), first); err == nil {
		t.Error("the old transaction can still be mined")
	}
	holds(t, o)
}

func readJournal(t *testing.T, o agent.Options) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(o.Keys.Path()), "journal-*.log"))
	if err != nil || len(files) != 1 {
		t.Fatalf("journals: %v, %v", files, err)
	}
	info, err := os.Stat(files[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("journal: %v, %v, want 0600", info, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
