package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stakegate/agent"
	"stakegate/agent/mcpserver"
	"stakegate/agent/redact"
)

// mcpFlags are the flags of "agent mcp".
type mcpFlags struct {
	upFlags
	ethPerDay, usdcPerDay string
	keysMax               int
	keyDIEM, keyUSD       string
	http, tokenFile       string
	publicHost            string
	origins               []string
	hidden                []string // flags of agent up that mean nothing here
}

func agentMCPCommand() *cobra.Command {
	f := mcpFlags{hidden: []string{"json", "prompt"}}
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Serve plan, apply, status, balance and keys to a model (MCP)",
		Long: `Serve the agent's tools over the Model Context Protocol: plan, apply, status,
balance, keys, key_create, key_revoke. Over stdin and stdout, as MCP hosts start
servers, or with --http over streamable HTTP.

The model decides when, these flags decide what: --stake and --diem are what a
plan aims at, and the most that the model may ask for. Without --eth-max nothing
is applied; with it, an apply spends at most that, and all applies of a UTC day
at most --eth-max-day. Without --keys-max no sub-keys are made. No tool returns a
secret: keys are written to files, and every byte that leaves is looked through.

With --http, requests need the bearer token in --token-file (made if missing) and
must be for this machine by name; web pages are kept out unless their origin is
named.`,
		Example: `  stakegate agent mcp --world .stakegate-dev/world.json --faucet --diem 1 --eth-max 5
  stakegate agent mcp --rpc https://mainnet.base.org --stake 10 --eth-max 0.1 --eth-max-day 0.1
  stakegate agent mcp --http 127.0.0.1:8403 --rpc https://mainnet.base.org`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return agentError(cmd.Context(), f.run(cmd))
		},
	}
	f.register(cmd)
	return cmd
}

func (f *mcpFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.agentFlags.register(flags)
	f.registerTarget(flags)
	flags.Lookup("stake").Usage = "VVV that a plan aims at, and the most that the model may ask for"
	flags.Lookup("diem").Usage = "DIEM that a plan aims at, and the most that the model may ask for"
	flags.Lookup("eth-max").Usage = "the most ETH that one apply may spend, gas included; not given: nothing is applied"
	flags.Lookup("eth-max").DefValue = ""
	flags.Lookup("usdc-max").Usage = "the most USDC that one apply may spend; not given: none"
	flags.Lookup("usdc-max").DefValue = ""
	for _, name := range f.hidden {
		flags.Lookup(name).Hidden = true
	}
	flags.BoolVar(&f.faucet, "faucet", false, "in a dev world: have its faucet pay at the start what ETH is missing")
	flags.StringVar(&f.ethPerDay, "eth-max-day", "", "the most ETH that all applies of a UTC day may spend (default: --eth-max)")
	flags.StringVar(&f.usdcPerDay, "usdc-max-day", "", "the most USDC that all applies of a UTC day may spend (default: --usdc-max)")
	flags.IntVar(&f.keysMax, "keys-max", 0, "how many sub-keys there may be at a time that the model made")
	flags.StringVar(&f.keyDIEM, "key-diem-max", "", "the most DIEM a day that each of them may spend")
	flags.StringVar(&f.keyUSD, "key-usd-max", "", "the most USD a day that each of them may spend")
	flags.StringVar(&f.http, "http", "", "serve streamable HTTP at this address, such as 127.0.0.1:8403, instead of stdin and stdout")
	flags.StringVar(&f.tokenFile, "token-file", "", "with --http: the bearer token (default STATE-DIR/mcp.token)")
	flags.StringVar(&f.publicHost, "public-host", "", "with --http: the name by which a TLS proxy in front of it is reached; allows addresses that are not this machine's own")
	flags.StringSliceVar(&f.origins, "allow-origin", nil, "with --http: let web pages of this origin in, such as https://console.example")
}

// check refuses what does not go together.
func (f *mcpFlags) check(cmd *cobra.Command) error {
	changed := cmd.Flags().Changed
	for _, name := range f.hidden {
		if changed(name) {
			return usageError("--%s means nothing here", name)
		}
	}
	for _, name := range []string{"token-file", "public-host", "allow-origin"} {
		if f.http == "" && changed(name) {
			return usageError("--%s goes with --http", name)
		}
	}
	switch {
	case f.http == "" && (f.keyFile == "-" || f.askPassword):
		return usageError("stdin is the model's: give the wallet by another way, or serve with --http")
	case f.faucet && f.world == "":
		return usageError("--faucet goes with --world: only dev worlds have one")
	case f.keysMax < 0 || f.keysMax > 100:
		return usageError("--keys-max must be 0 to 100")
	case (changed("eth-max-day") || changed("usdc-max")) && !changed("eth-max"):
		return usageError("--eth-max-day and --usdc-max go with --eth-max: gas is ETH")
	case changed("usdc-max-day") && !changed("usdc-max"):
		return usageError("--usdc-max-day goes with --usdc-max")
	}
	return nil
}

