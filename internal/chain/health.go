package chain

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/internal/stake"
)

// health is what is known of a node.
type health struct {
	mu       sync.Mutex
	failure  error     // of the last answer; nil if it was good
	since    time.Time // when the node began to fail
	retryAt  time.Time // when it is looked at again, apart from calls
	probing  bool
	head     stake.Block // its newest block, when it was last asked for it
	answered time.Time   // its last good answer
	failures uint64
}

// NodeStatus is how a node is.
type NodeStatus struct {
	Name     string // host and port
	OK       bool
	Error    string // of its last answer, short, without credentials
	Since    time.Time
	Head     stake.Block // its newest block when it was last asked
	Answered time.Time   // its last good answer
	Failures uint64
}

// Status is how the chain can be reached.
type Status struct {
	Nodes []NodeStatus // as configured
	// OK says that as many nodes are well as have to agree.
	OK            bool
	Head          stake.Block // the newest sealed block that was relied on
	Disagreements uint64      // times that nodes gave different answers about one block
}

// Status tells what is known without asking anybody.
func (c *Client) Status() Status {
	status := Status{Disagreements: c.disagreements.Load()}
	well := 0
	for _, n := range c.nodes {
		one := n.status()
		if one.OK {
			well++
		}
		status.Nodes = append(status.Nodes, one)
	}
	status.OK = well >= c.config.Required
	c.recent.mu.Lock()
	defer c.recent.mu.Unlock()
	status.Head = c.recent.block
	return status
}

func (n *node) status() NodeStatus {
	n.health.mu.Lock()
	defer n.health.mu.Unlock()
	s := NodeStatus{
		Name: n.name, OK: n.health.failure == nil && !n.health.answered.IsZero(), Since: n.health.since,
		Head: n.health.head, Answered: n.health.answered, Failures: n.health.failures,
	}
	if n.health.failure != nil {
		s.Error = n.health.failure.Error()
	}
	return s
}

// order lists the nodes as they are asked: those that are well as configured,
// then those that are not, which may have come back.
func (c *Client) order() []*node {
	well, failing := c.sort()
	return append(well, failing...)
}

// sort tells the nodes that are well from those that are not. Those whose time
// has come are looked at meanwhile, so that no caller waits for them.
func (c *Client) sort() (well, failing []*node) {
	now := c.config.Now()
	for _, n := range c.nodes {
		n.health.mu.Lock()
		if n.health.failure == nil {
			well = append(well, n)
		} else {
			failing = append(failing, n)
			if !n.health.probing && !now.Before(n.health.retryAt) {
				n.health.probing = true
				go c.probe(n)
			}
		}
		n.health.mu.Unlock()
	}
	return well, failing
}

// probe asks a node that failed for its newest block.
func (c *Client) probe(n *node) {
	err := c.try(c.life, n, func(ctx context.Context) error {
		_, err := c.freshHead(ctx, n)
		return err
	})
	n.health.mu.Lock()
	n.health.probing = false
	n.health.mu.Unlock()
	if c.life.Err() == nil {
		c.report(n, err)
	}
}

// report notes how a node answered.
func (c *Client) report(n *node, err error) {
	now := c.config.Now()
	n.health.mu.Lock()
	defer n.health.mu.Unlock()
	before := n.health.failure
	n.health.failure = err
	if err == nil {
		n.health.answered, n.health.since = now, time.Time{}
		if before != nil {
			c.config.Logger.Info("chain node is well again", "node", n.name)
		}
		return
	}
	n.health.failures++
	n.health.retryAt = now.Add(c.config.Retry)
	if before == nil {
		n.health.since = now
		c.config.Logger.Warn("chain node failed; others are asked first", "node", n.name, "error", err)
	}
}

// freshHead is a node's newest block, which must not be old.
func (c *Client) freshHead(ctx context.Context, n *node) (stake.Block, error) {
	head, err := c.blockAt(ctx, n, "latest")
	if err != nil {
		return stake.Block{}, err
	}
	n.health.mu.Lock()
	n.health.head = head
	n.health.mu.Unlock()
	return head, c.checkAge(head)
}

func (c *Client) checkAge(head stake.Block) error {
	if age := c.config.Now().Sub(head.Time); c.config.MaxHeadAge > 0 && age > c.config.MaxHeadAge {
		return fmt.Errorf("newest block %d is %s old", head.Number, age.Round(time.Second))
	}
	return nil
}

// checkID asks a node for its chain id alone.
func (c *Client) checkID(ctx context.Context, n *node) error {
	return c.try(ctx, n, func(ctx context.Context) error {
		return n.batch(ctx, []rpc.BatchElem{c.chainIDQuery()}, c.config.ChainID)
	})
}
