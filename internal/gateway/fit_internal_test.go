package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"stakegate/internal/catalog"
)

const fitCatalog = `
upstreams:
  - {name: main, kind: openai, url: "https://main.example.com/v1", pass: [chat_template_kwargs, top_a]}
  - {name: venice, kind: venice, url: "https://api.example.com/v1"}
  - {name: messages, kind: anthropic, url: "https://messages.example.com/v1"}
  - {name: router, kind: openai, url: "https://router.example.com/v1", pass: [cache_control]}
models:
  - {id: plain, type: text, upstream: main, context: 10000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, routes: [completions]}
  - {id: eyes, type: text, upstream: main, context: 10000, max_output: 100, max_image_tokens: 500, capabilities: {max_images: 2}, price: {input: "1", output: "2"}, privacy: private}
  - {id: found, type: text, upstream: venice, context: 10000, max_output: 100, hidden_prompt_tokens: 1700, price: {input: "1", output: "2", surcharges: {web_search: "0.01"}}, privacy: private}
  - {id: cached, type: text, upstreams: [{name: venice}, {name: main}, {name: messages}, {name: router}], context: 10000, max_output: 100, max_image_tokens: 5, price: {input: "1", cached_input: "0.1", cache_write: "1.25", output: "2"}, privacy: private}
  - {id: both, type: text, upstreams: [{name: venice}, {name: main}], context: 10000, max_output: 100, hidden_prompt_tokens: 1700, price: {input: "1", output: "2", surcharges: {web_search: "0.01"}}, privacy: private}
  - {id: embed, type: embedding, upstream: main, context: 1000, price: {input: "1"}, privacy: private}
  - {id: paint, type: image, upstream: main, price: {images: [{size: 1024x1024, quality: low, price: "0.01"}, {size: 1024x1024, quality: high, price: "0.04"}, {size: 1792x1024, quality: high, price: "0.08"}]}, constraints: {default_size: 1024x1024, default_quality: low}, privacy: private}
  - {id: sketch, type: image, upstream: main, price: {image: "0.01"}, constraints: {prompt_characters: 10}, privacy: private}
  - {id: say, type: tts, upstream: main, price: {million_characters: "15"}, constraints: {prompt_characters: 20, voices: [anna, bert], default_voice: anna, formats: [mp3, wav], default_format: wav}, privacy: private}
  - {id: talk, type: tts, upstream: main, price: {million_characters: "15"}, privacy: private}
  - {id: hear, type: asr, upstream: main, price: {second: "0.0001"}, constraints: {max_seconds: 60}, privacy: private}
`

