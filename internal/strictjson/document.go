package strictjson

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what a value is, named by its first byte (a number by '0').
type Kind byte

// The kinds. A Value that does not exist has none of them.
const (
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	True   Kind = 't'
	False  Kind = 'f'
	Null   Kind = 'n'
)

// node is one value or one member's name. The nodes of a document are in the
// order of its text, a name right before its value, and hold no pointers.
type node struct {
	start, end uint32 // in the text
	next       uint32 // the node behind this one and all within it
	size       uint32 // members, elements, or bytes of a string's text
	kind       Kind
	escaped    bool  // a string with escape sequences
	height     uint8 // nested containers, this one included
}

// Document is a text that Parse accepted.
type Document struct {
	data  []byte
	nodes []node
}

// Root is the document's value.
func (d *Document) Root() Value { return Value{d, 0} }

// Value is a value of a document, or a member's name. The zero Value does not
// exist: it has no kind and no parts. Slices that its methods return share the
// document's memory and must not be changed.
type Value struct {
	doc *Document
	at  uint32
}

func (v Value) node() *node { return &v.doc.nodes[v.at] }

// Exists is false for the zero Value, which look-ups return.
func (v Value) Exists() bool { return v.doc != nil }

// Kind is the value's kind, 0 if it does not exist.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return 0
	}
	return v.node().kind
}

// Raw is the value as it stands in the text, without space around it.
func (v Value) Raw() []byte {
	if v.doc == nil {
		return nil
	}
	n := v.node()
	return v.doc.data[n.start:n.end:n.end]
}

// Len is how many members or elements the value has; 0 for a scalar.
func (v Value) Len() int {
	if kind := v.Kind(); kind != Object && kind != Array {
		return 0
	}
	return int(v.node().size)
}

// Height is how deep the value nests: 0 for a scalar, 1 for an array of
// scalars.
func (v Value) Height() int {
	if v.doc == nil {
		return 0
	}
	return int(v.node().height)
}

// Members ranges over an object's members, name and value, in their order; over
// nothing if the value is no object.
func (v Value) Members() iter.Seq2[Value, Value] {
	return func(yield func(name, value Value) bool) {
		if v.Kind() != Object {
			return
		}
		nodes := v.doc.nodes
		for at, end := v.at+1, nodes[v.at].next; at < end; at = nodes[at+1].next {
			if !yield(Value{v.doc, at}, Value{v.doc, at + 1}) {
				return
			}
		}
	}
}

// Elements ranges over an array's elements, with their index; over nothing if
// the value is no array.
func (v Value) Elements() iter.Seq2[int, Value] {
	return func(yield func(i int, value Value) bool) {
		if v.Kind() != Array {
			return
		}
		nodes := v.doc.nodes
		i := 0
		for at, end := v.at+1, nodes[v.at].next; at < end; at = nodes[at].next {
			if !yield(i, Value{v.doc, at}) {
				return
			}
			i++
		}
	}
}

// First is an array's first element. It does not exist if there is none, or if
// the value is no array.
func (v Value) First() Value {
	if v.Kind() != Array || v.node().size == 0 {
		return Value{}
	}
	return Value{v.doc, v.at + 1}
}

// Next is the element of an array that follows one of it. It does not exist
// after the last.
func (v Value) Next(after Value) Value {
	if at := after.node().next; at < v.node().next {
		return Value{v.doc, at}
	}
	return Value{}
}

// Get is an object's member of this very name. It does not exist if there is
// none, or if the value is no object.
func (v Value) Get(name string) Value {
	for n, value := range v.Members() {
		if n.Is(name) {
			return value
		}
	}
	return Value{}
}

// Is reports whether the value is a string of exactly this text.
func (v Value) Is(text string) bool {
	if v.Kind() != String || int(v.node().size) != len(text) {
		return false
	}
	return string(v.doc.text(v.at)) == text
}

// Text is a string's text as UTF-8: a part of the document if it has no escape
// sequence, a copy otherwise. It is nil for other kinds, and never nil for a
// string.
func (v Value) Text() []byte {
	if v.Kind() != String {
		return nil
	}
	return v.doc.text(v.at)
}

