package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// bearer adds the token to every request.
type bearer string

func (b bearer) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(request)
}

var servingAt = regexp.MustCompile(`serving MCP at (http://127\.0\.0\.1:[0-9]+/mcp)`)

func TestMCPOverHTTPAsksForTheTokenOfItsFile(t *testing.T) {
	world, _ := startWorld(t)
	state := filepath.Join(t.TempDir(), "state")
	p := startProcess(t, "agent", "mcp", "--world", world, "--wallet-fd", "3", "--state-dir", state, "--http", "127.0.0.1:0")
	endpoint := ""
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for deadline := time.Now().Add(20 * time.Second); endpoint == ""; <-ticker.C {
		if found := servingAt.FindStringSubmatch(p.words.String()); found != nil {
			endpoint = found[1]
		} else if time.Now().After(deadline) {
			t.Fatalf("it does not serve: %s", p.words.String())
		}
	}
	response, err := http.Post(endpoint, "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the token: got %s", response.Status)
	}
	path := filepath.Join(state, "mcp.token")
	token := keyIn(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token's file: %v, %v", info, err)
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: endpoint, HTTPClient: &http.Client{Transport: bearer(token)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var status struct{ Limits struct{ Apply bool } }
	callTool(t, session, "status", nil, &status)
	if status.Limits.Apply {
		t.Error("plans may be applied, which nobody has allowed")
	}
	if visible := p.seen(t); strings.Contains(visible, token) {
		t.Error("the token is in argv or the environment")
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil || strings.Contains(p.words.String(), token) {
		t.Errorf("it ended with %v: %s", err, p.words.String())
	}
}
