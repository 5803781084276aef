package dex

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// Aerodrome is the volatile WETH/token pool of an Aerodrome (Velodrome v2)
// deployment.
type Aerodrome struct {
	Chain           Caller
	Router, Factory common.Address
	WETH, Token     common.Address
}

var _ Venue = Aerodrome{}

// Pools asks the factory for the volatile pool.
func (a Aerodrome) Pools(ctx context.Context, block *big.Int) ([]Pool, error) {
	factory := bindings.NewAerodromePoolFactory()
	answer, err := call(ctx, a.Chain, a.Factory, factory.PackGetPool(a.WETH, a.Token, false), block)
	if err != nil {
		return nil, fmt.Errorf("asking Aerodrome's factory %s for the pool: %w", a.Factory, err)
	}
	pool, err := factory.UnpackGetPool(answer)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer like Aerodrome's factory: check the address and the chain", a.Factory)
	}
	if pool == (common.Address{}) {
		return nil, nil
	}
	return []Pool{aerodromePool{a}}, nil
}

type aerodromePool struct{ Aerodrome }

func (aerodromePool) Name() string { return "Aerodrome volatile" }

func (p aerodromePool) routes() []bindings.AerodromeRouterRoute {
	return []bindings.AerodromeRouterRoute{{From: p.WETH, To: p.Token, Stable: false, Factory: p.Factory}}
}

func (p aerodromePool) Quote(ctx context.Context, block, in *big.Int) (*big.Int, error) {
	router := bindings.NewAerodromeRouter()
	answer, err := call(ctx, p.Chain, p.Router, router.PackGetAmountsOut(in, p.routes()), block)
	if IsRevert(err) {
		return nil, ErrNoLiquidity
	}
	if err != nil {
		return nil, err
	}
	amounts, err := router.UnpackGetAmountsOut(answer)
	if err != nil || len(amounts) != 2 {
		return nil, fmt.Errorf("%s does not answer like Aerodrome's router: check the address and the chain", p.Router)
	}
	// The live router answers 0, and does not revert, for a missing pool.
	if amounts[1].Sign() == 0 {
		return nil, ErrNoLiquidity
	}
	return amounts[1], nil
}

func (p aerodromePool) Swap(in *big.Int, order Order) Call {
	data := bindings.NewAerodromeRouter().PackSwapExactETHForTokens(
		order.MinOut, p.routes(), order.Recipient, big.NewInt(order.Deadline.Unix()))
	return Call{To: p.Router, Value: in, Data: data}
}
