package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stakegate/agent"
	"stakegate/agent/wallet"
)

// Exit codes of the agent's commands, besides those that all share.
const (
	exitPlanChanges = 3 // --dry-run --exit-code: there is something to do
	exitBudget      = 4 // the key has nothing to spend
	exitStakeTooLow = 5 // the server does not accept the stake
)

func agentCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "agent",
		Short: "Take a wallet to a working API key",
		Long: `The agent's side: buy VVV, stake it, mint an API key, and prove it.

The wallet is an encrypted keystore in the state directory, made when there is
none. API keys are stored beside it, in keys.json. Both are readable by their
owner only. Secrets are never taken from the command line.`,
	}
	cmd.AddCommand(agentPlanCommand(), agentApplyCommand(), agentUpCommand(), agentStatusCommand(), agentMCPCommand())
	cmd.AddCommand(agentKeyCommand(), agentNetworkCommand(), agentDoctorCommand(), agentWatchCommand())
	cmd.AddCommand(agentUnstakeCommand(), agentClaimCommand())
	return cmd
}

// agentFlags are the flags that all of the agent's commands share.
type agentFlags struct {
	world, api, rpc, contracts string
	networkName                string
	trust                      bool
	chainID                    uint64
	stakingCode                string
	stateDir                   string
	wallet, passwordFile       string
	askPassword                bool
	keyFile                    string
	keyFD                      int
	remote, remoteAddress      string
	account                    string
	allowEnvKey                bool
	json                       bool
	existing                   bool // the command makes no wallet
	noChain                    bool // the command needs no node
	planned                    bool // a plan says what is staked
	looks                      bool // the command changes nothing in the store
}

func (f *agentFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.world, "world", "", "world.json of a running dev world: its API, node and contracts")
	flags.StringVar(&f.api, "api", agent.VeniceAPI, "the API's base URL")
	flags.StringVar(&f.networkName, "network", "", "a network that was allowed with \"agent network add\", or a stakegate server's URL")
	flags.BoolVar(&f.trust, "trust", false, "use the addresses that the server of --network names for this one run; needs --eth-max and --stake where money is spent")
	flags.StringVar(&f.rpc, "rpc", "", "URL of a node of the chain (also $STAKEGATE_RPC, which other users cannot see)")
	flags.Uint64Var(&f.chainID, "chain-id", agent.BaseChainID, "the chain's id; the node must be on it")
	flags.StringVar(&f.contracts, "contracts", "base", "the contracts' addresses: base, or a JSON file in the shape of world.json's contracts")
	flags.StringVar(&f.stakingCode, "staking-code", "", "after an upgrade that you have looked at: the address of the code that the staking contract may run")
	flags.StringVar(&f.stateDir, "state-dir", "", "where wallet and keys are kept (default $XDG_STATE_HOME/stakegate/agent)")
	f.registerWallet(flags)
	flags.BoolVar(&f.json, "json", false, "write one JSON object to stdout")
}

// session is what the flags came to.
type session struct {
	world   agent.World
	network agent.Network
	store   *agent.Store
	signer  wallet.Signer
	payer   wallet.Signer // sends the transactions: the signer, or the owner of its account
	created bool          // the wallet is new
	keyFrom string        // where the wallet's key is, for people
}

func (f *agentFlags) open(cmd *cobra.Command) (session, error) {
	var s session
	var err error
	if s.world, s.network, err = f.network(cmd); err != nil {
		return s, err
	}
	if f.stakingCode != "" {
		if s.network.StakingCode, err = parseAddress(f.stakingCode); err != nil {
			return s, usageError("--staking-code: %v", err)
		}
	}
	dir, err := f.dir()
	if err != nil {
		return s, err
	}
	if err := f.openWallet(cmd, dir, &s); err != nil {
		return s, err
	}
	if s.store, err = agent.OpenStore(dir); err != nil {
		return s, err
	}
	s.payer = s.signer
	return s, f.openAccount(cmd, &s)
}

