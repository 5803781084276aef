package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

func TestAServerDescribesWhatItWorksWith(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Keys.OpaqueMint = "inference" }})
	answer := w.Send(must(http.NewRequest(http.MethodGet, w.Origin+"/.well-known/stakegate.json", nil)))
	if answer.Status != http.StatusOK {
		t.Fatalf("%s", answer)
	}
	for path, want := range map[string]string{
		"version": "1", "apiBase": w.Origin + "/api/v1", "openapi": w.Origin + "/openapi.yaml", "guide": w.Origin + "/llms.txt",
		"chain.id": fmt.Sprint(w.Config.Chain.ID), "chain.name": w.Config.Chain.Name,
		"contracts.staking": w.Config.Stake.Mint.Contract, "mint.contract": w.Config.Stake.Mint.Contract, "mint.adapter": "venice-vvv",
		"mint.symbol": "VVV", "mint.tokenKeys": "inference", "mint.challengeSeconds": "900",
		"limits.keys": fmt.Sprint(w.Config.Keys.MaxActive), "limits.subKeyDepth": "4", "limits.bodyBytes": fmt.Sprint(w.Config.Limits.BodyBytes),
	} {
		if got := fmt.Sprint(answer.Get(path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	sources, _ := answer.Get("allocation").([]any)
	if len(sources) != len(w.Config.Stake.Allocation) {
		t.Fatalf("got %d sources, want %d", len(sources), len(w.Config.Stake.Allocation))
	}
	for i, source := range w.Config.Stake.Allocation {
		got, _ := sources[i].(map[string]any)
		if got["adapter"] != source.Adapter || got["contract"] != source.Contract {
			t.Errorf("source %d: got %v, want %+v", i, got, source)
		}
	}
	if answer := w.Send(must(http.NewRequest(http.MethodPost, w.Origin+"/.well-known/stakegate.json", nil))); answer.Status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", answer)
	}
}
