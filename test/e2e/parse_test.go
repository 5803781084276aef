package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"stakegate/internal/strictjson"
)

const nodeTexts = 10_000

// texts makes JSON texts, half of them with a flaw.
type texts struct{ *rand.Rand }

func (r texts) one(of ...string) string { return of[r.IntN(len(of))] }

func (r texts) space() string { return r.one("", "", "", " ", "\n", "\t\r ") }

func (r texts) text() string {
	var out strings.Builder
	for range r.IntN(6) {
		out.WriteString(r.one("a", "b", "some plain words", "é", "😀", "日本", `\n`, `\"`, `\\`, `\/`, `\u0061`, `\u00E9`, `\ud83d\ude00`,
			"\u2028", "\x7f", "\ufeff", `\u0000`, "__proto__"))
	}
	return `"` + out.String() + `"`
}

func (r texts) value(depth int) string {
	kind := r.IntN(8)
	if depth == 0 || kind > 3 {
		return r.one(r.text(), r.text(), "0", "-1", "1.5e3", "-0", "1e400", "123456789012345678901234567890", "0.1", "5e-324", "true", "false", "null")
	}
	var parts []string
	for i := range r.IntN(6) + r.IntN(2)*r.IntN(2)*r.IntN(18) {
		part := r.space() + r.value(depth-1) + r.space()
		if kind > 1 {
			name := r.text()
			if r.IntN(40) > 0 {
				name = fmt.Sprintf(`%s%d"`, name[:len(name)-1], i)
			}
			part = r.space() + name + r.space() + ":" + part
		}
		parts = append(parts, part)
	}
	if kind > 1 {
		return "{" + strings.Join(parts, ",") + "}"
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// flaw changes, drops or adds a byte.
func (r texts) flaw(text string) string {
	at := r.IntN(len(text) + 1)
	odd := r.one(`"`, `\`, "{", "}", "[", "]", ":", ",", "0", "-", ".", "e", "\x00", "\x1f", "\x80", "\xff", "\xc3", "\xed\xa0\x80", `\ud800`, `\udc00`, "//", "'", "\v")
	switch rest := text[min(at+1, len(text)):]; r.IntN(3) {
	case 0:
		return text[:at] + odd + rest
	case 1:
		return text[:at] + rest
	default:
		return text[:at] + odd + text[at:]
	}
}

// plain turns a value into what encoding/json makes of JavaScript's copy of it.
func plain(v strictjson.Value) any {
	switch v.Kind() {
	case strictjson.Object:
		object := map[string]any{}
		for name, value := range v.Members() {
			object[string(name.Text())] = plain(value)
		}
		return object
	case strictjson.Array:
		array := []any{}
		for _, value := range v.Elements() {
			array = append(array, plain(value))
		}
		return array
	case strictjson.String:
		return string(v.Text())
	case strictjson.Number:
		if number, ok := v.Float(); ok {
			return number
		}
		return nil // JavaScript's Infinity
	case strictjson.True, strictjson.False:
		value, _ := v.Bool()
		return value
	default:
		return nil
	}
}

// Whatever our scanner accepts, JSON.parse accepts and takes for the same.
func TestNodeReadsWhatTheScannerAcceptsAlike(t *testing.T) {
	const script = "parse.mjs"
	if _, err := os.Stat(script); err != nil { // also tells go test's cache what the result depends on
		t.Fatal(err)
	}
	r := texts{rand.New(rand.NewPCG(1, 2))}
	corpus := make([]string, nodeTexts)
	var input bytes.Buffer
	for i := range corpus {
		if corpus[i] = r.space() + r.value(3) + r.space(); i%2 == 1 {
			corpus[i] = r.flaw(corpus[i])
		}
		input.WriteString(base64.StdEncoding.EncodeToString([]byte(corpus[i])) + "\n")
	}
	node := exec.CommandContext(t.Context(), "node", script)
	node.Stdin, node.Stderr = &input, os.Stderr
	output, err := node.Output()
	if err != nil {
		t.Fatalf("node %s: %v", script, err)
	}
	answers := strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
	if len(answers) != len(corpus) {
		t.Fatalf("%d answers to %d texts", len(answers), len(corpus))
	}
	accepted, refused, stricter := 0, 0, 0
	for i, text := range corpus {
		document, err := strictjson.Parse([]byte(text))
		switch {
		case err != nil && answers[i] == "refused":
			refused++
			continue
		case err != nil:
			stricter++ // duplicates and lone surrogates
			continue
		case answers[i] == "refused":
			t.Fatalf("%.300q is accepted, and refused by JSON.parse", text)
		}
		accepted++
		var want any
		if err := json.Unmarshal([]byte(answers[i]), &want); err != nil {
			t.Fatal(err)
		}
		if got := plain(document.Root()); !reflect.DeepEqual(got, want) {
			t.Fatalf("%.300q is %#v, for JSON.parse it is %#v", text, got, want)
		}
	}
	t.Logf("%d accepted alike, %d refused alike, %d refused by the scanner only", accepted, refused, stricter)
	if accepted < nodeTexts/4 || refused < nodeTexts/8 || stricter == 0 {
		t.Error("the corpus tells too little")
	}
}
