package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
)

// backing is what replicas share: the ledger's rows and the keys. The product's
// SQL store is one, memory is the other.
type backing interface {
	ledger.Store
	InsertKey(ctx context.Context, insertion issuer.Insertion) error
	RevokeKey(ctx context.Context, accountID, id string, by apikey.Actor) error
	UpdateKey(ctx context.Context, accountID, id string, by apikey.Actor, edit func(*apikey.Key)) (apikey.Key, error)
}

// memory is a transactional store with the semantics of PostgreSQL at READ
// COMMITTED: a row that a transaction locked stays locked until its end, every
// read sees what is committed by then, and what is written is seen by others
// at the commit, all at once or not at all.
type memory struct {
	clock  func() time.Time
	failed func(format string, arguments ...any)
	mutant mutant

	mu       sync.Mutex
	locks    map[string]chan struct{} // by row, full while locked
	accounts map[string]int64
	keys     map[[32]byte]*ledger.Key
	stale    map[[32]byte]*ledger.Key // as first read, for a mutant
	holds    map[string]*ledger.Hold
	budgets  map[string]*ledger.Budget
	attempts map[string]*ledger.Attempt
	shadow   map[string]*ledger.Budget // recomputed from the entries alone
	log      []string
}

func newMemory(clock func() time.Time, failed func(string, ...any), m mutant) *memory {
	return &memory{
		clock: clock, failed: failed, mutant: m,
		locks: map[string]chan struct{}{}, accounts: map[string]int64{}, keys: map[[32]byte]*ledger.Key{},
		stale: map[[32]byte]*ledger.Key{}, holds: map[string]*ledger.Hold{},
		budgets: map[string]*ledger.Budget{}, shadow: map[string]*ledger.Budget{}, attempts: map[string]*ledger.Attempt{},
	}
}

// memoryTx is one transaction.
type memoryTx struct {
	m      *memory
	locked map[string]bool
	order  []string // of what is locked
	writes []*ledger.Changes
	keys   []*ledger.Key
	forget bool
	now    time.Time
	turn   time.Duration // of no two processes the same
}

// turnKey is of a context that knows its process's turn.
type turnKey struct{}

func turnOf(ctx context.Context) time.Duration {
	turn, _ := ctx.Value(turnKey{}).(time.Duration)
	return turn
}

// Update implements ledger.Store.
func (m *memory) Update(ctx context.Context, work func(context.Context, ledger.Tx) error) error {
	return m.transact(func(tx *memoryTx) error {
		tx.turn = turnOf(ctx)
		return work(ctx, tx)
	})
}

func (m *memory) transact(work func(*memoryTx) error) error {
	tx := &memoryTx{m: m, locked: map[string]bool{}}
	defer tx.release()
	if err := work(tx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.commit(tx)
}

// updateLate runs a transaction whose client loses the connection during the
// commit: the commit happens later, and until then its rows stay locked.
func (m *memory) updateLate(ctx context.Context, work func(context.Context, ledger.Tx) error, later func(commit func())) error {
	tx := &memoryTx{m: m, locked: map[string]bool{}, turn: turnOf(ctx)}
	if err := work(ctx, tx); err != nil {
		tx.release()
		return err
	}
	later(func() {
		defer tx.release()
		m.mu.Lock()
		defer m.mu.Unlock()
		if err := m.commit(tx); err != nil {
			m.failed("a late commit: %v", err)
		}
	})
	return errLost
}

func (t *memoryTx) release() {
	for _, name := range slices.Backward(t.order) {
		<-t.m.row(name)
	}
}

func (m *memory) row(name string) chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks[name] == nil {
		m.locks[name] = make(chan struct{}, 1)
	}
	return m.locks[name]
}

// lock waits for a row. Names must come in one order for every transaction.
func (t *memoryTx) lock(name string) {
	if t.locked[name] || t.m.mutant == checkThenAct {
		return
	}
	row := t.m.row(name)
	select {
	case row <- struct{}{}:
	default:
		row <- struct{}{}
		time.Sleep(t.turn) // others may have waited for the same commit
	}
	t.locked[name] = true
	t.order = append(t.order, name)
}

func (t *memoryTx) Now(context.Context) (time.Time, error) { return t.time(), nil }

func (t *memoryTx) time() time.Time {
	if t.now.IsZero() {
		t.now = t.m.clock().UTC().Truncate(time.Millisecond)
	}
	return t.now
}

func (t *memoryTx) AccountsOf(_ context.Context, hashes [][32]byte, ids []string) (map[[32]byte]string, map[string]string, error) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	byHash, byHold := map[[32]byte]string{}, map[string]string{}
	for _, hash := range hashes {
		if key := t.m.keys[hash]; key != nil {
			byHash[hash] = key.AccountID
		}
	}
	for _, id := range ids {
		if hold := t.m.holds[id]; hold != nil {
			byHold[id] = hold.AccountID
		}
	}
	return byHash, byHold, nil
}

func (t *memoryTx) Lock(_ context.Context, ids []string) (map[string]int64, error) {
	if !slices.IsSorted(ids) {
		return nil, errors.New("accounts are not in order: two replicas could wait for each other")
	}
	for _, id := range ids {
		t.lock("account " + id)
	}
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	seqs := map[string]int64{}
	for _, id := range ids {
		seqs[id] = t.m.accounts[id]
	}
	return seqs, nil
}

