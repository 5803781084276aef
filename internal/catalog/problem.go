package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	yamlparser "github.com/goccy/go-yaml/parser"

	"stakegate/internal/strictyaml"
)

// Problem is one thing that is wrong with a catalogue, or suspicious.
type Problem struct {
	Line  int    // from 1; 0: the file as a whole
	Field string // such as "models[2] (llama).price.input"; "" for the whole
	Text  string
	// Warning: the catalogue can be used; only Lint gives such.
	Warning bool
	at      place
}

// String is "12: field: what is wrong", without the line if there is none.
func (p Problem) String() string {
	text := p.Text
	if p.Field != "" {
		text = p.Field + ": " + text
	}
	if p.Line > 0 {
		return strconv.Itoa(p.Line) + ": " + text
	}
	return text
}

// Problems are all that a catalogue has.
type Problems []Problem

// Error has one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = "line " + problem.String()
		if problem.Line == 0 {
			lines[i] = problem.String()
		}
	}
	return strings.Join(lines, "\n")
}

// syntax is the error of a file that is not YAML of the known fields, without
// the excerpt that the library adds.
func syntax(err error) Problems {
	if errors.Is(err, strictyaml.ErrDocuments) || errors.Is(err, strictyaml.ErrUnreadable) {
		return Problems{{Text: err.Error()}}
	}
	var known yaml.Error
	if !errors.As(err, &known) {
		return Problems{{Text: "is not valid YAML of the known fields: " + err.Error()}}
	}
	problem := Problem{Text: "is not valid YAML of the known fields: " + known.GetMessage()}
	if t := known.GetToken(); t != nil && t.Position != nil {
		problem.Line = t.Position.Line
	}
	return Problems{problem}
}

// place is where something stands in the file: keys (string) and indexes (int)
// from the document's root.
type place struct {
	keys []any
	name string // of the model, for people
}

func at(key string) place { return place{keys: []any{key}} }

func (p place) key(name string) place {
	return place{append(p.keys[:len(p.keys):len(p.keys)], name), p.name}
}

func (p place) index(i int) place {
	return place{append(p.keys[:len(p.keys):len(p.keys)], i), p.name}
}

// named tells people which entry of a list is meant.
func (p place) named(name string) place { return place{p.keys, name} }

func (p place) String() string {
	var out strings.Builder
	for i, key := range p.keys {
		switch key := key.(type) {
		case int:
			fmt.Fprintf(&out, "[%d]", key)
			if i == 1 && p.name != "" {
				fmt.Fprintf(&out, " (%s)", p.name)
			}
		case string:
			if i > 0 {
				out.WriteByte('.')
			}
			out.WriteString(key)
		}
	}
	return out.String()
}

// locate finds the lines of problems: of the field, or where it is missing of
// what it should be in.
func locate(data []byte, problems Problems) {
	tree, err := yamlparser.ParseBytes(data, 0)
	if err != nil || len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return
	}
	for i := range problems {
		if len(problems[i].at.keys) > 0 {
			problems[i].Line = line(tree.Docs[0].Body, problems[i].at.keys)
		}
	}
}

func line(node ast.Node, keys []any) int {
	found := 0
	for ; len(keys) > 0 && node != nil; keys = keys[1:] {
		var where ast.Node
		if where, node = child(node, keys[0]); where == nil {
			break
		}
		found = where.GetToken().Position.Line
	}
	return found
}

// child is the entry of a mapping or list, and what it holds.
func child(node ast.Node, key any) (where, value ast.Node) {
	switch n := node.(type) {
	case *ast.AnchorNode:
		return child(n.Value, key)
	case *ast.TagNode:
		return child(n.Value, key)
	case *ast.MappingNode:
		for _, entry := range n.Values {
			if entry.Key.GetToken().Value == key {
				return entry.Key, entry.Value
			}
		}
	case *ast.MappingValueNode: // a mapping with one entry
		if n.Key.GetToken().Value == key {
			return n.Key, n.Value
		}
	case *ast.SequenceNode:
		if i, ok := key.(int); ok && i < len(n.Values) {
			return start(n.Values[i]), n.Values[i]
		}
	}
	return nil, nil
}

// start is where a node begins; a mapping's own token is its first colon.
func start(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return n.Values[0].Key
		}
	case *ast.MappingValueNode:
		return n.Key
	}
	return node
}

func byLine(a, b Problem) int { return cmp.Compare(a.Line, b.Line) }
