package app_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/dashboard"
)

func TestAWalletSignsInMakesAKeyOnThePageAndSignsOut(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b, wallet := newBrowser(t, w), staker(t, w)
	if b.inside() {
		t.Fatal("a stranger sees an account")
	}
	for _, path := range []string{"/keys/new", "/keys/x", "/usage", "/history", "/history.csv", "/activity"} {
		if response, _ := b.send(http.MethodGet, path, "", ""); response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != "/?next="+url.QueryEscape(path) {
			t.Errorf("%s to a stranger: %d", path, response.StatusCode)
		}
	}
	b.signIn(wallet)
	if !b.inside() {
		t.Fatal("the wallet that has signed in sees no account")
	}
	secret := b.makeKey(url.Values{"type": {"INFERENCE"}, "description": {"mine"}, "diem": {"0.5"}, "period": {"EPOCH"}, "expires": {"7"}})
	if answer := w.Chat(secret, "hello", `"max_tokens":5`); answer.Status != http.StatusOK {
		t.Fatalf("the key from the page: %s", answer)
	}
	for path, want := range map[string]string{
		"/": "of 0.5 DIEM today", "/usage": "Echo", "/history": "echo-1-llm-output-mtoken", "/activity": "you, on this page",
	} {
		status, text := b.get(path)
		if status != http.StatusOK || !strings.Contains(text, want) || strings.Contains(text, secret) {
			t.Errorf("%s is %d, and has not %q or has the secret", path, status, want)
		}
	}
	if response, _ := b.post("/session/end", nil); response.StatusCode != http.StatusSeeOther || b.inside() {
		t.Error("the wallet is not signed out")
	}
}

// What a wallet signs for one purpose is good for no other.
func TestMessagesOfOtherPurposesDoNotSignIn(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b, wallet := newBrowser(t, w), staker(t, w)
	mint := w.Call(http.MethodGet, "/api_keys/generate_web3_key?address="+wallet.Address.Hex(), "", "")
	for name, text := range map[string]string{
		"a mint's message": mint.Text("data.message"), "a mint's token": mint.Text("data.token"), "a token for anybody": w.Token(),
		"a revocation": revocationFor(t, w, wallet.Address), "an altered one": strings.Replace(b.challenge(wallet.Address), "Sign in", "Sign on", 1),
		"nothing": "",
	} {
		if status, answer := b.present(wallet.Address, wallet, text); status != http.StatusBadRequest || b.inside() {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	signIn := b.challenge(wallet.Address)
	body := fmt.Sprintf(`{"address":%q,"signature":%q,"message":%q,"apiKeyType":"ADMIN"}`, wallet.Address.Hex(), wallet.Sign(t, signIn), signIn)
	if answer := w.Call(http.MethodPost, "/api_keys/generate_web3_key", "", body); answer.Text("code") != "MESSAGE_INVALID" {
		t.Errorf("a sign-in's message mints: %s", answer)
	}
	if answer := w.Call(http.MethodPost, revokePath, "", revocationBody(t, wallet.Address, wallet, signIn)); answer.Text("code") != "MESSAGE_INVALID" {
		t.Errorf("a sign-in's message revokes: %s", answer)
	}
	if status, answer := b.present(wallet.Address, wallet, signIn); status != http.StatusOK {
		t.Errorf("the attempts spent it: %d %s", status, answer)
	}
}

func TestASignInIsOnceForItsWalletAndWithAStake(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, thief := staker(t, w), staker(t, w)
	b := newBrowser(t, w)
	message := b.challenge(wallet.Address)
	if status, _ := b.present(thief.Address, thief, message); status != http.StatusBadRequest || b.inside() {
		t.Errorf("another wallet's message: %d", status)
	}
	if status, _ := b.present(wallet.Address, thief, message); status != http.StatusBadRequest || b.inside() {
		t.Errorf("another wallet's signature: %d", status)
	}
	if status, text := b.present(wallet.Address, wallet, message); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	again := newBrowser(t, w)
	if status, _ := again.present(wallet.Address, wallet, message); status != http.StatusBadRequest || again.inside() {
		t.Errorf("a second time: %d", status)
	}
	late := again.challenge(wallet.Address)
	w.Clock.Advance(15 * time.Minute)
	if status, _ := again.present(wallet.Address, wallet, late); status != http.StatusBadRequest || again.inside() {
		t.Errorf("too late: %d", status)
	}
	poor := apptest.NewWallet(t)
	if status, text := again.present(poor.Address, poor, again.challenge(poor.Address)); status != http.StatusBadRequest || !strings.Contains(text, "no staked VVV") {
		t.Errorf("a wallet without a stake: %d %s", status, text)
	}
}

// An account whose stake has left can still be looked at, and its keys ended,
// but gets no new ones.
func TestAnAccountWithoutItsStakeMakesNoKeys(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, _ := w.Account(100)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(0))
	b := newBrowser(t, w)
	b.signIn(wallet)
	if response, text := b.post("/keys/new", url.Values{"type": {"INFERENCE"}}); response.StatusCode != http.StatusBadRequest || !strings.Contains(text, "no staked VVV") {
		t.Errorf("%d %s", response.StatusCode, text)
	}
	w.Chain.SetDown(true)
	again := newBrowser(t, w)
	again.signIn(wallet)
	if !again.inside() {
		t.Error("without the chain an account cannot be looked at")
	}
}

func TestSessionsAreTheDatabasesAndEndWithEverything(t *testing.T) {
	clock := apptest.NewClock()
	dir := t.TempDir()
	w := apptest.Start(t, apptest.Options{Clock: clock, Dir: dir})
	wallet := staker(t, w)
	b := newBrowser(t, w)
	b.signIn(wallet)
	other := newBrowser(t, w)
	other.signIn(wallet)
	cookies := b.client.Jar.Cookies(mustURL(t, w.Origin))
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	b.post("/session/end", nil)
	b.client.Jar.SetCookies(mustURL(t, w.Origin), cookies)
	if b.inside() {
		t.Error("a cookie is good after signing out")
	}
	if !other.inside() {
		t.Error("signing out ended another browser's session")
	}
	w.Call(http.MethodPost, revokePath, "", revocationBody(t, wallet.Address, wallet, revocationFor(t, w, wallet.Address)))
	if other.inside() {
		t.Error("ending everything left a session")
	}
	other.signIn(wallet)
	clock.Advance(12*time.Hour - time.Minute)
	if !other.inside() {
		t.Error("a session ended early")
	}
	clock.Advance(time.Minute)
	if other.inside() {
		t.Error("a session did not end")
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestCookiesAreOutOfReach(t *testing.T) {
	for public, want := range map[string]string{
		"":                         `^stakegate=[A-Za-z0-9_-]{43}; Path=/; Max-Age=43(199|200); HttpOnly; SameSite=Lax$`,
		"https://page.example.org": `^__Host-stakegate=[A-Za-z0-9_-]{43}; Path=/; Max-Age=43(199|200); HttpOnly; Secure; SameSite=Lax$`,
	} {
		w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.PublicURL = public }})
		b, wallet := newBrowser(t, w), staker(t, w)
		message := b.challenge(wallet.Address)
		body := fmt.Sprintf(`{"address":%q,"message":%q,"signature":%q}`, wallet.Address.Hex(), message, wallet.Sign(t, message))
		response, _ := b.send(http.MethodPost, "/session", "application/json", body)
		if got := response.Header.Get("Set-Cookie"); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("at %q: %s", public, got)
		}
	}
}

