package app_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
)

// strict has the limits that a server has by default, but for failures.
func strict(t *testing.T) func(*app.Config) {
	t.Helper()
	defaults, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	return func(c *app.Config) {
		c.Limits.Tokens, c.Limits.Mints, c.Limits.Wallets = defaults.Limits.Tokens, defaults.Limits.Mints, defaults.Limits.Wallets
		c.Limits.WalletsAtOnce = defaults.Limits.WalletsAtOnce
	}
}

func fromAddress(r *http.Request, address string) *http.Request {
	r.Header.Set("X-Forwarded-For", address)
	return r
}

// Who floods the mint, with a victim's address at that, stops nobody else: the
// victim gets its keys from where it is.
func TestFloodsOfTheMintStopTheirOwnSourceOnly(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: strict(t)})
	victim, _ := w.Account(100)
	bad := newForm(t, w, victim)
	bad.fields["token"] = bad.token[:len(bad.token)-4] + "AAAA"
	flood := func() apptest.Answer {
		return w.Send(fromAddress(w.Request(http.MethodPost, mintPath, "", bad.json()), "198.51.100.66"))
	}
	for range 20 {
		wantError(t, flood(), http.StatusBadRequest, "JWT signature is invalid", nil)
	}
	refused := flood()
	wantError(t, refused, http.StatusTooManyRequests, "Rate limit exceeded", nil)
	if refused.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", refused.Header.Get("Retry-After"))
	}
	if answer := newForm(t, w, victim).post(""); answer.Status != http.StatusOK {
		t.Errorf("the victim: %s", answer)
	}
	w.Clock.Advance(time.Second)
	wantError(t, flood(), http.StatusBadRequest, "JWT signature is invalid", nil)
}

// untilRefused sends until a limit is met, which is not before a burst is used
// up; on a slow machine a little later.
func untilRefused(t *testing.T, burst int, send func() apptest.Answer) apptest.Answer {
	t.Helper()
	for sent := range 10*burst + 10 {
		answer := send()
		if answer.Status != http.StatusTooManyRequests {
			continue
		}
		if sent < burst {
			t.Errorf("refused after %d: %s", sent, answer)
		}
		return answer
	}
	t.Fatalf("never refused, with a burst of %d", burst)
	return apptest.Answer{}
}

// Each signature that is not the address's own makes a node run a contract of
// the caller's choice: a source may do that less often than it may try.
func TestQuestionsToContractsAreLimitedBySource(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: strict(t)})
	wallet, _ := w.Account(100)
	f := newForm(t, w, wallet)
	body := f.json()
	f.fields["signature"] = apptest.NewWallet(t).Sign(t, f.token)
	ask := func() apptest.Answer {
		return w.Send(fromAddress(w.Request(http.MethodPost, mintPath, "", f.json()), "198.51.100.66"))
	}
	refused := untilRefused(t, 10, ask)
	calls := w.Chain.Calls()
	wantError(t, refused, http.StatusTooManyRequests, "Rate limit exceeded", nil)
	if after := refused.Header.Get("Retry-After"); after < "1" || after > "3" || w.Chain.Calls() > calls+5 { // the watcher asks too
		t.Errorf("Retry-After is %q after %d questions", refused.Header.Get("Retry-After"), w.Chain.Calls()-calls)
	}
	if answer := w.Send(fromAddress(w.Request(http.MethodPost, mintPath, "", body), "198.51.100.66")); answer.Status != http.StatusOK {
		t.Errorf("the key's own signature asks nobody: %s", answer)
	}
}

// However long contracts take to answer, one source has a few of the questions
// that all share, and a refused one leaves its token usable.
func TestOneSourceDoesNotTakeAllQuestionsToContracts(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		strict(t)(c)
		c.MetricsListen = "127.0.0.1:0"
	}})
	wallet, _ := w.Account(100)
	post := func(address string) apptest.Answer {
		f := newForm(t, w, wallet)
		f.fields["signature"] = apptest.NewWallet(t).Sign(t, f.token)
		return w.Send(fromAddress(w.Request(http.MethodPost, mintPath, "", f.json()), address))
	}
	w.Chain.SetSilent(true)
	statuses := make([]int, 7)
	var asking sync.WaitGroup
	for i := range statuses {
		asking.Go(func() { statuses[i] = post("198.51.100.66").Status })
	}
	asking.Wait()
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{429, 429, 429, 503, 503, 503, 503}) {
		t.Errorf("seven at once are answered %v", statuses)
	}
	if got := scrape(t, w)[`stakegate_limit_refusals_total{limit="wallets_at_once"}`]; got != 3 {
		t.Errorf("the metric tells of %v refusals", got)
	}
	w.Chain.SetSilent(false)
	wantError(t, post("198.51.100.66"), http.StatusBadRequest, "Wallet signature does not match", nil)
}

func TestTokensAreLimitedBySource(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: strict(t)})
	get := func(address string) apptest.Answer {
		return w.Send(fromAddress(w.Request(http.MethodGet, mintPath, "", ""), address))
	}
	untilRefused(t, 20, func() apptest.Answer { return get("2001:db8:1:2::3") })
	untilRefused(t, 0, func() apptest.Answer { return get("2001:db8:1:2:ffff::") })
	if answer := get("2001:db8:1:3::3"); answer.Status != http.StatusOK {
		t.Errorf("a neighbour: %s", answer)
	}
}

// While somebody else has the database's only write lock, so that every write
// would wait, tokens are given out and bad mints refused: neither writes.
func TestNothingIsWrittenBeforeAProof(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.Dir, "stakegate.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	wallet := apptest.NewWallet(t)
	began := time.Now()
	for range 50 {
		f := newForm(t, w, wallet)
		wantError(t, f.post(""), http.StatusBadRequest, "Wallet has no staked VVV on Base", nil)
		wantError(t, f.post("{}"), http.StatusBadRequest, "Invalid request parameters", []string{"address", "apiKeyType", "signature", "token"})
		f.fields["signature"] = "0x00"
		wantError(t, f.post(""), http.StatusBadRequest, "Wallet signature does not match", nil)
	}
	if took := time.Since(began); took > 100*5*time.Second/2 { // each write would take the busy timeout
		t.Errorf("they took %s", took)
	}
}
