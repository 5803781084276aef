package strictjson

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"math"
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"
)

// fault says what the scanner did not like; 0 is nothing.
type fault uint8

const (
	blank fault = iota + 1
	early
	syntax
	encoding
	deep
	many
	twice
	long
	trailing
)

var faults = [...]string{
	blank:    "is empty",
	early:    "ends too early",
	syntax:   "is not valid JSON",
	encoding: "is not valid UTF-8",
	deep:     fmt.Sprintf("nests deeper than %d levels", MaxDepth),
	many:     fmt.Sprintf("has more than %d values", MaxValues),
	twice:    "is given twice",
	long:     "is too long",
	trailing: "has data after its end",
}

// scanner walks a text once and writes down where its values are.
type scanner struct {
	data    []byte
	nodes   []node
	pos     int
	depth   int
	table   []uint32 // for the names of large objects
	culprit uint32   // the second of two equal names
}

// drafts are lists for the nodes of one document at a time. How many there will
// be is known at its end only, and a new list that is long enough for most
// costs more to clear than the values of a long text to write down.
var drafts = sync.Pool{New: func() any {
	draft := make([]node, 0, 1024)
	return &draft
}}

// maxDraft is how many nodes a list may have room for that is used again.
const maxDraft = 4096

// Parse reads one JSON document. The document shares data's memory, so data
// must not change while it is in use. Every error is an *Error.
func Parse(data []byte) (*Document, error) {
	draft := drafts.Get().(*[]node)
	defer drafts.Put(draft)
	s := scanner{data: data, nodes: (*draft)[:0]}
	f := s.document()
	d := &Document{data: data, nodes: s.nodes}
	again := cap(s.nodes) <= maxDraft
	if again {
		*draft = s.nodes
	}
	if f == 0 {
		if again {
			d.nodes = slices.Clone(s.nodes)
		}
		return d, nil
	}
	err := &Error{Problem: faults[f], Malformed: true}
	if f == twice {
		err.Member = d.path(s.culprit)
	}
	return nil, err
}

func (s *scanner) document() fault {
	if uint64(len(s.data)) >= math.MaxUint32 {
		return long
	}
	if s.peek(); s.pos == len(s.data) {
		return blank
	}
	if f := s.value(); f != 0 {
		return f
	}
	if s.peek(); s.pos != len(s.data) {
		return trailing
	}
	return 0
}

// peek skips space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// unexpected is the fault at the current byte, or for want of one.
func (s *scanner) unexpected() fault {
	if s.pos >= len(s.data) {
		return early
	}
	return syntax
}

// value reads one value of any kind, with the space before it.
func (s *scanner) value() fault {
	c := s.peek()
	if len(s.nodes) >= MaxValues {
		return many
	}
	switch c {
	case '"':
		return s.text()
	case '{', '[':
		return s.container(Kind(c))
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return s.number()
	default:
		return s.unexpected()
	}
}

// add writes down a scalar that goes from start to the current byte.
func (s *scanner) add(kind Kind, start, size int, escaped bool) {
	s.nodes = append(s.nodes, node{
		start: uint32(start), end: uint32(s.pos), next: uint32(len(s.nodes) + 1),
		size: uint32(size), kind: kind, escaped: escaped,
	})
}

func (s *scanner) literal(word string) fault {
	start := s.pos
	for i := range len(word) {
		if s.pos >= len(s.data) || s.data[s.pos] != word[i] {
			return s.unexpected()
		}
		s.pos++
	}
	s.add(Kind(word[0]), start, 0, false)
	return 0
}

// container reads an object or an array.
func (s *scanner) container(kind Kind) fault {
	if s.depth++; s.depth > MaxDepth {
		return deep
	}
	at := len(s.nodes)
	s.nodes = append(s.nodes, node{start: uint32(s.pos), kind: kind})
	s.pos++
	size, height := 0, uint8(0)
	for end := byte(kind) + 2; s.peek() != end; size++ { // '}' and ']' are two after '{' and '['
		if size > 0 {
			if s.peek() != ',' {
				return s.unexpected()
			}
			s.pos++
		}
		if kind == Object {
			if f := s.name(); f != 0 {
				return f
			}
		}
		child := len(s.nodes)
		if f := s.value(); f != 0 {
			return f
		}
		height = max(height, s.nodes[child].height)
	}
	s.pos++
	s.depth--
	n := &s.nodes[at]
	n.end, n.next, n.size, n.height = uint32(s.pos), uint32(len(s.nodes)), uint32(size), height+1
	if kind == Object && size > 1 && s.repeats(uint32(at), size) {
		return twice
	}
	return 0
}

// name reads a member's name and the colon behind it. Names count as values:
// they cost as much.
func (s *scanner) name() fault {
	if s.peek() != '"' {
		return s.unexpected()
	}
	if len(s.nodes) >= MaxValues {
		return many
	}
	if f := s.text(); f != 0 {
		return f
	}
	if s.peek() != ':' {
		return s.unexpected()
	}
	s.pos++
	return 0
}

// digits reads at least one digit.
func (s *scanner) digits() fault {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
	}
	if s.pos == start {
		return s.unexpected()
	}
	return 0
}

func (s *scanner) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

func (s *scanner) number() fault {
	start := s.pos
	if s.at('-') {
		s.pos++
	}
	if s.at('0') {
		s.pos++
	} else if f := s.digits(); f != 0 {
		return f
	}
	if s.at('.') {
		s.pos++
		if f := s.digits(); f != 0 {
			return f
		}
	}
	if s.at('e') || s.at('E') {
		s.pos++
		if s.at('+') || s.at('-') {
			s.pos++
		}
		if f := s.digits(); f != 0 {
			return f
		}
	}
	s.add(Number, start, 0, false)
	return 0
}

