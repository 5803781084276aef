package calibrate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer/codec"

	"stakegate/internal/calibrate"
	"stakegate/internal/catalog"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/upstream"
)

const catalogText = `
upstreams:
  - {name: chat, kind: openai, url: "URL/v1"}
  - {name: claude, kind: anthropic, url: "URL/v1"}
models:
  - {id: echo-1, type: text, upstreams: [{name: chat}, {name: claude}], context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private, capabilities: {tools: true}}
  - {id: echo-embed-1, type: embedding, upstream: chat, context: 32768, price: {input: "1"}, privacy: private}
  - {id: plain, type: text, upstream: chat, upstream_model: echo-1, context: 32768, max_output: 4096, price: {input: "1", output: "2"}, privacy: private}
  - {id: picture, type: image, upstream: chat, price: {image: "0.01"}, privacy: private}
`

// server is a catalogue whose upstreams are a handler.
func server(t *testing.T, handler http.Handler) (*catalog.Catalog, *calibrate.Runner) {
	t.Helper()
	model := httptest.NewServer(handler)
	t.Cleanup(model.Close)
	c, err := catalog.Parse([]byte(strings.ReplaceAll(catalogText, "URL", model.URL)))
	if err != nil {
		t.Fatal(err)
	}
	pool := upstream.New(upstream.Config{Current: func() *catalog.Catalog { return c }, Failures: -1})
	t.Cleanup(pool.Close)
	return c, &calibrate.Runner{Pool: pool}
}

func TestTheCorpusIsValidReproducibleAndOfManyKinds(t *testing.T) {
	samples := calibrate.Corpus(1000, 1)
	if len(samples) != 1000 || !reflect.DeepEqual(samples, calibrate.Corpus(1000, 1)) || reflect.DeepEqual(samples, calibrate.Corpus(1000, 2)) {
		t.Fatalf("%d samples; the same seed must give the same, another one others", len(samples))
	}
	kinds, languages := map[string]int{}, 0
	for _, s := range samples {
		kind, _, _ := strings.Cut(s.Name, "/")
		kinds[kind]++
		if kind == "language" {
			languages++
		}
		if !utf8.ValidString(s.Text) || s.Tools != nil && !json.Valid(s.Tools) {
			t.Errorf("%s is not valid", s.Name)
		}
		if p := s.Prompt(); p.TextBytes != int64(len(s.Text)) || (p.JSONBytes > 0) != (s.Tools != nil) || s.Tools != nil && p.JSONDepth < 4 {
			t.Errorf("%s is measured as %+v", s.Name, p)
		}
	}
	if languages < 20 {
		t.Errorf("%d languages", languages)
	}
	for _, kind := range []string{"nasty", "emoji", "tools", "random bytes", "random code points", "random tools", "mixture", "repeated"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s: %v", kind, kinds)
		}
	}
}

func TestEveryPromptIsCountedAndBoundedOnEveryKindOfServer(t *testing.T) {
	model := echo.New(echo.Config{})
	c, runner := server(t, model)
	samples := calibrate.Corpus(220, 3)
	targets := calibrate.Targets(c, "", "")
	if len(targets) != 4 {
		t.Fatalf("%d targets, want those of text and embedding", len(targets))
	}
	cost, asked := calibrate.Cost(targets, samples), 0
	var progress atomic.Int64
	runner.Progress = func(calibrate.Target, int, int) { progress.Add(1) }
	for _, target := range targets {
		report, err := runner.Run(t.Context(), target, samples)
		if err != nil {
			t.Fatalf("%s at %s: %v", target.Model.ID, target.Upstream.Name, err)
		}
		asked += report.Prompts + report.Refused
		if report.Prompts < 100 || len(report.Violations) > 0 || report.Counted == 0 || report.Counted > report.Tight || report.Tight > report.Bound {
			t.Errorf("%+v", report)
		}
	}
	if int(progress.Load()) != asked {
		t.Errorf("%d told of %d prompts", progress.Load(), asked)
	}
	spent := int64(0)
	for _, used := range model.Tally().Models {
		spent += used.PromptTokens*1000 + used.CompletionTokens*2000
	}
	if spent == 0 || spent > int64(cost) {
		t.Errorf("spent %d, said at most %d", spent, cost)
	}
}

