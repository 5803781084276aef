package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/strictjson"
)

const minimal = `"model":"m","messages":[{"role":"user","content":"hi"}]`

func TestBadChatRequestsNameTheMember(t *testing.T) {
	with := func(more string) string { return `{` + minimal + `,` + more + `}` }
	saying := func(message string) string { return `{"model":"m","messages":[` + message + `]}` }
	for body, member := range map[string]string{
		`{`:                                      "",
		`[]`:                                     "",
		`null`:                                   "",
		`{` + minimal + `} {}`:                   "",
		with(`"model":"x"`):                      "model",
		with(`"Model":"x"`):                      "Model",
		with(`"max_tokens":1.5`):                 "max_tokens",
		with(`"max_tokens":1e2`):                 "max_tokens",
		with(`"max_tokens":"5"`):                 "max_tokens",
		with(`"max_tokens":9223372036854775808`): "max_tokens",
		with(`"n":0`):                            "n",
		with(`"n":9`):                            "n",
		with(`"n":129`):                          "n",
		with(`"n":1.0`):                          "n",
		with(`"stream":"true"`):                  "stream",
		with(`"stream_options":[]`):              "stream_options",
		with(`"stream_options":{"include_usage":1}`):       "stream_options.include_usage",
		with(`"temperature":3`):                            "temperature",
		with(`"temperature":"1"`):                          "temperature",
		with(`"top_p":-0.1`):                               "top_p",
		with(`"top_k":1.5`):                                "top_k",
		with(`"top_logprobs":21`):                          "top_logprobs",
		with(`"logprobs":1`):                               "logprobs",
		with(`"stop":["a","b","c","d","e"]`):               "stop",
		with(`"stop":[1]`):                                 "stop.0",
		with(`"stop_token_ids":["a"]`):                     "stop_token_ids.0",
		with(`"logit_bias":{"a":1}`):                       "logit_bias",
		with(`"logit_bias":{"1":101}`):                     "logit_bias",
		with(`"reasoning_effort":"huge"`):                  "reasoning_effort",
		with(`"reasoning":{"effort":"huge"}`):              "reasoning.effort",
		with(`"audio":{"voice":"a"}`):                      "audio",
		with(`"modalities":["text","audio"]`):              "modalities",
		with(`"prediction":{}`):                            "prediction",
		with(`"web_search_options":{}`):                    "web_search_options",
		with(`"service_tier":"priority"`):                  "service_tier",
		with(`"previous_response_id":"r"`):                 "previous_response_id",
		with(`"best_of":3`):                                "best_of",
		with(`"functions":[]`):                             "functions",
		with(`"plugins":[{"id":"web"}]`):                   "plugins",
		with(`"tools":[{"type":"web_search"}]`):            "tools.0.type",
		with(`"tools":[{"type":"function"}]`):              "tools.0.function",
		with(`"tools":[{"function":{"name":""}}]`):         "tools.0.function.name",
		with(`"tool_choice":"all"`):                        "tool_choice",
		with(`"response_format":{"type":"audio"}`):         "response_format.type",
		with(`"venice_parameters":{"character_slug":"a"}`): "venice_parameters.character_slug",
		with(`"venice_parameters":{"disable_thinking":1}`): "venice_parameters.disable_thinking",
		with(`"Max_Tokens":5`):                             "Max_Tokens",
		with(`"maxTokens":5`):                              "maxTokens",
		with(`"max-tokens":5`):                             "max-tokens",
		with(`"MESSAGE\u017f":5`):                          "MESSAGEſ",
		with(`"AUDIO":{}`):                                 "AUDIO",
		with(`"max_new_tokens":5`):                         "max_new_tokens",
		with(`"max_tokens":-1.5`):                          "max_tokens",
		with(`"models":["a"]`):                             "models",
		with(`"mcp_servers":[]`):                           "mcp_servers",
		with(manyUnknown(65)):                              "unknown64",
		with(`"` + strings.Repeat("é", 200) + `":1,"` + strings.Repeat("é", 200) + `":1`):       strings.Repeat("é", 100) + "…",
		with(`"reasoning":{"Effort":"low"}`):                                                    "reasoning.Effort",
		with(`"stream_options":{"Include_Usage":true}`):                                         "stream_options.Include_Usage",
		with(`"tools":[{"function":{"name":"f","Name":"g"}}]`):                                  "tools.0.function.Name",
		with(`"tools":[{"function":{"name":"f","parameters":"x"}}]`):                            "tools.0.function.parameters",
		with(`"tools":[{"function":{"name":"f","strict":"x"}}]`):                                "tools.0.function.strict",
		with(`"tools":[{"function":{"name":"f"}},{"type":"x_search","function":{"name":"f"}}]`): "tools.1.type",
		with(`"tools":["f"]`):                                                                              "tools.0",
		with(`"tool_choice":{"type":"mcp"}`):                                                               "tool_choice.type",
		with(`"tool_choice":{"type":"function","function":{}}`):                                            "tool_choice.function.name",
		with(`"response_format":{}`):                                                                       "response_format.type",
		with(`"response_format":{"type":"json_schema","json_schema":[]}`):                                  "response_format.json_schema",
		with(`"venice_parameters":{"enable_web_search":"perhaps"}`):                                        "venice_parameters.enable_web_search",
		with(`"venice_parameters":{"enable_web_search":1}`):                                                "venice_parameters.enable_web_search",
		with(`"venice_parameters":{"disable_thinking":"true"}`):                                            "venice_parameters.disable_thinking",
		with(`"venice_parameters":{"Enable_Web_Search":"on"}`):                                             "venice_parameters.Enable_Web_Search",
		with(`"venice_parameters":[]`):                                                                     "venice_parameters",
		with(`"stop":5`):                                                                                   "stop",
		with(`"temperature":1e400`):                                                                        "temperature",
		with(`"seed":1.5`):                                                                                 "seed",
		with(`"text":{"verbosity":"loud"}`):                                                                "text.verbosity",
		saying(`{"role":"assistant","content":"x","tool_calls":[{"type":"custom"}]}`):                      "messages.0.tool_calls.0.type",
		saying(`{"role":"assistant","content":"x","tool_calls":[{"function":{"arguments":{}}}]}`):          "messages.0.tool_calls.0.function.arguments",
		saying(`{"role":"assistant","content":"x","reasoning_details":"x"}`):                               "messages.0.reasoning_details",
		saying(`{"role":"user","content":[{"type":"text","text":"x","Text":"y"}]}`):                        "messages.0.content.0.Text",
		saying(`{"role":"user","content":[{"type":"video_url","video_url":{}}]}`):                          "messages.0.content.0.video_url",
		saying(`{"role":"system","content":[` + image(`"https://example.com/a.png"`) + `]}`):               "messages.0.content.0.image_url",
		saying(`{"role":"user","content":[{"type":"image_url"}]}`):                                         "messages.0.content.0.image_url",
		saying(`{"role":"user","content":[{"type":"image_url","image_url":"https://example.com/a.png"}]}`): "messages.0.content.0.image_url",
		saying(`{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"best"}}]}`): "messages.0.content.0.image_url.detail",
		`{"messages":[{"role":"user","content":"x"}]}`:                                "model",
		`{"model":null,"messages":[]}`:                                                "messages",
		`{"model":"m"}`:                                                               "messages",
		`{"model":"m","messages":null}`:                                               "messages",
		`{"model":"m","messages":[]}`:                                                 "messages",
		saying(`"hi"`):                                                                "messages.0",
		saying(`{"content":"x"}`):                                                     "messages.0.role",
		saying(`{"role":"root","content":"x"}`):                                       "messages.0.role",
		saying(`{"role":"function","content":"x"}`):                                   "messages.0.role",
		saying(`{"role":"user"}`):                                                     "messages.0.content",
		saying(`{"role":"user","content":null}`):                                      "messages.0.content",
		saying(`{"role":"user","content":5}`):                                         "messages.0.content",
		saying(`{"role":"user","content":[]}`):                                        "messages.0.content",
		saying(`{"role":"assistant","content":null}`):                                 "messages.0.content",
		saying(`{"role":"tool","content":"x"}`):                                       "messages.0.tool_call_id",
		saying(`{"role":"user","content":"x","name":5}`):                              "messages.0.name",
		saying(`{"role":"user","content":"x","Content":"y"}`):                         "messages.0.Content",
		saying(`{"role":"user","content":"x","audio":{}}`):                            "messages.0.audio",
		saying(`{"role":"assistant","content":"x","tool_calls":{}}`):                  "messages.0.tool_calls",
		saying(`{"role":"user","content":["x"]}`):                                     "messages.0.content.0",
		saying(`{"role":"user","content":[{"type":"text"}]}`):                         "messages.0.content.0.text",
		saying(`{"role":"user","content":[{"text":"x"}]}`):                            "messages.0.content.0.type",
		saying(`{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}`): "messages.0.content.0.input_audio",
		saying(`{"role":"user","content":[{"type":"file","file":{}}]}`):               "messages.0.content.0.file",
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

func manyUnknown(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `"unknown%d":%d,`, i, i)
	}
	return strings.TrimSuffix(out.String(), ",")
}

