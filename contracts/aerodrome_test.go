package contracts_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/contracts/bindings"
)

var (
	router      = bindings.NewAerodromeRouter()
	poolFactory = bindings.NewAerodromePoolFactory()
	volatile    = bindings.NewAerodromePool()
)

type route = bindings.AerodromeRouterRoute

var (
	soon    = big.NewInt(startOfTime + 1_000_000_000)
	toVVV   = []route{{From: wethAt, To: vvvAt, Factory: aeroFactory}}
	fromVVV = []route{{From: vvvAt, To: wethAt, Factory: aeroFactory}}
)

// withAerodrome opens WETH/VVV with 100 ether and 15,000 VVV, and VVV/USDC.
func withAerodrome(t fataler) *world {
	w := newWorld(t)
	w.approve(owner, vvvAt, aeroRouter, vvv(1_000_000))
	w.approve(owner, usdcAt, aeroRouter, big.NewInt(1e15))
	w.pay(owner, aeroRouter, vvv(100), router.PackAddLiquidityETH(vvvAt, false, vvv(15_000), zero, zero, owner, soon))
	w.send(owner, aeroRouter, router.PackAddLiquidity(vvvAt, usdcAt, false, vvv(10_000), big.NewInt(200_000e6), zero, zero, owner, soon))
	return w
}

func (w *world) amountsOut(amount *big.Int, routes []route) []*big.Int {
	w.Helper()
	return read(w, aeroRouter, router.PackGetAmountsOut(amount, routes), router.UnpackGetAmountsOut)
}

func (w *world) quoted(amount *big.Int, routes []route) *big.Int {
	w.Helper()
	amounts := w.amountsOut(amount, routes)
	w.equal("the first amount", amounts[0], amount)
	return amounts[len(amounts)-1]
}

func (w *world) pool(a, b common.Address) common.Address {
	w.Helper()
	return read(w, aeroFactory, poolFactory.PackGetPool(a, b, false), poolFactory.UnpackGetPool)
}

func TestAerodromeGivesForEtherWhatItQuoted(t *testing.T) {
	w := withAerodrome(t)
	want := w.quoted(vvv(1), toVVV)
	in := div(mul(vvv(1), big.NewInt(9_970)), big.NewInt(10_000))
	w.equal("the quote", want, div(mul(in, vvv(15_000)), add(vvv(100), in)))
	w.refusedPaying("InsufficientOutputAmount()", alice, aeroRouter, vvv(1),
		router.PackSwapExactETHForTokens(add(want, big.NewInt(1)), toVVV, alice, soon))
	answer := w.pay(alice, aeroRouter, vvv(1), router.PackSwapExactETHForTokens(want, toVVV, alice, soon))
	amounts, err := router.UnpackSwapExactETHForTokens(answer)
	if err != nil {
		t.Fatal(err)
	}
	w.equal("the answer", amounts[1], want)
	w.equal("VVV bought", w.balance(vvvAt, alice), want)
}

func TestAerodromeSellsForTokensAndForEther(t *testing.T) {
	w := withAerodrome(t)
	w.give(vvvAt, alice, vvv(10))
	w.refused("ERC20InsufficientAllowance("+aeroRouter.Hex()+" 0 1000000000000000000)", alice, aeroRouter,
		router.PackSwapExactTokensForETH(vvv(1), zero, fromVVV, alice, soon))
	w.approve(alice, vvvAt, aeroRouter, vvv(10))
	want, before := w.quoted(vvv(1), fromVVV), w.ether(alice)
	w.send(alice, aeroRouter, router.PackSwapExactTokensForETH(vvv(1), want, fromVVV, alice, soon))
	w.equal("ether bought", sub(w.ether(alice), before), want)

	toUSDC := []route{{From: vvvAt, To: usdcAt, Factory: aeroFactory}}
	want = w.quoted(vvv(2), toUSDC)
	w.send(alice, aeroRouter, router.PackSwapExactTokensForTokens(vvv(2), want, toUSDC, bob, soon))
	w.equal("USDC bought for bob", w.balance(usdcAt, bob), want)
}

