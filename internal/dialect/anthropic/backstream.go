package anthropic

import (
	"stakegate/internal/dialect"
)

// Stream returns a decoder for one streamed message.
func (Back) Stream() dialect.Decoder {
	return &decoder{blocks: map[int64]*tool{}}
}

// decoder turns a message's events into chunks.
type decoder struct {
	head     []byte           // of every chunk, after '{'
	usage    []dialect.Member // told at the beginning
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
	event, ok := dialect.Object(data)
	if !ok {
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
			chunks = one(d.last(nil, nil))
		}
		done = true
	}
	return chunks, done, nil
}

func (d *decoder) start(event []dialect.Member) ([][]byte, bool, error) {
	message, ok := dialect.Object(dialect.Find(event, "message"))
	if !ok || d.head != nil {
		return nil, false, errNoMessage
	}
	d.head = completion(message, "chat.completion.chunk")
	d.usage, _ = dialect.Object(dialect.Find(message, "usage").Clone())
	return one(d.delta([]byte(`{"role":"assistant","content":""}`))), false, nil
}

func one(chunk []byte) [][]byte { return [][]byte{chunk} }

// delta is a chunk that adds to the answer.
func (d *decoder) delta(delta []byte) []byte {
	choice := append(append([]byte(`{"index":0,"delta":`), delta...), `,"finish_reason":null}`...)
	return append(d.with(choice), '}')
}

func (d *decoder) with(choice []byte) []byte {
	out := append(make([]byte, 0, len(d.head)+len(choice)+128), d.head...)
	return dialect.Field(out, "choices", append(append([]byte{'['}, choice...), ']'))
}

// last is a chunk that finishes the answer, with its usage if it is told.
func (d *decoder) last(message []dialect.Member, usage []byte) []byte {
	choice := append(finished([]byte(`{"index":0,"delta":{}`), message), '}')
	d.finished = true
	out := d.with(choice)
	if usage != nil {
		out = dialect.Field(out, "usage", usage)
	}
	return append(out, '}')
}

// end reads a message_delta. Before the answer is finished, a usage goes with a
// chunk that adds nothing, so that nobody takes it for the last.
func (d *decoder) end(event []dialect.Member) [][]byte {
	delta, _ := dialect.Object(dialect.Find(event, "delta"))
	usage := chatUsage(dialect.Find(event, "usage"), d.usage)
	if dialect.TextOf(delta, "stop_reason") != "" {
		return one(d.last(delta, usage))
	}
	if usage == nil {
		return nil
	}
	out := d.with([]byte(`{"index":0,"delta":{},"finish_reason":null}`))
	return one(append(dialect.Field(out, "usage", usage), '}'))
}

func (d *decoder) open(event []dialect.Member) [][]byte {
	block, _ := dialect.Object(dialect.Find(event, "content_block"))
	switch dialect.TextOf(block, "type") {
	case "text":
		return d.said("content", dialect.TextOf(block, "text"))
	case "thinking":
		return d.said("reasoning_content", dialect.TextOf(block, "thinking"))
	case "tool_use":
	default:
		return nil
	}
	index, ok := dialect.Integer(dialect.Find(event, "index"))
	if !ok {
		return nil
	}
	t := &tool{index: d.calls, input: arguments(dialect.Find(block, "input"))}
	d.calls++
	d.blocks[index] = t
	call := dialect.IntField([]byte{'{'}, "index", t.index)
	call = dialect.TextField(call, "id", dialect.TextOf(block, "id"))
	call = dialect.TextField(call, "type", "function")
	function := dialect.TextField([]byte{'{'}, "name", dialect.TextOf(block, "name"))
	function = append(dialect.TextField(function, "arguments", ""), '}')
	return d.call(dialect.Field(call, "function", function))
}

// said is a chunk with a piece of text.
func (d *decoder) said(member, piece string) [][]byte {
	if piece == "" {
		return nil
	}
	return one(d.delta(append(dialect.TextField([]byte{'{'}, member, piece), '}')))
}

// call is a chunk with a piece of a call, which lacks its '}'.
func (d *decoder) call(call []byte) [][]byte {
	delta := append([]byte(`{"tool_calls":[`), call...)
	return one(d.delta(append(delta, "}]}"...)))
}

func (d *decoder) argue(t *tool, piece string) [][]byte {
	call := dialect.IntField([]byte{'{'}, "index", t.index)
	function := append(dialect.TextField([]byte{'{'}, "arguments", piece), '}')
	return d.call(dialect.Field(call, "function", function))
}

func (d *decoder) add(event []dialect.Member) [][]byte {
	delta, _ := dialect.Object(dialect.Find(event, "delta"))
	switch dialect.TextOf(delta, "type") {
	case "text_delta":
		return d.said("content", dialect.TextOf(delta, "text"))
	case "thinking_delta":
		return d.said("reasoning_content", dialect.TextOf(delta, "thinking"))
	case "input_json_delta":
		index, _ := dialect.Integer(dialect.Find(event, "index"))
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
func (d *decoder) close(event []dialect.Member) [][]byte {
	index, _ := dialect.Integer(dialect.Find(event, "index"))
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
