package responses_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"stakegate/internal/dialect/responses"
	"stakegate/internal/strictjson"
)

// same compares two JSON texts by what they say.
func same(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Errorf("%s: %v in %s", what, err, got)
		return
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Errorf("%s: the test's own JSON: %v", what, err)
		return
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Errorf("%s:\ngot  %s\nwant %s", what, x, y)
	}
}

// with is a request with further members.
func with(members string) string { return `{"model":"m","input":"hi"` + members + `}` }

func TestRequestsAskTheSameOfAChatModel(t *testing.T) {
	hi := `"messages":[{"role":"user","content":"hi"}]`
	for name, c := range map[string]struct{ request, chat string }{
		"least": {with(``), `{"model":"m",` + hi + `}`},
		"sampling and stream": {
			with(`,"temperature":0.5,"top_p":0.9,"max_output_tokens":9,"parallel_tool_calls":true,"stream":true,"service_tier":"auto"`),
			`{"model":"m",` + hi + `,"temperature":0.5,"top_p":0.9,"max_tokens":9,"parallel_tool_calls":true,"stream":true,"stream_options":{"include_usage":true},"service_tier":"auto"}`,
		},
		"left out": {
			with(`,"store":true,"include":["reasoning.encrypted_content"],"user":"u","metadata":{"a":"b"},"truncation":"auto","background":false,"tools":[],
				"previous_response_id":null,"prompt_cache_key":"k","stream":false,"unknown":[1],"reasoning":{"summary":"auto"},"text":{"format":{"type":"text"}}` + `,"fallbacks":[{"model":"x"}]`),
			`{"model":"m",` + hi + `}`,
		},
		"instructions": {
			with(`,"instructions":"be brief","venice_parameters":{"disable_thinking":true}`),
			`{"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}],"venice_parameters":{"disable_thinking":true}}`,
		},
		"tools": {
			with(`,"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},{"type":"function","function":{"name":"g"}},{"type":"function","name":"h","parameters":null,"strict":null}],
				"tool_choice":{"type":"function","name":"f"}`),
			`{"model":"m",` + hi + `,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},
				{"type":"function","function":{"name":"g"}},{"type":"function","function":{"name":"h"}}],"tool_choice":{"type":"function","function":{"name":"f"}}}`,
		},
		"a nested choice": {with(`,"tool_choice":{"type":"function","function":{"name":"f"}}`), `{"model":"m",` + hi + `,"tool_choice":{"type":"function","function":{"name":"f"}}}`},
		"no choice":       {with(`,"tool_choice":"none"`), `{"model":"m",` + hi + `,"tool_choice":"none"}`},
		"a schema": {
			with(`,"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true},"verbosity":"low"},"reasoning":{"effort":"high"}`),
			`{"model":"m",` + hi + `,"verbosity":"low","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}},"reasoning_effort":"high"}`,
		},
		"any object": {with(`,"text":{"format":{"type":"json_object"}}`), `{"model":"m",` + hi + `,"response_format":{"type":"json_object"}}`},
		"a conversation": {
			`{"model":"m","input":[{"role":"developer","content":"be"},{"type":"message","role":"user","content":[{"type":"input_text","text":"see"},
				{"type":"input_image","image_url":"https://x/y.png","detail":"low"},{"type":"input_image","image_url":{"url":"data:image/png;base64,AA"}}]},
				{"type":"reasoning","id":"rs_1","summary":[]},{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"calling","annotations":[]}]},
				{"type":"function_call","id":"fc_1","call_id":"a","name":"f","arguments":"{}","status":"completed"},{"type":"function_call","call_id":"b","name":"g","arguments":"x"},
				{"type":"function_call_output","call_id":"a","output":"1"},{"type":"function_call_output","call_id":"b","output":[{"type":"input_text","text":"2"},{"type":"input_image","image_url":"https://x/z.png"}]},
				{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":{"x": [1]}},
				{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]}`,
			`{"model":"m","messages":[{"role":"system","content":"be"},{"role":"user","content":[{"type":"text","text":"see"},
				{"type":"image_url","image_url":{"url":"https://x/y.png","detail":"low"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]},
				{"role":"assistant","content":"calling","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"x"}}]},
				{"role":"tool","content":"1","tool_call_id":"a"},{"role":"tool","content":"2","tool_call_id":"b"},
				{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/z.png"}}]},
				{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"{\"x\":[1]}","tool_call_id":"c"},
				{"role":"assistant","content":"no"}]}`,
		},
	} {
		chat, _, err := responses.Parse([]byte(c.request))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, chat, c.chat)
	}
}

