package agent

import (
	"fmt"
	"math/big"
	"strings"
)

// Move is one thing that is not as it was when a plan was made.
type Move struct {
	What    string `json:"what"`
	Planned string `json:"planned"`
	Now     string `json:"now"`
	By      string `json:"by,omitempty"` // the difference, where it is a number's
}

func (m Move) String() string {
	text := fmt.Sprintf("%s was %s, is %s", m.What, m.Planned, m.Now)
	if m.By != "" {
		text += " (" + m.By + ")"
	}
	return text
}

// MovedError says that a plan was not applied, or not to its end, because the
// world is not what the plan was made for.
type MovedError struct {
	Planned uint64 // the block that the plan was made at
	Now     uint64 // the block that was compared with it
	Moves   []Move // the consequences for steps first, then what caused them
}

func (e *MovedError) Error() string {
	words := make([]string, len(e.Moves))
	for i, m := range e.Moves {
		words[i] = m.String()
	}
	return fmt.Sprintf("the world moved between block %d, of the plan, and block %d: %s", e.Planned, e.Now, strings.Join(words, "; "))
}

// compare holds the plan's steps that are not done against those that would be
// planned now. A plan is still good when every such step is the same: its kind
// and market, its amount, and its price to what the swap's slippage allows for.
// Where DIEM is minted, the curve moves with every mint of anybody; amounts of
// the stake for it may differ by the margin that was planned in.
func (p Plan) compare(now Plan, done map[StepKind]bool) error {
	var moves []Move
	for _, step := range now.Steps {
		if planned, found := p.step(step.Kind); (!found || !planned.Todo()) && step.Todo() && !done[step.Kind] && step.Kind != StepRevoke {
			moves = append(moves, Move{What: "step " + string(step.Kind), Planned: "not needed", Now: step.words()})
		}
	}
	for _, planned := range p.Steps {
		if planned.Todo() && !done[planned.Kind] {
			moves = append(moves, p.compareStep(planned, now)...)
		}
	}
	if len(moves) == 0 {
		return nil
	}
	return &MovedError{Planned: p.Facts.Block, Now: now.Facts.Block, Moves: append(moves, p.Facts.compare(now.Facts, done)...)}
}

func (p Plan) step(kind StepKind) (Step, bool) {
	for _, step := range p.Steps {
		if step.Kind == kind {
			return step, true
		}
	}
	return Step{}, false
}

func (p Plan) compareStep(planned Step, nowPlan Plan) []Move {
	now, found := nowPlan.step(planned.Kind)
	name := "step " + string(planned.Kind)
	switch {
	case !found || !now.Todo():
		if planned.Kind == StepProve || planned.Kind == StepRevoke {
			return nil // done by somebody else, and once is enough
		}
		return []Move{{What: name, Planned: planned.words(), Now: "not needed"}}
	case now.Blocked != "":
		return []Move{{What: name, Planned: planned.words(), Now: now.Blocked}}
	case now.Via != planned.Via:
		return []Move{{What: "the best market of " + name, Planned: planned.Via, Now: now.Via}}
	case now.Symbol != planned.Symbol || now.Token != planned.Token || now.Spender != planned.Spender:
		return []Move{{What: name, Planned: planned.words(), Now: now.words()}}
	}
	var moves []Move
	check := func(what, unit string, a, b Amount, tolerance int64) {
		if !within(a, b, tolerance) {
			moves = append(moves, Move{What: what, Planned: a.Short() + unit, Now: b.Short() + unit, By: change(a, b)})
		}
	}
	check("the amount of "+name, " "+planned.Token, planned.Amount, now.Amount, p.tolerance(planned))
	check("the price of "+name, " ETH", planned.ETH, now.ETH, p.Limits.SlippageBPS+p.tolerance(planned))
	check("the price of "+name, " USDC", planned.USDC, now.USDC, p.Limits.SlippageBPS+p.tolerance(planned))
	check("the sVVV to lock for "+name, "", planned.Lock, now.Lock, stakeMarginBPS)
	return moves
}

// tolerance is how far a step's amount may be off, in basis points.
func (p Plan) tolerance(step Step) int64 {
	_, minting := p.step(StepMintDIEM)
	switch {
	case step.Kind == StepAllow || step.Kind == StepAllowDIEM:
		return p.Limits.SlippageBPS + stakeMarginBPS // it is a price
	case !minting || p.Target.DIEM.IsZero():
		return 0
	case step.Kind == StepBuy || step.Kind == StepApprove || step.Kind == StepStake:
		return stakeMarginBPS
	}
	return 0
}

// transactions are the steps that cost gas.
var transactions = []StepKind{StepAllow, StepBuy, StepApprove, StepStake, StepMintDIEM, StepAllowDIEM, StepBuyDIEM, StepStakeDIEM}

