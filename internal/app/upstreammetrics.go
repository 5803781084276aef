package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"stakegate/internal/upstream"
)

// upstreamMetrics asks the pool about the model servers. Its label is the name
// that the operator gave them.
type upstreamMetrics struct{ pool *upstream.Pool }

var (
	upstreamHealthy  = prometheus.NewDesc("stakegate_upstream_healthy", "1 if the model server is called, 0 if it is left alone.", []string{"upstream"}, nil)
	upstreamInFlight = prometheus.NewDesc("stakegate_upstream_in_flight", "Calls under way at the model server.", []string{"upstream"}, nil)
)

// Describe implements prometheus.Collector.
func (upstreamMetrics) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- upstreamHealthy
	descriptions <- upstreamInFlight
}

// Collect implements prometheus.Collector.
func (c upstreamMetrics) Collect(into chan<- prometheus.Metric) {
	for _, status := range c.pool.Status() {
		healthy := 0.0
		if status.Healthy {
			healthy = 1
		}
		into <- prometheus.MustNewConstMetric(upstreamHealthy, prometheus.GaugeValue, healthy, status.Name)
		into <- prometheus.MustNewConstMetric(upstreamInFlight, prometheus.GaugeValue, float64(status.InFlight), status.Name)
	}
}

func (m *metrics) observeAttempt(attempt upstream.Attempt) {
	m.attempts.WithLabelValues(attempt.Upstream, string(attempt.Outcome)).Inc()
}