func TestRefusedRequestsNameTheClientsMember(t *testing.T) {
	const noTool = " must be function; other tools run elsewhere and have no bounded cost here"
	item := func(i string) string { return `{"model":"m","input":[` + i + `]}` }
	for request, want := range map[string]string{
		`[]`:                                     "document must be an object",
		`{"input":"x"}`:                          "model is required",
		`{"model":"m"}`:                          "input is required",
		`{"model":"m","input":1}`:                "input must be a string or an array of items",
		`{"model":"m","input":[]}`:               "input must have at least one message",
		with(`,"input":"y"`):                     "input is given twice",
		with(`,"previous_response_id":"resp_1"`): "previous_response_id is not supported, nothing is kept here; send the whole conversation in input",
		with(`,"conversation":"c"`):              "conversation is not supported, nothing is kept here; send the whole conversation in input",
		with(`,"prompt":{"id":"p"}`):             "prompt is not supported, nothing is kept here; send its text in instructions and input",
		with(`,"background":true`):               "background must be false; nothing is kept here to be fetched later",
		with(`,"tools":[{"type":"function","name":"f"},{"type":"web_search"}]`): "tools.1.type" + noTool,
		with(`,"tools":[{"type":"mcp","server_url":"https://x"}]`):              "tools.0.type" + noTool,
		with(`,"tools":[{}]`):                                                                  "tools.0" + noTool,
		with(`,"tools":[{"type":"function"}]`):                                                 "tools.0.name is required",
		with(`,"tool_choice":{"type":"web_search"}`):                                           "tool_choice must be auto, none, required or an object of type function with its name",
		with(`,"text":{"format":{"type":"grammar"}}`):                                          "text.format must be of type text, json_object or json_schema",
		with(`,"metadata":{"a":1}`):                                                            "metadata.a must be a string",
		with(`,"stream":1`):                                                                    "stream must be true or false",
		with(`,"max_output_tokens":0`):                                                         "max_output_tokens must be a whole number above 0",
		with(`,"truncation":"yes"`):                                                            "truncation must be auto or disabled",
		item(`{"type":"item_reference","id":"x"}`):                                             "input.0 cannot be looked up, nothing is kept here; send the item itself",
		item(`{"type":"web_search_call"}`):                                                     "input.0 must be of type message, function_call, function_call_output or reasoning",
		item(`{"type":"reasoning"}`):                                                           "input must have at least one message",
		item(`{"role":"tool","content":"x"}`):                                                  "input.0.role must be user, assistant, system or developer",
		item(`{"role":"user"}`):                                                                "input.0 must have a content, a string or an array of parts",
		item(`{"role":"user","content":[{"type":"input_file"}]}`):                              "input.0.content.0 has no bounded cost here; send text or images",
		item(`{"role":"user","content":[{"type":"input_image","file_id":"f"}]}`):               "input.0.content.0 must have an image_url; files are not kept here",
		item(`{"type":"function_call","call_id":"a","name":"f"}`):                              "input.0.arguments is required",
		item(`{"type":"function_call_output","call_id":"a"}`):                                  "input.0.output is required",
		item(`{"type":"function_call_output","call_id":"a","output":[{"type":"input_file"}]}`): "input.0.output.0 must be of type input_text or input_image",
	} {
		_, _, err := responses.Parse([]byte(request))
		var refused *strictjson.Error
		if !errors.As(err, &refused) || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", request, err, want)
		}
	}
}

