package app_test

import (
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/app/apptest"
	"stakegate/internal/telemetry"
)

func TestLimitsOfCallsChangeWhileTheServerRunsAndTheRestIsNamed(t *testing.T) {
	var text logText
	logger, err := telemetry.NewLogger(&text, "info", true)
	if err != nil {
		t.Fatal(err)
	}
	w := apptest.Start(t, apptest.Options{Logger: logger})
	_, admin := w.Account(100)
	long := strings.Repeat("word ", 2000)
	if answer := w.Chat(admin, long, `"max_tokens":5`); answer.Status != http.StatusOK {
		t.Fatal(answer)
	}
	w.App.Reload(w.Config)
	if strings.Contains(text.String(), "fields") {
		t.Errorf("nothing has changed, and the log says\n%s", &text)
	}
	config := w.Config
	config.Limits.BodyBytes, config.Listen, config.Limits.IdleTimeout = 5000, "127.0.0.1:1", config.Limits.IdleTimeout+1
	w.App.Reload(config)
	if answer := w.Chat(admin, long, `"max_tokens":5`); answer.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body beyond the new limit: %s", answer)
	}
	if answer := w.Chat(admin, "hello", `"max_tokens":5`); answer.Status != http.StatusOK {
		t.Errorf("a short one: %s", answer)
	}
	for _, want := range []string{`"fields":"limits.body_bytes"`, `"fields":"listen, limits.idle_timeout"`} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, &text)
		}
	}
	w.App.Reload(w.Config)
	if answer := w.Chat(admin, long, `"max_tokens":5`); answer.Status != http.StatusOK {
		t.Errorf("with the old limit again: %s", answer)
	}
}
