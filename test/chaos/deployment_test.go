package chaos_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

const catalogText = `
upstreams:
  - {name: main, kind: openai, url: "MODEL/v1"}
models:
  - {id: small, type: text, upstream: main, upstream_model: echo-1, context: 32768, max_output: 64, tokenizer: bytes, price: {input: "100", output: "200"}, tier: S, privacy: private}
tiers:
  S: {requests_per_minute: 100000000, tokens_per_minute: 1000000000000}
`

// A hold lives for 3.5 s and may be swept 5 s later, so that a test can see
// what becomes of it.
const configText = `
listen: 127.0.0.1:0
public_url: http://chaos.test
database: "DATABASE"
root_key_file: DIR/root.key
catalog: DIR/catalog.yaml
shutdown_grace: 3s
chain: {id: 31337, name: Base, rpc: ["RPC"], confirmations: 0, max_head_age: 1h, poll_interval: 500ms}
keys: {max_per_minute: 1000}
limits: {upstream_timeout: UPSTREAM_TIMEOUT, drain_timeout: 1s, hold_spare: 1s, tokens: {per_minute: 0}, mints: {per_minute: 0}}
stake:
  mint: {adapter: venice-vvv, contract: "STAKING", symbol: VVV}
  allocation:
    - {adapter: venice-diem, contract: "DIEMS", min: "0.1"}
    #POOL- {adapter: pool, contract: "STAKING", pool: "1000000"}
`

// settleLimit is how long after the last call no hold may be left: a hold's
// life, two sweeps, and a slow machine.
const settleLimit = 20 * time.Second

// options say what to build.
type options struct {
	postgres        bool
	cut             bool          // put a proxy before PostgreSQL
	noPool          bool          // no row that all accounts share
	dir             string        // default: a new one
	upstreamTimeout time.Duration // default 1.5 s
	pace            time.Duration // of the model, for each token
	country         *country      // default: home
	command         []string      // default: the product's binary
	env             func(replica int) []string
	server          string // URL of another PostgreSQL's database
}

// deployment is stakegate as an operator runs it, and a model.
type deployment struct {
	t        *testing.T
	options  options
	country  *country
	dir      string
	config   string
	model    *model
	proxy    *proxy // nil without options.cut
	books    *sql.DB
	replicas []*replica
	spenders []*spender
	client   *http.Client
}

// replicasOnPostgres is how many there are; on SQLite it is one.
const replicasOnPostgres = 3

func deploy(t *testing.T, o options) *deployment {
	t.Helper()
	if o.upstreamTimeout == 0 {
		o.upstreamTimeout = 1500 * time.Millisecond
	}
	if o.country == nil {
		o.country = home(t)
	}
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	d := &deployment{
		t: t, options: o, country: o.country, dir: o.dir, model: newModel(t, o.pace),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2000, MaxIdleConns: 0}},
	}
	t.Cleanup(d.client.CloseIdleConnections)
	d.configure()
	d.start()
	return d
}

// configure writes the files and connects the auditor to the database.
func (d *deployment) configure() {
	d.t.Helper()
	path := filepath.Join(d.dir, "stakegate.db")
	driver, source, database := "sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)", "sqlite:"+path
	if d.options.postgres {
		driver, source = "pgx", d.options.server
		if source == "" {
			source = postgres(d.t).NewDatabase(d.t)
		}
		database = source
		if d.options.cut {
			d.proxy = newProxy(d.t, hostOf(d.t, source))
			database = strings.Replace(source, hostOf(d.t, source), d.proxy.address(), 1)
		}
	}
	var err error
	if d.books, err = sql.Open(driver, source); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = d.books.Close() })
	pool := "" // instead of a comment
	if d.options.noPool {
		pool = "# "
	}
	fill := strings.NewReplacer("#POOL", pool, "MODEL", d.model.URL, "DATABASE", database, "DIR", d.dir, "RPC", d.country.chain.RPCURL(),
		"STAKING", d.country.contracts.Staking.Hex(), "DIEMS", d.country.contracts.DIEM.Hex(),
		"UPSTREAM_TIMEOUT", d.options.upstreamTimeout.String())
	d.config = filepath.Join(d.dir, "stakegate.yaml")
	for name, text := range map[string]string{d.config: configText, filepath.Join(d.dir, "catalog.yaml"): catalogText} {
		if err := os.WriteFile(name, []byte(fill.Replace(text)), 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}

func hostOf(t *testing.T, database string) string {
	t.Helper()
	parsed, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Host
}

// start starts the replicas, the first one alone: it makes the root key.
func (d *deployment) start() {
	d.t.Helper()
	count := 1
	if d.options.postgres {
		count = replicasOnPostgres
	}
	command := d.options.command
	if command == nil {
		command = []string{program(d.t), "serve", "--config", d.config}
	}
	for i := range count {
		var env []string
		if d.options.env != nil {
			env = d.options.env(i)
		}
		r := startReplica(d.t, freeAddress(d.t), env, command...)
		within(d.t, startLimit, "a replica that serves", func() (bool, error) { return r.isServing(), nil })
		d.replicas = append(d.replicas, r)
	}
}

// stakegate runs the product's other commands on the deployment.
func (d *deployment) stakegate(args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.t.Context()), startLimit)
	defer cancel()
	command := exec.CommandContext(ctx, program(d.t), append(args, "--config", d.config)...)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		err = fmt.Errorf("stakegate %s: %w: %s%s", strings.Join(args, " "), err, output, &stderr)
	}
	return output, err
}

// spender is a key and what it may spend.
type spender struct {
	index   int
	wallet  wallet
	account string
	id      string
	secret  string
	limit   string // of consumption in DIEM; "" for none
}

// marker is the text that a call's prompt begins with; all are equally long.
func (s *spender) marker(number int64) string {
	return fmt.Sprintf("marker-%03d-%09d", s.index, number)
}

// mint makes a wallet's first key and, with that, one for each limit.
func (d *deployment) mint(w wallet, limits ...string) []*spender {
	d.t.Helper()
	var challenge struct{ Token string }
	d.api(http.MethodGet, "/api_keys/generate_web3_key", "", nil, &challenge)
	made := []*spender{d.newKey("/api_keys/generate_web3_key", w, "", map[string]any{
		"apiKeyType": "ADMIN", "address": w.address.Hex(), "token": challenge.Token, "signature": w.sign(d.t, challenge.Token),
	}, "")}
	for _, limit := range limits {
		made = append(made, d.newKey("/api_keys", w, made[0].secret, map[string]any{
			"apiKeyType": "INFERENCE", "description": "limited", "consumptionLimit": map[string]json.Number{"diem": json.Number(limit)},
		}, limit))
	}
	return made
}

func (d *deployment) newKey(path string, w wallet, admin string, body any, limit string) *spender {
	d.t.Helper()
	var minted struct{ Data struct{ APIKey, ID string } }
	d.api(http.MethodPost, path, admin, body, &minted)
	s := &spender{
		index: len(d.spenders), wallet: w, account: strings.ToLower(w.address.Hex()),
		id: minted.Data.ID, secret: minted.Data.APIKey, limit: limit,
	}
	d.spenders = append(d.spenders, s)
	return s
}

// api makes a call that must succeed.
func (d *deployment) api(method, path, key string, body, into any) {
	d.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(d.t.Context(), method, d.replicas[0].origin+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := d.client.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		d.t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, answer, err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		d.t.Fatal(err)
	}
}
