package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"stakegate/internal/money"
)

// Prices for a million tokens outside of these are flagged: they are mostly a
// misplaced decimal point, or a price for a thousand.
const (
	leastUsualPrice = money.Unit / 1_000_000
	mostUsualPrice  = 100_000 * money.Unit
	mostUsualUnit   = 10 * 1_000_000 * money.Unit // $10 for an image, a second, a use
)

// Lint finds everything that is wrong with a catalogue, and if nothing is, what
// is suspicious (Warning). checkUpstream, if not nil, says whether an upstream
// can be used, such as whether its key can be read.
func Lint(data []byte, checkUpstream func(Upstream) error) (*Catalog, Problems) {
	c, err := Parse(data)
	if err != nil {
		problems := Problems{{Text: err.Error()}}
		_ = errors.As(err, &problems) // all of Parse's are
		return nil, problems
	}
	l := &linter{catalog: c}
	if tree, err := yamlparser.ParseBytes(data, 0); err == nil && len(tree.Docs) > 0 {
		l.tree = tree.Docs[0].Body
	}
	l.upstreams(checkUpstream)
	l.unused()
	for i, m := range c.models {
		l.model(at("models").index(i).named(m.ID), m)
	}
	l.twoPrices()
	locate(data, l.problems)
	slices.SortStableFunc(l.problems, byLine)
	return c, l.problems
}

type linter struct {
	catalog  *Catalog
	tree     ast.Node
	problems Problems
}

func (l *linter) warn(at place, format string, args ...any) {
	l.problems = append(l.problems, Problem{Field: at.String(), Text: fmt.Sprintf(format, args...), Warning: true, at: at})
}

// given reports whether the file itself has a field.
func (l *linter) given(at place) bool {
	node := l.tree
	for _, key := range at.keys {
		var where ast.Node
		if where, node = child(node, key); where == nil {
			return false
		}
	}
	return true
}

func (l *linter) upstreams(check func(Upstream) error) {
	for i, u := range l.catalog.upstreams {
		at := at("upstreams").index(i).named(u.Name)
		if check != nil {
			if err := check(u); err != nil {
				l.problems = append(l.problems, Problem{Field: at.key("key_file").String(), Text: err.Error(), at: at.key("key_file")})
			}
		}
		if u.KeyFile == "" && !u.Loopback() {
			l.warn(at, "has no key_file: calls to it carry no credential")
		}
	}
}

// unused finds what no model names.
func (l *linter) unused() {
	upstreams, tiers := map[string]bool{}, map[string]bool{}
	for _, m := range l.catalog.models {
		tiers[m.Tier] = true
		for _, p := range m.Placements {
			upstreams[p.Upstream] = true
		}
	}
	for i, u := range l.catalog.upstreams {
		if !upstreams[u.Name] {
			l.warn(at("upstreams").index(i).named(u.Name), "is used by no model")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.catalog.tiers)) {
		if !tiers[name] {
			l.warn(at("tiers").key(name), "is used by no model")
		}
	}
}

func (l *linter) model(at place, m *Model) {
	if m.Type == Text && m.MaxOutput > m.Context {
		l.warn(at.key("max_output"), "is larger than the context")
	}
	if m.Type == Embedding && !l.given(at.key("tokenizer")) {
		l.warn(at, `has no tokenizer, so "bytes" is taken; models that normalise first (XLM-R, T5) need "sentencepiece-nfkc", or their bound is too low`)
	}
	for _, p := range m.Placements {
		u, _ := l.catalog.Upstream(p.Upstream)
		switch {
		case m.Type != Text:
		case u.Kind == KindVenice && m.HiddenPromptTokens == 0:
			l.warn(at, "has no hidden_prompt_tokens, but %q is of kind venice, which adds a system prompt of about 1700 tokens and bills it", u.Name)
		case u.Kind == KindAnthropic && !l.given(at.key("price").key("cache_write")):
			l.warn(at.key("price"), "has no cache_write, but %q is of kind anthropic, which bills writes to its cache above the input's price", u.Name)
		}
	}
	l.price(at.key("price"), m)
}

