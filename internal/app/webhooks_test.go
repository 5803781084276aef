package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/webhook"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// hooks is an operator's server.
type hooks struct {
	*httptest.Server
	mu    sync.Mutex
	taken []map[string]any
	ids   map[string]int
}

func newHooks(t *testing.T) *hooks {
	h := &hooks{ids: map[string]int{}}
	secrets, err := webhook.ParseSecrets(webhookSecret)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		id := r.Header.Get("Webhook-Id")
		at, atErr := strconv.ParseInt(r.Header.Get("Webhook-Timestamp"), 10, 64)
		if want := secrets.Sign(id, time.Unix(at, 0), body); err != nil || atErr != nil || r.Header.Get("Webhook-Signature") != want {
			t.Errorf("a message came with %v", r.Header)
		}
		var message struct{ Data map[string]any }
		if err := json.Unmarshal(body, &message); err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.ids[id]++
		h.taken = append(h.taken, message.Data)
	}))
	t.Cleanup(h.Close)
	return h
}

// told are the thresholds that were told of in a scope, sorted.
func (h *hooks) told(scope string) []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := []int{}
	for _, data := range h.taken {
		if data["scope"] == scope {
			told = append(told, int(data["threshold"].(float64)))
		}
	}
	slices.Sort(told)
	return told
}

func secretFile(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "webhook.secret")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheOperatorIsToldOnceHowMuchOfALimitIsSpent(t *testing.T) {
	h := newHooks(t)
	dir, clock := t.TempDir(), apptest.NewClock()
	options := apptest.Options{Dir: dir, Clock: clock, WebhooksEvery: 10 * time.Millisecond, Config: func(c *app.Config) {
		c.MetricsListen = "127.0.0.1:0"
		c.Webhooks = app.WebhooksConfig{URL: h.URL, SecretFile: secretFile(t, webhookSecret+"\n", 0o600)}
	}}
	w := apptest.Start(t, options)
	_, admin := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.001}`)
	want := func(thresholds ...int) {
		t.Helper()
		w.Eventually(10*time.Second, "the operator is told", func() bool { return slices.Equal(h.told("key"), thresholds) })
	}
	spent := func(share float64) {
		t.Helper()
		for range 1000 {
			budget := w.Chat(key, "hello", `"max_tokens":16`)
			used, err := strconv.ParseFloat(budget.Header.Get("X-Stakegate-Spent"), 64)
			if budget.Status != http.StatusOK || err == nil && used >= share*0.001 {
				return
			}
		}
		t.Fatal("it is never spent")
	}
	spent(0.52)
	want(50)
	spent(2) // until nothing fits
	w.Eventually(10*time.Second, "80 % are told of", func() bool { return slices.Contains(h.told("key"), 80) })
	before := h.told("key")
	w.Eventually(10*time.Second, "they are counted", func() bool {
		return int(scrape(t, w)[`stakegate_webhook_attempts_total{result="delivered"}`]) >= len(before)
	})
	w.Stop()
	options.RPC, options.ChainID = w.Chain.URL(), apptest.ChainID
	w = apptest.Start(t, options) // it does not tell again
	key, _ = w.NewKey(admin, "INFERENCE", `"consumptionLimit":{"diem":0.001}`)
	spent(0.52)
	want(append([]int{50}, before...)...)
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, times := range h.ids {
		if times != 1 {
			t.Errorf("%s came %d times", id, times)
		}
	}
	if data := h.taken[0]; data["apiKeyId"] != id || data["limit"] != 0.001 || !strings.HasPrefix(data["account"].(string), "0x") || data["currency"] != "DIEM" {
		t.Errorf("it is told %v", data)
	}
}

func TestWebhooksThatCannotBeTrustedAreRefusedAtTheStart(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	config := w.Config
	w.Stop()
	good := secretFile(t, webhookSecret, 0o600)
	for want, hooks := range map[string]app.WebhooksConfig{
		"is needed with webhooks.url": {URL: "https://hooks.example.org"},
		"can be read by others":       {URL: "https://hooks.example.org", SecretFile: secretFile(t, webhookSecret, 0o644)},
		"is not whsec_":               {URL: "https://hooks.example.org", SecretFile: secretFile(t, "private-words", 0o600)},
		"must be https":               {URL: "http://hooks.example.org", SecretFile: good},
		"no such file":                {URL: "https://hooks.example.org", SecretFile: good + "x"},
	} {
		config.Webhooks = hooks
		_, err := app.New(t.Context(), config, app.Options{Listener: listener(t)})
		if wantText(t, err, want); strings.Contains(err.Error(), "private-words") {
			t.Errorf("a secret is in %q", err)
		}
	}
}
