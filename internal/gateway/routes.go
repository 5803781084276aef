package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"stakegate/internal/catalog"
)

// Chat answers a chat completion request, as one JSON document or, with
// stream: true, as server-sent events. A returned error says that nothing was
// written yet but headers that hold for the error too (request id, model,
// balance, and the charge, if there was one). The writer should support
// deadlines and flushing (http.ResponseController).
func (g *Gateway) Chat(w http.ResponseWriter, r *http.Request, caller Caller) *Error {
	if !g.enter() {
		return closing()
	}
	defer g.leave()
	body, problem := g.readBody(w, r)
	if problem != nil {
		return problem
	}
	request, problem := parseChat(body)
	if problem != nil {
		return problem
	}
	model, problem := g.resolve(catalog.Text, request.model)
	if problem != nil {
		return problem
	}
	wanted := model.DefaultOutput
	if request.outputCap > 0 {
		if wanted = request.outputCap; wanted > model.MaxOutput {
			return invalid(request.capMember, fmt.Sprintf("must be at most %d for this model", model.MaxOutput))
		}
	}
	c := g.newCall(w, r, caller, model)
	c.n, c.stream = request.n, request.stream
	c.prompt = model.PromptBound(request.prompt)
	if problem := c.mark(body); problem != nil {
		return problem
	}
	if problem := c.hold(wanted, request.outputCap > 0); problem != nil {
		return problem
	}
	defer c.finish()
	forwarded := request.forward(model.UpstreamModel, c.outputCap)
	if request.stream {
		return c.relay(forwarded, request.includeUsage, request.venice)
	}
	return c.answer("/chat/completions", forwarded, &chatAnswer{venice: request.venice})
}

// Embeddings answers an embeddings request. Errors are as in Chat.
func (g *Gateway) Embeddings(w http.ResponseWriter, r *http.Request, caller Caller) *Error {
	if !g.enter() {
		return closing()
	}
	defer g.leave()
	body, problem := g.readBody(w, r)
	if problem != nil {
		return problem
	}
	request, problem := parseEmbed(body)
	if problem != nil {
		return problem
	}
	model, problem := g.resolve(catalog.Embedding, request.model)
	if problem != nil {
		return problem
	}
	c := g.newCall(w, r, caller, model)
	c.prompt = model.PromptBound(request.prompt)
	if problem := c.mark(body); problem != nil {
		return problem
	}
	if problem := c.hold(0, true); problem != nil {
		return problem
	}
	defer c.finish()
	return c.answer("/embeddings", request.forward(model.UpstreamModel), &embedAnswer{})
}

func closing() *Error { return busy("The server is shutting down. Please try again.", time.Second) }

func (g *Gateway) resolve(kind catalog.Type, name string) (*catalog.Model, *Error) {
	resolution, err := g.catalog.Resolve(kind, name, g.now())
	switch {
	case errors.Is(err, catalog.ErrWrongType):
		problem := invalid("model", fmt.Sprintf("must be of type %s for this route", kind))
		problem.Code = "INVALID_MODEL"
		return nil, problem
	case err != nil:
		return nil, unknownModel()
	}
	return resolution.Model, nil
}

// readBody reads a request's JSON, within its limits of size and time.
func (g *Gateway) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *Error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	encoding := r.Header.Get("Content-Encoding")
	if err != nil || kind != "application/json" || (encoding != "" && !strings.EqualFold(encoding, "identity")) {
		return nil, &Error{Status: 415, Code: "INVALID_CONTENT_TYPE", Message: "Invalid request content-type", NoRetry: true}
	}
	tooLarge := &Error{
		Status: 413, Code: "PAYLOAD_TOO_LARGE", NoRetry: true,
		Message: "The request payload is too large. Please reduce the size of your request.",
	}
	if r.ContentLength > g.limits.Body {
		return nil, tooLarge
	}
	control := http.NewResponseController(w)
	// A writer without deadlines (a test's recorder) has no slow client either.
	_ = control.SetReadDeadline(time.Now().Add(g.limits.BodyTime))
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err = io.Copy(&body, http.MaxBytesReader(w, r.Body, g.limits.Body))
	if err != nil {
		if limit := (*http.MaxBytesError)(nil); errors.As(err, &limit) {
			return nil, tooLarge
		}
		return nil, &Error{Status: 408, Code: "REQUEST_TIMEOUT", Message: "The request's body did not arrive completely.", NoRetry: true}
	}
	_ = control.SetReadDeadline(time.Time{})
	return body.Bytes(), nil
}
