package anthropic

import "stakegate/internal/dialect"

// Stream returns the encoder of a streamed message.
func (f *front) Stream() dialect.Encoder {
	e := &encoder{front: f}
	e.sequence = dialect.NewSequence(e)
	return e
}

// encoder writes the events of one message.
type encoder struct {
	front    *front
	sequence *dialect.Sequence
	end      dialect.Answer // how the message ended
	started  bool
	ended    bool
}

// Chunk writes what a chunk adds to the message.
func (e *encoder) Chunk(dst, chunk []byte) []byte {
	if e.ended {
		return dst
	}
	a := dialect.ReadChunk(chunk)
	dst = e.start(dst, a)
	dst = e.sequence.Take(dst, a)
	if a.Finish != "" {
		e.end.Finish, e.end.StopSequence = a.Finish, a.StopSequence
	}
	return dst
}

// start opens the message by its first chunk. What it used is known at its end.
func (e *encoder) start(dst []byte, a dialect.Answer) []byte {
	if e.started {
		return dst
	}
	e.started = true
	message := head(a, []byte("[]"))
	message = dialect.Field(message, "stop_reason", []byte("null"))
	message = dialect.Field(message, "stop_sequence", []byte("null"))
	message = append(dialect.Field(message, "usage", usage(dialect.Usage{})), '}')
	return send(dst, "message_start", dialect.Field(event("message_start"), "message", message))
}

// End closes the message and tells what was charged.
func (e *encoder) End(dst, last []byte) []byte {
	if e.ended {
		return dst
	}
	a := dialect.ReadChunk(last)
	dst = e.start(dst, a)
	if e.sequence.Mixed() {
		return e.Fail(dst, "INFERENCE_FAILED", "The model server's answer makes no sense. Its usage was charged.")
	}
	dst = e.sequence.Close(dst)
	delta := append(e.front.stopped([]byte{'{'}, e.end, calls(e.sequence.Blocks())), '}')
	out := dialect.Field(event("message_delta"), "delta", delta)
	out = dialect.Field(out, "usage", usage(a.Usage))
	if a.Cost != nil {
		out = dialect.Field(out, "cost", a.Cost)
	}
	dst = send(dst, "message_delta", out)
	e.ended = true
	return send(dst, "message_stop", event("message_stop"))
}

// Fail ends the stream with an error.
func (e *encoder) Fail(dst []byte, code, message string) []byte {
	if e.ended {
		return dst
	}
	e.ended = true
	return dialect.Event(dst, "error", failure("api_error", code, message))
}

// Alive is the API's own event for it; before the message begins, a comment.
func (e *encoder) Alive(dst []byte) []byte {
	if !e.started || e.ended {
		return append(dst, ":\n\n"...)
	}
	return send(dst, "ping", event("ping"))
}

func event(name string) []byte {
	return dialect.TextField(append(make([]byte, 0, 128), '{'), "type", name)
}

func send(dst []byte, name string, data []byte) []byte {
	return dialect.Event(dst, name, append(data, '}'))
}

// OpenBlock writes that a content block begins.
func (*encoder) OpenBlock(dst []byte, b *dialect.Block) []byte {
	out := dialect.IntField(event("content_block_start"), "index", int64(b.Index))
	return send(dst, "content_block_start", dialect.Field(out, "content_block", block(b)))
}

// AddToBlock writes a piece of a content block.
func (*encoder) AddToBlock(dst []byte, b *dialect.Block, piece string) []byte {
	kind, member := "text_delta", "text"
	switch b.Kind {
	case dialect.KindReasoning:
		kind, member = "thinking_delta", "thinking"
	case dialect.KindCall:
		kind, member = "input_json_delta", "partial_json"
	case dialect.KindText, dialect.KindRefusal:
	}
	delta := dialect.TextField([]byte{'{'}, "type", kind)
	delta = append(dialect.TextField(delta, member, piece), '}')
	out := dialect.IntField(event("content_block_delta"), "index", int64(b.Index))
	return send(dst, "content_block_delta", dialect.Field(out, "delta", delta))
}

// CloseBlock writes that a content block is whole.
func (*encoder) CloseBlock(dst []byte, b *dialect.Block) []byte {
	return send(dst, "content_block_stop", dialect.IntField(event("content_block_stop"), "index", int64(b.Index)))
}
