package agent_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"stakegate/agent"
)

const testSecret = "sg_inf_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1MRIXl"

// serve starts an API whose every route is handled by handler.
func serve(t *testing.T, handler http.HandlerFunc) *agent.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := agent.NewClient(server.URL+"/api/v1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestClientRefusesUnsafeAddresses(t *testing.T) {
	for _, base := range []string{
		"", "api.venice.ai", "http://api.venice.ai/api/v1", "http://10.0.0.1/api/v1", "ftp://localhost/",
		"https://user:pass@api.venice.ai/api/v1", "https://api.venice.ai/api/v1?key=1", "https://api.venice.ai/#x",
		"http://127.0.0.1.evil.example/api/v1", "http://localhost.evil.example/", "https:///api/v1", "mailto:a@b",
	} {
		if _, err := agent.NewClient(base, nil); err == nil {
			t.Errorf("%q was accepted", base)
		}
	}
	for base, want := range map[string]string{
		"https://API.Venice.ai:443/api/v1/": "https://api.venice.ai/api/v1",
		"http://127.0.0.1:8402/api/v1":      "http://127.0.0.1:8402/api/v1",
		"http://[::1]:8402/api/v1":          "http://[::1]:8402/api/v1",
		"http://localhost:80":               "http://localhost",
	} {
		client, err := agent.NewClient(base, nil)
		if err != nil || client.Base() != want {
			t.Errorf("%q: got %v, %v, want %s", base, client, err, want)
		}
	}
}

func TestClientNeverFollowsRedirects(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, status)
		})
		_, err := client.WithKey(agent.NewSecret(testSecret)).Mint(t.Context(), "0xabc", "a.b.c", "0x11", agent.KeySpec{})
		var answered *agent.APIError
		if !errors.As(err, &answered) || answered.Status != status || answered.Retryable() {
			t.Errorf("%d: got %v", status, err)
		}
	}
}

