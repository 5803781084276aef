package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
)

// Ways to pay for what has to be bought.
const (
	PayAuto     = "auto"     // what the wallet has, the cheaper one if it has both
	PayETH      = "eth"      // ETH
	PayUSDC     = "usdc"     // USDC; gas is always ETH
	PayTransfer = "transfer" // nothing is bought: somebody sends the VVV
)

// Ways to get DIEM.
const (
	DIEMAuto = "auto" // the cheaper one
	DIEMMint = "mint" // lock sVVV
	DIEMBuy  = "buy"  // on an exchange
)

// The price of 1 USDC in its own units (6 decimals) is Amount's 10^12.
var usdcScale = big.NewInt(1_000_000_000_000)

// fromUSDC makes an Amount of USDC's units.
func fromUSDC(units *big.Int) Amount { return Units(new(big.Int).Mul(units, usdcScale)) }

// toUSDC is the amount in USDC's units, rounded up.
func toUSDC(a Amount) *big.Int {
	units := a.Int()
	return units.Quo(units.Add(units, new(big.Int).Sub(usdcScale, big.NewInt(1))), usdcScale)
}

// Spender is an exchange's router and the USDC that it may take.
type Spender struct {
	Router common.Address `json:"router"`
	USDC   Amount         `json:"usdc"`
}

// market is the network's exchanges, as package dex knows them.
func (c Contracts) market() dex.Market {
	m := dex.Market{Multicall3: c.Multicall3, WETH: c.WETH, USDC: c.USDC,
		Aerodrome: dex.Exchange{Factory: c.Aerodrome.Factory, Router: c.Aerodrome.Router},
		UniswapV3: dex.Exchange{Factory: c.UniswapV3.Factory, Router: c.UniswapV3.Router, Quoter: c.UniswapV3.Quoter},
		Feeds:     map[common.Address]dex.Feed{},
		Names:     map[common.Address]string{c.WETH: "WETH", c.USDC: "USDC", c.VVV: "VVV", c.DIEM: "DIEM"}}
	for _, s := range c.Slipstream {
		m.Slipstream = append(m.Slipstream, dex.Exchange{Factory: s.Factory, Router: s.Router, Quoter: s.Quoter})
	}
	// ETH's feed is renewed within 20 minutes, VVV's within a day.
	for _, feed := range []struct {
		token, at common.Address
		maxAge    time.Duration
	}{{c.WETH, c.PriceFeeds.ETHUSD, 2 * time.Hour}, {c.VVV, c.PriceFeeds.VVVUSD, 26 * time.Hour}} {
		if feed.at != (common.Address{}) {
			m.Feeds[feed.token] = dex.Feed{At: feed.at, MaxAge: feed.maxAge}
		}
	}
	return m
}

// routers are the exchanges' contracts that take USDC.
func (c Contracts) routers() []common.Address {
	all := []common.Address{c.Aerodrome.Router, c.UniswapV3.Router}
	for _, s := range c.Slipstream {
		all = append(all, s.Router)
	}
	return slices.DeleteFunc(all, func(router common.Address) bool { return router == common.Address{} })
}

// usdcReads asks for the wallet's USDC and what routers may take of it.
func (r *runner) usdcReads(o *Observation) []read {
	usdc, token := r.Network.Contracts.USDC, bindings.NewUSDC()
	if usdc == (common.Address{}) {
		return nil
	}
	scaled := func(data []byte, into *Amount) read {
		var units Amount
		inner := amountOf("USDC", usdc, data, &units)
		return read{usdc, data, func(answer []byte) error {
			err := inner.into(answer)
			*into = fromUSDC(units.Int())
			return err
		}, "USDC"}
	}
	reads := []read{scaled(token.PackBalanceOf(o.Address), &o.USDC), {usdc, token.PackDecimals(), func(answer []byte) error {
		if new(big.Int).SetBytes(answer).Cmp(big.NewInt(6)) != 0 {
			return errors.New("another number of decimals")
		}
		return nil
	}, "USDC"}}
	routers := r.Network.Contracts.routers()
	o.Spenders = make([]Spender, len(routers))
	for i, router := range routers {
		o.Spenders[i].Router = router
		reads = append(reads, scaled(token.PackAllowance(o.Address, router), &o.Spenders[i].USDC))
	}
	return reads
}

