package contracts_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

var (
	slipFactory = common.HexToAddress("0x5e7BB104d84c7CB9B682AaC2F3d509f5F406809A")
	slipRouter  = common.HexToAddress("0xBE6D8f0d05cC4be24d5167a3eF062215bE6D18a5")
	slipQuoter  = common.HexToAddress("0x254cF9E1E6e233aa1AC962CB9B05b2cfeAaE15b0")
	slipFiller  = common.HexToAddress("0x00000000000000000000000000000000000f1112")
	feedAt      = common.HexToAddress("0x00000000000000000000000000000000000feed1")
	etherFeedAt = common.HexToAddress("0x00000000000000000000000000000000000feed2")

	slip      = bindings.NewSlipstreamRouter()
	slipQuote = bindings.NewSlipstreamQuoter()
	slipPools = bindings.NewSlipstreamFactory()
	slipPool  = bindings.NewSlipstreamPool()
	spacing   = big.NewInt(200)
)

// withSlipstream opens WETH/VVV with 100 ether and 15,000 VVV at 0.3 %, beside
// Uniswap's pool of the same size and fee.
func withSlipstream(t fataler) *world {
	w := withUniswap(t)
	w.place(slipFactory, "SlipstreamFactory", owner)
	w.place(slipRouter, "SlipstreamRouter", slipFactory, wethAt)
	w.place(slipQuoter, "SlipstreamQuoter", slipFactory, wethAt)
	w.place(slipFiller, "SlipstreamLiquidity", slipFactory)
	w.pay(owner, wethAt, vvv(100), bindings.NewWETH9().PackDeposit())
	for _, token := range []common.Address{wethAt, vvvAt} {
		w.approve(owner, token, slipFiller, vvv(1_000_000))
	}
	w.send(owner, slipFiller, bindings.NewSlipstreamLiquidity().PackAdd(wethAt, vvvAt, spacing, vvv(100), vvv(15_000)))
	return w
}

func (w *world) slipPool() common.Address {
	return read(w, slipFactory, slipPools.PackGetPool(wethAt, vvvAt, spacing), slipPools.UnpackGetPool)
}

func (w *world) slipOut(amount *big.Int) *big.Int {
	w.Helper()
	return read(w, slipQuoter, slipQuote.PackQuoteExactInputSingle(bindings.SlipstreamQuoterQuoteExactInputSingleParams{
		TokenIn: wethAt, TokenOut: vvvAt, AmountIn: amount, TickSpacing: spacing, SqrtPriceLimitX96: zero}),
		slipQuote.UnpackQuoteExactInputSingle).AmountOut
}

func slipBuy(to common.Address, amount, min *big.Int, deadline int64) []byte {
	return slip.PackExactInputSingle(bindings.SlipstreamRouterExactInputSingleParams{TokenIn: wethAt, TokenOut: vvvAt,
		TickSpacing: spacing, Recipient: to, Deadline: big.NewInt(deadline), AmountIn: amount, AmountOutMinimum: min, SqrtPriceLimitX96: zero})
}

func TestSlipstreamGivesForEtherWhatItQuotedAndWhatUniswapWould(t *testing.T) {
	w := withSlipstream(t)
	quote := w.slipOut(vvv(1))
	w.equal("the same pool at Uniswap", quote, w.v3Quote(wethAt, vvvAt, fee, vvv(1)).AmountOut)
	late, timely := int64(w.now)-1, int64(w.now)+1
	w.refusedPaying("Transaction too old", alice, slipRouter, vvv(1), slipBuy(alice, vvv(1), quote, late))
	w.refusedPaying("Too little received", alice, slipRouter, vvv(1), slipBuy(alice, vvv(1), add(quote, big.NewInt(1)), timely))
	w.pay(alice, slipRouter, vvv(1), slipBuy(alice, vvv(1), quote, timely))
	w.equal("VVV bought", w.balance(vvvAt, alice), quote)
}

