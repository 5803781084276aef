package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
)

// Fund sends play money from the world's faucet and waits until it is mined.
// The token is ETH, USDC or VVV.
func (w World) Fund(ctx context.Context, to common.Address, token string, amount Amount) (common.Hash, error) {
	if w.Faucet == nil {
		return common.Hash{}, errors.New("the world file names no faucet")
	}
	var call dex.Call
	switch token {
	case "ETH":
		call = dex.Call{To: to, Value: amount.Int()}
	case "USDC":
		call = dex.Call{To: w.Network.Contracts.USDC, Data: bindings.NewUSDC().PackTransfer(to, toUSDC(amount))}
	case "VVV":
		call = dex.Call{To: w.Network.Contracts.VVV, Data: bindings.NewVVV().PackTransfer(to, amount.Int())}
	default:
		return common.Hash{}, fmt.Errorf("the faucet has ETH, USDC and VVV, but no %q", token)
	}
	chain, err := Dial(ctx, w.Network.RPCURL)
	if err != nil {
		return common.Hash{}, err
	}
	defer chain.Close()
	if err := checkChainID(ctx, chain, w.Network.ChainID); err != nil {
		return common.Hash{}, fmt.Errorf("the world file is of another world: %w", err)
	}
	faucet := sender{chain: chain, signer: w.Faucet, chainID: w.Network.ChainID, maxFee: MustAmount("1"),
		record: func(*types.Transaction) error { return nil }, sent: func(*types.Transaction) {}}
	nonce, err := chain.PendingNonceAt(ctx, w.Faucet.Address())
	if err != nil {
		return common.Hash{}, chainError("reading the faucet's nonce", err)
	}
	receipt, err := faucet.send(ctx, call, 0, nonce, nil)
	if err != nil {
		return common.Hash{}, fmt.Errorf("paying from the faucet: %w", err)
	}
	return receipt.TxHash, nil
}
