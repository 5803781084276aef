package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent/dex"
	"stakegate/agent/wallet"
	"stakegate/contracts/bindings"
)

// apply does one step and returns what is there afterwards.
func (r *runner) apply(ctx context.Context, step Step, o Observation) (Observation, error) {
	r.view.Event(Event{Kind: EventStart, Step: step, Message: step.starting()})
	switch step.Kind {
	case StepKey:
		return r.applyKey(ctx, o)
	case StepProve:
		return r.applyProve(ctx, o)
	default: // the others are transactions
	}
	call, err := r.call(step, o)
	if err != nil {
		return o, err
	}
	return r.transact(ctx, step, o, call)
}

func (s Step) starting() string {
	if s.Amount.IsZero() {
		return fmt.Sprintf("%s: %s", s.Kind, s.Reason)
	}
	return fmt.Sprintf("%s %s %s: %s", s.Kind, s.Amount.Short(), s.Token, s.Reason)
}

// call encodes a step's transaction from the observation that it was planned
// with.
func (r *runner) call(step Step, o Observation) (dex.Call, error) {
	c := r.Network.Contracts
	switch step.Kind {
	case StepBuy:
		return r.swap(step, o.Offer, o), nil
	case StepBuyDIEM:
		return r.swap(step, o.DIEMOffer, o), nil
	case StepAllow, StepAllowDIEM:
		return dex.Call{To: c.USDC, Data: bindings.NewUSDC().PackApprove(step.Spender, toUSDC(step.Amount))}, nil
	case StepApprove:
		return dex.Call{To: c.VVV, Data: bindings.NewVVV().PackApprove(c.Staking, step.Amount.Int())}, nil
	case StepStake:
		return dex.Call{To: c.Staking, Data: bindings.NewStakingV2().PackStake(o.Address, step.Amount.Int())}, nil
	case StepRevoke:
		return revokeCall(step, o)
	case StepMintDIEM:
		return dex.Call{To: c.Staking, Data: bindings.NewStakingV2().PackMintDiem(step.Lock.Int(), step.Amount.Int())}, nil
	case StepStakeDIEM:
		return dex.Call{To: c.DIEM, Data: bindings.NewDIEM().PackStake(step.Amount.Int())}, nil
	default:
		return releaseCall(c, step)
	}
}

// swap encodes a purchase for exactly what the step says.
func (r *runner) swap(step Step, offer *dex.Offer, o Observation) dex.Call {
	// The chain's clock decides. It may be ahead of ours (a test chain that has
	// travelled), or look behind (one that mines nothing while idle).
	now := o.BlockTime
	if r.Now().After(now) {
		now = r.Now()
	}
	in := step.ETH.Int()
	if !step.USDC.IsZero() {
		in = toUSDC(step.USDC)
	}
	return offer.Route.Swap(in, dex.Order{MinOut: step.Amount.Int(), Recipient: o.Address, Deadline: now.Add(deadline)})
}

// transact sends the call within the run's cap, or in the place of an older
// transaction that is not wanted any more, and looks at the chain again.
func (r *runner) transact(ctx context.Context, step Step, o Observation, call dex.Call) (Observation, error) {
	eth, usdc := r.spent()
	if err := beyond(Units(call.Value).Add(step.Gas), eth, r.Limits.MaxETH, "ETH"); err != nil {
		return o, err
	}
	if err := beyond(step.USDC, usdc, r.Limits.MaxUSDC, "USDC"); err != nil {
		return o, err
	}
	tx, err := r.through(call, o)
	if err != nil {
		return o, err
	}
	older, err := r.olderAt(o)
	if err != nil {
		return o, err
	}
	line := entry{Plan: r.digest(), Wallet: o.Address, Step: step.Kind, Amount: step.Amount, Token: step.Token, Approval: approvalOf(call),
		USDC: step.USDC, L1Fee: o.L1Fee}
	receipt, err := r.sender(line).send(ctx, tx, gasUnits[step.Kind]+o.Overhead, o.Nonce, older)
	return r.mined(ctx, step, o, receipt, err)
}

