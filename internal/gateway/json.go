package gateway

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of an object, its value as it stands in the text.
type member struct {
	name  string
	value jsontext.Value
}

// An upstream's JSON need not be pretty, only readable: a repeated name or a
// broken character is its own affair. What the client sent was checked before.
var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// split reads the members of an object, or the elements of an array (without
// names). It returns false for anything else, for a syntax error and for
// trailing data. The values share data's memory.
func split(data []byte) ([]member, bool) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data), lenient...)
	open, err := decoder.ReadToken()
	if err != nil || (open.Kind() != '{' && open.Kind() != '[') {
		return nil, false
	}
	object := open.Kind() == '{'
	members := []member{}
	for kind := decoder.PeekKind(); kind != '}' && kind != ']'; kind = decoder.PeekKind() {
		var m member
		if object {
			name, err := decoder.ReadToken()
			if err != nil {
				return nil, false
			}
			m.name = name.String()
		}
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, false
		}
		end := decoder.InputOffset()
		m.value = data[end-int64(len(value)) : end : end]
		members = append(members, m)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, false
	}
	return members, len(bytes.TrimLeft(data[decoder.InputOffset():], " \t\r\n")) == 0
}

// object and array are split for one of the two.
func object(data jsontext.Value) ([]member, bool) {
	if data.Kind() != '{' {
		return nil, false
	}
	return split(data)
}

func array(data jsontext.Value) ([]member, bool) {
	if data.Kind() != '[' {
		return nil, false
	}
	return split(data)
}

// find returns the last value of a name, as most readers take it.
func find(members []member, name string) (jsontext.Value, bool) {
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].name == name {
			return members[i].value, true
		}
	}
	return nil, false
}

// str reads a JSON string; anything else is "", false.
func str(value jsontext.Value) (string, bool) {
	if value.Kind() != '"' {
		return "", false
	}
	text, _ := jsontext.AppendUnquote(nil, value) // the error only reports replaced characters
	return string(text), true
}

// integer reads a whole number in plain digits; 1.0 and 1e3 are not, so that
// no two programs can disagree about them.
func integer(value jsontext.Value) (int64, bool) {
	if value.Kind() != '0' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	return n, err == nil
}

// quote appends text as a JSON string. Invalid UTF-8 becomes U+FFFD.
func quote(dst []byte, text string) []byte {
	dst, _ = jsontext.AppendQuote(dst, text) // the error only reports the replacement
	return dst
}

// field appends `"name":value`, with a comma before it if it is not the first.
func field(dst []byte, name string, value []byte) []byte {
	if last := dst[len(dst)-1]; last != '{' {
		dst = append(dst, ',')
	}
	dst = quote(dst, name)
	dst = append(dst, ':')
	return append(dst, value...)
}

// compact is the value without the space between its tokens.
func compact(value jsontext.Value) jsontext.Value {
	value = value.Clone()
	_ = value.Compact(lenient...) // it was read before, so it is valid
	return value
}

func isNull(value jsontext.Value) bool { return value.Kind() == 'n' }

// textBytes counts the bytes of the strings in a message or delta, but for the
// members that are names and not text. It is at least the tokens of what a
// model wrote there.
func textBytes(value jsontext.Value) int64 {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(value), lenient...)
	var total int64
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			return total
		}
		if token.Kind() != '"' {
			continue
		}
		text := token.String()
		// The decoder counts names and values alike: in an object, an odd
		// count says that the last one read was a name.
		within, count := decoder.StackIndex(decoder.StackDepth())
		if within != '{' || count%2 == 0 {
			total += int64(len(text))
			continue
		}
		if text == "role" || text == "id" || text == "type" {
			if decoder.SkipValue() != nil {
				return total
			}
		}
	}
}