// mayTake is the USDC that a router may take.
func (o Observation) mayTake(router common.Address) Amount {
	for _, s := range o.Spenders {
		if s.Router == router {
			return s.USDC
		}
	}
	return Amount{}
}

// way is one way to reach the target: what to pay with, and how to get DIEM.
type way struct {
	pay, diem string
	vvv, buy  *dex.Offer // for the VVV that is missing, and for DIEM
	usdc      Amount     // of both
	eth       Amount     // of both, without gas
	wei       *big.Int   // all of it with gas, in ETH; nil if that is not known
	problem   string
}

// readOffers asks the exchanges for what is missing, and decides what to pay
// with and whether DIEM is minted or bought.
func (r *runner) readOffers(ctx context.Context, block *big.Int, o *Observation) error {
	o.Pay, o.DIEMBy = o.Target.pay(), o.Target.diemBy()
	if o.DIEMBy == DIEMBuy || o.mintAmount().IsZero() {
		o.Lock = Amount{}
	}
	if o.missingVVV().IsZero() && (o.mintAmount().IsZero() || o.DIEMBy != DIEMBuy) {
		o.DIEMBy = DIEMMint // free sVVV costs nothing
		return nil
	}
	if o.Pay == PayTransfer {
		o.DIEMBy = DIEMMint
		return nil
	}
	var ways []way
	for _, pay := range o.payments() {
		for _, diem := range o.diemWays() {
			w, err := r.price(ctx, block, *o, pay, diem)
			if err != nil {
				return err
			}
			ways = append(ways, w)
		}
	}
	if err := r.doubt(ctx, block, *o, ways); err != nil {
		return err
	}
	o.take(best(*o, ways))
	return nil
}

// payments are what is asked for prices in. In auto mode, that is what the
// wallet has.
func (o Observation) payments() []string {
	switch {
	case o.Pay == PayETH || o.Pay == PayUSDC:
		return []string{o.Pay}
	case o.USDC.IsZero() || o.Contracts.USDC == (common.Address{}):
		return []string{PayETH}
	default:
		return []string{PayETH, PayUSDC}
	}
}

func (o Observation) diemWays() []string {
	switch {
	case o.mintAmount().IsZero():
		return []string{DIEMMint}
	case o.DIEMBy == DIEMMint || o.DIEMBy == DIEMBuy:
		return []string{o.DIEMBy}
	case o.NoMint != "":
		return []string{DIEMBuy}
	case o.missingVVV().IsZero():
		return []string{DIEMMint} // free sVVV costs nothing
	default:
		return []string{DIEMMint, DIEMBuy}
	}
}

// price asks what one way costs.
func (r *runner) price(ctx context.Context, block *big.Int, o Observation, pay, diem string) (way, error) {
	w := way{pay: pay, diem: diem, wei: new(big.Int)}
	missing := o.missingVVV()
	if diem == DIEMBuy {
		o.Lock = Amount{}
		missing = o.missingVVV()
		if err := r.priceOf(ctx, block, o, o.Contracts.DIEM, o.mintAmount(), &w, &w.buy); err != nil {
			return w, err
		}
	} else if !o.mintAmount().IsZero() {
		p := planner{Observation: o}
		w.wei.Add(w.wei, p.gas(StepMintDIEM).Int())
	}
	return w, r.priceOf(ctx, block, o, o.Contracts.VVV, missing, &w, &w.vvv)
}

// priceOf adds one purchase to a way.
func (r *runner) priceOf(ctx context.Context, block *big.Int, o Observation, token common.Address, amount Amount, w *way, into **dex.Offer) error {
	if amount.IsZero() {
		return nil
	}
	want := o.want(w.pay, token, amount)
	want.Prefer = r.markets[token]
	offer, err := r.offer(ctx, block, want, o)
	if errors.Is(err, dex.ErrNoOffer) {
		w.problem = fmt.Sprintf("%s for %s: %v", o.symbol(token), unitOf(w.pay), err)
		return nil
	}
	if err != nil {
		if errors.Is(err, dex.ErrLying) {
			return err
		}
		return chainError("asking the exchanges for a price", err)
	}
	*into = &offer
	if w.pay == PayUSDC {
		w.usdc = w.usdc.Add(fromUSDC(offer.In))
	} else {
		w.eth = w.eth.Add(Units(offer.In))
	}
	if w.wei != nil && offer.Wei != nil {
		w.wei.Add(w.wei, offer.Wei)
	} else {
		w.wei = nil
	}
	return nil
}

