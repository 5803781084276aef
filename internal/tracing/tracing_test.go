package tracing_test

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/goleak"

	"stakegate/internal/tracing"
	"stakegate/internal/tracing/tracingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newTracer(t *testing.T, config tracing.Config) *tracing.Tracer {
	t.Helper()
	tracer, err := tracing.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return tracer
}

func incoming(header map[string]string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/chat/completions?secret=1", strings.NewReader("prompt"))
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return r
}

const (
	strangersTrace = "0af7651916cd43dd8448eb211c80319c"
	strangersSpan  = "b7ad6b7169203331"
)

func TestSpansArriveAsTheyWereMade(t *testing.T) {
	r := tracingtest.Start(t)
	tracer := newTracer(t, tracing.Config{
		Endpoint: r.URL, Sample: 1, Version: "9", Header: http.Header{"Authorization": {"Bearer x"}},
	})
	answer := httptest.NewRecorder()
	ctx, root := tracer.Request(answer, incoming(nil))
	root.Name("POST /chat")
	hold := tracer.Start(ctx, "hold")
	hold.Text("word", "yes")
	hold.Number("number", -5)
	hold.Event("committed")
	hold.Fail("refused")
	hold.End()
	hold.End()
	call := tracer.StartCall(ctx, "upstream")
	call.End()
	root.End()
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := r.Spans()
	if len(got) != 3 || r.Services()[0] != "stakegate" || r.Header().Get("Authorization") != "Bearer x" {
		t.Fatalf("%d spans of %v with %v", len(got), r.Services(), r.Header())
	}
	held, called, top := got[0], got[1], got[2]
	if top.Name != "POST /chat" || top.Kind != collector.Span_SPAN_KIND_SERVER || len(top.ParentSpanId) != 0 {
		t.Errorf("the root is %v", top)
	}
	if string(held.ParentSpanId) != string(top.SpanId) || string(held.TraceId) != string(top.TraceId) ||
		held.EndTimeUnixNano < held.StartTimeUnixNano || held.StartTimeUnixNano < top.StartTimeUnixNano ||
		held.Status.GetCode() != collector.Status_STATUS_CODE_ERROR || held.Status.GetMessage() != "refused" ||
		len(held.Events) != 1 || held.Events[0].Name != "committed" || held.Flags&1 == 0 {
		t.Errorf("the hold is %v", held)
	}
	if held.Attributes[0].Value.GetStringValue() != "yes" || held.Attributes[1].Value.GetIntValue() != -5 {
		t.Errorf("its attributes are %v", held.Attributes)
	}
	if called.Kind != collector.Span_SPAN_KIND_CLIENT {
		t.Errorf("the call is %v", called)
	}
	want := "00-" + tracingtest.TraceID(top) + "-" + tracingtest.SpanID(top) + "-01"
	if got := answer.Header().Get("Traceresponse"); got != want {
		t.Errorf("the client is told %q, want %q", got, want)
	}
}

// A stranger can neither make a request be traced nor put its ids or its text
// into somebody's traces.
func TestAStrangersTraceparentDecidesNothing(t *testing.T) {
	header := map[string]string{"Traceparent": "00-" + strangersTrace + "-" + strangersSpan + "-01", "Tracestate": "vendor=their-text"}
	for name, test := range map[string]struct {
		sample float64
		trust  bool
		spans  int
	}{
		"not sampled, not trusted": {0, false, 0},
		"sampled, not trusted":     {1, false, 1},
		"not sampled, trusted":     {0, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := tracingtest.Start(t)
			tracer := newTracer(t, tracing.Config{Endpoint: r.URL, Sample: test.sample, TrustParent: test.trust})
			_, span := tracer.Request(httptest.NewRecorder(), incoming(header))
			span.End()
			err := tracer.Close(t.Context())
			got := r.Spans()
			if err != nil || len(got) != test.spans {
				t.Fatalf("%d spans, want %d; %v", len(got), test.spans, err)
			}
			if test.spans == 0 {
				return
			}
			if theirs := tracingtest.TraceID(got[0]) == strangersTrace; theirs != test.trust {
				t.Errorf("the trace is %x", got[0].TraceId)
			}
			if test.trust {
				return
			}
			link := got[0].Links[0]
			if hex.EncodeToString(link.TraceId) != strangersTrace || hex.EncodeToString(link.SpanId) != strangersSpan || link.TraceState != "" {
				t.Errorf("the link is %v", link)
			}
			if strings.Contains(got[0].String(), "their-text") {
				t.Errorf("a stranger's text is in %v", got[0])
			}
		})
	}
}

func TestATrustedParentThatIsNotSampledIsNotTraced(t *testing.T) {
	r := tracingtest.Start(t)
	tracer := newTracer(t, tracing.Config{Endpoint: r.URL, Sample: 1, TrustParent: true})
	answer := httptest.NewRecorder()
	_, span := tracer.Request(answer, incoming(map[string]string{"Traceparent": "00-" + strangersTrace + "-" + strangersSpan + "-00"}))
	span.End()
	err := tracer.Close(t.Context())
	if got := r.Spans(); err != nil || len(got) != 0 || answer.Header().Get("Traceresponse") != "" {
		t.Errorf("%v, %v, %v", r.Spans(), answer.Header(), err)
	}
}

