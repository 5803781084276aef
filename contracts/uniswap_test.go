package contracts_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/contracts/bindings"
)

var (
	v3      = bindings.NewSwapRouter02()
	quoter  = bindings.NewQuoterV2()
	v3Pools = bindings.NewUniswapV3Factory()
	v3Pool  = bindings.NewUniswapV3Pool()
)

const fee = 3000

// withUniswap opens VVV/WETH with 100 ether and 15,000 VVV, and USDC/VVV.
func withUniswap(t fataler) *world {
	w := newWorld(t)
	filler := bindings.NewUniswapV3Liquidity()
	w.pay(owner, wethAt, vvv(100), bindings.NewWETH9().PackDeposit())
	for _, token := range []common.Address{wethAt, vvvAt, usdcAt} {
		w.approve(owner, token, v3Liquidity, vvv(1_000_000))
	}
	w.send(owner, v3Liquidity, filler.PackAdd(wethAt, vvvAt, big.NewInt(fee), vvv(100), vvv(15_000)))
	w.send(owner, v3Liquidity, filler.PackAdd(vvvAt, usdcAt, big.NewInt(500), vvv(10_000), big.NewInt(200_000e6)))
	return w
}

func (w *world) v3PoolOf(a, b common.Address, fee int64) common.Address {
	w.Helper()
	return read(w, v3Factory, v3Pools.PackGetPool(a, b, big.NewInt(fee)), v3Pools.UnpackGetPool)
}

func quoteCall(in, out common.Address, fee int64, amount *big.Int) []byte {
	return quoter.PackQuoteExactInputSingle(bindings.QuoterV2QuoteExactInputSingleParams{
		TokenIn: in, TokenOut: out, AmountIn: amount, Fee: big.NewInt(fee), SqrtPriceLimitX96: zero})
}

func (w *world) v3Quote(in, out common.Address, fee int64, amount *big.Int) bindings.QuoterV2QuoteExactInputSingleOutput {
	w.Helper()
	return read(w, v3Quoter, quoteCall(in, out, fee, amount), quoter.UnpackQuoteExactInputSingle)
}

func single(in, out common.Address, fee int64, to common.Address, amount, min *big.Int) bindings.SwapRouter02ExactInputSingleParams {
	return bindings.SwapRouter02ExactInputSingleParams{TokenIn: in, TokenOut: out, Fee: big.NewInt(fee),
		Recipient: to, AmountIn: amount, AmountOutMinimum: min, SqrtPriceLimitX96: zero}
}

func buy(to common.Address, amount, min *big.Int) []byte {
	return v3.PackExactInputSingle(single(wethAt, vvvAt, fee, to, amount, min))
}

func TestUniswapGivesForEtherWhatItQuoted(t *testing.T) {
	w := withUniswap(t)
	quote := w.v3Quote(wethAt, vvvAt, fee, vvv(1))
	in := div(mul(vvv(1), big.NewInt(997_000)), big.NewInt(1_000_000))
	if want := div(mul(in, vvv(15_000)), add(vvv(100), in)); !near(quote.AmountOut, want, 1e10) {
		t.Errorf("quoted %s, a constant product gives %s", quote.AmountOut, want)
	}
	w.refusedPaying("Too little received", alice, v3Router, vvv(1), buy(alice, vvv(1), add(quote.AmountOut, big.NewInt(1))))
	answer := w.pay(alice, v3Router, vvv(1), buy(alice, vvv(1), quote.AmountOut))
	w.equal("the answer", new(big.Int).SetBytes(answer), quote.AmountOut)
	w.equal("VVV bought", w.balance(vvvAt, alice), quote.AmountOut)
	s := read(w, w.v3PoolOf(wethAt, vvvAt, fee), v3Pool.PackSlot0(), v3Pool.UnpackSlot0)
	w.equal("the price after it", s.SqrtPriceX96, quote.SqrtPriceX96After)
}

