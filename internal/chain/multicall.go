package chain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/contracts/bindings"
	"stakegate/internal/stake"
)

const (
	// multicallFrom is how many calls are worth a contract in between.
	multicallFrom = 4
	// multicallAgain is for how long a chain without it is not asked again.
	multicallAgain = 10 * time.Minute
)

var multicall = bindings.NewMulticall3()

// errNoMulticall says that calls must be made one by one: the contract is not
// there, or would not make them.
var errNoMulticall = errors.New("Multicall3 did not make the calls")

// hasMulticall reports whether the configured contract may be there.
func (c *Client) hasMulticall(calls int) bool {
	missing := c.noMulticall.Load()
	return calls >= multicallFrom && c.config.Multicall != noAddress &&
		(missing == 0 || c.config.Now().UnixNano()-missing > int64(multicallAgain))
}

// together makes calls in one eth_call of Multicall3 (aggregate3). A call that
// fails is an error.
func (c *Client) together(ctx context.Context, n *node, calls []stake.Call, at map[string]any) ([]hexutil.Bytes, error) {
	packed := make([]bindings.Multicall3Call3, len(calls))
	for i, call := range calls {
		packed[i] = bindings.Multicall3Call3{Target: call.To, AllowFailure: true, CallData: call.Data}
	}
	arguments := map[string]any{"to": c.config.Multicall, "data": hexutil.Bytes(multicall.PackAggregate3(packed))}
	var answer hexutil.Bytes
	err := n.batch(ctx, []rpc.BatchElem{{Method: "eth_call", Args: []any{arguments, at}, Result: &answer}}, 0)
	var refused rpc.Error
	switch {
	case errors.As(err, &refused):
		return nil, errors.Join(errNoMulticall, err) // also out of gas
	case err != nil:
		return nil, err
	case len(answer) == 0:
		c.noMulticall.Store(c.config.Now().UnixNano())
		return nil, errNoMulticall
	}
	results, err := multicall.UnpackAggregate3(answer)
	if err != nil || len(results) != len(calls) {
		return nil, fmt.Errorf("Multicall3 at %s answered %d bytes that are not its", c.config.Multicall, len(answer))
	}
	answers := make([]hexutil.Bytes, len(calls))
	for i, result := range results {
		if !result.Success {
			return nil, fmt.Errorf("eth_call of %s failed", calls[i].To)
		}
		answers[i] = result.ReturnData
	}
	return answers, nil
}

// apart makes calls as one JSON-RPC batch.
func (c *Client) apart(ctx context.Context, n *node, calls []stake.Call, at map[string]any) ([]hexutil.Bytes, error) {
	answers := make([]hexutil.Bytes, len(calls))
	for start := 0; start < len(calls); start += c.config.Batch {
		part := calls[start:min(start+c.config.Batch, len(calls))]
		queries := make([]rpc.BatchElem, len(part))
		for i, call := range part {
			arguments := map[string]any{"to": call.To, "data": hexutil.Bytes(call.Data)}
			queries[i] = rpc.BatchElem{Method: "eth_call", Args: []any{arguments, at}, Result: &answers[start+i]}
		}
		// The hash names the chain too, so its id need not be asked.
		if err := n.batch(ctx, queries, 0); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// make calls at a block as the node can.
func (c *Client) calls(ctx context.Context, n *node, block stake.Block, calls []stake.Call) ([]hexutil.Bytes, error) {
	at := pinned(block)
	if c.hasMulticall(len(calls)) {
		answers, err := c.together(ctx, n, calls, at)
		if !errors.Is(err, errNoMulticall) {
			return answers, err
		}
	}
	return c.apart(ctx, n, calls, at)
}

// pinned names a block by its hash (EIP-1898). A node must have it as a part of
// its own chain.
func pinned(block stake.Block) map[string]any {
	return map[string]any{"blockHash": block.Hash, "requireCanonical": true}
}
