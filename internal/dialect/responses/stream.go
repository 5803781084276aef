package responses

import "stakegate/internal/dialect"

// Stream returns the encoder of a streamed response.
func (f *front) Stream() dialect.Encoder {
	e := &encoder{echo: &f.echo}
	e.sequence = dialect.NewSequence(e)
	return e
}

// encoder writes the events of one response. Each has the next number.
type encoder struct {
	echo     *echo
	sequence *dialect.Sequence
	head     dialect.Answer // id, created and model, and how the answer ended
	status   string         // of the item that is being closed
	number   int64
	started  bool
	ended    bool
}

// Chunk writes what a chunk adds to the response.
func (e *encoder) Chunk(dst, chunk []byte) []byte {
	if e.ended {
		return dst
	}
	a := dialect.ReadChunk(chunk)
	dst = e.start(dst, a)
	dst = e.sequence.Take(dst, a)
	if a.Finish != "" {
		e.head.Finish = a.Finish
	}
	return dst
}

// start opens the response by its first chunk.
func (e *encoder) start(dst []byte, a dialect.Answer) []byte {
	if e.started {
		return dst
	}
	e.started = true
	e.status = "completed"
	e.head = dialect.Answer{ID: a.ID, Created: a.Created, Model: a.Model}
	dst = e.lifecycle(dst, "response.created", inProgress)
	return e.lifecycle(dst, "response.in_progress", inProgress)
}

// End closes the response and tells what was charged.
func (e *encoder) End(dst, last []byte) []byte {
	if e.ended {
		return dst
	}
	a := dialect.ReadChunk(last)
	dst = e.start(dst, a)
	if e.sequence.Mixed() {
		return e.Fail(dst, "INFERENCE_FAILED", "The model server's answer makes no sense. Its usage was charged.")
	}
	e.head.Usage, e.head.Cost = a.Usage, a.Cost
	e.status = ended(e.head.Finish)
	dst = e.sequence.Close(dst)
	dst = e.lifecycle(dst, "response."+e.status, e.status)
	e.ended = true
	return dst
}

// Fail ends the stream. The error stands in the event as the reference has it,
// and in a member of its own, by which SDKs know that they must raise it.
func (e *encoder) Fail(dst []byte, code, message string) []byte {
	if e.ended {
		return dst
	}
	e.ended = true
	inner := dialect.TextField([]byte{'{'}, "type", "server_error")
	inner = append(told(inner, code, message), '}')
	out := told(e.event("error"), code, message)
	return e.send(dst, "error", dialect.Field(out, "error", inner))
}

func told(out []byte, code, message string) []byte {
	out = dialect.TextField(out, "code", code)
	out = dialect.TextField(out, "message", message)
	return dialect.Field(out, "param", null)
}

// Alive is a comment: SDKs refuse events that they do not know.
func (*encoder) Alive(dst []byte) []byte { return append(dst, ":\n\n"...) }

func (e *encoder) lifecycle(dst []byte, name, status string) []byte {
	response := e.echo.response(nil, e.head, status, e.sequence.Blocks())
	return e.send(dst, name, dialect.Field(e.event(name), "response", response))
}

// event begins an event's data.
func (e *encoder) event(name string) []byte {
	out := dialect.TextField(append(make([]byte, 0, 256), '{'), "type", name)
	out = dialect.IntField(out, "sequence_number", e.number)
	e.number++
	return out
}

func (e *encoder) send(dst []byte, name string, data []byte) []byte {
	return dialect.Event(dst, name, append(data, '}'))
}

// words are an item's events: of its text, and the member that holds all of it.
var words = map[dialect.Kind]struct{ event, whole string }{
	dialect.KindReasoning: {"response.reasoning_text", "text"},
	dialect.KindText:      {"response.output_text", "text"},
	dialect.KindRefusal:   {"response.refusal", "refusal"},
	dialect.KindCall:      {"response.function_call_arguments", "arguments"},
}

// OpenBlock writes that an item begins.
func (e *encoder) OpenBlock(dst []byte, b *dialect.Block) []byte {
	const added = "response.output_item.added"
	out := dialect.IntField(e.event(added), "output_index", int64(b.Index))
	dst = e.send(dst, added, dialect.Field(out, "item", item(e.head.ID, b, inProgress)))
	if b.Kind == dialect.KindCall {
		return dst
	}
	const begun = "response.content_part.added"
	return e.send(dst, begun, dialect.Field(e.within(begun, b), "part", part(b, "")))
}

// within begins an event of an item.
func (e *encoder) within(name string, b *dialect.Block) []byte {
	out := dialect.TextField(e.event(name), "item_id", itemID(e.head.ID, b))
	out = dialect.IntField(out, "output_index", int64(b.Index))
	if b.Kind == dialect.KindCall {
		return out
	}
	return dialect.IntField(out, "content_index", 0)
}

// AddToBlock writes a piece of an item's text.
func (e *encoder) AddToBlock(dst []byte, b *dialect.Block, delta string) []byte {
	name := words[b.Kind].event + ".delta"
	out := dialect.TextField(e.within(name, b), "delta", delta)
	return e.send(dst, name, e.logprobs(out, b))
}

// logprobs are a member that SDKs expect of texts; there are none.
func (*encoder) logprobs(out []byte, b *dialect.Block) []byte {
	if b.Kind != dialect.KindText {
		return out
	}
	return dialect.Field(out, "logprobs", []byte("[]"))
}

// CloseBlock writes that an item is whole.
func (e *encoder) CloseBlock(dst []byte, b *dialect.Block) []byte {
	name := words[b.Kind].event + ".done"
	out := e.within(name, b)
	if b.Kind == dialect.KindCall {
		out = dialect.TextField(out, "name", b.Name)
	}
	out = dialect.TextField(out, words[b.Kind].whole, string(b.Text))
	dst = e.send(dst, name, e.logprobs(out, b))
	if b.Kind != dialect.KindCall {
		const whole = "response.content_part.done"
		dst = e.send(dst, whole, dialect.Field(e.within(whole, b), "part", part(b, string(b.Text))))
	}
	const done = "response.output_item.done"
	out = dialect.IntField(e.event(done), "output_index", int64(b.Index))
	return e.send(dst, done, dialect.Field(out, "item", item(e.head.ID, b, e.status)))
}
