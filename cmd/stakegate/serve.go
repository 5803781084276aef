package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"stakegate/internal/app"
	"stakegate/internal/telemetry"
)

func serveCommand() *cobra.Command {
	var configPath, logLevel string
	var printConfig, logText bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server: it issues keys to staked wallets and meters every call in
front of the upstreams that its catalogue names.

The catalogue, the upstreams' keys and the root key file are read again when
they change, and at once on SIGHUP; what is not valid is refused and the old
ones stay. On SIGHUP the configuration is read again too: limits of calls are
replaced, and what needs a restart is named in the log.

Every field of the configuration can also be given in the environment:
STAKEGATE_LISTEN, STAKEGATE_CHAIN_RPC (separated by commas), and so on.`,
		Example: `  stakegate serve --config stakegate.yaml
  stakegate serve --config stakegate.yaml --print-config`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := app.LoadConfig(configPath, serverEnvironment())
			if err != nil {
				return err
			}
			if printConfig {
				text, err := config.Print()
				if err != nil {
					return err
				}
				_, err = fmt.Fprint(cmd.OutOrStdout(), text)
				return err
			}
			return serve(cmd, config, func() (app.Config, error) { return app.LoadConfig(configPath, serverEnvironment()) }, logLevel, logText)
		},
	}
	cmd.Flags().StringVar(&configPath, "config", "", "configuration file (YAML)")
	cmd.Flags().BoolVar(&printConfig, "print-config", false, "print the effective configuration, secrets masked, and exit")
	cmd.Flags().StringVar(&logLevel, "log-level", "info", "debug, info, warn or error")
	cmd.Flags().BoolVar(&logText, "log-text", false, "log text for people instead of JSON")
	return cmd
}

// serverEnvironment is the environment less what belongs to the agent: both may
// be set on one machine, and a name that the server does not know is an error.
func serverEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return name == "STAKEGATE_RPC" || name == "STAKEGATE_PRIVATE_KEY"
	})
}

// serve runs a server until its context ends; again reads its configuration
// once more.
func serve(cmd *cobra.Command, config app.Config, again func() (app.Config, error), logLevel string, logText bool) error {
	lines := telemetry.NewLines(cmd.ErrOrStderr())
	defer func() { _ = lines.Close() }() // there is nobody left to tell
	logger, err := telemetry.NewLogger(lines, logLevel, !logText)
	if err != nil {
		return err
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // from now on: one that nobody expects would end the process
	defer signal.Stop(hangups)
	listener, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", config.Listen, err)
	}
	server, err := app.New(cmd.Context(), config, app.Options{
		Listener: listener, Version: version(), Now: time.Now, Logger: logger,
	})
	if err != nil {
		_ = listener.Close() // nothing was served
		return err
	}
	defer reloadOnHangup(hangups, server, again, logger)()
	app.TuneProcess()
	if err := server.ReserveLog(cmd.Context()); err != nil {
		logger.Warn("commits will be slower until the database's log has grown", "error", err)
	}
	logger.Info("serving", "listen", listener.Addr().String(), "api", server.APIBase(), "version", version())
	return server.Run(cmd.Context())
}

// reloadOnHangup reads the configuration, the catalogue and the root keys again
// at each SIGHUP, which is what "systemctl reload" sends, until stop is called.
// What is not valid changes nothing.
func reloadOnHangup(hangups chan os.Signal, server *app.App, again func() (app.Config, error), logger *slog.Logger) (stop func()) {
	var reloader sync.WaitGroup
	reloader.Go(func() {
		for range hangups {
			if config, err := again(); err != nil {
				logger.Error("the new configuration is refused; the old one stays", "error", err)
			} else {
				server.Reload(config)
			}
			_ = server.ReloadCatalog() // logged and counted there
			_ = server.ReloadRootKeys()
		}
	})
	return func() {
		signal.Stop(hangups)
		close(hangups)
		reloader.Wait()
	}
}
