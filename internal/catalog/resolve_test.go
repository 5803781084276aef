package catalog_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"stakegate/internal/catalog"
)

const namesText = `
upstreams: [{name: main, kind: openai, url: "http://127.0.0.1:1/v1"}]
models:
  - {id: new, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, traits: [default], compatibility: [gpt-4o]}
  - {id: "llama3:8b", type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, traits: ["fast:est"]}
  - {id: old, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, traits: [fastest], deprecation: {removes_at: "2026-06-01", replacement: middle, auto_remap: true}}
  - {id: middle, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, deprecation: {removes_at: "2026-07-01", replacement: new, auto_remap: true}}
  - {id: ended, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, deprecation: {removes_at: "2026-06-01T12:00:00+02:00", replacement: new}}
  - {id: gone, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, deprecation: {removes_at: "2026-06-01"}}
  - {id: "off", type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, offline: true, traits: [slowest]}
  - {id: lost, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private, deprecation: {removes_at: "2026-06-01", replacement: "off", auto_remap: true}}
  - {id: draw, type: image, upstream: main, price: {image: "0.01"}, privacy: private, traits: [default]}
`

func TestAModelsNameStandsForWhatItSaysAtThatTime(t *testing.T) {
	c := parse(t, namesText)
	before, between, after := day(t, "2026-05-31"), day(t, "2026-06-15"), day(t, "2026-07-01")
	pair := func(list ...string) []catalog.Parameter {
		var out []catalog.Parameter
		for i := 0; i < len(list); i += 2 {
			out = append(out, catalog.Parameter{Name: list[i], Value: list[i+1]})
		}
		return out
	}
	for _, test := range []struct {
		name string
		now  time.Time
		id   string
		with []catalog.Parameter
	}{
		{"new", after, "new", nil},
		{"new:enable_web_search=on", after, "new", pair("enable_web_search", "on")},
		{"default:enable_web_search=auto&character_slug=alan-watts", after, "new", pair("enable_web_search", "auto", "character_slug", "alan-watts")},
		{"gpt-4o:a=b:c=d", after, "new", pair("a", "b:c=d")},
		{"new:a=b=c", after, "new", pair("a", "b=c")},
		{"llama3:8b", after, "llama3:8b", nil},
		{"llama3:8b:strip_thinking_response=true", after, "llama3:8b", pair("strip_thinking_response", "true")},
		{"fast:est", after, "llama3:8b", nil},
		{"old", before, "old", nil},
		{"old", between, "middle", nil},
		{"old:a=1", after, "new", pair("a", "1")},
		{"fastest", after, "new", nil},
		{"ended", before, "ended", nil},
		{"ended", day(t, "2026-06-01").Add(10*time.Hour - time.Second), "ended", nil},
	} {
		got, err := c.Resolve(catalog.Text, test.name, test.now)
		if err != nil || got.Model.ID != test.id || !reflect.DeepEqual(got.Parameters, test.with) {
			t.Errorf("%q is %+v with %v, %v; want %s with %v", test.name, got.Model, got.Parameters, err, test.id, test.with)
		}
	}
	for name, want := range map[string]error{
		"":                                     catalog.ErrUnknownModel,
		"other":                                catalog.ErrUnknownModel,
		":a=b":                                 catalog.ErrUnknownModel,
		"new:":                                 catalog.ErrUnknownModel,
		"new:a":                                catalog.ErrUnknownModel,
		"new:=b":                               catalog.ErrUnknownModel,
		"new:a b=c":                            catalog.ErrUnknownModel,
		"NEW":                                  catalog.ErrUnknownModel,
		"new:a=":                               catalog.ErrParameters,
		"new:a=b&":                             catalog.ErrParameters,
		"new:a=b&c":                            catalog.ErrParameters,
		"new:a=b&a=c":                          catalog.ErrParameters,
		"new:a=b&=c":                           catalog.ErrParameters,
		"new:a=1" + strings.Repeat("&b=1", 40): catalog.ErrParameters,
		"draw":                                 catalog.ErrWrongType,
		"draw:a=b":                             catalog.ErrWrongType,
		"off":                                  catalog.ErrOffline,
		"slowest":                              catalog.ErrOffline,
		"lost":                                 catalog.ErrOffline,
		"off:a=b&a":                            catalog.ErrParameters,
	} {
		got, err := c.Resolve(catalog.Text, name, after)
		if !errors.Is(err, want) || got.Model != nil {
			t.Errorf("%q gives %+v, %v; want %v", name, got, err, want)
		}
	}
}

func TestARetiredModelNamesItsReplacement(t *testing.T) {
	c := parse(t, namesText)
	for name, want := range map[string]catalog.Retired{
		"ended": {ID: "ended", ReplacementID: "new"}, "gone": {ID: "gone"},
	} {
		_, err := c.Resolve(catalog.Text, name, day(t, "2026-06-02"))
		var retired *catalog.Retired
		if !errors.As(err, &retired) || *retired != want || !strings.Contains(err.Error(), want.ReplacementID) {
			t.Errorf("%s: %v, want %+v", name, err, want)
		}
	}
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func FuzzResolve(f *testing.F) {
	c, err := catalog.Parse([]byte(namesText))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"new", "llama3:8b", "default:a=b&c=d", "new:a=b:c=d", ":=", "a:b:c=1&", "new:a=&b"} {
		f.Add(seed)
	}
	now := time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, name string) {
		got, err := c.Resolve(catalog.Text, name, now)
		if err != nil {
			if got.Model != nil || got.Parameters != nil {
				t.Fatalf("%q: %+v beside the error %v", name, got, err)
			}
			return
		}
		// The name is put together again from what it was split into.
		suffix := ""
		for _, p := range got.Parameters {
			suffix += "&" + p.Name + "=" + p.Value
		}
		bare, found := strings.CutSuffix(name, strings.Replace(suffix, "&", ":", 1))
		again, err := c.Resolve(catalog.Text, bare, now)
		if !found || err != nil || again.Model != got.Model || again.Parameters != nil {
			t.Fatalf("%q: bare name %q gives %+v, %v", name, bare, again, err)
		}
		if got.Model.Offline || got.Model.RetiredAt(now) || got.Model.Type != catalog.Text {
			t.Fatalf("%q: %s is not served", name, got.Model.ID)
		}
	})
}
