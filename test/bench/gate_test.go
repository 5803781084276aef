package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
	"stakegate/internal/store/pgtest"
)

const gateCatalog = `
upstreams:
  - {name: main, kind: openai, url: "http://MODEL/v1"}
models:
  - {id: small, type: text, upstream: main, upstream_model: there, context: 1000000, max_output: 4096, tokenizer: bytes, price: {input: "1", output: "2"}, privacy: private}
`

// Prices of a request in nanos for a token, as the catalogue has them.
const (
	inputPrice  = 1000
	outputPrice = 2000
)

const gateConfig = `
listen: ADDRESS
public_url: http://bench.test
database: "DATABASE"
root_key_file: DIR/root.key
catalog: DIR/catalog.yaml
chain: {id: 8453, name: Base, rpc: ["RPC"], confirmations: 0, max_head_age: 1h, poll_interval: 10s}
limits: {failed_attempts: 0, failed_attempts_by_source: 0, tokens: {per_minute: 0}, mints: {per_minute: 0}}
keys: {max_per_minute: 1000}
stake:
  mint: {adapter: venice-vvv, contract: "STAKING", symbol: VVV}
  allocation: [{adapter: venice-diem, contract: "DIEMS", min: "0.1"}]
`

// gate is a stakegate as an operator runs it: its own program, its own
// database, its ceiling on.
type gate struct {
	t       *testing.T
	dir     string
	address string
	config  string
	chain   *apptest.FakeChain
	process *process
	admin   string // a key
}

// built is the product's binary, once.
var built struct {
	sync.Mutex
	path string
}

func program(t *testing.T) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.path != "" {
		return built.path
	}
	path := filepath.Join(os.TempDir(), fmt.Sprintf("stakegate-bench-%d", os.Getpid()))
	command := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "./cmd/stakegate")
	command.Dir = "../.."
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("building cmd/stakegate: %v\n%s", err, output)
	}
	built.path = path
	t.Cleanup(func() {
		built.Lock()
		defer built.Unlock()
		built.path = ""
		_ = os.Remove(path) // a temporary file
	})
	return path
}

// newGate configures a stakegate before a model, on SQLite unless the URL of
// another database is given. It does not run yet.
func newGate(t *testing.T, model, database string) *gate {
	t.Helper()
	g := &gate{t: t, dir: t.TempDir(), address: freeAddress(t)}
	g.chain = apptest.NewFakeChain(t, &apptest.Clock{}) // the wall's time
	if database == "" {
		database = "sqlite:" + filepath.Join(g.dir, "stakegate.db")
	}
	fill := strings.NewReplacer("ADDRESS", g.address, "DATABASE", database, "DIR", g.dir, "RPC", g.chain.URL(),
		"STAKING", apptest.Staking.Hex(), "DIEMS", apptest.DIEM.Hex(), "MODEL", model)
	g.config = filepath.Join(g.dir, "stakegate.yaml")
	for name, text := range map[string]string{g.config: gateConfig, filepath.Join(g.dir, "catalog.yaml"): gateCatalog} {
		if err := os.WriteFile(name, []byte(fill.Replace(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// postgres makes a database on a private server, which runs on all cores.
func postgres(t *testing.T) string {
	t.Helper()
	server, err := pgtest.Start(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() }) // a temporary folder
	return server.NewDatabase(t)
}

func (g *gate) run(cores string) {
	g.t.Helper()
	g.process = start(g.t, cores, nil, program(g.t), "serve", "--config", g.config)
	answers(g.t, "http://"+g.address+"/readyz", startTime)
}

// server runs the gate and gives it two callers: a rich one and one without a
// budget. core -1 lets it run on all cores.
func (g *gate) server(name string, core int) *server {
	g.t.Helper()
	cores := fmt.Sprint(core)
	if core < 0 {
		cores = fmt.Sprintf("%d-%d", serverCore, loadCore)
	}
	g.run(cores)
	return g.as(name, core)
}

// as mints the keys of a running gate.
func (g *gate) as(name string, core int) *server {
	g.t.Helper()
	g.admin = g.account()
	return &server{
		name: name, address: g.address, path: "/api/v1/chat/completions", process: g.process, core: core, gate: g,
		headers: authorization(g.admin), refused: authorization(g.key("0.000000001")),
	}
}

func authorization(key string) string { return "Authorization: Bearer " + key + "\r\n" }

// account makes a wallet with a large stake and returns its first key.
func (g *gate) account() string {
	g.t.Helper()
	wallet := apptest.NewWallet(g.t)
	g.chain.StakeVVV(wallet.Address, apptest.Tokens(100))
	g.chain.StakeDIEM(wallet.Address, apptest.Tokens(10_000_000))
	token := g.api(http.MethodGet, "/api_keys/generate_web3_key", "", "")["token"].(string)
	body := fmt.Sprintf(`{"address":%q,"signature":%q,"token":%q,"apiKeyType":"ADMIN"}`, wallet.Address.Hex(), wallet.Sign(g.t, token), token)
	return g.api(http.MethodPost, "/api_keys/generate_web3_key", "", body)["apiKey"].(string)
}

// key makes a key with a limit in DIEM.
func (g *gate) key(limit string) string {
	g.t.Helper()
	body := fmt.Sprintf(`{"apiKeyType":"INFERENCE","description":"bench","consumptionLimit":{"diem":%s}}`, limit)
	return g.api(http.MethodPost, "/api_keys", g.admin, body)["apiKey"].(string)
}

// api makes a call that must succeed and returns its data.
func (g *gate) api(method, path, key, body string) map[string]any {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), method, "http://"+g.address+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	var answer struct{ Data map[string]any }
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err != nil || response.StatusCode != http.StatusOK || decoder.Decode(&answer) != nil {
		g.t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, text, err)
	}
	return answer.Data
}

// balance is what the account of a key may still spend.
func (g *gate) balance() money.Nano {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, "http://"+g.address+"/api/v1/chat/completions", strings.NewReader(chat(false, answerCap, 0)))
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+g.admin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		g.t.Fatal(err)
	}
	left, err := money.Parse(response.Header.Get("X-Venice-Balance-Diem")) // before the call
	if err != nil || response.StatusCode != http.StatusOK {
		g.t.Fatalf("no balance: %d, %v", response.StatusCode, err)
	}
	return left
}

// chat is a request's body with about so many bytes of prompt.
func chat(stream bool, maxTokens, size int) string {
	text := strings.Repeat("tell me about ceilings, ", max(1, size/24))
	options := ""
	if stream {
		options = `,"stream":true`
	}
	return fmt.Sprintf(`{"model":"small","messages":[{"role":"system","content":"You are terse."},{"role":"user","content":%q}],"temperature":0.7,"max_tokens":%d%s}`,
		text, maxTokens, options)
}
