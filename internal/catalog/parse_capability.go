package catalog

import (
	"maps"
	"slices"

	"stakegate/internal/money"
)

var (
	quantizations = []string{"fp4", "fp8", "fp16", "bf16", "int8", "int4"}
	efforts       = []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}
	textDefaults  = []string{"temperature", "top_p", "frequency_penalty", "presence_penalty", "repetition_penalty"}
)

// The surcharges: what Venice's web tools cause. A capability needs its price.
const (
	SurchargeWebSearch   = "web_search"
	SurchargeWebScraping = "web_scraping"
	SurchargeXSearch     = "x_search"
)

var surchargeNames = []string{SurchargeWebSearch, SurchargeWebScraping, SurchargeXSearch}

func (p *parser) capabilities(at place, m *Model, e *capabilityEntry) {
	if e == nil {
		return
	}
	if m.Type != Text {
		p.fail(at, "have no meaning for a model of type %s; leave them out", m.Type)
		return
	}
	m.Capabilities = Capabilities{
		OptimizedForCode: e.Code, Quantization: e.Quantization, FunctionCalling: e.Tools,
		Reasoning: e.Reasoning, ReasoningEfforts: e.Efforts, DefaultEffort: e.DefaultEffort,
		ResponseSchema: e.ResponseSchema, MaxImages: p.number(at.key("max_images"), e.MaxImages, 0, maxTokens),
		WebSearch: e.WebSearch, LogProbs: e.LogProbs, TEEAttestation: e.TEEAttestation,
		EndToEndEncryption: e.EndToEndEncrypt, XSearch: e.XSearch,
	}
	p.oneOf(at.key("quantization"), e.Quantization, quantizations)
	p.unique(at.key("reasoning_efforts"), e.Efforts)
	for i, effort := range e.Efforts {
		p.oneOf(at.key("reasoning_efforts").index(i), effort, efforts)
	}
	p.oneOf(at.key("default_reasoning_effort"), e.DefaultEffort, e.Efforts)
	if len(e.Efforts) > 0 && !e.Reasoning {
		p.fail(at.key("reasoning_efforts"), "needs reasoning: true")
	}
	if e.ResponseSchema && !e.Tools {
		p.fail(at.key("response_schema"), "needs tools: true")
	}
	if e.EndToEndEncrypt && !e.TEEAttestation {
		p.fail(at.key("e2ee"), "needs tee_attestation: true")
	}
	if m.Capabilities.MaxImages > 0 && m.MaxImageTokens == 0 {
		p.fail(at.key("max_images"), "needs max_image_tokens, the most that one image costs; without it there is no bound")
	}
	for name, given := range map[string]bool{SurchargeWebSearch: e.WebSearch, SurchargeXSearch: e.XSearch} {
		if _, priced := m.Price.Surcharges[name]; given && !priced {
			p.fail(at.key(name), `needs price.surcharges.%s; "0" says that it is free`, name)
		}
	}
}

func (p *parser) constraints(at place, m *Model, e *constraintEntry) {
	if e == nil {
		e = new(constraintEntry)
	}
	p.onlyWhatApplies(at, m, e)
	c := &m.Constraints
	for _, name := range slices.Sorted(maps.Keys(e.Defaults)) {
		at := at.key("defaults").key(name)
		p.oneOf(at, name, textDefaults)
		if p.given(at, e.Defaults[name], "a number", "0.7") {
			value, ok := decimal(*e.Defaults[name], maxPriceDecimals)
			if !ok || value > 2*money.Unit {
				p.fail(at, `must be a decimal from 0 to 2, such as "0.7"`)
			}
			if c.Defaults == nil {
				c.Defaults = map[string]money.Nano{}
			}
			c.Defaults[name] = value
		}
	}
	c.PromptCharacters = p.number(at.key("prompt_characters"), e.PromptCharacters, 0, MaxCharacters)
	c.MaxSeconds = p.number(at.key("max_seconds"), e.MaxSeconds, 0, MaxAudioSeconds)
	c.Dimensions = p.number(at.key("dimensions"), e.Dimensions, 0, maxTokens)
	c.Voices, c.Formats, c.DefaultVoice, c.DefaultFormat = e.Voices, e.Formats, e.DefaultVoice, e.DefaultFormat
	p.words(at.key("voices"), e.Voices)
	p.words(at.key("formats"), e.Formats)
	p.oneOf(at.key("default_voice"), e.DefaultVoice, e.Voices)
	p.oneOf(at.key("default_format"), e.DefaultFormat, e.Formats)
	c.DefaultSize = p.choice(at.key("default_size"), e.DefaultSize, c.Sizes)
	c.DefaultQuality = p.choice(at.key("default_quality"), e.DefaultQuality, c.Qualities)
	if variant := variantName(c.DefaultSize, c.DefaultQuality); m.Type == Image && len(m.Price.Image) > 0 {
		if _, priced := m.Price.Image[variant]; !priced {
			p.fail(at.key("default_size"), "the default size and quality have no price in images")
		}
	}
}

// choice is the value, or the first of the list if there is none.
func (p *parser) choice(at place, value string, list []string) string {
	p.oneOf(at, value, list)
	if value == "" && len(list) > 0 {
		return list[0]
	}
	return value
}

func (p *parser) onlyWhatApplies(at place, m *Model, e *constraintEntry) {
	for _, field := range []struct {
		name  string
		given bool
		types []Type
	}{
		{"defaults", e.Defaults != nil, []Type{Text}},
		{"prompt_characters", e.PromptCharacters.text != "", []Type{Image, Speech}},
		{"default_size", e.DefaultSize != "", []Type{Image}},
		{"default_quality", e.DefaultQuality != "", []Type{Image}},
		{"voices", e.Voices != nil, []Type{Speech}},
		{"formats", e.Formats != nil, []Type{Speech}},
		{"default_voice", e.DefaultVoice != "", []Type{Speech}},
		{"default_format", e.DefaultFormat != "", []Type{Speech}},
		{"max_seconds", e.MaxSeconds.text != "", []Type{Transcription}},
		{"dimensions", e.Dimensions.text != "", []Type{Embedding}},
	} {
		if field.given && !slices.Contains(field.types, m.Type) {
			p.fail(at.key(field.name), "has no meaning for a model of type %s; leave it out", m.Type)
		}
	}
}

// Variant is the price list's name for an image of a size and quality, as a
// request has them; "" is the default. It is false if there is no such price.
func (m *Model) Variant(size, quality string) (string, bool) {
	c := &m.Constraints
	if size == "" || size == "auto" || len(c.Sizes) == 0 {
		size = c.DefaultSize
	}
	if quality == "" || quality == "auto" || len(c.Qualities) == 0 {
		quality = c.DefaultQuality
	}
	variant := variantName(size, quality)
	_, priced := m.Price.Image[variant]
	return variant, priced
}