func TestUniswapSellsApprovedTokensOnly(t *testing.T) {
	w := withUniswap(t)
	w.give(vvvAt, alice, vvv(10))
	sell := v3.PackExactInputSingle(single(vvvAt, usdcAt, 500, alice, vvv(2), zero))
	w.refused("STF", alice, v3Router, sell)
	w.approve(alice, vvvAt, v3Router, vvv(2))
	want := w.v3Quote(vvvAt, usdcAt, 500, vvv(2)).AmountOut
	w.send(alice, v3Router, sell)
	w.equal("USDC bought", w.balance(usdcAt, alice), want)
	w.approve(alice, vvvAt, v3Router, vvv(100))
	w.refused("STF", alice, v3Router, v3.PackExactInputSingle(single(vvvAt, usdcAt, 500, alice, vvv(9), zero)))
}

func TestUniswapRouterTakesADeadlineInMulticallOnly(t *testing.T) {
	w := withUniswap(t)
	call := [][]byte{buy(alice, vvv(1), zero)}
	w.refusedPaying("Transaction too old", alice, v3Router, vvv(1), v3.PackMulticallDeadline(big.NewInt(startOfTime-1), call))
	w.pay(alice, v3Router, vvv(1), v3.PackMulticallDeadline(big.NewInt(startOfTime), call))
	w.refusedPaying("Blockhash", alice, v3Router, vvv(1), v3.PackMulticallBlockhash([32]byte{1}, call))
	// the reason of what failed inside comes out
	w.refusedPaying("Too little received", alice, v3Router, vvv(1), v3.PackMulticall([][]byte{buy(alice, vvv(1), vvv(1_000))}))
	// the struct of the first SwapRouter, with a deadline in it, is not known
	w.refusedPaying("", alice, v3Router, vvv(1), append([]byte{0x41, 0x4b, 0xf3, 0x89}, make([]byte, 256)...))
}

func TestUniswapRouterPaysInEtherAndKeepsTheRest(t *testing.T) {
	w := withUniswap(t)
	before := w.ether(alice)
	w.pay(alice, v3Router, vvv(3), v3.PackMulticall([][]byte{buy(alice, vvv(1), zero), v3.PackRefundETH()}))
	w.equal("spent with a refund", sub(before, w.ether(alice)), vvv(1))
	w.pay(alice, v3Router, vvv(2), buy(alice, vvv(1), zero))
	w.equal("left in the router without one", w.ether(v3Router), vvv(1))
	before = w.ether(bob)
	w.send(bob, v3Router, v3.PackRefundETH())
	w.equal("taken by anybody", sub(w.ether(bob), before), vvv(1))
	// too little ether falls back on the caller's WETH
	w.refusedPaying("STF", alice, v3Router, div(vvv(1), big.NewInt(2)), buy(alice, vvv(1), zero))
	w.refusedPaying("Not WETH9", alice, v3Router, vvv(1), nil)
}

func TestUniswapSellsForEtherThroughTheRouter(t *testing.T) {
	w := withUniswap(t)
	w.give(vvvAt, alice, vvv(100))
	w.approve(alice, vvvAt, v3Router, vvv(100))
	want, before := w.v3Quote(vvvAt, wethAt, fee, vvv(100)).AmountOut, w.ether(alice)
	self := common.HexToAddress("0x02") // the router itself
	sell := v3.PackExactInputSingle(single(vvvAt, wethAt, fee, self, vvv(100), zero))
	w.refused("Insufficient WETH9", alice, v3Router, v3.PackMulticall([][]byte{sell, v3.PackUnwrapWETH9(add(want, big.NewInt(1)))}))
	w.send(alice, v3Router, v3.PackMulticall([][]byte{sell, v3.PackUnwrapWETH9(want)}))
	w.equal("ether bought", sub(w.ether(alice), before), want)
}

