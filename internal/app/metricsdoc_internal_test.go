package app

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

var descriptionName = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

// served are all metrics of ours that there are, by name with their labels.
func served(t *testing.T) map[string]string {
	t.Helper()
	m := newMetrics()
	m.watch(nil, nil, nil)
	m.registry.MustRegister(upstreamMetrics{})
	m.watchChain(nil)
	descriptions := make(chan *prometheus.Desc)
	go func() {
		m.registry.Describe(descriptions)
		close(descriptions)
	}()
	names := map[string]string{}
	for description := range descriptions {
		parts := descriptionName.FindStringSubmatch(description.String())
		if parts == nil {
			t.Fatalf("%s is not understood", description)
		}
		if strings.HasPrefix(parts[1], "stakegate_") {
			names[parts[1]] = parts[2]
		}
	}
	return names
}

var documentedName = regexp.MustCompile("(?m)^\\| `(stakegate_[a-z_]+)(?:\\{([a-z,]+)\\})?` \\|")

// What the page about metrics names is there, with these labels, and what is
// there is named.
func TestThePageAboutMetricsNamesWhatThereIs(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, row := range documentedName.FindAllStringSubmatch(string(page), -1) {
		documented[row[1]] = row[2]
	}
	if there := served(t); !maps.Equal(there, documented) {
		for _, name := range slices.Sorted(maps.Keys(there)) {
			if labels, named := documented[name]; !named || labels != there[name] {
				t.Errorf("%s{%s} is served; the page says {%s} (named: %t)", name, there[name], labels, named)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(documented)) {
			if _, is := there[name]; !is {
				t.Errorf("%s is on the page and not served", name)
			}
		}
	}
}
