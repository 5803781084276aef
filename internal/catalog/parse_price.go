package catalog

import (
	"maps"
	"slices"

	"stakegate/internal/money"
)

// price reads the price. A model without one would be free by mistake, so it
// is refused; a price of "0" is the operator's word that it is free.
func (p *parser) price(at place, m *Model, e *priceEntry) {
	if e == nil {
		e = new(priceEntry)
	}
	p.onlyWhatIsSold(at, m, e)
	switch m.Type {
	case Text, Embedding:
		p.tokenPrice(at, &m.Price.TokenPrice, &e.Tokens, m.Type)
		p.extended(at.key("extended"), m, e.Extended)
	case Image:
		p.images(at, m, e)
	case Speech:
		if p.given(at.key("million_characters"), e.MillionCharacters, "USD for a million characters", "15") {
			m.Price.Character = p.perMillionPrice(at.key("million_characters"), *e.MillionCharacters)
		}
	case Transcription:
		if p.given(at.key("second"), e.Second, "USD for a second of audio", "0.0001") {
			m.Price.Second = p.unitPrice(at.key("second"), *e.Second)
		}
	}
	p.surcharges(at.key("surcharges"), m, e.Surcharges)
}

// onlyWhatIsSold refuses prices of what a model of this type does not sell:
// they would look as if they were charged.
func (p *parser) onlyWhatIsSold(at place, m *Model, e *priceEntry) {
	for _, field := range []struct {
		name  string
		given bool
		types []Type
	}{
		{"input", e.Tokens.Input != nil, []Type{Text, Embedding}},
		{"output", e.Tokens.Output != nil, []Type{Text}},
		{"cached_input", e.Tokens.CachedInput != nil, []Type{Text}},
		{"cache_write", e.Tokens.CacheWrite != nil, []Type{Text}},
		{"extended", e.Extended != nil, []Type{Text}},
		{"image", e.Image != nil, []Type{Image}},
		{"images", e.Images != nil, []Type{Image}},
		{"million_characters", e.MillionCharacters != nil, []Type{Speech}},
		{"second", e.Second != nil, []Type{Transcription}},
		{"surcharges", e.Surcharges != nil, []Type{Text}},
	} {
		if field.given && !slices.Contains(field.types, m.Type) {
			p.fail(at.key(field.name), "has no meaning for a model of type %s; leave it out", m.Type)
		}
	}
}

func (p *parser) given(at place, text *string, what, example string) bool {
	if text == nil {
		p.fail(at, "is missing; give %s, such as %q", what, example)
	}
	return text != nil
}

// tokenPrice reads the prices of tokens; those of the cache are the input's if
// the file has none.
func (p *parser) tokenPrice(at place, into *TokenPrice, e *tokenPriceEntry, kind Type) {
	if !p.given(at.key("input"), e.Input, "USD for a million tokens", "0.15") {
		return
	}
	into.Input = p.perMillionPrice(at.key("input"), *e.Input)
	into.CachedInput, into.CacheWrite = into.Input, into.Input
	if kind != Text {
		return
	}
	if p.given(at.key("output"), e.Output, "USD for a million tokens", "0.60") {
		into.Output = p.perMillionPrice(at.key("output"), *e.Output)
	}
	if e.CachedInput != nil {
		into.CachedInput = p.perMillionPrice(at.key("cached_input"), *e.CachedInput)
	}
	if e.CacheWrite != nil {
		into.CacheWrite = p.perMillionPrice(at.key("cache_write"), *e.CacheWrite)
	}
}

func (p *parser) extended(at place, m *Model, e *extendedEntry) {
	if e == nil || m.Type != Text {
		return
	}
	m.Price.Extended = &Extended{Threshold: p.number(at.key("above"), e.Above, 1, maxTokens)}
	p.tokenPrice(at, &m.Price.Extended.TokenPrice, &e.Tokens, m.Type)
	if m.Price.Extended.Threshold >= m.Context {
		p.fail(at.key("above"), "must be below the context, or the price could never apply")
	}
}

// images reads the price of any image, or those of each size and quality.
func (p *parser) images(at place, m *Model, e *priceEntry) {
	m.Price.Image = map[string]money.Nano{}
	switch {
	case e.Image != nil && e.Images != nil:
		p.fail(at.key("image"), "stands beside images; keep one of them")
	case e.Image != nil:
		m.Price.Image[""] = p.unitPrice(at.key("image"), *e.Image)
	case len(e.Images) == 0:
		p.fail(at.key("image"), `is missing; give USD for an image, such as "0.04", or a list images`)
	}
	for i, entry := range e.Images {
		at := at.key("images").index(i)
		if (entry.Size == "") != (e.Images[0].Size == "") || (entry.Quality == "") != (e.Images[0].Quality == "") {
			p.fail(at, "must have a size and a quality as the first of the list has")
		}
		if entry.Size == "" && entry.Quality == "" {
			p.fail(at, "must have a size or a quality; for one price give image instead of images")
		}
		variant := variantName(entry.Size, entry.Quality)
		if _, twice := m.Price.Image[variant]; twice {
			p.fail(at, "has a size and quality that are there already")
		}
		if p.given(at.key("price"), entry.Price, "USD for an image", "0.04") {
			m.Price.Image[variant] = p.unitPrice(at.key("price"), *entry.Price)
		}
		for value, list := range map[string]*[]string{
			entry.Size: &m.Constraints.Sizes, entry.Quality: &m.Constraints.Qualities,
		} {
			if value != "" && !slices.Contains(*list, value) {
				p.word(at, value)
				*list = append(*list, value)
			}
		}
	}
}

// variantName is the key of a size and a quality in Price.Image.
func variantName(size, quality string) string {
	if quality == "" {
		return size
	}
	return size + "/" + quality
}

func (p *parser) surcharges(at place, m *Model, entries map[string]*string) {
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		p.oneOf(at.key(name), name, surchargeNames)
		if p.given(at.key(name), entries[name], "USD for a use", "0.01") {
			if m.Price.Surcharges == nil {
				m.Price.Surcharges = map[string]money.Nano{}
			}
			m.Price.Surcharges[name] = p.unitPrice(at.key(name), *entries[name])
		}
	}
}

// affordable refuses a price at which the largest request would leave the range
// in which money is exact.
func (p *parser) affordable(at place, m *Model) {
	if m.BoundOf(m.largest()) > maxBound {
		p.fail(at, "is too high for the largest request; check for a misplaced decimal point")
	}
}

// largest is the most that one request to the model can ask for.
func (m *Model) largest() Demand {
	d := Demand{Prompt: max(m.Context, 1), Choices: MaxChoices, OutputCap: m.MaxOutput}
	switch m.Type {
	case Text:
	case Embedding:
		d.Prompt *= MaxEmbeddingInputs
	case Image:
		d.Units, d.Variant = MaxImages, "the dearest"
	case Speech:
		d.Units = MaxCharacters
	case Transcription:
		d.Units = MaxAudioSeconds
	}
	d.Surcharges = slices.Sorted(maps.Keys(m.Price.Surcharges))
	return d
}
