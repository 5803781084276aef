package responses

import (
	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// readInput turns the items of the input into messages.
func (p *parser) readInput(v strictjson.Value) {
	switch v.Kind() {
	case strictjson.String:
		p.input.Say(v.Path(), "user", dialect.Compact(v))
	case strictjson.Array:
		for _, item := range v.Elements() {
			if p.readItem(item); p.Err != nil {
				return
			}
		}
		if p.input.Empty() {
			p.Fail(v, "must have at least one message")
		}
	default:
		p.Fail(v, "must be a string or an array of items")
	}
}

func (p *parser) readItem(item strictjson.Value) {
	kind := item.Get("type")
	switch {
	case item.Kind() != strictjson.Object:
		p.Fail(item, "must be an object")
	case kind.Is("message"), !kind.Exists() && item.Get("role").Exists():
		p.readMessage(item)
	case kind.Is("function_call"):
		id, name := p.Needed(item, "call_id"), p.Needed(item, "name")
		p.input.Call(item.Path(), id, name, p.Needed(item, "arguments"))
	case kind.Is("function_call_output"):
		p.readOutput(item)
	case kind.Is("reasoning"):
		// What an earlier answer thought; a chat request has no place for it.
	case kind.Is("item_reference"):
		p.Fail(item, "cannot be looked up, nothing is kept here; send the item itself")
	default:
		p.Fail(item, "must be of type message, function_call, function_call_output or reasoning")
	}
}

func (p *parser) readMessage(item strictjson.Value) {
	role := p.Needed(item, "role")
	switch role {
	case "user", "assistant", "system":
	case "developer": // a word that only OpenAI's own models know
		role = "system"
	default:
		p.Fail(item.Get("role"), "must be user, assistant, system or developer")
	}
	content := item.Get("content")
	switch content.Kind() {
	case strictjson.String:
		p.input.Say(item.Path(), role, dialect.Compact(content))
	case strictjson.Array:
		parts := p.parts(content)
		p.input.Say(item.Path(), role, parts.JSON())
	default:
		if !content.Exists() {
			content = item
		}
		p.Fail(content, "must have a content, a string or an array of parts")
	}
}

// parts reads the content of a message or an output.
func (p *parser) parts(content strictjson.Value) dialect.Parts {
	var parts dialect.Parts
	for _, part := range content.Elements() {
		kind := part.Get("type")
		switch {
		case kind.Is("input_text"), kind.Is("output_text"), kind.Is("text"):
			parts.Text(p.Needed(part, "text"))
		case kind.Is("refusal"): // what a model said instead
			parts.Text(p.Needed(part, "refusal"))
		case kind.Is("input_image"), kind.Is("image_url"):
			p.image(&parts, part)
		case kind.Is("input_file"), kind.Is("input_audio"), kind.Is("input_video"):
			p.Fail(part, "has no bounded cost here; send text or images")
		default:
			p.Fail(part, "must be of type input_text, input_image, output_text or refusal")
		}
	}
	return parts
}

// image reads an image by its URL, which OpenAI writes as a string and Venice
// as an object.
func (p *parser) image(parts *dialect.Parts, part strictjson.Value) {
	url, detail := part.Get("image_url"), part.Get("detail")
	if url.Kind() == strictjson.Object {
		url, detail = url.Get("url"), url.Get("detail")
	}
	if url.Kind() != strictjson.String {
		p.Fail(part, "must have an image_url; files are not kept here")
		return
	}
	parts.Image(string(url.Text()), string(detail.Text()))
}

// readOutput reads what a function gave: text, or parts; other JSON is told as
// it stands.
func (p *parser) readOutput(item strictjson.Value) {
	id, output := p.Needed(item, "call_id"), item.Get("output")
	switch output.Kind() {
	case strictjson.String:
		p.input.Result(item.Path(), id, dialect.Compact(output), nil)
	case strictjson.Array:
		if !typed(output) {
			p.input.Result(item.Path(), id, dialect.Quote(nil, string(dialect.Compact(output))), nil)
			return
		}
		content, media := split(p, output)
		p.input.Result(item.Path(), id, content.JSON(), media.Open())
	case 0:
		p.Needed(item, "output")
	default:
		p.input.Result(item.Path(), id, dialect.Quote(nil, string(dialect.Compact(output))), nil)
	}
}

// typed reports whether every element is a part with a type.
func typed(array strictjson.Value) bool {
	for _, e := range array.Elements() {
		if e.Get("type").Kind() != strictjson.String {
			return false
		}
	}
	return true
}

// split reads an output's text, and its images apart from it.
func split(p *parser, output strictjson.Value) (content, media dialect.Parts) {
	for _, part := range output.Elements() {
		switch kind := part.Get("type"); {
		case kind.Is("input_text"), kind.Is("output_text"), kind.Is("text"):
			content.Text(p.Needed(part, "text"))
		case kind.Is("input_image"):
			p.image(&media, part)
		default:
			p.Fail(part, "must be of type input_text or input_image")
		}
	}
	return content, media
}
