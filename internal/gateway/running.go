package gateway

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"stakegate/internal/apikey"
)

// use is the key of a call, and the secret that it was made with.
func (c *paid) use() apikey.Use { return apikey.Use{KeyID: c.held.KeyID, Hash: c.caller.KeyHash} }

// begin counts a call among those that are at the upstream.
func (g *Gateway) begin(c *paid) {
	g.mu.Lock()
	defer g.mu.Unlock()
	calls := g.atWork[c.use()]
	if calls == nil {
		calls = map[*paid]bool{}
		g.atWork[c.use()] = calls
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
	calls := g.atWork[c.use()]
	if delete(calls, c); len(calls) == 0 {
		delete(g.atWork, c.use())
	}
}

// RunningKeys lists the keys that have calls at an upstream, each with the
// secrets that those were made with, sorted. Somebody who can look them up should
// do so again and again, and pass those that have ended to EndKeys.
func (g *Gateway) RunningKeys() []apikey.Use {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.SortedFunc(maps.Keys(g.atWork), func(a, b apikey.Use) int {
		return cmp.Or(strings.Compare(a.KeyID, b.KeyID), bytes.Compare(a.Hash[:], b.Hash[:]))
	})
}

// EndKeys cuts the running calls of keys or secrets that are not valid any more. What
// such a call has cost is unknown unless its usage was seen, so it is charged
// as unknown outcomes are; a stream ends with an error event.
func (g *Gateway) EndKeys(ended []apikey.Use) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, use := range ended {
		for c := range g.atWork[use] {
			c.cancel(errKeyEnded)
		}
	}
}
