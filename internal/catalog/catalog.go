// Package catalog knows the models: what they are called, who serves them,
// what they cost, and how much a request to one of them can cost at the most.
//
// A Catalog is read from a YAML file by Parse and never changes afterwards, so
// it is safe for concurrent use; a Live holds the newest one. A model without
// a price cannot be in it. All prices are nanos (money.Nano) for a million
// units of what is sold, and every bill is rounded up once.
package catalog

import (
	"time"

	"stakegate/internal/money"
)

// Type says what a model does, and so which routes serve it. The words are
// those of Venice's model list.
type Type string

// The types that have a bounded price here.
const (
	Text          Type = "text"
	Embedding     Type = "embedding"
	Image         Type = "image"
	Speech        Type = "tts"
	Transcription Type = "asr"
)

// Types lists all types.
func Types() []Type { return []Type{Text, Embedding, Image, Speech, Transcription} }

// Privacy says what the operator promises about a model's prompts.
type Privacy string

// Private models keep nothing; Anonymized ones may, without the caller's name.
const (
	Private    Privacy = "private"
	Anonymized Privacy = "anonymized"
)

// The kinds of upstreams: what they speak.
const (
	KindOpenAI    = "openai"
	KindAnthropic = "anthropic"
	KindVenice    = "venice" // OpenAI's, and venice_parameters
)

// RouteCompletions is the older text route, which few upstreams still have.
const RouteCompletions = "completions"

// Model is one entry of the catalogue.
type Model struct {
	ID   string
	Name string // for people; default: the id
	Type Type
	// Placements are all servers that have the model; at least one.
	Placements []Placement
	// Routes are those that the model is served on beyond the usual ones of its
	// type.
	Routes []string
	// Context is the window in tokens (for embeddings of each text). MaxOutput
	// is the largest output cap a caller may ask for and DefaultOutput the one
	// set when it asks for none; both are 0 but for text.
	Context       int64
	MaxOutput     int64
	DefaultOutput int64
	Tokenizer     string
	// TemplateTokens is what the model's chat template may add to a prompt
	// beyond the usual.
	TemplateTokens int64
	// HiddenPromptTokens is the most that an upstream adds to a prompt by
	// itself, such as a system prompt, and bills.
	HiddenPromptTokens int64
	// MaxImageTokens is the most that one image in a prompt can be; 0: the
	// model takes none.
	MaxImageTokens int64
	// ReasoningExtra is the most that each answer can be billed beyond its
	// output cap, by upstreams that do not count reasoning into it.
	ReasoningExtra int64

	Price         Price
	Tier          string
	Privacy       Privacy
	Traits        []string
	Compatibility []string
	Capabilities  Capabilities
	Constraints   Constraints
	Deprecation   *Deprecation // nil: it stays
	// Offline models are listed and not served.
	Offline     bool
	Beta        bool
	Regions     []string // country codes where it is meant to be used; empty: all
	Description string
	Source      string // where the model comes from, such as a URL
	Created     int64  // Unix seconds; 0: unknown
}

// Serves reports whether the model is served on a route beyond the usual ones.
func (m *Model) Serves(route string) bool {
	for _, r := range m.Routes {
		if r == route {
			return true
		}
	}
	return false
}

// Placement is one server that has a model.
type Placement struct {
	Upstream string // its name
	Model    string // what the model is called there
	Weight   int    // its share of the calls, against the other placements'
}

// Deprecation says how a model ends.
type Deprecation struct {
	StartsAt time.Time // zero: at once
	// RemovesAt is when calls to it are refused, or remapped, and it is no
	// longer listed.
	RemovesAt time.Time
	// ReplacementID is the model to use instead; "": none. AutoRemap lets it
	// answer in the retired model's place.
	ReplacementID string
	AutoRemap     bool
}

// Capabilities are what clients may ask of a text model, as Venice lists them;
// audio and video are missing, because nothing bounds what they cost. A model
// sees images if it has MaxImageTokens.
type Capabilities struct {
	OptimizedForCode   bool
	Quantization       string
	FunctionCalling    bool
	Reasoning          bool
	ReasoningEfforts   []string // empty: the effort cannot be chosen
	DefaultEffort      string
	ResponseSchema     bool
	MaxImages          int64 // in one request; 0: as many as fit
	WebSearch          bool
	LogProbs           bool
	TEEAttestation     bool
	EndToEndEncryption bool
	XSearch            bool
}

// Constraints are the limits and defaults of a request's other members.
type Constraints struct {
	// Defaults of a text model: temperature, top_p and the like.
	Defaults map[string]money.Nano
	// PromptCharacters is the longest prompt of an image, in code points, and
	// the longest input of speech; 0: the API's own limit.
	PromptCharacters int64
	// Sizes and Qualities of an image that have a price, and what is made when
	// the client does not say.
	Sizes, Qualities            []string
	DefaultSize, DefaultQuality string
	Voices, Formats             []string // of speech; empty: the upstream decides
	DefaultVoice, DefaultFormat string
	// MaxSeconds is the longest audio to transcribe; 0: 25 MB are the limit.
	MaxSeconds int64
	// Dimensions of an embedding; 0: unknown.
	Dimensions int64
}

// Upstream is a model server.
type Upstream struct {
	Name string
	Kind string
	URL  string // base, without a slash at its end
	// KeyFile holds the key to send; "" sends none. A relative path is relative
	// to the catalogue's file.
	KeyFile string
	// Timeout of a whole call; 0: the gateway's.
	Timeout time.Duration
	// MaxConnections is how many calls it takes at once; 0: any number.
	MaxConnections int
	// HealthPath is asked (GET, below URL) to see whether it is well; default
	// "/models". HealthInterval is how often; 0, the default: only while it does
	// not answer calls.
	HealthPath     string
	HealthInterval time.Duration
	// Pass are members of a request, unknown to the gateway, that may go to
	// this upstream: the operator's word that they cost nothing.
	Pass []string
	// ChargePrompt says that the upstream bills the prompt of calls that it
	// answers with an error.
	ChargePrompt bool
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
	byUpstream    map[string]int
	traits        map[Type]map[string]string
	compatibility map[Type]map[string]string
}

// Models lists all models in the file's order. The caller must not change them.
func (c *Catalog) Models() []*Model { return c.models }

// Upstreams lists all upstreams in the file's order.
func (c *Catalog) Upstreams() []Upstream { return c.upstreams }

// Upstream returns the upstream of a name that a model carries.
func (c *Catalog) Upstream(name string) (Upstream, bool) {
	i, ok := c.byUpstream[name]
	if !ok {
		return Upstream{}, false
	}
	return c.upstreams[i], true
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
