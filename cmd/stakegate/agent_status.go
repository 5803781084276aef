package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"stakegate/agent"
)

// statusOutput is what "agent status --json" writes; its help describes it.
type statusOutput struct {
	Version int           `json:"version"`
	OK      bool          `json:"ok"`
	Wallet  *walletOutput `json:"wallet"`
	agent.Report
	Error *failedState `json:"error,omitempty"`
}

func agentStatusCommand() *cobra.Command {
	var f agentFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the wallet's balances, its keys and what they can spend",
		Long: `Show what the wallet holds and has staked, the stored keys for this server
(without secrets) and what its account can spend now. Changes nothing, and makes
no wallet.

With --json, stdout is one object: version 1, ok, wallet {address, payer, keyFrom,
created}, network, apiBase, chainId, address, balances {block, eth, accountEth, vvv,
stakedVvv, diem, stakedDiem}, keys [{id, type, last6, description, expiresAt,
createdAt, provedAt, works, problem}], account (as /billing/balance), and error
as in "agent up". Members are only ever added.`,
		Example: `  stakegate agent status --world .stakegate-dev/world.json
  stakegate agent status --rpc https://mainnet.base.org --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := statusOutput{Version: 1}
			err := agentError(cmd.Context(), f.status(cmd, &out))
			if f.json {
				out.OK, out.Error = err == nil, errorOutput(err)
				if writeErr := writeJSON(cmd.OutOrStdout(), out); writeErr != nil {
					return writeErr
				}
			}
			return err
		},
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *agentFlags) status(cmd *cobra.Command, out *statusOutput) error {
	f.existing = true
	s, err := f.open(cmd)
	if err != nil {
		return err
	}
	out.Wallet = s.walletOutput()
	out.Report, err = agent.Status(cmd.Context(), agent.Options{Network: s.network, Signer: s.signer, Keys: s.store})
	if err != nil || f.json {
		return err
	}
	w := cmd.OutOrStdout()
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("wallet", "%s", out.Address)
	printBalances(line, out.Balances)
	for _, key := range out.Keys {
		state := "works"
		switch {
		case key.Problem != "":
			state = "not known: " + key.Problem
		case !key.Works:
			state = "refused by the server"
		}
		line("key", "%s ...%s (id %s): %s", key.Type, key.Last6, key.ID, state)
	}
	if len(out.Keys) == 0 {
		line("key", "none for %s", out.APIBase)
	}
	printAccount(line, out.Account)
	return nil
}
