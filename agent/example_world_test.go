package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"stakegate/agent"
	"stakegate/agent/wallet"
	"stakegate/internal/app"
	"stakegate/internal/devworld"
	"stakegate/internal/devworld/echo"
)

// exampleWorld is a chain, a model and the product's own server, which the
// examples run against; it ends with the tests.
var exampleWorld = sync.OnceValues(startExampleWorld)

var exampleEnds []func() error

type exampleSetting struct {
	network agent.Network
	chain   *devworld.Chain
	dir     string
}

func startExampleWorld() (exampleSetting, error) {
	s := exampleSetting{}
	var err error
	if s.chain, err = sharedChain(); err != nil {
		return s, err
	}
	if s.dir, err = os.MkdirTemp("", "stakegate-examples-"); err != nil {
		return s, err
	}
	model := httptest.NewServer(echo.New(echo.Config{}))
	exampleEnds = append(exampleEnds, func() error { model.Close(); return os.RemoveAll(s.dir) })
	catalog, err := json.Marshal(map[string]any{
		"upstreams": []any{map[string]any{"name": "echo", "kind": "openai", "url": model.URL + "/v1"}},
		"models": []any{map[string]any{"id": echo.ChatModel, "type": "text", "upstream": "echo", "context": echo.ContextTokens, "max_output": echo.MaxOutput,
			"tokenizer": "bytes", "privacy": "private", "tier": "dev", "price": map[string]string{"input": "1", "output": "2"}}},
		"tiers": map[string]any{"dev": map[string]int{"requests_per_minute": 100, "tokens_per_minute": 1000000}},
	})
	if err != nil {
		return s, err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "catalog.yaml"), catalog, 0o600); err != nil {
		return s, err
	}
	base, err := s.serve()
	s.network = agent.Network{Name: "local", APIBase: base, RPCURL: s.chain.RPCURL(), ChainID: s.chain.ChainID(), Contracts: agent.BaseContracts()}
	return s, err
}

// serve starts the server and returns its API's address.
func (s exampleSetting) serve() (string, error) {
	config, err := app.LoadConfig("", []string{
		app.EnvironmentPrefix + "DATABASE=sqlite:" + filepath.Join(s.dir, "stakegate.db"),
		app.EnvironmentPrefix + "ROOT_KEY_FILE=" + filepath.Join(s.dir, "root.key"),
		app.EnvironmentPrefix + "CATALOG=" + filepath.Join(s.dir, "catalog.yaml"),
		app.EnvironmentPrefix + "CHAIN_CONFIRMATIONS=0",
	})
	if err != nil {
		return "", err
	}
	staking := agent.BaseContracts().Staking.Hex()
	config.Chain.ID, config.Chain.RPC = s.chain.ChainID(), []string{s.chain.RPCURL()}
	config.Chain.MaxHeadAge, config.Chain.PollInterval = app.Duration(time.Hour), app.Duration(100*time.Millisecond)
	config.Stake = app.StakeConfig{Mint: app.AdapterConfig{Adapter: "venice-vvv", Contract: staking, Symbol: "VVV"},
		Allocation: []app.AdapterConfig{{Adapter: "pool", Contract: staking, Pool: "1000"}}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server, err := app.New(context.Background(), config, app.Options{Listener: listener, Version: "test", Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	exampleEnds = append(exampleEnds, func() error { stop(); return <-ended })
	return server.APIBase(), nil
}

// endExamples stops what the examples have started.
func endExamples() {
	var err error
	for i := len(exampleEnds) - 1; i >= 0; i-- {
		err = errors.Join(err, exampleEnds[i]())
	}
	if err != nil {
		fmt.Fprintln(io.Writer(os.Stderr), "ending the examples' world:", err)
	}
}

// exampleAgent is a new wallet with 1 ETH, a store, and the world's network.
func exampleAgent() agent.Options {
	world, err := exampleWorld()
	if err != nil {
		panic(err)
	}
	key, err := wallet.Generate()
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp(world.dir, "agent-")
	if err != nil {
		panic(err)
	}
	store, err := agent.OpenStore(dir)
	if err != nil {
		panic(err)
	}
	if err := world.chain.Fund(context.Background(), key.Address(), tokens("1"), nil, nil); err != nil {
		panic(err)
	}
	return agent.Options{Network: world.network, Signer: key, Keys: store, Target: agent.Target{Stake: agent.MustAmount("10")}}
}
