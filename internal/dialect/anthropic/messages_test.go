package anthropic_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"stakegate/internal/dialect"
	"stakegate/internal/dialect/anthropic"
	"stakegate/internal/strictjson"
)

// same compares two JSON texts by what they say.
func same(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got []byte, want string,
) {
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
func with(members string) string {
	return `{"model":"m","max_tokens":64,"messages":[{"role":"user","content":"hi"}]` + members + `}`
}

func TestRequestsAskTheSameOfAChatModel(t *testing.T) {
	hi := `"messages":[{"role":"user","content":"hi"}]`
	for name, c := range map[string]struct{ request, chat string }{
		"least": {with(``), `{"model":"m",` + hi + `,"max_tokens":64}`},
		"sampling and stream": {
			with(`,"temperature":0.5,"top_p":0.9,"top_k":40,"stop_sequences":["a","b"],"stream":true`),
			`{"model":"m",` + hi + `,"max_tokens":64,"temperature":0.5,"top_p":0.9,"top_k":40,"stop":["a","b"],"stream":true,"stream_options":{"include_usage":true}}`,
		},
		"left out": {
			with(`,"metadata":{"user_id":"u"},"cache_control":{"type":"ephemeral"},"context_management":{"edits":[]},"unknown":{"x":1},
				"stop_sequences":[],"tools":[],"mcp_servers":[],"service_tier":"auto","speed":null,"thinking":{"type":"adaptive"}`),
			`{"model":"m",` + hi + `,"max_tokens":64}`,
		},
		"system": {
			`{"model":"m","max_tokens":1,"system":[{"type":"text","text":"be","cache_control":{"type":"ephemeral"}},{"type":"text","text":"brief"}],"messages":[{"role":"user","content":"hi"}]}`,
			`{"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"be","cache_control":{"type":"ephemeral"}},{"type":"text","text":"brief"}]},{"role":"user","content":"hi"}],"max_tokens":1}`,
		},
		"cache hints, without their time to live": {
			`{"model":"m","max_tokens":1,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[
				{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},
				{"role":"assistant","content":[{"type":"text","text":"b","cache_control":{"type":"ephemeral"}},{"type":"tool_use","id":"i","name":"f","input":{},"cache_control":{"type":"ephemeral"}}]},
				{"role":"user","content":[{"type":"tool_result","tool_use_id":"i","cache_control":{"type":"ephemeral"},"content":[{"type":"text","text":"r","cache_control":{"type":"ephemeral"}}]},
					{"type":"text","text":"c","cache_control":{"type":"forever"}},{"type":"image","source":{"type":"url","url":"https://x/y.png"},"cache_control":{"type":"ephemeral"}}]},
				{"role":"user","content":[{"type":"text","text":"d","cache_control":null}]}],
				"tools":[{"name":"f","input_schema":{}},{"name":"g","input_schema":{},"cache_control":{"type":"ephemeral","ttl":"5m"}}]}`,
			`{"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]},
				{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},
				{"role":"assistant","content":[{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}],"tool_calls":[{"id":"i","type":"function","function":{"name":"f","arguments":"{}"}}]},
				{"role":"tool","content":"r","tool_call_id":"i"},
				{"role":"user","content":[{"type":"text","text":"c"},{"type":"image_url","image_url":{"url":"https://x/y.png"},"cache_control":{"type":"ephemeral"}}]},
				{"role":"user","content":"d"}],"max_tokens":1,
				"tools":[{"type":"function","function":{"name":"f","parameters":{}}},{"type":"function","function":{"name":"g","parameters":{}},"cache_control":{"type":"ephemeral"}}]}`,
		},
		"tools": {
			with(`,"tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"cache_control":null,"strict":true},{"type":"custom","name":"g","input_schema":{}}],
				"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}`),
			`{"model":"m",` + hi + `,"max_tokens":64,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},
				{"type":"function","function":{"name":"g","parameters":{}}}],"tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false}`,
		},
		"any tool": {with(`,"tool_choice":{"type":"any"}`), `{"model":"m",` + hi + `,"max_tokens":64,"tool_choice":"required"}`},
		"little thinking": {
			with(`,"thinking":{"type":"enabled","budget_tokens":1024}`),
			`{"model":"m",` + hi + `,"max_tokens":64,"reasoning_effort":"low"}`,
		},
		"effort before a budget": {
			with(`,"output_config":{"effort":"max","format":{"type":"json_schema","schema":{"type":"object"}}},"thinking":{"type":"enabled","budget_tokens":99999}`),
			`{"model":"m",` + hi + `,"max_tokens":64,"response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"},"strict":true}},"reasoning_effort":"max"}`,
		},
		"a turn with tools": {
			`{"model":"m","max_tokens":1,"messages":[
				{"role":"user","content":[{"type":"text","text":"look"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
					{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]},
				{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"calling"},
					{"type":"tool_use","id":"a","name":"f","input":{"x": 1}},{"type":"tool_use","id":"b","name":"g","input":{}}]},
				{"role":"user","content":[{"type":"text","text":"go on"},{"type":"tool_result","tool_use_id":"a","content":"1"},
					{"type":"tool_result","tool_use_id":"b","is_error":true,"content":[{"type":"text","text":"2"},{"type":"image","source":{"type":"url","url":"https://x/z.png"}}]}]}]}`,
			`{"model":"m","messages":[
				{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]},
				{"role":"assistant","content":"calling","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},
				{"role":"tool","content":"1","tool_call_id":"a"},{"role":"tool","content":"2","tool_call_id":"b"},
				{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/z.png"}}]},
				{"role":"user","content":"go on"}],"max_tokens":1}`,
		},
	} {
		chat, _, err := anthropic.ParseMessages([]byte(c.request))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, chat, c.chat)
	}
}