func TestSlipstreamsFeeIsTheFactorysToChange(t *testing.T) {
	w := withSlipstream(t)
	w.refused("", alice, slipFactory, slipPools.PackSetCustomFee(w.slipPool(), big.NewInt(20_000)))
	w.send(owner, slipFactory, slipPools.PackSetCustomFee(w.slipPool(), big.NewInt(20_000)))
	in := div(mul(vvv(1), big.NewInt(98)), big.NewInt(100))
	if got, want := w.slipOut(vvv(1)), div(mul(in, vvv(15_000)), add(vvv(100), in)); !near(got, want, 1e10) {
		t.Errorf("at 2 %% 1 ETH buys %s, a constant product gives %s", got, want)
	}
}

// meanTick is what a pool's oracle says of the last seconds.
func (w *world) meanTick(pool common.Address, seconds int64) int64 {
	w.Helper()
	got := read(w, pool, v3Pool.PackObserve([]uint32{uint32(seconds), 0}), v3Pool.UnpackObserve).TickCumulatives
	return new(big.Int).Quo(sub(got[1], got[0]), big.NewInt(seconds)).Int64()
}

func TestOraclesRememberTheMeanPriceAndNotTheLastOne(t *testing.T) {
	w := withSlipstream(t)
	for name, pool := range map[string]common.Address{"Uniswap": w.v3PoolOf(wethAt, vvvAt, fee), "Slipstream": w.slipPool()} {
		w.sleep(1800)
		calm := w.meanTick(pool, 1800)
		if name == "Uniswap" {
			w.pay(alice, v3Router, vvv(50), buy(alice, vvv(50), zero))
		} else {
			w.pay(alice, slipRouter, vvv(50), slipBuy(alice, vvv(50), zero, int64(w.now)))
		}
		if got := w.meanTick(pool, 1800); got != calm {
			t.Errorf("%s: a swap of this second moved the mean tick from %d to %d", name, calm, got)
		}
		w.sleep(600)
		moved := w.meanTick(pool, 600)
		if moved-calm < 8000 && calm-moved < 8000 { // ln(1.5^2)/ln(1.0001) is 8,109
			t.Errorf("%s: the mean tick of the ten minutes after it is %d, before it %d", name, moved, calm)
		}
		if got, want := w.meanTick(pool, 1200), (moved+calm)/2; got < want-2 || got > want+2 {
			t.Errorf("%s: over both halves it is %d, want %d", name, got, want)
		}
		w.refused("OLD", alice, pool, v3Pool.PackObserve([]uint32{1_000_000, 0}))
	}
}

func TestTheDevWorldsFeedFollowsItsPoolSlowlyUntilItsOwnerSetsIt(t *testing.T) {
	w := withAerodrome(t)
	feed := bindings.NewDevWorldPriceFeed()
	pool := w.pool(wethAt, vvvAt)
	w.place(etherFeedAt, "DevWorldPriceFeed", "ETH / USD", uint8(8), owner, big.NewInt(3_000e8), common.Address{}, common.Address{}, common.Address{})
	w.place(feedAt, "DevWorldPriceFeed", "VVV / USD", uint8(18), owner, zero, pool, vvvAt, etherFeedAt)
	price := func() *big.Int { return read(w, feedAt, feed.PackLatestRoundData(), feed.UnpackLatestRoundData).Answer }
	w.sleep(3600)
	calm := price()
	w.pay(alice, aeroRouter, vvv(10), router.PackSwapExactETHForTokens(zero, toVVV, alice, soon))
	w.equal("the price in the second of a large purchase", price(), calm)
	w.sleep(7200)
	if got := price(); got.Cmp(calm) <= 0 {
		t.Errorf("two hours after it: %s, before %s", got, calm)
	}
	w.refused("ONLY_OWNER", alice, feedAt, feed.PackSetAnswer(vvv(7), zero))
	w.send(owner, feedAt, feed.PackSetAnswer(vvv(7), big.NewInt(1_700_000_000)))
	round := read(w, feedAt, feed.PackLatestRoundData(), feed.UnpackLatestRoundData)
	w.equal("the owner's price", round.Answer, vvv(7))
	w.equal("its time", round.UpdatedAt, big.NewInt(1_700_000_000))
}
