package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"stakegate/agent"
)

// watchFlags are the flags of "agent watch".
type watchFlags struct {
	agentFlags
	command string
	options agent.WatchOptions
}

func agentWatchCommand() *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Run a command when the budget, the stake or a key needs somebody",
		Long: `Look every --every at the account, and run the shell command of --exec for each
of these: so much of the epoch's allocation, or of a stored key's own limit, is
used or held (--at); the stake has changed; a key is about to expire
(--expiry-warning); the server does not accept a stored key any more.

The command gets the event as one JSON object on its standard input: id, kind
(allocation, limit, stake-changed, key-expires, key-refused), message, at,
apiBase, address, epoch, percent, used, limit, currency, keyId, last6, expiresAt,
before, after, attempt. It holds no secret. Each threshold is told once in an
epoch, also over restarts (watch.json in the state directory); a command that
fails, or is cut off, is run again at the next look, five times at most, with the
same id. It may take a minute. Without --exec events are printed; with --json as
one object a line.

A signal ends the watch, after the command that runs, with exit code 0.`,
		Example: `  stakegate agent watch --world .stakegate-dev/world.json --exec 'jq -r .message >> events'
  stakegate agent watch --network mine --once --at 90 --exec ./stake-more`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return agentError(context.WithoutCancel(cmd.Context()), f.run(cmd))
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&f.command, "exec", "", "the shell command that is run for each event")
	cmd.Flags().DurationVar(&f.options.Every, "every", 30*time.Second, "between two looks, at least 1s")
	cmd.Flags().IntSliceVar(&f.options.Percent, "at", []int{50, 80, 100}, "thresholds in percent of an allocation or limit")
	cmd.Flags().DurationVar(&f.options.ExpiryWarning, "expiry-warning", 24*time.Hour, "how long before a key's end")
	cmd.Flags().BoolVar(&f.options.Once, "once", false, "look once and end")
	return cmd
}

func (f *watchFlags) run(cmd *cobra.Command) error {
	if f.options.Every < time.Second {
		return usageError("--every must be at least 1s")
	}
	for _, percent := range f.options.Percent {
		if percent < 1 || percent > 1000 {
			return usageError("--at must be percentages from 1 to 1000")
		}
	}
	f.existing = true
	s, err := f.open(cmd)
	if err != nil {
		return err
	}
	p := progress{w: cmd.ErrOrStderr()}
	f.options.Failed = func(err error) { p.say("warning: %v", err) }
	return agent.Watch(cmd.Context(), agent.Options{Network: s.network, Signer: s.signer, Keys: s.store}, f.options,
		func(ctx context.Context, event agent.WatchEvent) error { return f.tell(ctx, cmd, event) })
}

// tell hands one event to the user's command. A stop of the watch lets it end.
func (f *watchFlags) tell(ctx context.Context, cmd *cobra.Command, event agent.WatchEvent) error {
	text, err := json.Marshal(event)
	if err != nil {
		return err
	}
	switch {
	case f.command != "":
		return runHook(context.WithoutCancel(ctx), f.command, append(text, '\n'), cleanEnvironment())
	case f.json:
		fmt.Fprintln(cmd.OutOrStdout(), string(text))
	default:
		fmt.Fprintln(cmd.OutOrStdout(), printable(event.Message))
	}
	return nil
}
