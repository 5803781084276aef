package agent

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// StepKind names a kind of step.
type StepKind string

// The steps of the road, in their order.
const (
	StepFund      StepKind = "fund"       // somebody sends ETH to the wallet
	StepReceive   StepKind = "receive"    // somebody sends USDC or VVV to the wallet
	StepAllow     StepKind = "allow"      // let an exchange take exactly the USDC for VVV
	StepBuy       StepKind = "buy"        // ETH or USDC -> VVV
	StepApprove   StepKind = "approve"    // let the staking contract take exactly the amount
	StepStake     StepKind = "stake"      // VVV -> sVVV, for the wallet itself
	StepRevoke    StepKind = "revoke"     // take an allowance back that is not needed any more
	StepMintDIEM  StepKind = "mint-diem"  // lock sVVV, get DIEM
	StepAllowDIEM StepKind = "allow-diem" // let an exchange take exactly the USDC for DIEM
	StepBuyDIEM   StepKind = "buy-diem"   // ETH or USDC -> DIEM
	StepStakeDIEM StepKind = "stake-diem" // DIEM -> staked DIEM
	StepKey       StepKind = "key"        // validation token, signature, API key
	StepProve     StepKind = "prove"      // one chat call with the key
)

// Symbols of a step: what applying it does.
const (
	SymbolCreate  = "+" // makes something on the server
	SymbolChange  = "~" // puts something in the place of what is there
	SymbolNothing = "=" // is as it should be
	SymbolSpend   = "!" // sends a transaction, or needs somebody to
)

// Target is what a run is to reach. Zero members ask for nothing.
type Target struct {
	// Stake is the sVVV that the wallet shall hold.
	Stake Amount `json:"stake"`
	// DIEM is the staked DIEM that the wallet shall hold. DIEMBy says how to get
	// what is missing: DIEMMint by locking sVVV, DIEMBuy on an exchange; empty or
	// DIEMAuto is the cheaper one.
	DIEM   Amount `json:"diem"`
	DIEMBy string `json:"diemBy,omitempty"`
	// Pay says what to pay with: PayETH, PayUSDC, or PayTransfer, for which
	// somebody sends the VVV. Empty or PayAuto is what the wallet has.
	Pay string `json:"pay,omitempty"`
	// Key is the API key that shall be in the store. An empty Type means
	// INFERENCE.
	Key KeySpec `json:"key"`
	// Prove asks for one chat call even if the key has answered before.
	Prove bool `json:"prove"`
}

// Limits bound what a run may spend. Zero members mean the default.
type Limits struct {
	MaxETH       Amount `json:"maxEth"`       // everything that leaves the wallet as ETH, gas included; default 0.2
	MaxUSDC      Amount `json:"maxUsdc"`      // everything that leaves the wallet as USDC; default 600
	MaxTxFee     Amount `json:"maxTxFee"`     // the most that one transaction's gas may cost; default 0.01
	SlippageBPS  int64  `json:"slippageBps"`  // default 50 (0.5 %)
	MaxImpactBPS int64  `json:"maxImpactBps"` // default 200 (2 %)
	// MaxDeviationBPS is how far a price may be from its mean over the last half
	// hour and from the price feeds; default 300 (3 %).
	MaxDeviationBPS int64  `json:"maxDeviationBps"`
	KeepETH         Amount `json:"keepEth"` // what stays in the wallet in the end; default 0
}

func (l Limits) withDefaults() Limits {
	if l.MaxETH.IsZero() {
		l.MaxETH = MustAmount("0.2")
	}
	if l.MaxTxFee.IsZero() {
		l.MaxTxFee = MustAmount("0.01")
	}
	if l.SlippageBPS == 0 {
		l.SlippageBPS = 50
	}
	if l.MaxUSDC.IsZero() {
		l.MaxUSDC = MustAmount("600")
	}
	if l.MaxImpactBPS == 0 {
		l.MaxImpactBPS = 200
	}
	if l.MaxDeviationBPS == 0 {
		l.MaxDeviationBPS = 300
	}
	return l
}

// deadline is how long a swap may wait to be mined.
const deadline = 120 * time.Second

