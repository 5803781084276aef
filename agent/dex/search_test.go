package dex

import (
	"context"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/contracts/bindings"
)

func whole(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

// toy is an exchange of pools that this test computes: x*y = k, with an extra
// that no formula knows, as ticks are that end.
type toy struct {
	venue
	label string
}

func (toy) gas(hops int) uint64              { return 100_000 * uint64(hops) }
func (t toy) name() string                   { return t.label }
func (toy) spender() common.Address          { return common.Address{} }
func (toy) swap(route, *big.Int, Order) Call { return Call{} }

func (toy) quote(r route, in *big.Int, got func(*big.Int) error) question {
	return question{r.hops[0].at, common.BigToHash(in).Bytes(), func(answer []byte) error { return got(word(answer, 0)) }, "toy"}
}

// toyChain answers the toys' quotes: pool -> amount -> answer.
type toyChain map[common.Address]func(*big.Int) *big.Int

func (c toyChain) CallContract(_ context.Context, call ethereum.CallMsg, _ *big.Int) ([]byte, error) {
	parsed, err := bindings.Multicall3MetaData.ParseABI()
	if err != nil {
		return nil, err
	}
	in, err := parsed.Methods["aggregate3"].Inputs.Unpack(call.Data[4:])
	if err != nil {
		return nil, err
	}
	var results []bindings.Multicall3Result
	for _, asked := range in[0].([]struct {
		Target       common.Address `json:"target"`
		AllowFailure bool           `json:"allowFailure"`
		CallData     []byte         `json:"callData"`
	}) {
		out := c[asked.Target](new(big.Int).SetBytes(asked.CallData))
		results = append(results, bindings.Multicall3Result{Success: true, ReturnData: common.BigToHash(out).Bytes()})
	}
	return parsed.Methods["aggregate3"].Outputs.Pack(results)
}

// drawToy makes a pool of drawn depth and fee, and its answers.
func drawToy(r *rapid.T, chain toyChain, i int) *pool {
	token0, token1 := sorted(common.Address{0xee}, common.Address{0xff})
	x, y := whole(rapid.Int64Range(1, 5000).Draw(r, "x")), whole(rapid.Int64Range(1, 5_000_000).Draw(r, "y"))
	fee := rapid.SampledFrom([]int64{100, 3000, 10_000}).Draw(r, "fee")
	bent := rapid.Int64Range(0, 300).Draw(r, "bent") // the more is bought, the worse it is beside x*y = k
	at := common.BigToAddress(big.NewInt(int64(i + 1)))
	chain[at] = func(in *big.Int) *big.Int {
		net := new(big.Int).Mul(in, big.NewInt(1_000_000-fee))
		net.Quo(net, big.NewInt(1_000_000))
		out := new(big.Int).Mul(net, y)
		out.Quo(out, new(big.Int).Add(net, x))
		lost := new(big.Int).Mul(out, out)
		lost.Mul(lost, big.NewInt(bent)).Quo(lost, y).Quo(lost, big.NewInt(100))
		return out.Sub(out, lost)
	}
	return &pool{at: at, token0: token0, token1: token1, price: new(big.Rat).SetFrac(y, x), mean: new(big.Rat).SetFrac(y, x),
		fee: big.NewRat(fee, 1_000_000), label: at.Hex()}
}

func TestBestBuysExactlyWhatIsWantedAtTheLowestPrice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		chain := toyChain{}
		want := Want{Token: common.Address{0xff}, Out: whole(rapid.Int64Range(1, 1000).Draw(r, "out")), MaxDeviationBPS: 300,
			SlippageBPS: rapid.Int64Range(0, 500).Draw(r, "slippage"), MaxImpactBPS: rapid.Int64Range(1, 1000).Draw(r, "impact"),
			GasPrice: big.NewInt(rapid.Int64Range(0, 1e12).Draw(r, "gas"))}
		s := &search{market: Market{WETH: common.Address{0xee}}, chain: chain, want: want, feeds: map[common.Address]*big.Rat{}}
		s.target = ceilDiv(new(big.Int).Mul(want.Out, big.NewInt(bps)), big.NewInt(bps-want.SlippageBPS))
		var pools []*pool
		for i := range rapid.IntRange(1, 3).Draw(r, "pools") {
			p := drawToy(r, chain, i)
			p.venue = toy{label: p.label}
			pools = append(pools, p)
		}
		s.routes(pools)
		if err := s.quotes(t.Context()); err != nil {
			r.Fatal(err)
		}
		offer, err := s.best()
		if errors.Is(err, ErrNoOffer) {
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		if quoted := chain[offer.Route.(route).hops[0].at](offer.In); quoted.Cmp(offer.Out) != 0 {
			r.Fatalf("the offer says %s, the pool %s", offer.Out, quoted)
		}
		// Even after the whole slippage the wanted amount arrives, and not much more.
		worst := new(big.Int).Mul(offer.Out, big.NewInt(bps-want.SlippageBPS))
		if worst.Cmp(new(big.Int).Mul(want.Out, big.NewInt(bps))) < 0 || offer.MinOut.Cmp(want.Out) != 0 {
			r.Fatalf("out %s, min %s, want %s", offer.Out, offer.MinOut, want.Out)
		}
		if worst.Cmp(new(big.Int).Mul(want.Out, big.NewInt(10_010))) > 0 {
			r.Fatalf("out %s is more than 0.1 %% over what is needed for %s", offer.Out, want.Out)
		}
		if offer.ImpactBPS > want.MaxImpactBPS {
			r.Fatalf("impact %d is over %d", offer.ImpactBPS, want.MaxImpactBPS)
		}
		for _, c := range offer.Asked {
			if c.Problem == "" && c.Cost.Cmp(offer.Cost) < 0 {
				r.Fatalf("%s would have been enough, %s was chosen", c.Cost, offer.Cost)
			}
		}
	})
}

func TestTickPricesAreThoseOfTheExchanges(t *testing.T) {
	for tick, want := range map[int64]string{0: "1", 1: "1.0001", -1: "0.9999000100", 6932: "2.0000", 887_272: "340256786836388094050805785052946541084.4", 887_273: "", -887_273: ""} {
		got := tickPrice(tick)
		if want == "" {
			if got != nil {
				t.Errorf("%d: got %s beyond the range", tick, got.FloatString(3))
			}
			continue
		}
		exact, ok := new(big.Rat).SetString(want)
		if !ok || got == nil || apart(got, exact) > 1 {
			t.Errorf("%d: got %v, want %s", tick, got, want)
		}
	}
}
