package catalog

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"stakegate/internal/money"
	"stakegate/internal/strictyaml"
)

// Limits of a catalogue. They keep every bound far inside an int64, whatever
// the file says.
const (
	maxFileBytes     = 4 << 20
	maxModels        = 10_000
	maxTokens        = 100_000_000 // context and output, in tokens
	maxName          = 200         // bytes of an id, trait or other name
	maxDescription   = 4_000       // bytes
	maxDefaultOutput = 4_096       // tokens, when the file names no default
	maxRate          = 1_000_000_000_000
	maxExtraTokens   = 1_000_000 // of a template, a hidden prompt, an image
	maxBound         = money.Nano(1_000_000_000_000_000)
)

// What one request may carry; each multiplies the bound.
const (
	// MaxChoices is the largest n of a text request.
	MaxChoices = 8
	// MaxEmbeddingInputs is how many texts one embeddings request may carry.
	MaxEmbeddingInputs = 2048
	// MaxImages is the largest n of an image request.
	MaxImages = 10
	// MaxCharacters is the longest text, in code points, that one speech
	// request may carry, whatever a model's constraints say.
	MaxCharacters = 100_000
	// MaxAudioSeconds is the longest audio that one transcription may carry.
	MaxAudioSeconds = 86_400
)

// file is the whole document. Its types accept what YAML gives, and the checks
// come after, so that one run shows every problem.
type file struct {
	Upstreams []upstreamEntry      `yaml:"upstreams"`
	Models    []modelEntry         `yaml:"models"`
	Tiers     map[string]tierEntry `yaml:"tiers"`
}

type upstreamEntry struct {
	Name           string      `yaml:"name"`
	Kind           string      `yaml:"kind"`
	URL            string      `yaml:"url"`
	KeyFile        string      `yaml:"key_file"`
	AllowHTTP      bool        `yaml:"allow_http"`
	Timeout        string      `yaml:"timeout"`
	MaxConnections whole       `yaml:"max_connections"`
	Health         healthEntry `yaml:"health"`
	Pass           []string    `yaml:"pass"`
	ChargePrompt   bool        `yaml:"charge_prompt"`
}

type healthEntry struct {
	Path     string `yaml:"path"`
	Interval string `yaml:"interval"`
}

type modelEntry struct {
	ID             string            `yaml:"id"`
	Name           string            `yaml:"name"`
	Type           string            `yaml:"type"`
	Upstream       string            `yaml:"upstream"`
	UpstreamModel  string            `yaml:"upstream_model"`
	Upstreams      []placementEntry  `yaml:"upstreams"`
	Routes         []string          `yaml:"routes"`
	Context        whole             `yaml:"context"`
	MaxOutput      whole             `yaml:"max_output"`
	DefaultOutput  whole             `yaml:"default_output"`
	Tokenizer      string            `yaml:"tokenizer"`
	TemplateTokens whole             `yaml:"template_tokens"`
	HiddenPrompt   whole             `yaml:"hidden_prompt_tokens"`
	MaxImageTokens whole             `yaml:"max_image_tokens"`
	ReasoningExtra whole             `yaml:"reasoning_extra"`
	Price          *priceEntry       `yaml:"price"`
	Tier           string            `yaml:"tier"`
	Privacy        string            `yaml:"privacy"`
	Traits         []string          `yaml:"traits"`
	Compatibility  []string          `yaml:"compatibility"`
	Capabilities   *capabilityEntry  `yaml:"capabilities"`
	Constraints    *constraintEntry  `yaml:"constraints"`
	Deprecation    *deprecationEntry `yaml:"deprecation"`
	Offline        bool              `yaml:"offline"`
	Beta           bool              `yaml:"beta"`
	Regions        []string          `yaml:"regions"`
	Description    string            `yaml:"description"`
	Source         string            `yaml:"source"`
	Created        whole             `yaml:"created"`
}

type placementEntry struct {
	Name   string `yaml:"name"`
	Model  string `yaml:"model"`
	Weight whole  `yaml:"weight"`
}

type tokenPriceEntry struct {
	Input       *string `yaml:"input"`
	Output      *string `yaml:"output"`
	CachedInput *string `yaml:"cached_input"`
	CacheWrite  *string `yaml:"cache_write"`
}

