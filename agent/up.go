package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/wallet"
)

// Options is what a run needs. Network, Signer, Target and Keys are required.
type Options struct {
	Network Network
	Signer  wallet.Signer
	Target  Target
	Limits  Limits
	Keys    *Store
	// Model and Prompt are for the proving call. Empty ones mean the server's
	// first text model and a short greeting.
	Model, Prompt string
	// Proof is what the wallet signs to get a key.
	Proof ProofKind
	// WaitForETH is how long to wait for somebody to send the ETH, and the USDC
	// or VVV, that the plan needs; 0 is not at all.
	WaitForETH time.Duration
	// StuckAfter is how long a transaction may wait before it is replaced by one
	// that pays more, within the limits; 0 means 30 s.
	StuckAfter time.Duration
	// Chain and Transport replace the connections to Network's node and API.
	Chain     Chain
	Transport http.RoundTripper
	// Now is the clock that validation tokens are checked with; nil is the
	// machine's.
	Now func() time.Time
}

// payer is the key that sends the wallet's transactions and pays their gas: the
// wallet itself, or the owner of a contract account.
func (o Options) payer() wallet.Signer {
	if account, is := o.Signer.(wallet.Account); is {
		return account.Payer()
	}
	return o.Signer
}

// runner is one run.
type runner struct {
	Options
	chain  Chain
	client *Client
	view   View
	result Result
	// markets are those that the run's plan buys through: token -> Via.
	markets     map[common.Address]string
	codeChecked bool // the staking proxy runs the code that is known
	// counts says which lines of the journal are held to the run's caps: its own,
	// and those of runs before it that did not come to their end. nil is none.
	counts func(entry) bool
	// moved says that this run changed the stake, which the server may see a
	// few blocks later.
	moved bool
	// releasing is what the run takes back, if that is its work.
	releasing *Release
	// plan is what has to be done exactly; nil leaves it to what is seen.
	plan    *Plan
	done    map[StepKind]bool // steps of this run, and of earlier runs of the plan
	journal *journal          // nil until it is open
	orphans int               // keys of this run that nobody knows
}

func newRunner(ctx context.Context, o Options, view View) (*runner, error) {
	if o.Keys == nil {
		return nil, errors.New("agent: Options need Keys")
	}
	if err := o.Network.Validate(); err != nil {
		return nil, err
	}
	r, err := newMinter(o, view)
	if err != nil {
		return nil, err
	}
	if r.chain == nil {
		dialled, err := Dial(ctx, o.Network.RPCURL)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, dialled.Close)
		r.chain = dialled
	}
	return r, nil
}

// newMinter is a runner that has no chain, unless the options bring one, and
// can do no more than what needs none.
func newMinter(o Options, view View) (*runner, error) {
	if o.Signer == nil {
		return nil, errors.New("agent: Options need a Signer")
	}
	o.Limits = o.Limits.withDefaults()
	o.Target.Key.Type = o.Target.Key.keyType()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.StuckAfter <= 0 {
		o.StuckAfter = defaultStuckAfter
	}
	if view == nil {
		view = ViewFunc(func(Event) {})
	}
	client, err := NewClient(o.Network.APIBase, o.Transport)
	if err != nil {
		return nil, err
	}
	r := &runner{Options: o, chain: o.Chain, client: client, view: view, done: map[StepKind]bool{}}
	r.result = Result{Network: o.Network.Name, APIBase: client.Base(), ChainID: o.Network.ChainID,
		Address: o.Signer.Address(), Payer: o.payer().Address(), Transactions: []Transaction{}, Warnings: []string{}}
	return r, nil
}

func (r *runner) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.result.Warnings = append(r.result.Warnings, text)
	r.view.Event(Event{Kind: EventWarning, Message: text})
}

// Observe looks at the chain and the server, changes nothing and spends
// nothing.
func Observe(ctx context.Context, o Options) (Observation, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := newRunner(ctx, o, nil)
	if err != nil {
		return Observation{}, err
	}
	return r.observe(ctx)
}

