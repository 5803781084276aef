package catalog_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/money"
)

const wide = `
upstreams:
  - {name: main, kind: openai, url: "https://a.example/v1", timeout: 90s, max_connections: 20, health: {path: /up, interval: 5s}, pass: [guided_regex, seed2], charge_prompt: true}
  - {name: claude, kind: anthropic, url: "https://b.example/v1"}
  - {name: venice, kind: venice, url: "https://c.example/v1"}
models:
  - id: big
    type: text
    upstreams: [{name: main, model: vendor/big, weight: 3}, {name: claude}]
    context: 200000
    max_output: 1000
    hidden_prompt_tokens: 1700
    max_image_tokens: 1600
    reasoning_extra: 500
    price:
      input: "1"
      output: "4"
      cached_input: "0.1"
      cache_write: "1.25"
      extended: {above: 100000, input: "2", output: "6", cached_input: "0.2"}
      surcharges: {web_search: "0.01", x_search: "0"}
    capabilities: {tools: true, response_schema: true, reasoning: true, reasoning_efforts: [low, high], default_reasoning_effort: low, max_images: 4, web_search: true, tee_attestation: true, e2ee: true}
    constraints: {defaults: {temperature: "0.7"}}
    deprecation: {starts_at: "2026-01-01", removes_at: "2027-01-01", replacement: small, auto_remap: true}
    regions: [US, DE]
    privacy: private
  - {id: small, type: text, upstream: venice, routes: [completions], context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private}
  - {id: draw, type: image, upstream: main, price: {images: [{size: 1K, quality: low, price: "0.02"}, {size: 1K, quality: high, price: "0.2"}, {size: 2K, quality: low, price: "0.04"}]}, constraints: {default_size: 1K, default_quality: high, prompt_characters: 900}, privacy: private}
  - {id: sketch, type: image, upstream: main, price: {image: "0.0000000000001"}, privacy: private}
  - {id: say, type: tts, upstream: main, price: {million_characters: "15"}, constraints: {voices: [ada, bo], default_voice: bo, formats: [mp3], default_format: mp3}, privacy: private}
  - {id: hear, type: asr, upstream: main, price: {second: "0.0001"}, constraints: {max_seconds: 600}, privacy: private}
  - {id: vectors, type: embedding, upstream: main, context: 512, price: {input: "0.02"}, constraints: {dimensions: 1024}, privacy: private}
`

func TestParseReadsEveryPriceAndPlacement(t *testing.T) {
	c := parse(t, wide)
	usd := func(text string) money.Nano { n, _ := money.Parse(text); return n }
	big, _ := c.Named(catalog.Text, "big", time.Time{})
	wantPrice := catalog.Price{
		TokenPrice: catalog.TokenPrice{Input: usd("1"), Output: usd("4"), CachedInput: usd("0.1"), CacheWrite: usd("1.25")},
		Extended: &catalog.Extended{Threshold: 100_000, TokenPrice: catalog.TokenPrice{
			Input: usd("2"), Output: usd("6"), CachedInput: usd("0.2"), CacheWrite: usd("2"),
		}},
		Surcharges: map[string]money.Nano{"web_search": usd("10000"), "x_search": 0},
	}
	if !reflect.DeepEqual(big.Price, wantPrice) {
		t.Errorf("price is %+v, want %+v", big.Price, wantPrice)
	}
	wantPlaces := []catalog.Placement{{Upstream: "main", Model: "vendor/big", Weight: 3}, {Upstream: "claude", Model: "big", Weight: 1}}
	if !reflect.DeepEqual(big.Placements, wantPlaces) {
		t.Errorf("placements are %+v", big.Placements)
	}
	if big.HiddenPromptTokens != 1700 || big.MaxImageTokens != 1600 || big.ReasoningExtra != 500 ||
		!big.Deprecation.RemovesAt.Equal(day(t, "2027-01-01")) || big.Deprecation.ReplacementID != "small" || !big.Deprecation.AutoRemap ||
		!big.Capabilities.EndToEndEncryption || big.Capabilities.DefaultEffort != "low" || big.Constraints.Defaults["temperature"] != usd("0.7") {
		t.Errorf("big is %+v", big)
	}
	main, _ := c.Upstream("main")
	if want := (catalog.Upstream{
		Name: "main", Kind: "openai", URL: "https://a.example/v1", Timeout: 90 * time.Second, MaxConnections: 20,
		HealthPath: "/up", HealthInterval: 5 * time.Second, Pass: []string{"guided_regex", "seed2"}, ChargePrompt: true,
	}); !reflect.DeepEqual(main, want) {
		t.Errorf("main is %+v", main)
	}
	draw, _ := c.Named(catalog.Image, "draw", time.Time{})
	for in, want := range map[[2]string]string{
		{"", ""}: "1K/high", {"auto", "auto"}: "1K/high", {"2K", "low"}: "2K/low", {"1K", "low"}: "1K/low", {"2K", "high"}: "", {"8K", "low"}: "",
	} {
		if got, priced := draw.Variant(in[0], in[1]); priced != (want != "") || priced && got != want {
			t.Errorf("variant of %v is %q, %t; want %q", in, got, priced, want)
		}
	}
	sketch, _ := c.Named(catalog.Image, "sketch", time.Time{})
	if variant, priced := sketch.Variant("1024x1024", "high"); !priced || sketch.Price.Image[variant] != 100 {
		t.Errorf("the price of any image is %+v", sketch.Price)
	}
	hear, _ := c.Named(catalog.Transcription, "hear", time.Time{})
	say, _ := c.Named(catalog.Speech, "say", time.Time{})
	if hear.Price.Second != usd("100") || say.Price.Character != usd("15") || say.Constraints.DefaultVoice != "bo" {
		t.Errorf("prices are %+v and %+v", hear.Price, say.Price)
	}
	if small, _ := c.Named(catalog.Text, "small", time.Time{}); !small.Serves(catalog.RouteCompletions) || big.Serves(catalog.RouteCompletions) {
		t.Error("routes are mixed up")
	}
}

