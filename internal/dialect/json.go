package dialect

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/strictjson"
)

// Read reads a model server's JSON, which need not be as strict as a client's:
// of a repeated name one value counts, and broken characters become U+FFFD. It
// is false for what is no JSON, or absurdly deep or long.
func Read(data []byte) (strictjson.Value, bool) {
	document, err := strictjson.Parse(data)
	if err == nil {
		return document.Root(), true
	}
	var value any
	if json.Unmarshal(data, &value, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) != nil {
		return strictjson.Value{}, false
	}
	data, err = json.Marshal(value, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return strictjson.Value{}, false
	}
	if document, err = strictjson.Parse(data); err != nil {
		return strictjson.Value{}, false
	}
	return document.Root(), true
}

// TextOf is an object's string of that name; anything else is "".
func TextOf(object strictjson.Value, name string) string { return string(object.Get(name).Text()) }

// Given reports whether a member is there and not null.
func Given(v strictjson.Value) bool { return v.Exists() && v.Kind() != strictjson.Null }

// Compact is the value on one line, without the space between its tokens.
func Compact(v strictjson.Value) []byte { return v.AppendCompact(nil) }

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

// Open is Field with an object that is yet to be written.
func Open(dst []byte, name string) []byte { return append(key(dst, name), '{') }

// key appends a name, which needs no escaping.
func key(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(append(dst, '"'), name...)
	return append(dst, `":`...)
}

// Item appends value to an array that was begun with '['.
func Item(dst, value []byte) []byte {
	if dst[len(dst)-1] != '[' {
		dst = append(dst, ',')
	}
	return append(dst, value...)
}

// Invalid is the error for a value of a request: "<its path> <problem>".
func Invalid(value strictjson.Value, problem string) *strictjson.Error {
	return &strictjson.Error{Member: value.Path(), Problem: problem}
}

// Event begins a server-sent event whose data is an object with its name as
// the member "type"; further members follow, then Close.
func Event(dst []byte, name string) []byte {
	dst = append(append(dst, "event: "...), name...)
	dst = append(append(dst, "\ndata: {\"type\":\""...), name...)
	return append(dst, '"')
}

// Close ends an event.
func Close(dst []byte) []byte { return append(dst, "}\n\n"...) }

// Marked appends the cache hint of a block, if it has one, to the object at the
// end of dst, which was made of it. Whether it goes on, and at what price, is
// the gateway's to say. A time to live has another price, and is left out.
func Marked(block strictjson.Value, dst []byte) []byte {
	if !block.Get("cache_control").Get("type").Is("ephemeral") {
		return dst
	}
	return append(Field(dst[:len(dst)-1], "cache_control", []byte(`{"type":"ephemeral"}`)), '}')
}