// mined books what became of a step's transaction, looks at the chain again,
// and compares the balances with what the step promised.
func (r *runner) mined(ctx context.Context, step Step, o Observation, receipt *types.Receipt, err error) (Observation, error) {
	if receipt != nil {
		line, bookErr := r.book(receipt)
		if bookErr != nil {
			return o, bookErr
		}
		if line.Step != step.Kind || line.Amount.Cmp(step.Amount) != 0 || line.Token != step.Token {
			// An older transaction of the same nonce came first: the step is still
			// to be done, as far as the chain shows that.
			r.warn("transaction %s of an earlier run (%s) was mined in the place of this one", receipt.TxHash, line.Step)
			delete(r.done, step.Kind)
			r.moved = true
			return r.again(ctx, o, receipt.BlockNumber.Uint64())
		}
	}
	var taken *NonceTakenError
	if errors.As(err, &taken) {
		return r.nonceTaken(ctx, o, taken)
	}
	if err != nil {
		return o, err
	}
	r.moved = true
	r.view.Event(Event{Kind: EventMined, Step: step, Tx: receipt.TxHash, Block: receipt.BlockNumber.Uint64(),
		Message: fmt.Sprintf("mined in block %d", receipt.BlockNumber)})
	after, err := r.again(ctx, o, receipt.BlockNumber.Uint64())
	if err != nil {
		return after, err
	}
	err = verify(step, o, after)
	if err != nil && r.dropped(after) { // a reorganisation came in between: it will be sent again
		return after, nil
	}
	return after, err
}

// through is the transaction that makes the call: the call itself or, for a
// contract account, its payer's call to it. The account's own ETH is spent
// first, the payer brings what is missing.
func (r *runner) through(call dex.Call, o Observation) (dex.Call, error) {
	account, is := r.Signer.(wallet.Account)
	if !is {
		return call, nil
	}
	data, err := account.Execute(call.To, call.Value, call.Data)
	return dex.Call{To: account.Address(), Value: Units(call.Value).Sub(o.AccountETH).Int(), Data: data}, err
}

// verify compares the balances before and after a step with what it promised.
func verify(step Step, before, after Observation) error {
	var got Amount
	switch step.Kind {
	case StepRevoke:
		if _, err := revokeCall(step, after); err == nil {
			return errors.New("the transaction was mined, but the allowance is still there")
		}
		return nil
	case StepBuy:
		got = after.VVV.Sub(before.VVV)
	case StepApprove:
		got = after.Allowance
	case StepStake:
		got = after.Staked.Sub(before.Staked)
	case StepMintDIEM, StepBuyDIEM:
		got = after.DIEM.Sub(before.DIEM)
	case StepAllow, StepAllowDIEM:
		got = after.mayTake(step.Spender)
	case StepStakeDIEM:
		got = after.StakedDIEM.Sub(before.StakedDIEM)
	default:
		var err error
		if got, err = released(step.Kind, before, after); err != nil {
			return err
		}
	}
	if got.Cmp(step.Amount) < 0 {
		return fmt.Errorf("the transaction was mined, but brought %s %s instead of %s: do not go on before you know why",
			got, step.Token, step.Amount)
	}
	allowed := step.Kind == StepApprove || step.Kind == StepAllow || step.Kind == StepAllowDIEM
	if allowed && got.Cmp(step.Amount) > 0 {
		return errors.New("a contract may take more than was approved: this is not the token it should be")
	}
	if taken := before.USDC.Sub(after.USDC); taken.Cmp(step.USDC) > 0 {
		return fmt.Errorf("the transaction was mined, but took %s USDC instead of %s: do not go on before you know why", taken, step.USDC)
	}
	return nil
}
