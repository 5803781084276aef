package responses

import (
	"strconv"

	"stakegate/internal/dialect"
)

// echo is what the answer repeats of the request; JSON, nil if not given.
type echo struct {
	instructions, metadata, tools, toolChoice, text, effort []byte
	maxOutputTokens, temperature, topP, parallelToolCalls   []byte
}

// Answer turns a chat completion into a response object.
func (f *front) Answer(chat []byte) ([]byte, error) {
	a, err := dialect.ReadAnswer(chat)
	if err != nil {
		return nil, err
	}
	return f.echo.response(nil, a, ended(a.Finish), dialect.Blocks(a)), nil
}

// ended is the status of a response whose model ended for that reason.
func ended(finish string) string {
	if finish == "length" || finish == "content_filter" {
		return "incomplete"
	}
	return "completed"
}

const inProgress = "in_progress"

// response appends the response object. a has its head, and its end if it is
// not in progress.
func (e *echo) response(dst []byte, a dialect.Answer, status string, blocks []*dialect.Block) []byte {
	out := dialect.TextField(append(dst, '{'), "id", "resp_"+a.ID)
	out = dialect.TextField(out, "object", "response")
	out = dialect.IntField(out, "created_at", a.Created)
	out = dialect.TextField(out, "status", status)
	out = dialect.Field(out, "background", []byte("false"))
	out = dialect.Field(out, "error", null)
	out = dialect.Field(out, "incomplete_details", incomplete(status, a.Finish))
	out = dialect.TextField(out, "model", a.Model)
	out = dialect.Field(out, "output", output(a, status, blocks))
	out = e.append(out)
	if status == inProgress {
		return append(dialect.Field(out, "usage", null), '}')
	}
	out = dialect.Field(out, "usage", usage(a.Usage))
	if a.Cost != nil {
		out = dialect.Field(out, "cost", a.Cost)
	}
	return append(out, '}')
}

var null = []byte("null")

func incomplete(status, finish string) []byte {
	switch {
	case status != "incomplete":
		return null
	case finish == "content_filter":
		return []byte(`{"reason":"content_filter"}`)
	default:
		return []byte(`{"reason":"max_output_tokens"}`)
	}
}

// append repeats the request, with the defaults of the API.
func (e *echo) append(out []byte) []byte {
	or := func(value []byte, otherwise string) []byte {
		if value == nil {
			return []byte(otherwise)
		}
		return value
	}
	out = dialect.Field(out, "instructions", or(e.instructions, "null"))
	out = dialect.Field(out, "max_output_tokens", or(e.maxOutputTokens, "null"))
	out = dialect.Field(out, "metadata", or(e.metadata, "{}"))
	out = dialect.Field(out, "parallel_tool_calls", or(e.parallelToolCalls, "true"))
	out = dialect.Field(out, "previous_response_id", null)
	reasoning := dialect.Field([]byte{'{'}, "effort", or(e.effort, "null"))
	out = dialect.Field(out, "reasoning", append(dialect.Field(reasoning, "summary", null), '}'))
	out = dialect.Field(out, "store", []byte("false"))
	out = dialect.Field(out, "temperature", or(e.temperature, "null"))
	out = dialect.Field(out, "text", or(e.text, `{"format":{"type":"text"}}`))
	out = dialect.Field(out, "tool_choice", or(e.toolChoice, `"auto"`))
	out = dialect.Field(out, "tools", or(e.tools, "[]"))
	out = dialect.Field(out, "top_p", or(e.topP, "null"))
	return dialect.TextField(out, "truncation", "disabled")
}

func usage(u dialect.Usage) []byte {
	input := append(dialect.IntField([]byte{'{'}, "cached_tokens", u.Cached), '}')
	reasoning := append(dialect.IntField([]byte{'{'}, "reasoning_tokens", u.Reasoning), '}')
	out := dialect.IntField([]byte{'{'}, "input_tokens", u.Prompt)
	out = dialect.Field(out, "input_tokens_details", input)
	out = dialect.IntField(out, "output_tokens", u.Completion)
	out = dialect.Field(out, "output_tokens_details", reasoning)
	return append(dialect.IntField(out, "total_tokens", u.Prompt+u.Completion), '}')
}

// output is the array of items. Only the last can have been cut off.
func output(a dialect.Answer, status string, blocks []*dialect.Block) []byte {
	out := []byte{'['}
	for i, b := range blocks {
		itemStatus := "completed"
		if i == len(blocks)-1 {
			itemStatus = status
		}
		out = dialect.Item(out, item(a.ID, b, itemStatus))
	}
	return append(out, ']')
}

var itemTypes = map[dialect.Kind]struct{ prefix, name string }{
	dialect.KindReasoning: {"rs_", "reasoning"},
	dialect.KindText:      {"msg_", "message"},
	dialect.KindRefusal:   {"msg_", "message"},
	dialect.KindCall:      {"fc_", "function_call"},
}

func itemID(answer string, b *dialect.Block) string {
	return itemTypes[b.Kind].prefix + answer + "_" + strconv.Itoa(b.Index)
}

// item is an output item; without its content as long as it is in progress.
func item(answer string, b *dialect.Block, status string) []byte {
	content := []byte("[]")
	if status != inProgress {
		content = append(append([]byte{'['}, part(b, string(b.Text))...), ']')
	}
	out := dialect.TextField([]byte{'{'}, "id", itemID(answer, b))
	out = dialect.TextField(out, "type", itemTypes[b.Kind].name)
	out = dialect.TextField(out, "status", status)
	switch b.Kind {
	case dialect.KindCall:
		out = dialect.TextField(out, "call_id", b.ID)
		out = dialect.TextField(out, "name", b.Name)
		arguments := string(b.Text)
		if status == inProgress {
			arguments = ""
		}
		return append(dialect.TextField(out, "arguments", arguments), '}')
	case dialect.KindReasoning:
		out = dialect.Field(out, "summary", []byte("[]"))
	default:
		out = dialect.TextField(out, "role", "assistant")
	}
	return append(dialect.Field(out, "content", content), '}')
}

// part is the content of an item that is not a call.
func part(b *dialect.Block, text string) []byte {
	switch b.Kind {
	case dialect.KindReasoning:
		out := dialect.TextField([]byte{'{'}, "type", "reasoning_text")
		return append(dialect.TextField(out, "text", text), '}')
	case dialect.KindRefusal:
		out := dialect.TextField([]byte{'{'}, "type", "refusal")
		return append(dialect.TextField(out, "refusal", text), '}')
	default:
		out := dialect.TextField([]byte{'{'}, "type", "output_text")
		out = dialect.TextField(out, "text", text)
		out = dialect.Field(out, "annotations", []byte("[]"))
		return append(dialect.Field(out, "logprobs", []byte("[]")), '}')
	}
}
