package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"stakegate/internal/app/apptest"
)

// hostile are descriptions that a page must show and never run. No description
// is longer than 64 characters.
var hostile = []string{
	`<script>testReports("ran a script")</script>`,
	`<img src=x onerror=testReports("ran")>`,
	`"><svg onload=testReports("ran")>`,
	`' onfocus=testReports("ran") autofocus='`,
	`</table></title></textarea><b id=broken>`,
	`{{.Secret}} ${testReports("ran")}`,
	`javascript:testReports("ran")`,
	`<!--<script>testReports("ran")//`,
	`<iframe srcdoc="<script>parent.testReports('ran')</script>">`,
	`=HYPERLINK("http://evil.example")`,
	`<base href=//evil.example/><link rel=stylesheet href=//evil.example>`[:64],
	"\u202egnp.exe <b id=broken>",
	`<style>*{background:url(//evil.example)}</style>`,
	`<meta http-equiv=refresh content=0;url=//evil.example>`,
}

// What somebody calls a key is shown as it is, on every page, and never runs.
func TestHostileDescriptionsExecuteNothing(t *testing.T) {
	w, wallet := newWorld(t)
	admin := w.Mint(wallet, "ADMIN", "").Text("data.apiKey")
	for _, text := range hostile {
		secret, id := w.NewKey(admin, "INFERENCE", "")
		rename(t, w, admin, id, text)
		use(t, w, secret, "echo-1", 5)
	}
	b := openTab(t, w, wallet, desktop)
	b.signIn()
	for _, path := range []string{"/", "/usage", "/history", "/activity"} {
		b.open(path)
		b.sees("h1", map[string]string{"/": "Left", "/usage": "Usage", "/history": "History", "/activity": "Activity"}[path])
		if eval[bool](b, `document.getElementById("broken") !== null || document.querySelector("main script, main iframe, main style, main img, main base, main meta") !== null`) {
			t.Errorf("%s: a description became a part of the page", path)
		}
		if text := eval[string](b, "document.body.textContent"); path != "/history" && !strings.Contains(text, hostile[0]) {
			t.Errorf("%s does not show the description", path)
		}
	}
	keys := w.Call(http.MethodGet, "/api_keys", admin, "")
	for i := range hostile {
		id := keys.Text(fmt.Sprintf("data.%d.id", i+1)) // the first is the ADMIN key
		want := keys.Text(fmt.Sprintf("data.%d.description", i+1))
		for _, path := range []string{"", "/rotate", "/revoke"} {
			b.open("/keys/" + id + path)
			if got := eval[string](b, `document.querySelector("#description")?.value ?? document.querySelector(".crumbs").textContent`); !strings.Contains(got, want) {
				t.Errorf("/keys/…%s shows %q, want %q", path, got, want)
			}
		}
	}
	b.open("/keys/new")
	b.fill("#description", hostile[0])
	b.fill("[name=diem]", "no number")
	b.click("main form button[type=submit]")
	b.sees("#wrong-limits", "must be a number")
	b.fill("[name=diem]", "")
	b.click("main form button[type=submit]")
	b.sees("h1", hostile[0])
}

// The first view is small and quick, before and after signing in.
func TestTheFirstViewIsSmallAndQuick(t *testing.T) {
	const (
		mostBytes = 150 << 10
		mostTime  = 1000 // ms, in the best of a few tries: the machine does other things too
		tries     = 5
	)
	w, wallet := livedIn(t)
	b := openTab(t, w, wallet, desktop)
	view := func(name string) {
		best, size := 1e9, 0.0
		for range tries {
			b.forget()
			b.received()
			b.open("/")
			b.until("the page has loaded", func() bool { return eval[string](b, "document.readyState") == "complete" })
			best = min(best, eval[float64](b, `performance.getEntriesByType("navigation")[0].loadEventEnd`))
			size = b.received()
		}
		t.Logf("%s: %.1f KB, %.0f ms", name, size/1024, best)
		if size == 0 || size > mostBytes || best <= 0 || best > mostTime {
			t.Errorf("%s: %.0f bytes, %.0f ms", name, size, best)
		}
	}
	view("to sign in")
	b.signIn()
	view("the overview")
}

// The assets from npm are what npm has.
func TestVendoredAssetsAreUnchanged(t *testing.T) {
	for ours, theirs := range map[string]string{
		"uplot.js": "dist/uPlot.iife.min.js", "uplot.css": "dist/uPlot.min.css", "uplot.LICENSE": "LICENSE",
	} {
		want, err := os.ReadFile(filepath.Join("../e2e/node_modules/uplot", theirs))
		if err != nil {
			t.Fatal("test/e2e/node_modules is missing or incomplete: run `make test-setup` and try again")
		}
		got, err := os.ReadFile(filepath.Join("../../internal/dashboard/assets", ours))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is not uplot's %s: %v", ours, theirs, err)
		}
	}
}

// A wallet that refuses, and one without a stake, are told so, and can try again.
func TestSigningInTellsWhatWentWrong(t *testing.T) {
	w, _ := newWorld(t)
	poor := apptest.NewWallet(t)
	b := openTab(t, w, poor, phone)
	b.open("/")
	b.click("#wallets button.wallet")
	b.sees("#signin-says", "Wallet has no staked VVV on Base. Stake with this wallet")
	b.accessible("a refused sign-in")
	eval[bool](b, `window.testRefuses = true`)
	b.click("#wallets button.wallet")
	b.sees("#signin-says", "The wallet refused: nothing was signed.")
	eval[bool](b, `window.testRefuses = false; true`)
	w.Chain.StakeVVV(poor.Address, apptest.Tokens(1))
	b.click("#wallets button.wallet")
	b.sees(".who", "Sign out")
}

// Everything can be done without a mouse.
func TestAKeyIsMadeWithTheKeyboardAlone(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	b.open("/")
	b.sees("#wallets", "Test")
	b.tabTo("#wallets button.wallet")
	b.press("\r")
	b.sees(".who", "Sign out")
	b.tabTo(".empty a.button")
	b.press("\r")
	b.sees("h1", "New API key")
	b.tabTo("#description")
	b.press("by hand")
	b.press("\r")
	b.sees("h1", "by hand")
	b.tabTo("#lang-curl")
	b.press(kb.ArrowRight)
	if !eval[bool](b, `document.getElementById("lang-python").checked && getComputedStyle(document.querySelector("[data-for=lang-python]")).display === "block"`) {
		t.Error("the arrow does not go to the next language")
	}
}

// What the other tests rely on: a tab notices what a page must not do.
func TestATabNoticesWhatAPageMustNotDo(t *testing.T) {
	w, wallet := newWorld(t)
	b := openTab(t, w, wallet, desktop)
	for script, want := range map[string]string{
		`{ const s = document.createElement("script"); s.textContent = "1"; document.body.append(s) }`:             "script-src",
		`{ const p = document.createElement("p"); p.setAttribute("style", "color:red"); document.body.append(p) }`: "style-src",
		`{ const i = new Image(); i.src = "http://127.0.0.1:9/x.png" }`:                                            "img-src",
		`fetch("http://127.0.0.1:9/").catch(() => {})`:                                                             "connect-src",
		`setTimeout(() => { throw new Error("broken") })`:                                                          "a script failed",
	} {
		b.open("/")
		eval[bool](b, script+"; true")
		b.until(want+" is noticed", func() bool { return b.forgive(want) })
	}
}
