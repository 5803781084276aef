package anthropic_test

import (
	"encoding/json"
	"strings"
	"testing"

	"stakegate/internal/dialect/anthropic"
	"stakegate/internal/dialect/dialecttest"
)

var messages = dialecttest.Parse(anthropic.ParseMessages)

func FuzzParseMessages(f *testing.F) {
	for _, seed := range []string{
		with(``), with(`,"system":[{"type":"text","text":"x"}],"stream":true,"thinking":{"type":"enabled","budget_tokens":5000}`),
		with(`,"tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"any"}`), `{}`, `[`, `{"messages":[{}]}`,
		`{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"A"}}]}]}]}`,
		`{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"x":1}}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		chat, front := messages.Any(t, body)
		if front == nil {
			return
		}
		if request, err := (anthropic.Back{}).Request(chat); err == nil && !json.Valid(request) {
			t.Fatalf("%s became %s", chat, request)
		}
	})
}

func FuzzBackRequest(f *testing.F) {
	for _, seed := range []string{
		chat(``), chat(`,"tools":[{"function":{"name":"f"}}],"tool_choice":"required","reasoning_effort":"low"`), `{}`, `[]`, `{"messages":[{"content":[{"type":"image_url"}]}]}`,
		`{"messages":[{"role":"tool"},{"role":"assistant","tool_calls":[{"function":{"arguments":"{}"}}]},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:;base64,"}}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, chat []byte) {
		if request, err := (anthropic.Back{}).Request(chat); err == nil && !json.Valid(request) {
			t.Fatalf("%s became %s", chat, request)
		}
	})
}

func FuzzBackAnswer(f *testing.F) {
	for _, seed := range []string{message, `{"type":"message","content":[{"type":"tool_use","input":[1]}],"usage":{"input_tokens":1e999,"output_tokens":-0}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := anthropic.Back{}.Answer(body)
		if err == nil && !json.Valid(got) {
			t.Fatalf("%s became %s", body, got)
		}
	})
}

// Events, one a line, become chunks that are JSON on one line, and those
// events of our own.
func FuzzBackEvents(f *testing.F) {
	f.Add(started + "\n" + `{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"a":1}}}` + "\n" +
		`{"type":"content_block_stop","index":0}` + "\n" + `{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":8}}` + "\n" + `{"type":"message_stop"}`)
	f.Add(started + "\n" + `{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a"}}`)
	f.Fuzz(func(t *testing.T, events string) {
		decoder, encoder := anthropic.Back{}.Stream(), messages.Front(t, with(``)).Stream()
		var out []byte
		for line := range strings.Lines(events) {
			chunks, _, err := decoder.Event([]byte(line))
			if err != nil {
				break
			}
			for _, chunk := range chunks {
				if !json.Valid(chunk) || strings.ContainsAny(string(chunk), "\r\n") {
					t.Fatalf("%s became %s", line, chunk)
				}
				out = encoder.Chunk(out, chunk)
			}
		}
		if _, err := dialecttest.Events(encoder.End(out, []byte(`{}`))); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzChunks(f *testing.F) { messages.FuzzChunks(f, with(``)) }
