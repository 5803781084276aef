package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"stakegate/internal/gateway"
	"stakegate/internal/httpapi"
	"stakegate/internal/ledger"
	"stakegate/internal/store"
	"stakegate/internal/webhook"
)

// metrics are what an operator watches; docs/metrics.md explains them. No label
// has a value that a client chooses.
type metrics struct {
	registry      *prometheus.Registry
	batch, commit prometheus.Histogram
	failed        prometheus.Counter
	requests      *prometheus.CounterVec
	calls         *prometheus.CounterVec
	loss          prometheus.Counter
	catalogs      *prometheus.CounterVec
	attempts      *prometheus.CounterVec
	spans         *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	webhooks      *prometheus.CounterVec
	stakeAlarms   *prometheus.CounterVec
	refusals      *prometheus.CounterVec
	build         *prometheus.GaugeVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(), stakeAlarms: newStakeAlarms(),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "stakegate_ledger_batch_operations", Help: "Operations in one commit of the ledger.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "stakegate_ledger_commit_seconds", Help: "Duration of one commit of the ledger.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stakegate_ledger_commit_failures_total", Help: "Commits of the ledger that failed or whose outcome is unknown.",
		}),
		requests: counters("stakegate_requests_total", "Requests answered, by route and status; 499 is a client that left before, 0 a connection that was cut.", "route", "status"),
		calls: counters("stakegate_upstream_calls_total",
			"Calls that were held for, by where the numbers of their settlement come from.", "source"),
		loss: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "stakegate_operator_loss_nanousd_total", Help: "What upstreams used beyond the holds, in 10^-9 USD; it must be 0.",
		}),
		catalogs: counters("stakegate_catalog_reloads_total",
			"Changes of the catalogue, or of an upstream's key, that were put in place (ok) or refused, so that the old ones stay.", "result"),
		attempts: counters("stakegate_upstream_attempts_total", "Tries to get an answer from a model server, by how they ended.", "upstream", "outcome"),
		spans:    counters("stakegate_trace_spans_total", "Spans that the collector took (sent), or that were lost on the way to it.", "result"),
		webhooks: counters("stakegate_webhook_attempts_total", "Attempts to deliver a webhook, by how they ended.", "result"),
		refusals: counters("stakegate_limit_refusals_total", "Requests that were turned away, by the limit of the configuration that they met.", "limit"),
		build:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "stakegate_build_info", Help: "1, with what this server was built from."}, []string{"version"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "stakegate_request_seconds", Help: "Time from a request's arrival to the end of its answer, by route.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 10),
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.batch, m.commit, m.failed, m.requests, m.calls, m.loss, m.catalogs, m.attempts, m.spans, m.duration, m.webhooks, m.refusals, m.build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	begin(m.calls, ledger.SourceUsage, ledger.SourceEstimated, ledger.SourceHold, "void", "lost")
	begin(m.refusals, "tokens", "mints", "wallets", "wallets_at_once", "failed_attempts", "failed_attempts_by_source")
	begin(m.catalogs, "ok", "refused")
	begin(m.spans, "sent", "lost")
	begin(m.webhooks, webhook.Delivered, webhook.Failed, webhook.GivenUp)
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// begin shows counters at 0, so that their first increase is seen as one.
func begin(counters *prometheus.CounterVec, values ...string) {
	for _, value := range values {
		counters.WithLabelValues(value)
	}
}

// watch adds what is read when somebody asks.
func (m *metrics) watch(engine *ledger.Engine, books *store.Store, now func() time.Time) {
	m.registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "stakegate_invariant_violations_total", Help: "Decisions that were stopped because they would have broken the books; it must be 0.",
		}, func() float64 { return float64(engine.Violations()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "stakegate_ledger_queue_length", Help: "Operations that wait for a commit.",
		}, func() float64 { return float64(engine.Waiting()) }),
		inFlight{books, now},
	)
}

func (m *metrics) observeCommit(commit ledger.Commit) {
	m.batch.Observe(float64(commit.Operations))
	m.commit.Observe(commit.Duration.Seconds())
	if commit.Err != nil {
		m.failed.Inc()
	}
}

func (m *metrics) observeRequest(request httpapi.Request) {
	route := request.Route
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(request.Status)).Inc()
	m.duration.WithLabelValues(route).Observe(request.Duration.Seconds())
}

// observeRefusal counts a request that a limit of the configuration turned away.
func (m *metrics) observeRefusal(limit string) { m.refusals.WithLabelValues(limit).Inc() }

func (m *metrics) observeBlock(byKey bool) {
	if byKey {
		m.observeRefusal("failed_attempts")
	} else {
		m.observeRefusal("failed_attempts_by_source")
	}
}

func (m *metrics) observeSpans(spans int, sent bool) {
	result := "sent"
	if !sent {
		result = "lost"
	}
	m.spans.WithLabelValues(result).Add(float64(spans))
}

func (m *metrics) observeCall(outcome gateway.Outcome) {
	m.calls.WithLabelValues(outcome.Source).Inc()
	m.loss.Add(float64(outcome.Loss))
}

func (m *metrics) observeCatalog(err error) {
	result := "ok"
	if err != nil {
		result = "refused"
	}
	m.catalogs.WithLabelValues(result).Inc()
}

// inFlight asks the database, which all replicas share, about holds.
type inFlight struct {
	books *store.Store
	now   func() time.Time
}

var (
	holdsInFlight = prometheus.NewDesc("stakegate_holds_in_flight", "Holds that are not resolved, on all replicas.", nil, nil)
	clockAhead    = prometheus.NewDesc("stakegate_clock_ahead_seconds", "How far this machine's clock is ahead of the database's, which decides.", nil, nil)
	oldestHold    = prometheus.NewDesc("stakegate_oldest_hold_seconds", "Age of the oldest of them; 0 if there is none.", nil, nil)
)

const inFlightTimeout = 2 * time.Second

// Describe implements prometheus.Collector.
func (inFlight) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- holdsInFlight
	descriptions <- oldestHold
	descriptions <- clockAhead
}

// Collect implements prometheus.Collector. While the database is away these
// are absent and the others are not.
func (c inFlight) Collect(into chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), inFlightTimeout)
	defer cancel()
	state, err := c.books.InFlight(ctx)
	if err != nil {
		return
	}
	into <- prometheus.MustNewConstMetric(holdsInFlight, prometheus.GaugeValue, float64(state.Holds))
	into <- prometheus.MustNewConstMetric(oldestHold, prometheus.GaugeValue, state.Oldest.Seconds())
	if skew, err := clockSkew(ctx, c.books, c.now); err == nil {
		into <- prometheus.MustNewConstMetric(clockAhead, prometheus.GaugeValue, skew.Seconds())
	}
}

// listenMetrics takes the configured address; without one there is no server.
func (a *App) listenMetrics(ctx context.Context) error {
	if a.config.MetricsListen == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.config.MetricsListen)
	if err != nil {
		return fmt.Errorf("metrics_listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}))
	a.metricsDoor = &sideDoor{listener, a.newServer(mux)}
	return nil
}

// MetricsAddr is where metrics are served, nil if nowhere.
func (a *App) MetricsAddr() net.Addr { return a.metricsDoor.addr() }
