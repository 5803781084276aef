package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"
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
	cmd.AddCommand(agentUpCommand(), agentStatusCommand())
	return cmd
}

// agentFlags are the flags that all of the agent's commands share.
type agentFlags struct {
	world, api, rpc, contracts string
	chainID                    uint64
	stateDir                   string
	wallet, passwordFile       string
	askPassword                bool
	keyFile                    string
	keyFD                      int
	account                    string
	allowEnvKey                bool
	json                       bool
}

func (f *agentFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.world, "world", "", "world.json of a running dev world: its API, node and contracts")
	flags.StringVar(&f.api, "api", agent.VeniceAPI, "the API's base URL")
	flags.StringVar(&f.rpc, "rpc", "", "URL of a node of the chain (also $STAKEGATE_RPC, which other users cannot see)")
	flags.Uint64Var(&f.chainID, "chain-id", agent.BaseChainID, "the chain's id; the node must be on it")
	flags.StringVar(&f.contracts, "contracts", "base", "the contracts' addresses: base, or a JSON file in the shape of world.json's contracts")
	flags.StringVar(&f.stateDir, "state-dir", "", "where wallet and keys are kept (default $XDG_STATE_HOME/stakegate/agent)")
	flags.StringVar(&f.wallet, "wallet", "", "the wallet's keystore file (default STATE-DIR/wallet.json)")
	flags.StringVar(&f.passwordFile, "password-file", "", "the keystore's password (default: a random one beside the keystore)")
	flags.BoolVar(&f.askPassword, "ask-password", false, "ask for the keystore's password on the terminal and store it nowhere")
	flags.StringVar(&f.keyFile, "key-file", "", "use the raw hex key in this file (0600) instead of a keystore; - is stdin")
	flags.IntVar(&f.keyFD, "wallet-fd", -1, "use the raw hex key from this file descriptor")
	flags.IntVar(&f.keyFD, "key-fd", -1, "the same as --wallet-fd")
	flags.StringVar(&f.account, "account", "", "the address of a contract account (a Safe, or with owner() and execute()) that the key commands: it holds the stake, the key pays gas")
	flags.BoolVar(&f.allowEnvKey, "allow-env-key", false, "use the raw hex key in $STAKEGATE_PRIVATE_KEY, which everything of this user can see")
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
	dir, err := f.dir()
	if err != nil {
		return s, err
	}
	if s.store, err = agent.OpenStore(dir); err != nil {
		return s, err
	}
	if err := f.openWallet(cmd, dir, &s); err != nil {
		return s, err
	}
	s.payer = s.signer
	return s, f.openAccount(cmd, &s)
}

