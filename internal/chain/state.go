package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/internal/stake"
)

// revertCode is the JSON-RPC code of a call that the contract refused.
const revertCode = 3

// tryGas bounds a simulated call.
const tryGas = 1_000_000

// Storage implements stake.Chain.
func (c *Client) Storage(ctx context.Context, block stake.Block, contract common.Address, slot common.Hash) (common.Hash, error) {
	return query(ctx, c, question[common.Hash]{
		name: "a word of storage", same: common.Hash.Hex,
		ask: func(ctx context.Context, n *node) (common.Hash, error) {
			var word hexutil.Bytes
			err := n.batch(ctx, []rpc.BatchElem{{Method: "eth_getStorageAt", Args: []any{contract, slot, pinned(block)}, Result: &word}}, 0)
			if err == nil && (len(word) == 0 || len(word) > common.HashLength) {
				err = fmt.Errorf("a word of storage has %d bytes", len(word))
			}
			return common.BytesToHash(word), err
		},
	})
}

// tried is the answer to a simulated call.
type tried struct {
	data []byte
	ok   bool
}

// Try implements stake.Chain.
func (c *Client) Try(ctx context.Context, block stake.Block, from common.Address, call stake.Call) ([]byte, bool, error) {
	got, err := query(ctx, c, question[tried]{
		name: "a simulated call", same: func(t tried) string { return fmt.Sprintf("%v%x", t.ok, t.data) },
		ask: func(ctx context.Context, n *node) (tried, error) {
			var data hexutil.Bytes
			arguments := map[string]any{"from": from, "to": call.To, "data": hexutil.Bytes(call.Data), "gas": hexutil.Uint64(tryGas)}
			err := n.batch(ctx, []rpc.BatchElem{{Method: "eth_call", Args: []any{arguments, pinned(block)}, Result: &data}}, 0)
			if reverted(err) {
				return tried{}, nil
			}
			return tried{data, err == nil}, err
		},
	})
	return got.data, got.ok, err
}

// reverted reports whether a node says that the contract refused a call.
func reverted(err error) bool {
	var refused rpc.Error
	return errors.As(err, &refused) && (refused.ErrorCode() == revertCode || strings.Contains(refused.Error(), "execution reverted"))
}

// FirstSince implements stake.Chain: it halves the blocks up to the head, near
// where blocks of an even pace would have it.
func (c *Client) FirstSince(ctx context.Context, at time.Time, head stake.Block) (stake.Block, error) {
	if head.Time.Before(at) {
		return stake.Block{}, fmt.Errorf("%w: block %d is of before %s", stake.ErrChain, head.Number, at.UTC())
	}
	low, high := uint64(0), head // the first one is in [low, high]
	step := uint64(head.Time.Sub(at)/time.Second)/2 + 1
	for low < high.Number { // widen: the first guess is a block every two seconds
		probe := high.Number - min(high.Number, step)
		block, err := query(ctx, c, c.blockQuestion(probe))
		if err != nil {
			return stake.Block{}, err
		}
		if block.Time.Before(at) {
			low = probe + 1
			break
		}
		high, step = block, 2*step
		if probe == 0 {
			break
		}
	}
	for low < high.Number {
		middle := low + (high.Number-low)/2
		block, err := query(ctx, c, c.blockQuestion(middle))
		if err != nil {
			return stake.Block{}, err
		}
		if block.Time.Before(at) {
			low = middle + 1
		} else {
			high = block
		}
	}
	return high, nil
}

// blockQuestion asks for a block that must exist.
func (c *Client) blockQuestion(number uint64) question[stake.Block] {
	return question[stake.Block]{
		name: "a block's hash",
		ask: func(ctx context.Context, n *node) (stake.Block, error) {
			return c.blockAt(ctx, n, hexutil.EncodeUint64(number))
		},
		same: func(b stake.Block) string { return fmt.Sprintf("%d %s %d", b.Number, b.Hash, b.Time.Unix()) },
	}
}
