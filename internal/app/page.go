package app

import (
	"context"
	"time"

	"stakegate/internal/challenge"
	"stakegate/internal/dashboard"
	"stakegate/internal/httpapi"
	"stakegate/internal/issuer"
	"stakegate/internal/store"
)

// AccountPageConfig says how people see their account in a browser.
type AccountPageConfig struct {
	// Enabled serves the account page at /. Default true.
	Enabled *bool `yaml:"enabled"`
	// SessionLifetime is how long a wallet stays signed in. Default 12h.
	SessionLifetime Duration `yaml:"session_lifetime"`
}

func (c *AccountPageConfig) setDefaults() {
	if c.Enabled == nil {
		enabled := true
		c.Enabled = &enabled
	}
	setDefault(&c.SessionLifetime, Duration(12*time.Hour))
}

// sessionPurpose is followed by the generation of the ledger: a restored one
// knows no session of before, which may have ended since.
const sessionPurpose = "session/v1/"

// accountPage makes the account page's routes; nil if there is none.
func (a *App) accountPage(root []byte, books *allocations, challenges *challenge.Issuer, verifier issuer.Verifier) (func(*httpapi.API) httpapi.Pages, error) {
	if !*a.config.AccountPage.Enabled {
		return nil, nil
	}
	key, err := derive(root, sessionPurpose+a.store.Generation())
	if err != nil {
		return nil, err
	}
	public, err := a.publicURL()
	if err != nil {
		return nil, err
	}
	page, err := dashboard.New(dashboard.Config{
		Sessions: issuer.NewSessions(issuer.SessionsConfig{
			Challenges: challenges, Verifier: verifier, Stake: books, Store: a.store, Key: key,
			Lifetime: time.Duration(a.config.AccountPage.SessionLifetime), Now: a.options.Now,
		}),
		PublicURL: public, BlockedSince: a.blockedSince, Symbol: a.config.Stake.Mint.Symbol, Chain: a.config.Chain.Name, DevWallet: a.options.DevWallet, Now: a.options.Now,
	})
	return func(api *httpapi.API) httpapi.Pages {
		return httpapi.Pages{Routes: pagesOf(page.Routes(api)), Refuse: page.Refuse}
	}, err
}

// blockedSince is since when an account is blocked, nil if it is not.
func (a *App) blockedSince(ctx context.Context, accountID string) (*time.Time, error) {
	accounts, err := a.store.Accounts(ctx, store.AccountQuery{Prefix: accountID, Limit: 1})
	if err != nil || len(accounts) == 0 { // a wallet that has made no key has no account
		return nil, err
	}
	return accounts[0].BlockedAt, nil
}

// pagesOf are the page's routes as the front door takes them.
func pagesOf(routes []dashboard.Route) []httpapi.Page {
	pages := make([]httpapi.Page, len(routes))
	for i, route := range routes {
		pages[i] = httpapi.Page{Pattern: route.Pattern, Handler: route.Handler}
		switch {
		case route.Challenges:
			pages[i].Counts = httpapi.AsToken
		case route.Proves:
			pages[i].Counts = httpapi.AsMint
		}
	}
	return pages
}
