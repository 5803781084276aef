package agent_test

import (
	"context"
	"errors"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent"
	"stakegate/contracts/bindings"
)

// failingStake has every try to stake refused before it is sent.
func failingStake(call ethereum.CallMsg) error {
	stake := bindings.NewStakingV2().PackStake(common.Address{}, new(big.Int))[:4]
	if len(call.Data) > 4 && string(call.Data[:4]) == string(stake) {
		return revertError{}
	}
	return nil
}

type revertError struct{}

func (revertError) Error() string  { return "execution reverted: paused" }
func (revertError) ErrorCode() int { return 3 }

func TestWhatWasApprovedIsTakenBackWhenStakingFails(t *testing.T) {
	chain := devChain(t)
	o, w := wired(t, chain)
	w.call = failingStake
	result, err := agent.Up(t.Context(), o, nil)
	if err == nil || !strings.Contains(err.Error(), "paused") {
		t.Fatalf("got %v", err)
	}
	if got, want := stepsOf(result), []string{"buy", "approve", "revoke"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
	after, err := agent.Observe(t.Context(), o)
	if err != nil || !after.Allowance.IsZero() {
		t.Errorf("allowance: got %s, %v, want 0", after.Allowance, err)
	}
	w.call = nil
	if got, want := stepsOf(mustUp(t, o)), []string{"approve", "stake"}; !slices.Equal(got, want) {
		t.Errorf("the next run: got %v, want %v", got, want)
	}
	holds(t, o)
}

func TestWhatAnInterruptedRunHasApprovedIsUsedOrTakenBackByTheNext(t *testing.T) {
	chain := devChain(t)
	used, _ := wired(t, chain)
	cutAt(t, used, agent.EventMined, 2)
	if got, want := stepsOf(mustUp(t, used)), []string{"stake"}; !slices.Equal(got, want) {
		t.Errorf("the next run: got %v, want %v", got, want)
	}
	holds(t, used)

	dropped, _ := wired(t, chain)
	cutAt(t, dropped, agent.EventMined, 2)
	dropped.Target.Stake = agent.Amount{}
	plan, err := agent.MakePlan(t.Context(), dropped)
	if err != nil {
		t.Fatal(err)
	}
	if step, todo := plan.Next(); !todo || step.Kind != agent.StepRevoke {
		t.Errorf("the plan begins with %+v, want to take the allowance back", step)
	}
	result, _ := agent.Up(t.Context(), dropped, nil) // without a stake there is no key
	if got, want := stepsOf(result), []string{"revoke"}; !slices.Equal(got, want) {
		t.Errorf("the next run, without a stake: got %v, want %v", got, want)
	}
	after, err := agent.Observe(t.Context(), dropped)
	if err != nil || !after.Allowance.IsZero() {
		t.Errorf("allowance: got %s, %v, want 0", after.Allowance, err)
	}
}

func TestASecondRunIsToldWhoIsAtWork(t *testing.T) {
	chain := devChain(t)
	o, _ := wired(t, chain)
	unlock, err := o.Keys.Lock()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	_, err = agent.Up(t.Context(), o, nil)
	if !errors.Is(err, agent.ErrBusy) || !strings.Contains(err.Error(), "process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("got %v, want the process that is at work", err)
	}
}

func TestAPlanIsTakenUpWhereItsRunWasCut(t *testing.T) {
	chain := devChain(t)
	for _, cut := range []agent.EventKind{agent.EventStart, agent.EventSent, agent.EventMined, agent.EventSigned, agent.EventKey} {
		o, w := wired(t, chain)
		plan, err := agent.MakePlan(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		_, err = agent.Apply(ctx, o, plan, agent.ViewFunc(func(e agent.Event) {
			if e.Kind == cut {
				if seen++; seen == 2 || cut == agent.EventSigned || cut == agent.EventKey {
					cancel()
				}
			}
		}))
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: got %v", cut, err)
		}
		if _, err := agent.Apply(t.Context(), o, plan, nil); err != nil {
			t.Fatalf("%s: taken up: %v", cut, err)
		}
		before := len(w.sent)
		third, err := agent.Apply(t.Context(), o, plan, nil)
		if err != nil || len(third.Transactions) != 0 || third.Proof != nil || len(w.sent) != before {
			t.Errorf("%s: the third run did %v, %v", cut, stepsOf(third), err)
		}
		holds(t, o)
	}
}

func TestApplySaysWhatMovedAndSpendsNothing(t *testing.T) {
	chain := ownChain(t)
	o, w := wired(t, chain)
	plan, err := agent.MakePlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	whale := newOptions(t, chain, newFakeAPI(t, chain))
	whale.Target.Stake = agent.MustAmount("2000")
	whale.Limits.MaxETH = agent.MustAmount("50")
	if err := chain.Fund(t.Context(), whale.Signer.Address(), tokens("50"), nil, nil); err != nil {
		t.Fatal(err)
	}
	mustUp(t, whale)
	_, err = agent.Apply(t.Context(), o, plan, nil)
	var moved *agent.MovedError
	if !errors.As(err, &moved) || len(w.sent) != 0 || !strings.Contains(moved.Moves[0].What, "step buy") {
		t.Fatalf("got %v, %d transactions", err, len(w.sent))
	}
	if moved.Planned != plan.Facts.Block || moved.Now <= moved.Planned {
		t.Errorf("blocks: %d and %d, the plan's is %d", moved.Planned, moved.Now, plan.Facts.Block)
	}
	t.Log(err)
	for name, change := range map[string]func(o *agent.Options, plan *agent.Plan){
		"a cap of the caller":  func(o *agent.Options, _ *agent.Plan) { o.Limits.MaxETH = agent.MustAmount("0.01") },
		"another server":       func(o *agent.Options, _ *agent.Plan) { o.Network.APIBase = newFakeAPI(t, chain).base },
		"another contract":     func(o *agent.Options, _ *agent.Plan) { o.Network.Contracts.USDC[0] ^= 1 },
		"a plan that was bent": func(_ *agent.Options, plan *agent.Plan) { plan.Limits.MaxETH = agent.MustAmount("3") },
	} {
		other, changed := o, plan
		change(&other, &changed)
		if _, err := agent.Apply(t.Context(), other, changed, nil); !errors.Is(err, agent.ErrOtherPlan) && !errors.Is(err, agent.ErrPlanFile) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if len(w.sent) != 0 {
		t.Errorf("%d transactions were sent", len(w.sent))
	}
}
