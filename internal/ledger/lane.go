package ledger

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// lane commits one batch after the other.
type lane struct {
	engine  *Engine
	queue   chan *call
	orphans []Op // voids of holds whose commit is in doubt, or whose caller has left
	size    int  // of the last batch
	// offset is how much later than the first lane's its ticks are: what each
	// of them has to do then does not meet in the database.
	offset time.Duration
}

// run commits batches until the context ends, and then what is queued.
func (l *lane) run(ctx context.Context) {
	tick := time.NewTicker(l.engine.config.SweepEvery + l.offset)
	defer tick.Stop()
	work := context.WithoutCancel(ctx)
	for {
		// What is due comes before what waits, so that which of them it is does
		// not depend on chance.
		if ctx.Err() != nil {
			l.drain(work)
			return
		}
		select {
		case <-tick.C:
			l.due(work, tick)
			continue
		default:
		}
		select {
		case first := <-l.queue:
			if l.commit(work, l.collect(first)) == nil {
				l.release(work)
			}
		case <-tick.C:
			l.due(work, tick)
		case <-ctx.Done():
		}
	}
}

// due does what is to be done from time to time.
func (l *lane) due(ctx context.Context, tick *time.Ticker) {
	if l.offset > 0 {
		l.offset = 0
		tick.Reset(l.engine.config.SweepEvery)
	}
	l.release(ctx)
	if l == l.engine.lanes[0] {
		l.engine.sweep(ctx, false)
	}
}

// A commit costs much the same whatever it carries, so that on a busy processor
// it pays to let all others come to their next operation first. On an idle one
// there is nobody to let go first, and a crowd is needed for it at all.
const (
	crowd    = 4                    // operations in this batch or the last one
	patience = 5 * time.Millisecond // at most, for a whole batch
	maxTurns = 3                    // given without anybody coming
)

// collect takes what waits in the queue. Callers that are ready to run get
// their turn first, so that those whom the commit before has answered come
// along if they are at it; nobody is waited for who has nothing to run.
func (l *lane) collect(first *call) []*call {
	batch := append(make([]*call, 0, max(16, l.size)), first)
	began := l.engine.config.Now()
	for turns := 0; len(batch) < l.engine.config.MaxBatch; {
		select {
		case next := <-l.queue:
			batch = append(batch, next)
			turns = 0
			continue
		default:
		}
		runtime.Gosched() // to goroutines
		if len(l.queue) > 0 {
			continue
		}
		if turns == maxTurns || max(len(batch), l.size) < crowd || l.engine.config.Now().Sub(began) >= patience {
			break
		}
		turns++
		l.engine.yield() // to what has come from the network meanwhile, too
	}
	l.size = len(batch)
	return batch
}

func (l *lane) drain(ctx context.Context) {
	for {
		select {
		case first := <-l.queue:
			_ = l.commit(ctx, l.collect(first)) // told to the callers
		default:
			l.release(ctx)
			return
		}
	}
}

// commit decides and writes one batch, then answers its callers. If one of its
// operations would break an invariant, the others are done without it.
func (l *lane) commit(ctx context.Context, batch []*call) error {
	batch = slices.DeleteFunc(batch, func(c *call) bool { return !c.taken.CompareAndSwap(false, true) })
	if len(batch) == 0 {
		return nil
	}
	ops := make([]Op, len(batch))
	for i, c := range batch {
		ops[i] = c.op
	}
	verdicts, inDoubt, err := l.engine.decide(ctx, ops)
	if errors.Is(err, errBroken) && len(batch) > 1 {
		return l.oneByOne(ctx, batch)
	}
	if err != nil {
		l.engine.config.Logger.Error("ledger commit failed", "operations", len(ops), "error", err)
	}
	for i, c := range batch {
		left := !c.closed.CompareAndSwap(false, true)
		if err == nil {
			c.verdict = verdicts[i]
			l.remember(c.op, left && c.verdict.Err == nil)
		} else {
			c.verdict = Verdict{Err: fmt.Errorf("%w: the commit failed", ErrBusy)}
			l.remember(c.op, inDoubt)
		}
		close(c.done)
	}
	return err
}

// oneByOne commits each call of a batch by itself.
func (l *lane) oneByOne(ctx context.Context, batch []*call) error {
	var failed error
	for _, c := range batch {
		c.taken.Store(false) // it is taken again
		if err := l.commit(ctx, []*call{c}); err != nil {
			failed = err
		}
	}
	return failed
}

// remember keeps a hold whose commit is in doubt or whose caller has left, to be
// released should it exist: nobody will call upstream for it. Beyond the bound
// the deadline ends such a hold, with a charge.
func (l *lane) remember(op Op, mayExist bool) {
	if op.Hold == nil || !mayExist || len(l.orphans) >= l.engine.config.QueueLength {
		return
	}
	l.orphans = append(l.orphans, Op{Void: op.Hold.ID, Account: l.engine.owners.account(&op)})
}

// release voids the holds that were remembered. The void locks the
// account even if it sees no hold: the commit in doubt has the lock until it
// has come to its end, so that what is seen under the lock is final. What fails
// is tried again; a hold that cannot be voided by its deadline is swept.
func (l *lane) release(ctx context.Context) {
	for len(l.orphans) > 0 {
		ops := l.orphans[:min(len(l.orphans), l.engine.config.MaxBatch)]
		_, _, err := l.engine.decide(ctx, ops)
		if errors.Is(err, errBroken) && len(ops) > 1 {
			ops = ops[:1]
			_, _, err = l.engine.decide(ctx, ops)
		}
		if err != nil && !errors.Is(err, errBroken) {
			l.engine.config.Logger.Error("releasing holds of failed commits failed; it is tried again", "holds", len(l.orphans), "error", err)
			return
		}
		l.orphans = slices.Clone(l.orphans[len(ops):])
	}
}
