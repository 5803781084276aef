package gateway

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/ledger"
)

// verdict is what a meter makes of an event.
type verdict int

const (
	more    verdict = iota
	done            // the stream's regular end
	broken          // an error, or nothing that a chat completion stream has
	overrun         // the answer is longer than what was held
)

// doneMark is the data of a stream's last event.
const doneMark = "[DONE]"

// meter follows one stream of chat completion chunks: it rewrites them and
// counts what they carry. It does no I/O.
//
// A chunk that differs from an earlier one in its text alone is not even parsed
// (fill); others of the usual form are walked over once (quick); neither
// allocates. The rest, those with a usage or an error among them, is decoded
// (slow). All give the same result.
type meter struct {
	form      *textForm
	model     string // the name that the client sees
	id        string
	created   int64
	outputCap int64 // of each answer
	choices   []choice
	text      int64 // bytes of text delivered
	last      usage // as reported last
	hasUsage  bool
	usageOnly bool // the upstream's closing chunk was seen
	ended     bool

	venice []member // the member venice_parameters, if it came

	opening  []byte // every chunk begins with it
	rawID    []byte // the id in it as the upstream writes it
	template template
}

// textForm is how a route's answers look.
type textForm struct {
	whole, chunk   string // object
	prefix         string // of an id
	message, delta string // the member of a choice that has the text
	empty          string // a choice's members without a text
}

var chatForm = textForm{
	whole: "chat.completion", chunk: "chat.completion.chunk", prefix: "chatcmpl-",
	message: "message", delta: "delta", empty: `,"delta":{}`,
}

type choice struct {
	pieces   int64 // chunks with text; each is one token at least
	finished bool
}

func newMeter(form *textForm, model, id string, created, n, outputCap int64) *meter {
	m := &meter{
		form: form, model: model, id: form.prefix + id, created: created,
		outputCap: outputCap, choices: make([]choice, n),
	}
	m.open()
	return m
}

// open renders what every chunk begins with.
func (m *meter) open() {
	out := append(m.opening[:0], `{"id":`...)
	out = quote(out, m.id)
	out = append(append(append(out, `,"object":"`...), m.form.chunk...), `","created":`...)
	out = strconv.AppendInt(out, m.created, 10)
	out = append(out, `,"model":`...)
	m.opening = quote(out, m.model)
	m.template.live = false
}

// take reads one event's data and appends the chunk for the client to dst; it
// appends nothing if the client gets none of it.
func (m *meter) take(dst, data []byte) ([]byte, verdict) {
	if out, v, ok := m.fill(dst, data); ok {
		return out, v
	}
	if out, v, ok := m.quick(dst, data); ok {
		return out, v
	}
	return m.slow(dst, data)
}

// slow decodes a chunk.
func (m *meter) slow(dst, data []byte) ([]byte, verdict) {
	if string(data) == doneMark {
		m.ended = true
		return dst, done
	}
	members, ok := membersOf(data)
	if !ok {
		return dst, broken
	}
	if problem, given := find(members, "error"); given && !isNull(problem) {
		return dst, broken
	}
	m.readHead(members)
	m.readUsage(members)
	list, _ := find(members, "choices")
	choices, ok := array(list)
	switch {
	case !ok && m.hasUsage, ok && len(choices) == 0 && m.hasUsage:
		m.usageOnly = true
		return dst, more
	case !ok:
		return dst, broken
	}
	for _, c := range choices {
		p, ok := m.readPiece(c.value)
		if !ok {
			return dst, broken
		}
		if m.count(p) == overrun {
			return dst, overrun
		}
	}
	if m.outran() {
		return dst, overrun
	}
	fingerprint, _ := find(members, "system_fingerprint")
	return m.chunk(dst, oneLine(list), oneLine(fingerprint)), more
}

// outran reports whether the upstream itself says that it wrote too much.
func (m *meter) outran() bool {
	return m.last.Completion > int64(len(m.choices))*m.outputCap && !m.finished()
}

