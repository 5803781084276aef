package dialect

import (
	"errors"
	"strings"

	"stakegate/internal/strictjson"
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
	Cost  []byte // of an answer or the last chunk; nil: not told
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
	root, ok := Read(data)
	if !ok {
		return Answer{}, 0, false
	}
	a.ID = strings.TrimPrefix(TextOf(root, "id"), "chatcmpl-")
	a.Created, _ = root.Get("created").Int()
	a.Model = TextOf(root, "model")
	if usage := root.Get("usage"); usage.Exists() {
		a.Usage = readUsage(usage)
	}
	if cost := root.Get("cost"); cost.Kind() == strictjson.Object {
		a.Cost = Compact(cost)
	}
	for _, choice := range root.Get("choices").Elements() {
		choices++
		if choices > 1 {
			break
		}
		a.Finish = TextOf(choice, "finish_reason")
		a.StopSequence = TextOf(choice, "stop_reason")
		a.readContent(choice.Get(content))
		ok = choice.Kind() == strictjson.Object
	}
	return a, choices, ok
}

func (a *Answer) readContent(message strictjson.Value) {
	a.Text = readText(message.Get("content"))
	a.Refusal = TextOf(message, "refusal")
	if a.Reasoning = TextOf(message, "reasoning_content"); a.Reasoning == "" {
		a.Reasoning = TextOf(message, "reasoning")
	}
	for i, call := range message.Get("tool_calls").Elements() {
		function := call.Get("function")
		index, given := call.Get("index").Int()
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
func readText(value strictjson.Value) string {
	if value.Kind() != strictjson.Array {
		return string(value.Text())
	}
	var all strings.Builder
	for _, part := range value.Elements() {
		if part.Get("type").Is("text") {
			all.Write(part.Get("text").Text())
		}
	}
	return all.String()
}

func readUsage(usage strictjson.Value) Usage {
	prompt, completion := usage.Get("prompt_tokens_details"), usage.Get("completion_tokens_details")
	var u Usage
	u.Prompt = count(usage, "prompt_tokens", 1<<62)
	u.Completion = count(usage, "completion_tokens", 1<<62)
	u.Cached = count(prompt, "cached_tokens", u.Prompt)
	u.CacheWrite = count(prompt, "cache_creation_input_tokens", u.Prompt-u.Cached)
	u.Reasoning = count(completion, "reasoning_tokens", u.Completion)
	return u
}

func count(object strictjson.Value, name string, most int64) int64 {
	n, _ := object.Get(name).Int()
	return min(max(n, 0), most)
}