// Step is one thing to do, or a thing that needs nothing.
type Step struct {
	Kind   StepKind `json:"kind"`
	Symbol string   `json:"symbol"`
	Reason string   `json:"reason"`
	// Risk says what may go wrong with it, or what cannot be undone.
	Risk string `json:"risk,omitempty"`
	// Amount is what the step moves, in units of Token; zero where it moves
	// nothing.
	Amount Amount `json:"amount"`
	Token  string `json:"token,omitempty"`
	// Via names the market that a purchase goes through, Spender the contract
	// that may take what is allowed.
	Via     string         `json:"via,omitempty"`
	Spender common.Address `json:"spender,omitzero"`
	// ETH and USDC are what the step pays besides gas; Gas the most that its gas
	// costs.
	ETH  Amount `json:"eth"`
	USDC Amount `json:"usdc"`
	Gas  Amount `json:"gas"`
	// Lock is the sVVV that minting DIEM locks.
	Lock Amount `json:"lock"`
	// Blocked says why the step cannot be done now; "" if it can.
	Blocked string `json:"blocked,omitempty"`
}

// Todo reports whether the step changes anything.
func (s Step) Todo() bool { return s.Symbol != SymbolNothing }

// Plan is what a run would do, decided from one observation. It is a value:
// making it changes nothing. It can be written to a file, read by a person and
// applied later, see [WritePlan] and [Apply].
type Plan struct {
	// Version is PlanVersion.
	Version int `json:"version"`
	// Digest names this very plan: a hash of everything else in it.
	Digest string `json:"digest"`
	// Where: a plan is for one wallet on one chain and one server.
	Network   string         `json:"network"`
	APIBase   string         `json:"apiBase"`
	ChainID   uint64         `json:"chainId"`
	Address   common.Address `json:"address"`
	Payer     common.Address `json:"payer"` // sends the transactions; mostly the address itself
	Contracts Contracts      `json:"contracts"`
	// What was asked for, within which limits, and what it was decided from.
	Target Target `json:"target"`
	Limits Limits `json:"limits"`
	Facts  Facts  `json:"facts"`
	Steps  []Step `json:"steps"`
	// ETH, USDC and Gas are the sums over the steps.
	ETH  Amount `json:"eth"`
	USDC Amount `json:"usdc"`
	Gas  Amount `json:"gas"`
	// Applyable: there is something to do, and nothing is in its way.
	Applyable bool `json:"applyable"`
	// Complete: there is nothing to do.
	Complete bool `json:"complete"`
}

// Next returns the first step to do, or false.
func (p Plan) Next() (Step, bool) {
	for _, step := range p.Steps {
		if step.Todo() {
			return step, true
		}
	}
	return Step{}, false
}

// BlockedBy returns the first step that cannot be done now, or false. Nothing
// is begun while there is one: half of a road is only cost.
func (p Plan) BlockedBy() (Step, bool) {
	for _, step := range p.Steps {
		if step.Blocked != "" {
			return step, true
		}
	}
	return Step{}, false
}

// NewPlan decides what is missing between an observation and its target. It is
// a pure function: the same observation gives the same plan.
func NewPlan(o Observation) Plan {
	p := planner{Observation: o, limits: o.Limits.withDefaults()}
	chain := append(p.buyVVV(), p.approve(), p.stake())
	if !o.Target.DIEM.IsZero() {
		chain = append(append(chain, p.getDIEM()...), p.stakeDIEM())
	}
	chain = append(chain, p.revoke()...)
	steps := append(append([]Step{p.fund(chain)}, p.receive(chain)...), chain...)
	steps = append(steps, p.key(), p.prove())
	plan := Plan{Steps: steps, Complete: true}
	for _, step := range steps {
		plan.ETH, plan.USDC, plan.Gas = plan.ETH.Add(step.ETH), plan.USDC.Add(step.USDC), plan.Gas.Add(step.Gas)
		plan.Complete = plan.Complete && !step.Todo()
	}
	_, blocked := plan.BlockedBy()
	plan.Applyable = !plan.Complete && !blocked
	return plan.sealed(p)
}

// planner answers what each step has to do.
type planner struct {
	Observation
	limits Limits
}

// gasUnits is an upper bound of each step's gas on the contracts we know.
var gasUnits = map[StepKind]uint64{ // kind -> gas
	StepAllow: 80_000, StepBuy: 500_000, StepApprove: 70_000, StepStake: 250_000,
	StepMintDIEM: 400_000, StepAllowDIEM: 80_000, StepBuyDIEM: 500_000, StepStakeDIEM: 200_000, StepRevoke: 70_000,
	StepUnstake: 250_000, StepFinish: 150_000, StepUnstakeDIEM: 150_000, StepFinishDIEM: 150_000, StepClaim: 250_000, StepClaimStake: 250_000,
}

