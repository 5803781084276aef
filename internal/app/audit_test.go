package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/app/apptest"
)

// The audit trail tells who did what to which key, page by page, to its own
// account only, and never a secret.
func TestTheAuditTrailTellsWhoDidWhat(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	_, admin := w.Account(100)
	secret, id := w.NewKey(admin, "INFERENCE", "")
	w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"description":"other"}`, id))
	w.Call("DELETE", "/api_keys?id="+id, admin, "")
	all := w.Call("GET", "/api_keys/audit", admin, "")
	for i, want := range []string{"key.revoked", "key.changed", "key.created", "key.created"} {
		if got := all.Text(fmt.Sprintf("data.%d.event", i)); got != want {
			t.Errorf("event %d is %q, want %q", i, got, want)
		}
	}
	if all.Text("data.0.apiKeyId") != id || all.Text("data.0.details.by.type") != "api_key" || all.Text("data.3.details.by.type") != "wallet" {
		t.Errorf("who did what to which key is not told: %s", all)
	}
	if all.Text("data.1.details.changes.0.to") != "other" || all.Text("nextBefore") != "<nil>" && all.Text("nextBefore") != "" {
		t.Errorf("the trail is %s", all)
	}
	if strings.Contains(string(all.Body), secret) || strings.Contains(string(all.Body), admin) {
		t.Error("the trail has a secret")
	}
	var paged []string
	for path := "/api_keys/audit?limit=3"; len(paged) < 2; {
		page := w.Call("GET", path, admin, "")
		paged = append(paged, fmt.Sprint(len(page.Get("data").([]any))))
		path = "/api_keys/audit?limit=3&before=" + page.Text("nextBefore")
	}
	if got := strings.Join(paged, " "); got != "3 1" {
		t.Errorf("pages of three have %s entries", got)
	}
	for name, query := range map[string]string{"limit": "limit=501", "before": "before=0"} {
		wantError(t, w.Call("GET", "/api_keys/audit?"+query, admin, ""), http.StatusBadRequest, "Invalid request parameters", []string{name})
	}
	_, stranger := w.Account(100)
	if trail := w.Call("GET", "/api_keys/audit", stranger, ""); strings.Contains(string(trail.Body), id) {
		t.Errorf("somebody else sees %s", trail)
	}
}
