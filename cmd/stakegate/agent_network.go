package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"stakegate/agent"
)

func agentNetworkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "network",
		Short: "Say which servers, and which of their addresses, may be used",
		Long: `A stakegate server says at /.well-known/stakegate.json which chain and contracts
it works with. Nothing proves that this is true, so that none of these addresses
is used before you have allowed it here, or for one run with --trust and explicit
caps. Exchanges are never taken from a server: those of Base are built in, others
come from --contracts.`,
	}
	cmd.AddCommand(networkAddCommand(), networkListCommand(), networkRemoveCommand())
	return cmd
}

// networkOutput is what the commands about networks write with --json.
type networkOutput struct {
	Version  int             `json:"version"`
	OK       bool            `json:"ok"`
	Networks []networkLine   `json:"networks"`
	Document *agent.Document `json:"document,omitempty"`
	Error    *failedState    `json:"error,omitempty"`
}

// networkLine is an allowed network without its node's URL, which may hold an
// access key.
type networkLine struct {
	Name      string          `json:"name"`
	APIBase   string          `json:"apiBase"`
	ChainID   uint64          `json:"chainId"`
	Contracts agent.Contracts `json:"contracts"`
	AllowedAt time.Time       `json:"allowedAt"`
	HasNode   bool            `json:"hasNode"`
}

func lineOf(n agent.AllowedNetwork) networkLine {
	return networkLine{n.Name, n.APIBase, n.ChainID, n.Contracts, n.AllowedAt, n.RPCURL != ""}
}

// networkFlags are what the commands about networks share.
type networkFlags struct {
	agentFlags
	out networkOutput
}

func (f *networkFlags) run(cmd *cobra.Command, do func(store *agent.Store) error) error {
	f.out = networkOutput{Version: 1, Networks: []networkLine{}}
	open := func() error {
		dir, err := f.dir()
		if err != nil {
			return err
		}
		store, err := agent.OpenStore(dir)
		if err != nil {
			return err
		}
		unlock, err := store.Lock()
		if err != nil {
			return err
		}
		defer unlock()
		return do(store)
	}
	err := agentError(cmd.Context(), open())
	if f.json {
		f.out.OK, f.out.Error = err == nil, errorOutput(err)
		if writeErr := writeJSON(cmd.OutOrStdout(), f.out); writeErr != nil {
			return writeErr
		}
	}
	return err
}

func (f *networkFlags) registerStore(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.stateDir, "state-dir", "", "where the list is kept (default $XDG_STATE_HOME/stakegate/agent)")
	cmd.Flags().BoolVar(&f.json, "json", false, "write one JSON object to stdout")
}

func networkAddCommand() *cobra.Command {
	var f networkFlags
	var staking string
	cmd := &cobra.Command{
		Use:   "add NAME URL",
		Short: "Allow a server and the addresses that it works with",
		Long: `Ask the server at URL what it works with, check that with the node, and allow its
addresses under NAME: "stakegate agent up --network NAME" uses them. If it names a
staking contract that this program does not know, give its address with --staking;
take that from somebody that you trust, not from the server. When the server says
something else later, its network is refused until it is added again.

With --json, stdout is one object: version 1, ok, networks [{name, apiBase,
chainId, contracts, allowedAt, hasNode}], document (what the server says) and
error as in "agent up".`,
		Example: `  stakegate agent network add mine https://api.example.org --rpc https://mainnet.base.org
  stakegate agent network add test https://test.example.org --rpc https://rpc.example.org --contracts exchanges.json --staking 0x...`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, func(store *agent.Store) error {
				network, err := f.ask(cmd, args[1], staking)
				if err != nil {
					return err
				}
				allowed := agent.AllowedNetwork{Name: args[0], APIBase: network.APIBase, RPCURL: network.RPCURL, ChainID: network.ChainID,
					Contracts: network.Contracts, AllowedAt: time.Now().UTC().Truncate(time.Second)}
				if err := store.AllowNetwork(allowed); err != nil {
					return err
				}
				f.out.Networks = append(f.out.Networks, lineOf(allowed))
				if !f.json {
					printDocument(cmd, *f.out.Document, allowed)
				}
				return nil
			})
		},
	}
	f.registerStore(cmd)
	cmd.Flags().StringVar(&f.rpc, "rpc", "", "URL of a node of the chain, kept with the network (also $STAKEGATE_RPC)")
	cmd.Flags().StringVar(&f.contracts, "contracts", "base", "your own addresses, exchanges above all: base, or a JSON file in the shape of world.json's contracts")
	cmd.Flags().Uint64Var(&f.chainID, "chain-id", 0, "the chain that it must be")
	cmd.Flags().StringVar(&staking, "staking", "", "the address of the staking contract that is allowed")
	return cmd
}

