package browser_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/network"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

const operatorToken = "an-operators-token-of-well-over-32-bytes"

// openOperator opens the operator page of a world in a tab that has signed in.
func openOperator(t *testing.T, w *apptest.World, wallet apptest.Wallet, s screen) *tab {
	t.Helper()
	page := &apptest.World{T: t, App: w.App, Origin: "http://" + w.App.OperatorAddr().String()}
	b := openTab(t, page, wallet, s)
	credentials := base64.StdEncoding.EncodeToString([]byte("operator:" + operatorToken))
	b.do(call(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Authorization": "Basic " + credentials}}))
	return b
}

// An operator finds an account, credits it, blocks it and lifts that, on a desk
// and on a phone, on pages that everybody can read.
func TestEveryPageOfTheOperatorsWorksOnEveryScreen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "operator.token")
	if err := os.WriteFile(path, []byte(operatorToken), 0o600); err != nil {
		t.Fatal(err)
	}
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		c.Operator = app.OperatorConfig{Listen: "127.0.0.1:0", TokenFile: path}
	}})
	for _, s := range []screen{desktop, {name: "night", width: 1280, height: 900, dark: true}, phone} {
		t.Run(s.name, func(t *testing.T) {
			wallet, admin := w.Account(100)
			use(t, w, admin, "echo-1", 500)
			b := openOperator(t, w, wallet, s)
			b.open("/")
			b.sees(".tiles", "Commits waiting")
			b.accessible("the operator's overview")
			b.picture("operator-" + s.name)
			b.fill("input[name=q]", admin[len(admin)-6:])
			b.click("main form button")
			b.sees("main form", "Clear")
			b.click("td a")
			b.sees("h1", "Account")
			b.accessible("an account")
			b.fill("#amount", "12.5")
			b.fill("#credit-reason", "<i>invoice</i>")
			b.click("form[action$=credit] button")
			b.sees("main", "Reason: <i>invoice</i>")
			b.accessible("a question")
			b.click("main form button")
			b.sees("main", "of 12.5")
			b.fill("#reason", "chargeback")
			b.click("form[action$='/block'] button")
			b.sees("h1", "Block this account?")
			b.click("main form button")
			b.sees("main", "Blocked since")
			b.accessible("a blocked account")
			if answer := w.Call(http.MethodGet, "/billing/balance", admin, ""); answer.Status != http.StatusForbidden {
				t.Errorf("its key: %s", answer)
			}
			b.fill("#reason", "paid")
			b.click("form[action$='/unblock'] button")
			b.sees("h1", "Unblock this account?")
			b.click("main form button")
			b.sees("form[action$='/block']", "Block")
			if answer := w.Call(http.MethodGet, "/billing/balance", admin, ""); answer.Status != http.StatusOK {
				t.Errorf("its key afterwards: %s", answer)
			}
		})
	}
}
