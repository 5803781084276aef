package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

func TestTenMinutesWithoutAChainHurtNobodyWhoHasAKeyAndEndByThemselves(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	_, admin := w.Account(100)
	wallets := make([]apptest.Wallet, 20)
	for i := range wallets {
		wallets[i] = apptest.NewWallet(t)
		w.Chain.StakeVVV(wallets[i].Address, apptest.Tokens(1))
	}
	allocation := func() money.Nano { return w.Call("GET", "/billing/balance", admin, "").Nano("diemEpochAllocation") }
	w.Eventually(soon, "20 newcomers", func() bool { return allocation() == 1000*money.Unit*100/1020 })
	before := w.Balance(admin)

	w.Chain.SetDown(true)
	for range 10 {
		w.Clock.Advance(time.Minute)
		if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusOK {
			t.Errorf("an existing key: %s", answer)
		}
	}
	if answer := w.Mint(wallets[0], "ADMIN", ""); answer.Status != http.StatusServiceUnavailable ||
		answer.Header.Get("Retry-After") == "" || answer.Text("code") != "CHAIN_UNAVAILABLE" {
		t.Errorf("a mint: %v %s", answer.Header, answer)
	}
	if allocation() != 1000*money.Unit*100/1020 || w.Balance(admin) >= before {
		t.Error("an outage was taken for a verdict")
	}

	calls := w.Chain.Calls()
	var group sync.WaitGroup
	for _, wallet := range wallets {
		group.Go(func() { w.Mint(wallet, "INFERENCE", "") })
	}
	group.Wait()
	// One attempt every 250 ms by each of two joiners, and the watcher's.
	if asked := w.Chain.Calls() - calls; asked > 20 {
		t.Errorf("%d mints asked a chain that is away %d times", len(wallets), asked)
	}
	w.Chain.SetDown(false)
	calls = w.Chain.Calls()
	for _, wallet := range wallets {
		group.Go(func() {
			if answer := w.Mint(wallet, "INFERENCE", ""); answer.Status != http.StatusOK {
				t.Errorf("with the chain back: %s", answer)
			}
		})
	}
	group.Wait()
	if asked := w.Chain.Calls() - calls; asked > 60 {
		t.Errorf("%d mints ran the chain down with %d requests", len(wallets), asked)
	}
}

// second starts the world with two nodes, which both must say the same.
func second(t *testing.T, clock *apptest.Clock) (*apptest.FakeChain, func(*app.Config)) {
	t.Helper()
	other := apptest.NewFakeChain(t, clock)
	return other, func(c *app.Config) {
		manyMints(c)
		c.Chain.RPC, c.Chain.Required = append(c.Chain.RPC, other.URL()), 2
	}
}

func TestANodeThatLiesGrantsNothing(t *testing.T) {
	clock := apptest.NewClock()
	other, two := second(t, clock)
	w := apptest.Start(t, apptest.Options{Clock: clock, Config: two})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(100)) // the other one does not know of it
	other.StakeVVV(apptest.NewWallet(t).Address, apptest.Tokens(100))
	if answer := w.Mint(wallet, "ADMIN", ""); answer.Status != http.StatusServiceUnavailable || answer.Text("code") != "CHAIN_UNAVAILABLE" {
		t.Fatalf("one node of two says that there is a stake: %s", answer)
	}
	other.StakeVVV(wallet.Address, apptest.Tokens(100))
	w.Chain.StakeVVV(apptest.NewWallet(t).Address, apptest.Tokens(100))
	minted := w.Mint(wallet, "ADMIN", "")
	if minted.Status != http.StatusOK {
		t.Fatalf("both say so: %s", minted)
	}
	key := minted.Text("data.apiKey")
	if answer := w.Call("GET", "/billing/allocation", key, ""); answer.Status != http.StatusOK || answer.Text("sources.1.staked") != "100" {
		t.Errorf("%s", answer)
	}
	other.StakeVVV(wallet.Address, apptest.Tokens(1_000_000))
	w.Chain.StakeVVV(apptest.NewWallet(t).Address, apptest.Tokens(1))
	w.Clock.NextDay()
	if answer := w.Call("GET", "/billing/allocation", key, ""); answer.Status != http.StatusServiceUnavailable {
		t.Errorf("one says a million: %s", answer)
	}
}

func TestANodeThatLagsGrantsNothing(t *testing.T) {
	w := apptest.Start(t, apptest.Options{Config: manyMints})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(100))
	w.Chain.Freeze()
	w.Clock.Advance(time.Minute)
	if answer := w.Mint(wallet, "ADMIN", ""); answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("the newest block is a minute old: %s", answer)
	}
	w.Chain.Thaw()
	if answer := w.Mint(wallet, "ADMIN", ""); answer.Status != http.StatusOK {
		t.Errorf("it goes on: %s", answer)
	}
}

func TestBadChainSettingsAreRefused(t *testing.T) {
	for setting, want := range map[string]string{
		"CHAIN_REQUIRED=3":          "chain.required must be 1 or 2",
		"CHAIN_REQUIRED=-1":         "chain.required must be 1 or 2",
		"CHAIN_READS_PER_SECOND=-1": "chain.reads_per_second must be above 0",
	} {
		if _, err := app.LoadConfig("", []string{app.EnvironmentPrefix + setting}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}
