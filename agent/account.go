package agent

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/wallet"
)

// OpenAccount opens a contract account that the key commands, on the network's
// chain; see wallet.OpenAccount. The account asks the network's node until ctx
// ends.
func OpenAccount(ctx context.Context, network Network, address common.Address, key wallet.Signer) (wallet.Account, error) {
	if err := network.Validate(); err != nil {
		return nil, err
	}
	chain, err := Dial(ctx, network.RPCURL)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, chain.Close)
	if err := checkChainID(ctx, chain, network.ChainID); err != nil {
		return nil, err
	}
	return wallet.OpenAccount(ctx, chain, network.ChainID, address, key)
}
