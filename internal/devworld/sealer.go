package devworld

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/miner"
)

const (
	// safe and finalized follow the head at these distances. They are small so
	// that a test can move them, and apart so that mixing them up shows.
	safeLag      = 2
	finalizedLag = 8

	heartbeatCheck = 500 * time.Millisecond
	heartbeatAge   = 10 * time.Second
)

// startSealing starts the two goroutines that Close waits for. The one that
// reads the pool's feed never mines: mining waits for the pool, and the pool
// waits for the readers of its feed.
func (c *Chain) startSealing() {
	ctx, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	added := make(chan core.NewTxsEvent, 16)
	sub := c.eth.TxPool().SubscribeTransactions(added, true)
	c.running.Go(func() {
		defer sub.Unsubscribe()
		for {
			select {
			case <-ctx.Done():
				return
			case <-sub.Err():
				return
			case <-added:
				c.wake()
			}
		}
	})
	c.running.Go(func() { c.sealLoop(ctx) })
	c.wake() // for what a reorganisation or a restart left in the pool
}

func (c *Chain) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

func (c *Chain) sealLoop(ctx context.Context) {
	period := heartbeatCheck
	if c.cfg.BlockTime > 0 {
		period = c.cfg.BlockTime
	}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-c.kick:
			if c.cfg.BlockTime == 0 {
				err = c.drainPool(ctx)
			}
		case <-ticker.C:
			if c.cfg.BlockTime > 0 || c.stale() {
				err = c.Mine(1)
			}
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("the dev chain could not seal a block; restart it if this repeats", "err", err)
		}
	}
}

// drainPool mines until nothing in the pool can be mined. Behind every block with
// transactions it seals the empty one that confirmations and estimates need.
func (c *Chain) drainPool(ctx context.Context) error {
	mined := false
	for ctx.Err() == nil {
		if pending, _ := c.eth.TxPool().Stats(); pending == 0 {
			break
		}
		block, err := c.sealWithTrailer()
		if err != nil {
			return err
		}
		if len(block.Transactions()) == 0 { // too cheap for the base fee: later blocks lower it
			break
		}
		mined = true
	}
	if !mined {
		return nil
	}
	return c.flush()
}

// sealWithTrailer seals a block from the pool and an empty one on top. Both are
// made before the first becomes the head, so that there is next to no time in
// which a client could see the one without the other.
func (c *Chain) sealWithTrailer() (*types.Block, error) {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	parent := c.Head()
	block, err := c.build(parent, c.clock.take(parent.Time), false, nil)
	if err != nil {
		return nil, err
	}
	if len(block.Transactions()) == 0 {
		return block, c.makeHead(block)
	}
	trailer, err := c.build(block.Header(), c.clock.take(block.Time()), true, nil)
	if err != nil {
		return nil, err
	}
	if _, err := c.eth.BlockChain().SetCanonical(block); err != nil {
		return nil, fmt.Errorf("make block %d the head: %w", block.NumberU64(), err)
	}
	return block, c.makeHead(trailer)
}

// stale tells that an idle chain needs a block, so that its head stays young and
// its days begin with the wall's. What counts is when the head was sealed: its
// own time may have been moved.
func (c *Chain) stale() bool {
	now, sealed := c.cfg.Now().UTC(), time.Unix(0, c.sealedAt.Load()).UTC()
	today := now.Truncate(24 * time.Hour)
	return now.Sub(sealed) > heartbeatAge || sealed.Before(today)
}

// sealOnHead seals one block on the head, with what the pool holds.
func (c *Chain) sealOnHead() error {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	parent := c.Head()
	block, err := c.build(parent, c.clock.take(parent.Time), false, nil)
	if err != nil {
		return err
	}
	return c.makeHead(block)
}

// build makes and stores a block without making it the head.
func (c *Chain) build(parent *types.Header, at uint64, empty bool, extra []byte) (*types.Block, error) {
	if err := c.eth.TxPool().Sync(); err != nil {
		return nil, fmt.Errorf("wait for the transaction pool: %w", err)
	}
	block, _, err := c.eth.Miner().BuildTestingPayload(&miner.BuildPayloadArgs{
		Parent:      parent.Hash(),
		Timestamp:   at,
		Withdrawals: types.Withdrawals{},
		BeaconRoot:  &common.Hash{},
	}, nil, empty, extra)
	if err != nil {
		return nil, fmt.Errorf("build block %d: %w", parent.Number.Uint64()+1, err)
	}
	if _, err := c.eth.BlockChain().InsertBlockWithoutSetHead(context.Background(), block, false); err != nil {
		return nil, fmt.Errorf("insert block %d: %w", block.NumberU64(), err)
	}
	return block, nil
}

// makeHead moves the head to a stored block and waits until the pool knows.
func (c *Chain) makeHead(block *types.Block) error {
	if _, err := c.eth.BlockChain().SetCanonical(block); err != nil {
		return fmt.Errorf("make block %d the head: %w", block.NumberU64(), err)
	}
	c.sealedAt.Store(c.cfg.Now().UnixNano())
	c.markBehind(block.NumberU64())
	c.data.recordHead(block.NumberU64())
	return c.eth.TxPool().Sync()
}

// markBehind sets the safe and the finalized block for a head. What the database
// keeps of the finalized block is taken back: it would make go-ethereum move
// blocks into its freezer, from where no reorganisation brings them back.
func (c *Chain) markBehind(head uint64) {
	blocks := c.eth.BlockChain()
	blocks.SetSafe(blocks.GetHeaderByNumber(head - min(head, safeLag)))
	blocks.SetFinalized(blocks.GetHeaderByNumber(head - min(head, finalizedLag)))
	rawdb.WriteFinalizedBlockHash(c.eth.ChainDb(), common.Hash{})
}

// flush makes all blocks so far survive a killed process.
func (c *Chain) flush() error {
	if err := c.eth.ChainDb().SyncKeyValue(); err != nil {
		return fmt.Errorf("flush the chain to disk: %w", err)
	}
	return nil
}

// Mine seals n blocks now; the first takes what the pool holds.
func (c *Chain) Mine(n int) error {
	for range n {
		if err := c.sealOnHead(); err != nil {
			return err
		}
	}
	return c.flush()
}

// IncreaseTime moves the chain's clock to at least d (whole seconds count) after
// the newest block and seals one block, so that calls see the new time at once.
func (c *Chain) IncreaseTime(d time.Duration) error {
	if d < 0 {
		return errors.New("the chain's time only moves forward")
	}
	c.advance(d)
	return c.Mine(1)
}

// advance counts from the head where that is ahead of the clock, or else a wait
// that began in a burst of blocks would not be over.
func (c *Chain) advance(d time.Duration) (offset time.Duration) {
	c.clock.notBefore(c.Head().Time)
	return c.clock.advance(d)
}

// Reorg replaces the newest depth blocks by depth+1 empty ones. Subscribers see
// the old logs again with removed=true; the transactions of the old blocks go
// back to the pool, from where they are mined anew.
func (c *Chain) Reorg(depth int) error {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	head := c.Head().Number.Uint64()
	if depth < 1 || uint64(depth) >= head {
		return fmt.Errorf("cannot replace %d blocks of %d: keep at least the first", depth, head)
	}
	parent := c.eth.BlockChain().GetHeaderByNumber(head - uint64(depth))
	var block *types.Block
	for range depth + 1 {
		var err error
		if block, err = c.build(parent, parent.Time+1, true, []byte("another branch")); err != nil {
			return err
		}
		parent = block.Header()
	}
	return c.makeHead(block)
}
