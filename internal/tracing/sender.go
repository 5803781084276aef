package tracing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// sender collects spans that have ended and sends them in batches. It never
// makes anybody wait: what finds no room is lost, and counted.
type sender struct {
	endpoint string
	header   http.Header
	client   *http.Client
	log      *slog.Logger
	observe  func(int, bool)

	queue  chan sdk.ReadOnlySpan
	closed atomic.Bool
	stop   chan struct{}
	halt   context.CancelFunc // ends a request that is under way
	done   chan struct{}
	once   sync.Once
	failed bool // the last batch; of run alone
}

func newSender(endpoint string, config Config) *sender {
	ctx, halt := context.WithCancel(context.Background())
	s := &sender{
		endpoint: endpoint, header: config.Header, log: config.Log, observe: config.Observe,
		client: &http.Client{
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
			// A credential must not follow to another place.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		queue: make(chan sdk.ReadOnlySpan, queueLength), stop: make(chan struct{}), done: make(chan struct{}), halt: halt,
	}
	go s.run(ctx)
	return s
}

// OnStart implements sdk.SpanProcessor.
func (s *sender) OnStart(context.Context, sdk.ReadWriteSpan) {}

// OnEnd implements sdk.SpanProcessor.
func (s *sender) OnEnd(span sdk.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		return
	}
	if !s.closed.Load() {
		select {
		case s.queue <- span:
			return
		default:
		}
	}
	s.observe(1, false)
}

// ForceFlush implements sdk.SpanProcessor. Shutdown is what sends.
func (s *sender) ForceFlush(context.Context) error { return nil }

// Shutdown implements sdk.SpanProcessor: it sends what is left for as long as
// the context lasts.
func (s *sender) Shutdown(ctx context.Context) error {
	s.once.Do(func() {
		s.closed.Store(true)
		close(s.stop)
	})
	defer s.client.CloseIdleConnections()
	defer s.halt()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		s.halt()
		<-s.done
		return fmt.Errorf("tracing: the last spans were not sent: %w", ctx.Err())
	}
}

func (s *sender) run(ctx context.Context) {
	defer close(s.done)
	ticker := time.NewTicker(batchTime)
	defer ticker.Stop()
	batch := make([]sdk.ReadOnlySpan, 0, batchLength)
	flush := func() {
		if len(batch) > 0 {
			s.deliver(ctx, batch)
			clear(batch)
			batch = batch[:0]
		}
	}
	for {
		select {
		case span := <-s.queue:
			if batch = append(batch, span); len(batch) == batchLength {
				flush()
			}
		case <-ticker.C:
			flush()
		case <-s.stop:
			for len(s.queue) > 0 {
				if batch = append(batch, <-s.queue); len(batch) == batchLength {
					flush()
				}
			}
			flush()
			return
		}
	}
}

// deliver sends a batch once. Traces are not worth a second try: while the
// collector is away the newest ones find room, and the books do not depend on
// any.
func (s *sender) deliver(ctx context.Context, batch []sdk.ReadOnlySpan) {
	err := s.post(ctx, encode(batch))
	s.observe(len(batch), err == nil)
	if (err != nil) != s.failed {
		s.failed = err != nil
		if s.failed {
			s.log.Warn("traces cannot be sent", "error", err)
		} else {
			s.log.Info("traces are sent again")
		}
	}
}

func (s *sender) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for name, values := range s.header {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // so that the connection can be used again
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answered %d", response.StatusCode)
	}
	return nil
}
