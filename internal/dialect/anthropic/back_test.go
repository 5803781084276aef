package anthropic_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"stakegate/internal/dialect/anthropic"
	"stakegate/internal/strictjson"
)

// chat is a chat request with further members.
func chat(members string) string {
	return `{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":64` + members + `}`
}

func TestChatRequestsAskTheSameOfAMessagesServer(t *testing.T) {
	hi := `"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]`
	for name, c := range map[string]struct{ chat, request string }{
		"least": {chat(``), `{"model":"m",` + hi + `,"max_tokens":64}`},
		"sampling and stream": {
			chat(`,"temperature":1,"top_p":0.9,"top_k":4,"stop":"x","stream":true,"stream_options":{"include_usage":true},"n":1`),
			`{"model":"m",` + hi + `,"max_tokens":64,"temperature":1,"top_p":0.9,"top_k":4,"stop_sequences":["x"],"stream":true}`,
		},
		"without an equivalent": {
			chat(`,"seed":1,"frequency_penalty":1,"logit_bias":{},"logprobs":true,"min_p":0.1,"stop":["a","b"]`),
			`{"model":"m",` + hi + `,"max_tokens":64,"stop_sequences":["a","b"]}`,
		},
		"tools": {
			chat(`,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":true}},{"function":{"name":"g","strict":false}}],
				"tool_choice":"required","parallel_tool_calls":false`),
			`{"model":"m",` + hi + `,"max_tokens":64,"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}},"strict":true},
				{"name":"g","input_schema":{"type":"object"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true}}`,
		},
		"hints about caches, without their time to live": {
			`{"model":"m","max_tokens":64,"messages":[{"role":"system","content":[{"type":"text","text":"be","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
				{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"forever"}}]}],
				"tools":[{"function":{"name":"f"},"cache_control":{"type":"ephemeral"}}]}`,
			`{"model":"m",` + hi + `,"max_tokens":64,"system":[{"type":"text","text":"be","cache_control":{"type":"ephemeral"}}],
				"tools":[{"name":"f","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}]}`,
		},
		"one tool": {
			chat(`,"tool_choice":{"type":"function","function":{"name":"f"}},"tools":[{"function":{"name":"f"}}],"reasoning_effort":"high"`),
			`{"model":"m",` + hi + `,"max_tokens":64,"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"f"},"output_config":{"effort":"high"}}`,
		},
		"no tools, no choice": {chat(`,"tools":[],"tool_choice":"auto","parallel_tool_calls":false`), `{"model":"m",` + hi + `,"max_tokens":64}`},
		"effort": {
			chat(`,"reasoning":{"effort":"minimal"}`),
			`{"model":"m",` + hi + `,"max_tokens":64,"thinking":{"type":"adaptive"},"output_config":{"effort":"low"}}`,
		},
		"no effort": {chat(`,"reasoning_effort":"none"`), `{"model":"m",` + hi + `,"max_tokens":64,"thinking":{"type":"disabled"}}`},
		"format": {
			chat(`,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}}`),
			`{"model":"m",` + hi + `,"max_tokens":64,"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}`,
		},
		"a conversation": {
			`{"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD","detail":"low"}},
				{"type":"image_url","image_url":{"url":"https://x/y.png"}}]},
				{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}},{"id":"b","type":"function","function":{"name":"f","arguments":""}}]},
				{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"2"}]},{"role":"user","content":"on","name":"bob"},
				{"role":"developer","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":""},{"role":"user","content":"more"}],"max_tokens":1}`,
			`{"model":"m","system":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"messages":[
				{"role":"user","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}},{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]},
				{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"x":1}},{"type":"tool_use","id":"b","name":"f","input":{}}]},
				{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"1"}]},{"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"2"}]},{"type":"text","text":"on"}]},
				{"role":"user","content":[{"type":"text","text":"more"}]}],"max_tokens":1}`,
		},
	} {
		request, err := anthropic.Back{}.Request([]byte(c.chat))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, request, c.request)
	}
}

