package gateway

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// leastOutput is the smallest output cap that is of use when the gateway
// chooses it.
const leastOutput = 16

// metered is what a call used, bounded by what was held for it.
type metered struct {
	usage
	source string
	loss   money.Nano
}

// Sources of a settlement, as ledger.Settlement names them.
const (
	fromUsage     = "usage"
	fromEstimate  = "estimated"
	fromHold      = "hold"
	sourceVoid    = "void"
	sourceUnknown = "lost"
)

// call is a call on its way, before there is money for it.
type call struct {
	g       *Gateway
	w       http.ResponseWriter
	r       *http.Request
	caller  Caller
	id      string
	model   *catalog.Model
	started time.Time
	marked  ledger.Idempotency
}

// paid is a call that a durable hold pays for: what can reach an upstream.
// Only call.hold makes one.
type paid struct {
	*call
	control   *http.ResponseController
	stream    bool
	prompt    int64 // bound of the prompt, in tokens
	n         int64
	outputCap int64
	held      ledger.Held
	resolved  bool // settled, voided, or given up

	mu       sync.Mutex
	cancel   context.CancelCauseFunc
	gone     bool // the client has left
	over     bool
	draining *time.Timer
}

func (g *Gateway) newCall(w http.ResponseWriter, r *http.Request, caller Caller, model *catalog.Model) *call {
	c := &call{g: g, w: w, r: r, caller: caller, id: g.newID(), model: model, started: g.now()}
	h := w.Header()
	h.Set("X-Request-Id", c.id)
	h.Set("X-Venice-Model-Id", model.ID)
	h.Set("X-Venice-Model-Name", model.Name)
	return c
}

// hold sets money aside: for the output cap that is wanted or, unless the
// client named it, for the largest one that is affordable.
func (c *call) hold(d demand) (*paid, *Error) {
	least := d.output
	if !d.explicit {
		least = min(leastOutput, d.output)
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), c.g.limits.Hold)
	defer cancel()
	held, err := c.g.ledger.Hold(ctx, ledger.HoldRequest{
		ID: c.id, KeyHash: c.caller.KeyHash,
		ModelID: c.model.ID, ModelType: string(c.model.Type), ModelPrivate: c.model.Privacy == catalog.Private,
		Min: c.model.Bound(d.prompt, d.choices, least), Max: c.model.Bound(d.prompt, d.choices, d.output),
		Idempotency: c.marked,
		Rates:       c.rates(d.prompt + d.choices*d.output),
		Lifetime:    c.g.limits.Upstream + c.g.limits.Drain + c.g.limits.Spare,
	})
	if err != nil {
		return nil, c.refuse(err, d)
	}
	p := &paid{
		call: c, control: http.NewResponseController(c.w), held: held,
		stream: d.stream, prompt: d.prompt, n: d.choices,
		outputCap: min(d.output, c.model.CapFor(held.Amount, d.prompt, d.choices)),
	}
	p.tell(d)
	if p.outputCap < least {
		c.g.log.Error("hold is smaller than asked for", "request_id", c.id)
		p.void()
		return nil, busy("The call could not be booked and was not made. Please try again.", time.Second)
	}
	if c.r.Context().Err() != nil {
		p.void()
		return nil, clientLeft()
	}
	return p, nil
}

// tell sets the headers of what was held.
func (p *paid) tell(d demand) {
	h := p.w.Header()
	rateHeaders(h, p.held.Rates, p.held.At)
	h.Set("X-Venice-Balance-Diem", p.held.Before.DIEM.String())
	h.Set("X-Venice-Balance-Usd", p.held.Before.USD.String())
	if p.model.Type == catalog.Text && (!d.explicit || p.outputCap < d.output) {
		h.Set("X-Stakegate-Max-Tokens", strconv.FormatInt(p.outputCap, 10))
	}
}

// refuse explains a hold that was not granted.
func (c *call) refuse(err error, d demand) *Error {
	var limited *ledger.RateLimited
	if errors.As(err, &limited) {
		now := c.g.now()
		c.g.denied(ledger.Denial{
			AccountID: limited.AccountID, KeyID: limited.KeyID, ModelID: c.model.ID,
			Tier: limited.Tier, Kind: limited.Kind, At: limited.At,
		})
		rateHeaders(c.w.Header(), []ledger.RateStatus{limited.RateStatus}, now)
		c.w.Header().Set("X-Ratelimit-Type", "user")
		return rateLimited(limited, now)
	}
	problem := holdError(err)
	if problem.Refusal != nil && c.model.Type == catalog.Text {
		affordable := c.model.CapFor(problem.Refusal.Affordable, d.prompt, d.choices)
		problem.AffordableMaxTokens = &affordable
	}
	if c.r.Context().Err() != nil {
		return clientLeft()
	}
	if problem.Status == http.StatusServiceUnavailable && !errors.Is(err, ledger.ErrNoGrant) {
		c.g.log.Error("hold failed", "request_id", c.id, "error", err)
	}
	return problem
}

// upstreamContext lives as long as the upstream call may: past the client's
// leaving, but within the limits. end must be called.
func (c *paid) upstreamContext() (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(c.r.Context()))
	c.cancel = cancel
	c.g.begin(c)
	limit := time.AfterFunc(c.g.limits.Upstream, func() { cancel(errTooLong) })
	stopLeft := context.AfterFunc(c.r.Context(), c.clientLeft)
	stopHalt := context.AfterFunc(c.g.stop, func() { cancel(errShutdown) })
	return ctx, func() {
		limit.Stop()
		stopLeft()
		stopHalt()
		c.g.end(c)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.over = true
		if c.draining != nil {
			c.draining.Stop()
			<-c.g.drains
		}
		cancel(nil)
	}
}

