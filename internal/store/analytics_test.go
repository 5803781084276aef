package store_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/usage"
)

// A key keeps its name in the analytics after it was revoked, and is told to
// its own account alone.
func TestKeyLabelsAreThoseOfAllKeysOfTheAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		other := insertion("other")
		other.Key.AccountID = "0x00000000000000000000000000000000000000bb"
		for _, in := range []issuer.Insertion{insertion("a"), insertion("b"), other} {
			insert(t, s, in)
		}
		if err := s.RevokeKey(t.Context(), account, "a", apikey.Actor{}); err != nil {
			t.Fatal(err)
		}
		labels, err := s.KeyLabels(t.Context(), account)
		want := map[string]usage.KeyLabel{"a": {Description: "a", Last6: "abcdef"}, "b": {Description: "b", Last6: "abcdef"}}
		if err != nil || !maps.Equal(labels, want) {
			t.Errorf("%v, %v", labels, err)
		}
	})
}

// What the analytics sum up is what the history lists, and each key's part of
// it what is told with the key.
func TestAnalyticsHistoryAndKeysAgree(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		limited := insertion("b")
		limited.Key.Limits.USD = &apikey.Limit{Cap: 1000, Text: "0.000001"}
		insert(t, s, insertion("a"))
		insert(t, s, limited)
		grant(t, engine, 1000)
		for i, key := range []string{"a", "b", "a", "b", "b"} {
			id := fmt.Sprint("h", i)
			if _, err := engine.Hold(t.Context(), hold(id, key, 10)); err != nil {
				t.Fatal(err)
			}
			_, err := engine.Settle(t.Context(), ledger.Settlement{
				HoldID: id, Cost: 7, Source: ledger.SourceUsage, PromptTokens: 3, CompletionTokens: 2,
				Lines: []money.Line{{Item: "input", Quantity: 3, Price: 1_000_000, Cost: 3}, {Item: "output", Quantity: 2, Price: 2_000_000, Cost: 4}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		now := time.Now()
		period := usage.Period{Label: "2d", First: now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1), Last: now.UTC().Truncate(24 * time.Hour)}
		report, err := usage.NewAnalytics(s, strings.ToUpper).Report(t.Context(), account, period, now)
		if err != nil {
			t.Fatal(err)
		}
		if len(report.ByModel) != 1 || report.ByModel[0].TotalDIEM != 35 || report.ByModel[0].TotalUnits != 25 || report.ByModel[0].Breakdown[0].DIEM != 20 {
			t.Errorf("by model: %+v", report.ByModel)
		}
		spend, err := s.SpendByKey(t.Context(), account, now.Add(-7*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range report.ByKey {
			if spend[key.APIKeyID].DIEM != key.TotalDIEM || spend[key.APIKeyID].USD != key.TotalUSD {
				t.Errorf("the key %s spent %v, the analytics say %v DIEM", key.APIKeyID, spend[key.APIKeyID], key.TotalDIEM)
			}
		}
		// A key with a limit in one currency has its spending in both.
		budget := ledger.KeyBudget("b", money.DIEM, apikey.Epoch.Window(now).ID)
		budgets, err := s.Budgets(t.Context(), []string{budget})
		if err != nil || budgets[budget] == nil || budgets[budget].Posted != 21 {
			t.Errorf("the limited key's budget is %+v, %v", budgets[budget], err)
		}
	})
}
