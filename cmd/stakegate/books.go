package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stakegate/internal/app"
	"stakegate/internal/issuer"
	"stakegate/internal/money"
	"stakegate/internal/signature"
)

func ledgerCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "ledger", Short: "Check, back up and restore the books"}
	cmd.AddCommand(verifyCommand(), backupCommand(), restoreCommand(), unfreezeCommand())
	return cmd
}

func verifyCommand() *cobra.Command {
	var configPath string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Recompute every budget and compare",
		Long: `Recompute every budget twice, from the log's entries and from the holds, and
compare both with what is stored. Servers may be running. Exits with 1 if anything
differs.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := app.LoadConfig(configPath, serverEnvironment())
			if err != nil {
				return err
			}
			report, err := app.VerifyBooks(cmd.Context(), config)
			if err != nil {
				return err
			}
			if asJSON {
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(report); err != nil {
					return err
				}
			} else {
				for _, problem := range report.Problems {
					fmt.Fprintln(cmd.OutOrStdout(), problem)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%d entries, %d holds (%d in flight), %d budgets, %d problems\n",
					report.Entries, report.Holds, report.Reserved, report.Budgets, len(report.Problems))
				if report.Waiting > 0 {
					fmt.Fprintf(cmd.OutOrStdout(), "newer commits that are safe in the file and not counted here: %d; the server carries them to the books when it runs\n",
						report.Waiting)
				}
			}
			if len(report.Problems) > 0 {
				return errors.New("the books do not balance")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file (YAML)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func accountCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "account", Short: "Change accounts"}
	cmd.AddCommand(creditCommand())
	return cmd
}

func creditCommand() *cobra.Command {
	var configPath, reason string
	cmd := &cobra.Command{
		Use:   "credit ADDRESS USD",
		Short: "Give an account USD credit, or take unspent credit back",
		Long: `Give an account USD credit, which is spent after its DIEM allocation. An
amount with a minus takes back credit that was neither spent nor held. The
server must not be running on the same SQLite file.`,
		Example: `  stakegate account credit 0xacfE6019Ed1A7Dc6f7B508C02d1b04ec88cC21bf 25.50 --reason "invoice 12"
  stakegate account credit --reason "typed too much" -- 0xacfE6019Ed1A7Dc6f7B508C02d1b04ec88cC21bf -5`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			address, err := signature.ParseAddress(args[0])
			if err != nil {
				return fmt.Errorf("%q is not an address: give 0x and 40 hexadecimal digits", args[0])
			}
			digits, negative := strings.CutPrefix(args[1], "-")
			amount, err := money.Parse(digits)
			if err != nil {
				return fmt.Errorf("%q is not an amount of USD such as 25.50", args[1])
			}
			if negative {
				amount = -amount
			}
			config, err := app.LoadConfig(configPath, serverEnvironment())
			if err != nil {
				return err
			}
			left, err := app.CreditAccount(cmd.Context(), config, issuer.AccountOf(address), amount, reason, time.Now)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s has %s USD of credit to spend\n", address.Hex(), left)
			return err
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file (YAML)")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the books")
	return cmd
}