// clientLeft lets the upstream call go on, so that its usage is learned, but
// only for a while and only for so many calls at once.
func (c *paid) clientLeft() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || c.over {
		return
	}
	c.gone = true
	select {
	case c.g.drains <- struct{}{}:
		c.draining = time.AfterFunc(c.g.limits.Drain, func() { c.cancel(errAbandoned) })
	default:
		c.cancel(errAbandoned)
	}
}

func (c *paid) hasLeft() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone
}

// believe bounds what the upstream reported by what was held.
func (c *paid) believe(u usage) metered {
	m := metered{usage: u, source: fromUsage}
	m.prompt = min(u.prompt, c.prompt)
	m.completion = min(u.completion, c.n*c.outputCap)
	m.odd = u.odd || m.prompt < u.prompt || m.completion < u.completion
	if reported, _ := c.model.Cost(u.prompt, u.completion); reported > c.held.Amount {
		m.loss = reported - c.held.Amount
	}
	return m
}

// estimate is for a whole answer without a usage: no text has more tokens than
// bytes.
func (c *paid) estimate(bytes int64) metered {
	return metered{
		usage:  usage{prompt: c.prompt, completion: min(bytes, c.n*c.outputCap)},
		source: fromEstimate,
	}
}

// settle books what was used and returns what was charged. It survives the
// client's leaving and short troubles of the books. If it fails for good, the
// hold will be assumed, and the client must not see the end of its answer.
func (c *paid) settle(m metered) (ledger.Settled, *Error) {
	c.resolved = true
	total, lines := c.bill(m)
	var settled ledger.Settled
	err := c.book(func(ctx context.Context) (err error) {
		settled, err = c.g.ledger.Settle(ctx, ledger.Settlement{
			HoldID: c.id, Cost: total, Lines: lines,
			PromptTokens: m.prompt, CompletionTokens: m.completion, Source: m.source,
			ExecutionTime: c.g.now().Sub(c.started),
		})
		return err
	})
	if err != nil {
		c.g.log.Error("settlement failed; the hold will be assumed", "request_id", c.id, "error", err)
		c.report(metered{source: sourceUnknown, loss: m.loss}, ledger.Settled{})
		return ledger.Settled{}, &Error{
			Status: 503, Code: "SERVICE_UNAVAILABLE", NoRetry: true,
			Message: "The answer could not be booked and is not delivered. The call is charged in full.",
		}
	}
	c.w.Header().Set(chargeHeader, settled.DIEM.Add(settled.USD).String())
	c.report(m, settled)
	return settled, nil
}

// bill is what a call costs, at most what is held.
func (c *paid) bill(m metered) (total money.Nano, lines []money.Line) {
	if m.source == fromHold {
		return c.held.Amount, []money.Line{{Item: money.ItemHold, Quantity: 1, Cost: c.held.Amount}}
	}
	total, input := c.model.Cost(m.prompt, m.completion)
	lines = []money.Line{
		{Item: "input", Quantity: m.prompt, Price: c.model.Price.Input, Cost: input},
		{Item: "output", Quantity: m.completion, Price: c.model.Price.Output, Cost: total - input},
	}
	total = min(total, c.held.Amount)
	return total, money.Fit(lines, total)
}

// void gives the hold back.
func (c *paid) void() {
	c.resolved = true
	err := c.book(func(ctx context.Context) error { return c.g.ledger.Void(ctx, c.id) })
	source := sourceVoid
	if err != nil && !errors.Is(err, ledger.ErrHoldUnknown) {
		c.g.log.Error("void failed; the hold will be assumed", "request_id", c.id, "error", err)
		source = sourceUnknown
	}
	c.report(metered{source: source}, ledger.Settled{})
}

// book repeats an idempotent operation on the books until it is durable or the
// time for it is over.
func (c *paid) book(operation func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), c.g.limits.Settle)
	defer cancel()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := operation(ctx)
		if err == nil || errors.Is(err, ledger.ErrHoldUnknown) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// fail ends a call that has no answer.
func (c *paid) fail(f *failure) *Error {
	if f.free {
		c.void()
		return f.err
	}
	if _, problem := c.settle(metered{source: fromHold}); problem != nil {
		return problem
	}
	return f.err
}

// finish is the last guard: whatever happened, a panic too, what was held and
// not resolved is charged, because it may have been used.
func (c *paid) finish() {
	if !c.resolved {
		c.g.log.Error("call ended without a settlement", "request_id", c.id)
		_, _ = c.settle(metered{source: fromHold}) // a failure is logged there
	}
}

func (c *paid) report(m metered, settled ledger.Settled) {
	if m.loss > 0 {
		c.g.log.Warn("upstream used more than the bound; the difference is the operator's",
			"request_id", c.id, "model", c.model.ID, "loss", m.loss.String())
	}
	c.g.observe(Outcome{
		RequestID: c.id, ModelID: c.model.ID, Stream: c.stream, Source: m.source, Charged: settled,
		Loss: m.loss, Anomaly: m.odd, ClientLeft: c.hasLeft(), Duration: c.g.now().Sub(c.started),
	})
}
