package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
)

// The steps that take back what is staked, and its rewards.
const (
	StepUnstake     StepKind = "unstake"      // sVVV -> cooling down, for days
	StepFinish      StepKind = "finish"       // cooled down -> VVV
	StepUnstakeDIEM StepKind = "unstake-diem" // staked DIEM -> cooling down, for a day
	StepFinishDIEM  StepKind = "finish-diem"  // cooled down -> DIEM
	StepClaim       StepKind = "claim"        // rewards -> VVV
	StepClaimStake  StepKind = "claim-stake"  // rewards -> sVVV
)

// Release says what a wallet takes back. Zero members ask for nothing.
type Release struct {
	// VVV and DIEM begin to be unstaked; AllVVV and AllDIEM are all that can be.
	VVV, DIEM       Amount
	AllVVV, AllDIEM bool
	// Restart allows a DIEM cool-down that is running to begin anew: that is what
	// unstaking more does.
	Restart bool
	// Finish takes what has cooled down. It is no error if nothing has.
	Finish bool
	// Claim takes the rewards of the stake, Restake stakes them instead.
	Claim, Restake bool
}

// Releasing is what a wallet has staked and is taking back, at one block.
type Releasing struct {
	Block     uint64    `json:"block"`
	BlockTime time.Time `json:"blockTime"`
	// VVV is the stake, Unlocked the part of it that is not locked for DIEM.
	VVV      Amount `json:"stakedVvv"`
	Unlocked Amount `json:"unlockedVvv"`
	DIEM     Amount `json:"stakedDiem"`
	// CoolingVVV is the one withdrawal that can be under way at a time; its end
	// is the zero time if there is none. Further DIEM begins its day anew.
	CoolingVVV   Amount    `json:"coolingVvv"`
	VVVEndsAt    time.Time `json:"vvvEndsAt,omitzero"`
	CoolingDIEM  Amount    `json:"coolingDiem"`
	DIEMEndsAt   time.Time `json:"diemEndsAt,omitzero"`
	VVVCooldown  string    `json:"vvvCooldown"` // how long a new one takes, such as 168h0m0s
	DIEMCooldown string    `json:"diemCooldown"`
	Rewards      Amount    `json:"rewards"` // VVV
}

// readReleasing reads all of it at the observation's block.
func (r *runner) readReleasing(ctx context.Context, o Observation) (Releasing, error) {
	c, staking := r.Network.Contracts, bindings.NewStakingV2()
	state := Releasing{Block: o.Block, BlockTime: o.BlockTime.UTC(), VVV: o.Staked, Unlocked: o.Unlocked, DIEM: o.StakedDIEM}
	var vvv, diem cooling
	var vvvSeconds, diemSeconds Amount
	err := readAll(ctx, r.chain, c.Multicall3, new(big.Int).SetUint64(o.Block), append(coolingOf(c, o.Address, &vvv, &diem),
		amountOf("sVVV", c.Staking, staking.PackCooldownDuration(), &vvvSeconds),
		amountOf("DIEM", c.DIEM, bindings.NewDIEM().PackCooldownDuration(), &diemSeconds),
		amountOf("sVVV", c.Staking, staking.PackPendingRewards(o.Address), &state.Rewards),
	))
	state.CoolingVVV, state.VVVEndsAt, state.CoolingDIEM, state.DIEMEndsAt = vvv.amount, vvv.endsAt, diem.amount, diem.endsAt
	state.VVVCooldown, state.DIEMCooldown = seconds(vvvSeconds), seconds(diemSeconds)
	return state, err
}

// cooling is a withdrawal that was begun; its end is the zero time if there is
// none.
type cooling struct {
	amount Amount
	endsAt time.Time
}

func coolingUntil(amount, end *big.Int) cooling {
	c := cooling{amount: Units(amount)}
	if amount.Sign() > 0 && end.IsInt64() {
		c.endsAt = time.Unix(end.Int64(), 0).UTC()
	}
	return c
}