func TestWhatHasNoEquivalentIsRefusedByName(t *testing.T) {
	message := func(m string) string { return `{"model":"m","messages":[` + m + `],"max_tokens":1}` }
	for request, want := range map[string]string{
		chat(`,"n":2`):             "n must be 1 for this model",
		chat(`,"temperature":1.5`): "temperature must be at most 1 for this model",
		chat(`,"response_format":{"type":"json_object"}`): "response_format must be of type text or json_schema, with a schema, for this model",
		message(`{"role":"system","content":"x"}`):        "messages must have a message of the user that is not empty, for this model",
		message(`{"role":"user","content":""}`):           "messages must have a message of the user that is not empty, for this model",
		message(`{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}`): "messages.0.tool_calls.0.function.arguments " +
			"must be a JSON object for this model, at most 64 levels deep",
		message(`{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png,x"}}]}`): "messages.0.content.0 must have a URL of http, https, or data in base64",
		message(`{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}`):      "messages.0.content.0 must be a text here, for this model",
		message(`{"role":"user","content":[{"type":"input_audio"}]}`):                                      "messages.0.content.0 must be a text here, for this model",
	} {
		_, err := anthropic.Back{}.Request([]byte(request))
		var refused *strictjson.Error
		if !errors.As(err, &refused) || err.Error() != want {
			t.Errorf("%s:\ngot  %v\nwant %s", request, err, want)
		}
	}
}

const message = `{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[{"type":"thinking","thinking":"hm","signature":"s"},
	{"type":"text","text":"hel"},{"type":"text","text":"lo"},{"type":"tool_use","id":"c","name":"f","input":{"x": 1}},{"type":"server_tool_use","id":"z","name":"web_search"}],
	"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":1,"cache_read_input_tokens":4,"output_tokens":5,
	"output_tokens_details":{"thinking_tokens":2}}}`

func TestMessagesAreChatCompletions(t *testing.T) {
	got, err := anthropic.Back{}.Answer([]byte(message))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "completion", got, `{"id":"chatcmpl-1","object":"chat.completion","model":"claude","choices":[{"index":0,"message":{"role":"assistant","content":"hello","reasoning_content":"hm",
		"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],
		"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4,"cache_creation_input_tokens":1},
		"completion_tokens_details":{"reasoning_tokens":2}}}`)
	for _, none := range []string{``, `[]`, `{}`, `{"type":"error","error":{"type":"overloaded_error"}}`, `{"type":"message"`} {
		if got, err := (anthropic.Back{}).Answer([]byte(none)); err == nil {
			t.Errorf("%q became %s", none, got)
		}
	}
}

// The usage survives an answer without a content, and is not made up.
func TestUsageIsHandedOnAsOddAsItIs(t *testing.T) {
	for usage, want := range map[string]string{
		`{"input_tokens":3,"output_tokens":2}`:   `"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}`,
		`{"input_tokens":3}`:                     ``,
		`{"output_tokens":3}`:                    ``,
		`{"input_tokens":"3","output_tokens":2}`: ``,
		`null`:                                   ``,
		`{"input_tokens":-3,"output_tokens":2}`:  `"usage":{"prompt_tokens":-3,"completion_tokens":2,"total_tokens":-3}`,
		`{"input_tokens":1.5,"cache_read_input_tokens":1,"output_tokens":2}`:                 `"prompt_tokens":2.5,`,
		`{"input_tokens":9223372036854775807,"output_tokens":1e999}`:                         `"prompt_tokens":1000000000000000.0,"completion_tokens":1e999,`,
		`{"input_tokens":1,"cache_creation_input_tokens":-1,"output_tokens":2}`:              `"prompt_tokens":-1,`,
		`{"input_tokens":0,"output_tokens":0,"cache_read_input_tokens":null}`:                `"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}`,
		`{"input_tokens":1,"output_tokens":2,"output_tokens_details":{"thinking_tokens":1}}`: `"completion_tokens_details":{"reasoning_tokens":1}`,
	} {
		got, err := anthropic.Back{}.Answer([]byte(`{"type":"message","usage":` + usage + `}`))
		if err != nil || !json.Valid(got) || strings.Contains(string(got), "choices") {
			t.Errorf("%s: %s, %v", usage, got, err)
		}
		if has := strings.Contains(string(got), `"usage"`); has != (want != "") || !strings.Contains(string(got), want) {
			t.Errorf("%s became %s, want %s", usage, got, want)
		}
	}
}

