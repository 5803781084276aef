package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"stakegate/internal/money"
)

// Limits of a catalogue. They keep every bound far inside an int64, whatever
// the file says.
const (
	maxFileBytes      = 4 << 20
	maxModels         = 10_000
	maxTokens         = 100_000_000 // context and output, in tokens
	maxName           = 200         // bytes of an id, trait or other name
	maxDescription    = 4_000       // bytes
	maxPriceDecimals  = 9           // more would be rounded
	maxDefaultOutput  = 4_096       // tokens, when the file names no default
	maxRate           = 1_000_000_000_000
	maxPrice          = money.Nano(1_000_000_000_000_000) // 1,000,000 a million tokens
	maxBound          = money.Nano(1_000_000_000_000_000)
	maxTemplateTokens = 1_000_000
)

// MaxChoices is the largest n of a request; it multiplies the bound.
const MaxChoices = 8

type file struct {
	Upstreams []upstreamEntry      `yaml:"upstreams"`
	Models    []modelEntry         `yaml:"models"`
	Tiers     map[string]tierEntry `yaml:"tiers"`
}

type upstreamEntry struct {
	Name      string `yaml:"name"`
	Kind      string `yaml:"kind"`
	URL       string `yaml:"url"`
	KeyFile   string `yaml:"key_file"`
	AllowHTTP bool   `yaml:"allow_http"`
}

type modelEntry struct {
	ID             string      `yaml:"id"`
	Name           string      `yaml:"name"`
	Type           string      `yaml:"type"`
	Upstream       string      `yaml:"upstream"`
	UpstreamModel  string      `yaml:"upstream_model"`
	Context        whole       `yaml:"context"`
	MaxOutput      whole       `yaml:"max_output"`
	DefaultOutput  whole       `yaml:"default_output"`
	Tokenizer      string      `yaml:"tokenizer"`
	TemplateTokens whole       `yaml:"template_tokens"`
	Price          *priceEntry `yaml:"price"`
	Tier           string      `yaml:"tier"`
	Privacy        string      `yaml:"privacy"`
	Traits         []string    `yaml:"traits"`
	Compatibility  []string    `yaml:"compatibility"`
	Description    string      `yaml:"description"`
	Created        whole       `yaml:"created"`
}

type priceEntry struct {
	Input  *string `yaml:"input"`
	Output *string `yaml:"output"`
}

// whole keeps a number's text, because YAML libraries cut 1.5 to 1 without a
// word and a limit must not be guessed.
type whole struct{ text string }

// UnmarshalYAML keeps the text; number reads it.
func (w *whole) UnmarshalYAML(text []byte) error {
	w.text = string(bytes.TrimSpace(text))
	return nil
}

type tierEntry struct {
	RequestsPerMinute whole `yaml:"requests_per_minute"`
	RequestsPerDay    whole `yaml:"requests_per_day"`
	TokensPerMinute   whole `yaml:"tokens_per_minute"`
}

// Parse reads and checks a catalogue in YAML: one document, no unknown and no
// repeated fields. The error names the field and what it should be; all checks
// of the whole file are joined into it, so that one run shows everything.
func Parse(data []byte) (*Catalog, error) {
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("catalogue has %d bytes; the most is %d", len(data), maxFileBytes)
	}
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := decoder.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("catalogue is not valid YAML of the known fields: %v", err)
	}
	if err := decoder.Decode(new(file)); !errors.Is(err, io.EOF) {
		return nil, errors.New("catalogue has more than one YAML document; keep one")
	}
	c := &Catalog{
		tiers: map[string]Tier{}, byID: map[string]*Model{}, byUpstream: map[string]int{},
		traits: map[Type]map[string]string{}, compatibility: map[Type]map[string]string{},
	}
	p := &parser{catalog: c}
	p.upstreams(f.Upstreams)
	p.tiers(f.Tiers)
	p.models(f.Models)
	p.aliases()
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	return c, nil
}

