package gateway_test

import (
	"strconv"
	"strings"
	"testing"

	"stakegate/internal/money"
)

// prose has 200 words of 5 bytes, each of which is one token.
var prose = strings.Repeat(" word", 200)

// A prompt whose bytes cannot be paid for is counted by the model's vocabulary.
func TestAPromptThatIsTooDearByItsBytesIsCounted(t *testing.T) {
	const messages = `{"role":"system","content":"PROSE"},{"role":"user","content":[{"type":"text","text":"PROSE"},{"type":"text","text":"PROSE"}],"name":"bo"}`
	chat := func(model, members string) string {
		return strings.ReplaceAll(`{"model":"`+model+`",`+members+`"messages":[`+messages+`]}`, "PROSE", prose)
	}
	// The bytes are 3 × 1000 and some; the tokens 3 × 200 and some.
	for name, test := range map[string]struct {
		path, body string
		budget     money.Nano
		status     int
	}{
		"known vocabulary":           {"/chat/completions", chat("counted", `"max_tokens":10,`), 1500 * perInput, 200},
		"known, cap by the gateway":  {"/chat/completions", chat("counted", ""), 1500 * perInput, 200},
		"known, too dear all the so": {"/chat/completions", chat("counted", `"max_tokens":10,`), 600 * perInput, 402},
		"unknown vocabulary":         {"/chat/completions", chat("small", `"max_tokens":10,`), 1500 * perInput, 402},
		"embedding":                  {"/embeddings", `{"model":"counted-embed","input":["` + prose + `","` + prose + `"]}`, 600 * perInput, 200},
		"embedding of one":           {"/embeddings", `{"model":"counted-embed","input":"` + prose + `"}`, 300 * perInput, 200},
		"embedding, too dear":        {"/embeddings", `{"model":"counted-embed","input":"` + prose + `"}`, 150 * perInput, 402},
		"one text":                   {"/completions", `{"model":"counted-older","max_tokens":10,"prompt":"` + prose + `"}`, 400 * perInput, 200},
		"texts, with a suffix":       {"/completions", `{"model":"counted-older","max_tokens":10,"prompt":["` + prose + `","` + prose + `"],"suffix":"` + prose + `"}`, 1200 * perInput, 200},
		"texts that are too dear":    {"/completions", `{"model":"counted-older","max_tokens":10,"prompt":["` + prose + `","` + prose + `"],"suffix":"` + prose + `"}`, 800 * perInput, 402},
		"texts, unknown vocabulary":  {"/completions", `{"model":"older","max_tokens":10,"prompt":["` + prose + `","` + prose + `"]}`, 1200 * perInput, 402},
	} {
		script := answers(answer(usual))
		if test.path == "/completions" {
			script = answers(`{"object":"text_completion","choices":[{"index":0,"text":"good day","finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":5}}`)
		}
		if test.path == "/embeddings" {
			script = answers(`{"object":"list","data":[],"usage":{"prompt_tokens":200,"total_tokens":200}}`)
		}
		w := newWorld(t, script, options{budget: test.budget})
		response, body := w.do(w.post(test.path, test.body))
		if response.StatusCode != test.status {
			t.Errorf("%s: %d %s", name, response.StatusCode, body)
		}
		if w.books.posted > w.books.budget {
			t.Errorf("%s: charged %v of %v", name, w.books.posted, w.books.budget)
		}
	}
}

// What the prompt's bytes seemed to need, and its tokens do not, is left for the
// answer.
func TestACountedPromptLeavesMoreForTheAnswer(t *testing.T) {
	body := `{"model":"MODEL","messages":[{"role":"user","content":"` + prose + `"}]}`
	for model, want := range map[string]float64{
		"small":   40,  // of 1152 and 40 × 2: 1000 bytes and 72 of the template
		"counted": 200, // 200 words, 4 and 72: all that is wanted
	} {
		w := newWorld(t, answers(answer(usual)), options{budget: (1072 + 80) * perInput})
		response, text := w.ask(strings.Replace(body, "MODEL", model, 1))
		if got := w.forwarded()["max_tokens"]; response.StatusCode != 200 || got != want {
			t.Errorf("%s: forwarded a cap of %v, want %v: %d %s", model, got, want, response.StatusCode, text)
		}
	}
}

// What a refusal says that could be afforded is true for the counted prompt.
func TestARefusalNamesTheCapThatTheCountedPromptLeaves(t *testing.T) {
	body := func(cap string) string {
		return `{"model":"counted","max_tokens":` + cap + `,"messages":[{"role":"user","content":"` + prose + `"}]}`
	}
	w := newWorld(t, answers(answer(usual)), options{budget: 400 * perInput})
	if response, text := w.ask(body("500")); response.StatusCode != 402 {
		t.Fatalf("%d %s", response.StatusCode, text)
	}
	affordable := w.problem().AffordableMaxTokens
	if affordable == nil || *affordable < 40 {
		t.Fatalf("affordable is %v", affordable)
	}
	if response, text := w.ask(body(strconv.FormatInt(*affordable, 10))); response.StatusCode != 200 {
		t.Errorf("the cap that was named is refused: %d %s", response.StatusCode, text)
	}
}

// An answer without a usage is charged for the prompt that was counted here.
func TestAPromptWithoutAUsageIsCountedWhereTheVocabularyIsKnown(t *testing.T) {
	body := `{"model":"MODEL","max_tokens":10,"messages":[{"role":"user","content":"` + prose + `"}]}`
	for model, prompt := range map[string]int64{"small": 1000 + 72, "counted": 200 + 4 + 72} {
		w := newWorld(t, answers(answer("")), options{})
		if response, text := w.ask(strings.Replace(body, "MODEL", model, 1)); response.StatusCode != 200 {
			t.Fatalf("%s: %d %s", model, response.StatusCode, text)
		}
		if h, want := w.books.last(), charge(prompt, int64(len("good day"))); h.settled.Cost != want || h.settled.Source != "estimated" {
			t.Errorf("%s: charged %v by %s, want %v", model, h.settled.Cost, h.settled.Source, want)
		}
	}
}

// The whole of what is counted for one call is bounded, not each of its
// prompts.
func TestManyPromptsAreNotCountedBeyondTheBoundOfOne(t *testing.T) {
	long := strings.Repeat(prose, 100) // 100,000 bytes
	for prompts, status := range map[string]int{`"` + long + `"`: 200, `["` + long + `","` + long + `"]`: 402} {
		w := newWorld(t, answers(`{"object":"text_completion","choices":[{"index":0,"text":"a","finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":5}}`),
			options{budget: 60_000 * perInput})
		response, body := w.do(w.post("/completions", `{"model":"counted-older","max_tokens":10,"prompt":`+prompts+`}`))
		if response.StatusCode != status {
			t.Errorf("%d bytes: %d %s", len(prompts), response.StatusCode, body)
		}
	}
}
