package app_test

import (
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/apikey"
	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

func TestALeakedKeyEndsAtOnceAndNobodyLearnsWhetherItWas(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", "")
	report := func(text string) apptest.Answer { return w.Call("POST", "/leaks", "", `{"key":"`+text+`"}`) }
	fresh := w.Call("POST", "/api_keys/"+id+"/rotate", admin, "{}").Text("data.apiKey")
	stranger, err := apikey.New(apikey.Inference)
	if err != nil {
		t.Fatal(err)
	}
	unknown := report(stranger.Reveal())
	if answer := report(key); answer.Status != http.StatusOK || string(answer.Body) != string(unknown.Body) {
		t.Errorf("a known key: %s, an unknown one: %s", answer, unknown)
	}
	wantError(t, w.Call("GET", "/api_keys/"+id, key, ""), http.StatusUnauthorized, "Authentication failed", nil)
	if answer := w.Call("GET", "/api_keys/"+id, fresh, ""); answer.Status != http.StatusOK {
		t.Fatalf("the new secret ended with the old one: %s", answer)
	}
	for range 2 { // once more is no other answer
		if answer := report(fresh); answer.Status != http.StatusOK || string(answer.Body) != string(unknown.Body) {
			t.Errorf("a known key: %s", answer)
		}
	}
	wantError(t, w.Chat(fresh, "hello", ""), http.StatusUnauthorized, "Authentication failed", nil)
	trail := w.Call("GET", "/api_keys/audit", admin, "")
	if trail.Text("data.0.event") != "key.revoked" || trail.Text("data.1.event") != "key.secret_ended" || trail.Text("data.0.details.by.type") != "leak_report" {
		t.Errorf("the trail is %s", trail)
	}
	for _, bad := range []string{"", "sg_inf_x", strings.Replace(fresh, "sg_inf_", "sg_adm_", 1)} {
		wantError(t, report(bad), http.StatusBadRequest, "Invalid request parameters", []string{"key"})
	}
}

func TestLeakReportsAreBoundedByTheirSource(t *testing.T) {
	few := 1
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Limits.Mints = app.RateConfig{PerMinute: &few, Burst: 2} }})
	var last apptest.Answer
	for range 3 {
		last = w.Call("POST", "/leaks", "", "{}")
	}
	wantError(t, last, http.StatusTooManyRequests, "Rate limit exceeded", nil)
}