func image(url string) string { return `{"type":"image_url","image_url":{"url":` + url + `}}` }

const hi = `"messages":[{"role":"user","content":"hi"}]`

func TestGoodChatRequestsAreRebuilt(t *testing.T) {
	for body, want := range map[string]string{
		`{` + minimal + `}`: hi,
		`{` + minimal + `,"stop":[],"tools":null,"audio":null,"max_tokens":null,"n":null,"stream":false}`: hi,
		// Unknown members go no further, nor do those that change nothing.
		`{` + minimal + `,"top_a":1,"extra":{"deep":[1]},"user":"me","store":true,"fallbacks":[{"model":"dear"}],"service_tier":"auto","modalities":["text"]}`: hi,
		`{` + minimal + `,"` + strings.Repeat("é", 200) + `":1}`:      hi,
		`{` + minimal + `,` + manyUnknown(64) + `}`:                   hi,
		`{` + minimal + `,"max_tokens":0,"max_completion_tokens":-5}`: hi,
		`{ "model" : "m" , "messages" : [ { "role" : "user" , "content" : [ { "type" : "text" , "text" : "hi", "cache_control":{"type":"ephemeral"} } ], "cache":1 } ] , "temperature" : 5e-1 }`: `"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}],"temperature":5e-1`,
		`{` + minimal + `,"tools":[{"type":"function", "function":{"name":"f","strict":true,"description":"d","parameters":{"type": "object","Name":{"name":1}},"cache_control":{}},"defer":1}],` +
			`"tool_choice":{"type":"function","function":{"name":"f"}}}`: hi + `,"tools":[{"type":"function","function":{"name":"f","strict":true,"description":"d","parameters":{"type":"object","Name":{"name":1}}}}],` +
			`"tool_choice":{"type":"function","function":{"name":"f"}}`,
		// Texts stand as they were escaped: they are checked, and every reader
		// takes them for the same.
		`{"model":"m","messages":[{"content":null,"role":"assistant","refusal":null,"annotations":[],"audio":null,"function_call":null,` +
			`"tool_calls":[{"id":"1","index":0,"type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"extra_content":{"google":{"thought_signature":"x"}}}]},` +
			`{"role":"tool","tool_call_id":"1","content":"\u003c\ud83d\ude00"}]}`: `"messages":[{"content":null,"role":"assistant",` +
			`"tool_calls":[{"id":"1","index":0,"type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"extra_content":{"google":{"thought_signature":"x"}}}]},` +
			`{"role":"tool","tool_call_id":"1","content":"\u003c\ud83d\ude00"}]`,
		`{` + minimal + `,"seed":-5,"logit_bias":{"50256":-100},"response_format":{"type":"json_object"},"reasoning":{"effort":"low","max_tokens":5},"parallel_tool_calls":false}`: hi +
			`,"seed":-5,"logit_bias":{"50256":-100},"response_format":{"type":"json_object"},"reasoning":{"effort":"low"},"parallel_tool_calls":false`,
		`{` + minimal + `,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}},"x":1},"reasoning_effort":"none","stop":["a"],"logprobs":true,"top_logprobs":3}`: hi +
			`,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},"reasoning_effort":"none","stop":["a"],"logprobs":true,"top_logprobs":3`,
		`{"model":"m","messages":[{"role":"user","content":[` + image(`"data:image/png;base64,iVBORw0KGgo="`) + `,` + image(`"https:\/\/example.com/a.png"`) + `]}]}`: `"messages":[{"role":"user","content":[` +
			image(`"data:image/png;base64,iVBORw0KGgo="`) + `,` + image(`"https:\/\/example.com/a.png"`) + `]}]`,
	} {
		r, problem := parseChat([]byte(body))
		if problem != nil {
			t.Errorf("%s is refused: %v", body, problem)
			continue
		}
		want = `{` + want + `,"model":"up","max_tokens":9}`
		for range 2 { // a second upstream gets the same
			if got := string(r.forward("up", 9)); got != want {
				t.Errorf("%s\nbecomes %s\nwant    %s", body, got, want)
			}
		}
	}
}

