package gateway

import (
	"fmt"
	"slices"
	"strings"

	"stakegate/internal/strictjson"
)

// Patterns that several routes use.

func number(least, most float64) pattern {
	return asIs(fmt.Sprintf("must be a number from %v to %v", least, most), func(v strictjson.Value) bool {
		n, ok := v.Float()
		return ok && n >= least && n <= most
	})
}

func whole(least, most int64) pattern {
	return asIs(fmt.Sprintf("must be a whole number from %d to %d", least, most), func(v strictjson.Value) bool {
		n, ok := v.Int()
		return ok && n >= least && n <= most
	})
}

func boolean() pattern {
	return asIs("must be true or false", func(v strictjson.Value) bool { _, ok := v.Bool(); return ok })
}

func oneOf(words ...string) pattern {
	return asIs("must be one of "+strings.Join(words, ", "), func(v strictjson.Value) bool { return isOneOf(v, words) })
}

func isOneOf(v strictjson.Value, words []string) bool { return slices.ContainsFunc(words, v.Is) }

// text is a string of up to so many bytes.
func text(most int) pattern {
	return asIs(fmt.Sprintf("must be a string of at most %d bytes", most), func(v strictjson.Value) bool {
		return v.Kind() == strictjson.String && v.Size() <= most
	})
}

// anyText is any string.
func anyText() pattern {
	return asIs("must be a string", func(v strictjson.Value) bool { return v.Kind() == strictjson.String })
}

// anyValue is what was checked before.
func anyValue(out []byte, v strictjson.Value) ([]byte, *Error) { return v.AppendCompact(out), nil }

// anyObject is any object; free-form, such as a JSON schema.
func anyObject() pattern {
	return asIs("must be an object", func(v strictjson.Value) bool { return v.Kind() == strictjson.Object })
}

// readModel is the rule of the model's name on every route.
func readModel(into *string, m given) *Error {
	if m.value.Size() == 0 {
		return m.invalid("must be a model's id, trait or compatibility name")
	}
	*into = string(m.value.Text())
	return nil
}

// readFlag is the rule of a member that is true or false.
func readFlag(into *bool, m given) *Error {
	value, ok := m.value.Bool()
	if !ok {
		return m.invalid("must be true or false")
	}
	*into = value
	return nil
}

// readCap keeps the smaller one, if several names of the cap are used. 0 and
// below say nothing, as Venice reads them.
func readCap(into *int64, name *string, m given) *Error {
	outputCap, ok := m.value.Int()
	if !ok {
		return m.invalid("must be a whole number")
	}
	if outputCap > 0 && (*into == 0 || outputCap < *into) {
		*into, *name = outputCap, m.name
	}
	return nil
}
