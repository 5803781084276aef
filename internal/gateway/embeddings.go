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
	d := demand{explicit: true, counted: countable(resolution.Model, prompt, o.request.texts)}
	d.Prompt = resolution.Model.PromptBound(prompt)
	return d, problem
}

func (o embedOrder) deliver(p *paid) *Error {
	return p.answer(post("/embeddings", o.request.forward), &embedAnswer{})
}
