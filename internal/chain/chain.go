// Package chain reads an EVM chain over JSON-RPC for package stake: one block
// for a decision, several nodes, and no guesses.
//
// Nodes are half trusted: each answer about the head comes with the chain id,
// which must be ours, and with its time, which must not be old. State is asked
// for by block hash (EIP-1898), so that two nodes cannot answer about two
// states, and never for the pending block. A node that fails in any way is
// left for the next one, until it is well again; when all fail, or fewer agree
// than are required to, the error wraps stake.ErrChain.
package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
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
	DefaultRetry       = 15 * time.Second
)

// CanonicalMulticall3 is where Multicall3 stands on most chains.
var CanonicalMulticall3 = common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11")

var noAddress common.Address

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
	// Multicall is the address of a Multicall3, which makes many calls in one.
	// Where it has no code, or if it is the zero address, they are batched.
	Multicall common.Address
	// Required is how many nodes must give the same answer; 0 means 1.
	Required int
	// Retry is how long after a failure a node is looked at again; 0 means
	// DefaultRetry. A preferred node that is well again is asked first again.
	Retry time.Duration
	// Now tells the time that head ages are measured by; nil means time.Now.
	Now func() time.Time
	// Logger is told of nodes that fail, come back or disagree; nil means
	// slog.Default.
	Logger *slog.Logger
}

// Client implements stake.Chain. It is safe for concurrent use.
type Client struct {
	config Config
	nodes  []*node
	heads  heads
	recent recentBlock
	// noMulticall is when the contract was found missing, in nanoseconds.
	noMulticall   atomic.Int64
	disagreements atomic.Uint64
	// life ends with Close; what nobody waits for ends with it.
	life context.Context
	end  context.CancelFunc
}

var _ stake.Chain = (*Client)(nil)

// node is one endpoint.
type node struct {
	name      string // host and port, fit for logs
	rpc       *rpc.Client
	transport *http.Transport
	health    health
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
		err := c.checkID(ctx, n)
		switch {
		case errors.Is(err, ErrChainID):
			c.Close()
			return nil, err
		case ctx.Err() != nil:
			c.Close()
			return nil, ctx.Err()
		case err != nil:
			c.report(n, err)
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
	case config.Required > len(config.URLs):
		return nil, fmt.Errorf("chain.required: %d nodes cannot agree, chain.rpc has %d", config.Required, len(config.URLs))
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
	if config.Retry <= 0 {
		config.Retry = DefaultRetry
	}
	config.Required = max(config.Required, 1)
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	c := &Client{config: config}
	c.life, c.end = context.WithCancel(context.Background())
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
	c.end()
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

func (c *Client) sealed(ctx context.Context) (stake.Block, error) {
	if c.config.Required > 1 {
		head, err := c.agreedHead(ctx)
		if err != nil || c.config.Confirmations == 0 {
			return head, err
		}
		return query(ctx, c, c.blockQuestion(head.Number-min(head.Number, c.config.Confirmations)))
	}
	return query(ctx, c, question[stake.Block]{
		name: "the newest block", same: func(stake.Block) string { return "" },
		ask: func(ctx context.Context, n *node) (stake.Block, error) {
			head, err := c.freshHead(ctx, n)
			if err != nil || c.config.Confirmations == 0 {
				return head, err
			}
			return c.blockAt(ctx, n, hexutil.EncodeUint64(head.Number-min(head.Number, c.config.Confirmations)))
		},
	})
}

// Canonical implements stake.Chain. A block above the node's head is not.
func (c *Client) Canonical(ctx context.Context, block stake.Block) (bool, error) {
	return query(ctx, c, question[bool]{
		name: "whether a block is canonical", same: strconv.FormatBool,
		ask: func(ctx context.Context, n *node) (bool, error) {
			var got *header
			err := n.batch(ctx, []rpc.BatchElem{c.chainIDQuery(), blockQuery(hexutil.EncodeUint64(block.Number), &got)}, c.config.ChainID)
			return err == nil && got != nil && got.Hash != nil && *got.Hash == block.Hash, err
		},
	})
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

// callsAtOnce bounds the calls of one question.
const callsAtOnce = 400

// Call implements stake.Chain.
func (c *Client) Call(ctx context.Context, block stake.Block, calls []stake.Call) ([][]byte, error) {
	answers := make([][]byte, 0, len(calls))
	for start := 0; start < len(calls); start += callsAtOnce {
		part := calls[start:min(start+callsAtOnce, len(calls))]
		got, err := query(ctx, c, question[[]hexutil.Bytes]{
			name: "contracts", same: bytesKey[hexutil.Bytes],
			ask: func(ctx context.Context, n *node) ([]hexutil.Bytes, error) { return c.calls(ctx, n, block, part) },
		})
		if err != nil {
			return nil, err
		}
		for _, answer := range got {
			answers = append(answers, answer)
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
	all := map[string]stake.Touch{} // of all nodes that are asked
	var mu sync.Mutex
	touches, err := query(ctx, c, question[[]stake.Touch]{
		// Events only say where to look, so what one node leaves out another may
		// tell: two that answer need not answer the same.
		name: "events", same: func([]stake.Touch) string { return "" },
		ask: func(ctx context.Context, n *node) ([]stake.Touch, error) {
			touches, err := c.events(ctx, n, filter)
			mu.Lock()
			defer mu.Unlock()
			for _, touch := range touches {
				all[fmt.Sprint(touch)] = touch
			}
			return touches, err
		},
	})
	if err != nil || c.config.Required == 1 {
		return touches, err
	}
	touches = touches[:0]
	for _, key := range slices.Sorted(maps.Keys(all)) {
		touches = append(touches, all[key])
	}
	return touches, nil
}

// events asks one node.
func (c *Client) events(ctx context.Context, n *node, filter map[string]any) ([]stake.Touch, error) {
	var events *[]event
	query := rpc.BatchElem{Method: "eth_getLogs", Args: []any{filter}, Result: &events}
	if err := n.batch(ctx, []rpc.BatchElem{c.chainIDQuery(), query}, c.config.ChainID); err != nil {
		return nil, err
	}
	if events == nil {
		return nil, errors.New("no list of events")
	}
	var touches []stake.Touch
	for _, e := range *events {
		if e.BlockNumber == nil {
			return nil, errors.New("event without a block")
		}
		touches = append(touches, stake.Touch{
			Contract: e.Address, Accounts: accountsIn(e.Topics), Block: uint64(*e.BlockNumber),
		})
	}
	return touches, nil
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
