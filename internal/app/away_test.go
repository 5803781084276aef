package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/store/pgtest"
)

// While PostgreSQL is restarted every route that needs it answers 503, so that
// clients try again, and replicas go on by themselves when it is back.
func TestWhileItsDatabaseIsAwayAServerSaysSoAndGoesOnAfterwards(t *testing.T) {
	database, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := database.Stop(); err != nil {
			t.Error(err)
		}
	})
	w := apptest.Start(t, apptest.Options{Clock: &apptest.Clock{}, Config: func(c *app.Config) { c.Database = database.NewDatabase(t) }})
	_, admin := w.Account(100)
	if err := database.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	const noKey = "00000000-0000-4000-8000-000000000000"
	for range 2 { // a connection that ends, and one that cannot be made
		for name, answer := range map[string]apptest.Answer{
			"a call":        w.Chat(admin, "hello", ""),
			"the balance":   w.Call("GET", "/billing/balance", admin, ""),
			"the keys":      w.Call("GET", "/api_keys", admin, ""),
			"a new key":     w.Call("POST", "/api_keys", admin, `{"apiKeyType":"INFERENCE","description":"x"}`),
			"the allowance": w.Call("GET", "/billing/allocation", admin, ""),
			"the history":   w.Call("GET", "/billing/usage-history", admin, ""),
			"the usage":     w.Call("GET", "/billing/usage-analytics", admin, ""),
			"refusals":      w.Call("GET", "/api_keys/rate_limits/log", admin, ""),
			"a key":         w.Call("GET", "/api_keys/"+noKey, admin, ""),
			"a change":      w.Call("PATCH", "/api_keys", admin, `{"id":"`+noKey+`","description":"y"}`),
			"an end":        w.Call("DELETE", "/api_keys?id="+noKey, admin, ""),
			"an end by id":  w.Call("DELETE", "/api_keys/"+noKey, admin, ""),
		} {
			if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || strings.Contains(string(answer.Body), "5432") {
				t.Errorf("%s: %s", name, answer)
			}
		}
	}
	if err := database.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Eventually(30*time.Second, "calls are answered again", func() bool { return w.Chat(admin, "hello", "").Status == http.StatusOK })
	if answer := w.Call("GET", "/billing/balance", admin, ""); answer.Status != http.StatusOK {
		t.Errorf("the balance afterwards: %s", answer)
	}
}
