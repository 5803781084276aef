// Package strictjson reads JSON from strangers: exactly one reading of a text,
// or none.
//
// Parse makes a Document, whose Values are read without copying and mostly
// without allocating; Decode fills a Go value.
//
// Duplicate, unknown and case-folded members, invalid UTF-8 (lone surrogate
// escapes too), trailing data and absurd shapes are refused, so that no two
// programs can disagree about what an accepted text says (I-JSON, RFC 7493).
// Errors name the member and never quote a value: they are fit to be sent to
// the client that made them.
package strictjson

import (
	"errors"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits of every document. They bound the work that a text can cause beyond
// its size, which the caller limits.
const (
	MaxDepth  = 64      // nested objects and arrays
	MaxValues = 100_000 // objects, arrays, strings, numbers, literals
)

const maxMemberLength = 200 // bytes of a path that an error repeats

// Error says why a document was refused.
type Error struct {
	// Member is the dotted path of the member at fault, "limits.usd" or
	// "messages.0.role", or "" for the document itself.
	Member string
	// Problem completes the sentence "<member> ...". It holds no value of the
	// document.
	Problem string
	// Malformed says that the text is not acceptable JSON at all, as opposed
	// to JSON of another shape than was asked for. Member is "" except for a
	// duplicate.
	Malformed bool
}

func (e *Error) Error() string {
	if e.Member == "" {
		return "document " + e.Problem
	}
	return e.Member + " " + e.Problem
}

// Member is one member of an object, its value still as text.
type Member struct {
	Name  string
	Value []byte // shares the document's memory
}

// Decode reads one JSON document into the value that into points to. Members
// must be known to into's type, by their exact name. A document "null" is
// refused, a member null gives Go's zero value. Every error is an *Error; into
// may be partly filled then.
//
// A type with its own UnmarshalJSON may return an *Error with only Problem
// set, whose words are kept.
func Decode(data []byte, into any) error {
	document, err := Parse(data)
	if err != nil {
		return err
	}
	if document.Root().Kind() == Null {
		return &Error{Problem: "must not be null"}
	}
	// The text is known to be strict; the library only fills the Go value.
	if err := json.Unmarshal(data, into, json.RejectUnknownMembers(true)); err != nil {
		return shapeError(err)
	}
	return nil
}

// Members reads one JSON object and returns its members in their order. The
// whole document is checked; values are returned as they stand in it. Every
// error is an *Error.
func Members(data []byte) ([]Member, error) {
	document, err := Parse(data)
	if err != nil {
		return nil, err
	}
	if document.Root().Kind() != Object {
		return nil, &Error{Problem: "must be an object"}
	}
	members := make([]Member, 0, document.Root().Len())
	for name, value := range document.Root().Members() {
		members = append(members, Member{Name: string(name.Text()), Value: value.Raw()})
	}
	return members, nil
}

// shapeError explains why a well-formed document does not fit the Go type.
func shapeError(err error) *Error {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return &Error{Problem: faults[syntax], Malformed: true}
	}
	member := dotted(semantic.JSONPointer)
	var own *Error
	switch {
	case errors.Is(semantic.Err, json.ErrUnknownName):
		return &Error{Member: member, Problem: "is not a known member (names are case-sensitive)"}
	case errors.As(semantic.Err, &own):
		if own.Member != "" {
			member = strings.TrimPrefix(member+"."+own.Member, ".")
		}
		return &Error{Member: member, Problem: own.Problem}
	default:
		return &Error{Member: member, Problem: "must be " + describe(semantic.GoType)}
	}
}

// describe names in JSON's words what a Go type is read from.
func describe(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return "of another type"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number in range"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a non-negative whole number in range"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "of another type"
	}
}

// dotted turns a JSON Pointer (RFC 6901) into "a.0.b", cut to a bounded length.
func dotted(pointer jsontext.Pointer) string {
	var tokens []string
	for token := range pointer.Tokens() {
		tokens = append(tokens, token)
	}
	return cut(strings.Join(tokens, "."))
}