func TestChatMembersAreNamedAsTheClientWroteThem(t *testing.T) {
	_, front, err := responses.Parse([]byte(`{"model":"m","instructions":"s","input":[{"role":"user","content":[{"type":"input_text","text":"x"}]},{"type":"reasoning"},
		{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"a","output":"x"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for chat, want := range map[string]string{
		"max_tokens": "max_output_tokens", "messages": "input", "messages.0.content": "instructions", "messages.1.content.0.image_url": "input.0.content.0.image_url",
		"messages.2.tool_calls.0": "input.2.tool_calls.0", "messages.3.content": "input.3.content", "messages.4": "input.4",
		"tools.0.function.parameters": "tools.0.parameters", "response_format": "text.format", "reasoning_effort": "reasoning.effort", "temperature": "temperature",
	} {
		if got := front.Member(chat); got != want {
			t.Errorf("%s is %q, want %q", chat, got, want)
		}
	}
}

func TestAnswersAreResponses(t *testing.T) {
	_, front, err := responses.Parse([]byte(with(`,"instructions":"be","metadata":{"a":"b"},"tools":[{"type":"function","name":"f"}],"tool_choice":"auto","temperature":1,
		"top_p":0.5,"max_output_tokens":9,"parallel_tool_calls":false,"reasoning":{"effort":"low"},"text":{"format":{"type":"json_object"}}`)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := front.Answer([]byte(`{"id":"chatcmpl-1","created":7,"model":"m","choices":[{"message":{"content":"hello","reasoning_content":"hm",
		"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"x\": 1}"}}]},"finish_reason":"tool_calls"}],
		"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}},"cost":{"usd":0.1,"diem":0}}`))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "response", got, `{"id":"resp_1","object":"response","created_at":7,"status":"completed","background":false,"error":null,"incomplete_details":null,"model":"m","output":[
		{"id":"rs_1_0","type":"reasoning","status":"completed","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},
		{"id":"msg_1_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"hello","annotations":[],"logprobs":[]}]},
		{"id":"fc_1_2","type":"function_call","status":"completed","call_id":"c","name":"f","arguments":"{\"x\": 1}"}],
		"instructions":"be","max_output_tokens":9,"metadata":{"a":"b"},"parallel_tool_calls":false,"previous_response_id":null,"reasoning":{"effort":"low","summary":null},"store":false,
		"temperature":1,"text":{"format":{"type":"json_object"}},"tool_choice":"auto","tools":[{"type":"function","name":"f"}],"top_p":0.5,"truncation":"disabled",
		"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15},"cost":{"usd":0.1,"diem":0}}`)
	for _, none := range []string{``, `[]`, `{}`, `{"choices":[]}`, `{"error":{}}`} {
		if got, err := front.Answer([]byte(none)); err == nil {
			t.Errorf("%q became %s", none, got)
		}
	}
}

func TestAResponseThatWasCutSaysWhy(t *testing.T) {
	_, front, err := responses.Parse([]byte(with(``)))
	if err != nil {
		t.Fatal(err)
	}
	for finish, want := range map[string]string{
		"stop": `"incomplete_details":null`, "length": `"incomplete_details":{"reason":"max_output_tokens"}`, "content_filter": `"incomplete_details":{"reason":"content_filter"}`,
	} {
		got, err := front.Answer([]byte(`{"choices":[{"message":{"content":"x"},"finish_reason":"` + finish + `"}]}`))
		status := `"status":"incomplete"`
		if finish == "stop" {
			status = `"status":"completed"`
		}
		if err != nil || !strings.Contains(string(got), want) || strings.Count(string(got), status) != 2 {
			t.Errorf("%s: got %s (%v), want %s", finish, got, err, want)
		}
	}
}