// ask reads a server's document and completes it; staking is what the user has
// said of the staking contract.
func (f *networkFlags) ask(cmd *cobra.Command, address, staking string) (agent.Network, error) {
	document, err := agent.FetchDocument(cmd.Context(), address, nil)
	if err != nil {
		return agent.Network{}, err
	}
	f.out.Document = &document
	named := document.Contracts.Staking.Address
	if staking != "" {
		told, err := parseAddress(staking)
		if err != nil {
			return agent.Network{}, usageError("--staking: %v", err)
		}
		if told != named {
			return agent.Network{}, fmt.Errorf("%w: its staking contract is %s, you allow %s", agent.ErrDocument, named, told)
		}
	} else if !document.Known() {
		err := fmt.Errorf("%w: it works with the staking contract %s, which this program does not know", agent.ErrDocument, named)
		return agent.Network{}, hintedError{err, "if somebody that you trust has told you this address, give --staking " + named.Hex()}
	}
	return f.resolve(cmd, document)
}

// resolve turns a document into a network, with the user's node and addresses.
func (f *agentFlags) resolve(cmd *cobra.Command, document agent.Document) (agent.Network, error) {
	network := agent.Network{Name: "custom", APIBase: document.APIBase, RPCURL: cmp.Or(f.rpc, os.Getenv("STAKEGATE_RPC")), ChainID: document.Chain.ID}
	switch {
	case network.RPCURL == "":
		return network, usageError("no node: give --rpc for a node of chain %d", document.Chain.ID)
	case cmd.Flags().Changed("chain-id") && f.chainID != document.Chain.ID:
		return network, fmt.Errorf("%w: it names chain %d, you said %d", agent.ErrDocument, document.Chain.ID, f.chainID)
	}
	own, err := f.ownContracts(document)
	if err != nil {
		return network, err
	}
	chain, err := agent.Dial(cmd.Context(), network.RPCURL)
	if err != nil {
		return network, err
	}
	defer chain.Close()
	network.Contracts, err = document.Resolve(cmd.Context(), chain, own)
	return network, err
}

// ownContracts are the user's addresses, or those that are built in. Of the
// latter, what stakes of a server's own kind replace is left out.
func (f *agentFlags) ownContracts(document agent.Document) (agent.Contracts, error) {
	if f.contracts != "base" {
		return agent.LoadContracts(f.contracts)
	}
	known, has := agent.KnownContracts(document.Chain.ID)
	if !has {
		return known, usageError("nothing is known of chain %d: give its exchanges with --contracts, a JSON file in the shape of world.json's contracts", document.Chain.ID)
	}
	if !document.Known() {
		known.Staking, known.VVV, known.DIEM = common.Address{}, common.Address{}, common.Address{}
		known.PriceFeeds.VVVUSD = common.Address{}
	}
	return known, nil
}

