package stake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Defaults of a Reader.
const (
	DefaultWindow  = 500 * time.Millisecond
	DefaultSpacing = 20 * time.Millisecond
	DefaultSize    = 200
	DefaultEnough  = 16
	DefaultPause   = 250 * time.Millisecond
	DefaultMost    = 8 * time.Second
	readTimeout    = 20 * time.Second
)

// ReaderConfig says how a Reader joins readings.
type ReaderConfig struct {
	// Window is how old the block may be, since it was the newest, that a mint is
	// allowed by. It is never refused by an old one. 0 means DefaultWindow.
	Window time.Duration
	// Spacing is the least time between the starts of two readings, unless as many
	// wallets as are Enough wait. 0 means DefaultSpacing.
	Spacing time.Duration
	// Enough wallets are worth a reading of their own. 0 means DefaultEnough.
	Enough int
	// Size is the most wallets of one reading. 0 means DefaultSize.
	Size int
	// Pause is the least time between the starts of two readings after a failure,
	// so that a chain that comes back is not run down. 0 means DefaultPause.
	Pause time.Duration
	// Most is how long a mint waits for a chain that does not say anything. 0 means
	// DefaultMost.
	Most time.Duration
}

// Reader reads single wallets for many callers at a time: who comes while the
// chain is being asked is asked for with all others who came, at one block that
// is not older than their question.
type Reader struct {
	quick, sure *joiner[Mint]
	grants      *joiner[Reading]
	most        time.Duration
}

// Reader makes a reader of this policy. The epoch is that of Read.
func (p *Policy) Reader(config ReaderConfig, epoch func() Epoch) *Reader {
	if config.Window <= 0 {
		config.Window = DefaultWindow
	}
	if config.Spacing <= 0 {
		config.Spacing = DefaultSpacing
	}
	if config.Enough <= 0 {
		config.Enough = DefaultEnough
	}
	if config.Size <= 0 {
		config.Size = DefaultSize
	}
	if config.Pause <= 0 {
		config.Pause = DefaultPause
	}
	if config.Most <= 0 {
		config.Most = DefaultMost
	}
	mintAt := func(head func(context.Context) (Block, error)) func(context.Context, []common.Address) ([]Mint, error) {
		return func(ctx context.Context, addresses []common.Address) ([]Mint, error) {
			block, err := head(ctx)
			if err != nil {
				return nil, chainError(err)
			}
			return p.MintAt(ctx, block, addresses)
		}
	}
	recent := func(ctx context.Context) (Block, error) { return p.chain.Recent(ctx, config.Window) }
	return &Reader{
		most:  config.Most,
		quick: newJoiner(config, mintAt(recent)),
		sure:  newJoiner(config, mintAt(p.chain.Sealed)),
		grants: newJoiner(config, func(ctx context.Context, addresses []common.Address) ([]Reading, error) {
			return p.Read(ctx, addresses, epoch())
		}),
	}
}

// Mint reads a wallet's mint right. A yes may rest on a block of the last
// moments; a no is of now. A chain that is silent for too long is away.
func (r *Reader) Mint(ctx context.Context, address common.Address) (Mint, error) {
	bounded, cancel := context.WithTimeout(ctx, r.most)
	defer cancel()
	if mint, err := r.quick.read(bounded, address); err == nil && mint.OK {
		return mint, nil
	}
	mint, err := r.sure.read(bounded, address)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return Mint{}, fmt.Errorf("%w: no answer in %s", ErrChain, r.most)
	}
	return mint, err
}

// Read reads a wallet at a block that was the newest after the call began.
func (r *Reader) Read(ctx context.Context, address common.Address) (Reading, error) {
	return r.grants.read(ctx, address)
}

// joiner makes one reading of many.
type joiner[T any] struct {
	config ReaderConfig
	ask    func(context.Context, []common.Address) ([]T, error)

	mu      sync.Mutex
	waiting []*wanted[T]
	index   map[common.Address]*wanted[T] // of waiting
	running bool
	enough  chan struct{} // tells that enough wait
}

type wanted[T any] struct {
	address common.Address
	done    chan struct{}
	value   T
	err     error
}

func newJoiner[T any](config ReaderConfig, ask func(context.Context, []common.Address) ([]T, error)) *joiner[T] {
	return &joiner[T]{config: config, ask: ask, index: map[common.Address]*wanted[T]{}, enough: make(chan struct{}, 1)}
}

func (j *joiner[T]) read(ctx context.Context, address common.Address) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	w := j.join(address)
	select {
	case <-w.done:
		return w.value, w.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (j *joiner[T]) join(address common.Address) *wanted[T] {
	j.mu.Lock()
	defer j.mu.Unlock()
	if w := j.index[address]; w != nil {
		return w
	}
	w := &wanted[T]{address: address, done: make(chan struct{})}
	j.waiting, j.index[address] = append(j.waiting, w), w
	if !j.running {
		j.running = true
		go j.run()
	}
	if len(j.waiting) >= j.config.Enough {
		select {
		case j.enough <- struct{}{}:
		default: // it was told already
		}
	}
	return w
}

// run reads for all who wait, until nobody does.
func (j *joiner[T]) run() {
	for {
		began := time.Now()
		batch := j.take()
		if batch == nil {
			return
		}
		addresses := make([]common.Address, len(batch))
		for i, w := range batch {
			addresses[i] = w.address
		}
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		values, err := j.ask(ctx, addresses)
		cancel()
		if err == nil && len(values) != len(batch) {
			err = errors.New("not every wallet was read")
		}
		j.finish(batch, values, err)
		if err != nil {
			<-time.After(j.config.Pause - time.Since(began))
			continue
		}
		select {
		case <-time.After(j.config.Spacing - time.Since(began)):
		case <-j.enough:
		}
	}
}

func (j *joiner[T]) take() []*wanted[T] {
	j.mu.Lock()
	defer j.mu.Unlock()
	size := min(len(j.waiting), j.config.Size)
	if size == 0 {
		j.running = false
		return nil
	}
	batch := j.waiting[:size:size]
	j.waiting = j.waiting[size:]
	for _, w := range batch {
		delete(j.index, w.address)
	}
	if len(j.waiting) < j.config.Enough {
		select {
		case <-j.enough:
		default:
		}
	}
	return batch
}

// finish tells the result. After a failure those who still wait get it too: they
// would only ask the same.
func (j *joiner[T]) finish(batch []*wanted[T], values []T, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		batch = append(batch, j.waiting...)
		j.waiting, j.index = nil, map[common.Address]*wanted[T]{}
	}
	for i, w := range batch {
		if w.err = err; err == nil {
			w.value = values[i]
		}
		close(w.done)
	}
}
