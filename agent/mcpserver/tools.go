package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent"
)

// tool adds a typed tool whose errors name the next step.
func tool[In, Out any](s *Server, t *mcp.Tool, run func(context.Context, *mcp.CallToolRequest, In) (Out, error)) {
	t.OutputSchema = schemaOf[Out]()
	mcp.AddTool(s.mcp, t, func(ctx context.Context, request *mcp.CallToolRequest, in In) (*mcp.CallToolResult, Out, error) {
		out, err := run(ctx, request, in)
		// What the run has stored must be known before anything is said.
		if hideErr := s.hideKeys(); hideErr != nil {
			var none Out
			return nil, none, hideErr
		}
		return nil, out, err
	})
}

func (s *Server) addTools() {
	yes, no := true, false
	looks := func(title string) *mcp.ToolAnnotations {
		return &mcp.ToolAnnotations{Title: title, ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &yes}
	}
	changes := func(title string, destructive *bool, again bool) *mcp.ToolAnnotations {
		return &mcp.ToolAnnotations{Title: title, DestructiveHint: destructive, IdempotentHint: again, OpenWorldHint: &yes}
	}
	tool(s, &mcp.Tool{Name: "plan", Annotations: looks("Plan"),
		Description: "Look at the chain and the server and say what is missing between the wallet and a working API key: steps with reasons, costs and risks, and the plan's digest. Signs, sends and spends nothing."}, s.plan)
	tool(s, &mcp.Tool{Name: "apply", Annotations: changes("Apply a plan", &yes, true),
		Description: "Do exactly what a plan says that was made here with the tool plan, given by its digest: buy, stake, mint a key. Spends ETH within the limits that were set for this server. Ends with what moved if the world is not the plan's any more."}, s.apply)
	tool(s, &mcp.Tool{Name: "status", Annotations: looks("Status"),
		Description: "What the wallet holds and has staked, its stored API keys (without their secrets) and whether they work, what is left to spend, and this server's limits."}, s.status)
	tool(s, &mcp.Tool{Name: "balance", Annotations: looks("Balance"),
		Description: "What the stored API key can spend now, as the server says."}, s.balance)
	tool(s, &mcp.Tool{Name: "keys", Annotations: looks("List keys"),
		Description: "List the API keys that the stored key can see: itself and those below it, or the account's for an ADMIN key. Without secrets."}, s.keys)
	tool(s, &mcp.Tool{Name: "key_create", Annotations: changes("Create a sub-key", &no, false),
		Description: "Make an API key below the stored one, never wider than it and within the limits that were set for this server. Its text is written to a file that only its owner can read; the result names the file."}, s.keyCreate)
	tool(s, &mcp.Tool{Name: "key_revoke", Annotations: changes("Revoke a sub-key", &yes, true),
		Description: "Revoke an API key that was made with key_create. It ends at once, and so do those below it."}, s.keyRevoke)
}

// planInput is what a model may ask of plan.
type planInput struct {
	Stake string `json:"stake,omitempty" jsonschema:"VVV that shall be staked, a decimal number; at most what this server was started with, which is also the default"`
	DIEM  string `json:"diem,omitempty" jsonschema:"DIEM that shall be staked, a decimal number; at most what this server was started with, which is also the default"`
}

// planOutput is a plan in a form that a model can read.
type planOutput struct {
	Digest     string       `json:"digest" jsonschema:"names this very plan; apply needs it"`
	Applyable  bool         `json:"applyable" jsonschema:"there is something to do, and nothing is in its way"`
	Complete   bool         `json:"complete" jsonschema:"there is nothing to do"`
	Address    string       `json:"address" jsonschema:"the wallet that stakes"`
	Payer      string       `json:"payer" jsonschema:"the address that pays: ETH has to be sent there"`
	ETH        string       `json:"eth" jsonschema:"ETH that purchases cost"`
	USDC       string       `json:"usdc" jsonschema:"USDC that purchases cost"`
	Gas        string       `json:"gas" jsonschema:"the most ETH that gas costs"`
	Steps      []stepOutput `json:"steps"`
	MayApply   bool         `json:"mayApply" jsonschema:"false: apply would refuse this plan"`
	WhyNot     string       `json:"whyNot,omitempty" jsonschema:"why apply would refuse"`
	ValidUntil string       `json:"validUntil" jsonschema:"until when this server remembers the plan, UTC"`
}

type stepOutput struct {
	Step    string `json:"step"`
	Symbol  string `json:"symbol" jsonschema:"+ makes something on the server, ~ replaces, = is as it should be, ! sends a transaction or needs somebody to"`
	Reason  string `json:"reason"`
	Risk    string `json:"risk,omitempty"`
	Amount  string `json:"amount,omitempty"`
	Token   string `json:"token,omitempty"`
	ETH     string `json:"eth,omitempty"`
	USDC    string `json:"usdc,omitempty"`
	Gas     string `json:"gas,omitempty"`
	Blocked string `json:"blocked,omitempty" jsonschema:"why the step cannot be done now"`
}