func (f *agentFlags) network(cmd *cobra.Command) (agent.World, agent.Network, error) {
	if f.world != "" {
		for _, name := range []string{"api", "rpc", "chain-id", "contracts"} {
			if cmd.Flags().Changed(name) {
				return agent.World{}, agent.Network{}, usageError("--world already says what --%s says: use one of them", name)
			}
		}
		world, err := agent.LoadWorld(f.world)
		return world, world.Network, err
	}
	network := agent.Network{Name: "custom", APIBase: f.api, RPCURL: f.rpc, ChainID: f.chainID}
	if f.api == agent.VeniceAPI {
		network.Name = "venice"
	}
	if network.RPCURL == "" {
		network.RPCURL = os.Getenv("STAKEGATE_RPC")
	}
	if network.RPCURL == "" {
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

func (f *agentFlags) openWallet(cmd *cobra.Command, dir string, s *session) (err error) {
	sources := 0
	for _, name := range []string{"wallet", "key-file", "wallet-fd", "key-fd", "allow-env-key"} {
		if cmd.Flags().Changed(name) {
			sources++
		}
	}
	if sources > 1 {
		return usageError("give one of --wallet, --key-file, --wallet-fd and --allow-env-key")
	}
	var key *wallet.Key
	switch {
	case f.keyFile == "-":
		key, err = wallet.ReadKey(cmd.InOrStdin())
		s.keyFrom = "stdin"
	case f.keyFile != "":
		key, err = wallet.ReadKeyFile(f.keyFile)
		s.keyFrom = f.keyFile
	case f.keyFD >= 0:
		key, err = readKeyFD(f.keyFD)
		s.keyFrom = fmt.Sprintf("file descriptor %d", f.keyFD)
	case f.allowEnvKey:
		key, err = readKeyEnv()
		s.keyFrom = "environment"
	default:
		key, err = f.openKeystore(cmd, dir, s)
	}
	if err != nil {
		return err
	}
	s.signer = key
	return nil
}

// openAccount puts the contract account, if one was named, in the key's place.
func (f *agentFlags) openAccount(cmd *cobra.Command, s *session) error {
	if f.account == "" {
		return nil
	}
	address, err := parseAddress(f.account)
	if err != nil {
		return usageError("--account: %v", err)
	}
	account, err := agent.OpenAccount(cmd.Context(), s.network, address, s.payer)
	if err != nil {
		return err
	}
	s.signer = account
	return nil
}

// parseAddress reads an address; one in mixed case must have its checksum
// (EIP-55), which finds a mistyped digit.
func parseAddress(text string) (common.Address, error) {
	if !common.IsHexAddress(text) || !strings.HasPrefix(text, "0x") {
		return common.Address{}, errors.New("not an address: want 0x and 40 hex digits")
	}
	address := common.HexToAddress(text)
	if text != address.Hex() && text != strings.ToLower(text) {
		return common.Address{}, errors.New("the address's checksum is wrong (EIP-55): a digit is mistyped")
	}
	return address, nil
}

func (f *agentFlags) openKeystore(cmd *cobra.Command, dir string, s *session) (key *wallet.Key, err error) {
	files := wallet.Files{Keystore: f.wallet, PasswordFile: f.passwordFile}
	if files.Keystore == "" {
		files.Keystore = filepath.Join(dir, "wallet.json")
	}
	if f.askPassword {
		files.Ask = func(create bool) ([]byte, error) { return askPassword(cmd, create) }
	}
	s.keyFrom = files.Keystore
	key, s.created, err = wallet.OpenOrCreate(files)
	return key, err
}

func readKeyFD(fd int) (*wallet.Key, error) {
	file := os.NewFile(uintptr(fd), "key")
	if file == nil {
		return nil, usageError("--wallet-fd %d is not an open file descriptor", fd)
	}
	defer func() { _ = file.Close() }()
	return wallet.ReadKey(file)
}

func readKeyEnv() (*wallet.Key, error) {
	const name = "STAKEGATE_PRIVATE_KEY"
	text := os.Getenv(name)
	if err := os.Unsetenv(name); err != nil { // it is not for programs that this one may start
		return nil, err
	}
	if text == "" {
		return nil, usageError("$%s is empty", name)
	}
	key, err := wallet.ParseKey([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("$%s: %w", name, err)
	}
	return key, nil
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
	switch {
	case ctx.Err() != nil:
		code, hint = exitInterrupted, "run the same command again: it goes on where this one ended"
	case errors.Is(err, agent.ErrBudget):
		code, hint = exitBudget, "the key is stored and works; stake more, or add --diem 0.1 to stake DIEM"
	case errors.Is(err, agent.ErrStakeTooLow):
		code, hint = exitStakeTooLow, "stake more with --stake, and check that --chain-id and --contracts are the server's"
	case errors.Is(err, agent.ErrForeignToken):
		hint = "give --api the address that the server calls itself"
	case errors.As(err, &blocked) && blocked.Step.Kind == agent.StepFund:
		hint = "--wait 10m waits for the ETH to arrive; in a dev world, --faucet sends it"
	case errors.As(err, &blocked) && blocked.Step.Kind == agent.StepBuy:
		hint = "--eth-max, --impact-bps and --stake set the limits; --dry-run shows the plan"
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
