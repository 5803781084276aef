package upstream

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	probeTimeout = 10 * time.Second
	lookAround   = 10 * time.Second // at the least, so that new catalogues are seen
)

// Run looks after the servers until the context ends. A server that was
// ejected because it gave no answers is asked for its health path (GET) when
// its time is over, so that no paying call has to find out; any answer below
// 500 brings it back. One that answers with errors is tested by a call, since
// a list of models says little about the models. A server in use needs no
// questions: its calls tell, and the first that finds it dead goes on to the
// next at no cost; health_interval asks all the same, for operators who want
// to know before anybody calls.
func (p *Pool) Run(ctx context.Context) {
	p.probing.Store(true)
	defer p.probing.Store(false)
	var group sync.WaitGroup
	defer group.Wait()
	timer := time.NewTimer(lookAround)
	defer timer.Stop()
	for {
		now := p.now()
		next := now.Add(lookAround)
		g := p.servers()
		for _, t := range g.targets {
			at, look := t.appointment(now)
			if look {
				group.Go(func() { p.probe(ctx, t) })
			} else if !at.IsZero() && at.Before(next) {
				next = at
			}
		}
		timer.Reset(max(next.Sub(now), time.Millisecond))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-p.wake:
		}
	}
}

// appointment says when the server is to be asked; look: now, and the asking
// was begun.
func (t *target) appointment(now time.Time) (at time.Time, look bool) {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !t.ready || t.HealthPath == "" || s.health.testing:
		return time.Time{}, false
	case !s.health.until.IsZero():
		if !s.health.unanswered {
			return time.Time{}, false
		}
		at = s.health.until
	case t.HealthInterval > 0:
		at = s.checked.Add(t.HealthInterval)
	default:
		return time.Time{}, false
	}
	if now.Before(at) {
		return at, false
	}
	s.health.testing = true
	return at, true
}

// probe asks a server how it is.
func (p *Pool) probe(ctx context.Context, t *target) {
	well := t.ask(ctx)
	t.server.mu.Lock()
	t.server.checked = p.now()
	t.server.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		t.server.mu.Lock()
		t.server.health.testing = false
		t.server.mu.Unlock()
	case well:
		p.trust(t, pass{tested: true})
	default:
		p.suffer(t, pass{tested: true}, true, "it does not answer when asked how it is")
	}
	select {
	case p.wake <- struct{}{}: // the next appointment
	default:
	}
}

func (t *target) ask(ctx context.Context) (well bool) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	response, _, err := t.exchange(ctx, http.MethodGet, Request{Path: t.HealthPath})
	if err != nil {
		return false
	}
	_ = response.Body.Close() // whatever it is, it is an answer
	return response.StatusCode < 500
}
