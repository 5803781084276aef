// Package dashboard is the account page: what a person sees and does in a
// browser, after signing in with a wallet (EIP-4361).
//
// The page decides nothing about keys and money. Everything that it shows and
// changes goes through the API's own routes, in this process, as the wallet that
// has signed in; it turns forms into the API's requests and answers into HTML.
// It works without scripts, but for the wallet's signature: scripts connect the
// wallet, copy, draw charts and keep the numbers fresh. There is no build step,
// and nothing comes from another origin.
package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/challenge"
	"stakegate/internal/issuer"
)

// Sessions lets wallets sign in. Its errors are for API's Explain, but for
// issuer.ErrNoSession.
type Sessions interface {
	Challenge(address common.Address) (challenge.Message, error)
	SignIn(ctx context.Context, proof issuer.Proof) (token string, session issuer.Session, err error)
	Session(ctx context.Context, token string) (issuer.Session, error)
	SignOut(ctx context.Context, token string) error
}

// API is the product's API, asked in this process.
type API interface {
	// As serves the API's management routes to a wallet.
	As(accountID string) http.Handler
	// Explain is what the API would answer to an error of the rooms below: the
	// status, its code, what is wrong, and what to do next.
	Explain(r *http.Request, err error) (status int, code, text, next string)
}

// Wallet signs in the place of somebody's browser wallet (EIP-191).
type Wallet interface {
	Address() common.Address
	SignMessage(ctx context.Context, text string) ([]byte, error)
}

// Config wires the page.
type Config struct {
	Sessions Sessions
	// PublicURL is the origin that browsers use, and the path, if any, that a
	// proxy takes away; without a slash at its end.
	PublicURL string
	// BlockedSince is since when the operator has an account's keys refused, nil
	// if not.
	BlockedSince func(ctx context.Context, accountID string) (*time.Time, error)
	// Symbol and Chain name what has to be staked, and where.
	Symbol, Chain string
	// DevWallet, if set, returns the wallet of a development world, by which
	// anybody may sign in; nil while there is none yet.
	DevWallet func() Wallet
	Now       func() time.Time
}

// Route is a page, or something that a page asks for.
type Route struct {
	Pattern string // "METHOD /path"
	Handler http.Handler
	// Challenges and Proves say that the route gives a challenge out, or takes a
	// signed one, which strangers may not do often.
	Challenges, Proves bool
}

// Dashboard is the account page. It is safe for concurrent use.
type Dashboard struct {
	config  Config
	api     API
	base    string // the public URL's path, before all links
	secure  bool   // browsers come by https
	pages   map[string]*template.Template
	guarded *http.CrossOriginProtection
}

// New makes the account page. The public URL must be valid.
func New(config Config) (*Dashboard, error) {
	public, err := url.Parse(config.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("the account page's public url: %w", err)
	}
	d := &Dashboard{config: config, base: public.Path, secure: public.Scheme == "https", guarded: http.NewCrossOriginProtection()}
	// A proxy may change the Host by which a browser's Origin is judged.
	if err := d.guarded.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("the account page's public url: %w", err)
	}
	d.guarded.SetDenyHandler(http.HandlerFunc(d.denied))
	d.pages, err = d.parse()
	return d, err
}

// Routes are all pages, which ask this API. It is called once.
func (d *Dashboard) Routes(api API) []Route {
	d.api = api
	var routes []Route
	add := func(route Route) {
		route.Handler = d.guarded.Handler(withHeaders(route.Handler))
		routes = append(routes, route)
	}
	page := func(pattern string, serve func(v *visit)) {
		add(Route{Pattern: pattern, Handler: d.signedIn(serve)})
	}
	add(Route{Pattern: "GET /", Handler: http.HandlerFunc(d.front)})
	add(Route{Pattern: "GET /session/challenge", Handler: http.HandlerFunc(d.challenge), Challenges: true})
	add(Route{Pattern: "POST " + challenge.SignInPath, Handler: http.HandlerFunc(d.signIn), Proves: true})
	add(Route{Pattern: "POST /session/end", Handler: http.HandlerFunc(d.signOut)})
	if d.config.DevWallet != nil {
		add(Route{Pattern: "POST /session/dev", Handler: http.HandlerFunc(d.devSignIn), Proves: true})
	}
	page("GET /keys/new", (*visit).newKey)
	page("POST /keys/new", (*visit).createKey)
	page("GET /keys/{id}", (*visit).showKey)
	page("POST /keys/{id}", (*visit).editKey)
	page("GET /keys/{id}/rotate", (*visit).askRotate)
	page("POST /keys/{id}/rotate", (*visit).rotateKey)
	page("GET /keys/{id}/revoke", (*visit).askRevoke)
	page("POST /keys/{id}/revoke", (*visit).revokeKey)
	page("GET /usage", (*visit).usage)
	page("GET /history", (*visit).history)
	page("GET /history.csv", (*visit).historyCSV)
	page("GET /activity", (*visit).activity)
	return append(routes, Route{Pattern: "GET /assets/{version}/{file}", Handler: withHeaders(http.HandlerFunc(asset))})
}

// policy lets a page load its own scripts and styles and nothing else, and ask
// its own origin only. Wallets announce their icons as data (EIP-6963).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// withHeaders keeps pages out of caches, frames and other origins' reach. The
// referrer stays within the origin: without any, a form's Origin would be null.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// link is a page's path as browsers see it.
func (d *Dashboard) link(path string) string { return strings.TrimSuffix(d.base, "/") + path }

// redirect answers a form: the browser gets the page by GET, so that loading
// it again does nothing twice.
func (d *Dashboard) redirect(w http.ResponseWriter, path string) {
	w.Header().Set("Location", d.link(path))
	w.WriteHeader(http.StatusSeeOther)
}
