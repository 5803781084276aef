// Package chain reads an EVM chain over JSON-RPC for package stake: one block
// for a decision, several nodes, and no guesses.
//
// Nodes are half trusted: each answer about the head comes with the chain id,
// which must be ours, and with its time, which must not be old. State is asked
// for by block hash (EIP-1898), so that two nodes cannot answer about two
// states, and never for the pending block. A node that fails in any way is
// left for the next one; when all fail the error wraps stake.ErrChain.
package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/internal/stake"
)

// Defaults of a Config.
const (
	DefaultTimeout     = 3 * time.Second
	DefaultMaxResponse = 8 << 20
	DefaultBatch       = 100
)

// ErrChainID says that a node serves another chain than the configured one.
var ErrChainID = errors.New("node serves another chain")

// Config says which nodes to ask, and what to believe.
type Config struct {
	// URLs are http or https endpoints, the preferred one first. They may hold
	// credentials: errors and logs name only their hosts.
	URLs    []string
	ChainID uint64
	// Confirmations is how many blocks a sealed block is behind the newest.
	Confirmations uint64
	// MaxHeadAge is how old a node's newest block may be before the node counts
	// as lagging. 0 switches the check off.
	MaxHeadAge time.Duration
	// Timeout bounds one request to one node; 0 means DefaultTimeout.
	Timeout time.Duration
	// MaxResponse bounds an answer in bytes; 0 means DefaultMaxResponse.
	MaxResponse int64
	// Batch is the most calls in one JSON-RPC batch; 0 means DefaultBatch.
	Batch int
	// Now tells the time that head ages are measured by; nil means time.Now.
	Now func() time.Time
	// Logger is told of nodes that failed and of a change of the node that is
	// asked first; nil means slog.Default.
	Logger *slog.Logger
}

// Client implements stake.Chain. It is safe for concurrent use.
type Client struct {
	config Config
	nodes  []*node
	// first is the index of the node that is asked first: the last one that
	// answered well.
	first atomic.Int32
}

var _ stake.Chain = (*Client)(nil)

// node is one endpoint.
type node struct {
	name      string // host and port, fit for logs
	rpc       *rpc.Client
	transport *http.Transport
}

// Dial checks the configuration and asks every node for its chain id. It
// fails with ErrChainID if one answers with another id. Nodes that do not
// answer are no error: they may be back when they are needed.
func Dial(ctx context.Context, config Config) (*Client, error) {
	c, err := newClient(config)
	if err != nil {
		return nil, err
	}
	for _, n := range c.nodes {
		err := c.try(ctx, n, func(ctx context.Context) error {
			return n.batch(ctx, []rpc.BatchElem{c.chainIDQuery()}, c.config.ChainID)
		})
		switch {
		case errors.Is(err, ErrChainID):
			c.Close()
			return nil, err
		case ctx.Err() != nil:
			c.Close()
			return nil, ctx.Err()
		case err != nil:
			c.config.Logger.Warn("chain node does not answer yet", "node", n.name, "error", err)
		}
	}
	return c, nil
}

