package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

const revokePath = "/api_keys/revoke_all"

// revocationFor gets the message that ends a wallet's keys.
func revocationFor(t *testing.T, w *apptest.World, address common.Address) string {
	t.Helper()
	answer := w.Call(http.MethodGet, revokePath+"?address="+address.Hex(), "", "")
	if answer.Status != http.StatusOK || answer.Text("data.message") == "" || !strings.Contains(answer.Text("data.message"), answer.Text("data.nonce")) {
		t.Fatalf("no message: %s", answer)
	}
	return answer.Text("data.message")
}

func revocationBody(t *testing.T, address common.Address, signer apptest.Wallet, text string) string {
	t.Helper()
	return fmt.Sprintf(`{"address":%q,"signature":%q,"message":%q}`, address.Hex(), signer.Sign(t, text), text)
}

// A wallet that has lost its keys, and its stake, ends all of them: those made
// under others, secrets of before a rotation, and streams that run.
func TestAWalletEndsAllOfItsKeysByItsSignatureAlone(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	w.Model.SetFault(echo.FaultStall)
	wallet, admin := w.Account(100)
	_, neighbour := w.Account(100)
	key, id := w.NewKey(admin, "INFERENCE", "")
	child, _ := subKey(t, w, key, id, "")
	fresh := w.Call("POST", "/api_keys/"+id+"/rotate", admin, "{}").Text("data.apiKey")
	streams := []<-chan string{stream(t, w, key), stream(t, w, child)}
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(0))
	w.Chain.SetDown(true) // whoever signs with a key of its own needs no chain

	answer := w.Call("POST", revokePath, "", revocationBody(t, wallet.Address, wallet, revocationFor(t, w, wallet.Address)))
	if keys, _ := answer.Get("data.keys").([]any); answer.Status != http.StatusOK || answer.Text("data.revoked") != "3" || len(keys) != 3 {
		t.Fatalf("%s", answer)
	}
	if !strings.Contains(string(answer.Body), id) || strings.Contains(string(answer.Body), fresh) {
		t.Errorf("the answer is %s", answer)
	}
	for _, ended := range streams {
		wantEnded(t, ended)
	}
	for name, secret := range map[string]string{"ADMIN": admin, "rotated": fresh, "old": key, "sub-key": child} {
		wantError(t, w.Call("GET", "/billing/balance", secret, ""), http.StatusUnauthorized, "Authentication failed", nil)
		if called := w.Chat(secret, "hello", ""); called.Status != http.StatusUnauthorized {
			t.Errorf("%s: %s", name, called)
		}
	}
	if answer := w.Call("GET", "/api_keys", neighbour, ""); answer.Status != http.StatusOK {
		t.Errorf("somebody else's key: %s", answer)
	}

	w.Chain.SetDown(false)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	again := w.Mint(wallet, "ADMIN", "")
	trail := w.Call("GET", "/api_keys/audit", again.Text("data.apiKey"), "")
	for i, want := range []string{"key.created", "key.revoked", "key.revoked", "key.revoked"} {
		if got := trail.Text(fmt.Sprintf("data.%d.event", i)); got != want {
			t.Errorf("event %d is %q, want %q", i, got, want)
		}
	}
	if trail.Text("data.1.details.by.type") != "wallet" || trail.Text("data.1.details.by.proof") != "message" {
		t.Errorf("the trail is %s", trail)
	}
	journal, err := os.ReadFile(filepath.Join(w.Dir, "stakegate.db.revocations"))
	if err != nil || !strings.Contains(string(journal), id) {
		t.Errorf("the journal of revocations does not know it: %v", err)
	}
}

