package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

// What is refused before a page is asked is told in words to people, and to
// programs as ever.
func TestBrowsersAreToldOfRefusalsOnAPage(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b := newBrowser(t, w)
	for _, c := range []struct {
		method, path, want string
		status             int
	}{
		{http.MethodGet, "/nonsense", "There is no such page", http.StatusNotFound},
		{http.MethodGet, "/keys", "There is no such page", http.StatusNotFound},
		{http.MethodGet, "/usage//", "There is no such page", http.StatusNotFound},
		{http.MethodGet, "/session/end", "cannot be asked for in that way", http.StatusMethodNotAllowed},
	} {
		response, text := b.send(c.method, c.path, "", "")
		if response.StatusCode != c.status || !strings.Contains(text, c.want) || !strings.Contains(text, "<h1>") ||
			!strings.Contains(response.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s: %d %s", c.method, c.path, response.StatusCode, text)
		}
		response, text = b.send(c.method, c.path, "", "", "Accept", "*/*")
		if response.StatusCode != c.status || !json.Valid([]byte(text)) {
			t.Errorf("%s %s to a program: %d %s", c.method, c.path, response.StatusCode, text)
		}
	}
	for _, path := range []string{"/api/v1/nonsense", "/v1/nonsense", "/api/v1/api_keys"} {
		if _, text := b.send(http.MethodGet, path, "", ""); !json.Valid([]byte(text)) {
			t.Errorf("%s to a browser: %s", path, text)
		}
	}
	if response, text := b.send(http.MethodPost, "/keys/new", "", "", "Sec-Fetch-Site", "cross-site"); response.StatusCode != http.StatusForbidden || !strings.Contains(text, "by another site") {
		t.Errorf("from another site: %d %s", response.StatusCode, text)
	}
}

func TestABrowserThatAsksTooOftenIsToldOnAPage(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Limits.Tokens = app.RateConfig{PerMinute: new(2), Burst: 2} }})
	b := newBrowser(t, w)
	for range 8 {
		response, text := b.send(http.MethodGet, "/session/challenge?address="+apptest.NewWallet(t).Address.Hex(), "", "")
		if response.StatusCode == http.StatusTooManyRequests {
			if !strings.Contains(text, "Too many requests from your network") || response.Header.Get("Retry-After") == "" {
				t.Errorf("%v %s", response.Header, text)
			}
			return
		}
	}
	t.Error("eight messages of two were given")
}

// Who comes with a link, or a form, and is not signed in, is told so and goes on
// there afterwards.
func TestALinkOutlivesSigningIn(t *testing.T) {
	clock := apptest.NewClock()
	w := apptest.Start(t, apptest.Options{Clock: clock})
	b, wallet := newBrowser(t, w), staker(t, w)
	response, _ := b.send(http.MethodGet, "/usage?days=90", "", "")
	status, text := b.get(response.Header.Get("Location"))
	if status != http.StatusOK || !strings.Contains(text, `data-next="/?next=%2Fusage%3Fdays%3D90&amp;signed"`) || strings.Contains(text, "session has ended") {
		t.Errorf("%d %s", status, text)
	}
	b.signIn(wallet)
	clock.Advance(13 * time.Hour)
	if _, text := b.get("/"); !strings.Contains(text, "Your session has ended") {
		t.Error("nobody says that the session has ended")
	}
	response, _ = b.post("/keys/new", url.Values{"type": {"INFERENCE"}, "description": {"lost"}})
	if _, text := b.get(response.Header.Get("Location")); !strings.Contains(text, "nothing was changed") || !strings.Contains(text, `data-next="/?next=%2Fkeys%2Fnew&amp;signed"`) {
		t.Errorf("after a form: %s", text)
	}
	if _, text := newBrowser(t, w).get("/?signed"); !strings.Contains(text, "kept no cookie of it") {
		t.Error("nobody says that the browser keeps no cookies")
	}
	b.signIn(wallet)
	if response, _ := b.send(http.MethodGet, "/?next=%2Fusage%3Fdays%3D90&signed", "", ""); response.Header.Get("Location") != "/usage?days=90" {
		t.Errorf("who has signed in goes on to %q", response.Header.Get("Location"))
	}
	if _, text := b.get("/?next=//evil.example/usage"); strings.Contains(text, "evil.example") {
		t.Error("the page sends people elsewhere")
	}
}

