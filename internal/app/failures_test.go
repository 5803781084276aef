package app_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

func fiftyFailures(c *app.Config) {
	attempts := 50
	c.Limits.FailedAttempts, c.Limits.FailedAttemptsBySource = &attempts, &attempts
}

// defaultFailures has the numbers of failures that a server has by default.
func defaultFailures(t *testing.T) func(*app.Config) {
	t.Helper()
	defaults := must(load(t, ""))
	return func(c *app.Config) {
		c.Limits.FailedAttempts, c.Limits.FailedAttemptsBySource = defaults.Limits.FailedAttempts, defaults.Limits.FailedAttemptsBySource
	}
}

const tooManyFailures = "Too many failed attempts (> 50) resulting in a non-success status code. Please wait 30s and try again."

func wantBlocked(t *testing.T, answer apptest.Answer) {
	t.Helper()
	wantError(t, answer, http.StatusTooManyRequests, tooManyFailures, nil)
	after := answer.Header.Get("Retry-After") // a slow machine may have used up a second
	if answer.Text("code") != "ERROR_BUDGET" || (after != "30" && after != "29") {
		t.Errorf("Retry-After is %q: %s", answer.Header.Get("Retry-After"), answer)
	}
}

// TestWhoGuessesKeysIsBlockedAndWhoHasOneIsNot sends 51 requests with keys that
// nobody has, from the address of everybody else.
func TestWhoGuessesKeysIsBlockedAndWhoHasOneIsNot(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: fiftyFailures})
	_, admin := w.Account(100)
	if answer := w.Call("GET", "/api_keys", admin, ""); answer.Status != http.StatusOK {
		t.Fatalf("%s", answer)
	}
	for range 51 {
		wantError(t, w.Call("GET", "/billing/balance", "sg-guess", ""), http.StatusUnauthorized, "Authentication failed", nil)
	}
	for _, r := range append(routes(),
		route{method: "GET", path: "/api_keys/generate_web3_key"}, route{method: "POST", path: "/api_keys/generate_web3_key", body: "{}"},
		route{method: "GET", path: "/models"}, route{method: "GET", path: "/models/traits"}, route{method: "GET", path: "/models/compatibility_mapping"},
		route{method: "GET", path: "/models/echo-1"}, route{method: "GET", path: "/billing/usage"},
	) {
		wantBlocked(t, r.call(w, "sg-guess", "x"))
	}
	for _, path := range []string{"/healthz", "/readyz", "/llms.txt"} {
		if answer := w.Send(must(http.NewRequest("GET", w.Origin+path, nil))); answer.Status != http.StatusOK {
			t.Errorf("%s: %s", path, answer)
		}
	}
	if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusOK {
		t.Errorf("a valid key is blocked for its neighbour: %s", answer)
	}
	w.Clock.Advance(30 * time.Second)
	wantError(t, w.Call("GET", "/billing/balance", "sg-guess", ""), http.StatusUnauthorized, "Authentication failed", nil)
}

func TestAKeyWithTooManyFailuresIsBlockedAndItsAccountSeesIt(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: fiftyFailures})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", "")
	if answer := w.Chat(key, "hello", ""); answer.Status != http.StatusOK {
		t.Fatalf("%s", answer)
	}
	balance := w.Balance(admin)
	for i := range 51 {
		path, body, status := "/chat/completions", `{"model":"echo-1"}`, http.StatusBadRequest
		if i%2 == 0 {
			body, status = strings.Replace(apptest.ChatBody("hello", ""), "echo-1", "none", 1), http.StatusNotFound
		}
		if answer := w.Call("POST", path, key, body); answer.Status != status {
			t.Fatalf("failure %d: %s", i+1, answer)
		}
	}
	wantBlocked(t, w.Chat(key, "hello", ""))
	if w.Balance(admin) != balance {
		t.Error("refused calls cost something")
	}
	log := w.Call("GET", "/api_keys/rate_limits/log", admin, "")
	if log.Text("data.0.apiKeyId") != id || log.Text("data.0.rateLimitType") != "FAILED_REQUESTS" || log.Get("data.1") != nil {
		t.Errorf("the log says %s", log)
	}
	w.Clock.Advance(30 * time.Second)
	if answer := w.Chat(key, "hello", ""); answer.Status != http.StatusOK {
		t.Errorf("after 30 s: %s", answer)
	}
}

