package gateway

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/upstream"
)

func readTranscription(contentType string, body []byte) (order, *Error) {
	request, problem := parseTranscription(contentType, body)
	if problem != nil {
		return nil, problem
	}
	return transcriptionOrder{request}, nil
}

// transcriptionOrder is an order to write down what a file says.
type transcriptionOrder struct{ request *transcriptionRequest }

func (o transcriptionOrder) modelName() string { return o.request.model }

func (o transcriptionOrder) demand(_ *catalog.Catalog, resolution catalog.Resolution) (demand, *Error) {
	units, problem := o.request.fit(resolution)
	return demand{Demand: units, explicit: true}, problem
}

func (o transcriptionOrder) deliver(p *paid) *Error {
	ask := func(server catalog.Upstream, model string) (upstream.Request, error) {
		contentType, body := o.request.forwardTo(server, model)
		return upstream.Request{Path: "/audio/transcriptions", ContentType: contentType, Body: [][]byte{body}}, nil
	}
	return p.answer(ask, &transcriptionAnswer{request: o.request})
}

// transcriptionAnswer is what a file says.
type transcriptionAnswer struct {
	request *transcriptionRequest
	members []member
	text    jsontext.Value
}

// read charges the seconds that the upstream reports; without them those that
// the file tells of itself, or else the most that it can have.
func (a *transcriptionAnswer) read(p *paid, body []byte) (m metered, usable, known bool) {
	var ok bool
	if a.members, ok = membersOf(body); !ok || failedInside(a.members) {
		return metered{}, false, false
	}
	a.text, _ = find(a.members, "text")
	usable = a.text.Kind() == '"'
	if seconds, ok := a.duration(); ok {
		return p.units(seconds), usable, true
	}
	m = p.units(p.Units)
	if told := a.request.audio.told; told > 0 {
		m = p.units(told)
	}
	m.source = fromEstimate
	return m, usable, usable
}

// duration is what the upstream reports, in seconds, rounded up: as OpenAI's
// usage or as a member beside the text.
func (a *transcriptionAnswer) duration() (int64, bool) {
	value, _ := find(a.members, "usage")
	parts, _ := object(value)
	if length, ok := find(parts, "seconds"); ok {
		return wholeSeconds(length)
	}
	length, _ := find(a.members, "duration")
	return wholeSeconds(length)
}

func wholeSeconds(value jsontext.Value) (int64, bool) {
	if value.Kind() != '0' {
		return 0, false
	}
	length, err := strconv.ParseFloat(string(value), 64)
	if err != nil || length < 0 {
		return 0, false
	}
	return int64(math.Ceil(min(length, maxTokens))), true
}

// rebuild writes the answer in the format that the client wants.
func (a *transcriptionAnswer) rebuild(_ *paid, _ metered, settled ledger.Settled) ([]byte, error) {
	if a.request.format == "text" {
		text, _ := str(a.text)
		return []byte(text), nil
	}
	out := append([]byte(`{"text":`), a.text...)
	for _, name := range []string{"task", "language", "duration", "timestamps", "words", "segments"} {
		if value, ok := find(a.members, name); ok {
			out = append(appendName(out, name), value...)
		}
	}
	return append(appendCost(appendName(out, "cost"), settled), '}'), nil
}

func (a *transcriptionAnswer) media() string {
	if a.request.format == "text" {
		return "text/plain; charset=utf-8"
	}
	return mediaJSON + "; charset=utf-8"
}