// maxStepGas is the largest of them.
const maxStepGas = 500_000

// gas is the most that a step's transaction may cost: gas at the highest price
// that would be offered, and the fee of the layer below.
func (p planner) gas(kind StepKind) Amount {
	fee := new(big.Int).Mul(new(big.Int).SetUint64(gasUnits[kind]+p.Overhead), p.GasPrice.Int())
	return Units(fee).Add(p.L1Fee)
}

func (p planner) spend(kind StepKind, amount Amount, token, reason string) Step {
	return Step{Kind: kind, Symbol: SymbolSpend, Amount: amount, Token: token, Reason: reason, Gas: p.gas(kind)}
}

func nothing(kind StepKind, reason string) Step {
	return Step{Kind: kind, Symbol: SymbolNothing, Reason: reason}
}

// fund checks that the wallet's ETH pays for all the others.
func (p planner) fund(chain []Step) Step {
	var value, gas Amount
	todo := false
	for _, step := range chain {
		value, gas, todo = value.Add(step.ETH), gas.Add(step.Gas), todo || step.Todo()
	}
	// A contract account's own ETH pays for the swap, but never for gas.
	need := value.Sub(p.AccountETH).Add(gas).Add(p.limits.KeepETH)
	switch {
	case !todo:
		return nothing(StepFund, fmt.Sprintf("no transaction is needed (wallet has %s ETH)", p.ETH.Short()))
	case p.ETH.Cmp(need) >= 0:
		return nothing(StepFund, fmt.Sprintf("wallet has %s ETH, the plan needs at most %s", p.ETH.Short(), need.Short()))
	}
	missing := need.Sub(p.ETH)
	return Step{Kind: StepFund, Symbol: SymbolSpend, Amount: missing, Token: "ETH",
		Reason: p.fundReason(value),
		Blocked: fmt.Sprintf("wallet has %s ETH and needs %s: send %s ETH to %s on chain %d",
			p.ETH.Short(), need.Short(), roundUp(missing), p.Payer, p.ChainID)}
}

// roundUp gives a number that a person can type: six places, not less than a.
func roundUp(a Amount) string {
	grain := new(big.Int).Exp(big.NewInt(10), big.NewInt(amountPlaces-6), nil)
	units := new(big.Int).Add(a.Int(), new(big.Int).Sub(grain, big.NewInt(1)))
	return Units(units.Mul(units.Quo(units, grain), grain)).String()
}

func (p planner) approve() Step {
	amount := p.missingStake()
	switch {
	case amount.IsZero():
		return nothing(StepApprove, "nothing to stake, nothing to approve")
	case p.Allowance.Cmp(amount) == 0:
		return nothing(StepApprove, fmt.Sprintf("the staking contract may already take exactly %s VVV", amount.Short()))
	}
	step := p.spend(StepApprove, amount, "VVV", fmt.Sprintf("the staking contract %s may take exactly this", p.Contracts.Staking))
	step.Risk = "until it is staked the contract may take it at any time; it is taken back if staking fails"
	return step
}

func (p planner) stake() Step {
	amount := p.missingStake()
	if amount.IsZero() {
		return nothing(StepStake, fmt.Sprintf("wallet has %s VVV staked, %s wanted", p.Staked.Short(), p.Target.Stake.Short()))
	}
	reason := fmt.Sprintf("wallet has %s VVV staked, %s wanted", p.Staked.Short(), p.Target.Stake.Short())
	if p.Staked.Add(amount).Cmp(p.Target.Stake) > 0 {
		reason = fmt.Sprintf("%s sVVV have to be locked for %s DIEM, %s are free", p.Lock.Short(), p.mintAmount().Short(), p.Unlocked.Short())
	}
	step := p.spend(StepStake, amount, "VVV", reason)
	step.Risk = "to get it back takes 7 days: one withdrawal at a time, which ends its part of the allocation at once"
	return step
}