func fitWorld(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Parse([]byte(fitCatalog))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func resolved(t testing.TB, c *catalog.Catalog, kind catalog.Type, name string) catalog.Resolution {
	t.Helper()
	resolution, err := c.Resolve(kind, name, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return resolution
}

func server(t testing.TB, c *catalog.Catalog, name string) catalog.Upstream {
	t.Helper()
	upstream, ok := c.Upstream(name)
	if !ok {
		t.Fatalf("no upstream %s", name)
	}
	return upstream
}

// fitted reads a chat request and fits it to its model.
func fitted(t *testing.T, c *catalog.Catalog, body string) (*chatRequest, *Error) {
	t.Helper()
	r, problem := parseChat([]byte(body))
	if problem != nil {
		t.Fatalf("%s: %v", body, problem)
	}
	_, problem = r.fit(c, resolved(t, c, catalog.Text, r.model))
	return r, problem
}

func TestRequestsThatDoNotFitTheModelNameTheMember(t *testing.T) {
	c := fitWorld(t)
	url := image(`"https://example.com/a.png"`)
	for body, member := range map[string]string{
		`{"model":"plain","max_completion_tokens":101,` + hi + `}`:                                                                  "max_completion_tokens",
		`{"model":"plain","messages":[{"role":"user","content":[{"type":"text","text":"x"},` + url + `]}]}`:                         "messages.0.content.1.image_url",
		`{"model":"eyes","messages":[{"role":"user","content":[` + url + `,` + url + `]},{"role":"user","content":[` + url + `]}]}`: "messages",
		`{"model":"plain","venice_parameters":{"enable_web_search":"on"},` + hi + `}`:                                               "venice_parameters.enable_web_search",
		`{"model":"plain","venice_parameters":{"enable_web_search":"auto"},` + hi + `}`:                                             "venice_parameters.enable_web_search",
		`{"model":"plain","venice_parameters":{"enable_web_search":true},` + hi + `}`:                                               "venice_parameters.enable_web_search",
		`{"model":"plain:enable_web_search=on",` + hi + `}`:                                                                         "venice_parameters.enable_web_search",
		`{"model":"found","venice_parameters":{"enable_web_scraping":true},` + hi + `}`:                                             "venice_parameters.enable_web_scraping",
		`{"model":"found","venice_parameters":{"enable_x_search":true},` + hi + `}`:                                                 "venice_parameters.enable_x_search",
		`{"model":"both","venice_parameters":{"enable_web_search":"on"},` + hi + `}`:                                                "venice_parameters.enable_web_search",
		`{"model":"plain:enable_web_search=perhaps",` + hi + `}`:                                                                    "model",
		`{"model":"plain:disable_thinking=on",` + hi + `}`:                                                                          "model",
		`{"model":"plain:character_slug=anna",` + hi + `}`:                                                                          "model",
		`{"model":"plain:unknown=1",` + hi + `}`:                                                                                    "model",
	} {
		if r, problem := fitted(t, c, body); problem == nil || problem.Status != 400 || problem.Member != member {
			t.Errorf("%s: %+v, error %v, want one of %s", body, r, problem, member)
		}
	}
}

func TestSuffixesSetVeniceParametersOverTheBody(t *testing.T) {
	c := fitWorld(t)
	for body, want := range map[string]string{
		`{"model":"found",` + hi + `}`: ``,
		`{"model":"found:enable_web_search=on&strip_thinking_response=true","venice_parameters":{"enable_web_search":"off","disable_thinking":true},` + hi + `}`: `"on" strip disable`,
		`{"model":"found:enable_web_search=true",` + hi + `}`:                                                               `"on"`,
		`{"model":"found","venice_parameters":{"enable_web_search":true,"later":{"x":1},"character_slug":null},` + hi + `}`: `"on"`,
		`{"model":"found","venice_parameters":{"enable_web_search":"auto"},` + hi + `}`:                                     `"auto"`,
		`{"model":"found","venice_parameters":{"enable_web_search":false},` + hi + `}`:                                      `"off"`,
	} {
		r, problem := fitted(t, c, body)
		if problem != nil {
			t.Errorf("%s: %v", body, problem)
			continue
		}
		var sent struct {
			Parameters map[string]any `json:"venice_parameters"`
		}
		if err := json.Unmarshal(r.forwardTo(server(t, c, "venice"), "up", 5), &sent); err != nil {
			t.Fatal(err)
		}
		got := ""
		if sent.Parameters != nil {
			got = fmt.Sprintf("%q", sent.Parameters["enable_web_search"])
			for name, word := range map[string]string{"strip_thinking_response": " strip", "disable_thinking": " disable"} {
				if on, isBool := sent.Parameters[name].(bool); !isBool {
					t.Errorf("%s: %s is %v", body, name, sent.Parameters[name])
				} else if on && !strings.Contains(got, word) {
					got = strings.Replace(got+word, " disable strip", " strip disable", 1)
				}
			}
			if sent.Parameters["include_venice_system_prompt"] != true || sent.Parameters["enable_e2ee"] != true || sent.Parameters["later"] != nil {
				t.Errorf("%s: parameters are %v", body, sent.Parameters)
			}
		}
		if got != want || r.venice != (want != "") {
			t.Errorf("%s: sends %s, want %s", body, got, want)
		}
		if strings.Contains(string(r.forwardTo(server(t, c, "main"), "up", 5)), "venice_parameters") {
			t.Errorf("%s: venice_parameters go to a server of another kind", body)
		}
	}
}

func TestSearchesArePaidForByTheirPriceAndAFullWindow(t *testing.T) {
	c := fitWorld(t)
	model := resolved(t, c, catalog.Text, "found").Model
	r, problem := fitted(t, c, `{"model":"found","venice_parameters":{"enable_web_search":"auto"},`+hi+`}`)
	if problem != nil || fmt.Sprint(r.surcharges) != "[web_search]" || model.PromptBound(r.prompt) != model.Context {
		t.Errorf("surcharges are %v, the prompt is %+v, error %v", r.surcharges, r.prompt, problem)
	}
	r, problem = fitted(t, c, `{"model":"found",`+hi+`}`)
	if problem != nil || r.surcharges != nil || model.PromptBound(r.prompt) < 1700 || model.PromptBound(r.prompt) > 2000 {
		t.Errorf("surcharges are %v, the prompt is %+v, error %v", r.surcharges, r.prompt, problem)
	}
}

func TestOnlyVeniceLeavesItsOwnPromptOut(t *testing.T) {
	c := fitWorld(t)
	for name, want := range map[string]bool{"found": true, "both": false, "plain": false} {
		r, problem := fitted(t, c, `{"model":"`+name+`","venice_parameters":{"include_venice_system_prompt":false},`+hi+`}`)
		if problem != nil || r.prompt.NoHidden != want {
			t.Errorf("%s: no hidden prompt is %v, want %v (%v)", name, r.prompt.NoHidden, want, problem)
		}
	}
}

func TestEchoedParametersAreThoseThatHeld(t *testing.T) {
	p := veniceDefaults
	p.webSearch, p.noThinking = "on", true
	for kind, want := range map[string]string{
		catalog.KindVenice: `"on" true true [{"url":"x"}]`, catalog.KindOpenAI: `"off" false false [{"url":"x"}]`,
	} {
		var echo map[string]json.RawMessage
		if err := json.Unmarshal(p.appendEcho(nil, kind, []byte(`[{"url":"x"}]`)), &echo); err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%s %s %s %s", echo["enable_web_search"], echo["disable_thinking"], echo["enable_e2ee"], echo["web_search_citations"])
		if got != want || len(echo) != len(veniceFlags)+2 {
			t.Errorf("%s: echo is %s, want %s", kind, got, want)
		}
	}
	if echo := string(p.appendEcho(nil, catalog.KindVenice, nil)); !strings.HasSuffix(echo, `,"web_search_citations":[]}`) {
		t.Errorf("echo without citations is %s", echo)
	}
}

func TestUnknownMembersPassOnlyWhereTheCatalogueSaysSo(t *testing.T) {
	c := fitWorld(t)
	body := `{"model":"plain","top_a":0.5,"chat_template_kwargs":{"thinking": false},"other":1,` + hi + `}`
	r, problem := fitted(t, c, body)
	if problem != nil {
		t.Fatal(problem)
	}
	want := `{` + hi + `,"model":"up","max_tokens":5,"top_a":0.5,"chat_template_kwargs":{"thinking":false}}`
	if got := string(r.forwardTo(server(t, c, "main"), "up", 5)); got != want {
		t.Errorf("main gets %s, want %s", got, want)
	}
	if got := string(r.forwardTo(server(t, c, "venice"), "up", 5)); got != `{`+hi+`,"model":"up","max_tokens":5}` {
		t.Errorf("venice gets %s", got)
	}
	for name, want := range map[string]string{"main": "other", "venice": "top_a, chat_template_kwargs, other"} {
		if got := leftOut(r.unknown, server(t, c, name)); got != want {
			t.Errorf("%s is said to ignore %s, want %s", name, got, want)
		}
	}
	// What passes can be rendered into the prompt, and is counted there.
	if r.prompt.Documents != 2 || r.prompt.JSONBytes != int64(len(`0.5`)+len(`{"thinking":false}`)) {
		t.Errorf("prompt is %+v", r.prompt)
	}
}

func TestCacheHintsGoWhereTheyHaveAPrice(t *testing.T) {
	c := fitWorld(t)
	const hint = `,"cache_control":{"type":"ephemeral"}`
	body := func(model, one, two, three string) string {
		return `{"model":"` + model + `","messages":[{"role":"system","content":[{"type":"text","text":"a"` + one + `},{"type":"text","text":"b"}]},` +
			`{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a"}` + two + `}]}],` +
			`"tools":[{"type":"function","function":{"name":"f"}` + three + `}]`
	}
	long := `,"cache_control":{"ttl":"1h","type":"ephemeral"}`
	for name, withHints := range map[string]bool{"venice": true, "messages": true, "router": true, "main": false} {
		r, problem := fitted(t, c, body("cached", hint, long, hint)+`}`)
		if problem != nil {
			t.Fatal(problem)
		}
		want := strings.Replace(body("", "", "", ""), `{"model":"",`, `{`, 1)
		if withHints {
			want = strings.Replace(body("", hint, hint, hint), `{"model":"",`, `{`, 1)
		}
		want += `,"model":"up","max_tokens":5}`
		for range 2 {
			if got := string(r.forwardTo(server(t, c, name), "up", 5)); got != want {
				t.Errorf("%s gets %s, want %s", name, got, want)
			}
		}
	}
	// No price for a write, or a hint of another kind: none goes on.
	for _, request := range []string{
		`{"model":"found","messages":[{"role":"user","content":[{"type":"text","text":"a"` + hint + `}]}]}`,
		`{"model":"cached","messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"forever"}}]}]}`,
		`{"model":"cached","messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":"ephemeral"}]}]}`,
	} {
		r, problem := fitted(t, c, request)
		if got := string(r.forwardTo(server(t, c, "venice"), "up", 5)); problem != nil || strings.Contains(got, "cache_control") {
			t.Errorf("%s: %v, sent is %s", request, problem, got)
		}
	}
}

func TestIgnoredNamesAreFitForAHeader(t *testing.T) {
	for name, want := range map[string]string{"top-k_2.x": "top-k_2.x", "a b": "", "é": "", `a\r\nX: y`: "", "": "", `,`: "", strings.Repeat("x", 65): ""} {
		r, problem := parseChat([]byte(`{` + minimal + `,"` + name + `":1}`))
		if problem != nil {
			t.Fatal(problem)
		}
		if got := leftOut(r.unknown, catalog.Upstream{}); got != want {
			t.Errorf("%q is listed as %q", name, got)
		}
	}
	r, problem := parseChat([]byte(`{` + minimal + `,` + manyUnknown(64) + `}`))
	if problem != nil || strings.Count(leftOut(r.unknown, catalog.Upstream{}), ",") != maxIgnored-1 {
		t.Errorf("%v, listed are %s", problem, leftOut(r.unknown, catalog.Upstream{}))
	}
}

func TestEachPromptOfACompletionIsARequestOfItsOwn(t *testing.T) {
	c := fitWorld(t)
	one := `"` + strings.Repeat("x", 9000) + `"`
	three := `[` + one + `,` + one + `,"` + `y"]`
	bounds := map[string]int64{}
	for _, prompt := range []string{one, three, `"y"`} {
		r, problem := parseCompletion([]byte(`{"model":"plain","suffix":"end","n":2,"prompt":` + prompt + `}`))
		if problem != nil {
			t.Fatal(problem)
		}
		d, problem := completionOrder{r}.demand(c, resolved(t, c, catalog.Text, "plain"))
		if problem != nil {
			t.Fatal(problem)
		}
		bounds[prompt] = d.Prompt
	}
	if bounds[three] != 2*bounds[one]+bounds[`"y"`] || bounds[one] < 9003 {
		t.Errorf("bounds are %d for one, %d for three", bounds[one], bounds[three])
	}
}
