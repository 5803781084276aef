package chain_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"stakegate/internal/chain"
)

// URLs of node providers carry keys in their path, query or user part.
func TestCredentialsInURLsAreNeverShown(t *testing.T) {
	n := newFakeNode(t)
	n.Close() // refuses connections
	host := strings.TrimPrefix(n.URL, "http://")
	var log bytes.Buffer
	config := configFor()
	config.Logger = slog.New(slog.NewTextHandler(&log, nil))
	config.URLs = []string{"http://user:hunter2@" + host + "/v3/hunter2?key=hunter2"}
	client := dial(t, config)
	_, err := client.Sealed(context.Background())
	if err == nil || !strings.Contains(err.Error(), host) {
		t.Errorf("got %v", err)
	}
	config.URLs = []string{"ws://hunter2/", "http://hunter2:port"}
	for i := range config.URLs {
		one := config
		one.URLs = config.URLs[i : i+1]
		_, badURL := chain.Dial(context.Background(), one)
		if badURL == nil {
			t.Error("a bad URL was accepted")
		}
		fmt.Fprint(&log, badURL)
	}
	if shown := fmt.Sprint(err, log.String()); strings.Contains(shown, "hunter2") {
		t.Errorf("shown: %s", shown)
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	for want, config := range map[string]chain.Config{
		"chain.rpc: give at least one URL":           {ChainID: 1},
		"chain.id: give the chain's id":              {URLs: []string{"http://127.0.0.1:1"}},
		"chain.rpc[1]: must be an http or https URL": {ChainID: 1, URLs: []string{"http://127.0.0.1:1", "127.0.0.1:8545"}},
		"chain.rpc[0]: must be an http or https URL": {ChainID: 1, URLs: []string{"/run/geth.ipc"}},
	} {
		if _, err := chain.Dial(context.Background(), config); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
