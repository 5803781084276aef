// Package dex buys an ERC-20 token with ETH or USDC on decentralised exchanges.
//
// [Market.Best] resolves the pools of Aerodrome (volatile), Slipstream and
// Uniswap v3 through their factories, directly and over one token in between,
// and asks all of them what an exact amount costs, at one block and in a few
// calls to Multicall3. It returns the cheapest [Offer], gas included, that the
// pools' own past, the price feeds, and the caller's limits for price impact
// and slippage accept. Nothing here signs or sends.
package dex

import (
	"context"
	"errors"
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

// Exchange is a deployment of one exchange. Quoter is not used for Aerodrome.
// One without a factory is left out.
type Exchange struct{ Factory, Router, Quoter common.Address }

func (e Exchange) exists() bool { return e.Factory != (common.Address{}) }

// Market is the exchanges, tokens and price feeds of one chain. All addresses
// are the caller's: none comes from a server or a pool.
type Market struct {
	Multicall3, WETH, USDC common.Address
	Aerodrome, UniswapV3   Exchange
	// Slipstream are the generations of one exchange: a router swaps only in
	// its own factory's pools.
	Slipstream []Exchange
	// Feeds price tokens in USD, Chainlink's way; WETH's also prices ETH. USDC
	// needs none: it counts as 1 USD.
	Feeds map[common.Address]Feed
	// Names are for people; a token without one is called by its address.
	Names map[common.Address]string
}

// Feed is a price feed in USD and the age at which its answer is refused.
type Feed struct {
	At     common.Address
	MaxAge time.Duration
}

// Route is one way to buy: one pool, or two pools of the same exchange.
type Route interface {
	// Name says which exchange and pools, for people; no two routes of a market
	// share one.
	Name() string
	// Spender is who takes the payment, which it must be allowed to; the zero
	// address when ETH is paid.
	Spender() common.Address
	// Swap encodes the purchase for exactly in. The call reverts when less than
	// the order's MinOut would arrive, or after its deadline.
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

// Errors of quotes. ErrNoOffer wraps the reason of each route that was asked.
// An error that is not ErrNoOffer means that the chain could not be asked or
// that its answers cannot be true: never that a pool is missing.
var (
	ErrNoOffer = errors.New("no exchange makes an acceptable offer")
	ErrLying   = errors.New("the node's answers cannot be true: do not trust this node")
)

// Want is an exact purchase and its limits. BPS are basis points, 1/100 of 1 %.
type Want struct {
	// Pay is the token to pay with; the zero address is ETH.
	Pay common.Address
	// Spender, if set, is the one router that may be used.
	Spender common.Address
	// Prefer names a route that was chosen before: it is chosen again as long as
	// it costs no more than the slippage above the best.
	Prefer string
	// Token is bought, directly or over one of Via.
	Token common.Address
	Via   []common.Address
	// Out is how many units must arrive at least.
	Out          *big.Int
	SlippageBPS  int64 // how much worse than quoted the swap may turn out
	MaxImpactBPS int64 // how much the purchase itself may move the price
	// MaxDeviationBPS is how far a pool's price may be from its mean over the
	// last half hour, and the whole price from the feeds'.
	MaxDeviationBPS int64
	// GasPrice in wei, and L1Fee, what a rollup adds to a transaction, in wei.
	GasPrice, L1Fee *big.Int
	// Now is the block's time, for the age of the feeds' answers.
	Now time.Time
}

// Candidate is what one route answered.
type Candidate struct {
	Route     Route
	In, Out   *big.Int // units to pay, units quoted for them; nil if there is a Problem
	ImpactBPS int64
	// Gas is about what the swap uses, an approval of the payment included.
	Gas uint64
	// Cost is In and the price of the gas, in units of what is paid with.
	Cost    *big.Int
	Problem string // why the route is out of the question; "" if it is not
}

// Offer is the best candidate and all that were asked.
type Offer struct {
	Candidate
	Pay    common.Address // the zero address is ETH
	MinOut *big.Int       // the wanted amount: Out less the slippage is at least this
	// Wei is Cost in ETH, for comparing offers for different payments; nil if
	// the price of ETH is not known.
	Wei *big.Int
	// Checked says what the price was held against, for people.
	Checked string
	Asked   []Candidate
}

const bps = 10_000

// problems says why no candidate will do.
func problems(asked []Candidate) string {
	if len(asked) == 0 {
		return "there is no pool"
	}
	var all []string
	for _, c := range asked {
		all = append(all, c.Route.Name()+": "+c.Problem)
	}
	return strings.Join(all, "; ")
}

func (m Market) name(token common.Address) string {
	if token == (common.Address{}) {
		return "ETH"
	}
	if name := m.Names[token]; name != "" {
		return name
	}
	return token.Hex()
}

// IsRevert tells a contract's refusal from a chain that could not be asked:
// nodes mark it with code 3, or at least with these words.
func IsRevert(err error) bool { return revert.Is(err) }