func TestAerodromeRoutesOverTwoPools(t *testing.T) {
	w := withAerodrome(t)
	routes := append(toVVV[:1:1], route{From: vvvAt, To: usdcAt}) // factory 0 is the default one
	amounts := w.amountsOut(vvv(1), routes)
	w.equal("the hop between", amounts[1], w.quoted(vvv(1), toVVV))
	w.pay(alice, aeroRouter, vvv(1), router.PackSwapExactETHForTokens(amounts[2], routes, alice, soon))
	w.equal("USDC bought", w.balance(usdcAt, alice), amounts[2])
	w.equal("VVV left on the way", w.balance(vvvAt, alice), zero)
}

func TestAerodromesTraps(t *testing.T) {
	w := withAerodrome(t)
	noPool := []route{{From: wethAt, To: usdcAt, Factory: aeroFactory}}
	w.equal("the quote without a pool", w.quoted(vvv(1), noPool), zero)
	w.equal("the quote of a stable pool", w.quoted(vvv(1), []route{{From: wethAt, To: vvvAt, Stable: true}}), zero)
	predicted := read(w, aeroRouter, router.PackPoolFor(wethAt, usdcAt, false, aeroFactory), router.UnpackPoolFor)
	if predicted == (common.Address{}) || w.db.GetCodeSize(predicted) != 0 {
		t.Errorf("poolFor a pool that does not exist is %s", predicted)
	}
	if got := w.pool(wethAt, usdcAt); got != (common.Address{}) {
		t.Errorf("getPool of a pool that does not exist is %s", got)
	}
	foreign := []route{{From: wethAt, To: vvvAt, Factory: v3Factory}}
	w.refused("PoolFactoryDoesNotExist()", alice, aeroRouter, router.PackGetAmountsOut(vvv(1), foreign))
	w.refused("PoolFactoryDoesNotExist()", alice, aeroRouter, router.PackPoolFor(wethAt, vvvAt, false, v3Factory))
	w.refused("InvalidPath()", alice, aeroRouter, router.PackGetAmountsOut(vvv(1), nil))
	w.refused("SameAddresses()", alice, aeroRouter, router.PackPoolFor(vvvAt, vvvAt, false, aeroFactory))
	w.refused("", alice, aeroRouter, router.PackGetReserves(wethAt, usdcAt, false, aeroFactory))
	w.refusedPaying("InvalidPath()", alice, aeroRouter, vvv(1), router.PackSwapExactETHForTokens(zero, fromVVV, alice, soon))
	w.refused("InvalidPath()", alice, aeroRouter, router.PackSwapExactTokensForETH(vvv(1), zero, toVVV, alice, soon))
	w.refusedPaying("Expired()", alice, aeroRouter, vvv(1),
		router.PackSwapExactETHForTokens(zero, toVVV, alice, big.NewInt(startOfTime-1)))
	w.refusedPaying("OnlyWETH()", alice, aeroRouter, vvv(1), nil)
	// three-field routes, as of Velodrome v1
	w.refused("", alice, aeroRouter, append(selectorOf("getAmountsOut(uint256,(address,address,bool)[])"), make([]byte, 192)...))
}

