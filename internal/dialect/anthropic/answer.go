package anthropic

import (
	"slices"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// Answer turns a chat completion into a message.
func (f *front) Answer(chat []byte) ([]byte, error) {
	a, err := dialect.ReadAnswer(chat)
	if err != nil {
		return nil, err
	}
	content := []byte{'['}
	blocks := dialect.Blocks(a)
	for _, b := range blocks {
		content = dialect.Item(content, block(b))
	}
	out := head(a, append(content, ']'))
	out = f.stopped(out, a, calls(blocks))
	out = dialect.Field(out, "usage", usage(a.Usage))
	if a.Cost != nil {
		out = dialect.Field(out, "cost", a.Cost)
	}
	return append(out, '}'), nil
}

// head begins a message.
func head(a dialect.Answer, content []byte) []byte {
	out := dialect.TextField(append(make([]byte, 0, len(content)+512), '{'), "id", "msg_"+a.ID)
	out = dialect.TextField(out, "type", "message")
	out = dialect.TextField(out, "role", "assistant")
	out = dialect.TextField(out, "model", a.Model)
	return dialect.Field(out, "content", content)
}

// stopped appends why the message ended.
func (f *front) stopped(out []byte, a dialect.Answer, called bool) []byte {
	if a.StopSequence != "" && a.Finish == "stop" && slices.Contains(f.stops, a.StopSequence) {
		out = dialect.TextField(out, "stop_reason", "stop_sequence")
		return dialect.TextField(out, "stop_sequence", a.StopSequence)
	}
	out = dialect.TextField(out, "stop_reason", stopReason(a.Finish, called))
	return dialect.Field(out, "stop_sequence", []byte("null"))
}

// stopReason translates a finish_reason. Some servers say "stop" after calls.
func stopReason(finish string, called bool) string {
	switch {
	case finish == "length":
		return "max_tokens"
	case finish == "content_filter":
		return "refusal"
	case called, finish == "tool_calls", finish == "function_call":
		return "tool_use"
	default:
		return "end_turn"
	}
}

func calls(blocks []*dialect.Block) bool {
	return slices.ContainsFunc(blocks, func(b *dialect.Block) bool { return b.Kind == dialect.KindCall })
}

// usage counts the prompt's parts apart, as the API does.
func usage(u dialect.Usage) []byte {
	out := dialect.IntField([]byte{'{'}, "input_tokens", u.Prompt-u.Cached-u.CacheWrite)
	out = dialect.IntField(out, "cache_creation_input_tokens", u.CacheWrite)
	out = dialect.IntField(out, "cache_read_input_tokens", u.Cached)
	out = dialect.IntField(out, "output_tokens", u.Completion)
	if u.Reasoning > 0 {
		details := append(dialect.IntField([]byte{'{'}, "thinking_tokens", u.Reasoning), '}')
		out = dialect.Field(out, "output_tokens_details", details)
	}
	return append(out, '}')
}

// block is one block of a message's content.
func block(b *dialect.Block) []byte {
	switch b.Kind {
	case dialect.KindReasoning:
		return thinking(string(b.Text))
	case dialect.KindCall:
		return toolUse(b, input(b.Text))
	default:
		return text(string(b.Text))
	}
}

func thinking(said string) []byte {
	out := dialect.TextField([]byte{'{'}, "type", "thinking")
	out = dialect.TextField(out, "thinking", said)
	return append(dialect.TextField(out, "signature", ""), '}')
}

func text(said string) []byte {
	out := dialect.TextField([]byte{'{'}, "type", "text")
	return append(dialect.TextField(out, "text", said), '}')
}

func toolUse(b *dialect.Block, input []byte) []byte {
	out := dialect.TextField([]byte{'{'}, "type", "tool_use")
	out = dialect.TextField(out, "id", b.ID)
	out = dialect.TextField(out, "name", b.Name)
	return append(dialect.Field(out, "input", input), '}')
}

// input is a call's arguments as an object. What a model wrote that is none,
// cut off or not JSON, is told as text in one, so that a client can see it.
func input(arguments []byte) []byte {
	if len(arguments) == 0 {
		return []byte("{}")
	}
	if document, err := strictjson.Parse(arguments); err == nil && document.Root().Kind() == strictjson.Object {
		return dialect.Compact(document.Root())
	}
	return append(dialect.TextField([]byte{'{'}, "_invalid_json", string(arguments)), '}')
}