// TestWordsOfANewKeyAreFitToBeKeptAndShown: a server's words for a key are
// written to the store, and to terminals by every later command.
func TestWordsOfANewKeyAreFitToBeKeptAndShown(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"success":true,"data":{"apiKey":"sg_inf_0123456789","id":"a\u001b[2J\nb","apiKeyType":"INFERENCE\r","description":"\u001b]0;x\u0007\u202ey"}}`)
	})
	made, err := client.CreateKey(t.Context(), agent.KeySpec{})
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := client.RotateKey(t.Context(), "a", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{made.ID, string(made.Type), made.Description, rotated.ID, string(rotated.Type)} {
		if strings.ContainsAny(text, "\x1b\n\r\x07\u202e") || text == "" {
			t.Errorf("%q is kept", text)
		}
	}
}

func TestMintSendsTheContractAndReadsTheEnvelope(t *testing.T) {
	limit := agent.Decimal("0.5")
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Method + " " + r.URL.Path; got != "POST /api/v1/api_keys/generate_web3_key" {
			t.Errorf("got %s", got)
		}
		if _, sent := r.Header["Authorization"]; sent {
			t.Error("the mint was sent with an API key")
		}
		body, _ := io.ReadAll(r.Body)
		want := `{"apiKeyType":"ADMIN","description":"d","consumptionLimit":{"diem":0.5},"limitPeriod":"EPOCH","expiresAt":"2027-01-01",` +
			`"address":"0xabc","signature":"0x11","token":"a.b.c"}`
		if string(body) != want {
			t.Errorf("body: got %s, want %s", body, want)
		}
		fmt.Fprintf(w, `{"data":{"apiKey":%q,"apiKeyType":"ADMIN","consumptionLimit":{"usd":null,"diem":0.5,"vcu":null},`+
			`"limitPeriod":"EPOCH","modelPrivacy":"ALL","expiresAt":null,"id":"id-1","extra":1},"success":true}`, testSecret)
	})
	key, err := client.WithKey(agent.NewSecret(testSecret)).Mint(t.Context(), "0xabc", "a.b.c", "0x11", agent.KeySpec{
		Type: agent.Admin, Description: "d", Limits: &agent.KeyLimits{DIEM: &limit}, Period: "EPOCH", ExpiresAt: "2027-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	if key.Secret.Reveal() != testSecret || key.ID != "id-1" || key.Type != agent.Admin || key.ExpiresAt != "" ||
		key.Limits.USD != nil && *key.Limits.USD != "" || key.Limits.DIEM == nil || *key.Limits.DIEM != "0.5" {
		t.Errorf("got %+v", key)
	}
}

func TestErrorsKeepTheServersWordsAndDropSecrets(t *testing.T) {
	const signature = "0x" + "abcdef0123456789"
	for body, want := range map[string]struct{ code, text string }{
		`{"error":"Wallet has no staked VVV on Base"}`:                          {"", "Wallet has no staked VVV on Base"},
		`{"error":"Rate limit exceeded","code":"RATE_LIMIT_EXCEEDED"}`:          {"RATE_LIMIT_EXCEEDED", "Rate limit exceeded"},
		`{"error":{"message":"too long","code":"context_length_exceeded"}}`:     {"context_length_exceeded", "too long"},
		`{"error":"Invalid request parameters","details":{"_errors":[]}}`:       {"", "Invalid request parameters"},
		`{"error":"X402_BAD","message":"no"}`:                                   {"", "X402_BAD"},
		`<html>`:                                                                {"", ""},
		`{"error":"bad \u001b[31m\u0000signature ` + signature + `\nline two"}`: {"", "bad  [31m signature [redacted] line two"},
		`{"error":"key ` + testSecret + ` unknown"}`:                            {"", "key [redacted] unknown"},
	} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(400)
			io.WriteString(w, body)
		})
		_, err := client.Mint(t.Context(), "0xabc", testSecret, signature, agent.KeySpec{})
		var answered *agent.APIError
		if !errors.As(err, &answered) {
			t.Fatalf("%s: got %v", body, err)
		}
		if answered.Code != want.code || answered.Text != want.text || answered.RetryAfter != 7*time.Second {
			t.Errorf("%s: got %q %q %s", body, answered.Code, answered.Text, answered.RetryAfter)
		}
	}
}

func TestOnlyPassingFailuresAreRetryable(t *testing.T) {
	for status, want := range map[int]bool{400: false, 401: false, 402: false, 403: false, 404: false, 408: true,
		415: false, 429: true, 500: true, 502: true, 503: true, 504: true} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		_, err := client.Balance(t.Context())
		var answered *agent.APIError
		if !errors.As(err, &answered) || answered.Retryable() != want {
			t.Errorf("%d: got %v, want retryable %v", status, err, want)
		}
	}
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Should-Retry", "false")
		w.WriteHeader(429)
	})
	_, err := client.Balance(t.Context())
	var answered *agent.APIError
	if !errors.As(err, &answered) || answered.Retryable() {
		t.Errorf("x-should-retry: false: got %v", err)
	}
}

func TestLostAnswerIsATransportError(t *testing.T) {
	client := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := client.WithKey(agent.NewSecret(testSecret)).Keys(t.Context())
	var lost *agent.TransportError
	if !errors.As(err, &lost) || !lost.Retryable() {
		t.Fatalf("got %v, want a TransportError", err)
	}
	if strings.Contains(err.Error(), "127.0.0.1:") && strings.Contains(err.Error(), "http://") {
		t.Errorf("the error holds the URL: %v", err)
	}
}

func TestWrongAnswersAreErrors(t *testing.T) {
	for name, body := range map[string]string{
		"not JSON":      "<html>hello " + testSecret,
		"key missing":   `{"data":{"id":"1"},"success":true}`,
		"key with line": `{"data":{"apiKey":"sg_inf_\nX-Evil: 1","id":"1"}}`,
		"key twice":     `{"data":{"apiKey":"` + testSecret + `","apiKey":"` + testSecret + `"}}`,
		"huge":          `{"data":"` + strings.Repeat("x", 9<<20) + `"}`,
	} {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
		_, err := client.Mint(t.Context(), "0xabc", "a.b.c", "0x11", agent.KeySpec{})
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), testSecret) {
			t.Errorf("%s: the error holds a key: %v", name, err)
		}
	}
}

// manages starts a server that knows one answer of each route, and tells what
// it was asked last.
func manages(t *testing.T) (client *agent.Client, got, body *string) {
	t.Helper()
	got, body = new(string), new(string)
	answers := map[string]string{
		"GET /api/v1/api_keys":                               `{"data":[{"id":"k1","last6Chars":"abcdef","apiKeyType":"ADMIN","expiresAt":null,"consumptionLimits":{"usd":null,"diem":2,"vcu":null}}],"object":"list"}`,
		"GET /api/v1/api_keys/a%2Fb":                         `{"data":{"id":"a/b"}}`,
		"POST /api/v1/api_keys":                              `{"data":{"apiKey":"` + testSecret + `","id":"k2"},"success":true}`,
		"PATCH /api/v1/api_keys":                             `{"data":{"id":"k1","description":"new"}}`,
		"DELETE /api/v1/api_keys?id=k%261":                   `{"success":true}`,
		"GET /api/v1/api_keys/rate_limits":                   `{"data":{"accessPermitted":true,"keyExpiration":null,"nextEpochBegins":"2026-11-24T00:00:00.000Z"}}`,
		"GET /api/v1/api_keys/k1/children":                   `{"data":[{"id":"k3","parentId":"k1","allowedModels":["echo-1"],"allowedNetworks":["192.0.2.0/24"],"maxInFlight":2}],"object":"list"}`,
		"POST /api/v1/api_keys/k1/children":                  `{"data":{"apiKey":"` + testSecret + `","id":"k3","parentId":"k1"},"success":true}`,
		"POST /api/v1/api_keys/k1/rotate":                    `{"data":{"apiKey":"` + testSecret + `","id":"k1","last6Chars":"1MRIXl","previousValidUntil":"2026-11-24T00:00:00.000Z"},"success":true}`,
		"GET /api/v1/api_keys/audit?before=9&limit=5":        `{"data":[{"number":8,"event":"key.created","apiKeyId":"k1","timestamp":"2026-11-23T00:00:00.000Z","details":{"last6Chars":"abcdef"}}],"nextBefore":7,"object":"list"}`,
		"GET /api/v1/billing/allocation":                     `{"epoch":"20261123","nextEpochBegins":"2026-11-24T00:00:00.000Z","block":{"number":4,"time":"2026-11-23T00:00:00.000Z"},"sources":[{"source":"pool","diem":2.5,"staked":"10","rate":null}],"lastChange":null}`,
		"GET /api/v1/models/traits?type=text":                `{"data":{"default":"echo-1"},"object":"list","type":"text"}`,
		"GET /api/v1/models/compatibility_mapping?type=text": `{"data":{"gpt":"echo-1"},"object":"list","type":"text"}`,
		"GET /api/v1/models/echo-1":                          `{"id":"echo-1","model_spec":{"pricing":{"input":{"usd":0.5,"diem":0.5}}}}`,
		"GET /api/v1/billing/balance":                        `{"canConsume":true,"consumptionCurrency":"DIEM","balances":{"diem":0.1,"usd":null},"diemEpochAllocation":0.1}`,
		"GET /api/v1/models?type=text":                       `{"data":[{"id":"echo-1","type":"text","model_spec":{"name":"Echo","offline":false}}]}`,
		"POST /api/v1/chat/completions":                      `{"id":"c","model":"echo-1","choices":[{"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1},"cost":{"usd":0,"diem":0.000001}}`,
	}
	client = serve(t, func(w http.ResponseWriter, r *http.Request) {
		*got = r.Method + " " + r.URL.RequestURI()
		if r.Header.Get("Authorization") != "Bearer "+testSecret {
			t.Errorf("%s: no key was sent", *got)
		}
		if strings.Contains(*got, "/chat/") != (r.Header.Get("Idempotency-Key") == "0123456789abcdef") {
			t.Errorf("%s: idempotency key %q", *got, r.Header.Get("Idempotency-Key"))
		}
		sent, _ := io.ReadAll(r.Body)
		*body = string(sent)
		io.WriteString(w, answers[*got])
	}).WithKey(agent.NewSecret(testSecret))
	return client, got, body
}

func TestManagementRoutes(t *testing.T) {
	client, got, _ := manages(t)
	ctx := t.Context()
	keys, err := client.Keys(ctx)
	if err != nil || len(keys) != 1 || keys[0].Last6 != "abcdef" || *keys[0].Limits.DIEM != "2" {
		t.Errorf("%s: got %+v, %v", *got, keys, err)
	}
	if key, err := client.Key(ctx, "a/b"); err != nil || key.ID != "a/b" {
		t.Errorf("%s: got %+v, %v", *got, key, err)
	}
	if key, err := client.CreateKey(ctx, agent.KeySpec{Type: agent.Inference}); err != nil || key.Secret.Reveal() != testSecret {
		t.Errorf("%s: got %+v, %v", *got, key, err)
	}
	description := "new"
	if key, err := client.UpdateKey(ctx, "k1", agent.KeyUpdate{Description: &description}); err != nil || key.Description != "new" {
		t.Errorf("%s: got %+v, %v", *got, key, err)
	}
	if err := client.DeleteKey(ctx, "k&1"); err != nil {
		t.Errorf("%s: %v", *got, err)
	}
	if limits, err := client.RateLimits(ctx); err != nil || !limits.AccessPermitted {
		t.Errorf("%s: got %+v, %v", *got, limits, err)
	}
	if balance, err := client.Balance(ctx); err != nil || balance.Balances.DIEM != "0.1" || balance.Balances.USD != "" || !balance.CanConsume {
		t.Errorf("%s: got %+v, %v", *got, balance, err)
	}
	if models, err := client.Models(ctx, "text"); err != nil || len(models) != 1 || models[0].ID != "echo-1" {
		t.Errorf("%s: got %+v, %v", *got, models, err)
	}
	answer, err := client.Chat(ctx, agent.ChatRequest{IdempotencyKey: "0123456789abcdef", Model: "echo-1", Messages: []agent.ChatMessage{{Role: "user", Content: "hi"}}})
	if err != nil || answer.Text() != "hi" || answer.Usage.PromptTokens != 3 || answer.Cost.DIEM != "0.000001" {
		t.Errorf("%s: got %+v, %v", *got, answer, err)
	}
}

func TestStakegatesOwnRoutes(t *testing.T) {
	client, got, body := manages(t)
	ctx := t.Context()
	if all, err := client.SubKeys(ctx, "k1"); err != nil || len(all) != 1 || all[0].ParentID != "k1" || all[0].MaxInFlight != 2 || all[0].AllowedModels[0] != "echo-1" {
		t.Errorf("%s: got %+v, %v", *got, all, err)
	}
	if key, err := client.CreateSubKey(ctx, "k1", agent.KeySpec{MaxInFlight: 1}); err != nil || key.Secret.Reveal() != testSecret || key.ParentID != "k1" {
		t.Errorf("%s: got %+v, %v", *got, key, err)
	}
	if key, err := client.RotateKey(ctx, "k1", time.Hour); err != nil || key.Secret.Reveal() != testSecret || key.PreviousValidUntil == "" || *body != `{"overlapSeconds":3600}` {
		t.Errorf("%s %s: got %+v, %v", *got, *body, key, err)
	}
	if page, err := client.Audit(ctx, 9, 5); err != nil || len(page.Entries) != 1 || page.NextBefore != 7 || page.Entries[0].Details["last6Chars"] != "abcdef" {
		t.Errorf("%s: got %+v, %v", *got, page, err)
	}
	if allocation, err := client.Allocation(ctx); err != nil || allocation.Sources[0].DIEM != "2.5" || allocation.Sources[0].Staked != "10" || allocation.Block.Number != 4 {
		t.Errorf("%s: got %+v, %v", *got, allocation, err)
	}
	if names, err := client.ModelTraits(ctx, "text"); err != nil || names["default"] != "echo-1" {
		t.Errorf("%s: got %v, %v", *got, names, err)
	}
	if names, err := client.ModelCompatibility(ctx, "text"); err != nil || names["gpt"] != "echo-1" {
		t.Errorf("%s: got %v, %v", *got, names, err)
	}
	if model, err := client.Model(ctx, "echo-1"); err != nil || model.Spec.Pricing.Input.USD != "0.5" {
		t.Errorf("%s: got %+v, %v", *got, model, err)
	}
	none, inFlight := []string{}, 0
	update := agent.KeyUpdate{AllowedModels: &none, AllowedNetworks: &[]string{"192.0.2.0/24"}, MaxInFlight: &inFlight}
	if _, err := client.UpdateKey(ctx, "k1", update); err != nil || *body != `{"allowedModels":null,"allowedNetworks":["192.0.2.0/24"],"id":"k1","maxInFlight":null}` {
		t.Errorf("%s %s: %v", *got, *body, err)
	}
	if (agent.KeyUpdate{}).IsZero() == update.IsZero() {
		t.Error("an update that changes something is like one that does not")
	}
}

func TestSecretNeverPrints(t *testing.T) {
	secret := agent.NewSecret(testSecret)
	key := agent.NewKey{Secret: secret, ID: "id-1"}
	encoded, err := json.Marshal(map[string]any{"secret": secret, "key": key})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(encoded)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, key), fmt.Sprintf(verb, &key))
	}
	for _, text := range texts {
		if strings.Contains(text, testSecret[7:20]) || strings.Contains(text, fmt.Sprintf("%x", testSecret[7:20])) {
			t.Errorf("the secret is in %q", text)
		}
	}
}

