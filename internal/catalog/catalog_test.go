package catalog_test

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/money"
)

const sample = `
upstreams:
  - {name: main, kind: openai, url: "http://127.0.0.1:9000/v1/", key_file: upstream.key}
  - {name: far, kind: openai, url: "https://models.example/v1"}
models:
  - {id: llama-small, type: text, upstream: main, context: 32768, max_output: 4096, tokenizer: bytes, price: {input: "0.15", output: "0.60"}, tier: S, privacy: private, traits: [default, fastest], compatibility: [gpt-4o-mini], created: 1735689600}
  - id: llama-big
    name: Llama Big
    type: text
    upstream: far
    upstream_model: meta/llama-big
    context: 131072
    max_output: 16384
    template_tokens: 40
    price: {input: 1, output: 2.125}
    privacy: anonymized
    description: larger
  - {id: embed, type: embedding, upstream: main, context: 8192, price: {input: "0.02"}, privacy: private, traits: [default]}
tiers:
  S: {requests_per_minute: 150, tokens_per_minute: 3000000}
`

func parse(t *testing.T, text string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return c
}

func TestParseReadsEveryField(t *testing.T) {
	c := parse(t, sample)
	if got := len(c.Models()); got != 3 {
		t.Fatalf("got %d models, want 3", got)
	}
	small, big, embed := c.Models()[0], c.Models()[1], c.Models()[2]
	if small.Price.TokenPrice != (catalog.TokenPrice{Input: 150_000_000, Output: 600_000_000, CachedInput: 150_000_000, CacheWrite: 150_000_000}) {
		t.Errorf("small's price is %v", small.Price)
	}
	if small.Name != "llama-small" || small.Placements[0] != (catalog.Placement{Upstream: "main", Model: "llama-small", Weight: 1}) || small.DefaultOutput != 4096 || small.Created != 1735689600 {
		t.Errorf("small's defaults are wrong: %+v", small)
	}
	if big.Name != "Llama Big" || big.Placements[0].Model != "meta/llama-big" || big.DefaultOutput != 4096 ||
		big.Tokenizer != "bytes" || big.TemplateTokens != 40 || big.Privacy != catalog.Anonymized {
		t.Errorf("big is wrong: %+v", big)
	}
	if big.Price.TokenPrice != (catalog.TokenPrice{Input: money.Unit, Output: 2_125_000_000, CachedInput: money.Unit, CacheWrite: money.Unit}) {
		t.Errorf("unquoted prices are read as %v", big.Price)
	}
	if embed.Type != catalog.Embedding || embed.Price.Output != 0 {
		t.Errorf("embed is wrong: %+v", embed)
	}
	up, ok := c.Upstream("main")
	if want := (catalog.Upstream{Name: "main", Kind: "openai", URL: "http://127.0.0.1:9000/v1", KeyFile: "upstream.key", HealthPath: "/models"}); !ok || !reflect.DeepEqual(up, want) {
		t.Errorf("upstream main is %+v, want %+v", up, want)
	}
	tier, ok := c.Tier("S")
	if !ok || tier != (catalog.Tier{RequestsPerMinute: 150, TokensPerMinute: 3_000_000}) {
		t.Errorf("tier S is %+v", tier)
	}
	if got := c.Traits(catalog.Text); got["default"] != "llama-small" || len(got) != 2 {
		t.Errorf("text traits are %v", got)
	}
	if got := c.Compatibility(catalog.Text); got["gpt-4o-mini"] != "llama-small" || len(got) != 1 {
		t.Errorf("compatibility names are %v", got)
	}
}

