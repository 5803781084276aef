// Command stakegate-dev is the dev world: a chain with Venice's contracts and
// two exchanges, the server, and a model that only echoes, all in one process.
// It is the only program that links a chain.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stakegate/internal/devworld"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cmd := devCommand()
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "stakegate-dev: %s (see --help)\n", err)
		return 2
	default:
		fmt.Fprintf(stderr, "stakegate-dev: %s\n", err)
		return 1
	}
}

type usageError struct{ error }

// options are the command's flags.
type options struct {
	listen, rpcListen, modelListen string
	chainID                        uint64
	data                           string
	blockTime                      time.Duration
	noDemo, hostile                bool
	upstream                       string
	upstreamKeyFile                string
}

func devCommand() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "stakegate-dev",
		Short: "Run a whole world on this machine: chain, contracts, exchanges, server, model",
		Long: `Run a whole world on this machine, without a network: a chain with Venice's
contracts and two exchanges at their Base addresses, the stakegate server, and
echo-1, which is not a model but repeats what it is told. A demo agent then goes
from an empty wallet to an answer, step by step.

When all is ready, DATA/world.json says where everything is. Nothing here has
any value; the chain may forget its last blocks when it is killed, the server's
own database does not.`,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runWorld(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8402", "address of the server; port 0 picks a free one")
	flags.StringVar(&o.modelListen, "model-listen", "127.0.0.1:0", "address of the echo model, which speaks OpenAI's API below /v1; port 0 picks a free one")
	flags.StringVar(&o.rpcListen, "rpc-listen", "127.0.0.1:8545", "address of the chain's JSON-RPC, HTTP and WebSocket; port 0 picks a free one")
	flags.Uint64Var(&o.chainID, "chain-id", devworld.DefaultChainID, "chain id; 8453 is for clients that insist on Base")
	flags.StringVar(&o.data, "data", ".stakegate-dev", "folder of everything that is kept")
	flags.DurationVar(&o.blockTime, "block-time", 0, "time between blocks; 0 mines every transaction at once")
	flags.BoolVar(&o.noDemo, "no-demo", false, "do not walk the demo agent")
	flags.BoolVar(&o.hostile, "hostile", false, "misbehave within the contract: refuse good tokens now and then, delay, lose answers")
	flags.StringVar(&o.upstream, "upstream", "", "base URL of an OpenAI-compatible server to use instead of the echo, such as http://127.0.0.1:11434/v1")
	flags.StringVar(&o.upstreamKeyFile, "upstream-key-file", "", "file with the upstream's API key")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	return cmd
}
