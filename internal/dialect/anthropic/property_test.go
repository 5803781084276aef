package anthropic_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/dialect/anthropic"
	"stakegate/internal/dialect/dialecttest"
)

type object = map[string]any

// accumulate puts a message together from its events as Anthropic's SDKs do,
// and holds their order against the reference.
func accumulate(events []dialecttest.Event) (object, error) {
	var message object
	open, input := -1, ""
	for _, e := range events {
		index := -1
		if i, ok := e.Data["index"].(float64); ok {
			index = int(i)
		}
		switch e.Name {
		case "message_start":
			message, _ = e.Data["message"].(object)
		case "content_block_start":
			content := message["content"].([]any)
			if open != -1 || index != len(content) {
				return nil, fmt.Errorf("block %d begins while %d is open", index, open)
			}
			open, input = index, ""
			message["content"] = append(content, e.Data["content_block"])
		case "content_block_delta":
			if index != open {
				return nil, fmt.Errorf("a piece of block %d while %d is open", index, open)
			}
			block, delta := message["content"].([]any)[index].(object), e.Data["delta"].(object)
			switch delta["type"] {
			case "text_delta":
				block["text"] = block["text"].(string) + delta["text"].(string)
			case "thinking_delta":
				block["thinking"] = block["thinking"].(string) + delta["thinking"].(string)
			case "input_json_delta":
				input += delta["partial_json"].(string)
			}
		case "content_block_stop":
			if block := message["content"].([]any)[index].(object); block["type"] == "tool_use" {
				block["input"] = nil
				var read any
				if err := json.Unmarshal([]byte(input), &read); err != nil {
					return nil, err
				}
				block["input"] = read
			}
			open = -1
		case "message_delta":
			for name, value := range e.Data["delta"].(object) {
				message[name] = value
			}
			message["usage"], message["cost"] = e.Data["usage"], e.Data["cost"]
		case "message_stop":
			if open != -1 {
				return nil, fmt.Errorf("the message ends while block %d is open", open)
			}
		default:
			return nil, fmt.Errorf("event %s", e.Name)
		}
	}
	if len(events) == 0 || events[len(events)-1].Name != "message_stop" {
		return nil, fmt.Errorf("no end")
	}
	return message, nil
}

func TestAStreamedMessageIsTheWholeMessage(t *testing.T) {
	messages.StreamIsWhole(t, with(``), accumulate)
}

// A message of ours read by ourselves gives back the completion, whole and
// streamed: text, calls, reasoning, how it ended and what it used.
func TestFrontAndBackAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		told, front := dialecttest.Draw(t), messages.Front(t, with(``))
		whole, err := front.Answer(told.Completion())
		if err != nil {
			t.Fatal(err)
		}
		completion, err := anthropic.Back{}.Answer(whole)
		if err != nil {
			t.Fatal(err)
		}
		again, err := front.Answer(completion)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "whole", again, withoutCost(t, whole))

		events, err := dialecttest.Events(dialecttest.Encode(front.Stream(), told.Chunks(t), told.Last()))
		if err != nil {
			t.Fatal(err)
		}
		decoder, done := anthropic.Back{}.Stream(), false
		var chunks [][]byte
		for _, e := range events {
			data, _ := json.Marshal(e.Data)
			var made [][]byte
			if made, done, err = decoder.Event(data); err != nil {
				t.Fatal(err)
			}
			chunks = append(chunks, made...)
		}
		if !done {
			t.Fatal("the stream has no end")
		}
		last := chunks[len(chunks)-1]
		events, err = dialecttest.Events(dialecttest.Encode(front.Stream(), chunks, last))
		if err != nil {
			t.Fatal(err)
		}
		message, err := accumulate(events)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(message)
		same(t, "stream", []byte(withoutCost(t, text)), withoutCost(t, whole))
	})
}

// withoutCost leaves the charge out, which a model server does not tell.
func withoutCost(t *rapid.T, message []byte) string {
	var m object
	if err := json.Unmarshal(message, &m); err != nil {
		t.Fatal(err)
	}
	delete(m, "cost")
	out, _ := json.Marshal(m)
	return string(out)
}

