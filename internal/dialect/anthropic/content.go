package anthropic

import (
	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

func (p *parser) readSystem(v strictjson.Value) {
	p.system = p.texts(v)
}

// texts reads a string, or an array of text blocks.
func (p *parser) texts(v strictjson.Value) dialect.Parts {
	var parts dialect.Parts
	if v.Kind() == strictjson.String {
		parts.Text(string(v.Text()))
		return parts
	}
	if v.Kind() != strictjson.Array {
		p.Fail(v, "must be a string or an array of text blocks")
	}
	for _, block := range v.Elements() {
		if !block.Get("type").Is("text") {
			p.Fail(block, "must be of type text")
		}
		parts.Text(p.Needed(block, "text"))
		parts.Mark(block)
	}
	return parts
}

// readMessages turns the messages' blocks into the messages of a chat.
func (p *parser) readMessages(v strictjson.Value) {
	if v.Kind() != strictjson.Array {
		p.Fail(v, "must be an array of messages")
	}
	for _, message := range v.Elements() {
		if p.readMessage(message); p.Err != nil {
			return
		}
	}
}

func (p *parser) readMessage(message strictjson.Value) {
	role, content := p.Needed(message, "role"), message.Get("content")
	if kind := content.Kind(); kind != strictjson.String && kind != strictjson.Array {
		p.Fail(message, "must have a content, a string or an array of blocks")
	}
	at := message.Path()
	switch role {
	case "system":
		parts := p.texts(content)
		p.messages.Say(at, role, parts.JSON())
	case "user":
		p.readUser(at, content)
	case "assistant":
		p.readAssistant(at, content)
	default:
		p.Fail(message.Get("role"), "must be user or assistant")
	}
}

// readUser reads what a user says. Results of tools come first: they must
// follow the calls.
func (p *parser) readUser(at string, content strictjson.Value) {
	var said dialect.Parts
	if content.Kind() == strictjson.String {
		said.Text(string(content.Text()))
	}
	for _, block := range content.Elements() {
		switch kind := block.Get("type"); {
		case kind.Is("tool_result"):
			p.readResult(block)
		case kind.Is("text"):
			said.Text(p.Needed(block, "text"))
			said.Mark(block)
		case kind.Is("image"):
			p.readImage(&said, block)
			said.Mark(block)
		case kind.Is("document"), kind.Is("search_result"), kind.Is("container_upload"):
			p.Fail(block, "has no bounded cost here; send its text in a text block")
		default:
			p.Fail(block, "must be of type text, image or tool_result")
		}
	}
	if !said.Empty() {
		p.messages.Say(at, "user", said.JSON())
	}
}

// readResult reads what a tool gave. Whether that was an error stands in its
// text. A tool's message has no place for a cache hint.
func (p *parser) readResult(block strictjson.Value) {
	id, content := p.Needed(block, "tool_use_id"), block.Get("content")
	var text, media dialect.Parts
	switch content.Kind() {
	case strictjson.String:
		text.Text(string(content.Text()))
	case strictjson.Array, strictjson.Null, 0:
	default:
		p.Fail(content, "must be a string or an array of blocks")
	}
	for _, part := range content.Elements() {
		switch kind := part.Get("type"); {
		case kind.Is("text"):
			text.Text(p.Needed(part, "text"))
		case kind.Is("image"):
			p.readImage(&media, part)
		default:
			p.Fail(part, "must be of type text or image")
		}
	}
	p.messages.Result(block.Path(), id, text.JSON(), media.Open())
}

// readImage reads an image, given by its URL or as data.
func (p *parser) readImage(parts *dialect.Parts, block strictjson.Value) {
	source := block.Get("source")
	switch kind := source.Get("type"); {
	case kind.Is("url"):
		parts.Image(p.Needed(source, "url"), "")
	case kind.Is("base64"):
		parts.Image("data:"+p.Needed(source, "media_type")+";base64,"+p.Needed(source, "data"), "")
	default:
		p.Fail(block, "must have a source of type base64 or url; files are not kept here")
	}
}

// readAssistant reads what the model said and called before.
func (p *parser) readAssistant(at string, content strictjson.Value) {
	var said dialect.Parts
	if content.Kind() == strictjson.String {
		said.Text(string(content.Text()))
	}
	var calls []strictjson.Value
	for _, block := range content.Elements() {
		switch kind := block.Get("type"); {
		case kind.Is("text"):
			said.Text(p.Needed(block, "text"))
			said.Mark(block)
		case kind.Is("tool_use"):
			calls = append(calls, block)
		case kind.Is("thinking"), kind.Is("redacted_thinking"):
			// A chat request has no place for it.
		default:
			p.Fail(block, "must be of type text, tool_use or thinking")
		}
	}
	switch {
	case !said.Empty():
		p.messages.Say(at, "assistant", said.JSON())
	case len(calls) > 0:
		p.messages.Say(at, "assistant", nil) // a message of its own for the calls
	}
	for _, call := range calls {
		input := call.Get("input")
		if input.Kind() != strictjson.Object {
			p.Fail(call, "must have an input, an object")
		}
		p.messages.Call(call.Path(), p.Needed(call, "id"), p.Needed(call, "name"), string(dialect.Compact(input)))
	}
}
