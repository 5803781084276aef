package app_test

import (
	"bytes"
	"encoding/hex"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/challenge"
	"stakegate/internal/store"
)

var nextRoot = hex.EncodeToString([]byte("a second root of randomness 0123"))

// addRoot puts a further line at the end of a server's root key file.
func addRoot(t *testing.T, w *apptest.World, line string) {
	t.Helper()
	old := string(must(os.ReadFile(w.Config.RootKeyFile)))
	if err := os.WriteFile(w.Config.RootKeyFile, []byte(strings.TrimRight(old, "\n")+"\n"+line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func headerOf(token string) string {
	header, _, _ := strings.Cut(token, ".")
	return header
}

// The secret is replaced under a running server: what was signed with the old
// one makes keys until it expires, keys stay valid, and a new start changes
// nothing of that.
func TestARootSecretIsReplacedWithoutARestartAndWithoutFailingATokenOrAKey(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, admin := w.Account(100)
	before, late := newForm(t, w, wallet), newForm(t, w, wallet)
	addRoot(t, w, nextRoot+" "+w.Clock.Now().Add(time.Second).UTC().Format(time.RFC3339))
	if err := w.App.ReloadRootKeys(); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(2 * time.Second)
	after := newForm(t, w, wallet)
	if headerOf(after.token) == headerOf(before.token) {
		t.Error("the new secret does not sign")
	}
	for name, f := range map[string]*form{"before": before, "after": after} {
		if answer := f.post(""); answer.Status != http.StatusOK {
			t.Errorf("a token of %s the change: %s", name, answer)
		}
	}
	stays := newForm(t, w, wallet)
	w.Stop()
	w = apptest.Start(t, apptest.Options{Dir: w.Dir, Clock: w.Clock, Config: func(c *app.Config) { c.PublicURL = w.Origin }})
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(100))
	stays.w, late.w = w, w
	if answer := stays.post(""); answer.Status != http.StatusOK {
		t.Errorf("a token of before a new start: %s", answer)
	}
	if answer := w.Call("GET", "/api_keys", admin, ""); answer.Status != http.StatusOK {
		t.Errorf("a key of before: %s", answer)
	}
	w.Clock.Advance(challenge.Lifetime)
	wantError(t, late.post(""), http.StatusBadRequest, "JWT has expired", nil)
}

func TestARunningServerNoticesANewRootSecret(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	before := headerOf(w.Token())
	addRoot(t, w, nextRoot+" "+w.Clock.Now().UTC().Format(time.RFC3339))
	w.Eventually(time.Minute, "tokens are signed with it", func() bool { return headerOf(w.Token()) != before })
}

func TestBadRootKeyFilesAreRefusedAndTheOldOnesStay(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	header := headerOf(w.Token())
	good := string(must(os.ReadFile(w.Config.RootKeyFile)))
	first := strings.TrimSpace(good)
	for name, c := range map[string]struct{ text, want string }{
		"empty":               {"", "does not hold 32 random bytes"},
		"another first":       {nextRoot + "\n", "every API key is hashed with it"},
		"the new one first":   {nextRoot + "\n" + first + " 2020-01-01T00:00:00Z\n", "every API key is hashed with it"},
		"no time":             {good + nextRoot + "\n", "line 2 does not hold a secret and the time"},
		"a day for a time":    {good + nextRoot + " 2026-11-24\n", "line 2 has no time"},
		"cut off":             {good + nextRoot[:60] + " 2026-11-24T00:00:00Z\n", "line 2 does not hold 32 random bytes"},
		"a line between":      {good + "\n" + nextRoot + " 2026-11-24T00:00:00Z\n", "line 2 does not hold"},
		"a time on the first": {first + " 2026-11-24T00:00:00Z\n", "line 1 does not hold"},
		"not in order": {
			good + nextRoot + " 2026-11-24T00:00:00Z\n" + strings.Repeat("0123456789abcdef1032547698badcfe", 2) + " 2026-11-23T00:00:00Z\n", "must follow each other",
		},
	} {
		if err := os.WriteFile(w.Config.RootKeyFile, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := w.App.ReloadRootKeys()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), nextRoot[:16]) || strings.Contains(err.Error(), first[:16])) {
			t.Errorf("%s: the error tells a secret", name)
		}
		if headerOf(w.Token()) != header {
			t.Fatalf("%s: another key signs", name)
		}
	}
	if err := os.WriteFile(w.Config.RootKeyFile, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(w.Config.RootKeyFile, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := w.App.ReloadRootKeys(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file for everybody: %v", err)
	}
}

func TestTheKeyOfValidationTokensIsAnotherOneEachDay(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, _ := w.Account(100)
	untilMidnight := w.Clock.Now().UTC().Truncate(challenge.Period).Add(challenge.Period).Sub(w.Clock.Now())
	w.Clock.Advance(untilMidnight - time.Minute)
	before, late := newForm(t, w, wallet), newForm(t, w, wallet)
	w.Clock.Advance(2 * time.Minute)
	after := newForm(t, w, wallet)
	if headerOf(before.token) == headerOf(after.token) {
		t.Error("two days have one key")
	}
	mixed := after.copy()
	mixed.present(headerOf(before.token) + after.token[len(headerOf(after.token)):])
	wantError(t, mixed.post(""), http.StatusBadRequest, "JWT signature is invalid", nil)
	for name, f := range map[string]*form{"yesterday": before, "today": after} {
		if answer := f.post(""); answer.Status != http.StatusOK {
			t.Errorf("a token of %s: %s", name, answer)
		}
	}
	w.Clock.Advance(13*time.Minute + time.Second)
	wantError(t, late.post(""), http.StatusBadRequest, "JWT has expired", nil)
}

// With another root key no key of the database is known: a replica that made
// one of its own because the file was somewhere else does not serve.
func TestAServerWithAnotherRootKeyThanItsDatabaseIsRefused(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(1)
	w.Stop()
	config := w.Config
	config.RootKeyFile = filepath.Join(t.TempDir(), "elsewhere", "root.key")
	var log bytes.Buffer
	for _, again := range []bool{false, true} { // made now, and found at the next start
		log.Reset()
		_, err := app.New(t.Context(), config, app.Options{Listener: listener(t), Now: w.Clock.Now, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		wantText(t, err, "root key file "+config.RootKeyFile+" is not the one")
		if made := strings.Contains(log.String(), "there was no root key and one was made"); made == again {
			t.Errorf("it says that it made one: %t, the second time: %t", made, again)
		}
	}
	w = apptest.Start(t, apptest.Options{Dir: w.Dir, Clock: w.Clock})
	if answer := w.Call("GET", "/api_keys", admin, ""); answer.Status != http.StatusOK {
		t.Errorf("with its own root key: %s", answer)
	}
	w.Stop()
	// Who has lost it ends all keys.
	if _, _, err := app.RestoreBooks(t.Context(), config, "", w.Clock.Now, store.RestoreOptions{RevokeAll: true, Unfreeze: true}); err != nil {
		t.Fatal(err)
	}
	server, err := app.New(t.Context(), config, app.Options{Listener: listener(t), Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	_, err = app.New(t.Context(), w.Config, app.Options{Listener: listener(t), Now: w.Clock.Now})
	wantText(t, err, "is not the one")
}
