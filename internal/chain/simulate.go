package chain

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// simulator is who runs simulated code: an address that nobody has the key of,
// without money or rights, and not the zero address, which some contracts take
// for a simulation. It is the last 20 bytes of keccak256("stakegate simulator").
var simulator = common.HexToAddress("0x844516d43EB0587914a510c6fdF1A9176665Df85")

// Simulate runs creation code with an eth_call without a recipient at the
// newest sealed block, and returns what it returned; nothing, if it failed by
// itself. The code is a stranger's: that it fails, or keeps a node busy until
// the time is over, is no failure of the node as long as the node answers
// something else. An error wraps stake.ErrChain or is the context's.
func (c *Client) Simulate(ctx context.Context, code []byte, gas uint64) ([]byte, error) {
	block, err := c.Sealed(ctx)
	if err != nil {
		return nil, err
	}
	arguments := map[string]any{"from": simulator, "data": hexutil.Bytes(code), "gas": hexutil.Uint64(gas)}
	return query(ctx, c, question[[]byte]{
		name: "a wallet", same: func(answer []byte) string { return string(answer) }, strange: true,
		ask: func(ctx context.Context, n *node) ([]byte, error) {
			var answer hexutil.Bytes
			failed := c.within(ctx, func(ctx context.Context) error {
				return n.batch(ctx, []rpc.BatchElem{{Method: "eth_call", Args: []any{arguments, pinned(block)}, Result: &answer}}, 0)
			})
			if failed == nil {
				return answer, nil
			}
			if !byTheCode(failed) {
				return nil, failed
			}
			// Whose fault it was: does the node still know the block?
			var got *header
			if err := n.batch(ctx, []rpc.BatchElem{c.chainIDQuery(), blockByHash(block.Hash, &got)}, c.config.ChainID); err != nil || got == nil {
				return nil, errors.Join(failed, err)
			}
			return nil, nil
		},
	})
}

// failuresOfCode are the JSON-RPC codes by which nodes tell that code failed: a
// revert, the catch-all of most clients, geth's and reth's for what took too
// long or ran out of gas, OpenEthereum's for what its machine refused, and the
// internal error of Anvil and Hardhat. Others, such as -32005 for a limit that
// was exceeded (EIP-1474), are about the node.
var failuresOfCode = []int{revertCode, -32000, -32002, -32003, -32015, -32603}

// troubles are in what nodes say of themselves by the same codes. None is in
// what they say of code, whose own words do not come through.
var troubles = []string{"rate limit", "too many", "limit exceeded", "capacity", "not found", "unknown block", "missing trie", "not available", "pruned"}

// byTheCode reports whether simulated code can have made a node fail so: by what
// the node says, by its silence, or by an answer without end. A node that ends
// the connection, answers nonsense, or is asked too often fails by itself.
func byTheCode(failed error) bool {
	var refused rpc.Error
	switch {
	case errors.As(failed, &refused):
		text := strings.ToLower(refused.Error())
		return slices.Contains(failuresOfCode, refused.ErrorCode()) &&
			!slices.ContainsFunc(troubles, func(trouble string) bool { return strings.Contains(text, trouble) })
	case errors.Is(failed, context.DeadlineExceeded), errors.Is(failed, errTooLarge):
		return true
	}
	return false
}

// within leaves a third of a node's time for another question.
func (c *Client) within(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout*2/3)
	defer cancel()
	return ask(ctx)
}

func blockByHash(hash common.Hash, into **header) rpc.BatchElem {
	return rpc.BatchElem{Method: "eth_getBlockByHash", Args: []any{hash, false}, Result: into}
}
