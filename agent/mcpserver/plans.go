package mcpserver

import (
	"errors"
	"sync"
	"time"

	"stakegate/agent"
)

// Errors of apply that a model can do something about.
var (
	errNotPlanned = errors.New("no plan with this digest was made here in the last 15 minutes: call plan, look at it, and apply with its digest")
	errApplied    = errors.New("this plan was applied already: call status, and plan if something is missing")
)

const (
	planLife = 15 * time.Minute
	maxPlans = 32
)

// plans are those that were made here and may still be applied.
type plans struct {
	now func() time.Time
	mu  sync.Mutex
	all []planned // the newest last
}

type planned struct {
	plan    agent.Plan
	made    time.Time
	applied bool
}

func (p *plans) add(plan agent.Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(plan.Digest)
	if len(p.all) == maxPlans {
		p.all = p.all[1:]
	}
	p.all = append(p.all, planned{plan: plan, made: p.now()})
}

func (p *plans) drop(digest string) {
	kept := p.all[:0]
	for _, entry := range p.all {
		if entry.plan.Digest != digest && p.now().Sub(entry.made) < planLife {
			kept = append(kept, entry)
		}
	}
	p.all = kept
}

// find returns the plan with the digest.
func (p *plans) find(digest string) (agent.Plan, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop("")
	for _, entry := range p.all {
		switch {
		case digest == "" || entry.plan.Digest != digest:
		case entry.applied:
			return agent.Plan{}, errApplied
		default:
			return entry.plan, nil
		}
	}
	return agent.Plan{}, errNotPlanned
}

// finish notes that a plan is done.
func (p *plans) finish(digest string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.all {
		if p.all[i].plan.Digest == digest {
			p.all[i].applied = true
		}
	}
}