// By default a network without a key may fail 20 times in 30 s and a key 50
// times, each on its own account. A wallet that waits for its stake does not fail.
func TestKeysMayFailMoreOftenThanStrangers(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: defaultFailures(t)})
	_, admin := w.Account(100)
	w.Call("GET", "/api_keys", admin, "")
	for range 60 {
		wantError(t, w.Mint(apptest.NewWallet(t), "ADMIN", ""), http.StatusBadRequest, "Wallet has no staked VVV on Base", nil)
	}
	for range 21 {
		wantError(t, w.Call("GET", "/billing/balance", "sg-guess", ""), http.StatusUnauthorized, "Authentication failed", nil)
	}
	wantError(t, w.Call("GET", "/billing/balance", "sg-guess", ""), http.StatusTooManyRequests, strings.Replace(tooManyFailures, "50", "20", 1), nil)
	for range 51 {
		wantError(t, w.Call("GET", "/api_keys/nothing", admin, ""), http.StatusNotFound, "API key not found", nil)
	}
	wantBlocked(t, w.Call("GET", "/api_keys", admin, ""))
}

// Each number may be 0 while the other one counts.
func TestOneKindOfFailuresCanBeLeftUncounted(t *testing.T) {
	none, one := 0, 1
	for name, bySource := range map[string]bool{"sources": true, "keys": false} {
		w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
			c.Limits.FailedAttempts, c.Limits.FailedAttemptsBySource = &one, &none
			if bySource {
				c.Limits.FailedAttempts, c.Limits.FailedAttemptsBySource = &none, &one
			}
		}})
		_, admin := w.Account(100)
		w.Call("GET", "/api_keys", admin, "")
		for range 3 {
			w.Call("GET", "/api_keys/nothing", admin, "")
			w.Call("GET", "/api_keys/nothing", "sg-guess", "")
		}
		for key, blocked := range map[string]bool{admin: !bySource, "sg-guess": bySource} {
			if answer := w.Call("GET", "/api_keys", key, ""); (answer.Status == http.StatusTooManyRequests) != blocked {
				t.Errorf("only %s are counted: %s", name, answer)
			}
		}
	}
}

