package dex

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// UniswapV3 is the direct WETH/token pools, over all fee tiers, of a Uniswap v3
// deployment. Router is a SwapRouter02 and Quoter a QuoterV2.
type UniswapV3 struct {
	Chain                   Caller
	Factory, Router, Quoter common.Address
	WETH, Token             common.Address
}

var _ Venue = UniswapV3{}

// feeTiers are all tiers that Uniswap's factory knows on Base, in 1/10,000 of
// 1 %, the usual ones for small tokens first.
var feeTiers = []int64{3000, 10000, 500, 100}

// Pools asks the factory for each fee tier.
func (u UniswapV3) Pools(ctx context.Context, block *big.Int) ([]Pool, error) {
	factory := bindings.NewUniswapV3Factory()
	var pools []Pool
	for _, fee := range feeTiers {
		answer, err := call(ctx, u.Chain, u.Factory, factory.PackGetPool(u.WETH, u.Token, big.NewInt(fee)), block)
		if err != nil {
			return nil, fmt.Errorf("asking Uniswap's factory %s for the pools: %w", u.Factory, err)
		}
		pool, err := factory.UnpackGetPool(answer)
		if err != nil {
			return nil, fmt.Errorf("%s does not answer like Uniswap's v3 factory: check the address and the chain", u.Factory)
		}
		if pool != (common.Address{}) {
			pools = append(pools, uniswapPool{u, fee})
		}
	}
	return pools, nil
}

type uniswapPool struct {
	UniswapV3
	fee int64
}

func (p uniswapPool) Name() string { return "Uniswap v3 " + percent(p.fee/100) + " %" }

func (p uniswapPool) Quote(ctx context.Context, block, in *big.Int) (*big.Int, error) {
	quoter := bindings.NewQuoterV2()
	answer, err := call(ctx, p.Chain, p.Quoter, quoter.PackQuoteExactInputSingle(bindings.QuoterV2QuoteExactInputSingleParams{
		TokenIn: p.WETH, TokenOut: p.Token, AmountIn: in, Fee: big.NewInt(p.fee), SqrtPriceLimitX96: new(big.Int),
	}), block)
	if IsRevert(err) {
		return nil, ErrNoLiquidity
	}
	if err != nil {
		return nil, err
	}
	quote, err := quoter.UnpackQuoteExactInputSingle(answer)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer like Uniswap's QuoterV2: check the address and the chain", p.Quoter)
	}
	if quote.AmountOut.Sign() == 0 {
		return nil, ErrNoLiquidity
	}
	return quote.AmountOut, nil
}

// Swap wraps exactInputSingle in multicall(deadline, ...): SwapRouter02's own
// functions have no deadline. The router wraps the ETH that comes along.
func (p uniswapPool) Swap(in *big.Int, order Order) Call {
	router := bindings.NewSwapRouter02()
	swap := router.PackExactInputSingle(bindings.SwapRouter02ExactInputSingleParams{
		TokenIn: p.WETH, TokenOut: p.Token, Fee: big.NewInt(p.fee), Recipient: order.Recipient,
		AmountIn: in, AmountOutMinimum: order.MinOut, SqrtPriceLimitX96: new(big.Int),
	})
	return Call{To: p.Router, Value: in, Data: router.PackMulticallDeadline(big.NewInt(order.Deadline.Unix()), [][]byte{swap})}
}
