package upstream_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/upstream"
)

// BenchmarkSend is what the pool adds to a transport that answers at once, for
// a model with one server and for one with two.
func BenchmarkSend(b *testing.B) {
	for _, weights := range []string{"a", "aab"} {
		b.Run(weights, func(b *testing.B) {
			c, err := catalog.Parse([]byte(`
upstreams:
  - {name: a, kind: openai, url: "http://127.0.0.1:1/v1"}
  - {name: b, kind: openai, url: "http://127.0.0.1:2/v1"}
models: [{id: m, type: text, upstream: a, context: 10, max_output: 5, price: {input: "1", output: "1"}, privacy: private}]
`))
			if err != nil {
				b.Fatal(err)
			}
			pool := upstream.New(upstream.Config{Current: func() *catalog.Catalog { return c }, Transport: everywhere{}})
			ask := upstream.Call{Model: model(weights), Make: func(catalog.Upstream, string) (upstream.Request, error) {
				return upstream.Request{Path: "/chat/completions", Body: [][]byte{[]byte("{}")}}, nil
			}}
			b.ReportAllocs()
			for b.Loop() {
				response, err := pool.Send(context.Background(), ask)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		})
	}
}

var _ http.RoundTripper = everywhere{}
