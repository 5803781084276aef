package gateway

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/dialect"
	"stakegate/internal/ledger"
)

// textAnswer is a completion, of a chat or of a text.
type textAnswer struct {
	form    *textForm
	front   dialect.Front // nil: the client reads it as it is
	back    func() dialect.Back
	echo    func(members []member) []byte
	members []member
}

func (a *textAnswer) read(p *paid, body []byte) (m metered, usable, known bool) {
	if back := a.back(); back != nil {
		chat, err := back.Answer(body)
		if err != nil {
			return metered{}, false, false
		}
		body = chat
	}
	var ok bool
	if a.members, ok = membersOf(body); !ok {
		return metered{}, false, false
	}
	list, _ := find(a.members, "choices")
	usable = hasElements(list) && !failedInside(a.members)
	value, _ := find(a.members, "usage")
	if reported, ok := readUsage(value, false); ok {
		return p.believe(reported), usable, true
	}
	if !usable {
		return metered{}, false, false
	}
	var text int64
	choices, _ := array(list)
	for _, choice := range choices {
		parts, _ := object(choice.value)
		message, _ := find(parts, a.form.message)
		text += textBytes(message)
	}
	return p.estimate(text), true, true
}

func (a *textAnswer) rebuild(p *paid, m metered, settled ledger.Settled) ([]byte, error) {
	id, created := a.form.prefix+p.id, p.started.Unix()
	value, _ := find(a.members, "id")
	if text, ok := str(value); ok && text != "" {
		id = text
	}
	value, _ = find(a.members, "created")
	if at, ok := integer(value); ok && at >= 0 {
		created = at
	}
	choices, _ := find(a.members, "choices")
	out := append(make([]byte, 0, len(choices)+1024), '{')
	out = quote(appendName(out, "id"), id)
	out = quote(appendName(out, "object"), a.form.whole)
	out = strconv.AppendInt(appendName(out, "created"), created, 10)
	out = quote(appendName(out, "model"), p.model.ID)
	out = append(appendName(out, "choices"), choices...)
	for _, name := range []string{"system_fingerprint", "prompt_logprobs"} {
		if value, ok := find(a.members, name); ok {
			out = append(appendName(out, name), value...)
		}
	}
	out = appendUsage(appendName(out, "usage"), m, false)
	out = appendCost(appendName(out, "cost"), settled)
	if echo := a.echo(a.members); echo != nil {
		out = append(appendName(out, "venice_parameters"), echo...)
	}
	out = append(out, '}')
	if a.front != nil {
		return a.front.Answer(out)
	}
	return out, nil
}

// embedAnswer is a list of embeddings.
type embedAnswer struct{ data []byte }

func (a *embedAnswer) read(p *paid, body []byte) (m metered, usable, known bool) {
	list, ok := membersOf(body)
	if !ok {
		return metered{}, false, false
	}
	data, _ := find(list, "data")
	a.data = data
	usable = data.Kind() == '[' && !failedInside(list)
	value, _ := find(list, "usage")
	if reported, ok := readUsage(value, true); ok {
		return p.believe(reported), usable, true
	}
	return p.estimate(0), usable, usable
}

func (a *embedAnswer) rebuild(p *paid, m metered, settled ledger.Settled) ([]byte, error) {
	out := append(make([]byte, 0, len(a.data)+512), `{"object":"list"`...)
	out = append(appendName(out, "data"), a.data...)
	out = quote(appendName(out, "model"), p.model.ID)
	out = appendUsage(appendName(out, "usage"), m, true)
	out = appendCost(appendName(out, "cost"), settled)
	return append(out, '}'), nil
}

// hasElements reports whether a value is an array that is not empty.
func hasElements(value jsontext.Value) bool {
	return value.Kind() == '[' && len(bytes.TrimLeft(value[1:], " \t\r\n")) > 1
}

// membersOf reads an object of an upstream: quickly, if it has the usual form.
func membersOf(data []byte) ([]member, bool) {
	if list, ok := scanMembers(data); ok {
		return list, true
	}
	return object(data)
}
