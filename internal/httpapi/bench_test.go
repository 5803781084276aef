package httpapi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
	"stakegate/internal/httpapi"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/upstream"
)

// grantAll is a ledger that keeps nothing: what is measured is all the rest.
type grantAll struct{}

func (grantAll) Hold(_ context.Context, r ledger.HoldRequest) (ledger.Held, error) {
	return ledger.Held{ID: r.ID, KeyID: "key", AccountID: "account", Amount: r.Max, Before: ledger.Balance{DIEM: money.Unit}}, nil
}

func (grantAll) Settle(_ context.Context, s ledger.Settlement) (ledger.Settled, error) {
	return ledger.Settled{DIEM: s.Cost}, nil
}

func (grantAll) Void(context.Context, string) error { return nil }

const benchAnswer = `{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"small","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":150,"total_tokens":170}}`

func instantModel() http.HandlerFunc {
	text := strings.Repeat("some words of an answer ", 35)
	whole := fmt.Appendf(nil, benchAnswer, text)
	var events bytes.Buffer
	for range 64 {
		events.WriteString(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"small","choices":[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}` + "\n\n")
	}
	events.WriteString(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"small","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}` + "\n\n")
	events.WriteString(`data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":64,"total_tokens":84}}` + "\n\ndata: [DONE]\n\n")
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bytes.Contains(body, []byte(`"stream":true`)) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = w.Write(events.Bytes())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(whole)
	}
}

// BenchmarkCall compares a paid call through the door and the gateway, with a
// ledger that costs nothing, with one through a bare reverse proxy and one
// straight to the model. The client's and the model's own work are in all
// three: subtract the last.
func BenchmarkCall(b *testing.B) {
	model := httptest.NewServer(instantModel())
	defer model.Close()
	base, err := url.Parse(model.URL)
	if err != nil {
		b.Fatal(err)
	}
	models, err := catalog.Parse([]byte(strings.Replace(oneModel, "https://model.example/v1", model.URL+"/v1", 1)))
	if err != nil {
		b.Fatal(err)
	}
	current := func() *catalog.Catalog { return models }
	pool := upstream.New(upstream.Config{Current: current})
	defer pool.Close()
	secret, err := apikey.New(apikey.Inference)
	if err != nil {
		b.Fatal(err)
	}
	quiet := slog.New(slog.NewJSONHandler(io.Discard, nil))
	spend := gateway.New(gateway.Config{
		Catalog: current, Ledger: grantAll{}, Upstreams: pool, Log: quiet,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	})
	rooms := &rooms{}
	door := httptest.NewServer(httpapi.New(httpapi.Config{
		Mint: rooms, Keys: rooms, Books: rooms, Spend: spend, History: rooms, Denials: rooms, Catalog: current,
		Hasher: apikey.NewHasher(bytes.Repeat([]byte{1, 2, 3, 4}, 8)), Now: time.Now, Logger: quiet,
	}))
	defer door.Close()
	proxied := httputil.NewSingleHostReverseProxy(base)
	proxied.Transport = &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}
	proxy := httptest.NewServer(proxied)
	defer proxy.Close()

	const message = `{"model":"small","max_tokens":100,"stream":%v,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"%s"}]}`
	question := strings.Repeat("a question ", 20)
	for _, kind := range []struct{ name, body string }{
		{"stream=false", fmt.Sprintf(message, false, question)},
		{"stream=true", fmt.Sprintf(message, true, question)},
		{"100KB", fmt.Sprintf(message, false, strings.Repeat("a question ", 9100))},
	} {
		for _, way := range []struct{ name, url string }{
			{"direct", model.URL + "/v1/chat/completions"},
			{"ReverseProxy", proxy.URL + "/v1/chat/completions"},
			{"stakegate", door.URL + "/api/v1/chat/completions"},
		} {
			b.Run(kind.name+"/"+way.name, func(b *testing.B) { benchCalls(b, way.url, secret.Reveal(), kind.body) })
		}
	}
}

func benchCalls(b *testing.B, address, key, body string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var failed atomic.Int64
	b.ReportAllocs()
	before := processorTime()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address, strings.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+key)
			response, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
				failed.Add(1)
			}
			_ = response.Body.Close()
		}
	})
	b.ReportMetric(float64((processorTime()-before).Microseconds())/float64(b.N), "cpu-µs/op")
	if failed.Load() > 0 {
		b.Fatalf("%d calls failed", failed.Load())
	}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
