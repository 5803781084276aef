package browser_test

import (
	"strings"
	"testing"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

// A wallet that never answers, and one that calls itself too much, stand in
// nobody's way.
func TestAWalletThatNeverAnswersLeavesAWayOn(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, phone)
	b.open("/")
	eval[bool](b, `dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: {
		info: { uuid: "1", name: "W".repeat(5000), icon: "https://evil.example/icon.png", rdns: "example.long" }, provider: { request: () => new Promise(() => {}) } } })); true`)
	b.accessible("two wallets")
	b.click("#wallets button.wallet:nth-of-type(2)")
	b.sees("#wallets button.wallet:nth-of-type(2)", "open it if it does not show itself")
	b.click("#wallets button.wallet")
	b.sees(".who", "Sign out")
}

func TestWhatAWalletAnswersIsExplained(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	b.open("/")
	for code, want := range map[string]string{
		"4001": "The wallet refused", "4100": "Unlock it, allow this page", "4900": "no connection to its chain", "-32002": "open it, answer",
		"-32603": "The wallet answered: Internal <b>error</b>. Unlock it",
	} {
		eval[bool](b, `dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info: { uuid: "`+code+`", name: "Moody", rdns: "example.moody" },
			provider: { request: async () => { throw Object.assign(new Error("Internal <b>error</b>."), { code: `+code+` }); } } } })); true`)
		b.click("#wallets button.wallet:last-of-type")
		b.sees("#signin-says", want)
	}
	b.accessible("what a wallet answered")
}

// Without a wallet the page says what to do, and finds one that comes later.
func TestWithoutAWalletThePageSaysWhatToDo(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, phone)
	b.open("/")
	eval[bool](b, `sessionStorage.setItem("testNoWallet", "1"); true`)
	b.open("/")
	b.until("the page has looked for one", func() bool { return eval[bool](b, `!document.getElementById("without").hidden`) })
	b.sees("#without", "open this page in the browser that is part of your wallet's app")
	b.accessible("without a wallet")
	b.click("#look")
	eval[bool](b, `window.ethereum = { request: async ({ method }) => method === "eth_requestAccounts" ? [] : null }; true`)
	b.sees("#wallets", "Browser wallet")
	b.click("#wallets button.wallet")
	b.sees("#signin-says", "shares no account")
}

// Who changes the account in the wallet is told that the page shows the other
// one still.
func TestAWalletThatMovesToAnotherAccountIsNoticed(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, phone)
	b.signIn()
	b.open("/usage")
	visible := func() bool { return eval[bool](b, `!document.getElementById("moved").hidden`) }
	if visible() {
		t.Error("the account that has signed in counts as another one")
	}
	eval[bool](b, `testMoves("`+apptest.NewWallet(t).Address.Hex()+`"); true`)
	b.until("it is noticed", visible)
	b.accessible("a wallet that has moved")
	eval[bool](b, `testMoves("`+strings.ToLower(wallet.Address.Hex())+`"); true`)
	b.until("it is noticed that it is back", func() bool { return !visible() })
	eval[bool](b, `testMoves("`+apptest.NewWallet(t).Address.Hex()+`"); true`)
	b.click("#moved button")
	b.sees("h1", "API keys, paid for by your stake")
}

// A browser that lets nothing be copied gets the text selected, and nobody is
// told that it was copied.
func TestWhatCannotBeCopiedIsSelected(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	b.signIn()
	b.open("/keys/new")
	b.click("main form button[type=submit]")
	b.sees("h1", "Your new key")
	eval[bool](b, `Object.defineProperty(navigator, "clipboard", { value: undefined }); document.execCommand = () => false; true`)
	b.click("[data-copy-from=secret]")
	b.sees("#says", "press Ctrl+C")
	if selected := eval[string](b, `String(getSelection())`); !secretPattern.MatchString(selected) {
		t.Errorf("%d characters are selected", len(selected))
	}
}

// A link that was followed before signing in is where somebody is afterwards.
func TestADeepLinkOutlivesSigningIn(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	b.open("/usage?days=90")
	b.click("#wallets button.wallet")
	b.sees(".segments [aria-current]", "90 days")
}

// Numbers that cannot be made fresh say how old they are.
func TestNumbersThatAreOldSaySo(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	b.signIn()
	w.Stop()
	b.sees("#away", "The server does not answer: these numbers are of")
	b.accessible("an overview without its server")
}

// Two tabs: what one ends, the other one notices.
func TestSigningOutInAnotherTabIsNoticed(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	b.signIn()
	eval[float64](b, `fetch("/session/end", { method: "POST" }).then((answer) => answer.status)`)
	b.sees("h1", "API keys, paid for by your stake")
}

// Many keys are on pages that can be read and searched on every screen.
func TestManyKeysAreReadAndSearched(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) { c.Keys.MaxPerMinute = 100 }})
	wallet, admin := w.Account(100)
	for range 30 {
		w.NewKey(admin, "INFERENCE", "")
	}
	b := openTab(t, w, wallet, phone)
	b.signIn()
	b.sees("#keylist .pages", "1–25 of 31")
	b.accessible("many keys")
	b.click("#keylist [rel=next]")
	b.sees("#keylist .pages", "26–31 of 31")
	b.fill("#keys [name=q]", admin[len(admin)-6:])
	b.click("#keys form button")
	b.until("the key is found", func() bool { return eval[int](b, `document.querySelectorAll("#keylist tbody tr").length`) == 1 })
	b.accessible("a search")
}
