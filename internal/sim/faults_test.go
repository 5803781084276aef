package sim

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"stakegate/internal/ledger"
)

// fault is what goes wrong with one transaction.
type fault int

const (
	faultNone   fault = iota
	faultBefore       // it fails and nothing of it is applied
	faultAfter        // it is applied and its answer is lost
	faultLate         // its answer is lost, and it is applied some time afterwards
	faultSlow         // it takes longer than a caller waits
	crashBefore       // the process dies before it is applied
	crashAfter        // the process dies when it was applied
	faultAway         // nothing reaches the database, for some seconds
	faultKinds
)

var (
	errLost = errors.New("the connection to the database was lost")
	errDead = errors.New("this process does not run any more")
)

// door is one replica's way to the database; faults happen in it.
type door struct {
	sim      *simulation
	inner    ledger.Store
	name     uint64    // of the process
	dead     bool      // guarded by sim.mu
	next     []fault   // for the coming transactions; guarded by sim.mu
	until    time.Time // which the database is away; guarded by sim.mu
	troubled time.Time // when it last had a fault; guarded by sim.mu
	busy     [4]bool   // which of its connections are in use; guarded by sim.mu
	crash    func()
}

func (d *door) isDead() bool {
	d.sim.mu.Lock()
	defer d.sim.mu.Unlock()
	return d.dead
}

func (d *door) take() fault {
	d.sim.mu.Lock()
	defer d.sim.mu.Unlock()
	if time.Now().Before(d.until) || len(d.next) > 0 {
		d.troubled = time.Now()
	}
	if time.Now().Before(d.until) {
		return faultAway
	}
	if len(d.next) == 0 {
		return faultNone
	}
	f := d.next[0]
	d.next = d.next[1:]
	return f
}

// connect takes a free connection, and returns when its turn comes among all
// that wait for one commit, of no two the same.
func (d *door) connect() (turn time.Duration, done func()) {
	d.sim.mu.Lock()
	defer d.sim.mu.Unlock()
	free := slices.Index(d.busy[:], false)
	d.busy[free] = true
	return time.Duration(int(d.name)*len(d.busy)+free) * time.Nanosecond, func() {
		d.sim.mu.Lock()
		defer d.sim.mu.Unlock()
		d.busy[free] = false
	}
}

// grid is how far apart the instants are at which engines start, and so tick:
// no two at one instant. tickEvery is how often one lane does.
const (
	tickEvery = 5 * time.Second
	grid      = tickEvery / 10
)

// pause takes up to so much time. Chance comes from the seed, the process, the
// instant and what is done, so that it does not matter in which order an
// engine's lanes draw.
func (d *door) pause(longest time.Duration, what uint64) {
	time.Sleep(d.some(longest, what))
}

// some is the length of a pause.
func (d *door) some(longest time.Duration, what uint64) time.Duration {
	rng := rand.New(rand.NewPCG(d.sim.seed<<16^d.name^what<<32, uint64(time.Since(d.sim.began))))
	return time.Duration(1 + rng.Int64N(int64(longest)))
}

const ordinary, tardy = 4 * time.Millisecond, 600 * time.Millisecond

// Update implements ledger.Store.
func (d *door) Update(ctx context.Context, work func(context.Context, ledger.Tx) error) error {
	if d.isDead() {
		return errDead
	}
	turn, done := d.connect()
	defer done()
	f := d.take()
	d.sim.count(faultNames[f])
	d.pause(ordinary, uint64(turn))
	if f == faultAway {
		return errLost
	}
	if f == faultSlow {
		d.pause(tardy, uint64(turn))
	}
	var what uint64
	err := d.update(f)(context.WithValue(ctx, turnKey{}, turn), func(ctx context.Context, tx ledger.Tx) error {
		through := &doorTx{Tx: tx, door: d}
		err := work(ctx, through)
		if what = through.what; err != nil {
			return err
		}
		d.pause(ordinary, what)
		if f == crashBefore {
			d.crash()
		}
		if f == faultBefore {
			return errLost
		}
		if d.isDead() { // what a dead process began is rolled back
			return errDead
		}
		return nil
	})
	if f == crashAfter {
		d.crash()
	}
	d.pause(ordinary, what)
	switch {
	case err != nil:
		return err
	case d.isDead():
		return errDead
	case f == faultAfter, f == faultLate:
		return errLost
	}
	return nil
}

