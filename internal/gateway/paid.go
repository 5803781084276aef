package gateway

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/tracing"
)

// Sources of a settlement, as ledger.Settlement names them.
const (
	fromUsage     = ledger.SourceUsage
	fromEstimate  = ledger.SourceEstimated
	fromHold      = ledger.SourceHold
	sourceVoid    = "void"
	sourceUnknown = "lost"
)

// paid is a call that a durable hold pays for: what can reach an upstream.
// Only call.hold makes one.
type paid struct {
	*call
	demand   // its output cap is the one that was held
	control  *http.ResponseController
	held     ledger.Held
	resolved bool // settled, voided, or given up
	writeBy  time.Time
	span     *tracing.Span // of the upstream call; nil: it is not traced

	mu       sync.Mutex
	cancel   context.CancelCauseFunc
	gone     bool // the client has left
	over     bool
	draining *time.Timer
}

// metered is what a call used, bounded by what was held for it.
type metered struct {
	catalog.Use
	// Details of the usage that clients like to see, as they came.
	promptDetails, completionDetails []byte
	odd                              bool
	source                           string
	loss                             money.Nano
}

// upstreamContext lives as long as the upstream call may: past the client's
// leaving, but within the limits. end must be called.
func (c *paid) upstreamContext() (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(c.r.Context()))
	c.cancel = cancel
	c.g.begin(c)
	c.traceUpstream()
	limit := time.AfterFunc(c.limits.Upstream, func() { cancel(errTooLong) })
	stopLeft := context.AfterFunc(c.r.Context(), c.clientLeft)
	return ctx, func() {
		limit.Stop()
		stopLeft()
		c.g.end(c)
		c.span.End()
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
		c.draining = time.AfterFunc(c.limits.Drain, func() { c.cancel(errAbandoned) })
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
	m := metered{
		source: fromUsage, odd: u.odd,
		promptDetails: u.promptDetails, completionDetails: u.completionDetails,
	}
	m.Use = c.using(u.Use)
	m.Prompt = min(u.Prompt, c.Prompt)
	m.Cached, m.CacheWrite = min(u.Cached, m.Prompt), min(u.CacheWrite, m.Prompt)
	m.Completion = min(u.Completion, c.model.MaxCompletion(c.Demand))
	m.odd = m.odd || m.Prompt < u.Prompt || m.Completion < u.Completion
	m.loss = c.lossOf(c.using(u.Use))
	return m
}

// lossOf is what a use costs beyond the hold.
func (c *paid) lossOf(use catalog.Use) money.Nano {
	return max(0, catalog.Total(c.model.Bill(use))-c.held.Amount)
}

// units is for what is sold by the piece: so many, of those that were held.
func (c *paid) units(n int64) metered {
	use := c.using(catalog.Use{})
	use.Units = n
	m := metered{Use: use, source: fromUsage, odd: n > c.Units, loss: c.lossOf(use)}
	m.Units = min(n, c.Units)
	return m
}

// using adds to tokens what of a call's use is known before it.
func (c *paid) using(tokens catalog.Use) catalog.Use {
	tokens.Units, tokens.Variant, tokens.Surcharges = c.Units, c.Variant, c.Surcharges
	return tokens
}

// estimate is for a whole answer without a usage: no text has more tokens than
// bytes, and the prompt's may be known.
func (c *paid) estimate(bytes int64) metered {
	prompt := c.Prompt
	if c.counted != nil {
		prompt = c.counted.tight(c.model)
	}
	use := catalog.Use{Prompt: prompt, Completion: min(bytes, c.model.MaxCompletion(c.Demand))}
	return metered{Use: c.using(use), source: fromEstimate}
}

// settle books what was used and returns what was charged. It survives the
// client's leaving and short troubles of the books. If it fails for good, the
// hold will be assumed, and the client must not see the end of its answer.
func (c *paid) settle(m metered) (ledger.Settled, *Error) {
	c.resolved = true
	total, lines := c.bill(m)
	span := c.traceEnd("settle")
	var settled ledger.Settled
	err := c.book(func(ctx context.Context) (err error) {
		settled, err = c.g.ledger.Settle(ctx, ledger.Settlement{
			HoldID: c.id, Cost: total, Lines: lines,
			PromptTokens: m.Prompt, CompletionTokens: m.Completion, Source: m.source,
			ExecutionTime: c.g.now().Sub(c.started),
		})
		return err
	})
	traceSettled(span, m, settled, err)
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
		return c.held.Amount, money.Fit(nil, c.held.Amount)
	}
	lines = c.model.Bill(m.Use)
	total = catalog.Total(lines)
	if total > c.held.Amount {
		total = c.held.Amount
		lines = money.Fit(lines, total)
	}
	return total, lines
}

// void gives the hold back.
func (c *paid) void() {
	c.resolved = true
	span := c.traceEnd("void")
	defer span.End()
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
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.r.Context()), c.limits.Settle)
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
	c.span.Fail(f.err.Code)
	c.span.End()
	if f.free {
		c.void()
		return f.err
	}
	m := metered{source: fromHold}
	if f.prompt {
		m = c.estimate(0)
	}
	if _, problem := c.settle(m); problem != nil {
		return problem
	}
	return f.err
}

// finish is the last guard: whatever happened, a panic too, what was held and
// not resolved is charged, because it may have been used.
func (c *paid) finish() {
	c.unlimitWrite()
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
		RequestID: c.id, Route: c.path, ModelID: c.model.ID, Stream: c.stream, Source: m.source, Charged: settled,
		Loss: m.loss, Anomaly: m.odd, ClientLeft: c.hasLeft(), Duration: c.g.now().Sub(c.started),
	})
}
