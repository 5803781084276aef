package gateway

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
)

// leastOutput is the smallest output cap that is of use when the gateway
// chooses it.
const leastOutput = 16

// call is a call on its way, before there is money for it.
type call struct {
	g       *Gateway
	w       http.ResponseWriter
	r       *http.Request
	caller  Caller
	path    string // of its route
	id      string
	catalog *catalog.Catalog
	model   *catalog.Model
	started time.Time
	limits  *Limits // of the moment in which the call began
	marked  ledger.Idempotency
}

// describe names the call and its model to the client.
func (c *call) describe() {
	h := c.w.Header()
	values := [...]string{c.id, c.model.ID, c.model.Name} // one piece of memory for all
	h["X-Request-Id"], h["X-Venice-Model-Id"], h["X-Venice-Model-Name"] = values[0:1:1], values[1:2:2], values[2:3:3]
	if end := c.model.Deprecation; end != nil {
		warning := "This model is deprecated."
		if end.ReplacementID != "" {
			warning = "This model is deprecated; use " + end.ReplacementID + " instead."
		}
		h.Set("X-Venice-Model-Deprecation-Warning", warning)
		h.Set("X-Venice-Model-Deprecation-Date", end.RemovesAt.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
}

// setAside holds money: for the output cap that is wanted or, unless the
// client named it, for the largest one that is affordable.
func (c *call) setAside(d demand) (*paid, *Error) {
	least := d.Demand
	if !d.explicit {
		least.OutputCap = min(leastOutput, d.OutputCap)
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), c.limits.Hold)
	defer cancel()
	held, err := c.g.ledger.Hold(ctx, c.holdRequest(d, least))
	if err != nil && c.tighten(ctx, err, &d, least) {
		least.Prompt = d.Prompt
		held, err = c.g.ledger.Hold(ctx, c.holdRequest(d, least))
	}
	if err != nil {
		return nil, c.refuse(err, d)
	}
	if c.model.CapOf(held.Amount, d.Demand) < d.OutputCap {
		c.count(ctx, &d) // what the prompt does not need is left for the answer
	}
	p := &paid{call: c, control: http.NewResponseController(c.w), demand: d, held: held}
	c.note(held.KeyID)
	p.OutputCap = min(d.OutputCap, c.model.CapOf(held.Amount, d.Demand))
	p.tell(d)
	if p.OutputCap < least.OutputCap || held.Amount < c.model.BoundOf(p.Demand) {
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

// holdRequest asks for the demand's bound, and for least at the least.
func (c *call) holdRequest(d demand, least catalog.Demand) ledger.HoldRequest {
	return ledger.HoldRequest{
		ID: c.id, KeyHash: c.caller.KeyHash, Client: c.caller.Client,
		ModelID: c.model.ID, ModelType: string(c.model.Type), ModelPrivate: c.model.Privacy == catalog.Private,
		Min: c.model.BoundOf(least), Max: c.model.BoundOf(d.Demand),
		Idempotency: c.marked,
		Rates:       c.rates(d.Prompt + c.model.MaxCompletion(d.Demand)),
		Lifetime:    c.limits.Upstream + c.limits.Drain + c.limits.Spare,
	}
}

// tell sets the headers of what was held.
func (c *paid) tell(wanted demand) {
	h := c.w.Header()
	rateHeaders(h, c.held.Rates, c.held.At)
	budget := &c.held.Budget
	values := [...]string{
		c.held.Before.DIEM.String(), c.held.Before.USD.String(),
		budget.Scope + " " + string(budget.Currency), budget.Limit.String(), budget.Spent.String(), budget.Held.String(),
	}
	h["X-Venice-Balance-Diem"], h["X-Venice-Balance-Usd"] = values[0:1:1], values[1:2:2]
	h["X-Stakegate-Budget"], h["X-Stakegate-Limit"] = values[2:3:3], values[3:4:4]
	h["X-Stakegate-Spent"], h["X-Stakegate-Held"] = values[4:5:5], values[5:6:6]
	if c.model.Type == catalog.Text && (!wanted.explicit || c.OutputCap < wanted.OutputCap) {
		h["X-Stakegate-Max-Tokens"] = []string{strconv.FormatInt(c.OutputCap, 10)}
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
		affordable := c.model.CapOf(problem.Refusal.Affordable, d.Demand)
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
