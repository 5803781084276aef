package dialect

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Call is a model's call of a function. In a chunk it has what is new of it.
type Call struct {
	Index     int64
	ID, Name  string
	Arguments string // JSON text, as the model wrote it
}

// Answer is what a chat completion, or one chunk of it, says. Fronts ask for
// one choice, so there is one.
type Answer struct {
	ID      string // without "chatcmpl-"
	Created int64
	Model   string

	Reasoning, Text, Refusal string
	Calls                    []Call
	// Finish is OpenAI's finish_reason, "" if there is none yet.
	Finish string
	// StopSequence is the text that ended the answer, if the server tells it.
	StopSequence string

	Usage Usage
	Cost  jsontext.Value // of an answer or the last chunk; nil: not told
}

// Usage is what was charged, in tokens.
type Usage struct {
	Prompt, Completion int64
	Cached, CacheWrite int64 // parts of Prompt
	Reasoning          int64 // part of Completion
}

var errNoCompletion = errors.New("not a chat completion")

// ReadAnswer reads a chat completion.
func ReadAnswer(chat []byte) (Answer, error) {
	a, choices, ok := read(chat, "message")
	if !ok || choices == 0 {
		return Answer{}, errNoCompletion
	}
	return a, nil
}

// ReadChunk reads a chunk of one. What makes no sense in it is left out.
func ReadChunk(chunk []byte) Answer {
	a, _, _ := read(chunk, "delta")
	return a
}

func read(data []byte, content string) (a Answer, choices int, ok bool) {
	members, ok := Object(data)
	if !ok {
		return Answer{}, 0, false
	}
	a.ID = strings.TrimPrefix(TextOf(members, "id"), "chatcmpl-")
	a.Created, _ = Integer(Find(members, "created"))
	a.Model = TextOf(members, "model")
	a.Usage = readUsage(Find(members, "usage"))
	if cost := Find(members, "cost"); cost.Kind() == '{' {
		a.Cost = Compact(cost)
	}
	list, ok := Array(Find(members, "choices"))
	if !ok || len(list) == 0 {
		return a, 0, ok
	}
	choice, ok := Object(list[0])
	a.Finish = TextOf(choice, "finish_reason")
	a.StopSequence = TextOf(choice, "stop_reason")
	a.readContent(Find(choice, content))
	return a, len(list), ok
}

func (a *Answer) readContent(value jsontext.Value) {
	members, _ := Object(value)
	a.Text = readText(Find(members, "content"))
	a.Refusal = TextOf(members, "refusal")
	if a.Reasoning = TextOf(members, "reasoning_content"); a.Reasoning == "" {
		a.Reasoning = TextOf(members, "reasoning")
	}
	calls, _ := Array(Find(members, "tool_calls"))
	for i, value := range calls {
		call, _ := Object(value)
		function, _ := Object(Find(call, "function"))
		index, given := Integer(Find(call, "index"))
		if !given {
			index = int64(i)
		}
		a.Calls = append(a.Calls, Call{
			Index: index, ID: TextOf(call, "id"),
			Name: TextOf(function, "name"), Arguments: TextOf(function, "arguments"),
		})
	}
}

// readText reads a string, or the text parts of an array, as some servers
// write a content.
func readText(value jsontext.Value) string {
	if text, ok := Text(value); ok {
		return text
	}
	parts, _ := Array(value)
	var all strings.Builder
	for _, part := range parts {
		members, _ := Object(part)
		if TextOf(members, "type") == "text" {
			all.WriteString(TextOf(members, "text"))
		}
	}
	return all.String()
}

func readUsage(value jsontext.Value) Usage {
	members, _ := Object(value)
	prompt, _ := Object(Find(members, "prompt_tokens_details"))
	completion, _ := Object(Find(members, "completion_tokens_details"))
	var u Usage
	u.Prompt = count(members, "prompt_tokens", 1<<62)
	u.Completion = count(members, "completion_tokens", 1<<62)
	u.Cached = count(prompt, "cached_tokens", u.Prompt)
	u.CacheWrite = count(prompt, "cache_creation_input_tokens", u.Prompt-u.Cached)
	u.Reasoning = count(completion, "reasoning_tokens", u.Completion)
	return u
}

func count(members []Member, name string, most int64) int64 {
	n, _ := Integer(Find(members, name))
	return min(max(n, 0), most)
}
