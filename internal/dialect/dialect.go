// Package dialect translates between the ways in which programs talk to a
// language model. There is one form in the middle, OpenAI's chat completion:
//
//	client -> Front -> chat request -> (bound, hold) -> Back -> model server
//	client <- Front <- chat answer  <- (meter, bill) <- Back <- model server
//
// A Front is what a client speaks, a Back what a model server speaks. Neither
// knows HTTP, prices or keys; both only rewrite JSON. The sub-packages are the
// dialects; this package has their interfaces and what they share.
//
// The bound of a prompt is computed from the chat request, so a Back adds
// nothing to the prompt that is not in the chat request, but for the fixed
// words of its own protocol ("type", "tool_result"), whose place the bound
// keeps as part of a message's or a tool's overhead.
package dialect

import "stakegate/internal/strictjson"

// Front answers one request in the client's dialect. It is made from the
// request, by the Parse function of its package, and knows what of it the
// answer repeats. It is not safe for concurrent use.
type Front interface {
	// Answer turns a chat completion into the client's answer. The members
	// "usage" and "cost" of the completion are what was charged. An error says
	// that it is no chat completion.
	Answer(chat []byte) ([]byte, error)
	// Stream returns an encoder for a streamed answer.
	Stream() Encoder
	// Member names a member of the chat request (dotted path) as the client
	// wrote it: "messages.1.content" may be "input.0.content".
	Member(chat string) string
}

// Refusal is an error of a Parse function for which the dialect has a code of
// its own, that clients act upon.
type Refusal struct {
	Err  *strictjson.Error
	Code string
}

func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap returns the error that names the member.
func (r *Refusal) Unwrap() error { return r.Err }

// Encoder writes one streamed answer as server-sent events. Each method
// appends complete events, if any, to dst and returns it.
type Encoder interface {
	// Chunk encodes a chat completion chunk. The first one opens the stream.
	Chunk(dst, chunk []byte) []byte
	// End closes the stream. last is the chunk with what was charged, its
	// members "usage" and "cost".
	End(dst, last []byte) []byte
	// Fail ends the stream with an error instead.
	Fail(dst []byte, code, message string) []byte
	// Alive is what keeps a silent connection open.
	Alive(dst []byte) []byte
}

// Back speaks to one kind of model server. It holds no state and is safe for
// concurrent use.
type Back interface {
	// Path is appended to the server's address: "/messages".
	Path() string
	// Request turns a chat completion request, as it would be sent to an
	// OpenAI-compatible server, into the server's form. An error is a
	// *strictjson.Error that names the chat member without an equivalent.
	Request(chat []byte) ([]byte, error)
	// Answer turns the server's whole answer into a chat completion, with the
	// usage as the server reported it. An error says that it is none.
	Answer(body []byte) ([]byte, error)
	// Stream returns a decoder for one streamed answer.
	Stream() Decoder
}

// Decoder reads one streamed answer.
type Decoder interface {
	// Event turns the data of one server-sent event into chat completion
	// chunks, which have no "created". done says that the answer is complete.
	// An error says that the server reported one, or that the event makes no
	// sense; the stream is broken then.
	Event(data []byte) (chunks [][]byte, done bool, err error)
}
