package app_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

func wantText(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("want an error with %q, got %v", text, err)
	}
}

func load(t *testing.T, text string, environment ...string) (app.Config, error) {
	t.Helper()
	if text == "" {
		return app.LoadConfig("", environment)
	}
	path := filepath.Join(t.TempDir(), "stakegate.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return app.LoadConfig(path, environment)
}

func TestAnEmptyConfigurationHasTheDefaultsThatItsCommentsName(t *testing.T) {
	config, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]any{
		"listen": {config.Listen, "127.0.0.1:8402"}, "database": {config.Database, "sqlite:stakegate.db"},
		"root_key_file": {config.RootKeyFile, "root.key"}, "catalog": {config.Catalog, "catalog.yaml"},
		"shutdown_grace": {config.ShutdownGrace, app.Duration(time.Minute)}, "chain.id": {config.Chain.ID, uint64(8453)},
		"chain.name": {config.Chain.Name, "Base"}, "chain.max_head_age": {config.Chain.MaxHeadAge, app.Duration(30 * time.Second)},
		"chain.poll_interval": {config.Chain.PollInterval, app.Duration(time.Second)}, "chain.confirmations": {*config.Chain.Confirmations, uint64(2)},
		"stake.mint.symbol": {config.Stake.Mint.Symbol, "VVV"}, "keys.max_active": {config.Keys.MaxActive, 500}, "keys.max_per_minute": {config.Keys.MaxPerMinute, 20},
		"limits.header_timeout": {config.Limits.HeaderTimeout, app.Duration(5 * time.Second)}, "limits.header_bytes": {config.Limits.HeaderBytes, 32768},
		"limits.idle_timeout":    {config.Limits.IdleTimeout, app.Duration(2 * time.Minute)},
		"limits.failed_attempts": {*config.Limits.FailedAttempts, 50}, "limits.failed_attempts_by_source": {*config.Limits.FailedAttemptsBySource, 20},
		"limits.failed_attempts_window": {config.Limits.FailedAttemptsWindow, app.Duration(30 * time.Second)},
		"limits.small_body_bytes":       {config.Limits.SmallBodyBytes, 65536}, "chain.timeout": {config.Chain.Timeout, app.Duration(3 * time.Second)},
		"metrics_listen":         {config.MetricsListen, ""},
		"limits.trusted_proxies": {strings.Join(config.Limits.TrustedProxies, " "), "127.0.0.0/8 ::1"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

const wholeConfig = `
listen: 0.0.0.0:80
public_url: https://api.example.org
database: sqlite:/var/lib/stakegate/books.db
root_key_file: /etc/stakegate/root.key
shutdown_grace: 1m30s
chain: {id: 1, name: Ethereum, rpc: ["https://one.example/key", "https://two.example"], confirmations: 0, max_head_age: 45s, poll_interval: 500ms}
stake:
  mint: {adapter: venice-vvv, contract: "0x321b7ff75154472B18EDb199033fF4D116F340Ff", symbol: XYZ, min: "0.5"}
  allocation:
    - {adapter: pool, contract: "0x321b7ff75154472B18EDb199033fF4D116F340Ff", pool: "1000"}
catalog: models.yaml
keys: {max_active: 7, max_per_minute: 3}
`

func TestAConfigurationIsReadPrintedAndReadAgainAsTheSame(t *testing.T) {
	config, err := load(t, wholeConfig)
	if err != nil {
		t.Fatal(err)
	}
	if *config.Chain.Confirmations != 0 || len(config.Chain.RPC) != 2 || config.Stake.Allocation[0].Pool != "1000" ||
		config.ShutdownGrace != app.Duration(90*time.Second) || config.Keys.MaxActive != 7 || config.Stake.Mint.Min != "0.5" {
		t.Errorf("%+v", config)
	}
	config.Chain.RPC = []string{"https://two.example"} // nothing in it to mask
	text, err := config.Print()
	if err != nil {
		t.Fatal(err)
	}
	again, err := load(t, text)
	if err != nil || !reflect.DeepEqual(config, again) {
		t.Errorf("%v: %+v\n%s", err, again, text)
	}
}

func TestTheEnvironmentOverridesTheFileFieldByField(t *testing.T) {
	config, err := load(t, wholeConfig,
		"STAKEGATE_LISTEN=127.0.0.1:1", "STAKEGATE_CHAIN_ID=8453", "STAKEGATE_CHAIN_RPC=https://a.example,https://b.example",
		"STAKEGATE_CHAIN_CONFIRMATIONS=5", "STAKEGATE_CHAIN_MAX_HEAD_AGE=2m", "STAKEGATE_STAKE_MINT_SYMBOL=VVV",
		"STAKEGATE_STAKE_ALLOCATION=[{adapter: venice-diem, contract: '0xF4d97F2da56e8c3098f3a8D538DB630A2606a024', min: '0.1'}]",
		"STAKEGATE_KEYS_MAX_PER_MINUTE=11", "STAKEGATE_DATABASE=sqlite:x=y.db", "OTHER_LISTEN=x", "PATH=/bin")
	if err != nil {
		t.Fatal(err)
	}
	if config.Listen != "127.0.0.1:1" || config.Chain.ID != 8453 || strings.Join(config.Chain.RPC, " ") != "https://a.example https://b.example" ||
		*config.Chain.Confirmations != 5 || config.Chain.MaxHeadAge != app.Duration(2*time.Minute) || config.Stake.Mint.Symbol != "VVV" ||
		config.Keys.MaxPerMinute != 11 || config.Database != "sqlite:x=y.db" {
		t.Errorf("%+v", config)
	}
	if len(config.Stake.Allocation) != 1 || config.Stake.Allocation[0].Adapter != "venice-diem" || config.Stake.Allocation[0].Min != "0.1" {
		t.Errorf("%+v", config.Stake.Allocation)
	}
	if config.Chain.Name != "Ethereum" || config.Keys.MaxActive != 7 || config.Catalog != "models.yaml" {
		t.Errorf("what the environment does not name stays: %+v", config)
	}
	for rpc, want := range map[string]int{`["https://a.example"]`: 1, "https://a.example": 1, ` ["https://a.example", "https://b.example"]`: 2} {
		config, err := load(t, "", "STAKEGATE_CHAIN_RPC="+rpc)
		if err != nil || len(config.Chain.RPC) != want {
			t.Errorf("%s: %v %q", rpc, err, config.Chain.RPC)
		}
	}
}

func TestAConfigurationThatCannotBeMeantIsRefusedByName(t *testing.T) {
	for name, test := range map[string]struct {
		text        string
		environment string
		want        string
	}{
		"unknown field":        {text: "listn: x", want: "listn"},
		"unknown nested field": {text: "chain: {ids: 1}", want: "ids"},
		"unknown in a list":    {text: "stake: {allocation: [{adaptor: pool}]}", want: "adaptor"},
		"a field twice":        {text: "listen: a\nlisten: b", want: "listen"},
		"no duration":          {text: "shutdown_grace: 90", want: "shutdown_grace is 90, which is not a duration"},
		"negative duration":    {text: "shutdown_grace: -1s", want: "is not a duration"},
		"other unit":           {text: "limits: {idle_timeout: 5 min}", want: "limits.idle_timeout is 5 min, which is not a duration such as 1.5s or 2m"},
		"no list":              {text: "limits: {trusted_proxies: 10.0.0.0/8}", want: "limits.trusted_proxies must be a list"},
		"no section":           {text: "limits: 5", want: "limits must be a section"},
		"no text":              {text: "listen: [a]", want: "listen must be a text"},
		"neither true":         {text: "smart_wallets: {counterfactual: maybe}", want: "smart_wallets.counterfactual must be true or false"},
		"no share":             {text: "tracing: {sample: much}", want: "tracing.sample must be a number"},
		"no number":            {text: "chain: {id: base}", want: "id"},
		"fraction":             {text: "keys: {max_active: 1.5}", want: "max_active"},
		"negative":             {text: "keys: {max_active: -1}", want: "keys.max_active"},
		"negative header":      {text: "limits: {header_bytes: -1}", want: "limits.header_bytes"},
		"negative body":        {text: "limits: {body_bytes: -1}", want: "limits.body_bytes"},
		"negative small body":  {text: "limits: {small_body_bytes: -1}", want: "limits.small_body_bytes"},
		"negative failures":    {text: "limits: {failed_attempts: -1}", want: "limits.failed_attempts"},
		"negative by source":   {text: "limits: {failed_attempts_by_source: -1}", want: "limits.failed_attempts_by_source"},
		"a proxy's name":       {text: "limits: {trusted_proxies: [proxy.example]}", want: "limits.trusted_proxies"},
		"a network too narrow": {text: "limits: {trusted_proxies: [10.0.0.0/33]}", want: "limits.trusted_proxies"},
		"negative patience":    {text: "limits: {body_timeout: -1s}", want: "duration"},
		"negative rate":        {text: "keys: {max_per_minute: -1}", want: "keys.max_per_minute"},
		"two documents":        {text: "listen: a\n---\nlisten: b", want: "document"},
		"no YAML":              {text: "{", want: "configuration"},
		"fraction in variable": {environment: "STAKEGATE_KEYS_MAX_ACTIVE=1.5", want: "STAKEGATE_KEYS_MAX_ACTIVE"},
		"unknown variable":     {environment: "STAKEGATE_LISTN=x", want: "STAKEGATE_LISTN is not a field"},
		"unknown nested":       {environment: "STAKEGATE_CHAIN_IDS=1", want: "STAKEGATE_CHAIN_IDS is not a field"},
		"bad number":           {environment: "STAKEGATE_CHAIN_ID=base", want: "STAKEGATE_CHAIN_ID"},
		"bad pointer":          {environment: "STAKEGATE_CHAIN_CONFIRMATIONS=two", want: "STAKEGATE_CHAIN_CONFIRMATIONS"},
		"bad duration":         {environment: "STAKEGATE_SHUTDOWN_GRACE=soon", want: "STAKEGATE_SHUTDOWN_GRACE"},
		"bad list":             {environment: "STAKEGATE_STAKE_ALLOCATION=[{adaptor: pool}]", want: "STAKEGATE_STAKE_ALLOCATION"},
	} {
		t.Run(name, func(t *testing.T) {
			var environment []string
			if test.environment != "" {
				environment = append(environment, test.environment)
			}
			_, err := load(t, test.text, environment...)
			wantText(t, err, test.want)
		})
	}
	_, err := app.LoadConfig(filepath.Join(t.TempDir(), "none.yaml"), nil)
	wantText(t, err, "reading the configuration")
}

// The lines beside the one at fault are not shown: they go into logs.
func TestWhatIsWrongWithAConfigurationIsSaidWithoutItsSecrets(t *testing.T) {
	const secret = "database: postgres://user:s3cret@db.example/books\n"
	for _, slip := range []string{"listn: x\n", "listen: [\n", "chain: {ids: 1}\n", "shutdown_grace: 90\n", "listen: a\nlisten: b\n", "listen: a\n---\nlisten: b\n"} {
		for _, text := range []string{secret + slip, slip + secret} {
			if _, err := load(t, text); err == nil || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q: %v", text, err)
			}
		}
	}
}

func TestPrintingHidesWhatProvidersPutSecretsInto(t *testing.T) {
	for url, want := range map[string]string{
		"https://rpc.example/v2/s3cret":         "https://rpc.example/xxxxx",
		"https://rpc.example?key=s3cret":        "https://rpc.example?xxxxx",
		"https://user:s3cret@rpc.example":       "https://xxxxx@rpc.example",
		"https://rpc.example/":                  "https://rpc.example/",
		"https://s3cret:@rpc.example/s3cret?s3": "https://xxxxx@rpc.example/xxxxx?xxxxx",
	} {
		config := app.Config{Chain: app.ChainConfig{RPC: []string{url}}}
		text, err := config.Print()
		if err != nil || !strings.Contains(text, want) || url != config.Chain.RPC[0] {
			t.Errorf("%s is printed as %s (%v)", url, text, err)
		}
	}
	for url, want := range map[string]string{
		"postgres://user:s3cret@db.example/books":            "postgres://user@db.example/books",
		"postgres://db.example/books?password=s3cret":        "postgres://db.example/books?xxxxx",
		"sqlite:/var/lib/books.db":                           "sqlite:/var/lib/books.db",
		"postgres://us er:s3cret@db.example/books":           "xxxxx",
		"postgresql://user:s3cret@db.example/books?sslmode=": "postgresql://user@db.example/books?xxxxx",
	} {
		text, err := app.Config{Database: url}.Print()
		if err != nil || !strings.Contains(text, want) || strings.Contains(text, "s3cret") {
			t.Errorf("%s is printed as %s (%v)", url, text, err)
		}
	}
}

func TestTheRootKeyIsMadeOnceForItsOwnerOnly(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	path := w.Config.RootKeyFile
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	w.Stop()
	for name, mode := range map[string]os.FileMode{"group": 0o640, "all": 0o604, "writable by all": 0o602} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := app.New(t.Context(), w.Config, app.Options{Listener: listener(t)})
		if err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("%s: %v", name, err)
		}
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "short": string(good[:62]), "long": string(good[:64]) + "00", "not hexadecimal": strings.Repeat("zz", 32), "one byte over and over": strings.Repeat("ab", 32),
	} {
		replaced := w.Config
		replaced.RootKeyFile = filepath.Join(t.TempDir(), "root.key")
		if err := os.WriteFile(replaced.RootKeyFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := app.New(t.Context(), replaced, app.Options{Listener: listener(t)})
		if err == nil || !strings.Contains(err.Error(), "does not hold 32 random bytes") || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	again := apptest.Start(t, apptest.Options{Dir: w.Dir, Clock: w.Clock})
	if answer := again.Call("GET", "/api_keys", admin, ""); answer.Status != 200 {
		t.Errorf("with the same root key a key stays valid: %s", answer)
	}
}