// offer asks the routers first that may take USDC already: an earlier run has
// allowed it, and was interrupted.
func (r *runner) offer(ctx context.Context, block *big.Int, want dex.Want, o Observation) (dex.Offer, error) {
	market := o.Contracts.market()
	if want.Pay != (common.Address{}) {
		for _, spender := range o.Spenders {
			if spender.USDC.IsZero() {
				continue
			}
			want.Spender = spender.Router
			offer, err := market.Best(ctx, r.chain, block, want)
			if err == nil && within(fromUSDC(offer.In), spender.USDC, want.SlippageBPS) {
				return offer, nil
			}
			if err != nil && !errors.Is(err, dex.ErrNoOffer) {
				return offer, err
			}
		}
		want.Spender = common.Address{}
	}
	return market.Best(ctx, r.chain, block, want)
}

// want is a purchase within the run's limits.
func (o Observation) want(pay string, token common.Address, amount Amount) dex.Want {
	limits, c := o.Limits.withDefaults(), o.Contracts
	want := dex.Want{Token: token, Out: amount.Int(), SlippageBPS: limits.SlippageBPS, MaxImpactBPS: limits.MaxImpactBPS,
		MaxDeviationBPS: limits.MaxDeviationBPS, GasPrice: o.GasPrice.Int(), L1Fee: o.L1Fee.Int(), Now: o.BlockTime,
		Via: []common.Address{c.WETH, c.USDC}}
	if token == c.DIEM {
		want.Via = append(want.Via, c.VVV)
	}
	if pay == PayUSDC {
		want.Pay = c.USDC
	}
	return want
}

// best is the cheapest way that the wallet can pay for; if it can pay for
// none, the cheapest; if none can be gone, the first.
func best(o Observation, ways []way) way {
	rank := func(w way) int {
		switch {
		case w.problem != "":
			return 2
		case !o.affords(w):
			return 1
		}
		return 0
	}
	return slices.MinFunc(ways, func(a, b way) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		if a.wei == nil || b.wei == nil {
			return 0
		}
		return a.wei.Cmp(b.wei)
	})
}

// affords reports whether the wallet has what a way pays. Gas counts where ETH
// pays: a wallet of USDC may still get some.
func (o Observation) affords(w way) bool {
	if w.pay == PayUSDC {
		return o.USDC.Cmp(w.usdc) >= 0
	}
	o.Pay, o.DIEMBy = w.pay, w.diem
	gas := planner{Observation: o}.chainGas()
	return o.ETH.Add(o.AccountETH).Cmp(w.eth.Add(gas)) >= 0
}

// take makes a way the observation's.
func (o *Observation) take(w way) {
	o.Pay, o.DIEMBy, o.Offer, o.DIEMOffer, o.NoOffer = w.pay, w.diem, w.vvv, w.buy, w.problem
	if w.diem == DIEMBuy {
		o.Lock, o.NoMint = Amount{}, ""
	}
}

func (o Observation) symbol(token common.Address) string {
	if token == o.Contracts.DIEM {
		return "DIEM"
	}
	return "VVV"
}

func unitOf(pay string) string {
	if pay == PayUSDC {
		return "USDC"
	}
	return "ETH"
}

func (t Target) pay() string {
	if t.Pay == "" {
		return PayAuto
	}
	return t.Pay
}

func (t Target) diemBy() string {
	if t.DIEMBy == "" {
		return DIEMAuto
	}
	return t.DIEMBy
}

// keepTo has a run go on through the markets that its plan names: which one is
// the best by a hair changes with every block.
func (r *runner) keepTo(plan Plan) {
	r.markets = map[common.Address]string{}
	for kind, token := range map[StepKind]common.Address{StepBuy: r.Network.Contracts.VVV, StepBuyDIEM: r.Network.Contracts.DIEM} {
		if step, found := plan.step(kind); found {
			r.markets[token] = step.Via
		}
	}
}