func (s *Server) plan(ctx context.Context, _ *mcp.CallToolRequest, in planInput) (planOutput, error) {
	options := s.Options
	for _, ask := range []struct {
		name, text string
		amount     *agent.Amount
	}{{"stake", in.Stake, &options.Target.Stake}, {"diem", in.DIEM, &options.Target.DIEM}} {
		if ask.text == "" {
			continue
		}
		asked, err := agent.ParseAmount(ask.text)
		if err != nil {
			return planOutput{}, fmt.Errorf("%s: %w", ask.name, err)
		}
		if asked.Cmp(*ask.amount) > 0 {
			return planOutput{}, fmt.Errorf("%s: at most %s may be asked for, set by whoever started this server", ask.name, ask.amount)
		}
		*ask.amount = asked
	}
	observed, err := agent.Observe(ctx, options)
	if err != nil {
		return planOutput{}, err
	}
	plan := agent.NewPlan(observed)
	s.plans.add(plan)
	return s.describe(plan), nil
}

func (s *Server) describe(plan agent.Plan) planOutput {
	out := planOutput{Digest: plan.Digest, Applyable: plan.Applyable, Complete: plan.Complete, Address: plan.Address.Hex(), Payer: plan.Payer.Hex(),
		ETH: plan.ETH.String(), USDC: plan.USDC.String(), Gas: plan.Gas.String(), Steps: []stepOutput{}, ValidUntil: s.Now().Add(planLife).UTC().Format("2006-01-02T15:04:05Z")}
	for _, step := range plan.Steps {
		out.Steps = append(out.Steps, stepOutput{Step: string(step.Kind), Symbol: step.Symbol, Reason: step.Reason, Risk: step.Risk,
			Amount: shown(step.Amount), Token: step.Token, ETH: shown(step.ETH), USDC: shown(step.USDC), Gas: shown(step.Gas), Blocked: step.Blocked})
	}
	err := s.mayApply(plan)
	out.MayApply = err == nil
	if err != nil {
		out.WhyNot = err.Error()
	}
	return out
}

// shown leaves out what is nothing.
func shown(amount agent.Amount) string {
	if amount.IsZero() {
		return ""
	}
	return amount.String()
}

// mayApply says why a plan is not applied, before anything is done.
func (s *Server) mayApply(plan agent.Plan) error {
	cost := costOf(plan)
	switch blocked, is := plan.BlockedBy(); {
	case !s.Caps.Apply:
		return errors.New("this server only plans: it was started without a spending limit (--eth-max)")
	case plan.Complete:
		return errors.New("there is nothing to do")
	case is:
		return &agent.BlockedError{Step: blocked}
	case !cost.within(s.Caps.PerApply):
		return fmt.Errorf("this plan may spend up to %s, the limit of this server is %s: it was set by whoever started it", cost, s.Caps.PerApply)
	}
	today, err := s.readSpent()
	if err != nil {
		return err
	}
	return s.withinDay(today, cost)
}

type applyInput struct {
	Digest string `json:"digest" jsonschema:"the digest that the tool plan returned"`
}

// applyOutput is what a run has reached.
type applyOutput struct {
	Done         bool                `json:"done" jsonschema:"the wallet has what the plan was for"`
	Address      string              `json:"address"`
	Transactions []agent.Transaction `json:"transactions"`
	Balances     *agent.Balances     `json:"balances,omitempty"`
	Key          *agent.KeyResult    `json:"key,omitempty" jsonschema:"the stored API key; its text is in the file"`
	Account      *agent.Balance      `json:"account,omitempty" jsonschema:"what can be spent now"`
	Warnings     []string            `json:"warnings"`
	Spent        Money               `json:"spent" jsonschema:"what left the wallet in this run, gas included"`
}

func (s *Server) apply(ctx context.Context, request *mcp.CallToolRequest, in applyInput) (applyOutput, error) {
	if !s.turn.TryLock() {
		return applyOutput{}, errBusy
	}
	defer s.turn.Unlock()
	plan, err := s.plans.find(in.Digest)
	if err != nil {
		return applyOutput{}, err
	}
	if err := s.mayApply(plan); err != nil {
		return applyOutput{}, err
	}
	settle, err := s.reserve(costOf(plan))
	if err != nil {
		return applyOutput{}, err
	}
	result, err := agent.Apply(ctx, s.Options, plan, progress(ctx, request))
	if err == nil {
		s.plans.finish(plan.Digest)
	}
	really := s.spentBy(ctx, plan, result, err)
	if settleErr := settle(really); err == nil {
		err = settleErr
	}
	if err != nil {
		return applyOutput{}, fmt.Errorf("%w%s", err, doneSoFar(result))
	}
	return applyOutput{Done: true, Address: result.Address.Hex(), Transactions: result.Transactions, Balances: result.Balances,
		Key: result.Key, Account: result.Account, Warnings: result.Warnings, Spent: really}, nil
}

// spentBy is what is gone since the plan was made. Of a run that failed it is
// known only when nothing is under way any more; else it counts in full.
func (s *Server) spentBy(ctx context.Context, plan agent.Plan, result agent.Result, failed error) Money {
	f := plan.Facts
	before := Money{f.ETH.Add(f.AccountETH), f.USDC}
	if b := result.Balances; failed == nil && b != nil {
		return gone(before, Money{b.ETH.Add(b.AccountETH), b.USDC})
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAgain)
	defer cancel()
	o, err := agent.Observe(ctx, s.Options)
	if err != nil || o.Pending {
		return costOf(plan)
	}
	return gone(before, Money{o.ETH.Add(o.AccountETH), o.USDC})
}

// lookAgain is how long to look at the chain after a run that failed.
const lookAgain = 10 * time.Second

// doneSoFar names the transactions of a run that failed.
func doneSoFar(result agent.Result) string {
	text := ""
	for _, tx := range result.Transactions {
		text += fmt.Sprintf("; done before: %s in transaction %s", tx.Step, tx.Hash)
	}
	return text
}
