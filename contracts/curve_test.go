package contracts_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"stakegate/contracts/bindings"
)

func (w *world) mintRate(i int64) *big.Int {
	w.Helper()
	return read(w, stakingAt, staking.PackDiemMintRates(big.NewInt(i)), staking.UnpackDiemMintRates)
}

func (w *world) bucketEnd(i int64) *big.Int {
	w.Helper()
	return read(w, stakingAt, staking.PackDiemSupply(big.NewInt(i)), staking.UnpackDiemSupply)
}

func TestMintRatesFollowTheCurve(t *testing.T) {
	w := newWorld(t)
	previous := new(big.Int)
	for i := int64(0); i < 256; i++ {
		w.equal("diemSupply", w.bucketEnd(i), vvv(500*(i+1)))
		rate := w.mintRate(i)
		if rate.Cmp(previous) <= 0 {
			t.Fatalf("rate %d is %s, not above %s", i, rate, previous)
		}
		previous = rate
		got, _ := new(big.Float).Quo(new(big.Float).SetInt(rate), big.NewFloat(1e18)).Float64()
		want := 90 * math.Exp(2*math.Pow(500*float64(i+1)/40_000, 3))
		if math.Abs(got/want-1) > 1e-12 {
			t.Errorf("rate %d is %v, want %v", i, got, want)
		}
	}
	w.refused("BUCKET_OUT_OF_RANGE", alice, stakingAt, staking.PackDiemSupply(big.NewInt(256)))
	w.refused("BUCKET_OUT_OF_RANGE", alice, stakingAt, staking.PackDiemMintRates(big.NewInt(256)))
}

// curve is the same in Go: what locking amount gives at the supply.
func curve(ends, rates []*big.Int, amount, supply *big.Int) *big.Int {
	out, left := new(big.Int), new(big.Int).Set(amount)
	for i, end := range ends {
		room := sub(end, supply)
		if room.Sign() <= 0 {
			continue
		}
		cost := div(add(mul(room, rates[i]), big.NewInt(1e18-1)), vvv(1))
		if left.Cmp(cost) < 0 {
			return out.Add(out, div(mul(left, vvv(1)), rates[i]))
		}
		left.Sub(left, cost)
		out.Add(out, room)
		supply = end
	}
	return out
}

func TestDiemAmountOutWalksTheBuckets(t *testing.T) {
	w := newWorld(t)
	var ends, rates []*big.Int
	for i := int64(0); i < 256; i++ {
		ends, rates = append(ends, w.bucketEnd(i)), append(rates, w.mintRate(i))
	}
	w.stakeFor(owner, alice, vvv(900_000))
	token := bindings.NewIERC20()
	rapid.Check(t, func(t *rapid.T) {
		amount := new(big.Int).SetUint64(rapid.Uint64().Draw(t, "wei"))
		amount.Mul(amount, big.NewInt(rapid.Int64Range(1, 40_000).Draw(t, "times")))
		supply := read(w, diemAt, token.PackTotalSupply(), token.UnpackTotalSupply)
		w.equal("getDiemAmountOut", w.diemOut(amount), curve(ends, rates, amount, supply))
		if small := div(amount, big.NewInt(100)); w.diemOut(small).Sign() > 0 && w.unlocked(alice).Cmp(small) > 0 {
			w.send(alice, stakingAt, staking.PackMintDiem(small, zero))
		}
	})
}

// A wei of sVVV short of the rest of a bucket does not get all of it.
func TestTheRestOfABucketCostsItsPriceRoundedUp(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(owner, alice, vvv(1_000))
	w.send(alice, stakingAt, staking.PackMintDiem(big.NewInt(1e18+1), zero))
	room := sub(w.bucketEnd(0), w.balance(diemAt, alice))
	short, rest := new(big.Int).DivMod(mul(room, w.mintRate(0)), vvv(1), new(big.Int))
	if rest.Sign() == 0 {
		t.Fatal("the price is whole: the test proves nothing")
	}
	w.equal("for the price rounded down", w.diemOut(short), sub(room, big.NewInt(1)))
	w.equal("for the price rounded up", w.diemOut(add(short, big.NewInt(1))), room)
}

func TestLockingNothingMintsNothing(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(10))
	w.equal("getDiemAmountOut(0)", w.diemOut(zero), zero)
	w.refused("STAKE_ZERO", alice, stakingAt, staking.PackMintDiem(zero, zero))
	w.refused("INSUFFICIENT_OUTPUT", alice, stakingAt, staking.PackMintDiem(big.NewInt(1), zero))
}

func TestTheOwnerCanReplaceTheCurveInOneTransaction(t *testing.T) {
	w := newWorld(t)
	var ends, rates [256]*big.Int
	for i := range ends {
		ends[i], rates[i] = vvv(int64(10*(i+1))), vvv(int64(100+i))
	}
	w.stakeFor(alice, alice, vvv(100_000))
	w.send(owner, stakingAt, staking.PackSetDiemMintCurve(ends, rates)) // within gasCap
	w.equal("the first rate", w.mintRate(0), vvv(100))
	w.equal("out of two buckets", w.diemOut(vvv(10*100+505)), vvv(15))
	w.refused("CURVE_EXHAUSTED", alice, stakingAt, staking.PackGetDiemAmountOut(vvv(1_000_000)))
	ends[7] = ends[6]
	w.refused("BAD_CURVE", owner, stakingAt, staking.PackSetDiemMintCurve(ends, rates))
}
