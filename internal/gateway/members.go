package gateway

import (
	"fmt"
	"strings"
	"unicode"

	"stakegate/internal/strictjson"
)

// What becomes of a request's members is the same on every route:
//
//   - A member with a rule is checked by it. The rule of what could cost more
//     than the bound says refuses it by name, with what to do instead.
//   - A name that differs from one with a rule in its case, its underscores or
//     its dashes only is refused: some JSON readers would take it for that one,
//     and the upstream could be told what was not checked here.
//   - Everything else is unknown. Nobody knows what it would cost, so it is
//     left out of what is sent upstream, and cannot cost anything: clients may
//     send what other servers understand. The operator can let names pass, for
//     each upstream, with the catalogue's word that they cost nothing.
//   - null says that a member is not given.

// maxUnknown is how many unknown members a request may have.
const maxUnknown = 64

// given is a member that a request has: its name, and its value in the text.
type given struct {
	name  string
	value strictjson.Value
}

func (m given) invalid(problem string) *Error { return invalidAt(m.value, problem) }

func invalidAt(v strictjson.Value, problem string) *Error { return invalid(v.Path(), problem) }

// invalidIn is the error for a member that a value has or should have.
func invalidIn(v strictjson.Value, member, problem string) *Error {
	return invalid(strings.TrimPrefix(v.Path()+"."+member, "."), problem)
}

// rule checks one member of a request and keeps what it says.
type rule[R any] func(r *R, m given) *Error

// ignored is the rule of members that clients send and that change nothing
// here: they go no further.
func ignored[R any](*R, given) *Error { return nil }

// refuse is the rule of a member that cannot be bounded or served.
func refuse[R any](problem string) rule[R] {
	return func(_ *R, m given) *Error { return m.invalid(problem) }
}

// table is what a route knows of its requests' members.
type table[R any] struct {
	rules map[string]named[R]
	alike map[string]string // known names by their folded form
}

type named[R any] struct {
	name string
	rule rule[R]
}

func newTable[R any](rules map[string]rule[R]) *table[R] {
	t := &table[R]{rules: map[string]named[R]{}, alike: map[string]string{}}
	for name, rule := range rules {
		t.rules[name] = named[R]{name, rule}
		t.alike[fold([]byte(name))] = name
	}
	return t
}

// read applies the rules to a body, and returns the members without one.
func (t *table[R]) read(body []byte, r *R) (unknown []given, problem *Error) {
	document, err := strictjson.Parse(body)
	if err != nil {
		return nil, malformed(err)
	}
	root := document.Root()
	if root.Kind() != strictjson.Object {
		return nil, invalid("", "The body must be an object.")
	}
	for name, value := range root.Members() {
		known, ok := t.rules[string(name.Text())]
		switch {
		case !ok && len(unknown) == maxUnknown:
			return nil, invalidAt(name, fmt.Sprintf("is one of more than %d unknown members", maxUnknown))
		case !ok:
			if problem := lookAlike(t.alike, name); problem != nil {
				return nil, problem
			}
			unknown = append(unknown, given{string(name.Text()), value})
		case value.Kind() != strictjson.Null:
			if problem := known.rule(r, given{known.name, value}); problem != nil {
				return nil, problem
			}
		}
	}
	return unknown, nil
}

// lookAlike refuses an unknown name that some readers take for a known one.
func lookAlike(alike map[string]string, name strictjson.Value) *Error {
	known, found := alike[fold(name.Text())]
	if !found {
		return nil
	}
	return invalidAt(name, "is not a known member (names are case-sensitive); write "+known)
}

// fold is the same for names that some JSON reader takes for each other: it
// drops underscores and dashes, and case as Unicode's simple folding does.
func fold(name []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, string(name))
}

// pattern appends what an upstream gets of a value: rebuilt of checked parts,
// compact.
type pattern func(out []byte, v strictjson.Value) ([]byte, *Error)

// asIs takes a value as it stands, if it is as it should be.
func asIs(problem string, ok func(v strictjson.Value) bool) pattern {
	return func(out []byte, v strictjson.Value) ([]byte, *Error) {
		if !ok(v) {
			return nil, invalidAt(v, problem)
		}
		return v.AppendCompact(out), nil
	}
}

// shape takes an object of known members, each after its own pattern; those in
// needs must be there. Unknown members are left out, as are those that are
// null.
func shape(members map[string]pattern, needs ...string) pattern {
	alike := map[string]string{}
	for name := range members {
		alike[fold([]byte(name))] = name
	}
	return func(out []byte, v strictjson.Value) ([]byte, *Error) {
		if v.Kind() != strictjson.Object {
			return nil, invalidAt(v, "must be an object")
		}
		for _, name := range needs {
			if kind := v.Get(name).Kind(); kind == 0 || kind == strictjson.Null {
				return nil, invalidIn(v, name, "is required")
			}
		}
		out = append(out, '{')
		for name, value := range v.Members() {
			inner, known := members[string(name.Text())]
			if !known {
				if problem := lookAlike(alike, name); problem != nil {
					return nil, problem
				}
				continue
			}
			if value.Kind() == strictjson.Null {
				continue
			}
			var problem *Error
			if out, problem = inner(appendName(out, name.Text()), value); problem != nil {
				return nil, problem
			}
		}
		return append(out, '}'), nil
	}
}

// list takes an array of so many values of one pattern.
func list(least, most int, problem string, element pattern) pattern {
	return func(out []byte, v strictjson.Value) ([]byte, *Error) {
		if v.Kind() != strictjson.Array || v.Len() < least || v.Len() > most {
			return nil, invalidAt(v, problem)
		}
		out = append(out, '[')
		for value := v.First(); value.Exists(); value = v.Next(value) {
			if out[len(out)-1] != '[' {
				out = append(out, ',')
			}
			var problem *Error
			if out, problem = element(out, value); problem != nil {
				return nil, problem
			}
		}
		return append(out, ']'), nil
	}
}

// appendName appends a known name, which is plain ASCII, with its colon and the
// comma before it.
func appendName[T string | []byte](out []byte, name T) []byte {
	if last := out[len(out)-1]; last != '{' {
		out = append(out, ',')
	}
	out = append(out, '"')
	out = append(out, name...)
	return append(out, '"', ':')
}

// rebuilt is the body for an upstream while it is put together of checked
// parts: an object without its closing brace.
type rebuilt struct {
	out  []byte
	used bool
}

// rebuiltSpare is how much longer a rebuilt body may be without being moved.
const rebuiltSpare = 512

// start makes room for what a request is rebuilt to: behind it, up to its
// capacity, if that is enough.
func (b *rebuilt) start(body []byte) {
	room := body[len(body):]
	if cap(room) < len(body)+rebuiltSpare {
		room = make([]byte, 0, len(body)+rebuiltSpare)
	}
	b.out = append(room, '{')
}

func (b *rebuilt) keep(m given, p pattern) *Error {
	out, problem := p(appendName(b.out, m.name), m.value)
	if problem != nil {
		return problem
	}
	b.out = out
	return nil
}

// rest returns the body to be completed. The first time, it is completed in
// place: most calls are sent once.
func (b *rebuilt) rest() []byte {
	if b.used {
		return append(make([]byte, 0, len(b.out)+512), b.out...)
	}
	b.used = true
	return b.out
}

// forwards is a rule that sends a member on, after a pattern.
func forwards[R any, P interface {
	*R
	keep(m given, p pattern) *Error
}](p pattern) rule[R] {
	return func(r *R, m given) *Error { return P(r).keep(m, p) }
}
