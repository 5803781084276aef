// Package httpapi is the front door: routes, authentication, error bodies.
// Handlers are thin; what is decided is decided by the rooms below.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
	"stakegate/internal/challenge"
	"stakegate/internal/gateway"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/tracing"
	"stakegate/internal/usage"
)

// Mint issues challenges and keys.
type Mint interface {
	Challenge() (string, error)
	ChallengeFor(address common.Address) (token string, message challenge.Message, err error)
	Mint(ctx context.Context, proof issuer.Proof, spec apikey.Spec) (issuer.Minted, error)
	Create(ctx context.Context, caller apikey.Key, spec apikey.Spec) (issuer.Minted, error)
	CreateChild(ctx context.Context, caller apikey.Key, parentID string, spec apikey.Spec) (issuer.Minted, error)
	Rotate(ctx context.Context, caller apikey.Key, keyID string, overlap time.Duration) (issuer.Rotated, error)
	RevocationChallenge(address common.Address) (challenge.Message, error)
	RevokeAll(ctx context.Context, proof issuer.Proof) ([]apikey.Key, error)
}

// Keys finds and changes stored keys. Its methods return apikey.ErrNotFound.
type Keys interface {
	KeyByHash(ctx context.Context, hash [32]byte) (apikey.Key, error)
	Key(ctx context.Context, accountID, id string) (apikey.Key, error)
	Keys(ctx context.Context, accountID string) ([]apikey.Key, error)
	SubKeys(ctx context.Context, accountID, keyID string) ([]apikey.Key, error)
	UpdateKey(ctx context.Context, accountID, id string, by apikey.Actor, edit func(*apikey.Key)) (apikey.Key, error)
	RevokeKey(ctx context.Context, accountID, id string, by apikey.Actor) error
	// EndLeaked ends the secret with this hash, if there is one.
	EndLeaked(ctx context.Context, hash [32]byte) error
	// Audited lists at most limit of the entries about an account's keys and
	// credit whose numbers are below before, the newest first.
	Audited(ctx context.Context, accountID string, before int64, limit int) ([]ledger.Entry, error)
}

// Books reads what accounts have and have spent.
type Books interface {
	// Standing is an account's allocation and balance in the current epoch. The
	// first look in an epoch reads the chain.
	Standing(ctx context.Context, accountID string) (ledger.Standing, error)
	// KnownStanding is Standing that does not wait for a chain that is away or
	// slow: Granted is false if the allocation is not known.
	KnownStanding(ctx context.Context, accountID string) (ledger.Standing, error)
	Budgets(ctx context.Context, ids []string) (map[string]*ledger.Budget, error)
	SpendByKey(ctx context.Context, accountID string, since time.Time) (map[string]ledger.Settled, error)
}

