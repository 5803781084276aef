package app_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

const operatorToken = "an-operators-token-of-well-over-32-bytes"

// operator is a browser that an operator uses.
type operator struct {
	t        *testing.T
	origin   string
	password string
	client   *http.Client
}

func operatorConfig(t *testing.T) func(*app.Config) {
	path := filepath.Join(t.TempDir(), "operator.token")
	if err := os.WriteFile(path, []byte(operatorToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(c *app.Config) {
		manyMints(c)
		c.Operator = app.OperatorConfig{Listen: "127.0.0.1:0", TokenFile: path}
	}
}

func newOperator(t *testing.T, w *apptest.World) operator {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return operator{t, "http://" + w.App.OperatorAddr().String(), operatorToken, &http.Client{
		Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// do sends a form, none for GET, and returns the status and the page.
func (o operator) do(method, path string, form url.Values, header http.Header) (int, string, http.Header) {
	o.t.Helper()
	request := must(http.NewRequest(method, o.origin+path, strings.NewReader(form.Encode())))
	for name, values := range header {
		request.Header[name] = values
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if o.password != "" {
		request.SetBasicAuth("operator", o.password)
	}
	response, err := o.client.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text := must(io.ReadAll(response.Body))
	return response.StatusCode, string(text), response.Header
}

func (o operator) want(status int, method, path string, form url.Values, texts ...string) string {
	o.t.Helper()
	got, page, _ := o.do(method, path, form, nil)
	if got != status {
		o.t.Fatalf("%s %s: %d, want %d: %s", method, path, got, status, page)
	}
	for _, text := range texts {
		if !strings.Contains(page, text) {
			o.t.Errorf("%s %s does not show %q: %s", method, path, text, page)
		}
	}
	return page
}

// account is the page of a wallet's account.
func accountPath(wallet apptest.Wallet) string {
	return "/operator/accounts/" + strings.ToLower(wallet.Address.Hex())
}

// keyedRoutes are the routes that cost nothing and need a key.
var keyedRoutes = [][2]string{
	{"GET", "/api_keys"}, {"POST", "/api_keys"}, {"PATCH", "/api_keys"}, {"DELETE", "/api_keys?id=x"},
	{"GET", "/api_keys/rate_limits"}, {"GET", "/api_keys/rate_limits/log"}, {"GET", "/api_keys/audit"},
	{"GET", "/api_keys/x"}, {"DELETE", "/api_keys/x"}, {"GET", "/api_keys/x/children"}, {"POST", "/api_keys/x/children"},
	{"POST", "/api_keys/x/rotate"}, {"GET", "/billing/balance"}, {"GET", "/billing/allocation"},
	{"GET", "/billing/usage-analytics"}, {"GET", "/billing/usage-history"},
}

// A blocked account's keys are refused on every route, also those that it makes
// later, and its streams end; others' are not. Unblocking makes them good again.
func TestABlockedAccountsKeysAreRefusedUntilItIsUnblocked(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: operatorConfig(t)})
	o := newOperator(t, w)
	w.Model.SetFault(echo.FaultStall)
	wallet, admin := w.Account(100)
	_, neighbour := w.Account(100)
	key, _ := w.NewKey(admin, "INFERENCE", "")
	running := stream(t, w, key)
	path, reason := accountPath(wallet), url.Values{"reason": {"chargeback <b>7</b>"}}
	o.want(http.StatusOK, "GET", path+"/block?"+reason.Encode(), nil, "Block this account?", "chargeback &lt;b&gt;7&lt;/b&gt;")
	if answer := w.Call("GET", "/billing/balance", key, ""); answer.Status != http.StatusOK {
		t.Fatalf("a question alone has blocked it: %s", answer)
	}
	o.want(http.StatusSeeOther, "POST", path+"/block", reason)
	o.want(http.StatusSeeOther, "POST", path+"/block", reason)
	wantEnded(t, running)
	w.Model.SetFault(echo.FaultNone)
	late := w.Mint(wallet, "ADMIN", "").Text("data.apiKey")
	for _, secret := range []string{admin, key, late} {
		if called := w.Chat(secret, "hello", ""); called.Status != http.StatusForbidden || called.Text("code") != "ACCOUNT_BLOCKED" {
			t.Errorf("a call: %s", called)
		}
	}
	for _, route := range keyedRoutes {
		if answer := w.Call(route[0], route[1], admin, ""); answer.Status != http.StatusForbidden || answer.Text("code") != "ACCOUNT_BLOCKED" {
			t.Errorf("%s: %s", route, answer)
		}
	}
	if called := w.Chat(neighbour, "hello", ""); called.Status != http.StatusOK {
		t.Errorf("somebody else's key: %s", called)
	}
	o.want(http.StatusOK, "GET", path, nil, "Blocked since")
	o.want(http.StatusSeeOther, "POST", path+"/unblock", url.Values{"reason": {"paid"}})
	if called := w.Chat(key, "hello", ""); called.Status != http.StatusOK {
		t.Errorf("after unblocking: %s", called)
	}
	trail := w.Call("GET", "/api_keys/audit", admin, "")
	if trail.Text("data.0.event") != "account.unblocked" || trail.Text("data.1.event") != "key.created" ||
		trail.Text("data.2.event") != "account.blocked" || trail.Text("data.3.event") != "key.created" {
		t.Errorf("the trail is %s", trail)
	}
	if strings.Contains(string(trail.Body), "chargeback") {
		t.Error("the account reads the operator's words")
	}
}

// Credit arrives once however often a form is sent, can be spent at once, and
// can be taken back as far as it is free.
func TestCreditArrivesOnceAndPaysForCalls(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: operatorConfig(t)})
	o := newOperator(t, w)
	wallet, admin := w.Account(1)
	path := accountPath(wallet)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(0))
	w.Clock.NextDay()
	w.Eventually(5*time.Second, "nothing pays for a call", func() bool {
		return w.Chat(admin, "hello", "").Status == http.StatusPaymentRequired
	})
	form := url.Values{"amount": {"25.5"}, "reason": {`{"invoice":12}`}}
	page := o.want(http.StatusOK, "GET", path+"/credit?"+form.Encode(), nil, "Credit 25.5 USD?", `name="before" value="0"`)
	if !strings.Contains(page, "data-once") {
		t.Error("the form can be sent twice by a double click")
	}
	o.want(http.StatusBadRequest, "POST", path+"/credit", form, "cannot be read")
	form.Set("before", "0")
	o.want(http.StatusSeeOther, "POST", path+"/credit", form)
	o.want(http.StatusConflict, "POST", path+"/credit", form, "has changed since you were asked")
	o.want(http.StatusOK, "GET", path, nil, "of 25.5</dd>")
	balance := w.Call("GET", "/billing/balance", admin, "")
	if balance.Text("balances.usd") != "25.5" {
		t.Errorf("the balance is %s", balance)
	}
	trail := w.Call("GET", "/api_keys/audit", admin, "")
	if trail.Text("data.0.event") != "account.credited" || strings.Contains(string(trail.Body), "invoice") {
		t.Errorf("the trail is %s", trail)
	}
	called := w.Chat(admin, "hello", "")
	if called.Status != http.StatusOK || called.Charge() <= 0 || called.Nano("cost.usd") != called.Charge() {
		t.Errorf("a call: %s", called)
	}
	back := url.Values{"amount": {"-25.5"}, "reason": {"too much"}, "before": {"25.5"}}
	o.want(http.StatusConflict, "POST", path+"/credit", back, "can be taken back")
	back.Set("amount", "-25")
	o.want(http.StatusSeeOther, "POST", path+"/credit", back)
	o.want(http.StatusOK, "GET", path, nil, called.Charge().String()+" spent, 0 held, of 0.5</dd>")
	for name, bad := range map[string]url.Values{
		"no amount": {"reason": {"r"}}, "zero": {"amount": {"0"}, "reason": {"r"}}, "words": {"amount": {"ten"}, "reason": {"r"}},
		"no reason": {"amount": {"1"}}, "long": {"amount": {"1"}, "reason": {strings.Repeat("x", 201)}}, "lines": {"amount": {"1"}, "reason": {"a\nb"}},
	} {
		if status, _, _ := o.do("GET", path+"/credit?"+bad.Encode(), nil, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// What an operator needs to see is there, found by address or key, and no secret.
func TestTheOperatorSeesAccountsAndHowTheServerIs(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: operatorConfig(t)})
	o := newOperator(t, w)
	wallet, admin := w.Account(100)
	other, _ := w.Account(100)
	key, _ := w.NewKey(admin, "INFERENCE", "")
	if called := w.Chat(key, "a private prompt", ""); called.Status != http.StatusOK {
		t.Fatal(called)
	}
	page := o.want(http.StatusOK, "GET", "/operator", nil, "Calls in flight", "Commits waiting", "Invariant violations", "RPC node", "Model server",
		strings.ToLower(wallet.Address.Hex()), strings.ToLower(other.Address.Hex()))
	for _, secret := range []string{admin, key, "a private prompt", operatorToken} {
		if strings.Contains(page, secret) {
			t.Error("a secret is on the page")
		}
	}
	if strings.Contains(page, "unknown") {
		t.Errorf("a number is missing: %s", page)
	}
	for _, search := range []string{key[len(key)-6:], wallet.Address.Hex(), strings.ToLower(wallet.Address.Hex())[:12]} {
		found := o.want(http.StatusOK, "GET", "/operator?q="+search, nil, strings.ToLower(wallet.Address.Hex()))
		if strings.Contains(found, strings.ToLower(other.Address.Hex())) {
			t.Errorf("%s finds somebody else", search)
		}
	}
	o.want(http.StatusBadRequest, "GET", "/operator?q=%25", nil, "Look for an address")
	w.Chain.SetDown(true)
	w.Eventually(10*time.Second, "the page tells of the node", func() bool {
		_, page, _ := o.do("GET", "/operator", nil, nil)
		return strings.Contains(page, "RPC nodes do not answer well")
	})
}

// More accounts than a page has are all reached, each once.
func TestTheOperatorPagesThroughAllAccounts(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: operatorConfig(t)})
	o := newOperator(t, w)
	wallets := map[string]int{}
	for range 27 {
		wallet, _ := w.Account(1)
		wallets[strings.ToLower(wallet.Address.Hex())] = 0
	}
	last := ""
	for _, path := range []string{"/operator", "/operator?after="} {
		page := o.want(http.StatusOK, "GET", path+last, nil)
		for id := range wallets {
			if strings.Contains(page, `accounts/`+id+`"`) {
				wallets[id]++
				last = max(last, id)
			}
		}
	}
	for id, seen := range wallets {
		if seen != 1 {
			t.Errorf("%s is seen %d times", id, seen)
		}
	}
}

