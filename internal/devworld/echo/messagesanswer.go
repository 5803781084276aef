package echo

import "encoding/json"

// messagesAnswer renders a reply in the shapes of Anthropic's route.
type messagesAnswer struct {
	*reply
	id    string
	model string
	fault Fault
}

type messageBody struct {
	ID           string           `json:"id"`
	Type         string           `json:"type"`
	Role         string           `json:"role"`
	Model        string           `json:"model"`
	Content      []map[string]any `json:"content"`
	StopReason   *string          `json:"stop_reason"`
	StopSequence *string          `json:"stop_sequence"`
	Usage        any              `json:"usage,omitempty"`
}

// reason is why the answer ended, and the stop text.
func (a *messagesAnswer) reason() (reason string, stop *string) {
	switch {
	case a.finish == finishLength:
		return "max_tokens", nil
	case a.finish == finishTools:
		return "tool_use", nil
	case a.stopped != "":
		return "stop_sequence", &a.stopped
	default:
		return "end_turn", nil
	}
}

// whole is the answer as one object.
func (a *messagesAnswer) whole() messageBody {
	reason, stop := a.reason()
	body := messageBody{
		ID: a.id, Type: "message", Role: "assistant", Model: a.model, Content: []map[string]any{},
		StopReason: &reason, StopSequence: stop, Usage: messagesUsage(a.usage(), a.fault),
	}
	for _, b := range a.blocks() {
		body.Content = append(body.Content, b.whole)
	}
	return body
}

// messagesUsage writes a usage as Anthropic does: input_tokens are those
// that no cache was involved with.
func messagesUsage(u Usage, fault Fault) any {
	u.PromptTokens -= u.CachedTokens + u.CacheWriteTokens
	c := claimed(u, fault)
	switch {
	case c == nil:
		return nil
	case c.text:
		return "many tokens"
	}
	return map[string]any{
		"input_tokens": c.prompt, "cache_read_input_tokens": c.cached, "cache_creation_input_tokens": c.written, "output_tokens": c.completion,
	}
}

// renderedBlock is a content block as a whole, as it starts in a stream, and
// its deltas.
type renderedBlock struct {
	whole, start map[string]any
	deltas       []map[string]any
}

const signature = "echo-does-not-sign"

func (a *messagesAnswer) blocks() []renderedBlock {
	var all []renderedBlock
	if len(a.thought) > 0 {
		b := renderedBlock{
			whole: map[string]any{"type": "thinking", "thinking": join(a.thought), "signature": signature},
			start: map[string]any{"type": "thinking", "thinking": "", "signature": ""},
		}
		for _, token := range a.thought {
			b.deltas = append(b.deltas, map[string]any{"type": "thinking_delta", "thinking": token})
		}
		b.deltas = append(b.deltas, map[string]any{"type": "signature_delta", "signature": signature})
		all = append(all, b)
	}
	if len(a.text) > 0 {
		b := renderedBlock{
			whole: map[string]any{"type": "text", "text": join(a.text)},
			start: map[string]any{"type": "text", "text": ""},
		}
		for _, token := range a.text {
			b.deltas = append(b.deltas, map[string]any{"type": "text_delta", "text": token})
		}
		all = append(all, b)
	}
	for _, c := range a.calls {
		all = append(all, c.block())
	}
	return all
}

// block renders a call. Arguments that were cut are no JSON; then the whole
// answer has none.
func (c toolCall) block() renderedBlock {
	input := json.RawMessage(join(c.arguments))
	if !json.Valid(input) {
		input = json.RawMessage("{}")
	}
	id := "toolu_" + c.id[len("call_"):]
	b := renderedBlock{
		whole: map[string]any{"type": "tool_use", "id": id, "name": c.name, "input": input},
		start: map[string]any{"type": "tool_use", "id": id, "name": c.name, "input": struct{}{}},
	}
	for _, token := range c.arguments {
		b.deltas = append(b.deltas, map[string]any{"type": "input_json_delta", "partial_json": token})
	}
	return b
}

// events lists everything that a stream sends.
func (a *messagesAnswer) events() []event {
	var all []event
	add := func(name string, members map[string]any) {
		members["type"] = name
		all = append(all, jsonEvent(name, members))
	}
	begun := a.usage()
	begun.CompletionTokens = min(begun.CompletionTokens, 1)
	add("message_start", map[string]any{"message": messageBody{
		ID: a.id, Type: "message", Role: "assistant", Model: a.model, Content: []map[string]any{}, Usage: messagesUsage(begun, a.fault),
	}})
	for i, b := range a.blocks() {
		index := wrongIndex(i, a.fault)
		add("content_block_start", map[string]any{"index": index, "content_block": b.start})
		if i == 0 {
			add("ping", map[string]any{})
		}
		for _, delta := range b.deltas {
			add("content_block_delta", map[string]any{"index": index, "delta": delta})
		}
		add("content_block_stop", map[string]any{"index": index})
	}
	reason, stop := a.reason()
	last := map[string]any{"delta": map[string]any{"stop_reason": reason, "stop_sequence": stop}}
	if usage := messagesUsage(a.usage(), a.fault); usage != nil {
		last["usage"] = usage
	}
	add("message_delta", last)
	all[len(all)-1].usage = true
	add("message_stop", map[string]any{})
	all[len(all)-1].end = true
	return all
}
