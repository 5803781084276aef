package gateway

import "stakegate/internal/catalog"

func readChat(body []byte) (order, *Error) {
	request, problem := parseChat(body)
	if problem != nil {
		return nil, problem
	}
	return &chatOrder{request: request}, nil
}

// chatOrder is an order of a chat completion.
type chatOrder struct{ request *chatRequest }

func (o *chatOrder) modelName() string { return o.request.model }

func (o *chatOrder) demand(c *catalog.Catalog, resolution catalog.Resolution) (demand, *Error) {
	r, model := o.request, resolution.Model
	prompt, problem := r.fit(c, resolution)
	if problem != nil {
		return demand{}, problem
	}
	wanted := model.DefaultOutput
	if r.outputCap > 0 {
		wanted = r.outputCap
	}
	return demand{
		prompt: model.PromptBound(prompt), choices: r.n,
		output: wanted, explicit: r.outputCap > 0, stream: r.stream,
	}, nil
}

// deliver answers with one JSON document or, with stream: true, with
// server-sent events.
func (o *chatOrder) deliver(p *paid) *Error {
	forwarded := o.request.forward(p.model.UpstreamModel, p.outputCap)
	if o.request.stream {
		return p.relay(forwarded, o.request.includeUsage, o.request.venice)
	}
	return p.answer("/chat/completions", forwarded, &chatAnswer{venice: o.request.venice})
}
