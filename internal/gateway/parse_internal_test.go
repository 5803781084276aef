package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"stakegate/internal/strictjson"
)

const minimal = `"model":"m","messages":[{"role":"user","content":"hi"}]`

func TestBadChatRequestsNameTheMember(t *testing.T) {
	with := func(more string) string { return `{` + minimal + `,` + more + `}` }
	saying := func(message string) string { return `{"model":"m","messages":[` + message + `]}` }
	long := strings.Repeat("é", 200)
	for body, member := range map[string]string{
		`{`:                                      "",
		`[]`:                                     "",
		`null`:                                   "",
		`{` + minimal + `} {}`:                   "",
		with(`"model":"x"`):                      "model",
		with(`"Model":"x"`):                      "Model",
		with(`"mode":"x"`):                       "mode",
		with(`"max_tokens":0`):                   "max_tokens",
		with(`"max_tokens":-1`):                  "max_tokens",
		with(`"max_tokens":1.5`):                 "max_tokens",
		with(`"max_tokens":1e2`):                 "max_tokens",
		with(`"max_tokens":"5"`):                 "max_tokens",
		with(`"max_tokens":9223372036854775808`): "max_tokens",
		with(`"max_completion_tokens":0`):        "max_completion_tokens",
		with(`"n":0`):                            "n",
		with(`"n":9`):                            "n",
		with(`"n":129`):                          "n",
		with(`"n":1.0`):                          "n",
		with(`"stream":"true"`):                  "stream",
		with(`"stream_options":[]`):              "stream_options",
		with(`"stream_options":{"x":1}`):         "stream_options.x",
		with(`"stream_options":{"include_usage":1}`):                                    "stream_options.include_usage",
		with(`"temperature":3`):                                                         "temperature",
		with(`"temperature":"1"`):                                                       "temperature",
		with(`"top_p":-0.1`):                                                            "top_p",
		with(`"top_k":1.5`):                                                             "top_k",
		with(`"top_logprobs":21`):                                                       "top_logprobs",
		with(`"logprobs":1`):                                                            "logprobs",
		with(`"stop":["a","b","c","d","e"]`):                                            "stop",
		with(`"stop":[1]`):                                                              "stop",
		with(`"stop_token_ids":["a"]`):                                                  "stop_token_ids",
		with(`"logit_bias":{"a":1}`):                                                    "logit_bias",
		with(`"logit_bias":{"1":101}`):                                                  "logit_bias",
		with(`"reasoning_effort":"huge"`):                                               "reasoning_effort",
		with(`"reasoning":{"effort":"huge"}`):                                           "reasoning.effort",
		with(`"reasoning":{"max_tokens":5}`):                                            "reasoning.max_tokens",
		with(`"audio":{"voice":"a"}`):                                                   "audio",
		with(`"modalities":["text","audio"]`):                                           "modalities",
		with(`"prediction":{}`):                                                         "prediction",
		with(`"web_search_options":{}`):                                                 "web_search_options",
		with(`"service_tier":"priority"`):                                               "service_tier",
		with(`"previous_response_id":"r"`):                                              "previous_response_id",
		with(`"best_of":3`):                                                             "best_of",
		with(`"functions":[]`):                                                          "functions",
		with(`"plugins":[{"id":"web"}]`):                                                "plugins",
		with(`"tools":[{"type":"web_search"}]`):                                         "tools.0.type",
		with(`"tools":[{"type":"function"}]`):                                           "tools.0.function",
		with(`"tools":[{"function":{"name":""}}]`):                                      "tools.0.function.name",
		with(`"tools":[{"function":{"name":"f"},"server":"x"}]`):                        "tools.0.server",
		with(`"tool_choice":"all"`):                                                     "tool_choice",
		with(`"response_format":{"type":"audio"}`):                                      "response_format.type",
		with(`"response_format":{"type":"text","x":1}`):                                 "response_format.x",
		with(`"venice_parameters":{"enable_web_search":"on"}`):                          "venice_parameters.enable_web_search",
		with(`"venice_parameters":{"enable_web_search":"auto"}`):                        "venice_parameters.enable_web_search",
		with(`"venice_parameters":{"enable_web_search":true}`):                          "venice_parameters.enable_web_search",
		with(`"venice_parameters":{"enable_web_scraping":true}`):                        "venice_parameters.enable_web_scraping",
		with(`"venice_parameters":{"enable_x_search":true}`):                            "venice_parameters.enable_x_search",
		with(`"venice_parameters":{"character_slug":"a"}`):                              "venice_parameters.character_slug",
		with(`"venice_parameters":{"disable_thinking":1}`):                              "venice_parameters.disable_thinking",
		with(`"venice_parameters":{"other":1}`):                                         "venice_parameters.other",
		with(`"` + long + `":1`):                                                        long[:200] + "…",
		`{"messages":[{"role":"user","content":"x"}]}`:                                  "model",
		`{"model":null,"messages":[]}`:                                                  "model",
		`{"model":"m"}`:                                                                 "messages",
		`{"model":"m","messages":null}`:                                                 "messages",
		`{"model":"m","messages":[]}`:                                                   "messages",
		saying(`"hi"`):                                                                  "messages.0",
		saying(`{"content":"x"}`):                                                       "messages.0.role",
		saying(`{"role":"root","content":"x"}`):                                         "messages.0.role",
		saying(`{"role":"function","content":"x"}`):                                     "messages.0.role",
		saying(`{"role":"user"}`):                                                       "messages.0.content",
		saying(`{"role":"user","content":null}`):                                        "messages.0.content",
		saying(`{"role":"user","content":5}`):                                           "messages.0.content",
		saying(`{"role":"user","content":[]}`):                                          "messages.0.content",
		saying(`{"role":"assistant","content":null}`):                                   "messages.0.content",
		saying(`{"role":"tool","content":"x"}`):                                         "messages.0.tool_call_id",
		saying(`{"role":"user","content":"x","name":5}`):                                "messages.0.name",
		saying(`{"role":"user","content":"x","Content":"y"}`):                           "messages.0.Content",
		saying(`{"role":"user","content":"x","audio":{}}`):                              "messages.0.audio",
		saying(`{"role":"assistant","content":"x","tool_calls":{}}`):                    "messages.0.tool_calls",
		saying(`{"role":"user","content":["x"]}`):                                       "messages.0.content.0",
		saying(`{"role":"user","content":[{"type":"text"}]}`):                           "messages.0.content.0.text",
		saying(`{"role":"user","content":[{"text":"x"}]}`):                              "messages.0.content.0.type",
		saying(`{"role":"user","content":[{"type":"text","text":"x","image_url":{}}]}`): "messages.0.content.0.image_url",
		saying(`{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://x"}}]}`): "messages.0.content.1.image_url",
		saying(`{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}`):                                         "messages.0.content.0.input_audio",
		saying(`{"role":"user","content":[{"type":"file","file":{}}]}`):                                                       "messages.0.content.0.file",
	} {
		r, problem := parseChat([]byte(body))
		if problem == nil {
			t.Errorf("%.100s is accepted: %+v", body, r)
			continue
		}
		if problem.Status != 400 || problem.Member != member || problem.Message == "" {
			t.Errorf("%.100s: error is %d of %q (%s), want %q", body, problem.Status, problem.Member, problem.Message, member)
		}
	}
}

