package agent_test

import (
	"net/http"
	"testing"

	"stakegate/agent"
)

func TestStatusTellsWorkingKeysFromRefusedAndUnknown(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	mustUp(t, o)
	for name, c := range map[string]struct {
		fault   http.HandlerFunc
		works   bool
		problem bool
		account bool
	}{
		"working":             {nil, true, false, true},
		"balance not shown":   {answering(401, "", "Authentication failed"), true, false, false},
		"server without mind": {answering(503, "", "Try later"), false, true, false},
	} {
		api.mu.Lock()
		api.fault = func(w http.ResponseWriter, r *http.Request) bool {
			if c.fault == nil || r.URL.Path != "/api/v1/billing/balance" {
				return false
			}
			c.fault(w, r)
			return true
		}
		api.mu.Unlock()
		report, err := agent.Status(t.Context(), o)
		if err != nil || len(report.Keys) != 1 || report.Balances.Staked.String() != "10" {
			t.Fatalf("%s: got %+v, %v", name, report, err)
		}
		if key := report.Keys[0]; key.Works != c.works || (key.Problem != "") != c.problem || (report.Account != nil) != c.account {
			t.Errorf("%s: got %+v, account %+v", name, key, report.Account)
		}
	}
	api.mu.Lock()
	api.fault = nil
	clear(api.keys)
	api.mu.Unlock()
	if report, err := agent.Status(t.Context(), o); err != nil || report.Keys[0].Works || report.Keys[0].Problem != "" {
		t.Errorf("revoked: got %+v, %v", report, err)
	}
}
