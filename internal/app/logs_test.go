package app_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"stakegate/internal/app/apptest"
	"stakegate/internal/telemetry"
)

// logText is a log that a test reads while servers write to it.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// requests are the lines about requests, by id.
func (l *logText) requests(t *testing.T) map[string]map[string]any {
	t.Helper()
	lines := map[string]map[string]any{}
	for line := range strings.Lines(l.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%q is no JSON: %v", line, err)
		}
		if entry["msg"] != "request" {
			continue
		}
		id, _ := entry["request"].(string)
		if lines[id] != nil {
			t.Errorf("two lines for the request %s", id)
		}
		lines[id] = entry
	}
	return lines
}

func TestEveryRequestHasOneLineInTheLogAndNoSecretIsInIt(t *testing.T) {
	var text logText
	logger, err := telemetry.NewLogger(&text, "debug", true)
	if err != nil {
		t.Fatal(err)
	}
	w := apptest.Start(t, apptest.Options{Logger: logger})
	wallet, admin := w.Account(100)
	secret, id := w.NewKey(admin, "INFERENCE", `"expiresAt":"2099-01-01"`)
	token := w.Token()
	mint := w.MintBody(wallet, token, "ADMIN", "")
	var sent []apptest.Answer
	for _, request := range []*http.Request{
		w.Request("POST", "/chat/completions", secret, apptest.ChatBody(prompt, "")),
		w.Request("POST", "/chat/completions", secret, apptest.ChatBody(prompt, `"stream":true`)),
		w.Request("POST", "/chat/completions", secret, `{"model":"`+prompt+`"`),
		w.Request("POST", "/chat/completions", "sg-not-a-key-"+prompt, apptest.ChatBody(prompt, "")),
		w.Request("POST", "/api_keys/generate_web3_key", "", mint),
		w.Request("POST", "/api_keys/generate_web3_key", "", mint), // used
		w.Request("POST", "/leaks", "", `{"key":"`+secret+`0"}`),
		w.Request("GET", "/billing/balance?api_key="+secret, secret, ""),
		w.Request("GET", "/no/"+strings.ReplaceAll(prompt, " ", "-"), admin, ""),
	} {
		request.Header.Set("User-Agent", prompt)
		request.Header.Set("X-Request-Id", "chosen-by-the-client")
		sent = append(sent, w.Send(request))
	}
	w.Stop()
	lines := text.requests(t)
	for _, answer := range sent {
		line := lines[answer.Header.Get("X-Request-Id")]
		if line == nil || line["status"] != float64(answer.Status) {
			t.Errorf("%s has the line %v", answer, line)
		}
	}
	for _, paid := range sent[:2] {
		line := lines[paid.Header.Get("X-Request-Id")]
		if line["key"] != id || line["model"] != "echo-1" || line["route"] != "POST /api/v1/chat/completions" {
			t.Errorf("a paid call's line is %v", line)
		}
	}
	for _, private := range []string{
		prompt, strings.ReplaceAll(prompt, " ", "-"), secret, admin, secret[len(secret)-20:], token,
		"signature\":\"0x", "chosen-by-the-client",
	} {
		if private != "" && strings.Contains(text.String(), private) {
			t.Errorf("%q is in the log", private)
		}
	}
}
