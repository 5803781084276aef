package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"stakegate/internal/catalog"
)

const (
	userAgent        = "stakegate"
	anthropicVersion = "2023-06-01"
	mediaJSON        = "application/json"
	mediaEvents      = "text/event-stream"
	// staleTries is how often a call goes on to another connection of a server
	// that had closed the kept one before anything could be written to it. Each
	// try uses up a dead connection; other calls may leave new ones.
	staleTries = 100
)

// header is everything that a server gets to see beside the body.
func (t *target) header(r Request) http.Header {
	h := make(http.Header, len(r.Header)+6)
	maps.Copy(h, r.Header)
	for name, value := range map[string]string{
		"Content-Type": r.ContentType, "Accept": r.Accept,
		"Accept-Encoding": "identity", "User-Agent": userAgent,
	} {
		h[name] = []string{value}
	}
	h.Del("Authorization")
	h.Del("X-Api-Key")
	if t.Kind == catalog.KindAnthropic {
		h["Anthropic-Version"] = []string{anthropicVersion}
	}
	switch {
	case t.key == "":
	case t.Kind == catalog.KindAnthropic:
		h["X-Api-Key"] = []string{t.key}
	default:
		h["Authorization"] = []string{"Bearer " + t.key}
	}
	return h
}

// post builds the request. It has no GetBody, without which net/http never
// sends a body twice.
func (t *target) post(ctx context.Context, r Request) *http.Request {
	if r.ContentType == "" {
		r.ContentType = mediaJSON
	}
	if r.Accept == "" {
		r.Accept = mediaJSON
	}
	var header http.Header
	switch {
	case len(r.Header) > 0 || r.ContentType != mediaJSON:
		header = t.header(r)
	case r.Accept == mediaJSON:
		header = t.usual[0] // nobody writes to it
	case r.Accept == mediaEvents:
		header = t.usual[1]
	default:
		header = t.header(r)
	}
	request := &http.Request{
		Method: http.MethodPost, URL: t.at(r.Path), Host: t.server.base.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(bytes.NewReader(r.Body)), ContentLength: int64(len(r.Body)),
	}
	return request.WithContext(ctx)
}

func (t *target) at(path string) *url.URL {
	u := *t.server.base
	u.Path, u.RawPath = u.Path+path, ""
	return &u
}

// attempt follows one request on its way to a connection.
type attempt struct {
	trace  httptrace.ClientTrace
	conn   atomic.Pointer[counted]
	before atomic.Int64
	got    atomic.Bool
	reused atomic.Bool
}

func newAttempt() *attempt {
	a := &attempt{}
	a.trace.GotConn = func(info httptrace.GotConnInfo) {
		if conn, ok := info.Conn.(*counted); ok {
			a.before.Store(conn.written.Load())
			a.conn.Store(conn)
		}
		a.reused.Store(info.Reused)
		a.got.Store(true)
	}
	return a
}

// written reports whether a byte of the request may be on its way. On our own
// connections the count tells, because net/http gives an error only after its
// writer has stopped; a cancelled one may not have, and a connection inside of
// a proxy's tunnel is not ours.
func (a *attempt) written(ctx context.Context) bool {
	if !a.got.Load() {
		return false
	}
	conn := a.conn.Load()
	return conn == nil || ctx.Err() != nil || conn.written.Load() != a.before.Load()
}

// try asks one server.
func (p *Pool) try(ctx context.Context, t *target, admitted pass, r Request) (*Response, *Error) {
	cancel := func() {}
	if t.Timeout > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, t.Timeout, ErrTimeout)
	}
	began := p.now()
	for left := staleTries; ; left-- {
		a := newAttempt()
		request := t.post(httptrace.WithClientTrace(ctx, &a.trace), r)
		response, err := t.server.transport.RoundTrip(request) //nolint:bodyclose // Send's caller closes it
		if err == nil {
			return p.answered(ctx, t, admitted, response, began, cancel), nil
		}
		failure := &Error{Upstream: t.Name, Written: a.written(ctx), Timeout: late(ctx), cause: err}
		if !failure.Written && a.reused.Load() && left > 0 && ctx.Err() == nil {
			continue
		}
		cancel()
		p.failed(t, admitted, failure, ctx.Err() != nil && !failure.Timeout, p.now().Sub(began))
		return nil, failure
	}
}

