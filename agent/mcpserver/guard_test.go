package mcpserver_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent/mcpserver"
)

const token = "a-token-of-enough-characters"

// withToken sends the bearer token, and the headers that a test adds.
type withToken struct{ extra http.Header }

func (w withToken) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+token)
	for name, values := range w.extra {
		request.Header[name] = values
	}
	return http.DefaultTransport.RoundTrip(request)
}

// serve is the HTTP server as the command makes it; all that it answers is
// recorded.
func (w *world) serve() *httptest.Server {
	w.t.Helper()
	server, err := mcpserver.New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	handler, err := mcpserver.Guard{Token: token, Hosts: mcpserver.LoopbackHosts, Origins: []string{"https://console.example"}}.Protect(server.Handler())
	if err != nil {
		w.t.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		handler.ServeHTTP(recorded{answer, w.wire}, request)
	}))
	w.t.Cleanup(web.Close)
	return web
}

type recorded struct {
	http.ResponseWriter
	wire io.Writer
}

func (r recorded) Write(p []byte) (int, error) {
	_, _ = r.wire.Write(p)
	return r.ResponseWriter.Write(p)
}

func (r recorded) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func TestPlanApplyStatusOverStreamableHTTP(t *testing.T) {
	w := newWorld(t)
	web := w.serve()
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: web.URL, HTTPClient: &http.Client{Transport: withToken{}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	planned := call[plan](t, session, "plan", map[string]any{"stake": "1", "diem": "0"})
	if done := call[applied](t, session, "apply", map[string]any{"digest": planned.Digest}); !done.Done || done.Key.ID == "" {
		t.Errorf("apply: got %+v", done)
	}
	if now := call[status](t, session, "status", nil); now.Balances.StakedVvv != "1" || len(now.Keys) != 1 {
		t.Errorf("status: got %+v", now)
	}
	// The redactor sits on this way too.
	stored, err := w.config.Options.Keys.Keys()
	if err != nil || len(stored) != 1 {
		t.Fatal(stored, err)
	}
	secret := stored[0].Secret.Reveal()
	refused(t, session, "key_revoke", map[string]any{"id": secret})
	refused(t, session, secret, nil)
	if wire := w.wire.String(); strings.Contains(wire, secret) || !strings.Contains(wire, stored[0].Last6) {
		t.Error("the key is on the wire, or the wire is not what was looked at")
	}
}

func TestGuardKeepsEverybodyElseOut(t *testing.T) {
	w := newWorld(t)
	web := w.serve()
	const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}`
	for name, test := range map[string]struct {
		host   string
		header http.Header
		method string
		want   int
	}{
		"with the token":             {"", http.Header{"Authorization": {"Bearer " + token}}, "POST", 200},
		"as localhost":               {"localhost:80", http.Header{"Authorization": {"Bearer " + token}}, "POST", 200},
		"from a page that may":       {"", http.Header{"Authorization": {"Bearer " + token}, "Origin": {"https://console.example"}}, "POST", 200},
		"without a token":            {"", http.Header{}, "POST", 401},
		"with a wrong one":           {"", http.Header{"Authorization": {"Bearer " + token + "x"}}, "POST", 401},
		"with a part of it":          {"", http.Header{"Authorization": {"Bearer " + token[:5]}}, "POST", 401},
		"with the name alone":        {"", http.Header{"Authorization": {"Bearer "}}, "POST", 401},
		"as a password":              {"", http.Header{"Authorization": {"Basic " + token}}, "POST", 401},
		"in the query only":          {"", http.Header{}, "POST", 401},
		"by a name that points here": {"evil.example", http.Header{"Authorization": {"Bearer " + token}}, "POST", 421},
		"by such a name and port":    {"127.0.0.1.evil.example:8403", http.Header{"Authorization": {"Bearer " + token}}, "POST", 421},
		"from a page":                {"", http.Header{"Authorization": {"Bearer " + token}, "Origin": {"https://evil.example"}}, "POST", 403},
		"from a page of this host":   {"", http.Header{"Authorization": {"Bearer " + token}, "Origin": {"http://127.0.0.1:8403"}}, "POST", 403},
		"from a file":                {"", http.Header{"Authorization": {"Bearer " + token}, "Origin": {"null"}}, "POST", 403},
		"from two pages":             {"", http.Header{"Authorization": {"Bearer " + token}, "Origin": {"https://console.example", "https://evil.example"}}, "POST", 403},
		"a browser's question":       {"", http.Header{"Origin": {"https://evil.example"}}, "OPTIONS", 403},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, web.URL+"/mcp?token="+token, strings.NewReader(list))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = test.header
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", "application/json, text/event-stream")
		request.Host = test.host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != test.want {
			t.Errorf("%s: got %d, want %d: %s", name, response.StatusCode, test.want, body)
		}
		if test.want != 200 && strings.Contains(string(body), token) || response.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: got %s, %v", name, body, response.Header)
		}
	}
}

func TestTokensComeFromPrivateFilesAndCannotBeGuessed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mcp.token")
	first, made, err := mcpserver.ReadToken(path)
	if err != nil || !made || len(first) < 40 {
		t.Fatalf("got %q, %v, %v", first, made, err)
	}
	if again, made, err := mcpserver.ReadToken(path); err != nil || made || again != first {
		t.Errorf("the second time: got %q, %v, %v", again, made, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := mcpserver.ReadToken(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file for all: got %v", err)
	}
	for _, weak := range []string{"", "short", "with a space in the middle", "with\nline break of some length", "not-printable-\x01-at-all"} {
		if handler, err := (mcpserver.Guard{Token: weak}).Protect(http.NotFoundHandler()); !errors.Is(err, mcpserver.ErrToken) || handler != nil {
			t.Errorf("%q: got %v", weak, err)
		}
	}
}
