package app_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

// changeCatalog writes the server's catalogue anew.
func changeCatalog(t *testing.T, w *apptest.World, old, new string) {
	t.Helper()
	text, err := os.ReadFile(w.Config.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		t.Fatalf("the catalogue has no %q", old)
	}
	if err := os.WriteFile(w.Config.Catalog, []byte(strings.ReplaceAll(string(text), old, new)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestACatalogueThatChangesIsPutInPlaceByItself(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.MetricsListen = "127.0.0.1:0" }})
	_, admin := w.Account(100)
	reloads := func(result string) float64 {
		return scrape(t, w)[`stakegate_catalog_reloads_total{result="`+result+`"}`]
	}
	changeCatalog(t, w, "id: echo-1,", "id: echo-new,")
	w.Eventually(15*time.Second, "the new catalogue is in place", func() bool {
		return w.Call("GET", "/models", "", "").Text("data.0.id") == "echo-new"
	})
	body := strings.Replace(apptest.ChatBody("hello", ""), "echo-1", "echo-new", 1)
	// The server knows the model by its old name still.
	changeCatalog(t, w, "id: echo-new,", "id: echo-new, upstream_model: echo-1,")
	if err := w.App.ReloadCatalog(); err != nil {
		t.Fatal(err)
	}
	if answer := w.Call("POST", "/chat/completions", admin, body); answer.Status != http.StatusOK {
		t.Errorf("%s", answer)
	}
	if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusNotFound {
		t.Errorf("a model that is gone: %s", answer)
	}
	changeCatalog(t, w, "id: echo-new,", "id: echo-new, no_such_field: 1,")
	w.Eventually(15*time.Second, "the broken catalogue is refused", func() bool { return reloads("refused") == 1 })
	if answer := w.Call("POST", "/chat/completions", admin, body); answer.Status != http.StatusOK {
		t.Errorf("after a broken catalogue: %s", answer)
	}
	if err := w.App.ReloadCatalog(); err == nil || !strings.Contains(err.Error(), "no_such_field") {
		t.Errorf("reload of a broken catalogue: %v", err)
	}
	if reloads("ok") != 2 {
		t.Errorf("%v reloads", reloads("ok"))
	}
}

func TestACallIsChargedAtThePricesThatItWasHeldAt(t *testing.T) {
	g := newGate()
	w := apptest.Start(t, apptest.Options{Model: g.around})
	_, admin := w.Account(100)
	running := make(chan apptest.Answer, 1)
	go func() {
		answer, _ := w.Try(w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", `"max_tokens":10`)))
		running <- answer
	}()
	<-g.arrived
	changeCatalog(t, w, `output: "2"`, `output: "2000"`)
	if err := w.App.ReloadCatalog(); err != nil {
		t.Fatal(err)
	}
	if price := w.Call("GET", "/models", "", "").Nano("data.0.model_spec.pricing.output.usd"); price != 2000*money.Unit {
		t.Fatalf("the new price is %v", price)
	}
	close(g.release)
	answer := <-running
	want := w.Truth()
	if answer.Status != http.StatusOK || answer.Charge() != want || want == 0 {
		t.Errorf("charged %v for what cost %v when it was held: %s", answer.Charge(), want, answer)
	}
}
