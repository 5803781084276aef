package browser_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"stakegate/internal/app/apptest"
)

const patience = 20 * time.Second // for anything that a page does

// injected is what a wallet's extension does to every page, and what notices
// violations of the policy.
//
//go:embed testdata/wallet.js
var injected string

// screen is what a page is looked at on.
type screen struct {
	name          string
	width, height int64
	phone, dark   bool
}

var (
	desktop = screen{name: "desktop", width: 1280, height: 900}
	phone   = screen{name: "phone", width: 390, height: 844, phone: true}
)

// tab is a page that a test looks at.
type tab struct {
	t      *testing.T
	w      *apptest.World
	ctx    context.Context
	screen screen

	mu       sync.Mutex
	troubles []string
	bytes    float64 // received since the last count
}

// openTab opens an empty tab with a profile of its own, and a wallet in it.
func openTab(t *testing.T, w *apptest.World, wallet apptest.Wallet, s screen) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, w: w, ctx: ctx, screen: s}
	sign := func(_ context.Context, text string) (string, error) {
		message, err := hexutil.Decode(text)
		return wallet.Sign(t, string(message)), err
	}
	report := func(_ context.Context, text string) (bool, error) {
		b.trouble("%s", text)
		return true, nil
	}
	address, err := json.Marshal(wallet.Address.Hex())
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.notice); err != nil {
		t.Fatal(err)
	}
	b.do(
		chromedp.ExposeFunc("testWalletSigns", sign), chromedp.ExposeFunc("testReports", report),
		call(network.Enable, network.EnableParams{}), call(runtime.Enable, cdp.Empty{}),
		chromedp.EmulateViewport(s.width, s.height, viewport(s)...), scheme(s.dark),
		call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "const testAddress = " + string(address) + ";\n" + injected}),
	)
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, text := range b.troubles {
			t.Error(text)
		}
	})
	return b
}

func viewport(s screen) []chromedp.EmulateViewportOption {
	if !s.phone {
		return nil
	}
	return []chromedp.EmulateViewportOption{chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait}
}

func scheme(dark bool) chromedp.Action[chromedp.Void] {
	value := map[bool]string{true: "dark", false: "light"}[dark]
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
}

// call is a command of the protocol as an action.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

func (b *tab) trouble(format string, arguments ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.troubles = append(b.troubles, fmt.Sprintf(format, arguments...))
}

// forgive forgets the troubles if one of them has a text.
func (b *tab) forgive(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.troubles, func(trouble string) bool { return strings.Contains(trouble, text) }) {
		return false
	}
	b.troubles = nil
	return true
}

// notice sees everything that the browser tells of the tab.
func (b *tab) notice(event any) {
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		at, err := url.Parse(event.Request.URL)
		if err != nil || at.Scheme != "data" && at.Scheme+"://"+at.Host != b.w.Origin {
			b.trouble("a request left the origin: %s", event.Request.URL)
		}
	case *network.EventLoadingFinished:
		b.mu.Lock()
		b.bytes += event.EncodedDataLength
		b.mu.Unlock()
	case *runtime.EventExceptionThrown:
		b.trouble("a script failed: %s", (&chromedp.ExceptionError{ExceptionDetails: event.ExceptionDetails}).Error())
	}
}

// received is how many bytes arrived since it was asked last.
func (b *tab) received() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	bytes := b.bytes
	b.bytes = 0
	return bytes
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.picture("failed")
		b.t.Fatal(err)
	}
}

// open loads a page.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.w.Origin + path))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// fill types into a field, in the place of what it has.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// press sends keys to what has the focus.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// tabTo presses Tab until an element has the focus.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 60 {
		b.press(kb.Tab)
		if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	b.t.Fatalf("Tab does not reach %s", selector)
}

// forget empties the browser's cache.
func (b *tab) forget() {
	b.t.Helper()
	b.do(call(network.ClearBrowserCache, cdp.Empty{}))
}

// eval is a script's value.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.picture("failed")
		b.t.Fatalf("%s: %v", script, err)
	}
	return value
}

// sees waits until an element shows a text.
func (b *tab) sees(selector, want string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%s shows %q", selector, want), func() bool { return strings.Contains(b.tryText(selector), want) })
}

// tryText is what an element shows; "" if there is none, or if the page is about
// to go.
func (b *tab) tryText(selector string) string {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q)?.textContent.replace(/\\s+/g, ' ').trim() ?? ''", selector)))
	if err != nil {
		return ""
	}
	return text
}

func (b *tab) until(what string, holds func() bool) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			b.picture("failed")
			b.t.Fatalf("not within %s: %s; the page is: %s", patience, what, b.tryText("body"))
		}
		<-ticker.C
	}
}

// signIn signs in with the wallet in the browser.
func (b *tab) signIn() {
	b.t.Helper()
	b.open("/")
	b.click("#wallets button.wallet")
	b.sees(".who", "Sign out")
}

// pictures are those that the documents show.
var pictures = []string{"signin-desktop", "overview-desktop", "newkey-desktop", "secret-desktop", "usage-night", "overview-phone", "operator-desktop"}

// picture keeps a screenshot, if somebody wants it or something has failed.
func (b *tab) picture(name string) {
	folder := *screenshots
	switch {
	case name == "failed":
		folder = b.t.ArtifactDir()
	case folder == "" || !slices.Contains(pictures, name):
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), image, 0o644)
	}
	if err != nil {
		b.t.Logf("the picture %s: %v", name, err)
	}
}

//go:embed testdata/axe.js
var axeScript string

// accessible looks for serious violations of WCAG, and for a page that is wider
// than its screen.
func (b *tab) accessible(where string) {
	b.t.Helper()
	source, err := os.ReadFile("../e2e/node_modules/axe-core/axe.min.js")
	if err != nil {
		b.t.Fatal("test/e2e/node_modules is missing or incomplete: run `make test-setup` and try again")
	}
	eval[bool](b, string(source)+";true")
	type violation struct {
		ID, Impact, Help string
		Nodes            []string
	}
	for _, found := range eval[[]violation](b, axeScript) {
		if slices.Contains([]string{"serious", "critical"}, found.Impact) {
			b.t.Errorf("%s on %s: %s (%s): %s", where, b.screen.name, found.Help, found.ID, strings.Join(found.Nodes, "; "))
		} else {
			b.t.Logf("%s on %s: %s, %s: %s", where, b.screen.name, found.Impact, found.ID, strings.Join(found.Nodes, "; "))
		}
	}
	if wider := eval[float64](b, "document.documentElement.scrollWidth - window.innerWidth"); wider > 0 {
		b.t.Errorf("%s on %s is %v pixels wider than the screen", where, b.screen.name, wider)
	}
}
