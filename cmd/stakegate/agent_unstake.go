package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stakegate/agent"
)

// releaseFlags are the flags of "agent unstake" and "agent claim".
type releaseFlags struct {
	agentFlags
	vvv, diem       string
	finish, restart bool
	restake         bool
	gasMax          string
	dryRun, yes     bool
}

// releaseOutput is what both write with --json; their help describes it.
type releaseOutput struct {
	Version int           `json:"version"`
	OK      bool          `json:"ok"`
	Wallet  *walletOutput `json:"wallet"`
	Network string        `json:"network"`
	ChainID uint64        `json:"chainId"`
	agent.ReleaseResult
	Error *failedState `json:"error,omitempty"`
}

const releaseJSON = `With --json, stdout is one object: version 1, ok, wallet, network, chainId,
steps [{kind, symbol, reason, risk, amount, token}], before and after {block,
blockTime, stakedVvv, unlockedVvv, stakedDiem, coolingVvv, vvvEndsAt, coolingDiem,
diemEndsAt, vvvCooldown, diemCooldown, rewards}, transactions, balances, warnings,
and error as in "agent up". Members are only ever added.`

func agentUnstakeCommand() *cobra.Command {
	var f releaseFlags
	cmd := &cobra.Command{
		Use:   "unstake",
		Short: "Take staked VVV or DIEM back: begin the wait, or end it",
		Long: `Take back what is staked, in two steps with a wait between them, which the
contracts impose:

  VVV   --vvv N begins; after 7 days --finish pays out. One withdrawal can be
        under way at a time. VVV that is locked for DIEM stays locked.
  DIEM  --diem N begins; after 24 hours --finish pays out. Unstaking more
        before then begins the 24 hours anew for all of it (--restart).

What is being unstaked counts no longer from the moment it begins: keys lose
that part of their allocation. Without a flag nothing is done, and what is under
way is shown. The times are the chain's and are read from it, not assumed.

` + releaseJSON,
		Example: `  stakegate agent unstake --world .stakegate-dev/world.json
  stakegate agent unstake --rpc https://mainnet.base.org --diem all --vvv 10
  stakegate agent unstake --rpc https://mainnet.base.org --finish --yes --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, f.unstaking) },
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&f.vvv, "vvv", "0", "VVV to begin unstaking, or all: what is not locked for DIEM")
	cmd.Flags().StringVar(&f.diem, "diem", "0", "DIEM to begin unstaking, or all")
	cmd.Flags().BoolVar(&f.finish, "finish", false, "take what has cooled down")
	cmd.Flags().BoolVar(&f.restart, "restart", false, "accept that a DIEM cool-down under way begins anew")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	f.registerCommon(cmd)
	return cmd
}

func agentClaimCommand() *cobra.Command {
	f := releaseFlags{yes: true}
	cmd := &cobra.Command{
		Use:   "claim",
		Short: "Take the rewards of the stake, or stake them",
		Long: `Take the VVV that the stake has earned; with --restake it is staked at once.
Nothing has to be unstaked for that.

` + releaseJSON,
		Example: `  stakegate agent claim --world .stakegate-dev/world.json
  stakegate agent claim --rpc https://mainnet.base.org --restake --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd, func() (agent.Release, error) { return agent.Release{Claim: !f.restake, Restake: f.restake}, nil })
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().BoolVar(&f.restake, "restake", false, "stake the rewards")
	f.registerCommon(cmd)
	return cmd
}

func (f *releaseFlags) registerCommon(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.gasMax, "gas-max", "0.01", "the most ETH that the gas of one transaction may cost")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "say what would be done; sign and send nothing")
}

// unstaking reads what is to be taken back.
func (f *releaseFlags) unstaking() (agent.Release, error) {
	want := agent.Release{Finish: f.finish, Restart: f.restart}
	for _, amount := range []struct {
		flag, text string
		into       *agent.Amount
		all        *bool
	}{{"vvv", f.vvv, &want.VVV, &want.AllVVV}, {"diem", f.diem, &want.DIEM, &want.AllDIEM}} {
		if *amount.all = amount.text == "all"; *amount.all {
			continue
		}
		parsed, err := agent.ParseAmount(amount.text)
		if err != nil {
			return want, usageError("--%s: %v; or all", amount.flag, err)
		}
		*amount.into = parsed
	}
	return want, nil
}

