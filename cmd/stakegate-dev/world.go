package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/agent/wallet"
	"stakegate/api"
	"stakegate/internal/app"
	"stakegate/internal/dashboard"
	"stakegate/internal/devworld"
	"stakegate/internal/telemetry"
)

// worldFile is what other programs read from DATA/world.json.
type worldFile struct {
	APIBase      string             `json:"apiBase"`
	RPCURL       string             `json:"rpcUrl"`
	WSURL        string             `json:"wsUrl"`
	ChainID      uint64             `json:"chainId"`
	DashboardURL string             `json:"dashboardUrl"`
	Contracts    devworld.Contracts `json:"contracts"`
	Faucet       walletFile         `json:"faucet"`
	Agent        agentFile          `json:"agent"`
	PID          int                `json:"pid"`
}

type walletFile struct {
	Address    string `json:"address"`
	PrivateKey string `json:"privateKey"`
}

// agentFile is the demo agent; both are "" without a demo.
type agentFile struct {
	Address string `json:"address"`
	APIKey  string `json:"apiKey"`
}

// world is everything that runs.
type world struct {
	options options
	out     io.Writer
	chain   *devworld.Chain
	server  *app.App
	logger  *slog.Logger
	closers []func() error // in the order of starting
	group   sync.WaitGroup
	agent   atomic.Pointer[wallet.Key] // the demo's, once it is there
}

// runWorld starts everything, walks the demo and stays until the context ends.
func runWorld(ctx context.Context, o options, out io.Writer) error {
	w := &world{options: o, out: out}
	started := time.Now()
	w.say("stakegate dev world: starting a chain, its contracts, a model and the server ...")
	if o.chainID != devworld.DefaultChainID {
		w.say("WARNING: chain id %d: what is signed here could be valid on the real chain with that id. Never use a key that owns anything.", o.chainID)
	}
	serving, stop := context.WithCancel(ctx)
	failed, err := w.start(serving)
	if err == nil {
		err = w.present(ctx, started)
	}
	if err == nil {
		select {
		case <-ctx.Done():
			w.say("\nstopping ...")
		case err = <-failed:
		}
	}
	stop()
	w.group.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, w.close())
}

func (w *world) say(format string, arguments ...any) {
	fmt.Fprintf(w.out, format+"\n", arguments...)
}

func (w *world) close() error {
	var err error
	for i := len(w.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, w.closers[i]())
	}
	return err
}