// Each edit makes one mistake, which the error names with its line.
func TestParseNamesTheLineAndFieldOfEveryMistake(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"timeout":                  {"timeout: 90s", "timeout: 90", "line 3: upstreams[0] (main).timeout: must be a duration"},
		"health path":              {"path: /up", "path: up", "line 3: upstreams[0] (main).health.path"},
		"health unknown":           {"interval: 5s", "every: 5s", `line 3: is not valid YAML of the known fields: unknown field "every"`},
		"pass of what costs":       {"guided_regex", "Max_Tokens", "line 3: upstreams[0] (main).pass[0]"},
		"pass twice":               {"seed2", "guided_regex", "line 3: upstreams[0] (main).pass[1]"},
		"connections":              {"max_connections: 20", "max_connections: -1", "line 3: upstreams[0] (main).max_connections"},
		"weight 0":                 {"weight: 3", "weight: 0", "line 9: models[0] (big).upstreams[0].weight"},
		"unknown placement":        {"{name: claude}]", "{name: cloud}]", `line 9: models[0] (big).upstreams[1].name: "cloud"`},
		"placement twice":          {"{name: claude}]", "{name: main, model: vendor/big}]", "line 9: models[0] (big).upstreams[1].name"},
		"both ways of placing":     {"    upstreams: [", "    upstream: main\n    upstreams: [", "line 9: models[0] (big).upstream: stands beside"},
		"no placement":             {"    upstreams: [{name: main, model: vendor/big, weight: 3}, {name: claude}]\n", "", `models[0] (big).upstream: "" is not`},
		"image on anthropic":       {"type: image, upstream: main, price: {image:", "type: image, upstream: claude, price: {image:", "line 29: models[3] (sketch).upstream: \"claude\" is of kind anthropic"},
		"route unknown":            {"routes: [completions]", "routes: [edits]", "line 27: models[1] (small).routes[0]"},
		"route on anthropic":       {"upstream: venice, routes", "upstream: claude, routes", "line 27: models[1] (small).routes[0]: \"claude\""},
		"extended unreachable":     {"above: 100000", "above: 200000", "line 20: models[0] (big).price.extended.above"},
		"extended without output":  {`, output: "6"`, ``, "line 20: models[0] (big).price.extended.output: is missing"},
		"extended typo":            {`above: 100000`, `over: 100000`, `unknown field "over"`},
		"price typo":               {`cached_input: "0.1"`, `cache_input: "0.1"`, `unknown field "cache_input"`},
		"surcharge missing":        {`web_search: "0.01", `, ``, "line 22: models[0] (big).capabilities.web_search: needs price.surcharges.web_search"},
		"surcharge unknown":        {`x_search: "0"`, `xsearch: "0"`, `line 21: models[0] (big).price.surcharges.xsearch: "xsearch" is not one of`},
		"surcharge empty":          {`web_search: "0.01"`, `web_search: `, "line 21: models[0] (big).price.surcharges.web_search: is missing"},
		"effort":                   {"[low, high]", "[low, huge]", "line 22: models[0] (big).capabilities.reasoning_efforts[1]"},
		"default effort":           {"default_reasoning_effort: low", "default_reasoning_effort: max", "line 22: models[0] (big).capabilities.default_reasoning_effort"},
		"efforts, no reasoning":    {"reasoning: true, ", "", "line 22: models[0] (big).capabilities.reasoning_efforts: needs reasoning"},
		"schema, no tools":         {"tools: true, ", "", "line 22: models[0] (big).capabilities.response_schema: needs tools"},
		"e2ee, no tee":             {"tee_attestation: true, ", "", "line 22: models[0] (big).capabilities.e2ee"},
		"vision without a figure":  {"    max_image_tokens: 1600\n", "", "models[0] (big).capabilities.max_images: needs max_image_tokens"},
		"unknown capability":       {"web_search: true", "audio_input: true", `unknown field "audio_input"`},
		"default of no member":     {`temperature: "0.7"`, `temprature: "0.7"`, "line 23: models[0] (big).constraints.defaults.temprature"},
		"default too high":         {`temperature: "0.7"`, `temperature: "7"`, "line 23: models[0] (big).constraints.defaults.temperature"},
		"voice of a text model":    {`constraints: {defaults: {temperature: "0.7"}}`, `constraints: {voices: [ada]}`, "line 23: models[0] (big).constraints.voices: has no meaning"},
		"time":                     {`removes_at: "2027-01-01"`, `removes_at: soon`, "line 24: models[0] (big).deprecation.removes_at"},
		"starts after it ends":     {`starts_at: "2026-01-01"`, `starts_at: "2028-01-01"`, "line 24: models[0] (big).deprecation.starts_at"},
		"replacement unknown":      {"replacement: small", "replacement: tiny", `line 24: models[0] (big).deprecation.replacement: "tiny" is not the id`},
		"replacement of a type":    {"replacement: small", "replacement: draw", `line 24: models[0] (big).deprecation.replacement: "draw" is of type image`},
		"replacement by itself":    {"replacement: small", "replacement: big", "line 24: models[0] (big).deprecation.replacement: leads back"},
		"remap to nothing":         {"replacement: small, ", "", "line 24: models[0] (big).deprecation.auto_remap: needs a replacement"},
		"region":                   {"[US, DE]", "[USA]", "line 25: models[0] (big).regions[0]"},
		"text price for an image":  {`price: {image:`, `price: {input: "1", image:`, "line 29: models[3] (sketch).price.input: has no meaning"},
		"image for free":           {`price: {image: "0.0000000000001"}, `, ``, "models[3] (sketch).price.image: is missing"},
		"image of text price":      {`"0.0000000000001"`, `"0.0000000000000001"`, "line 29: models[3] (sketch).price.image: must be a decimal up to 1000"},
		"image for a fortune":      {`"0.0000000000001"`, `"1001"`, "line 29: models[3] (sketch).price.image"},
		"image price of 01":        {`"0.0000000000001"`, `"01"`, "line 29: models[3] (sketch).price.image"},
		"image price negative":     {`"0.0000000000001"`, `"-1"`, "line 29: models[3] (sketch).price.image"},
		"image twice":              {`{size: 2K, quality: low, price: "0.04"}`, `{size: 1K, quality: low, price: "0.04"}`, "line 28: models[2] (draw).price.images[2]"},
		"image half described":     {`{size: 2K, quality: low,`, `{size: 2K,`, "line 28: models[2] (draw).price.images[2]: must have a size and a quality as"},
		"image default unpriced":   {`default_size: 1K`, `default_size: 2K`, "line 28: models[2] (draw).constraints.default_size: the default size and quality have no price"},
		"image default unknown":    {`default_quality: high`, `default_quality: ultra`, "line 28: models[2] (draw).constraints.default_quality"},
		"context of an image":      {"type: image, upstream: main, price: {image:", "type: image, context: 5, upstream: main, price: {image:", "line 29: models[3] (sketch).context"},
		"default voice":            {"default_voice: bo", "default_voice: cy", "line 30: models[4] (say).constraints.default_voice"},
		"speech by tokens":         {`{million_characters: "15"}`, `{input: "15"}`, "line 30: models[4] (say).price.input: has no meaning"},
		"output of audio":          {`max_seconds: 600`, `max_seconds: 1e9`, "line 31: models[5] (hear).constraints.max_seconds"},
		"tools of an embedding":    {`constraints: {dimensions: 1024}`, `capabilities: {tools: true}`, "line 32: models[6] (vectors).capabilities: have no meaning"},
		"hidden prompt of vectors": {`context: 512`, `hidden_prompt_tokens: 1, context: 512`, "line 32: models[6] (vectors).hidden_prompt_tokens: has no meaning"},
		"id with parameters":       {"id: small,", `id: "small:a=b",`, "line 27: models[1] (small:a=b).id: must not end like parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(wide, test.old) != 1 {
				t.Fatalf("%q is there %d times", test.old, strings.Count(wide, test.old))
			}
			_, err := catalog.Parse([]byte(strings.Replace(wide, test.old, test.new, 1)))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error is %v, want it to say %q", err, test.want)
			}
		})
	}
}