// counting answers with what count says of a message's text.
func counting(count func(text string) int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var request struct {
			Messages []struct{ Content string }
		}
		if err := json.Unmarshal(body, &request); err != nil || len(request.Messages) == 0 {
			http.Error(w, "{}", http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, `{"usage":{"prompt_tokens":%d}}`, count(request.Messages[0].Content))
	})
}

func TestViolationsAreReportedWithTheConstantThatWouldHold(t *testing.T) {
	c, runner := server(t, counting(func(text string) int { return len(text) + 172 }))
	target := calibrate.Targets(c, "chat", "echo-1")[0]
	target.Model.Capabilities.FunctionCalling = false
	samples := calibrate.Corpus(100, 4)
	report, err := runner.Run(t.Context(), target, samples)
	if err != nil {
		t.Fatal(err)
	}
	// 8 for the message and 64 for the template are in the bound already.
	if report.TemplateTokens != 100 || len(report.Violations) != report.Prompts || report.Prompts == 0 {
		t.Fatalf("%d violations of %d, template_tokens %d", len(report.Violations), report.Prompts, report.TemplateTokens)
	}
	target.Model.TemplateTokens = 100
	if report, err = runner.Run(t.Context(), target, samples); err != nil || len(report.Violations) != 0 || report.TemplateTokens != 100 {
		t.Errorf("with the constant: %+v %v", report, err)
	}
	target.Model.TemplateTokens = 300
	if report, err = runner.Run(t.Context(), target, samples); err != nil || report.TemplateTokens != 100 {
		t.Errorf("with more than needed: %+v %v", report, err)
	}
}

func TestAVocabularyIsHeldAgainstTheServersCount(t *testing.T) {
	vocabulary := codec.NewO200kBase()
	c, runner := server(t, counting(func(text string) int {
		n, err := vocabulary.Count(text)
		if err != nil {
			return 1 << 30
		}
		return n + 7
	}))
	target, samples := calibrate.Targets(c, "chat", "plain")[0], calibrate.Corpus(300, 6)
	target.Model.Tokenizer = "o200k"
	report, err := runner.Run(t.Context(), target, samples)
	if err != nil || len(report.Violations) > 0 || report.Counted > report.Tight || 2*report.Tight > report.Bound {
		t.Errorf("the right vocabulary: %+v %v", report, err)
	}
	target.Model.Tokenizer = "cl100k" // takes more tokens for most scripts, fewer for some texts
	if report, err = runner.Run(t.Context(), target, samples); err != nil || report.Prompts == 0 {
		t.Errorf("another vocabulary: %+v %v", report, err)
	}
	c, runner = server(t, counting(func(text string) int { return len(text) }))
	target = calibrate.Targets(c, "chat", "plain")[0]
	target.Model.Tokenizer = "o200k"
	if report, err = runner.Run(t.Context(), target, samples); err != nil || len(report.Violations) == 0 || !report.Violations[0].Tight || report.TemplateTokens == 0 {
		t.Errorf("a model of bytes that claims a vocabulary: %+v %v", report, err)
	}
}

func TestAServerThatDoesNotAnswerEndsTheRun(t *testing.T) {
	c, runner := server(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no", http.StatusUnauthorized)
	}))
	target := calibrate.Targets(c, "chat", "plain")[0]
	report, err := runner.Run(t.Context(), target, calibrate.Corpus(500, 5))
	if err == nil || !strings.Contains(err.Error(), "status 401") || report.Prompts != 0 || report.Refused < 20 || report.Refused > 40 {
		t.Errorf("%+v %v", report, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := runner.Run(ctx, target, calibrate.Corpus(500, 5)); err == nil {
		t.Error("a cancelled run says nothing")
	}
}
