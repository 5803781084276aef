package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

func TestARotatedKeyKeepsItsIDAndBothSecretsWork(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	_, admin := w.Account(100)
	old, id := w.NewKey(admin, "INFERENCE", "")
	answer := w.Call("POST", "/api_keys/"+id+"/rotate", admin, "{}")
	fresh := answer.Text("data.apiKey")
	if answer.Status != http.StatusOK || answer.Text("data.id") != id || fresh == old || !strings.HasPrefix(fresh, "sg_inf_") {
		t.Fatalf("the key was not rotated: %s", answer)
	}
	for name, key := range map[string]string{"old": old, "new": fresh} {
		if answer := w.Chat(key, "hello", `"max_tokens":5`); answer.Status != http.StatusOK {
			t.Errorf("the %s secret: %s", name, answer)
		}
		if answer := w.Call("GET", "/api_keys/"+id, key, ""); answer.Text("data.id") != id {
			t.Errorf("the %s secret is another key's: %s", name, answer)
		}
	}
	w.Clock.Advance(24 * time.Hour) // the default
	wantError(t, w.Call("GET", "/api_keys/"+id, old, ""), http.StatusUnauthorized, "Authentication failed", nil)
	if answer := w.Call("GET", "/api_keys/"+id, fresh, ""); answer.Status != http.StatusOK {
		t.Errorf("the new secret ended too: %s", answer)
	}
	if got := w.Call("GET", "/api_keys/audit", admin, "").Text("data.0.event"); got != "key.rotated" {
		t.Errorf("the trail begins with %q", got)
	}
	for _, bad := range []string{"-1", "604801", "1.5", `"1"`, "null"} {
		answer := w.Call("POST", "/api_keys/"+id+"/rotate", admin, `{"overlapSeconds":`+bad+`}`)
		wantError(t, answer, http.StatusBadRequest, "Invalid request parameters", []string{"overlapSeconds"})
	}
	_, stranger := w.Account(100)
	wantError(t, w.Call("POST", "/api_keys/"+id+"/rotate", stranger, "{}"), http.StatusNotFound, "API key not found", nil)
}

// A stream under a secret that has ended is cut like one of a revoked key; the
// key's other streams go on.
func TestStreamsUnderAnOldSecretEndWithIt(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	w.Model.SetFault(echo.FaultStall)
	_, admin := w.Account(100)
	old, id := w.NewKey(admin, "INFERENCE", "")
	fresh := w.Call("POST", "/api_keys/"+id+"/rotate", admin, `{"overlapSeconds":3600}`).Text("data.apiKey")
	before, after := stream(t, w, old), stream(t, w, fresh)
	fourth := w.Call("POST", "/api_keys/"+id+"/rotate", admin, `{"overlapSeconds":3600}`).Text("data.apiKey")
	wantEnded(t, before)
	select {
	case last := <-after:
		t.Errorf("a stream under a secret that is good ended with %q", last)
	default:
	}
	if fourth == "" {
		t.Fatal("the key was not rotated twice")
	}
	w.Call("DELETE", "/api_keys?id="+id, admin, "")
	wantEnded(t, after)
}
