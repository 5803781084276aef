// Package app builds a running server from a configuration. It is the one
// place where the rooms of the house are connected; serve and the dev world
// share it.
package app

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"stakegate/internal/chain"
	"stakegate/internal/issuer"
	"stakegate/internal/strictyaml"
)

// Config is everything an operator sets. Fields without a value get the
// default that their comment names.
type Config struct {
	// Listen is the address to serve on. Default 127.0.0.1:8402.
	Listen string `yaml:"listen"`
	// PublicURL is the origin that clients use; validation tokens are bound to
	// it. Default: http:// and the address that is listened on.
	PublicURL string `yaml:"public_url"`
	// Database is sqlite:PATH or postgres://USER@HOST/NAME. Default
	// sqlite:stakegate.db.
	Database string `yaml:"database"`
	// WitnessFile remembers, outside of the database, what was committed to it,
	// so that an old copy is noticed; each server needs its own. Default: beside
	// an SQLite file; with PostgreSQL a running server remembers it in memory.
	WitnessFile string `yaml:"witness_file"`
	// RootKeyFile holds 32 secret bytes in hex from which all other secrets
	// are derived. It is made, readable by its owner only, if it is missing.
	// Further lines, each with a secret and the time from which it signs
	// validation tokens in the place of the one before, may be added while
	// servers run (docs/keys.md). Default root.key.
	RootKeyFile string `yaml:"root_key_file"`
	// Chain is where stakes are read.
	Chain ChainConfig `yaml:"chain"`
	// Stake says which stake counts for what.
	Stake StakeConfig `yaml:"stake"`
	// SmartWallets says how contract wallets prove a signature.
	SmartWallets SmartWalletsConfig `yaml:"smart_wallets"`
	// Catalog is the file with upstreams, models and prices. Default
	// catalog.yaml.
	Catalog string `yaml:"catalog"`
	// Keys bounds the making of keys.
	Keys KeysConfig `yaml:"keys"`
	// AccountPage says how people see their account in a browser.
	AccountPage AccountPageConfig `yaml:"account_page"`
	// Limits bounds what one call may take, and how often calls may fail.
	Limits LimitsConfig `yaml:"limits"`
	// MetricsListen is the address of /metrics, which is not for strangers.
	// Default: none, no metrics are served.
	MetricsListen string `yaml:"metrics_listen"`
	// Operator says where an operator sees accounts, blocks and credits them.
	Operator OperatorConfig `yaml:"operator"`
	// Webhooks tell a server of the operator's what accounts and keys have spent.
	Webhooks WebhooksConfig `yaml:"webhooks"`
	// Tracing sends spans to an OpenTelemetry collector.
	Tracing TracingConfig `yaml:"tracing"`
	// ShutdownDelay is how long a stop signal is answered with nothing but a 503
	// of /readyz, so that a load balancer that asks there goes elsewhere first.
	// Default 0s.
	ShutdownDelay Duration `yaml:"shutdown_delay"`
	// ShutdownGrace is how long calls in flight may go on after a stop signal.
	// Default 60s.
	ShutdownGrace Duration `yaml:"shutdown_grace"`
}

// SmartWalletsConfig says how contract wallets (ERC-1271) are asked.
type SmartWalletsConfig struct {
	// Counterfactual admits wallets that do not exist yet (ERC-6492). Default
	// true.
	Counterfactual *bool `yaml:"counterfactual"`
	// Gas bounds one question, in units of gas. Default 10000000.
	Gas uint64 `yaml:"gas"`
	// Timeout bounds one question, waiting for its turn included. Default 4s.
	Timeout Duration `yaml:"timeout"`
	// Concurrent is how many questions run at once. Default 32.
	Concurrent int `yaml:"concurrent"`
}

// KeysConfig bounds the making of keys.
type KeysConfig struct {
	// MaxActive is how many keys an account may have. Default 500.
	MaxActive int `yaml:"max_active"`
	// MaxPerMinute is how many keys an account may make in a minute.
	// Default 20.
	MaxPerMinute int `yaml:"max_per_minute"`
	// MaxDepth is how many keys may be above a sub-key; 0 forbids sub-keys.
	// At most 16. Default 4.
	MaxDepth *int `yaml:"max_depth"`
	// MaxSubKeys is how many active sub-keys may be below a key that is none.
	// Default 100.
	MaxSubKeys int `yaml:"max_sub_keys"`
	// OpaqueMint says which keys a signature over a validation token makes, whose
	// meaning a wallet cannot show: all, inference or off. One over a sign-in
	// message makes all. Default all.
	OpaqueMint string `yaml:"opaque_mint"`
}

