package dex

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// uniswapV3 is a Uniswap v3 deployment: Router is a SwapRouter02, Quoter a
// QuoterV2.
type uniswapV3 struct{ concentrated }

func (uniswapV3) name() string        { return "Uniswap v3" }
func (uniswapV3) gas(hops int) uint64 { return 60_000 + 100_000*uint64(hops) }

// feeTiers are all tiers that Uniswap's factory knows on Base, in 1/10,000 of
// 1 %.
var feeTiers = []int64{100, 500, 3000, 10000}

func (u uniswapV3) pools(a, b common.Address, found func(*pool)) []question {
	var questions []question
	for _, fee := range feeTiers {
		data := bindings.NewUniswapV3Factory().PackGetPool(a, b, big.NewInt(fee))
		questions = append(questions, u.find(u, a, b, data, fee, percent(fee/100)+" %", func(p *pool) {
			p.fee = big.NewRat(fee, 1_000_000)
			found(p)
		}))
	}
	return questions
}

func (u uniswapV3) quote(r route, in *big.Int, got func(*big.Int) error) question {
	quoter, h := bindings.NewQuoterV2(), r.hops[0]
	data := quoter.PackQuoteExactInputSingle(bindings.QuoterV2QuoteExactInputSingleParams{
		TokenIn: h.in, TokenOut: h.out, AmountIn: in, Fee: big.NewInt(h.tier), SqrtPriceLimitX96: new(big.Int)})
	if len(r.hops) > 1 {
		data = quoter.PackQuoteExactInput(r.path(), in)
	}
	return u.quoted(data, got)
}

// swap wraps the swap in multicall(deadline, ...): SwapRouter02's own functions
// have no deadline. The router wraps the ETH that comes along.
func (u uniswapV3) swap(r route, in *big.Int, order Order) Call {
	router, h := bindings.NewSwapRouter02(), r.hops[0]
	data := router.PackExactInputSingle(bindings.SwapRouter02ExactInputSingleParams{
		TokenIn: h.in, TokenOut: h.out, Fee: big.NewInt(h.tier), Recipient: order.Recipient,
		AmountIn: in, AmountOutMinimum: order.MinOut, SqrtPriceLimitX96: new(big.Int)})
	if len(r.hops) > 1 {
		data = router.PackExactInput(bindings.SwapRouter02ExactInputParams{
			Path: r.path(), Recipient: order.Recipient, AmountIn: in, AmountOutMinimum: order.MinOut})
	}
	return Call{To: u.Router, Value: r.value(in), Data: router.PackMulticallDeadline(big.NewInt(order.Deadline.Unix()), [][]byte{data})}
}
