package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/rogpeppe/go-internal/testscript"

	"stakegate/agent"
	"stakegate/internal/app"
	"stakegate/internal/devworld"
	"stakegate/internal/devworld/echo"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stakegate": main})
}

// TestAgentScripts runs the agent's commands as a user would, against a real
// chain and a real server.
func TestAgentScripts(t *testing.T) {
	world, chain := startWorld(t)
	runAgentScripts(t, world, chain, "testdata/agent_up.txtar", "testdata/agent_plan.txtar", "testdata/agent_usage.txtar", "testdata/agent_key.txtar",
		"testdata/agent_wallets.txtar", "testdata/agent_accounts.txtar", "testdata/agent_mcp.txtar", "testdata/agent_apply.txtar", "testdata/agent_network.txtar", "testdata/agent_watch.txtar")
}

// TestAgentPayScript has a world of its own: it moves the market.
func TestAgentPayScript(t *testing.T) {
	world, chain := startWorld(t)
	runAgentScripts(t, world, chain, "testdata/agent_pay.txtar")
}

// TestAgentUnstakeScript has a world of its own: it goes a week ahead.
func TestAgentUnstakeScript(t *testing.T) {
	world, chain := startWorld(t)
	runAgentScripts(t, world, chain, "testdata/agent_unstake.txtar")
}

func runAgentScripts(t *testing.T, world string, chain *devworld.Chain, files ...string) {
	testscript.Run(t, testscript.Params{
		Files: files,
		Setup: func(env *testscript.Env) error {
			env.Setenv("WORLD", world)
			env.Setenv("RPC", chain.RPCURL())
			loaded, err := agent.LoadWorld(world)
			if err != nil {
				return err
			}
			env.Setenv("API", strings.TrimSuffix(loaded.Network.APIBase, "/api/v1"))
			env.Setenv("STAKING", loaded.Network.Contracts.Staking.Hex())
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "xdg"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"account": deployAccount(chain), "clef": startClef(t.TempDir()),
			"exits": exits, "sameSecret": sameSecret, "json": jsonMember, "mode": fileMode, "capture": capture, "save": save, "waitfor": waitFor, "fund": fund(chain),
			"travel": func(ts *testscript.TestScript, _ bool, args []string) {
				d, err := time.ParseDuration(args[0])
				ts.Check(err)
				ts.Check(chain.IncreaseTime(d))
			},
		},
	})
}

// fund sends from the faucet: fund ADDRESS ETH [VVV [USDC in its own units]].
func fund(chain *devworld.Chain) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		amounts := []*big.Int{agent.MustAmount(args[1]).Int(), nil, nil}
		if len(args) > 2 {
			amounts[1] = agent.MustAmount(args[2]).Int()
		}
		if len(args) > 3 {
			units, ok := new(big.Int).SetString(args[3], 10)
			if !ok {
				ts.Fatalf("%s is no number of units", args[3])
			}
			amounts[2] = units
		}
		ts.Check(chain.Fund(context.Background(), common.HexToAddress(args[0]), amounts[0], amounts[1], amounts[2]))
	}
}

// exits runs a command that must end with the given exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if coded, ok := err.(interface{ ExitCode() int }); ok {
		got = coded.ExitCode()
	} else {
		ts.Check(err)
	}
	if want, _ := strconv.Atoi(args[0]); got != want {
		ts.Fatalf("exit code: got %d, want %d", got, want)
	}
}

// jsonMember compares a member of the JSON object on stdout: json a.b.0 value.
func jsonMember(ts *testscript.TestScript, neg bool, args []string) {
	got := member(ts, args[0])
	if same := got == args[1]; same == neg {
		ts.Fatalf("%s: got %s, want %s (negated: %v)", args[0], got, args[1], neg)
	}
}

// capture puts a member of the JSON object on stdout into a variable.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[1], member(ts, args[0]))
}

// waitFor waits until a file is there.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	look, deadline := time.NewTicker(20*time.Millisecond), time.After(time.Minute)
	defer look.Stop()
	for {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		select {
		case <-look.C:
		case <-deadline:
			ts.Fatalf("%s is not there", args[0])
		}
	}
}