// start starts all parts. What fails later arrives on the channel.
func (w *world) start(ctx context.Context) (<-chan error, error) {
	if err := w.prepareData(); err != nil {
		return nil, err
	}
	// The port is taken first: a second dev world on it is the likeliest error.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", w.options.listen)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w (is another dev world running? --listen 127.0.0.1:0 picks a free port)", w.options.listen, err)
	}
	w.closers = append(w.closers, func() error { // closed by the server already, unless it never ran
		if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	w.chain, err = devworld.StartChain(ctx, devworld.Config{
		RPCListen: w.options.rpcListen, ChainID: w.options.chainID, DataDir: w.options.data,
		BlockTime: w.options.blockTime, Logger: w.logger,
	})
	if err != nil {
		return nil, fmt.Errorf("starting the chain: %w", err)
	}
	w.closers = append(w.closers, w.chain.Close)
	failed := make(chan error, 2)
	if err := w.startModel(ctx, failed); err != nil {
		return nil, err
	}
	return failed, w.startServer(ctx, listener, failed)
}

// prepareData makes the folder and forgets the last run's world.json.
func (w *world) prepareData() error {
	if err := os.MkdirAll(w.options.data, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	if err := os.Remove(w.path("world.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	log, err := os.OpenFile(w.path("server.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	w.closers = append(w.closers, log.Close)
	w.logger, err = telemetry.NewLogger(log, "info", true)
	return err
}

func (w *world) path(name string) string { return filepath.Join(w.options.data, name) }

// generous is how often a minute may be done what a server in earnest bounds more
// tightly: people and tests must not be locked out of their own laptop.
const generous = 10_000

func (w *world) startServer(ctx context.Context, listener net.Listener, failed chan<- error) error {
	contracts := devworld.BaseContracts()
	confirmations := uint64(0) // a block here is final as soon as it is sealed
	config, err := app.LoadConfig("", []string{
		app.EnvironmentPrefix + "DATABASE=sqlite:" + w.path("stakegate.db"),
		app.EnvironmentPrefix + "ROOT_KEY_FILE=" + w.path("root.key"),
		app.EnvironmentPrefix + "CATALOG=" + w.path(catalogFile),
	})
	if err != nil {
		return err
	}
	config.Chain = app.ChainConfig{
		ID: w.options.chainID, Name: "Base", RPC: []string{w.chain.RPCURL()}, Confirmations: &confirmations,
		MaxHeadAge: app.Duration(time.Minute + 2*w.options.blockTime), PollInterval: app.Duration(250 * time.Millisecond),
		Multicall: contracts.Multicall3.Hex(),
	}
	// The seed's rule, a share of a pool for staked VVV, beside Venice's rule
	// of today, a dollar a day for each staked DIEM.
	config.Stake = app.StakeConfig{
		Mint: app.AdapterConfig{Adapter: "venice-vvv", Contract: contracts.Staking.Hex(), Symbol: "VVV"},
		Allocation: []app.AdapterConfig{
			{Adapter: "venice-diem", Contract: contracts.DIEM.Hex(), Min: "0.1"},
			{Adapter: "pool", Contract: contracts.Staking.Hex(), Pool: "1000"},
		},
	}
	config.Limits.Generous(generous)
	config.Keys.MaxPerMinute = generous
	config.ShutdownGrace = app.Duration(5 * time.Second)
	w.server, err = app.New(ctx, config, app.Options{
		Listener: listener, Guide: w.guide(contracts), Wrap: w.wrap(), DevWallet: w.devWallet, Version: "dev", Now: time.Now, Logger: w.logger,
	})
	if err != nil {
		return err
	}
	w.group.Go(func() {
		if err := w.server.Run(ctx); err != nil {
			failed <- fmt.Errorf("the server stopped: %w", err)
		}
	})
	return nil
}

// devWallet is the demo agent's, for the account page.
func (w *world) devWallet() dashboard.Wallet {
	if key := w.agent.Load(); key != nil {
		return key
	}
	return nil
}

func (w *world) guide(contracts devworld.Contracts) api.Guide {
	return api.Guide{
		RPC: w.chain.RPCURL(), VVV: contracts.VVV.Hex(), DIEM: contracts.DIEM.Hex(), WETH: contracts.WETH.Hex(),
		AerodromeRouter: contracts.Aerodrome.Router.Hex(), AerodromeFactory: contracts.Aerodrome.Factory.Hex(),
		UniswapRouter: contracts.UniswapV3.Router.Hex(), UniswapQuoter: contracts.UniswapV3.Quoter.Hex(),
		UniswapFactory: contracts.UniswapV3.Factory.Hex(),
	}
}

func (w *world) wrap() func(http.Handler) http.Handler {
	if !w.options.hostile {
		return nil
	}
	return devworld.Hostile
}

// present tells where everything is, walks the demo and writes world.json.
func (w *world) present(ctx context.Context, started time.Time) error {
	w.say("  chain   %s   (chain id %d, block %d)", w.chain.RPCURL(), w.chain.ChainID(), w.chain.Head().Number)
	w.say("  server  %s", w.server.APIBase())
	w.say("  logs    %s", w.path("server.log"))
	var demo agentFile
	if !w.options.noDemo {
		var err error
		if demo, err = w.demo(ctx); err != nil {
			return err
		}
	}
	if err := w.writeWorld(demo); err != nil {
		return err
	}
	w.say("\nReady after %.1f s. %s says where everything is.", time.Since(started).Seconds(), w.path("world.json"))
	w.suggest(demo)
	return nil
}

func (w *world) writeWorld(demo agentFile) error {
	text, err := json.MarshalIndent(worldFile{
		APIBase: w.server.APIBase(), RPCURL: w.chain.RPCURL(), WSURL: w.chain.WSURL(), ChainID: w.chain.ChainID(),
		DashboardURL: w.dashboardURL(), Contracts: devworld.BaseContracts(),
		Faucet: walletFile{
			Address:    w.chain.FaucetAddress().Hex(),
			PrivateKey: "0x" + hex.EncodeToString(crypto.FromECDSA(w.chain.FaucetKey())),
		},
		Agent: demo, PID: os.Getpid(),
	}, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(w.options.data, "world-*.json") // 0600
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err := errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return os.Rename(file.Name(), w.path("world.json"))
}

func (w *world) dashboardURL() string { return strings.TrimSuffix(w.server.APIBase(), "api/v1") }

func (w *world) suggest(demo agentFile) {
	w.say("\nOpen %s in a browser%s.", w.dashboardURL(), map[bool]string{true: " and sign in with the dev wallet, which is the agent's"}[demo.APIKey != ""])
	w.say("\nTry next, in another terminal:")
	if demo.APIKey != "" {
		w.say(`  KEY=$(node -p 'require("%s").agent.apiKey')`, w.absolute("world.json"))
		w.say("  curl -s %s/chat/completions -H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' \\", w.server.APIBase())
		w.say("    -d '{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}'", w.chatModel())
		w.say("  curl -s %s/billing/balance -H \"Authorization: Bearer $KEY\"", w.server.APIBase())
	}
	w.say("  curl -s %s/api_keys/generate_web3_key", w.server.APIBase())
	w.say("  curl -s %sllms.txt        # how an agent onboards here", w.dashboardURL())
	w.say("\nCtrl-C stops it; the next start goes on from here.")
}

func (w *world) absolute(name string) string {
	path, err := filepath.Abs(w.path(name))
	if err != nil {
		return w.path(name)
	}
	return path
}
