package store_test

import (
	"math"
	"strings"
	"testing"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

// audited lists an account's audit trail, "kind key", the newest first.
func audited(t *testing.T, s *store.Store, owner string) (kinds []string, entries []ledger.Entry) {
	t.Helper()
	entries, err := s.Audited(t.Context(), owner, math.MaxInt64, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		kinds = append(kinds, strings.TrimSpace(string(entry.Kind)+" "+entry.KeyID))
	}
	return kinds, entries
}

// What happens to keys is in the log with who did it, in the commit in which it
// happens, and is found again without a look at all the account's calls.
func TestTheLogTellsWhatHappenedToKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		in := insertion("k")
		in.By = apikey.Actor{Kind: apikey.ByWallet, Proof: "message"}
		insert(t, s, in)
		engine, _ := run(t, s, true)
		grant(t, engine, 100)
		if err := engine.Credit(t.Context(), ledger.Credit{AccountID: account, Amount: 7, Reason: "invoice 12"}); err != nil {
			t.Fatal(err)
		}
		by := apikey.Actor{Kind: apikey.ByKey, KeyID: "admin"}
		for _, edit := range []func(*apikey.Key){
			func(k *apikey.Key) { k.Description = "new" },
			func(k *apikey.Key) { k.Limits.DIEM = &apikey.Limit{Cap: 5, Text: "0.000000005"} },
		} {
			if _, err := s.UpdateKey(t.Context(), account, "k", by, edit); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Hold(t.Context(), hold("h", "k", 3)); err != nil {
			t.Fatal(err)
		}
		if err := engine.Void(t.Context(), "h"); err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeKey(t.Context(), account, "k", by); err != nil {
			t.Fatal(err)
		}
		kinds, entries := audited(t, s, account)
		if got := strings.Join(kinds, ", "); got != "revoke k, seed k, key k, credit, mint k" {
			t.Fatalf("the trail is %s", got)
		}
		for i, want := range []string{
			`{"by":{"type":"api_key","apiKeyId":"admin"},"last6Chars":"abcdef"}`,
			`{"by":{"type":"api_key","apiKeyId":"admin"},"changes":[{"member":"consumptionLimits.diem","from":null,"to":0.000000005}]}`,
			`{"by":{"type":"api_key","apiKeyId":"admin"},"changes":[{"member":"description","from":"k","to":"new"}]}`,
			"invoice 12",
			`{"by":{"type":"wallet","proof":"message"},"last6Chars":"abcdef","settings":{"allowedModels":null,"allowedNetworks":null,"apiKeyType":"INFERENCE","consumptionLimits.diem":null,` +
				`"consumptionLimits.usd":null,"consumptionLimits.vcu":null,"description":"k","expiresAt":null,"limitPeriod":"EPOCH","maxInFlight":null,"modelPrivacy":"ALL"}}`,
		} {
			if entries[i].Note != want {
				t.Errorf("%s: %s, want %s", kinds[i], entries[i].Note, want)
			}
		}
		page, err := s.Audited(t.Context(), account, entries[1].Seq, 2)
		if err != nil || len(page) != 2 || page[0].Seq != entries[2].Seq || page[1].Deltas[0].Cap != 7 {
			t.Errorf("the second page is %+v, %v", page, err)
		}
		if kinds, _ := audited(t, s, "0xsomebody"); len(kinds) > 0 {
			t.Errorf("somebody else sees %q", kinds)
		}
		if plan := s.AuditPlan(t, account); !strings.Contains(plan, "entries_audited_all") {
			t.Errorf("it is found by %s", plan)
		}
		verify(t, s)
	})
}