func (l *linter) price(at place, m *Model) {
	p := &m.Price
	switch m.Type {
	case Text:
		l.tokenPrice(at, &p.TokenPrice)
		l.usual(at.key("output"), p.Output)
		if p.Output < p.Input {
			l.warn(at.key("output"), "is below the input's, which is unusual; are they swapped?")
		}
		if x := p.Extended; x != nil {
			l.tokenPrice(at.key("extended"), &x.TokenPrice)
			if x.Input < p.Input || x.Output < p.Output || x.CachedInput < p.CachedInput || x.CacheWrite < p.CacheWrite {
				l.warn(at.key("extended"), "is below the plain price: a longer prompt would cost less")
			}
		}
	case Embedding:
		l.usual(at.key("input"), p.Input)
	case Image:
		l.images(at, m)
	case Speech:
		l.usual(at.key("million_characters"), p.Character)
	case Transcription:
		l.unit(at.key("second"), p.Second)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Surcharges)) {
		l.unit(at.key("surcharges").key(name), p.Surcharges[name])
	}
}

func (l *linter) tokenPrice(at place, p *TokenPrice) {
	l.usual(at.key("input"), p.Input)
	if p.CachedInput > p.Input {
		l.warn(at.key("cached_input"), "is above the input's price")
	}
	if p.CachedInput == 0 && p.Input > 0 {
		l.warn(at.key("cached_input"), "is 0: what the upstream has cached is free")
	}
	if p.CacheWrite < p.Input {
		l.warn(at.key("cache_write"), "is below the input's price")
	}
}

func (l *linter) usual(at place, price money.Nano) {
	switch {
	case price == 0:
		l.warn(at, "is 0: no budget limits its use")
	case price < leastUsualPrice || price > mostUsualPrice:
		l.warn(at, "is %s USD for a million, outside of %s to %s; is the decimal point where it should be?", price, leastUsualPrice, mostUsualPrice)
	}
}

func (l *linter) unit(at place, million money.Nano) {
	switch {
	case million == 0:
		l.warn(at, "is 0: no budget limits its use")
	case million > mostUsualUnit:
		l.warn(at, "is more than 10 USD for one; is the decimal point where it should be?")
	}
}

// images checks that a better quality is not cheaper.
func (l *linter) images(at place, m *Model) {
	ranks := map[string]int{"low": 1, "standard": 1, "medium": 2, "high": 3, "hd": 3}
	for _, variant := range slices.Sorted(maps.Keys(m.Price.Image)) {
		l.unit(at, m.Price.Image[variant])
	}
	sizes := m.Constraints.Sizes
	if len(sizes) == 0 {
		sizes = []string{""}
	}
	for _, size := range sizes {
		for _, a := range m.Constraints.Qualities {
			for _, b := range m.Constraints.Qualities {
				better, hasBetter := m.Price.Image[variantName(size, a)]
				worse, hasWorse := m.Price.Image[variantName(size, b)]
				if hasBetter && hasWorse && ranks[a] > ranks[b] && ranks[b] > 0 && better < worse {
					l.warn(at.key("images"), "%s of quality %q is cheaper than of quality %q", cmp.Or(size, "an image"), a, b)
				}
			}
		}
	}
}

// twoPrices finds one model of an upstream that is sold under two names at two
// prices.
func (l *linter) twoPrices() {
	first := map[[2]string]*Model{}
	for i, m := range l.catalog.models {
		for _, p := range m.Placements {
			key := [2]string{p.Upstream, p.Model}
			other := first[key]
			switch {
			case other == nil:
				first[key] = m
			case other != m && other.Type == m.Type && other.Price.TokenPrice != m.Price.TokenPrice:
				l.warn(at("models").index(i).named(m.ID).key("price"), "differs from that of %q, which is the same model of upstream %q", other.ID, p.Upstream)
			}
		}
	}
}
