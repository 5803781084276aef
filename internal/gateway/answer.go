package gateway

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"stakegate/internal/ledger"
)

// chargeHeader tells what a call was charged, all currencies together: a
// header, or a stream's trailer.
const chargeHeader = "X-Stakegate-Charge"

// answerKind knows one kind of answer that comes as a whole.
type answerKind interface {
	// usable reports whether the members are such an answer.
	usable(members []member) bool
	// text is how many bytes of text the answer delivers.
	text(members []member) int64
	// embedding says which numbers the usage has.
	embedding() bool
	// rebuild writes the answer from the members that clients know.
	rebuild(c *paid, members []member, m metered, settled ledger.Settled) []byte
}

// answer makes a call whose answer comes as a whole: metered and settled
// before any of it is written.
func (c *paid) answer(path string, body []byte, kind answerKind) *Error {
	ctx, end := c.upstreamContext()
	defer end()
	response, failed := c.post(ctx, path, "application/json", body)
	if failed != nil {
		return c.fail(failed)
	}
	defer response.Body.Close()
	members, ok := c.readAnswer(response)
	usageValue, _ := find(members, "usage")
	reported, hasUsage := readUsage(usageValue, kind.embedding())
	usable := ok && kind.usable(members)
	var m metered
	switch {
	case hasUsage:
		m = c.believe(reported)
	case usable:
		m = c.estimate(kind.text(members))
	default:
		return c.fail(&failure{err: c.broken(ctx)})
	}
	settled, problem := c.settle(m)
	if problem != nil {
		return problem
	}
	if !usable {
		return &Error{
			Status: 502, Code: "INFERENCE_FAILED", NoRetry: true,
			Message: "Inference processing failed: the model server's answer makes no sense. Its usage was charged.",
		}
	}
	c.write(kind.rebuild(c, members, m, settled))
	return nil
}

// readAnswer reads an object of bounded size.
func (c *paid) readAnswer(response *http.Response) ([]member, bool) {
	if !plain(response) {
		return nil, false
	}
	limit := c.g.limits.Answer
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil || int64(len(data)) > limit {
		return nil, false
	}
	return object(data)
}

// plain reports whether a body comes as it was asked for, uncompressed.
func plain(response *http.Response) bool {
	encoding := response.Header.Get("Content-Encoding")
	return encoding == "" || strings.EqualFold(encoding, "identity")
}

// write sends a whole answer. It is settled, so that a client that is gone
// changes nothing.
func (c *paid) write(body []byte) {
	h := c.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_ = c.send(body)
}

// send writes to the client at once, within the limit for one write. The
// deadline is taken back, because on HTTP/2 one that passes between two events
// ends the stream. Writers without deadlines (a test's recorder) do as they
// can.
func (c *paid) send(data []byte) error {
	_ = c.control.SetWriteDeadline(time.Now().Add(c.g.limits.Write))
	_, err := c.w.Write(data)
	if err == nil {
		err = c.control.Flush()
	}
	_ = c.control.SetWriteDeadline(time.Time{})
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// cost is what was charged, by currency.
func cost(settled ledger.Settled) []byte {
	out := append([]byte(`{"usd":`), settled.USD.String()...)
	out = append(out, `,"diem":`...)
	out = append(out, settled.DIEM.String()...)
	return append(out, '}')
}

// failedInside reports an error that stands in an answer of status 200.
func failedInside(members []member) bool {
	problem, given := find(members, "error")
	return given && !isNull(problem)
}

type chatAnswer struct{ venice bool }

func (*chatAnswer) embedding() bool { return false }

func (*chatAnswer) usable(members []member) bool {
	list, _ := find(members, "choices")
	choices, ok := array(list)
	return ok && len(choices) > 0 && !failedInside(members)
}

func (*chatAnswer) text(members []member) int64 {
	list, _ := find(members, "choices")
	choices, _ := array(list)
	var total int64
	for _, choice := range choices {
		parts, _ := object(choice.value)
		message, _ := find(parts, "message")
		total += textBytes(message)
	}
	return total
}

func (a *chatAnswer) rebuild(c *paid, members []member, m metered, settled ledger.Settled) []byte {
	head := newMeter("", c.id, c.started.Unix(), 0, 0)
	head.readHead(members)
	choices, _ := find(members, "choices")
	out := append(make([]byte, 0, len(choices)+1024), '{')
	out = field(out, "id", quote(nil, head.id))
	out = field(out, "object", []byte(`"chat.completion"`))
	out = field(out, "created", strconv.AppendInt(nil, head.created, 10))
	out = field(out, "model", quote(nil, c.model.ID))
	out = field(out, "choices", choices)
	for _, name := range []string{"system_fingerprint", "prompt_logprobs"} {
		if value, ok := find(members, name); ok {
			out = field(out, name, value)
		}
	}
	out = field(out, "usage", appendUsage(nil, m, false))
	out = field(out, "cost", cost(settled))
	if a.venice {
		out = field(out, "venice_parameters", []byte(veniceEcho))
	}
	return append(out, '}')
}

type embedAnswer struct{}

func (*embedAnswer) embedding() bool { return true }

func (*embedAnswer) usable(members []member) bool {
	data, _ := find(members, "data")
	return data.Kind() == '[' && !failedInside(members)
}

func (*embedAnswer) text([]member) int64 { return 0 }

func (*embedAnswer) rebuild(c *paid, members []member, m metered, settled ledger.Settled) []byte {
	var data jsontext.Value
	data, _ = find(members, "data")
	out := append(make([]byte, 0, len(data)+512), '{')
	out = field(out, "object", []byte(`"list"`))
	out = field(out, "data", data)
	out = field(out, "model", quote(nil, c.model.ID))
	out = field(out, "usage", appendUsage(nil, m, true))
	out = field(out, "cost", cost(settled))
	return append(out, '}')
}
