package dex

import (
	"bytes"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// concentrated is what the pools of Uniswap v3 and Slipstream share: a price
// that is the square of a root with 96 bits after the point, and an oracle of
// ticks, powers of 1.0001.
type concentrated struct {
	exchange string
	Exchange
	weth common.Address
}

func (c concentrated) spender() common.Address { return c.Router }

// identity: router and quoter serve this factory and this WETH.
func (c concentrated) identity() []question {
	router, quoter := bindings.NewSwapRouter02(), bindings.NewQuoterV2() // the same names at both exchanges
	return []question{
		must(c.exchange+"'s router", c.Router, router.PackFactory(), c.Factory),
		must(c.exchange+"'s router", c.Router, router.PackWETH9(), c.weth),
		must(c.exchange+"'s quoter", c.Quoter, quoter.PackFactory(), c.Factory),
	}
}

// found makes a question for a pool by its tier.
func (c concentrated) find(v venue, a, b common.Address, data []byte, tier int64, label string, found func(*pool)) question {
	token0, token1 := sorted(a, b)
	return question{c.Factory, data, func(answer []byte) error {
		at, err := address(answer)
		if err == nil && at != (common.Address{}) {
			found(&pool{venue: v, at: at, token0: token0, token1: token1, tier: tier, label: label})
		}
		return err
	}, c.exchange + "'s factory"}
}

// The pasts that the oracle is asked for, the longest first: it may not
// remember all.
var pasts = []uint32{1800, shortestMean} // seconds

// state reads price and past. slot0 begins alike at both exchanges, but does
// not end alike.
func (c concentrated) state(p *pool) []question {
	at, name := bindings.NewUniswapV3Pool(), c.exchange+"'s pool"
	questions := []question{{p.at, at.PackSlot0(), func(answer []byte) error {
		root := word(answer, 0)
		if root == nil || len(answer) < 6*32 {
			return errOther
		}
		if root.Sign() > 0 {
			p.price = new(big.Rat).SetFrac(new(big.Int).Mul(root, root), new(big.Int).Lsh(big.NewInt(1), 192))
		}
		return nil
	}, name}, {p.at, at.PackLiquidity(), func(answer []byte) error {
		liquidity := word(answer, 0)
		if liquidity == nil {
			return errOther
		}
		if liquidity.Sign() == 0 {
			p.problem = "the pool has no liquidity"
		}
		return nil
	}, name}}
	for _, past := range pasts {
		questions = append(questions, question{p.at, at.PackObserve([]uint32{past, 0}), func(answer []byte) error {
			if p.mean != nil || answer == nil {
				return nil // an oracle that does not remember so much
			}
			seen, err := at.UnpackObserve(answer)
			if err != nil || len(seen.TickCumulatives) != 2 {
				return errOther
			}
			ticks := new(big.Int).Sub(seen.TickCumulatives[1], seen.TickCumulatives[0])
			p.mean = tickPrice(ticks.Quo(ticks, big.NewInt(int64(past))).Int64())
			return nil
		}, name})
	}
	return questions
}

const maxTick = 887_272

// tickPrice is 1.0001^tick, to some 30 digits; nil beyond the exchanges' range.
func tickPrice(tick int64) *big.Rat {
	if tick > maxTick || tick < -maxTick {
		return nil
	}
	const precision = 256
	base, result := new(big.Float).SetPrec(precision).SetRat(big.NewRat(10_001, 10_000)), new(big.Float).SetPrec(precision).SetInt64(1)
	for n := max(tick, -tick); n > 0; n >>= 1 {
		if n&1 == 1 {
			result.Mul(result, base)
		}
		base.Mul(base, base)
	}
	price, _ := result.Rat(nil)
	if tick < 0 {
		price.Inv(price)
	}
	return price
}

// path is the tokens with the pools' tiers in three bytes between them.
func (r route) path() []byte {
	var path bytes.Buffer
	path.Write(r.hops[0].in.Bytes())
	for _, h := range r.hops {
		path.Write([]byte{byte(h.tier >> 16), byte(h.tier >> 8), byte(h.tier)})
		path.Write(h.out.Bytes())
	}
	return path.Bytes()
}

// quoted makes the question to a quoter, whose first word is the amount.
func (c concentrated) quoted(data []byte, got func(*big.Int) error) question {
	return question{c.Quoter, data, func(answer []byte) error {
		if answer == nil {
			return got(nil)
		}
		out := word(answer, 0)
		if out == nil || len(answer) < 4*32 {
			return errOther
		}
		return got(out)
	}, c.exchange + "'s quoter"}
}