// parser collects every problem of a file.
type parser struct {
	catalog  *Catalog
	problems []error
}

func (p *parser) fail(field, format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf("%s: %s", field, fmt.Sprintf(format, args...)))
}

// word checks a short printable name.
func (p *parser) word(field, value string) {
	printable := utf8.ValidString(value) && !strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsPrint(r)
	})
	if value == "" || len(value) > maxName || !printable {
		p.fail(field, "must be 1 to %d bytes of printable text", maxName)
	}
}

// number reads a whole number, 0 if it is not there, and checks its range.
func (p *parser) number(field string, w whole, least, most int64) int64 {
	var value int64
	if w.text != "" {
		parsed, err := strconv.ParseInt(w.text, 10, 64)
		if err != nil {
			p.fail(field, "must be a whole number between %d and %d", least, most)
			return 0
		}
		value = parsed
	}
	if value < least || value > most {
		p.fail(field, "must be between %d and %d", least, most)
		return 0
	}
	return value
}

func (p *parser) upstreams(entries []upstreamEntry) {
	if len(entries) == 0 {
		p.fail("upstreams", "name at least one model server")
	}
	for i, e := range entries {
		at := fmt.Sprintf("upstreams[%d]", i)
		p.word(at+".name", e.Name)
		if _, taken := p.catalog.Upstream(e.Name); taken {
			p.fail(at+".name", "%q is used twice", e.Name)
		}
		if e.Kind != KindOpenAI {
			p.fail(at+".kind", "must be %q", KindOpenAI)
		}
		p.url(at+".url", e)
		p.catalog.byUpstream[e.Name] = i
		p.catalog.upstreams = append(p.catalog.upstreams, Upstream{
			Name: e.Name, Kind: e.Kind, URL: strings.TrimRight(e.URL, "/"), KeyFile: e.KeyFile,
		})
	}
}

// url checks an upstream's base: keys and prompts travel to it, so plain HTTP
// needs a loopback host or the operator's word.
func (p *parser) url(field string, e upstreamEntry) {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		p.fail(field, `must be an http or https URL such as "https://host/v1"`)
		return
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		p.fail(field, "must have no user, query or fragment; put the key into key_file")
	}
	if u.Scheme == "http" && !e.AllowHTTP && !loopback(u.Hostname()) {
		p.fail(field, "is plain http to another host; use https, or set allow_http: true on a trusted network")
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func (p *parser) tiers(entries map[string]tierEntry) {
	for name, e := range entries {
		at := "tiers." + name
		p.word(at, name)
		p.catalog.tiers[name] = Tier{
			RequestsPerMinute: p.number(at+".requests_per_minute", e.RequestsPerMinute, 0, maxRate),
			RequestsPerDay:    p.number(at+".requests_per_day", e.RequestsPerDay, 0, maxRate),
			TokensPerMinute:   p.number(at+".tokens_per_minute", e.TokensPerMinute, 0, maxRate),
		}
	}
}

func (p *parser) aliases() {
	for _, m := range p.catalog.models {
		at := "models (" + m.ID + ")"
		p.alias(at+".traits", m, m.Traits, p.catalog.traits)
		p.alias(at+".compatibility", m, m.Compatibility, p.catalog.compatibility)
	}
}

// alias maps each name to its model, and refuses names that could never be
// reached or that two models of a type share.
func (p *parser) alias(field string, m *Model, names []string, into map[Type]map[string]string) {
	for _, name := range names {
		p.word(field, name)
		if into[m.Type] == nil {
			into[m.Type] = map[string]string{}
		}
		if other, taken := into[m.Type][name]; taken {
			p.fail(field, "%q is taken by %q", name, other)
		}
		if _, shadowed := p.catalog.byID[name]; shadowed {
			p.fail(field, "%q is a model's id, which is looked up first", name)
		}
		into[m.Type][name] = m.ID
	}
}
