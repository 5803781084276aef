package upstream

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"stakegate/internal/catalog"
)

// server is one model server as this process knows it: its connections, its
// health, and how many calls it has. It lives as long as the catalogue names
// it with the same URL.
type server struct {
	name      string
	base      *url.URL
	client    *client           // nil: transport reaches it
	transport http.RoundTripper // nil: client does

	mu       sync.Mutex
	inFlight int64
	health   health
	checked  time.Time // the prober's last look
	reason   string    // of the last failure, for people
}

func (s *server) close() {
	if s.client != nil {
		s.client.close()
	}
	if ours, is := s.transport.(*http.Transport); is {
		ours.CloseIdleConnections()
	}
}

// pass is the permission of one call to use a server. tested says that it is
// the one that finds out whether the server is back.
type pass struct{ tested bool }

// admit lets a call in, if the server stands well enough and is not full.
// patient admits to a server that rests, too.
func (t *target) admit(now time.Time, prober, patient bool) (pass, standing, bool) {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.health.standing(now, prober && t.HealthPath != "")
	full := t.MaxConnections > 0 && s.inFlight >= int64(t.MaxConnections)
	if full || at == out || at == resting && !patient {
		return pass{}, at, false
	}
	s.inFlight++
	if at == due {
		s.health.testing = true
	}
	return pass{tested: at == due}, at, true
}

// stands is admit's look ahead.
func (t *target) stands(now time.Time, prober bool) (at standing, full bool) {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health.standing(now, prober && t.HealthPath != ""),
		t.MaxConnections > 0 && s.inFlight >= int64(t.MaxConnections)
}

// leave ends a call that says nothing about the server's health.
func (s *server) leave(p pass) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight--
	if p.tested {
		s.health.testing = false
	}
}

// target is a server as one catalogue describes it, with the key of that
// catalogue's moment.
type target struct {
	catalog.Upstream
	server *server
	key    string
	ready  bool // its URL and its key could be read
	usual  usual
}

// generation is everything that belongs to one catalogue.
type generation struct {
	catalog   *catalog.Catalog
	targets   map[string]*target
	rotations sync.Map // model id -> *rotation
}

// servers returns the generation of the catalogue of this moment.
func (p *Pool) servers() *generation {
	c := p.current()
	if g := p.generation.Load(); g != nil && g.catalog == c {
		return g
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	old := p.generation.Load()
	if old != nil && old.catalog == c {
		return old
	}
	g := &generation{catalog: c, targets: map[string]*target{}}
	for _, u := range c.Upstreams() {
		g.targets[u.Name] = p.target(u, old)
	}
	p.generation.Store(g)
	if old != nil {
		for name, t := range old.targets {
			if now := g.targets[name]; now == nil || now.server != t.server {
				t.server.close()
			}
		}
	}
	return g
}

// target keeps the server of the generation before, if it is still the same.
func (p *Pool) target(u catalog.Upstream, old *generation) *target {
	t := &target{Upstream: u, ready: true}
	base, err := url.Parse(u.URL)
	if err != nil {
		p.log.Error("upstream cannot be used: its URL makes no sense", "upstream", u.Name)
		base, t.ready = &url.URL{}, false
	}
	if t.key, err = p.key(u); err != nil {
		p.log.Error("upstream cannot be used: its key cannot be read", "upstream", u.Name, "error", err)
		t.ready = false
	}
	if old != nil {
		if before := old.targets[u.Name]; before != nil && before.URL == u.URL && before.Kind == u.Kind {
			t.server = before.server
		}
	}
	if t.server == nil {
		t.server = &server{name: u.Name, base: base, transport: p.transport}
		if p.transport == nil {
			t.server.client, t.server.transport = newClient(base, p.tls)
		}
	}
	t.usual = t.usually()
	return t
}

// Status is what the pool knows of a server.
type Status struct {
	Name, Kind string
	Host       string // with its port
	Healthy    bool   // it is asked as usual
	// Silent: it gives no answers and is not asked at all; else an unhealthy
	// one is asked when the model has no better.
	Silent   bool
	Reason   string    // of its last failure; "" if all is well
	Until    time.Time // when it is tried again; zero if healthy
	InFlight int64
	Limit    int64 // 0: none
}

// Status tells the state of every server, in the catalogue's order.
func (p *Pool) Status() []Status {
	g := p.servers()
	var all []Status
	for _, u := range g.catalog.Upstreams() {
		all = append(all, g.targets[u.Name].status())
	}
	return all
}

func (t *target) status() Status {
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	healthy := t.ready && s.health.until.IsZero()
	status := Status{
		Name: t.Name, Kind: t.Kind, Host: s.base.Host, Healthy: healthy, Silent: !t.ready || !healthy && s.health.unanswered,
		Until: s.health.until, InFlight: s.inFlight, Limit: int64(t.MaxConnections),
	}
	switch {
	case !t.ready:
		status.Reason = "its key cannot be read"
	case !healthy || s.health.failures > 0:
		status.Reason = s.reason
	}
	return status
}
