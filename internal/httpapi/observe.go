package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/google/uuid"

	"stakegate/internal/apikey"
	"stakegate/internal/tracing"
)

// event is what one request's log line will say. It is made at the door and
// filled in on the way; nothing in it may be a secret or a client's text.
type event struct {
	id      string
	control *http.ResponseController
	route   string
	manners
	sent   *credentials // nil: not looked at yet
	caller *apikey.Key  // who asks through a page; nil: whoever has the key
	limits Limits
	key    string // id, never the secret
	model  string // the catalogue's id, of a call that was held for
	// proven: the key that was sent is a valid one.
	proven bool
	// mends: time alone may mend what was refused.
	mends  bool
	status int
	bytes  int64
	extra  []slog.Attr
	source netip.Prefix // of a request whose source is limited
	span   *tracing.Span
}

func (e *event) add(attributes ...slog.Attr) { e.extra = append(e.extra, attributes...) }

func errorAttribute(err error) slog.Attr { return slog.Any("error", err) }

type eventKey struct{}

// requestIDHeader names a request to its client. The room that serves it may
// replace the id by its own.
const requestIDHeader = "X-Request-Id"

// eventOf returns the request's event; outside of observe, one that nobody
// reads.
func eventOf(r *http.Request) *event {
	if e, ok := r.Context().Value(eventKey{}).(*event); ok {
		return e
	}
	return &event{}
}

// observe gives every request an id and a line in the log, and turns a panic
// into a 500 that says nothing.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := uuid.NewV7()
		if err != nil { // the system's randomness failed
			http.Error(w, `{"error":"`+textUnknown+`"}`, http.StatusInternalServerError)
			return
		}
		e := &event{id: id.String(), control: http.NewResponseController(w), limits: s.config.Limits}
		ctx := r.Context()
		if isAPI(r.URL.Path) {
			ctx, e.span = s.config.Tracer.Request(w, r)
		}
		r = r.WithContext(context.WithValue(ctx, eventKey{}, e))
		recorder := &recorder{ResponseWriter: w, event: e}
		header := w.Header()
		header.Set(requestIDHeader, e.id)
		header.Set("X-Venice-Version", s.config.Version)
		header.Set("X-Content-Type-Options", "nosniff")
		if len(r.TransferEncoding) > 0 {
			// A request in chunks may have had a length too, by which a proxy
			// found another end of it. What follows here must not be taken for
			// the next request (RFC 9112 section 6.1).
			header.Set("Connection", "close")
		}
		started := s.config.Now()
		defer s.finish(recorder, r, started)
		next.ServeHTTP(recorder, r)
	})
}

func (s *server) finish(w *recorder, r *http.Request, started time.Time) {
	broken := recover()
	w.event.id = w.Header().Get(requestIDHeader) // a paid call has its hold's
	if err, ok := broken.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		s.log(w, r, started, slog.LevelInfo, slog.Bool("aborted", true))
		panic(broken)
	}
	if broken != nil {
		s.config.Logger.Error("handler panicked", "request", w.event.id, "route", w.event.route, "stack", string(debug.Stack()))
		if w.event.status != 0 {
			s.log(w, r, started, slog.LevelError)
			panic(http.ErrAbortHandler) // the answer has begun: only cutting it tells the truth
		}
		s.writeError(w, r, fmt.Errorf("handler panicked"))
	}
	s.log(w, r, started, slog.LevelInfo)
}

func (s *server) log(w *recorder, r *http.Request, started time.Time, level slog.Level, extra ...slog.Attr) {
	if w.event.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	took := s.config.Now().Sub(started)
	endSpan(w.event)
	if s.config.Observe != nil {
		s.config.Observe(Request{Route: w.event.route, Status: w.event.status, Duration: took})
	}
	attributes := append(make([]slog.Attr, 0, 10),
		slog.String("request", w.event.id), slog.String("method", loggedMethod(r.Method)), slog.String("route", w.event.route),
		slog.Int("status", w.event.status), slog.Int64("bytes", w.event.bytes),
		slog.Int64("milliseconds", took.Milliseconds()), slog.String("key", w.event.key))
	if w.event.model != "" {
		attributes = append(attributes, slog.String("model", w.event.model))
	}
	attributes = append(append(attributes, w.event.extra...), extra...)
	s.config.Logger.LogAttrs(r.Context(), level, "request", attributes...)
}

// loggedMethod is a method that HTTP has: any other word is a stranger's text.
func loggedMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// endSpan ends a request's span, whose name is its route's: a client's path
// stays out of it.
func endSpan(e *event) {
	span := e.span
	if span == nil {
		return
	}
	if e.route != "" {
		span.Name(e.route)
		span.Text("http.route", e.route)
	}
	span.Text("stakegate.request_id", e.id)
	span.Number("http.response.status_code", int64(e.status))
	if e.status >= http.StatusInternalServerError {
		span.Fail(strconv.Itoa(e.status))
	}
	span.End()
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	event *event
}

func (w *recorder) WriteHeader(status int) {
	w.begin(status)
	w.ResponseWriter.WriteHeader(status)
}

// begin is for what is known, and can be told, when an answer begins.
func (w *recorder) begin(status int) {
	if w.event.status != 0 {
		return
	}
	w.event.status = status
	if w.event.idHeader != "" {
		w.Header().Set(w.event.idHeader, w.Header().Get(requestIDHeader))
	}
}

func (w *recorder) Write(data []byte) (int, error) {
	w.begin(http.StatusOK)
	n, err := w.ResponseWriter.Write(data)
	w.event.bytes += int64(n)
	return n, err
}

// ClientLeft notes that an answer that was begun did not reach its client.
func (w *recorder) ClientLeft() { w.event.status = statusClientLeft }

// statusClientLeft is nginx's number for a client that closed its request.
const statusClientLeft = 499

// CallHeld notes whose key pays for a call of which model.
func (w *recorder) CallHeld(keyID, modelID string) { w.event.key, w.event.model = keyID, modelID }

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
