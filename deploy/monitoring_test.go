package deploy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// promtool runs Prometheus' own checker, from Debian's package prometheus.
func promtool(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Fatal("promtool is missing; run make test-setup, or install Debian's package prometheus")
	}
	output, err := exec.CommandContext(t.Context(), path, arguments...).CombinedOutput()
	return string(output), err
}

func TestPromtoolAcceptsTheRulesAndTheConfiguration(t *testing.T) {
	for _, arguments := range [][]string{
		{"check", "rules", "prometheus/rules.yml"}, {"check", "config", "prometheus/prometheus.yml"}, {"test", "rules", "prometheus/rules_test.yml"},
	} {
		if output, err := promtool(t, arguments...); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(arguments, " "), err, output)
		}
	}
}

type ruleFile struct {
	Groups []struct {
		Rules []struct {
			Alert, Expr string
			Labels      map[string]string
			Annotations map[string]string
		}
	}
}

type ruleTests struct {
	Tests []struct {
		AlertRuleTest []struct {
			Alertname string `yaml:"alertname"`
			ExpAlerts []any  `yaml:"exp_alerts"`
		} `yaml:"alert_rule_test"`
	}
}

func TestEveryAlertIsSeenToFireAndToStayQuiet(t *testing.T) {
	var rules ruleFile
	if err := yaml.Unmarshal([]byte(read(t, "prometheus/rules.yml")), &rules); err != nil {
		t.Fatal(err)
	}
	var tests ruleTests
	if err := yaml.Unmarshal([]byte(read(t, "prometheus/rules_test.yml")), &tests); err != nil {
		t.Fatal(err)
	}
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, test := range tests.Tests {
		for _, one := range test.AlertRuleTest {
			if len(one.ExpAlerts) > 0 {
				fires[one.Alertname] = true
			} else {
				quiet[one.Alertname] = true
			}
		}
	}
	for _, rule := range rules.Groups[0].Rules {
		if !fires[rule.Alert] || !quiet[rule.Alert] {
			t.Errorf("%s: a case in which it fires: %t; in which it does not: %t", rule.Alert, fires[rule.Alert], quiet[rule.Alert])
		}
		if rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
			t.Errorf("%s does not say how bad it is and what to do", rule.Alert)
		}
	}
}

// The cases themselves must see an alert that does not work.
func TestAnAlertThatNeverFiresFailsItsCase(t *testing.T) {
	folder := t.TempDir()
	spoiled := strings.Replace(read(t, "prometheus/rules.yml"), "stakegate_invariant_violations_total > 0", "stakegate_invariant_violations_total > 9", 1)
	for name, text := range map[string]string{"rules.yml": spoiled, "rules_test.yml": read(t, "prometheus/rules_test.yml")} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := promtool(t, "test", "rules", filepath.Join(folder, "rules_test.yml")); err == nil {
		t.Errorf("it passes:\n%s", output)
	}
}

var (
	documented = regexp.MustCompile("(?m)^\\| `(stakegate_[a-z_]+)(?:\\{[a-z,]+\\})?` \\| (\\w+) \\|")
	mentioned  = regexp.MustCompile(`stakegate_[a-z_]+`)
)

// Names of metrics are those of docs/metrics.md, which is held to what the
// server has (internal/app).
func TestRulesAndDashboardNameMetricsThatExist(t *testing.T) {
	known := map[string]bool{}
	for _, row := range documented.FindAllStringSubmatch(read(t, "../docs/metrics.md"), -1) {
		known[row[1]] = true
		if row[2] == "histogram" {
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				known[row[1]+suffix] = true
			}
		}
	}
	for _, path := range []string{"prometheus/rules.yml", "prometheus/rules_test.yml", "grafana/stakegate.json"} {
		names := mentioned.FindAllString(read(t, path), -1)
		if len(names) < 10 {
			t.Errorf("%s names %d metrics", path, len(names))
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("%s names %s, which does not exist", path, name)
			}
		}
	}
}

type dashboard struct {
	UID    string
	Panels []struct {
		ID          int
		Type, Title string
		GridPos     struct{ X, Y, W, H int }
		Targets     []struct{ Expr, RefID string }
		Datasource  map[string]string
	}
	Templating struct {
		List []struct{ Name string }
	}
}

func TestTheDashboardIsOneThatGrafanaCanImport(t *testing.T) {
	var board dashboard
	if err := json.Unmarshal([]byte(read(t, "grafana/stakegate.json")), &board); err != nil {
		t.Fatal(err)
	}
	var variables []string
	for _, variable := range board.Templating.List {
		variables = append(variables, variable.Name)
	}
	if board.UID == "" || !slices.Equal(variables, []string{"datasource", "job", "instance"}) {
		t.Errorf("uid %q, variables %v", board.UID, variables)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	rules := "groups: [{name: panels, rules: [" // for promtool to read the expressions
	for _, panel := range board.Panels {
		if ids[panel.ID] || panel.Title == "" || panel.GridPos.X+panel.GridPos.W > 24 {
			t.Errorf("panel %d %q: id taken: %t, at %+v", panel.ID, panel.Title, ids[panel.ID], panel.GridPos)
		}
		ids[panel.ID] = true
		for x := panel.GridPos.X; x < panel.GridPos.X+panel.GridPos.W; x++ {
			for y := panel.GridPos.Y; y < panel.GridPos.Y+panel.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" {
					t.Fatalf("%q covers %q", panel.Title, other)
				}
				taken[[2]int{x, y}] = panel.Title
			}
		}
		if panel.Type != "row" && (len(panel.Targets) == 0 || panel.Datasource["uid"] != "${datasource}") {
			t.Errorf("%q has %d expressions from %v", panel.Title, len(panel.Targets), panel.Datasource)
		}
		for _, target := range panel.Targets {
			expression := strings.NewReplacer("$__rate_interval", "1m", "$job", ".*", "$instance", ".*").Replace(target.Expr)
			text, _ := json.Marshal(expression) // a text always can be
			rules += fmt.Sprintf("{record: panel_%d_%s, expr: %s},\n", panel.ID, target.RefID, text)
		}
	}
	path := filepath.Join(t.TempDir(), "panels.yml")
	if err := os.WriteFile(path, []byte(strings.TrimSuffix(rules, ",\n")+"]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := promtool(t, "check", "rules", path); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
