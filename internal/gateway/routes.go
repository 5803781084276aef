package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/dialect/anthropic"
	"stakegate/internal/dialect/responses"
)

// Route is a route of the API on which a call costs money.
type Route struct {
	// Path is relative to the API's base: "/chat/completions". The method is
	// POST.
	Path string
	// Serve answers a call. A returned error says that nothing was written yet
	// but headers that hold for the error too (request id, model, balance, and
	// the charge, if there was one). The writer should support deadlines and
	// flushing (http.ResponseController).
	Serve func(w http.ResponseWriter, r *http.Request, caller Caller) *Error
	// Manners are what clients of another vendor's API expect of this path, and
	// of all paths under it; nil: they are like those of the API itself.
	Manners *Manners
}

// Manners are what the clients of another vendor's API expect.
type Manners struct {
	// KeyHeader is a header that may carry the key instead of Authorization.
	KeyHeader string
	// IDHeader is a header in which they look for the request's id.
	IDHeader string
	// ErrorBody renders an error.
	ErrorBody func(status int, code, message, requestID string) []byte
}

// Routes lists every paid route there is.
func (g *Gateway) Routes() []Route {
	return []Route{
		g.route(sale{path: chatPath, kind: catalog.Text, read: readChat}),
		g.route(sale{path: "/responses", kind: catalog.Text, read: readFront(responses.Parse)}),
		g.messages(),
		g.route(sale{path: "/completions", kind: catalog.Text, read: readCompletion}),
		g.route(sale{path: "/embeddings", kind: catalog.Embedding, read: readEmbed}),
		g.route(sale{path: "/images/generations", kind: catalog.Image, read: readImages, fallback: true}),
		g.route(sale{path: "/audio/speech", kind: catalog.Speech, read: readSpeech}),
		g.route(sale{path: "/audio/transcriptions", kind: catalog.Transcription, form: readTranscription}),
	}
}

// anthropicManners are those of Anthropic's clients.
var anthropicManners = &Manners{KeyHeader: "X-Api-Key", IDHeader: "Request-Id", ErrorBody: anthropic.Error}

// messages is the route of Anthropic's API.
func (g *Gateway) messages() Route {
	route := g.route(sale{path: "/messages", kind: catalog.Text, read: readFront(anthropic.ParseMessages)})
	route.Manners = anthropicManners
	return route
}

// sale is what a route sells: how its requests are read. What happens to them
// then is the same everywhere, see Gateway.sell.
type sale struct {
	path string
	kind catalog.Type // of the models that serve it
	// read understands a body in JSON. Every error is a 400 that names the
	// member at fault.
	read func(body []byte) (order, *Error)
	// form, if there is no read, understands a multipart body.
	form func(contentType string, body []byte) (order, *Error)
	// fallback: the default model answers for one that nobody knows.
	fallback bool
}

func (s *sale) order(contentType string, body []byte) (order, *Error) {
	if s.read != nil {
		return s.read(body)
	}
	return s.form(contentType, body)
}

// order is a request that was understood.
type order interface {
	// modelName is what the client calls the model.
	modelName() string
	// demand is the most that the order may use of the model that the name
	// stands for. It is asked once, before anything else.
	demand(c *catalog.Catalog, resolution catalog.Resolution) (demand, *Error)
	// deliver makes the call, once it is paid for.
	deliver(p *paid) *Error
}

// demand is the most that a call may use.
type demand struct {
	// Demand's output cap is the one that is wanted.
	catalog.Demand
	// explicit says that the client asked for the output cap, or that there is
	// none, so that it is not lowered.
	explicit bool
	stream   bool
	counted  counted // nil: Prompt is as tight as it can be
}

// route is the only way to make a Route, and sell the only thing that one
// does: so there is no route on which an upstream is called without a hold.
func (g *Gateway) route(s sale) Route {
	return Route{
		Path: s.path,
		Serve: func(w http.ResponseWriter, r *http.Request, caller Caller) *Error {
			return g.sell(s, w, r, caller)
		},
	}
}

// sell walks a call down the road: read, bound, hold, deliver, settle. An
// order is delivered with what the hold gives alone, and whatever it does, its
// hold is settled or voided afterwards.
func (g *Gateway) sell(s sale, w http.ResponseWriter, r *http.Request, caller Caller) *Error {
	if !g.enter() {
		return closing()
	}
	defer g.leave()
	limits := g.limits.Load()
	body, problem := g.readBody(w, r, limits, s.form != nil)
	if problem != nil {
		return problem
	}
	defer g.rooms.give(body) // after finish: nothing reads the order any more
	o, problem := s.order(r.Header.Get("Content-Type"), body)
	if problem != nil {
		return problem
	}
	models := g.catalog()
	resolution, problem := g.resolve(models, s, o.modelName())
	if problem != nil {
		return problem
	}
	wanted, problem := o.demand(models, resolution)
	if problem != nil {
		return problem
	}
	c := &call{
		g: g, w: w, r: r, caller: caller, path: s.path, id: g.newID(),
		catalog: models, model: resolution.Model, started: g.now(), limits: limits,
	}
	c.describe()
	if problem := c.mark(body); problem != nil {
		return problem
	}
	p, problem := c.hold(wanted)
	if problem != nil {
		return problem
	}
	defer p.finish()
	return o.deliver(p)
}

