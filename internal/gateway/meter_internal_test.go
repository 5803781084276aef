package gateway

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func FuzzMeterPassesOnlyWhatItCounts(f *testing.F) {
	f.Add([]byte(`{"id":"a","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}`), []byte(`[DONE]`))
	f.Add([]byte(`{"choices":[{"index":1,"delta":{"tool_calls":[{"id":"x","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]}`), []byte(`{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}`))
	f.Add([]byte(`{"choices":[{"delta":{"content":"`+"\xff"+`"}}],"usage":null}`), []byte(`{"error":{}}`))
	f.Add([]byte(`{"id":"b","created":7,"choices": [{"index":0,"logprobs":null,"delta":{"role":"assistant","content":"\u00e9 \n \ud83d\ude00 é"}}],"system_fingerprint":"fp"}`), []byte(`{"id":"b","created":8,"provider":{"a":[1,-2.5e3,true]},"choices":[{"index":1,"delta":{"content":"x"}},{"index":0,"delta":{},"finish_reason":"stop"}]}`))
	f.Add([]byte(`{"id":"b","id":"b","choices":[{"index":0,"index":1,"delta":{"a":"x"},"delta":{"a":"yy"}}]}`), []byte(`{"id":"b","created":01,"choices":[{"delta":{"id":"x","f":{"type":["y"],"z":"zz"}}}],"error":null}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		m, twin := newMeter(&chatForm, "model", "id", 5, 2, 3), newMeter(&chatForm, "model", "id", 5, 2, 3)
		var delivered int64
		for _, data := range [][]byte{first, second, first, second, first, second, first} {
			chunk, v := m.take(nil, bytes.Clone(data))
			slowly, w := twin.slow(nil, bytes.Clone(data))
			if !bytes.Equal(chunk, slowly) || v != w || !reflect.DeepEqual(m, twin) {
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
