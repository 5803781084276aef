package catalog

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

func (p *parser) models(entries []modelEntry) {
	root := at("models")
	if len(entries) == 0 || len(entries) > maxModels {
		p.fail(root, "must list 1 to %d models", maxModels)
	}
	places := map[string]place{}
	for i, e := range entries {
		at := root.index(i).named(e.ID)
		p.word(at.key("id"), e.ID)
		if _, _, suffixed := cutSuffix(e.ID); suffixed {
			p.fail(at.key("id"), `must not end like parameters (":name=value")`)
		}
		if p.catalog.byID[e.ID] != nil {
			p.fail(at.key("id"), "is used twice")
			continue
		}
		m := p.model(at, e)
		p.catalog.models = append(p.catalog.models, m)
		p.catalog.byID[e.ID] = m
		places[e.ID] = at
	}
	for _, m := range p.catalog.models {
		at := places[m.ID]
		p.alias(at.key("traits"), m, m.Traits, p.catalog.traits)
		p.alias(at.key("compatibility"), m, m.Compatibility, p.catalog.compatibility)
		p.replacement(at.key("deprecation").key("replacement"), m)
	}
}

func (p *parser) model(at place, e modelEntry) *Model {
	m := &Model{
		ID: e.ID, Name: cmp.Or(e.Name, e.ID), Type: Type(e.Type),
		Tokenizer: cmp.Or(e.Tokenizer, "bytes"),
		Tier:      e.Tier, Privacy: Privacy(e.Privacy), Traits: e.Traits, Compatibility: e.Compatibility,
		Offline: e.Offline, Beta: e.Beta, Regions: e.Regions, Description: e.Description, Source: e.Source,
	}
	p.word(at.key("name"), m.Name)
	if !slices.Contains(Types(), m.Type) {
		p.fail(at.key("type"), "must be one of %s", join(Types()))
		return m // what else is right depends on it
	}
	p.placements(at, m, e)
	p.routes(at.key("routes"), m, e.Routes)
	if _, known := tokenizers[m.Tokenizer]; !known {
		p.fail(at.key("tokenizer"), "%q is not one of %s", m.Tokenizer, tokenizerNames())
	}
	if _, known := p.catalog.tiers[e.Tier]; e.Tier != "" && !known {
		p.fail(at.key("tier"), "%q is not in tiers", e.Tier)
	}
	if m.Privacy != Private && m.Privacy != Anonymized {
		p.fail(at.key("privacy"), "must be %q or %q", Private, Anonymized)
	}
	if len(e.Description) > maxDescription {
		p.fail(at.key("description"), "must have at most %d bytes", maxDescription)
	}
	if e.Source != "" {
		p.word(at.key("source"), e.Source)
	}
	p.regions(at.key("regions"), e.Regions)
	m.Created = p.number(at.key("created"), e.Created, 0, maxRate)
	p.tokens(at, m, e)
	p.price(at.key("price"), m, e.Price)
	p.capabilities(at.key("capabilities"), m, e.Capabilities)
	p.constraints(at.key("constraints"), m, e.Constraints)
	p.deprecation(at.key("deprecation"), m, e.Deprecation)
	p.affordable(at.key("price"), m)
	return m
}

// placements reads who has the model: "upstream" and "upstream_model", or a
// list "upstreams".
func (p *parser) placements(at place, m *Model, e modelEntry) {
	list, listAt := e.Upstreams, at.key("upstreams")
	switch {
	case len(list) > 0 && (e.Upstream != "" || e.UpstreamModel != ""):
		p.fail(at.key("upstream"), "stands beside upstreams; keep one of them")
	case len(list) == 0:
		list = []placementEntry{{Name: e.Upstream, Model: e.UpstreamModel}}
	}
	for i, entry := range list {
		nameAt, modelAt := at.key("upstream"), at.key("upstream_model")
		if len(e.Upstreams) > 0 {
			nameAt, modelAt = listAt.index(i).key("name"), listAt.index(i).key("model")
		}
		upstream, known := p.catalog.Upstream(entry.Name)
		if !known {
			p.fail(nameAt, "%q is not the name of an upstream", entry.Name)
		}
		if upstream.Kind == KindAnthropic && m.Type != Text {
			p.fail(nameAt, "%q is of kind anthropic, which has text models only", entry.Name)
		}
		placement := Placement{Upstream: entry.Name, Model: cmp.Or(entry.Model, e.ID), Weight: 1}
		p.word(modelAt, placement.Model)
		if entry.Weight.text != "" {
			placement.Weight = int(p.number(listAt.index(i).key("weight"), entry.Weight, 1, 1_000_000))
		}
		for _, other := range m.Placements {
			if other.Upstream == placement.Upstream && other.Model == placement.Model {
				p.fail(nameAt, "%q has this model twice in the list", entry.Name)
			}
		}
		m.Placements = append(m.Placements, placement)
	}
}

