package devworld

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
)

// DefaultChainID is no real chain's: nothing signed for it is valid elsewhere.
const DefaultChainID = 31337

// Config describes the embedded chain. The zero value of every field works.
type Config struct {
	// RPCListen is host:port of the JSON-RPC listener, HTTP and WebSocket on the
	// same port. Default "127.0.0.1:0"; port 0 takes a free one (see RPCURL).
	RPCListen string
	// ChainID defaults to DefaultChainID.
	ChainID uint64
	// DataDir keeps the chain and the faucet's key; "" keeps both in memory.
	DataDir string
	// BlockTime 0 mines each transaction at once, followed by one empty block
	// when the pool is drained; otherwise one block every BlockTime (>= 1 s).
	BlockTime time.Duration
	// Logger receives the chain's own few lines, and go-ethereum's warnings and
	// errors at debug level. Default: discarded.
	Logger *slog.Logger
	// Now is the wall clock; default time.Now.
	Now func() time.Time
}

// Chain is a running embedded chain. All methods are safe for concurrent use.
type Chain struct {
	cfg    Config
	log    *slog.Logger
	stack  *node.Node
	eth    *eth.Ethereum
	client *ethclient.Client
	data   *dataDir
	clock  *clock
	faucet *faucet

	sealing   sync.Mutex   // one block at a time; held across reading the head and replacing it
	snapshots []snapshot   // guarded by sealing
	sealedAt  atomic.Int64 // when the head was sealed, by the wall, in unix nanoseconds
	kick      chan struct{}

	stop      context.CancelFunc
	running   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

// StartChain starts a chain and returns when its JSON-RPC listener answers. The
// contracts are in its first block. ctx bounds the start only; Close stops the
// chain. Errors: a data directory that is in use or belongs to another chain
// id, a port that is taken, a BlockTime between 0 and 1 s.
func StartChain(ctx context.Context, cfg Config) (*Chain, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	data, err := openDataDir(cfg.DataDir, cfg.ChainID, cfg.Now())
	if err != nil {
		return nil, err
	}
	c := &Chain{cfg: cfg, log: cfg.Logger, data: data, clock: newClock(cfg.Now), kick: make(chan struct{}, 1)}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (cfg Config) withDefaults() (Config, error) {
	if cfg.RPCListen == "" {
		cfg.RPCListen = "127.0.0.1:0"
	}
	if cfg.ChainID == 0 {
		cfg.ChainID = DefaultChainID
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.BlockTime != 0 && cfg.BlockTime < time.Second {
		return cfg, fmt.Errorf("block time %s is not possible: block timestamps are whole seconds; use 0 or at least 1s", cfg.BlockTime)
	}
	return cfg, nil
}

func (c *Chain) start(ctx context.Context) error {
	routeGethLogs(c.log)
	if err := c.openNode(); err != nil {
		return err
	}
	if err := c.stack.Start(); err != nil {
		return fmt.Errorf("start json-rpc on %s: %w", c.cfg.RPCListen, err)
	}
	c.eth.SetSynced()
	c.client = ethclient.NewClient(c.stack.Attach())
	c.faucet = &faucet{key: c.data.faucetKey, chainID: c.cfg.ChainID, client: c.client}
	c.afterRestart()
	if err := c.data.markReady(); err != nil {
		return err
	}
	c.startSealing()
	// The block after genesis puts the first estimates one second after it.
	if c.Head().Number.Sign() == 0 {
		if err := c.Mine(1); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// afterRestart takes up the chain's clock where the head left it and says
// whether blocks were lost: a killed process loses what was not flushed.
func (c *Chain) afterRestart() {
	head := c.Head()
	c.clock.notBefore(head.Time)
	number := head.Number.Uint64()
	c.markBehind(number)
	if recorded := c.data.lastHead(); number < recorded {
		c.log.Warn("the dev chain lost its newest blocks when it was killed; what they held must be done again",
			"head", number, "lost", recorded-number)
	}
	c.data.recordHead(number)
}

// RPCURL is the http:// address that the chain answers JSON-RPC on.
func (c *Chain) RPCURL() string { return c.stack.HTTPEndpoint() }

// WSURL is the ws:// address of the same listener.
func (c *Chain) WSURL() string { return c.stack.WSEndpoint() }

// ChainID is the id that transactions must be signed for.
func (c *Chain) ChainID() uint64 { return c.cfg.ChainID }

// Client is connected to the chain without a socket. Close closes it.
func (c *Chain) Client() *ethclient.Client { return c.client }

// Head is the newest block's header.
func (c *Chain) Head() *types.Header { return c.eth.BlockChain().CurrentBlock() }

// Close stops sealing, flushes and stops the node, and waits for all of it.
func (c *Chain) Close() error {
	c.closeOnce.Do(func() {
		if c.stop != nil {
			c.stop()
		}
		c.running.Wait()
		if c.client != nil {
			c.client.Close()
		}
		if c.stack != nil {
			c.closeErr = c.stack.Close()
		}
		c.data.close()
	})
	return c.closeErr
}
