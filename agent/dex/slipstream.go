package dex

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// slipstream is one generation of Aerodrome's concentrated liquidity.
type slipstream struct {
	concentrated
	generation int
}

func (s slipstream) name() string {
	if s.generation == 1 {
		return "Slipstream"
	}
	return fmt.Sprintf("Slipstream (%d)", s.generation)
}

func (slipstream) gas(hops int) uint64 { return 80_000 + 120_000*uint64(hops) }

// spacings are the tick spacings that Slipstream's factories on Base know.
var spacings = []int64{1, 10, 50, 100, 200, 2000}

func (s slipstream) pools(a, b common.Address, found func(*pool)) []question {
	var questions []question
	for _, spacing := range spacings {
		data := bindings.NewSlipstreamFactory().PackGetPool(a, b, big.NewInt(spacing))
		questions = append(questions, s.find(s, a, b, data, spacing, fmt.Sprint(spacing), found))
	}
	return questions
}

// state reads the fee as well: it changes.
func (s slipstream) state(p *pool) []question {
	return append(s.concentrated.state(p), question{s.Factory, bindings.NewSlipstreamFactory().PackGetSwapFee(p.at), func(answer []byte) error {
		pips := word(answer, 0)
		if pips == nil || pips.Cmp(big.NewInt(1_000_000)) >= 0 {
			return errOther
		}
		p.fee = new(big.Rat).SetFrac(pips, big.NewInt(1_000_000))
		return nil
	}, s.exchange + "'s factory"})
}

func (s slipstream) quote(r route, in *big.Int, got func(*big.Int) error) question {
	quoter, h := bindings.NewSlipstreamQuoter(), r.hops[0]
	data := quoter.PackQuoteExactInputSingle(bindings.SlipstreamQuoterQuoteExactInputSingleParams{
		TokenIn: h.in, TokenOut: h.out, AmountIn: in, TickSpacing: big.NewInt(h.tier), SqrtPriceLimitX96: new(big.Int)})
	if len(r.hops) > 1 {
		data = quoter.PackQuoteExactInput(r.path(), in)
	}
	return s.quoted(data, got)
}

func (s slipstream) swap(r route, in *big.Int, order Order) Call {
	router, h, deadline := bindings.NewSlipstreamRouter(), r.hops[0], big.NewInt(order.Deadline.Unix())
	data := router.PackExactInputSingle(bindings.SlipstreamRouterExactInputSingleParams{
		TokenIn: h.in, TokenOut: h.out, TickSpacing: big.NewInt(h.tier), Recipient: order.Recipient, Deadline: deadline,
		AmountIn: in, AmountOutMinimum: order.MinOut, SqrtPriceLimitX96: new(big.Int)})
	if len(r.hops) > 1 {
		data = router.PackExactInput(bindings.SlipstreamRouterExactInputParams{
			Path: r.path(), Recipient: order.Recipient, Deadline: deadline, AmountIn: in, AmountOutMinimum: order.MinOut})
	}
	return Call{To: s.Router, Value: r.value(in), Data: data}
}
