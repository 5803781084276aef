package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stakegate/agent"
)

// upFlags are the flags of "agent up".
type upFlags struct {
	agentFlags
	stake, diem, diemBy, pay             string
	ethMax, usdcMax, gasMax, keepETH     string
	slippageBPS, impactBPS, deviationBPS int64
	model, prompt                        string
	keySpecFlags
	wait, stuckAfter                 time.Duration
	sink                             string
	faucet, dryRun, exitCode, reveal bool
}

func (f *upFlags) register(flags *pflag.FlagSet) {
	f.agentFlags.register(flags)
	f.registerTarget(flags)
	flags.DurationVar(&f.wait, "wait", 0, "how long to wait for the ETH, USDC or VVV that is missing to arrive, such as 10m")
	flags.BoolVar(&f.faucet, "faucet", false, "in a dev world: have its faucet send the ETH, USDC or VVV that is missing")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print the plan with its costs; sign and send nothing")
	flags.BoolVar(&f.exitCode, "exit-code", false, "with --dry-run: exit with 3 if there is something to do")
	flags.BoolVar(&f.reveal, "reveal", false, "print the API key itself")
	registerSink(flags, &f.sink)
}

// registerTarget adds what a plan is made from.
func (f *upFlags) registerTarget(flags *pflag.FlagSet) {
	flags.StringVar(&f.stake, "stake", "10", "VVV that shall be staked; what is missing is bought")
	flags.StringVar(&f.diem, "diem", "0", "DIEM that shall be staked; what is missing is minted from the stake or bought (Venice counts from 0.1)")
	flags.StringVar(&f.diemBy, "diem-by", agent.DIEMAuto, "how to get DIEM: auto is the cheaper of mint (locks staked VVV) and buy")
	flags.StringVar(&f.pay, "pay", agent.PayAuto, "what to pay with: auto is what the wallet has of eth and usdc; transfer waits for VVV that somebody sends")
	flags.StringVar(&f.ethMax, "eth-max", "0.2", "the most ETH that this run may spend, gas included")
	flags.StringVar(&f.usdcMax, "usdc-max", "600", "the most USDC that this run may spend")
	flags.StringVar(&f.gasMax, "gas-max", "0.01", "the most ETH that the gas of one transaction may cost")
	flags.StringVar(&f.keepETH, "keep-eth", "0", "ETH that stays in the wallet")
	flags.Int64Var(&f.slippageBPS, "slippage-bps", 50, "how much worse than quoted a swap may turn out, in 1/100 of 1 %")
	flags.Int64Var(&f.impactBPS, "impact-bps", 200, "how much a swap may move the price, in 1/100 of 1 %")
	flags.Int64Var(&f.deviationBPS, "deviation-bps", 300, "how far a price may be from its last half hour's and from the price feeds', in 1/100 of 1 %")
	f.keySpecFlags.register(flags)
	flags.StringVar(&f.model, "model", "", "the model that the key is proved with (default: the first text model)")
	flags.DurationVar(&f.stuckAfter, "stuck-after", 30*time.Second, "how long a transaction may wait before it is replaced by one that pays more, within the caps")
	flags.StringVar(&f.prompt, "prompt", "", "ask this with the key, even if it was proved before")
}

