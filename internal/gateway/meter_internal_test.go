package gateway

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

func FuzzMeterPassesOnlyWhatItCounts(f *testing.F) {
	f.Add([]byte(`{"id":"a","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}`), []byte(`[DONE]`))
	f.Add([]byte(`{"choices":[{"index":1,"delta":{"tool_calls":[{"id":"x","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]}`), []byte(`{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}`))
	f.Add([]byte(`{"choices":[{"delta":{"content":"`+"\xff"+`"}}],"usage":null}`), []byte(`{"error":{}}`))
	f.Add([]byte(`{"id":"b","created":7,"choices": [{"index":0,"logprobs":null,"delta":{"role":"assistant","content":"\u00e9 \n \ud83d\ude00 é"}}],"system_fingerprint":"fp"}`), []byte(`{"id":"b","created":8,"provider":{"a":[1,-2.5e3,true]},"choices":[{"index":1,"delta":{"content":"x"}},{"index":0,"delta":{},"finish_reason":"stop"}]}`))
	f.Add([]byte(`{"id":"b","id":"b","choices":[{"index":0,"index":1,"delta":{"a":"x"},"delta":{"a":"yy"}}]}`), []byte(`{"id":"b","created":01,"choices":[{"delta":{"id":"x","f":{"type":["y"],"z":"zz"}}}],"error":null}`))
	f.Add([]byte(`{"id":"b","choices":[{"delta":{"content":"hi"},"index":1}],"created":5}`), []byte(`{"id":"b","choices":[{"delta":{"content":"h\"\u00e9"},"index":1}],"created":5}`))
	f.Add([]byte(`{"id":"b","choices":[{"delta":{"content":"hi"}}],"created":5}`), []byte(`{"id":"b","choices":[{"delta":{"content":"hi"},"x":""}],"created":6}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		m, twin := newMeter(&chatForm, "model", "id", 5, 2, 3), newMeter(&chatForm, "model", "id", 5, 2, 3)
		var delivered int64
		for _, data := range [][]byte{first, first, second, first, second, second, first} {
			chunk, v := m.take(nil, bytes.Clone(data))
			slowly, w := twin.slow(nil, bytes.Clone(data))
			state := *m
			state.template = template{} // which the other one has no use for
			if !bytes.Equal(chunk, slowly) || v != w || !reflect.DeepEqual(&state, twin) {
				t.Fatalf("%q gives %q, %v, %+v; slowly %q, %v, %+v", data, chunk, v, m, slowly, w, twin)
			}
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

// shapes are chunks with room for a text, as servers write them.
var shapes = []string{
	`{"id":"a","object":"chat.completion.chunk","created":5,"model":"up","choices":[{"index":0,"delta":{"content":%s},"logprobs":null,"finish_reason":null}]}`,
	`{"id":"a","object":"chat.completion.chunk","created":5,"model":"up","choices":[{"index":1,"delta":{"content":%s}}],"system_fingerprint":"fp","usage":null}`,
	`{"id":"b","created":6,"choices":[{"delta":{"reasoning_content":%s},"index":0}]}`,
	`{"id":"b","created":6,"choices":[{"delta":{"role":"assistant","content":%s},"index":0}]}`,
	`{"id":"b","created":6,"choices":[{"delta":{"type":%s},"index":0}]}`,
	`{"choices":[{"index":0,"delta":%s,"finish_reason":null}]}`,
	`{"choices":[{"index":0,"delta":{"content":%s}},{"index":1,"delta":{"content":"x"}}]}`,
	`{"choices":[{"index":1,"delta":{"content":%s},"finish_reason":"stop"}]}`,
	`{"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":%s}}]}}],"provider":{"x":1}}`,
	`{"id":%s,"choices":[{"index":0,"delta":{"content":"x"}}]}`,
	`{"id":"a","choices":[{"index":0,"delta":{"content":%s}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`,
}

func TestEveryWayToReadAChunkGivesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, slow := newMeter(&chatForm, "model", "id", 5, 2, 20), newMeter(&chatForm, "model", "id", 5, 2, 20)
		shape := shapes[0]
		for range rapid.IntRange(1, 12).Draw(t, "events") {
			if rapid.IntRange(0, 3).Draw(t, "change") == 0 {
				shape = rapid.SampledFrom(shapes).Draw(t, "shape")
			}
			text := rapid.OneOf(
				rapid.Map(rapid.String(), strconv.Quote), // Go's quotes: some are not JSON's
				rapid.Map(rapid.String(), func(text string) string { return string(quote(nil, text)) }),
				rapid.SampledFrom([]string{`""`, `null`, `"\ud83d\ude00"`, `"\ud83d"`, "\"\xff\"", `" \u00e9\n"`, `"x","content":"y"`, `"x"}`}),
			).Draw(t, "text")
			data := []byte(fmt.Sprintf(shape, text))
			chunk, v := m.take(nil, bytes.Clone(data))
			slowly, w := slow.slow(nil, data)
			state := *m
			state.template = template{} // which the other one has no use for
			if !bytes.Equal(chunk, slowly) || v != w || !reflect.DeepEqual(&state, slow) {
				t.Fatalf("%q gives %q, %v, %+v; slowly %q, %v, %+v", data, chunk, v, m, slowly, w, slow)
			}
			if v != more {
				break
			}
		}
	})
}

func TestEightBytesArePlainIfEachIs(t *testing.T) {
	for i := range 8 {
		for b := range 256 {
			word := []byte("abcdefgh")
			word[i] = byte(b)
			if plain := allPlain(binary.LittleEndian.Uint64(word)); plain == special[b] {
				t.Errorf("byte %#x at %d: plain is %v", b, i, plain)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "bytes")
		if want := !slices.ContainsFunc(word, func(b byte) bool { return special[b] }); allPlain(binary.LittleEndian.Uint64(word)) && !want {
			t.Fatalf("%q is taken for plain", word)
		}
	})
}

func TestMostChunksCostNoMemory(t *testing.T) {
	m := newMeter(&chatForm, "model", "id", 5, 1, 1<<40)
	data := [][]byte{
		[]byte(`{"id":"a","created":5,"choices":[{"index":0,"delta":{"content":"one"},"finish_reason":null}]}`),
		[]byte(`{"id":"a","created":5,"choices":[{"index":0,"delta":{"content":"another"},"finish_reason":null}]}`),
		[]byte(`{"id":"a","created":5,"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}`),
	}
	out := make([]byte, 0, 4096)
	for _, d := range data {
		m.take(out, d)
	}
	i := 0
	if allocations := testing.AllocsPerRun(100, func() { m.take(out, data[i%len(data)]); i++ }); allocations != 0 {
		t.Errorf("%v allocations a chunk", allocations)
	}
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