// namedNetwork is the network of --network: one that was allowed, or with
// --trust any server's.
func (f *agentFlags) namedNetwork(cmd *cobra.Command) (agent.Network, error) {
	if strings.Contains(f.networkName, "://") {
		return f.trustedNetwork(cmd)
	}
	if f.trust {
		return agent.Network{}, usageError("--trust goes with --network and a URL")
	}
	dir, err := f.dir()
	if err != nil {
		return agent.Network{}, err
	}
	store, err := agent.OpenStore(dir)
	if err != nil {
		return agent.Network{}, err
	}
	allowed, err := store.FindNetwork(f.networkName)
	if errors.Is(err, agent.ErrNoNetwork) {
		err = hintedError{fmt.Errorf("%w: %s", err, f.networkName), "stakegate agent network add " + f.networkName + " URL allows one"}
	}
	if err != nil {
		return agent.Network{}, err
	}
	now, err := agent.FetchDocument(cmd.Context(), allowed.APIBase, nil)
	if err != nil {
		return agent.Network{}, err
	}
	network := allowed.Network()
	network.RPCURL = cmp.Or(f.rpc, os.Getenv("STAKEGATE_RPC"), network.RPCURL)
	return network, allowed.Changed(now)
}

// trustedNetwork believes a server for one run, within caps that are given for
// it.
func (f *agentFlags) trustedNetwork(cmd *cobra.Command) (agent.Network, error) {
	document, err := agent.FetchDocument(cmd.Context(), f.networkName, nil)
	if err != nil {
		return agent.Network{}, err
	}
	switch {
	case document.Known(): // its addresses are those that are built in
	case !f.trust:
		err := fmt.Errorf("%w: it works with the staking contract %s, which this program does not know", agent.ErrDocument, document.Contracts.Staking.Address)
		return agent.Network{}, hintedError{err, "stakegate agent network add allows it; --trust does so for one run"}
	default:
		for _, name := range []string{"eth-max", "stake"} {
			inPlan := name == "stake" && f.planned
			if cmd.Flags().Lookup(name) != nil && !cmd.Flags().Changed(name) && !inPlan {
				return agent.Network{}, usageError("--trust needs --eth-max and --stake (a plan file says the latter): say what you are ready to lose")
			}
		}
	}
	return f.resolve(cmd, document)
}

func networkListCommand() *cobra.Command {
	var f networkFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List the networks that are allowed", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd, func(store *agent.Store) error {
				networks, err := store.Networks()
				for _, network := range networks {
					f.out.Networks = append(f.out.Networks, lineOf(network))
					if !f.json {
						fmt.Fprintf(cmd.OutOrStdout(), "%-16s %s (chain %d, staking contract %s)\n", network.Name, network.APIBase, network.ChainID, network.Contracts.Staking)
					}
				}
				return err
			})
		},
	}
	f.registerStore(cmd)
	return cmd
}

func networkRemoveCommand() *cobra.Command {
	var f networkFlags
	cmd := &cobra.Command{
		Use: "remove NAME", Short: "Allow a network no longer", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, func(store *agent.Store) error { return store.RemoveNetwork(args[0]) })
		},
	}
	f.registerStore(cmd)
	return cmd
}

// printDocument shows what was allowed.
func printDocument(cmd *cobra.Command, d agent.Document, n agent.AllowedNetwork) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(cmd.OutOrStdout(), "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("allowed", "%s: %s", n.Name, n.APIBase)
	line("chain", "%s (%d)", d.Chain.Name, n.ChainID)
	line("staking", "%s", n.Contracts.Staking)
	line("VVV", "%s", n.Contracts.VVV)
	line("DIEM", "%s", n.Contracts.DIEM)
	line("a key", "needs a stake of %s %s (%s at %s)", cmp.Or(d.Mint.Minimum, "any"), d.Mint.Symbol, d.Mint.Adapter, d.Mint.Contract.Address)
	for _, source := range d.Allocation {
		text := source.Adapter + " at " + source.Contract.Hex()
		if source.Pool != "" {
			text += ", a share of " + source.Pool + " DIEM a day"
		}
		if source.Rate != "" {
			text += ", " + source.Rate + " DIEM a day for a token"
		}
		line("spends", "%s", text)
	}
}