// coolingOf reads both withdrawals of an address.
func coolingOf(c Contracts, address common.Address, vvv, diem *cooling) []read {
	staking, token := bindings.NewStakingV2(), bindings.NewDIEM()
	return []read{
		{c.Staking, staking.PackStakes(address), func(answer []byte) error {
			stake, err := staking.UnpackStakes(answer) // no stake amount is in it
			if err == nil {
				*vvv = coolingUntil(stake.CooldownAmount, stake.CooldownEnd)
			}
			return err
		}, "sVVV"},
		{c.DIEM, token.PackStakedInfos(address), func(answer []byte) error {
			info, err := token.UnpackStakedInfos(answer) // the time is the field in the middle
			if err == nil {
				*diem = coolingUntil(info.CoolDownAmount, info.CoolDownEnd)
			}
			return err
		}, "DIEM"},
	}
}

func seconds(n Amount) string {
	units := n.Int()
	if !units.IsInt64() || units.Int64() > 1<<32 {
		return "unknown"
	}
	return (time.Duration(units.Int64()) * time.Second).String()
}

// ErrRelease says that what was asked for cannot be taken back now.
var ErrRelease = errors.New("this cannot be taken back now")

func notNow(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRelease, fmt.Sprintf(format, args...))
}

// Steps decides what to do, in order, or says why it cannot be.
func (want Release) Steps(s Releasing) ([]Step, error) {
	var steps []Step
	if want.Finish {
		steps = append(steps, s.finish()...)
	}
	for _, plan := range []func(Releasing) ([]Step, error){want.unstakeDIEM, want.unstakeVVV, want.claim} {
		more, err := plan(s)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	return steps, nil
}

// finish is what has cooled down; the rest says when it will have.
func (s Releasing) finish() []Step {
	one := func(kind StepKind, amount Amount, token string, end time.Time) Step {
		switch {
		case amount.IsZero():
			return nothing(kind, "no "+token+" cools down")
		case s.BlockTime.Before(end):
			return nothing(kind, fmt.Sprintf("%s %s cool down until %s", amount.Short(), token, end.Format(time.RFC3339)))
		}
		return Step{Kind: kind, Symbol: SymbolSpend, Amount: amount, Token: token, Reason: "they have cooled down"}
	}
	return []Step{one(StepFinishDIEM, s.CoolingDIEM, "DIEM", s.DIEMEndsAt), one(StepFinish, s.CoolingVVV, "VVV", s.VVVEndsAt)}
}

func (want Release) unstakeDIEM(s Releasing) ([]Step, error) {
	amount := want.DIEM
	if want.AllDIEM {
		amount = s.DIEM
	}
	cooling := !s.CoolingDIEM.IsZero() && s.BlockTime.Before(s.DIEMEndsAt)
	switch {
	case amount.IsZero():
		return nil, nil
	case amount.Cmp(s.DIEM) > 0:
		return nil, notNow("wallet has %s DIEM staked, not %s", s.DIEM, amount)
	case !s.CoolingDIEM.IsZero() && !cooling && !want.Finish:
		return nil, notNow("%s DIEM have cooled down: take them first, or their time begins anew; --finish does both", s.CoolingDIEM)
	case cooling && !want.Restart:
		return nil, notNow("%s DIEM cool down until %s, and unstaking more begins their %s anew: wait, or accept that with --restart",
			s.CoolingDIEM, s.DIEMEndsAt.Format(time.RFC3339), s.DIEMCooldown)
	}
	return []Step{{Kind: StepUnstakeDIEM, Symbol: SymbolSpend, Amount: amount, Token: "DIEM",
		Reason: fmt.Sprintf("it pays for inference no longer, at once, and can be had after %s", s.DIEMCooldown),
		Risk:   "unstaking more before then begins the time anew for all of it"}}, nil
}

func (want Release) unstakeVVV(s Releasing) ([]Step, error) {
	amount := want.VVV
	if want.AllVVV {
		amount = s.Unlocked
	}
	finishes := want.Finish && !s.BlockTime.Before(s.VVVEndsAt)
	switch {
	case amount.IsZero() && want.AllVVV && !s.VVV.IsZero():
		return nil, notNow("all %s staked VVV are locked for DIEM: they come free when that DIEM is burnt (burnDiem)", s.VVV)
	case amount.IsZero():
		return nil, nil
	case amount.Cmp(s.Unlocked) > 0:
		return nil, notNow("wallet has %s VVV staked, of which %s are not locked for DIEM: not %s", s.VVV, s.Unlocked, amount)
	case !s.CoolingVVV.IsZero() && !finishes:
		return nil, notNow("%s VVV are being unstaked until %s, and the contract knows one such at a time: wait until then, and give --finish as well",
			s.CoolingVVV, s.VVVEndsAt.Format(time.RFC3339))
	}
	return []Step{{Kind: StepUnstake, Symbol: SymbolSpend, Amount: amount, Token: "VVV",
		Reason: fmt.Sprintf("it counts as stake no longer, at once, and can be had after %s", s.VVVCooldown),
		Risk:   "until then no more VVV can be unstaked; keys lose this part of their allocation"}}, nil
}

func (want Release) claim(s Releasing) ([]Step, error) {
	kind, reason := StepClaim, "the rewards of the stake go to the wallet"
	if want.Restake {
		kind, reason = StepClaimStake, "the rewards of the stake are staked"
	}
	switch {
	case !want.Claim && !want.Restake:
		return nil, nil
	case s.Rewards.IsZero():
		return []Step{nothing(kind, "no rewards have accrued")}, nil
	}
	return []Step{{Kind: kind, Symbol: SymbolSpend, Amount: s.Rewards, Token: "VVV", Reason: reason}}, nil
}

// releaseCall encodes a release's step.
func releaseCall(c Contracts, step Step) (dex.Call, error) {
	staking, diem := bindings.NewStakingV2(), bindings.NewDIEM()
	switch step.Kind {
	case StepUnstake:
		return dex.Call{To: c.Staking, Data: staking.PackInitiateUnstake(step.Amount.Int())}, nil
	case StepFinish:
		return dex.Call{To: c.Staking, Data: staking.PackFinalizeUnstake()}, nil
	case StepUnstakeDIEM:
		return dex.Call{To: c.DIEM, Data: diem.PackInitiateUnstake(step.Amount.Int())}, nil
	case StepFinishDIEM:
		return dex.Call{To: c.DIEM, Data: diem.PackUnstake()}, nil
	case StepClaim:
		return dex.Call{To: c.Staking, Data: staking.PackClaim()}, nil
	case StepClaimStake:
		return dex.Call{To: c.Staking, Data: staking.PackClaimAndStake()}, nil
	default:
		return dex.Call{}, fmt.Errorf("there is no transaction for the step %q", step.Kind)
	}
}

// released is what a release's step has brought: rewards go on accruing, so
// that a claim brings more than it was planned for.
func released(kind StepKind, before, after Observation) (Amount, error) {
	switch kind {
	case StepFinish, StepClaim:
		return after.VVV.Sub(before.VVV), nil
	case StepUnstake:
		return before.Staked.Sub(after.Staked), nil
	case StepClaimStake:
		return after.Staked.Sub(before.Staked), nil
	case StepUnstakeDIEM:
		return before.StakedDIEM.Sub(after.StakedDIEM), nil
	case StepFinishDIEM:
		return after.DIEM.Sub(before.DIEM), nil
	default:
		return Amount{}, fmt.Errorf("nothing is known of what the step %q brings", kind)
	}
}

// ReleaseResult is what a release has done, also when it ended with an error.
type ReleaseResult struct {
	Result
	Steps  []Step     `json:"steps"`  // what was decided
	Before *Releasing `json:"before"` // what it was decided from
	After  *Releasing `json:"after"`
}

// Unstake takes back what the release says: it begins cool-downs, finishes
// those that are over, and claims rewards. Options' Target is not used; its
// Limits bound the gas. With dryRun it only says what it would do. What cannot
// be is ErrRelease, and nothing is done then.
func Unstake(ctx context.Context, o Options, want Release, dryRun bool, view View) (ReleaseResult, error) {
	o.Target = Target{}
	var out ReleaseResult
	work := func(ctx context.Context, r *runner) error {
		r.releasing = &want
		return r.release(ctx, want, dryRun, &out)
	}
	var err error
	out.Result, err = perform(ctx, o, view, work)
	return out, err
}