// maxDepth bounds keys.max_depth: every call of a sub-key reads all keys above
// it.
const maxDepth = 16

// Duration is a time.Duration written as "1.5s" or "2m".
type Duration time.Duration

// UnmarshalYAML reads "1.5s".
func (d *Duration) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	parsed, err := parseDuration(text)
	*d = parsed
	return err
}

func parseDuration(text string) (Duration, error) {
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 {
		return 0, fmt.Errorf("%q is not a duration such as 1.5s or 2m", text)
	}
	return Duration(parsed), nil
}

// MarshalYAML writes "1.5s".
func (d Duration) MarshalYAML() (any, error) { return time.Duration(d).String(), nil }

// EnvironmentPrefix precedes the name of a field in the environment:
// STAKEGATE_CHAIN_ID is chain.id.
const EnvironmentPrefix = "STAKEGATE_"

// LoadConfig reads a file (none if the path is ""), lets the environment
// override it, and fills in defaults. Unknown fields are errors. A field's
// value in the environment is read as YAML; a list of texts may also be given
// separated by commas.
func LoadConfig(path string, environment []string) (Config, error) {
	var config Config
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("reading the configuration: %w", err)
		}
		if err := decode(data, &config); err != nil {
			return Config{}, fmt.Errorf("configuration %s: %w", path, err)
		}
	}
	values := map[string]string{}
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if field, ours := strings.CutPrefix(name, EnvironmentPrefix); ours {
			values[field] = value
		}
	}
	if err := override(reflect.ValueOf(&config).Elem(), "", values); err != nil {
		return Config{}, err
	}
	for name := range values {
		return Config{}, fmt.Errorf("environment: %s%s is not a field of the configuration", EnvironmentPrefix, name)
	}
	return config.withDefaults(), config.check()
}

// decode reads one document strictly. Its errors have a line or a field, and
// none of the text: a line beside the one at fault may have a password.
func decode(data []byte, config *Config) error {
	values := map[string]any{}
	if err := strictyaml.Decode(data, &values); err != nil {
		return errors.New(yaml.FormatError(err, false, false))
	}
	if err := checkKinds(reflect.TypeFor[Config](), values, ""); err != nil {
		return err
	}
	if err := strictyaml.Decode(data, config); err != nil {
		return errors.New(yaml.FormatError(err, false, false))
	}
	return nil
}

// check refuses numbers that cannot be meant.
func (c Config) check() error {
	switch {
	case c.Chain.Required < 0 || c.Chain.Required > 2:
		return errors.New("chain.required must be 1 or 2")
	case c.Chain.ReadsPerSecond < 0:
		return errors.New("chain.reads_per_second must be above 0")
	case c.Keys.MaxActive < 0:
		return errors.New("keys.max_active must be above 0")
	case c.Keys.MaxDepth != nil && (*c.Keys.MaxDepth < 0 || *c.Keys.MaxDepth > maxDepth):
		return fmt.Errorf("keys.max_depth must be from 0 to %d", maxDepth)
	case c.Keys.MaxSubKeys < 0:
		return errors.New("keys.max_sub_keys must be above 0")
	case c.Keys.MaxPerMinute < 0:
		return errors.New("keys.max_per_minute must be above 0")
	case !slices.Contains([]string{"", "all", "inference", "off"}, c.Keys.OpaqueMint):
		return errors.New("keys.opaque_mint must be all, inference or off")
	}
	if err := c.Tracing.check(); err != nil {
		return err
	}
	return c.Limits.check()
}

// override sets the fields that have a value and takes them out of the map.
func override(into reflect.Value, prefix string, values map[string]string) error {
	for i := range into.NumField() {
		field := into.Field(i)
		name := prefix + strings.ToUpper(into.Type().Field(i).Tag.Get("yaml"))
		if value, given := values[name]; given {
			delete(values, name)
			if err := setFromText(field, value); err != nil {
				return fmt.Errorf("environment: %s%s: %w", EnvironmentPrefix, name, err)
			}
		}
		if field.Kind() == reflect.Struct {
			if err := override(field, name+"_", values); err != nil {
				return err
			}
		}
	}
	return nil
}

