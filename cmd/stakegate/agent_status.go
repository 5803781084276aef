package main

import (
	"cmp"
	"fmt"
	"time"

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
stakedVvv, diem, stakedDiem}, coolDowns [{token, amount, endsAt, over}], keys
[{id, type, last6, name, description, expiresAt, createdAt, provedAt, inSink,
works, problem, info (as in "agent key list")}], account (as /billing/balance),
epoch {endsAt, allocated, spent, held}, and error as in "agent up". Members are only ever added.`,
		Example: `  stakegate agent status --world .stakegate-dev/world.json
  stakegate agent status --rpc https://mainnet.base.org --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := statusOutput{Version: 1, Report: agent.Report{CoolDowns: []agent.CoolDown{}, Keys: []agent.KeyReport{}}}
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
	printCoolDowns(line, out.CoolDowns)
	for _, key := range out.Keys {
		line("key", "%s", keyWords(key))
	}
	if len(out.Keys) == 0 {
		line("key", "none for %s", out.APIBase)
	}
	printAccount(line, out.Account)
	printEpoch(line, out.Epoch)
	return nil
}

func keyWords(key agent.KeyReport) string {
	state := "works"
	switch {
	case key.Problem != "":
		state = "not known: " + key.Problem
	case !key.Works:
		state = "refused by the server"
	}
	words := fmt.Sprintf("%s ...%s (id %s): %s", key.Type, key.Last6, key.ID, state)
	if key.Name != "" {
		words = key.Name + ": " + words
	}
	if key.ExpiresAt != "" {
		words += ", expires " + printable(key.ExpiresAt)
	}
	if info := key.Info; info != nil && limitWords(*info) != "none" {
		words += ", limit " + limitWords(*info)
		if used := info.PeriodUsage; used != nil {
			words += fmt.Sprintf(" (spent %s DIEM, %s USD)", cmp.Or(used.DIEM, "0"), cmp.Or(used.USD, "0"))
		}
	}
	return words
}

func printCoolDowns(line func(name, format string, args ...any), coolDowns []agent.CoolDown) {
	for _, c := range coolDowns {
		if c.Over {
			line("withdrawn", "%s %s can be taken now", c.Amount.Short(), c.Token)
			continue
		}
		line("withdrawn", "%s %s can be taken from %s", c.Amount.Short(), c.Token, c.EndsAt.Format(time.RFC3339))
	}
}

func printEpoch(line func(name, format string, args ...any), epoch *agent.EpochReport) {
	switch {
	case epoch == nil:
	case epoch.Spent == "":
		line("epoch", "ends %s", printable(epoch.EndsAt))
	default:
		line("epoch", "%s DIEM spent, %s held for calls that run, ends %s", epoch.Spent, cmp.Or(epoch.Held, "0"), printable(epoch.EndsAt))
	}
}
