// Package catalog knows the models: what they are called, what they cost, and
// how much a request to one of them can cost at the most.
//
// A Catalog is read from a YAML file by Parse and never changes afterwards, so
// it is safe for concurrent use. A model without a price cannot be in it.
// Prices and amounts are nanos (money.Nano); every cost is rounded up once.
package catalog

import (
	"errors"
	"fmt"

	"stakegate/internal/money"
)

// Type says what a model does, and so which route serves it.
type Type string

// The types that have a bounded price here.
const (
	Text      Type = "text"
	Embedding Type = "embedding"
)

// Privacy says what the operator promises about a model's prompts.
type Privacy string

// Private models keep nothing; Anonymized ones may, without the caller's name.
const (
	Private    Privacy = "private"
	Anonymized Privacy = "anonymized"
)

// KindOpenAI is an upstream that speaks OpenAI's HTTP API.
const KindOpenAI = "openai"

// Errors of Resolve.
var (
	// ErrUnknownModel: no model has this id, trait or compatibility name.
	ErrUnknownModel = errors.New("no such model")
	// ErrWrongType: the id belongs to a model that another route serves.
	ErrWrongType = errors.New("model is of another type")
)

// Price is what a model costs, in nanos for a million tokens.
type Price struct {
	Input, Output money.Nano
}

// Model is one entry of the catalogue.
type Model struct {
	ID   string
	Name string // for people; default: the id
	Type Type
	// Upstream is the name of the server that answers, UpstreamModel what the
	// model is called there (default: the id).
	Upstream      string
	UpstreamModel string
	// Context is the window in tokens. MaxOutput is the largest output cap a
	// caller may ask for and DefaultOutput the one set when it asks for none;
	// both are 0 for embeddings.
	Context       int64
	MaxOutput     int64
	DefaultOutput int64
	Tokenizer     string
	// TemplateTokens is what the model's chat template may add to a prompt
	// beyond the usual.
	TemplateTokens int64
	Price          Price
	Tier           string
	Privacy        Privacy
	Traits         []string
	Compatibility  []string
	Description    string
	Created        int64 // Unix seconds; 0: unknown
}

// Upstream is a model server.
type Upstream struct {
	Name string
	Kind string
	URL  string // base, without a slash at its end
	// KeyFile holds the key to send as a bearer token; "" sends none. A
	// relative path is relative to the catalogue's file.
	KeyFile string
}

// Tier is how fast an account may call the models that name it; 0 is no limit.
type Tier struct {
	RequestsPerMinute int64
	RequestsPerDay    int64
	TokensPerMinute   int64
}

// Catalog is a parsed, valid catalogue.
type Catalog struct {
	models        []*Model
	upstreams     []Upstream
	tiers         map[string]Tier
	byID          map[string]*Model
	traits        map[Type]map[string]string
	compatibility map[Type]map[string]string
}

// Resolve finds the model of a type that a caller means: by id, then by trait,
// then by compatibility name. The errors are ErrUnknownModel and ErrWrongType.
func (c *Catalog) Resolve(kind Type, name string) (*Model, error) {
	if m, ok := c.byID[name]; ok {
		if m.Type != kind {
			return nil, fmt.Errorf("%w: it is %s, not %s", ErrWrongType, m.Type, kind)
		}
		return m, nil
	}
	if id, ok := c.traits[kind][name]; ok {
		return c.byID[id], nil
	}
	if id, ok := c.compatibility[kind][name]; ok {
		return c.byID[id], nil
	}
	return nil, ErrUnknownModel
}

// Models lists all models in the file's order. The caller must not change them.
func (c *Catalog) Models() []*Model { return c.models }

// Upstreams lists all upstreams in the file's order.
func (c *Catalog) Upstreams() []Upstream { return c.upstreams }

// Upstream returns the upstream of a name that a model carries.
func (c *Catalog) Upstream(name string) (Upstream, bool) {
	for _, u := range c.upstreams {
		if u.Name == name {
			return u, true
		}
	}
	return Upstream{}, false
}

// Tier returns the limits of a tier that a model carries.
func (c *Catalog) Tier(name string) (Tier, bool) {
	t, ok := c.tiers[name]
	return t, ok
}

// Traits maps the traits of a type's models ("default", "fastest") to ids.
// The caller must not change the map.
func (c *Catalog) Traits(kind Type) map[string]string { return c.traits[kind] }

// Compatibility maps the names that other providers give to models of a type
// to ids. The caller must not change the map.
func (c *Catalog) Compatibility(kind Type) map[string]string { return c.compatibility[kind] }
