package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"stakegate/internal/app"
	"stakegate/internal/store"
)

func backupCommand() *cobra.Command {
	var configPath string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy an SQLite database, also while the server runs",
		Long: `Copy the SQLite database into a new file: one consistent state, its books
verified. The server may be running. The copy is marked, so that it cannot be
served by mistake; "stakegate ledger restore" puts it back. It holds hashes of
keys and everybody's history: keep it as safe as the database.

PostgreSQL is backed up with its own tools: see docs/backup.md.`,
		Example: `  stakegate ledger backup --config stakegate.yaml /var/backups/stakegate-$(date +%F).db`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			config, err := app.LoadConfig(configPath, serverEnvironment())
			if err != nil {
				return err
			}
			report, err := app.BackupBooks(cmd.Context(), config, args[0], time.Now())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s has %d entries, %d holds (%d in flight), %d budgets, %d problems\n",
				args[0], report.Entries, report.Holds, report.Reserved, report.Budgets, len(report.Problems))
			if len(report.Problems) > 0 {
				return errors.Join(err, errors.New("the copy is made, and its books do not balance; run stakegate ledger verify"))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file (YAML)")
	return cmd
}

func restoreCommand() *cobra.Command {
	var configPath, from string
	var acknowledge bool
	var options store.RestoreOptions
	cmd := &cobra.Command{
		Use:   "restore (--from FILE | --acknowledge)",
		Short: "Put a backup into place, safely",
		Long: `Put a backup of the SQLite database into place (--from), or say that a database
that was put into place by other means, such as PostgreSQL's own, is the one to
serve (--acknowledge). Stop every server first.

Whatever happened since the backup is lost, so
- validation tokens of before are dead: agents get new ones by themselves;
- revocations of after the backup are made again from the journal beside the
  SQLite file. Where there is none, as with PostgreSQL, --revoke-all or
  --keep-keys must be chosen;
- what may have been spent since cannot be spent again: nobody can spend in the
  running day, and USD credit and the limits of keys stay used up, until
  "stakegate ledger unfreeze" or, for limits, their window ends.
  --unfreeze leaves all of that out.`,
		Example: `  stakegate ledger restore --config stakegate.yaml --from /var/backups/stakegate-2026-11-23.db
  stakegate ledger restore --config stakegate.yaml --acknowledge --revoke-all`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (from == "") == !acknowledge {
				return codedError{errors.New("give either --from FILE or --acknowledge"), exitUsage}
			}
			config, err := app.LoadConfig(configPath, serverEnvironment())
			if err != nil {
				return err
			}
			restored, aside, err := app.RestoreBooks(cmd.Context(), config, from, time.Now, options)
			if aside != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "the database of before is kept as %s\n", aside)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "restored as generation %s; %d keys revoked\n", restored.Generation, restored.Revoked)
			if restored.FrozenEpoch != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "nobody can spend until the day %s (UTC) is over; %d accounts had something left (stakegate ledger unfreeze)\n",
					restored.FrozenEpoch, restored.Frozen)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&configPath, "config", "", "configuration file (YAML)")
	flags.StringVar(&from, "from", "", "backup to put into place (SQLite)")
	flags.BoolVar(&acknowledge, "acknowledge", false, "the database that is in place is a restored one")
	flags.BoolVar(&options.RevokeAll, "revoke-all", false, "revoke every key")
	flags.BoolVar(&options.KeepKeys, "keep-keys", false, "keep the backup's keys although revocations may be lost")
	flags.BoolVar(&options.Unfreeze, "unfreeze", false, "let what may have been spent since the backup be spent again")
	return cmd
}

func unfreezeCommand() *cobra.Command {
	var configPath string
	cmd := &cobra.Command{
		Use:   "unfreeze",
		Short: "Give back what a restore took away",
		Long: `Give back the USD credit and the rest of the keys' limits that a restore took
away, and let this day's allocations be granted again. Servers grant them when
they start: stop every server first and start them afterwards. What was spent
between the backup and the restore can then be spent a second time.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := app.LoadConfig(configPath, serverEnvironment())
			if err != nil {
				return err
			}
			accounts, err := app.UnfreezeBooks(cmd.Context(), config, time.Now)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "unfrozen; %d accounts got credit or limits back; a server that runs must be started again\n", accounts)
			return err
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file (YAML)")
	return cmd
}
