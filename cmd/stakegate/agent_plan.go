package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stakegate/agent"
)

// planFlags are the flags of "agent plan".
type planFlags struct {
	upFlags
	file string
}

func agentPlanCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Say what up would do, with reasons, costs and risks",
		Long: `Look at the chain and the server and print what would be done, step by step.
Nothing is signed, sent or spent. Each step has a symbol:

  +  makes something on the server     =  is as it should be
  ~  replaces something                !  sends a transaction, or needs somebody to

With -o the plan is written to a file that "stakegate agent apply" does exactly,
or says what moved since.

With --json, stdout is one object: version 1, ok, wallet {address, payer,
keyFrom, created}, network, apiBase, chainId, plan {version, digest, network, apiBase,
chainId, address, payer, contracts, target, limits, facts {block, blockTime, eth,
accountEth, vvv, allowance, stakedVvv, unlockedVvv, diem, stakedDiem, usdc, gasPrice, l1Fee, key,
keyRefused}, steps [{kind, symbol, reason, risk, amount, token, via, spender, eth, usdc, gas,
lock, blocked}], eth, usdc, gas, applyable, complete}, balances, and error as in
"agent up". Members are only ever added.

Exit codes: 0 done, 1 error, 2 usage, 3 the plan has changes (--exit-code),
130 interrupted.`,
		Example: `  stakegate agent plan --world .stakegate-dev/world.json -o plan.json
  stakegate agent apply --world .stakegate-dev/world.json plan.json
  stakegate agent plan --rpc https://mainnet.base.org --stake 10 --diem 0.1 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := newUpOutput()
			err := agentError(cmd.Context(), f.run(cmd, &out))
			return f.end(cmd, &out, err, f.exitCode)
		},
	}
	f.agentFlags.register(cmd.Flags())
	f.registerTarget(cmd.Flags())
	cmd.Flags().StringVarP(&f.file, "output", "o", "", "write the plan to this file, for agent apply")
	cmd.Flags().BoolVar(&f.exitCode, "exit-code", false, "exit with 3 if there is something to do")
	return cmd
}

func (f *planFlags) run(cmd *cobra.Command, out *upOutput) error {
	if f.file == "-" {
		return usageError("-o names a file; --json writes the plan to stdout, and stakegate agent apply takes that too")
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	p := progress{w: cmd.ErrOrStderr(), color: wantsColor(cmd.ErrOrStderr())}
	if _, err := f.openRun(cmd, &options, out, p); err != nil {
		return err
	}
	plan, err := f.plan(cmd, options, out)
	if err != nil || f.file == "" {
		return err
	}
	if err := agent.WritePlan(f.file, plan); err != nil {
		return err
	}
	p.say("the plan is in %s", f.file)
	return nil
}

// applyFlags are the flags of "agent apply".
type applyFlags struct {
	upFlags
	yes bool
}

func agentApplyCommand() *cobra.Command {
	var f applyFlags
	cmd := &cobra.Command{
		Use:   "apply [PLANFILE]",
		Short: "Do exactly what a plan says, or say what moved since",
		Long: `Do what the plan file says and nothing else. Before each step the chain and the
server are looked at again: if the world is not the plan's any more, the run
ends and says what moved and by how much. A plan whose run was interrupted is
taken up by the same command where that run ended.

Without a file, plan now, show the plan, and ask; --yes answers for scripts.
With a file, flags that say what to reach belong to "agent plan"; --eth-max,
--usdc-max, --gas-max, --keep-eth, --slippage-bps, --impact-bps and
--deviation-bps, if given, are caps that the plan must keep.