func agentUpCommand() *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Buy, stake, mint a key and prove it, as far as each is missing",
		Long: `Take the wallet to a working API key. Each step looks at the chain first: run
again, it does nothing twice; interrupted anywhere, it goes on.

It spends real ETH or USDC on a real chain: --dry-run shows the plan, --eth-max
and --usdc-max cap it. Gas is ETH, whatever pays for the rest.

Exit codes: 0 done, 1 error, 2 usage, 3 the plan has changes (--exit-code),
4 the key has nothing to spend, 5 the server does not accept the stake,
130 interrupted.

With --json, stdout is one object: version 1, ok, wallet {address, payer, keyFrom,
created}, network, apiBase, chainId, plan (as in "agent plan"), transactions [{step,
hash, block, fee}], balances {block, eth, accountEth, vvv, stakedVvv, diem, stakedDiem, usdc}, key
{id, type, last6, created, file, apiKey (with --reveal)}, proof {model, answer,
promptTokens, completionTokens, costDiem, costUsd}, account, warnings, and error
{message, exitCode, retryable, hint} if ok is false. Amounts of tokens are
decimal strings; what the server says of money (costDiem, costUsd, account) are
numbers, as it sends them. Members are only ever added.`,
		Example: `  stakegate agent up --world .stakegate-dev/world.json --faucet
  STAKEGATE_RPC=https://mainnet.base.org stakegate agent up --stake 10 --diem 0.1 --dry-run
  stakegate agent up --world .stakegate-dev/world.json --pay usdc --diem 1 --usdc-max 3000 --wait 10m
  stakegate agent up --rpc https://mainnet.base.org --key-file agent.key --type ADMIN --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *upFlags) run(cmd *cobra.Command) error {
	out := newUpOutput()
	err := agentError(cmd.Context(), f.up(cmd, &out))
	return f.end(cmd, &out, err, f.dryRun && f.exitCode)
}

// end writes the JSON object, if that was asked for, and settles the exit code.
func (f *upFlags) end(cmd *cobra.Command, out *upOutput, err error, codeForChanges bool) error {
	if f.json {
		out.OK, out.Error = err == nil, errorOutput(err)
		if writeErr := writeJSON(cmd.OutOrStdout(), out); writeErr != nil {
			return writeErr
		}
	}
	if err == nil && codeForChanges && !out.Plan.Complete {
		return codedError{errors.New(""), exitPlanChanges}
	}
	return err
}

func (f *upFlags) up(cmd *cobra.Command, out *upOutput) error {
	switch {
	case f.exitCode && !f.dryRun:
		return usageError("--exit-code goes with --dry-run")
	case f.faucet && f.world == "":
		return usageError("--faucet goes with --world: only dev worlds have one")
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	p := progress{w: cmd.ErrOrStderr(), color: wantsColor(cmd.ErrOrStderr())}
	s, err := f.openRun(cmd, &options, out, p)
	if err != nil {
		return err
	}
	if f.dryRun {
		_, err := f.plan(cmd, options, out)
		return err
	}
	if f.faucet {
		if err := f.fund(cmd, s, options, p); err != nil {
			return err
		}
	}
	out.Result, err = agent.Up(cmd.Context(), options, agent.ViewFunc(p.event))
	return f.finish(cmd, options.Keys, out, err)
}

// openRun opens what a run needs and completes its options.
func (f *upFlags) openRun(cmd *cobra.Command, options *agent.Options, out *upOutput, p progress) (session, error) {
	if f.trust && !cmd.Flags().Changed("usdc-max") { // nobody said how much of it may be lost
		switch options.Target.Pay {
		case agent.PayUSDC:
			return session{}, usageError("--trust with --pay usdc needs --usdc-max too: say what you are ready to lose")
		case agent.PayAuto:
			options.Target.Pay = agent.PayETH
		}
	}
	s, err := f.open(cmd)
	if err != nil {
		return s, err
	}
	options.Network, options.Keys, options.Signer = s.network, s.store, s.signer
	out.Wallet = s.walletOutput()
	if s.created {
		p.say("made a new wallet: %s, in %s", s.payer.Address(), s.keyFrom)
	}
	return s, nil
}

// finish shows what a run came to, and hands its key to the sink.
func (f *upFlags) finish(cmd *cobra.Command, store *agent.Store, out *upOutput, err error) error {
	f.show(cmd, out, err)
	if err != nil || f.sink == "" || out.Key == nil {
		return err
	}
	keys, err := store.Keys()
	if err != nil {
		return err
	}
	for _, key := range keys {
		if key.ID == out.Key.ID && !key.Secret.IsZero() {
			return sinkKey(cmd.Context(), store, f.sink, &key)
		}
	}
	return nil // the sink has it already
}

// show prints what a run came to.
func (f *upFlags) show(cmd *cobra.Command, out *upOutput, err error) {
	if out.Key != nil && f.reveal {
		out.RevealedKey = out.Key.Secret.Reveal()
	}
	if err == nil && !f.json {
		printResult(cmd.OutOrStdout(), *out)
	}
}

// options turns flags into a run's options; errors are the user's.
func (f *upFlags) options() (agent.Options, error) {
	o := agent.Options{Model: f.model, Prompt: f.prompt, WaitForETH: f.wait, StuckAfter: f.stuckAfter}
	o.Target.Prove = f.prompt != ""
	o.Target.Pay, o.Target.DIEMBy = f.pay, f.diemBy
	o.Limits = agent.Limits{SlippageBPS: f.slippageBPS, MaxImpactBPS: f.impactBPS, MaxDeviationBPS: f.deviationBPS}
	for _, amount := range []struct {
		flag, text string
		into       *agent.Amount
	}{
		{"stake", f.stake, &o.Target.Stake}, {"diem", f.diem, &o.Target.DIEM}, {"eth-max", f.ethMax, &o.Limits.MaxETH},
		{"usdc-max", f.usdcMax, &o.Limits.MaxUSDC}, {"gas-max", f.gasMax, &o.Limits.MaxTxFee}, {"keep-eth", f.keepETH, &o.Limits.KeepETH},
	} {
		parsed, err := agent.ParseAmount(amount.text)
		if err != nil {
			return o, usageError("--%s: %v", amount.flag, err)
		}
		*amount.into = parsed
	}
	switch {
	case o.Limits.MaxETH.IsZero() || o.Limits.MaxUSDC.IsZero() || o.Limits.MaxTxFee.IsZero():
		return o, usageError("--eth-max, --usdc-max and --gas-max must be more than 0")
	case f.slippageBPS < 1 || f.slippageBPS > 1000 || f.impactBPS < 1 || f.impactBPS > 2000 || f.deviationBPS < 1 || f.deviationBPS > 2000:
		return o, usageError("--slippage-bps must be 1 to 1000 (10 %%), --impact-bps and --deviation-bps 1 to 2000 (20 %%)")
	case !slices.Contains([]string{agent.PayAuto, agent.PayETH, agent.PayUSDC, agent.PayTransfer}, f.pay):
		return o, usageError("--pay must be auto, eth, usdc or transfer")
	case !slices.Contains([]string{agent.DIEMAuto, agent.DIEMMint, agent.DIEMBuy}, f.diemBy):
		return o, usageError("--diem-by must be auto, mint or buy")
	}
	var err error
	o.Target.Key, err = f.spec()
	return o, err
}

// plan prints what a run would do.
func (f *upFlags) plan(cmd *cobra.Command, options agent.Options, out *upOutput) (agent.Plan, error) {
	plan, err := agent.MakePlan(cmd.Context(), options)
	if err != nil {
		return plan, err
	}
	out.Result = agent.Result{Network: options.Network.Name, APIBase: plan.APIBase, ChainID: plan.ChainID,
		Address: plan.Address, Payer: plan.Payer, Plan: &plan, Balances: plan.Facts.Balances(), Transactions: []agent.Transaction{}, Warnings: []string{}}
	if !f.json {
		printPlan(cmd.OutOrStdout(), plan, wantsColor(cmd.OutOrStdout()))
	}
	return plan, nil
}

// fund has the dev world's faucet send what the plan says is missing.
func (f *upFlags) fund(cmd *cobra.Command, s session, options agent.Options, p progress) error {
	plan, err := agent.MakePlan(cmd.Context(), options)
	if err != nil {
		return err
	}
	for _, step := range plan.Steps {
		to := s.payer.Address()
		switch {
		case !step.Todo():
			continue
		case step.Kind == agent.StepReceive:
			to = s.signer.Address()
		case step.Kind != agent.StepFund:
			continue
		}
		// Prices move between two looks: a tenth more is not missed here.
		amount := step.Amount.Add(step.Amount.Div(10))
		hash, err := s.world.Fund(cmd.Context(), to, step.Token, amount)
		if err != nil {
			return fmt.Errorf("faucet: %w", err)
		}
		p.say("the faucet sent %s %s to %s (transaction %s)", amount.Short(), step.Token, to, hash)
	}
	return nil
}