// save puts a member of the JSON object on stdout into a file, which no program
// finds in its environment.
func save(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(member(ts, args[0])), 0o600))
}

func member(ts *testscript.TestScript, path string) string {
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &value))
	for name := range strings.SplitSeq(path, ".") {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[name]
		case []any:
			index, err := strconv.Atoi(name)
			ts.Check(err)
			value = inner[index]
		default:
			value = nil
		}
	}
	if list, ok := value.([]any); ok {
		return fmt.Sprintf("%d members", len(list))
	}
	return fmt.Sprint(value)
}

// sameSecret fails unless the first file's text is in the second.
func sameSecret(ts *testscript.TestScript, neg bool, args []string) {
	secret, file := strings.TrimSpace(ts.ReadFile(args[0])), ts.ReadFile(args[1])
	if len(secret) < 20 || strings.Contains(file, secret) == neg {
		ts.Fatalf("%s is in %s: %v", args[0], args[1], !neg)
	}
}

// fileMode checks a file's permissions: mode 0600 file.
func fileMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%#o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s: got mode %s, want %s", args[1], got, args[0])
	}
}

// startWorld starts a chain, a model and the real server, and writes the
// world.json that the commands read.
func startWorld(t *testing.T) (path string, chain *devworld.Chain) {
	t.Helper()
	dir := t.TempDir()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chain.Close() })
	apiBase := startServer(t, dir, chain, "")
	text, err := json.Marshal(map[string]any{
		"apiBase": apiBase, "rpcUrl": chain.RPCURL(), "chainId": chain.ChainID(), "contracts": devworld.BaseContracts(),
		"faucet": map[string]string{"privateKey": "0x" + hex.EncodeToString(crypto.FromECDSA(chain.FaucetKey()))},
	})
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "world.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, chain
}

// startServer starts the real server and a model. Where clients reach it
// through something else, front is that one's origin.
func startServer(t *testing.T, dir string, chain *devworld.Chain, front string) (apiBase string) {
	t.Helper()
	model := httptest.NewServer(echo.New(echo.Config{}))
	t.Cleanup(model.Close)
	catalog := fmt.Sprintf(`{"upstreams":[{"name":"echo","kind":"openai","url":%q}],"models":[{"id":%q,"type":"text","upstream":"echo",`+
		`"context":%d,"max_output":%d,"tokenizer":"bytes","privacy":"private","tier":"dev","price":{"input":"1","output":"2"}}],`+
		`"tiers":{"dev":{"requests_per_minute":100,"tokens_per_minute":1000000}}}`, model.URL+"/v1", echo.ChatModel, echo.ContextTokens, echo.MaxOutput)
	if err := os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(catalog), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := app.LoadConfig("", []string{
		app.EnvironmentPrefix + "DATABASE=sqlite:" + filepath.Join(dir, "stakegate.db"),
		app.EnvironmentPrefix + "ROOT_KEY_FILE=" + filepath.Join(dir, "root.key"),
		app.EnvironmentPrefix + "CATALOG=" + filepath.Join(dir, "catalog.yaml"),
	})
	if err != nil {
		t.Fatal(err)
	}
	contracts, confirmations := devworld.BaseContracts(), uint64(0)
	config.Chain = app.ChainConfig{ID: chain.ChainID(), Name: "Base", RPC: []string{chain.RPCURL()}, Confirmations: &confirmations,
		MaxHeadAge: app.Duration(time.Hour), PollInterval: app.Duration(100 * time.Millisecond), ReadsPerSecond: config.Chain.ReadsPerSecond}
	config.Stake = app.StakeConfig{
		Mint:       app.AdapterConfig{Adapter: "venice-vvv", Contract: contracts.Staking.Hex(), Symbol: "VVV"},
		Allocation: []app.AdapterConfig{{Adapter: "pool", Contract: contracts.Staking.Hex(), Pool: "1000"}},
	}
	config.PublicURL = front
	config.Limits.Generous(100_000)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	logger := slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server, err := app.New(t.Context(), config, app.Options{Listener: listener, Version: "test", Now: time.Now, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the server stopped: %v", err)
		}
	})
	if front != "" {
		return "http://" + listener.Addr().String()
	}
	return server.APIBase()
}
