package agent

import (
	"context"
	"fmt"
	"time"
)

// What a check came to.
const (
	CheckOK      = "ok"
	CheckWarning = "warning" // works, and will not always
	CheckFailed  = "failed"
	CheckSkipped = "skipped" // another check has to be well first
)

// Check is one precondition of a working agent.
type Check struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Found  string `json:"found"`
	// Fix says what to do; "" where there is nothing.
	Fix string `json:"fix,omitempty"`
}

const (
	maxHeadAge   = 2 * time.Minute
	expiresSoon  = 7 * 24 * time.Hour
	leastDIEM    = "0.1" // that Venice counts
	doctorModels = "all"
)

// Doctor looks at every precondition of a working agent and says for each what
// it found and what to do. It changes nothing and signs nothing; Target and
// Limits are not used.
func Doctor(ctx context.Context, o Options) ([]Check, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Target = Target{}
	r, err := newRunner(ctx, o, nil)
	if err != nil {
		return nil, err
	}
	d := &doctor{runner: r}
	d.server(ctx)
	d.challenge(ctx)
	observed, seen := d.chain(ctx)
	if seen {
		d.wallet(observed)
	} else {
		d.skip("gas", "stake", "allowance", "pending")
	}
	d.keys(ctx)
	return d.checks, nil
}

type doctor struct {
	runner *runner
	checks []Check
}

func (d *doctor) add(name, status, fix, format string, args ...any) {
	d.checks = append(d.checks, Check{Name: name, Status: status, Found: fmt.Sprintf(format, args...), Fix: fix})
}

func (d *doctor) skip(names ...string) {
	for _, name := range names {
		d.add(name, CheckSkipped, "", "could not be looked at")
	}
}

func (d *doctor) server(ctx context.Context) {
	var models []Model
	err := apiBackoff.do(ctx, retryable, func() (err error) {
		models, err = d.runner.client.Models(ctx, doctorModels)
		return err
	})
	switch {
	case err != nil:
		d.add("server", CheckFailed, NextStep(err), "%v", err)
	case len(models) == 0:
		d.add("server", CheckWarning, "ask the server's operator", "%s answers and has no models", d.runner.client.Base())
	default:
		d.add("server", CheckOK, "", "%s answers and has %d models", d.runner.client.Base(), len(models))
	}
}

func (d *doctor) challenge(ctx context.Context) {
	challenge, err := d.runner.challenge(ctx)
	switch {
	case err != nil:
		d.add("challenge", CheckFailed, NextStep(err), "%v", err)
	case challenge.Message != "":
		d.add("challenge", CheckOK, "", "the server's sign-in message is for this wallet and this server, and the clocks agree")
	default:
		d.add("challenge", CheckOK, "", "the server's validation token may be signed, and the clocks agree")
	}
}

// chain looks at the node and the contracts; seen is false if the wallet's
// balances could not be read.
func (d *doctor) chain(ctx context.Context) (o Observation, seen bool) {
	r := d.runner
	if err := checkChainID(ctx, r.chain, r.Network.ChainID); err != nil {
		d.add("node", CheckFailed, "give --rpc a node of the chain that the server names", "%v", err)
		d.skip("head", "contracts")
		return o, false
	}
	d.add("node", CheckOK, "", "the node is on chain %d", r.Network.ChainID)
	head, err := r.chain.HeaderByNumber(ctx, nil)
	if err != nil {
		d.add("head", CheckFailed, "use another node", "%v", chainError("reading the latest block", err))
	} else if age := r.Now().Sub(time.Unix(int64(head.Time), 0)); age > maxHeadAge {
		d.add("head", CheckWarning, "use another node if this one lags behind; check this machine's clock", "the newest block, %d, is %s old", head.Number, age.Round(time.Second))
	} else {
		d.add("head", CheckOK, "", "the newest block is %d", head.Number)
	}
	if o, err = r.observeChain(ctx, 0); err != nil {
		d.add("contracts", CheckFailed, "check --contracts and --chain-id, or the network's addresses", "%v", err)
		return o, false
	}
	d.add("contracts", CheckOK, "", "the staking contract %s names VVV and DIEM as they are known here", r.Network.Contracts.Staking)
	return o, true
}