// Size is how many bytes Text has.
func (v Value) Size() int {
	if v.Kind() != String {
		return 0
	}
	return int(v.node().size)
}

// Bool is what true and false say; ok is false for other kinds.
func (v Value) Bool() (value, ok bool) {
	kind := v.Kind()
	return kind == True, kind == True || kind == False
}

// Int reads a whole number in plain digits; 1.0 and 1e3 are not, so that no two
// programs can disagree about them. ok is false too beyond 64 bits.
func (v Value) Int() (n int64, ok bool) {
	if v.Kind() != Number {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v.Raw()), 10, 64)
	return n, err == nil
}

// Float reads any number that a float64 can hold, rounded.
func (v Value) Float() (n float64, ok bool) {
	if v.Kind() != Number {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(v.Raw()), 64)
	return n, err == nil
}

// text is a string node's text.
func (d *Document) text(at uint32) []byte {
	n := &d.nodes[at]
	raw := d.data[n.start+1 : n.end-1 : n.end-1]
	if !n.escaped {
		return raw
	}
	out := make([]byte, 0, n.size)
	for len(raw) > 0 {
		plain := 0
		for plain < len(raw) && raw[plain] != '\\' {
			plain++
		}
		out = append(out, raw[:plain]...)
		if raw = raw[plain:]; len(raw) == 0 {
			break
		}
		r, length, _ := unescape(raw) // the scanner has checked it
		out = utf8.AppendRune(out, r)
		raw = raw[length:]
	}
	return out
}

// CompactLen is how long AppendCompact's result is.
func (v Value) CompactLen() int {
	if v.doc == nil {
		return 0
	}
	total := 0
	nodes := v.doc.nodes[v.at:v.node().next]
	for i := range nodes {
		switch n := &nodes[i]; n.kind {
		case Object: // with a colon for each member
			total += 2 + int(n.size) + max(int(n.size)-1, 0)
		case Array:
			total += 2 + max(int(n.size)-1, 0)
		default:
			total += int(n.end - n.start)
		}
	}
	return total
}

// AppendCompact appends the value without the space between its tokens, which
// stand as they do in the text.
func (v Value) AppendCompact(dst []byte) []byte {
	raw := v.Raw()
	switch {
	case v.CompactLen() == len(raw):
		return append(dst, raw...)
	case v.Kind() == Object:
		dst = append(dst, '{')
		for name, value := range v.Members() {
			dst = append(append(separated(dst), name.Raw()...), ':')
			dst = value.AppendCompact(dst)
		}
		return append(dst, '}')
	default:
		dst = append(dst, '[')
		for _, value := range v.Elements() {
			dst = value.AppendCompact(separated(dst))
		}
		return append(dst, ']')
	}
}

// separated appends the comma before a member or element that is not the first.
func separated(dst []byte) []byte {
	if last := dst[len(dst)-1]; last == '{' || last == '[' {
		return dst
	}
	return append(dst, ',')
}

// Path is where the value is, as errors name it: "messages.0.role". It is ""
// for the document's own value.
func (v Value) Path() string {
	if v.doc == nil {
		return ""
	}
	return v.doc.path(v.at)
}

// path names a node. It also works within a container that has no end yet.
func (d *Document) path(target uint32) string {
	var parts []string
	at := uint32(0)
	within := func(n uint32) bool { return target < d.nodes[n].next || d.nodes[n].next == 0 }
	for at != target {
		if d.nodes[at].kind == Array {
			i := 0
			for at++; !within(at); at = d.nodes[at].next {
				i++
			}
			parts = append(parts, strconv.Itoa(i))
			continue
		}
		name := at + 1
		for target != name && !within(name+1) {
			name = d.nodes[name+1].next
		}
		parts = append(parts, string(d.text(name)))
		if target == name {
			break
		}
		at = name + 1
	}
	return cut(strings.Join(parts, "."))
}

// cut bounds the length of a path that an error repeats.
func cut(path string) string {
	if len(path) <= maxMemberLength {
		return path
	}
	end := maxMemberLength
	for !utf8.RuneStart(path[end]) {
		end--
	}
	return path[:end] + "…"
}
