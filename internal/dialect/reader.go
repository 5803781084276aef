package dialect

import (
	"strings"

	"stakegate/internal/strictjson"
)

// Reader reads a client's request into the members of a chat request. The first
// error stays; what is read after it is of no use. The zero value is ready.
type Reader struct {
	Err     *strictjson.Error
	Model   string
	options []byte // members of the chat request, after '{'
}

// Rules say how each member of a request that is not null is read. A member
// that is in no rule is left out of the chat request, so that it can cost
// nothing; one that would change what the answer costs, or needs a memory that
// is not here, is to have a rule that refuses it.
type Rules[P any] map[string]func(p P, v strictjson.Value)

// Read applies the rules to a body. p holds r. It returns an error of
// strictjson, or r's.
func (rules Rules[P]) Read(body []byte, p P, r *Reader) error {
	document, err := strictjson.Parse(body)
	if err != nil {
		return err
	}
	root := document.Root()
	if root.Kind() != strictjson.Object {
		return &strictjson.Error{Problem: "must be an object"}
	}
	for name, value := range root.Members() {
		read, known := rules[string(name.Text())]
		if !known || value.Kind() == strictjson.Null {
			continue
		}
		if read(p, value); r.Err != nil {
			return r.Err
		}
	}
	if r.Model == "" {
		return &strictjson.Error{Member: "model", Problem: "is required"}
	}
	return nil
}

// ReadModel reads the model's name.
func (r *Reader) ReadModel(v strictjson.Value) { r.Model = r.Text(v) }

// Fail refuses a value; the problem completes the sentence "<member> ...".
func (r *Reader) Fail(v strictjson.Value, problem string) {
	if r.Err == nil {
		r.Err = Invalid(v, problem)
	}
}

// Text reads a string.
func (r *Reader) Text(v strictjson.Value) string {
	if v.Kind() != strictjson.String {
		r.Fail(v, "must be a string")
	}
	return string(v.Text())
}

// Needed reads a member that must be a string.
func (r *Reader) Needed(object strictjson.Value, name string) string {
	v := object.Get(name)
	if !v.Exists() && r.Err == nil {
		r.Err = &strictjson.Error{Member: strings.TrimPrefix(object.Path()+"."+name, "."), Problem: "is required"}
	}
	return r.Text(v)
}

// Cap reads the output cap. 0, which only fills a cache, has no use here.
func (r *Reader) Cap(v strictjson.Value) {
	if n, ok := v.Int(); !ok || n < 1 {
		r.Fail(v, "must be a whole number above 0")
	}
	r.Option("max_tokens", Compact(v))
}

// Stream reads whether the answer is streamed, and with its usage.
func (r *Reader) Stream(v strictjson.Value) {
	stream, ok := v.Bool()
	if !ok {
		r.Fail(v, "must be true or false")
	}
	if stream {
		r.Option("stream", []byte("true"))
		r.Option("stream_options", []byte(`{"include_usage":true}`))
	}
}

// Option gives the chat request a member. value must be JSON.
func (r *Reader) Option(name string, value []byte) {
	if r.options == nil {
		r.options = []byte{'{'}
	}
	r.options = Field(r.options, name, value)
}

// Chat is the chat request, with what was read.
func (r *Reader) Chat(conversation *Conversation) []byte {
	out := TextField([]byte{'{'}, "model", r.Model)
	out = Field(out, "messages", conversation.JSON())
	if len(r.options) > 1 {
		out = append(append(out, ','), r.options[1:]...)
	}
	return append(out, '}')
}
