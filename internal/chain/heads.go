package chain

import (
	"context"
	"sync"
	"time"

	"stakegate/internal/stake"
)

// heads lets everybody who asks for the newest block at the same time wait for
// one reading.
type heads struct {
	mu      sync.Mutex
	next    *headCall // the reading that begins next; nil if nobody wants one
	running bool
}

type headCall struct {
	done  chan struct{}
	block stake.Block
	err   error
}

// recentBlock is the sealed block that was asked for last.
type recentBlock struct {
	mu    sync.Mutex
	block stake.Block
	asked time.Time // before the nodes were
}

// Sealed implements stake.Chain. One reading is under way at a time; who comes
// meanwhile shares the one after it, so that no answer is older than its
// question.
func (c *Client) Sealed(ctx context.Context) (stake.Block, error) {
	if err := ctx.Err(); err != nil {
		return stake.Block{}, err
	}
	call := c.joinHead()
	select {
	case <-call.done:
		return call.block, call.err
	case <-ctx.Done():
		return stake.Block{}, ctx.Err()
	}
}

func (c *Client) joinHead() *headCall {
	c.heads.mu.Lock()
	defer c.heads.mu.Unlock()
	if c.heads.next == nil {
		c.heads.next = &headCall{done: make(chan struct{})}
	}
	if !c.heads.running {
		c.heads.running = true
		go c.readHeads()
	}
	return c.heads.next
}

// readHeads reads until nobody wants more.
func (c *Client) readHeads() {
	for {
		c.heads.mu.Lock()
		call := c.heads.next
		c.heads.next, c.heads.running = nil, call != nil
		c.heads.mu.Unlock()
		if call == nil {
			return
		}
		asked := time.Now()
		call.block, call.err = c.sealed(c.life)
		if call.err == nil {
			c.recent.mu.Lock()
			c.recent.block, c.recent.asked = call.block, asked
			c.recent.mu.Unlock()
		}
		close(call.done)
	}
}

// Recent implements stake.Chain.
func (c *Client) Recent(ctx context.Context, age time.Duration) (stake.Block, error) {
	c.recent.mu.Lock()
	block, asked := c.recent.block, c.recent.asked
	c.recent.mu.Unlock()
	if !asked.IsZero() && time.Since(asked) <= age && c.checkAge(block) == nil {
		return block, nil
	}
	return c.Sealed(ctx)
}