func closing() *Error { return busy("The server is shutting down. Please try again.", time.Second) }

// retired completes the message about a model that is gone.
func retired(gone *catalog.Retired) *Error {
	problem := &Error{Status: http.StatusGone, Code: "MODEL_RETIRED", NoRetry: true, Message: "The model has been retired."}
	if gone.ReplacementID != "" {
		problem.Message = "The model has been retired; use " + gone.ReplacementID + " instead."
	}
	return problem
}

// resolve finds the model that the client means.
func (g *Gateway) resolve(models *catalog.Catalog, s sale, name string) (catalog.Resolution, *Error) {
	resolution, err := models.Resolve(s.kind, name, g.now())
	if s.fallback && errors.Is(err, catalog.ErrUnknownModel) {
		resolution, err = models.Resolve(s.kind, defaultModel, g.now())
	}
	if err == nil {
		return resolution, nil
	}
	var gone *catalog.Retired
	switch {
	case errors.As(err, &gone):
		return resolution, retired(gone)
	case errors.Is(err, catalog.ErrOffline):
		return resolution, &Error{
			Status: http.StatusServiceUnavailable, Code: "MODEL_OFFLINE", RetryAfter: offlineRetryAfter,
			Message: "The model is offline at the moment. Nothing was charged. Please try again later, or use another model.",
		}
	case errors.Is(err, catalog.ErrParameters):
		return resolution, invalid("model", "has a suffix that is not name=value pairs joined by &, each name once")
	case errors.Is(err, catalog.ErrWrongType):
		problem := invalid("model", fmt.Sprintf("must be of type %s for this route", s.kind))
		problem.Code = "INVALID_MODEL"
		return resolution, problem
	}
	return resolution, unknownModel()
}

// offlineRetryAfter is when to ask again for a model that its operator took
// offline.
const offlineRetryAfter = time.Minute

// readBody reads a request's body, within its limits of size and time. It is to
// be given back to g.rooms.
func (g *Gateway) readBody(w http.ResponseWriter, r *http.Request, limits *Limits, form bool) ([]byte, *Error) {
	wanted, limit, room := mediaJSON, limits.Body, withRebuilt
	if form {
		room = alone
		wanted, limit = "multipart/form-data", max(limit, maxTranscriptionBody)
	}
	if !isMedia(r.Header.Get("Content-Type"), wanted) || !isIdentity(r.Header.Get("Content-Encoding")) {
		return nil, &Error{Status: 415, Code: "INVALID_CONTENT_TYPE", Message: "Invalid request content-type", NoRetry: true}
	}
	if r.ContentLength > limit {
		return nil, tooLarge()
	}
	control := http.NewResponseController(w)
	// A writer without deadlines (a test's recorder) has no slow client either.
	_ = control.SetReadDeadline(time.Now().Add(limits.BodyTime))
	body, err := g.readAll(w, r, limit, room)
	if err != nil {
		g.rooms.give(body)
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			return nil, tooLarge()
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, invalid("", "The body's framing is not HTTP.")
		}
		return nil, &Error{Status: 408, Code: "REQUEST_TIMEOUT", Message: "The request's body did not arrive completely.", NoRetry: true}
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}

// trusted is how many bytes are made room for because a client says that it
// sends them.
const trusted = 64 << 10

// shortBody is the longest body that gets memory of its own.
const shortBody = 16 << 10

// withRebuilt is the room for a body of this size and, behind it, for what it is
// rebuilt to.
func withRebuilt(size int) int { return 2*size + rebuiltSpare }

// alone is the room for a body that is not rebuilt.
func alone(size int) int { return size }

// readAll reads a body. What it returns is to be given back to g.rooms.
func (g *Gateway) readAll(w http.ResponseWriter, r *http.Request, limit int64, room func(size int) int) ([]byte, error) {
	size := int(r.ContentLength) // within the limit
	if size >= 0 && size <= shortBody {
		body := make([]byte, size, room(size))
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	if size < 0 {
		var body bytes.Buffer
		_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
		return body.Bytes(), err
	}
	first := min(size, trusted)
	body := g.rooms.take(room(first))[:first]
	_, err := io.ReadFull(r.Body, body)
	if err != nil || first == size {
		return body, err
	}
	if begun := body; cap(begun) < room(size) { // it has sent some, it will send the rest
		body = g.rooms.take(room(size))[:size]
		copy(body, begun)
		g.rooms.give(begun)
	}
	body = body[:size]
	_, err = io.ReadFull(r.Body, body[first:])
	return body, err
}

func tooLarge() *Error {
	return &Error{
		Status: 413, Code: "PAYLOAD_TOO_LARGE", NoRetry: true,
		Message: "The request payload is too large. Please reduce the size of your request.",
	}
}

// isMedia compares a media type, with or without parameters.
func isMedia(text, wanted string) bool {
	if text == wanted {
		return true
	}
	kind, _, err := mime.ParseMediaType(text)
	return err == nil && kind == wanted
}

func isIdentity(encoding string) bool {
	return encoding == "" || strings.EqualFold(encoding, "identity")
}