func TestAerodromeFindsPoolsByEveryName(t *testing.T) {
	w := withAerodrome(t)
	at := w.pool(wethAt, vvvAt)
	for name, got := range map[string]common.Address{
		"the other order": w.pool(vvvAt, wethAt),
		"the router's prediction": read(w, aeroRouter,
			router.PackPoolFor(vvvAt, wethAt, false, aeroFactory), router.UnpackPoolFor),
		"fee 0 (volatile)": read(w, aeroFactory,
			poolFactory.PackGetPoolByFee(wethAt, vvvAt, zero), poolFactory.UnpackGetPoolByFee),
	} {
		if got != at {
			t.Errorf("%s gives %s, want %s", name, got, at)
		}
	}
	for _, fee := range []int64{1, 2, 3000} {
		got := read(w, aeroFactory, poolFactory.PackGetPoolByFee(wethAt, vvvAt, big.NewInt(fee)), poolFactory.UnpackGetPoolByFee)
		if got != (common.Address{}) {
			t.Errorf("fee %d gives %s", fee, got)
		}
	}
	r := read(w, aeroRouter, router.PackGetReserves(vvvAt, wethAt, false, aeroFactory), router.UnpackGetReserves)
	w.equal("reserveA in the order asked", r.ReserveA, vvv(15_000))
	w.equal("reserveB in the order asked", r.ReserveB, vvv(100))
	p := read(w, at, volatile.PackGetReserves(), volatile.UnpackGetReserves)
	w.equal("reserve0", p.Reserve0, vvv(100)) // WETH sorts before VVV
	w.equal("fee", read(w, aeroFactory, poolFactory.PackGetFee(at, false), poolFactory.UnpackGetFee), big.NewInt(30))
	w.refused("PoolAlreadyExists()", alice, aeroFactory, poolFactory.PackCreatePool(vvvAt, wethAt, false))
	w.refused("StablePoolsNotSimulated()", alice, aeroFactory, poolFactory.PackCreatePool(vvvAt, wethAt, true))
	w.refused("FactoryAlreadySet()", alice, at, volatile.PackInitialize(vvvAt, wethAt))
	w.refused("FactoryAlreadySet()", alice, aeroPoolImpl, volatile.PackInitialize(vvvAt, wethAt))
}

func TestAerodromesOwnerSetsFeesAndPauses(t *testing.T) {
	w := withAerodrome(t)
	at := w.pool(wethAt, vvvAt)
	w.refused("NotFeeManager()", alice, aeroFactory, poolFactory.PackSetCustomFee(at, big.NewInt(100)))
	w.refused("FeeTooHigh()", owner, aeroFactory, poolFactory.PackSetCustomFee(at, big.NewInt(301)))
	w.refused("InvalidPool()", owner, aeroFactory, poolFactory.PackSetCustomFee(alice, big.NewInt(100)))
	before := w.quoted(vvv(1), toVVV)
	w.send(owner, aeroFactory, poolFactory.PackSetCustomFee(at, big.NewInt(300)))
	if w.quoted(vvv(1), toVVV).Cmp(before) >= 0 {
		t.Error("a higher fee did not lower the quote")
	}
	w.pay(alice, aeroRouter, vvv(1), router.PackSwapExactETHForTokens(w.quoted(vvv(1), toVVV), toVVV, alice, soon))

	w.refused("NotPauser()", alice, aeroFactory, poolFactory.PackSetPauseState(true))
	w.send(owner, aeroFactory, poolFactory.PackSetPauseState(true))
	w.refusedPaying("IsPaused()", alice, aeroRouter, vvv(1), router.PackSwapExactETHForTokens(zero, toVVV, alice, soon))
}

func TestAerodromeLiquidityKeepsThePriceAndComesBack(t *testing.T) {
	w := withAerodrome(t)
	w.give(vvvAt, alice, vvv(1_000))
	w.approve(alice, vvvAt, aeroRouter, vvv(1_000))
	before := w.ether(alice)
	w.pay(alice, aeroRouter, vvv(50), router.PackAddLiquidityETH(vvvAt, false, vvv(150), zero, zero, alice, soon))
	w.equal("VVV paid in", w.balance(vvvAt, alice), vvv(850))
	w.equal("ether paid in, the rest given back", sub(before, w.ether(alice)), vvv(1))
	w.refusedPaying("InsufficientAmountB()", alice, aeroRouter, vvv(50),
		router.PackAddLiquidityETH(vvvAt, false, vvv(150), zero, vvv(2), alice, soon))
	at := w.pool(wethAt, vvvAt)
	w.send(alice, at, volatile.PackTransfer(at, w.balance(at, alice)))
	w.send(alice, at, volatile.PackBurn(alice))
	if got := w.balance(vvvAt, alice); !near(got, vvv(1_000), 200) || got.Cmp(vvv(1_000)) > 0 {
		t.Errorf("%s VVV after leaving, want 1000 but for rounding", got)
	}
	w.equal("pool shares", w.balance(at, alice), zero)
}

