package httpapi

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"stakegate/api"
	"stakegate/internal/gateway"
)

// The server has the routes of the description and no others, under the
// prefixes that it says; and what costs money there, and only that, is served
// by the gateway, whose routes hold before they call.
func TestTheRoutesAreThoseOfTheDescription(t *testing.T) {
	s, r := &server{config: Config{Spend: new(gateway.Gateway)}}, newRouter()
	s.routes(r)
	served := map[string]bool{}
	for pattern, e := range r.dynamic {
		served[pattern] = e.paid
	}
	for path, methods := range r.static {
		for method, e := range methods {
			if method != http.MethodHead {
				served[method+" "+path] = e.paid
			}
		}
	}
	delete(served, "GET /") // the guide once more, for people who look in
	described := describedRoutes(t)
	if !maps.Equal(served, described) {
		for _, route := range slices.Sorted(maps.Keys(served)) {
			if paid, is := described[route]; !is || paid != served[route] {
				t.Errorf("%s is served (it costs money: %t), and not described so", route, served[route])
			}
		}
		for _, route := range slices.Sorted(maps.Keys(described)) {
			if _, is := served[route]; !is {
				t.Errorf("%s is described and not served", route)
			}
		}
	}
	if len(served) < 40 {
		t.Errorf("only %d routes are served", len(served))
	}
}

// describedRoutes are the description's routes, and whether each costs money.
func describedRoutes(t *testing.T) map[string]bool {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		servers := item.Servers
		if len(servers) == 0 {
			servers = doc.Servers
		}
		for method, operation := range item.Operations() {
			for _, server := range servers {
				routes[method+" "+strings.TrimSuffix(server.URL, "/")+path] = slices.Contains(operation.Tags, "Inference")
			}
		}
	}
	return routes
}

// A path has one spelling: every other way to write it is not found, or is
// another route's.
func TestAPathHasOneSpelling(t *testing.T) {
	s, r := &server{config: Config{Spend: new(gateway.Gateway)}}, newRouter()
	s.routes(r)
	for target, want := range map[string]string{
		"/api/v1/models": "GET /api/v1/models", "/v1/models": "GET /v1/models", "/api/v1/api_keys/rate_limits": "GET /api/v1/api_keys/rate_limits",
		"/api/v1/api_keys/x": "GET /api/v1/api_keys/{id}", "/v1/models/a%2Fb": "GET /v1/models/{id}", "/v1/models/traits": "GET /v1/models/traits",
		"/api/v1/api_keys/rate_limits%2flog": "GET /api/v1/api_keys/{id}", "/": "GET /",
		"/api/v1/models/": "", "/api/v1//models": "", "/api/v1/%6dodels": "", "/API/v1/models": "", "/v1": "", "/v1/": "", "//": "",
		"/api/v1/api_keys%2frate_limits": "", "/api/v1/models/a/b": "", "/v1/api_keys": "", "/v1/billing/balance": "", "/models": "", "/api/models": "",
		"/v1/../healthz": "", "/./healthz": "", "/healthz/": "", "/healthz%00": "", "/api/v1/api_keys/..": "", "/v1/v1/models": "",
	} {
		request, err := http.NewRequest(http.MethodGet, "http://x", nil)
		if err != nil {
			t.Fatal(err)
		}
		// As the server parses what stands in a request's first line.
		if request.URL, err = url.ParseRequestURI(target); err != nil {
			t.Fatal(err)
		}
		found, allow := r.find(request)
		got := ""
		if found != nil {
			got = found.pattern
		}
		if got != want || want == "" && allow != "" {
			t.Errorf("GET %s is %q (%s), want %q", target, got, allow, want)
		}
	}
}
