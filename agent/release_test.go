package agent_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"stakegate/agent"
)

func TestAReleaseIsWhatTheContractsAllowAndNothingElse(t *testing.T) {
	now := time.Unix(1_795_000_000, 0).UTC()
	amount := agent.MustAmount
	later, before := now.Add(time.Hour), now.Add(-time.Hour)
	staked := agent.Releasing{BlockTime: now, VVV: amount("20"), Unlocked: amount("12"), DIEM: amount("3"), Rewards: amount("0.5"),
		VVVCooldown: "168h0m0s", DIEMCooldown: "24h0m0s"}
	cooling, cooled, locked := staked, staked, staked
	cooling.CoolingVVV, cooling.VVVEndsAt, cooling.CoolingDIEM, cooling.DIEMEndsAt = amount("1"), later, amount("2"), later
	cooled.CoolingVVV, cooled.VVVEndsAt, cooled.CoolingDIEM, cooled.DIEMEndsAt = amount("1"), before, amount("2"), before
	locked.Unlocked = agent.Amount{}
	for name, c := range map[string]struct {
		state agent.Releasing
		want  agent.Release
		steps string // "" is a refusal
		words string
	}{
		"nothing":                        {staked, agent.Release{}, "-", ""},
		"some of both":                   {staked, agent.Release{VVV: amount("12"), DIEM: amount("1")}, "!unstake-diem 1 !unstake 12", "at once"},
		"all of both":                    {staked, agent.Release{AllVVV: true, AllDIEM: true}, "!unstake-diem 3 !unstake 12", "after 168h0m0s"},
		"locked VVV":                     {staked, agent.Release{VVV: amount("13")}, "", "12 are not locked"},
		"all is locked":                  {locked, agent.Release{AllVVV: true}, "", "locked for DIEM"},
		"more DIEM than there is":        {staked, agent.Release{DIEM: amount("3.1")}, "", "3 DIEM staked"},
		"a second withdrawal":            {cooling, agent.Release{VVV: amount("1")}, "", "one such at a time"},
		"a second one, with finish":      {cooling, agent.Release{VVV: amount("1"), Finish: true}, "", "one such at a time"},
		"DIEM that would begin anew":     {cooling, agent.Release{DIEM: amount("1")}, "", "begins their 24h0m0s anew"},
		"DIEM that shall begin anew":     {cooling, agent.Release{DIEM: amount("1"), Restart: true}, "!unstake-diem 1", ""},
		"DIEM beside some to be taken":   {cooled, agent.Release{DIEM: amount("1")}, "", "take them first"},
		"finish, nothing cools":          {staked, agent.Release{Finish: true}, "=finish-diem 0 =finish 0", "no VVV cools down"},
		"finish, too early":              {cooling, agent.Release{Finish: true}, "=finish-diem 0 =finish 0", "cool down until " + later.Format(time.RFC3339)},
		"finish":                         {cooled, agent.Release{Finish: true}, "!finish-diem 2 !finish 1", ""},
		"finish, and begin the next":     {cooled, agent.Release{Finish: true, VVV: amount("5"), AllDIEM: true}, "!finish-diem 2 !finish 1 !unstake-diem 3 !unstake 5", ""},
		"rewards":                        {staked, agent.Release{Claim: true}, "!claim 0.5", ""},
		"rewards, to be staked":          {staked, agent.Release{Restake: true}, "!claim-stake 0.5", ""},
		"rewards of one without a stake": {agent.Releasing{BlockTime: now}, agent.Release{Claim: true}, "=claim 0", "no rewards"},
	} {
		steps, err := c.want.Steps(c.state)
		if c.steps == "" {
			if !errors.Is(err, agent.ErrRelease) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%s: got %v, %v, want a refusal with %q", name, steps, err, c.words)
			}
			continue
		}
		got, words := []string{}, ""
		for _, step := range steps {
			got, words = append(got, step.Symbol+string(step.Kind)+" "+step.Amount.String()), words+step.Reason+"\n"
		}
		if all := strings.Join(got, " "); err != nil || all != c.steps && !(c.steps == "-" && all == "") || !strings.Contains(words, c.words) {
			t.Errorf("%s: got %q, %v, want %q; %s", name, all, err, c.steps, words)
		}
	}
}