func newClient(config Config) (*Client, error) {
	switch {
	case len(config.URLs) == 0:
		return nil, errors.New("chain.rpc: give at least one URL")
	case config.ChainID == 0:
		return nil, errors.New("chain.id: give the chain's id, like 8453")
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	if config.MaxResponse <= 0 {
		config.MaxResponse = DefaultMaxResponse
	}
	if config.Batch <= 0 {
		config.Batch = DefaultBatch
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	c := &Client{config: config}
	for i, text := range config.URLs {
		parsed, err := url.Parse(text)
		if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
			// Not quoted: it may hold a credential.
			return nil, fmt.Errorf("chain.rpc[%d]: must be an http or https URL", i)
		}
		transport := newTransport()
		client, err := rpc.DialOptions(context.Background(), text, rpc.WithHTTPClient(&http.Client{
			Transport:     boundedTransport{transport, config.MaxResponse},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}))
		if err != nil {
			return nil, fmt.Errorf("chain.rpc[%d]: %w", i, hideURL(err))
		}
		c.nodes = append(c.nodes, &node{name: parsed.Host, rpc: client, transport: transport})
	}
	return c, nil
}

// Close gives up the connections.
func (c *Client) Close() {
	for _, n := range c.nodes {
		n.rpc.Close()
		n.transport.CloseIdleConnections()
	}
}

// header is what is read of a block.
type header struct {
	Number    *hexutil.Uint64 `json:"number"`
	Hash      *common.Hash    `json:"hash"`
	Timestamp *hexutil.Uint64 `json:"timestamp"`
}

func (h *header) block() (stake.Block, error) {
	if h.Number == nil || h.Hash == nil || h.Timestamp == nil || *h.Timestamp > 1<<40 {
		return stake.Block{}, errors.New("block without number, hash or time")
	}
	return stake.Block{
		Number: uint64(*h.Number), Hash: *h.Hash, Time: time.Unix(int64(*h.Timestamp), 0).UTC(),
	}, nil
}

func blockQuery(tag string, into **header) rpc.BatchElem {
	return rpc.BatchElem{Method: "eth_getBlockByNumber", Args: []any{tag, false}, Result: into}
}

func (c *Client) chainIDQuery() rpc.BatchElem {
	return rpc.BatchElem{Method: "eth_chainId", Result: new(hexutil.Big)}
}

// Sealed implements stake.Chain.
func (c *Client) Sealed(ctx context.Context) (block stake.Block, err error) {
	err = c.each(ctx, func(ctx context.Context, n *node) error {
		head, err := c.blockAt(ctx, n, "latest")
		if err != nil {
			return err
		}
		if age := c.config.Now().Sub(head.Time); c.config.MaxHeadAge > 0 && age > c.config.MaxHeadAge {
			return fmt.Errorf("newest block %d is %s old", head.Number, age.Round(time.Second))
		}
		block = head
		if c.config.Confirmations > 0 {
			number := head.Number - min(head.Number, c.config.Confirmations)
			block, err = c.blockAt(ctx, n, hexutil.EncodeUint64(number))
		}
		return err
	})
	return block, err
}

// Canonical implements stake.Chain. A block above the node's head is not.
func (c *Client) Canonical(ctx context.Context, block stake.Block) (canonical bool, err error) {
	err = c.each(ctx, func(ctx context.Context, n *node) error {
		var got *header
		err := n.batch(ctx, []rpc.BatchElem{c.chainIDQuery(), blockQuery(hexutil.EncodeUint64(block.Number), &got)}, c.config.ChainID)
		canonical = err == nil && got != nil && got.Hash != nil && *got.Hash == block.Hash
		return err
	})
	return canonical, err
}

// blockAt asks one node for a block that must exist.
func (c *Client) blockAt(ctx context.Context, n *node, tag string) (stake.Block, error) {
	var got *header
	if err := n.batch(ctx, []rpc.BatchElem{c.chainIDQuery(), blockQuery(tag, &got)}, c.config.ChainID); err != nil {
		return stake.Block{}, err
	}
	if got == nil {
		return stake.Block{}, fmt.Errorf("block %s is missing", tag)
	}
	return got.block()
}

// Call implements stake.Chain.
func (c *Client) Call(ctx context.Context, block stake.Block, calls []stake.Call) ([][]byte, error) {
	answers := make([][]byte, len(calls))
	// A node must have the block as a part of its own chain.
	at := map[string]any{"blockHash": block.Hash, "requireCanonical": true}
	for start := 0; start < len(calls); start += c.config.Batch {
		part := calls[start:min(start+c.config.Batch, len(calls))]
		err := c.each(ctx, func(ctx context.Context, n *node) error {
			results := make([]hexutil.Bytes, len(part))
			queries := make([]rpc.BatchElem, len(part))
			for i, call := range part {
				args := map[string]any{"to": call.To, "data": hexutil.Bytes(call.Data)}
				queries[i] = rpc.BatchElem{Method: "eth_call", Args: []any{args, at}, Result: &results[i]}
			}
			// The hash names the chain too, so its id need not be asked.
			if err := n.batch(ctx, queries, 0); err != nil {
				return err
			}
			for i, result := range results {
				answers[start+i] = result
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// event is what is read of a log.
type event struct {
	Address     common.Address  `json:"address"`
	Topics      []common.Hash   `json:"topics"`
	BlockNumber *hexutil.Uint64 `json:"blockNumber"`
	Removed     bool            `json:"removed"`
}

// Touches implements stake.Chain.
func (c *Client) Touches(ctx context.Context, contracts []common.Address, from, to uint64) ([]stake.Touch, error) {
	filter := map[string]any{
		"address": contracts, "fromBlock": hexutil.EncodeUint64(from), "toBlock": hexutil.EncodeUint64(to),
	}
	var touches []stake.Touch
	err := c.each(ctx, func(ctx context.Context, n *node) error {
		var events *[]event
		query := rpc.BatchElem{Method: "eth_getLogs", Args: []any{filter}, Result: &events}
		if err := n.batch(ctx, []rpc.BatchElem{c.chainIDQuery(), query}, c.config.ChainID); err != nil {
			return err
		}
		if events == nil {
			return errors.New("no list of events")
		}
		touches = nil
		for _, e := range *events {
			if e.BlockNumber == nil {
				return errors.New("event without a block")
			}
			touches = append(touches, stake.Touch{
				Contract: e.Address, Accounts: accountsIn(e.Topics), Block: uint64(*e.BlockNumber),
			})
		}
		return nil
	})
	return touches, err
}

// accountsIn returns the indexed fields that have the form of an address. A
// small number has it too; that only causes a look at a wallet without stake.
func accountsIn(topics []common.Hash) []common.Address {
	const padding = common.HashLength - common.AddressLength
	var accounts []common.Address
	for i, topic := range topics {
		if i > 0 && [padding]byte(topic[:padding]) == [padding]byte{} {
			accounts = append(accounts, common.Address(topic[padding:]))
		}
	}
	return accounts
}