func TestResolveLooksForIDThenTraitThenCompatibilityName(t *testing.T) {
	c := parse(t, sample)
	for _, test := range []struct {
		kind     catalog.Type
		name, id string
		err      error
	}{
		{catalog.Text, "llama-big", "llama-big", nil},
		{catalog.Text, "default", "llama-small", nil},
		{catalog.Embedding, "default", "embed", nil},
		{catalog.Text, "gpt-4o-mini", "llama-small", nil},
		{catalog.Text, "embed", "", catalog.ErrWrongType},
		{catalog.Embedding, "llama-big", "", catalog.ErrWrongType},
		{catalog.Embedding, "gpt-4o-mini", "", catalog.ErrUnknownModel},
		{catalog.Text, "LLAMA-BIG", "", catalog.ErrUnknownModel},
		{catalog.Text, "", "", catalog.ErrUnknownModel},
	} {
		m, err := c.Resolve(test.kind, test.name, time.Now())
		if !errors.Is(err, test.err) {
			t.Errorf("Resolve(%s, %q) fails with %v, want %v", test.kind, test.name, err, test.err)
		}
		if err == nil && m.Model.ID != test.id {
			t.Errorf("Resolve(%s, %q) is %s, want %s", test.kind, test.name, m.Model.ID, test.id)
		}
	}
}

// It happened elsewhere: LiteLLM and otari, by source.
func TestParseNamesTheFieldAtFault(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"no price":              {`price: {input: "0.15", output: "0.60"}, `, ``, "models[0] (llama-small).price.input"},
		"no output price":       {`, output: "0.60"`, ``, "models[0] (llama-small).price.output"},
		"negative price":        {`"0.15"`, `"-0.15"`, "price.input"},
		"price with exponent":   {`"0.15"`, `"1e3"`, "price.input"},
		"price too fine":        {`"0.15"`, `"0.1234567891"`, "price.input"},
		"price of words":        {`"0.15"`, `"cheap"`, "price.input"},
		"price absurd":          {`"0.15"`, `"9000000"`, "price.input"},
		"price high":            {`"0.15"`, `"900000"`, ""},
		"unknown field":         {`tier: S,`, `teir: S,`, "teir"},
		"repeated field":        {`tier: S,`, `tier: S, tier: S,`, "tier"},
		"unknown tier":          {`tier: S,`, `tier: XL,`, "models[0] (llama-small).tier"},
		"unknown upstream":      {`upstream: far`, `upstream: near`, "models[1] (llama-big).upstream"},
		"unknown tokenizer":     {`tokenizer: bytes`, `tokenizer: magic`, "tokenizer"},
		"unknown type":          {`type: embedding`, `type: video`, "models[2] (embed).type"},
		"unknown privacy":       {`privacy: anonymized`, `privacy: secret`, "models[1] (llama-big).privacy"},
		"no context":            {`context: 32768, `, ``, "models[0] (llama-small).context"},
		"negative context":      {`context: 32768`, `context: -1`, "models[0] (llama-small).context"},
		"fractional context":    {`context: 32768`, `context: 1.5`, "context"},
		"no output maximum":     {`max_output: 4096, `, ``, "models[0] (llama-small).max_output"},
		"default above maximum": {`max_output: 4096`, `max_output: 4096, default_output: 5000`, "default_output"},
		"quoted context":        {`context: 32768`, `context: "32768"`, "context"},
		"wide context":          {`context: 32768`, `context: 99999999999999999999`, "context"},
		"id twice":              {`id: llama-big`, `id: llama-small`, "models[1] (llama-small).id"},
		"no id":                 {`id: llama-big`, `id: ""`, "models[1].id"},
		"id with control":       {`id: llama-big`, `id: "a\nb"`, ".id"},
		"trait of two models":   {`description: larger`, `traits: [fastest]`, "traits"},
		"alias shadowed":        {`[gpt-4o-mini]`, `[llama-big]`, "compatibility"},
		"upstream kind":         {`name: far, kind: openai`, `name: far, kind: other`, "upstreams[1] (far).kind"},
		"upstream twice":        {`name: far`, `name: main`, "upstreams[1] (main).name"},
		"plain http":            {`https://models.example`, `http://models.example`, "upstreams[1] (far).url"},
		"url with user":         {`https://models.example`, `https://u:p@models.example`, "upstreams[1] (far).url"},
		"url with query":        {`models.example/v1`, `models.example/v1?key=1`, "upstreams[1] (far).url"},
		"url of another scheme": {`https://models.example`, `file://models.example`, "upstreams[1] (far).url"},
		"url relative":          {`https://models.example/v1`, `/v1`, "upstreams[1] (far).url"},
		"negative rate":         {`requests_per_minute: 150`, `requests_per_minute: -1`, "tiers.S.requests_per_minute"},
		"embedding with output": {`price: {input: "0.02"}`, `price: {input: "0.02", output: "1"}`, "models[2] (embed).price.output"},
		"second document":       {`tiers:`, "---\ntiers:", "more than one"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(sample, test.old) {
				t.Fatalf("the sample has no %q", test.old)
			}
			_, err := catalog.Parse([]byte(strings.Replace(sample, test.old, test.new, 1)))
			if test.want == "" { // high, but the bound still fits
				if err != nil {
					t.Fatalf("Parse fails: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error is %v, want it to name %q", err, test.want)
			}
		})
	}
}

