package anthropic

import (
	"stakegate/internal/dialect"
	"stakegate/internal/strictjson"
)

// Stream returns a decoder for one streamed message.
func (Back) Stream() dialect.Decoder {
	return &decoder{blocks: map[int64]*tool{}}
}

// decoder turns a message's events into chunks.
type decoder struct {
	head     []byte           // of every chunk, after '{'
	usage    strictjson.Value // told at the beginning
	blocks   map[int64]*tool  // calls that are being made, by their block's index
	calls    int64
	finished bool
}

// tool is a call that is being made.
type tool struct {
	index int64  // among the calls
	input string // told at its beginning, "" for nothing
	spoke bool   // pieces of the input came
}

// Event reads one event. The usage is told with message_delta, whose numbers
// are totals: those of message_start are only its beginning.
func (d *decoder) Event(data []byte) (chunks [][]byte, done bool, err error) {
	event, ok := dialect.Read(data)
	if !ok || event.Kind() != strictjson.Object {
		return nil, false, errNoMessage
	}
	kind := dialect.TextOf(event, "type")
	switch {
	case kind == "error":
		return nil, false, errReported
	case kind == "message_start":
		return d.start(event)
	case d.head == nil && kind != "ping":
		return nil, false, errNoMessage
	}
	switch kind {
	case "content_block_start":
		chunks = d.open(event)
	case "content_block_delta":
		chunks = d.add(event)
	case "content_block_stop":
		chunks = d.close(event)
	case "message_delta":
		chunks = d.end(event)
	case "message_stop":
		if !d.finished {
			chunks = one(d.last(strictjson.Value{}, nil))
		}
		done = true
	}
	return chunks, done, nil
}

func (d *decoder) start(event strictjson.Value) ([][]byte, bool, error) {
	message := event.Get("message")
	if message.Kind() != strictjson.Object || d.head != nil {
		return nil, false, errNoMessage
	}
	d.head = completion(message, "chat.completion.chunk")
	kept, _ := dialect.Read(dialect.Compact(message.Get("usage"))) // the event's own memory is used again
	d.usage = kept
	return one(append(going(append(d.begin(0), `"role":"assistant","content":""`...)), '}')), false, nil
}

func one(chunk []byte) [][]byte { return [][]byte{chunk} }

// begin begins a chunk, up to the members of its delta.
func (d *decoder) begin(size int) []byte {
	out := append(make([]byte, 0, len(d.head)+size+128), d.head...)
	return append(out, `,"choices":[{"index":0,"delta":{`...)
}

// going ends a chunk that is not the last, up to what follows the choices.
func going(out []byte) []byte { return append(out, `},"finish_reason":null}]`...) }

// last is a chunk that finishes the answer, with its usage if it is told.
func (d *decoder) last(message strictjson.Value, usage []byte) []byte {
	d.finished = true
	out := append(finished(append(d.begin(len(usage)), '}'), message), "}]"...)
	if usage != nil {
		out = dialect.Field(out, "usage", usage)
	}
	return append(out, '}')
}

// end reads a message_delta. Before the answer is finished, a usage goes with a
// chunk that adds nothing, so that nobody takes it for the last.
func (d *decoder) end(event strictjson.Value) [][]byte {
	delta, usage := event.Get("delta"), chatUsage(event.Get("usage"), d.usage)
	if delta.Get("stop_reason").Size() > 0 {
		return one(d.last(delta, usage))
	}
	if usage == nil {
		return nil
	}
	return one(append(dialect.Field(going(d.begin(len(usage))), "usage", usage), '}'))
}

// said is a chunk with a piece of text.
func (d *decoder) said(member string, piece strictjson.Value) [][]byte {
	if piece.Size() == 0 {
		return nil
	}
	out := dialect.TextField(d.begin(piece.Size()), member, string(piece.Text()))
	return one(append(going(out), '}'))
}

func (d *decoder) open(event strictjson.Value) [][]byte {
	block := event.Get("content_block")
	switch kind := block.Get("type"); {
	case kind.Is("text"):
		return d.said("content", block.Get("text"))
	case kind.Is("thinking"):
		return d.said("reasoning_content", block.Get("thinking"))
	case !kind.Is("tool_use"):
		return nil
	}
	index, ok := event.Get("index").Int()
	if !ok {
		return nil
	}
	t := &tool{index: d.calls, input: arguments(block.Get("input"))}
	d.calls++
	d.blocks[index] = t
	out := d.call(t)
	out = dialect.TextField(out, "id", dialect.TextOf(block, "id"))
	out = dialect.TextField(out, "type", "function")
	out = dialect.TextField(dialect.Open(out, "function"), "name", dialect.TextOf(block, "name"))
	return called(dialect.TextField(out, "arguments", ""))
}

// call begins a chunk with a piece of a call, and called ends it.
func (d *decoder) call(t *tool) []byte {
	return dialect.IntField(append(d.begin(128), `"tool_calls":[{`...), "index", t.index)
}

func called(out []byte) [][]byte { return one(append(going(append(out, "}}]"...)), '}')) }

func (d *decoder) argue(t *tool, piece string) [][]byte {
	out := dialect.Open(d.call(t), "function")
	return called(dialect.TextField(out, "arguments", piece))
}

func (d *decoder) add(event strictjson.Value) [][]byte {
	delta := event.Get("delta")
	switch kind := delta.Get("type"); {
	case kind.Is("text_delta"):
		return d.said("content", delta.Get("text"))
	case kind.Is("thinking_delta"):
		return d.said("reasoning_content", delta.Get("thinking"))
	case kind.Is("input_json_delta"):
		index, _ := event.Get("index").Int()
		t, piece := d.blocks[index], dialect.TextOf(delta, "partial_json")
		if t == nil || piece == "" {
			return nil
		}
		t.spoke = true
		return d.argue(t, piece)
	}
	return nil
}

// close ends a block. A call whose input came at once, or is empty, is told
// here: a client reads its arguments as JSON.
func (d *decoder) close(event strictjson.Value) [][]byte {
	index, _ := event.Get("index").Int()
	t := d.blocks[index]
	if t == nil {
		return nil
	}
	delete(d.blocks, index)
	if t.spoke {
		return nil
	}
	return d.argue(t, t.input)
}
