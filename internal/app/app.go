package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"stakegate/api"
	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
	"stakegate/internal/chain"
	"stakegate/internal/challenge"
	"stakegate/internal/dashboard"
	"stakegate/internal/gateway"
	"stakegate/internal/httpapi"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/signature"
	"stakegate/internal/stake"
	"stakegate/internal/store"
	"stakegate/internal/tracing"
	"stakegate/internal/upstream"
	"stakegate/internal/usage"
	"stakegate/internal/webhook"
)

// Options are what a program, rather than its operator, decides.
type Options struct {
	// Listener to serve on; its address makes the default public URL.
	Listener net.Listener
	// Guide fills in /llms.txt; its API base is set by the app.
	Guide api.Guide
	// Wrap, if set, goes around the whole handler.
	Wrap func(http.Handler) http.Handler
	// DevWallet, if set, lets anybody sign in to the account page as the wallet
	// that it returns; nil while there is none. For development worlds alone.
	DevWallet func() dashboard.Wallet
	// Limits of a paid call; see gateway.Limits for the defaults.
	Limits  gateway.Limits
	Version string
	Now     func() time.Time // default time.Now
	Logger  *slog.Logger     // default: none
	// WebhooksEvery is how often budgets are looked at for webhooks; 0: 15 s.
	WebhooksEvery time.Duration
}

// App is a server that was built and not yet run.
type App struct {
	config       Config
	options      Options
	store        *store.Store
	chain        *chain.Client
	engine       *ledger.Engine
	models       *catalog.Live
	upstreams    *upstream.Pool
	gateway      *gateway.Gateway
	denials      *denialLog
	failures     *httpapi.Failures // nil: nobody is blocked
	metrics      *metrics
	tracer       *tracing.Tracer // nil: nothing is traced
	condition    condition
	reloading    sync.Mutex
	running      Config          // what is in effect; guarded by reloading
	webhooks     *webhook.Sender // nil: nobody is told
	metricsDoor  *sideDoor       // nil: nobody watches
	operatorDoor *sideDoor       // nil: there is no operator page
	watcher      *stake.Watcher
	rootKeys     *rootKeyFile
	server       *http.Server
	api          string
	closing      sync.Once
}

const (
	cursorPurpose = "cursor/v1"
)