// A message is good for its purpose, its wallet and its time, and once. What is
// refused leaves it usable and all keys as they are.
func TestAMessageThatEndsKeysIsGoodForNothingElse(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	wallet, admin := w.Account(100)
	other, _ := w.Account(100)
	text, toMint := revocationFor(t, w, wallet.Address), messageFor(t, w, wallet)
	token := w.Token()
	const altered = "Message is not an authorization challenge of this server, or was altered"
	post := func(body string) apptest.Answer { return w.Call(http.MethodPost, revokePath, "", body) }
	good := revocationBody(t, wallet.Address, wallet, text)
	mint := func(text string) apptest.Answer {
		return w.Call(http.MethodPost, mintPath, "", messageBody(t, wallet, wallet, text, "ADMIN"))
	}
	for name, test := range map[string]struct {
		answer  apptest.Answer
		text    string
		members []string
	}{
		"a message that mints":          {post(revocationBody(t, wallet.Address, wallet, toMint)), altered, nil},
		"a token that mints":            {post(revocationBody(t, wallet.Address, wallet, token)), altered, nil},
		"minting with it":               {mint(text), altered, nil},
		"one byte more":                 {post(revocationBody(t, wallet.Address, wallet, text+"\n")), altered, nil},
		"another wallet":                {post(revocationBody(t, other.Address, other, text)), "Authorization challenge is for another wallet", nil},
		"another wallet's signature":    {post(revocationBody(t, wallet.Address, other, text)), "Wallet signature does not match", nil},
		"the signature of another text": {post(strings.Replace(good, wallet.Sign(t, text), wallet.Sign(t, toMint), 1)), "Wallet signature does not match", nil},
		"no address":                    {post(strings.Replace(good, "address", "Address", 1)), "Invalid request parameters", []string{"Address"}},
		"nothing":                       {post(""), "Invalid request parameters", []string{"address", "message", "signature"}},
		"a token beside it":             {post(strings.Replace(good, "{", `{"token":"a.b.c",`, 1)), "Invalid request parameters", []string{"token"}},
		"the zero address":              {post(strings.Replace(good, wallet.Address.Hex(), common.Address{}.Hex(), 1)), "Invalid wallet address", nil},
		"half a signature":              {post(strings.Replace(good, `"signature":"0x`, `"signature":"0xf`, 1)), "Invalid request parameters", []string{"signature"}},
		"GET without an address":        {w.Call(http.MethodGet, revokePath, "", ""), "Invalid wallet address", nil},
		"GET for a precompile":          {w.Call(http.MethodGet, revokePath+"?address=0x0000000000000000000000000000000000000004", "", ""), "Invalid wallet address", nil},
	} {
		t.Run(name, func(t *testing.T) { wantError(t, test.answer, http.StatusBadRequest, test.text, test.members) })
	}
	compressed := w.Request(http.MethodPost, revokePath, "", good)
	compressed.Header.Set("Content-Encoding", "gzip")
	if answer := w.Send(compressed); answer.Status != http.StatusUnsupportedMediaType {
		t.Errorf("compressed: %s", answer)
	}
	if answer := post(good + strings.Repeat(" ", 64<<10)); answer.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %s", answer)
	}
	if answer := w.Call("GET", "/api_keys", admin, ""); answer.Status != http.StatusOK {
		t.Fatalf("a refused request has ended a key: %s", answer)
	}
	late := revocationBody(t, wallet.Address, wallet, revocationFor(t, w, wallet.Address))
	if answer := post(good); answer.Status != http.StatusOK {
		t.Fatalf("the message is not usable any more: %s", answer)
	}
	wantError(t, post(good), http.StatusBadRequest, "Authorization challenge has already been used", nil)
	w.Clock.Advance(15 * time.Minute)
	wantError(t, post(late), http.StatusBadRequest, "Authorization challenge has expired", nil)
}

// However often it is sent at once, a message ends the keys once, and no key
// that is made afterwards.
func TestAMessageThatEndsKeysIsSpentOnce(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	wallet, _ := w.Account(100)
	body := revocationBody(t, wallet.Address, wallet, revocationFor(t, w, wallet.Address))
	answers := make([]string, 20)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			answer, _ := w.Try(w.Request(http.MethodPost, revokePath, "", body))
			answers[i] = answer.Text("data.revoked") + answer.Text("code")
		})
	}
	group.Wait()
	slices.Sort(answers)
	if answers[0] != "1" || slices.Index(answers, "MESSAGE_USED") != 1 || answers[len(answers)-1] != "MESSAGE_USED" {
		t.Errorf("answers are %q", answers)
	}
	key := w.Mint(wallet, "ADMIN", "").Text("data.apiKey")
	wantError(t, w.Call(http.MethodPost, revokePath, "", body), http.StatusBadRequest, "Authorization challenge has already been used", nil)
	if answer := w.Call("GET", "/api_keys", key, ""); answer.Status != http.StatusOK {
		t.Errorf("a key of after it: %s", answer)
	}
	stranger := apptest.NewWallet(t)
	none := w.Call("POST", revokePath, "", revocationBody(t, stranger.Address, stranger, revocationFor(t, w, stranger.Address)))
	if none.Status != http.StatusOK || none.Text("data.revoked") != "0" {
		t.Errorf("a wallet without an account: %s", none)
	}
}

// A contract wallet is asked on the chain: without it nothing ends, and the same
// message is good later.
func TestEndingTheKeysOfAContractWaitsForTheChain(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, admin := w.Account(100)
	contract := revocationBody(t, wallet.Address, apptest.NewWallet(t), revocationFor(t, w, wallet.Address))
	w.Chain.SetDown(true)
	answer := w.Call(http.MethodPost, revokePath, "", contract)
	wantError(t, answer, http.StatusServiceUnavailable, "Could not verify wallet signature", nil)
	if answer.Header.Get("Retry-After") == "" {
		t.Errorf("%v", answer.Header)
	}
	if answer := w.Call("GET", "/api_keys", admin, ""); answer.Status != http.StatusOK {
		t.Errorf("%s", answer)
	}
	w.Chain.SetDown(false)
	wantError(t, w.Call(http.MethodPost, revokePath, "", contract), http.StatusBadRequest, "Wallet signature does not match", nil)
}

func TestMessagesThatEndKeysAreBoundedByTheirSource(t *testing.T) {
	few := 1
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		c.Limits.Tokens = app.RateConfig{PerMinute: &few, Burst: 1}
		c.Limits.Mints = c.Limits.Tokens
	}})
	get, post := w.Request("GET", revokePath, "", ""), func() *http.Request { return w.Request("POST", revokePath, "", "{}") }
	w.Send(get)
	w.Send(post())
	for _, request := range []*http.Request{w.Request("GET", mintPath, "", ""), w.Request("GET", revokePath, "", ""), post()} {
		wantError(t, w.Send(request), http.StatusTooManyRequests, "Rate limit exceeded", nil)
	}
}