func TestUsageIsWalkedPageByPage(t *testing.T) {
	pages := map[string]string{
		"currency=USD": `{"data":[{"sku":"a"},{"sku":"b"}],"nextCursor":"c1"}`, "cursor=c1": `{"data":[],"nextCursor":"c2"}`, "cursor=c2": `{"data":[{"sku":"c"}],"nextCursor":null}`,
	}
	files := map[string]string{"currency=USD": "sku,units\na,1\nb,2\n", "cursor=c1": "sku,units\n", "cursor=c2": "sku,units\nc,3\n"}
	loop := false
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		next := map[string]string{"currency=USD": "c1", "cursor=c1": "c2", "": "c1"}[r.URL.RawQuery]
		if loop {
			next = "c1"
		}
		switch {
		case r.Header.Get("Accept") == "text/csv":
			w.Header().Set("X-Next-Cursor", next)
			io.WriteString(w, files[r.URL.RawQuery])
		case loop:
			io.WriteString(w, `{"data":[],"nextCursor":"c1"}`)
		default:
			io.WriteString(w, pages[r.URL.RawQuery])
		}
	})
	walk := func() (skus string, err error) {
		for entry, err := range client.Usage(t.Context(), agent.UsageQuery{Currency: "USD"}) {
			if err != nil {
				return skus, err
			}
			skus += entry.SKU
		}
		return skus, nil
	}
	if skus, err := walk(); skus != "abc" || err != nil {
		t.Errorf("got %q, %v", skus, err)
	}
	for entry, err := range client.Usage(t.Context(), agent.UsageQuery{Currency: "USD"}) {
		if err != nil || entry.SKU != "a" {
			t.Errorf("got %+v, %v", entry, err)
		}
		break
	}
	var file strings.Builder
	if err := client.UsageCSV(t.Context(), agent.UsageQuery{Currency: "USD"}, &file); err != nil || file.String() != "sku,units\na,1\nb,2\nc,3\n" {
		t.Errorf("got %q, %v", file.String(), err)
	}
	loop = true
	if _, err := walk(); err == nil {
		t.Error("a walk in a circle ended well")
	}
	if err := client.UsageCSV(t.Context(), agent.UsageQuery{Currency: "USD"}, io.Discard); err == nil {
		t.Error("a file of a walk in a circle ended well")
	}
}