func (r *runner) observe(ctx context.Context) (Observation, error) {
	if r.journal == nil { // a look, without a run
		if err := checkChainID(ctx, r.chain, r.Network.ChainID); err != nil {
			return Observation{}, err
		}
		if err := r.openJournal(ctx, false); err != nil {
			return Observation{}, err
		}
		defer func() { r.journal = nil }()
		r.counts = r.journal.state.unended
	}
	o, err := r.observeChain(ctx, 0)
	if err != nil {
		return o, err
	}
	if err := r.readLeftovers(ctx, &o); err != nil {
		return o, err
	}
	return o, r.observeServer(ctx, &o)
}

// MakePlan looks at the chain and the server and says what a run would do. It
// changes nothing and spends nothing.
func MakePlan(ctx context.Context, o Options) (Plan, error) {
	observed, err := Observe(ctx, o)
	if err != nil {
		return Plan{}, err
	}
	return NewPlan(observed), nil
}

// Up brings the wallet to its target: it buys, stakes, mints a key and proves
// it, as far as each is missing. It stops before the first step when any step
// of the plan is blocked (*BlockedError), and after the first that fails; what
// was done is in the result, and running Up again goes on from there.
func Up(ctx context.Context, o Options, view View) (Result, error) {
	return start(ctx, o, view, func(*runner) error { return nil })
}

// Apply does exactly what the plan says, or says what moved since it was made
// (*MovedError) and does nothing more: before every step it looks at the chain
// and the server again. A plan that was applied in part, by a run that was
// interrupted, is taken up where that run ended; one that was applied to its
// end does nothing.
//
// Target and limits are the plan's. Limits that are set in the options are
// caps from outside: a plan that asks for more, or that is for another wallet,
// chain, server or other contracts than the options, is refused (ErrOtherPlan).
func Apply(ctx context.Context, o Options, plan Plan, view View) (Result, error) {
	caps := o.Limits
	o.Target, o.Limits = plan.Target, plan.Limits
	return start(ctx, o, view, func(r *runner) error {
		r.plan = &plan
		r.counts = func(line entry) bool { return line.Plan == plan.Digest }
		r.keepTo(plan)
		return plan.fits(r, caps)
	})
}

// start runs what leads to the target.
func start(ctx context.Context, o Options, view View, prepare func(*runner) error) (Result, error) {
	return perform(ctx, o, view, func(ctx context.Context, r *runner) error {
		if r.counts == nil {
			r.counts = r.journal.state.unended
		}
		if err := r.run(ctx); err != nil {
			r.takeBack(ctx)
			return err
		}
		return r.end()
	}, prepare)
}

// perform works with the store's lock held and the journal open; what prepares
// it comes before.
func perform(ctx context.Context, o Options, view View, work func(context.Context, *runner) error, prepare ...func(*runner) error) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := newRunner(ctx, o, view)
	if err != nil {
		return Result{}, err
	}
	for _, first := range prepare {
		if err := first(r); err != nil {
			return r.result, err
		}
	}
	unlock, err := o.Keys.Lock()
	if err != nil {
		return r.result, err
	}
	defer unlock()
	if err := r.openJournal(ctx, true); err != nil {
		return r.result, err
	}
	defer r.journal.close()
	err = work(ctx, r)
	return r.result, err
}

// end notes that the target is reached: caps begin anew with the next run.
func (r *runner) end() error {
	if s := r.journal.state; s.last <= s.ended {
		return nil
	}
	return r.journal.write(entry{Kind: entryEnd, Plan: r.digest()})
}

// spent is what counts for the run's caps.
func (r *runner) spent() (eth, usdc Amount) {
	if r.journal == nil || r.counts == nil {
		return eth, usdc
	}
	return r.journal.state.spent(r.counts)
}

// settle waits until transactions of an earlier run are mined: planning on top
// of them would do their work a second time.
func (r *runner) settle(ctx context.Context, o Observation) (Observation, error) {
	waited, wait := time.Duration(0), 100*time.Millisecond
	for o.Pending {
		if waited == 0 {
			r.view.Event(Event{Kind: EventWait, Message: "waiting for an earlier transaction of this wallet to be mined"})
		}
		if waited > pendingWait {
			return o, errors.New("an earlier transaction of this wallet is still not mined: run again when it is, or replace it")
		}
		if err := sleep(ctx, wait); err != nil {
			return o, err
		}
		waited, wait = waited+wait, min(wait*2, 2*time.Second)
		var err error
		if o, err = r.again(ctx, o, 0); err != nil {
			return o, err
		}
	}
	return o, nil
}

