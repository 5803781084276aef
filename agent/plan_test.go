package agent_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/agent"
	"stakegate/agent/dex"
)

// fixedPool sells at one price, for plans.
type fixedPool struct{ dex.Route }

func (fixedPool) Name() string { return "a pool" }

func offerFor(in, out string) *dex.Offer {
	return &dex.Offer{Candidate: dex.Candidate{Route: fixedPool{}, In: tokens(in), Out: tokens(out)}, MinOut: tokens(out)}
}

// observed is a wallet with enough ETH and nothing else.
func observed() agent.Observation {
	return agent.Observation{Target: agent.Target{Stake: agent.MustAmount("10")}, ETH: agent.MustAmount("1"),
		GasPrice: agent.Units(big.NewInt(1_000_000_000)), Offer: offerFor("0.1", "10")}
}

func symbols(plan agent.Plan) string {
	var all []string
	for _, step := range plan.Steps {
		all = append(all, step.Symbol+string(step.Kind))
	}
	return strings.Join(all, " ")
}

func TestPlanHoldsWhatIsMissingAndNothingElse(t *testing.T) {
	proved := time.Unix(1_795_000_000, 0)
	working := &agent.StoredKey{Type: agent.Inference, ProvedAt: &proved}
	for name, c := range map[string]struct {
		change func(*agent.Observation)
		want   string
	}{
		"nothing yet":        {func(*agent.Observation) {}, "=fund !buy !approve !stake +key +prove"},
		"VVV in the wallet":  {func(o *agent.Observation) { o.VVV = agent.MustAmount("10") }, "=fund =buy !approve !stake +key +prove"},
		"approved exactly":   {func(o *agent.Observation) { o.VVV, o.Allowance = agent.MustAmount("10"), agent.MustAmount("10") }, "=fund =buy =approve !stake +key +prove"},
		"approved too much":  {func(o *agent.Observation) { o.VVV, o.Allowance = agent.MustAmount("10"), agent.MustAmount("11") }, "=fund =buy !approve !stake +key +prove"},
		"staked":             {func(o *agent.Observation) { o.Staked = agent.MustAmount("10") }, "=fund =buy =approve =stake +key +prove"},
		"staked more":        {func(o *agent.Observation) { o.Staked = agent.MustAmount("99") }, "=fund =buy =approve =stake +key +prove"},
		"staked, no ETH":     {func(o *agent.Observation) { o.Staked, o.ETH = agent.MustAmount("10"), agent.Amount{} }, "=fund =buy =approve =stake +key +prove"},
		"with a key":         {func(o *agent.Observation) { o.Staked, o.Key = agent.MustAmount("10"), &agent.StoredKey{} }, "=fund =buy =approve =stake =key +prove"},
		"with a proven key":  {func(o *agent.Observation) { o.Staked, o.Key = agent.MustAmount("10"), working }, "=fund =buy =approve =stake =key =prove"},
		"proof asked for":    {func(o *agent.Observation) { o.Staked, o.Key, o.Target.Prove = agent.MustAmount("10"), working, true }, "=fund =buy =approve =stake =key +prove"},
		"with a revoked key": {func(o *agent.Observation) { o.Staked, o.Key, o.KeyRejected = agent.MustAmount("10"), working, true }, "=fund =buy =approve =stake ~key +prove"},
		"without ETH":        {func(o *agent.Observation) { o.ETH = agent.Amount{} }, "!fund !buy !approve !stake +key +prove"},
		"DIEM wanted":        {func(o *agent.Observation) { o.Target.DIEM, o.Lock = agent.MustAmount("0.1"), agent.MustAmount("9") }, "=fund !buy !approve !stake !mint-diem !stake-diem +key +prove"},
		"DIEM in the wallet": {func(o *agent.Observation) {
			o.Target.DIEM, o.DIEM, o.Staked = agent.MustAmount("0.1"), agent.MustAmount("0.1"), agent.MustAmount("10")
		}, "=fund =buy =approve =stake =mint-diem !stake-diem +key +prove"},
		"DIEM staked": {func(o *agent.Observation) {
			o.Target.DIEM, o.StakedDIEM, o.Staked = agent.MustAmount("0.1"), agent.MustAmount("0.1"), agent.MustAmount("10")
		}, "=fund =buy =approve =stake =mint-diem =stake-diem +key +prove"},
		"all sVVV is locked": {func(o *agent.Observation) {
			o.Target.DIEM, o.Lock, o.Staked = agent.MustAmount("0.1"), agent.MustAmount("9"), agent.MustAmount("10")
		}, "=fund !buy !approve !stake !mint-diem !stake-diem +key +prove"},
		"enough sVVV is free": {func(o *agent.Observation) {
			o.Target.DIEM, o.Lock, o.Staked, o.Unlocked = agent.MustAmount("0.1"), agent.MustAmount("9"), agent.MustAmount("10"), agent.MustAmount("9")
		}, "=fund =buy =approve =stake !mint-diem !stake-diem +key +prove"},
	} {
		o := observed()
		c.change(&o)
		if got := symbols(agent.NewPlan(o)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestPlanIsBlockedByWhatIsInTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*agent.Observation)
		by     agent.StepKind
	}{
		"no ETH":       {func(o *agent.Observation) { o.ETH = agent.MustAmount("0.1") }, agent.StepFund},
		"ETH to keep":  {func(o *agent.Observation) { o.Limits.KeepETH = agent.MustAmount("0.95") }, agent.StepFund},
		"no offer":     {func(o *agent.Observation) { o.Offer, o.NoOffer = nil, "no pool" }, agent.StepBuy},
		"over the cap": {func(o *agent.Observation) { o.Limits.MaxETH = agent.MustAmount("0.1") }, agent.StepBuy},
		"cap used up": {func(o *agent.Observation) {
			o.Limits.MaxETH, o.Spent = agent.MustAmount("0.2"), agent.MustAmount("0.15")
		}, agent.StepBuy},
		"no DIEM": {func(o *agent.Observation) {
			o.Target.DIEM, o.NoMint = agent.MustAmount("0.1"), "curve exhausted"
		}, agent.StepMintDIEM},
	} {
		o := observed()
		c.change(&o)
		plan := agent.NewPlan(o)
		blocked, is := plan.BlockedBy()
		if !is || blocked.Kind != c.by || plan.Applyable || plan.Complete {
			t.Errorf("%s: got %+v (%v), applyable %v, want blocked by %s", name, blocked, is, plan.Applyable, c.by)
		}
	}
}