func (d *doctor) wallet(o Observation) {
	p := planner{Observation: o, limits: o.Limits.withDefaults()}
	if need := p.gas(StepApprove).Add(p.gas(StepStake)); o.ETH.Cmp(need) < 0 {
		d.add("gas", CheckWarning, fmt.Sprintf("send at least %s ETH to %s", roundUp(need.Sub(o.ETH)), o.Payer), "%s has %s ETH; approving and staking cost up to %s", o.Payer, o.ETH.Short(), need.Short())
	} else {
		d.add("gas", CheckOK, "", "%s has %s ETH", o.Payer, o.ETH.Short())
	}
	switch {
	case o.Staked.IsZero():
		d.add("stake", CheckFailed, "stakegate agent up --stake 10 buys and stakes VVV", "nothing is staked: no server gives a key")
	case o.StakedDIEM.Cmp(MustAmount(leastDIEM)) < 0 && isVenice(d.runner.client.Base()):
		d.add("stake", CheckWarning, "stakegate agent up --diem "+leastDIEM+" stakes enough; or pay with USD", "%s VVV and %s DIEM are staked: Venice counts DIEM from %s",
			o.Staked.Short(), o.StakedDIEM.Short(), leastDIEM)
	default:
		d.add("stake", CheckOK, "", "%s VVV and %s DIEM are staked", o.Staked.Short(), o.StakedDIEM.Short())
	}
	if o.Allowance.IsZero() {
		d.add("allowance", CheckOK, "", "nobody may take VVV from the wallet")
	} else {
		d.add("allowance", CheckWarning, "stakegate agent up ends what an interrupted run has left", "the staking contract may take %s VVV", o.Allowance.Short())
	}
	if o.Pending {
		d.add("pending", CheckWarning, "wait, or run stakegate agent up again: it replaces a stuck transaction of its own", "a transaction of %s is not mined yet", o.Payer)
	} else {
		d.add("pending", CheckOK, "", "no transaction is under way")
	}
}

// keys looks at the key that Up keeps, and at all others that are stored.
func (d *doctor) keys(ctx context.Context) {
	stored, err := d.runner.Keys.Of(d.runner.client.Base(), d.runner.Signer.Address())
	if err != nil {
		d.add("key", CheckFailed, "make the file yours again, or move it away", "%v", err)
		return
	}
	if len(stored) == 0 {
		d.add("key", CheckFailed, "stakegate agent up makes one", "no key for %s is stored", d.runner.client.Base())
		return
	}
	for _, key := range stored {
		d.key(ctx, key)
	}
}

func (d *doctor) key(ctx context.Context, key StoredKey) {
	name := "key ..." + key.Last6
	var report Report
	entry := d.runner.keyReport(ctx, key, &report)
	expires, err := time.Parse(time.RFC3339, key.ExpiresAt)
	switch {
	case key.InSink:
		d.add(name, CheckSkipped, "", "its secret is kept by a program of yours")
		return
	case entry.Problem != "":
		d.add(name, CheckFailed, "try again later", "%s", entry.Problem)
		return
	case !entry.Works:
		d.add(name, CheckFailed, "stakegate agent up makes another one", "the server refuses it")
		return
	case err == nil && d.runner.Now().After(expires.Add(-expiresSoon)):
		d.add(name, CheckWarning, "stakegate agent key update "+key.ID+" --expires DATE, or make another one", "it works, and expires at %s", key.ExpiresAt)
	default:
		d.add(name, CheckOK, "", "it works")
	}
	limits, err := d.runner.client.WithKey(key.Secret).RateLimits(ctx)
	switch {
	case err != nil: // Venice shows this to some keys only
	case limits.AccessPermitted:
		d.add("budget ..."+key.Last6, CheckOK, "", "it can spend %s DIEM and %s USD", orZero(limits.Balances.DIEM), orZero(limits.Balances.USD))
	default:
		d.add("budget ..."+key.Last6, CheckFailed, "wait until "+remoteText(limits.NextEpochBegins)+", raise the key's limit, or stake more", "it can spend nothing now")
	}
}

func orZero(d Decimal) Decimal {
	if d == "" {
		return "0"
	}
	return d
}