// A cookie is no key: the API does not look at it, and no other site can make a
// browser use it.
func TestOtherSitesCannotUseASession(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b, wallet := newBrowser(t, w), staker(t, w)
	b.signIn(wallet)
	b.makeKey(url.Values{"type": {"INFERENCE"}, "description": {"one"}})
	if response, text := b.send(http.MethodGet, "/api/v1/api_keys", "", ""); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("the API took the cookie: %d %s", response.StatusCode, text)
	}
	id := regexp.MustCompile(`/keys/([0-9a-f-]{36})`).FindStringSubmatch(textOf(b.get("/")))[1]
	for name, headers := range map[string][]string{
		"Sec-Fetch-Site: cross-site": {"Sec-Fetch-Site", "cross-site"},
		"Sec-Fetch-Site: same-site":  {"Sec-Fetch-Site", "same-site"},
		"another Origin":             {"Origin", "https://evil.example"},
		"no Origin":                  {"Origin", "null"},
	} {
		for path, form := range map[string]url.Values{
			"/keys/new": {"type": {"ADMIN"}}, "/keys/" + id: {"description": {"hers"}}, "/keys/" + id + "/rotate": {}, "/keys/" + id + "/revoke": {}, "/session/end": {},
		} {
			if response, _ := b.post(path, form, headers...); response.StatusCode != http.StatusForbidden {
				t.Errorf("%s, POST %s: %d", name, path, response.StatusCode)
			}
		}
		if status, _ := b.present(wallet.Address, wallet, b.challenge(wallet.Address), headers...); status != http.StatusForbidden {
			t.Errorf("%s signs in: %d", name, status)
		}
	}
	if status, text := b.get("/keys/" + id); status != http.StatusOK || !strings.Contains(text, ">one ") {
		t.Errorf("the key was changed: %d", status)
	}
}

func textOf(_ int, text string) string { return text }

