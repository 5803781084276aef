package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

const mintPath = "/api_keys/generate_web3_key"

// manyMints lifts the rate of mints, for tests that are not about it.
func manyMints(c *app.Config) { c.Keys.MaxPerMinute = 100_000 }

// wantError demands a status, an error text and, for members not nil, that
// exactly these are named.
func wantError(t *testing.T, answer apptest.Answer, status int, text string, members []string) {
	t.Helper()
	if answer.Status != status || answer.Text("error") != text {
		t.Fatalf("want %d %q, got %s", status, text, answer)
	}
	details, _ := answer.Get("details").(map[string]any)
	named := slices.Sorted(maps.Keys(details))
	named = slices.DeleteFunc(named, func(name string) bool { return name == "_errors" })
	switch {
	case members == nil && details != nil:
		t.Errorf("want no details, got %s", answer)
	case members != nil && !slices.Equal(named, members):
		t.Errorf("want details of %q, got %s", members, answer)
	case members != nil && len(members) == 0 && answer.Text("details._errors.0") == "":
		t.Errorf("want a complaint about the document, got %s", answer)
	}
	for _, member := range members {
		if answer.Text("details."+member+"._errors.0") == "" {
			t.Errorf("want a complaint about %s, got %s", member, answer)
		}
	}
}

func TestTheSeedsProgramGetsAnAdminKey(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	for name, authorization := range map[string]string{"no authorization": "", "an empty bearer": "Bearer "} {
		t.Run(name, func(t *testing.T) {
			get := w.Request(http.MethodGet, mintPath, "", "")
			post := w.Request(http.MethodPost, mintPath, "", w.MintBody(wallet, w.Token(), "ADMIN", ""))
			post.Header.Set("Content-Type", "text/plain;charset=UTF-8")
			if authorization != "" {
				get.Header.Set("Authorization", authorization)
				post.Header.Set("Authorization", authorization)
			}
			token := w.Send(get)
			if token.Status != http.StatusOK || token.Text("token") != token.Text("data.token") || token.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("GET: %s", token)
			}
			minted := w.Send(post)
			for path, want := range map[string]string{
				"success": "true", "data.apiKeyType": "ADMIN", "data.description": "Web3 API Key", "data.limitPeriod": "EPOCH",
				"data.modelPrivacy": "ALL", "data.expiresAt": "", "data.consumptionLimit.usd": "", "data.consumptionLimit.diem": "",
			} {
				if got := minted.Text(path); got != want {
					t.Errorf("%s is %q, want %q", path, got, want)
				}
			}
			key := minted.Text("data.apiKey")
			if !regexp.MustCompile(`^sg_adm_[0-9A-Za-z]{49}$`).MatchString(key) {
				t.Errorf("the key has not the form of one: %d bytes", len(key))
			}
			list := w.Call(http.MethodGet, "/api_keys", key, "")
			if list.Status != http.StatusOK || !strings.Contains(string(list.Body), minted.Text("data.id")) {
				t.Errorf("the key cannot list itself: %s", list)
			}
			if strings.Contains(string(list.Body), key) {
				t.Error("the list shows a secret")
			}
		})
	}
}

func TestARandomWalletIsToldThatItHasNoStake(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	answer := w.Mint(apptest.NewWallet(t), "ADMIN", "")
	wantError(t, answer, http.StatusBadRequest, "Wallet has no staked VVV on Base", nil)
	if answer.Text("code") != "NO_STAKE" {
		t.Errorf("code: %s", answer)
	}
}