type priceEntry struct {
	Tokens            tokenPriceEntry    `yaml:",inline"`
	Extended          *extendedEntry     `yaml:"extended"`
	Image             *string            `yaml:"image"`
	Images            []imageEntry       `yaml:"images"`
	MillionCharacters *string            `yaml:"million_characters"`
	Second            *string            `yaml:"second"`
	Surcharges        map[string]*string `yaml:"surcharges"`
}

type extendedEntry struct {
	Above  whole           `yaml:"above"`
	Tokens tokenPriceEntry `yaml:",inline"`
}

type imageEntry struct {
	Size    string  `yaml:"size"`
	Quality string  `yaml:"quality"`
	Price   *string `yaml:"price"`
}

type capabilityEntry struct {
	Code            bool     `yaml:"code"`
	Quantization    string   `yaml:"quantization"`
	Tools           bool     `yaml:"tools"`
	Reasoning       bool     `yaml:"reasoning"`
	Efforts         []string `yaml:"reasoning_efforts"`
	DefaultEffort   string   `yaml:"default_reasoning_effort"`
	ResponseSchema  bool     `yaml:"response_schema"`
	MaxImages       whole    `yaml:"max_images"`
	WebSearch       bool     `yaml:"web_search"`
	LogProbs        bool     `yaml:"log_probs"`
	TEEAttestation  bool     `yaml:"tee_attestation"`
	EndToEndEncrypt bool     `yaml:"e2ee"`
	XSearch         bool     `yaml:"x_search"`
}

type constraintEntry struct {
	Defaults         map[string]*string `yaml:"defaults"`
	PromptCharacters whole              `yaml:"prompt_characters"`
	DefaultSize      string             `yaml:"default_size"`
	DefaultQuality   string             `yaml:"default_quality"`
	Voices           []string           `yaml:"voices"`
	DefaultVoice     string             `yaml:"default_voice"`
	Formats          []string           `yaml:"formats"`
	DefaultFormat    string             `yaml:"default_format"`
	MaxSeconds       whole              `yaml:"max_seconds"`
	Dimensions       whole              `yaml:"dimensions"`
}

type deprecationEntry struct {
	StartsAt    string `yaml:"starts_at"`
	RemovesAt   string `yaml:"removes_at"`
	Replacement string `yaml:"replacement"`
	AutoRemap   bool   `yaml:"auto_remap"`
}

type tierEntry struct {
	RequestsPerMinute whole `yaml:"requests_per_minute"`
	RequestsPerDay    whole `yaml:"requests_per_day"`
	TokensPerMinute   whole `yaml:"tokens_per_minute"`
}

// whole keeps a number's text, because YAML libraries cut 1.5 to 1 without a
// word and a limit must not be guessed.
type whole struct{ text string }

// UnmarshalYAML keeps the text; number reads it. Asked for the text itself, the
// library would walk through the whole file for each.
func (w *whole) UnmarshalYAML(node ast.Node) error {
	if node.Type() != ast.NullType {
		w.text = node.String()
	}
	return nil
}

// Parse reads and checks a catalogue in YAML: one document, no unknown and no
// repeated fields. The error is Problems: each names the line, the field and
// what it should be, and all of the file's are in it.
func Parse(data []byte) (*Catalog, error) {
	if len(data) > maxFileBytes {
		return nil, Problems{{Text: fmt.Sprintf("has %d bytes; the most is %d", len(data), maxFileBytes)}}
	}
	var f file
	if err := strictyaml.Decode(data, &f); err != nil {
		return nil, syntax(err)
	}
	c := &Catalog{
		tiers: map[string]Tier{}, byID: map[string]*Model{}, byUpstream: map[string]int{},
		traits: map[Type]map[string]string{}, compatibility: map[Type]map[string]string{},
	}
	p := &parser{catalog: c}
	p.upstreams(f.Upstreams)
	p.tiers(f.Tiers)
	p.models(f.Models)
	if len(p.problems) > 0 {
		locate(data, p.problems)
		slices.SortStableFunc(p.problems, byLine)
		return nil, p.problems
	}
	return c, nil
}
