package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"stakegate/api/apitest"

	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
	"stakegate/internal/challenge"
	"stakegate/internal/gateway"
	"stakegate/internal/httpapi"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/signature"
	"stakegate/internal/stake"
	"stakegate/internal/usage"
)

// rooms are all the rooms behind the door. Each asks fail first, which may
// return an error or panic.
type rooms struct {
	fail func() error
	key  apikey.Key
}

func (r *rooms) failed() error {
	if r.fail == nil {
		return nil
	}
	return r.fail()
}

func (r *rooms) Challenge() (string, error) { return "a.b.c", r.failed() }

func (r *rooms) ChallengeFor(common.Address) (string, challenge.Message, error) {
	return "a.b.c", challenge.Message{Text: "message", Nonce: strings.Repeat("0", 64), ExpiresAt: time.Unix(0, 0)}, r.failed()
}

func (r *rooms) Mint(context.Context, issuer.Proof, apikey.Spec) (issuer.Minted, error) {
	return r.minted()
}

func (r *rooms) Create(context.Context, apikey.Key, apikey.Spec) (issuer.Minted, error) {
	return r.minted()
}

func (r *rooms) CreateChild(context.Context, apikey.Key, string, apikey.Spec) (issuer.Minted, error) {
	return r.minted()
}

func (r *rooms) Rotate(context.Context, apikey.Key, string, time.Duration) (issuer.Rotated, error) {
	minted, err := r.minted()
	return issuer.Rotated{Minted: minted, OldUntil: now}, err
}

func (r *rooms) RevocationChallenge(common.Address) (challenge.Message, error) {
	return challenge.Message{Text: "canary", ExpiresAt: now}, r.failed()
}

func (r *rooms) RevokeAll(context.Context, issuer.Proof) ([]apikey.Key, error) {
	return []apikey.Key{r.key}, r.failed()
}

func (r *rooms) minted() (issuer.Minted, error) {
	if err := r.failed(); err != nil {
		return issuer.Minted{}, err
	}
	secret, err := apikey.New(r.key.Type)
	return issuer.Minted{Key: r.key, Secret: secret}, err
}

func (r *rooms) KeyByHash(context.Context, [32]byte) (apikey.Key, error) { return r.key, nil }

func (r *rooms) Key(context.Context, string, string) (apikey.Key, error) { return r.key, r.failed() }

func (r *rooms) Keys(context.Context, string) ([]apikey.Key, error) {
	return []apikey.Key{r.key}, r.failed()
}

func (r *rooms) SubKeys(context.Context, string, string) ([]apikey.Key, error) {
	return []apikey.Key{r.key}, r.failed()
}

func (r *rooms) UpdateKey(context.Context, string, string, apikey.Actor, func(*apikey.Key)) (apikey.Key, error) {
	return r.key, r.failed()
}

func (r *rooms) RevokeKey(context.Context, string, string, apikey.Actor) error { return r.failed() }

func (r *rooms) EndLeaked(context.Context, [32]byte) error { return r.failed() }

func (r *rooms) Audited(context.Context, string, int64, int) ([]ledger.Entry, error) {
	return []ledger.Entry{{Seq: 1, At: now, Kind: ledger.EntryCredit, Note: "invoice 12"}}, r.failed()
}

func (r *rooms) Standing(context.Context, string) (ledger.Standing, error) {
	return ledger.Standing{Granted: true}, r.failed()
}

func (r *rooms) KnownStanding(ctx context.Context, accountID string) (ledger.Standing, error) {
	return r.Standing(ctx, accountID)
}

func (r *rooms) Budgets(context.Context, []string) (map[string]*ledger.Budget, error) {
	return nil, r.failed()
}

func (r *rooms) SpendByKey(context.Context, string, time.Time) (map[string]ledger.Settled, error) {
	return nil, r.failed()
}

func (r *rooms) Page(context.Context, string, usage.Query, time.Time) (usage.Page, error) {
	return usage.Page{}, r.failed()
}

func (r *rooms) Report(context.Context, string, usage.Period, time.Time) (usage.Report, error) {
	return usage.Report{Lookback: "7d"}, r.failed()
}

func (r *rooms) Denials(context.Context, string) ([]ledger.Denial, error) { return nil, r.failed() }

func (r *rooms) Routes() []gateway.Route {
	spend := func(http.ResponseWriter, *http.Request, gateway.Caller) *gateway.Error {
		_ = r.failed() // only panics: the gateway's errors are *gateway.Error
		return &gateway.Error{Status: http.StatusTeapot, Code: "TEAPOT", Message: "no room is behind this door"}
	}
	return []gateway.Route{{Path: "/chat/completions", Serve: spend}, {Path: "/embeddings", Serve: spend}}
}