// Nobody sees another wallet's keys, and what is not there looks the same.
func TestAKeyOfAnotherAccountIsNotThere(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	_, id := w.NewKey(admin, "INFERENCE", "")
	b := newBrowser(t, w)
	b.signIn(staker(t, w))
	clock := regexp.MustCompile(` data-now="\d+"`)
	missing := clock.ReplaceAllString(textOf(b.get("/keys/00000000-0000-4000-8000-000000000000")), "")
	for _, path := range []string{"/keys/" + id, "/keys/" + id + "/rotate", "/keys/" + id + "/revoke"} {
		if status, text := b.get(path); status != http.StatusNotFound || clock.ReplaceAllString(text, "") != missing {
			t.Errorf("GET %s: %d", path, status)
		}
		if response, _ := b.post(path, url.Values{"description": {"mine now"}}); response.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, response.StatusCode)
		}
	}
	if answer := w.Call(http.MethodGet, "/api_keys/"+id, admin, ""); answer.Text("data.description") != "test" {
		t.Errorf("the key was changed: %s", answer)
	}
}

func TestTheFrontPageIsForBrowsersAndTheGuideForAgents(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b := newBrowser(t, w)
	for accept, want := range map[string]string{
		"text/html,application/xhtml+xml,*/*;q=0.8": "text/html; charset=utf-8", "*/*": "text/plain; charset=utf-8", "application/json": "text/plain; charset=utf-8",
	} {
		response, _ := b.send(http.MethodGet, "/", "", "", "Accept", accept)
		if got := response.Header.Get("Content-Type"); got != want || response.Header.Get("Vary") != "Accept" {
			t.Errorf("%s gets %s", accept, got)
		}
	}
	off := false
	without := newBrowser(t, apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.AccountPage.Enabled = &off }}))
	if response, _ := without.send(http.MethodGet, "/", "", ""); response.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Error("a page that is switched off is served")
	}
	if status, _ := without.get("/usage"); status != http.StatusNotFound {
		t.Errorf("/usage without the page: %d", status)
	}
}

// devWallet is a development world's.
type devWallet struct {
	t *testing.T
	apptest.Wallet
}

func (d devWallet) Address() common.Address { return d.Wallet.Address }

func (d devWallet) SignMessage(_ context.Context, text string) ([]byte, error) {
	return d.SignBytes(d.t, text), nil
}

// Only where a program hands a wallet in can anybody sign in as it.
func TestTheDevWalletIsThereInDevelopmentWorldsAlone(t *testing.T) {
	b := newBrowser(t, apptest.Start(t, apptest.Options{}))
	if response, _ := b.post("/session/dev", nil); response.StatusCode != http.StatusNotFound {
		t.Errorf("a server has a dev wallet: %d", response.StatusCode)
	}
	if _, text := b.get("/"); strings.Contains(text, "Dev wallet") {
		t.Error("a server offers a dev wallet")
	}

	var wallet dashboard.Wallet // none yet
	w := apptest.Start(t, apptest.Options{DevWallet: func() dashboard.Wallet { return wallet }})
	b = newBrowser(t, w)
	if response, _ := b.post("/session/dev", nil); response.StatusCode != http.StatusNotFound || b.inside() {
		t.Errorf("before there is one: %d", response.StatusCode)
	}
	wallet = devWallet{t, staker(t, w)}
	if _, text := b.get("/"); !strings.Contains(text, "Dev wallet") {
		t.Error("the dev wallet is not offered")
	}
	if response, _ := b.post("/session/dev", nil, "Sec-Fetch-Site", "cross-site"); response.StatusCode != http.StatusForbidden || b.inside() {
		t.Errorf("from another site: %d", response.StatusCode)
	}
	if response, _ := b.post("/session/dev", nil); response.StatusCode != http.StatusSeeOther || !b.inside() {
		t.Errorf("%d", response.StatusCode)
	}
}

// The file has every entry once, however many pages the API needs for them.
func TestTheFileOfTheHistoryIsWhole(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	b, wallet := newBrowser(t, w), staker(t, w)
	b.signIn(wallet)
	secret := b.makeKey(url.Values{"type": {"INFERENCE"}})
	for range 3 {
		if answer := w.Chat(secret, "hello", `"max_tokens":5`); answer.Status != http.StatusOK {
			t.Fatal(answer)
		}
	}
	response, text := b.send(http.MethodGet, "/history.csv", "", "")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 7 || rows[0][0] != "timestamp" || !strings.HasPrefix(response.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v: %d rows, %v", err, len(rows), response.Header)
	}
	if _, text := b.send(http.MethodGet, "/history.csv?currency=USD", "", ""); strings.Count(text, "\n") != 1 {
		t.Errorf("nothing was paid in USD: %s", text)
	}
	for path, want := range map[string]string{"/history?currency=DOGE": "currency must be", "/history?cursor=x": "begin at the newest"} {
		if status, text := b.get(path); status != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%s: %d", path, status)
		}
	}
}