func (m *meter) readHead(members []member) {
	value, _ := find(members, "id")
	if id, ok := str(value); ok && id != "" {
		m.id = id
		m.rawID = append(m.rawID[:0], value[1:len(value)-1]...)
	}
	value, _ = find(members, "created")
	if created, ok := integer(value); ok && created >= 0 {
		m.created = created
	}
	m.open()
}

// readUsage keeps the newest complete usage: some servers report it in every
// chunk, cumulatively.
func (m *meter) readUsage(members []member) {
	value, _ := find(members, "usage")
	if u, ok := readUsage(value, false); ok {
		u.promptDetails, u.completionDetails = compact(u.promptDetails), compact(u.completionDetails)
		m.last, m.hasUsage = u, true
	}
	if value, ok := find(members, "venice_parameters"); ok {
		m.venice = []member{{"venice_parameters", value.Clone()}}
	}
}

// piece is what one chunk adds to one answer.
type piece struct {
	index    int64
	text     int64 // bytes
	finished bool
	from, to int // where the text stands, if the answer gets nothing else
}

func (m *meter) readPiece(value jsontext.Value) (piece, bool) {
	members, ok := object(value)
	if !ok {
		return piece{}, false
	}
	var p piece
	indexValue, given := find(members, "index")
	p.index, ok = integer(indexValue)
	if given && !ok || p.index < 0 || p.index >= int64(len(m.choices)) {
		return piece{}, false // an answer that nobody asked for or pays
	}
	delta, _ := find(members, m.form.delta)
	p.text = textBytes(delta)
	reason, _ := find(members, "finish_reason")
	p.finished = reason.Kind() == '"'
	return p, true
}

// count adds a piece; it is an overrun if the answer has more pieces than
// tokens are paid for.
func (m *meter) count(p piece) verdict {
	c := &m.choices[p.index]
	if p.text > 0 {
		m.text += p.text
		if c.pieces++; c.pieces > m.outputCap {
			return overrun
		}
	}
	c.finished = c.finished || p.finished
	return more
}

// finished reports whether every answer has its end.
func (m *meter) finished() bool {
	for _, c := range m.choices {
		if !c.finished {
			return false
		}
	}
	return true
}

// complete reports whether the whole answer has been seen, so that what was
// counted or reported is the whole of it.
func (m *meter) complete() bool { return m.ended || m.usageOnly || m.finished() }

// chunk appends a chunk of the members that clients know. The usage is told
// once, at the end, as it was charged.
func (m *meter) chunk(dst, choices, fingerprint []byte) []byte {
	dst = append(dst, m.opening...)
	dst = append(dst, `,"choices":`...)
	dst = append(dst, choices...)
	if len(fingerprint) > 0 {
		dst = append(dst, `,"system_fingerprint":`...)
		dst = append(dst, fingerprint...)
	}
	return append(dst, '}')
}

// oneLine is the value without line breaks, which would end an event's line.
func oneLine(value jsontext.Value) jsontext.Value {
	if bytes.IndexByte(value, '\n') >= 0 || bytes.IndexByte(value, '\r') >= 0 {
		return compact(value)
	}
	return value
}

// closing is the chunk that ends the answers which were cut.
func (m *meter) closing() []byte {
	list := []byte{'['}
	for i := range m.choices {
		if m.choices[i].finished {
			continue
		}
		if len(list) > 1 {
			list = append(list, ',')
		}
		list = append(list, `{"index":`...)
		list = strconv.AppendInt(list, int64(i), 10)
		list = append(append(list, m.form.empty...), `,"finish_reason":"length"}`...)
	}
	return m.chunk(nil, append(list, ']'), nil)
}

// usageChunk is the last chunk, with what was charged.
func (m *meter) usageChunk(charged metered, settled ledger.Settled, venice []byte) []byte {
	out := append(append(make([]byte, 0, 512), m.opening...), `,"choices":[]`...)
	out = appendUsage(appendName(out, "usage"), charged, false)
	out = appendCost(appendName(out, "cost"), settled)
	if venice != nil {
		out = append(appendName(out, "venice_parameters"), venice...)
	}
	return append(out, '}')
}