func TestRefusedRequestsNameTheClientsMember(t *testing.T) {
	for request, want := range map[string]string{
		`[]`: "document must be an object",
		`{"model":"m","max_tokens":1,"messages":[]}`:                                                       "messages must have at least one message with a content",
		`{"max_tokens":1,"messages":[{"role":"user","content":"x"}]}`:                                      "model is required",
		`{"model":"m","messages":[{"role":"user","content":"x"}]}`:                                         "max_tokens is required",
		`{"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]}`:                          "messages.0.role must be user or assistant",
		`{"model":"m","max_tokens":1,"messages":[{"role":"user"}]}`:                                        "messages.0 must have a content, a string or an array of blocks",
		`{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text"}]}]}`:            "messages.0.content.0.text is required",
		`{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document"}]}]}`:        "messages.0.content.0 has no bounded cost here; send its text in a text block",
		`{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"web_search"}]}]}`: "messages.0.content.0 must be of type text, tool_use or thinking",
		`{"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]}`:                          "max_tokens must be a whole number above 0",
		with(`,"messages":[]`): "messages is given twice",
		with(`,"tools":[{"type":"web_search_20250305","name":"web_search"}]`): "tools.0.type " +
			"must be custom, with an input_schema; other tools have no bounded cost here",
		with(`,"tools":[{"name":"f"}]`):                        "tools.0 must be custom, with an input_schema; other tools have no bounded cost here",
		with(`,"mcp_servers":[{"url":"https://x"}]`):           "mcp_servers must be empty; tools that run elsewhere have no bounded cost here",
		with(`,"speed":"fast"`):                                "speed must be standard; other speeds have no price here",
		with(`,"service_tier":"priority"`):                     "service_tier must be auto or standard_only; other tiers have no price here",
		with(`,"inference_geo":"us"`):                          "inference_geo must be global; there is no choice of a place here",
		with(`,"container":"c"`):                               "container is not supported, nothing is run here; leave it out",
		with(`,"thinking":{"type":"enabled"}`):                 "thinking must have budget_tokens, a whole number above 0",
		with(`,"tool_choice":"auto"`):                          "tool_choice must be an object of type auto, any, tool or none",
		with(`,"stop_sequences":"x"`):                          "stop_sequences must be an array of strings",
		with(`,"output_config":{"format":{"type":"grammar"}}`): "output_config.format must be an object of type json_schema with a schema",
	} {
		_, _, err := anthropic.ParseMessages([]byte(request))
		var refused *strictjson.Error
		if !errors.As(err, &refused) || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", request, err, want)
		}
	}
}

// Anthropic's SDK lets a server keep the conversation. When it hears that the
// thread is not there, it sends everything again.
func TestThreadsThatGoOnAreNotThere(t *testing.T) {
	_, _, err := anthropic.ParseMessages([]byte(with(`,"thread":{"type":"continue","previous_message_id":"msg_1"}`)))
	var refusal *dialect.Refusal
	var shape *strictjson.Error
	if !errors.As(err, &refusal) || refusal.Code != "thread_not_found" || !errors.As(err, &shape) || shape.Member != "thread" {
		t.Errorf("got %v", err)
	}
	if _, _, err := anthropic.ParseMessages([]byte(with(`,"thread":{"type":"create"}`))); err != nil {
		t.Errorf("a thread that begins: %v", err)
	}
}

