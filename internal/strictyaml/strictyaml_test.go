package strictyaml_test

import (
	"errors"
	"testing"

	"stakegate/internal/strictyaml"
)

type sample struct {
	Names []struct {
		Name string `yaml:"name"`
	} `yaml:"names"`
	Size int `yaml:"size"`
}

func TestOneDocumentOfTheKnownFieldsIsRead(t *testing.T) {
	for _, text := range []string{"", "# nothing", "size: 3", "---\nsize: 3\n", "names: [{name: a}]\nsize: 3"} {
		var got sample
		if err := strictyaml.Decode([]byte(text), &got); err != nil || (got.Size != 3 && len(text) > 9) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestEverythingElseIsRefused(t *testing.T) {
	for text, want := range map[string]error{
		"size: 1\n---\nsize: 2":                   strictyaml.ErrDocuments,
		"size: 1\n---\nother: 2":                  strictyaml.ErrDocuments,
		"names:\n  ! 0\nsize:\n0\n  -0":           strictyaml.ErrUnreadable,
		"other: 1":                                nil,
		"size: 1\nsize: 2":                        nil,
		"size: [":                                 nil,
		"size: \x00":                              nil,
		"names: [{name: a, other: b}]\nsize: 1\n": nil,
	} {
		err := strictyaml.Decode([]byte(text), new(sample))
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{"size: 1", "names: [{name: a}]", "&a [*a]", "<<: *a", "names:\n  ! 0\nsize:\n0\n  -0", "---\n---\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, again sample
		err := strictyaml.Decode(data, &got)
		if (strictyaml.Decode(data, &again) == nil) != (err == nil) || len(again.Names) != len(got.Names) || again.Size != got.Size {
			t.Errorf("%+v, then %+v", got, again)
		}
	})
}
