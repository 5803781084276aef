package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"stakegate/internal/httpapi"
	"stakegate/internal/store"
)

const (
	readyTimeout = 2 * time.Second
	// maxSkew is how far this machine's clock may be from the database's, which
	// decides: deadlines and expiry dates are compared across the two.
	maxSkew = 2 * time.Second
)

// condition is what ready and degraded need to remember.
type condition struct {
	stopping atomic.Bool
	refused  atomic.Bool  // the newest catalogue
	skew     atomic.Int64 // of the clock, when it was looked at last; a time.Duration
}

// ready says whether this server may take traffic.
func (a *App) ready(ctx context.Context) error {
	if a.condition.stopping.Load() {
		return errors.New("the server is stopping")
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := a.store.Ping(ctx); err != nil {
		return awayOr(err)
	}
	skew, err := clockSkew(ctx, a.store, a.options.Now)
	if err != nil {
		return awayOr(err)
	}
	a.condition.skew.Store(int64(skew))
	if a.engine.Violations() > 0 {
		return errors.New("the ledger stopped a decision that would have broken an invariant; run stakegate ledger verify")
	}
	return nil
}

// awayOr says what an operator has to do something about, and hides the rest.
func awayOr(err error) error {
	for _, known := range []error{store.ErrRewound, store.ErrRestored} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New("the database does not answer")
}

// clockSkew is how far this machine's clock is ahead of the database's, as far
// as the way there and back lets it be known: what can be the way's is not
// counted.
func clockSkew(ctx context.Context, books *store.Store, now func() time.Time) (time.Duration, error) {
	before := now()
	theirs, err := books.Clock(ctx)
	if err != nil {
		return 0, err
	}
	after := now()
	switch {
	case theirs.Before(before.Truncate(time.Millisecond)):
		return before.Sub(theirs), nil
	case theirs.After(after):
		return after.Sub(theirs), nil
	}
	return 0, nil
}

// degraded lists what does not work as it should while the server takes
// traffic. It names no model server and no node: strangers may ask. The metrics
// do.
func (a *App) degraded() []httpapi.Degradation {
	list := []httpapi.Degradation{}
	note := func(part, format string, arguments ...any) {
		list = append(list, httpapi.Degradation{Part: part, Problem: fmt.Sprintf(format, arguments...)})
	}
	status, failing := a.chain.Status(), 0
	for _, node := range status.Nodes {
		if node.Error != "" {
			failing++
		}
	}
	if failing > 0 {
		note("chain", "%d of %d RPC nodes do not answer well; %d must", failing, len(status.Nodes), a.config.Chain.Required)
	}
	servers, alone := a.upstreams.Status(), 0
	for _, server := range servers {
		if !server.Healthy {
			alone++
		}
	}
	if alone > 0 {
		note("upstreams", "%d of %d model servers are left alone for a while", alone, len(servers))
	}
	if a.condition.refused.Load() {
		note("catalog", "the newest catalogue was refused; the one before is in use")
	}
	if skew := time.Duration(a.condition.skew.Load()); skew.Abs() > maxSkew {
		note("clock", "this machine's clock is %s ahead of the database's", skew.Round(time.Millisecond))
	}
	return list
}