// New builds a server: it opens the database, checks the chain's id and reads
// the catalogue. Close must be called, unless Run is.
func New(ctx context.Context, config Config, options Options) (*App, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	a := &App{config: config, running: config, options: options, metrics: newMetrics()}
	a.metrics.build.WithLabelValues(options.Version).Set(1)
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// APIBase is the URL under which the API is served, with its path.
func (a *App) APIBase() string { return a.api }

// Handler serves every route.
func (a *App) Handler() http.Handler { return a.server.Handler }

func (a *App) build(ctx context.Context) error {
	publicURL, err := a.publicURL()
	if err != nil {
		return err
	}
	a.api = publicURL + "/api/v1"
	roots, err := loadRootKeys(a.config.RootKeyFile)
	if err != nil {
		return err
	}
	if err := a.openCatalog(); err != nil {
		return err
	}
	if err := a.openTraces(); err != nil {
		return err
	}
	if a.store, err = store.OpenWithWitness(ctx, a.config.Database, a.config.WitnessFile, a.options.Now); err != nil {
		return err
	}
	if err := a.claimRootKey(ctx, roots); err != nil {
		return err
	}
	if err := a.listenMetrics(ctx); err != nil {
		return err
	}
	if err := a.openWebhooks(); err != nil {
		return err
	}
	a.denials = newDenialLog(a.store, a.options.Now, a.options.Logger)
	policy, err := a.connectChain(ctx)
	if err != nil {
		return err
	}
	challenges, err := challenge.NewWithRoots(roots.roots, a.store.Generation(), publicURL, a.config.Chain.ID)
	if err != nil {
		return err
	}
	a.rootKeys = &rootKeyFile{path: a.config.RootKeyFile, first: roots.first, text: roots.text, challenges: challenges, log: a.options.Logger}
	allocations := a.allocations(policy)
	a.watcher = policy.Watcher(stake.WatcherConfig{
		Interval: time.Duration(a.config.Chain.PollInterval), Changed: allocations.changed, Failed: a.watchFailed,
	})
	hasher := apikey.NewHasher(roots.first)
	a.gateway = gateway.New(gateway.Config{
		Catalog: a.models.Current, Ledger: allocations, Upstreams: a.upstreams, Limits: a.config.Limits.gateway(a.options.Limits),
		Now: a.options.Now, NewID: newID, Log: a.options.Logger,
		Observe: a.metrics.observeCall, Denied: a.denials.add, Tracer: a.tracer,
	})
	if err := a.listenOperator(ctx, allocations); err != nil {
		return err
	}
	return a.open(roots.first, hasher, allocations, challenges)
}

// open builds the front door.
func (a *App) open(root []byte, hasher *apikey.Hasher, books *allocations, challenges *challenge.Issuer) error {
	cursorKey, err := derive(root, cursorPurpose)
	if err != nil {
		return err
	}
	history, err := usage.New(a.store, cursorKey)
	if err != nil {
		return err
	}
	guide := a.options.Guide
	guide.APIBase, guide.ChainID, guide.ChainName = a.api, a.config.Chain.ID, a.config.Chain.Name
	guide.StakeSymbol, guide.Staking = a.config.Stake.Mint.Symbol, a.config.Stake.Mint.Contract
	text, err := guide.Render()
	if err != nil {
		return err
	}
	skill, err := guide.RenderSkill()
	if err != nil {
		return err
	}
	if err := a.countFailures(); err != nil {
		return err
	}
	sources, err := a.config.Limits.sources(a.metrics.observeRefusal)
	if err != nil {
		return err
	}
	proxies, err := a.config.Limits.trustedProxies()
	if err != nil {
		return err
	}
	network, err := a.config.describe(a.api)
	if err != nil {
		return err
	}
	verifier := a.verifier(sources)
	pages, err := a.accountPage(root, books, challenges, verifier)
	if err != nil {
		return err
	}
	handler := httpapi.New(httpapi.Config{
		Mint: issuer.New(issuer.Config{
			Challenges: challenges, Verifier: verifier, Stake: books, Store: a.store, Hasher: hasher,
			Now: a.options.Now, MaxActive: a.config.Keys.MaxActive, MaxPerMinute: a.config.Keys.MaxPerMinute,
			MaxDepth: *a.config.Keys.MaxDepth, MaxSubKeys: a.config.Keys.MaxSubKeys,
			OpaqueMint: issuer.OpaqueMint(a.config.Keys.OpaqueMint),
		}),
		Keys: a.store, Books: booksOf{a.store, books}, Allocations: books, Spend: a.gateway, History: history, Denials: a.denials,
		Analytics: usage.NewAnalytics(a.store, modelNames(a.models.Current)),
		Catalog:   a.models.Current, Limits: a.config.Limits.management(), Hasher: hasher, TrustedProxies: proxies, Failures: a.failures, Sources: sources, Observe: a.metrics.observeRequest, Tracer: a.tracer,
		Pages: pages, Ready: a.ready, Away: store.Away, Degraded: a.degraded, Guide: text, Skill: skill, Network: network, Version: a.options.Version, Now: a.options.Now, Logger: a.options.Logger,
	})
	if a.options.Wrap != nil {
		handler = a.options.Wrap(handler)
	}
	a.server = a.newServer(a.leaving(handler))
	return nil
}

// booksOf is everything that the front door reads about money.
type booksOf struct {
	*store.Store
	*allocations
}

// catalogRead notes whether the newest catalogue is in use.
func (a *App) catalogRead(err error) {
	a.condition.refused.Store(err != nil)
	a.metrics.observeCatalog(err)
}

// modelNames finds models' names for people; a model that is gone has its id.
func modelNames(current func() *catalog.Catalog) func(id string) string {
	return func(id string) string {
		for _, model := range current().Models() {
			if model.ID == id {
				return model.Name
			}
		}
		return id
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// verifier asks contract wallets on the chain.
func (a *App) verifier(sources *httpapi.Sources) *signature.Verifier {
	wallets := a.config.SmartWallets
	return signature.New(signature.Config{
		Chain: a.chain, NoCounterfactual: wallets.Counterfactual != nil && !*wallets.Counterfactual,
		Admit: func(ctx context.Context) (func(), error) { return sources.AdmitWallet(ctx, a.options.Now()) },
		Gas:   wallets.Gas, Timeout: time.Duration(wallets.Timeout), Concurrent: wallets.Concurrent,
	})
}

// publicURL is the origin that clients use, without a slash at its end.
func (a *App) publicURL() (string, error) {
	origin := strings.TrimRight(a.config.PublicURL, "/")
	if origin == "" {
		return "http://" + a.options.Listener.Addr().String(), nil
	}
	if !strings.HasPrefix(origin, "https://") && !strings.HasPrefix(origin, "http://") {
		return "", fmt.Errorf("public_url %q must begin with https:// or http://", a.config.PublicURL)
	}
	return origin, nil
}

// ReloadCatalog reads the catalogue and the upstreams' keys again, now. What is
// not valid is refused, and the old ones stay; both are logged. Files that
// change are also noticed without it, within seconds.
func (a *App) ReloadCatalog() error { return a.models.Reload() }

// openCatalog reads the models, and the keys of their servers, whose files are
// named relative to the catalogue's folder.
func (a *App) openCatalog() (err error) {
	key := upstream.KeyFiles(filepath.Dir(a.config.Catalog))
	a.models, err = catalog.Open(catalog.LiveConfig{
		Path: a.config.Catalog, Log: a.options.Logger, Observe: a.catalogRead,
		Check: func(c *catalog.Catalog) error { return upstream.CheckKeys(c, key) },
	})
	if err != nil {
		return placed(err, a.config.Catalog)
	}
	a.upstreams = upstream.New(upstream.Config{
		Current: a.models.Current, Key: key, Now: a.options.Now, Log: a.options.Logger, Observe: a.metrics.observeAttempt,
	})
	a.metrics.registry.MustRegister(upstreamMetrics{a.upstreams})
	return nil
}

func (a *App) connectChain(ctx context.Context) (*stake.Policy, error) {
	policyConfig, err := a.config.Stake.policy()
	if err != nil {
		return nil, err
	}
	if len(policyConfig.Allocation) == 0 {
		return nil, errors.New("stake.allocation is empty: nobody could spend; list at least one adapter")
	}
	multicall, err := a.config.Chain.multicall()
	if err != nil {
		return nil, err
	}
	a.chain, err = chain.Dial(ctx, chain.Config{
		URLs: a.config.Chain.RPC, ChainID: a.config.Chain.ID, Required: a.config.Chain.Required, Multicall: multicall,
		Confirmations: *a.config.Chain.Confirmations, MaxHeadAge: time.Duration(a.config.Chain.MaxHeadAge),
		Timeout: time.Duration(a.config.Chain.Timeout), Now: a.options.Now, Logger: a.options.Logger,
	})
	if err != nil {
		return nil, err
	}
	a.metrics.watchChain(a.chain)
	policyConfig.Alarm = a.stakeAlarm
	return stake.NewPolicy(a.chain, policyConfig)
}

// stakeAlarm tells an operator that a contract is not what its adapter needs.
func (a *App) stakeAlarm(alarm stake.Alarm) {
	a.metrics.stakeAlarms.WithLabelValues(alarm.Kind).Inc()
	a.options.Logger.Error("a staking contract is not what it should be; stakes count by the snapshot at the epoch's first block",
		"source", alarm.Source, "alarm", alarm.Kind, "because", alarm.Text)
}

func (a *App) allocations(policy *stake.Policy) *allocations {
	var sources []ledger.Source
	for _, source := range policy.Sources() {
		sources = append(sources, ledger.Source{Name: source.Name, Pooled: source.Pooled})
	}
	a.engine = ledger.NewEngine(a.store, ledger.EngineConfig{
		Sources: sources, Exclusive: a.store.Exclusive(), FrozenEpoch: a.store.FrozenEpoch(), Lanes: a.store.Commits(), Observe: a.metrics.observeCommit, Logger: a.options.Logger,
	})
	a.metrics.watch(a.engine, a.store, a.options.Now)
	books := &allocations{
		policy: policy, engine: a.engine, store: a.store, sources: sources, pace: a.config.Chain.ReadsPerSecond,
		symbol: a.config.Stake.Mint.Symbol, chain: a.config.Chain.Name, now: a.options.Now,
	}
	most := 2*cmp.Or(time.Duration(a.config.Chain.Timeout), chain.DefaultTimeout) + 2*time.Second // the second RPC is asked when the first is silent
	books.reader = policy.Reader(stake.ReaderConfig{Size: readBatch, Most: most}, books.epochNow)
	return books
}

func (a *App) watchFailed(err error) {
	if err == nil {
		a.options.Logger.Info("stakes are read again")
		return
	}
	a.options.Logger.Warn("stakes cannot be read; allocations stay as they are", "error", err)
}

// placed says where a file was looked for whose relative path was not found.
func placed(err error, path string) error {
	absolute, absErr := filepath.Abs(path)
	if _, missing := os.Stat(path); !errors.Is(missing, fs.ErrNotExist) || filepath.IsAbs(path) || absErr != nil {
		return err
	}
	return fmt.Errorf("%w (%s: relative paths begin where the server was started)", err, absolute)
}
