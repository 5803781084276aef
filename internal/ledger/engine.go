package ledger

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// EngineConfig sizes an engine. The zero value of every field works.
type EngineConfig struct {
	// Sources lists where allocations come from, in the order of spending.
	Sources []Source
	// QueueLength is how many operations may wait; beyond it callers get
	// ErrBusy. Default 4096.
	QueueLength int
	// MaxBatch is how many operations one commit takes. Default 512.
	MaxBatch int
	// SweepEvery is how often overdue holds are looked for. Default 5 s.
	SweepEvery time.Duration
	// Exclusive says that no other process uses the database. Holds found at
	// the start then belong to a process that died, and are assumed at once.
	Exclusive bool
	// FrozenEpoch is a day in which no allocation may rise, because what was
	// spent in it was lost by a restore; "" for none.
	FrozenEpoch string
	// Lanes is how many commits may be in flight, each of other accounts. More
	// than one is of use where the store has more than one writer. Default 1.
	Lanes int
	// Observe is called after every commit, by each lane: it must be quick and
	// safe for concurrent use. Nil: nobody looks.
	Observe func(Commit)
	// Now measures how long commits take. Default time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

// Commit is what an observer learns of one batch.
type Commit struct {
	Operations int
	Duration   time.Duration
	Err        error // nil: it is durable
}

// Engine turns concurrent calls into batches: what arrives while a commit is
// in flight forms the next one, with what a busy processor has under way. Alone,
// an operation waits for one commit and for no timer. Run must be running for
// calls to be answered.
type Engine struct {
	store   Store
	config  EngineConfig
	lanes   []*lane
	stopped chan struct{} // closed when Run has answered its last call
	owners  *owners
	yield   func() // lets the processor's other threads run
	// violations counts decisions that would have broken an invariant.
	violations atomic.Int64
}

// call is one operation on its way through the engine.
type call struct {
	op      Op
	verdict Verdict
	done    chan struct{}
	taken   atomic.Bool // by the engine, or by its caller giving up
	closed  atomic.Bool // answered by the engine, or left by its caller meanwhile
}

const (
	defaultQueueLength = 4096
	defaultMaxBatch    = 512
	defaultSweepEvery  = 5 * time.Second
	sweepBatch         = 256
	voidTimeout        = 30 * time.Second
)

// NewEngine makes an engine over a store.
func NewEngine(store Store, config EngineConfig) *Engine {
	if config.QueueLength == 0 {
		config.QueueLength = defaultQueueLength
	}
	if config.MaxBatch == 0 {
		config.MaxBatch = defaultMaxBatch
	}
	if config.SweepEvery == 0 {
		config.SweepEvery = defaultSweepEvery
	}
	config.Lanes = max(1, config.Lanes)
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Observe == nil {
		config.Observe = func(Commit) {}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	e := &Engine{store: store, config: config, stopped: make(chan struct{}), owners: newOwners(), yield: yieldThread}
	for i := range config.Lanes {
		e.lanes = append(e.lanes, &lane{
			engine: e, queue: make(chan *call, config.QueueLength), offset: time.Duration(i) * config.SweepEvery / time.Duration(config.Lanes),
		})
	}
	return e
}

// Violations is how many decisions were stopped because they would have broken
// an invariant. It must be zero.
func (e *Engine) Violations() int64 { return e.violations.Load() }

// Waiting is how many operations wait for their commit to begin.
func (e *Engine) Waiting() int {
	waiting := 0
	for _, lane := range e.lanes {
		waiting += len(lane.queue)
	}
	return waiting
}

// Run commits batches until the context ends; then it answers what is queued
// and returns. It must be called once.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.stopped)
	work := context.WithoutCancel(ctx) // a commit that started is finished
	if e.config.Exclusive {
		for e.sweep(work, true) == sweepBatch {
			continue
		}
	}
	var lanes sync.WaitGroup
	for _, lane := range e.lanes[1:] {
		lanes.Go(func() { lane.run(ctx) })
	}
	e.lanes[0].run(ctx)
	lanes.Wait()
	return nil
}

// laneOf is the lane of an operation's account, so that what concerns one
// account shares commits. An operation of an account that is not known yet
// goes to the first lane: accounts are locked in the database, so that the
// lane decides how fast an operation is and nothing else.
func (e *Engine) laneOf(op *Op) *lane {
	if len(e.lanes) == 1 {
		return e.lanes[0]
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(e.owners.account(op))) // never fails
	return e.lanes[hash.Sum32()%uint32(len(e.lanes))]
}

// errBroken marks a decision that was stopped because it would have broken an
// invariant. Nothing of its batch was written.
var errBroken = errors.New("invariant")

// decide runs one transaction and says, if it failed, whether it may have been
// committed all the same.
func (e *Engine) decide(ctx context.Context, ops []Op) (verdicts []Verdict, inDoubt bool, err error) {
	var changes *Changes
	started := e.config.Now()
	err = e.store.Update(ctx, func(ctx context.Context, tx Tx) (err error) {
		inDoubt = false
		defer func() {
			if broken := recover(); broken != nil {
				e.violations.Add(1)
				err = fmt.Errorf("%w: %v", errBroken, broken)
			}
		}()
		state, err := load(ctx, tx, e.config.Sources, e.owners, ops)
		if err != nil {
			return err
		}
		state.FrozenEpoch = e.config.FrozenEpoch
		verdicts, changes = Decide(state, ops)
		inDoubt = true // from here on only the commit's answer tells
		return tx.Write(ctx, changes)
	})
	e.config.Observe(Commit{Operations: len(ops), Duration: e.config.Now().Sub(started), Err: err})
	if err != nil {
		return nil, inDoubt, err
	}
	e.owners.learn(changes)
	return verdicts, false, nil
}

// sweep assumes holds whose deadline has passed (or all of them) and returns
// how many.
func (e *Engine) sweep(ctx context.Context, all bool) int {
	overdue, err := e.store.Overdue(ctx, all, sweepBatch)
	if err != nil {
		e.config.Logger.Error("looking for overdue holds failed", "error", err)
		return 0
	}
	batch := make([]*call, 0, len(overdue))
	for _, id := range overdue {
		batch = append(batch, &call{op: Op{Assume: id}, done: make(chan struct{})})
	}
	if e.lanes[0].commit(ctx, batch) != nil {
		return 0
	}
	if err := e.store.Update(ctx, func(ctx context.Context, tx Tx) error { return tx.Forget(ctx) }); err != nil {
		e.config.Logger.Error("forgetting old rate windows failed", "error", err)
	}
	if len(overdue) > 0 {
		e.config.Logger.Warn("holds of unknown outcome were charged in full", "holds", len(overdue))
	}
	return len(overdue)
}

// do queues an operation and waits for its verdict. When the caller gives up
// first, the operation is either never started, or its verdict is awaited, or,
// lest a database that stands still makes a refusal slow, its hold is released
// as soon as it is granted: nothing is granted to nobody.
func (e *Engine) do(ctx context.Context, op Op) (Verdict, error) {
	c := &call{op: op, done: make(chan struct{})}
	select {
	case <-e.stopped:
		return Verdict{}, ErrBusy
	default:
	}
	select {
	case e.laneOf(&op).queue <- c:
	default:
		return Verdict{}, ErrBusy
	}
	select {
	case <-c.done:
		return c.verdict, nil
	case <-ctx.Done():
		if c.taken.CompareAndSwap(false, true) || op.Hold != nil && c.closed.CompareAndSwap(false, true) {
			return Verdict{}, ctx.Err()
		}
		<-c.done
		return c.verdict, nil
	case <-e.stopped:
		if c.taken.CompareAndSwap(false, true) {
			return Verdict{}, ErrBusy
		}
		<-c.done
		return c.verdict, nil
	}
}

// Hold sets money aside, durably, before it returns. It returns ErrKey,
// ErrPrivacy, ErrNoGrant, *Refusal, ErrBusy or the context's error. A hold
// whose caller has gone meanwhile is released.
func (e *Engine) Hold(ctx context.Context, request HoldRequest) (Held, error) {
	verdict, err := e.do(ctx, Op{Hold: &request})
	if err != nil {
		return Held{}, err
	}
	if verdict.Err != nil {
		return Held{}, verdict.Err
	}
	if ctx.Err() != nil {
		void, cancel := context.WithTimeout(context.WithoutCancel(ctx), voidTimeout)
		defer cancel()
		if err := e.Void(void, verdict.Held.ID); err != nil {
			e.config.Logger.Error("hold of a caller that left stays until its deadline", "hold", verdict.Held.ID, "error", err)
		}
		return Held{}, ctx.Err()
	}
	return verdict.Held, nil
}

// Settle charges a hold with its cost, at most the hold, durably before it
// returns. Settling twice gives the first answer; settling an assumed hold
// lowers its charge. It returns ErrHoldUnknown or ErrBusy.
func (e *Engine) Settle(ctx context.Context, settlement Settlement) (Settled, error) {
	verdict, err := e.do(ctx, Op{Settle: &settlement})
	return verdict.Settled, errors.Join(err, verdict.Err)
}

// Void releases a hold of which certainly nothing was used.
func (e *Engine) Void(ctx context.Context, holdID string) error {
	verdict, err := e.do(ctx, Op{Void: holdID})
	return errors.Join(err, verdict.Err)
}

// Assume charges a hold in full whose caller is known to be gone.
func (e *Engine) Assume(ctx context.Context, holdID string) error {
	verdict, err := e.do(ctx, Op{Assume: holdID})
	return errors.Join(err, verdict.Err)
}

// Grant records an account's allocations for the current epoch.
func (e *Engine) Grant(ctx context.Context, grant Grant) error {
	verdict, err := e.do(ctx, Op{Grant: &grant})
	return errors.Join(err, verdict.Err)
}

// Credit changes an account's USD credit. It returns ErrCreditMoved or ErrBusy,
// or says how much at most can be taken back.
func (e *Engine) Credit(ctx context.Context, credit Credit) error {
	verdict, err := e.do(ctx, Op{Credit: &credit})
	return errors.Join(err, verdict.Err)
}