func TestAerodromesQuoteIsAMeanOverTime(t *testing.T) {
	w := withAerodrome(t)
	at := w.pool(wethAt, vvvAt)
	w.refused("arithmetic underflow or overflow", alice, at, volatile.PackQuote(wethAt, vvv(1), big.NewInt(4)))
	for range 5 {
		w.sleep(1_801)
		w.pay(alice, aeroRouter, big.NewInt(1e9), router.PackSwapExactETHForTokens(zero, toVVV, alice, soon))
	}
	mean := read(w, at, volatile.PackQuote(wethAt, vvv(1), big.NewInt(4)), volatile.UnpackQuote)
	// a price that is pushed within one block does not move it
	w.pay(alice, aeroRouter, vvv(50), router.PackSwapExactETHForTokens(zero, toVVV, alice, soon))
	w.equal("the mean after a push", read(w, at, volatile.PackQuote(wethAt, vvv(1), big.NewInt(4)), volatile.UnpackQuote), mean)
	want := div(mul(vvv(1), vvv(15_000)), add(vvv(100), vvv(1)))
	if !near(mean, want, 1e13) {
		t.Errorf("the mean is %s, want about %s", mean, want)
	}
}

// Nobody takes value out of a pool: its product never falls, and each swap
// gives exactly its quote.
func TestAerodromePoolsNeverLose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := withAerodrome(t)
		w.give(vvvAt, alice, vvv(50_000))
		w.approve(alice, vvvAt, aeroRouter, vvv(1_000_000))
		at := w.pool(wethAt, vvvAt)
		k := mul(vvv(100), vvv(15_000))
		t.Repeat(map[string]func(*rapid.T){
			"buy": func(t *rapid.T) {
				amount := new(big.Int).SetUint64(rapid.Uint64Range(1, 1e19).Draw(t, "wei"))
				want, before := w.quoted(amount, toVVV), w.balance(vvvAt, alice)
				w.pay(alice, aeroRouter, amount, router.PackSwapExactETHForTokens(want, toVVV, alice, soon))
				w.equal("bought", sub(w.balance(vvvAt, alice), before), want)
			},
			"sell": func(t *rapid.T) {
				amount := mul(big.NewInt(100), new(big.Int).SetUint64(rapid.Uint64Range(100, 1e19).Draw(t, "hundreds of wei")))
				want, before := w.quoted(amount, fromVVV), w.ether(alice)
				w.send(alice, aeroRouter, router.PackSwapExactTokensForETH(amount, want, fromVVV, alice, soon))
				w.equal("sold for", sub(w.ether(alice), before), want)
			},
			"": func(t *rapid.T) {
				r := read(w, at, volatile.PackGetReserves(), volatile.UnpackGetReserves)
				next := mul(r.Reserve0, r.Reserve1)
				if next.Cmp(k) < 0 {
					t.Fatalf("the product fell from %s to %s", k, next)
				}
				k = next
			},
		})
	})
}

func TestAerodromePoolRefusesAnUnpaidSwap(t *testing.T) {
	w := withAerodrome(t)
	at := w.pool(wethAt, vvvAt)
	w.refused("InsufficientInputAmount()", alice, at, volatile.PackSwap(big.NewInt(1), zero, alice, nil))
	w.refused("InsufficientOutputAmount()", alice, at, volatile.PackSwap(zero, zero, alice, nil))
	w.refused("InsufficientLiquidity()", alice, at, volatile.PackSwap(zero, vvv(15_000), alice, nil))
	w.refused("InvalidTo()", alice, at, volatile.PackSwap(big.NewInt(1), zero, vvvAt, nil))
	w.refused("NO_FLASH_SWAPS", alice, at, volatile.PackSwap(big.NewInt(1), zero, alice, []byte{1}))
	want := read(w, at, volatile.PackGetAmountOut(vvv(15), vvvAt), volatile.UnpackGetAmountOut)
	w.give(vvvAt, at, vvv(15))
	w.refused("K()", alice, at, volatile.PackSwap(add(want, big.NewInt(10)), zero, alice, nil))
	w.send(alice, at, volatile.PackSwap(want, zero, alice, nil))
}