const oneModel = `
upstreams: [{name: main, kind: openai, url: "https://model.example/v1"}]
models: [{id: small, type: text, upstream: main, context: 1000, max_output: 100, price: {input: "1", output: "2"}, privacy: private}]
`

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// door is a server over rooms, with a valid key and everything that it logs.
type door struct {
	*rooms
	handler http.Handler
	models  *catalog.Catalog
	secret  string
	log     bytes.Buffer
}

func newDoor(t testing.TB) *door {
	t.Helper()
	models, err := catalog.Parse([]byte(oneModel))
	if err != nil {
		t.Fatal(err)
	}
	secret, err := apikey.New(apikey.Admin)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{models: models, secret: secret.Reveal(), rooms: &rooms{key: apikey.Key{
		Spec: apikey.Spec{Type: apikey.Admin, Period: apikey.Epoch, Privacy: apikey.PrivacyAll},
		ID:   "b6a4f7c2-3f5e-4a51-9d5c-0b8f5ad6b1c7", AccountID: "0x00000000000000000000000000000000000bee00",
		Last6: secret.Last6(), CreatedAt: now,
	}}}
	d.handler = httpapi.New(httpapi.Config{
		Mint: d, Keys: d, Books: d, Spend: d, History: d, Analytics: d, Denials: d,
		Catalog: func() *catalog.Catalog { return d.models },
		Hasher:  apikey.NewHasher(bytes.Repeat([]byte{1, 2, 3, 4}, 8)),
		Ready:   func(context.Context) error { return d.failed() },
		Guide:   "guide", Version: "test", Now: func() time.Time { return now },
		Logger: slog.New(slog.NewJSONHandler(&d.log, nil)),
	})
	return d
}

func (d *door) send(handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+d.secret)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

const (
	address  = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	goodMint = `{"address":"` + address + `","apiKeyType":"ADMIN","signature":"0x5ec2e7","token":"a.b.c","description":"canary"}`
	api      = "/api/v1"
)

// requests reach every room.
var requests = []struct{ method, path, body string }{
	{"GET", api + "/api_keys/generate_web3_key", ""},
	{"POST", api + "/api_keys/generate_web3_key", goodMint},
	{"GET", api + "/api_keys", ""},
	{"POST", api + "/api_keys", `{"apiKeyType":"ADMIN","description":"canary"}`},
	{"PATCH", api + "/api_keys", `{"id":"x","description":"canary"}`},
	{"DELETE", api + "/api_keys?id=x", ""},
	{"DELETE", api + "/api_keys/x", ""},
	{"GET", api + "/api_keys/x", ""},
	{"GET", api + "/api_keys/x/children", ""},
	{"POST", api + "/api_keys/x/children", `{"description":"canary"}`},
	{"POST", api + "/api_keys/x/rotate", `{"overlapSeconds":0}`},
	{"GET", api + "/api_keys/rate_limits", ""},
	{"GET", api + "/api_keys/rate_limits/log", ""},
	{"GET", api + "/api_keys/audit", ""},
	{"GET", api + "/api_keys/revoke_all?address=" + address, ""},
	{"POST", api + "/api_keys/revoke_all", `{"address":"` + address + `","signature":"0x5ec2e7","message":"canary"}`},
	{"POST", api + "/leaks", `{"key":"sg_inf_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1MRIXl"}`},
	{"GET", api + "/billing/balance", ""},
	{"GET", api + "/billing/usage-history", ""},
	{"GET", api + "/billing/usage-analytics", ""},
}

func member(t *testing.T, answer *httptest.ResponseRecorder, name string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &members); err != nil {
		t.Fatalf("%d %q: %v", answer.Code, answer.Body, err)
	}
	text, _ := members[name].(string)
	return text
}

