// Package mcpserver gives a model hands: the agent's plan, apply, status,
// balance and keys as tools of the Model Context Protocol.
//
// What the model may do is set outside of it, in [Config]: which wallet, server
// and contracts, how much may be staked and spent, how many keys it may make. A
// tool can only do what was planned in this process, by the plan's digest, and
// no tool returns a secret: every byte that leaves goes through a redactor.
package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent"
	"stakegate/agent/redact"
	"stakegate/agent/wallet"
)

// Config is what the tools work with, and the bounds that no model can move.
type Config struct {
	// Options say which wallet, network and store; its Target is what a plan
	// aims at, and the most that a model may ask for.
	Options agent.Options
	// Caps bound what the tools may change.
	Caps Caps
	// Dir is the state directory, for what was spent today and for the keys
	// that were made (0700).
	Dir string
	// Redactor is told of the secrets that the tools come to know; required.
	Redactor *redact.Redactor
	// Version is shown to clients.
	Version string
	// Now is the clock; nil is the machine's.
	Now func() time.Time
}

// Caps are off until they are set: the zero value only looks.
type Caps struct {
	// Apply allows plans to be applied.
	Apply bool
	// PerApply bounds what one apply may spend, PerDay all of a UTC day, also
	// over restarts; gas counts.
	PerApply, PerDay Money
	// Keys is how many sub-keys there may be at a time that were made here.
	Keys int
	// KeyLimits bound each of them in each UTC day; a nil member of a new key's
	// is filled in with these.
	KeyLimits agent.KeyLimits
}

const (
	serverName = "stakegate"
	// bodyLimit bounds a request; the largest that makes sense has a hundred
	// bytes of arguments.
	bodyLimit = 1 << 20
	lineLimit = 1 << 20
)

const instructions = `Takes a wallet to a working API key of a stakegate server (or Venice) by staking.
Call status to see what is there, plan to see what is missing and what it costs,
then apply with the plan's digest. A plan that is not applyable says what blocks
it, often that ETH has to be sent to an address: tell your user. Amounts are
decimal strings. Spending limits were set by whoever started this server; a tool
that refuses because of them cannot be talked round. Secrets are never returned:
keys are stored in files, which the results name.`

// Server is the tools and what they share.
type Server struct {
	Config
	mcp   *mcp.Server
	plans plans
	// turn lets one tool at a time change anything.
	turn sync.Mutex
}

// New makes the server.
func New(c Config) (*Server, error) {
	if c.Redactor == nil || c.Options.Keys == nil || c.Options.Signer == nil || c.Dir == "" {
		return nil, errors.New("mcpserver: Config needs Options with Signer and Keys, a Redactor and a Dir")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	hideWallet(c.Redactor, c.Options.Signer)
	s := &Server{Config: c, plans: plans{now: c.Now}}
	if err := s.hideKeys(); err != nil {
		return nil, err
	}
	s.mcp = mcp.NewServer(&mcp.Implementation{Name: serverName, Title: "stakegate agent", Version: c.Version},
		&mcp.ServerOptions{Instructions: instructions, Capabilities: &mcp.ServerCapabilities{}})
	s.addTools()
	return s, nil
}

// hideWallet tells the redactor the wallet's key, where it is in this process.
func hideWallet(redactor *redact.Redactor, signer wallet.Signer) {
	if account, is := signer.(wallet.Account); is {
		signer = account.Payer()
	}
	if key, is := signer.(interface {
		HideIn(interface{ Hide(string) })
	}); is {
		key.HideIn(redactor)
	}
}

// hideKeys tells the redactor of all keys that are stored or were made here.
func (s *Server) hideKeys() error {
	keys, err := s.Options.Keys.Keys()
	if err != nil {
		return err
	}
	for _, key := range keys {
		s.Redactor.Hide(key.Secret.Reveal())
	}
	return s.hideMade()
}

// ServeStdio serves one client over a pair of streams, a JSON-RPC message a
// line, until the client goes and has its answers, or ctx ends.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	clean := s.Redactor.Writer(out)
	defer func() { _ = clean.Close() }() // nothing is kept after a whole message
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	between := newPipe(ctx, in, clean)
	err := s.mcp.Run(ctx, &mcp.IOTransport{Reader: between, Writer: between, MaxLineLength: lineLimit})
	if ctx.Err() != nil || errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// Handler serves clients over streamable HTTP, without sessions. It checks
// nothing about who asks: see Guard.
func (s *Server) Handler() http.Handler {
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s.mcp },
		&mcp.StreamableHTTPOptions{Stateless: true, MaxRequestBodyBytes: bodyLimit,
			// Guard has a list of hosts, which may have other names than this machine's.
			DisableLocalhostProtection: true})
	return s.Redactor.Handler(handler)
}

// progress tells the client what a run does, if it asked to be told.
func progress(ctx context.Context, request *mcp.CallToolRequest) agent.View {
	token := request.Params.GetProgressToken()
	done := 0.0
	return agent.ViewFunc(func(e agent.Event) {
		if token == nil {
			return
		}
		done++
		// A client that is not there any more does not stop the run.
		_ = request.Session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{ProgressToken: token, Progress: done,
			Message: fmt.Sprintf("%s: %s", e.Kind, e.Message)})
	})
}
