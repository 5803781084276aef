// Package httpapi is the front door: routes, authentication, error bodies.
// Handlers are thin; what is decided is decided by the rooms below.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/usage"
)

// Mint issues challenges and keys.
type Mint interface {
	Challenge() (string, error)
	Mint(ctx context.Context, proof issuer.Proof, spec apikey.Spec) (issuer.Minted, error)
	Create(ctx context.Context, accountID string, spec apikey.Spec) (issuer.Minted, error)
}

// Keys finds and changes stored keys. Its methods return apikey.ErrNotFound.
type Keys interface {
	KeyByHash(ctx context.Context, hash [32]byte) (apikey.Key, error)
	Key(ctx context.Context, accountID, id string) (apikey.Key, error)
	Keys(ctx context.Context, accountID string) ([]apikey.Key, error)
	UpdateKey(ctx context.Context, accountID, id string, edit func(*apikey.Key)) (apikey.Key, error)
	RevokeKey(ctx context.Context, accountID, id string) error
}

// Books reads what accounts have and have spent.
type Books interface {
	// Standing is an account's allocation and balance in the current epoch.
	Standing(ctx context.Context, accountID string) (ledger.Standing, error)
	Budgets(ctx context.Context, ids []string) (map[string]*ledger.Budget, error)
	SpendByKey(ctx context.Context, accountID string, since time.Time) (map[string]ledger.Settled, error)
}

// Spend lists the routes that cost money. On each of them a call holds before
// it forwards.
type Spend interface {
	Routes() []gateway.Route
}

// History pages through an account's charges.
type History interface {
	Page(ctx context.Context, accountID string, query usage.Query, now time.Time) (usage.Page, error)
}

// Denials lists an account's newest calls that were refused for their rate,
// the newest first.
type Denials interface {
	Denials(ctx context.Context, accountID string) ([]ledger.Denial, error)
}

// Request is what an observer learns of one request.
type Request struct {
	Route    string // the pattern, such as "GET /api/v1/models"; "" if there is none
	Status   int
	Duration time.Duration
}

// Config wires the front door.
type Config struct {
	Mint    Mint
	Keys    Keys
	Books   Books
	Spend   Spend
	History History
	Denials Denials
	Catalog *catalog.Catalog
	Hasher  *apikey.Hasher
	// Failures blocks callers whose requests fail too often; nil: nobody.
	Failures *Failures
	// Observe is told of every request when it is over; nil: nobody is.
	Observe func(Request)
	// Ready returns nil when this server may take traffic.
	Ready func(ctx context.Context) error
	// Guide is the text of /llms.txt.
	Guide   string
	Version string
	Now     func() time.Time
	Logger  *slog.Logger
}

type server struct{ config Config }

// New returns the handler of every route.
func New(config Config) http.Handler {
	s := &server{config}
	r := &router{mux: http.NewServeMux(), static: map[string][]string{}}
	s.routes(r)
	return s.observe(s.guardFailures(s.guardRoutes(r)))
}

// router is a mux that knows which methods each path without a variable has.
type router struct {
	mux    *http.ServeMux
	static map[string][]string
}

// Handle takes patterns of the form "METHOD /path".
func (r *router) Handle(pattern string, handler http.Handler) {
	r.mux.Handle(pattern, handler)
	method, path, _ := strings.Cut(pattern, " ")
	if path = strings.TrimSuffix(path, "{$}"); !strings.Contains(path, "{") {
		r.static[path] = append(r.static[path], method)
		if method == http.MethodGet {
			r.static[path] = append(r.static[path], http.MethodHead)
		}
	}
}

// HandleFunc is Handle for functions.
func (r *router) HandleFunc(pattern string, handler http.HandlerFunc) { r.Handle(pattern, handler) }

// apiPrefix begins the path of every route of the API.
const apiPrefix = "/api/v1"

func (s *server) routes(mux *router) {
	const api = apiPrefix
	mux.Handle("GET "+api+"/api_keys/generate_web3_key", s.open(s.getChallenge))
	mux.Handle("POST "+api+"/api_keys/generate_web3_key", s.open(s.postMint))

	mux.Handle("GET "+api+"/api_keys", s.admin(s.listKeys))
	mux.Handle("POST "+api+"/api_keys", s.admin(s.createKey))
	mux.Handle("PATCH "+api+"/api_keys", s.admin(s.updateKey))
	mux.Handle("DELETE "+api+"/api_keys", s.admin(s.deleteKey))
	mux.Handle("GET "+api+"/api_keys/rate_limits", s.authenticated(s.rateLimits))
	mux.Handle("GET "+api+"/api_keys/rate_limits/log", s.admin(s.rateLimitLog))
	mux.Handle("GET "+api+"/api_keys/{id}", s.authenticated(s.getKey))
	mux.Handle("DELETE "+api+"/api_keys/{id}", s.admin(s.deleteKey))

	mux.Handle("GET "+api+"/models", s.open(s.listModels))
	mux.Handle("GET "+api+"/models/traits", s.open(s.modelTraits))
	mux.Handle("GET "+api+"/models/compatibility_mapping", s.open(s.compatibilityMapping))

	for _, route := range s.config.Spend.Routes() {
		mux.Handle("POST "+api+route.Path, s.billable(route))
	}

	mux.Handle("GET "+api+"/billing/balance", s.authenticated(s.balance))
	mux.Handle("GET "+api+"/billing/usage-history", s.admin(s.usageHistory))

	mux.HandleFunc("GET /{$}", s.llms)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /openapi.yaml", s.openAPI)
	mux.HandleFunc("GET /llms.txt", s.llms)
}

// guardRoutes answers what is not a route in the API's own error shape: the
// mux's own 404 and 405 are plain text, it redirects from unclean paths, and
// where "/api_keys/{id}" has a method that "/api_keys/rate_limits" lacks, it
// would take the latter for an id.
func (s *server) guardRoutes(routes *router) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods, isStatic := routes.static[r.URL.Path]
		handler, pattern := routes.mux.Handler(r)
		switch {
		case !isClean(r.URL.Path):
			s.notFound(w, r)
		case isStatic && !slices.Contains(methods, r.Method):
			s.methodNotAllowed(w, r, strings.Join(methods, ", "))
		case pattern != "":
			eventOf(r).route = pattern
			routes.mux.ServeHTTP(w, r)
		default:
			probe := &headerProbe{header: http.Header{}}
			handler.ServeHTTP(probe, r)
			if probe.status == http.StatusMethodNotAllowed {
				s.methodNotAllowed(w, r, probe.header.Get("Allow"))
				return
			}
			s.notFound(w, r)
		}
	})
}

// isClean reports whether a path is spelt in the one way that routes are.
func isClean(text string) bool {
	cleaned := path.Clean(text)
	return text == cleaned || cleaned != "/" && text == cleaned+"/"
}

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	s.writeError(w, r, &Error{
		Status: http.StatusNotFound, Text: textNotFound, Code: "NOT_FOUND", Next: "GET /openapi.yaml lists the routes.",
	})
}

func (s *server) methodNotAllowed(w http.ResponseWriter, r *http.Request, allow string) {
	w.Header().Set("Allow", allow)
	s.writeError(w, r, &Error{Status: http.StatusMethodNotAllowed, Text: textMethod, Code: "METHOD_NOT_ALLOWED"})
}

// headerProbe learns what the mux would have answered.
type headerProbe struct {
	header http.Header
	status int
}

func (p *headerProbe) Header() http.Header { return p.header }

func (p *headerProbe) WriteHeader(status int) { p.status = status }

func (p *headerProbe) Write(data []byte) (int, error) { return len(data), nil }
