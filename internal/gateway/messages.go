package gateway

import (
	"math"

	"stakegate/internal/strictjson"
)

// messageNames are the members of a message, for look-alikes. Others are left
// out.
var messageNames = func() map[string]string {
	alike := map[string]string{}
	for _, name := range []string{
		"role", "content", "name", "tool_call_id", "tool_calls", "reasoning_content", "reasoning", "reasoning_details",
		"refusal", "thought_signature", "annotations", "audio", "function_call",
	} {
		alike[fold([]byte(name))] = name
	}
	return alike
}()

// readMessages checks the conversation, rebuilds it and measures it.
func (r *chatRequest) readMessages(m given) *Error {
	if m.value.Kind() != strictjson.Array || m.value.Len() == 0 {
		return m.invalid("must be an array of at least one message")
	}
	out := append(appendName(r.out, m.name), '[')
	for i, message := range m.value.Elements() {
		if i > 0 {
			out = append(out, ',')
		}
		var problem *Error
		if out, problem = r.message(out, message); problem != nil {
			return problem
		}
	}
	r.messages, r.conversation = m.value.Len(), m.value
	r.prompt.Messages = int64(r.messages)
	r.out = append(out, ']')
	return nil
}

// message appends one rebuilt message.
func (r *chatRequest) message(out []byte, v strictjson.Value) ([]byte, *Error) {
	if v.Kind() != strictjson.Object {
		return nil, invalidAt(v, "must be an object")
	}
	role := v.Get("role")
	if !isOneOf(role, []string{"user", "assistant", "system", "tool", "developer"}) {
		return nil, invalidIn(v, "role", "must be system, developer, user, assistant or tool")
	}
	content := v.Get("content").Kind()
	hasContent := content == strictjson.String || content == strictjson.Array
	switch {
	case !hasContent && (!role.Is("assistant") || v.Get("tool_calls").Kind() != strictjson.Array):
		return nil, invalidIn(v, "content", "must be a string or an array of parts")
	case role.Is("tool") && v.Get("tool_call_id").Kind() != strictjson.String:
		return nil, invalidIn(v, "tool_call_id", "must be the id of the call that this answers")
	}
	out = append(out, '{')
	for name, value := range v.Members() {
		var problem *Error
		if out, problem = r.messageMember(out, role, name, value); problem != nil {
			return nil, problem
		}
	}
	return append(out, '}'), nil
}

// messageMember appends one member of a message, unless it is empty or of no
// use to an upstream.
func (r *chatRequest) messageMember(out []byte, role, name, v strictjson.Value) ([]byte, *Error) {
	isNull := v.Kind() == strictjson.Null
	switch string(name.Text()) {
	case "role":
		return append(appendName(out, name.Text()), v.Raw()...), nil
	case "content":
		return r.content(appendName(out, name.Text()), role, v)
	case "name", "tool_call_id", "reasoning_content", "reasoning", "refusal", "thought_signature":
		if isNull {
			return out, nil
		}
		if v.Kind() != strictjson.String {
			return nil, invalidAt(v, "must be a string")
		}
		r.addText(v)
		return append(appendName(out, name.Text()), v.Raw()...), nil
	case "tool_calls":
		if isNull {
			return out, nil
		}
		addJSON(&r.prompt, v)
		return toolCalls(appendName(out, name.Text()), v)
	case "reasoning_details":
		if isNull {
			return out, nil
		}
		if v.Kind() != strictjson.Array {
			return nil, invalidAt(v, "must be an array")
		}
		addJSON(&r.prompt, v)
		return v.AppendCompact(appendName(out, name.Text())), nil
	case "annotations": // an answer's own, sent back by SDKs
		return out, nil
	case "audio", "function_call": // null in answers, sent back by SDKs
		if isNull {
			return out, nil
		}
		return nil, invalidAt(v, "is not supported")
	default:
		return out, lookAlike(messageNames, name)
	}
}

// toolCalls are an answer's, sent back.
var toolCalls = list(0, math.MaxInt32, "must be an array", shape(map[string]pattern{
	"id":   anyText(),
	"type": oneOf("function"),
	"function": shape(map[string]pattern{
		"name": text(maxName), "arguments": anyText(), "thought_signature": anyText(),
	}),
	"index":             whole(0, math.MaxInt32),
	"thought_signature": anyText(), // Gemini's, where its servers put it
	"extra_content":     anyObject(),
}))

// addText counts a string of the prompt.
func (r *chatRequest) addText(v strictjson.Value) {
	r.prompt.Texts++
	r.prompt.TextBytes += int64(v.Size())
}

// content appends a text, or an array of parts.
func (r *chatRequest) content(out []byte, role, v strictjson.Value) ([]byte, *Error) {
	switch {
	case v.Kind() == strictjson.String:
		r.addText(v)
		return r.long(out, v.Raw()), nil
	case v.Kind() == strictjson.Null:
		return append(out, "null"...), nil
	case v.Len() == 0: // no array, or an empty one
		return nil, invalidAt(v, "must be a string or an array of parts")
	}
	out = append(out, '[')
	for i, part := range v.Elements() {
		if i > 0 {
			out = append(out, ',')
		}
		var problem *Error
		if out, problem = r.part(out, role, part); problem != nil {
			return nil, problem
		}
	}
	return append(out, ']'), nil
}

// Parts of a message.
var (
	textPart    = shape(map[string]pattern{"type": oneOf("text"), "text": anyText()}, "text")
	refusalPart = shape(map[string]pattern{"type": oneOf("refusal"), "refusal": anyText()}, "refusal")
	imagePart   = shape(map[string]pattern{
		"type": oneOf("image_url"),
		"image_url": shape(map[string]pattern{
			"url": imageURL, "detail": oneOf("auto", "low", "high"),
		}, "url"),
	}, "image_url")
)

// part appends one part of a message's content, of a kind that has a bound.
func (r *chatRequest) part(out []byte, role, v strictjson.Value) ([]byte, *Error) {
	if v.Kind() != strictjson.Object {
		return nil, invalidAt(v, "must be an object")
	}
	kind := v.Get("type")
	switch string(kind.Text()) {
	case "text":
		r.addText(v.Get("text"))
		return r.hinted(out, v, textPart)
	case "refusal":
		r.addText(v.Get("refusal"))
		return refusalPart(out, v)
	case "image_url":
		if !role.Is("user") {
			return nil, invalidIn(v, "image_url", "can only stand in a user's message")
		}
		if r.prompt.Images == 0 {
			r.image = v.Get("image_url")
		}
		r.prompt.Images++
		return r.hinted(out, v, imagePart)
	case "input_audio", "video_url", "file":
		return nil, invalidIn(v, string(kind.Text()), "has no bounded cost here; send text or images")
	default:
		return nil, invalidIn(v, "type", "must be text or image_url")
	}
}