// compare names the balances that differ, those aside that the plan's own
// steps have changed.
func (f Facts) compare(now Facts, done map[StepKind]bool) []Move {
	var moves []Move
	check := func(what string, a, b Amount, changedBy ...StepKind) {
		for _, kind := range changedBy {
			if done[kind] {
				return
			}
		}
		if a.Cmp(b) != 0 {
			moves = append(moves, Move{What: what, Planned: a.Short(), Now: b.Short(), By: change(a, b)})
		}
	}
	check("ETH in the wallet", f.ETH, now.ETH, transactions...)
	check("ETH in the account", f.AccountETH, now.AccountETH, StepBuy, StepBuyDIEM)
	check("USDC in the wallet", f.USDC, now.USDC, StepBuy, StepBuyDIEM)
	check("VVV in the wallet", f.VVV, now.VVV, StepBuy, StepStake)
	check("VVV that the staking contract may take", f.Allowance, now.Allowance, StepApprove, StepStake)
	check("sVVV", f.Staked, now.Staked, StepStake)
	check("sVVV that is not locked", f.Unlocked, now.Unlocked, StepStake, StepMintDIEM)
	check("DIEM in the wallet", f.DIEM, now.DIEM, StepMintDIEM, StepBuyDIEM, StepStakeDIEM)
	check("staked DIEM", f.StakedDIEM, now.StakedDIEM, StepStakeDIEM)
	if f.Key != now.Key && !done[StepKey] {
		moves = append(moves, Move{What: "the stored key", Planned: orNone(f.Key), Now: orNone(now.Key)})
	}
	return moves
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// words say what a step does, for a Move.
func (s Step) words() string {
	if s.Amount.IsZero() {
		return s.Reason
	}
	return s.Amount.Short() + " " + s.Token
}

// within reports whether b differs from a by at most so many basis points of a.
func within(a, b Amount, points int64) bool {
	difference := new(big.Int).Sub(b.Int(), a.Int())
	difference.Abs(difference).Mul(difference, big.NewInt(10_000))
	return difference.Cmp(new(big.Int).Mul(a.Int(), big.NewInt(points))) <= 0
}

// change is the difference of two amounts in words, such as "+0.5, +12.3 %".
func change(a, b Amount) string {
	sign, by := "+", b.Sub(a)
	if a.Cmp(b) > 0 {
		sign, by = "-", a.Sub(b)
	}
	text := sign + by.Short()
	if a.IsZero() {
		return text
	}
	tenths := new(big.Int).Mul(by.Int(), big.NewInt(1000))
	tenths.Quo(tenths, a.Int())
	if !tenths.IsInt64() {
		return text
	}
	return fmt.Sprintf("%s, %s%d.%d %%", text, sign, tenths.Int64()/10, tenths.Int64()%10)
}

// fits checks that a plan is for this run: nothing in a plan may send the run
// elsewhere, or beyond what the run itself allows.
func (p Plan) fits(r *runner, caps Limits) error {
	mismatch := func(what string, planned, run any) error {
		return fmt.Errorf("%w: it is for %s %v, the run is for %v", ErrOtherPlan, what, planned, run)
	}
	limits := p.Limits.withDefaults()
	switch {
	case p.Version != PlanVersion || p.Digest == "" || p.digest() != p.Digest:
		return fmt.Errorf("%w: its digest does not match what it says", ErrPlanFile)
	case p.Address != r.Signer.Address():
		return mismatch("wallet", p.Address, r.Signer.Address())
	case p.Payer != r.payer().Address():
		return mismatch("the payer", p.Payer, r.payer().Address())
	case p.ChainID != r.Network.ChainID:
		return mismatch("chain", p.ChainID, r.Network.ChainID)
	case p.APIBase != r.client.Base():
		return mismatch("the server", p.APIBase, r.client.Base())
	case p.Contracts != r.Network.Contracts:
		return fmt.Errorf("%w: it is for contracts at other addresses", ErrOtherPlan)
	}
	for _, limit := range []struct {
		name        string
		asked, most Amount
	}{{"ETH", limits.MaxETH, caps.MaxETH}, {"USDC", limits.MaxUSDC, caps.MaxUSDC}, {"ETH for one transaction's gas", limits.MaxTxFee, caps.MaxTxFee}} {
		if !limit.most.IsZero() && limit.asked.Cmp(limit.most) > 0 {
			return fmt.Errorf("%w: it may spend up to %s %s, the run allows %s", ErrOtherPlan, limit.asked.Short(), limit.name, limit.most.Short())
		}
	}
	if caps.SlippageBPS != 0 && limits.SlippageBPS > caps.SlippageBPS || caps.MaxImpactBPS != 0 && limits.MaxImpactBPS > caps.MaxImpactBPS ||
		caps.MaxDeviationBPS != 0 && limits.MaxDeviationBPS > caps.MaxDeviationBPS {
		return fmt.Errorf("%w: it allows more slippage, price impact or deviation than the run", ErrOtherPlan)
	}
	if limits.KeepETH.Cmp(caps.KeepETH) < 0 {
		return fmt.Errorf("%w: it keeps %s ETH in the wallet, the run wants %s", ErrOtherPlan, limits.KeepETH.Short(), caps.KeepETH.Short())
	}
	return nil
}
