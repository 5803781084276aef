// Package apptest runs whole servers inside a test: the product's own wiring on
// a fresh SQLite file, the echo model as its upstream, a fake or a real chain,
// and a clock that a test can move. Every answer is held against the API's
// description, and when a server stops its books must balance.
package apptest

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stakegate/api/apitest"
	"stakegate/internal/app"
	"stakegate/internal/dashboard"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/gateway"
)

// Options change what Start builds. The zero value of every field works.
type Options struct {
	// Dir holds the database and the root key; default: a new one. A server
	// can be started again on the Dir of one that was stopped.
	Dir   string
	Clock *Clock
	// RPC is a real chain's JSON-RPC, with ChainID; default: a FakeChain.
	RPC     string
	ChainID uint64
	// Config may change the configuration.
	Config func(*app.Config)
	Limits gateway.Limits
	// Media adds models of images and audio to the catalogue.
	Media bool
	// Echo changes the model server.
	Echo echo.Config
	// Model goes around the model server.
	Model  func(http.Handler) http.Handler
	Logger *slog.Logger
	// DevWallet is a development world's wallet.
	DevWallet func() dashboard.Wallet
	// WebhooksEvery is how often budgets are looked at for webhooks.
	WebhooksEvery time.Duration
}

// World is a running server and what is around it.
type World struct {
	T      testing.TB
	App    *app.App
	Config app.Config
	Clock  *Clock
	Chain  *FakeChain // nil with a real one
	Model  *echo.Server
	Origin string // http://host:port
	Dir    string

	client *http.Client
	stop   context.CancelFunc
	ended  chan error
}

// Start runs a server until the test ends or Stop is called.
func Start(t testing.TB, o Options) *World {
	t.Helper()
	w := &World{T: t, Clock: o.Clock, Dir: o.Dir, Model: echo.New(o.Echo), ended: make(chan error, 1)}
	if w.Clock == nil {
		w.Clock = NewClock()
	}
	if w.Dir == "" {
		w.Dir = t.TempDir()
	}
	if o.RPC == "" {
		w.Chain = NewFakeChain(t, w.Clock)
		o.RPC, o.ChainID = w.Chain.URL(), ChainID
	}
	w.writeCatalog(o)
	w.Config = w.configuration(o)
	if o.Config != nil {
		o.Config(&w.Config)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.Origin = "http://" + listener.Addr().String()
	if o.Logger == nil && testing.Verbose() {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	validator := apitest.New(t)
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.App, err = app.New(ctx, w.Config, app.Options{
		Listener: listener, Wrap: contract(validator), DevWallet: o.DevWallet, Version: "test",
		Now: w.Clock.Now, Limits: o.Limits, Logger: o.Logger, WebhooksEvery: o.WebhooksEvery,
	})
	if err != nil {
		stop()
		_ = listener.Close()
		t.Fatalf("starting the server: %v", err)
	}
	w.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	go func() { w.ended <- w.App.Run(ctx) }()
	t.Cleanup(func() {
		w.Stop()
		collect(validator)
	})
	return w
}

// contract holds all answers against the description, but for what people see.
func contract(v *apitest.Validator) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		checked := v.Middleware(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isPage(r.URL.Path) || strings.Contains(r.Header.Get("Accept"), "text/html") && !strings.Contains(r.URL.Path, "/v1/") {
				next.ServeHTTP(w, r)
				return
			}
			checked.ServeHTTP(w, r)
		})
	}
}

// isPage reports whether a path is one of the account page's, which people see.
func isPage(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return slices.Contains([]string{"", "session", "keys", "usage", "history", "history.csv", "activity", "assets"}, first)
}

func (w *World) writeCatalog(o Options) {
	w.T.Helper()
	handler := http.Handler(w.Model)
	if o.Model != nil {
		handler = o.Model(handler)
	}
	model := httptest.NewServer(handler)
	w.T.Cleanup(model.Close)
	away := httptest.NewServer(nil)
	away.Close() // its port refuses connections
	text := catalogFor(model.URL+"/v1", away.URL+"/v1", o.Media)
	if err := os.WriteFile(filepath.Join(w.Dir, "catalog.yaml"), []byte(text), 0o600); err != nil {
		w.T.Fatal(err)
	}
}

func (w *World) configuration(o Options) app.Config {
	w.T.Helper()
	config, err := app.LoadConfig("", []string{
		app.EnvironmentPrefix + "DATABASE=sqlite:" + filepath.Join(w.Dir, "stakegate.db"),
		app.EnvironmentPrefix + "ROOT_KEY_FILE=" + filepath.Join(w.Dir, "root.key"),
		app.EnvironmentPrefix + "CATALOG=" + filepath.Join(w.Dir, "catalog.yaml"),
		app.EnvironmentPrefix + "CHAIN_CONFIRMATIONS=0",
	})
	if err != nil {
		w.T.Fatal(err)
	}
	config.Chain.ID, config.Chain.RPC = o.ChainID, []string{o.RPC}
	config.Chain.PollInterval = app.Duration(50 * time.Millisecond)
	config.Stake = app.StakeConfig{
		Mint: app.AdapterConfig{Adapter: "venice-vvv", Contract: Staking.Hex(), Symbol: "VVV"},
		Allocation: []app.AdapterConfig{
			{Adapter: "venice-diem", Contract: DIEM.Hex(), Min: "0.1"},
			{Adapter: "pool", Contract: Staking.Hex(), Pool: "1000"},
		},
	}
	config.ShutdownGrace = app.Duration(5 * time.Second)
	config.Limits.Generous(0) // tests fail on purpose, and often
	return config
}

// Stop stops the server as a signal would and checks the books that it leaves.
func (w *World) Stop() {
	w.T.Helper()
	if w.stop == nil {
		return
	}
	w.client.CloseIdleConnections()
	w.stop()
	w.stop = nil
	if err := <-w.ended; err != nil {
		w.T.Errorf("the server stopped with an error: %v", err)
	}
	w.CheckBooks()
}

// CheckBooks recomputes the books of a stopped server.
func (w *World) CheckBooks() {
	w.T.Helper()
	report, err := app.VerifyBooks(context.Background(), w.Config)
	if err != nil {
		w.T.Fatalf("verifying the books: %v", err)
	}
	for _, problem := range report.Problems {
		w.T.Errorf("the books do not balance: %s", problem)
	}
	if report.Reserved > 0 {
		w.T.Errorf("%d holds are open after the server stopped", report.Reserved)
	}
}

// Eventually waits until a condition holds, for as long as is given.
func (w *World) Eventually(within time.Duration, what string, holds func() bool) {
	w.T.Helper()
	deadline := time.Now().Add(within)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			w.T.Fatalf("not within %s: %s", within, what)
		}
		<-ticker.C
	}
}
