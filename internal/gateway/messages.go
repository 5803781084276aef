package gateway

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

var roles = map[string]bool{
	"system": true, "developer": true, "user": true, "assistant": true, "tool": true,
}

// readMessages checks the conversation, rebuilds it and measures it.
func (r *chatRequest) readMessages(name string, value jsontext.Value) *Error {
	elements, ok := array(value)
	if !ok || len(elements) == 0 {
		return invalid(name, "must be an array of at least one message")
	}
	out := append(make([]byte, 0, len(value)), '[')
	for i, e := range elements {
		if i > 0 {
			out = append(out, ',')
		}
		var problem *Error
		if out, problem = r.message(out, fmt.Sprintf("%s.%d", name, i), e.value); problem != nil {
			return problem
		}
	}
	r.prompt.Messages = int64(len(elements))
	r.messages = append(out, ']')
	return nil
}

// message appends one rebuilt message.
func (r *chatRequest) message(out []byte, at string, value jsontext.Value) ([]byte, *Error) {
	members, ok := object(value)
	if !ok {
		return nil, invalid(at, "must be an object")
	}
	roleValue, _ := find(members, "role")
	role, _ := str(roleValue)
	if !roles[role] {
		return nil, invalid(at+".role", "must be system, developer, user, assistant or tool")
	}
	if problem := needed(at, role, members); problem != nil {
		return nil, problem
	}
	out = append(out, '{')
	for _, m := range members {
		var problem *Error
		if out, problem = r.messageMember(out, at, m); problem != nil {
			return nil, problem
		}
	}
	return append(out, '}'), nil
}

// needed checks that a message says something.
func needed(at, role string, members []member) *Error {
	content, _ := find(members, "content")
	calls, _ := find(members, "tool_calls")
	id, _ := find(members, "tool_call_id")
	hasContent := content.Kind() == '"' || content.Kind() == '['
	if !hasContent && (role != "assistant" || calls.Kind() != '[') {
		return invalid(at+".content", "must be a string or an array of parts")
	}
	if role == "tool" && id.Kind() != '"' {
		return invalid(at+".tool_call_id", "must be the id of the call that this answers")
	}
	return nil
}

// messageMember appends one member of a message, unless it is empty or of no
// use to an upstream.
func (r *chatRequest) messageMember(out []byte, at string, m member) ([]byte, *Error) {
	at += "." + m.name
	switch m.name {
	case "role":
		role, _ := str(m.value)
		return field(out, m.name, quote(nil, role)), nil
	case "content":
		return r.content(out, at, m.value)
	case "name", "tool_call_id", "reasoning_content", "reasoning", "refusal", "thought_signature":
		if isNull(m.value) {
			return out, nil
		}
		text, ok := str(m.value)
		if !ok {
			return nil, invalid(at, "must be a string")
		}
		r.prompt.AddText(text)
		return field(out, m.name, quote(nil, text)), nil
	case "tool_calls", "reasoning_details":
		if isNull(m.value) {
			return out, nil
		}
		if _, ok := array(m.value); !ok {
			return nil, invalid(at, "must be an array")
		}
		r.addJSON(m.value)
		return field(out, m.name, compact(m.value)), nil
	case "annotations": // an answer's own, sent back by SDKs
		return out, nil
	case "audio", "function_call": // null in answers, sent back by SDKs
		if isNull(m.value) {
			return out, nil
		}
		return nil, invalid(at, "is not supported")
	default:
		return nil, invalid(at, "is not a known member (names are case-sensitive)")
	}
}

// content appends a text, or an array of text parts.
func (r *chatRequest) content(out []byte, at string, value jsontext.Value) ([]byte, *Error) {
	if isNull(value) {
		return field(out, "content", []byte("null")), nil
	}
	if text, ok := str(value); ok {
		r.prompt.AddText(text)
		return field(out, "content", quote(nil, text)), nil
	}
	parts, ok := array(value)
	if !ok || len(parts) == 0 {
		return nil, invalid(at, "must be a string or an array of parts")
	}
	rebuilt := []byte{'['}
	for i, part := range parts {
		if i > 0 {
			rebuilt = append(rebuilt, ',')
		}
		var problem *Error
		if rebuilt, problem = r.part(rebuilt, fmt.Sprintf("%s.%d", at, i), part.value); problem != nil {
			return nil, problem
		}
	}
	return field(out, "content", append(rebuilt, ']')), nil
}

// part appends one part of a message's content. Only text has a bound; cache
// hints are left out, because a cache write can cost more than the prompt.
func (r *chatRequest) part(out []byte, at string, value jsontext.Value) ([]byte, *Error) {
	members, ok := object(value)
	if !ok {
		return nil, invalid(at, "must be an object")
	}
	typeValue, _ := find(members, "type")
	kind, _ := str(typeValue)
	switch kind {
	case "text", "refusal":
	case "image_url", "input_audio", "video_url", "file":
		return nil, invalid(at+"."+kind, "has no bounded cost here; send text only")
	default:
		return nil, invalid(at+".type", "must be text")
	}
	textValue, _ := find(members, kind)
	text, ok := str(textValue)
	if !ok {
		return nil, invalid(at+"."+kind, "must be a string")
	}
	for _, m := range members {
		if m.name != "type" && m.name != kind && m.name != "cache_control" {
			return nil, invalid(at+"."+m.name, "is not a known member of a "+kind+" part")
		}
	}
	r.prompt.AddText(text)
	out = field(append(out, '{'), "type", quote(nil, kind))
	out = field(out, kind, quote(nil, text))
	return append(out, '}'), nil
}