func (t *memoryTx) Keys(_ context.Context, hashes [][32]byte) (keys []*ledger.Key, _ error) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	for _, hash := range hashes {
		key := t.m.keys[hash]
		if key == nil {
			continue
		}
		if t.m.stale[hash] == nil {
			t.m.stale[hash] = copyOf(key)
		}
		if t.m.mutant == cachedKeys {
			key = t.m.stale[hash]
		}
		keys = append(keys, copyOf(key))
	}
	return keys, nil
}

func (t *memoryTx) KeysByID(_ context.Context, ids []string) (keys []*ledger.Key, _ error) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	for _, key := range t.m.keys {
		if slices.Contains(ids, key.ID) {
			keys = append(keys, copyOf(key))
		}
	}
	return keys, nil
}

func copyOf[T any](value *T) *T { copied := *value; return &copied }

func copyHold(hold *ledger.Hold) *ledger.Hold {
	copied := copyOf(hold)
	copied.Parts = slices.Clone(hold.Parts)
	return copied
}

func (t *memoryTx) Take(ctx context.Context, ids []string) ([]*ledger.Hold, error) {
	holds, err := t.Holds(ctx, ids)
	return slices.DeleteFunc(holds, func(hold *ledger.Hold) bool { return hold.State != ledger.Reserved }), err
}

func (t *memoryTx) Holds(_ context.Context, ids []string) (holds []*ledger.Hold, _ error) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	for _, id := range ids {
		if hold := t.m.holds[id]; hold != nil {
			holds = append(holds, copyHold(hold))
		}
	}
	return holds, nil
}

func (t *memoryTx) Attempts(_ context.Context, ids []string) (attempts []*ledger.Attempt, _ error) {
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	for _, id := range ids {
		if attempt := t.m.attempts[id]; attempt != nil && t.m.mutant != forgetsAttempts {
			attempts = append(attempts, copyOf(attempt))
		}
	}
	return attempts, nil
}

func (t *memoryTx) Budgets(_ context.Context, ids, create []string) (budgets []*ledger.Budget, _ error) {
	if !slices.IsSorted(ids) || !slices.IsSorted(create) {
		return nil, errors.New("budgets are not in order: two replicas could wait for each other")
	}
	made := map[string]bool{}
	for _, id := range create {
		made[id] = true
	}
	for _, id := range ids {
		t.m.mu.Lock()
		exists := t.m.budgets[id] != nil || made[id]
		t.m.mu.Unlock()
		if exists {
			t.lock("budget " + id)
		}
	}
	t.m.mu.Lock()
	defer t.m.mu.Unlock()
	for _, id := range ids {
		if budget := t.m.budgets[id]; budget != nil {
			budgets = append(budgets, copyOf(budget))
		} else if made[id] {
			budgets = append(budgets, &ledger.Budget{ID: id})
		}
	}
	return budgets, nil
}

func (t *memoryTx) Forget(context.Context) error {
	t.forget = true
	return nil
}

func (t *memoryTx) Write(_ context.Context, changes *ledger.Changes) error {
	t.writes = append(t.writes, changes)
	return nil
}

// commit applies a transaction; m.mu is held.
func (m *memory) commit(t *memoryTx) error {
	for _, key := range t.keys {
		m.keys[key.Hash] = copyOf(key)
	}
	for _, changes := range t.writes {
		if err := m.checkConstraints(changes); err != nil {
			return err
		}
		m.checkCommit(changes, t.now)
		for _, budget := range changes.Budgets {
			m.budgets[budget.ID] = copyOf(budget)
		}
		for _, hold := range slices.Concat(changes.NewHolds, changes.Ended, changes.Corrected) {
			m.holds[hold.ID] = copyHold(hold)
		}
		for _, attempt := range changes.Attempts {
			m.attempts[attempt.ID] = copyOf(attempt)
		}
		maps.Copy(m.accounts, changes.Seqs)
	}
	if t.forget {
		now := m.clock()
		maps.DeleteFunc(m.budgets, func(_ string, b *ledger.Budget) bool {
			return !b.Expires.IsZero() && b.Expires.Before(now) && b.Pending == 0
		})
		maps.DeleteFunc(m.attempts, func(_ string, a *ledger.Attempt) bool { return a.Expires.Before(now) })
	}
	return nil
}

// checkConstraints refuses what the tables' CHECKs and keys would refuse.
func (m *memory) checkConstraints(changes *ledger.Changes) error {
	for _, b := range changes.Budgets {
		if b.Cap < 0 || b.CapHigh < b.Cap || b.Posted < 0 || b.Pending < 0 || b.CapHigh-b.Posted-b.Pending < 0 {
			m.failed("I2: budget %s would be %+v", b.ID, *b)
			return fmt.Errorf("constraint ceiling of budget %s", b.ID)
		}
	}
	return nil
}

// Overdue implements ledger.Store.
func (m *memory) Overdue(_ context.Context, all bool, limit int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock()
	var overdue []*ledger.Hold
	for _, hold := range m.holds {
		if hold.State == ledger.Reserved && (all || !hold.Deadline.After(now)) {
			overdue = append(overdue, hold)
		}
	}
	slices.SortFunc(overdue, func(a, b *ledger.Hold) int {
		return cmp.Or(a.Deadline.Compare(b.Deadline), cmp.Compare(a.ID, b.ID))
	})
	var ids []string
	for _, hold := range overdue[:min(limit, len(overdue))] {
		ids = append(ids, hold.ID)
	}
	return ids, nil
}
