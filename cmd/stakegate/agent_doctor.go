package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"stakegate/agent"
)

// doctorOutput is what "agent doctor --json" writes; its help describes it.
type doctorOutput struct {
	Version int           `json:"version"`
	OK      bool          `json:"ok"`
	Wallet  *walletOutput `json:"wallet"`
	Checks  []agent.Check `json:"checks"`
	Error   *failedState  `json:"error,omitempty"`
}

// errUnwell ends a doctor's visit that found something; it has been told.
var errUnwell = errors.New("something has to be put right: see what is said with \"failed\"")

func agentDoctorCommand() *cobra.Command {
	var f agentFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check every precondition of a working agent, and say how to put it right",
		Long: `Look at the network, the wallet, the server, its challenge, the node, the
contracts, the stake, the gas, and every stored key. Changes nothing, signs
nothing, and makes no wallet.

Exit codes: 0 all is well or warned about, 1 something failed, 2 usage.

With --json, stdout is one object: version 1, ok, wallet, checks [{name, status
(ok, warning, failed, skipped), found, fix}] and error as in "agent up". Members
are only ever added.`,
		Example: `  stakegate agent doctor --world .stakegate-dev/world.json`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := doctorOutput{Version: 1, Checks: []agent.Check{}}
			err := agentError(cmd.Context(), f.doctor(cmd, &out))
			if f.json {
				out.OK, out.Error = err == nil, errorOutput(err)
				if writeErr := writeJSON(cmd.OutOrStdout(), out); writeErr != nil {
					return writeErr
				}
				return err
			}
			printChecks(cmd, out.Checks)
			return err
		},
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *agentFlags) doctor(cmd *cobra.Command, out *doctorOutput) error {
	f.existing = true
	s, err := f.open(cmd)
	var coded codedError
	if errors.As(err, &coded) && coded.code == exitUsage {
		return err
	}
	if err != nil {
		failed := errorOutput(err)
		out.Checks = append(out.Checks, agent.Check{Name: "network and wallet", Status: agent.CheckFailed, Found: failed.Message, Fix: failed.Hint})
		return errUnwell
	}
	out.Wallet = s.walletOutput()
	out.Checks = append(out.Checks, agent.Check{Name: "wallet", Status: agent.CheckOK, Found: fmt.Sprintf("%s, from %s", s.signer.Address(), s.keyFrom)})
	checks, err := agent.Doctor(cmd.Context(), agent.Options{Network: s.network, Signer: s.signer, Keys: s.store})
	out.Checks = append(out.Checks, checks...)
	if err != nil {
		return err
	}
	for _, check := range checks {
		if check.Status == agent.CheckFailed {
			return errUnwell
		}
	}
	return nil
}

func printChecks(cmd *cobra.Command, checks []agent.Check) {
	for _, check := range checks {
		fmt.Fprintf(cmd.OutOrStdout(), "%-8s %-16s %s\n", check.Status, check.Name, printable(check.Found))
		if check.Fix != "" {
			fmt.Fprintf(cmd.OutOrStdout(), "%-8s %-16s fix: %s\n", "", "", printable(check.Fix))
		}
	}
}
