package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stakegate/internal/app/apptest"
)

// A server whose database is not the one that it was answers 503 to
// everything that needs it, and says why where an operator looks.
func TestAServerWithoutItsDatabaseGetsNoTraffic(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, admin := w.Account(1)
	w.Chain.StakeDIEM(wallet.Address, apptest.Tokens(5))
	body := w.MintBody(wallet, w.Token(), "INFERENCE", "")
	revocation := revocationBody(t, wallet.Address, wallet, revocationFor(t, w, wallet.Address))
	path := filepath.Join(w.Dir, "stakegate.db")
	must(0, os.Rename(path, path+".away"))
	must(0, os.WriteFile(path, nil, 0o600))
	w.Eventually(10*time.Second, "it is not ready", func() bool { return readyz(t, w) == http.StatusServiceUnavailable })
	for name, answer := range map[string]apptest.Answer{
		"a call": w.Chat(admin, "hello", ""),
		"a mint": w.Call(http.MethodPost, "/api_keys/generate_web3_key", "", body),
		"a list": w.Call(http.MethodGet, "/api_keys", admin, ""),

		"an audit trail":     w.Call(http.MethodGet, "/api_keys/audit", admin, ""),
		"an end of all keys": w.Call(http.MethodPost, revokePath, "", revocation),
		"a leak":             w.Call(http.MethodPost, "/leaks", "", `{"key":"`+admin+`"}`),
		"a rotation":         w.Call(http.MethodPost, "/api_keys/x/rotate", admin, "{}"),
		"a list of sub-keys": w.Call(http.MethodGet, "/api_keys/x/children", admin, ""),
		"a sub-key":          w.Call(http.MethodPost, "/api_keys/x/children", admin, "{}"),
	} {
		if answer.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: %s", name, answer)
		}
	}
	must(0, os.Rename(path+".away", path)) // its books are checked at the end
}

func readyz(t *testing.T, w *apptest.World) int {
	t.Helper()
	response, err := http.Get(w.Origin + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}
