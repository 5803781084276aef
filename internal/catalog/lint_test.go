package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"stakegate/internal/catalog"
)

const lintable = `
upstreams:
  - {name: main, kind: openai, url: "http://127.0.0.1:1/v1"}
  - {name: claude, kind: anthropic, url: "http://127.0.0.1:2/v1"}
  - {name: venice, kind: venice, url: "http://127.0.0.1:3/v1"}
models:
  - {id: a, type: text, upstream: main, context: 32768, max_output: 4096, price: {input: "1", output: "2", extended: {above: 1000, input: "1", output: "3"}}, privacy: private, tier: S}
  - {id: b, type: text, upstream: claude, context: 32768, max_output: 4096, price: {input: "1", output: "2", cached_input: "0.1", cache_write: "1.25"}, privacy: private}
  - {id: c, type: text, upstream: venice, hidden_prompt_tokens: 1700, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private}
  - {id: d, type: embedding, upstream: main, tokenizer: sentencepiece-nfkc, context: 512, price: {input: "0.01"}, privacy: private}
  - {id: e, type: image, upstream: main, price: {images: [{size: 1K, quality: low, price: "0.02"}, {size: 1K, quality: high, price: "0.2"}]}, privacy: private}
  - {id: f, type: asr, upstream: main, price: {second: "0.0001"}, privacy: private}
tiers:
  S: {requests_per_minute: 1}
`

func TestLintFindsWhatIsSuspicious(t *testing.T) {
	if _, problems := catalog.Lint([]byte(lintable), nil); len(problems) > 0 {
		t.Fatalf("the sample is not clean:\n%v", problems)
	}
	for name, test := range map[string]struct{ old, new, want string }{
		"unused upstream":        {"upstream: venice", "upstream: main", "5: upstreams[2] (venice): is used by no model"},
		"unused tier":            {", tier: S", "", "14: tiers.S: is used by no model"},
		"output over context":    {"max_output: 4096, price: {input: \"1\", output: \"2\", ext", "max_output: 40960, price: {input: \"1\", output: \"2\", ext", "7: models[0] (a).max_output: is larger than the context"},
		"extended below":         {`output: "3"`, `output: "1.9"`, "7: models[0] (a).price.extended: is below the plain price"},
		"swapped":                {`{input: "1", output: "2", ext`, `{input: "3", output: "2", ext`, "7: models[0] (a).price.output: is below the input's"},
		"cached dearer":          {`"0.1"`, `"1.1"`, "8: models[1] (b).price.cached_input: is above the input's price"},
		"cached free":            {`"0.1"`, `"0"`, "8: models[1] (b).price.cached_input: is 0"},
		"cheap write":            {`"1.25"`, `"0.5"`, "8: models[1] (b).price.cache_write: is below"},
		"no cache write":         {`, cache_write: "1.25"`, ``, "8: models[1] (b).price: has no cache_write"},
		"no hidden prompt":       {`hidden_prompt_tokens: 1700, `, ``, "9: models[2] (c): has no hidden_prompt_tokens"},
		"no tokenizer":           {`tokenizer: sentencepiece-nfkc, `, ``, "10: models[3] (d): has no tokenizer"},
		"free":                   {`"0.01"`, `"0"`, "10: models[3] (d).price.input: is 0"},
		"for a thousand":         {`"0.01"`, `"0.0000001"`, "10: models[3] (d).price.input: is 0.0000001 USD for a million"},
		"decimal point":          {`"0.01"`, `"200000"`, "10: models[3] (d).price.input: is 200000 USD"},
		"better image, cheaper":  {`price: "0.2"`, `price: "0.01"`, `11: models[4] (e).price.images: 1K of quality "high" is cheaper`},
		"image for a fortune":    {`price: "0.2"`, `price: "20"`, "11: models[4] (e).price: is more than 10 USD"},
		"seconds free":           {`"0.0001"`, `"0"`, "12: models[5] (f).price.second: is 0"},
		"one model, two prices":  {"{id: c, type: text, upstream: venice,", "{id: c, type: text, upstream: main, upstream_model: a,", ""},
		"other price of another": {"{id: b, type: text, upstream: claude,", "{id: b, type: text, upstream: main, upstream_model: a,", `8: models[1] (b).price: differs from that of "a"`},
		"no credential":          {"http://127.0.0.1:1/v1", "https://models.example/v1", "3: upstreams[0] (main): has no key_file"},
	} {
		if !strings.Contains(lintable, test.old) {
			t.Fatalf("%s: the sample has no %q", name, test.old)
		}
		c, problems := catalog.Lint([]byte(strings.Replace(lintable, test.old, test.new, 1)), nil)
		found := slices.ContainsFunc(problems, func(p catalog.Problem) bool {
			return p.Warning && strings.HasPrefix(p.String(), test.want)
		})
		if c == nil || test.want != "" && !found {
			t.Errorf("%s: got %q, want %q", name, problems, test.want)
		}
		if differs := strings.Contains(problems.Error(), "differs"); test.want == "" && differs {
			t.Errorf("%s: the same price is said to differ: %v", name, problems)
		}
	}
}

func TestLintSaysWhatIsWrongBeforeWhatIsSuspicious(t *testing.T) {
	c, problems := catalog.Lint([]byte(strings.Replace(lintable, `"0.01"`, `"-1"`, 1)), nil)
	if c != nil || len(problems) != 1 || problems[0].Warning || problems[0].Line != 10 {
		t.Errorf("got %+v", problems)
	}
	_, problems = catalog.Lint([]byte(lintable), func(u catalog.Upstream) error {
		if u.Name == "claude" {
			return errors.New("no such key")
		}
		return nil
	})
	if len(problems) != 1 || problems[0].Warning || problems[0].String() != "4: upstreams[1] (claude).key_file: no such key" {
		t.Errorf("got %+v", problems)
	}
}
