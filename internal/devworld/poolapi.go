package devworld

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// poolAPI takes transactions in place of go-ethereum's eth_sendRawTransaction.
// The pool learns of a new head a moment after clients do: whoever answered a
// receipt within it would be told that the money received is not there.
type poolAPI struct {
	chain *Chain
	pool  rawSender
}

// rawSender is the part of go-ethereum's eth namespace that takes transactions.
type rawSender interface {
	SendRawTransaction(ctx context.Context, input hexutil.Bytes) (common.Hash, error)
}

func newPoolAPI(c *Chain, apis []rpc.API) (*poolAPI, error) {
	for _, api := range apis {
		if pool, ok := api.Service.(rawSender); ok && api.Namespace == "eth" {
			return &poolAPI{chain: c, pool: pool}, nil
		}
	}
	return nil, errors.New("the chain has no eth_sendRawTransaction to stand before")
}

// SendRawTransaction waits until the block that is being sealed, if there is
// one, is known to the pool too.
func (a *poolAPI) SendRawTransaction(ctx context.Context, input hexutil.Bytes) (common.Hash, error) {
	a.chain.sealing.Lock()
	//nolint:staticcheck // only the wait is wanted
	a.chain.sealing.Unlock()
	return a.pool.SendRawTransaction(ctx, input)
}
