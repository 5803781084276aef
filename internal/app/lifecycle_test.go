package app_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

func TestStartingAndStoppingLeavesNothingRunning(t *testing.T) {
	ignored := goleak.IgnoreCurrent()
	dir, clock := t.TempDir(), apptest.NewClock()
	for range 5 {
		t.Run("life", func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{Dir: dir, Clock: clock})
			_, admin := w.Account(100)
			for _, members := range []string{"", `"stream":true`} {
				if answer := w.Chat(admin, "hello", members); answer.Status != http.StatusOK {
					t.Errorf("%s", answer)
				}
			}
		})
	}
	goleak.VerifyNone(t, ignored)
}

// TestAServerThatCannotStartSaysWhyAndLeavesNothing spoils one thing at a
// time.
func TestAServerThatCannotStartSaysWhyAndLeavesNothing(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	good := w.Config
	w.Stop()
	wide := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(wide, []byte("Authorization: Bearer x"), 0o644); err != nil {
		t.Fatal(err)
	}
	ignored := goleak.IgnoreCurrent()
	for name, test := range map[string]struct {
		spoil func(*app.Config)
		want  string
	}{
		"public url":  {func(c *app.Config) { c.PublicURL = "ftp://x" }, "public_url"},
		"upper case":  {func(c *app.Config) { c.PublicURL = "https://API.example.org" }, "public url must be like"},
		"root key":    {func(c *app.Config) { c.RootKeyFile = c.Catalog }, "does not hold 32 random bytes"},
		"catalogue":   {func(c *app.Config) { c.Catalog = filepath.Join(w.Dir, "none.yaml") }, "reading the catalogue"},
		"relative":    {func(c *app.Config) { c.Catalog = "none.yaml" }, "internal/app/none.yaml: relative paths begin where the server was started"},
		"collector":   {func(c *app.Config) { c.Tracing.Endpoint, c.Tracing.HeadersFile = "http://127.0.0.1:1/v1/traces", wide }, wide + " can be read by others"},
		"webhooks":    {func(c *app.Config) { c.Webhooks.URL, c.Webhooks.SecretFile = "http://127.0.0.1:1/", wide }, wide + " can be read by others"},
		"operator":    {func(c *app.Config) { c.Operator.TokenFile = wide }, wide + " can be read by others"},
		"no chain":    {func(c *app.Config) { c.Chain.RPC = nil }, "chain.rpc: give at least one URL"},
		"wrong chain": {func(c *app.Config) { c.Chain.ID = 1 }, "node serves another chain"},
		"chain url":   {func(c *app.Config) { c.Chain.RPC = []string{"ws://x"} }, "chain.rpc[0]: must be an http or https URL"},
		"adapter":     {func(c *app.Config) { c.Stake.Mint.Adapter = "x" }, "stake.mint: adapter must be"},
		"contract":    {func(c *app.Config) { c.Stake.Mint.Contract = "0x1" }, `stake.mint: contract "0x1" is not an address`},
		"min":         {func(c *app.Config) { c.Stake.Mint.Min = "1,5" }, "stake.mint: min:"},
		"min of 0":    {func(c *app.Config) { c.Stake.Mint.Min = "0" }, "stake.mint: min must be above 0"},
		"allocations": {func(c *app.Config) { c.Stake.Allocation = nil }, "stake.allocation is empty"},
		"pool":        {func(c *app.Config) { c.Stake.Allocation[1].Pool = "much" }, "stake.allocation[1]: pool:"},
		"no pool":     {func(c *app.Config) { c.Stake.Allocation[1].Pool = "" }, "stake.allocation[1]: pool must be a positive amount"},
		"two pools":   {func(c *app.Config) { c.Stake.Allocation[0] = c.Stake.Allocation[1] }, "is called \"pool\" already"},
		"proxies":     {func(c *app.Config) { c.Limits.TrustedProxies = []string{"10.0.0.0/8", "a proxy"} }, `limits.trusted_proxies: "a proxy"`},
		"metrics":     {func(c *app.Config) { c.MetricsListen = "nowhere" }, "metrics_listen"},
		"database":    {func(c *app.Config) { c.Database = "mysql://x" }, "is not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			config := good
			config.Stake.Allocation = append([]app.AdapterConfig{}, good.Stake.Allocation...)
			test.spoil(&config)
			_, err := app.New(t.Context(), config, app.Options{Listener: listener(t)})
			wantText(t, err, test.want)
		})
	}
	goleak.VerifyNone(t, ignored)
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // closed already by a server that ran
	return l
}

func TestASecondServerOnTheSameDatabaseIsRefused(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, err := app.New(t.Context(), w.Config, app.Options{Listener: listener(t)})
	wantText(t, err, "another process has the database")
	// Its books can be looked at.
	if report, err := app.VerifyBooks(t.Context(), w.Config); err != nil || len(report.Problems) > 0 {
		t.Errorf("the books of a running server: %v, %v", report, err)
	}
}

func TestAServerWithoutItsChainStartsAndWaitsForIt(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	w.Chain.SetDown(true)
	config := w.Config
	w.Stop()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	server, err := app.New(ctx, config, app.Options{Listener: listener(t), Now: w.Clock.Now})
	if err != nil {
		t.Fatalf("a chain that is away is no reason not to start: %v", err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := server.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
