package gateway

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

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

func BenchmarkParseChat(b *testing.B) {
	for _, size := range []int{100, 100_000} {
		body := []byte(`{"model":"m","temperature":0.5,"messages":[{"role":"user","content":"` + strings.Repeat("word ", size/5) + `"}]}`)
		b.Run("bytes="+strconv.Itoa(size), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				r, problem := parseChat(body)
				if problem != nil {
					b.Fatal(problem)
				}
				r.forward("up", 5)
			}
		})
	}
}
