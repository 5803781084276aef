package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

// badInputs is how many numbered bad inputs there are. Those of contract
// wallets are tried on a real chain, in devchain.
const badInputs = 72

var onAChain = []int{50, 51, 52}

// codes are the words for programs that belong to each text of a refusal.
var codes = map[string][]string{
	"Invalid request parameters":                    {"INVALID_REQUEST"},
	"Invalid request content-type":                  {"INVALID_CONTENT_TYPE"},
	"Method not allowed":                            {"METHOD_NOT_ALLOWED"},
	"Invalid wallet address":                        {"ADDRESS_INVALID"},
	"JWT is malformed":                              {"TOKEN_MALFORMED"},
	"JWT signature is invalid":                      {"TOKEN_INVALID"},
	"JWT claims are invalid":                        {"TOKEN_INVALID"},
	"JWT has expired":                               {"TOKEN_EXPIRED"},
	"JWT has already been used":                     {"TOKEN_USED"},
	"Wallet signature does not match":               {"SIGNATURE_MISMATCH"},
	"Could not verify wallet signature":             {"WALLET_UNAVAILABLE"},
	"Could not read stake":                          {"CHAIN_UNAVAILABLE"},
	"Wallet has no staked VVV on Base":              {"NO_STAKE"},
	"Rate limit exceeded":                           {"RATE_LIMIT_EXCEEDED"},
	"Maximum number of active API keys reached":     {"TOO_MANY_KEYS"},
	"Authentication failed":                         {"AUTHENTICATION_FAILED", "ADMIN_KEY_REQUIRED"},
	"API key not found":                             {"KEY_NOT_FOUND"},
	"Specified model not found":                     {"MODEL_NOT_FOUND"},
	"API key DIEM spend limit exceeded":             {"API_KEY_DIEM_SPEND_LIMIT_EXCEEDED"},
	"API key USD spend limit exceeded":              {"API_KEY_USD_SPEND_LIMIT_EXCEEDED"},
	strings.Replace(tooManyFailures, "50", "20", 1): {"ERROR_BUDGET"},
	"The request payload is too large. Please reduce the size of your request.": {"PAYLOAD_TOO_LARGE"},
	"Insufficient USD or Diem balance to complete request":                      {"INSUFFICIENT_BALANCE"},
}

// spentMembers stand in the refusal of a call that a budget does not cover.
var spentMembers = []string{"affordable_max_tokens", "budget", "currency", "held", "limit", "limitPeriod", "resetsAt", "spent"}

