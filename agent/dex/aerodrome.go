package dex

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// aerodrome is the volatile pools of an Aerodrome (Velodrome v2) deployment.
type aerodrome struct {
	Exchange
	weth common.Address
}

func (aerodrome) name() string              { return "Aerodrome" }
func (a aerodrome) spender() common.Address { return a.Router }
func (aerodrome) gas(hops int) uint64       { return 120_000 + 130_000*uint64(hops) }

func (a aerodrome) identity() []question {
	router := bindings.NewAerodromeRouter()
	return []question{
		must("Aerodrome's router", a.Router, router.PackDefaultFactory(), a.Factory),
		must("Aerodrome's router", a.Router, router.PackWeth(), a.weth),
	}
}

func (a aerodrome) pools(x, y common.Address, found func(*pool)) []question {
	factory := bindings.NewAerodromePoolFactory()
	token0, token1 := sorted(x, y)
	return []question{{a.Factory, factory.PackGetPool(token0, token1, false), func(answer []byte) error {
		at, err := address(answer)
		if err == nil && at != (common.Address{}) {
			found(&pool{venue: a, at: at, token0: token0, token1: token1, label: "volatile"})
		}
		return err
	}, "Aerodrome's factory"}}
}

// shortestMean is the shortest past, in seconds, whose mean price counts.
const shortestMean = 600

// state reads the reserves now, and their mean: since the last observation if
// that is long enough ago, else between the last two.
func (a aerodrome) state(p *pool) []question {
	at, factory := bindings.NewAerodromePool(), bindings.NewAerodromePoolFactory()
	var since [3]*big.Int // time, reserves times seconds
	const name = "Aerodrome's pool"
	return []question{
		{p.at, at.PackGetReserves(), func(answer []byte) error { return a.readReserves(p, answer) }, name},
		{a.Factory, factory.PackGetFee(p.at, false), func(answer []byte) error {
			points := word(answer, 0)
			if points == nil || points.Cmp(big.NewInt(bps)) >= 0 {
				return errOther
			}
			p.fee = new(big.Rat).SetFrac(points, big.NewInt(bps))
			return nil
		}, "Aerodrome's factory"},
		{a.Factory, factory.PackIsPaused(), func(answer []byte) error {
			paused := word(answer, 0)
			if paused == nil {
				return errOther
			}
			if paused.Sign() != 0 {
				p.problem = "Aerodrome is paused: no swap goes through now"
			}
			return nil
		}, "Aerodrome's factory"},
		{p.at, at.PackLastObservation(), func(answer []byte) error {
			since = [3]*big.Int{word(answer, 0), word(answer, 1), word(answer, 2)}
			return nil
		}, name},
		{p.at, at.PackCurrentCumulativePrices(), func(answer []byte) error {
			p.mean = meanReserves(since, [3]*big.Int{word(answer, 2), word(answer, 0), word(answer, 1)})
			return nil
		}, name},
		{p.at, at.PackQuote(p.token0, big.NewInt(1e12), big.NewInt(1)), func(answer []byte) error {
			if out := word(answer, 0); p.mean == nil && out != nil && out.Sign() > 0 {
				p.mean = new(big.Rat).SetFrac(out, big.NewInt(1e12))
			}
			return nil
		}, name},
	}
}

func (aerodrome) readReserves(p *pool, answer []byte) error {
	p.reserves = [2]*big.Int{word(answer, 0), word(answer, 1)}
	if p.reserves[0] == nil || p.reserves[1] == nil {
		return errOther
	}
	if p.reserves[0].Sign() > 0 && p.reserves[1].Sign() > 0 {
		p.price = new(big.Rat).SetFrac(p.reserves[1], p.reserves[0])
	}
	return nil
}

// meanReserves is the ratio of the mean reserves between two moments, or nil
// when they are too close.
func meanReserves(then, now [3]*big.Int) *big.Rat {
	for _, n := range append(then[:], now[:]...) {
		if n == nil {
			return nil
		}
	}
	sums := [2]*big.Int{new(big.Int).Sub(now[1], then[1]), new(big.Int).Sub(now[2], then[2])}
	if new(big.Int).Sub(now[0], then[0]).Cmp(big.NewInt(shortestMean)) < 0 || sums[0].Sign() <= 0 || sums[1].Sign() <= 0 {
		return nil
	}
	return new(big.Rat).SetFrac(sums[1], sums[0])
}

func (a aerodrome) routes(r route) []bindings.AerodromeRouterRoute {
	all := make([]bindings.AerodromeRouterRoute, len(r.hops))
	for i, h := range r.hops {
		all[i] = bindings.AerodromeRouterRoute{From: h.in, To: h.out, Stable: false, Factory: a.Factory}
	}
	return all
}

// quote asks the router and does the sum itself, from the reserves.
func (a aerodrome) quote(r route, in *big.Int, got func(*big.Int) error) question {
	router := bindings.NewAerodromeRouter()
	return question{a.Router, router.PackGetAmountsOut(in, a.routes(r)), func(answer []byte) error {
		if answer == nil {
			return got(nil)
		}
		amounts, err := router.UnpackGetAmountsOut(answer)
		if err != nil || len(amounts) != len(r.hops)+1 {
			return errOther
		}
		out := amounts[len(r.hops)]
		if own := r.constantProduct(in); own.Cmp(out) != 0 {
			return fmt.Errorf("%w: %s quotes %s, its pools' reserves make it %s", ErrLying, r.Name(), out, own)
		}
		return got(out)
	}, "Aerodrome's router"}
}

// constantProduct is what the pools' reserves give for an amount.
func (r route) constantProduct(amount *big.Int) *big.Int {
	for _, h := range r.hops {
		from, to := h.reserves[0], h.reserves[1]
		if h.in != h.token0 {
			from, to = to, from
		}
		fee := new(big.Int).Mul(amount, h.fee.Num())
		net := new(big.Int).Sub(amount, fee.Quo(fee, h.fee.Denom()))
		amount = new(big.Int).Mul(net, to)
		amount.Quo(amount, net.Add(net, from))
	}
	return amount
}

func (a aerodrome) swap(r route, in *big.Int, order Order) Call {
	router, deadline := bindings.NewAerodromeRouter(), big.NewInt(order.Deadline.Unix())
	data := router.PackSwapExactETHForTokens(order.MinOut, a.routes(r), order.Recipient, deadline)
	if r.pay != (common.Address{}) {
		data = router.PackSwapExactTokensForTokens(in, order.MinOut, a.routes(r), order.Recipient, deadline)
	}
	return Call{To: a.Router, Value: r.value(in), Data: data}
}
