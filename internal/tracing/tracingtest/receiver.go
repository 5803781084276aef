// Package tracingtest is a collector for tests: it keeps the spans that it is
// sent in OTLP over HTTP, read with OpenTelemetry's own definitions.
package tracingtest

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Receiver is a running collector.
type Receiver struct {
	// URL takes spans.
	URL string
	// Status is what it answers; 0: that it has taken them.
	Status atomic.Int64

	mu     sync.Mutex
	spans  []*collector.Span
	header http.Header
	names  []string
}

// Start runs a collector until the test ends.
func Start(t testing.TB) *Receiver {
	r := &Receiver{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if status := r.Status.Load(); status != 0 {
			w.WriteHeader(int(status))
			return
		}
		if err := r.take(request); err != nil {
			t.Errorf("what was sent to the collector: %v", err)
		}
	}))
	t.Cleanup(server.Close)
	r.URL = server.URL + "/v1/traces"
	return r
}

// take reads an ExportTraceServiceRequest, which has the fields of TracesData.
func (r *Receiver) take(request *http.Request) error {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return err
	}
	var data collector.TracesData
	if err := proto.Unmarshal(body, &data); err != nil {
		return err
	}
	if kind := request.Header.Get("Content-Type"); kind != "application/x-protobuf" || len(data.ProtoReflect().GetUnknown()) > 0 {
		return fmt.Errorf("%s with unknown fields %x", kind, data.ProtoReflect().GetUnknown())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.header = request.Header
	for _, resource := range data.ResourceSpans {
		r.names = append(r.names, resource.Resource.Attributes[0].Value.GetStringValue())
		for _, scope := range resource.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
	return nil
}

// Spans are all that have come.
func (r *Receiver) Spans() []*collector.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.spans)
}

// Header is that of the newest request.
func (r *Receiver) Header() http.Header {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.header
}

// Services are the names of the services that the requests came from.
func (r *Receiver) Services() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.names)
}

// TraceID is the id of a span's trace in hex.
func TraceID(span *collector.Span) string { return hex.EncodeToString(span.TraceId) }

// SpanID is a span's id in hex.
func SpanID(span *collector.Span) string { return hex.EncodeToString(span.SpanId) }

// Attribute is the text, or the number in decimal, of a span's attribute; "" if
// it has none.
func Attribute(span *collector.Span, key string) string {
	for _, pair := range span.Attributes {
		if pair.Key == key {
			if text := pair.Value.GetStringValue(); text != "" {
				return text
			}
			return fmt.Sprint(pair.Value.GetIntValue())
		}
	}
	return ""
}