// A form that was refused is shown again as it was filled in, also when the
// server cannot do it now.
func TestARefusedFormIsNotLost(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b := newBrowser(t, w)
	b.signIn(staker(t, w))
	w.Chain.SetDown(true)
	response, text := b.post("/keys/new", url.Values{"type": {"INFERENCE"}, "description": {"kept as it was"}, "diem": {"0.125"}})
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, `value="kept as it was"`) || !strings.Contains(text, `value="0.125"`) ||
		!strings.Contains(text, "chain cannot be read") {
		t.Errorf("%d %s", response.StatusCode, text)
	}
}

// What people are told to do is for people: they have no token to send again.
func TestWhoHasNoStakeIsToldWhatToDo(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b, wallet := newBrowser(t, w), apptest.NewWallet(t)
	status, text := b.present(wallet.Address, wallet, b.challenge(wallet.Address))
	if status != http.StatusBadRequest || !strings.Contains(text, "no staked VVV") || !strings.Contains(text, "wait for the transaction, and try again") || strings.Contains(text, "token") {
		t.Errorf("%d %s", status, text)
	}
}

// "At the end of a day" without the day is no "never".
func TestAnExpiryWithoutItsDayIsAskedFor(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b := newBrowser(t, w)
	b.signIn(staker(t, w))
	form := url.Values{"type": {"INFERENCE"}, "description": {"dated"}, "expires": {"date"}, "date": {""}}
	if response, text := b.post("/keys/new", form); response.StatusCode != http.StatusBadRequest || !strings.Contains(text, "Choose the last day") || secretPattern.MatchString(text) {
		t.Errorf("a new key: %d %s", response.StatusCode, text)
	}
	form.Set("date", w.Clock.Now().AddDate(0, 1, 0).UTC().Format(time.DateOnly))
	b.makeKey(form)
	id := keyLink.FindStringSubmatch(textOf(b.get("/")))[1]
	form.Set("date", "")
	if response, text := b.post("/keys/"+id, form); response.StatusCode != http.StatusBadRequest || !strings.Contains(text, "Choose the last day") {
		t.Errorf("a key: %d %s", response.StatusCode, text)
	}
}

var keyLink = regexp.MustCompile(`/keys/([0-9a-f-]{36})`)

// Who is blocked is told so: keys that are refused do not explain themselves.
func TestABlockedAccountIsToldSo(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: operatorConfig(t)})
	wallet, _ := w.Account(100)
	b := newBrowser(t, w)
	b.signIn(wallet)
	if _, text := b.get("/"); strings.Contains(text, "has blocked this account") {
		t.Error("an account counts as blocked")
	}
	newOperator(t, w).want(http.StatusSeeOther, http.MethodPost, accountPath(wallet)+"/block", url.Values{"reason": {"chargeback"}})
	if _, text := b.get("/"); !strings.Contains(text, "has blocked this account") {
		t.Errorf("%s", text)
	}
}

// Many keys come in pages, and are found by what people see of them.
func TestManyKeysComeInPages(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Keys.MaxPerMinute = 100 }})
	wallet, admin := w.Account(100)
	for range 59 {
		w.NewKey(admin, "INFERENCE", "")
	}
	b := newBrowser(t, w)
	b.signIn(wallet)
	met := map[string]bool{}
	for _, path := range []string{"/", "/?page=2", "/?page=3", "/?page=4"} {
		for _, link := range keyLink.FindAllStringSubmatch(textOf(b.get(path)), -1) {
			met[link[1]] = true
		}
	}
	if len(met) != 60 {
		t.Errorf("%d of 60 keys are on the pages", len(met))
	}
	_, text := b.get("/?q=" + admin[len(admin)-6:])
	if found := keyLink.FindAllStringSubmatch(text, -1); len(found) == 0 || strings.Count(text, "<tr") != 2 {
		t.Errorf("%d links in %s", len(found), text)
	}
	if _, text := b.get("/?q=%3Cscript%3E"); !strings.Contains(text, "No key's name or ending has “<bdi>&lt;script&gt;</bdi>”") {
		t.Errorf("%s", text)
	}
}

func TestAKeyThatWasRevokedIsSaidToBe(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b := newBrowser(t, w)
	b.signIn(staker(t, w))
	b.makeKey(url.Values{"type": {"INFERENCE"}})
	id := keyLink.FindStringSubmatch(textOf(b.get("/")))[1]
	response, _ := b.post("/keys/"+id+"/revoke", nil)
	if _, text := b.get(response.Header.Get("Location")); !strings.Contains(text, "The key is revoked") {
		t.Errorf("%s", text)
	}
}
