package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stakegate/internal/apikey"
)

// memory is a store in memory whose commits can be made slow or made to fail.
type memory struct {
	mu     sync.Mutex
	world  *world
	slow   time.Duration
	fail   func() error // after the work was done, as if the answer was lost
	commit int
}

func (m *memory) Update(ctx context.Context, work func(context.Context, Tx) error) error {
	time.Sleep(m.slow)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.commit++
	if err := work(ctx, memoryTx{m.world}); err != nil {
		return err
	}
	if m.fail != nil {
		return m.fail()
	}
	return nil
}

func (m *memory) Overdue(_ context.Context, all bool, _ int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for id, hold := range m.world.state.Holds {
		if hold.State == Reserved && (all || hold.Deadline.Before(m.world.state.Now)) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (m *memory) state(holdID string) HoldState {
	m.mu.Lock()
	defer m.mu.Unlock()
	if hold := m.world.state.Holds[holdID]; hold != nil {
		return hold.State
	}
	return ""
}

type memoryTx struct{ world *world }

func (t memoryTx) Now(context.Context) (time.Time, error) { return t.world.state.Now, nil }
func (t memoryTx) Forget(context.Context) error           { return nil }

func (t memoryTx) AccountsOf(_ context.Context, hashes [][32]byte, ids []string) (map[[32]byte]string, map[string]string, error) {
	byHash, byHold := map[[32]byte]string{}, map[string]string{}
	for _, hash := range hashes {
		if key := t.world.state.Keys[hash]; key != nil {
			byHash[hash] = key.AccountID
		}
	}
	for _, id := range ids {
		if hold := t.world.state.Holds[id]; hold != nil {
			byHold[id] = hold.AccountID
		}
	}
	return byHash, byHold, nil
}

func (t memoryTx) Lock(context.Context, []string) (map[string]int64, error) {
	return maps.Clone(t.world.state.Seqs), nil
}

func (t memoryTx) Keys(_ context.Context, hashes [][32]byte) (keys []*Key, _ error) {
	for _, hash := range hashes {
		if key := t.world.state.Keys[hash]; key != nil {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func (t memoryTx) KeysByID(_ context.Context, ids []string) (keys []*Key, _ error) {
	for _, key := range t.world.state.Keys {
		if slices.Contains(ids, key.ID) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func (t memoryTx) Take(ctx context.Context, ids []string) ([]*Hold, error) {
	holds, err := t.Holds(ctx, ids)
	return slices.DeleteFunc(holds, func(hold *Hold) bool { return hold.State != Reserved }), err
}

func (t memoryTx) Holds(_ context.Context, ids []string) (holds []*Hold, _ error) {
	for _, id := range ids {
		if hold := t.world.state.Holds[id]; hold != nil {
			holds = append(holds, hold)
		}
	}
	return holds, nil
}

func (t memoryTx) Attempts(_ context.Context, ids []string) (attempts []*Attempt, _ error) {
	for _, id := range ids {
		if attempt := t.world.state.Attempts[id]; attempt != nil {
			attempts = append(attempts, attempt)
		}
	}
	return attempts, nil
}

func (t memoryTx) Budgets(_ context.Context, ids, _ []string) (budgets []*Budget, _ error) {
	for _, id := range ids {
		if budget := t.world.state.Budgets[id]; budget != nil {
			budgets = append(budgets, budget)
		}
	}
	return budgets, nil
}

func (t memoryTx) Write(_ context.Context, changes *Changes) error {
	for _, budget := range changes.Budgets {
		t.world.state.Budgets[budget.ID] = budget
	}
	for _, attempt := range changes.Attempts {
		t.world.state.Attempts[attempt.ID] = attempt
	}
	for _, hold := range changes.NewHolds {
		t.world.state.Holds[hold.ID] = hold
	}
	t.world.entries = append(t.world.entries, changes.Log()...)
	maps.Copy(t.world.state.Seqs, changes.Seqs)
	return nil
}

// inBubble runs a test with an engine over memory under fake time.
func inBubble(t *testing.T, config EngineConfig, test func(t *testing.T, engine *Engine, store *memory, key *Key)) {
	synctest.Test(t, func(t *testing.T) {
		key := testKey(0, apikey.Limits{})
		store := &memory{world: newWorld(key)}
		store.world.do(grantOp("0x0", 1000, 0, 0))
		config.Sources = testSources
		engine := NewEngine(store, config)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = engine.Run(ctx) }()
		test(t, engine, store, key)
		cancel()
		<-done
		store.world.check(t)
		if engine.Violations() != 0 {
			t.Errorf("%d violations", engine.Violations())
		}
	})
}

func request(key *Key, id string) HoldRequest { return *holdOp(key, id, 1, 1).Hold }

// What arrives while a commit is in flight is one batch.
func TestConcurrentCallsShareCommits(t *testing.T) {
	inBubble(t, EngineConfig{}, func(t *testing.T, engine *Engine, store *memory, key *Key) {
		store.slow = time.Second
		var group sync.WaitGroup
		for i := range 101 {
			group.Go(func() {
				if _, err := engine.Hold(t.Context(), request(key, fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if store.commit > 3 {
			t.Errorf("101 calls took %d commits", store.commit)
		}
	})
}

func TestFullQueueIsBusy(t *testing.T) {
	inBubble(t, EngineConfig{QueueLength: 1}, func(t *testing.T, engine *Engine, store *memory, key *Key) {
		store.slow = time.Second
		var group sync.WaitGroup
		var mu sync.Mutex
		busy := 0
		for i := range 10 {
			group.Go(func() {
				_, err := engine.Hold(t.Context(), request(key, fmt.Sprint(i)))
				if errors.Is(err, ErrBusy) {
					mu.Lock()
					busy++
					mu.Unlock()
				}
			})
		}
		group.Wait()
		if busy == 0 {
			t.Error("nobody was told that the ledger is busy")
		}
	})
}

// A caller that gives up leaves no hold behind, whenever it does so.
func TestCallerThatLeavesLeavesNoHold(t *testing.T) {
	for _, after := range []time.Duration{0, time.Second / 2, 3 * time.Second / 2} {
		inBubble(t, EngineConfig{}, func(t *testing.T, engine *Engine, store *memory, key *Key) {
			store.slow = time.Second
			var group sync.WaitGroup
			group.Go(func() { _, _ = engine.Hold(t.Context(), request(key, "first")) })
			synctest.Wait() // its commit is in flight; the next one begins after a second
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			if _, err := engine.Hold(ctx, request(key, "left")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			group.Wait()
			time.Sleep(5 * time.Second) // of the bubble: whatever was granted late is released
			if state := store.state("left"); state == Reserved {
				t.Errorf("left after %v: the hold is still %s", after, state)
			}
		})
	}
}

// When a commit's answer is lost, its callers must not go on; should the holds
// exist after all, the next commit releases them.
func TestHoldOfALostCommitIsReleased(t *testing.T) {
	inBubble(t, EngineConfig{SweepEvery: time.Second}, func(t *testing.T, engine *Engine, store *memory, key *Key) {
		store.fail = func() error { return errors.New("the connection was lost") }
		if _, err := engine.Hold(t.Context(), request(key, "h")); !errors.Is(err, ErrBusy) {
			t.Fatalf("got %v", err)
		}
		if store.state("h") != Reserved {
			t.Fatal("the test's commit did not take effect")
		}
		store.mu.Lock()
		store.fail = nil
		store.mu.Unlock()
		time.Sleep(2 * time.Second) // fake time: the sweep's tick
		synctest.Wait()
		if state := store.state("h"); state != VoidedAs {
			t.Errorf("the hold is %s", state)
		}
	})
}

func TestStoppedEngineIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := NewEngine(&memory{world: newWorld()}, EngineConfig{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := engine.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if err := engine.Void(t.Context(), "h"); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v", err)
		}
	})
}

// A database that stands still does not keep a caller beyond its patience, and
// the hold that it grants in the end is released.
func TestStalledCommitLetsItsCallersGo(t *testing.T) {
	inBubble(t, EngineConfig{}, func(t *testing.T, engine *Engine, store *memory, key *Key) {
		store.slow = time.Minute
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := engine.Hold(ctx, request(key, "h"))
		if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took != 2*time.Second {
			t.Errorf("after %s: %v", took, err)
		}
		time.Sleep(3 * time.Minute) // of the bubble: two commits
		if state := store.state("h"); state != VoidedAs {
			t.Errorf("the hold is %q", state)
		}
	})
}

// A decision that would break an invariant is rolled back and counted.
func TestBrokenInvariantIsStopped(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	store := &memory{world: newWorld(key)}
	store.world.do(grantOp("0x0", 1000, 0, 0), holdOp(key, "h", 5, 5))
	store.world.state.Budgets[AllocationBudget("0x0", "venice-diem", EpochOf(noon))].Pending = 0 // as if corrupted
	engine := NewEngine(store, EngineConfig{Sources: testSources})
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { _ = engine.Run(ctx) })
	if _, err := engine.Settle(t.Context(), Settlement{HoldID: "h", Cost: 5}); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	cancel()
	group.Wait()
	if engine.Violations() != 1 {
		t.Errorf("%d violations were counted", engine.Violations())
	}
}