func (f *releaseFlags) run(cmd *cobra.Command, read func() (agent.Release, error)) error {
	out := releaseOutput{Version: 1, ReleaseResult: agent.ReleaseResult{Result: newUpOutput().Result, Steps: []agent.Step{}}}
	err := agentError(cmd.Context(), f.release(cmd, read, &out))
	if f.json {
		out.OK, out.Error = err == nil, errorOutput(err)
		if writeErr := writeJSON(cmd.OutOrStdout(), out); writeErr != nil {
			return writeErr
		}
	}
	return err
}

func (f *releaseFlags) release(cmd *cobra.Command, read func() (agent.Release, error), out *releaseOutput) error {
	want, err := read()
	if err != nil {
		return err
	}
	gas, err := agent.ParseAmount(f.gasMax)
	if err != nil || gas.IsZero() {
		return usageError("--gas-max must be an amount of ETH above 0")
	}
	if !f.yes && !f.dryRun && want != (agent.Release{}) && !isTerminal(cmd.InOrStdin()) {
		return usageError("nobody is there to ask: give --yes to unstake without asking, or --dry-run to see what would be done")
	}
	f.existing = true
	s, err := f.open(cmd)
	if err != nil {
		return err
	}
	out.Wallet, out.Network, out.ChainID = s.walletOutput(), s.network.Name, s.network.ChainID
	options := agent.Options{Network: s.network, Keys: s.store, Signer: s.signer, Limits: agent.Limits{MaxTxFee: gas}}
	p := progress{w: cmd.ErrOrStderr(), color: wantsColor(cmd.ErrOrStderr())}
	if !f.yes || f.dryRun {
		if out.ReleaseResult, err = agent.Unstake(cmd.Context(), options, want, true, agent.ViewFunc(p.event)); err != nil {
			return err
		}
		f.show(cmd, *out, p)
		if f.dryRun || !todo(out.Steps) {
			return nil
		}
		if err := confirmed(cmd); err != nil {
			return err
		}
	}
	out.ReleaseResult, err = agent.Unstake(cmd.Context(), options, want, false, agent.ViewFunc(p.event))
	if err == nil {
		f.show(cmd, *out, p)
	}
	return err
}

func todo(steps []agent.Step) bool {
	for _, step := range steps {
		if step.Todo() {
			return true
		}
	}
	return false
}

// confirmed takes only the word yes for an answer.
func confirmed(cmd *cobra.Command) error {
	fmt.Fprint(cmd.ErrOrStderr(), "\nDo this? Only \"yes\" is taken for an answer: ")
	answer, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if err != nil || strings.TrimSpace(answer) != "yes" {
		return fmt.Errorf("not done: the answer was not yes")
	}
	return nil
}

// show prints the steps and what is staked and cooling down.
func (f *releaseFlags) show(cmd *cobra.Command, out releaseOutput, p progress) {
	if f.json {
		return
	}
	w, state := cmd.OutOrStdout(), out.Before
	for _, step := range out.Steps {
		fmt.Fprintln(w, stepLine(step, p.color))
	}
	if out.After != nil {
		state = out.After
	}
	fmt.Fprintf(w, "staked     %s VVV (%s not locked for DIEM), %s DIEM; rewards %s VVV\n",
		state.VVV.Short(), state.Unlocked.Short(), state.DIEM.Short(), state.Rewards.Short())
	for _, cooling := range []struct {
		amount agent.Amount
		token  string
		end    time.Time
	}{{state.CoolingVVV, "VVV", state.VVVEndsAt}, {state.CoolingDIEM, "DIEM", state.DIEMEndsAt}} {
		if cooling.amount.IsZero() {
			continue
		}
		words := "can be taken since " + cooling.end.Format(time.RFC3339) + ", with --finish"
		if state.BlockTime.Before(cooling.end) {
			words = "cool down until " + cooling.end.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "unstaking  %s %s %s\n", cooling.amount.Short(), cooling.token, words)
	}
}
