package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"stakegate/agent/dex"
)

// doubt refuses, in auto mode, to buy DIEM while minting it has no price, unless
// buying is cheaper for sure: it may be several times as dear.
func (r *runner) doubt(ctx context.Context, block *big.Int, o Observation, ways []way) error {
	if o.DIEMBy != DIEMAuto {
		return nil
	}
	for i := range ways {
		for j := range ways {
			mint, buy := &ways[i], &ways[j]
			if mint.pay != buy.pay || mint.diem != DIEMMint || buy.diem != DIEMBuy || mint.problem == "" || buy.problem != "" {
				continue
			}
			least, err := r.leastToMint(ctx, block, o, buy.pay)
			if err != nil {
				return err
			}
			if buy.paid().Cmp(least) > 0 {
				mint.problem = fmt.Sprintf("%s; DIEM itself could be bought, all for %s %s, but nothing says that this is cheaper than minting it: --diem-by buy does so anyway",
					mint.problem, buy.paid().Short(), unitOf(buy.pay))
				buy.problem = mint.problem
			}
		}
	}
	return nil
}

// paid is what a way pays, without gas.
func (w way) paid() Amount {
	if w.pay == PayUSDC {
		return w.usdc
	}
	return w.eth
}

// leastToMint is less than what the VVV costs that minting needs: it counts
// each as if it were the first. Nothing, if the first has no price either.
func (r *runner) leastToMint(ctx context.Context, block *big.Int, o Observation, pay string) (Amount, error) {
	offer, err := o.Contracts.market().Best(ctx, r.chain, block, o.want(pay, o.Contracts.VVV, Units(oneToken)))
	switch {
	case errors.Is(err, dex.ErrNoOffer):
		return Amount{}, nil
	case errors.Is(err, dex.ErrLying):
		return Amount{}, err
	case err != nil:
		return Amount{}, chainError("asking the exchanges for a price", err)
	}
	one := Units(offer.In)
	if pay == PayUSDC {
		one = fromUSDC(offer.In)
	}
	all := new(big.Int).Mul(one.Int(), o.missingVVV().Int())
	return Units(all.Quo(all, oneToken)), nil
}
