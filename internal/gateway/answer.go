package gateway

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/upstream"
)

// chargeHeader tells what a call was charged, all currencies together: a
// header, or a stream's trailer.
const chargeHeader = "X-Stakegate-Charge"

const mediaJSON = "application/json"

// errNoAnswer: what the upstream sent is no answer of the kind that was asked
// for.
var errNoAnswer = errors.New("answer makes no sense")

// answerKind knows one kind of answer that comes as a whole.
type answerKind interface {
	// read understands an upstream's answer and says what it used. usable says
	// that it can be shown to the client, known that its cost is known: then an
	// answer that is of no use is charged all the same.
	read(p *paid, body []byte) (m metered, usable, known bool)
	// rebuild writes the answer that was read for the client.
	rebuild(p *paid, m metered, settled ledger.Settled) ([]byte, error)
}

// answer makes a call whose answer comes as a whole, in JSON: metered and
// settled before any of it is written.
func (c *paid) answer(how asking, kind answerKind) *Error {
	ctx, end := c.upstreamContext()
	defer end()
	response, failed := c.ask(ctx, how)
	if failed != nil {
		return c.fail(failed)
	}
	defer response.Body.Close()
	body, err := c.readAnswer(response.Response)
	if err != nil {
		return c.fail(&failure{err: c.broken(ctx, err)})
	}
	c.span.End()
	m, usable, known := kind.read(c, body)
	if !known {
		return c.fail(&failure{err: c.broken(ctx, nil)})
	}
	settled, problem := c.settle(m)
	if problem != nil {
		return problem
	}
	if !usable {
		return senseless()
	}
	body, err = kind.rebuild(c, m, settled)
	if err != nil {
		return senseless()
	}
	media := mediaJSON + "; charset=utf-8"
	if other, ok := kind.(interface{ media() string }); ok {
		media = other.media()
	}
	return c.write(media, body)
}

// senseless is the error of an answer that was charged and cannot be shown.
func senseless() *Error {
	return &Error{
		Status: 502, Code: "INFERENCE_FAILED", NoRetry: true,
		Message: "Inference processing failed: the model server's answer makes no sense. Its usage was charged.",
	}
}

// uncompressed reports whether a body comes as it was asked for.
func uncompressed(response *http.Response) bool {
	return isIdentity(response.Header.Get("Content-Encoding"))
}

// readAnswer reads an answer of bounded size. On an error what was sent is
// unknown.
func (c *paid) readAnswer(response *http.Response) ([]byte, error) {
	limit := c.limits.Answer
	switch {
	case !uncompressed(response):
		return nil, fmt.Errorf("%w: it is compressed", errNoAnswer)
	case response.ContentLength > limit:
		return nil, fmt.Errorf("%w: it is too long", errNoAnswer)
	case response.ContentLength >= 0:
		data := make([]byte, response.ContentLength)
		_, err := io.ReadFull(response.Body, data)
		return data, err
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w: it is too long", errNoAnswer)
	}
	return data, err
}

// noStore is the value of Cache-Control; nobody writes to it.
var noStore = []string{"no-store"}

// write sends a whole answer. It is settled, so that a client that is gone
// changes nothing but the record.
func (c *paid) write(kind string, body []byte) *Error {
	if c.hasLeft() {
		return clientLeft()
	}
	h := c.w.Header()
	values := [...]string{kind, strconv.Itoa(len(body))}
	h["Content-Type"], h["Content-Length"] = values[0:1:1], values[1:2:2]
	h["Cache-Control"] = noStore
	if c.send(body) != nil {
		c.noteLeft()
	}
	return nil
}

// send writes to the client at once, within the limit for one write. Writers
// without deadlines (a test's recorder) do as they can.
func (c *paid) send(data []byte) error {
	c.limitWrite()
	_, err := c.w.Write(data)
	if err == nil {
		err = c.control.Flush()
	}
	if c.r.ProtoMajor != 1 {
		// On HTTP/2 a deadline that passes between two events ends the stream.
		_ = c.control.SetWriteDeadline(time.Time{})
	}
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// limitWrite sets the deadline of a write. Setting it costs more than reading
// the clock, so one that has hardly begun to pass is kept.
func (c *paid) limitWrite() {
	limit := c.limits.Write
	now := time.Now()
	if c.r.ProtoMajor == 1 && c.writeBy.Sub(now) > limit-limit/8 {
		return
	}
	c.writeBy = now.Add(limit)
	_ = c.control.SetWriteDeadline(c.writeBy)
}

// unlimitWrite takes the deadline back: the connection lives on.
func (c *paid) unlimitWrite() {
	if !c.writeBy.IsZero() {
		_ = c.control.SetWriteDeadline(time.Time{})
	}
}

// LeaveNoter is a response writer that wants to know that its client left
// before it had the whole of an answer that was begun.
type LeaveNoter interface{ ClientLeft() }

// CallNoter is a response writer that wants to know whose key pays for a call
// of which model, by their ids.
type CallNoter interface{ CallHeld(keyID, modelID string) }

func (c *call) note(keyID string) {
	if noter, ok := c.w.(CallNoter); ok {
		noter.CallHeld(keyID, c.model.ID)
	}
}

func (c *paid) noteLeft() {
	if noter, ok := c.w.(LeaveNoter); ok {
		noter.ClientLeft()
	}
}

// failedInside reports an error that stands in an answer of status 200.
func failedInside(members []member) bool {
	problem, given := find(members, "error")
	return given && !isNull(problem)
}

// appendCost writes what was charged, by currency.
func appendCost(out []byte, settled ledger.Settled) []byte {
	out = append(append(out, `{"usd":`...), settled.USD.String()...)
	out = append(append(out, `,"diem":`...), settled.DIEM.String()...)
	return append(out, '}')
}

// post asks in the way that is the same on every server but for the model's
// name.
func post(path string, body func(model string) []byte) asking {
	return func(_ catalog.Upstream, model string) (upstream.Request, error) {
		return upstream.Request{Path: path, Body: [][]byte{body(model)}}, nil
	}
}
