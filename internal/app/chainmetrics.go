package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"stakegate/internal/chain"
	"stakegate/internal/stake"
)

func newStakeAlarms() *prometheus.CounterVec {
	alarms := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "stakegate_stake_alarms_total",
		Help: "Times that a staking contract was found not to be what its adapter needs, by what it was.",
	}, []string{"alarm"})
	for _, kind := range []string{stake.AlarmImplementation, stake.AlarmCooldown, stake.AlarmTransferable} {
		alarms.WithLabelValues(kind)
	}
	return alarms
}

var (
	chainNodeOK        = prometheus.NewDesc("stakegate_chain_node_ok", "1 if the node's last answer was good.", []string{"node"}, nil)
	chainNodeFailures  = prometheus.NewDesc("stakegate_chain_node_failures_total", "Answers of the node that were not good.", []string{"node"}, nil)
	chainHeadTime      = prometheus.NewDesc("stakegate_chain_block_time_seconds", "Time of the newest block that stakes were read at.", nil, nil)
	chainDisagreements = prometheus.NewDesc("stakegate_chain_disagreements_total", "Times that nodes answered differently about one block.", nil, nil)
)

// chainState tells how the nodes are. Their names come from the configuration.
type chainState struct{ client *chain.Client }

func (m *metrics) watchChain(client *chain.Client) {
	m.registry.MustRegister(m.stakeAlarms, chainState{client})
}

// Describe implements prometheus.Collector.
func (chainState) Describe(descriptions chan<- *prometheus.Desc) {
	descriptions <- chainNodeOK
	descriptions <- chainNodeFailures
	descriptions <- chainHeadTime
	descriptions <- chainDisagreements
}

// Collect implements prometheus.Collector.
func (c chainState) Collect(into chan<- prometheus.Metric) {
	status := c.client.Status()
	seen := map[string]bool{}
	for _, node := range status.Nodes {
		if seen[node.Name] { // two paths of one host
			continue
		}
		seen[node.Name] = true
		ok := 0.0
		if node.OK {
			ok = 1
		}
		into <- prometheus.MustNewConstMetric(chainNodeOK, prometheus.GaugeValue, ok, node.Name)
		into <- prometheus.MustNewConstMetric(chainNodeFailures, prometheus.CounterValue, float64(node.Failures), node.Name)
	}
	if !status.Head.Time.IsZero() {
		into <- prometheus.MustNewConstMetric(chainHeadTime, prometheus.GaugeValue, float64(status.Head.Time.Unix()))
	}
	into <- prometheus.MustNewConstMetric(chainDisagreements, prometheus.CounterValue, float64(status.Disagreements))
}
