// Package responses is OpenAI's Responses API as clients speak it, in front of
// chat completions.
//
// It is stateless: nothing is stored, so that whatever refers to an earlier
// response is refused, and "store" is without effect. Tools are functions of
// the client's own; tools that a server would run have no bounded cost.
// Reasoning items of earlier answers are accepted and left out. A member that
// nobody here knows is left out too.
//
// Written after the public reference of the API and the types of OpenAI's npm
// package, which reads every event.
package responses

import (
	"strings"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// Parse reads a request. chat is the chat completion request that asks for the
// same; members that a chat request has too are checked there. Every error is
// a *strictjson.Error that names the client's own member.
func Parse(body []byte) (chat []byte, front dialect.Front, err error) {
	p := &parser{}
	if err := rules.Read(body, p, &p.Reader); err != nil {
		return nil, nil, err
	}
	if p.input.Empty() {
		return nil, nil, &strictjson.Error{Member: "input", Problem: "is required"}
	}
	return p.chat()
}

// chat puts the chat request together. Instructions come before the input.
func (p *parser) chat() ([]byte, dialect.Front, error) {
	conversation := &p.input
	if p.instructions != "" {
		conversation = conversation.After("instructions", "system", dialect.Quote(nil, p.instructions))
	}
	return p.Chat(conversation), &front{echo: p.echo, messages: conversation}, nil
}

// front answers one request.
type front struct {
	echo     echo
	messages *dialect.Conversation
}

// names are the chat request's members that have another name here.
var names = map[string]string{
	"messages": "input", "max_tokens": "max_output_tokens", "response_format": "text.format",
	"reasoning_effort": "reasoning.effort", "verbosity": "text.verbosity",
}

// Member names a member of the chat request as the client wrote it.
func (f *front) Member(chat string) string {
	name, rest, _ := strings.Cut(chat, ".")
	if name == "messages" {
		index, inner, _ := strings.Cut(rest, ".")
		switch at := f.messages.At(index); at {
		case "":
		case "instructions", "input": // a string, whatever it became
			return at
		default:
			return joined(at, inner)
		}
	}
	if name == "tools" {
		rest = strings.Replace(rest, ".function", "", 1)
	}
	if own, known := names[name]; known {
		name = own
	}
	return joined(name, rest)
}

func joined(path, rest string) string {
	if rest == "" {
		return path
	}
	return path + "." + rest
}
