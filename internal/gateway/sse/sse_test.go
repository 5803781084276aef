package sse_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"stakegate/internal/gateway/sse"
)

// readAll reads a whole stream of events; a comment is "//".
func readAll(source io.Reader, limit int) ([]string, error) {
	e := sse.NewReader(source, limit)
	var list []string
	for {
		data, err := e.Next()
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

func TestAReaderCanBeUsedAgain(t *testing.T) {
	e := sse.NewReader(strings.NewReader("data: a\r"), 10)
	for _, stream := range []string{"\ndata: b", "\xef\xbb\xbfdata: " + strings.Repeat("c", 200_000) + "\n\n", "data: d\n\n"} {
		if _, err := e.Next(); err != nil {
			t.Fatal(err)
		}
		e.Reset(strings.NewReader(stream), 1<<20)
	}
	if data, err := e.Next(); err != nil || string(data) != "d" {
		t.Errorf("read %q, %v", data, err)
	}
	if data, err := e.Next(); err != io.EOF {
		t.Errorf("read %q, %v at the end", data, err)
	}
}

func TestAByteOrderMarkCountsTowardsNoLimit(t *testing.T) {
	line := "data: " + strings.Repeat("x", 64-len("data: ")-len("\n"))
	for name, c := range map[string]struct {
		stream string
		want   []string
		err    error
	}{
		"the longest event": {"\xef\xbb\xbf" + line + "\n\n", []string{line[len("data: "):]}, io.EOF},
		"one byte more":     {"\xef\xbb\xbf" + line + "x\n\n", nil, sse.ErrTooLong},
		"nothing else":      {"\xef\xbb\xbf", nil, io.EOF},
		"the half of one":   {"\xef\xbb", nil, io.EOF},
		"a second one":      {"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", nil, io.EOF},
	} {
		for cut := range len(c.stream) {
			got, err := readAll(&cutReader{[]byte(c.stream), []byte{byte(cut)}}, 64)
			if !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
				t.Errorf("%s, cut after %d bytes, is read as %q, %v; want %q, %v", name, cut, got, err, c.want, c.err)
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
		if got, err := readAll(strings.NewReader(stream), 100); !errors.Is(err, sse.ErrTooLong) || len(got) > 0 {
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
	f.Add([]byte("\xef\xbb\xbf"+strings.Repeat("0", 62)+"\n"), []byte{65})
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		want, wantErr := readAll(bytes.NewReader(stream), 64)
		got, gotErr := readAll(&cutReader{stream, cuts}, 64)
		if !slices.Equal(got, want) || gotErr != wantErr {
			t.Fatalf("%q cut by %v is read as %q, %v; want %q, %v", stream, cuts, got, gotErr, want, wantErr)
		}
	})
}