func setFromText(field reflect.Value, text string) error {
	switch {
	case field.Kind() == reflect.String:
		field.SetString(text)
		return nil
	case field.Type() == reflect.TypeFor[[]string]() && !strings.HasPrefix(strings.TrimSpace(text), "["):
		field.Set(reflect.ValueOf(strings.Split(text, ",")))
		return nil
	case isWhole(field.Type()) && strings.ContainsAny(text, ".eE"):
		return errors.New("must be a whole number")
	}
	target := field.Addr()
	if field.Kind() == reflect.Pointer { // the library forgets what it reads behind two pointers
		target = reflect.New(field.Type().Elem())
	}
	if err := yaml.UnmarshalWithOptions([]byte(text), target.Interface(), yaml.Strict()); err != nil {
		return errors.New(yaml.FormatError(err, false, false))
	}
	if field.Kind() == reflect.Pointer {
		field.Set(target)
	}
	return nil
}

func (c Config) withDefaults() Config {
	setDefault(&c.Listen, "127.0.0.1:8402")
	setDefault(&c.Database, "sqlite:stakegate.db")
	setDefault(&c.RootKeyFile, "root.key")
	setDefault(&c.Catalog, "catalog.yaml")
	setDefault(&c.ShutdownGrace, Duration(60*time.Second))
	setDefault(&c.Chain.ID, 8453)
	setDefault(&c.Chain.Name, "Base")
	setDefault(&c.Chain.MaxHeadAge, Duration(30*time.Second))
	setDefault(&c.Chain.Timeout, Duration(chain.DefaultTimeout))
	setDefault(&c.Chain.PollInterval, Duration(time.Second))
	setDefault(&c.Chain.Required, 1)
	setDefault(&c.Chain.Multicall, chain.CanonicalMulticall3.Hex())
	setDefault(&c.Chain.ReadsPerSecond, 2000)
	if c.Chain.Confirmations == nil {
		confirmations := uint64(2)
		c.Chain.Confirmations = &confirmations
	}
	setDefault(&c.Stake.Mint.Symbol, "VVV")
	c.SmartWallets.setDefaults()
	setDefault(&c.Keys.MaxActive, 500)
	setDefault(&c.Keys.MaxPerMinute, 20)
	setDefault(&c.Keys.MaxSubKeys, 100)
	if c.Keys.MaxDepth == nil {
		depth := 4
		c.Keys.MaxDepth = &depth
	}
	setDefault(&c.Keys.OpaqueMint, string(issuer.OpaqueAll))
	c.Tracing.setDefaults()
	setDefault(&c.Operator.Listen, "127.0.0.1:8404")
	c.AccountPage.setDefaults()
	c.Limits.setDefaults()
	return c
}

func (c *SmartWalletsConfig) setDefaults() {
	if c.Counterfactual == nil {
		admitted := true
		c.Counterfactual = &admitted
	}
	setDefault(&c.Gas, 10_000_000)
	setDefault(&c.Timeout, Duration(4*time.Second))
	setDefault(&c.Concurrent, 32)
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// masked stands for what is not shown, as in net/url's Redacted.
const masked = "xxxxx"

// Print is the configuration as YAML with the secrets in URLs masked.
func (c Config) Print() (string, error) {
	c.Database, c.Webhooks.URL = maskURL(c.Database), maskURL(c.Webhooks.URL)
	urls := make([]string, len(c.Chain.RPC))
	for i, rpc := range c.Chain.RPC {
		urls[i] = maskURL(rpc)
	}
	c.Chain.RPC = urls
	text, err := yaml.Marshal(c)
	return string(text), err
}

// maskURL hides what providers put their secrets into: the user, the path and
// the query. A database's user and name are shown.
func maskURL(text string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return masked
	}
	if parsed.Host == "" {
		return text // sqlite:PATH
	}
	isDatabase := parsed.Scheme == "postgres" || parsed.Scheme == "postgresql"
	switch {
	case parsed.User != nil && isDatabase:
		parsed.User = url.User(parsed.User.Username())
	case parsed.User != nil:
		parsed.User = url.User(masked)
	}
	if len(parsed.Path) > 1 && !isDatabase {
		parsed.Path, parsed.RawPath = "/"+masked, ""
	}
	if parsed.RawQuery != "" {
		parsed.RawQuery = masked
	}
	if parsed.Fragment != "" {
		parsed.Fragment, parsed.RawFragment = masked, ""
	}
	return parsed.String()
}
