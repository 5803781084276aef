package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
)

// finalDepth is how many blocks deep a transaction must be to be left alone:
// twenty minutes of Base, whose blocks are final on the layer below by then.
const finalDepth = 600

// openJournal opens the journal of the payer on this chain. A journal that is
// only read may be half written by a run that is at work now.
func (r *runner) openJournal(ctx context.Context, write bool) error {
	genesis, err := r.chain.HeaderByNumber(ctx, new(big.Int))
	if err != nil {
		return chainError("reading the chain's first block", err)
	}
	head := entry{ChainID: r.Network.ChainID, Genesis: genesis.Hash(), Payer: r.payer().Address()}
	r.journal, err = openJournal(r.Keys.journalPath(head.ChainID, head.Genesis, head.Payer), head, write, r.Now)
	return err
}

// sender is what sends the transaction that the line is about.
func (r *runner) sender(line entry) sender {
	s := sender{chain: r.chain, signer: r.payer(), chainID: r.Network.ChainID, maxFee: r.Limits.MaxTxFee, stuckAfter: r.StuckAfter}
	if r.plan != nil {
		s.price = r.plan.Facts.GasPrice.Int()
	}
	s.record = func(tx *types.Transaction) error {
		raw, err := tx.MarshalBinary()
		if err != nil {
			return fmt.Errorf("the transaction does not encode: %w", err)
		}
		line.Kind, line.Nonce, line.Hash, line.Raw = entryTx, tx.Nonce(), tx.Hash(), raw
		return r.journal.write(line)
	}
	s.sent = func(tx *types.Transaction) {
		r.view.Event(Event{Kind: EventSent, Tx: tx.Hash(), Message: fmt.Sprintf("sent transaction %s", tx.Hash())})
	}
	s.allow = func(tx *types.Transaction) error {
		spent, _ := r.spent()
		return beyond(Units(tx.Value()).Add(gasCost(tx.GasFeeCap(), tx.Gas())).Add(line.L1Fee), spent, r.Limits.MaxETH, "ETH")
	}
	return s
}

// approvalOf reads which allowance a call sets, if it sets one.
func approvalOf(call dex.Call) *approval {
	selector := bindings.NewVVV().PackApprove(common.Address{}, new(big.Int))[:4]
	if len(call.Data) != 68 || !bytes.Equal(call.Data[:4], selector) {
		return nil
	}
	return &approval{Token: call.To, Spender: common.BytesToAddress(call.Data[4:36]), Amount: Units(new(big.Int).SetBytes(call.Data[36:]))}
}

// book writes down that a transaction is in a block, and what it cost.
func (r *runner) book(receipt *types.Receipt) (entry, error) {
	v, err := r.bookFound(receipt)
	if err != nil {
		return v.line, err
	}
	r.result.Transactions = append(r.result.Transactions, Transaction{Step: v.line.Step, Hash: receipt.TxHash, Block: receipt.BlockNumber.Uint64(), Fee: paid(receipt)})
	return v.line, nil
}

func (r *runner) bookFound(receipt *types.Receipt) (version, error) {
	for _, at := range r.journal.state.inOrder() {
		if v, known := at.version(receipt.TxHash); known {
			return v, r.journal.write(entry{Kind: entryMined, Nonce: at.nonce, Hash: receipt.TxHash, Block: receipt.BlockNumber.Uint64(),
				Reverted: receipt.Status != types.ReceiptStatusSuccessful, Fee: paid(receipt)})
		}
	}
	return version{}, fmt.Errorf("the node answers for transaction %s, which was not asked about: do not rely on it", receipt.TxHash)
}

// nonceTaken goes on after somebody else has used our nonce: what that did, the
// chain shows.
func (r *runner) nonceTaken(ctx context.Context, o Observation, taken *NonceTakenError) (Observation, error) {
	if err := r.journal.write(entry{Kind: entryTaken, Nonce: taken.Nonce}); err != nil {
		return o, err
	}
	r.warn("%v", taken)
	clear(r.done)
	r.planDone()
	return r.again(ctx, o, taken.Block)
}

