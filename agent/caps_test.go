package agent_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"stakegate/agent"
)

// TestTheCapHoldsOverRunsThatWereCutOff: what a run has spent before it was cut
// off counts for those that go on from there, until one reaches its target.
func TestTheCapHoldsOverRunsThatWereCutOff(t *testing.T) {
	chain := ownChain(t)
	o, _ := wired(t, chain)
	o.Target = agent.Target{Stake: agent.MustAmount("10"), DIEM: agent.MustAmount("0.1"), DIEMBy: agent.DIEMBuy, Pay: agent.PayETH}
	whole, err := agent.MakePlan(t.Context(), o)
	if err != nil || !whole.Applyable {
		t.Fatalf("plan: %+v, %v", whole.Steps, err)
	}
	part := whole.ETH.Div(2)
	cutAt(t, o, agent.EventMined, 1) // the VVV is bought, the DIEM is not

	o.Limits.MaxETH = part.Add(part.Div(2)) // more than the DIEM costs, less than both
	var blocked *agent.BlockedError
	result, err := agent.Up(t.Context(), o, nil)
	if !errors.As(err, &blocked) || !strings.Contains(err.Error(), "is spent already") || len(result.Transactions) != 0 {
		t.Fatalf("with a cap below what both runs spend: got %v and %v, want the cap to hold", err, result.Transactions)
	}
	if plan, err := agent.MakePlan(t.Context(), o); err != nil || plan.Applyable {
		t.Errorf("the plan says that it can be applied: %v", err)
	}
	o.Limits.MaxETH = whole.ETH.Add(whole.Gas).Add(whole.Gas)
	mustUp(t, o)

	// It came to its end: the next one has its own cap.
	o.Target.Stake, o.Limits.MaxETH = agent.MustAmount("11"), part
	mustUp(t, o)
}

func TestTheCapOnUSDCHoldsOverRunsThatWereCutOff(t *testing.T) {
	chain := ownChain(t)
	o, _ := wired(t, chain)
	o.Target = agent.Target{Stake: agent.MustAmount("10"), DIEM: agent.MustAmount("0.1"), DIEMBy: agent.DIEMBuy, Pay: agent.PayUSDC}
	if err := chain.Fund(t.Context(), o.Signer.Address(), nil, nil, big.NewInt(2_000_000_000)); err != nil {
		t.Fatal(err)
	}
	whole, err := agent.MakePlan(t.Context(), o)
	if err != nil || !whole.Applyable {
		t.Fatalf("plan: %+v, %v", whole.Steps, err)
	}
	cutAt(t, o, agent.EventMined, 2) // allowed and bought
	o.Limits.MaxUSDC = whole.USDC.Sub(agent.MustAmount("1"))
	if _, err := agent.Up(t.Context(), o, nil); err == nil || !strings.Contains(err.Error(), "USDC") || !strings.Contains(err.Error(), "is spent already") {
		t.Fatalf("got %v, want the cap to hold", err)
	}
	o.Limits.MaxUSDC = whole.USDC.Add(agent.MustAmount("10"))
	mustUp(t, o)
}

// meddled is a chain on which something happens right before a transaction is
// built.
type meddled struct {
	*ethclient.Client
	before func()
	gas    uint64 // the answer for the next estimate; 0 is the node's own
}

func (m *meddled) EstimateGas(ctx context.Context, call ethereum.CallMsg) (uint64, error) {
	if before := m.before; before != nil {
		m.before = nil
		before()
	}
	if m.gas > 0 {
		return m.gas, nil
	}
	return m.Client.EstimateGas(ctx, call)
}

// TestTwoProgramsWithOneWalletBuyOnce: a transaction has the nonce of the block
// that it was decided from, so that of two decisions only one can be mined.
func TestTwoProgramsWithOneWalletBuyOnce(t *testing.T) {
	chain := ownChain(t)
	o, _ := wired(t, chain)
	other := o
	other.Keys = newStore(t) // another state directory: no lock keeps them apart
	m := &meddled{Client: chain.Client()}
	m.before = func() { mustUp(t, other) }
	o.Chain, o.StuckAfter = m, 1
	mustUp(t, o)
	holds(t, o)
}

func TestAGasEstimateDoesNotLeadBeyondTheCap(t *testing.T) {
	chain := ownChain(t)
	o, w := wired(t, chain)
	plan, err := agent.MakePlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Limits.MaxETH = plan.ETH.Add(plan.Gas).Add(plan.Gas)
	o.Chain = &meddled{Client: w.Client, gas: 2_000_000}
	result, err := agent.Up(t.Context(), o, nil)
	if err == nil || !strings.Contains(err.Error(), "its cap is") || len(result.Transactions) != 0 {
		t.Errorf("got %v and %v, want the cap to hold", err, result.Transactions)
	}
}

// rollup is a chain with the fee contract of OP-stack chains.
type rollup struct {
	*ethclient.Client
	answers map[string]*big.Int // signature -> answer; nil reverts
}

type reverted struct{}

func (reverted) Error() string          { return "execution reverted" }
func (reverted) ErrorCode() int         { return 3 }
func (reverted) ErrorData() interface{} { return "0x" }

func (r rollup) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	if call.To == nil || *call.To != common.HexToAddress("0x420000000000000000000000000000000000000F") {
		return r.Client.CallContract(ctx, call, block)
	}
	for signature, answer := range r.answers {
		if slices.Equal(call.Data[:4], crypto.Keccak256([]byte(signature))[:4]) && answer != nil {
			return common.BigToHash(answer).Bytes(), nil
		}
	}
	return nil, reverted{}
}

// TestARollupsFeesCount: the layer below and the operator are paid besides gas,
// and both count for what a plan needs and what a run may spend.
func TestARollupsFeesCount(t *testing.T) {
	chain := ownChain(t)
	o, w := wired(t, chain)
	const l1, operator = "getL1FeeUpperBound(uint256)", "getOperatorFee(uint256)"
	for name, c := range map[string]struct {
		answers map[string]*big.Int
		want    string
	}{
		"both":             {map[string]*big.Int{l1: tokens("0.0001"), operator: tokens("0.00005")}, "0.00015"},
		"before Isthmus":   {map[string]*big.Int{l1: tokens("0.0001")}, "0.0001"},
		"no layer below":   {map[string]*big.Int{l1: nil, operator: nil}, "0"},
		"only an operator": {map[string]*big.Int{operator: tokens("0.00005")}, "0.00005"},
	} {
		o.Chain = rollup{w.Client, c.answers}
		plan, err := agent.MakePlan(t.Context(), o)
		if err != nil || plan.Facts.L1Fee.String() != c.want || plan.Steps[1].Gas.Cmp(plan.Facts.L1Fee) < 0 {
			t.Errorf("%s: a transaction's fee is %s, the purchase's gas %s, %v; want %s", name, plan.Facts.L1Fee, plan.Steps[1].Gas, err, c.want)
		}
	}
	// A run that was cut off has spent them.
	o.Chain = rollup{w.Client, map[string]*big.Int{l1: tokens("0.005"), operator: tokens("0.005")}}
	cutAt(t, o, agent.EventMined, 1)
	observed, err := agent.Observe(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if left := agent.MustAmount("1").Sub(observed.ETH); observed.Spent.Cmp(left.Add(agent.MustAmount("0.01"))) != 0 {
		t.Errorf("%s ETH left the wallet and up to 0.01 more as fees of the rollup, %s counts", left, observed.Spent)
	}
}
