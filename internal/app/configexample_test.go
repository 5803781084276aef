package app_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stakegate/internal/app"
)

const exampleConfig = "../../examples/stakegate.yaml"

// exampleValues are the fields that the example shows with a value of its own.
var exampleValues = []string{
	"public_url", "metrics_listen", "chain.rpc", "stake.mint.adapter", "stake.mint.contract", "stake.mint.min", "stake.allocation",
}

func TestTheExampleShowsEveryFieldWithItsDefault(t *testing.T) {
	text, err := os.ReadFile(exampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	example, err := app.LoadConfig(exampleConfig, nil)
	if err != nil {
		t.Fatal(err)
	}
	defaults, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(fieldNames(reflect.TypeFor[app.Config]()), fieldNames(reflect.TypeFor[app.AdapterConfig]())...) {
		if !strings.Contains(string(text), name+":") {
			t.Errorf("the example does not show the field %q", name)
		}
	}
	wantDefaults(t, reflect.ValueOf(example), reflect.ValueOf(defaults), "")
}

// fieldNames are the names of a section's fields and of its sections'.
func fieldNames(section reflect.Type) []string {
	var names []string
	for i := range section.NumField() {
		field := section.Field(i)
		names = append(names, field.Tag.Get("yaml"))
		if field.Type.Kind() == reflect.Struct {
			names = append(names, fieldNames(field.Type)...)
		}
	}
	return names
}

func wantDefaults(t *testing.T, example, defaults reflect.Value, prefix string) {
	t.Helper()
	for i := range example.NumField() {
		name := prefix + example.Type().Field(i).Tag.Get("yaml")
		switch {
		case example.Field(i).Kind() == reflect.Struct:
			wantDefaults(t, example.Field(i), defaults.Field(i), name+".")
		case slices.Contains(exampleValues, name):
		case !reflect.DeepEqual(example.Field(i).Interface(), defaults.Field(i).Interface()):
			t.Errorf("%s is %v in the example, by default %v", name, example.Field(i), defaults.Field(i))
		}
	}
}
