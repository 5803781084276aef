package stake

import (
	"context"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Defaults of a Watcher.
const (
	DefaultInterval = 2 * time.Second
	DefaultRecheck  = 5 * time.Minute
	DefaultMaxRange = 1000
	maxBackoff      = 10 * time.Second
	// sharedShare is how much longer than reading everybody took nobody is read
	// again only because a total has moved.
	sharedShare = 9
)

// Cause says why stakes may have changed.
type Cause string

// The causes there are.
const (
	CauseStart   Cause = "start"   // nobody looked before
	CauseEvents  Cause = "events"  // a contract emitted an event that names the wallet
	CauseTotal   Cause = "total"   // a pooled contract emitted an event about others
	CauseRecheck Cause = "recheck" // it is time to look again
	CauseReorg   Cause = "reorg"   // the chain took back blocks
	CauseGap     Cause = "gap"     // too many blocks went by
)

// Change tells that stakes may have changed.
type Change struct {
	Block Block // to read at
	// Addresses are the wallets that it is about; nil means everybody.
	Addresses []common.Address
	Cause     Cause
}

// WatcherConfig says how a Watcher watches.
type WatcherConfig struct {
	// Interval is the time between two looks at the chain. After a failure it
	// doubles with each further one, up to 10 s. 0 means DefaultInterval.
	Interval time.Duration
	// Recheck is how often everybody is read again although nothing was seen,
	// for contracts that change a stake without an event. 0 means
	// DefaultRecheck.
	Recheck time.Duration
	// MaxRange is the most blocks that events are fetched for at once; after a
	// larger gap everybody is read again. 0 means DefaultMaxRange.
	MaxRange uint64
	// Changed is called, never twice at a time. If it returns an error, the same
	// changes are reported again later.
	Changed func(ctx context.Context, change Change) error
	// Failed is told each failure of a look, and then nil when one succeeds
	// again; it may be nil.
	Failed func(err error)
}

// Watcher notices that stakes may have changed, by the events of the policy's
// contracts. Events only wake it: what a wallet has is read by the Policy.
type Watcher struct {
	chain  Chain
	config WatcherConfig
	// contracts are watched; an event of a shared one changes everybody's
	// share.
	contracts, shared []common.Address

	last   Block // up to here everything was reported
	looked bool  // whether last is set
	cause  Cause // why looked is not set
	// pending says that a total has moved since everybody was read, at due at the
	// earliest.
	pending bool
	due     time.Time
}

// Watcher makes a watcher of this policy's contracts.
func (p *Policy) Watcher(config WatcherConfig) *Watcher {
	if config.Interval <= 0 {
		config.Interval = DefaultInterval
	}
	if config.Recheck <= 0 {
		config.Recheck = DefaultRecheck
	}
	if config.MaxRange == 0 {
		config.MaxRange = DefaultMaxRange
	}
	all, shared := p.contracts()
	return &Watcher{chain: p.chain, config: config, contracts: all, shared: shared, cause: CauseStart}
}

// Run watches until the context ends, and returns its error. At first it
// reports everybody: stakes may have changed while nobody looked.
func (w *Watcher) Run(ctx context.Context) error {
	recheck := time.NewTicker(w.config.Recheck)
	defer recheck.Stop()
	next := time.NewTimer(0)
	defer next.Stop()
	wait, failing := w.config.Interval, false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-recheck.C:
			w.looked, w.cause = false, CauseRecheck // so the next look reports everybody
			continue
		case <-next.C:
		}
		err := w.look(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.config.Failed != nil && (err != nil || failing) {
			w.config.Failed(err)
		}
		failing = err != nil
		if failing {
			wait = max(w.config.Interval, min(2*wait, maxBackoff))
		} else {
			wait = w.config.Interval
		}
		next.Reset(wait)
	}
}

// look reports what happened since the last look, and remembers the block only
// if that succeeded.
func (w *Watcher) look(ctx context.Context) error {
	block, err := w.chain.Sealed(ctx)
	if err != nil {
		return chainError(err)
	}
	if block.Number == w.last.Number && block.Hash == w.last.Hash && w.looked && !w.pending {
		return nil
	}
	change := Change{Block: block}
	var everybody bool
	if change.Cause, err = w.lostTrack(ctx, block); err != nil {
		return err
	}
	if change.Cause != "" {
		everybody = true
	} else if change.Addresses, everybody, err = w.news(ctx, block); err != nil {
		return err
	} else if change.Cause = CauseEvents; everybody {
		change.Addresses, change.Cause = nil, CauseTotal
	}
	if everybody || len(change.Addresses) > 0 {
		if err := w.report(ctx, change); err != nil {
			return err
		}
	}
	w.last, w.looked = block, true
	return nil
}

// report tells a change. How long that took for everybody says when a moved
// total is worth that again.
func (w *Watcher) report(ctx context.Context, change Change) error {
	began := time.Now()
	if err := w.config.Changed(ctx, change); err != nil {
		return err
	}
	if change.Addresses == nil {
		now := time.Now()
		w.pending, w.due = false, now.Add(sharedShare*now.Sub(began))
	}
	return nil
}

// news lists the wallets that the events since the last look concern, or says
// that it is everybody. Those who are only concerned by a total wait for its
// turn.
func (w *Watcher) news(ctx context.Context, block Block) (addresses []common.Address, everybody bool, err error) {
	var touches []Touch
	if block.Number > w.last.Number {
		if touches, err = w.chain.Touches(ctx, w.contracts, w.last.Number+1, block.Number); err != nil {
			return nil, false, chainError(err)
		}
	}
	addresses, shared, everybody := w.affected(touches)
	w.pending = w.pending || shared
	return addresses, everybody || w.pending && !time.Now().Before(w.due), nil
}

// lostTrack tells why the events since the last look cannot tell all that
// changed, if that is so: at the start, after too long, or when the chain took
// back blocks (a reorganisation, or a dev chain that was killed).
func (w *Watcher) lostTrack(ctx context.Context, block Block) (Cause, error) {
	switch {
	case !w.looked:
		return w.cause, nil
	case block.Number < w.last.Number, block.Number == w.last.Number && block.Hash != w.last.Hash:
		return CauseReorg, nil
	case block.Number-w.last.Number > w.config.MaxRange:
		return CauseGap, nil
	}
	canonical, err := w.chain.Canonical(ctx, w.last)
	if err != nil {
		return "", chainError(err)
	}
	if !canonical {
		return CauseReorg, nil
	}
	return "", nil
}

// affected lists the wallets that the events concern, each once, and says
// whether a shared contract's total may have moved, or whether an event names
// nobody and so may concern everybody.
func (w *Watcher) affected(touches []Touch) (addresses []common.Address, shared, everybody bool) {
	seen := map[common.Address]bool{{}: true} // minting and burning name 0x0
	for _, touch := range touches {
		everybody = everybody || len(touch.Accounts) == 0
		shared = shared || slices.Contains(w.shared, touch.Contract)
		for _, account := range touch.Accounts {
			if !seen[account] {
				seen[account] = true
				addresses = append(addresses, account)
			}
		}
	}
	return addresses, shared, everybody
}
