package app_test

import (
	"net/http"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/store/pgtest"
)

// TestReplicasShareEndsAndRepeatsAndFailuresOfKeys runs two servers on one PostgreSQL: a key that
// is revoked on one has its stream on the other cut within a second, a call that
// is sent to both under one idempotency key is made once, and a key's failures
// on both are counted together.
func TestReplicasShareEndsAndRepeatsAndFailuresOfKeys(t *testing.T) {
	server, err := pgtest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	url := server.NewDatabase(t)
	onPostgres := func(c *app.Config) { fiftyFailures(c); c.Database = url }
	clock := &apptest.Clock{} // the wall's, as PostgreSQL's
	one := apptest.Start(t, apptest.Options{Clock: clock, Config: onPostgres})
	two := apptest.Start(t, apptest.Options{
		Clock: clock, RPC: one.Chain.URL(), ChainID: apptest.ChainID,
		Config: func(c *app.Config) { onPostgres(c); c.RootKeyFile = one.Config.RootKeyFile },
	})
	_, admin := one.Account(100)
	key, id := two.NewKey(admin, "INFERENCE", "")

	body := apptest.ChatBody("hello", `"max_tokens":5`)
	if first, err := once(one, "/chat/completions", key, body); err != nil || first.Status != http.StatusOK {
		t.Fatalf("%v %s", err, first)
	}
	if second, err := once(two, "/chat/completions", key, body); err != nil || second.Text("code") != "IDEMPOTENCY_FINISHED" {
		t.Errorf("the same call on the other replica: %v %s", err, second)
	}

	two.Model.SetFault(echo.FaultStall)
	ending := stream(t, two, key)
	if answer := one.Call("DELETE", "/api_keys?id="+id, admin, ""); answer.Status != http.StatusOK {
		t.Fatalf("%s", answer)
	}
	wantEnded(t, ending)

	failing, failingID := one.NewKey(admin, "INFERENCE", "")
	for _, w := range []*apptest.World{one, two} { // both know the key
		if answer := w.Call("GET", "/billing/balance", failing, ""); answer.Status != http.StatusOK {
			t.Fatalf("%s", answer)
		}
	}
	for i := range 51 {
		w := []*apptest.World{one, two}[i%2]
		if answer := w.Call("POST", "/embeddings", failing, "{}"); answer.Status != http.StatusBadRequest {
			t.Fatalf("failure %d: %s", i+1, answer)
		}
	}
	wantBlocked(t, one.Chat(failing, "hello", ""))
	two.Eventually(2*time.Second, "the other replica blocks the key too", func() bool {
		return two.Call("GET", "/billing/balance", failing, "").Text("code") == "ERROR_BUDGET"
	})
	log := one.Call("GET", "/api_keys/rate_limits/log", admin, "")
	if log.Text("data.0.apiKeyId") != failingID || log.Text("data.0.rateLimitType") != "FAILED_REQUESTS" || log.Get("data.1") != nil {
		t.Errorf("the log says %s", log)
	}
}