Exit codes and --json as in "agent up"; a world that moved is exit code 1, and
error.moves [{what, planned, now, by}] names what did.`,
		Example: `  stakegate agent apply --world .stakegate-dev/world.json plan.json
  stakegate agent apply --world .stakegate-dev/world.json --stake 10 --yes`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := newUpOutput()
			err := agentError(cmd.Context(), f.run(cmd, args, &out))
			return f.end(cmd, &out, err, false)
		},
	}
	f.agentFlags.register(cmd.Flags())
	f.registerTarget(cmd.Flags())
	cmd.Flags().BoolVar(&f.yes, "yes", false, "without a PLANFILE: do not ask")
	cmd.Flags().BoolVar(&f.reveal, "reveal", false, "print the API key itself")
	registerSink(cmd.Flags(), &f.sink)
	return cmd
}

func (f *applyFlags) run(cmd *cobra.Command, args []string, out *upOutput) error {
	options, err := f.options()
	if err != nil {
		return err
	}
	var plan agent.Plan
	if len(args) == 1 {
		if plan, err = agent.ReadPlan(args[0]); err != nil {
			return err
		}
		if err := f.capsOnly(cmd.Flags(), &options.Limits); err != nil {
			return err
		}
		if f.planned = true; f.trust && !plan.USDC.IsZero() && !cmd.Flags().Changed("usdc-max") {
			return usageError("the plan pays with USDC, --trust needs --usdc-max too: say what you are ready to lose")
		}
	} else if !f.yes && !isTerminal(cmd.InOrStdin()) {
		return usageError("nobody is there to ask: give a PLANFILE, or --yes to apply without asking")
	}
	p := progress{w: cmd.ErrOrStderr(), color: wantsColor(cmd.ErrOrStderr())}
	if _, err := f.openRun(cmd, &options, out, p); err != nil {
		return err
	}
	if len(args) == 0 {
		if plan, err = f.ask(cmd, options, out, p); err != nil {
			return err
		}
	}
	out.Result, err = agent.Apply(cmd.Context(), options, plan, agent.ViewFunc(p.event))
	return f.finish(cmd, options.Keys, out, err)
}

// capsOnly refuses flags that would change a plan that is already made, and
// keeps of the limits those that were given.
func (f *applyFlags) capsOnly(flags *pflag.FlagSet, limits *agent.Limits) error {
	for _, name := range []string{"stake", "diem", "diem-by", "pay", "type", "limit-diem", "limit-usd", "period", "privacy", "expires", "description", "models", "networks", "in-flight"} {
		if flags.Changed(name) {
			return usageError("--%s is part of the plan: make a new one with stakegate agent plan --%s", name, name)
		}
	}
	given := agent.Limits{}
	for name, keep := range map[string]func(){
		"eth-max":       func() { given.MaxETH = limits.MaxETH },
		"gas-max":       func() { given.MaxTxFee = limits.MaxTxFee },
		"keep-eth":      func() { given.KeepETH = limits.KeepETH },
		"slippage-bps":  func() { given.SlippageBPS = limits.SlippageBPS },
		"impact-bps":    func() { given.MaxImpactBPS = limits.MaxImpactBPS },
		"usdc-max":      func() { given.MaxUSDC = limits.MaxUSDC },
		"deviation-bps": func() { given.MaxDeviationBPS = limits.MaxDeviationBPS },
	} {
		if flags.Changed(name) {
			keep()
		}
	}
	*limits = given
	return nil
}

// ask plans, shows the plan, and takes only the word yes for an answer.
func (f *applyFlags) ask(cmd *cobra.Command, options agent.Options, out *upOutput, p progress) (agent.Plan, error) {
	quiet := f.upFlags
	quiet.json = true // the plan is shown with the question, on stderr
	plan, err := quiet.plan(cmd, options, out)
	if err != nil || plan.Complete || f.yes {
		return plan, err
	}
	if blocked, is := plan.BlockedBy(); is {
		printPlan(cmd.ErrOrStderr(), plan, p.color)
		return plan, &agent.BlockedError{Step: blocked}
	}
	printPlan(cmd.ErrOrStderr(), plan, p.color)
	if err := confirmed(cmd); err != nil {
		return plan, err
	}
	return plan, nil
}