// planDone marks the steps that earlier runs of the same plan have done.
func (r *runner) planDone() {
	if r.plan == nil {
		return
	}
	approved := map[common.Address]StepKind{} // by token
	for _, v := range r.journal.state.mined() {
		if at := r.journal.state.slots[v.tx.Nonce()]; at.mined.Reverted || v.line.Plan != r.plan.Digest || v.line.Wallet != r.plan.Address {
			continue
		}
		if a := v.line.Approval; a != nil && v.line.Step == StepRevoke {
			delete(r.done, approved[a.Token])
			continue
		} else if a != nil {
			approved[a.Token] = v.line.Step
		}
		r.done[v.line.Step] = true
	}
	if id := r.journal.state.keys[r.plan.Digest]; id != "" {
		r.done[StepKey] = true
	}
	r.done[StepProve] = r.done[StepProve] || r.journal.state.proved[r.plan.Digest]
}

// lookUp asks for the outcome of every transaction whose outcome is not known,
// and whether those in young blocks are still there.
func (r *runner) lookUp(ctx context.Context) error {
	head, err := r.chain.HeaderByNumber(ctx, nil)
	if err != nil {
		return chainError("reading the latest block", err)
	}
	next, err := r.chain.NonceAt(ctx, r.payer().Address(), head.Number)
	if err != nil {
		return chainError("reading the wallet's nonce", err)
	}
	for _, at := range r.journal.state.inOrder() {
		if at.taken || at.mined != nil && at.mined.Block+finalDepth < head.Number.Uint64() {
			continue
		}
		if err := r.lookUpSlot(ctx, at, next); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) lookUpSlot(ctx context.Context, at *slot, next uint64) error {
	for _, v := range at.versions {
		receipt, err := r.chain.TransactionReceipt(ctx, v.tx.Hash())
		if errors.Is(err, ethereum.NotFound) {
			continue
		}
		if err != nil {
			return chainError("asking what became of a transaction", err)
		}
		if receipt == nil || receipt.BlockNumber == nil || at.mined != nil && at.mined.Hash == receipt.TxHash {
			return nil
		}
		if _, err := r.bookFound(receipt); err != nil {
			return err
		}
		r.view.Event(Event{Kind: EventWait, Message: fmt.Sprintf("%s was done by an earlier run: transaction %s is in block %d", v.line.Step, receipt.TxHash, receipt.BlockNumber)})
		return nil
	}
	if at.mined != nil && next <= at.nonce {
		return r.reopen(at)
	}
	return nil
}

// reopen takes back that a transaction was mined.
func (r *runner) reopen(at *slot) error {
	if v, known := at.version(at.mined.Hash); known {
		delete(r.done, v.line.Step)
	}
	r.warn("a reorganisation of the chain took transaction %s out of it again", at.mined.Hash)
	return r.journal.write(entry{Kind: entryDropped, Nonce: at.nonce})
}

// dropped reports whether the newest block lacks a transaction that was mined.
func (r *runner) dropped(o Observation) bool {
	mined := r.journal.state.mined()
	return len(mined) > 0 && mined[len(mined)-1].tx.Nonce() >= o.Nonce
}

// resume brings what was signed before to its end: the same bytes are sent
// again if the step is still to be done and would still succeed. Otherwise the
// nonce is left to the next transaction, of which it can be only one or the
// other. Transactions that are not ours are waited for.
func (r *runner) resume(ctx context.Context, o Observation) (Observation, error) {
	for {
		if r.dropped(o) {
			if err := r.lookUp(ctx); err != nil {
				return o, err
			}
		}
		open := r.journal.state.openSlots()
		if len(open) == 0 {
			return r.settle(ctx, o)
		}
		at := open[0]
		if at.nonce > o.Nonce {
			return o, fmt.Errorf("transaction %s of an earlier run waits for one with nonce %d that this program did not make: send that, or cancel both",
				at.newest().tx.Hash(), o.Nonce)
		}
		step, wanted := r.wanted(o, at)
		if at.nonce == o.Nonce && (!wanted || !r.wouldSucceed(ctx, at)) {
			if mined, err := r.waitBriefly(ctx, o, at); err != nil || !mined {
				return o, err
			}
		} else {
			r.view.Event(Event{Kind: EventStart, Step: step, Message: fmt.Sprintf("%s: transaction %s of an earlier run is sent again", step.Kind, at.newest().tx.Hash())})
			receipt, err := r.sender(at.newest().line).deliver(ctx, at.transactions())
			if o, err = r.mined(ctx, step, o, receipt, err); err != nil {
				return o, err
			}
			r.done[step.Kind] = r.done[step.Kind] || receipt != nil
			continue
		}
		var err error
		if o, err = r.again(ctx, o, 0); err != nil {
			return o, err
		}
	}
}

func (s *slot) transactions() []*types.Transaction {
	all := make([]*types.Transaction, len(s.versions))
	for i, v := range s.versions {
		all[i] = v.tx
	}
	return all
}

// wanted reports whether the slot's newest transaction does a step that is
// still to be done, and which.
func (r *runner) wanted(o Observation, at *slot) (Step, bool) {
	line := at.newest().line
	asSigned := Step{Kind: line.Step, Symbol: SymbolSpend, Amount: line.Amount, Token: line.Token}
	if r.releasing != nil {
		return asSigned, line.Plan == "" && line.Wallet == o.Address && r.releasing.asks(line)
	}
	plan := NewPlan(o)
	if r.plan != nil {
		plan = *r.plan
	}
	if _, blocked := plan.BlockedBy(); blocked || line.Wallet != o.Address || r.done[line.Step] {
		return asSigned, false
	}
	step, found := plan.step(line.Step)
	return asSigned, found && step.Todo() && step.Token == line.Token && within(step.Amount, line.Amount, stakeMarginBPS)
}

// wouldSucceed tries the slot's newest transaction without sending it.
func (r *runner) wouldSucceed(ctx context.Context, at *slot) bool {
	tx := at.newest().tx
	_, err := r.chain.CallContract(ctx, ethereum.CallMsg{From: r.payer().Address(), To: tx.To(), Value: tx.Value(), Data: tx.Data(), Gas: tx.Gas()}, nil)
	return err == nil
}

// waitBriefly gives a transaction that is not wanted any more, but waiting in
// the node, the time to be mined. It reports whether it was.
func (r *runner) waitBriefly(ctx context.Context, o Observation, at *slot) (bool, error) {
	if !o.Pending {
		return false, nil
	}
	r.view.Event(Event{Kind: EventWait, Message: fmt.Sprintf("waiting for transaction %s of an earlier run", at.newest().tx.Hash())})
	for waited, wait := time.Duration(0), 50*time.Millisecond; waited < r.StuckAfter; waited, wait = waited+wait, min(wait*2, time.Second) {
		if receipt := r.sender(entry{}).receipt(ctx, at.transactions()); receipt != nil {
			_, err := r.book(receipt)
			return true, err
		}
		if err := sleep(ctx, wait); err != nil {
			return false, err
		}
	}
	return false, nil
}

// olderAt are the transactions in whose place the next one is signed: those of
// the wallet's next nonce that did not come about.
func (r *runner) olderAt(o Observation) ([]*types.Transaction, error) {
	if at := r.journal.state.slots[o.Nonce]; at != nil && at.open() {
		return at.transactions(), nil
	}
	if r.dropped(o) {
		return nil, chainError("reading the wallet's nonce", errors.New("the node is behind the block of an earlier transaction"))
	}
	return nil, nil
}
