package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// sender is the SDK's batches with a count of what they lose: what finds no
// room is lost at once, so that nobody waits.
type sender struct {
	sdk.SpanProcessor
	exporter *exporter
}

// exporter is the SDK's own, which sends each batch once, and tells what became
// of it.
type exporter struct {
	sdk.SpanExporter
	client  *http.Client
	log     *slog.Logger
	observe func(int, bool)
	waiting atomic.Int64 // spans that ended, and that nobody tried to send yet
	failed  bool         // the last batch; of ExportSpans alone, which is called once at a time

	halted context.Context
	halt   context.CancelFunc // ends what is being sent
}

func newSender(endpoint string, config Config) (*sender, error) {
	headers := make(map[string]string, len(config.Header))
	for name := range config.Header {
		headers[name] = config.Header.Get(name)
	}
	client := &http.Client{
		Timeout:   sendTimeout,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
		// A credential must not follow to another place.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	// Traces are not worth a second try: while the collector is away the newest
	// ones find room, and the books do not depend on any.
	official, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(endpoint), otlptracehttp.WithHeaders(headers),
		otlptracehttp.WithHTTPClient(client), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}))
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	e := &exporter{SpanExporter: official, client: client, log: config.Log, observe: config.Observe}
	e.halted, e.halt = context.WithCancel(context.Background())
	return &sender{exporter: e, SpanProcessor: sdk.NewBatchSpanProcessor(e, sdk.WithMaxQueueSize(queueLength),
		sdk.WithMaxExportBatchSize(batchLength), sdk.WithBatchTimeout(batchTime), sdk.WithExportTimeout(sendTimeout))}, nil
}

// OnEnd implements [sdk.SpanProcessor].
func (s *sender) OnEnd(span sdk.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	if s.exporter.waiting.Add(1) > queueLength {
		s.exporter.waiting.Add(-1)
		s.exporter.observe(1, false)
		return
	}
	s.SpanProcessor.OnEnd(span)
}

// Shutdown implements [sdk.SpanProcessor]: it sends what is left for as long as
// the context lasts.
func (s *sender) Shutdown(ctx context.Context) error {
	defer s.exporter.client.CloseIdleConnections()
	defer s.exporter.halt()
	if err := s.SpanProcessor.Shutdown(ctx); err != nil {
		return fmt.Errorf("tracing: the last spans were not sent: %w", err)
	}
	return nil
}

// ExportSpans implements [sdk.SpanExporter]. A failure is told here.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.halted, cancel)()
	err := e.SpanExporter.ExportSpans(ctx, spans)
	e.waiting.Add(-int64(len(spans)))
	e.observe(len(spans), err == nil)
	if (err != nil) != e.failed {
		e.failed = err != nil
		if e.failed {
			e.log.Warn("traces cannot be sent", "error", err)
		} else {
			e.log.Info("traces are sent again")
		}
	}
	return nil
}
