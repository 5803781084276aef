package devchain_test

import (
	"net/http"
	"testing"
	"time"

	"stakegate/contracts/bindings"
	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld"
	"stakegate/internal/money"
)

// spendAll makes calls until one is refused for money, and returns the sum.
func (w *world) spendAll(key string) money.Nano {
	w.t.Helper()
	var sum money.Nano
	for range 500 {
		answer := w.Chat(key, "hello", `"max_tokens":2`)
		switch answer.Status {
		case http.StatusOK:
			sum += answer.Charge()
		case http.StatusPaymentRequired:
			return sum
		default:
			w.t.Fatalf("%s", answer)
		}
	}
	w.t.Fatal("no call was refused")
	return 0
}

// tenWallets are wallets with a VVV staked, which gives them a key each.
func (w *world) tenWallets(owner apptest.Wallet) (wallets []apptest.Wallet, keys []string) {
	w.t.Helper()
	for range 10 {
		wallet := apptest.NewWallet(w.t)
		if err := w.chain.Fund(w.t.Context(), wallet.Address, apptest.Tokens(1), nil, nil); err != nil {
			w.t.Fatal(err)
		}
		w.stakeFor(owner, wallet.Address, 1)
		wallets, keys = append(wallets, wallet), append(keys, w.key(wallet))
	}
	return wallets, keys
}

func (w *world) nextDay(key string) {
	w.t.Helper()
	w.Clock.NextDay()
	w.Eventually(10*time.Second, "the chain has a block of the new day", func() bool {
		return w.Call("GET", "/billing/balance", key, "").Status == http.StatusOK
	})
}

// A token that can be handed on counts for who had it when the day began, and
// for nobody else in it, however often it moves and whoever spends first.
func TestATransferredStakeIsSpentOnceADay(t *testing.T) {
	w := startWith(t, func(c *app.Config) {
		c.Stake.Allocation = []app.AdapterConfig{{Adapter: "erc20", Contract: devworld.BaseContracts().VVV.Hex(), Rate: "0.000001"}}
	})
	owner := w.staker(2000, 1)
	wallets, keys := w.tenWallets(owner)
	w.send(owner, w.contracts.VVV, bindings.NewVVV().PackTransfer(wallets[0].Address, apptest.Tokens(1000)))
	for day := range 2 {
		w.nextDay(keys[0])
		allocation := w.allocation(keys[0])
		if allocation != money.Unit/1000 {
			t.Fatalf("day %d: 1,000 tokens earn %s", day, allocation)
		}
		var spent money.Nano
		for i := range wallets {
			spent += w.spendAll(keys[i])
			next := (i + 1) % len(wallets)
			w.send(wallets[i], w.contracts.VVV, bindings.NewVVV().PackTransfer(wallets[next].Address, apptest.Tokens(1000)))
			w.Eventually(soon, "what was handed on does not count", func() bool { return next == 0 || w.allocation(keys[i]) == 0 })
			if got := w.allocation(keys[next]); next != 0 && got != 0 {
				t.Errorf("day %d, wallet %d is given %s for what another one had", day, next, got)
			}
		}
		for _, key := range keys { // it is back where it was
			spent += w.spendAll(key)
		}
		if spent > allocation || spent < allocation/2 {
			t.Errorf("day %d: %s was spent of one allocation of %s", day, spent, allocation)
		}
	}
}

// A stake that cannot be handed on counts at once, and no more once it leaves;
// whatever becomes of the shares of ten wallets, one pool is spent.
func TestTenWalletsSpendOnePoolADay(t *testing.T) {
	const pool = money.Unit / 500
	w := startWith(t, func(c *app.Config) {
		c.Stake.Allocation = []app.AdapterConfig{{Adapter: "pool", Contract: devworld.BaseContracts().Staking.Hex(), Pool: "0.002"}}
	})
	owner := w.staker(3_000_000, 1)
	wallets, keys := w.tenWallets(owner)
	var spent money.Nano
	for i, wallet := range wallets {
		w.stakeFor(owner, wallet.Address, 200_000)
		w.Eventually(soon, "the new stake counts", func() bool { return w.allocation(keys[i]) > 0 })
		spent += w.spendAll(keys[i])
		w.send(wallet, w.contracts.Staking, bindings.NewStakingV2().PackInitiateUnstake(apptest.Tokens(200_000)))
	}
	if spent > pool || spent < pool/2 {
		t.Errorf("%s was spent of a pool of %s", spent, pool)
	}
}
