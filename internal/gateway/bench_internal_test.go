package gateway

import (
	"bytes"
	"strings"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/gateway/sse"
)

func BenchmarkStreamEvent(b *testing.B) {
	const event = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"vendor/small",` +
		`"choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	stream := []byte(strings.Repeat(event, 1000))
	b.ReportAllocs()
	for b.Loop() {
		events := sse.NewReader(bytes.NewReader(stream), 1<<20)
		m := newMeter(&chatForm, "small", "id", 0, 1, 1<<30)
		var out []byte
		for {
			data, err := events.Next()
			if err != nil {
				break
			}
			if out, _ = m.take(out[:0], data); len(out) == 0 {
				b.Fatal("nothing passes")
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/event")
}

// conversation is a chat completion request of about the size, as agents send
// them: a tool, and many messages.
func conversation(size int, text string) []byte {
	var body strings.Builder
	body.WriteString(`{"model":"m","temperature":0.5,"stream":true,"max_tokens":500,"messages":[{"role":"system","content":"You are helpful."}`)
	for body.Len() < size-400 {
		part := min(2000, size-400-body.Len())
		body.WriteString(`,{"role":"user","content":"` + strings.Repeat(text, part/len(text)+1) + `"}`)
	}
	body.WriteString(`],"tools":[{"type":"function","function":{"name":"weather","description":"The weather at a place","parameters":` +
		`{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}}]}`)
	return []byte(body.String())
}

func BenchmarkParseChat(b *testing.B) {
	for _, test := range []struct {
		name string
		body []byte
	}{
		{"1KB", conversation(1000, "word ")},
		{"100KB", conversation(100_000, "word ")},
		{"100KB-text", []byte(`{"model":"m","messages":[{"role":"user","content":"` + strings.Repeat("word ", 20_000) + `"}]}`)},
		{"100KB-code", conversation(100_000, `a line of code;\n`)},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(test.body)))
			for b.Loop() {
				r, problem := parseChat(test.body)
				if problem != nil {
					b.Fatal(problem)
				}
				r.partsFor(catalog.Upstream{}, "up", 5)
			}
		})
	}
}
