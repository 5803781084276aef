package echo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stakegate/internal/devworld/echo"
)

// get posts a body and returns the answer's text, which must come with 200.
func get(t *testing.T, url, path, body string) string {
	t.Helper()
	resp, text, err := raw(t.Context(), url, path, body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v %s", path, err, text)
	}
	return string(text)
}

const weatherTools = `"tools":[{"type":"function","function":{"name":"time"}},{"type":"function","function":{"name":"weather","parameters":{}}}]`

func TestToolsAreCalledWhenTheUserSpellsItOut(t *testing.T) {
	server, url := serve(t, echo.Config{})
	for name, test := range map[string]struct{ members, said, want string }{
		"spelt out": {weatherTools, `call weather {\"city\": \"Bern\"} please`, `"function":{"name":"weather","arguments":"{\"city\":\"Bern\"}"}`},
		"several":   {weatherTools, `call time {} and call weather {\"a\":{}}`, `"name":"time","arguments":"{}"}},{"id":`},
		"required":  {weatherTools + `,"tool_choice":"required"`, `hello`, `"function":{"name":"time","arguments":"{}"}`},
		"named":     {weatherTools + `,"tool_choice":{"type":"function","function":{"name":"weather"}}`, `hello`, `"function":{"name":"weather","arguments":"{}"}`},
		"forbidden": {weatherTools + `,"tool_choice":"none"`, `call weather {}`, `it repeats: call weather {}"`},
		"unknown":   {weatherTools, `call snow {}`, `it repeats: call snow {}"`},
		"no JSON":   {weatherTools, `call weather {a}`, `it repeats: call weather {a}"`},
		"no tools":  {`"n":1`, `call weather {}`, `it repeats: call weather {}"`},
	} {
		text := get(t, url, "/chat/completions", `{"model":"echo-1",`+test.members+`,"messages":[{"role":"user","content":"`+test.said+`"}]}`)
		if !strings.Contains(text, test.want) || strings.Contains(text, `"finish_reason":"tool_calls"`) != strings.Contains(test.want, `"name"`) {
			t.Errorf("%s: %s", name, text)
		}
	}
	before := server.Tally().Models[echo.ChatModel].CompletionTokens
	text := get(t, url, "/chat/completions", `{"model":"echo-1","max_tokens":2,`+weatherTools+`,"messages":[{"role":"user","content":"call weather {\"city\":\"Bern\"}"}]}`)
	if after := server.Tally().Models[echo.ChatModel].CompletionTokens; after-before > 2 || !strings.Contains(text, `"finish_reason":"length"`) {
		t.Errorf("%d tokens: %s", after-before, text)
	}
}

func TestAToolsResultIsRepeatedAndACallIsStreamedInPieces(t *testing.T) {
	_, url := serve(t, echo.Config{})
	text := get(t, url, "/chat/completions", `{"model":"echo-1",`+weatherTools+`,"messages":[{"role":"user","content":"call weather {}"},
		{"role":"assistant","content":null,"tool_calls":[{"id":"x"}]},{"role":"tool","tool_call_id":"x","content":"sunny"}]}`)
	if !strings.Contains(text, `it repeats: sunny"`) {
		t.Error(text)
	}
	text = get(t, url, "/chat/completions", `{"model":"echo-1","stream":true,`+weatherTools+`,"messages":[{"role":"user","content":"call weather {\"city\":\"Bern\"}"}]}`)
	var arguments string
	for line := range strings.Lines(text) {
		var chunk struct {
			Choices []struct {
				Delta struct {
					Calls []struct {
						Index    int `json:"index"`
						Function struct{ Name, Arguments string }
					} `json:"tool_calls"`
				} `json:"delta"`
			} `json:"choices"`
		}
		_ = json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &chunk)
		for _, choice := range chunk.Choices {
			for _, call := range choice.Delta.Calls {
				arguments += call.Function.Name + call.Function.Arguments
			}
		}
	}
	if arguments != `weather{"city":"Bern"}` {
		t.Errorf("%q in %s", arguments, text)
	}
}

func TestJSONIsRepeatedWhenItIsAskedFor(t *testing.T) {
	_, url := serve(t, echo.Config{})
	for said, want := range map[string]string{
		`give me {\"a\": {\"b\": 1}} {\"c\":2}`: `"content":"{\"a\": {\"b\": 1}}"`, `{hello`: `"content":"{\"echo\":\"{hello\"}"`,
	} {
		for _, format := range []string{`{"type":"json_object"}`, `{"type":"json_schema","json_schema":{"name":"x","schema":{}}}`} {
			text := get(t, url, "/chat/completions", `{"model":"echo-1","response_format":`+format+`,"messages":[{"role":"user","content":"`+said+`"}]}`)
			if !strings.Contains(text, want) {
				t.Errorf("%s: %s", said, text)
			}
		}
	}
}

