package app

import (
	"fmt"
	"reflect"
)

// checkKinds refuses values of another kind than their field's, where the
// library would cut 1.5 to 1, or would say what is wrong in words of Go.
func checkKinds(section reflect.Type, values map[string]any, prefix string) error {
	for i := range section.NumField() {
		field := section.Field(i)
		name := field.Tag.Get("yaml")
		value, given := values[name]
		if !given || value == nil {
			continue
		}
		if wrong := wrongKind(field.Type, value); wrong != "" {
			return fmt.Errorf("%s%s %s", prefix, name, wrong)
		}
		if inner, isSection := value.(map[string]any); isSection {
			if err := checkKinds(field.Type, inner, prefix+name+"."); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrongKind completes "chain.id ..."; "" is a value that fits.
func wrongKind(field reflect.Type, value any) string {
	text, isText := value.(string)
	_, isNumber := value.(uint64)
	_, isSection := value.(map[string]any)
	_, isList := value.([]any)
	_, isTruth := value.(bool)
	_, isFraction := value.(float64)
	switch {
	case isWhole(field) && !isNumber:
		return "must be a whole number, not below 0"
	case field == reflect.TypeFor[Duration]():
		if _, err := parseDuration(text); !isText || err != nil {
			return fmt.Sprintf("is %v, which is not a duration such as 1.5s or 2m", value)
		}
	case isBool(field) && !isTruth:
		return "must be true or false"
	case isFloat(field) && !isNumber && !isFraction:
		return "must be a number"
	case field.Kind() == reflect.Struct && !isSection:
		return "must be a section with fields of its own"
	case field.Kind() == reflect.Slice && !isList:
		return "must be a list, such as [one, two]"
	case field.Kind() == reflect.String && (isSection || isList):
		return "must be a text"
	}
	return ""
}

func isWhole(t reflect.Type) bool {
	return valueKind(t) == reflect.Int || valueKind(t) == reflect.Uint64
}

func isBool(t reflect.Type) bool { return valueKind(t) == reflect.Bool }

func isFloat(t reflect.Type) bool { return valueKind(t) == reflect.Float64 }

// valueKind looks behind a pointer.
func valueKind(t reflect.Type) reflect.Kind {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind()
}
