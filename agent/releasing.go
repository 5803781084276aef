package agent

import (
	"context"
	"fmt"
	"slices"
)

// release looks, decides, and does it all.
func (r *runner) release(ctx context.Context, want Release, dryRun bool, out *ReleaseResult) error {
	if err := r.lookUp(ctx); err != nil {
		return err
	}
	o, err := r.observeChain(ctx, 0)
	if err != nil {
		return err
	}
	if !dryRun {
		if o, err = r.resume(ctx, o); err != nil {
			return err
		}
	}
	state, err := r.readReleasing(ctx, o)
	if err != nil {
		return err
	}
	out.Before, r.result.Balances = &state, o.Balances()
	left, done := want.without(r.freedSteps(o), state)
	out.Steps, err = left.Steps(state)
	if out.Steps = append(done, out.Steps...); err != nil || dryRun {
		return err
	}
	if o, err = r.releaseSteps(ctx, o, out.Steps); err != nil {
		return err
	}
	if s := r.journal.state; s.lastly > s.freed {
		if err := r.journal.write(entry{Kind: entryFreed}); err != nil {
			return err
		}
	}
	after, err := r.readReleasing(ctx, o)
	out.After = &after
	return err
}

func (r *runner) releaseSteps(ctx context.Context, o Observation, steps []Step) (Observation, error) {
	var err error
	for _, step := range steps {
		if !step.Todo() {
			continue
		}
		step.Gas = planner{Observation: o}.gas(step.Kind)
		if o, err = r.apply(ctx, step, o); err != nil {
			return o, fmt.Errorf("%s: %w", step.Kind, err)
		}
		r.result.Balances = o.Balances()
		r.view.Event(Event{Kind: EventDone, Step: step, Balances: o.Balances(), Message: string(step.Kind) + " is done"})
	}
	return o, nil
}

// freedSteps are the transactions of a release that was cut off.
func (r *runner) freedSteps(o Observation) []entry {
	var lines []entry
	for _, v := range r.journal.state.mined() {
		reverted := r.journal.state.slots[v.tx.Nonce()].mined.Reverted
		if v.line.Plan == "" && v.line.N > r.journal.state.freed && v.line.Wallet == o.Address && !reverted {
			lines = append(lines, v.line)
		}
	}
	return lines
}

// asks reports whether a transaction that was signed for a release is what this
// one asks for too.
func (want Release) asks(line entry) bool {
	switch line.Step {
	case StepUnstake:
		return want.AllVVV || want.VVV.Cmp(line.Amount) == 0
	case StepUnstakeDIEM:
		return want.AllDIEM || want.DIEM.Cmp(line.Amount) == 0
	case StepFinish, StepFinishDIEM:
		return want.Finish
	case StepClaim:
		return want.Claim
	case StepClaimStake:
		return want.Restake
	default:
		return false
	}
}

// without is what is left of a release when one that was cut off has begun the
// same withdrawals, as long as they cool down: begun again, they would be
// refused, or their time would begin anew.
func (want Release) without(lines []entry, s Releasing) (left Release, done []Step) {
	left = want
	for _, line := range slices.Backward(lines) {
		if !want.asks(line) {
			continue
		}
		reason := fmt.Sprintf("%s %s: done by a run that was cut off, in transaction %s", line.Amount.Short(), line.Token, line.Hash)
		switch {
		case line.Step == StepUnstake && s.BlockTime.Before(s.VVVEndsAt) && (left.AllVVV || !left.VVV.IsZero()):
			left.VVV, left.AllVVV = Amount{}, false
		case line.Step == StepUnstakeDIEM && s.BlockTime.Before(s.DIEMEndsAt) && (left.AllDIEM || !left.DIEM.IsZero()):
			left.DIEM, left.AllDIEM = Amount{}, false
		default:
			continue
		}
		done = append(done, nothing(line.Step, reason))
	}
	return left, done
}
