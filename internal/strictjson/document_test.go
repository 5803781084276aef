package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"stakegate/internal/strictjson"
)

// reference checks a text as this package does, with another implementation:
// the tokens of go-json-experiment, which knows I-JSON.
func reference(data []byte) error {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data))
	for values := 0; ; {
		token, err := decoder.ReadToken()
		if err != nil {
			return err
		}
		if decoder.StackDepth() > strictjson.MaxDepth {
			return errors.New("too deep")
		}
		if kind := token.Kind(); kind != '}' && kind != ']' {
			if values++; values > strictjson.MaxValues {
				return errors.New("too many values")
			}
		}
		if decoder.StackDepth() == 0 {
			break
		}
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("trailing data")
	}
	return nil
}

// read turns a value into what encoding/json would make of it.
func read(t interface{ Fatalf(string, ...any) }, v strictjson.Value) any {
	switch v.Kind() {
	case strictjson.Object:
		object := map[string]any{}
		for name, value := range v.Members() {
			object[string(name.Text())] = read(t, value)
		}
		if len(object) != v.Len() {
			t.Fatalf("%d members, %d names", v.Len(), len(object))
		}
		return object
	case strictjson.Array:
		array := []any{}
		for i, value := range v.Elements() {
			if i != len(array) {
				t.Fatalf("element %d has index %d", len(array), i)
			}
			array = append(array, read(t, value))
		}
		element := v.First()
		for _, value := range v.Elements() {
			if element != value {
				t.Fatalf("one by one comes %q, in a range %q", element.Raw(), value.Raw())
			}
			element = v.Next(element)
		}
		if element.Exists() {
			t.Fatalf("one by one comes %q, in a range nothing", element.Raw())
		}
		return array
	case strictjson.String:
		if len(v.Text()) != v.Size() {
			t.Fatalf("text of %d bytes has size %d", len(v.Text()), v.Size())
		}
		return string(v.Text())
	case strictjson.Number:
		return json.Number(v.Raw())
	case strictjson.True, strictjson.False:
		value, _ := v.Bool()
		return value
	case strictjson.Null:
		return nil
	default:
		t.Fatalf("a value of kind %q", v.Kind())
		return nil
	}
}

// agree holds a text against both references.
func agree(t interface{ Fatalf(string, ...any) }, data []byte) {
	original := string(data)
	document, err := strictjson.Parse(data)
	if string(data) != original {
		t.Fatalf("the document was changed")
	}
	wanted := reference(data)
	if (err == nil) != (wanted == nil) {
		t.Fatalf("%.200q: error is %v, the reference's %v", data, err, wanted)
	}
	if err != nil {
		var refused *strictjson.Error
		if !errors.As(err, &refused) || refused.Problem == "" || !refused.Malformed {
			t.Fatalf("%.200q: not an *Error of a malformed text: %v", data, err)
		}
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var want any
	if err := decoder.Decode(&want); err != nil {
		t.Fatalf("%.200q: accepted, but encoding/json says %v", data, err)
	}
	if got := read(t, document.Root()); !reflect.DeepEqual(got, want) {
		t.Fatalf("%.200q: two readings: %#v and %#v", data, got, want)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		t.Fatalf("%v", err)
	}
	got := document.Root().AppendCompact(nil)
	if !bytes.Equal(got, compact.Bytes()) || len(got) != document.Root().CompactLen() {
		t.Fatalf("%.200q: compact is %.200q (%d)", data, got, document.Root().CompactLen())
	}
}

var seeds = []string{
	`{"a":1,"b":[true,null,"x"]}`, `{"a":1,"A":2}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `"\ud800"`, `"\udc00\ud800"`,
	`"\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `[1e400]`, `{"":{}}`, "{\"a\":\"\xff\"}", "{\"\xc3\":1}", `{} {}`,
	`nul`, `nulll`, `truefalse`, `-0`, `-`, `01`, `1.`, `.5`, `1e`, `1E+5`, `+1`, `0x10`, `{"a":"\u2028\u0000"}`, ` 1 `, "\v1",
	`{"a" : [ 1 , 2 ] , "b" : { } }`, `[ ]`, `[,]`, `[1,]`, `{,}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{1:2}`, `[1 2]`, `["a" "b"]`, `]`, `}`, `[}`,
	"\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"é\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xc0\x80\"", "\ufeff1", `"\x"`, `"\`, `"\u12`, `"\u12g4"`, `"\uD83D\uDE00"`,
	"\"1234567\x1f\"", "\"12345678é\"", "\"1234567\\\"\"", "\"\xc3\"", "[\"a\xc3\",\"b\"]", "\"aaaaaaaaaaaaaaaa\xc3\"\xa9", `"` + strings.Repeat("ü", 100) + `"`,
	nested(63), nested(64), nested(65), strings.Repeat(`{"a":`, 64) + `1` + strings.Repeat(`}`, 64), `{"a":{"b":[{"c":1,"c":2}]}}`,
}

func TestSeedsAgreeWithTheReferences(t *testing.T) {
	for _, seed := range seeds {
		agree(t, []byte(seed))
		// Each of its beginnings too: what ends early is where scanners read on.
		for i := range min(len(seed), 80) {
			agree(t, []byte(seed[:i]))
		}
	}
}

func FuzzParseAgreesWithTheReferences(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Add([]byte(manyMembers(40, "")))
	f.Fuzz(func(t *testing.T, data []byte) { agree(t, data) })
}

// documents generates JSON texts, mostly valid, with odd space and escapes.
func documents() *rapid.Generator[string] {
	space := rapid.SampledFrom([]string{"", "", "", "", " ", "\n\t", "\r"})
	text := rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "b", "plain text of some length ", "é", "😀", `\n`, `\"`, `\\`, `\/`, `\u0061`, `\u00e9`, `\ud83d\ude00`, "\u2028", "\x7f",
		}), 0, 6).Draw(t, "text")
		return `"` + strings.Join(parts, "") + `"`
	})
	scalar := rapid.OneOf(text, text, rapid.SampledFrom([]string{
		"0", "-1", "1.5", "1e9", "-0.0E-1", "12345678901234567890", "true", "false", "null",
	}))
	var value func(depth int) *rapid.Generator[string]
	value = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			kind := rapid.IntRange(0, 5).Draw(t, "kind")
			if depth == 0 || kind > 2 {
				return scalar.Draw(t, "scalar")
			}
			var parts []string
			for i := range rapid.IntRange(0, 20).Draw(t, "size") {
				part := value(depth-1).Draw(t, "value") + space.Draw(t, "space")
				if kind > 0 {
					name := text.Draw(t, "name")
					if rapid.IntRange(0, 60).Draw(t, "distinct") > 0 {
						name = fmt.Sprintf(`%s%d"`, name[:len(name)-1], i)
					}
					part = name + space.Draw(t, "space") + ":" + space.Draw(t, "space") + part
				}
				parts = append(parts, space.Draw(t, "space")+part)
			}
			if kind > 0 {
				return "{" + strings.Join(parts, ",") + space.Draw(t, "space") + "}"
			}
			return "[" + strings.Join(parts, ",") + space.Draw(t, "space") + "]"
		})
	}
	return rapid.Custom(func(t *rapid.T) string {
		return space.Draw(t, "space") + value(3).Draw(t, "document") + space.Draw(t, "space")
	})
}

func TestGeneratedTextsAgreeWithTheReferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := documents().Draw(t, "text")
		agree(t, []byte(text))
		// One byte of it changed: close to valid is where parsers differ.
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		changed := []byte(text)
		changed[at] = rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("\"\\{}[]:,0-.eu\x1f\x80"))).Draw(t, "byte")
		agree(t, changed)
	})
}

func manyMembers(n int, last string) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `"name%d":%d,`, i, i)
	}
	return "{" + out.String() + last + `"end":0}`
}

func TestDuplicatesAreFoundInObjectsOfEverySize(t *testing.T) {
	for _, n := range []int{0, 1, 14, 15, 16, 17, 1000, 40_000} {
		if _, err := strictjson.Parse([]byte(manyMembers(n, ""))); err != nil {
			t.Errorf("%d members: %v", n, err)
		}
		for _, name := range []string{`"end":1,`, `"\u0065nd":1,`} {
			_, err := strictjson.Parse([]byte(`[0,{"a":` + manyMembers(n, name) + `}]`))
			if err == nil || err.Error() != "1.a.end is given twice" {
				t.Errorf("%d members and %s: %v", n, name, err)
			}
		}
	}
}

func TestPathsNameEveryValue(t *testing.T) {
	document, err := strictjson.Parse([]byte(`{"a":[1,{"b.c":[[],{}]},"x"],"":{"d":null},"\u00e9":2}`))
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	var walk func(v strictjson.Value)
	walk = func(v strictjson.Value) {
		paths = append(paths, v.Path())
		for name, value := range v.Members() {
			if name.Path() != value.Path() {
				t.Errorf("the name's path is %q, the value's %q", name.Path(), value.Path())
			}
			walk(value)
		}
		for _, value := range v.Elements() {
			walk(value)
		}
	}
	walk(document.Root())
	want := []string{"", "a", "a.0", "a.1", "a.1.b.c", "a.1.b.c.0", "a.1.b.c.1", "a.2", "", ".d", "é"}
	if !reflect.DeepEqual(paths, want) {
		t.Errorf("paths are %q, want %q", paths, want)
	}
}