// TestPlansAreConsistent: whatever is observed, a plan adds up, is applyable,
// complete or blocked, and moves no more than what is missing.
func TestPlansAreConsistent(t *testing.T) {
	amount := rapid.Custom(func(t *rapid.T) agent.Amount {
		return agent.Units(big.NewInt(rapid.Int64Range(0, 20).Draw(t, "tenths") * 1e17))
	})
	rapid.Check(t, func(r *rapid.T) {
		o := observed()
		for _, a := range []*agent.Amount{&o.Target.Stake, &o.Target.DIEM, &o.ETH, &o.VVV, &o.Allowance, &o.Staked, &o.Unlocked, &o.DIEM, &o.StakedDIEM} {
			*a = amount.Draw(r, "amount")
		}
		if o.Target.DIEM.Sub(o.StakedDIEM).Sub(o.DIEM).Cmp(agent.Amount{}) > 0 {
			o.Lock = amount.Draw(r, "lock")
		}
		plan := agent.NewPlan(o)
		var eth, gas agent.Amount
		todo := false
		for _, step := range plan.Steps {
			eth, gas, todo = eth.Add(step.ETH), gas.Add(step.Gas), todo || step.Todo()
			if !step.Todo() && (!step.Amount.IsZero() || !step.ETH.IsZero() || !step.Gas.IsZero() || step.Blocked != "") {
				r.Fatalf("a step that does nothing moves something: %+v", step)
			}
			if step.Reason == "" {
				r.Fatalf("a step without a reason: %+v", step)
			}
			if step.Kind == agent.StepBuy && step.Amount.Add(o.VVV).Add(o.Staked).Cmp(o.Target.Stake.Add(o.Lock).Add(o.Staked).Add(o.VVV)) > 0 {
				r.Fatalf("buys more than is missing: %+v", step)
			}
		}
		_, blocked := plan.BlockedBy()
		if plan.Complete == todo || plan.Applyable != (todo && !blocked) || eth.Cmp(plan.ETH) != 0 || gas.Cmp(plan.Gas) != 0 {
			r.Fatalf("plan does not add up: %+v", plan)
		}
		// What remains of the ETH after the plan is never less than promised.
		if plan.Applyable && o.ETH.Cmp(plan.ETH.Add(plan.Gas)) < 0 {
			r.Fatalf("applyable with %s ETH, needs %s + %s", o.ETH, plan.ETH, plan.Gas)
		}
	})
}

func TestAPlanNamesEverythingThatNarrowsTheKey(t *testing.T) {
	diem := agent.Decimal("0.5")
	for want, key := range map[string]agent.KeySpec{
		"INFERENCE key, without a limit of its own": {},
		"ADMIN key, at most 0.5 DIEM per MONTH":     {Type: agent.Admin, Limits: &agent.KeyLimits{DIEM: &diem}, Period: "MONTH"},
		"INFERENCE key, without a limit of its own, for a, b only, from 192.0.2.0/24 only, 2 calls at once, until 2027-01-01": {
			AllowedModels: []string{"a", "b"}, AllowedNetworks: []string{"192.0.2.0/24"}, MaxInFlight: 2, ExpiresAt: "2027-01-01"},
	} {
		o := observed()
		o.Target.Key = key
		found := false
		for _, step := range agent.NewPlan(o).Steps {
			found = found || step.Kind == agent.StepKey && step.Reason == want
		}
		if !found {
			t.Errorf("no step %q in %+v", want, agent.NewPlan(o).Steps)
		}
	}
}
