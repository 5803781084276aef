package gateway

import (
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

// meter follows one stream: it rewrites its chunks and counts what they carry.
// It does no I/O.
type meter struct {
	model     string // the name that the client sees
	id        string
	created   int64
	outputCap int64
	choices   []choice
	text      int64 // bytes of text delivered
	last      usage // as reported last
	hasUsage  bool
	usageOnly bool // the upstream's closing chunk was seen
	ended     bool
}

type choice struct {
	pieces   int64 // chunks with text; each is one token at least
	finished bool
}

func newMeter(model, id string, created, n, outputCap int64) *meter {
	return &meter{
		model: model, id: "chatcmpl-" + id, created: created,
		outputCap: outputCap, choices: make([]choice, n),
	}
}

// take reads one event's data and returns the chunk for the client, or nil if
// it gets none of it.
func (m *meter) take(data []byte) ([]byte, verdict) {
	if string(data) == doneMark {
		m.ended = true
		return nil, done
	}
	members, ok := object(data)
	if !ok {
		return nil, broken
	}
	if problem, given := find(members, "error"); given && !isNull(problem) {
		return nil, broken
	}
	m.readHead(members)
	m.readUsage(members)
	list, _ := find(members, "choices")
	choices, ok := array(list)
	switch {
	case !ok && m.hasUsage, ok && len(choices) == 0 && m.hasUsage:
		m.usageOnly = true
		return nil, more
	case !ok:
		return nil, broken
	}
	for _, c := range choices {
		if v := m.readChoice(c.value); v != more {
			return nil, v
		}
	}
	if m.last.completion > int64(len(m.choices))*m.outputCap && !m.finished() {
		return nil, overrun
	}
	return m.chunk(members, list), more
}

func (m *meter) readHead(members []member) {
	value, _ := find(members, "id")
	if id, ok := str(value); ok && id != "" {
		m.id = id
	}
	value, _ = find(members, "created")
	if created, ok := integer(value); ok && created >= 0 {
		m.created = created
	}
}

// readUsage keeps the newest complete usage: some servers report it in every
// chunk, cumulatively.
func (m *meter) readUsage(members []member) {
	value, _ := find(members, "usage")
	if u, ok := readUsage(value, false); ok {
		u.promptDetails, u.completionDetails = compact(u.promptDetails), compact(u.completionDetails)
		m.last, m.hasUsage = u, true
	}
}

func (m *meter) readChoice(value jsontext.Value) verdict {
	members, ok := object(value)
	if !ok {
		return broken
	}
	indexValue, given := find(members, "index")
	index, ok := integer(indexValue)
	if given && !ok || index < 0 || index >= int64(len(m.choices)) {
		return broken // an answer that nobody asked for or pays
	}
	c := &m.choices[index]
	delta, _ := find(members, "delta")
	if size := textBytes(delta); size > 0 {
		m.text += size
		if c.pieces++; c.pieces > m.outputCap {
			return overrun
		}
	}
	if reason, _ := find(members, "finish_reason"); reason.Kind() == '"' {
		c.finished = true
	}
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

// chunk rebuilds a chunk from the members that clients know. The usage is
// told once, at the end, as it was charged.
func (m *meter) chunk(members []member, choices jsontext.Value) []byte {
	out := m.head(len(choices) + 160)
	out = field(out, "choices", oneLine(choices))
	if fingerprint, ok := find(members, "system_fingerprint"); ok {
		out = field(out, "system_fingerprint", oneLine(fingerprint))
	}
	return append(out, '}')
}

// oneLine is the value without line breaks, which would end an event's line.
func oneLine(value jsontext.Value) jsontext.Value {
	for _, b := range value {
		if b == '\n' || b == '\r' {
			return compact(value)
		}
	}
	return value
}

func (m *meter) head(size int) []byte {
	out := append(make([]byte, 0, size), '{')
	out = field(out, "id", quote(nil, m.id))
	out = field(out, "object", []byte(`"chat.completion.chunk"`))
	out = field(out, "created", strconv.AppendInt(nil, m.created, 10))
	return field(out, "model", quote(nil, m.model))
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
		list = append(list, `,"delta":{},"finish_reason":"length"}`...)
	}
	return append(field(m.head(256), "choices", append(list, ']')), '}')
}

// usageChunk is the last chunk, for clients that asked for it.
func (m *meter) usageChunk(charged metered, settled ledger.Settled, venice bool) []byte {
	out := field(m.head(512), "choices", []byte("[]"))
	out = field(out, "usage", appendUsage(nil, charged, false))
	out = field(out, "cost", cost(settled))
	if venice {
		out = field(out, "venice_parameters", []byte(veniceEcho))
	}
	return append(out, '}')
}
