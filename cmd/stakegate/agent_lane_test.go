package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/internal/devworld"
)

// lane is one place where cases run one after the other: a server of its own,
// and proxies before it and before the chain, which all lanes share.
type lane struct {
	t     *testing.T
	chain *devworld.Chain
	world string
	api   string // the real server
	front *httptest.Server
	node  *httptest.Server

	mu      sync.Mutex
	process *os.Process // nil: none that is to die
	point   killPoint
	seen    int
	killed  bool
	faults  *rand.Rand                      // nil: none
	minted  int                             // keys that the server made
	sent    map[uint64]map[common.Hash]bool // nonce -> transactions that left the agent
}

func newLane(t *testing.T, chain *devworld.Chain) *lane {
	t.Helper()
	l := &lane{t: t, chain: chain}
	l.front = httptest.NewServer(http.HandlerFunc(l.serveAPI))
	t.Cleanup(l.front.Close)
	l.node = httptest.NewServer(http.HandlerFunc(l.serveNode))
	t.Cleanup(l.node.Close)
	dir := t.TempDir()
	l.api = startServer(t, dir, chain, l.front.URL)
	text, err := json.Marshal(map[string]any{"apiBase": l.front.URL + "/api/v1", "rpcUrl": l.node.URL, "chainId": chain.ChainID(), "contracts": devworld.BaseContracts()})
	if err != nil {
		t.Fatal(err)
	}
	l.world = filepath.Join(dir, "world.json")
	if err := os.WriteFile(l.world, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return l
}

// forward passes a request on and returns the answer.
func (l *lane) forward(r *http.Request, to string, body []byte) (status int, header http.Header, answer []byte) {
	request, err := http.NewRequest(r.Method, to, bytes.NewReader(body))
	if err != nil {
		l.t.Error(err)
		return http.StatusBadGateway, nil, nil
	}
	request.Header = r.Header.Clone()
	request.Header.Del("Accept-Encoding")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return http.StatusBadGateway, nil, nil
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	if err != nil {
		return http.StatusBadGateway, nil, nil
	}
	return response.StatusCode, response.Header, answer
}

// dies reports whether this is the request that the process does not survive,
// and kills it if so, before or after the request takes effect.
func (l *lane) dies(route string, effect func()) bool {
	l.mu.Lock()
	if l.process == nil || l.killed || route != l.point.route {
		l.mu.Unlock()
		return false
	}
	l.seen++
	if l.killed = l.seen == l.point.nth; !l.killed {
		l.mu.Unlock()
		return false
	}
	process, after := l.process, l.point.after
	l.mu.Unlock()
	if after {
		effect()
	}
	if err := process.Kill(); err != nil { // SIGKILL
		l.t.Errorf("killing the agent: %v", err)
	}
	return true
}

func (l *lane) serveAPI(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	route := r.Method + " " + r.URL.Path
	var status int
	var header http.Header
	var answer []byte
	send := func() {
		status, header, answer = l.forward(r, l.api+r.URL.RequestURI(), body)
		if route == mintRoute && status == http.StatusOK {
			l.mu.Lock()
			l.minted++
			l.mu.Unlock()
		}
	}
	if l.dies(route, send) {
		panic(http.ErrAbortHandler)
	}
	send()
	for _, name := range []string{"Content-Type", "Retry-After", "X-Should-Retry"} {
		if value := header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) // the agent may be gone
}

// serveNode stands before the chain. Its faults are those of real providers:
// answers that are lost after the call took effect, 503, and transactions that
// arrive twice, of which the second is "already known" or has a "nonce too low".
func (l *lane) serveNode(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var call struct {
		Method string
		Params []json.RawMessage
	}
	_ = json.Unmarshal(body, &call)
	if call.Method == sendRoute {
		l.noteSent(call.Params[0])
	}
	var status int
	var answer []byte
	send := func() { status, _, answer = l.forward(r, l.chain.RPCURL(), body) }
	if call.Method == "eth_getTransactionReceipt" {
		if send(); !bytes.Contains(answer, []byte(`"blockNumber"`)) { // only receipts that are there count
			w.WriteHeader(status)
			_, _ = w.Write(answer)
			return
		}
	}
	if l.dies(call.Method, send) {
		panic(http.ErrAbortHandler)
	}
	fault, dice := l.fault(), l.roll(2)
	switch {
	case fault && dice == 0:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case fault:
		send()
		panic(http.ErrAbortHandler)
	case call.Method == sendRoute && dice == 0:
		send()
	}
	send()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

// noteSent remembers a transaction that has left the agent.
func (l *lane) noteSent(param json.RawMessage) {
	var raw hexutil.Bytes
	tx := new(types.Transaction)
	if json.Unmarshal(param, &raw) != nil || tx.UnmarshalBinary(raw) != nil {
		l.t.Errorf("the agent sent %s", param)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sent[tx.Nonce()] == nil {
		l.sent[tx.Nonce()] = map[common.Hash]bool{}
	}
	l.sent[tx.Nonce()][tx.Hash()] = true
}

func (l *lane) fault() bool { return l.roll(100) < faultsPercent }

// roll throws dice with n sides; without faults they show the highest.
func (l *lane) roll(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.faults == nil {
		return n - 1
	}
	return l.faults.IntN(n)
}
