package browser_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

// newWorld is a server with a wallet that may spend 50 DIEM a day there, some of
// them from a pool.
func newWorld(t *testing.T) (*apptest.World, apptest.Wallet) {
	t.Helper()
	w := apptest.Start(t, apptest.Options{Media: true})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(100))
	w.Chain.StakeDIEM(wallet.Address, apptest.Tokens(20))
	return w, wallet
}

var secretPattern = regexp.MustCompile(`^sg_(inf|adm)_[0-9A-Za-z]{49}$`)

// A person's whole way through the page, on a desk and on a phone: in, a key,
// a call with it, its limit, its end, and out.
func TestAPersonMakesUsesChangesAndEndsAKey(t *testing.T) {
	for _, s := range []screen{desktop, phone} {
		t.Run(s.name, func(t *testing.T) {
			w, wallet := newWorld(t)
			b := openTab(t, w, wallet, s)
			b.open("/")
			b.sees("#wallets", "Test <b>Wallet</b>")
			b.accessible("the sign-in page")
			b.signIn()
			b.sees("#keys", "No keys yet")
			b.accessible("the empty overview")
			secret := b.makesAKey()
			b.seesItsUse(secret)
			b.changesItsLimit(secret)
			b.endsIt(secret)
			b.click(".who button.quiet")
			b.sees("h1", "API keys, paid for by your stake")
			b.open("/usage")
			b.sees("h1", "API keys, paid for by your stake")
		})
	}
}

func (b *tab) makesAKey() (secret string) {
	b.t.Helper()
	b.click("#keys a.button")
	b.sees("h1", "New API key")
	b.fill("#description", "laptop")
	b.fill("[name=diem]", "0.75")
	b.accessible("the form of a key")
	b.click("main form button[type=submit]")
	b.sees("h1", "Your new key")
	b.accessible("the new key")
	secret = b.copied("[data-copy-from=secret]")
	if !secretPattern.MatchString(secret) {
		b.t.Fatalf("what was copied is no key: %d characters", len(secret))
	}
	b.click("#try-button")
	b.sees("#try-says", "It works")
	return secret
}

func (b *tab) seesItsUse(secret string) {
	b.t.Helper()
	b.click(".buttons a.button")
	b.sees("#keylist", "laptop")
	spent := b.amount("#spent")
	answer := b.w.Chat(secret, strings.Repeat("many words ", 200), `"max_tokens":400`)
	if answer.Status != http.StatusOK {
		b.t.Fatalf("the key from the page: %s", answer)
	}
	b.until("the usage moves by itself", func() bool { return b.amount("#spent") == spent+answer.Charge() })
	if html := eval[string](b, "document.documentElement.outerHTML"); strings.Contains(html, secret) {
		b.t.Error("the overview has the secret")
	}
	b.accessible("the overview")
}

func (b *tab) changesItsLimit(secret string) {
	b.t.Helper()
	b.click("#keylist a.name")
	b.sees("h1", "laptop")
	b.fill("[name=diem]", "0.00001")
	b.accessible("a key")
	b.click("main form button[type=submit]")
	b.sees("main .notice", "Saved")
	if answer := b.w.Chat(secret, "hello", ""); answer.Status != http.StatusPaymentRequired {
		b.t.Errorf("a call beyond the new limit: %s", answer)
	}
}

func (b *tab) endsIt(secret string) {
	b.t.Helper()
	b.click(".button.danger")
	b.sees("h1", "Revoke this key?")
	b.accessible("the question before a key ends")
	b.click("button.danger")
	b.sees("#keys", "No keys yet")
	if answer := b.w.Chat(secret, "hello", ""); answer.Status != http.StatusUnauthorized {
		b.t.Errorf("a call with the revoked key: %s", answer)
	}
}

// copied clicks a copy button and reads what the clipboard got.
func (b *tab) copied(button string) string {
	b.t.Helper()
	eval[bool](b, `navigator.clipboard.writeText = async (text) => { window.testCopied = text; }; true`)
	b.click(button)
	b.sees("#says", "Copied")
	return eval[string](b, "window.testCopied")
}

// amount is the exact amount that an element has in its title.
func (b *tab) amount(selector string) money.Nano {
	b.t.Helper()
	digits, _, _ := strings.Cut(eval[string](b, `document.querySelector("`+selector+`").title`), " ")
	amount, err := money.Parse(digits)
	if err != nil {
		b.t.Fatalf("%s: %v", selector, err)
	}
	return amount
}
