package app_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

// scrape reads all metrics, by name and labels as they are written.
func scrape(t *testing.T, w *apptest.World) map[string]float64 {
	t.Helper()
	response, err := http.DefaultClient.Do(must(http.NewRequest("GET", "http://"+w.App.MetricsAddr().String()+"/metrics", nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%d %s %v", response.StatusCode, text, err)
	}
	values := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if i := strings.LastIndex(line, "} "); i >= 0 {
			name, value = line[:i+1], strings.TrimSpace(line[i+2:])
		}
		if number, err := strconv.ParseFloat(value, 64); err == nil && name != "#" {
			values[name] = number
		}
	}
	return values
}

func TestMetricsTellWhatAnOperatorWatches(t *testing.T) {
	g := newGate()
	w := apptest.Start(t, apptest.Options{Model: g.around, Config: func(c *app.Config) { c.MetricsListen = "127.0.0.1:0" }})
	_, admin := w.Account(100)
	running := make(chan apptest.Answer, 1)
	go func() {
		answer, _ := w.Try(w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", "")))
		running <- answer
	}()
	<-g.arrived
	want := func(values map[string]float64, expected map[string]float64) {
		t.Helper()
		for name, value := range expected {
			if got, there := values[name]; !there || got != value {
				t.Errorf("%s is %v (there: %t), want %v", name, got, there, value)
			}
		}
	}
	during := scrape(t, w)
	want(during, map[string]float64{
		"stakegate_holds_in_flight": 1, `stakegate_upstream_healthy{upstream="echo"}`: 1, `stakegate_upstream_in_flight{upstream="echo"}`: 1,
		"stakegate_invariant_violations_total": 0, "stakegate_operator_loss_nanousd_total": 0,
		"stakegate_ledger_queue_length": 0, "stakegate_ledger_commit_failures_total": 0,
		`stakegate_upstream_calls_total{source="usage"}`: 0, `stakegate_upstream_calls_total{source="lost"}`: 0,
		`stakegate_requests_total{route="POST /api/v1/api_keys/generate_web3_key",status="200"}`: 1,
	})
	if age := during["stakegate_oldest_hold_seconds"]; age < 0 || age > 60 {
		t.Errorf("the oldest hold is %v s old", age)
	}
	if during["stakegate_ledger_batch_operations_count"] < 2 || during["stakegate_ledger_commit_seconds_sum"] <= 0 {
		t.Errorf("%v commits in %v s", during["stakegate_ledger_batch_operations_count"], during["stakegate_ledger_commit_seconds_sum"])
	}
	close(g.release)
	<-running
	w.Model.SetFault(echo.FaultAbsurdUsage)
	w.Chat(admin, "hello", `"max_tokens":5`)
	w.Model.SetFault(echo.FaultServerError)
	w.Chat(admin, "hello", `"max_tokens":5`)
	w.Call("GET", "/no/such/route", "", "")
	after := scrape(t, w)
	want(after, map[string]float64{
		"stakegate_holds_in_flight": 0, "stakegate_oldest_hold_seconds": 0, `stakegate_build_info{version="test"}`: 1,
		`stakegate_upstream_calls_total{source="usage"}`: 2, `stakegate_upstream_calls_total{source="void"}`: 1,
		`stakegate_requests_total{route="POST /api/v1/chat/completions",status="200"}`: 2,
		`stakegate_requests_total{route="POST /api/v1/chat/completions",status="502"}`: 1,
		`stakegate_upstream_attempts_total{outcome="answered",upstream="echo"}`:        2,
		`stakegate_upstream_attempts_total{outcome="failed",upstream="echo"}`:          1,
		`stakegate_requests_total{route="none",status="404"}`:                          1,
	})
	if loss := after["stakegate_operator_loss_nanousd_total"]; loss <= 0 {
		t.Errorf("an absurd usage lost the operator %v nano-USD", loss)
	}
	if answer := w.Send(must(http.NewRequest("GET", w.Origin+"/metrics", nil))); answer.Status != http.StatusNotFound {
		t.Errorf("strangers can read the metrics: %s", answer)
	}
}

func TestWithoutAnAddressThereAreNoMetrics(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	if address := w.App.MetricsAddr(); address != nil {
		t.Errorf("metrics are served on %s", address)
	}
}
