// Package tracing tells where the time of a request went: spans of the hold, the
// upstream call and the settlement, sent to an OpenTelemetry collector.
//
// It is off unless a collector is named, and then a nil *Tracer and a nil *Span
// do nothing: no allocation, no look at the context. Spans have no prompts, no
// answers, no keys, and no addresses but the account's id; nothing that a client
// wrote gets into one.
//
// A client's traceparent (W3C Trace Context) is not believed: the request gets a
// trace and a sampling decision of its own, and a link to the client's span. So
// neither its sampled flag nor its choice of an id makes anything be recorded.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config is what a Tracer is made of.
type Config struct {
	// Endpoint takes OTLP over HTTP in protobuf's form, such as
	// http://127.0.0.1:4318/v1/traces.
	Endpoint string
	// Header goes with everything that is sent there; it may have a credential.
	Header http.Header
	// Sample is the share of requests that are traced, from 0 to 1.
	Sample float64
	// TrustParent goes on with the trace of a request that brings one, and
	// follows its sampled flag: only where nobody but a proxy of one's own can
	// send it.
	TrustParent bool
	// Upstreams tells model servers the trace that a call belongs to.
	Upstreams bool
	// Version is the program's.
	Version string
	// Log is told when spans cannot be sent, and when they can be again.
	Log *slog.Logger
	// Observe is told of spans that were sent, or lost; nil: nobody is.
	Observe func(spans int, sent bool)
}

// Tracer makes spans. A nil one makes none.
type Tracer struct {
	tracer    trace.Tracer
	provider  *sdk.TracerProvider
	trust     bool
	upstreams bool
}

// scope names the instrumentation, and service is the default service.name.
const (
	scope   = "stakegate"
	service = "stakegate"
)

// New makes a Tracer that sends spans from now on. Close must be called.
func New(config Config) (*Tracer, error) {
	endpoint, err := url.Parse(config.Endpoint)
	switch {
	case err != nil, endpoint.Host == "", endpoint.Scheme != "http" && endpoint.Scheme != "https":
		return nil, errors.New("tracing: the endpoint must be a URL such as http://127.0.0.1:4318/v1/traces")
	case endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "":
		return nil, errors.New("tracing: the endpoint must have no user, query or fragment; put credentials into the headers")
	case !(config.Sample >= 0 && config.Sample <= 1):
		return nil, fmt.Errorf("tracing: sample is %v; it must be from 0 to 1", config.Sample)
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Observe == nil {
		config.Observe = func(int, bool) {}
	}
	sender, err := newSender(endpoint.String(), config)
	if err != nil {
		return nil, err
	}
	provider := sdk.NewTracerProvider(
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(config.Sample))),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", service), attribute.String("service.version", config.Version))),
		sdk.WithSpanProcessor(sender),
	)
	return &Tracer{
		tracer: provider.Tracer(scope, trace.WithInstrumentationVersion(config.Version)), provider: provider,
		trust: config.TrustParent, upstreams: config.Upstreams,
	}, nil
}

// Close sends what is left, for as long as the context lasts.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Span is a piece of a request's time. A nil one takes everything and does
// nothing, which is what a request has that is not traced.
type Span struct{ span trace.Span }

// Names of the headers of W3C Trace Context.
const (
	headerParent   = "Traceparent"
	headerState    = "Tracestate"
	headerResponse = "Traceresponse" // of the draft for answers
)

// Request begins the span of a request and tells the client its id. The context
// is the one that belongs to it.
func (t *Tracer) Request(w http.ResponseWriter, r *http.Request) (context.Context, *Span) {
	ctx := r.Context()
	if t == nil {
		return ctx, nil
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)}
	if remote := remoteSpan(r.Header); remote.IsValid() {
		if t.trust {
			ctx = trace.ContextWithRemoteSpanContext(ctx, remote)
		} else {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: bare(remote)}))
		}
	}
	ctx, span := t.tracer.Start(ctx, "request", options...)
	if !span.IsRecording() {
		return ctx, nil
	}
	w.Header().Set(headerResponse, parentText(span.SpanContext()))
	return ctx, &Span{span}
}

// remoteSpan is the span that a request says it comes from. More than one is
// none.
func remoteSpan(header http.Header) trace.SpanContext {
	if len(header[headerParent]) != 1 {
		return trace.SpanContext{}
	}
	carrier := propagation.HeaderCarrier{headerParent: header[headerParent], headerState: header[headerState]}
	return trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), carrier))
}

// bare is a stranger's span without the text that it may carry.
func bare(remote trace.SpanContext) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: remote.TraceID(), SpanID: remote.SpanID(), Remote: true})
}

func parentText(c trace.SpanContext) string {
	return "00-" + c.TraceID().String() + "-" + c.SpanID().String() + "-" + c.TraceFlags().String()
}

// Start begins a span below the one of the context, if that is traced.
func (t *Tracer) Start(ctx context.Context, name string) *Span {
	return t.start(ctx, name, trace.SpanKindInternal)
}

// StartCall is Start for a call to another server.
func (t *Tracer) StartCall(ctx context.Context, name string) *Span {
	return t.start(ctx, name, trace.SpanKindClient)
}

func (t *Tracer) start(ctx context.Context, name string, kind trace.SpanKind) *Span {
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return nil
	}
	_, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind))
	return &Span{span}
}

// TellUpstream is header with the trace that a call to a model server belongs
// to, if it is to know.
func (t *Tracer) TellUpstream(s *Span, header http.Header) http.Header {
	if t == nil || !t.upstreams || s == nil {
		return header
	}
	told := header.Clone()
	if told == nil {
		told = http.Header{}
	}
	told.Set(headerParent, parentText(s.span.SpanContext()))
	return told
}

// Name renames the span, when it is known what the request was.
func (s *Span) Name(name string) {
	if s != nil {
		s.span.SetName(name)
	}
}

// Text notes a word of ours about the span, never one of a client's.
func (s *Span) Text(key, value string) {
	if s != nil {
		s.span.SetAttributes(attribute.String(key, value))
	}
}

// Number notes a number.
func (s *Span) Number(key string, value int64) {
	if s != nil {
		s.span.SetAttributes(attribute.Int64(key, value))
	}
}

// Event notes that something happened now.
func (s *Span) Event(name string) {
	if s != nil {
		s.span.AddEvent(name)
	}
}

// Fail says that what the span is about went wrong, in a word of ours.
func (s *Span) Fail(what string) {
	if s != nil {
		s.span.SetStatus(codes.Error, what)
	}
}

// End ends the span; a second time does nothing.
func (s *Span) End() {
	if s != nil {
		s.span.End()
	}
}

// How spans are collected and sent.
const (
	queueLength = 4096
	batchLength = 512
	batchTime   = 2 * time.Second
	sendTimeout = 5 * time.Second
)
