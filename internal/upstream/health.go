package upstream

import "time"

// policy says when a server is left alone (ejected), and for how long.
type policy struct {
	failures int
	first    time.Duration
	most     time.Duration
}

func (p *policy) setDefaults() {
	if p.failures == 0 {
		p.failures = 3
	}
	if p.first <= 0 {
		p.first = time.Second
	}
	if p.most <= 0 {
		p.most = max(30*time.Second, p.first)
	}
}

// backoff is how long the n-th ejection in a row lasts, counted from 0.
func (p *policy) backoff(n int) time.Duration {
	pause := p.first
	for ; n > 0 && pause < p.most; n-- {
		pause *= 2
	}
	return min(pause, p.most)
}

// standing is how much a server is trusted at a moment.
type standing int

const (
	trusted standing = iota
	due              // its time is over: one call may find out
	resting          // it answers, with errors: better than nobody
	out              // it does not answer, and what it costs is unknown: nobody asks it
)

// health is what is known of a server from the calls to it. Time is passed in.
type health struct {
	failures int       // one after the other
	rounds   int       // ejections since the last success
	until    time.Time // ejected until then; zero: trusted
	// unanswered: it was ejected because calls got no answer, or half of one.
	// Such calls are charged in full, so that not even a model without another
	// server sends it one.
	unanswered bool
	testing    bool // one call, or the prober, is finding out
}

// standing says how much the server is trusted now. prober says that the pool
// itself finds out whether a silent server is back, so that no call has to.
func (h *health) standing(now time.Time, prober bool) standing {
	byACall := !h.unanswered || !prober
	switch {
	case h.until.IsZero():
		return trusted
	case byACall && !h.testing && !now.Before(h.until):
		return due
	case h.unanswered:
		return out
	default:
		return resting
	}
}

// failed notes a call that failed, and reports whether that ejects the server.
// tested says that this was the call that was to find out.
func (h *health) failed(now time.Time, unanswered, tested bool, p *policy) (ejected bool) {
	h.failures++
	if tested {
		h.testing = false
	}
	ejectedNow := !h.until.IsZero()
	switch {
	case p.failures < 0, ejectedNow && !tested, !ejectedNow && h.failures < p.failures:
		return false
	}
	h.unanswered = unanswered
	h.until = now.Add(p.backoff(h.rounds))
	h.rounds++
	return true
}

// answered notes headers that are no failure, and reports whether the server
// is back with them. Failures are forgotten only when the answer is whole
// (succeeded), lest one that always breaks off in the middle is always new.
func (h *health) answered(tested bool) (back bool) {
	if tested {
		h.testing = false
	}
	back = !h.until.IsZero()
	h.until = time.Time{}
	if back {
		h.failures = 0
	}
	return back
}

// succeeded notes an answer that came whole.
func (h *health) succeeded() { h.failures, h.rounds = 0, 0 }
