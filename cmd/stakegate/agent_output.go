package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent"
)

// upOutput is what "agent up --json" writes; its help describes it.
type upOutput struct {
	Version int           `json:"version"`
	OK      bool          `json:"ok"`
	Wallet  *walletOutput `json:"wallet"`
	agent.Result
	RevealedKey string       `json:"-"`
	Error       *failedState `json:"error,omitempty"`
}

// newUpOutput is what is written when nothing came about.
func newUpOutput() upOutput {
	return upOutput{Version: 1, Result: agent.Result{Transactions: []agent.Transaction{}, Warnings: []string{}}}
}

type walletOutput struct {
	Address common.Address `json:"address"`
	Payer   common.Address `json:"payer"`
	KeyFrom string         `json:"keyFrom"`
	Created bool           `json:"created"`
}

func (s session) walletOutput() *walletOutput {
	return &walletOutput{Address: s.signer.Address(), Payer: s.payer.Address(), KeyFrom: s.keyFrom, Created: s.created}
}

type failedState struct {
	Message   string `json:"message"`
	ExitCode  int    `json:"exitCode"`
	Retryable bool   `json:"retryable"`
	Hint      string `json:"hint,omitempty"`
	// Moves are what is not as it was when the plan was made.
	Moves []agent.Move `json:"moves,omitempty"`
}

// MarshalJSON adds the revealed API key to the key's members.
func (o upOutput) MarshalJSON() ([]byte, error) {
	type plain upOutput
	type revealed struct {
		*agent.KeyResult
		APIKey string `json:"apiKey"`
	}
	if o.RevealedKey == "" {
		return json.Marshal(plain(o))
	}
	return json.Marshal(struct {
		plain
		Key revealed `json:"key"` // hides the plain one
	}{plain(o), revealed{o.Key, o.RevealedKey}})
}

func errorOutput(err error) *failedState {
	if err == nil {
		return nil
	}
	failed := &failedState{ExitCode: exitError, Retryable: retryableError(err)}
	var coded codedError
	if errors.As(err, &coded) {
		failed.ExitCode = coded.code
	}
	failed.Message = err.Error()
	var moved *agent.MovedError
	if errors.As(err, &moved) {
		failed.Moves = moved.Moves
	}
	var hinted hintedError
	if errors.As(err, &hinted) {
		failed.Message, failed.Hint = hinted.error.Error(), hinted.hint
	}
	return failed
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// event tells one event of a run.
func (p progress) event(e agent.Event) {
	switch e.Kind {
	case agent.EventPlan:
		p.say("plan: %s", e.Message)
		for _, step := range e.Plan.Steps {
			step.Risk = "" // plan and apply show it, where somebody may still say no
			p.say("  %s", stepLine(step, p.color))
		}
	case agent.EventStart:
		p.say("%s", e.Message)
	case agent.EventWarning:
		p.say("warning: %s", e.Message)
	default:
		p.say("  %s", e.Message)
	}
}

// stepLine is a step of a plan in one line.
func stepLine(step agent.Step, color bool) string {
	var line strings.Builder
	fmt.Fprintf(&line, "%s %-10s ", paint(step.Symbol, color), step.Kind)
	if !step.Amount.IsZero() {
		fmt.Fprintf(&line, "%s %s: ", step.Amount.Short(), step.Token)
	}
	line.WriteString(step.Reason)
	switch {
	case !step.ETH.IsZero():
		fmt.Fprintf(&line, " [%s ETH and up to %s ETH of gas]", step.ETH.Short(), step.Gas.Short())
	case !step.USDC.IsZero():
		fmt.Fprintf(&line, " [%s USDC and up to %s ETH of gas]", step.USDC.Short(), step.Gas.Short())
	case !step.Gas.IsZero():
		fmt.Fprintf(&line, " [up to %s ETH of gas]", step.Gas.Short())
	}
	if step.Risk != "" {
		fmt.Fprintf(&line, "\n             risk: %s", step.Risk)
	}
	if step.Blocked != "" {
		fmt.Fprintf(&line, "\n             blocked: %s", step.Blocked)
	}
	return line.String()
}

// paint colours a step's symbol.
func paint(symbol string, color bool) string {
	code := map[string]string{agent.SymbolCreate: "32", agent.SymbolChange: "36", agent.SymbolSpend: "33", agent.SymbolNothing: "2"}[symbol]
	if !color || code == "" {
		return symbol
	}
	return "\x1b[" + code + "m" + symbol + "\x1b[0m"
}

func printPlan(w io.Writer, plan agent.Plan, color bool) {
	fmt.Fprintf(w, "For the wallet %s on chain %d (%s), and a key for %s:\n\n", plan.Address, plan.ChainID, plan.Network, plan.APIBase)
	for _, step := range plan.Steps {
		fmt.Fprintln(w, stepLine(step, color))
	}
	switch {
	case plan.Complete:
		fmt.Fprintln(w, "\nNothing to do.")
	case plan.Applyable:
		paid := plan.ETH.Short() + " ETH"
		if !plan.USDC.IsZero() {
			paid = plan.USDC.Short() + " USDC"
		}
		fmt.Fprintf(w, "\nIn all %s, and up to %s ETH of gas.\n", paid, plan.Gas.Short())
	default:
		fmt.Fprintln(w, "\nThis plan cannot be applied now; see what is blocked.")
	}
}

func printResult(w io.Writer, out upOutput) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("wallet", "%s", out.Address)
	printBalances(line, out.Balances)
	if out.Key != nil {
		line("key", "%s ...%s (id %s), in %s", out.Key.Type, out.Key.Last6, out.Key.ID, out.Key.File)
	}
	if out.RevealedKey != "" {
		line("api key", "%s", out.RevealedKey)
	}
	printAccount(line, out.Account)
	if out.Proof != nil {
		line("answer", "%s", printable(out.Proof.Answer))
	}
}

func printBalances(line func(name, format string, args ...any), b *agent.Balances) {
	if b == nil {
		return
	}
	line("staked", "%s VVV, %s DIEM", b.Staked.Short(), b.StakedDIEM.Short())
	line("holds", "%s ETH, %s USDC, %s VVV, %s DIEM", b.ETH.Short(), b.USDC.Short(), b.VVV.Short(), b.DIEM.Short())
}

func printAccount(line func(name, format string, args ...any), account *agent.Balance) {
	if account == nil {
		return
	}
	text := "nothing"
	if d := account.Balances.DIEM; d != "" {
		text = string(d) + " DIEM"
		if account.EpochAllocation != "" {
			text += " of today's " + string(account.EpochAllocation)
		}
	}
	if u := account.Balances.USD; u != "" {
		text += ", " + string(u) + " USD"
	}
	line("can spend", "%s", text)
}

// printable takes control characters out of a model's words: they could move
// the terminal's cursor over what was printed before.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, text)
}
