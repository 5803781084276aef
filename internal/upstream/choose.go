package upstream

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"stakegate/internal/catalog"
)

// rotation spreads a model's calls over its placements: smooth weighted round
// robin. Over any run of calls as long as the sum of the weights, each
// eligible placement gets as many as its weight, spread evenly; no randomness.
type rotation struct {
	mu     sync.Mutex
	credit []int
	// cooling is until when each placement is asked after all others, because
	// it said so.
	cooling []time.Time
}

// next returns the placement whose turn it is among the eligible ones, -1 if
// there is none.
func (r *rotation) next(placements []catalog.Placement, eligible func(i int) bool) int {
	best, total := -1, 0
	for i, placement := range placements {
		if !eligible(i) {
			continue
		}
		weight := max(placement.Weight, 1)
		total += weight
		r.credit[i] += weight
		if best < 0 || r.credit[i] > r.credit[best] {
			best = i
		}
	}
	if best >= 0 {
		r.credit[best] -= total
	}
	return best
}

func (g *generation) rotation(m *catalog.Model) *rotation {
	if found, ok := g.rotations.Load(m.ID); ok {
		if r := found.(*rotation); len(r.credit) == len(m.Placements) {
			return r
		}
	}
	r := &rotation{credit: make([]int, len(m.Placements)), cooling: make([]time.Time, len(m.Placements))}
	g.rotations.Store(m.ID, r)
	return r
}

// choose picks a placement that was not tried yet and lets a call in there:
// one that is trusted, or due to be tested; only if there is none of these
// (full ones count), one that answers with errors or asked for a pause.
func (g *generation) choose(m *catalog.Model, tried []bool, now time.Time, prober bool) (int, pass, error) {
	if len(m.Placements) == 1 {
		return g.only(m, tried, now, prober)
	}
	r := g.rotation(m)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, patient := range [...]bool{false, true} {
		full := false
		eligible := func(i int) bool {
			t := g.untried(m, tried, i)
			if t == nil {
				return false
			}
			at, atLimit := t.stands(now, prober)
			if at != out && now.Before(r.cooling[i]) {
				at = resting
			}
			if at == out || (at == resting) != patient {
				return false
			}
			full = full || atLimit
			return !atLimit
		}
		for i := r.next(m.Placements, eligible); i >= 0; i = r.next(m.Placements, eligible) {
			// Between the look and here somebody else may have taken the place.
			if p, _, ok := g.targets[m.Placements[i].Upstream].admit(now, prober, patient); ok {
				return i, p, nil
			}
		}
		if full {
			return 0, pass{}, ErrSaturated
		}
	}
	return 0, pass{}, ErrDown
}

// maxCooling bounds the pause that a server may ask for.
const maxCooling = 5 * time.Minute

// heed notes the pause that a server asked for with its 429: until then the
// model's other placements go first. It is the placement that rests, because
// such limits are often a model's own, and the server's health is another
// matter: it answers.
func (p *Pool) heed(g *generation, m *catalog.Model, i int, response *http.Response) {
	if response.StatusCode != http.StatusTooManyRequests || len(m.Placements) == 1 {
		return
	}
	now := p.now()
	pause := min(RetryAfter(response.Header, now), maxCooling)
	if pause <= 0 {
		return
	}
	r := g.rotation(m)
	r.mu.Lock()
	r.cooling[i] = now.Add(pause)
	r.mu.Unlock()
	p.log.Info("upstream asked for a pause, other servers of the model go first", "upstream", m.Placements[i].Upstream, "model", m.ID, "pause", pause)
}

// RetryAfter is the pause that a header asks for, in seconds or by a date (RFC
// 9110 section 10.2.3); 0 or less: none.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return at.Sub(now)
	}
	return 0
}

// only is choose for a model with one placement.
func (g *generation) only(m *catalog.Model, tried []bool, now time.Time, prober bool) (int, pass, error) {
	t := g.untried(m, tried, 0)
	if t == nil {
		return 0, pass{}, ErrDown
	}
	p, at, ok := t.admit(now, prober, true)
	switch {
	case ok:
		return 0, p, nil
	case at == out:
		return 0, pass{}, ErrDown
	default:
		return 0, pass{}, ErrSaturated
	}
}

func (g *generation) untried(m *catalog.Model, tried []bool, i int) *target {
	t := g.targets[m.Placements[i].Upstream]
	if t == nil || !t.ready || tried != nil && tried[i] {
		return nil
	}
	return t
}