// Eight bytes at a time.
const (
	ones  = 0x0101010101010101
	tops  = 0x8080808080808080
	space = ones * ' '
)

// controls says whether a byte of x is below a space, by the top bits. (A borrow
// can set false bits, but only above a true one.)
func controls(x uint64) uint64 { return (x - space) &^ x }

// printable says whether text has no byte below a space, and collects the bits
// of its bytes in high.
func printable(text []byte, high uint64) (uint64, bool) {
	bad := uint64(0)
	for ; len(text) >= 32; text = text[32:] {
		a, b := binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[8:])
		c, d := binary.LittleEndian.Uint64(text[16:]), binary.LittleEndian.Uint64(text[24:32])
		high |= a | b | c | d
		bad |= controls(a) | controls(b) | controls(c) | controls(d)
	}
	for ; len(text) >= 8; text = text[8:] {
		x := binary.LittleEndian.Uint64(text)
		high |= x
		bad |= controls(x)
	}
	for _, c := range text {
		high |= uint64(c)
		if c < ' ' {
			return high, false
		}
	}
	return high, bad&tops == 0
}

// upTo is how far the first c of a text is, or its end.
func upTo(c byte, text []byte) int {
	if at := bytes.IndexByte(text, c); at >= 0 {
		return at
	}
	return len(text)
}

// text reads a string, from its quote on.
func (s *scanner) text() fault {
	start, i, quote := s.pos, s.pos+1, 0
	high, saved, escaped := uint64(0), 0, false
	for {
		if quote < i { // none was looked for yet, or an escape sequence has it
			quote = i + upTo('"', s.data[i:])
		}
		stretch := s.data[i : i+upTo('\\', s.data[i:quote])]
		var ok bool
		if high, ok = printable(stretch, high); !ok {
			return syntax
		}
		i += len(stretch)
		switch {
		case i == len(s.data):
			return early
		case i == quote:
			// A quote is no part of another character, also in broken UTF-8.
			if high&tops != 0 && !utf8.Valid(s.data[start:i]) {
				return encoding
			}
			s.pos = i + 1
			s.add(String, start, i-start-1-saved, escaped)
			return 0
		case i+1 < len(s.data) && shortEscapes[s.data[i+1]] != 0:
			escaped, saved = true, saved+1
			i += 2
		default:
			r, length, f := unescape(s.data[i:])
			if f != 0 {
				return f
			}
			escaped, saved = true, saved+length-utf8.RuneLen(r)
			i += length
		}
	}
}

// shortEscapes are the characters that stand behind a backslash for another.
var shortEscapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unescape reads the escape sequence that text begins with: its character, and
// how many bytes it takes.
func unescape(text []byte) (r rune, length int, f fault) {
	if len(text) < 2 {
		return 0, 0, early
	}
	if text[1] != 'u' {
		if r := shortEscapes[text[1]]; r != 0 {
			return rune(r), 2, 0
		}
		return 0, 0, syntax
	}
	r, f = hex4(text[2:])
	switch {
	case f != 0:
		return 0, 0, f
	case r < 0xd800 || r > 0xdfff:
		return r, 6, 0
	case r > 0xdbff:
		return 0, 0, encoding // the second half first
	case len(text) < 8:
		return 0, 0, early
	case text[6] != '\\' || text[7] != 'u':
		return 0, 0, encoding
	}
	second, f := hex4(text[8:])
	if f != 0 {
		return 0, 0, f
	}
	if second < 0xdc00 || second > 0xdfff {
		return 0, 0, encoding
	}
	return 0x10000 + (r-0xd800)<<10 + (second - 0xdc00), 12, 0
}

func hex4(text []byte) (rune, fault) {
	var r rune
	for i := range 4 {
		if i >= len(text) {
			return 0, early
		}
		digit := rune(text[i])
		switch {
		case digit >= '0' && digit <= '9':
			digit -= '0'
		case digit|0x20 >= 'a' && digit|0x20 <= 'f':
			digit = digit | 0x20 - 'a' + 10
		default:
			return 0, syntax
		}
		r = r<<4 | digit
	}
	return r, 0
}

// smallObject is how many names are compared each with each.
const smallObject = 16

// repeats reports whether two names of the object are equal, and which one is
// the second.
func (s *scanner) repeats(object uint32, size int) bool {
	if size > smallObject {
		return s.repeatsMany(object, size)
	}
	var names [smallObject]uint32
	at := object + 1
	for i := range size {
		for _, earlier := range names[:i] {
			if s.nodes[earlier].size == s.nodes[at].size && s.same(earlier, at) {
				s.culprit = at
				return true
			}
		}
		names[i] = at
		at = s.nodes[at+1].next
	}
	return false
}

// nameSeed differs in each process, so that nobody can choose names that
// collide.
var nameSeed = maphash.MakeSeed()

func (s *scanner) repeatsMany(object uint32, size int) bool {
	slots := 1 << bits.Len(uint(2*size))
	if cap(s.table) < slots {
		s.table = make([]uint32, slots)
	}
	table := s.table[:slots]
	clear(table)
	d := Document{data: s.data, nodes: s.nodes}
	for at, end := object+1, s.nodes[object].next; at < end; at = s.nodes[at+1].next {
		slot := maphash.Bytes(nameSeed, d.text(at)) & uint64(slots-1)
		for table[slot] != 0 { // a name is never node 0
			if s.same(table[slot], at) {
				s.culprit = at
				return true
			}
			slot = (slot + 1) & uint64(slots-1)
		}
		table[slot] = at
	}
	return false
}

func (s *scanner) same(a, b uint32) bool {
	d := Document{data: s.data, nodes: s.nodes}
	return bytes.Equal(d.text(a), d.text(b))
}
