package app_test

import (
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

// soon is how quickly a change of stake must show.
const soon = 2 * time.Second

func TestAStakeIsSpendableSoonAndGoneSoonWithWhatWasChargedKept(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, admin := w.Account(100)
	if balance := w.Balance(admin); balance != 100*money.Unit {
		t.Fatalf("100 of 1,000 VVV earn %s", balance)
	}
	spent := w.Chat(admin, "hello", "").Charge()

	w.Chain.StakeDIEM(wallet.Address, apptest.Tokens(3))
	w.Eventually(soon, "staked DIEM adds a dollar a day each", func() bool { return w.Balance(admin) == 103*money.Unit-spent })
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(300))
	w.Eventually(soon, "more stake earns more", func() bool { return w.Balance(admin) == 253*money.Unit-spent })
	w.Chain.StakeDIEM(wallet.Address, big.NewInt(99_999_999_999_999_999))
	w.Eventually(soon, "less than 0.1 DIEM earns nothing", func() bool { return w.Balance(admin) == 250*money.Unit-spent })

	w.Chain.StakeVVV(wallet.Address, new(big.Int))
	w.Eventually(soon, "without a stake calls are refused", func() bool { return w.Chat(admin, "hello", "").Status == http.StatusPaymentRequired })
	refused := w.Chat(admin, "hello", "")
	if refused.Nano("limit") != 0 || refused.Nano("spent") < spent || refused.Text("budget") != "account" {
		t.Errorf("%s", refused)
	}
	if sum := historySum(t, w, admin); sum != refused.Nano("spent") {
		t.Errorf("the history has %s of %s", sum, refused.Nano("spent"))
	}
	balance := w.Call("GET", "/billing/balance", admin, "")
	if balance.Nano("diemEpochAllocation") != 0 || balance.Text("canConsume") != "false" {
		t.Errorf("%s", balance)
	}
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(100))
	w.Eventually(soon, "a stake that comes back counts again, less what was spent", func() bool {
		return w.Balance(admin) == 100*money.Unit-refused.Nano("spent")
	})
}

func TestAnAccountSeesWhatItsAllocationComesFromAndWhyItChanged(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet, admin := w.Account(100)
	read := func() apptest.Answer { return w.Call("GET", "/billing/allocation", admin, "") }
	first := read()
	for path, want := range map[string]string{
		"sources.0.source": "venice-diem", "sources.0.staked": "0", "sources.0.minimum": "0.1", "sources.0.diem": "0", "sources.0.rate": "1",
		"sources.1.source": "pool", "sources.1.staked": "100", "sources.1.counted": "100", "sources.1.total": "1000", "sources.1.pool": "1000",
		"sources.1.diem": "100", "sources.1.nextEpochDiem": "100", "sources.1.rule": "immediate", "sources.1.snapshot": "",
		"block.number": "101",
	} {
		if got := first.Text(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	reason := func(text string) {
		t.Helper()
		w.Eventually(soon, text, func() bool { return strings.Contains(read().Text("lastChange.reason"), text) })
	}
	reason("block 101; venice-diem: first reading of the epoch, minimum not met: staked 0, minimum 0.1, 0 DIEM; pool: first reading of the epoch: staked 100, total 1000, 100 DIEM")
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(300))
	reason("block 102; venice-diem: read again: staked 0, minimum 0.1, 0 DIEM; pool: stake raised: staked 300, before 100, total 1200, 250 DIEM, before 100")
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(60))
	reason("pool: stake lowered: staked 60, before 300, total 960, 60 DIEM, before 250")
	w.Chain.StakeVVV(apptest.NewWallet(t).Address, apptest.Tokens(1440))
	reason("pool: total stake moved: staked 60, total 2400, 25 DIEM, before 60")
	w.Chain.StakeVVV(wallet.Address, new(big.Int))
	reason("pool: minimum not met: staked 0, before 60, minimum 0.000000000000000001, total 2340, 0 DIEM, before 25")
	w.Clock.NextDay()
	reason("pool: first reading of the epoch, minimum not met")
}

