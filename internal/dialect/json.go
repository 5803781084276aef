package dialect

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/strictjson"
)

// A model server's JSON need not be pretty, only readable; what a client sent
// is read by strictjson.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// Member is one member of an object of a model server, its value as text.
type Member struct {
	Name  string
	Value jsontext.Value
}

// Object returns the members of a JSON object, and false for anything else, a
// syntax error or trailing data included. The values share data's memory.
func Object(data jsontext.Value) ([]Member, bool) {
	if data.Kind() != '{' {
		return nil, false
	}
	return split(data)
}

// Array returns the elements of a JSON array as Object does its members.
func Array(data jsontext.Value) ([]jsontext.Value, bool) {
	if data.Kind() != '[' {
		return nil, false
	}
	elements, ok := split(data)
	values := make([]jsontext.Value, len(elements))
	for i, e := range elements {
		values[i] = e.Value
	}
	return values, ok
}

func split(data []byte) ([]Member, bool) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), lenient...)
	open, err := decoder.ReadToken()
	if err != nil {
		return nil, false
	}
	named := open.Kind() == '{'
	var members []Member
	for kind := decoder.PeekKind(); kind != '}' && kind != ']'; kind = decoder.PeekKind() {
		var m Member
		if named {
			name, err := decoder.ReadToken()
			if err != nil {
				return nil, false
			}
			m.Name = name.String()
		}
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, false
		}
		end := decoder.InputOffset()
		m.Value = data[end-int64(len(value)) : end : end]
		members = append(members, m)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, false
	}
	return members, len(bytes.TrimLeft(data[decoder.InputOffset():], " \t\r\n")) == 0
}

// Find returns the last value of a name, as most readers take it; nil if there
// is none or it is null.
func Find(members []Member, name string) jsontext.Value {
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].Name == name {
			if members[i].Value.Kind() == 'n' {
				return nil
			}
			return members[i].Value
		}
	}
	return nil
}

// Text reads a JSON string; anything else is "", false. Broken characters of
// a model server become U+FFFD.
func Text(value jsontext.Value) (string, bool) {
	if value.Kind() != '"' {
		return "", false
	}
	text, _ := jsontext.AppendUnquote(nil, value) // the error only reports replaced characters
	return string(text), true
}

// TextOf is Text of a member of that name.
func TextOf(members []Member, name string) string {
	text, _ := Text(Find(members, name))
	return text
}

// Integer reads a whole number in plain digits.
func Integer(value jsontext.Value) (int64, bool) {
	if value.Kind() != '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	return n, err == nil
}

// Quote appends text as a JSON string.
func Quote(dst []byte, text string) []byte {
	dst, _ = jsontext.AppendQuote(dst, text) // the error only reports replaced characters
	return dst
}

// Field appends `"name":value` to an object that was begun with '{', with a
// comma if it is not the first. value must be JSON.
func Field(dst []byte, name string, value []byte) []byte {
	return append(key(dst, name), value...)
}

// TextField is Field with a string.
func TextField(dst []byte, name, text string) []byte { return Quote(key(dst, name), text) }

// IntField is Field with a whole number.
func IntField(dst []byte, name string, n int64) []byte {
	return strconv.AppendInt(key(dst, name), n, 10)
}

func key(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(Quote(dst, name), ':')
}

// Item appends value to an array that was begun with '['.
func Item(dst, value []byte) []byte {
	if dst[len(dst)-1] != '[' {
		dst = append(dst, ',')
	}
	return append(dst, value...)
}

// Compact is the value on one line, without the space between its tokens.
func Compact(value jsontext.Value) jsontext.Value {
	value = value.Clone()
	if value.Compact(lenient...) != nil {
		return jsontext.Value("null")
	}
	return value
}

// Invalid is the error for a value of a request: "<its path> <problem>".
func Invalid(value strictjson.Value, problem string) *strictjson.Error {
	return &strictjson.Error{Member: value.Path(), Problem: problem}
}

// Event appends a server-sent event. data must have no line break.
func Event(dst []byte, name string, data []byte) []byte {
	dst = append(dst, "event: "...)
	dst = append(dst, name...)
	dst = append(dst, "\ndata: "...)
	dst = append(dst, data...)
	return append(dst, "\n\n"...)
}
