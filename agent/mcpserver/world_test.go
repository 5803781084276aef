package mcpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent"
	"stakegate/agent/mcpserver"
	"stakegate/agent/redact"
	"stakegate/agent/wallet"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld"
)

// world is a dev chain with the real server on it, and a wallet with 1 ETH.
type world struct {
	t      *testing.T
	chain  *devworld.Chain
	server *apptest.World
	dir    string
	key    *wallet.Key
	config mcpserver.Config
	// wire is every byte that left the MCP server.
	wire *recorder
}

// recorder keeps what passes through it.
type recorder struct {
	mu   sync.Mutex
	data bytes.Buffer
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.data.Write(p)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.data.String()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := apptest.NewClock()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chain.Close() })
	w := &world{t: t, chain: chain, dir: filepath.Join(t.TempDir(), "state"), wire: &recorder{},
		server: apptest.Start(t, apptest.Options{Clock: clock, RPC: chain.RPCURL(), ChainID: chain.ChainID()})}
	if w.key, err = wallet.Generate(); err != nil {
		t.Fatal(err)
	}
	if err := chain.Fund(t.Context(), w.key.Address(), agent.MustAmount("1").Int(), nil, nil); err != nil {
		t.Fatal(err)
	}
	store, err := agent.OpenStore(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	w.config = mcpserver.Config{
		Options: agent.Options{
			Network: agent.Network{Name: "local", APIBase: w.server.Origin + "/api/v1", RPCURL: chain.RPCURL(), ChainID: chain.ChainID(),
				Contracts: agent.BaseContracts()},
			Signer: w.key, Keys: store, Now: clock.Now,
			Target: agent.Target{Stake: agent.MustAmount("10"), DIEM: agent.MustAmount("0.1")},
			Limits: agent.Limits{MaxETH: agent.MustAmount("0.5")},
		},
		Caps: mcpserver.Caps{Apply: true, PerApply: mcpserver.Money{ETH: agent.MustAmount("0.5")},
			PerDay: mcpserver.Money{ETH: agent.MustAmount("0.6")}, Keys: 2},
		Dir:      w.dir,
		Redactor: redact.New(),
		Version:  "test",
		Now:      clock.Now,
	}
	return w
}

// client is the official SDK's client, connected to a new server over a pair of
// pipes, as a host does that starts the command.
func (w *world) client(options *mcp.ClientOptions) *mcp.ClientSession {
	w.t.Helper()
	server, err := mcpserver.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- server.ServeStdio(context.Background(), toServer, io.MultiWriter(w.wire, fromServer))
		_ = fromServer.Close()
	}()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, options)
	session, err := client.Connect(w.t.Context(), &mcp.IOTransport{Reader: toClient, Writer: fromClient}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		_ = session.Close()
		if err := <-ended; err != nil {
			w.t.Errorf("the server ended with %v", err)
		}
	})
	return session
}

// call calls a tool that must succeed, and decodes its structured result.
func call[Out any](t *testing.T, session *mcp.ClientSession, name string, arguments any) Out {
	t.Helper()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if result.IsError {
		t.Fatalf("%s: %s", name, text(result))
	}
	encoded, err := json.Marshal(result.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	var out Out
	if err := json.Unmarshal(encoded, &out); err != nil {
		t.Fatalf("%s: %s: %v", name, encoded, err)
	}
	return out
}

// refused calls a tool that must refuse, and returns its words.
func refused(t *testing.T, session *mcp.ClientSession, name string, arguments any) string {
	t.Helper()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	if err != nil {
		return err.Error()
	}
	if !result.IsError {
		t.Errorf("%s(%v) did %s", name, arguments, text(result))
	}
	return text(result)
}

func text(result *mcp.CallToolResult) string {
	var all []string
	for _, content := range result.Content {
		if part, ok := content.(*mcp.TextContent); ok {
			all = append(all, part.Text)
		}
	}
	return strings.Join(all, "\n")
}

// The parts of the tools' results that tests read.
type (
	plan struct {
		Digest, ETH, USDC, Gas, WhyNot, Payer string
		Applyable, Complete, MayApply         bool
		Steps                                 []struct{ Step, Symbol, Reason, Blocked string }
	}
	applied struct {
		Done         bool
		Transactions []struct{ Step, Hash string }
		Balances     struct{ StakedVvv, StakedDiem string }
		Key          struct{ ID, Last6, File string }
		Spent        struct{ ETH, USDC string }
	}
	status struct {
		Address  string
		Balances struct{ Eth, StakedVvv, StakedDiem string }
		Keys     []struct {
			ID    string
			Works bool
		}
		Limits struct {
			Apply         bool
			Today, PerDay struct{ ETH, USDC string }
		}
	}
	keyList struct {
		Keys []struct{ ID, Description, File string }
	}
	newKey struct{ ID, Last6, File string }
)
