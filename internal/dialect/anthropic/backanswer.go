package anthropic

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

var (
	errNoMessage = errors.New("the model server's answer is no message")
	errReported  = errors.New("the model server reported an error")
)

// Answer turns a message into a chat completion. One without a content that
// can be read has no choices, but its usage.
func (Back) Answer(body []byte) ([]byte, error) {
	root, ok := dialect.Read(body)
	if !ok || !root.Get("type").Is("message") {
		return nil, errNoMessage
	}
	out := completion(root, "chat.completion")
	if content := root.Get("content"); content.Kind() == strictjson.Array {
		choice := dialect.IntField([]byte{'{'}, "index", 0)
		choice = dialect.Field(choice, "message", message(content))
		choice = dialect.Field(choice, "logprobs", []byte("null"))
		choice = append(finished(choice, root), '}')
		out = dialect.Field(out, "choices", append(append([]byte{'['}, choice...), ']'))
	}
	if usage := chatUsage(root.Get("usage"), strictjson.Value{}); usage != nil {
		out = dialect.Field(out, "usage", usage)
	}
	return append(out, '}'), nil
}

// completion begins an answer or a chunk.
func completion(message strictjson.Value, object string) []byte {
	id := strings.TrimPrefix(dialect.TextOf(message, "id"), "msg_")
	out := dialect.TextField([]byte{'{'}, "id", "chatcmpl-"+id)
	out = dialect.TextField(out, "object", object)
	return dialect.TextField(out, "model", dialect.TextOf(message, "model"))
}

// message turns content blocks into a chat's message. Blocks of tools that run
// on a server are never asked for; they are left out.
func message(content strictjson.Value) []byte {
	var said, thought strings.Builder
	var calls []byte
	for _, block := range content.Elements() {
		switch kind := block.Get("type"); {
		case kind.Is("text"):
			said.Write(block.Get("text").Text())
		case kind.Is("thinking"):
			thought.Write(block.Get("thinking").Text())
		case kind.Is("tool_use"):
			if calls == nil {
				calls = []byte{'['}
			}
			calls = dialect.Item(calls, toolCall(block))
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

func toolCall(block strictjson.Value) []byte {
	out := dialect.TextField([]byte{'{'}, "id", dialect.TextOf(block, "id"))
	out = dialect.TextField(out, "type", "function")
	function := dialect.TextField([]byte{'{'}, "name", dialect.TextOf(block, "name"))
	function = dialect.TextField(function, "arguments", arguments(block.Get("input")))
	return append(dialect.Field(out, "function", append(function, '}')), '}')
}

// arguments is a tool's input as text.
func arguments(input strictjson.Value) string {
	if !dialect.Given(input) {
		return "{}"
	}
	return string(dialect.Compact(input))
}

var finishReasons = map[string]string{
	"end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop", "tool_use": "tool_calls",
	"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "content_filter",
}

// finished appends why the message ended, and by which sequence.
func finished(choice []byte, message strictjson.Value) []byte {
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
func chatUsage(usage, earlier strictjson.Value) []byte {
	count := func(name string) strictjson.Value {
		if n := usage.Get(name); n.Kind() == strictjson.Number {
			return n
		}
		if n := earlier.Get(name); n.Kind() == strictjson.Number {
			return n
		}
		return strictjson.Value{}
	}
	output := usage.Get("output_tokens")
	input, read, write := count("input_tokens"), count("cache_read_input_tokens"), count("cache_creation_input_tokens")
	if output.Kind() != strictjson.Number || !input.Exists() {
		return nil
	}
	out := dialect.Field([]byte{'{'}, "prompt_tokens", sum(input, read, write))
	out = dialect.Field(out, "completion_tokens", output.Raw())
	out = dialect.Field(out, "total_tokens", sum(input, read, write, output))
	if read.Exists() || write.Exists() {
		out = dialect.Field(dialect.Open(out, "prompt_tokens_details"), "cached_tokens", sum(read))
		out = append(dialect.Field(out, "cache_creation_input_tokens", sum(write)), '}')
	}
	if n := usage.Get("output_tokens_details").Get("thinking_tokens"); n.Kind() == strictjson.Number {
		out = append(dialect.Field(dialect.Open(out, "completion_tokens_details"), "reasoning_tokens", n.Raw()), '}')
	}
	return append(out, '}')
}

// sum adds JSON numbers; one that is missing is 0. If all are whole the result
// is, else it is as odd as they are.
func sum(numbers ...strictjson.Value) []byte {
	var whole int64
	var real float64
	odd := false
	for _, number := range numbers {
		if !number.Exists() {
			continue
		}
		n, ok := number.Int()
		if !ok || n > math.MaxInt64/8 || n < 0 {
			odd = true
		}
		whole += max(min(n, math.MaxInt64/8), 0)
		f, _ := strconv.ParseFloat(string(number.Raw()), 64) // beyond range it is an infinity, which is cut
		real += min(max(f, -1e15), 1e15)
		if n < 0 {
			return number.Raw() // there is no sense in it; the meter will see
		}
	}
	if odd {
		return strconv.AppendFloat(nil, real, 'f', 1, 64)
	}
	return strconv.AppendInt(nil, whole, 10)
}