// update is the way to run a transaction under a fault.
func (d *door) update(f fault) func(context.Context, func(context.Context, ledger.Tx) error) error {
	m, inMemory := d.inner.(*memory)
	if f != faultLate || !inMemory {
		return d.inner.Update
	}
	return func(ctx context.Context, work func(context.Context, ledger.Tx) error) error {
		return m.updateLate(ctx, work, func(commit func()) {
			d.sim.background.Go(func() {
				d.pause(grid, 1)
				commit()
			})
		})
	}
}

// Overdue implements ledger.Store.
func (d *door) Overdue(ctx context.Context, all bool, limit int) ([]string, error) {
	if d.isDead() {
		return nil, errDead
	}
	return d.inner.Overdue(ctx, all, limit)
}

// doorTx lets time pass between a transaction's reads and its writes.
type doorTx struct {
	ledger.Tx
	door *door
	what uint64 // it is about
}

func (t *doorTx) Lock(ctx context.Context, accountIDs []string) (map[string]int64, error) {
	sum := fnv.New32a()
	for _, id := range accountIDs {
		_, _ = sum.Write([]byte(id)) // never fails
	}
	t.what = uint64(sum.Sum32())
	return t.Tx.Lock(ctx, accountIDs)
}

func (t *doorTx) Write(ctx context.Context, changes *ledger.Changes) error {
	t.door.pause(ordinary, t.what)
	switch t.door.sim.mutant {
	case settleAboveHold:
		moveCharges(changes, ledger.SettledAs, ledger.SettledAs, 1)
	case voidOnCrash:
		moveCharges(changes, ledger.AssumedFor, ledger.VoidedAs, -1)
	}
	return t.Tx.Write(ctx, changes)
}

var faultNames = [faultKinds]string{
	"commits", "commits that failed", "commits whose answer was lost", "commits that were late", "slow commits",
	"crashes before a commit", "crashes after a commit", "attempts while the database was away",
}

// mutant is a mistake that is made on purpose: the simulation must see it.
type mutant int

const (
	correct           mutant = iota
	checkThenAct             // budgets are read without locking them
	settleAboveHold          // a settlement charges more than was held
	voidOnCrash              // an unknown outcome is given back instead of charged
	forwardBeforeHold        // the upstream is called while the hold's commit runs
	answerBeforeBooks        // the client gets the end while the settlement's commit runs
	cachedKeys               // keys are remembered, not read in the decision
	retriesLostHolds         // a hold whose commit is in doubt counts as granted
	forgetsAttempts          // a call under a used idempotency key is a new call
	restoresUnfrozen         // a restored database lets spend again what was spent
	restoresKeys             // a restored database has its keys back
	restoresUnnoticed        // a restored database is served as it is
	mutants
)

var mutantNames = [mutants]string{
	"correct", "check-then-act", "settle-above-hold", "void-on-crash", "forward-before-hold", "answer-before-settlement",
	"cached-keys", "trust-lost-commits", "forget-attempts",
	"restore-unfrozen", "restore-revoked-keys", "restore-unnoticed",
}

// moveCharges falsifies, consistently in holds, budgets and entries, what ended
// holds of a state are charged: by as much again, or by nothing at all.
func moveCharges(changes *ledger.Changes, from, to ledger.HoldState, sign int64) {
	for _, hold := range changes.Ended {
		if hold.State != from {
			continue
		}
		hold.State = to
		for i := range hold.Parts {
			part := &hold.Parts[i]
			more := part.Amount
			if sign < 0 {
				more = -part.Charged
			}
			part.Charged += more
			for _, id := range part.Budgets {
				for _, budget := range changes.Budgets {
					if budget.ID == id {
						budget.Posted += more
						budget.CapHigh = max(budget.CapHigh, budget.Posted+budget.Pending)
					}
				}
			}
		}
		hold.ChargedDIEM, hold.ChargedUSD = 0, 0
		for _, part := range hold.Parts {
			if part.IsMoney() {
				hold.ChargedDIEM += part.Charged
			}
		}
	}
}
