package devworld

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// evmAPI is the evm_ namespace of JSON-RPC, as hardhat, ganache and anvil have
// it. Parameters may be numbers, decimal text or 0x-hexadecimal text.
type evmAPI struct{ chain *Chain }

// quantity is a number in any of the spellings that clients use.
type quantity uint64

func (q *quantity) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseUint(string(bytes.Trim(text, `"`)), 0, 63)
	if err != nil {
		return fmt.Errorf("%.40s is not a whole number of seconds or blocks", text)
	}
	*q = quantity(n)
	return nil
}

// mineOptions is evm_mine's parameter: a timestamp, or an object.
type mineOptions struct {
	Timestamp quantity `json:"timestamp"`
	Blocks    quantity `json:"blocks"`
}

func (o *mineOptions) UnmarshalJSON(text []byte) error {
	type object mineOptions
	if bytes.HasPrefix(text, []byte("{")) {
		return json.Unmarshal(text, (*object)(o))
	}
	return json.Unmarshal(text, &o.Timestamp)
}

const (
	maxMineBlocks = 10_000
	maxTimeTravel = 100 * 365 * 24 * time.Hour
)

// IncreaseTime moves the clock forward; the next block has the new time. It
// answers the whole offset from the wall's clock, in seconds.
func (a *evmAPI) IncreaseTime(seconds quantity) (int64, error) {
	if time.Duration(seconds) > maxTimeTravel/time.Second {
		return 0, errors.New("more than 100 years forward: give a smaller number of seconds")
	}
	return int64(a.chain.advance(time.Duration(seconds)*time.Second) / time.Second), nil
}

// SetNextBlockTimestamp fixes the time of the next block, from where time goes on.
func (a *evmAPI) SetNextBlockTimestamp(at quantity) error {
	head := a.chain.Head().Time
	if uint64(at) <= head {
		return fmt.Errorf("timestamp %d is not after the newest block's, %d", at, head)
	}
	if time.Duration(uint64(at)-head) > maxTimeTravel/time.Second {
		return errors.New("more than 100 years forward: give a smaller timestamp")
	}
	a.chain.clock.setNext(uint64(at))
	return nil
}

// Mine seals one block, or as many as asked for.
func (a *evmAPI) Mine(options *mineOptions) (string, error) {
	blocks := quantity(1)
	if options != nil && options.Timestamp > 0 {
		if err := a.SetNextBlockTimestamp(options.Timestamp); err != nil {
			return "", err
		}
	}
	if options != nil && options.Blocks > 0 {
		blocks = options.Blocks
	}
	if blocks > maxMineBlocks {
		return "", fmt.Errorf("%d blocks at once are too many: ask for %d or fewer", blocks, maxMineBlocks)
	}
	return "0x0", a.chain.Mine(int(blocks))
}

// snapshot is what evm_revert goes back to.
type snapshot struct {
	number uint64
	hash   common.Hash
	offset time.Duration
}

// Snapshot remembers the head and the clock; its answer is evm_revert's parameter.
func (a *evmAPI) Snapshot() hexutil.Uint64 {
	c := a.chain
	c.sealing.Lock()
	defer c.sealing.Unlock()
	head := c.Head()
	c.snapshots = append(c.snapshots, snapshot{head.Number.Uint64(), head.Hash(), c.clock.state()})
	return hexutil.Uint64(len(c.snapshots))
}

// Revert goes back to a snapshot and forgets it and all later ones. It answers
// false for an unknown one. Transactions since then are gone, not re-mined.
func (a *evmAPI) Revert(id quantity) (bool, error) {
	c := a.chain
	c.sealing.Lock()
	defer c.sealing.Unlock()
	if id < 1 || uint64(id) > uint64(len(c.snapshots)) {
		return false, nil
	}
	to := c.snapshots[id-1]
	c.snapshots = c.snapshots[:id-1]
	blocks := c.eth.BlockChain()
	if blocks.GetCanonicalHash(to.number) != to.hash {
		return false, errors.New("the snapshot's block was replaced by a reorganisation: take a new snapshot")
	}
	if err := blocks.SetHead(to.number); err != nil {
		return false, fmt.Errorf("go back to block %d: %w", to.number, err)
	}
	c.eth.TxPool().Clear()
	c.clock.restore(to.offset)
	c.markBehind(to.number)
	c.data.recordHead(to.number)
	return true, c.eth.TxPool().Sync()
}