// TestWhatIsStakedComesBack goes the whole way there and back, over both waits.
func TestWhatIsStakedComesBack(t *testing.T) {
	chain, o := ownWorld(t)
	give(t, chain, o, "0.3", "0", 0)
	o.Target.Stake, o.Target.DIEM = agent.MustAmount("20"), agent.MustAmount("0.1")
	mustUp(t, o)
	release := func(want agent.Release) agent.ReleaseResult {
		t.Helper()
		out, err := agent.Unstake(t.Context(), o, want, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	dry, err := agent.Unstake(t.Context(), o, agent.Release{AllDIEM: true}, true, nil)
	if err != nil || len(dry.Transactions) != 0 || len(dry.Steps) != 1 {
		t.Fatalf("dry run: got %+v, %v", dry, err)
	}
	begun := release(agent.Release{AllDIEM: true, VVV: agent.MustAmount("5")})
	if len(begun.Transactions) != 2 || begun.After.CoolingDIEM.String() != "0.1" || begun.After.CoolingVVV.String() != "5" ||
		begun.After.VVVEndsAt.Sub(begun.After.BlockTime) < 167*time.Hour || !begun.Balances.StakedDIEM.IsZero() {
		t.Errorf("begun: %+v", begun.After)
	}
	if early := release(agent.Release{Finish: true}); len(early.Transactions) != 0 {
		t.Errorf("finished at once: %v", stepsOf(early.Result))
	}
	if _, err := agent.Unstake(t.Context(), o, agent.Release{VVV: agent.MustAmount("1")}, false, nil); !errors.Is(err, agent.ErrRelease) {
		t.Errorf("a second withdrawal: got %v", err)
	}
	if err := chain.IncreaseTime(25 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if day := release(agent.Release{Finish: true}); len(day.Transactions) != 1 || day.Balances.DIEM.Cmp(agent.MustAmount("0.1")) < 0 {
		t.Errorf("after a day: %v, %+v", stepsOf(day.Result), day.Balances)
	}
	if err := chain.IncreaseTime(7 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	week := release(agent.Release{Finish: true, Claim: true})
	if len(week.Transactions) != 2 || week.Balances.VVV.Cmp(agent.MustAmount("5")) < 0 || !week.After.CoolingVVV.IsZero() {
		t.Errorf("after a week: %v, %+v", stepsOf(week.Result), week.Balances)
	}
	if restaked := release(agent.Release{Restake: true}); restaked.Balances.Staked.Cmp(week.Balances.Staked) <= 0 {
		t.Errorf("restaked: %s, before %s", restaked.Balances.Staked, week.Balances.Staked)
	}
}

// TestAReleaseThatWasCutOffIsNotBegunAgain: DIEM that is unstaked once more
// would begin its day anew, VVV would be refused, although it is done.
func TestAReleaseThatWasCutOffIsNotBegunAgain(t *testing.T) {
	chain, o := ownWorld(t)
	give(t, chain, o, "0.3", "0", 0)
	o.Target.Stake, o.Target.DIEM = agent.MustAmount("20"), agent.MustAmount("0.1")
	mustUp(t, o)
	want := agent.Release{VVV: agent.MustAmount("5"), DIEM: agent.MustAmount("0.04"), Restart: true}
	for _, nth := range []int{1, 2} { // after the DIEM's transaction, and after the VVV's
		ctx, cancel := context.WithCancel(t.Context())
		_, err := agent.Unstake(ctx, o, want, false, agent.ViewFunc(func(e agent.Event) {
			if e.Kind == agent.EventMined {
				cancel()
			}
		}))
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cut %d: got %v", nth, err)
		}
	}
	out, err := agent.Unstake(t.Context(), o, want, false, nil)
	if err != nil || len(out.Transactions) != 0 || len(out.Steps) != 2 || out.Steps[0].Todo() || out.Steps[1].Todo() {
		t.Fatalf("got %+v and %v, %v, want both seen as done", out.Steps, out.Transactions, err)
	}
	if out.After.CoolingVVV.String() != "5" || out.After.CoolingDIEM.String() != "0.04" || out.After.DIEM.String() != "0.06" {
		t.Errorf("cooling %s VVV, %s DIEM, staked %s DIEM, want each once", out.After.CoolingVVV, out.After.CoolingDIEM, out.After.DIEM)
	}
	// That came to its end: what is asked for now is another one.
	out, err = agent.Unstake(t.Context(), o, agent.Release{DIEM: agent.MustAmount("0.04"), Restart: true}, false, nil)
	if err != nil || len(out.Transactions) != 1 || out.After.CoolingDIEM.String() != "0.08" {
		t.Errorf("another release: got %+v, %v", out, err)
	}
}
