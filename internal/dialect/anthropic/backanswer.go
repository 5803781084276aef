package anthropic

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/dialect"
)

var (
	errNoMessage = errors.New("the model server's answer is no message")
	errReported  = errors.New("the model server reported an error")
)

// Answer turns a message into a chat completion. One without a content that
// can be read has no choices, but its usage.
func (Back) Answer(body []byte) ([]byte, error) {
	members, ok := dialect.Object(body)
	if !ok || dialect.TextOf(members, "type") != "message" {
		return nil, errNoMessage
	}
	out := completion(members, "chat.completion")
	if content, ok := dialect.Array(dialect.Find(members, "content")); ok {
		choice := dialect.IntField([]byte{'{'}, "index", 0)
		choice = dialect.Field(choice, "message", message(content))
		choice = dialect.Field(choice, "logprobs", []byte("null"))
		choice = append(finished(choice, members), '}')
		out = dialect.Field(out, "choices", append(append([]byte{'['}, choice...), ']'))
	}
	if usage := chatUsage(dialect.Find(members, "usage"), nil); usage != nil {
		out = dialect.Field(out, "usage", usage)
	}
	return append(out, '}'), nil
}

// completion begins an answer or a chunk.
func completion(message []dialect.Member, object string) []byte {
	id := strings.TrimPrefix(dialect.TextOf(message, "id"), "msg_")
	out := dialect.TextField([]byte{'{'}, "id", "chatcmpl-"+id)
	out = dialect.TextField(out, "object", object)
	return dialect.TextField(out, "model", dialect.TextOf(message, "model"))
}

// message turns content blocks into a chat's message. Blocks of tools that run
// on a server are never asked for; they are left out.
func message(content []jsontext.Value) []byte {
	var said, thought strings.Builder
	var calls []byte
	for _, value := range content {
		block, _ := dialect.Object(value)
		switch dialect.TextOf(block, "type") {
		case "text":
			said.WriteString(dialect.TextOf(block, "text"))
		case "thinking":
			thought.WriteString(dialect.TextOf(block, "thinking"))
		case "tool_use":
			if calls == nil {
				calls = []byte{'['}
			}
			calls = dialect.Item(calls, called(block))
		}
	}
	out := dialect.TextField([]byte{'{'}, "role", "assistant")
	if said.Len() == 0 && calls != nil {
		out = dialect.Field(out, "content", []byte("null"))
	} else {
		out = dialect.TextField(out, "content", said.String())
	}
	if thought.Len() > 0 {
		out = dialect.TextField(out, "reasoning_content", thought.String())
	}
	if calls != nil {
		out = dialect.Field(out, "tool_calls", append(calls, ']'))
	}
	return append(out, '}')
}

func called(block []dialect.Member) []byte {
	out := dialect.TextField([]byte{'{'}, "id", dialect.TextOf(block, "id"))
	out = dialect.TextField(out, "type", "function")
	function := dialect.TextField([]byte{'{'}, "name", dialect.TextOf(block, "name"))
	function = dialect.TextField(function, "arguments", arguments(dialect.Find(block, "input")))
	return append(dialect.Field(out, "function", append(function, '}')), '}')
}

// arguments is a tool's input as text.
func arguments(input jsontext.Value) string {
	if input == nil {
		return "{}"
	}
	return string(dialect.Compact(input))
}

var finishReasons = map[string]string{
	"end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop", "tool_use": "tool_calls",
	"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "content_filter",
}

// finished appends why the message ended, and by which sequence.
func finished(choice []byte, message []dialect.Member) []byte {
	reason, known := finishReasons[dialect.TextOf(message, "stop_reason")]
	if !known {
		reason = "stop"
	}
	choice = dialect.TextField(choice, "finish_reason", reason)
	if sequence := dialect.TextOf(message, "stop_sequence"); sequence != "" {
		choice = dialect.TextField(choice, "stop_reason", sequence)
	}
	return choice
}

// chatUsage turns a usage into a chat's. Counts that are missing are looked
// for in earlier, which a stream tells at its beginning. It is nil if the
// output is not told: then nothing is known. Odd numbers are handed on as odd
// as they are, for the meter to see.
func chatUsage(value jsontext.Value, earlier []dialect.Member) []byte {
	members, _ := dialect.Object(value)
	count := func(name string) jsontext.Value {
		if n := dialect.Find(members, name); n.Kind() == '0' {
			return n
		}
		if n := dialect.Find(earlier, name); n.Kind() == '0' {
			return n
		}
		return nil
	}
	output := dialect.Find(members, "output_tokens")
	input, read, write := count("input_tokens"), count("cache_read_input_tokens"), count("cache_creation_input_tokens")
	if output.Kind() != '0' || input == nil {
		return nil
	}
	out := dialect.Field([]byte{'{'}, "prompt_tokens", sum(input, read, write))
	out = dialect.Field(out, "completion_tokens", output)
	out = dialect.Field(out, "total_tokens", sum(input, read, write, output))
	if read != nil || write != nil {
		details := dialect.Field([]byte{'{'}, "cached_tokens", sum(read))
		details = dialect.Field(details, "cache_creation_input_tokens", sum(write))
		out = dialect.Field(out, "prompt_tokens_details", append(details, '}'))
	}
	details, _ := dialect.Object(dialect.Find(members, "output_tokens_details"))
	if n := dialect.Find(details, "thinking_tokens"); n.Kind() == '0' {
		reasoning := append(dialect.Field([]byte{'{'}, "reasoning_tokens", n), '}')
		out = dialect.Field(out, "completion_tokens_details", reasoning)
	}
	return append(out, '}')
}

// sum adds JSON numbers; one that is missing is 0. If all are whole the result
// is, else it is as odd as they are.
func sum(numbers ...jsontext.Value) []byte {
	var whole int64
	var real float64
	odd := false
	for _, number := range numbers {
		if number == nil {
			continue
		}
		n, ok := dialect.Integer(number)
		if !ok || n > math.MaxInt64/8 || n < 0 {
			odd = true
		}
		whole += max(min(n, math.MaxInt64/8), 0)
		f, _ := strconv.ParseFloat(string(number), 64) // beyond range it is an infinity, which is cut
		real += min(max(f, -1e15), 1e15)
		if n < 0 {
			return number // there is no sense in it; the meter will see
		}
	}
	if odd {
		return strconv.AppendFloat(nil, real, 'f', 1, 64)
	}
	return strconv.AppendInt(nil, whole, 10)
}