func TestReasoningIsToldApartAndCounted(t *testing.T) {
	_, url := serve(t, echo.Config{})
	const thought = `"reasoning_content":"There are 3 tokens to repeat. I shall repeat them."`
	text := get(t, url, "/chat/completions", `{"model":"echo-think-1",`+hello+`}`)
	if !strings.Contains(text, thought) || !strings.Contains(text, `"completion_tokens_details":{"reasoning_tokens":11}`) {
		t.Error(text)
	}
	if text := get(t, url, "/chat/completions", `{"model":"echo-think-1","reasoning_effort":"none",`+hello+`}`); strings.Contains(text, "reasoning") {
		t.Error(text)
	}
	text = get(t, url, "/messages", `{"model":"echo-think-1","max_tokens":100,"messages":[{"role":"user","content":"hello there world"}]}`)
	if !strings.Contains(text, `"thinking":"There are 3 tokens to repeat.`) {
		t.Error(text)
	}
	if text := get(t, url, "/chat/completions", `{"model":"echo-think-1","max_tokens":4,`+hello+`}`); !strings.Contains(text, `"content":""`) || !strings.Contains(text, `"completion_tokens":4,`) {
		t.Error(text)
	}
}

func TestWhatWasSentBeforeIsCached(t *testing.T) {
	server, url := serve(t, echo.Config{})
	conversation := func(first, last string) string {
		return `{"model":"echo-1","messages":[{"role":"user","content":"` + first + `"},{"role":"assistant","content":"four"},{"role":"user","content":` + last + `}]}`
	}
	text := get(t, url, "/chat/completions", conversation("one two three", `[{"type":"text","text":"five six","cache_control":{"type":"ephemeral"}}]`))
	if !strings.Contains(text, `"prompt_tokens":6,`) || !strings.Contains(text, `"prompt_tokens_details":{"cached_tokens":3,"cache_creation_input_tokens":3}`) {
		t.Error(text)
	}
	text = get(t, url, "/chat/completions", conversation(strings.Repeat("word ", echo.AutoCache-1)+"word", `"five six"`))
	if !strings.Contains(text, `"prompt_tokens_details":{"cached_tokens":1024}`) {
		t.Error(text)
	}
	if text = get(t, url, "/chat/completions", conversation("one two three", `"five six"`)); strings.Contains(text, "cached") {
		t.Error(text)
	}
	text = get(t, url, "/messages", `{"model":"echo-1","max_tokens":50,"system":"be kind","messages":[{"role":"user","content":"one two three"},{"role":"assistant","content":"four"},
		{"role":"user","content":[{"type":"text","text":"five","cache_control":{"type":"ephemeral"}},{"type":"text","text":"six seven"}]}]}`)
	if !strings.Contains(text, `"cache_creation_input_tokens":2,"cache_read_input_tokens":5,"input_tokens":2,`) {
		t.Error(text)
	}
	if got := server.Tally().Models[echo.ChatModel]; got.CachedTokens != 3+1024+5 || got.CacheWriteTokens != 3+2 || got.PromptTokens != 6+1027+6+9 {
		t.Errorf("%+v", got)
	}
}

func TestImagesCostTheirTokens(t *testing.T) {
	_, url := serve(t, echo.Config{})
	text := get(t, url, "/chat/completions", `{"model":"echo-1","messages":[{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:,"}}]}]}`)
	if !strings.Contains(text, fmt.Sprintf(`"prompt_tokens":%d,`, 1+echo.ImageTokens)) {
		t.Error(text)
	}
}

func TestMessagesSpeakAsAnthropicDoes(t *testing.T) {
	server, url := serve(t, echo.Config{})
	const user = `"messages":[{"role":"user","content":"hello there world"}]`
	text := get(t, url, "/messages", `{"model":"echo-1","max_tokens":50,`+user+`}`)
	for _, want := range []string{`"type":"message"`, `"content":[{"text":"` + helloText + `","type":"text"}]`, `"stop_reason":"end_turn"`, `"input_tokens":3,"output_tokens":13`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	for members, reason := range map[string]string{
		`"max_tokens":2`: `"stop_reason":"max_tokens","stop_sequence":null`,
		`"max_tokens":50,"stop_sequences":["model"]`:                                                       `"stop_reason":"stop_sequence","stop_sequence":"model"`,
		`"max_tokens":50,"tools":[{"name":"weather"}],"tool_choice":{"type":"any"}`:                        `"name":"weather","type":"tool_use"}],"stop_reason":"tool_use"`,
		`"max_tokens":50,"tools":[{"name":"a"},{"name":"b"}],"tool_choice":{"type":"tool","name":"b"}`:     `"name":"b","type":"tool_use"}]`,
		`"max_tokens":50,"system":[{"type":"text","text":"x"}],"tool_choice":{"type":"none"},"tools":[{}]`: `"end_turn"`,
	} {
		if text := get(t, url, "/messages", `{"model":"echo-1",`+members+`,`+user+`}`); !strings.Contains(text, reason) {
			t.Errorf("%s: %s", members, text)
		}
	}
	stream := get(t, url, "/messages", `{"model":"echo-1","max_tokens":50,"stream":true,`+user+`}`)
	var names []string
	for line := range strings.Lines(stream) {
		if name, is := strings.CutPrefix(strings.TrimSpace(line), "event: "); is && (len(names) == 0 || names[len(names)-1] != name) {
			names = append(names, name)
		}
	}
	want := "message_start content_block_start ping content_block_delta content_block_stop message_delta message_stop"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("events %s", got)
	}
	if got := server.Tally(); got.Calls != 7 {
		t.Errorf("%+v", got)
	}
}

