package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// staleTries is how often a call goes on to another connection of a server
// that had closed the kept one before anything could be written to it. Each
// try uses up a dead connection; other calls may leave new ones.
const staleTries = 100

// try asks one server.
func (p *Pool) try(ctx context.Context, t *target, admitted pass, r Request) (*Response, *Error) {
	cancel := func() {}
	if t.Timeout > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, t.Timeout, ErrTimeout)
	}
	began := p.now()
	for left := staleTries; ; left-- {
		response, f, err := t.exchange(ctx, http.MethodPost, r) //nolint:bodyclose // Send's caller closes it
		if err == nil {
			return p.answered(ctx, t, admitted, response, began, cancel), nil
		}
		failure := &Error{Upstream: t.Name, Written: f.written, Timeout: late(ctx), cause: err}
		if !f.written && f.reused && left > 0 && ctx.Err() == nil {
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