func TestAllSpellingsOfAGoodMintAreTaken(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	for name, change := range map[string]func(*form){
		"address in lower case":   func(f *form) { f.fields["address"] = strings.ToLower(wallet.Address.Hex()) },
		"address in upper case":   func(f *form) { f.fields["address"] = "0x" + strings.ToUpper(wallet.Address.Hex()[2:]) },
		"signature without 0x":    func(f *form) { f.fields["signature"] = f.fields["signature"].(string)[2:] },
		"signature in upper case": func(f *form) { f.fields["signature"] = "0x" + strings.ToUpper(f.fields["signature"].(string)[2:]) },
		"v of 0 or 1": func(f *form) {
			signed := wallet.SignBytes(t, f.token)
			signed[64] -= 27
			f.fields["signature"] = hexutil.Encode(signed)
		},
		"all the members": func(f *form) {
			f.fields["description"], f.fields["limitPeriod"], f.fields["modelPrivacy"] = "all", "MONTH", "PRIVATE_TEXT"
			f.fields["consumptionLimit"] = map[string]any{"usd": 1.5, "diem": nil, "vcu": 0}
			f.fields["expiresAt"] = w.Clock.Now().UTC().AddDate(1, 0, 0).Format("2006-01-02")
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForm(t, w, wallet)
			change(f)
			if answer := f.post(""); answer.Status != http.StatusOK {
				t.Errorf("%s", answer)
			}
		})
	}
}

func TestOneTokenMintsOneKeyHoweverOftenItIsSentAtOnce(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	body := w.MintBody(wallet, w.Token(), "ADMIN", "")
	const senders = 100
	answers := make([]apptest.Answer, senders)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range answers {
		group.Go(func() {
			<-start
			answers[i], _ = w.Try(w.Request(http.MethodPost, mintPath, "", body))
		})
	}
	close(start)
	group.Wait()
	key := ""
	for _, answer := range answers {
		switch {
		case answer.Status == http.StatusOK && key == "":
			key = answer.Text("data.apiKey")
		case answer.Status == http.StatusBadRequest && answer.Text("error") == "JWT has already been used":
		default:
			t.Errorf("a second key, or another answer: %d %s", answer.Status, answer.Text("error"))
		}
	}
	list := w.Call(http.MethodGet, "/api_keys", key, "")
	if keys, _ := list.Get("data").([]any); len(keys) != 1 {
		t.Errorf("the account has %d keys", len(keys))
	}
}

func TestATokenIsUsableUntilItExpires(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	late, tooLate := newForm(t, w, wallet), newForm(t, w, wallet)
	w.Clock.Advance(15*time.Minute - 10*time.Second)
	if answer := late.post(""); answer.Status != http.StatusOK {
		t.Errorf("ten seconds before it expires: %s", answer)
	}
	w.Clock.Advance(11 * time.Second)
	wantError(t, tooLate.post(""), http.StatusBadRequest, "JWT has expired", nil)
}

