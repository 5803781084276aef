package gateway

import "stakegate/internal/catalog"

func readEmbed(body []byte) (order, *Error) {
	request, problem := parseEmbed(body)
	if problem != nil {
		return nil, problem
	}
	return embedOrder{request}, nil
}

// embedOrder is an order of embeddings.
type embedOrder struct{ request *embedRequest }

func (o embedOrder) modelName() string { return o.request.model }

func (o embedOrder) demand(_ *catalog.Catalog, resolution catalog.Resolution) (demand, *Error) {
	prompt, problem := o.request.fit(resolution)
	return demand{prompt: resolution.Model.PromptBound(prompt), choices: 1, explicit: true}, problem
}

func (o embedOrder) deliver(p *paid) *Error {
	return p.answer("/embeddings", o.request.forward(p.model.UpstreamModel), &embedAnswer{})
}