func TestValuesReadOnlyWhatTheyAre(t *testing.T) {
	document, err := strictjson.Parse([]byte(`{"i":-9223372036854775808,"big":9223372036854775808,"f":1.5,"e":1e3,"huge":1e400,` +
		`"t":true,"n":null,"s":"a\u0041","deep":[[{}]],"no":"5"}`))
	if err != nil {
		t.Fatal(err)
	}
	root := document.Root()
	for name, want := range map[string]string{
		"i":    fmt.Sprint(int64(math.MinInt64), -9.223372036854775808e18, "-", ""),
		"big":  fmt.Sprint("-", 9.223372036854775808e18, "-", ""),
		"f":    fmt.Sprint("-", 1.5, "-", ""),
		"e":    fmt.Sprint("-", 1000.0, "-", ""),
		"huge": fmt.Sprint("-", "-", "-", ""),
		"t":    fmt.Sprint("-", "-", true, ""),
		"n":    fmt.Sprint("-", "-", "-", ""),
		"s":    fmt.Sprint("-", "-", "-", "aA"),
		"no":   fmt.Sprint("-", "-", "-", "5"),
		"deep": fmt.Sprint("-", "-", "-", ""),
		"none": fmt.Sprint("-", "-", "-", ""),
	} {
		read := [3]any{"-", "-", "-"}
		if n, ok := root.Get(name).Int(); ok {
			read[0] = n
		}
		if n, ok := root.Get(name).Float(); ok {
			read[1] = n
		}
		if b, ok := root.Get(name).Bool(); ok {
			read[2] = b
		}
		got := fmt.Sprint(read[0], read[1], read[2], string(root.Get(name).Text()))
		if got != want {
			t.Errorf("%s is read as %s, want %s", name, got, want)
		}
	}
	s, deep, none := root.Get("s"), root.Get("deep"), root.Get("none")
	if !s.Is("aA") || s.Is("a") || s.Is("ab") || none.Is("") || s.Len() != 0 || s.Get("x").Exists() {
		t.Error("a string is read as another")
	}
	if deep.Height() != 3 || s.Height() != 0 || root.Height() != 4 || deep.Len() != 1 || root.Len() != 10 {
		t.Error("the sizes are wrong")
	}
	if none.Exists() || none.Kind() != 0 || none.Raw() != nil || none.Text() != nil || none.Path() != "" || none.CompactLen() != 0 || none.Height() != 0 {
		t.Error("a value that does not exist has parts")
	}
}

// chat is a chat completion request of about the size.
func chat(size int, text string) []byte {
	var body strings.Builder
	body.WriteString(`{"model":"m","temperature":0.5,"stream":true,"messages":[{"role":"system","content":"You are helpful."}`)
	for body.Len() < size {
		part := min(2000, size-body.Len())
		fmt.Fprintf(&body, `,{"role":"user","content":"%s"}`, strings.Repeat(text, part/len(text)+1))
	}
	body.WriteString(`]}`)
	return []byte(body.String())
}

func TestParsingAllocatesOnlyItsDocument(t *testing.T) {
	for _, size := range []int{1000, 100_000} {
		body := chat(size, "word ")
		parses := testing.AllocsPerRun(100, func() {
			document, err := strictjson.Parse(body)
			if err != nil {
				t.Fatal(err)
			}
			total := 0
			for name, value := range document.Root().Members() {
				total += len(name.Text())
				for _, message := range value.Elements() {
					total += message.Get("content").Size() + message.CompactLen()
				}
			}
			if total == 0 {
				t.Fatal("nothing was read")
			}
		})
		if parses > 2 { // the document and its nodes
			t.Errorf("%d bytes: %v allocations", size, parses)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct {
		name string
		body []byte
	}{
		{"1KB", chat(1000, "word ")},
		{"100KB", chat(100_000, "word ")},
		{"100KB-escaped", chat(100_000, `line of code;\n`)},
		{"100KB-greek", chat(100_000, "λόγος ")},
		{"100KB-members", []byte(manyMembers(6000, ""))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.body)))
			for b.Loop() {
				if _, err := strictjson.Parse(c.body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Documents are made in memory that is used again, and keep none of it.
func TestADocumentStaysAsItIsWhenOthersAreRead(t *testing.T) {
	texts := []string{`{"a":[1,2,{"b":"c"}]}`, `"x"`, `[[],{},null,true,1.5,"` + strings.Repeat("y", 100) + `"]`, "[" + strings.Repeat("0,", 5000) + "0]", `{"a":`}
	var read []*strictjson.Document
	var want []string
	for range 3 {
		for _, text := range texts {
			if d, err := strictjson.Parse([]byte(text)); err == nil {
				read, want = append(read, d), append(want, text)
			}
		}
	}
	for i, d := range read {
		var walked func(v strictjson.Value) string
		walked = func(v strictjson.Value) string {
			var parts []string
			switch v.Kind() {
			case strictjson.Array:
				for _, element := range v.Elements() {
					parts = append(parts, walked(element))
				}
				return "[" + strings.Join(parts, ",") + "]"
			case strictjson.Object:
				for name, member := range v.Members() {
					parts = append(parts, string(name.Raw())+":"+walked(member))
				}
				return "{" + strings.Join(parts, ",") + "}"
			}
			return string(v.Raw())
		}
		if got := walked(d.Root()); got != want[i] {
			t.Errorf("document %d is %.100s, was %.100s", i, got, want[i])
		}
	}
}
