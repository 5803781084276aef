package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
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
	pendingWait   = 90 * time.Second // for transactions of an earlier run
)

// sender turns a call into a mined transaction, within limits.
type sender struct {
	chain   Chain
	signer  wallet.Signer
	chainID uint64
	maxFee  Amount // the most that a transaction's gas may cost
	// sent is told of a transaction as soon as a node has taken it.
	sent func(*types.Transaction)
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
// low when, say, rewards accrue between it and the block that mines it.
func (s sender) send(ctx context.Context, call dex.Call, minGas uint64) (*types.Receipt, error) {
	from := s.signer.Address()
	message := ethereum.CallMsg{From: from, To: &call.To, Value: call.Value, Data: call.Data}
	if _, err := s.chain.CallContract(ctx, message, nil); err != nil {
		return nil, unsent(err)
	}
	tx, err := s.build(ctx, message, minGas)
	if err != nil {
		return nil, err
	}
	signed, err := s.signer.SignTx(ctx, tx, new(big.Int).SetUint64(s.chainID))
	if err != nil {
		return nil, err
	}
	// "already known": a repeated request; the same bytes count once.
	if err := s.chain.SendTransaction(ctx, signed); err != nil && !strings.Contains(err.Error(), "already known") {
		return nil, chainError("sending the transaction (if a node has it nevertheless, the next run will see it)", err)
	}
	s.sent(signed)
	return s.mined(ctx, signed)
}

// unsent tells a transaction that would fail from a node that did not answer.
func unsent(err error) error {
	if dex.IsRevert(err) {
		return fmt.Errorf("the transaction would fail and was not sent: %s", revertReason(err))
	}
	return chainError("trying the transaction without sending it", err)
}

// build fills in gas, fees and nonce.
func (s sender) build(ctx context.Context, message ethereum.CallMsg, minGas uint64) (*types.Transaction, error) {
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
	if cost := Units(new(big.Int).Mul(offer.max, new(big.Int).SetUint64(gas))); cost.Cmp(s.maxFee) > 0 {
		return nil, fmt.Errorf("the transaction's gas may cost %s ETH, more than the cap of %s: it was not sent; try when gas is cheaper",
			cost.Short(), s.maxFee.Short())
	}
	nonce, err := s.chain.PendingNonceAt(ctx, message.From)
	if err != nil {
		return nil, chainError("reading the wallet's nonce", err)
	}
	return types.NewTx(&types.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(s.chainID), Nonce: nonce, GasTipCap: offer.tip, GasFeeCap: offer.max,
		Gas: gas, To: message.To, Value: message.Value, Data: message.Data,
	}), nil
}

// mined waits for the receipt. A node that fails to answer is asked again: the
// transaction is on its way whatever it says.
func (s sender) mined(ctx context.Context, tx *types.Transaction) (*types.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, minedTimeout)
	defer cancel()
	for wait := 10 * time.Millisecond; ; wait = min(wait*3/2, time.Second) {
		receipt, err := s.chain.TransactionReceipt(ctx, tx.Hash())
		switch {
		case err == nil && receipt.Status == types.ReceiptStatusSuccessful:
			return receipt, nil
		case err == nil && receipt.GasUsed >= tx.Gas():
			return receipt, fmt.Errorf("transaction %s ran out of gas: run again to try once more", tx.Hash())
		case err == nil:
			return receipt, fmt.Errorf("transaction %s was mined and reverted: run again to see what is missing now", tx.Hash())
		}
		if sleep(ctx, wait) != nil {
			return nil, fmt.Errorf("transaction %s is not mined yet: run again later, it will be seen: %w", tx.Hash(), ctx.Err())
		}
	}
}

// paid is what a mined transaction cost besides its value; the rollup's part
// is not in the receipt's standard fields and is left to the balance.
func paid(receipt *types.Receipt) Amount {
	if receipt.EffectiveGasPrice == nil {
		return Amount{}
	}
	return Units(new(big.Int).Mul(receipt.EffectiveGasPrice, new(big.Int).SetUint64(receipt.GasUsed)))
}