func TestMintingWithoutAChainIsTriedAgainAndNotRefused(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	f := newForm(t, w, wallet)
	for name, trouble := range map[string]func(){
		"down":    func() { w.Chain.SetDown(true) },
		"lagging": func() { w.Chain.SetDown(false); w.Chain.Freeze(); w.Clock.Advance(31 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			trouble()
			answer := f.post("")
			wantError(t, answer, http.StatusServiceUnavailable, "Could not read stake", nil)
			if answer.Header.Get("Retry-After") == "" || strings.Contains(string(answer.Body), w.Chain.URL()) {
				t.Errorf("no Retry-After, or it tells where the node is: %v %s", answer.Header, answer)
			}
			if health := w.Send(must(http.NewRequest(http.MethodGet, w.Origin+"/readyz", nil))); health.Status != http.StatusOK {
				t.Errorf("a server without a chain still spends, so it is ready: %s", health)
			}
		})
	}
	w.Chain.SetDown(false)
	w.Chain.Thaw()
	if answer := f.post(""); answer.Status != http.StatusOK {
		t.Errorf("the same token, with the chain back: %s", answer)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestAnAccountHasABoundedNumberOfActiveKeys(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Keys.MaxActive = 3 }})
	wallet, admin := w.Account(1)
	w.NewKey(admin, "INFERENCE", "")
	_, id := w.NewKey(admin, "INFERENCE", `"expiresAt":"`+w.Clock.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04:05Z")+`"`)
	const text = "Maximum number of active API keys reached"
	f := newForm(t, w, wallet)
	wantError(t, f.post(""), http.StatusBadRequest, text, nil)
	wantError(t, w.Call(http.MethodPost, "/api_keys", admin, `{"apiKeyType":"ADMIN","description":""}`), http.StatusBadRequest, text, nil)
	if answer := w.Call(http.MethodDelete, "/api_keys?id="+id, admin, ""); answer.Status != http.StatusOK {
		t.Fatalf("%s", answer)
	}
	if answer := f.post(""); answer.Status != http.StatusOK {
		t.Errorf("the same token, with one key less: %s", answer)
	}
}

// messageFor gets the sign-in message of a wallet.
func messageFor(t *testing.T, w *apptest.World, wallet apptest.Wallet) string {
	t.Helper()
	answer := w.Call(http.MethodGet, mintPath+"?address="+wallet.Address.Hex(), "", "")
	text := answer.Text("data.message")
	if answer.Status != http.StatusOK || text == "" || answer.Text("data.token") == "" {
		t.Fatalf("no message: %s", answer)
	}
	return text
}

func messageBody(t *testing.T, wallet, signer apptest.Wallet, text, keyType string) string {
	t.Helper()
	return fmt.Sprintf(`{"address":%q,"signature":%q,"message":%q,"apiKeyType":%q}`, wallet.Address.Hex(), signer.Sign(t, text), text, keyType)
}

func TestASignInMessageMakesOneKeyForItsWallet(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, other := apptest.NewWallet(t), apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	w.Chain.StakeVVV(other.Address, apptest.Tokens(1))
	text := messageFor(t, w, wallet)
	post := func(body string) apptest.Answer { return w.Call(http.MethodPost, mintPath, "", body) }
	wantError(t, post(messageBody(t, other, other, text, "ADMIN")), 400, "Authorization challenge is for another wallet", nil)
	wantError(t, post(messageBody(t, wallet, other, text, "ADMIN")), 400, "Wallet signature does not match", nil)
	wantError(t, post(messageBody(t, wallet, wallet, text+"\n", "ADMIN")), 400,
		"Message is not an authorization challenge of this server, or was altered", nil)
	both := strings.Replace(messageBody(t, wallet, wallet, text, "ADMIN"), "{", `{"token":"a.b.c",`, 1)
	wantError(t, post(both), 400, "Invalid request parameters", []string{"message"})
	if minted := post(messageBody(t, wallet, wallet, text, "ADMIN")); minted.Status != http.StatusOK {
		t.Fatalf("%s", minted)
	}
	wantError(t, post(messageBody(t, wallet, wallet, text, "ADMIN")), 400, "Authorization challenge has already been used", nil)
	wantError(t, w.Call(http.MethodGet, mintPath+"?address=0x12", "", ""), 400, "Invalid wallet address", nil)
	// Nobody gets a token for anybody who asked for one for a wallet.
	for _, query := range []string{"?address=%zz", "?address=" + wallet.Address.Hex() + ";x=1", "?address=" + wallet.Address.Hex() + "&address=0x12"} {
		for _, path := range []string{mintPath, revokePath} {
			wantError(t, w.Call(http.MethodGet, path+query, "", ""), 400, "Invalid request parameters", []string{"address"})
		}
	}
}

func TestAnOperatorCanAskForMessagesInsteadOfTokens(t *testing.T) {
	for mode, admits := range map[string]map[string]bool{
		"all": {"ADMIN": true, "INFERENCE": true}, "inference": {"INFERENCE": true}, "off": {},
	} {
		w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Keys.OpaqueMint = mode }})
		wallet := apptest.NewWallet(t)
		w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
		for _, keyType := range []string{"ADMIN", "INFERENCE"} {
			if byToken := w.Mint(wallet, keyType, ""); (byToken.Status == http.StatusOK) != admits[keyType] {
				t.Errorf("%s, %s by token: %s", mode, keyType, byToken)
			}
			text := messageFor(t, w, wallet)
			if byMessage := w.Call(http.MethodPost, mintPath, "", messageBody(t, wallet, wallet, text, keyType)); byMessage.Status != http.StatusOK {
				t.Errorf("%s, %s by message: %s", mode, keyType, byMessage)
			}
		}
	}
}