func TestParseShowsEveryProblemAtOnce(t *testing.T) {
	broken := strings.NewReplacer(`tier: S,`, `tier: T,`, `privacy: anonymized`, `privacy: no`).Replace(sample)
	_, err := catalog.Parse([]byte(broken))
	if err == nil || !strings.Contains(err.Error(), ".tier") || !strings.Contains(err.Error(), ".privacy") {
		t.Fatalf("error is %v, want both problems", err)
	}
}

// It happened elsewhere: LiteLLM 40002, 20615.
func TestParseRefusesAPriceThatCannotBeBounded(t *testing.T) {
	text := strings.NewReplacer(`"0.15"`, `"1000000"`, `context: 32768`, `context: 100000000`).Replace(sample)
	_, err := catalog.Parse([]byte(text))
	if err == nil || !strings.Contains(err.Error(), "models[0] (llama-small).price") {
		t.Fatalf("error is %v", err)
	}
}

func TestPlainHTTPIsAllowedOnTheOperatorsWord(t *testing.T) {
	parse(t, strings.Replace(sample, `url: "https://models.example/v1"`, `url: "http://models.example/v1", allow_http: true`, 1))
	for _, host := range []string{"localhost", "127.0.0.2", "[::1]"} {
		parse(t, strings.Replace(sample, "127.0.0.1:9000", host+":9000", 1))
	}
}

// Reading is linear in the file's length: eight times the models take about
// eight times the memory, not 64 times.
func TestAFileOfManyModelsIsReadInLinearTime(t *testing.T) {
	taken := func(models int) uint64 {
		var text strings.Builder
		text.WriteString("upstreams: [{name: main, kind: openai, url: \"http://127.0.0.1:9000/v1\"}]\nmodels:\n")
		for i := range models {
			fmt.Fprintf(&text, "- {id: m%d, type: text, upstream: main, context: 32768, max_output: 4096, template_tokens: 4, price: {input: \"1\", output: \"2\"}, privacy: private}\n", i)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if got := len(parse(t, text.String()).Models()); got != models {
			t.Fatalf("%d of %d models", got, models)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	taken(1) // what is made once
	if few, many := taken(25), taken(200); many > 20*few {
		t.Errorf("25 models take %d bytes, 200 take %d", few, many)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{sample, wide, namesText, lintable, "models: []", "&a [*a]", `models: [{id: x, price: {input: "1"}}]`} {
		f.Add([]byte(seed))
	}
	longAgo := time.Date(-5000, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, problems := catalog.Lint(data, nil)
		if c == nil {
			if len(problems) == 0 || problems.Error() == "" {
				t.Fatal("refused without a reason")
			}
			return
		}
		for _, m := range c.Models() {
			if m.ID == "" || m.Price.Input < 0 || m.Price.Output < 0 || len(m.Placements) == 0 {
				t.Fatalf("an invalid model was accepted: %+v", m)
			}
			if got, err := c.Named(m.Type, m.ID, longAgo); err != nil || got != m {
				t.Fatalf("model %q does not resolve to itself: %v", m.ID, err)
			}
			for _, p := range m.Placements {
				if _, known := c.Upstream(p.Upstream); !known || p.Weight < 1 || p.Model == "" {
					t.Fatalf("model %q is placed nowhere: %+v", m.ID, p)
				}
			}
			if bound := m.BoundOf(catalog.Demand{Prompt: m.Context, Choices: catalog.MaxChoices, OutputCap: m.MaxOutput, Units: 1}); bound > 1_000_000*money.Unit {
				t.Fatalf("model %q has the bound %v", m.ID, bound)
			}
		}
	})
}
