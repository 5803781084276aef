package anthropic

import (
	"fmt"
	"strings"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// turns writes the conversation: the system's texts, and the messages.
func (b *builder) turns(messages strictjson.Value) {
	out, role := []byte{'['}, ""
	var content []byte // blocks of the turn of role, after '['
	end := func() {
		if len(content) > 1 {
			turn := dialect.TextField([]byte{'{'}, "role", role)
			out = dialect.Item(out, append(dialect.Field(turn, "content", append(content, ']')), '}'))
		}
	}
	for _, message := range messages.Elements() {
		speaker := string(message.Get("role").Text())
		switch speaker {
		case "system", "developer":
			b.system = b.blocks(b.system, message.Get("content"), true)
			continue
		case "tool":
			speaker = "user"
		}
		if speaker != role || content == nil {
			end()
			role, content = speaker, []byte{'['}
		}
		content = b.turn(content, message)
	}
	end()
	if len(out) == 1 {
		b.fail(messages, "must have a message of the user that is not empty, for this model")
	}
	if len(b.system) > 1 {
		b.put("system", append(b.system, ']'))
	}
	b.put("messages", append(out, ']'))
}

// turn appends the blocks of one message.
func (b *builder) turn(dst []byte, message strictjson.Value) []byte {
	content := message.Get("content")
	if message.Get("role").Is("tool") {
		out := dialect.TextField([]byte{'{'}, "type", "tool_result")
		out = dialect.TextField(out, "tool_use_id", string(message.Get("tool_call_id").Text()))
		if blocks := b.blocks([]byte{'['}, content, false); len(blocks) > 1 {
			out = dialect.Field(out, "content", append(blocks, ']'))
		}
		return dialect.Item(dst, append(out, '}'))
	}
	dst = b.blocks(dst, content, message.Get("role").Is("assistant"))
	if refusal := message.Get("refusal"); refusal.Size() > 0 {
		dst = dialect.Item(dst, text(string(refusal.Text())))
	}
	for _, call := range message.Get("tool_calls").Elements() {
		dst = dialect.Item(dst, b.call(call))
	}
	return dst
}

// blocks appends a content's texts and images. The API refuses empty texts.
func (b *builder) blocks(dst []byte, content strictjson.Value, onlyText bool) []byte {
	if content.Size() > 0 {
		return dialect.Item(dst, text(string(content.Text())))
	}
	for _, part := range content.Elements() {
		switch kind := part.Get("type"); {
		case kind.Is("text"), kind.Is("refusal"):
			if said := part.Get(string(kind.Text())); said.Size() > 0 {
				dst = dialect.Item(dst, dialect.Marked(part, text(string(said.Text()))))
			}
		case kind.Is("image_url") && !onlyText:
			dst = dialect.Item(dst, dialect.Marked(part, b.image(part)))
		default:
			b.fail(part, "must be a text here, for this model")
		}
	}
	return dst
}

// image turns an image's URL into a source; a data URL holds the image itself.
func (b *builder) image(part strictjson.Value) []byte {
	value := part.Get("image_url").Get("url")
	url := string(value.Text())
	source := []byte{'{'}
	switch head, data, _ := strings.Cut(url, ","); {
	case strings.HasPrefix(url, "https://"), strings.HasPrefix(url, "http://"):
		source = dialect.TextField(source, "type", "url")
		source = dialect.TextField(source, "url", url)
	case strings.HasPrefix(head, "data:") && strings.HasSuffix(head, ";base64"):
		source = dialect.TextField(source, "type", "base64")
		source = dialect.TextField(source, "media_type", strings.TrimSuffix(strings.TrimPrefix(head, "data:"), ";base64"))
		source = dialect.TextField(source, "data", data)
	default:
		b.fail(part, "must have a URL of http, https, or data in base64")
	}
	out := dialect.TextField([]byte{'{'}, "type", "image")
	return append(dialect.Field(out, "source", append(source, '}')), '}')
}

// call turns a call that the model made before into a block.
func (b *builder) call(call strictjson.Value) []byte {
	function := call.Get("function")
	arguments := function.Get("arguments")
	input := []byte("{}")
	if arguments.Size() > 0 {
		document, err := strictjson.Parse(arguments.Text())
		if err != nil || document.Root().Kind() != strictjson.Object {
			b.fail(arguments, fmt.Sprintf("must be a JSON object for this model, at most %d levels deep", strictjson.MaxDepth))
			return input
		}
		input = dialect.Compact(document.Root())
	}
	block := &dialect.Block{ID: string(call.Get("id").Text()), Name: string(function.Get("name").Text())}
	return toolUse(block, input)
}