func TestBrokenTraceparentsAreNone(t *testing.T) {
	r := tracingtest.Start(t)
	tracer := newTracer(t, tracing.Config{Endpoint: r.URL, Sample: 1, TrustParent: true})
	for _, text := range []string{
		"", "x", "00-" + strangersTrace + "-" + strangersSpan, "ff-" + strangersTrace + "-" + strangersSpan + "-01",
		"00-00000000000000000000000000000000-" + strangersSpan + "-01", "00-" + strangersTrace + "-0000000000000000-01",
		strings.Repeat("0", 5000), "00-" + strings.ToUpper(strangersTrace) + "-" + strangersSpan + "-01",
	} {
		_, span := tracer.Request(httptest.NewRecorder(), incoming(map[string]string{"Traceparent": text}))
		span.End()
	}
	two := incoming(nil)
	two.Header["Traceparent"] = []string{"00-" + strangersTrace + "-" + strangersSpan + "-01", "00-" + strangersTrace + "-" + strangersSpan + "-01"}
	_, span := tracer.Request(httptest.NewRecorder(), two)
	span.End()
	err := tracer.Close(t.Context())
	got := r.Spans()
	if err != nil || len(got) != 9 {
		t.Fatalf("%d spans, %v", len(got), err)
	}
	for _, span := range got {
		if tracingtest.TraceID(span) == strangersTrace || len(span.Links) > 0 {
			t.Errorf("%v was believed", span)
		}
	}
}

func TestModelServersAreToldOnlyWhereTheOperatorWantsIt(t *testing.T) {
	for _, told := range []bool{false, true} {
		tracer := newTracer(t, tracing.Config{Endpoint: tracingtest.Start(t).URL, Sample: 1, Upstreams: told})
		ctx, root := tracer.Request(httptest.NewRecorder(), incoming(nil))
		call := tracer.StartCall(ctx, "upstream")
		before := http.Header{"X-Own": {"1"}}
		after := tracer.TellUpstream(call, before)
		if got := after.Get("Traceparent") != ""; got != told || len(before) != 1 || after.Get("X-Own") != "1" {
			t.Errorf("told: %t; header %v, before %v", told, after, before)
		}
		call.End()
		root.End()
		if err := tracer.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// What is off costs nothing.
func TestWithoutATracerNothingIsAllocated(t *testing.T) {
	var tracer *tracing.Tracer
	w, r := httptest.NewRecorder(), incoming(map[string]string{"Traceparent": "00-" + strangersTrace + "-" + strangersSpan + "-01"})
	allocations := testing.AllocsPerRun(100, func() {
		ctx, root := tracer.Request(w, r)
		span := tracer.Start(ctx, "hold")
		span.Text("a", "b")
		span.Number("a", 1)
		span.Event("c")
		span.Fail("d")
		span.End()
		if tracer.TellUpstream(tracer.StartCall(ctx, "upstream"), nil) != nil {
			t.Error("there is a header")
		}
		root.Name("e")
		root.End()
	})
	if allocations != 0 || tracer.Close(t.Context()) != nil || len(w.Header()) != 0 {
		t.Errorf("%v allocations, header %v", allocations, w.Header())
	}
}

func BenchmarkOff(b *testing.B) {
	var tracer *tracing.Tracer
	w, r := httptest.NewRecorder(), incoming(nil)
	for b.Loop() {
		ctx, root := tracer.Request(w, r)
		for range 3 {
			tracer.Start(ctx, "hold").End()
		}
		root.End()
	}
}

func BenchmarkNotSampled(b *testing.B) {
	tracer, err := tracing.New(tracing.Config{Endpoint: "http://127.0.0.1:1/", Sample: 0})
	if err != nil {
		b.Fatal(err)
	}
	w, r := httptest.NewRecorder(), incoming(nil)
	for b.Loop() {
		ctx, root := tracer.Request(w, r)
		for range 3 {
			tracer.Start(ctx, "hold").End()
		}
		root.End()
	}
	if err := tracer.Close(context.Background()); err != nil {
		b.Error(err)
	}
}

// A collector that is away, refuses or redirects costs spans and nothing else.
func TestACollectorThatFailsIsNotWaitedFor(t *testing.T) {
	for _, status := range []int{500, 307} {
		r := tracingtest.Start(t)
		r.Status.Store(int64(status))
		var sent, lost atomic.Int64
		tracer := newTracer(t, tracing.Config{Endpoint: r.URL, Sample: 1, Observe: func(spans int, ok bool) {
			if ok {
				sent.Add(int64(spans))
			} else {
				lost.Add(int64(spans))
			}
		}})
		const made = 20_000
		for range made {
			_, span := tracer.Request(httptest.NewRecorder(), incoming(nil))
			span.End()
		}
		if err := tracer.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if sent.Load() != 0 || lost.Load() != made {
			t.Errorf("%d: %d sent, %d lost of %d", status, sent.Load(), lost.Load(), made)
		}
	}
}

func TestClosingDoesNotWaitForACollectorThatHangs(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}))
	defer server.Close()
	defer close(release)
	tracer := newTracer(t, tracing.Config{Endpoint: server.URL, Sample: 1})
	_, span := tracer.Request(httptest.NewRecorder(), incoming(nil))
	span.End()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := tracer.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("closing: %v", err)
	}
}

func TestConfigurationsThatCannotBeMeantAreRefused(t *testing.T) {
	for _, config := range []tracing.Config{
		{Endpoint: ""}, {Endpoint: "collector:4318"}, {Endpoint: "ftp://x/"}, {Endpoint: "http://user:secret@x/"}, {Endpoint: "http://x/?key=secret"},
		{Endpoint: "http://x/", Sample: 1.1}, {Endpoint: "http://x/", Sample: -1},
	} {
		if _, err := tracing.New(config); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: %v", config, err)
		}
	}
}
