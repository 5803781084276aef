package agent

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/dex"
)

// buyVVV is the steps that bring the VVV that is missing.
func (p planner) buyVVV() []Step {
	missing := p.missingVVV()
	switch {
	case missing.IsZero():
		return []Step{nothing(StepBuy, fmt.Sprintf("no VVV has to be bought (wallet has %s, staked %s)", p.VVV.Short(), p.Staked.Short()))}
	case p.Pay == PayTransfer:
		return []Step{nothing(StepBuy, "somebody sends the VVV")}
	}
	return p.purchase(StepAllow, StepBuy, p.Offer, missing, "VVV")
}

// getDIEM is the steps that bring the DIEM that is missing.
func (p planner) getDIEM() []Step {
	missing := p.mintAmount()
	if missing.IsZero() || p.DIEMBy != DIEMBuy {
		return []Step{p.mintDIEM()}
	}
	return p.purchase(StepAllowDIEM, StepBuyDIEM, p.DIEMOffer, missing, "DIEM")
}

// purchase is a swap and, where USDC pays for it, its approval.
func (p planner) purchase(allow, buy StepKind, offer *dex.Offer, amount Amount, token string) []Step {
	step := p.spend(buy, amount, token, fmt.Sprintf("wallet needs %s %s more", amount.Short(), token))
	if offer == nil {
		step.Blocked = p.NoOffer
		return []Step{step}
	}
	step.Via = offer.Route.Name()
	step.Risk = fmt.Sprintf("the price may move until it is mined: less than %s %s is refused by the exchange, for the price of its gas", amount.Short(), token)
	step.Blocked = p.overCap()
	reason := func(paid string) string {
		return fmt.Sprintf("on %s for %s (slippage at most %s %%, price impact %s %%, confirmed by %s)",
			step.Via, paid, percent(p.limits.SlippageBPS), percent(offer.ImpactBPS), orNone(offer.Checked))
	}
	if p.Pay != PayUSDC {
		step.ETH = Units(offer.In)
		step.Reason = reason(step.ETH.Short() + " ETH")
		return []Step{step}
	}
	step.USDC = p.payment(offer)
	step.Reason = reason(step.USDC.Short() + " USDC")
	return []Step{p.allow(allow, offer, step.USDC), step}
}

// payment is the USDC that an offer is taken for: what its router may take
// already, if that differs by no more than the slippage. The router takes
// exactly this, so that nothing stays allowed.
func (p planner) payment(offer *dex.Offer) Amount {
	in := fromUSDC(offer.In)
	if allowed := p.mayTake(offer.Route.Spender()); !allowed.IsZero() && within(in, allowed, p.limits.SlippageBPS) {
		return allowed
	}
	return in
}

// uses reports whether a purchase of the plan takes exactly what a router may
// take.
func (p planner) uses(router common.Address, allowed Amount) bool {
	for _, offer := range []*dex.Offer{p.Offer, p.DIEMOffer} {
		if offer != nil && p.Pay == PayUSDC && offer.Route.Spender() == router && p.payment(offer).Cmp(allowed) == 0 {
			return true
		}
	}
	return false
}

func (p planner) allow(kind StepKind, offer *dex.Offer, amount Amount) Step {
	router := offer.Route.Spender()
	if p.mayTake(router).Cmp(amount) == 0 {
		return nothing(kind, fmt.Sprintf("the exchange may already take exactly %s USDC", amount.Short()))
	}
	step := p.spend(kind, amount, "USDC", fmt.Sprintf("the exchange's router %s may take exactly this", router))
	step.Spender = router
	step.Risk = "until it is spent the router may take it; it is spent by the next step, or taken back if that fails"
	return step
}

// overCap says that the run would pay more than its caps allow, or "".
func (p planner) overCap() string {
	eth, usdc := p.chainGas(), Amount{}
	for _, offer := range []*dex.Offer{p.Offer, p.DIEMOffer} {
		switch {
		case offer == nil:
		case p.Pay == PayUSDC:
			usdc = usdc.Add(p.payment(offer))
		default:
			eth = eth.Add(Units(offer.In))
		}
	}
	for _, err := range []error{beyond(eth, p.Spent, p.limits.MaxETH, "ETH"), beyond(usdc, p.SpentUSDC, p.limits.MaxUSDC, "USDC")} {
		if err != nil {
			return err.Error()
		}
	}
	return ""
}

// beyond refuses to spend more than is left of a cap.
func beyond(more, spent, most Amount, token string) error {
	total := spent.Add(more)
	if total.Cmp(most) <= 0 {
		return nil
	}
	already := ""
	if !spent.IsZero() {
		already = fmt.Sprintf(" (%s of it is spent already, by this run and those before it that did not come to their end)", spent.Short())
	}
	return fmt.Errorf("the run would spend up to %s %s%s, its cap is %s: raise the cap or stake less", total.Short(), token, already, most.Short())
}

// chainGas is the gas of all steps that a purchase may be part of, and of taking
// an allowance back if one of them fails.
func (p planner) chainGas() Amount {
	kinds := []StepKind{StepBuy, StepApprove, StepStake, StepRevoke}
	if p.Pay == PayUSDC {
		kinds = append(kinds, StepAllow)
	}
	if !p.missingDIEM().IsZero() {
		kinds = append(kinds, StepStakeDIEM)
		switch {
		case p.DIEMBy != DIEMBuy:
			kinds = append(kinds, StepMintDIEM)
		case p.Pay == PayUSDC:
			kinds = append(kinds, StepBuyDIEM, StepAllowDIEM)
		default:
			kinds = append(kinds, StepBuyDIEM)
		}
	}
	var gas Amount
	for _, kind := range kinds {
		gas = gas.Add(p.gas(kind))
	}
	return gas
}

// receive checks that the wallet has the tokens that others send it: the USDC
// that pays, or the VVV itself. Gas is ETH in any case.
func (p planner) receive(chain []Step) []Step {
	var need, has Amount
	token := "USDC"
	switch p.Pay {
	case PayTransfer:
		need, has, token = p.missingStake(), p.VVV, "VVV"
	case PayUSDC:
		for _, step := range chain {
			need = need.Add(step.USDC)
		}
		has = p.USDC
	default:
		return nil
	}
	if has.Cmp(need) >= 0 {
		return []Step{nothing(StepReceive, fmt.Sprintf("wallet has %s %s, the plan needs %s", has.Short(), token, need.Short()))}
	}
	missing := need.Sub(has)
	return []Step{{Kind: StepReceive, Symbol: SymbolSpend, Amount: missing, Token: token, Reason: fmt.Sprintf("the plan needs %s %s", need.Short(), token),
		Blocked: fmt.Sprintf("wallet has %s %s and needs %s: send %s %s to %s on chain %d",
			has.Short(), token, need.Short(), roundUp(missing), token, p.Address, p.ChainID)}}
}

// fundReason says what the ETH is for.
func (p planner) fundReason(value Amount) string {
	if value.IsZero() {
		return "the wallet pays for gas, which is always ETH"
	}
	return "the wallet pays for the swap and for gas"
}