// A spent budget, a held one and a repeated call are no failures: an agent may
// ask again as often as it likes.
func TestRefusalsThatTimeMendsDoNotBlock(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: fiftyFailures})
	_, admin := w.Account(100)
	key, _ := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0}`)
	for i := range 60 {
		if answer := w.Chat(key, "hello", ""); answer.Status != http.StatusPaymentRequired {
			t.Fatalf("call %d: %s", i+1, answer)
		}
	}
}

// limited gives echo-1 a tier of three requests a minute and a few tokens.
func limited(c *app.Config) {
	text, err := os.ReadFile(c.Catalog)
	if err != nil {
		panic(err)
	}
	with := strings.Replace(string(text), "traits: [default]", "tier: XS, traits: [default]", 1) +
		"tiers:\n  XS: {requests_per_minute: 3, tokens_per_minute: 5000}\n"
	if err := os.WriteFile(c.Catalog, []byte(with), 0o600); err != nil {
		panic(err)
	}
}

func TestCallsRefusedForTheirRateAreLogged(t *testing.T) {
	dir := t.TempDir()
	w := apptest.Start(t, apptest.Options{Dir: dir, Config: limited})
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", "")
	if log := w.Call("GET", "/api_keys/rate_limits/log", admin, ""); log.Text("object") != "list" || len(log.Get("data").([]any)) != 0 {
		t.Errorf("before: %s", log)
	}
	// More tokens than a minute has, then one request too many.
	wantError(t, w.Chat(key, strings.Repeat("x", 4200), `"max_tokens":4000`), http.StatusTooManyRequests,
		"Rate limit exceeded: this request alone may take more tokens than a whole minute has (5000); send a smaller one or a lower max_tokens", nil)
	for range 3 {
		if answer := w.Chat(key, "hello", `"max_tokens":5`); answer.Status != http.StatusOK {
			t.Fatalf("%s", answer)
		}
	}
	for range 60 {
		wantError(t, w.Chat(key, "hello", `"max_tokens":5`), http.StatusTooManyRequests, "Rate limit exceeded", nil)
	}
	log := w.Call("GET", "/api_keys/rate_limits/log", admin, "")
	entries, _ := log.Get("data").([]any)
	if len(entries) != 50 {
		t.Fatalf("%d entries", len(entries))
	}
	for i := range entries {
		at := fmt.Sprintf("data.%d.", i)
		if log.Text(at+"apiKeyId") != id || log.Text(at+"modelId") != "echo-1" || log.Text(at+"rateLimitTier") != "XS" || log.Text(at+"rateLimitType") != "RPM" {
			t.Fatalf("entry %d: %v", i, entries[i])
		}
	}
	_, stranger := w.Account(1)
	if log := w.Call("GET", "/api_keys/rate_limits/log", stranger, ""); len(log.Get("data").([]any)) != 0 {
		t.Errorf("another account sees %s", log)
	}

	// What is not read is written too, when the server stops at the latest.
	w.Clock.Advance(time.Minute)
	wantError(t, w.Chat(key, strings.Repeat("x", 4200), `"max_tokens":4000`), http.StatusTooManyRequests,
		"Rate limit exceeded: this request alone may take more tokens than a whole minute has (5000); send a smaller one or a lower max_tokens", nil)
	w.Stop()
	again := apptest.Start(t, apptest.Options{Dir: dir, Clock: w.Clock, Config: limited})
	if log := again.Call("GET", "/api_keys/rate_limits/log", admin, ""); log.Text("data.0.rateLimitType") != "TPM" || log.Text("data.1.rateLimitType") != "RPM" {
		t.Errorf("after a new start: %s", log)
	}
}

// Behind a proxy on this machine, which is believed without being configured,
// clients are told apart.
func TestClientsBehindAProxyAreBlockedOneByOne(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: fiftyFailures})
	from := func(address string) apptest.Answer {
		r := w.Request("POST", "/api_keys/generate_web3_key", "", `{}`)
		r.Header.Set("X-Forwarded-For", "198.51.100.99, "+address) // the first is what the client claims
		return w.Send(r)
	}
	for range 51 {
		if answer := from("192.0.2.1"); answer.Status != http.StatusBadRequest {
			t.Fatalf("%s", answer)
		}
	}
	wantBlocked(t, from("192.0.2.1"))
	if answer := from("192.0.2.2"); answer.Status != http.StatusBadRequest {
		t.Errorf("a neighbour: %s", answer)
	}
	if answer := w.Call("GET", "/models", "", ""); answer.Status != http.StatusOK {
		t.Errorf("the proxy itself: %s", answer)
	}
}

func TestTheLimitsOfRequestsThatCostNothingAreTheOperators(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		source := 2
		c.Limits.FailedAttemptsBySource, c.Limits.FailedAttemptsWindow = &source, app.Duration(5*time.Second)
		c.Limits.SmallBodyBytes = 2000
	}})
	wallet, admin := w.Account(1)
	body := w.MintBody(wallet, w.Token(), "INFERENCE", "") + strings.Repeat(" ", 2000)
	wantError(t, w.Call("POST", mintPath, "", body), http.StatusRequestEntityTooLarge,
		"The request payload is too large. Please reduce the size of your request.", nil)
	wantError(t, w.Call("GET", "/api_keys", "", ""), http.StatusUnauthorized, "Authentication failed", nil)
	wantError(t, w.Call("GET", "/api_keys", "", ""), http.StatusUnauthorized, "Authentication failed", nil)
	wantError(t, w.Call("GET", "/api_keys", "", ""), http.StatusTooManyRequests,
		"Too many failed attempts (> 2) resulting in a non-success status code. Please wait 5s and try again.", nil)
	w.Clock.Advance(5 * time.Second)
	wantError(t, w.Call("GET", "/api_keys", "", ""), http.StatusUnauthorized, "Authentication failed", nil)
	if answer := w.Chat(admin, strings.Repeat("hello ", 400), ""); answer.Status != http.StatusOK {
		t.Errorf("a call: %s", answer)
	}
}