func (p *parser) routes(at place, m *Model, routes []string) {
	m.Routes = routes
	p.unique(at, routes)
	for i, route := range routes {
		switch {
		case route != RouteCompletions:
			p.fail(at.index(i), "must be %q", RouteCompletions)
		case m.Type != Text:
			p.fail(at.index(i), "is for text models")
		}
		for _, placement := range m.Placements {
			if u, _ := p.catalog.Upstream(placement.Upstream); u.Kind == KindAnthropic {
				p.fail(at.index(i), "%q is of kind anthropic, which has no such route", u.Name)
			}
		}
	}
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

func (p *parser) regions(at place, regions []string) {
	p.unique(at, regions)
	for i, region := range regions {
		if !countryCode.MatchString(region) {
			p.fail(at.index(i), `must be a country's code of two capitals, such as "US"`)
		}
	}
}

// tokens checks the sizes, and sets the default output cap.
func (p *parser) tokens(at place, m *Model, e modelEntry) {
	textOnly := []struct {
		name  string
		value whole
		into  *int64
		most  int64
	}{
		{"max_output", e.MaxOutput, &m.MaxOutput, maxTokens},
		{"default_output", e.DefaultOutput, &m.DefaultOutput, maxTokens},
		{"template_tokens", e.TemplateTokens, &m.TemplateTokens, maxExtraTokens},
		{"hidden_prompt_tokens", e.HiddenPrompt, &m.HiddenPromptTokens, maxExtraTokens},
		{"max_image_tokens", e.MaxImageTokens, &m.MaxImageTokens, maxExtraTokens},
		{"reasoning_extra", e.ReasoningExtra, &m.ReasoningExtra, maxTokens},
	}
	for _, field := range textOnly {
		if m.Type != Text && field.value.text != "" {
			p.fail(at.key(field.name), "has no meaning for a model of type %s; leave it out", m.Type)
			continue
		}
		*field.into = p.number(at.key(field.name), field.value, 0, field.most)
	}
	switch {
	case m.Type == Text || m.Type == Embedding:
		m.Context = p.number(at.key("context"), e.Context, 1, maxTokens)
	case e.Context.text != "" || e.Tokenizer != "":
		p.fail(at.key("context"), "context and tokenizer have no meaning for a model of type %s; leave them out", m.Type)
	}
	if m.Type != Text {
		return
	}
	if m.MaxOutput < 1 {
		p.fail(at.key("max_output"), "must be between 1 and %d", int64(maxTokens))
	}
	switch {
	case e.DefaultOutput.text == "":
		m.DefaultOutput = min(m.MaxOutput, maxDefaultOutput)
	case m.DefaultOutput < 1 || m.DefaultOutput > m.MaxOutput:
		p.fail(at.key("default_output"), "must be between 1 and max_output")
	}
}

func (p *parser) deprecation(at place, m *Model, e *deprecationEntry) {
	if e == nil {
		return
	}
	d := &Deprecation{ReplacementID: e.Replacement, AutoRemap: e.AutoRemap}
	d.RemovesAt = p.moment(at.key("removes_at"), e.RemovesAt)
	if e.StartsAt != "" {
		if d.StartsAt = p.moment(at.key("starts_at"), e.StartsAt); d.StartsAt.After(d.RemovesAt) {
			p.fail(at.key("starts_at"), "must not be after removes_at")
		}
	}
	if e.AutoRemap && e.Replacement == "" {
		p.fail(at.key("auto_remap"), "needs a replacement")
	}
	m.Deprecation = d
}

// replacement checks that a retired model leads to one that is not, in the end.
func (p *parser) replacement(at place, m *Model) {
	if m.Deprecation == nil || m.Deprecation.ReplacementID == "" {
		return
	}
	for next, steps := m, 0; next.Deprecation != nil && next.Deprecation.ReplacementID != ""; steps++ {
		id := next.Deprecation.ReplacementID
		other := p.catalog.byID[id]
		switch {
		case other == nil:
			p.fail(at, "%q is not the id of a model", id)
			return
		case other.Type != m.Type:
			p.fail(at, "%q is of type %s, not %s", id, other.Type, m.Type)
			return
		case other == m || steps > len(p.catalog.models):
			p.fail(at, "leads back to %q", id)
			return
		}
		next = other
	}
}

// alias maps each name to its model, and refuses names that could never be
// reached or that two models of a type share.
func (p *parser) alias(at place, m *Model, names []string, into map[Type]map[string]string) {
	for i, name := range names {
		at := at.index(i)
		p.word(at, name)
		if into[m.Type] == nil {
			into[m.Type] = map[string]string{}
		}
		if other, taken := into[m.Type][name]; taken {
			p.fail(at, "%q is taken by %q", name, other)
		}
		if _, shadowed := p.catalog.byID[name]; shadowed {
			p.fail(at, "%q is a model's id, which is looked up first", name)
		}
		if _, _, suffixed := cutSuffix(name); suffixed {
			p.fail(at, `must not end like parameters (":name=value")`)
		}
		into[m.Type][name] = m.ID
	}
}

func join(types []Type) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = string(t)
	}
	return strings.Join(words, ", ")
}