// drawChat makes a chat request, as the gateway would send it.
func drawChat(t *rapid.T) object {
	words := rapid.StringMatching(`[a-z0-9é ]{0,12}`)
	parts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) any {
		if rapid.Bool().Draw(t, "image") {
			url := rapid.SampledFrom([]string{"https://x/y.png", "data:image/png;base64,QUJD"}).Draw(t, "url")
			return object{"type": "image_url", "image_url": object{"url": url}}
		}
		return object{"type": "text", "text": words.Draw(t, "text")}
	}), 1, 3)
	messages := []any{object{"role": "user", "content": "q" + words.Draw(t, "question")}}
	for range rapid.IntRange(0, 6).Draw(t, "messages") {
		switch rapid.IntRange(0, 3).Draw(t, "role") {
		case 0:
			messages = append(messages, object{"role": "system", "content": words.Draw(t, "system")})
		case 1:
			messages = append(messages, object{"role": "user", "content": parts.Draw(t, "parts")})
		case 2:
			arguments, _ := json.Marshal(object{words.Draw(t, "name"): words.Draw(t, "value"), "n": rapid.Int().Draw(t, "n")})
			call := object{"id": words.Draw(t, "id"), "type": "function", "function": object{"name": words.Draw(t, "function"), "arguments": string(arguments)}}
			messages = append(messages, object{"role": "assistant", "content": words.Draw(t, "said"), "tool_calls": []any{call}})
		case 3:
			messages = append(messages, object{"role": "tool", "tool_call_id": words.Draw(t, "id"), "content": words.Draw(t, "result")})
		}
	}
	out := object{"model": "m", "max_tokens": 5, "messages": messages}
	if rapid.Bool().Draw(t, "tools") {
		out["tools"] = []any{object{"type": "function", "function": object{
			"name": words.Draw(t, "tool"), "description": words.Draw(t, "description"), "parameters": object{"type": "object", words.Draw(t, "p"): words.Draw(t, "v")},
		}}}
		out["tool_choice"] = rapid.SampledFrom([]string{"auto", "none", "required"}).Draw(t, "choice")
	}
	if rapid.Bool().Draw(t, "format") {
		out["response_format"] = object{"type": "json_schema", "json_schema": object{"name": "n", "schema": object{"title": words.Draw(t, "title")}}}
	}
	return out
}

// texts collects all texts and numbers of a value, the names of members too.
func texts(value any, to map[string]int) {
	switch v := value.(type) {
	case string:
		to[v]++
		var inner any
		if json.Unmarshal([]byte(v), &inner) == nil {
			texts(inner, to) // a call's arguments
		}
		if head, data, ok := strings.Cut(v, ";base64,"); ok {
			to[strings.TrimPrefix(head, "data:")]++
			to[data]++
		}
	case float64, bool:
		to[fmt.Sprint(v)]++
	case []any:
		for _, e := range v {
			texts(e, to)
		}
	case object:
		for name, e := range v {
			to[name]++
			texts(e, to)
		}
	}
}

// protocol are the API's own words, which no model reads as they stand.
var protocol = strings.Fields(`role content type text image source url base64 media_type data system user assistant tool_use tool_result tool_use_id
	input id name input_schema object tools tool_choice auto any none messages model max_tokens output_config format json_schema schema`)

// The bound of the prompt is that of the chat request: nothing may be in the
// server's request that is not in there, nor more often.
func TestNothingIsAddedToThePrompt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, _ := json.Marshal(drawChat(t))
		request, err := anthropic.Back{}.Request(body)
		if err != nil {
			t.Fatal(err)
		}
		var asked, sent object
		if err := errors.Join(json.Unmarshal(body, &asked), json.Unmarshal(request, &sent)); err != nil {
			t.Fatal(err)
		}
		had, has := map[string]int{}, map[string]int{}
		texts(asked, had)
		texts(sent, has)
		for _, word := range protocol {
			delete(has, word)
		}
		for text, times := range has {
			if times > had[text] {
				t.Fatalf("%q is sent %d times and asked %d times:\n%s\n%s", text, times, had[text], body, request)
			}
		}
	})
}
