// Package httpapi is the front door: routes, authentication, error bodies.
// Handlers are thin; what is decided is decided by the rooms below.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"
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

// Spend serves the routes that cost money. Each call holds before it
// forwards; an error is returned only if nothing was written yet.
type Spend interface {
	Chat(w http.ResponseWriter, r *http.Request, caller gateway.Caller) *gateway.Error
	Embeddings(w http.ResponseWriter, r *http.Request, caller gateway.Caller) *gateway.Error
}

// History pages through an account's charges.
type History interface {
	Page(ctx context.Context, accountID string, query usage.Query, now time.Time) (usage.Page, error)
}

// Config wires the front door.
type Config struct {
	Mint    Mint
	Keys    Keys
	Books   Books
	Spend   Spend
	History History
	Catalog *catalog.Catalog
	Hasher  *apikey.Hasher
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
	mux := http.NewServeMux()
	s.routes(mux)
	return s.observe(s.wrapMux(mux))
}

func (s *server) routes(mux *http.ServeMux) {
	const api = "/api/v1"
	mux.Handle("GET "+api+"/api_keys/generate_web3_key", s.open(s.getChallenge))
	mux.Handle("POST "+api+"/api_keys/generate_web3_key", s.open(s.postMint))

	mux.Handle("GET "+api+"/api_keys", s.admin(s.listKeys))
	mux.Handle("POST "+api+"/api_keys", s.admin(s.createKey))
	mux.Handle("PATCH "+api+"/api_keys", s.admin(s.updateKey))
	mux.Handle("DELETE "+api+"/api_keys", s.admin(s.deleteKey))
	mux.Handle("GET "+api+"/api_keys/rate_limits", s.authenticated(s.rateLimits))
	mux.Handle("GET "+api+"/api_keys/{id}", s.authenticated(s.getKey))
	mux.Handle("DELETE "+api+"/api_keys/{id}", s.admin(s.deleteKey))

	mux.Handle("GET "+api+"/models", s.open(s.listModels))
	mux.Handle("GET "+api+"/models/traits", s.open(s.modelTraits))
	mux.Handle("GET "+api+"/models/compatibility_mapping", s.open(s.compatibilityMapping))

	mux.Handle("POST "+api+"/chat/completions", s.billable(s.config.Spend.Chat))
	mux.Handle("POST "+api+"/embeddings", s.billable(s.config.Spend.Embeddings))

	mux.Handle("GET "+api+"/billing/balance", s.authenticated(s.balance))
	mux.Handle("GET "+api+"/billing/usage-history", s.admin(s.usageHistory))

	mux.HandleFunc("GET /{$}", s.llms)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /openapi.yaml", s.openAPI)
	mux.HandleFunc("GET /llms.txt", s.llms)
}

// wrapMux answers what the mux does not know in the API's own error shape; its
// own 404 and 405 are plain text.
func (s *server) wrapMux(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler, pattern := mux.Handler(r)
		if isStatic(r) { // a static path wins over {id} for every method
			pattern = ""
			handler = methodNotAllowed("GET, HEAD")
		}
		if pattern != "" {
			eventOf(r).route = pattern
			mux.ServeHTTP(w, r)
			return
		}
		probe := &headerProbe{header: http.Header{}}
		handler.ServeHTTP(probe, r)
		if probe.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", probe.header.Get("Allow"))
			s.writeError(w, r, &Error{Status: probe.status, Text: textMethod, Code: "METHOD_NOT_ALLOWED"})
			return
		}
		s.writeError(w, r, &Error{
			Status: http.StatusNotFound, Text: textNotFound, Code: "NOT_FOUND",
			Next: "GET /openapi.yaml lists the routes.",
		})
	})
}

const rateLimitsPath = "/api/v1/api_keys/rate_limits"

func isStatic(r *http.Request) bool {
	return r.URL.Path == rateLimitsPath && r.Method != http.MethodGet && r.Method != http.MethodHead
}

func methodNotAllowed(allow string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", allow)
		w.WriteHeader(http.StatusMethodNotAllowed)
	})
}

// headerProbe learns what the mux would have answered.
type headerProbe struct {
	header http.Header
	status int
}

func (p *headerProbe) Header() http.Header { return p.header }

func (p *headerProbe) WriteHeader(status int) { p.status = status }

func (p *headerProbe) Write(data []byte) (int, error) { return len(data), nil }