func TestMessagesErrorsHaveAnthropicsShape(t *testing.T) {
	_, url := serve(t, echo.Config{APIKey: "s3cret"})
	request := func(key, version, body string) string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/messages", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Api-Key", key)
		req.Header.Set("Anthropic-Version", version)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var answer struct {
			Type  string
			Error struct{ Type, Message string }
		}
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Type != "error" || answer.Error.Message == "" {
			t.Errorf("%v %+v", err, answer)
		}
		return fmt.Sprint(resp.StatusCode, " ", answer.Error.Type)
	}
	for _, test := range []struct{ key, version, body, want string }{
		{"wrong", "2023-06-01", `{}`, "401 authentication_error"},
		{"s3cret", "", `{}`, "400 invalid_request_error"},
		{"s3cret", "2023-06-01", `{"model":"echo-1"}`, "400 invalid_request_error"},
		{"s3cret", "2023-06-01", `{"model":"echo-1","max_tokens":5,"messages":[]}`, "400 invalid_request_error"},
		{"s3cret", "2023-06-01", `{"model":"echo-1","max_tokens":5,"messages":[{"role":"system","content":"x"}]}`, "400 invalid_request_error"},
		{"s3cret", "2023-06-01", `{"model":"echo-1","max_tokens":5,"messages":[{"role":"user","content":[{"type":"video"}]}]}`, "400 invalid_request_error"},
		{"s3cret", "2023-06-01", `{"model":"claude-9","max_tokens":5}`, "404 not_found_error"},
	} {
		if got := request(test.key, test.version, test.body); got != test.want {
			t.Errorf("%s: %s", test.body, got)
		}
	}
}

func TestLegacyCompletions(t *testing.T) {
	server, url := serve(t, echo.Config{})
	text := get(t, url, "/completions", `{"model":"echo-1","prompt":["one","two words"],"n":2,"max_tokens":50,"echo":true}`)
	var answer struct {
		Choices []struct {
			Text  string
			Index int
		}
		Usage usage
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Choices) != 4 || answer.Choices[3].Index != 3 ||
		answer.Choices[3].Text != "two wordsecho-1 is not a language model; it repeats: two words" || answer.Usage.Prompt != 3 {
		t.Fatalf("%v %s", err, text)
	}
	stream := get(t, url, "/completions", `{"model":"echo-1","prompt":"one","stream":true,"stream_options":{"include_usage":true}}`)
	if !strings.Contains(stream, `"text":" repeat"`) || !strings.HasSuffix(stream, "data: [DONE]\n\n") || !strings.Contains(stream, `"prompt_tokens":1,`) {
		t.Error(stream)
	}
	if got := server.Tally().Models[echo.ChatModel]; got.Calls != 2 || got.PromptTokens != 4 {
		t.Errorf("%+v", got)
	}
	for _, body := range []string{
		`{"model":"echo-1"}`, `{"model":"echo-1","prompt":[1,2]}`, `{"model":"echo-1","prompt":"a","n":0}`, `{"model":"echo-1","prompt":"a","max_tokens":0}`, `{"model":"x","prompt":"a"}`,
	} {
		if resp, text, err := raw(t.Context(), url, "/completions", body); err != nil || resp.StatusCode < 400 {
			t.Errorf("%s: %v %s", body, err, text)
		}
	}
}

// FuzzCalls guarantees for any body on any route an answer that is either billed
// once, or an error and not billed; and never more tokens than bytes.
func FuzzCalls(f *testing.F) {
	paths := []string{"/chat/completions", "/completions", "/messages", "/embeddings", "/images/generations", "/audio/speech"}
	for _, route := range routes {
		for i, path := range paths {
			if path == route.path {
				f.Add(i, []byte(route.body))
			}
		}
	}
	f.Add(0, []byte(`{"model":"echo-1",`+weatherTools+`,"messages":[{"role":"user","content":"call weather {}"}]}`))
	f.Fuzz(func(t *testing.T, path int, body []byte) {
		if path < 0 || path >= len(paths) {
			return
		}
		server := echo.New(echo.Config{})
		request := httptest.NewRequest(http.MethodPost, "/v1"+paths[path], bytes.NewReader(body))
		request.Header.Set("Anthropic-Version", "2023-06-01")
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, request)
		got := server.Tally()
		if (answer.Code == http.StatusOK) != (got.Calls == 1) || (answer.Code >= 400) != (got.Refused == 1) || answer.Code >= 500 {
			t.Fatalf("%d: %+v", answer.Code, got)
		}
	})
}