// caps are the bounds that no model can move.
func (f *mcpFlags) caps(cmd *cobra.Command, limits agent.Limits) (mcpserver.Caps, error) {
	caps := mcpserver.Caps{Apply: cmd.Flags().Changed("eth-max"), Keys: f.keysMax}
	caps.PerApply.ETH = limits.MaxETH
	if cmd.Flags().Changed("usdc-max") {
		caps.PerApply.USDC = limits.MaxUSDC
	}
	caps.PerDay = caps.PerApply
	for _, day := range []struct {
		flag, text string
		into       *agent.Amount
	}{{"eth-max-day", f.ethPerDay, &caps.PerDay.ETH}, {"usdc-max-day", f.usdcPerDay, &caps.PerDay.USDC}} {
		if day.text == "" {
			continue
		}
		parsed, err := agent.ParseAmount(day.text)
		if err != nil {
			return caps, usageError("--%s: %v", day.flag, err)
		}
		*day.into = parsed
	}
	for _, limit := range []struct {
		flag, text string
		into       **agent.Decimal
	}{{"key-diem-max", f.keyDIEM, &caps.KeyLimits.DIEM}, {"key-usd-max", f.keyUSD, &caps.KeyLimits.USD}} {
		if limit.text == "" {
			continue
		}
		parsed, err := agent.ParseDecimal(limit.text)
		if err != nil {
			return caps, usageError("--%s: %v", limit.flag, err)
		}
		*limit.into = &parsed
	}
	return caps, nil
}

func (f *mcpFlags) run(cmd *cobra.Command) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	caps, err := f.caps(cmd, options.Limits)
	if err != nil {
		return err
	}
	if f.pay == agent.PayAuto && caps.PerApply.USDC.IsZero() {
		options.Target.Pay = agent.PayETH // no plan for what would be refused
	}
	var listener net.Listener
	var hosts []string
	if f.http != "" { // before a wallet is made for nothing
		if listener, hosts, err = f.listen(cmd.Context()); err != nil {
			return err
		}
		defer func() { _ = listener.Close() }() // a second time, mostly
	}
	redactor := redact.New()
	words := redactor.Writer(cmd.ErrOrStderr())
	defer func() { _ = words.Close() }() // stderr has no whole line to lose
	cmd.SetErr(words)
	p := progress{w: words}
	s, err := f.openRun(cmd, &options, &upOutput{}, p)
	if err != nil {
		return err
	}
	hideURL(redactor, options.Network.RPCURL)
	dir, err := f.dir()
	if err != nil {
		return err
	}
	server, err := mcpserver.New(mcpserver.Config{Options: options, Caps: caps, Dir: dir, Redactor: redactor, Version: version()})
	if err != nil {
		return err
	}
	if f.faucet {
		if err := f.fund(cmd, s, options, p); err != nil {
			return err
		}
	}
	if f.http != "" {
		return f.serveHTTP(cmd.Context(), server, listener, mcpserver.Guard{Hosts: hosts, Origins: f.origins}, redactor, dir, p)
	}
	return server.ServeStdio(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
}

// minAccessKey is how long an access key in a URL's path or query is at least;
// shorter parts are words.
const minAccessKey = 16

// hideURL makes the parts of a node's address unspeakable that may be an access
// key.
func hideURL(redactor *redact.Redactor, text string) {
	redactor.Hide(text)
	u, err := url.Parse(text)
	if err != nil {
		return
	}
	if password, set := u.User.Password(); set {
		redactor.Hide(password)
	}
	parts := append(strings.Split(u.Path, "/"), u.User.Username())
	for _, values := range u.Query() {
		parts = append(parts, values...)
	}
	for _, part := range parts {
		if len(part) >= minAccessKey {
			redactor.Hide(part)
		}
	}
}

// listen opens the port; without --public-host only on this machine's own
// addresses.
func (f *mcpFlags) listen(ctx context.Context) (net.Listener, []string, error) {
	host, _, err := net.SplitHostPort(f.http)
	if err != nil {
		return nil, nil, usageError("--http: want HOST:PORT, such as 127.0.0.1:8403")
	}
	hosts := slices.Clone(mcpserver.LoopbackHosts)
	if f.publicHost != "" {
		hosts = append(hosts, strings.ToLower(f.publicHost))
	} else if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, nil, usageError("--http: %q is not this machine alone: use 127.0.0.1, or give --public-host and put TLS in front", host)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.http)
	if err != nil {
		return nil, nil, fmt.Errorf("opening %s: %w", f.http, err)
	}
	return listener, hosts, nil
}

func (f *mcpFlags) serveHTTP(ctx context.Context, server *mcpserver.Server, listener net.Listener, guard mcpserver.Guard, redactor *redact.Redactor, dir string, p progress) error {
	path := f.tokenFile
	if path == "" {
		path = filepath.Join(dir, "mcp.token")
	}
	token, made, err := mcpserver.ReadToken(path)
	if err != nil {
		return err
	}
	redactor.Hide(token)
	guard.Token = token
	handler, err := guard.Protect(server.Handler())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	mux := http.NewServeMux()
	mux.Handle("/mcp", handler)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	if made {
		p.say("made a bearer token, in %s", path)
	}
	p.say("serving MCP at http://%s/mcp; the bearer token is in %s", listener.Addr(), path)
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// What runs was told to end with ctx; its journal takes it up again.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := web.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