func TestChatMembersAreNamedAsTheClientWroteThem(t *testing.T) {
	_, front, err := anthropic.ParseMessages([]byte(`{"model":"m","max_tokens":1,"system":"s","tools":[{"name":"f","input_schema":{}}],
		"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"text","text":"y"},{"type":"tool_use","id":"a","name":"f","input":{}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"z"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for chat, want := range map[string]string{
		"max_tokens": "max_tokens", "stop": "stop_sequences", "messages": "messages", "messages.0.content": "system",
		"messages.1.content.0.image_url": "messages.0", "messages.2.tool_calls": "messages.1", "messages.3": "messages.2.content.0",
		"messages.9": "messages.9", "tools.0.function.parameters": "tools.0.input_schema", "tools.0.function.name": "tools.0.name",
		"response_format.type": "output_config.format.type", "": "",
	} {
		if got := front.Member(chat); got != want {
			t.Errorf("%s is %q, want %q", chat, got, want)
		}
	}
}

func TestErrorsHaveTheAPIsWordForTheirStatus(t *testing.T) {
	for status, want := range map[int]string{
		400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
		404: "not_found_error", 409: "invalid_request_error", 413: "request_too_large", 415: "invalid_request_error", 429: "rate_limit_error",
		500: "api_error", 502: "api_error", 503: "overloaded_error", 504: "timeout_error",
	} {
		got := anthropic.Error(status, "CODE", `say "why"`, "id-1")
		same(t, "error", got, `{"type":"error","error":{"type":"`+want+`","message":"say \"why\"","details":{"error_code":"CODE"}},"request_id":"id-1"}`)
	}
}

func TestAPromptThatDoesNotFitIsSaidInTheWordsThatClientsKnow(t *testing.T) {
	if got := string(anthropic.Error(400, "TOO_MANY_TOKENS", "x", "")); !strings.Contains(got, `"message":"prompt is too long: x"`) {
		t.Errorf("got %s", got)
	}
}

const completion = `{"id":"chatcmpl-1","object":"chat.completion","created":7,"model":"m","choices":[{"index":0,"message":{"role":"assistant",
	"content":"hello","reasoning_content":"hm","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}}]},"finish_reason":"tool_calls"}],
	"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4,"cache_creation_input_tokens":1},
	"completion_tokens_details":{"reasoning_tokens":2}},"cost":{"usd":0.1,"diem":0}}`

func TestAnswersAreMessages(t *testing.T) {
	_, front, err := anthropic.ParseMessages([]byte(with(``)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := front.Answer([]byte(completion))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "message", got, `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm","signature":""},
		{"type":"text","text":"hello"},{"type":"tool_use","id":"c","name":"f","input":{"x":1}}],"stop_reason":"tool_use","stop_sequence":null,
		"usage":{"input_tokens":5,"cache_creation_input_tokens":1,"cache_read_input_tokens":4,"output_tokens":5,"output_tokens_details":{"thinking_tokens":2}},
		"cost":{"usd":0.1,"diem":0}}`)
	for _, none := range []string{``, `[]`, `{}`, `{"choices":[]}`, `{"choices":{}}`, `{"error":{}}`, `{"choices":[1]}`} {
		if got, err := front.Answer([]byte(none)); err == nil {
			t.Errorf("%q became %s", none, got)
		}
	}
}

func TestMessagesEndForTheReasonThatAChatGives(t *testing.T) {
	_, front, err := anthropic.ParseMessages([]byte(with(`,"stop_sequences":["END"]`)))
	if err != nil {
		t.Fatal(err)
	}
	for choice, want := range map[string]string{
		`"finish_reason":"stop"`:                          `"stop_reason":"end_turn","stop_sequence":null`,
		`"finish_reason":null`:                            `"stop_reason":"end_turn","stop_sequence":null`,
		`"finish_reason":"length"`:                        `"stop_reason":"max_tokens","stop_sequence":null`,
		`"finish_reason":"tool_calls"`:                    `"stop_reason":"tool_use","stop_sequence":null`,
		`"finish_reason":"content_filter"`:                `"stop_reason":"refusal","stop_sequence":null`,
		`"finish_reason":"stop","stop_reason":"END"`:      `"stop_reason":"stop_sequence","stop_sequence":"END"`,
		`"finish_reason":"stop","stop_reason":"other"`:    `"stop_reason":"end_turn","stop_sequence":null`,
		`"finish_reason":"length","stop_reason":"END"`:    `"stop_reason":"max_tokens","stop_sequence":null`,
		`"finish_reason":"stop","stop_reason":128001`:     `"stop_reason":"end_turn","stop_sequence":null`,
		`"finish_reason":"tool_calls","stop_reason":null`: `"stop_reason":"tool_use","stop_sequence":null`,
	} {
		got, err := front.Answer([]byte(`{"choices":[{"message":{"content":"x"},` + choice + `}]}`))
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: got %s (%v), want %s", choice, got, err, want)
		}
	}
}
