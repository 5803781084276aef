package gateway

import (
	"errors"

	"stakegate/internal/catalog"
	"stakegate/internal/dialect"
	"stakegate/internal/dialect/anthropic"
	"stakegate/internal/strictjson"
	"stakegate/internal/upstream"
)

// Every call of a chat model is a chat completion in the middle, whatever the
// client speaks (a front) and whatever the model server speaks (a back):
//
//	request -> front -> chat request -> bound, hold -> back -> upstream
//	answer  <- front <- meter, settle <- chat answer <- back <- upstream

// backs are the dialects of model servers by their kind; those that are not
// here speak chat completions.
var backs = map[string]dialect.Back{
	catalog.KindAnthropic: anthropic.Back{},
}

// chatPath is the route of chat completions, here and at upstreams.
const chatPath = "/chat/completions"

func readChat(body []byte) (order, *Error) {
	request, problem := parseChat(body)
	if problem != nil {
		return nil, problem
	}
	return &chatOrder{request: request}, nil
}

// readFront reads the requests of a dialect.
func readFront(parse func([]byte) ([]byte, dialect.Front, error)) func(body []byte) (order, *Error) {
	return func(body []byte) (order, *Error) {
		chat, front, err := parse(body)
		if err != nil {
			problem := malformed(err)
			if refusal := (*dialect.Refusal)(nil); errors.As(err, &refusal) {
				problem.Code = refusal.Code
			}
			return nil, problem
		}
		request, problem := parseChat(chat)
		if problem != nil {
			return nil, translated(front, problem)
		}
		return &chatOrder{request: request, front: front}, nil
	}
}

// translated names the member at fault as the client wrote it.
func translated(front dialect.Front, problem *Error) *Error {
	if front != nil && problem != nil && problem.Member != "" {
		problem.Member = front.Member(problem.Member)
	}
	return problem
}

// chatOrder is an order of a chat completion.
type chatOrder struct {
	request *chatRequest
	front   dialect.Front    // nil: the client speaks chat completions itself
	server  catalog.Upstream // that was asked
	back    dialect.Back     // nil: it speaks chat completions
}

func (o *chatOrder) modelName() string { return o.request.model }

func (o *chatOrder) demand(c *catalog.Catalog, resolution catalog.Resolution) (demand, *Error) {
	r, model := o.request, resolution.Model
	prompt, problem := r.fit(c, resolution)
	if problem != nil {
		return demand{}, translated(o.front, problem)
	}
	d := demand{explicit: r.outputCap > 0, stream: r.stream}
	d.Prompt, d.Choices, d.OutputCap = model.PromptBound(prompt), r.n, model.DefaultOutput
	d.Surcharges = r.surcharges
	d.counted = countable(model, prompt, r.texts)
	if d.explicit {
		d.OutputCap = r.outputCap
	}
	return d, nil
}

// deliver answers with one JSON document or, with stream: true, with
// server-sent events.
func (o *chatOrder) deliver(p *paid) *Error {
	ask := func(server catalog.Upstream, model string) (upstream.Request, error) {
		p.tellIgnored(o.request.unknown, server)
		return o.put(server, model, p.OutputCap)
	}
	if !o.request.stream {
		return translated(o.front, p.answer(ask, &textAnswer{form: &chatForm, front: o.front, back: o.speaks, echo: o.echo}))
	}
	t := talk{form: &chatForm, how: ask, back: o.speaks, echo: o.echo, encoder: chatEncoder{o.request.includeUsage}}
	if o.front != nil {
		t.encoder = o.front.Stream()
	}
	return translated(o.front, p.relay(t))
}

// put is the request as a server understands it.
func (o *chatOrder) put(server catalog.Upstream, model string, outputCap int64) (upstream.Request, error) {
	o.server, o.back = server, backs[server.Kind]
	request := upstream.Request{Path: chatPath, Body: o.request.partsFor(server, model, outputCap)}
	if o.request.stream {
		request.Accept = mediaEvents
	}
	if o.back == nil {
		return request, nil
	}
	body, err := o.back.Request(joined(request.Body))
	if err != nil {
		var shape *strictjson.Error
		if errors.As(err, &shape) {
			return request, invalid(shape.Member, shape.Problem)
		}
		return request, err
	}
	request.Path, request.Body = o.back.Path(), [][]byte{body}
	return request, nil
}

// speaks is the dialect of the server that was asked.
func (o *chatOrder) speaks() dialect.Back { return o.back }

// echo is what the answer says about Venice's parameters, nil if they were not
// sent. members are the answer's.
func (o *chatOrder) echo(members []member) []byte {
	if !o.request.venice {
		return nil
	}
	var citations []byte
	if value, ok := find(members, "venice_parameters"); ok {
		parts, _ := object(value)
		if list, _ := find(parts, "web_search_citations"); list.Kind() == '[' {
			citations = oneLine(list)
		}
	}
	return o.request.parameters.appendEcho(nil, o.server.Kind, citations)
}
