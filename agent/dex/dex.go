// Package dex buys an ERC-20 token with ETH on decentralised exchanges.
//
// A [Venue] finds its pools through its factory at run time; a [Pool] quotes
// and encodes a swap; [Best] asks all of them what an exact amount of the token
// costs and returns the cheapest [Offer] that keeps within the price impact and
// slippage that the caller allows. Nothing here signs or sends.
package dex

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/internal/revert"
)

// Caller is what quotes need of a chain; *ethclient.Client is one.
type Caller interface {
	// CallContract runs a call at a block; nil is the latest.
	CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error)
}

// Venue is one exchange, for one pair of WETH and a token.
type Venue interface {
	// Pools resolves the pair's pools at a block. No pool is not an error.
	Pools(ctx context.Context, block *big.Int) ([]Pool, error)
}

// Pool is one market of a venue.
type Pool interface {
	// Name says which exchange and which market of it, for people.
	Name() string
	// Quote returns how many units of the token so much wei buys at a block;
	// fees are included. It returns ErrNoLiquidity when it buys none.
	Quote(ctx context.Context, block *big.Int, in *big.Int) (*big.Int, error)
	// Swap encodes the purchase. The call reverts when less than the order's
	// MinOut would arrive, or after its deadline.
	Swap(in *big.Int, order Order) Call
}

// Order is what a swap promises to its buyer.
type Order struct {
	MinOut    *big.Int // units of the token; never nil, never 0
	Recipient common.Address
	Deadline  time.Time // in the chain's time
}

// Call is a transaction's content.
type Call struct {
	To    common.Address
	Value *big.Int // wei
	Data  []byte
}

// Errors of quotes. ErrNoOffer wraps the reason of each pool that was asked.
var (
	ErrNoLiquidity = errors.New("the pool has no liquidity for this amount")
	ErrNoOffer     = errors.New("no exchange makes an acceptable offer")
)

// Want is an exact purchase and its limits, in basis points (1/100 of 1 %).
type Want struct {
	Out          *big.Int // units of the token that must arrive at least
	SlippageBPS  int64    // how much worse than quoted the swap may turn out
	MaxImpactBPS int64    // how much the purchase itself may move the price
}

// Candidate is what one pool answered.
type Candidate struct {
	Pool      Pool
	In, Out   *big.Int // wei to pay, units quoted for it; nil if there is a Problem
	ImpactBPS int64
	Problem   string // why the pool is out of the question; "" if it is not
}

// Offer is the best candidate and all that were asked.
type Offer struct {
	Candidate
	MinOut *big.Int // the wanted amount: Out less the slippage is at least this
	Asked  []Candidate
}

const (
	bps         = 10_000
	maxSearch   = 24   // quotes per pool and purchase
	thinPoolBPS = 5000 // impact at which the search for a price is given up
)

// probe is the amount whose price counts as the price before the purchase:
// 0.0001 ETH, too small to move a pool that one would buy from.
var probe = big.NewInt(100_000_000_000_000)

// Best finds the cheapest way to have want.Out arrive even if the price slips
// by want.SlippageBPS. All quotes are for the same block. An error that is not
// ErrNoOffer means that the chain could not be asked; that is never taken for
// a missing pool.
func Best(ctx context.Context, venues []Venue, block *big.Int, want Want) (Offer, error) {
	if want.Out.Sign() <= 0 || want.SlippageBPS < 0 || want.SlippageBPS >= bps {
		return Offer{}, fmt.Errorf("a purchase of %s units with %d bps of slippage makes no sense", want.Out, want.SlippageBPS)
	}
	offer := Offer{MinOut: new(big.Int).Set(want.Out)}
	best := -1
	for _, venue := range venues {
		pools, err := venue.Pools(ctx, block)
		if err != nil {
			return Offer{}, err
		}
		for _, pool := range pools {
			candidate, err := ask(ctx, pool, block, want)
			if err != nil {
				return Offer{}, fmt.Errorf("quote of %s: %w", pool.Name(), err)
			}
			offer.Asked = append(offer.Asked, candidate)
			if candidate.Problem == "" && (best < 0 || candidate.In.Cmp(offer.Asked[best].In) < 0) {
				best = len(offer.Asked) - 1
			}
		}
	}
	if best < 0 {
		return offer, fmt.Errorf("%w: %s", ErrNoOffer, problems(offer.Asked))
	}
	offer.Candidate = offer.Asked[best]
	return offer, nil
}

