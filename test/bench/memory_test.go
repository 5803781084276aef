package bench_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"stakegate/internal/apikey"
	"stakegate/internal/app"
	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
	"stakegate/internal/httpapi"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/telemetry"
	"stakegate/internal/upstream"
)

// books in memory answer as the ledger does and remember nothing: what is left
// of a call's cost is everything but the durable ledger.
type books struct {
	key  [32]byte
	mu   sync.Mutex
	free money.Nano
	held map[string]money.Nano
}

func (b *books) Hold(_ context.Context, r ledger.HoldRequest) (ledger.Held, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.KeyHash != b.key {
		return ledger.Held{}, ledger.ErrKey
	}
	if r.Max > b.free {
		return ledger.Held{}, errors.New("the bench's budget is spent")
	}
	before := b.free
	b.free -= r.Max
	b.held[r.ID] = r.Max
	return ledger.Held{ID: r.ID, KeyID: "key", AccountID: "account", Amount: r.Max, At: time.Now(), Before: ledger.Balance{DIEM: before}}, nil
}

func (b *books) Settle(_ context.Context, s ledger.Settlement) (ledger.Settled, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held, ok := b.held[s.HoldID]
	if !ok {
		return ledger.Settled{}, ledger.ErrHoldUnknown
	}
	delete(b.held, s.HoldID)
	cost := min(s.Cost, held)
	b.free += held - cost
	return ledger.Settled{DIEM: cost}, nil
}

func (b *books) Void(ctx context.Context, id string) error {
	_, err := b.Settle(ctx, ledger.Settlement{HoldID: id})
	return err
}

// KeyByHash is asked before a long body is taken.
func (b *books) KeyByHash(_ context.Context, hash [32]byte) (apikey.Key, error) {
	if hash != b.key {
		return apikey.Key{}, apikey.ErrNotFound
	}
	return apikey.Key{ID: "key", AccountID: "account"}, nil
}

// oneKey is all that the front door asks about keys on the way of a call.
type oneKey struct {
	allQuestions
	books *books
}

type allQuestions = httpapi.Keys // its own name is that of a method

func (k oneKey) KeyByHash(ctx context.Context, hash [32]byte) (apikey.Key, error) {
	return k.books.KeyByHash(ctx, hash)
}

const keyVariable = "STAKEGATE_BENCH_KEY"

// playMemory serves the product's own front door and gateway over books in
// memory.
func playMemory() error {
	app.TuneProcess()
	models, err := catalog.Parse([]byte(strings.ReplaceAll(gateCatalog, "MODEL", os.Getenv(targetVariable))))
	if err != nil {
		return err
	}
	secret, err := apikey.Parse(os.Getenv(keyVariable))
	if err != nil {
		return err
	}
	hasher := apikey.NewHasher(make([]byte, apikey.MinRootLength))
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	logger, err := telemetry.NewLogger(telemetry.NewLines(null), "info", true)
	if err != nil {
		return err
	}
	memory := &books{key: hasher.Hash(secret), free: money.Max / 2, held: map[string]money.Nano{}}
	spend := gateway.New(gateway.Config{
		Catalog: catalog.Fixed(models).Current, Ledger: memory,
		Upstreams: upstream.New(upstream.Config{Current: catalog.Fixed(models).Current}),
		NewID:     func() string { return uuid.Must(uuid.NewV7()).String() }, Log: logger,
	})
	listener, err := announce()
	if err != nil {
		return err
	}
	return http.Serve(listener, httpapi.New(httpapi.Config{
		Keys: oneKey{books: memory}, Spend: spend, Catalog: catalog.Fixed(models).Current, Hasher: hasher, Now: time.Now, Logger: logger,
		Ready: func(context.Context) error { return nil },
	}))
}

func inMemory(t *testing.T, model string) *server {
	t.Helper()
	secret, err := apikey.New(apikey.Inference)
	if err != nil {
		t.Fatal(err)
	}
	p, address := self(t, "memory", fmt.Sprint(serverCore), targetVariable+"="+model, keyVariable+"="+secret.Reveal())
	return &server{
		name: "memory", address: address, path: "/api/v1/chat/completions", process: p, core: serverCore,
		headers: authorization(secret.Reveal()),
	}
}

const profileVariable = "STAKEGATE_BENCH_PROFILE"

// playProfiled is "stakegate serve" with a CPU profile of its whole life.
func playProfiled() error {
	app.TuneProcess()
	config, err := app.LoadConfig(os.Getenv(targetVariable), nil)
	if err != nil {
		return err
	}
	out, err := os.Create(os.Getenv(profileVariable))
	if err != nil {
		return err
	}
	logger, err := telemetry.NewLogger(telemetry.NewLines(os.Stderr), "info", true)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server, err := app.New(ctx, config, app.Options{Listener: listener, Version: "bench", Logger: logger})
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	if _, err := fmt.Println("running"); err != nil {
		return err
	}
	err = server.Run(ctx)
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

// profile writes a CPU profile of stakegate at saturation.
func profile(t *testing.T) {
	model := startMock(t, mockSettings{Chunks: chunksOfStream, Pace: paceOfStream})
	database := ""
	if contains(listed(*serversFlag), "postgres") {
		database = postgres(t)
	}
	g := newGate(t, model, database)
	g.runProfiled(fmt.Sprint(serverCore))
	p := g.process
	s := g.as("sqlite", serverCore)
	chosen := plan{scenarios: []string{"plain"}}
	if *onlyFlag != "" {
		chosen.scenarios = listed(*onlyFlag)
	}
	for _, scenario := range scenarios() {
		if j, ok := scenario.job(s); ok && chosen.has(scenario.name) {
			j.Address, j.Core, j.Window, j.Process = s.address, s.core, 10*time.Second, p.pids()
			o := perform(t, j)
			fmt.Printf("%s: %.0f a second, %.1f us each, %d failed\n", scenario.title, float64(o.Requests)/o.Window.Seconds(),
				micros(o.CPU)/float64(o.Requests), o.Failed)
		}
	}
	g.endProfile()
}

// runProfiled runs the gate with a CPU profile.
func (g *gate) runProfiled(cores string) {
	g.t.Helper()
	path, err := filepath.Abs(*profileTo)
	if err != nil {
		g.t.Fatal(err)
	}
	g.process, _ = self(g.t, "profiled", cores, targetVariable+"="+g.config, profileVariable+"="+path)
	answers(g.t, "http://"+g.address+"/readyz", startTime)
}

// endProfile stops the gate, which then writes its profile.
func (g *gate) endProfile() {
	g.t.Helper()
	if err := g.process.command.Process.Signal(syscall.SIGTERM); err != nil {
		g.t.Fatal(err)
	}
	<-g.process.ended
	fmt.Printf("profile: go tool pprof -top -cum %s\n", *profileTo)
}
