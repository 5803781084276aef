package dex

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// venue is one exchange.
type venue interface {
	name() string
	// identity asks whether the contracts are the exchange's and belong
	// together.
	identity() []question
	// pools asks the factory for all pools of two tokens; found gets each.
	pools(a, b common.Address, found func(*pool)) []question
	// state asks for a pool's price, fee and past.
	state(p *pool) []question
	// quote asks what an amount buys; got gets it, or nil for a refusal.
	quote(r route, in *big.Int, got func(*big.Int) error) question
	swap(r route, in *big.Int, order Order) Call
	spender() common.Address
	// gas is about what a swap through so many pools uses.
	gas(hops int) uint64
}

// pool is one pool as it is at the block. Prices are of token1 in token0's
// terms: token1 = price * token0.
type pool struct {
	venue          venue
	at             common.Address
	token0, token1 common.Address
	tier           int64  // what the exchange knows the pool by beside its tokens
	label          string // the same for people

	price    *big.Rat // nil: empty
	fee      *big.Rat // share of the input
	mean     *big.Rat // the price's mean over some past; nil: not known
	reserves [2]*big.Int
	problem  string // why nothing may be bought here
}

// sorted puts two tokens into the order that all pools have them in.
func sorted(a, b common.Address) (common.Address, common.Address) {
	if a.Cmp(b) > 0 {
		return b, a
	}
	return a, b
}

// hop is a pool in one direction.
type hop struct {
	*pool
	in, out common.Address
}

// rate is how much comes out for one unit in, at a price of the pool.
func (h hop) rate(price *big.Rat) *big.Rat {
	if h.in == h.token0 {
		return price
	}
	return new(big.Rat).Inv(price)
}

// route is one or two pools of one venue.
type route struct {
	market Market
	venue  venue
	hops   []hop
	pay    common.Address // the zero address is ETH
}

var _ Route = route{}

func (r route) Name() string {
	labels := make([]string, len(r.hops))
	for i, h := range r.hops {
		labels[i] = h.label
	}
	name := r.venue.name() + " " + strings.Join(labels, " + ")
	if len(r.hops) > 1 {
		name += " over " + r.market.name(r.hops[0].out)
	}
	return name
}

func (r route) Spender() common.Address {
	if r.pay == (common.Address{}) {
		return common.Address{}
	}
	return r.venue.spender()
}

func (r route) Swap(in *big.Int, order Order) Call { return r.venue.swap(r, in, order) }

// value is the ETH that goes with a swap.
func (r route) value(in *big.Int) *big.Int {
	if r.pay == (common.Address{}) {
		return in
	}
	return new(big.Int)
}

// fair is what one unit buys in all pools before the purchase moves a price,
// fees included; nil where a pool is empty.
func (r route) fair() *big.Rat {
	all := big.NewRat(1, 1)
	for _, h := range r.hops {
		if h.price == nil || h.price.Sign() == 0 {
			return nil
		}
		all.Mul(all, h.rate(h.price))
		all.Mul(all, new(big.Rat).Sub(big.NewRat(1, 1), h.fee))
	}
	return all
}

// problem is the first pool's reason not to buy here.
func (r route) problem() string {
	for _, h := range r.hops {
		if h.problem != "" {
			return h.problem
		}
	}
	return ""
}

// apart is how far a is from b, in basis points of b, rounded up.
func apart(a, b *big.Rat) int64 {
	difference := new(big.Rat).Sub(a, b)
	difference.Abs(difference).Quo(difference, b)
	difference.Mul(difference, big.NewRat(bps, 1))
	points := ceilDiv(difference.Num(), difference.Denom())
	if !points.IsInt64() {
		return 1 << 40
	}
	return points.Int64()
}

func ceilDiv(a, b *big.Int) *big.Int {
	quotient, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// ceil is the smallest whole number that is not less.
func ceil(r *big.Rat) *big.Int { return ceilDiv(r.Num(), r.Denom()) }

// percent prints basis points as a percentage.
func percent(points int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", points/100, points%100), "0"), ".")
}
