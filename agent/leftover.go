package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
)

// Allowance is what a spender may take of a wallet's token (ERC-20).
type Allowance struct {
	Token   common.Address `json:"token"`
	Spender common.Address `json:"spender"`
	Amount  *big.Int       `json:"amount"` // in the token's units
}

// readLeftovers asks what is left of the allowances that the journal knows.
func (r *runner) readLeftovers(ctx context.Context, o *Observation) error {
	o.Leftovers = nil
	if r.journal == nil {
		return nil
	}
	given := r.journal.state.approvals(o.Address)
	if len(given) == 0 {
		return nil
	}
	left := make([]Amount, len(given))
	reads := make([]read, len(given))
	for i, a := range given {
		reads[i] = amountOf("a token", a.Token, bindings.NewVVV().PackAllowance(o.Address, a.Spender), &left[i])
	}
	if err := readAll(ctx, r.chain, o.Contracts.Multicall3, new(big.Int).SetUint64(o.Block), reads); err != nil {
		return err
	}
	for i, a := range given {
		if !left[i].IsZero() {
			o.Leftovers = append(o.Leftovers, Allowance{a.Token, a.Spender, left[i].Int()})
		}
	}
	return nil
}

// revoke takes back every leftover that the rest of the plan does not use.
func (p planner) revoke() []Step {
	var steps []Step
	for _, left := range p.Leftovers {
		if left.Token == p.Contracts.VVV && left.Spender == p.Contracts.Staking && !p.missingStake().IsZero() {
			continue
		}
		if left.Token == p.Contracts.USDC && p.uses(left.Spender, fromUSDC(left.Amount)) {
			continue
		}
		steps = append(steps, p.revokeStep(left))
	}
	return steps
}

func (p planner) revokeStep(left Allowance) Step {
	step := p.spend(StepRevoke, Amount{}, left.Token.Hex(), fmt.Sprintf("%s may still take %s, and needs nothing any more", left.Spender, p.words(left)))
	step.Via = left.Spender.Hex()
	return step
}

// words are an allowance's amount: of tokens whose decimals are known.
func (o Observation) words(left Allowance) string {
	switch left.Token {
	case o.Contracts.VVV:
		return Units(left.Amount).Short() + " VVV"
	case o.Contracts.DIEM:
		return Units(left.Amount).Short() + " DIEM"
	case o.Contracts.USDC:
		return fromUSDC(left.Amount).Short() + " USDC"
	}
	return fmt.Sprintf("%s units of the token %s", left.Amount, left.Token)
}

// revokeCall is the step's transaction; an error says that nothing is left to
// take back.
func revokeCall(step Step, o Observation) (dex.Call, error) {
	for _, left := range o.Leftovers {
		if left.Token.Hex() == step.Token && left.Spender.Hex() == step.Via {
			return dex.Call{To: left.Token, Data: bindings.NewVVV().PackApprove(left.Spender, new(big.Int))}, nil
		}
	}
	return dex.Call{}, errors.New("the allowance is gone")
}

// takeBack sets what a failed run has allowed back to nothing. A run that was
// interrupted leaves it to the next one, which goes on from there.
func (r *runner) takeBack(ctx context.Context) {
	if len(r.journal.state.approvals(r.Signer.Address())) == 0 || ctx.Err() != nil {
		return
	}
	o, err := r.again(ctx, Observation{}, 0)
	for err == nil && len(o.Leftovers) > 0 && len(r.journal.state.openSlots()) == 0 {
		step := planner{Observation: o, limits: r.Limits}.revokeStep(o.Leftovers[0])
		if o, err = r.apply(ctx, step, o); err == nil {
			r.view.Event(Event{Kind: EventDone, Step: step, Balances: o.Balances(), Message: step.done(o)})
		}
	}
	if len(o.Leftovers) > 0 || err != nil {
		r.warn("what was approved could not be taken back now; the next run uses it or takes it back: %v", err)
	}
	if o.Balances() != nil && err == nil {
		r.result.Balances = o.Balances()
	}
}
