package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"stakegate/internal/apikey"
)

// Pages are what a server has for people.
type Pages struct {
	Routes []Page
	// Refuse tells a browser what the front door refuses: paths that are no route,
	// sources that ask too often, and what is broken.
	Refuse func(w http.ResponseWriter, r *http.Request, status int, text, next string)
}

// Page is a route for people, beside the API's.
type Page struct {
	Pattern string // "METHOD /path"
	Handler http.Handler
	Counts  Counted
}

// Counted says as what a page's requests count for their source (see Sources).
type Counted int

// A page's requests are not counted, as those for validation tokens, or as
// those that present signed ones.
const (
	NotCounted Counted = iota
	AsToken
	AsMint
)

func (c Counted) limit() func(*Sources) *bucketTable {
	switch c {
	case AsToken:
		return func(sources *Sources) *bucketTable { return sources.tokens }
	case AsMint:
		return func(sources *Sources) *bucketTable { return sources.mints }
	}
	return nil
}

// addPages adds the routes for people. Their "GET /" is for browsers: agents,
// which do not ask for HTML there, get the guide.
func (s *server) addPages(r *router) {
	if s.config.Pages == nil {
		return
	}
	pages := s.config.Pages(&API{s, r})
	s.refusePage = pages.Refuse
	for _, page := range pages.Routes {
		handler := page.Handler
		if page.Pattern == "GET /" {
			handler = s.pageOrGuide(handler)
		}
		r.add(endpoint{pattern: page.Pattern, handler: handler, limit: page.Counts.limit()})
	}
}

func (s *server) pageOrGuide(page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		if wantsPage(r) {
			page.ServeHTTP(w, r)
			return
		}
		s.llms(w, r)
	})
}

// forPeople reports whether a browser asks for something that is neither the
// API's nor for whoever balances loads.
func forPeople(r *http.Request) bool {
	return wantsPage(r) && !isAPI(r.URL.Path) && r.URL.Path != "/readyz"
}

// wantsPage reports whether a browser asks for something to show.
func wantsPage(r *http.Request) bool {
	return slices.ContainsFunc(r.Header.Values("Accept"), func(accepts string) bool { return strings.Contains(accepts, "text/html") })
}

// API is the front door's API as pages use it: without a key, for a wallet that
// they know by other means.
type API struct {
	server *server
	router *router
}

// As serves the API's management routes to a wallet. Nothing of the request
// says so: whoever calls it has made sure of it.
func (a *API) As(accountID string) http.Handler {
	caller := apikey.OfWallet(accountID)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		outer := eventOf(r)
		e := &event{id: outer.id, control: http.NewResponseController(w), limits: a.server.config.Limits, caller: &caller}
		r = r.WithContext(context.WithValue(r.Context(), eventKey{}, e))
		defer func() { outer.add(e.extra...) }()
		found, _ := a.router.find(r)
		switch {
		case found == nil || found.paid || !isAPI(r.URL.Path):
			a.server.writeError(w, r, errNoRoute)
		case a.router.dynamic[found.pattern] != nil: // the mux fills in the variables
			a.router.mux.ServeHTTP(w, r)
		default:
			found.handler.ServeHTTP(w, r)
		}
	})
}

// Explain is what the API would answer to an error of the rooms below: the
// status, the code, what is wrong, and what to do next, which may be "".
func (a *API) Explain(r *http.Request, err error) (status int, code, text, next string) {
	problem := a.server.problem(err)
	if problem.cause != nil {
		eventOf(r).add(errorAttribute(err))
	}
	return problem.Status, problem.Code, problem.Text, problem.Next
}