// Allocations tells what accounts' allocations come from.
type Allocations interface {
	Allocation(ctx context.Context, accountID string) (Allocation, error)
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

// Analytics sums an account's charges up.
type Analytics interface {
	Report(ctx context.Context, accountID string, period usage.Period, now time.Time) (usage.Report, error)
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

// Degradation is something that does not work as it should.
type Degradation struct {
	Part    string `json:"part"` // a word for programs
	Problem string `json:"problem"`
}

// Limits bound what a management request may take. A zero field gets the value
// named.
type Limits struct {
	Body     int64         // bytes of a body; 64 KiB
	BodyTime time.Duration // to read it; 15 s
	Write    time.Duration // to write an answer; 30 s
}

func (l Limits) withDefaults() Limits {
	if l.Body <= 0 {
		l.Body = 64 << 10
	}
	if l.BodyTime <= 0 {
		l.BodyTime = 15 * time.Second
	}
	if l.Write <= 0 {
		l.Write = 30 * time.Second
	}
	return l
}

// Config wires the front door.
type Config struct {
	Mint  Mint
	Keys  Keys
	Books Books
	// Allocations explains what Books has of stakes.
	Allocations Allocations
	Spend       Spend
	History     History
	Analytics   Analytics
	Denials     Denials
	// Catalog returns the newest catalogue.
	Catalog func() *catalog.Catalog
	Hasher  *apikey.Hasher
	// TrustedProxies are the addresses whose X-Forwarded-For is believed, for keys
	// that may be used from some networks only.
	TrustedProxies []netip.Prefix
	// Failures blocks callers whose requests fail too often; nil: nobody.
	Failures *Failures
	// Sources bounds what networks do before they have proved anything; nil:
	// nobody is bounded.
	Sources *Sources
	// Observe is told of every request when it is over; nil: nobody is.
	Observe func(Request)
	// Tracer makes a span of each request of the API; nil: none.
	Tracer *tracing.Tracer
	// Limits bound what a management request may take.
	Limits Limits
	// Pages makes the routes for people, who see their account through the API;
	// nil: there are none.
	Pages func(api *API) Pages
	// Ready returns nil when this server may take traffic.
	Ready func(ctx context.Context) error
	// Away tells an error of a database that cannot be reached; nil: none is one.
	Away func(error) bool
	// Degraded lists what does not work as it should while Ready is nil; nil:
	// nothing is known. Everybody may see it.
	Degraded func() []Degradation
	// Guide is the text of /llms.txt.
	Guide string
	// Skill is the text of /skill.md.
	Skill string
	// Network is the document of /.well-known/stakegate.json.
	Network []byte
	Version string
	Now     func() time.Time
	Logger  *slog.Logger
}

type server struct {
	config Config
	known  knownKeys
	// refusePage tells browsers what is refused; nil: as it tells programs.
	refusePage func(w http.ResponseWriter, r *http.Request, status int, text, next string)
}

// New returns the handler of every route.
func New(config Config) http.Handler {
	config.Limits = config.Limits.withDefaults()
	s := &server{config: config}
	r := newRouter()
	s.routes(r)
	return s.observe(s.serve(r))
}

func (s *server) routes(r *router) {
	const api = apiPrefix
	r.expect(openAIPrefix, manners{form: openAIForm{}})
	add := func(pattern string, handler http.Handler) { r.add(endpoint{pattern: pattern, handler: handler}) }
	tokens := func(sources *Sources) *bucketTable { return sources.tokens }
	proofs := func(sources *Sources) *bucketTable { return sources.mints }
	for _, e := range []endpoint{
		{pattern: "GET " + api + "/api_keys/generate_web3_key", handler: s.open(s.getChallenge), limit: tokens},
		{pattern: "POST " + api + "/api_keys/generate_web3_key", handler: s.open(s.postMint), limit: proofs},
		{pattern: "GET " + api + "/api_keys/revoke_all", handler: s.open(s.getRevocation), limit: tokens},
		{pattern: "POST " + api + "/api_keys/revoke_all", handler: s.open(s.revokeAll), limit: proofs},
		{pattern: "POST " + api + "/leaks", handler: s.open(s.reportLeak), limit: proofs},
	} {
		r.add(e)
	}

	add("GET "+api+"/api_keys", s.admin(s.listKeys))
	add("POST "+api+"/api_keys", s.admin(s.createKey))
	add("PATCH "+api+"/api_keys", s.admin(s.updateKey))
	add("DELETE "+api+"/api_keys", s.authenticated(s.deleteKey))
	add("GET "+api+"/api_keys/rate_limits", s.authenticated(s.rateLimits))
	add("GET "+api+"/api_keys/rate_limits/log", s.admin(s.rateLimitLog))
	add("GET "+api+"/api_keys/audit", s.admin(s.auditLog))
	add("GET "+api+"/api_keys/{id}", s.authenticated(s.getKey))
	add("DELETE "+api+"/api_keys/{id}", s.authenticated(s.deleteKey))
	add("POST "+api+"/api_keys/{id}/rotate", s.admin(s.rotateKey))
	add("GET "+api+"/api_keys/{id}/children", s.authenticated(s.listChildren))
	add("POST "+api+"/api_keys/{id}/children", s.authenticated(s.createChild))

	for _, prefix := range []string{apiPrefix, openAIPrefix} {
		for _, route := range s.config.Spend.Routes() {
			if own := route.Manners; own != nil {
				r.expect(prefix+route.Path, manners{form: vendorForm(own.ErrorBody), keyHeader: own.KeyHeader, idHeader: own.IDHeader})
			}
		}
		add("GET "+prefix+"/models", s.open(s.listModels))
		add("GET "+prefix+"/models/traits", s.open(s.modelTraits))
		add("GET "+prefix+"/models/compatibility_mapping", s.open(s.compatibilityMapping))
		add("GET "+prefix+"/models/{id}", s.open(s.getModel))
		for _, route := range s.config.Spend.Routes() {
			r.add(endpoint{pattern: "POST " + prefix + route.Path, handler: s.billable(route), paid: true})
		}
	}

	add("GET "+api+"/billing/balance", s.authenticated(s.balance))
	add("GET "+api+"/billing/allocation", s.admin(s.allocation))
	add("GET "+api+"/billing/usage", http.HandlerFunc(s.usageSunset))
	add("GET "+api+"/billing/usage-history", s.admin(s.usageHistory))
	add("GET "+api+"/billing/usage-analytics", s.admin(s.usageAnalytics))

	add("GET /", http.HandlerFunc(s.llms))
	add("GET /healthz", http.HandlerFunc(s.healthz))
	add("GET /readyz", http.HandlerFunc(s.readyz))
	add("GET /openapi.yaml", http.HandlerFunc(s.openAPI))
	add("GET /llms.txt", http.HandlerFunc(s.llms))
	add("GET /skill.md", http.HandlerFunc(s.skill))
	add("GET /.well-known/stakegate.json", http.HandlerFunc(s.network))
	s.addPages(r)
}
