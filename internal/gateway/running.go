package gateway

import (
	"maps"
	"slices"
)

// begin counts a call among those that are at the upstream.
func (g *Gateway) begin(c *paid) {
	g.mu.Lock()
	defer g.mu.Unlock()
	calls := g.atWork[c.held.KeyID]
	if calls == nil {
		calls = map[*paid]bool{}
		g.atWork[c.held.KeyID] = calls
	}
	calls[c] = true
	if g.halted {
		c.cancel(errShutdown)
	}
}

// halt cuts all calls that are at the upstream, or will be.
func (g *Gateway) halt() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.halted = true
	for _, calls := range g.atWork {
		for c := range calls {
			c.cancel(errShutdown)
		}
	}
}

func (g *Gateway) end(c *paid) {
	g.mu.Lock()
	defer g.mu.Unlock()
	calls := g.atWork[c.held.KeyID]
	if delete(calls, c); len(calls) == 0 {
		delete(g.atWork, c.held.KeyID)
	}
}

// RunningKeys lists the ids of the keys that have calls at an upstream, sorted.
// Somebody who can look them up should do so again and again, and pass those
// that were revoked or have expired to EndKeys.
func (g *Gateway) RunningKeys() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.atWork))
}

// EndKeys cuts the running calls of keys that are not valid any more. What
// such a call has cost is unknown unless its usage was seen, so it is charged
// as unknown outcomes are; a stream ends with an error event.
func (g *Gateway) EndKeys(ids []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, id := range ids {
		for c := range g.atWork[id] {
			c.cancel(errKeyEnded)
		}
	}
}
