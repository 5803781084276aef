package app_test

import (
	"net/http"
	"testing"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
	"stakegate/internal/store/pgtest"
)

// TestReplicasShareKeysAndRepeats runs two servers on one PostgreSQL: a key that
// is revoked on one has its stream on the other cut within a second, and a call
// that is sent to both under one idempotency key is made once.
func TestReplicasShareKeysAndRepeats(t *testing.T) {
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
	onPostgres := func(c *app.Config) { c.Database = url }
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
}
