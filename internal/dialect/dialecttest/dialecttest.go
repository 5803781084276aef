// Package dialecttest makes answers of models, whole and in pieces, for the
// tests of dialects.
package dialecttest

import (
	"encoding/json"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"stakegate/internal/dialect"
)

// Told is what a model says in one answer, and what that used.
type Told struct {
	Reasoning, Text string
	Calls           []dialect.Call // their arguments are objects
	Finish          string
	Usage           dialect.Usage
}

// Draw makes an answer.
func Draw(t *rapid.T) Told {
	said := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.SampledFrom([]string{"é😀\u2028", "a\nb\r\n", `"\`, "data: x\n\n", "\x00"}))
	told := Told{
		Reasoning: said.Draw(t, "reasoning"), Text: said.Draw(t, "text"),
		Finish: rapid.SampledFrom([]string{"stop", "length", "content_filter"}).Draw(t, "finish"),
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "calls") {
		arguments, _ := json.Marshal(map[string]string{"x": said.Draw(t, "argument")})
		told.Calls = append(told.Calls, dialect.Call{
			Index: int64(i), ID: fmt.Sprintf("call_%d", i), Name: rapid.StringMatching(`[a-z_]{1,8}`).Draw(t, "name"), Arguments: string(arguments),
		})
		told.Finish = "tool_calls"
	}
	count := func(name string, most int64) int64 { return rapid.Int64Range(0, most).Draw(t, name) }
	u := &told.Usage
	u.Prompt, u.Completion = count("prompt", 1<<40), count("completion", 1<<40)
	u.Cached = count("cached", u.Prompt)
	u.CacheWrite, u.Reasoning = count("written", u.Prompt-u.Cached), count("reasoning tokens", u.Completion)
	return told
}

type object = map[string]any

func text(v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and numbers
	}
	return out
}

func (a Told) usage() object {
	u := a.Usage
	return object{
		"prompt_tokens": u.Prompt, "completion_tokens": u.Completion, "total_tokens": u.Prompt + u.Completion,
		"prompt_tokens_details":     object{"cached_tokens": u.Cached, "cache_creation_input_tokens": u.CacheWrite},
		"completion_tokens_details": object{"reasoning_tokens": u.Reasoning},
	}
}

func head(kind string, choices ...any) object {
	if choices == nil {
		choices = []any{}
	}
	return object{"id": "chatcmpl-1", "object": kind, "created": 7, "model": "m", "choices": choices}
}

// Completion is the answer as a whole.
func (a Told) Completion() []byte {
	message := object{"role": "assistant", "content": a.Text, "reasoning_content": a.Reasoning}
	var calls []any
	for _, c := range a.Calls {
		calls = append(calls, object{"id": c.ID, "type": "function", "function": object{"name": c.Name, "arguments": c.Arguments}})
	}
	if calls != nil {
		message["tool_calls"] = calls
	}
	out := head("chat.completion", object{"index": 0, "message": message, "finish_reason": a.Finish})
	out["usage"], out["cost"] = a.usage(), object{"usd": 0.5, "diem": 0}
	return text(out)
}

// Chunks are the answer cut into pieces of any size.
func (a Told) Chunks(t *rapid.T) [][]byte {
	var chunks [][]byte
	add := func(delta object, finish any) {
		chunks = append(chunks, text(head("chat.completion.chunk", object{"index": 0, "delta": delta, "finish_reason": finish})))
	}
	add(object{"role": "assistant", "content": ""}, nil)
	for _, piece := range cut(t, a.Reasoning) {
		add(object{"reasoning_content": piece}, nil)
	}
	for _, piece := range cut(t, a.Text) {
		add(object{"content": piece}, nil)
	}
	for _, c := range a.Calls {
		first := object{"index": c.Index, "id": c.ID, "type": "function", "function": object{"name": c.Name, "arguments": ""}}
		add(object{"tool_calls": []any{first}}, nil)
		for _, piece := range cut(t, c.Arguments) {
			add(object{"tool_calls": []any{object{"index": c.Index, "function": object{"arguments": piece}}}}, nil)
		}
	}
	add(object{}, a.Finish)
	return chunks
}

// cut divides a text between any two of its code points.
func cut(t *rapid.T, text string) (pieces []string) {
	runes := []rune(text)
	for len(runes) > 0 {
		n := rapid.IntRange(1, len(runes)).Draw(t, "piece")
		pieces = append(pieces, string(runes[:n]))
		runes = runes[n:]
	}
	return pieces
}

// Last is the chunk with what was charged.
func (a Told) Last() []byte {
	out := head("chat.completion.chunk")
	out["usage"], out["cost"] = a.usage(), object{"usd": 0.5, "diem": 0}
	return text(out)
}

// Encode is the whole stream that an encoder makes of chunks.
func Encode(e dialect.Encoder, chunks [][]byte, last []byte) []byte {
	var out []byte
	for _, chunk := range chunks {
		out = e.Chunk(out, chunk)
	}
	return e.End(out, last)
}

// Event is one server-sent event.
type Event struct {
	Name string
	Data map[string]any
}

// Events reads a stream of events, each of one name and one line of data that
// is an object whose type is the name. Comments are left out.
func Events(stream []byte) ([]Event, error) {
	if len(stream) == 0 {
		return nil, nil
	}
	rest, whole := strings.CutSuffix(string(stream), "\n\n")
	if !whole {
		return nil, fmt.Errorf("the last event has no end: %q", stream)
	}
	var events []Event
	for _, one := range strings.Split(rest, "\n\n") {
		if one == ":" {
			continue
		}
		name, data, ok := strings.Cut(one, "\ndata: ")
		name, named := strings.CutPrefix(name, "event: ")
		if !ok || !named || strings.ContainsAny(data, "\r\n") {
			return nil, fmt.Errorf("not an event: %q", one)
		}
		e := Event{Name: name}
		if err := json.Unmarshal([]byte(data), &e.Data); err != nil || e.Data["type"] != name {
			return nil, fmt.Errorf("event %s with data %s: %w", name, data, err)
		}
		events = append(events, e)
	}
	return events, nil
}
