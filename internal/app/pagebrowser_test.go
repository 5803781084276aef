package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/app/apptest"
)

// browser keeps cookies and follows no redirect. What no browser needs to show
// the page, it does not send either.
type browser struct {
	t      *testing.T
	w      *apptest.World
	client *http.Client
}

func newBrowser(t *testing.T, w *apptest.World) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, w, &http.Client{
		Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// send makes a request; headers are names and values in turn.
func (b *browser) send(method, path, contentType, body string, headers ...string) (*http.Response, string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, b.w.Origin+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/html")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response, string(text)
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	response, text := b.send(http.MethodGet, path, "", "")
	return response.StatusCode, text
}

func (b *browser) post(path string, form url.Values, headers ...string) (*http.Response, string) {
	b.t.Helper()
	return b.send(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode(), headers...)
}

// challenge gets the message to sign in with.
func (b *browser) challenge(address common.Address) string {
	b.t.Helper()
	_, text := b.send(http.MethodGet, "/session/challenge?address="+address.Hex(), "", "")
	var answer struct{ Message string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.Message == "" {
		b.t.Fatalf("no message: %s", text)
	}
	return answer.Message
}

// present hands a signed message in and returns the answer.
func (b *browser) present(address common.Address, signer apptest.Wallet, message string, headers ...string) (int, string) {
	b.t.Helper()
	body := fmt.Sprintf(`{"address":%q,"message":%q,"signature":%q}`, address.Hex(), message, signer.Sign(b.t, message))
	response, text := b.send(http.MethodPost, "/session", "application/json", body, headers...)
	return response.StatusCode, text
}

func (b *browser) signIn(wallet apptest.Wallet) {
	b.t.Helper()
	if status, text := b.present(wallet.Address, wallet, b.challenge(wallet.Address)); status != http.StatusOK {
		b.t.Fatalf("signing in: %d %s", status, text)
	}
}

// inside reports whether the browser sees an account.
func (b *browser) inside() bool {
	b.t.Helper()
	status, text := b.get("/")
	return status == http.StatusOK && strings.Contains(text, "Sign out")
}

func staker(t *testing.T, w *apptest.World) apptest.Wallet {
	t.Helper()
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(100))
	return wallet
}

var secretPattern = regexp.MustCompile(`sg_(?:inf|adm)_[0-9A-Za-z]{49}`)

// makeKey makes a key by the form and returns its secret.
func (b *browser) makeKey(form url.Values) string {
	b.t.Helper()
	response, text := b.post("/keys/new", form)
	secret := secretPattern.FindString(text)
	if response.StatusCode != http.StatusOK || secret == "" {
		b.t.Fatalf("no key: %d %s", response.StatusCode, text)
	}
	return secret
}
