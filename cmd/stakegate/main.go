// Command stakegate is the product: the server that turns staked wallets into
// metered API keys, and the agent's client.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes that all commands share; a command may define more.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// codedError is an error that wants a particular exit code.
type codedError struct {
	error
	code int
}

func (e codedError) Unwrap() error { return e.error }

// run executes one command line and returns the process's exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	out := &watched{Writer: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil && out.err != nil: // a disk that is full, say
		fmt.Fprintf(stderr, "stakegate: what it said was lost: %s\n", out.err)
		return exitError
	case err == nil:
		return exitOK
	}
	var coded codedError
	if errors.As(err, &coded) && coded.code == exitUsage && !out.said && slices.Contains(args, "--json") {
		// The command was not reached that writes its object.
		_ = writeJSON(out, struct {
			Version int          `json:"version"`
			OK      bool         `json:"ok"`
			Error   *failedState `json:"error"`
		}{1, false, errorOutput(err)}) // the exit code says the same
	}
	switch {
	case errors.As(err, &coded):
		if text := coded.Error(); text != "" {
			fmt.Fprintf(stderr, "stakegate: %s\n", text)
		}
		return coded.code
	case ctx.Err() != nil:
		return exitInterrupted
	default:
		fmt.Fprintf(stderr, "stakegate: %s\n", err)
		return exitError
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "stakegate",
		Short: "Turn a staked wallet into a metered API key",
		Long: `stakegate turns a wallet into a metered API key with no human in the loop.

  stakegate serve      runs the server in front of any OpenAI-compatible backend
  stakegate agent up   takes a wallet to a working key`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if name := cmd.Flags().Arg(0); name != "" && cmd.HasSubCommands() { // it is not the flag that is wrong
			return unknownCommand(cmd, name)
		}
		return codedError{fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath()), exitUsage}
	})
	root.AddCommand(serveCommand(), agentCommand(), accountCommand(), catalogCommand(), keysCommand(), ledgerCommand(), versionCommand())
	strict(root)
	return root
}

// strict makes the names of commands that do not exist, and arguments that a
// command does not take, errors of usage, for cmd and all below it.
func strict(cmd *cobra.Command) {
	for _, below := range cmd.Commands() {
		strict(below)
	}
	if cmd.HasSubCommands() {
		cmd.Args, cmd.DisableFlagsInUseLine, cmd.SuggestionsMinimumDistance = cobra.ArbitraryArgs, true, 2
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		}
		return
	}
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError("%w (see %s --help)", err, cmd.CommandPath())
		}
		return nil
	}
}

func unknownCommand(cmd *cobra.Command, name string) error {
	err := fmt.Errorf("unknown command %q for %q", name, cmd.CommandPath())
	hint := "see " + cmd.CommandPath() + " --help"
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = "did you mean " + cmd.CommandPath() + " " + near[0] + "?"
	}
	return codedError{hintedError{err, hint}, exitUsage}
}

// version is what the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && len(setting.Value) >= 12 && text == "(devel)" {
			text = "devel-" + setting.Value[:12]
		}
	}
	return text
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "stakegate", version())
			return err
		},
	}
}
