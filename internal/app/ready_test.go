package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/store/pgtest"
)

// problems are the parts that /readyz lists, sorted, with all of its text.
func problems(t *testing.T, w *apptest.World) ([]string, string) {
	t.Helper()
	answer := w.Send(must(http.NewRequest("GET", w.Origin+"/readyz", nil)))
	var body struct {
		Status   string
		Degraded []struct{ Part, Problem string }
	}
	if err := json.Unmarshal(answer.Body, &body); err != nil || answer.Status != http.StatusOK || body.Status != "ready" {
		t.Fatalf("%s %v", answer, err)
	}
	parts := []string{}
	for _, one := range body.Degraded {
		if one.Problem == "" {
			t.Errorf("no word about %s", one.Part)
		}
		parts = append(parts, one.Part)
	}
	slices.Sort(parts)
	return parts, string(answer.Body)
}

func TestReadinessListsWhatIsDegradedAndNamesNobody(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	if parts, _ := problems(t, w); len(parts) != 0 {
		t.Fatalf("at first %v", parts)
	}
	w.Model.SetFault(echo.FaultServerError)
	for range 5 {
		w.Chat(admin, "hello", "")
	}
	changeCatalog(t, w, "id: echo-1,", "id: echo-1, no_such_field: 1,")
	if w.App.ReloadCatalog() == nil {
		t.Error("a broken catalogue is taken")
	}
	w.Chain.SetDown(true)
	var text string
	w.Eventually(10*time.Second, "all three are listed", func() (all bool) {
		parts, body := problems(t, w)
		text = body
		return slices.Equal(parts, []string{"catalog", "chain", "upstreams"})
	})
	for _, secret := range []string{"127.0.0.1", "http", "echo", "no_such_field", w.Dir} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %s", secret, text)
		}
	}
	w.Chain.SetDown(false)
	w.Model.SetFault(echo.FaultNone)
	changeCatalog(t, w, "id: echo-1, no_such_field: 1,", "id: echo-1,")
	if err := w.App.ReloadCatalog(); err != nil {
		t.Error(err)
	}
	w.Eventually(30*time.Second, "all is well again", func() bool {
		w.Chat(admin, "hello", "")
		parts, _ := problems(t, w)
		return len(parts) == 0
	})
}

func TestReadinessTellsOfAClockThatIsWrong(t *testing.T) {
	server, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	for name, test := range map[string]struct {
		clock *apptest.Clock
		want  []string
		least float64
	}{
		"right":    {&apptest.Clock{}, []string{}, 0},
		"in March": {apptest.NewClock(), []string{"clock"}, 86400},
	} {
		t.Run(name, func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{Clock: test.clock, Config: func(c *app.Config) {
				c.Database, c.MetricsListen = server.NewDatabase(t), "127.0.0.1:0"
			}})
			if parts, text := problems(t, w); !slices.Equal(parts, test.want) {
				t.Errorf("%s, want %v", text, test.want)
			}
			if ahead := scrape(t, w)["stakegate_clock_ahead_seconds"]; ahead < test.least-1 || test.least == 0 && ahead > 1 {
				t.Errorf("the clock is %v s ahead", ahead)
			}
		})
	}
}

// While a server that is to stop waits for its load balancer it serves, says
// that it should get nothing more, and lets no connection be used again.
func TestAServerThatStopsSaysSoBeforeItRefusesConnections(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.ShutdownDelay = app.Duration(300 * time.Millisecond) }})
	_, admin := w.Account(100)
	if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusOK || answer.Header.Get("Connection") != "" {
		t.Errorf("a call before: %s %v", answer, answer.Header)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.Stop()
	}()
	w.Eventually(5*time.Second, "it is not ready", func() bool {
		return w.Send(must(http.NewRequest("GET", w.Origin+"/readyz", nil))).Status == http.StatusServiceUnavailable
	})
	response, err := http.DefaultTransport.RoundTrip(w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", "")))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("a call meanwhile: %s, and its connection is closed: %t", response.Status, response.Close)
	}
	<-stopped
}
