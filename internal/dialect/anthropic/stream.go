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
	dst = dialect.Event(dst, "message_start")
	return dialect.Close(dialect.Field(dst, "message", message))
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
	dst = dialect.Open(dialect.Event(dst, "message_delta"), "delta")
	dst = append(e.front.stopped(dst, e.end, calls(e.sequence.Blocks())), '}')
	dst = dialect.Field(dst, "usage", usage(a.Usage))
	if a.Cost != nil {
		dst = dialect.Field(dst, "cost", a.Cost)
	}
	e.ended = true
	return dialect.Close(dialect.Event(dialect.Close(dst), "message_stop"))
}

// Fail ends the stream with an error.
func (e *encoder) Fail(dst []byte, code, message string) []byte {
	if e.ended {
		return dst
	}
	e.ended = true
	return dialect.Close(failure(dialect.Event(dst, "error"), "api_error", code, message))
}

// Alive is the API's own event for it; before the message begins, a comment.
func (e *encoder) Alive(dst []byte) []byte {
	if !e.started || e.ended {
		return append(dst, ":\n\n"...)
	}
	return dialect.Close(dialect.Event(dst, "ping"))
}

// OpenBlock writes that a content block begins.
func (*encoder) OpenBlock(dst []byte, b *dialect.Block) []byte {
	dst = dialect.IntField(dialect.Event(dst, "content_block_start"), "index", int64(b.Index))
	return dialect.Close(dialect.Field(dst, "content_block", block(b)))
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
	dst = dialect.IntField(dialect.Event(dst, "content_block_delta"), "index", int64(b.Index))
	dst = dialect.TextField(dialect.Open(dst, "delta"), "type", kind)
	return dialect.Close(append(dialect.TextField(dst, member, piece), '}'))
}

// CloseBlock writes that a content block is whole.
func (*encoder) CloseBlock(dst []byte, b *dialect.Block) []byte {
	return dialect.Close(dialect.IntField(dialect.Event(dst, "content_block_stop"), "index", int64(b.Index)))
}