func problems(asked []Candidate) string {
	if len(asked) == 0 {
		return "there is no pool"
	}
	var all []string
	for _, c := range asked {
		all = append(all, c.Pool.Name()+": "+c.Problem)
	}
	return strings.Join(all, "; ")
}

// ask prices the purchase in one pool. Refusals of the pool are a Problem of
// the candidate; an error means that the chain did not answer.
func ask(ctx context.Context, pool Pool, block *big.Int, want Want) (Candidate, error) {
	quoted := ceilDiv(new(big.Int).Mul(want.Out, big.NewInt(bps)), big.NewInt(bps-want.SlippageBPS))
	in, out, impact, err := priceOf(ctx, pool, block, quoted)
	switch {
	case errors.Is(err, ErrNoLiquidity):
		return Candidate{Pool: pool, Problem: ErrNoLiquidity.Error()}, nil
	case err != nil:
		return Candidate{}, err
	case impact > want.MaxImpactBPS:
		return Candidate{Pool: pool, ImpactBPS: impact, Problem: fmt.Sprintf(
			"the purchase would move the price by %s %%, more than the allowed %s %%", percent(impact), percent(want.MaxImpactBPS))}, nil
	}
	return Candidate{Pool: pool, In: in, Out: out, ImpactBPS: impact}, nil
}

// priceOf searches the smallest payment that buys the amount. Pools answer
// only "what does this payment buy", and a larger purchase has a worse price:
// scaling the payment by what is missing approaches the answer from below.
func priceOf(ctx context.Context, pool Pool, block, amount *big.Int) (in, out *big.Int, impactBPS int64, err error) {
	unit, err := pool.Quote(ctx, block, probe)
	if err != nil {
		return nil, nil, 0, err
	}
	in = ceilDiv(new(big.Int).Mul(amount, probe), unit)
	for range maxSearch {
		out, err = pool.Quote(ctx, block, in)
		if err != nil {
			return nil, nil, 0, err
		}
		impactBPS = impact(in, out, unit)
		if out.Cmp(amount) >= 0 || impactBPS > thinPoolBPS {
			return in, out, impactBPS, nil
		}
		in = ceilDiv(new(big.Int).Mul(in, amount), out)
		in.Add(in, ceilDiv(in, big.NewInt(bps))) // one basis point, so that it ends
	}
	return nil, nil, 0, ErrNoLiquidity
}

// impact is how much worse the average price is than the probe's, in basis
// points, rounded up.
func impact(in, out, unit *big.Int) int64 {
	fair := new(big.Int).Mul(in, unit)
	got := new(big.Int).Mul(out, probe)
	if fair.Cmp(got) <= 0 {
		return 0
	}
	lost := new(big.Int).Mul(new(big.Int).Sub(fair, got), big.NewInt(bps))
	return ceilDiv(lost, fair).Int64() // at most bps
}

func ceilDiv(a, b *big.Int) *big.Int {
	quotient, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if rest.Sign() > 0 {
		quotient.Add(quotient, big.NewInt(1))
	}
	return quotient
}

// percent prints basis points as a percentage.
func percent(points int64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", points/100, points%100), "0"), ".")
}

// call runs a read at a block.
func call(ctx context.Context, chain Caller, to common.Address, data []byte, block *big.Int) ([]byte, error) {
	return chain.CallContract(ctx, ethereum.CallMsg{To: &to, Data: data}, block)
}

// IsRevert tells a contract's refusal from a chain that could not be asked:
// nodes mark it with code 3, or at least with these words.
func IsRevert(err error) bool { return revert.Is(err) }
