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
	item     string         // id of the open item
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
	dst = told(e.event(dst, "error"), code, message)
	dst = dialect.TextField(dialect.Open(dst, "error"), "type", "server_error")
	return dialect.Close(append(told(dst, code, message), '}'))
}

func told(dst []byte, code, message string) []byte {
	dst = dialect.TextField(dst, "code", code)
	dst = dialect.TextField(dst, "message", message)
	return dialect.Field(dst, "param", null)
}

// Alive is a comment: SDKs refuse events that they do not know.
func (*encoder) Alive(dst []byte) []byte { return append(dst, ":\n\n"...) }

func (e *encoder) lifecycle(dst []byte, name, status string) []byte {
	response := e.echo.response(nil, e.head, status, e.sequence.Blocks())
	return dialect.Close(dialect.Field(e.event(dst, name), "response", response))
}

// event begins an event.
func (e *encoder) event(dst []byte, name string) []byte {
	dst = dialect.IntField(dialect.Event(dst, name), "sequence_number", e.number)
	e.number++
	return dst
}

// words are the names of an item's events of its text, and of the member that
// holds all of it.
var words = map[dialect.Kind]struct{ delta, done, whole string }{
	dialect.KindReasoning: {"response.reasoning_text.delta", "response.reasoning_text.done", "text"},
	dialect.KindText:      {"response.output_text.delta", "response.output_text.done", "text"},
	dialect.KindRefusal:   {"response.refusal.delta", "response.refusal.done", "refusal"},
	dialect.KindCall:      {"response.function_call_arguments.delta", "response.function_call_arguments.done", "arguments"},
}

// OpenBlock writes that an item begins.
func (e *encoder) OpenBlock(dst []byte, b *dialect.Block) []byte {
	e.item = itemID(e.head.ID, b)
	dst = dialect.IntField(e.event(dst, "response.output_item.added"), "output_index", int64(b.Index))
	dst = dialect.Close(dialect.Field(dst, "item", item(e.head.ID, b, inProgress)))
	if b.Kind == dialect.KindCall {
		return dst
	}
	return dialect.Close(dialect.Field(e.within(dst, "response.content_part.added", b), "part", part(b, "")))
}

// within begins an event of an item.
func (e *encoder) within(dst []byte, name string, b *dialect.Block) []byte {
	dst = dialect.TextField(e.event(dst, name), "item_id", e.item)
	dst = dialect.IntField(dst, "output_index", int64(b.Index))
	if b.Kind == dialect.KindCall {
		return dst
	}
	return dialect.IntField(dst, "content_index", 0)
}

// AddToBlock writes a piece of an item's text.
func (e *encoder) AddToBlock(dst []byte, b *dialect.Block, delta string) []byte {
	dst = dialect.TextField(e.within(dst, words[b.Kind].delta, b), "delta", delta)
	return dialect.Close(logprobs(dst, b))
}

// logprobs are a member that SDKs expect of texts; there are none.
func logprobs(dst []byte, b *dialect.Block) []byte {
	if b.Kind != dialect.KindText {
		return dst
	}
	return dialect.Field(dst, "logprobs", []byte("[]"))
}

// CloseBlock writes that an item is whole.
func (e *encoder) CloseBlock(dst []byte, b *dialect.Block) []byte {
	dst = e.within(dst, words[b.Kind].done, b)
	if b.Kind == dialect.KindCall {
		dst = dialect.TextField(dst, "name", b.Name)
	}
	dst = dialect.TextField(dst, words[b.Kind].whole, string(b.Text))
	dst = dialect.Close(logprobs(dst, b))
	if b.Kind != dialect.KindCall {
		dst = e.within(dst, "response.content_part.done", b)
		dst = dialect.Close(dialect.Field(dst, "part", part(b, string(b.Text))))
	}
	dst = dialect.IntField(e.event(dst, "response.output_item.done"), "output_index", int64(b.Index))
	return dialect.Close(dialect.Field(dst, "item", item(e.head.ID, b, e.status)))
}
