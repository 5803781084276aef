package agent

import (
	"context"
	"fmt"
)

// BlockedError says which step stands in the way, and why.
type BlockedError struct{ Step Step }

func (e *BlockedError) Error() string { return fmt.Sprintf("%s: %s", e.Step.Kind, e.Step.Blocked) }

// run looks, decides and does the first thing that is not done, until there is
// none. No kind of step is done twice: if the chain does not show a step's
// effect, doing it again would only spend again.
func (r *runner) run(ctx context.Context) error {
	o, err := r.begin(ctx)
	if err != nil {
		return err
	}
	for {
		if o, err = r.resume(ctx, o); err != nil {
			return err
		}
		step, todo, err := r.next(o)
		if err != nil {
			return err
		}
		if !todo {
			return r.finish(ctx, o)
		}
		r.done[step.Kind] = step.Kind != StepRevoke // of which there may be several
		if o, err = r.apply(ctx, step, o); err != nil {
			return fmt.Errorf("%s: %w", step.Kind, err)
		}
		r.result.Balances = o.Balances()
		r.view.Event(Event{Kind: EventDone, Step: step, Balances: o.Balances(), Message: step.done(o)})
	}
}

// begin finds out what became of earlier runs, looks around, and tells the
// plan.
func (r *runner) begin(ctx context.Context) (Observation, error) {
	if err := r.lookUp(ctx); err != nil {
		return Observation{}, err
	}
	if r.plan != nil {
		r.planDone()
	}
	o, err := r.observe(ctx)
	if err != nil {
		return o, err
	}
	plan := NewPlan(o)
	if r.plan != nil {
		plan = *r.plan
	}
	r.result.Plan, r.result.Balances = &plan, o.Balances()
	if err := r.settleMints(ctx); err != nil {
		return o, err
	}
	r.view.Event(Event{Kind: EventPlan, Plan: &plan, Balances: o.Balances(), Message: plan.summary()})
	if r.plan != nil {
		return o, nil
	}
	if o, err = r.waitForMoney(ctx, o); err == nil {
		r.Target.Pay, r.Target.DIEMBy = o.Pay, o.DIEMBy // what has begun one way goes on that way
		r.keepTo(NewPlan(o))
	}
	return o, err
}

// next is the step to do now, or false if all is done.
func (r *runner) next(o Observation) (Step, bool, error) {
	if r.plan != nil {
		return r.nextPlanned(NewPlan(o))
	}
	now := NewPlan(o)
	step, todo := now.Next()
	if !todo {
		return step, false, nil
	}
	if blocked, is := now.BlockedBy(); is {
		return step, false, &BlockedError{blocked}
	}
	if r.done[step.Kind] {
		return step, false, fmt.Errorf("%s was done in this run, but the chain does not show it: another program may be using this wallet; nothing is done twice", step.Kind)
	}
	return step, true, nil
}

// nextPlanned is the first step of the plan that is not done, if the world is
// still the plan's.
func (r *runner) nextPlanned(now Plan) (Step, bool, error) {
	if blocked, is := r.plan.BlockedBy(); is {
		return blocked, false, &BlockedError{blocked}
	}
	if err := r.plan.compare(now, r.done); err != nil {
		return Step{}, false, err
	}
	for _, step := range r.plan.Steps {
		if now, _ := now.step(step.Kind); !now.Todo() && (step.Kind == StepProve || step.Kind == StepRevoke) {
			continue // done by somebody else, and once is enough
		}
		if step.Todo() && !r.done[step.Kind] {
			return step, true, nil
		}
	}
	return Step{}, false, nil
}
