package browser_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/app/apptest"
)

// livedIn is a world whose wallet has keys of several kinds and used them for
// some days.
func livedIn(t *testing.T) (*apptest.World, apptest.Wallet) {
	t.Helper()
	w, wallet := newWorld(t)
	admin := w.Mint(wallet, "ADMIN", `"description":"build server"`).Text("data.apiKey")
	agent, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.02}`)
	rename(t, w, admin, id, "research agent")
	site, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":3,"usd":10},"limitPeriod":"MONTH","allowedModels":["echo-1","echo-think-1","echo-1-venice"]`)
	rename(t, w, admin, id, "support chat on the web site")
	_, id = w.NewKey(admin, "INFERENCE", `"allowedNetworks":["203.0.113.0/24"],"maxInFlight":4,"expiresAt":"`+w.Clock.Now().AddDate(0, 2, 0).UTC().Format("2006-01-02")+`"`)
	rename(t, w, admin, id, "batch jobs")
	for day := range 12 {
		for call := range 1 + day*5%7 {
			use(t, w, []string{agent, site}[call%2], []string{"echo-1", "echo-think-1", "echo-1-venice"}[(day+call)%3], 60+40*(day*call%9))
		}
		w.Clock.NextDay()
	}
	use(t, w, agent, "echo-1", 2500)
	use(t, w, site, "echo-think-1", 900)
	if answer := w.Call(http.MethodPost, "/api_keys/"+id+"/rotate", admin, "{}"); answer.Status != http.StatusOK {
		t.Fatal(answer)
	}
	return w, wallet
}

func rename(t *testing.T, w *apptest.World, admin, id, description string) {
	t.Helper()
	if answer := w.Call(http.MethodPatch, "/api_keys", admin, fmt.Sprintf(`{"id":%q,"description":%q}`, id, description)); answer.Status != http.StatusOK {
		t.Fatal(answer)
	}
}

// use makes a call of about so many tokens.
func use(t *testing.T, w *apptest.World, key, model string, tokens int) {
	t.Helper()
	body := fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":%q}],"max_tokens":%d}`, model, strings.Repeat("word ", tokens), tokens)
	if answer := w.Call(http.MethodPost, "/chat/completions", key, body); answer.Status != http.StatusOK {
		t.Fatalf("%s: %s", model, answer)
	}
}

// Every page can be read by everybody: with a keyboard and a screen reader, on a
// phone, by day and by night.
func TestEveryPageIsAccessibleOnEveryScreen(t *testing.T) {
	w, wallet := livedIn(t)
	night := screen{name: "night", width: 1280, height: 900, dark: true}
	for _, s := range []screen{desktop, night, phone} {
		t.Run(s.name, func(t *testing.T) {
			b := openTab(t, w, wallet, s)
			b.open("/")
			b.sees("#wallets", "Test")
			b.picture("signin-" + s.name)
			b.signIn()
			b.sees("#keylist", "research agent")
			b.accessible("the overview")
			b.picture("overview-" + s.name)
			for _, page := range []struct{ path, name, selector, want string }{
				{"/keys/new", "newkey", "h1", "New API key"},
				{"/usage?days=30", "usage", ".plot-legend", "DIEM"},
				{"/history", "history", "table", "echo-1"},
				{"/activity", "activity", "table", "Key rotated"},
			} {
				b.open(page.path)
				b.sees(page.selector, page.want)
				b.accessible(page.path)
				b.picture(page.name + "-" + s.name)
			}
			b.open("/usage?days=30")
			for i, currency := range []string{"DIEM", "USD"} {
				b.sees(".plot-legend", currency+": "+b.tryText(fmt.Sprintf(".tiles div:nth-child(%d) dd", i+1)))
			}
			b.open("/")
			b.click("#keylist a.name")
			b.sees("#keystate", "Last used")
			b.accessible("a key")
			b.picture("key-" + s.name)
			b.open("/keys/new")
			b.fill("#description", "demo of "+s.name)
			b.click("main form button[type=submit]")
			b.sees("h1", "Your new key")
			b.picture("secret-" + s.name)
		})
	}
}