func TestTheSharesOfAPoolNeverAddUpToMore(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	first, admin := w.Account(300) // of 1,200
	_, other := w.Account(1200)    // of 2,400
	share := func(key string) money.Nano {
		return w.Call("GET", "/billing/balance", key, "").Nano("diemEpochAllocation")
	}
	w.Eventually(soon, "a newcomer makes the others' shares smaller", func() bool {
		return share(admin) == 125*money.Unit && share(other) == 500*money.Unit
	})
	w.Chain.StakeVVV(first.Address, new(big.Int))
	w.Eventually(soon, "who leaves has nothing", func() bool { return share(admin) == 0 })
	if got := share(other); got > 1000*money.Unit*1200/2100 {
		t.Errorf("the share of those who stay is %s", got)
	}
}

// toMidnight leaves so much of the day.
func toMidnight(w *apptest.World, left time.Duration) {
	now := w.Clock.Now().UTC()
	w.Clock.Advance(now.Truncate(24 * time.Hour).Add(24*time.Hour - left).Sub(now))
}

func TestANewDayNeedsABlockOfItsOwn(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	toMidnight(w, 10*time.Second)
	spent := w.Chat(admin, "hello", "").Charge()
	if balance := w.Balance(admin); balance != 100*money.Unit-spent {
		t.Fatalf("before midnight: %s", balance)
	}
	w.Chain.Freeze()
	w.Clock.Advance(20 * time.Second) // the newest block is 20 s old, and of yesterday
	for _, answer := range []apptest.Answer{
		w.Chat(admin, "hello", ""), w.Call("POST", "/embeddings", admin, `{"model":"echo-embed-1","input":"hello"}`),
		w.Call("GET", "/billing/balance", admin, ""), w.Call("GET", "/api_keys/rate_limits", admin, ""), w.Call("GET", "/billing/allocation", admin, ""),
	} {
		if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%v %s", answer.Header, answer)
		}
	}
	if list := w.Call("GET", "/api_keys", admin, ""); list.Status != http.StatusOK || list.Header.Get("X-Venice-Balance-Diem") != "" {
		t.Errorf("what needs no balance must work without: %v %s", list.Header, list)
	}
	w.Chain.Thaw()
	if balance := w.Balance(admin); balance != 100*money.Unit {
		t.Errorf("a new day's balance is %s", balance)
	}
	if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusOK {
		t.Errorf("%s", answer)
	}
}

func TestWithoutAChainADaysAllocationStaysAndTheNextOneWaits(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	before := w.Balance(admin)
	w.Chain.SetDown(true)
	if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusOK {
		t.Errorf("today: %s", answer)
	}
	w.Clock.NextDay()
	if answer := w.Chat(admin, "hello", ""); answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("tomorrow: %v %s", answer.Header, answer)
	}
	if answer := w.Call("GET", "/billing/balance", admin, ""); answer.Status != http.StatusServiceUnavailable || answer.Text("code") != "CHAIN_UNAVAILABLE" {
		t.Errorf("tomorrow: %s", answer)
	}
	w.Chain.SetDown(false)
	if balance := w.Balance(admin); balance != before {
		t.Errorf("with the chain back: %s", balance)
	}
}

// What needs no chain does not wait for one that says nothing: its answer goes
// out without the balance that is not known.
func TestASilentChainKeepsNobodyWhoDoesNotNeedIt(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	w.Chain.SetSilent(true)
	w.Clock.NextDay()
	for _, path := range []string{"/api_keys", "/billing/usage-history", "/billing/usage-analytics", "/api_keys/rate_limits/log"} {
		begun := time.Now()
		answer := w.Call("GET", path, admin, "")
		// The time limit of the RPC is 3 s; the answer waits for a fifth of one.
		if took := time.Since(begun); answer.Status != http.StatusOK || took > 2*time.Second {
			t.Errorf("%s after %s: %s", path, took, answer)
		}
		if diem, usd := answer.Header.Get("X-Venice-Balance-Diem"), answer.Header.Get("X-Venice-Balance-Usd"); diem != "" || usd != "0" {
			t.Errorf("%s: the balance is told as %q DIEM and %q USD", path, diem, usd)
		}
	}
	w.Chain.SetSilent(false)
	w.Eventually(10*time.Second, "the balance is told", func() bool {
		w.Clock.Advance(time.Second) // a chain that failed is not tried by every request
		return w.Call("GET", "/api_keys", admin, "").Header.Get("X-Venice-Balance-Diem") != ""
	})
}

