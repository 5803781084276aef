package catalog

import (
	"cmp"
	"fmt"
	"strings"

	"stakegate/internal/money"
)

func (p *parser) models(entries []modelEntry) {
	if len(entries) == 0 || len(entries) > maxModels {
		p.fail("models", "must list 1 to %d models", maxModels)
	}
	for i, e := range entries {
		at := fmt.Sprintf("models[%d]", i)
		if e.ID != "" {
			at += " (" + e.ID + ")"
		}
		p.word(at+".id", e.ID)
		if p.catalog.byID[e.ID] != nil {
			p.fail(at+".id", "is used twice")
			continue
		}
		m := p.model(at, e)
		p.catalog.models = append(p.catalog.models, m)
		p.catalog.byID[e.ID] = m
	}
}

func (p *parser) model(at string, e modelEntry) *Model {
	m := &Model{
		ID: e.ID, Name: cmp.Or(e.Name, e.ID), Type: Type(e.Type),
		Upstream: e.Upstream, UpstreamModel: cmp.Or(e.UpstreamModel, e.ID),
		Tokenizer: cmp.Or(e.Tokenizer, "bytes"),
		Tier:      e.Tier, Privacy: Privacy(e.Privacy), Traits: e.Traits,
		Compatibility: e.Compatibility, Description: e.Description,
	}
	m.Placements = []Placement{{Upstream: m.Upstream, Model: m.UpstreamModel, Weight: 1}}
	p.word(at+".name", m.Name)
	p.word(at+".upstream_model", m.UpstreamModel)
	if _, known := p.catalog.Upstream(e.Upstream); !known {
		p.fail(at+".upstream", "%q is not the name of an upstream", e.Upstream)
	}
	if _, known := tokenizers[m.Tokenizer]; !known {
		p.fail(at+".tokenizer", "%q is not one of %s", m.Tokenizer, tokenizerNames())
	}
	if _, known := p.catalog.tiers[e.Tier]; e.Tier != "" && !known {
		p.fail(at+".tier", "%q is not in tiers", e.Tier)
	}
	if m.Privacy != Private && m.Privacy != Anonymized {
		p.fail(at+".privacy", "must be %q or %q", Private, Anonymized)
	}
	if len(e.Description) > maxDescription {
		p.fail(at+".description", "must have at most %d bytes", maxDescription)
	}
	m.Created = p.number(at+".created", e.Created, 0, maxRate)
	p.tokens(at, m, e)
	p.price(at, m, e.Price)
	return m
}

// tokens checks the sizes, and sets the default output cap.
func (p *parser) tokens(at string, m *Model, e modelEntry) {
	m.Context = p.number(at+".context", e.Context, 1, maxTokens)
	m.TemplateTokens = p.number(at+".template_tokens", e.TemplateTokens, 0, maxTemplateTokens)
	switch m.Type {
	case Text:
		m.MaxOutput = p.number(at+".max_output", e.MaxOutput, 1, maxTokens)
		m.DefaultOutput = min(m.MaxOutput, maxDefaultOutput)
		if e.DefaultOutput.text != "" {
			m.DefaultOutput = p.number(at+".default_output", e.DefaultOutput, 1, m.MaxOutput)
		}
	case Embedding:
		if e.MaxOutput.text != "" || e.DefaultOutput.text != "" {
			p.fail(at+".max_output", "has no meaning for an embedding model; leave it out")
		}
	default:
		p.fail(at+".type", "must be %q or %q", Text, Embedding)
	}
}

// price reads the price. A model without one would be free by mistake, so it
// is refused; a price of "0" is the operator's word that it is free.
func (p *parser) price(at string, m *Model, e *priceEntry) {
	if e == nil || e.Input == nil {
		p.fail(at+".price.input", `is missing; give USD for a million tokens, such as "0.15"`)
		return
	}
	m.Price.Input = p.decimal(at+".price.input", *e.Input)
	switch {
	case m.Type == Embedding && e.Output != nil:
		p.fail(at+".price.output", "has no meaning for an embedding model; leave it out")
	case m.Type == Text && e.Output == nil:
		p.fail(at+".price.output", `is missing; give USD for a million tokens, such as "0.60"`)
	case e.Output != nil:
		m.Price.Output = p.decimal(at+".price.output", *e.Output)
	}
	m.Price.CachedInput, m.Price.CacheWrite = m.Price.Input, m.Price.Input
	if m.Bound(max(m.Context, 1)*maxInputs(m), MaxChoices, m.MaxOutput) > maxBound {
		p.fail(at+".price", "is too high for this context and max_output; check for a misplaced decimal point")
	}
}

// maxInputs is how many texts one request can carry, each up to the context.
func maxInputs(m *Model) int64 {
	if m.Type == Embedding {
		return MaxEmbeddingInputs
	}
	return 1
}

func (p *parser) decimal(field, text string) money.Nano {
	price, err := money.Parse(text)
	_, fraction, _ := strings.Cut(text, ".")
	if err != nil || strings.ContainsAny(text, "eE") || len(fraction) > maxPriceDecimals || price > maxPrice {
		p.fail(field, `must be a decimal with at most %d places, such as "0.15"`, maxPriceDecimals)
		return 0
	}
	return price
}