func TestGoodChatRequestsAreRebuilt(t *testing.T) {
	for body, want := range map[string]string{
		`{` + minimal + `}`: `{"model":"up","messages":[{"role":"user","content":"hi"}],"max_tokens":9}`,
		`{` + minimal + `,"stop":null,"tools":null,"audio":null,"max_tokens":null,"n":null,"stream":false}`: `{"model":"up","messages":[{"role":"user","content":"hi"}],"max_tokens":9}`,
		`{"stream":true,` + minimal + `,"stream_options":{"include_usage":false}}`:                          `{"model":"up","messages":[{"role":"user","content":"hi"}],"max_tokens":9,"stream":true,"stream_options":{"include_usage":true}}`,
		`{` + minimal + `,"tools":[{"type":"function", "function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}}}`: `{"model":"up","messages":[{"role":"user","content":"hi"}],` +
			`"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}},"max_tokens":9}`,
		`{"model":"m","messages":[{"content":null,"role":"assistant","refusal":null,"annotations":[],"audio":null,"function_call":null,"tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1","content":"\u003c\ud83d\ude00"}]}`: `{"model":"up","messages":[{"content":null,"role":"assistant","tool_calls":[{"id":"1"}]},` +
			`{"role":"tool","tool_call_id":"1","content":"<😀"}],"max_tokens":9}`,
		`{` + minimal + `,"seed":-5,"logit_bias":{"50256":-100},"response_format":{"type":"json_object"},"reasoning":{"effort":"low"},"parallel_tool_calls":false}`: `{"model":"up","messages":[{"role":"user","content":"hi"}],` +
			`"seed":-5,"logit_bias":{"50256":-100},"response_format":{"type":"json_object"},"reasoning":{"effort":"low"},"parallel_tool_calls":false,"max_tokens":9}`,
	} {
		r, problem := parseChat([]byte(body))
		if problem != nil {
			t.Errorf("%s is refused: %v", body, problem)
			continue
		}
		if got := string(r.forward("up", 9)); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", body, got, want)
		}
	}
}