// again reads the chain anew and keeps what is known of the key.
func (r *runner) again(ctx context.Context, before Observation, minBlock uint64) (Observation, error) {
	o, err := r.observeChain(ctx, minBlock)
	o.Key, o.KeyRejected = before.Key, before.KeyRejected
	if err != nil {
		return o, err
	}
	return o, r.readLeftovers(ctx, &o)
}

// waitForMoney waits, if that was asked for, while missing ETH, USDC or VVV is
// the only thing that blocks the plan.
func (r *runner) waitForMoney(ctx context.Context, o Observation) (Observation, error) {
	var told StepKind
	for waited, wait := time.Duration(0), 2*time.Second; ; waited += wait {
		blocked, is := NewPlan(o).BlockedBy()
		if !is || blocked.Kind != StepFund && blocked.Kind != StepReceive || waited >= r.WaitForETH {
			return o, nil
		}
		if told != blocked.Kind {
			told = blocked.Kind
			r.view.Event(Event{Kind: EventWait, Step: blocked, Message: blocked.Blocked})
		}
		if err := sleep(ctx, wait); err != nil {
			return o, err
		}
		var err error
		if o, err = r.again(ctx, o, 0); err != nil {
			return o, err
		}
	}
}

// finish asks what the account can spend, for the result.
func (r *runner) finish(ctx context.Context, o Observation) error {
	if err := r.settleMints(ctx); err != nil { // the run may have brought an ADMIN key
		return err
	}
	if r.result.Key == nil && o.Key != nil {
		r.result.Key = r.keyResult(*o.Key, false)
	}
	r.result.Balances = o.Balances()
	if o.Key == nil {
		return nil
	}
	// Venice shows the balance to some key types only: not knowing it is no
	// failure of what was asked for.
	if balance, err := r.client.WithKey(o.Key.Secret).Balance(ctx); err == nil {
		r.result.Account = &balance
	}
	return nil
}

func (r *runner) keyResult(key StoredKey, created bool) *KeyResult {
	return &KeyResult{Secret: key.Secret, ID: key.ID, Type: key.Type, Last6: key.Last6, Created: created, File: r.Keys.Path()}
}

// summary is the plan in one line.
func (p Plan) summary() string {
	todo := 0
	for _, step := range p.Steps {
		if step.Todo() {
			todo++
		}
	}
	if todo == 0 {
		return "nothing to do"
	}
	paid := p.ETH.Short() + " ETH"
	if !p.USDC.IsZero() {
		paid = p.USDC.Short() + " USDC"
	}
	return fmt.Sprintf("%d steps, %s and at most %s ETH of gas", todo, paid, p.Gas.Short())
}

// done says in one line what has become true.
func (s Step) done(o Observation) string {
	switch s.Kind {
	case StepBuy:
		return fmt.Sprintf("wallet has %s VVV", o.VVV.Short())
	case StepApprove:
		return fmt.Sprintf("the staking contract may take %s VVV", o.Allowance.Short())
	case StepStake:
		return fmt.Sprintf("wallet has %s VVV staked", o.Staked.Short())
	case StepAllow, StepAllowDIEM:
		return fmt.Sprintf("the exchange may take %s USDC", o.mayTake(s.Spender).Short())
	case StepMintDIEM, StepBuyDIEM:
		return fmt.Sprintf("wallet has %s DIEM", o.DIEM.Short())
	case StepRevoke:
		return "it may take nothing any more"
	case StepStakeDIEM:
		return fmt.Sprintf("wallet has %s DIEM staked", o.StakedDIEM.Short())
	case StepKey:
		return fmt.Sprintf("%s key ...%s is stored", o.Key.Type, o.Key.Last6)
	case StepProve:
		return "the key works"
	default:
		return string(s.Kind)
	}
}
