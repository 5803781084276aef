package stake_test

import (
	"context"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/stake"
)

// watched runs a watcher in a bubble of fake time and records what it reports.
type watched struct {
	t     *testing.T
	chain *fakeChain
	stop  func() error

	mu      sync.Mutex
	reports []report
	refuse  error // what Changed answers
	errs    []error
}

type report struct {
	block     stake.Block
	addresses []common.Address
}

func watch(t *testing.T, policy stake.PolicyConfig, config stake.WatcherConfig) *watched {
	t.Helper()
	w := &watched{t: t, chain: newFakeChain()}
	config.Changed = func(_ context.Context, change stake.Change) error {
		block, addresses := change.Block, change.Addresses
		w.mu.Lock()
		defer w.mu.Unlock()
		w.reports = append(w.reports, report{block, addresses})
		return w.refuse
	}
	config.Failed = func(err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.errs = append(w.errs, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	watcher := newPolicy(t, w.chain, policy).Watcher(config)
	go func() { done <- watcher.Run(ctx) }()
	w.stop = func() error { cancel(); return <-done }
	synctest.Wait()
	return w
}

// after lets the fake time pass and returns what was reported meanwhile.
func (w *watched) after(d time.Duration) []report {
	w.taken()
	<-time.After(d) // of the bubble's clock: takes no time
	synctest.Wait()
	return w.taken()
}

// taken returns what was reported, and forgets it.
func (w *watched) taken() []report {
	w.mu.Lock()
	defer w.mu.Unlock()
	reports := w.reports
	w.reports = nil
	return reports
}

func (w *watched) setRefuse(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = err
}

func (w *watched) failures() []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.errs)
}

func (w *watched) want(name string, got []report, want ...report) {
	w.t.Helper()
	if !reflect.DeepEqual(got, want) {
		w.t.Errorf("%s: reported %+v, want %+v", name, got, want)
	}
}

var diemOnly = stake.PolicyConfig{Mint: devWorld.Mint, Allocation: devWorld.Allocation[1:]}

func TestWatcherReportsWhoWasTouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, diemOnly, stake.WatcherConfig{Interval: 500 * time.Millisecond})
		w.want("start", w.taken(), report{w.chain.blocks[0].Block, nil})
		w.want("nothing new", w.after(time.Minute))
		w.chain.mine(nil)
		w.want("empty block", w.after(time.Second))
		w.chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
		block := w.chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(2), tokens(1)); b.setDIEM(wallet(1), tokens(1)) })
		w.want("two blocks", w.after(500*time.Millisecond), report{block, []common.Address{wallet(1), wallet(2), diem}})
		if got := w.chain.touchCalls[len(w.chain.touchCalls)-1]; got != [2]uint64{2, 3} {
			t.Errorf("fetched blocks %v, want 2 to 3", got)
		}
		block = w.chain.mine(func(b *fakeBlock) { b.touches = []stake.Touch{{Contract: diem, Block: b.Number}} })
		w.want("an event that names nobody", w.after(time.Second), report{block, nil})
		if err := w.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestWatcherReportsEverybodyWhenATotalMayHaveChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, devWorld, stake.WatcherConfig{Interval: time.Second})
		block := w.chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
		w.want("stake into the pool", w.after(time.Second), report{block, nil})
		block = w.chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(1), tokens(1)) })
		w.want("stake of DIEM", w.after(time.Second), report{block, []common.Address{wallet(1), diem}})
		w.stop()
	})
}

func TestWatcherReportsEverybodyWhenTheChainTookBlocksBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, diemOnly, stake.WatcherConfig{Interval: time.Second})
		for range 5 {
			w.chain.mine(nil)
		}
		w.after(time.Second)

		w.chain.forget(3)
		w.want("head lower", w.after(time.Second), report{w.chain.blocks[2].Block, nil})
		w.chain.forget(1)
		block := w.chain.mine(nil)
		w.want("same height, other block", w.after(time.Second), report{block, nil})
		w.chain.forget(1)
		w.chain.mine(nil)
		block = w.chain.mine(nil)
		w.want("higher, on another branch", w.after(time.Second), report{block, nil})
		w.chain.mine(nil)
		w.want("and then all is well again", w.after(time.Second))
		w.stop()
	})
}

func TestWatcherReportsEverybodyAfterALargeGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, diemOnly, stake.WatcherConfig{Interval: time.Second, MaxRange: 10})
		var block stake.Block
		for range 10 {
			w.chain.mine(nil)
		}
		w.want("10 blocks", w.after(time.Second))
		for range 11 {
			block = w.chain.mine(nil)
		}
		w.want("11 blocks", w.after(time.Second), report{block, nil})
		w.stop()
	})
}

func TestWatcherReportsEverybodyAtEachRecheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, diemOnly, stake.WatcherConfig{Interval: time.Second, Recheck: time.Minute})
		if got := w.after(10*time.Minute + time.Second); len(got) != 10 || got[9].addresses != nil {
			t.Errorf("%d reports in ten minutes", len(got))
		}
		w.stop()
	})
}

func TestWatcherRepeatsWhatWasNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, diemOnly, stake.WatcherConfig{Interval: time.Second})
		w.setRefuse(errors.New("ledger is busy"))
		first := w.chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(1), tokens(1)) })
		w.want("refused", w.after(time.Second), report{first, []common.Address{wallet(1), diem}})
		second := w.chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(2), tokens(1)) })
		w.setRefuse(nil)
		w.want("again, with what came since", w.after(2*time.Second), report{second, []common.Address{wallet(1), diem, wallet(2)}})
		w.stop()
	})
}

func TestWatcherBacksOffAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch(t, diemOnly, stake.WatcherConfig{Interval: 500 * time.Millisecond})
		w.chain.setDown(errDown)
		w.after(10 * time.Minute)
		if errs := w.failures(); len(errs) < 50 || len(errs) > 75 || !errors.Is(errs[0], stake.ErrChain) {
			t.Errorf("%d failures in ten minutes: %v", len(errs), errs)
		}
		w.chain.setDown(nil)
		block := w.chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(1), new(big.Int)) })
		got := w.after(10 * time.Second)
		if errs := w.failures(); len(got) != 1 || got[0].block != block || errs[len(errs)-1] != nil {
			t.Errorf("after ten seconds: %+v", got)
		}
		w.chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(1), tokens(1)) })
		if got := w.after(500 * time.Millisecond); len(got) != 1 {
			t.Error("the interval did not go back to normal")
		}
		w.stop()
	})
}

// Every change says why it may be one.
func TestChangesTellTheirCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := newFakeChain()
		var mu sync.Mutex
		var causes []stake.Cause
		watcher := newPolicy(t, chain, devWorld).Watcher(stake.WatcherConfig{
			Interval: time.Second, MaxRange: 3,
			Changed: func(_ context.Context, change stake.Change) error {
				mu.Lock()
				defer mu.Unlock()
				causes = append(causes, change.Cause)
				return nil
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- watcher.Run(ctx) }()
		step := func(want stake.Cause, d time.Duration) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if len(causes) != 1 || causes[0] != want {
				t.Errorf("causes %v, want %s", causes, want)
			}
			causes = nil
		}
		step(stake.CauseStart, 0)
		chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(1), tokens(1)) })
		step(stake.CauseEvents, 1500*time.Millisecond)
		chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
		step(stake.CauseTotal, time.Second)
		chain.forget(1)
		chain.mine(nil)
		step(stake.CauseReorg, time.Second)
		for range 4 {
			chain.mine(nil)
		}
		step(stake.CauseGap, time.Second)
		step(stake.CauseRecheck, 5*time.Minute)
		cancel()
		<-done
	})
}

// Where reading everybody takes long, a pool whose total moves with every block
// takes a tenth of the time; who is named by an event is read at once.
func TestAMovingTotalDoesNotKeepTheChainBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := newFakeChain()
		var everybody, named atomic.Int64
		watcher := newPolicy(t, chain, devWorld).Watcher(stake.WatcherConfig{
			Interval: time.Second,
			Changed: func(_ context.Context, change stake.Change) error {
				if change.Addresses != nil {
					named.Add(1)
					return nil
				}
				everybody.Add(1)
				time.Sleep(5 * time.Second)
				return nil
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- watcher.Run(ctx) }()
		for i := range int64(200) { // an event every second
			time.Sleep(time.Second)
			chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(i+1)) })
		}
		if n := everybody.Load(); n < 4 || n > 6 || named.Load() < 100 {
			t.Errorf("in 200 s everybody was read %d times, at 5 s each, and the named %d times", n, named.Load())
		}
		time.Sleep(time.Minute)
		before := everybody.Load()
		if before > 7 {
			t.Errorf("a total that stands still was read %d times", before)
		}
		time.Sleep(3 * time.Minute)
		if n := everybody.Load(); n > before+1 { // the one that comes every five minutes
			t.Errorf("and again %d times", n-before)
		}
		cancel()
		<-done
	})
}
