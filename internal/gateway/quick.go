package gateway

import "bytes"

// pieces are what one chunk adds: at most one piece to each answer.
type pieces struct {
	list  [8]piece
	count int
}

// quick is take for chunks of the usual form. It allocates nothing, and
// changes nothing if it gives up (ok is false).
func (m *meter) quick(dst, data []byte) (out []byte, v verdict, ok bool) {
	s := scanner{data: data}
	var found pieces
	var choices, fingerprint []byte
	var at int // of choices
	id, created := m.rawID, m.created
	for first := true; ; {
		name, another, ok := s.member(&first)
		if !ok {
			return dst, 0, false
		}
		if !another {
			break
		}
		from := s.at
		switch string(name) {
		case "id":
			var plain bool
			id, _, plain, ok = s.str()
			ok = ok && plain && len(id) > 0
		case "created":
			created, ok = s.whole()
		case "choices":
			ok = choices == nil && m.scanPieces(&s, &found)
			choices, at = data[from:s.at], from
		case "usage", "error", "venice_parameters":
			ok = s.literal("null")
		case "system_fingerprint":
			ok = s.value(0, nil)
			fingerprint = data[from:s.at]
		default:
			ok = s.value(0, nil)
		}
		if !ok {
			return dst, 0, false
		}
	}
	if s.next(); s.at != len(data) || found.count == 0 {
		return dst, 0, false
	}
	m.rename(id, created)
	for _, p := range found.list[:found.count] {
		if m.count(p) == overrun {
			return dst, overrun, true
		}
	}
	if m.outran() {
		return dst, overrun, true
	}
	if found.count == 1 {
		m.learn(data, at, found.list[0], choices, fingerprint)
	}
	return m.chunk(dst, choices, fingerprint), more, true
}

// rename changes the head of the chunks, if it is another than before.
func (m *meter) rename(id []byte, created int64) {
	same := bytes.Equal(id, m.rawID)
	if same && created == m.created {
		return
	}
	if !same {
		m.id, m.rawID = string(id), append(m.rawID[:0], id...)
	}
	m.created = created
	m.open()
}

// whole reads a whole number of up to 15 digits, without a sign.
func (s *scanner) whole() (int64, bool) {
	from := s.at
	if !s.digits() || s.at-from > 15 || s.data[from] == '0' && s.at-from > 1 {
		return 0, false
	}
	if s.at < len(s.data) {
		switch s.data[s.at] {
		case '.', 'e', 'E':
			return 0, false
		}
	}
	var n int64
	for _, b := range s.data[from:s.at] {
		n = n*10 + int64(b-'0')
	}
	return n, true
}

func (m *meter) scanPieces(s *scanner, found *pieces) bool {
	for first := true; s.element(&first); {
		s.space()
		if found.count == len(found.list) {
			return false
		}
		p, ok := s.piece(m.form.delta)
		if !ok || p.index >= int64(len(m.choices)) {
			return false
		}
		for _, earlier := range found.list[:found.count] {
			if earlier.index == p.index {
				return false
			}
		}
		found.list[found.count] = p
		found.count++
	}
	return s.byte(']')
}

// piece reads an element of choices, whose text is in the member delta.
func (s *scanner) piece(delta string) (p piece, ok bool) {
	var hasIndex, hasDelta, hasReason bool
	for first := true; ; {
		name, another, ok := s.member(&first)
		if !ok || !another {
			return p, ok
		}
		switch string(name) {
		case "index":
			p.index, ok = s.whole()
			ok = ok && !hasIndex
			hasIndex = true
		case delta:
			at := s.at
			if ok = !hasDelta && s.value(0, &p.text); ok {
				p.from, p.to = span(s.data, at)
			}
			hasDelta = true
		case "finish_reason":
			p.finished = s.next() == '"'
			ok = !hasReason && s.value(0, nil)
			hasReason = true
		default:
			ok = s.value(0, nil)
		}
		if !ok {
			return p, false
		}
	}
}