func TestUniswapRouterSpendsWhatItHoldsForAmountZero(t *testing.T) {
	w := withUniswap(t)
	caller := common.HexToAddress("0x01")
	want := w.v3Quote(wethAt, vvvAt, fee, vvv(2)).AmountOut
	w.pay(alice, v3Router, vvv(2), v3.PackMulticall([][]byte{v3.PackWrapETH(vvv(2)), buy(caller, zero, zero)}))
	w.equal("VVV bought for the caller", w.balance(vvvAt, alice), want)
	w.approve(alice, vvvAt, v3Router, vvv(1))
	w.send(alice, v3Router, v3.PackMulticall([][]byte{v3.PackPull(vvvAt, vvv(1)), v3.PackSweepTokenTo(vvvAt, vvv(1), bob)}))
	w.equal("swept to bob", w.balance(vvvAt, bob), vvv(1))
	w.refused("Insufficient token", alice, v3Router, v3.PackSweepToken(vvvAt, vvv(1)))
}

func TestUniswapRoutesOverAPath(t *testing.T) {
	w := withUniswap(t)
	path := slices.Concat(wethAt[:], []byte{0, 0x0b, 0xb8}, vvvAt[:], []byte{0, 0x01, 0xf4}, usdcAt[:])
	quote := read(w, v3Quoter, quoter.PackQuoteExactInput(path, vvv(1)), quoter.UnpackQuoteExactInput)
	first := w.v3Quote(wethAt, vvvAt, fee, vvv(1))
	w.equal("the path's quote", quote.AmountOut, w.v3Quote(vvvAt, usdcAt, 500, first.AmountOut).AmountOut)
	if len(quote.SqrtPriceX96AfterList) != 2 || len(quote.InitializedTicksCrossedList) != 2 {
		t.Errorf("lists of %d and %d for two pools", len(quote.SqrtPriceX96AfterList), len(quote.InitializedTicksCrossedList))
	}
	swap := func(path []byte, min *big.Int) []byte {
		return v3.PackExactInput(bindings.SwapRouter02ExactInputParams{Path: path, Recipient: alice, AmountIn: vvv(1), AmountOutMinimum: min})
	}
	w.refusedPaying("Too little received", alice, v3Router, vvv(1), swap(path, add(quote.AmountOut, big.NewInt(1))))
	w.pay(alice, v3Router, vvv(1), swap(path, quote.AmountOut))
	w.equal("USDC bought", w.balance(usdcAt, alice), quote.AmountOut)
	w.equal("VVV left in the router", w.balance(vvvAt, v3Router), zero)
	w.refusedPaying("slice_outOfBounds", alice, v3Router, vvv(1), swap(path[:42], zero))
	w.refused("slice_outOfBounds", alice, v3Quoter, quoter.PackQuoteExactInput(path[:65], vvv(1)))
}

func TestUniswapsTraps(t *testing.T) {
	w := withUniswap(t)
	if got := w.v3PoolOf(wethAt, vvvAt, 500); got != (common.Address{}) {
		t.Errorf("getPool of a fee tier without a pool is %s", got)
	}
	w.refused("", alice, v3Quoter, quoteCall(wethAt, vvvAt, 500, vvv(1)))
	w.refusedPaying("", alice, v3Router, vvv(1), v3.PackExactInputSingle(single(wethAt, vvvAt, 500, alice, vvv(1), zero)))
	w.refused("AS", alice, v3Quoter, quoteCall(wethAt, vvvAt, fee, zero))
	at := w.v3PoolOf(wethAt, vvvAt, fee)
	w.send(alice, v3Factory, v3Pools.PackCreatePool(usdcAt, wethAt, big.NewInt(100)))
	w.refused("LOK", alice, v3Quoter, quoteCall(wethAt, usdcAt, 100, vvv(1))) // made, but without a price
	for what, call := range map[string][]byte{
		"AI":                        v3Pool.PackInitialize(new(big.Int).Lsh(big.NewInt(1), 96)),
		"AS":                        v3Pool.PackSwap(alice, true, zero, big.NewInt(5e9), nil),
		"SPL":                       v3Pool.PackSwap(alice, true, vvv(1), big.NewInt(1), nil),
		"ExactOutputNotSimulated()": v3Pool.PackSwap(alice, true, big.NewInt(-1), big.NewInt(5e9), nil),
		"OnlyFullRange()":           v3Pool.PackMint(alice, big.NewInt(-60), big.NewInt(60), big.NewInt(1), nil),
	} {
		w.refused(what, alice, at, call)
	}
	w.refused("R", alice, w.v3PoolOf(usdcAt, wethAt, 100), v3Pool.PackInitialize(big.NewInt(1)))
	for _, bad := range []int64{fee, 1, 3001} { // taken, or no fee tier
		w.refused("", alice, v3Factory, v3Pools.PackCreatePool(vvvAt, wethAt, big.NewInt(bad)))
	}
	w.refused("", alice, v3Router, v3.PackUniswapV3SwapCallback(vvv(1), zero, make([]byte, 128)))
}