func TestACrowdsFirstCallsOfADayReadTheChainOnce(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	_, admin := w.Account(100)
	w.Clock.NextDay()
	before := w.Chain.Calls()
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if answer, err := w.Try(w.Request("POST", "/chat/completions", admin, apptest.ChatBody("hello", ""))); err != nil || answer.Status != http.StatusOK {
				t.Errorf("%v %s", err, answer)
			}
		})
	}
	group.Wait()
	// Two requests for the reading, a few for those who came too late for it,
	// and one every 50 ms by the watcher.
	if calls := w.Chain.Calls() - before; calls > 40 {
		t.Errorf("50 calls asked the chain %d times", calls)
	}
}

// Whatever the contract does, and were it to hand one stake to ten wallets in a
// day: the operator gives away one pool at most.
func TestAPoolsDayIsNeverExceeded(t *testing.T) {
	const pool = money.Unit / 1000
	w := apptest.Start(t, apptest.Options{Config: func(c *app.Config) {
		manyMints(c)
		c.Stake.Allocation = []app.AdapterConfig{{Adapter: "pool", Contract: apptest.Staking.Hex(), Pool: "0.001"}}
	}})
	var spent money.Nano
	calls := 0
	for range 10 {
		wallet := apptest.NewWallet(t)
		w.Chain.StakeVVV(wallet.Address, apptest.Tokens(90_000)) // 99 % of all
		minted := w.Mint(wallet, "INFERENCE", "")
		if minted.Status != http.StatusOK {
			t.Fatalf("%s", minted)
		}
		key := minted.Text("data.apiKey")
		for range 60 {
			answer := w.Chat(key, "hello", `"max_tokens":2`)
			if answer.Status == http.StatusPaymentRequired {
				break
			}
			if answer.Status != http.StatusOK {
				t.Fatalf("%s", answer)
			}
			spent += answer.Charge()
			calls++
		}
		w.Chain.StakeVVV(wallet.Address, new(big.Int)) // and on to the next one
	}
	if spent > pool || spent < pool/2 || calls < 100 {
		t.Errorf("%d calls took %s of a pool of %s", calls, spent, pool)
	}
}

func TestBadSourcesAreRefused(t *testing.T) {
	bad := map[string]app.AdapterConfig{
		"rate is not set":                  {Adapter: "erc20", Contract: apptest.Staking.Hex()},
		"rate: ":                           {Adapter: "erc20", Contract: apptest.Staking.Hex(), Rate: "x"},
		"adapter venice-diem has no rate":  {Adapter: "venice-diem", Contract: apptest.DIEM.Hex(), Rate: "1"},
		"implementation \"x\" is not an":   {Adapter: "pool", Contract: apptest.Staking.Hex(), Pool: "1", Implementation: "x"},
		"name must not have a slash":       {Adapter: "pool", Contract: apptest.Staking.Hex(), Pool: "1", Name: "a/b"},
		"adapter must be venice-vvv, pool": {Adapter: "nft", Contract: apptest.Staking.Hex()},
	}
	w := apptest.Start(t, apptest.Options{})
	w.Stop()
	for want, allocation := range bad {
		config := w.Config
		config.Stake.Allocation = []app.AdapterConfig{allocation}
		if _, err := app.New(t.Context(), config, app.Options{Listener: listener(t)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	config := w.Config
	config.Chain.Multicall = "0x12"
	if _, err := app.New(t.Context(), config, app.Options{Listener: listener(t)}); err == nil || !strings.Contains(err.Error(), "chain.multicall") {
		t.Errorf("%v", err)
	}
}
