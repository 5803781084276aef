package gateway

import (
	"stakegate/internal/catalog"
	"stakegate/internal/dialect"
	"stakegate/internal/upstream"
)

// completionForm is how the answers of the older text route look.
var completionForm = textForm{
	whole: "text_completion", chunk: "text_completion", prefix: "cmpl-",
	message: "text", delta: "text", empty: `,"text":"","logprobs":null`,
}

func readCompletion(body []byte) (order, *Error) {
	request, problem := parseCompletion(body)
	if problem != nil {
		return nil, problem
	}
	return completionOrder{request}, nil
}

// completionOrder is an order of a text completion, which goes to models that
// have the route themselves.
type completionOrder struct{ request *completionRequest }

func (o completionOrder) modelName() string { return o.request.model }

func (o completionOrder) demand(c *catalog.Catalog, resolution catalog.Resolution) (demand, *Error) {
	r, model := o.request, resolution.Model
	if !model.Serves(catalog.RouteCompletions) {
		problem := invalid("model", "is not served on this route; use /chat/completions")
		problem.Code = "INVALID_MODEL"
		return demand{}, problem
	}
	prompts, problem := r.fit(c, resolution)
	if problem != nil {
		return demand{}, problem
	}
	d := demand{explicit: r.outputCap > 0, stream: r.stream, counted: r.countable(model, prompts)}
	for _, p := range prompts {
		d.Prompt += model.PromptBound(p)
	}
	d.Choices, d.OutputCap = r.choices(), model.DefaultOutput
	if d.explicit {
		d.OutputCap = r.outputCap
	}
	return d, nil
}

func (o completionOrder) deliver(p *paid) *Error {
	ask := func(server catalog.Upstream, model string) (upstream.Request, error) {
		p.tellIgnored(o.request.unknown, server)
		request := upstream.Request{Path: "/completions", Body: [][]byte{o.request.forwardTo(server, model, p.OutputCap)}}
		if backs[server.Kind] != nil {
			return request, invalid("model", "is not served on this route by its server; use /chat/completions")
		}
		if o.request.stream {
			request.Accept = mediaEvents
		}
		return request, nil
	}
	if !o.request.stream {
		return p.answer(ask, &textAnswer{form: &completionForm, back: noBack, echo: noEcho})
	}
	return p.relay(talk{form: &completionForm, how: ask, back: noBack, echo: noEcho, encoder: chatEncoder{o.request.includeUsage}})
}

func noBack() dialect.Back { return nil }

func noEcho([]member) []byte { return nil }
