package app_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

// logBuffer keeps what is logged by all goroutines.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// Keys that are made, rotated, reported as leaked, mistyped or sent where they
// do not belong, what wallets sign, their signatures, prompts and answers: none
// of it is in the log, the metrics or any file.
func TestNoSecretIsWrittenAnywhere(t *testing.T) {
	var log logBuffer
	w := apptest.Start(t, apptest.Options{
		Logger: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Config: func(c *app.Config) { manyMints(c); c.MetricsListen = "127.0.0.1:0" },
	})
	secrets := map[string]string{"a prompt": "canary-in-the-mine"}
	wallet, admin := w.Account(100)
	secrets["an ADMIN key"] = admin
	key, id := w.NewKey(admin, "INFERENCE", "")
	secrets["a key"] = key
	secrets["a sub-key"], _ = subKey(t, w, key, id, "")
	secrets["a rotated key"] = w.Call("POST", "/api_keys/"+id+"/rotate", admin, "{}").Text("data.apiKey")
	f := newForm(t, w, wallet)
	secrets["a token"], secrets["a signature"] = f.token, f.fields["signature"].(string)[2:]
	f.post("")
	message := revocationFor(t, w, wallet.Address)
	secrets["the nonce of a message"] = message[strings.Index(message, "Nonce: ")+7:][:64]
	mistyped := key[:len(key)-1] + string(rune(key[len(key)-1]^1))
	secrets["a mistyped key"] = mistyped

	leak := func(text string) apptest.Answer { return w.Call("POST", "/leaks", "", `{"key":"`+text+`"}`) }
	revocation := revocationBody(t, wallet.Address, wallet, message)
	secrets["a signature that ends keys"] = wallet.Sign(t, message)[2:]
	for _, fault := range []echo.Fault{echo.FaultNone, echo.FaultServerError, echo.FaultDisconnect} {
		w.Model.SetFault(fault)
		w.Chat(key, "canary-in-the-mine", `"max_tokens":5`)
	}
	w.Chat(mistyped, "canary-in-the-mine", "")
	w.Call("GET", "/api_keys/"+key, admin, "")
	w.Call("GET", "/api_keys?api_key="+key, "", "")
	w.Call("GET", "/"+key, admin, "")
	w.Call("DELETE", "/api_keys?id="+key, admin, "")
	w.Call(key, "/api_keys", admin, "")
	w.Call("POST", mintPath, "", `{"`+key+`":1}`)
	w.Call("POST", mintPath, "", strings.Replace(f.json(), f.token, f.token+"x", 1))
	w.Call("POST", "/chat/completions", admin, `{"model":"`+key+`"}`)
	for _, text := range []string{mistyped, key, secrets["a rotated key"]} {
		leak(text)
	}
	w.Call("POST", revokePath, "", strings.Replace(revocation, `"message":"`, `"message":"x`, 1))
	if answer := w.Call("POST", revokePath, "", revocation); answer.Status != http.StatusOK {
		t.Fatalf("%s", answer)
	}
	metrics, err := http.Get("http://" + w.App.MetricsAddr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(metrics.Body)
	if err := errors.Join(err, metrics.Body.Close(), w.App.Close()); err != nil { // then errors of a database that is gone
		t.Fatal(err)
	}
	leak(admin)
	w.Chat(admin, "canary-in-the-mine", "")

	written := map[string]string{"the log": log.String(), "the metrics": string(text)}
	if len(written["the log"]) < 1000 {
		t.Fatalf("only %d bytes were logged", len(written["the log"]))
	}
	err = filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			text, readErr := os.ReadFile(path)
			written[filepath.Base(path)], err = string(text), readErr
		}
		return err
	})
	if err != nil || written["stakegate.db"] == "" || written["stakegate.db.revocations"] == "" {
		t.Fatalf("the files are not there: %v", err)
	}
	for place, text := range written {
		for name, secret := range secrets {
			if secret == "" || strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
				t.Errorf("%s has %s", place, name)
			}
		}
	}
}