func (f *agentFlags) network(cmd *cobra.Command) (agent.World, agent.Network, error) {
	if f.world != "" {
		for _, name := range []string{"network", "trust", "api", "rpc", "chain-id", "contracts"} {
			if cmd.Flags().Changed(name) {
				return agent.World{}, agent.Network{}, usageError("--world already says what --%s says: use one of them", name)
			}
		}
		world, err := agent.LoadWorld(f.world)
		return world, world.Network, err
	}
	if f.networkName != "" {
		if cmd.Flags().Changed("api") {
			return agent.World{}, agent.Network{}, usageError("--network already says what --api says: use one of them")
		}
		network, err := f.namedNetwork(cmd)
		return agent.World{}, network, err
	}
	if f.trust {
		return agent.World{}, agent.Network{}, usageError("--trust goes with --network and a URL")
	}
	network := agent.Network{Name: "custom", APIBase: f.api, RPCURL: f.rpc, ChainID: f.chainID}
	if f.api == agent.VeniceAPI {
		network.Name = "venice"
	}
	if network.RPCURL == "" {
		network.RPCURL = os.Getenv("STAKEGATE_RPC")
	}
	if network.RPCURL == "" && !f.noChain {
		return agent.World{}, network, usageError("no node: give --world for a dev world, or --rpc for a node of chain %d", f.chainID)
	}
	network.Contracts = agent.BaseContracts()
	if f.contracts != "base" {
		contracts, err := agent.LoadContracts(f.contracts)
		if err != nil {
			return agent.World{}, network, err
		}
		network.Contracts = contracts
	}
	return agent.World{}, network, nil
}

// dir is the state directory (XDG Base Directory Specification).
func (f *agentFlags) dir() (string, error) {
	if f.stateDir != "" {
		return f.stateDir, nil
	}
	base := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(base) { // the specification says to ignore such
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("there is no home directory: give --state-dir")
		}
		base = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(base, "stakegate", "agent"), nil
}

func usageError(format string, args ...any) error {
	return codedError{fmt.Errorf(format, args...), exitUsage}
}

// agentError gives an error its exit code and the lines that say what to try.
func agentError(ctx context.Context, err error) error {
	var coded codedError
	if err == nil || errors.As(err, &coded) {
		return err
	}
	code, hint := exitError, ""
	var blocked *agent.BlockedError
	var upgraded *agent.CodeError
	var moved *agent.MovedError
	switch {
	case ctx.Err() != nil:
		code, hint = exitInterrupted, "run the same command again: it goes on where this one ended"
	case errors.Is(err, agent.ErrBudget):
		code, hint = exitBudget, "the key is stored and works; stake more, or add --diem 0.1 to stake DIEM"
	case errors.Is(err, agent.ErrStakeTooLow):
		code, hint = exitStakeTooLow, "stake more with --stake, and check that --chain-id and --contracts are the server's"
	case errors.Is(err, agent.ErrDocument):
	case errors.Is(err, agent.ErrForeignToken):
		hint = "give --api the address that the server calls itself"
	case errors.As(err, &moved) || errors.Is(err, agent.ErrPlanFile):
		hint = "make a new plan with stakegate agent plan, look at it, and apply that"
	case errors.As(err, &upgraded):
		hint = "update stakegate; or read the code at that address and give it with --staking-code"
	case errors.As(err, &blocked) && (blocked.Step.Kind == agent.StepFund || blocked.Step.Kind == agent.StepReceive):
		hint = "--wait 10m waits for the ETH, USDC or VVV to arrive; in a dev world, --faucet sends it"
	case errors.As(err, &blocked) && (blocked.Step.Kind == agent.StepBuy || blocked.Step.Kind == agent.StepBuyDIEM):
		hint = "--eth-max, --usdc-max, --impact-bps, --deviation-bps and --stake set the limits; --pay chooses ETH or USDC; --dry-run shows the plan"
	case retryableError(err):
		hint = "run the same command again: it goes on where this one ended"
	}
	if hint != "" {
		err = hintedError{err, hint}
	}
	return codedError{err, code}
}

// hintedError carries a line that says what to try next.
type hintedError struct {
	error
	hint string
}

func (e hintedError) Error() string { return e.error.Error() + "\nstakegate: hint: " + e.hint }
func (e hintedError) Unwrap() error { return e.error }

func retryableError(err error) bool {
	var e interface{ Retryable() bool }
	return errors.As(err, &e) && e.Retryable()
}

// progress tells what happens, one line each, on stderr.
type progress struct {
	w     io.Writer
	color bool
}

func (p progress) say(format string, args ...any) {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\nstakegate: ")
	fmt.Fprintf(p.w, "stakegate: %s\n", text)
}
