package gateway

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"
)

// readAll reads a whole stream of events; a comment is "//".
func readAll(source io.Reader, limit int) ([]string, error) {
	e := newEvents(source, limit)
	var list []string
	for {
		data, err := e.next()
		switch {
		case err != nil:
			return list, err
		case data == nil:
			list = append(list, "//")
		default:
			list = append(list, string(data))
		}
	}
}

// cutReader returns its text in pieces whose lengths the cuts say.
type cutReader struct {
	text []byte
	cuts []byte
}

func (c *cutReader) Read(p []byte) (int, error) {
	if len(c.text) == 0 {
		return 0, io.EOF
	}
	n := len(c.text)
	if len(c.cuts) > 0 {
		n, c.cuts = min(n, int(c.cuts[0])), c.cuts[1:]
	}
	n = copy(p, c.text[:n])
	c.text = c.text[n:]
	return n, nil
}

func TestEventsAreReadAsTheStandardSays(t *testing.T) {
	for stream, want := range map[string][]string{
		"":                                {},
		"data: a\n\n":                     {"a"},
		"data: a\r\n\r\n":                 {"a"},
		"data: a\r\rdata: b\r\r":          {"a", "b"},
		"data:a\n\ndata:  b\n\n":          {"a", " b"},
		"data: a\ndata: b\n\n":            {"a\nb"},
		"data\n\n":                        {""},
		"data:\n\n":                       {""},
		"\xef\xbb\xbfdata: a\n\n":         {"a"},
		"data: a\n\n\xef\xbb\xbfdata: b":  {"a"},
		"event: x\nid: 1\ndata: a\n\n":    {"a"},
		"event: ping\n\ndata: a\n\n":      {"a"},
		": hi\n\ndata: a\n\n":             {"//", "a"},
		"data: a\n: in between\n\n":       {"a"},
		"data: a":                         {"a"},
		"data: a\n":                       {"a"},
		"\n\n\n\ndata: a\n\n\n\n":         {"a"},
		"dataset: a\n\n data: b\n\n":      {},
		"data: [DONE]\n\ndata: later\n\n": {"[DONE]", "later"},
	} {
		for _, source := range []io.Reader{strings.NewReader(stream), iotest.OneByteReader(strings.NewReader(stream)), iotest.DataErrReader(strings.NewReader(stream))} {
			got, err := readAll(source, 100)
			if err != io.EOF || !slices.Equal(got, want) {
				t.Errorf("%q is read as %q, %v; want %q", stream, got, err, want)
			}
		}
	}
}

func TestLongEventsAndBrokenStreamsAreErrors(t *testing.T) {
	for name, stream := range map[string]string{
		"one line":     "data: " + strings.Repeat("x", 200) + "\n\n",
		"no line end":  "data: " + strings.Repeat("x", 200_000),
		"many lines":   strings.Repeat("data: x\n", 50),
		"other fields": strings.Repeat("id: x\n", 50),
	} {
		if got, err := readAll(strings.NewReader(stream), 100); !errors.Is(err, errEventTooLong) || len(got) > 0 {
			t.Errorf("%s: read %q, %v", name, got, err)
		}
	}
	reset := errors.New("reset")
	source := io.MultiReader(strings.NewReader("data: a\n\ndata: b"), iotest.ErrReader(reset))
	if got, err := readAll(source, 100); !errors.Is(err, reset) || !slices.Equal(got, []string{"a"}) {
		t.Errorf("a broken stream is read as %q, %v", got, err)
	}
}

func FuzzEventsDoNotDependOnTheCuts(f *testing.F) {
	f.Add([]byte("data: a\r\n\r\ndata: b\r\r: c\n\ndata: d"), []byte{1, 2, 3, 8})
	f.Add([]byte("\xef\xbb\xbfdata: {\"a\":1}\n\ndata: [DONE]\n\n"), []byte{1, 1, 1, 1})
	f.Add([]byte("data: "+strings.Repeat("x", 80)+"\n\n"), []byte{0, 70, 7})
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		want, wantErr := readAll(bytes.NewReader(stream), 64)
		got, gotErr := readAll(&cutReader{stream, cuts}, 64)
		if !slices.Equal(got, want) || gotErr != wantErr {
			t.Fatalf("%q cut by %v is read as %q, %v; want %q, %v", stream, cuts, got, gotErr, want, wantErr)
		}
	})
}

func FuzzMeterPassesOnlyWhatItCounts(f *testing.F) {
	f.Add([]byte(`{"id":"a","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}`), []byte(`[DONE]`))
	f.Add([]byte(`{"choices":[{"index":1,"delta":{"tool_calls":[{"id":"x","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]}`), []byte(`{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}`))
	f.Add([]byte(`{"choices":[{"delta":{"content":"`+"\xff"+`"}}],"usage":null}`), []byte(`{"error":{}}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		m := newMeter("model", "id", 5, 2, 3)
		var delivered int64
		for _, data := range [][]byte{first, second, first, second, first, second, first} {
			chunk, v := m.take(bytes.Clone(data))
			if chunk == nil {
				if v != more {
					break
				}
				continue
			}
			if bytes.ContainsAny(chunk, "\r\n") {
				t.Fatalf("chunk %q breaks its line", chunk)
			}
			members, ok := object(chunk)
			if !ok {
				t.Fatalf("chunk %q is not an object", chunk)
			}
			if model, _ := find(members, "model"); string(model) != `"model"` {
				t.Fatalf("chunk %q names another model", chunk)
			}
			if _, leaks := find(members, "usage"); leaks {
				t.Fatalf("chunk %q tells a usage", chunk)
			}
			delivered += deltaBytes(members)
		}
		if delivered > m.text {
			t.Fatalf("%d bytes are delivered, %d counted", delivered, m.text)
		}
		for _, c := range m.choices {
			if c.pieces > m.outputCap+1 {
				t.Fatalf("%d pieces pass a cap of %d", c.pieces, m.outputCap)
			}
		}
	})
}

// deltaBytes counts the content of a chunk in another way than the meter.
func deltaBytes(members []member) int64 {
	var total int64
	list, _ := find(members, "choices")
	choices, _ := array(list)
	for _, c := range choices {
		parts, _ := object(c.value)
		delta, _ := find(parts, "delta")
		inner, _ := object(delta)
		content, _ := find(inner, "content")
		text, _ := str(content)
		total += int64(len(text))
	}
	return total
}

func TestTextBytesCountsTextAndNotNames(t *testing.T) {
	for value, want := range map[string]int64{
		`{"role":"assistant","content":"hé"}`: 3,
		`{"content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}`: 8,
		`{"reasoning_content":"abc","id":{"x":"hidden"}}`:                                                                   3,
		`{"a":{"b":["c","d"]},"role":"r"}`:                                                                                  2,
		`"plain"`:                                                                                                           5,
		`null`:                                                                                                              0,
		`7`:                                                                                                                 0,
	} {
		if got := textBytes(jsontext.Value(value)); got != want {
			t.Errorf("%s has %d bytes of text, want %d", value, got, want)
		}
	}
}
