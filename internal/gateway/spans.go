package gateway

import (
	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/tracing"
	"stakegate/internal/upstream"
)

// Attributes of spans: OpenTelemetry's words where it has one, and nothing that
// a client wrote.
const (
	attributeAccount  = "stakegate.account"
	attributeHeld     = "stakegate.held_nano"
	attributeCharged  = "stakegate.charged_nano"
	attributeSource   = "stakegate.source"
	attributeUpstream = "stakegate.upstream"
	attributeModel    = "gen_ai.request.model" // the catalogue's id
	attributeInput    = "gen_ai.usage.input_tokens"
	attributeOutput   = "gen_ai.usage.output_tokens"
	attributeStatus   = "http.response.status_code"
)

// hold sets money aside for a demand, as setAside says.
func (c *call) hold(d demand) (*paid, *Error) {
	span := c.g.tracer.Start(c.r.Context(), "hold")
	defer span.End()
	span.Text(attributeModel, c.model.ID)
	p, problem := c.setAside(d)
	if problem != nil {
		span.Fail(problem.Code)
		return nil, problem
	}
	span.Text(attributeAccount, p.held.AccountID)
	span.Number(attributeHeld, int64(p.held.Amount))
	return p, nil
}

// traceUpstream begins the span of the upstream call.
func (c *paid) traceUpstream() {
	c.span = c.g.tracer.StartCall(c.r.Context(), "upstream")
	c.span.Text(attributeModel, c.model.ID)
}

// traceAnswer notes that an answer begins.
func (c *paid) traceAnswer(response *upstream.Response) {
	c.span.Text(attributeUpstream, response.Upstream.Name)
	c.span.Number(attributeStatus, int64(response.StatusCode))
	c.span.Event("answer begins")
}

// told is how with the trace that the call belongs to, where model servers are
// to know it.
func (c *paid) told(how asking) asking {
	if c.span == nil {
		return how
	}
	return func(server catalog.Upstream, model string) (upstream.Request, error) {
		request, err := how(server, model)
		request.Header = c.g.tracer.TellUpstream(c.span, request.Header)
		return request, err
	}
}

// traceEnd begins the span of what ends a call: settle or void. The upstream's
// is over by then, but for what pours on.
func (c *paid) traceEnd(name string) *tracing.Span {
	return c.g.tracer.Start(c.r.Context(), name)
}

// traceSettled notes what was booked, or that it could not be.
func traceSettled(span *tracing.Span, m metered, settled ledger.Settled, err error) {
	span.Text(attributeSource, m.source)
	span.Number(attributeInput, m.Prompt)
	span.Number(attributeOutput, m.Completion)
	span.Number(attributeCharged, int64(settled.DIEM.Add(settled.USD)))
	if err != nil {
		span.Fail("lost")
	}
	span.End()
}