func wantUnknown(t *testing.T, answer *httptest.ResponseRecorder, secret string) {
	t.Helper()
	if answer.Code != http.StatusInternalServerError || member(t, answer, "code") != "UNKNOWN_ERROR" {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if strings.Contains(answer.Body.String(), secret) {
		t.Errorf("the answer tells what is nobody's business: %s", answer.Body)
	}
	if id := member(t, answer, "requestId"); id == "" || id != answer.Header().Get("X-Request-Id") {
		t.Errorf("the answer's id is %q, the header's %q", id, answer.Header().Get("X-Request-Id"))
	}
}

func TestAFaultInAnyRoomIsA500ThatSaysNothing(t *testing.T) {
	d := newDoor(t)
	handler := apitest.New(t).Middleware(d.handler)
	for _, r := range requests {
		t.Run("error "+r.method+" "+r.path, func(t *testing.T) {
			d.fail = func() error { return errors.New("table api_keys is locked") }
			wantUnknown(t, d.send(handler, r.method, r.path, r.body), "locked")
			if !strings.Contains(d.log.String(), "table api_keys is locked") {
				t.Error("the operator is not told either")
			}
		})
		t.Run("panic "+r.method+" "+r.path, func(t *testing.T) {
			d.log.Reset()
			d.fail = func() error { panic("canary of a panic") }
			wantUnknown(t, d.send(handler, r.method, r.path, r.body), "canary")
			if strings.Contains(d.log.String(), "canary") || !strings.Contains(d.log.String(), "handler panicked") {
				t.Errorf("the log must tell of the panic and not what it said: %s", &d.log)
			}
		})
	}
	for _, path := range []string{"/chat/completions", "/embeddings"} {
		wantUnknown(t, d.send(handler, "POST", api+path, "{}"), "canary")
	}
}

func TestErrorsOfTheRoomsHaveTheirAnswers(t *testing.T) {
	d := newDoor(t)
	mint, list, balance := requests[1], requests[2], requests[10]
	for name, test := range map[string]struct {
		err        error
		request    struct{ method, path, body string }
		status     int
		text, code string
		retry      bool
	}{
		"malformed":     {challenge.ErrMalformed, mint, 400, "JWT is malformed", "TOKEN_MALFORMED", false},
		"signature":     {challenge.ErrSignature, mint, 400, "JWT signature is invalid", "TOKEN_INVALID", false},
		"claims":        {challenge.ErrClaims, mint, 400, "JWT claims are invalid", "TOKEN_INVALID", false},
		"expired":       {challenge.ErrExpired, mint, 400, "JWT has expired", "TOKEN_EXPIRED", false},
		"used":          {issuer.ErrChallengeSpent, mint, 400, "JWT has already been used", "TOKEN_USED", false},
		"mismatch":      {signature.ErrMismatch, mint, 400, "Wallet signature does not match", "SIGNATURE_MISMATCH", false},
		"no stake":      {&issuer.NoStakeError{Symbol: "XYZ", Chain: "Moon"}, mint, 400, "Wallet has no staked XYZ on Moon", "NO_STAKE", false},
		"chain":         {fmt.Errorf("asking: %w", stake.ErrChain), mint, 503, "Could not read stake", "CHAIN_UNAVAILABLE", true},
		"wallet":        {fmt.Errorf("%w: %w", signature.ErrUnavailable, stake.ErrChain), mint, 503, "Could not verify wallet signature", "WALLET_UNAVAILABLE", true},
		"too fast":      {issuer.ErrTooFast, mint, 429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED", true},
		"too many":      {issuer.ErrTooManyKeys, mint, 400, "Maximum number of active API keys reached", "TOO_MANY_KEYS", false},
		"unknown key":   {apikey.ErrNotFound, requests[7], 404, "API key not found", "KEY_NOT_FOUND", false},
		"busy":          {ledger.ErrBusy, list, 503, "The server is busy", "BUSY", true},
		"balance":       {stake.ErrChain, balance, 503, "Could not read stake", "CHAIN_UNAVAILABLE", true},
		"too much":      {usage.ErrTooMuch, requests[12], 504, "Query timed out - try reducing the lookback period", "QUERY_TIMEOUT", false},
		"usage's error": {&usage.ParamError{Param: "cursor", Problem: "is old"}, requests[11], 400, "Invalid request parameters", "INVALID_REQUEST", false},
	} {
		t.Run(name, func(t *testing.T) {
			d.fail = func() error { return test.err }
			answer := d.send(d.handler, test.request.method, test.request.path, test.request.body)
			if answer.Code != test.status || member(t, answer, "error") != test.text || member(t, answer, "code") != test.code {
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
			if (answer.Header().Get("Retry-After") != "") != test.retry {
				t.Errorf("Retry-After is %q", answer.Header().Get("Retry-After"))
			}
		})
	}
}

func TestTheLogNamesRequestsAndNoSecrets(t *testing.T) {
	d := newDoor(t)
	for _, fail := range []func() error{nil, func() error { return challenge.ErrExpired }, func() error { return stake.ErrChain }} {
		d.fail = fail
		for _, r := range requests {
			d.log.Reset()
			answer := d.send(d.handler, r.method, r.path, r.body)
			if !strings.Contains(d.log.String(), answer.Header().Get("X-Request-Id")) {
				t.Errorf("%s %s has no line in the log", r.method, r.path)
			}
			for _, secret := range []string{d.secret, d.secret[7:50], "5ec2e7", "a.b.c", "canary", address} {
				if strings.Contains(d.log.String(), secret) {
					t.Errorf("%s %s: the log has a %d byte secret: %s", r.method, r.path, len(secret), &d.log)
				}
			}
		}
	}
}

func TestAnAnswerThatHasBegunIsCutByAPanic(t *testing.T) {
	d := newDoor(t)
	d.handler = httpapi.New(httpapi.Config{
		Spend: halfAnswer{}, Keys: d, Books: d, Hasher: apikey.NewHasher(bytes.Repeat([]byte{1, 2, 3, 4}, 8)),
		Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
	})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+api+"/chat/completions", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.secret)
	response, err := server.Client().Do(request)
	if err == nil {
		_, err = bytes.NewBuffer(nil).ReadFrom(response.Body)
		_ = response.Body.Close()
	}
	if err == nil {
		t.Error("the client takes half an answer for a whole one")
	}
}

type halfAnswer struct{}

func (halfAnswer) Routes() []gateway.Route {
	return []gateway.Route{{Path: "/chat/completions", Serve: func(w http.ResponseWriter, _ *http.Request, _ gateway.Caller) *gateway.Error {
		_, _ = w.Write([]byte("half"))
		panic("broken")
	}}}
}

// FuzzMintBody: no body makes the door fail, and what is accepted is what the
// description allows.
func FuzzMintBody(f *testing.F) {
	for _, seed := range []string{
		goodMint, "", "{}", "[]", `{"address":1}`, `{"details":{"_errors":1}}`, `{"_errors":{"_errors":[]}}`, `{"a.b":1}`, `{"":1}`,
		`{"consumptionLimit":{"usd":1,"_errors":2}}`, `{"consumptionLimit":{"usd":1e-400}}`, `{"expiresAt":"2027-01-01"}`,
		strings.Replace(goodMint, "{", `{"consumptionLimit":{"usd":0.1,"diem":null},"limitPeriod":"MONTH","expiresAt":"",`, 1),
	} {
		f.Add(seed)
	}
	d := newDoor(f)
	held := map[string]bool{} // refusals that the description has: most bodies get one that another got
	f.Fuzz(func(t *testing.T, body string) {
		d.log.Reset()
		answer := d.send(d.handler, "POST", api+"/api_keys/generate_web3_key", body)
		switch answer.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		default:
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
		answer.Header()["X-Request-Id"] = make([]string, len(answer.Header()["X-Request-Id"]))
		said := fmt.Sprint(answer.Code, answer.Header(), answer.Body)
		if held[said] {
			return
		}
		if again := d.send(apitest.New(t).Middleware(d.handler), "POST", api+"/api_keys/generate_web3_key", body); again.Code != answer.Code {
			t.Errorf("%d, then %d", answer.Code, again.Code)
		}
		if len(held) > 10_000 {
			clear(held)
		}
		held[said] = answer.Code != http.StatusOK && !t.Failed() // what is accepted is held against the description, too
	})
}

// FuzzPath: whatever is asked for, the answer is one that the description has.
func FuzzPath(f *testing.F) {
	for _, r := range requests {
		f.Add(r.method, r.path)
	}
	for _, path := range []string{"/", "//", "/api/v1", "/api/v1/", "/api/v1/api_keys/", "/api/v1/api_keys/%2e%2e/x", "/api/v1/api_keys/a%2fb", "/api/v1/models?type=all", "/v1/models", "/v1/models/small", "/v1/nothing", "/v1/messages", "/api/v1/billing/usage", "/%00", "/api/v1/../healthz"} {
		f.Add("GET", path)
		f.Add("OPTIONS", path)
	}
	d := newDoor(f)
	f.Fuzz(func(t *testing.T, method, path string) {
		request, err := http.NewRequest(method, "http://x", nil)
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		if request.URL, err = request.URL.Parse("http://x" + path); err != nil {
			return
		}
		request.RequestURI = path
		request.Header.Set("Authorization", "Bearer "+d.secret)
		request.Body = http.NoBody
		d.log.Reset()
		answer := httptest.NewRecorder()
		d.handler.ServeHTTP(answer, request)
		if answer.Code >= 500 || answer.Code >= 300 && answer.Code < 400 || answer.Header().Get("X-Request-Id") == "" {
			t.Errorf("%d %v %s", answer.Code, answer.Header(), answer.Body)
		}
		if answer.Code >= 400 && method != http.MethodHead && !json.Valid(answer.Body.Bytes()) {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
	})
}