func TestUniswapPoolTellsItsPriceAndShape(t *testing.T) {
	w := withUniswap(t)
	at := w.v3PoolOf(vvvAt, wethAt, fee)
	if at != w.v3PoolOf(wethAt, vvvAt, fee) {
		t.Error("getPool depends on the order")
	}
	s := read(w, at, v3Pool.PackSlot0(), v3Pool.UnpackSlot0)
	price, _ := new(big.Float).Quo(new(big.Float).SetInt(s.SqrtPriceX96), new(big.Float).SetMantExp(big.NewFloat(1), 96)).Float64()
	if math.Abs(price*price/150-1) > 1e-9 { // VVV for a WETH, as WETH sorts first
		t.Errorf("the price is %v, want 150", price*price)
	}
	if tick := math.Floor(math.Log(150) / math.Log(1.0001)); s.Tick.Cmp(big.NewInt(int64(tick))) != 0 {
		t.Errorf("the tick is %s, want %v", s.Tick, tick)
	}
	if !s.Unlocked || s.FeeProtocol != 0 || s.ObservationCardinality != 1 {
		t.Errorf("slot0 is %+v", s)
	}
	raw := w.send(alice, at, v3Pool.PackSlot0())
	if len(raw) != 7*32 {
		t.Errorf("slot0 returns %d words, want 7", len(raw)/32)
	}
	w.equal("tickSpacing", read(w, at, v3Pool.PackTickSpacing(), v3Pool.UnpackTickSpacing), big.NewInt(60))
	w.equal("fee", read(w, at, v3Pool.PackFee(), v3Pool.UnpackFee), big.NewInt(fee))
	if read(w, at, v3Pool.PackLiquidity(), v3Pool.UnpackLiquidity).Sign() <= 0 {
		t.Error("no liquidity")
	}
}

func TestUniswapStopsAtThePriceLimit(t *testing.T) {
	w := withUniswap(t)
	at := w.v3PoolOf(vvvAt, wethAt, fee)
	s := read(w, at, v3Pool.PackSlot0(), v3Pool.UnpackSlot0)
	p := single(wethAt, vvvAt, fee, alice, vvv(1_000), zero)
	p.SqrtPriceLimitX96 = div(mul(s.SqrtPriceX96, big.NewInt(99)), big.NewInt(100))
	before := w.ether(alice)
	w.pay(alice, v3Router, vvv(1_000), v3.PackMulticall([][]byte{v3.PackExactInputSingle(p), v3.PackRefundETH()}))
	spent := sub(before, w.ether(alice))
	if spent.Cmp(vvv(2)) > 0 || spent.Cmp(vvv(1)) < 0 { // a percent of the root's move takes about a percent of the reserve
		t.Errorf("spent %s on the way to the limit", spent)
	}
	after := read(w, at, v3Pool.PackSlot0(), v3Pool.UnpackSlot0)
	w.equal("the price", after.SqrtPriceX96, p.SqrtPriceLimitX96)
	w.refusedPaying("SPL", alice, v3Router, vvv(1), v3.PackExactInputSingle(p))
}