func TestStreamsAskForTheirUsage(t *testing.T) {
	r, problem := parseChat([]byte(`{"stream":true,"n":2,` + minimal + `,"stream_options":{"include_usage":false,"chunk_size":5}}`))
	if problem != nil {
		t.Fatal(problem)
	}
	want := `{` + hi + `,"model":"up","n":2,"max_tokens":9,"stream":true,"stream_options":{"include_usage":true}}`
	if got := string(r.forward("up", 9)); got != want || r.includeUsage || !r.stream || r.n != 2 {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheSmallerOfBothCapsCounts(t *testing.T) {
	for members, want := range map[string]int64{
		`"max_tokens":5,"max_completion_tokens":7`: 5, `"max_completion_tokens":3,"max_tokens":5`: 3,
		`"max_tokens":0,"max_completion_tokens":7`: 7, `"max_tokens":-1`: 0, `"max_tokens":9223372036854775807`: 1<<63 - 1,
	} {
		r, problem := parseChat([]byte(`{` + minimal + `,` + members + `}`))
		if problem != nil || r.outputCap != want {
			t.Errorf("%s: cap is %+v, %v; want %d", members, r, problem, want)
		}
	}
}

func TestEveryTextOfARequestIsCounted(t *testing.T) {
	r, problem := parseChat([]byte(`{"model":"m","messages":[
		{"role":"system","content":"12345"},
		{"role":"user","name":"ab","content":[{"type":"text","text":"\u00e9"},{"type":"text","text":"x"},` + image(`"https://example.com/a"`) + `]},
		{"role":"assistant","reasoning_content":"abc","tool_calls":[ {"id":"b"} ]},
		{"role":"tool","tool_call_id":"id","content":"1"}],
		"tools":[{"function":{"name":"f"}}],"response_format":{"type":"text"}}`))
	if problem != nil {
		t.Fatal(problem)
	}
	want := catalog.Prompt{
		Texts: 7, TextBytes: 5 + 2 + 2 + 1 + 3 + 2 + 1, Messages: 4, Documents: 2, JSONDepth: 3, Images: 1,
		JSONBytes: int64(len(`[{"id":"b"}]`) + len(`[{"function":{"name":"f"}}]`) + len(`{"type":"text"}`)),
	}
	if r.prompt != want {
		t.Errorf("prompt is %+v, want %+v", r.prompt, want)
	}
}

func TestImagesStandOnPublicHostsOrInTheRequest(t *testing.T) {
	for url, good := range map[string]bool{
		"https://example.com/a.png?b=c#d": true, "https://example.com:8443": true, "https://8.8.8.8/a": true, "https://[2606:4700::1]/a": true,
		"HTTPS://EXAMPLE.COM/a": true, "https://example.com.": true,
		"data:image/jpeg;base64,AAAA": true, "data:image/gif;base64,AA==": true,
		"http://example.com/a.png": false, "file:///etc/passwd": false, "ftp://example.com": false, "//example.com/a": false, "a.png": false, "": false,
		"https://": false, "https://localhost/a": false, "https://a.localhost": false, "https://127.0.0.1/": false, "https://10.0.0.1/": false,
		"https://169.254.169.254/latest": false, "https://[::1]/": false, "https://[::ffff:10.0.0.1]/": false, "https://[fe80::1%25eth0]/": false,
		"https://0.0.0.0/": false, "https://2130706433/": false, "https://0x7f.1/": false, "https://127.1/": false, "https://metadata.google.internal/": false,
		"https://user:pass@example.com/": false, "https://printer.local/": false, "https:example.com": false,
		"data:image/svg+xml;base64,AAAA": false, "data:text/html;base64,AAAA": false, "data:image/png,AAAA": false,
		"data:image/png;base64,": false, "data:image/png;base64,A A": false, "data:image/png;base64,A=A": false,
		"https://example.com/" + strings.Repeat("a", maxImageURL): false,
	} {
		body, err := json.Marshal(map[string]any{"model": "m", "messages": []any{map[string]any{
			"role": "user", "content": []any{map[string]any{"type": "image_url", "image_url": map[string]any{"url": url}}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		r, problem := parseChat(body)
		switch {
		case good && problem != nil:
			t.Errorf("%.60s is refused: %v", url, problem)
		case !good && (problem == nil || problem.Member != "messages.0.content.0.image_url.url"):
			t.Errorf("%.60s: %+v, %v", url, r, problem)
		}
	}
}

func FuzzParseChat(f *testing.F) {
	f.Add([]byte(`{` + minimal + `}`))
	f.Add([]byte(`{` + minimal + `,"stream":true,"tools":[{"function":{"name":"f","parameters":{"a":[1]}}}],"n":3,"stop":["x"]}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"assistant","content":[{"type":"refusal","refusal":"no"}],"tool_calls":[{}]}]}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"tool","tool_call_id":"\u0000","content":"\ud83d\ude00"}],"venice_parameters":{"enable_web_search":"off"}}`))
	f.Add([]byte(`{"messages":[{"content":"` + strings.Repeat("long ", longText/5) + `","role":"user","name":"a"},{"role":"user","content":"b"}],"model":"m"}`))
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
			if _, known := chatRules.rules[m.Name]; !known {
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
	})
}