func (p planner) mintDIEM() Step {
	amount := p.mintAmount()
	if amount.IsZero() {
		return nothing(StepMintDIEM, fmt.Sprintf("no DIEM has to be minted (wallet has %s, staked %s)", p.DIEM.Short(), p.StakedDIEM.Short()))
	}
	step := p.spend(StepMintDIEM, amount, "DIEM", fmt.Sprintf("locks about %s sVVV", p.Lock.Short()))
	step.Lock, step.Blocked = p.Lock, p.NoMint
	step.Risk = "the locked sVVV comes back only for burnt DIEM; the curve's price may rise until it is mined"
	return step
}

func (p planner) stakeDIEM() Step {
	amount := p.missingDIEM()
	if amount.IsZero() {
		return nothing(StepStakeDIEM, fmt.Sprintf("wallet has %s DIEM staked", p.StakedDIEM.Short()))
	}
	step := p.spend(StepStakeDIEM, amount, "DIEM", fmt.Sprintf("wallet has %s DIEM staked, %s wanted", p.StakedDIEM.Short(), p.Target.DIEM.Short()))
	step.Risk = "to get it back takes 24 hours, which begin anew with every further withdrawal"
	if p.Target.DIEM.Cmp(MustAmount(leastDIEM)) < 0 {
		step.Risk += "; Venice counts staked DIEM from " + leastDIEM + ": less than that pays for nothing there"
	}
	return step
}

func (p planner) key() Step {
	if p.Key != nil && !p.KeyRejected {
		return nothing(StepKey, fmt.Sprintf("the stored %s key ...%s works", p.Key.Type, p.Key.Last6))
	}
	step := Step{Kind: StepKey, Symbol: SymbolCreate, Reason: fmt.Sprintf("%s key, %s", p.Target.Key.keyType(), p.Target.Key.limitWords()),
		Risk: "whoever has it spends the allocation until it is revoked"}
	if p.KeyRejected {
		step.Symbol = SymbolChange
		step.Reason += fmt.Sprintf(" (the server refuses the stored one, ...%s: it is replaced)", p.Key.Last6)
	}
	return step
}

func (p planner) prove() Step {
	if p.Key != nil && !p.KeyRejected && p.Key.ProvedAt != nil && !p.Target.Prove {
		return nothing(StepProve, "the key has answered before")
	}
	return Step{Kind: StepProve, Symbol: SymbolCreate, Reason: "one chat call with the key"}
}

// missingStake is how much more VVV has to be staked: for the target itself,
// and so that enough unlocked sVVV is there to mint DIEM.
func (o Observation) missingStake() Amount {
	missing := o.Target.Stake.Sub(o.Staked)
	if forLock := o.Lock.Sub(o.Unlocked); forLock.Cmp(missing) > 0 {
		missing = forLock
	}
	return missing
}

func (o Observation) missingVVV() Amount  { return o.missingStake().Sub(o.VVV) }
func (o Observation) missingDIEM() Amount { return o.Target.DIEM.Sub(o.StakedDIEM) }
func (o Observation) mintAmount() Amount  { return o.missingDIEM().Sub(o.DIEM) }

func (s KeySpec) keyType() KeyType {
	if s.Type == "" {
		return Inference
	}
	return s.Type
}

// limitWords is what the key may spend, and what else narrows it.
func (s KeySpec) limitWords() string {
	words := []string{s.spendWords()}
	add := func(narrows bool, format string, values ...any) {
		if narrows {
			words = append(words, fmt.Sprintf(format, values...))
		}
	}
	add(len(s.AllowedModels) > 0, "for %s only", strings.Join(s.AllowedModels, ", "))
	add(len(s.AllowedNetworks) > 0, "from %s only", strings.Join(s.AllowedNetworks, ", "))
	add(s.MaxInFlight > 0, "%d calls at once", s.MaxInFlight)
	add(s.ExpiresAt != "", "until %s", s.ExpiresAt)
	return strings.Join(words, ", ")
}

func (s KeySpec) spendWords() string {
	words, period := "", s.Period
	if period == "" {
		period = "EPOCH"
	}
	if s.Limits != nil && s.Limits.DIEM != nil {
		words += fmt.Sprintf("at most %s DIEM ", *s.Limits.DIEM)
	}
	if s.Limits != nil && s.Limits.USD != nil {
		words += fmt.Sprintf("at most %s USD ", *s.Limits.USD)
	}
	if words == "" {
		return "without a limit of its own"
	}
	return words + "per " + period
}

// percent prints basis points as a percentage.
func percent(points int64) string {
	return Units(new(big.Int).Mul(big.NewInt(points), big.NewInt(1e16))).String()
}
