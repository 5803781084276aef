package gateway

import "slices"

// Long texts of a request stand in its own body as they are to be sent, and are
// sent from there: copying them would be the largest part of rebuilding it.

// apart is a text that belongs into a rebuilt body, at a place.
type apart struct {
	at   int
	text []byte
}

const (
	longText = 8 << 10 // bytes from which on a text stands apart
	maxApart = 3       // texts: more parts take longer to send
)

// long appends a text, or notes that it belongs here.
func (r *chatRequest) long(out, text []byte) []byte {
	if len(text) < longText || len(r.apart) == maxApart {
		return append(out, text...)
	}
	r.apart = append(r.apart, apart{len(out), text})
	return out
}

// woven is a body with what stands apart of it, in parts.
func woven(out []byte, list []apart) [][]byte {
	parts, from := make([][]byte, 0, 2*len(list)+1), 0
	for _, a := range list {
		parts = append(parts, out[from:a.at], a.text)
		from = a.at
	}
	return append(parts, out[from:])
}

// joined is a body in one part.
func joined(parts [][]byte) []byte {
	if len(parts) == 1 {
		return parts[0]
	}
	return slices.Concat(parts...)
}
