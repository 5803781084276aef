package dex_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/agent/dex"
)

// product is a constant-product pool (x*y = k) with a fee in basis points.
type product struct {
	name       string
	eth, token *big.Int
	fee        int64
	err        error
}

func (p product) Pools(context.Context, *big.Int) ([]dex.Pool, error) { return []dex.Pool{p}, nil }
func (p product) Name() string                                        { return p.name }
func (p product) Swap(in *big.Int, order dex.Order) dex.Call          { return dex.Call{Value: in} }

func (p product) Quote(_ context.Context, _, in *big.Int) (*big.Int, error) {
	if p.err != nil {
		return nil, p.err
	}
	net := new(big.Int).Mul(in, big.NewInt(10_000-p.fee))
	out := new(big.Int).Mul(net, p.token)
	out.Quo(out, net.Add(net, new(big.Int).Mul(p.eth, big.NewInt(10_000))))
	if out.Sign() == 0 {
		return nil, dex.ErrNoLiquidity
	}
	return out, nil
}

func tokens(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

func TestBestBuysExactlyWhatIsWantedAtTheLowestPrice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var venues []dex.Venue
		for range rapid.IntRange(1, 3).Draw(r, "venues") {
			venues = append(venues, product{name: "pool", fee: rapid.SampledFrom([]int64{1, 30, 100}).Draw(r, "fee"),
				eth: tokens(rapid.Int64Range(1, 5000).Draw(r, "eth")), token: tokens(rapid.Int64Range(1, 5_000_000).Draw(r, "token"))})
		}
		want := dex.Want{Out: tokens(rapid.Int64Range(1, 1000).Draw(r, "out")),
			SlippageBPS: rapid.Int64Range(0, 500).Draw(r, "slippage"), MaxImpactBPS: rapid.Int64Range(1, 1000).Draw(r, "impact")}
		offer, err := dex.Best(t.Context(), venues, nil, want)
		if errors.Is(err, dex.ErrNoOffer) {
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		quoted, err := offer.Pool.Quote(t.Context(), nil, offer.In)
		if err != nil || quoted.Cmp(offer.Out) != 0 {
			r.Fatalf("the offer says %s, the pool %s, %v", offer.Out, quoted, err)
		}
		// Even after the whole slippage the wanted amount arrives.
		worst := new(big.Int).Mul(offer.Out, big.NewInt(10_000-want.SlippageBPS))
		if worst.Cmp(new(big.Int).Mul(want.Out, big.NewInt(10_000))) < 0 || offer.MinOut.Cmp(want.Out) != 0 {
			r.Fatalf("out %s, min %s, want %s", offer.Out, offer.MinOut, want.Out)
		}
		// And not much more is bought than that.
		limit := new(big.Int).Mul(want.Out, big.NewInt(10_010))
		if worst.Cmp(limit) > 0 {
			r.Fatalf("out %s is more than 0.1 %% over what is needed for %s", offer.Out, want.Out)
		}
		if offer.ImpactBPS > want.MaxImpactBPS {
			r.Fatalf("impact %d is over %d", offer.ImpactBPS, want.MaxImpactBPS)
		}
		for _, c := range offer.Asked {
			if c.Problem == "" && c.In.Cmp(offer.In) < 0 {
				r.Fatalf("%s would have been enough, %s was chosen", c.In, offer.In)
			}
		}
	})
}

func TestBestRefusesThinPoolsAndSaysWhy(t *testing.T) {
	thin := product{name: "thin", eth: tokens(1), token: tokens(100), fee: 30}
	empty := product{name: "empty", err: dex.ErrNoLiquidity}
	_, err := dex.Best(t.Context(), []dex.Venue{thin, empty}, nil, dex.Want{Out: tokens(10), SlippageBPS: 50, MaxImpactBPS: 300})
	if !errors.Is(err, dex.ErrNoOffer) || !strings.Contains(err.Error(), "thin: the purchase would move the price by") ||
		!strings.Contains(err.Error(), "empty: the pool has no liquidity") {
		t.Errorf("got %v", err)
	}
	// More than the whole pool holds must end too.
	if _, err := dex.Best(t.Context(), []dex.Venue{thin}, nil, dex.Want{Out: tokens(1000), MaxImpactBPS: 300}); !errors.Is(err, dex.ErrNoOffer) {
		t.Errorf("got %v, want ErrNoOffer", err)
	}
}

func TestAChainThatDoesNotAnswerIsNotAMissingPool(t *testing.T) {
	down := errors.New("connection refused")
	deep := product{name: "deep", eth: tokens(1000), token: tokens(100_000), fee: 30}
	_, err := dex.Best(t.Context(), []dex.Venue{deep, product{name: "down", err: down}}, nil,
		dex.Want{Out: tokens(10), SlippageBPS: 50, MaxImpactBPS: 300})
	if !errors.Is(err, down) || errors.Is(err, dex.ErrNoOffer) {
		t.Errorf("got %v, want the chain's error", err)
	}
}

func TestBestRefusesSenselessOrders(t *testing.T) {
	deep := []dex.Venue{product{name: "deep", eth: tokens(1000), token: tokens(100_000)}}
	for _, want := range []dex.Want{{Out: new(big.Int)}, {Out: tokens(-1)}, {Out: tokens(1), SlippageBPS: -1}, {Out: tokens(1), SlippageBPS: 10_000}} {
		if _, err := dex.Best(t.Context(), deep, nil, want); err == nil {
			t.Errorf("%+v was accepted", want)
		}
	}
}