func TestEveryTextOfARequestIsCounted(t *testing.T) {
	r, problem := parseChat([]byte(`{"model":"m","messages":[
		{"role":"system","content":"12345"},
		{"role":"user","name":"ab","content":[{"type":"text","text":"é"},{"type":"text","text":"x"}]},
		{"role":"assistant","reasoning_content":"abc","tool_calls":[ {"a":"b"} ]},
		{"role":"tool","tool_call_id":"id","content":"1"}],
		"tools":[{"function":{"name":"f"}}],"response_format":{"type":"text"}}`))
	if problem != nil {
		t.Fatal(problem)
	}
	got := fmt.Sprintf("%+v", r.prompt)
	want := fmt.Sprintf("{Texts:7 TextBytes:%d Messages:4 Documents:2 JSONBytes:%d JSONDepth:3}",
		5+2+2+1+3+2+1, len(`[{"a":"b"}]`)+len(`[{"function":{"name":"f"}}]`)+len(`{"type":"text"}`))
	if got != want {
		t.Errorf("prompt is %s, want %s", got, want)
	}
}

func FuzzParseChat(f *testing.F) {
	f.Add([]byte(`{` + minimal + `}`))
	f.Add([]byte(`{` + minimal + `,"stream":true,"tools":[{"function":{"name":"f","parameters":{"a":[1]}}}],"n":3,"stop":["x"]}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}],"tool_calls":[{}]}]}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"tool","tool_call_id":"\u0000","content":"\ud83d\ude00"}],"venice_parameters":{"enable_web_search":"off"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, problem := parseChat(body)
		if problem != nil {
			if problem.Status != 400 || len(problem.Member) > maxMember+3 {
				t.Fatalf("error is %+v", problem)
			}
			return
		}
		forwarded := r.forward("up", 7)
		members, err := strictjson.Members(forwarded)
		if err != nil {
			t.Fatalf("the rebuilt request is not strict: %v: %s", err, forwarded)
		}
		for _, m := range members {
			if _, known := chatRules[m.Name]; !known {
				t.Fatalf("member %q goes through", m.Name)
			}
		}
		var before, after struct {
			Messages []struct{ Content any }
			N        *int64 `json:"n"`
			Max      int64  `json:"max_tokens"`
		}
		if json.Unmarshal(body, &before) != nil {
			return // differs in how it reads what is not asked about here
		}
		if err := json.Unmarshal(forwarded, &after); err != nil || after.Max != 7 {
			t.Fatalf("the rebuilt request has cap %d: %v", after.Max, err)
		}
		if len(before.Messages) != len(after.Messages) || r.prompt.Messages != int64(len(after.Messages)) {
			t.Fatalf("%d messages become %d", len(before.Messages), len(after.Messages))
		}
		var bytesOut int64
		for i := range after.Messages {
			text, isText := before.Messages[i].Content.(string)
			if isText && after.Messages[i].Content != text {
				t.Fatalf("message %d changes", i)
			}
			bytesOut += int64(len(text))
		}
		if r.prompt.TextBytes < bytesOut {
			t.Fatalf("%d bytes of text are counted as %d", bytesOut, r.prompt.TextBytes)
		}
	})
}

func FuzzParseEmbed(f *testing.F) {
	f.Add([]byte(`{"model":"m","input":"x"}`))
	f.Add([]byte(`{"model":"m","input":["x","\ud83d\ude00"],"dimensions":5,"encoding_format":"float"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, problem := parseEmbed(body)
		if problem != nil {
			return
		}
		var forwarded struct{ Input any }
		if err := json.Unmarshal(r.forward("up"), &forwarded); err != nil {
			t.Fatalf("the rebuilt request is not JSON: %v", err)
		}
		if list, ok := forwarded.Input.([]any); ok && int64(len(list)) != r.prompt.Texts {
			t.Fatalf("%d texts are counted as %d", len(list), r.prompt.Texts)
		}
		if !bytes.Contains(r.forward("up"), r.input) {
			t.Fatal("the input is not forwarded")
		}
	})
}
