package httpapi

import (
	"net/netip"
	"sync"
)

// siteTurns is how many sources' turns a site has: fewer than siteSources, since
// all sources share what is done at once, which nobody gets more of by waiting.
const siteTurns = 4

// turnTable counts what each source and its site do at the moment. It remembers
// nobody else.
type turnTable struct {
	most int // of a source; 0: any

	mu    sync.Mutex
	taken map[netip.Prefix]int
}

func newTurns(most int) *turnTable { return &turnTable{most: most, taken: map[netip.Prefix]int{}} }

// take counts one more until done is called, unless the source, or its site, has
// as many already.
func (t *turnTable) take(source netip.Prefix) (done func(), ok bool) {
	if t.most <= 0 {
		return func() {}, true
	}
	site := siteOf(source)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken[source] >= t.most || site != source && t.taken[site] >= siteTurns*t.most {
		return nil, false
	}
	t.count(source, site, 1)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.count(source, site, -1)
	}, true
}

func (t *turnTable) count(source, site netip.Prefix, change int) {
	for _, one := range []netip.Prefix{source, site} {
		if t.taken[one] += change; t.taken[one] == 0 {
			delete(t.taken, one)
		}
		if site == source {
			return
		}
	}
}