// Nobody gets in without the token, from another site's page, or by guessing.
func TestTheOperatorPageIsForTheOperatorAlone(t *testing.T) {
	config := operatorConfig(t)
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		config(c)
		five := 5
		c.Limits.FailedAttemptsBySource = &five
	}})
	o := newOperator(t, w)
	wallet, _ := w.Account(1)
	path, form := accountPath(wallet), url.Values{"reason": {"r"}}
	for _, site := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.example"}}, {"Sec-Fetch-Site": {"same-site"}}} {
		if status, _, _ := o.do("POST", path+"/block", form, site); status != http.StatusForbidden {
			t.Errorf("from %v: %d", site, status)
		}
	}
	if answer := w.Call("GET", "/operator", "", ""); answer.Status != http.StatusNotFound {
		t.Errorf("the API's own address: %s", answer)
	}
	_, _, header := o.do("GET", "/operator", nil, nil)
	if !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'") || header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", header)
	}
	for _, id := range []string{"/operator/accounts/0x00", "/operator/accounts/0x" + strings.Repeat("0", 40), path + "/delete?reason=r"} {
		o.want(http.StatusNotFound, "GET", id, nil)
	}
	guesses := []string{"", "x", operatorToken[:len(operatorToken)-1], operatorToken + "x", "\n", "another"}
	for _, password := range guesses {
		o.password = password
		if status, page, header := o.do("POST", path+"/block", form, nil); status != http.StatusUnauthorized ||
			!strings.HasPrefix(header.Get("WWW-Authenticate"), "Basic") || strings.Contains(page, "Account") {
			t.Errorf("%q: %d %s", password, status, page)
		}
	}
	o.password = operatorToken
	if status, _, header := o.do("GET", "/operator", nil, nil); status != http.StatusTooManyRequests || header.Get("Retry-After") == "" {
		t.Errorf("after %d guesses: %d %v", len(guesses), status, header)
	}
	w.Clock.Advance(31 * time.Second)
	page := o.want(http.StatusOK, "GET", path, nil)
	if strings.Contains(page, "Blocked since") {
		t.Error("a stranger has blocked an account")
	}
}

func TestAnOperatorsTokenThatIsNoSecretIsRefusedAtTheStart(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	config := w.Config
	if w.App.OperatorAddr() != nil {
		t.Error("there is an operator page by default")
	}
	w.Stop()
	for want, file := range map[string]string{
		"can be read by others": secretFile(t, operatorToken, 0o644),
		"at least 32 bytes":     secretFile(t, "short-word", 0o600),
		"one line":              secretFile(t, operatorToken+"\n"+operatorToken, 0o600),
		"no such file":          filepath.Join(t.TempDir(), "none"),
	} {
		config.Operator = app.OperatorConfig{Listen: "127.0.0.1:0", TokenFile: file}
		_, err := app.New(t.Context(), config, app.Options{Listener: listener(t)})
		if wantText(t, err, want); strings.Contains(err.Error(), "short-word") {
			t.Errorf("a secret is in %q", err)
		}
	}
}