func late(ctx context.Context) bool {
	return ctx.Err() != nil && errors.Is(context.Cause(ctx), ErrTimeout)
}

// failed books a try without an answer.
func (p *Pool) failed(t *target, admitted pass, failure *Error, abandoned bool, wait time.Duration) {
	outcome := Unreachable
	switch {
	case abandoned:
		outcome = Abandoned
	case failure.Timeout:
		outcome = Late
	case failure.Written:
		outcome = Broken
	}
	p.observe(Attempt{Upstream: t.Name, Outcome: outcome, Wait: wait})
	if abandoned {
		t.server.leave(admitted)
		return
	}
	p.suffer(t, admitted, true, string(outcome))
	t.server.leave(pass{})
}

// suffer notes a failure and says so if the server is ejected for it.
func (p *Pool) suffer(t *target, admitted pass, unanswered bool, reason string) {
	s := t.server
	s.mu.Lock()
	ejected := s.health.failed(p.now(), unanswered, admitted.tested, &p.policy)
	s.reason = reason
	until := s.health.until
	s.mu.Unlock()
	if !ejected {
		return
	}
	p.log.Warn("upstream is left alone for a while", "upstream", t.Name, "reason", reason, "until", until)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// answered books an answer's headers and watches its body.
func (p *Pool) answered(ctx context.Context, t *target, admitted pass, response *http.Response, began time.Time, cancel func()) *Response {
	outcome, reason := Answered, ""
	switch {
	case response.StatusCode >= 500:
		outcome, reason = Failed, "it answers with errors"
	case response.StatusCode == http.StatusUnauthorized:
		outcome, reason = Refused, "it does not accept our key"
	case response.StatusCode >= 400:
		outcome = Refused
	}
	p.observe(Attempt{Upstream: t.Name, Outcome: outcome, Status: response.StatusCode, Wait: p.now().Sub(began)})
	if reason != "" {
		p.suffer(t, admitted, false, reason)
	} else {
		p.trust(t, admitted)
	}
	response.Body = &body{
		ReadCloser: response.Body, pool: p, target: t, ctx: ctx, cancel: cancel, status: response.StatusCode, bad: reason != "",
	}
	return &Response{Response: response, Upstream: t.Upstream}
}

func (p *Pool) trust(t *target, admitted pass) {
	t.server.mu.Lock()
	back := t.server.health.answered(admitted.tested)
	t.server.mu.Unlock()
	if back {
		p.log.Info("upstream is back", "upstream", t.Name)
	}
}

// body is an answer's body. Its end or its breaking is the last word on the
// server's health, and its Close ends the call.
type body struct {
	io.ReadCloser
	pool   *Pool
	target *target
	ctx    context.Context
	cancel func()
	status int
	bad    bool // the status was a failure already
	broken bool
	closed atomic.Bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil || err == io.EOF { // io.Reader gives io.EOF itself
		return n, err
	}
	timeout := late(b.ctx)
	if !b.broken && !b.bad && (timeout || b.ctx.Err() == nil) {
		b.broken = true
		b.pool.observe(Attempt{Upstream: b.target.Name, Outcome: BrokenLater, Status: b.status})
		b.pool.suffer(b.target, pass{}, true, "its answers break off")
	}
	return n, &Error{Upstream: b.target.Name, Written: true, Timeout: timeout, cause: err}
}

// Close may be called twice.
func (b *body) Close() error {
	if b.closed.Swap(true) {
		return nil
	}
	err := b.ReadCloser.Close()
	b.cancel()
	s := b.target.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
	if !b.bad && !b.broken {
		s.health.succeeded()
	}
	return err
}
