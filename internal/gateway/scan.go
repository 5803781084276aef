package gateway

import (
	"encoding/binary"
	"unicode/utf8"
)

// maxScanDepth is how deep a value may nest for the scanner to follow it.
const maxScanDepth = 32

// scanner walks over a JSON text without allocating. It knows the usual ways
// to write JSON and gives up on everything else (ok is false then): what it
// accepts is valid and means to every reader what it means to the scanner. What
// it gives up on is read again by slower means.
type scanner struct {
	data []byte
	at   int
}

// byte reports whether the next byte is b, and skips it if so.
func (s *scanner) byte(b byte) bool {
	if s.at < len(s.data) && s.data[s.at] == b {
		s.at++
		return true
	}
	return false
}

// space skips blanks. Line breaks are none here: they would end an event's
// line.
func (s *scanner) space() {
	for s.at < len(s.data) && s.data[s.at] == ' ' {
		s.at++
	}
}

// next skips blanks and returns the byte that follows, 0 at the end.
func (s *scanner) next() byte {
	s.space()
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

// special marks the bytes that end the plain part of a string: quotes,
// backslashes, control characters, and what is not ASCII.
var special = func() (table [256]bool) {
	for b := range table {
		table[b] = b < ' ' || b == '"' || b == '\\' || b >= utf8.RuneSelf
	}
	return table
}()

// allPlain reports whether none of eight bytes is special, by arithmetic on
// all of them at once: a byte below n gives a borrow into its highest bit.
func allPlain(word uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash := word^ones*'"', word^ones*'\\'
	return (word|(word-ones*' ')|(quote-ones)|(slash-ones))&highs == 0
}

// str reads a string. size is what it has in UTF-8 when it is decoded; plain
// says that its bytes stand in the text as they are.
func (s *scanner) str() (text []byte, size int, plain, ok bool) {
	if !s.byte('"') {
		return nil, 0, false, false
	}
	from, plain := s.at, true
	for s.at < len(s.data) {
		if rest := s.data[s.at:]; len(rest) >= 8 && allPlain(binary.LittleEndian.Uint64(rest)) {
			s.at += 8
			size += 8
			continue
		}
		b := s.data[s.at]
		switch {
		case !special[b]:
			s.at++
			size++
		case b == '"':
			text = s.data[from:s.at]
			s.at++
			return text, size, plain, true
		case b == '\\':
			n, ok := s.escape()
			if !ok {
				return nil, 0, false, false
			}
			plain = false
			size += n
		case b >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(s.data[s.at:])
			if r == utf8.RuneError && n <= 1 {
				return nil, 0, false, false
			}
			s.at += n
			size += n
		default:
			return nil, 0, false, false
		}
	}
	return nil, 0, false, false
}

// escape reads an escape sequence and returns the UTF-8 bytes that it stands
// for. It gives up on surrogates.
func (s *scanner) escape() (int, bool) {
	if s.at+1 >= len(s.data) {
		return 0, false
	}
	b := s.data[s.at+1]
	s.at += 2
	switch b {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1, true
	case 'u':
	default:
		return 0, false
	}
	if s.at+4 > len(s.data) {
		return 0, false
	}
	var r rune
	for _, b := range s.data[s.at : s.at+4] {
		switch {
		case b >= '0' && b <= '9':
			r = r<<4 | rune(b-'0')
		case b >= 'a' && b <= 'f':
			r = r<<4 | rune(b-'a'+10)
		case b >= 'A' && b <= 'F':
			r = r<<4 | rune(b-'A'+10)
		default:
			return 0, false
		}
	}
	s.at += 4
	n := utf8.RuneLen(r)
	return n, n > 0
}

// number reads a number (RFC 8259 section 6).
func (s *scanner) number() bool {
	s.byte('-')
	if !s.byte('0') && !s.digits() {
		return false
	}
	if s.byte('.') && !s.digits() {
		return false
	}
	if s.byte('e') || s.byte('E') {
		if !s.byte('+') {
			s.byte('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.data) && s.data[s.at]-'0' <= 9 {
		s.at++
	}
	return s.at > from
}

func (s *scanner) literal(word string) bool {
	if len(s.data)-s.at < len(word) || string(s.data[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

// value skips a value. text, if it is not nil, is increased by the bytes of
// the strings in it as textBytes counts them.
func (s *scanner) value(depth int, text *int64) bool {
	switch b := s.next(); {
	case b == '"':
		_, size, _, ok := s.str()
		if text != nil {
			*text += int64(size)
		}
		return ok
	case b == '{' && depth < maxScanDepth:
		return s.object(depth+1, text)
	case b == '[' && depth < maxScanDepth:
		return s.array(depth+1, text)
	case b == 't':
		return s.literal("true")
	case b == 'f':
		return s.literal("false")
	case b == 'n':
		return s.literal("null")
	case b == '-' || b-'0' <= 9:
		return s.number()
	}
	return false
}

func (s *scanner) array(depth int, text *int64) bool {
	for first := true; s.element(&first); {
		if !s.value(depth, text) {
			return false
		}
	}
	return s.byte(']')
}

// element moves to the next element of an array whose bracket was not read yet
// if it is the first. It is false at the closing bracket, and at an error,
// where there is none.
func (s *scanner) element(first *bool) bool {
	if *first {
		*first = false
		return s.byte('[') && s.next() != ']'
	}
	s.space()
	return s.byte(',')
}

func (s *scanner) object(depth int, text *int64) bool {
	for first := true; ; {
		name, more, ok := s.member(&first)
		if !ok || !more {
			return ok
		}
		count := text
		switch string(name) {
		case "role", "id", "type":
			count = nil
		}
		if !s.value(depth, count) {
			return false
		}
	}
}

// member moves to the value of the next member of an object and returns its
// name; more is false behind the closing brace. It gives up on names with
// escapes.
func (s *scanner) member(first *bool) (name []byte, more, ok bool) {
	if *first {
		*first = false
		if !s.byte('{') {
			return nil, false, false
		}
		if s.next() == '}' {
			s.at++
			return nil, false, true
		}
	} else {
		switch s.next() {
		case '}':
			s.at++
			return nil, false, true
		case ',':
			s.at++
			s.space()
		default:
			return nil, false, false
		}
	}
	name, _, plain, ok := s.str()
	if !ok || !plain {
		return nil, false, false
	}
	s.space()
	if !s.byte(':') {
		return nil, false, false
	}
	s.space()
	return name, true, true
}

// scanMembers reads the members of an object in its usual form, which stands
// on one line and repeats no name. The values share data's memory.
func scanMembers(data []byte) ([]member, bool) {
	s := scanner{data: data}
	list := make([]member, 0, 12)
	for first := true; ; {
		name, another, ok := s.member(&first)
		if !ok {
			return nil, false
		}
		if !another {
			break
		}
		from := s.at
		if !s.value(0, nil) {
			return nil, false
		}
		list = append(list, member{known(name), data[from:s.at:s.at]})
	}
	s.next()
	return list, s.at == len(data)
}

// known is the name as a string; the usual ones need no memory.
func known(name []byte) string {
	switch string(name) {
	case "id":
		return "id"
	case "object":
		return "object"
	case "created":
		return "created"
	case "model":
		return "model"
	case "choices":
		return "choices"
	case "usage":
		return "usage"
	case "system_fingerprint":
		return "system_fingerprint"
	case "data":
		return "data"
	case "prompt_tokens":
		return "prompt_tokens"
	case "completion_tokens":
		return "completion_tokens"
	case "total_tokens":
		return "total_tokens"
	}
	return string(name)
}