// wantWhole demands that an answer has the headers and members of its kind and
// no others; its status, text and details are for wantError.
func wantWhole(t *testing.T, answer apptest.Answer) {
	t.Helper()
	for name, want := range map[string]string{"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	var body map[string]any
	if err := json.Unmarshal(answer.Body, &body); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(codes[answer.Text("error")], answer.Text("code")) {
		t.Errorf("the code of %q is %q", answer.Text("error"), answer.Text("code"))
	}
	var also []string
	switch answer.Status {
	case http.StatusPaymentRequired:
		also = spentMembers
	case http.StatusServiceUnavailable:
		also = []string{"requestId"}
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if !slices.Contains([]string{"error", "code", "message", "details"}, name) && !slices.Contains(also, name) {
			t.Errorf("the body has %s: %s", name, answer)
		}
	}
	later := answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable || body["resetsAt"] != nil
	if after := answer.Header.Get("Retry-After"); (after != "") != later {
		t.Errorf("Retry-After is %q: %s", after, answer)
	}
}

// TestEveryBadInputHasItsExactAnswer goes through the numbered bad inputs on
// whole servers. After each refused mint the very token of that row mints.
func TestEveryBadInputHasItsExactAnswer(t *testing.T) {
	seen := map[int]bool{}
	for _, number := range onAChain {
		seen[number] = true
	}
	run := func(name string, test func(t *testing.T)) {
		number, err := strconv.Atoi(name[:2])
		if err != nil {
			t.Fatal(err)
		}
		seen[number] = true
		t.Run(name, test)
	}
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	groups := [][]refusal{bodyRefusals(), addressRefusals(), tokenRefusals(t, w), signatureRefusals(t), memberRefusals()}
	for _, row := range slices.Concat(groups...) {
		run(row.name, func(t *testing.T) { refuse(t, newForm(t, w, wallet), row) })
	}
	for _, rows := range []map[string]func(*testing.T){mintsThatWait(), badKeys(), badCalls(), spentBudgets()} {
		for _, name := range slices.Sorted(maps.Keys(rows)) {
			run(name, rows[name])
		}
	}
	for number := 1; number <= badInputs; number++ {
		if !seen[number] {
			t.Errorf("no row has number %d", number)
		}
	}
}

// mintsThatWait are refused for a time, or by the chain's fault.
func mintsThatWait() map[string]func(*testing.T) {
	withStake := func(t *testing.T, config func(*app.Config)) (*apptest.World, apptest.Wallet) {
		w := apptest.Start(t, apptest.Options{Config: config})
		wallet := apptest.NewWallet(t)
		w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
		return w, wallet
	}
	// without the chain: a good mint, spoilt or not
	away := func(text string, spoil func(*form)) func(*testing.T) {
		return func(t *testing.T) {
			w, wallet := withStake(t, manyMints)
			good := newForm(t, w, wallet)
			bad := good.copy()
			spoil(bad)
			w.Chain.SetDown(true)
			answer := bad.post("")
			wantError(t, answer, http.StatusServiceUnavailable, text, nil)
			wantWhole(t, answer)
			w.Chain.SetDown(false)
			w.Eventually(10*time.Second, "the same token mints when the chain is back", func() bool { return good.post("").Status == http.StatusOK })
		}
	}
	return map[string]func(*testing.T){
		"39 expired by a second": func(t *testing.T) {
			w, wallet := withStake(t, nil)
			f := newForm(t, w, wallet)
			w.Clock.Advance(15*time.Minute + time.Second)
			answer := f.post("")
			wantError(t, answer, http.StatusBadRequest, "JWT has expired", nil)
			wantWhole(t, answer)
		},
		"53 a contract wallet without the chain": away("Could not verify wallet signature", func(f *form) {
			f.fields["address"] = apptest.NewWallet(f.t).Address.Hex()
		}),
		"54 a key without the chain": away("Could not read stake", func(*form) {}),
		"62 the 21st mint in a minute": func(t *testing.T) {
			w, wallet := withStake(t, nil)
			for range 20 {
				if answer := w.Mint(wallet, "INFERENCE", ""); answer.Status != http.StatusOK {
					t.Fatalf("%s", answer)
				}
			}
			f := newForm(t, w, wallet)
			answer := f.post("")
			wantError(t, answer, http.StatusTooManyRequests, "Rate limit exceeded", nil)
			wantWhole(t, answer)
			w.Clock.Advance(time.Minute + time.Second)
			if answer := f.post(""); answer.Status != http.StatusOK {
				t.Errorf("the same token, a minute later: %s", answer)
			}
		},
		"63 the 501st active key": func(t *testing.T) {
			w, wallet := withStake(t, manyMints)
			admin := w.Mint(wallet, "ADMIN", "").Text("data.apiKey")
			var last string
			for range 499 {
				_, last = w.NewKey(admin, "INFERENCE", "")
			}
			f := newForm(t, w, wallet)
			answer := f.post("")
			wantError(t, answer, http.StatusBadRequest, "Maximum number of active API keys reached", nil)
			wantWhole(t, answer)
			if answer := w.Call("DELETE", "/api_keys/"+last, admin, ""); answer.Status != http.StatusOK {
				t.Fatalf("%s", answer)
			}
			if answer := f.post(""); answer.Status != http.StatusOK {
				t.Errorf("the same token, with one key less: %s", answer)
			}
		},
	}
}

// badKeys are refusals of keys, and of what is asked with them.
func badKeys() map[string]func(*testing.T) {
	unauthorized := func(t *testing.T, answer apptest.Answer) {
		t.Helper()
		wantError(t, answer, http.StatusUnauthorized, "Authentication failed", nil)
		wantWhole(t, answer)
	}
	mistype := func(key string, at int) string {
		other := byte('x')
		if key[at] == other {
			other = 'y'
		}
		return key[:at] + string(other) + key[at+1:]
	}
	return map[string]func(*testing.T){
		"11 a body that is not called JSON": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{Config: manyMints})
			wallet, admin := w.Account(100)
			for path, body := range map[string]string{"/api_keys": `{"apiKeyType":"ADMIN","description":""}`, "/chat/completions": apptest.ChatBody("x", "")} {
				request := w.Request("POST", path, admin, body)
				request.Header.Set("Content-Type", "text/plain")
				answer := w.Send(request)
				wantError(t, answer, http.StatusUnsupportedMediaType, "Invalid request content-type", nil)
				wantWhole(t, answer)
			}
			f := newForm(t, w, wallet) // the mint takes it: clients of Venice's flow do not say what they send
			f.header.Set("Content-Type", "text/plain")
			if answer := f.post(""); answer.Status != http.StatusOK {
				t.Errorf("%s", answer)
			}
		},
		"64 no, a malformed and two authorizations": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(1)
			for _, values := range [][]string{nil, {""}, {"Bearer"}, {"Bearer sg_inf_x"}, {"Basic " + admin}, {"Bearer  " + admin}, {"Bearer " + admin, "Bearer " + admin}} {
				request := w.Request("GET", "/api_keys", "", "")
				if values != nil {
					request.Header["Authorization"] = values
				}
				unauthorized(t, w.Send(request))
			}
		},
		"65 one character changed": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(1)
			if err := w.App.Close(); err != nil { // no database can be asked
				t.Fatal(err)
			}
			if answer := w.Call("GET", "/api_keys", admin, ""); answer.Status != http.StatusInternalServerError {
				t.Fatalf("the key itself is looked for: %s", answer)
			}
			for at := range admin {
				unauthorized(t, w.Call("GET", "/api_keys", mistype(admin, at), ""))
			}
		},
		"66 a revoked and an expired key": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(1)
			revoked, id := w.NewKey(admin, "INFERENCE", "")
			expired, _ := w.NewKey(admin, "INFERENCE", `"expiresAt":"`+w.Clock.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04:05Z")+`"`)
			w.Call("DELETE", "/api_keys/"+id, admin, "")
			w.Clock.Advance(time.Hour)
			for _, key := range []string{revoked, expired} {
				unauthorized(t, w.Call("GET", "/billing/balance", key, ""))
				unauthorized(t, w.Chat(key, "hello", ""))
			}
		},
		"67 an INFERENCE key lists keys": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(1)
			key, _ := w.NewKey(admin, "INFERENCE", "")
			unauthorized(t, w.Call("GET", "/api_keys", key, ""))
		},
		"68 another account's key": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(1)
			_, stranger := w.Account(1)
			_, foreign := w.NewKey(stranger, "INFERENCE", "")
			for _, method := range []string{"GET", "DELETE"} {
				first := w.Call(method, "/api_keys/"+foreign, admin, "")
				wantError(t, first, http.StatusNotFound, "API key not found", nil)
				wantWhole(t, first)
				if second := w.Call(method, "/api_keys/"+uuid.NewString(), admin, ""); !bytes.Equal(first.Body, second.Body) {
					t.Errorf("they differ: %s and %s", first, second)
				}
			}
		},
		"72 21 failures in 30 s": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{Config: defaultFailures(t)})
			for range 21 {
				unauthorized(t, w.Call("GET", "/api_keys", "", ""))
			}
			answer := w.Call("GET", "/api_keys", "", "")
			wantError(t, answer, http.StatusTooManyRequests, strings.Replace(tooManyFailures, "50", "20", 1), nil)
			wantWhole(t, answer)
			if after, err := strconv.Atoi(answer.Header.Get("Retry-After")); err != nil || after < 25 || after > 30 {
				t.Errorf("Retry-After is %q", answer.Header.Get("Retry-After"))
			}
			w.Clock.Advance(30 * time.Second)
			unauthorized(t, w.Call("GET", "/api_keys", "", ""))
		},
	}
}

// badCalls are calls that no model gets.
func badCalls() map[string]func(*testing.T) {
	return map[string]func(*testing.T){
		"69 an unknown model": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(1)
			answer := w.Call("POST", "/chat/completions", admin, strings.Replace(apptest.ChatBody("x", ""), "echo-1", "none", 1))
			wantError(t, answer, http.StatusNotFound, "Specified model not found", nil)
			wantWhole(t, answer)
		},
		"70 what has no bound": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(1)
			for members, named := range map[string]string{
				`"max_tokens":1.5`: "max_tokens", `"max_tokens":1000000000`: "max_tokens", `"max_tokens":"5"`: "max_tokens",
				`"max_completion_tokens":1000000000`: "max_completion_tokens", `"n":0`: "n", `"n":129`: "n",
				`"max_tokens":5,"max_tokens":6`: "max_tokens", `"audio":{"voice":"x"}`: "audio", `"web_search_options":{}`: "web_search_options",
				`"prediction":{"type":"content","content":"x"}`: "prediction",
			} {
				answer := w.Chat(admin, "x", members)
				wantError(t, answer, http.StatusBadRequest, "Invalid request parameters", []string{named})
				wantWhole(t, answer)
			}
			image := `{"model":"echo-open","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/y.png"}}]}]}`
			answer := w.Call("POST", "/chat/completions", admin, image)
			if answer.Status != http.StatusBadRequest || answer.Get("details.messages._errors.0") == nil {
				t.Errorf("%s", answer)
			}
			if tally := w.Model.Tally(); tally.Calls+tally.Refused > 0 {
				t.Errorf("the model was called: %+v", tally)
			}
			// 0 and less are no cap: Venice's API ignores them by its description.
			for _, members := range []string{`"max_tokens":0`, `"max_tokens":-1`, `"max_completion_tokens":0`} {
				if answer := w.Chat(admin, "x", members); answer.Status != http.StatusOK {
					t.Errorf("%s: %s", members, answer)
				}
			}
		},
	}
}

// spentBudgets are the three ends that money has.
func spentBudgets() map[string]func(*testing.T) {
	return map[string]func(*testing.T){
		"71 the account's": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			wallet, admin := w.Account(1)
			w.Chain.StakeVVV(wallet.Address, apptest.Tokens(0))
			var answer apptest.Answer
			w.Eventually(soon, "the stake is seen to be gone", func() bool {
				answer = w.Chat(admin, "hello", "")
				return answer.Status == http.StatusPaymentRequired
			})
			wantError(t, answer, http.StatusPaymentRequired, "Insufficient USD or Diem balance to complete request", nil)
			wantWhole(t, answer)
		},
		"71 the key's in DIEM": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(100)
			key, _ := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0}`)
			answer := w.Chat(key, "hello", "")
			wantError(t, answer, http.StatusPaymentRequired, "API key DIEM spend limit exceeded", nil)
			wantWhole(t, answer)
		},
		"71 the key's in USD": func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			wallet, admin := w.Account(1)
			key, _ := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"usd":0}`)
			w.Stop()
			account := strings.ToLower(wallet.Address.Hex())
			if _, err := app.CreditAccount(context.Background(), w.Config, account, money.Unit, "a gift", w.Clock.Now); err != nil {
				t.Fatal(err)
			}
			w = apptest.Start(t, apptest.Options{Dir: w.Dir, Clock: w.Clock}) // on a chain that never heard of the wallet
			w.Eventually(soon, "the stake is seen to be gone", func() bool { return w.Balance(admin) == 0 })
			answer := w.Chat(key, "hello", "")
			wantError(t, answer, http.StatusPaymentRequired, "API key USD spend limit exceeded", nil)
			wantWhole(t, answer)
		},
	}
}
