package gateway

import "bytes"

// template is a chunk of which only the text differs from one to the next, as
// it is with most chunks of a stream: what stands before and after the text,
// at the upstream and for the client. A chunk that fits it is read by comparing
// bytes and scanning its text.
type template struct {
	live          bool
	index         int64  // of the answer
	before, after []byte // with the quotes of the text
	opens, closes []byte // the same for the client
}

// fill is take for a chunk that fits the template. It gives up like quick.
func (m *meter) fill(dst, data []byte) (out []byte, v verdict, ok bool) {
	t := &m.template
	if !t.live || !bytes.HasPrefix(data, t.before) {
		return dst, 0, false
	}
	s := scanner{data: data, at: len(t.before) - 1}
	text, size, _, ok := s.str()
	if !ok || !bytes.Equal(data[s.at-1:], t.after) {
		return dst, 0, false
	}
	if m.count(piece{index: t.index, text: int64(size)}) == overrun || m.outran() {
		return dst, overrun, true
	}
	dst = append(dst, t.opens...)
	dst = append(dst, text...)
	return append(dst, t.closes...), more, true
}

// learn makes a template of a chunk with one piece whose text stands at
// data[p.from:p.to]. choices begin at data[at] and stand in the chunk for the
// client as they are.
func (m *meter) learn(data []byte, at int, p piece, choices, fingerprint []byte) {
	t := &m.template
	if t.live = p.to > p.from && !p.finished; !t.live {
		return
	}
	t.index = p.index
	t.before = append(t.before[:0], data[:p.from]...)
	t.after = append(t.after[:0], data[p.to:]...)
	chunk := m.chunk(t.opens[:0], choices, fingerprint)
	cut := len(m.opening) + len(`,"choices":`) + p.to - at
	t.closes = append(t.closes[:0], chunk[cut:]...)
	t.opens = chunk[:cut-(p.to-p.from)]
}

// span finds the text of a delta that has nothing else: data[from:to], without
// its quotes.
func span(data []byte, at int) (from, to int) {
	s := scanner{data: data, at: at}
	if s.at < len(data) && data[at] == '{' {
		first := true
		name, another, ok := s.member(&first)
		if !ok || !another {
			return 0, 0
		}
		switch string(name) {
		case "role", "id", "type":
			return 0, 0
		}
		from = s.at + 1
		if _, _, _, ok = s.str(); !ok {
			return 0, 0
		}
		to = s.at - 1
		if _, another, ok = s.member(&first); !ok || another {
			return 0, 0
		}
		return from, to
	}
	if _, _, _, ok := s.str(); !ok {
		return 0, 0
	}
	return at + 1, s.at - 1
}
