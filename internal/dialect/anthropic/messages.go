// Package anthropic is Anthropic's Messages API: in front of chat completions,
// for clients that speak it (ParseMessages), and behind them, for model
// servers that do (Back).
//
// In front, tools are the client's own, with an input_schema; tools that a
// server would run have no bounded cost. Accepted and left out of the chat
// request: thinking blocks of earlier answers, metadata, context_management,
// betas, and members that nobody here knows. cache_control of the system, of
// texts, images and tools goes on as a hint, which the gateway takes out where
// a cache write has no price; that of tools' calls and results, and of the
// request as a whole, is left out. thinking of type "enabled" asks for a
// reasoning effort by its budget: low up to 4,096 tokens, medium up to 16,384,
// high above; of another type it is left out, because a model without
// reasoning would refuse the word. output_config.effort goes before it.
// stop_reason is "stop_sequence" only if the model server tells which one it
// was, which OpenAI's form has no place for; otherwise it is "end_turn".
// Tokens are not counted ahead of a call: only a model server can.
//
// Written after the public reference of the API and the types of Anthropic's
// npm package, which reads every event.
package anthropic

import (
	"strings"

	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// ParseMessages reads a request. chat is the chat completion request that asks
// for the same; members that a chat request has too are checked there. Every
// error is a *strictjson.Error that names the client's own member, or a
// *dialect.Refusal with one.
func ParseMessages(body []byte) (chat []byte, front dialect.Front, err error) {
	p := &parser{}
	if err := rules.Read(body, p, &p.Reader); err != nil {
		return nil, nil, p.refusal(err)
	}
	switch {
	case !p.capped:
		return nil, nil, &strictjson.Error{Member: "max_tokens", Problem: "is required"}
	case p.messages.Empty():
		return nil, nil, &strictjson.Error{Member: "messages", Problem: "must have at least one message with a content"}
	}
	return p.chat()
}

// refusal is the error, with the code that programs wait for.
func (p *parser) refusal(err error) error {
	if p.code != "" {
		return &dialect.Refusal{Err: p.Err, Code: p.code}
	}
	return err
}

// chat puts the chat request together. The system's text comes first.
func (p *parser) chat() ([]byte, dialect.Front, error) {
	conversation := &p.messages
	if !p.system.Empty() {
		conversation = conversation.After("system", "system", p.system.JSON())
	}
	if p.effort != nil {
		p.Option("reasoning_effort", p.effort)
	}
	return p.Chat(conversation), &front{stops: p.stops, messages: conversation}, nil
}

// front answers one request.
type front struct {
	stops    []string
	messages *dialect.Conversation
}

// names are the chat request's members that have another name here.
var names = map[string]string{
	"stop": "stop_sequences", "response_format": "output_config.format", "reasoning_effort": "output_config.effort",
	"parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
}

// Member names a member of the chat request as the client wrote it; of a
// message only the message, whose parts may stand in another order.
func (f *front) Member(chat string) string {
	name, rest, _ := strings.Cut(chat, ".")
	if name == "messages" {
		index, _, _ := strings.Cut(rest, ".")
		if at := f.messages.At(index); at != "" {
			return at
		}
	}
	if name == "tools" {
		rest = strings.Replace(rest, ".function", "", 1)
		rest = strings.Replace(rest, ".parameters", ".input_schema", 1)
	}
	if own, known := names[name]; known {
		name = own
	}
	if rest == "" {
		return name
	}
	return name + "." + rest
}