// Nobody takes value out of a pool: there and back never pays, each swap gives
// exactly its quote, and the pool can always pay the liquidity's amounts.
func TestUniswapPoolsNeverLose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := withUniswap(t)
		w.give(vvvAt, alice, vvv(50_000))
		w.approve(alice, vvvAt, v3Router, vvv(1_000_000))
		at := w.v3PoolOf(wethAt, vvvAt, fee)
		liquidity := read(w, at, v3Pool.PackLiquidity(), v3Pool.UnpackLiquidity)
		t.Repeat(map[string]func(*rapid.T){
			"buy": func(t *rapid.T) {
				amount := new(big.Int).SetUint64(rapid.Uint64Range(1, 1e19).Draw(t, "wei"))
				quote, before := w.v3Quote(wethAt, vvvAt, fee, amount), w.balance(vvvAt, alice)
				w.pay(alice, v3Router, amount, buy(alice, amount, quote.AmountOut))
				w.equal("bought", sub(w.balance(vvvAt, alice), before), quote.AmountOut)
			},
			"sell": func(t *rapid.T) {
				amount := mul(big.NewInt(100), new(big.Int).SetUint64(rapid.Uint64Range(1, 1e19).Draw(t, "hundreds of wei")))
				quote, before := w.v3Quote(vvvAt, wethAt, fee, amount), w.balance(wethAt, alice)
				w.send(alice, v3Router, v3.PackExactInputSingle(single(vvvAt, wethAt, fee, alice, amount, quote.AmountOut)))
				w.equal("sold for", sub(w.balance(wethAt, alice), before), quote.AmountOut)
			},
			"": func(t *rapid.T) {
				price := read(w, at, v3Pool.PackSlot0(), v3Pool.UnpackSlot0).SqrtPriceX96
				q96 := new(big.Int).Lsh(big.NewInt(1), 96)
				if w.balance(wethAt, at).Cmp(div(mul(liquidity, q96), price)) < 0 ||
					w.balance(vvvAt, at).Cmp(div(mul(liquidity, price), q96)) < 0 {
					t.Fatalf("the pool owes more than it holds at price %s", price)
				}
			},
		})
	})
}

func TestUniswapPoolMustBePaid(t *testing.T) {
	w := withUniswap(t)
	at := w.v3PoolOf(wethAt, vvvAt, fee)
	miser := common.HexToAddress("0x0000000000000000000000000000000000bad000")
	w.setCode(t, miser, "00") // answers every callback by doing nothing
	before := w.balance(vvvAt, at)
	w.refused("IIA", miser, at, v3Pool.PackSwap(miser, true, vvv(1), big.NewInt(4295128740), nil))
	w.refused("M0", miser, at, v3Pool.PackMint(miser, big.NewInt(-887220), big.NewInt(887220), vvv(1), nil))
	w.equal("VVV in the pool", w.balance(vvvAt, at), before)
}

func TestNobodySpendsAnotherOnesApprovalThroughTheRouter(t *testing.T) {
	w := withUniswap(t)
	w.give(vvvAt, alice, vvv(10))
	w.approve(alice, vvvAt, v3Router, vvv(10))
	payment := slices.Concat(common.LeftPadBytes(vvvAt[:], 32), common.LeftPadBytes(wethAt[:], 32),
		common.LeftPadBytes(big.NewInt(fee).Bytes(), 32), common.LeftPadBytes(alice[:], 32))
	w.refused("", bob, v3Router, v3.PackUniswapV3SwapCallback(vvv(10), zero, payment))
	w.refused("", bob, v3Liquidity, bindings.NewUniswapV3Liquidity().PackUniswapV3MintCallback(vvv(1), zero, payment))
	w.equal("alice's VVV", w.balance(vvvAt, alice), vvv(10))
}
