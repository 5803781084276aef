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
)

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
	// Changed is called, never twice at a time, with the block to read at and
	// the wallets whose stake may have changed: nil means everybody. If it
	// returns an error, the same changes are reported again later.
	Changed func(ctx context.Context, block Block, addresses []common.Address) error
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
	return &Watcher{chain: p.chain, config: config, contracts: all, shared: shared}
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
			w.looked = false // so the next look reports everybody
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
	if block.Number == w.last.Number && block.Hash == w.last.Hash && w.looked {
		return nil
	}
	everybody, err := w.lostTrack(ctx, block)
	if err != nil {
		return err
	}
	var addresses []common.Address
	if !everybody {
		touches, err := w.chain.Touches(ctx, w.contracts, w.last.Number+1, block.Number)
		if err != nil {
			return chainError(err)
		}
		addresses, everybody = w.affected(touches)
	}
	if everybody || len(addresses) > 0 {
		if everybody {
			addresses = nil
		}
		if err := w.config.Changed(ctx, block, addresses); err != nil {
			return err
		}
	}
	w.last, w.looked = block, true
	return nil
}

// lostTrack reports whether the events since the last look cannot tell all
// that changed: at the start, after too long, or when the chain took back
// blocks (a reorganisation, or a dev chain that was killed).
func (w *Watcher) lostTrack(ctx context.Context, block Block) (bool, error) {
	if !w.looked || block.Number <= w.last.Number || block.Number-w.last.Number > w.config.MaxRange {
		return true, nil
	}
	canonical, err := w.chain.Canonical(ctx, w.last)
	if err != nil {
		return false, chainError(err)
	}
	return !canonical, nil
}

// affected lists the wallets that the events concern, each once, or says that
// they concern everybody: those of a shared contract, and those that name
// nobody.
func (w *Watcher) affected(touches []Touch) (addresses []common.Address, everybody bool) {
	seen := map[common.Address]bool{{}: true} // minting and burning name 0x0
	for _, touch := range touches {
		if len(touch.Accounts) == 0 || slices.Contains(w.shared, touch.Contract) {
			return nil, true
		}
		for _, account := range touch.Accounts {
			if !seen[account] {
				seen[account] = true
				addresses = append(addresses, account)
			}
		}
	}
	return addresses, false
}
