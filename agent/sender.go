package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent/dex"
	"stakegate/agent/wallet"
)

const (
	minedTimeout  = 3 * time.Minute  // until a transaction must be mined
	maxTxGas      = 3_000_000        // no step of ours needs a tenth of it
	gasMarginPart = 4                // a quarter is added to the estimate
	pendingWait   = 90 * time.Second // for transactions of somebody else
)

// sender turns a call into a mined transaction, within limits.
type sender struct {
	chain   Chain
	signer  wallet.Signer
	chainID uint64
	maxFee  Amount // the most that a transaction's gas may cost
	// price is the most that is offered for a unit of gas at first; nil leaves
	// it to the market.
	price *big.Int
	// record keeps a signed transaction before any node gets it, so that it is
	// known whatever happens next.
	record func(*types.Transaction) error
	// sent is told of a transaction as soon as a node may have taken it.
	sent func(*types.Transaction)
	// stuckAfter is how long a transaction may wait before it is replaced by one
	// that pays more; 0 is for ever.
	stuckAfter time.Duration
	// allow says whether a transaction may cost so much, before it is signed; nil
	// is yes.
	allow func(*types.Transaction) error
}

// fees are an offer for gas, in wei per unit (EIP-1559).
type fees struct{ tip, max *big.Int }

// fees offers twice the base fee, so that the price may double before the
// transaction is mined, and the tip that the node suggests.
func (s sender) fees(ctx context.Context, head *types.Header) (fees, error) {
	tip, err := s.chain.SuggestGasTipCap(ctx)
	if err != nil {
		return fees{}, chainError("asking for the price of gas", err)
	}
	if head.BaseFee == nil {
		return fees{}, errors.New("the chain has no base fee: EIP-1559 is needed")
	}
	return fees{tip: tip, max: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1))}, nil
}

// send simulates the call, and only if it would succeed now signs and sends
// it, and waits until it is mined. A reverted transaction is an error. At least
// minGas is allowed for: what is not used is not paid, and an estimate is too
// low when, say, rewards accrue between it and the block that mines it. The
// nonce is that of the block from which the call was decided: if another
// program sends from the wallet meanwhile, only one of the two can be mined.
// With older versions of the nonce, the transaction takes their place.
func (s sender) send(ctx context.Context, call dex.Call, minGas, nonce uint64, older []*types.Transaction) (*types.Receipt, error) {
	message := ethereum.CallMsg{From: s.signer.Address(), To: &call.To, Value: call.Value, Data: call.Data}
	if _, err := s.chain.CallContract(ctx, message, nil); err != nil {
		return nil, unsent(err)
	}
	tx, err := s.build(ctx, message, minGas, nonce, older)
	if err != nil {
		return nil, err
	}
	if s.allow != nil {
		if err := s.allow(tx); err != nil {
			return nil, err
		}
	}
	signed, err := s.sign(ctx, tx)
	if err != nil {
		return nil, err
	}
	return s.deliver(ctx, append(slices.Clone(older), signed))
}

// sign signs and records a transaction.
func (s sender) sign(ctx context.Context, tx *types.Transaction) (*types.Transaction, error) {
	signed, err := s.signer.SignTx(ctx, tx, new(big.Int).SetUint64(s.chainID))
	if err != nil {
		return nil, err
	}
	rules := types.LatestSignerForChainID(new(big.Int).SetUint64(s.chainID))
	if from, err := types.Sender(rules, signed); err != nil || from != s.signer.Address() || rules.Hash(signed) != rules.Hash(tx) {
		return nil, errors.New("the wallet signed another transaction than it was given: it was not sent")
	}
	return signed, s.record(signed)
}

// unsent tells a transaction that would fail from a node that did not answer.
func unsent(err error) error {
	if dex.IsRevert(err) {
		return fmt.Errorf("the transaction would fail and was not sent: %s", revertReason(err))
	}
	return chainError("trying the transaction without sending it", err)
}

// build fills in gas and fees.
func (s sender) build(ctx context.Context, message ethereum.CallMsg, minGas, nonce uint64, older []*types.Transaction) (*types.Transaction, error) {
	gas, err := s.chain.EstimateGas(ctx, message)
	if err != nil {
		return nil, unsent(err)
	}
	gas = max(gas+gas/gasMarginPart, minGas)
	if gas > maxTxGas {
		return nil, fmt.Errorf("the transaction wants %d gas, more than the cap of %d: it was not sent", gas, maxTxGas)
	}
	head, err := s.chain.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, chainError("reading the latest block", err)
	}
	offer, err := s.fees(ctx, head)
	if err != nil {
		return nil, err
	}
	if offer, err = s.bounded(offer, head); err != nil {
		return nil, err
	}
	if len(older) > 0 {
		offer = offer.above(older[len(older)-1])
	}
	if cost := gasCost(offer.max, gas); cost.Cmp(s.maxFee) > 0 {
		return nil, fmt.Errorf("the transaction's gas may cost %s ETH, more than the cap of %s: it was not sent; try when gas is cheaper",
			cost.Short(), s.maxFee.Short())
	}
	return types.NewTx(&types.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(s.chainID), Nonce: nonce, GasTipCap: offer.tip, GasFeeCap: offer.max,
		Gas: gas, To: message.To, Value: message.Value, Data: message.Data,
	}), nil
}

// bounded keeps the offer at the price that was planned, if there is one; it is
// an error if that leaves too little for the base fee to rise by an eighth.
func (s sender) bounded(offer fees, head *types.Header) (fees, error) {
	if s.price == nil || offer.max.Cmp(s.price) <= 0 {
		return offer, nil
	}
	least := new(big.Int).Add(head.BaseFee, new(big.Int).Rsh(head.BaseFee, 3))
	least.Add(least, offer.tip)
	if least.Cmp(s.price) > 0 {
		planned, now := Units(s.price), Units(offer.max)
		return offer, &MovedError{Now: head.Number.Uint64(), Moves: []Move{{What: "the price of gas (ETH a unit)",
			Planned: planned.String(), Now: now.String(), By: change(planned, now)}}}
	}
	return fees{tip: offer.tip, max: s.price}, nil
}

// above raises an offer so far that nodes take it for an older transaction's
// place: an eighth more than that one offers; nodes ask for a tenth.
func (f fees) above(older *types.Transaction) fees {
	raise := func(offer, old *big.Int) *big.Int {
		least := new(big.Int).Add(old, new(big.Int).Rsh(old, 3))
		if least.Add(least, big.NewInt(1)).Cmp(offer) > 0 {
			return least
		}
		return offer
	}
	return fees{tip: raise(f.tip, older.GasTipCap()), max: raise(f.max, older.GasFeeCap())}
}

func gasCost(price *big.Int, gas uint64) Amount {
	return Units(new(big.Int).Mul(price, new(big.Int).SetUint64(gas)))
}

// paid is what a mined transaction cost besides its value; the rollup's part
// is not in the receipt's standard fields and is left to the balance.
func paid(receipt *types.Receipt) Amount {
	if receipt.EffectiveGasPrice == nil {
		return Amount{}
	}
	return Units(new(big.Int).Mul(receipt.EffectiveGasPrice, new(big.Int).SetUint64(receipt.GasUsed)))
}