// decode feeds events to a decoder and returns the chunks, one a line.
func decode(t *testing.T, events ...string) (chunks []string, done bool, err error) {
	t.Helper()
	d := anthropic.Back{}.Stream()
	for _, event := range events {
		var made [][]byte
		if made, done, err = d.Event([]byte(event)); err != nil {
			return chunks, done, err
		}
		for _, chunk := range made {
			if !json.Valid(chunk) {
				t.Errorf("%s became %s", event, chunk)
			}
			chunks = append(chunks, string(chunk))
		}
	}
	return chunks, done, nil
}

const started = `{"type":"message_start","message":{"id":"msg_1","model":"claude","usage":{"input_tokens":9,"output_tokens":1}}}`

func TestEventsAreChunks(t *testing.T) {
	chunks, done, err := decode(t, `{"type":"ping"}`, started,
		`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}`,
		`{"type":"content_block_stop","index":0}`,
		`{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}`,
		`{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a\nb"}}`,
		`{"type":"content_block_stop","index":1}`,
		`{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"x\":"}}`,
		`{"type":"something_new"}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}}`,
		`{"type":"content_block_stop","index":2}`,
		`{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"u","name":"g","input":{}}}`,
		`{"type":"content_block_stop","index":3}`,
		`{"type":"message_delta","delta":{},"usage":{"output_tokens":7}}`,
		`{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":8}}`,
		`{"type":"message_stop"}`)
	if err != nil || !done {
		t.Fatal(done, err)
	}
	head := `{"id":"chatcmpl-1","object":"chat.completion.chunk","model":"claude","choices":[{"index":0,"delta":`
	going, usage := `,"finish_reason":null}]`, `,"usage":{"prompt_tokens":9,"completion_tokens":`
	want := []string{
		head + `{"role":"assistant","content":""}` + going + `}`,
		head + `{"reasoning_content":"hm"}` + going + `}`,
		head + `{"content":"a\nb"}` + going + `}`,
		head + `{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]}` + going + `}`,
		head + `{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}` + going + `}`,
		head + `{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}` + going + `}`,
		head + `{"tool_calls":[{"index":1,"id":"u","type":"function","function":{"name":"g","arguments":""}}]}` + going + `}`,
		head + `{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}` + going + `}`,
		head + `{}` + going + usage + `7,"total_tokens":16}}`,
		head + `{},"finish_reason":"tool_calls"}]` + usage + `8,"total_tokens":17}}`,
	}
	if len(chunks) != len(want) {
		t.Fatalf("%d chunks, want %d:\n%s", len(chunks), len(want), strings.Join(chunks, "\n"))
	}
	for i := range want {
		same(t, want[i], []byte(chunks[i]), want[i])
	}
}

// What message_start tells of the output is only its beginning: without a
// message_delta nothing is known of the usage.
func TestTheUsageOfAStreamIsToldAtItsEnd(t *testing.T) {
	chunks, done, err := decode(t, started, `{"type":"message_stop"}`)
	if err != nil || !done || len(chunks) != 2 {
		t.Fatal(chunks, done, err)
	}
	if all := strings.Join(chunks, ""); strings.Contains(all, "usage") || !strings.Contains(all, `"finish_reason":"stop"`) {
		t.Errorf("got %s", all)
	}
	chunks, _, _ = decode(t, started, `{"type":"message_delta","delta":{},"usage":{"output_tokens":7}}`)
	if strings.Contains(strings.Join(chunks, ""), `"choices":[]`) {
		t.Error("a stream that has not ended has the chunk of one that has")
	}
}

func TestBrokenStreamsAreErrors(t *testing.T) {
	for name, events := range map[string][]string{
		"an error":               {started, `{"type":"error","error":{"type":"overloaded_error","message":"secret"}}`},
		"no JSON":                {started, `{`},
		"no object":              {`[]`},
		"no beginning":           {`{"type":"content_block_delta","delta":{"type":"text_delta","text":"x"}}`},
		"an end only":            {`{"type":"message_stop"}`},
		"two beginnings":         {started, started},
		"a beginning of nothing": {`{"type":"message_start"}`},
	} {
		if chunks, _, err := decode(t, events...); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, %v", name, chunks, err)
		}
	}
}
