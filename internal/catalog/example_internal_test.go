package catalog

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

const exampleFile = "../../examples/catalog.yaml"

func TestTheExampleIsCleanAndHasEveryField(t *testing.T) {
	text, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	c, problems := Lint(text, nil)
	if c == nil || len(problems) > 0 {
		t.Fatalf("the example has problems:\n%v", problems)
	}
	for _, name := range fieldNames(reflect.TypeFor[file](), map[reflect.Type]bool{}) {
		if !strings.Contains(string(text), name+":") {
			t.Errorf("the example does not show the field %q", name)
		}
	}
	for name := range tokenizers {
		if !strings.Contains(string(text), name) {
			t.Errorf("the example does not name the tokenizer %q", name)
		}
	}
}

// fieldNames are the names of all fields of a type, and of what it holds.
func fieldNames(t reflect.Type, seen map[reflect.Type]bool) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return fieldNames(t.Elem(), seen)
	case reflect.Struct:
	default:
		return nil
	}
	if seen[t] {
		return nil
	}
	seen[t] = true
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" {
			names = append(names, name)
		}
		names = append(names, fieldNames(t.Field(i).Type, seen)...)
	}
	return names
}
