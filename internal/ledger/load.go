package ledger

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// load locks what the operations need, in one fixed order (accounts, then
// budgets, each by id), and reads it.
func load(ctx context.Context, tx Tx, sources []Source, owners *owners, ops []Op) (*State, error) {
	hashes, holdIDs := wanted(ops)
	accounts, holdIDs, err := owners.accounts(ctx, tx, hashes, holdIDs, ops)
	if err != nil {
		return nil, err
	}
	state := &State{
		Sources: sources, Keys: map[[32]byte]*Key{}, Holds: map[string]*Hold{}, Budgets: map[string]*Budget{},
		Attempts: map[string]*Attempt{},
	}
	ahead := false
	if reader, ok := tx.(aheadReader); ok {
		ahead = reader.ReadAhead(hashes, holdIDs, owners.budgetsOf(hashes, holdIDs))
	}
	if state.Seqs, err = tx.Lock(ctx, accounts); err != nil {
		return nil, err
	}
	if state.Now, err = tx.Now(ctx); err != nil {
		return nil, err
	}
	if err := state.read(ctx, tx, hashes, holdIDs, ops); err != nil {
		return nil, err
	}
	if ahead {
		owners.spent(state, ops)
	}
	return state, nil
}

// aheadReader is a Tx with round trips to save: it is told before the lock what
// will be read after it, and budgets that are likely to be. It says whether it
// has use for that.
type aheadReader interface {
	ReadAhead(hashes [][32]byte, holdIDs, budgetIDs []string) bool
}

// read reads keys, holds and budgets; their accounts are locked.
func (s *State) read(ctx context.Context, tx Tx, hashes [][32]byte, holdIDs []string, ops []Op) error {
	keys, err := tx.Keys(ctx, hashes)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, locked := s.Seqs[key.AccountID]; locked { // else it was made just now
			s.Keys[key.Hash] = key
		}
	}
	if err := s.readParents(ctx, tx, keys); err != nil {
		return err
	}
	repeats, err := s.readAttempts(ctx, tx, ops)
	if err != nil {
		return err
	}
	if err := s.readHolds(ctx, tx, holdIDs, repeats); err != nil {
		return err
	}
	budgets, err := tx.Budgets(ctx, s.budgetIDs(ops), s.pools(ops))
	if err != nil {
		return err
	}
	for _, budget := range budgets {
		s.Budgets[budget.ID] = budget
	}
	return nil
}

// readParents fills in the keys that sub-keys were made under. They belong to
// the same account; one that is missing leaves its sub-key inactive.
func (s *State) readParents(ctx context.Context, tx Tx, keys []*Key) error {
	var ids []string
	for _, key := range keys {
		ids = append(ids, key.ParentIDs...)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	found, err := tx.KeysByID(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	parents := make(map[string]*apikey.Key, len(found))
	for _, parent := range found {
		parents[parent.ID] = &parent.Key
	}
	for _, key := range keys {
		key.Key.Below(parents)
	}
	return nil
}

// readHolds takes the running holds that operations end. What of them has ended
// already is read, and so are the holds of repeated attempts.
func (s *State) readHolds(ctx context.Context, tx Tx, holdIDs, repeats []string) error {
	taken, err := tx.Take(ctx, holdIDs)
	if err != nil {
		return err
	}
	for _, hold := range taken {
		if _, locked := s.Seqs[hold.AccountID]; !locked {
			return fmt.Errorf("hold %s was taken without its account's lock", hold.ID)
		}
		s.Holds[hold.ID] = hold
	}
	var others []string
	for _, id := range union(holdIDs, repeats) {
		if s.Holds[id] == nil {
			others = append(others, id)
		}
	}
	if len(others) == 0 {
		return nil
	}
	holds, err := tx.Holds(ctx, others)
	if err != nil {
		return err
	}
	for _, hold := range holds {
		if _, locked := s.Seqs[hold.AccountID]; locked {
			s.Holds[hold.ID] = hold
		}
	}
	return nil
}

// owners remembers which account a key or a running hold belongs to, neither
// of which ever changes, and which budgets they were seen to touch, which is only
// a guess for the next time. It is safe for concurrent use.
type owners struct {
	mu     sync.RWMutex
	keys   map[[32]byte]string
	holds  map[string]string
	spends map[[32]byte][]string // budgets, by key
	parts  map[string][]Part     // of running holds
}

const maxOwners = 1 << 17 // of each kind; beyond it the memory starts anew

func newOwners() *owners {
	return &owners{keys: map[[32]byte]string{}, holds: map[string]string{}, spends: map[[32]byte][]string{}, parts: map[string][]Part{}}
}

// budgetsOf are budgets that operations of these keys and holds are likely to
// touch, sorted.
func (o *owners) budgetsOf(hashes [][32]byte, holdIDs []string) []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	var ids []string
	for _, hash := range hashes {
		ids = append(ids, o.spends[hash]...)
	}
	for _, id := range holdIDs {
		for i := range o.parts[id] {
			ids = append(ids, o.parts[id][i].Budgets...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// spent remembers the budgets that holds of each key touch.
func (o *owners) spent(s *State, ops []Op) {
	o.mu.Lock()
	defer o.mu.Unlock()
	done := map[[32]byte]bool{}
	for i := range ops {
		hold := ops[i].Hold
		if hold == nil || done[hold.KeyHash] || s.Keys[hold.KeyHash] == nil {
			continue
		}
		done[hold.KeyHash] = true
		if len(o.spends) >= maxOwners {
			clear(o.spends)
		}
		var ids []string
		for _, way := range s.funds(s.Keys[hold.KeyHash]) {
			ids = append(ids, way.budgets...)
		}
		o.spends[hold.KeyHash] = s.callBudgets(hold, ids)
	}
}

// account is the account that an operation concerns, "" if that is not known.
func (o *owners) account(op *Op) string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	switch {
	case op.Hold != nil:
		return o.keys[op.Hold.KeyHash]
	case op.Settle != nil:
		return o.holds[op.Settle.HoldID]
	case op.Grant != nil:
		return op.Grant.AccountID
	case op.Credit != nil:
		return op.Credit.AccountID
	}
	return o.holds[op.Void+op.Assume] // one of them is empty
}

// known collects the accounts that operations are known to touch, and the keys
// and holds whose accounts have to be asked for.
func (o *owners) known(hashes [][32]byte, holdIDs []string) (set map[string]bool, newHashes [][32]byte, newHolds []string) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	set = map[string]bool{}
	for _, hash := range hashes {
		if account := o.keys[hash]; account != "" {
			set[account] = true
		} else {
			newHashes = append(newHashes, hash)
		}
	}
	for _, id := range holdIDs {
		if account := o.holds[id]; account != "" {
			set[account] = true
		} else {
			newHolds = append(newHolds, id)
		}
	}
	return set, newHashes, newHolds
}

// accounts lists the accounts that operations touch, and those of the holds
// whose accounts are among them, both sorted.
func (o *owners) accounts(ctx context.Context, tx Tx, hashes [][32]byte, holdIDs []string, ops []Op) (accounts, owned []string, err error) {
	set, newHashes, newHolds := o.known(hashes, holdIDs)
	unknown := map[string]bool{}
	if len(newHashes)+len(newHolds) > 0 {
		byHash, byHold, err := tx.AccountsOf(ctx, newHashes, newHolds)
		if err != nil {
			return nil, nil, err
		}
		for _, id := range newHolds {
			unknown[id] = byHold[id] == ""
		}
		for account := range maps.Values(byHash) {
			set[account] = true
		}
		for account := range maps.Values(byHold) {
			set[account] = true
		}
		o.add(byHash, byHold)
	}
	for _, op := range ops {
		switch {
		case op.Grant != nil:
			set[op.Grant.AccountID] = true
		case op.Credit != nil:
			set[op.Credit.AccountID] = true
		case op.Account != "":
			set[op.Account] = true
			unknown[op.Void] = false
		}
	}
	owned = slices.DeleteFunc(slices.Clone(holdIDs), func(id string) bool { return unknown[id] })
	return slices.Sorted(maps.Keys(set)), owned, nil
}

func (o *owners) add(keys map[[32]byte]string, holds map[string]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.keys)+len(keys) > maxOwners {
		clear(o.keys)
	}
	if len(o.holds)+len(holds) > maxOwners { // of holds that other replicas ended
		clear(o.holds)
	}
	maps.Copy(o.keys, keys)
	maps.Copy(o.holds, holds)
}

// learn remembers new holds and forgets ended ones.
func (o *owners) learn(changes *Changes) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, hold := range changes.NewHolds {
		o.holds[hold.ID] = hold.AccountID
		if len(o.parts) >= maxOwners {
			clear(o.parts)
		}
		o.parts[hold.ID] = hold.Parts
	}
	for _, hold := range changes.Ended {
		delete(o.holds, hold.ID)
		delete(o.parts, hold.ID)
	}
}

// wanted lists the key hashes and hold ids that operations name, sorted.
func wanted(ops []Op) (hashes [][32]byte, holdIDs []string) {
	for i := range ops {
		switch op := &ops[i]; {
		case op.Hold != nil:
			if len(hashes) == 0 || hashes[len(hashes)-1] != op.Hold.KeyHash { // often the same
				hashes = append(hashes, op.Hold.KeyHash)
			}
		case op.Settle != nil:
			holdIDs = append(holdIDs, op.Settle.HoldID)
		case op.Void != "":
			holdIDs = append(holdIDs, op.Void)
		case op.Assume != "":
			holdIDs = append(holdIDs, op.Assume)
		}
	}
	slices.SortFunc(hashes, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	slices.Sort(holdIDs)
	return slices.Compact(hashes), slices.Compact(holdIDs)
}

// pools lists the shared budgets that operations may make.
func (s *State) pools(ops []Op) []string {
	ids := map[string]bool{}
	for _, op := range ops {
		if op.Grant == nil {
			continue
		}
		for _, source := range op.Grant.Sources {
			if s.pooled(source.Source) {
				ids[PoolBudget(source.Source, op.Grant.Epoch)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

func (s *State) pooled(source string) bool {
	return slices.Contains(s.Sources, Source{Name: source, Pooled: true})
}

// budgetIDs lists the budgets that operations touch, sorted.
func (s *State) budgetIDs(ops []Op) []string {
	ids := make([]string, 0, 2*len(ops))
	for i := range ops {
		switch op := &ops[i]; {
		case op.Hold != nil:
			ids = s.holdBudgets(op.Hold, ids)
		case op.Grant != nil:
			for _, source := range op.Grant.Sources {
				ids = append(ids, AllocationBudget(op.Grant.AccountID, source.Source, op.Grant.Epoch))
				if s.pooled(source.Source) {
					ids = append(ids, PoolBudget(source.Source, op.Grant.Epoch))
				}
			}
		case op.Credit != nil:
			ids = append(ids, CreditBudget(op.Credit.AccountID))
		}
	}
	for _, hold := range s.Holds {
		for i := range hold.Parts {
			ids = append(ids, hold.Parts[i].Budgets...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (s *State) holdBudgets(request *HoldRequest, ids []string) []string {
	key := s.Keys[request.KeyHash]
	if key == nil {
		return ids
	}
	if _, known := s.ways[key]; !known {
		for _, way := range s.funds(key) {
			ids = append(ids, way.budgets...)
		}
	}
	return s.callBudgets(request, ids)
}

// callBudgets adds the rows that count calls, not money.
func (s *State) callBudgets(request *HoldRequest, ids []string) []string {
	key := s.Keys[request.KeyHash]
	ids = flightIDs(key, ids)
	for _, rate := range request.Rates {
		ids = append(ids, RateBudget(key.AccountID, rate.Kind, rate.Tier, s.Now))
	}
	return ids
}

// Standing is what an account or key looks like now, for balance answers.
type Standing struct {
	// Granted is false when this epoch's allocation was not read yet.
	Granted bool
	// Allocation is the sum of the sources' caps in this epoch; EverDIEM says
	// that some source gave something in this epoch.
	Allocation money.Nano
	EverDIEM   bool
	// SpentDIEM is what was charged to the sources in this epoch, HeldDIEM what
	// is set aside in them for calls that run.
	SpentDIEM, HeldDIEM money.Nano
	HasUSD              bool
	Balance
}

// StandingOf computes an account's standing from its budgets at the given
// time. It reads nothing but the rows handed in, by id.
func StandingOf(sources []Source, accountID, epoch string, budgets map[string]*Budget) Standing {
	standing := Standing{Granted: true}
	for _, source := range sources {
		budget := budgets[AllocationBudget(accountID, source.Name, epoch)]
		if budget == nil {
			standing.Granted = false
			continue
		}
		free := budget.Free()
		if source.Pooled {
			if pool := budgets[PoolBudget(source.Name, epoch)]; pool != nil {
				free = min(free, pool.Free())
			}
		}
		standing.Allocation = standing.Allocation.Add(budget.Cap)
		standing.SpentDIEM, standing.HeldDIEM = standing.SpentDIEM.Add(budget.Posted), standing.HeldDIEM.Add(budget.Pending)
		standing.EverDIEM = standing.EverDIEM || budget.CapHigh > 0
		standing.DIEM = standing.DIEM.Add(free)
	}
	if credit := budgets[CreditBudget(accountID)]; credit != nil {
		standing.HasUSD = true
		standing.USD = credit.Free()
	}
	return standing
}

// StandingIDs lists the budgets that StandingOf looks at.
func StandingIDs(sources []Source, accountID, epoch string) []string {
	ids := []string{CreditBudget(accountID)}
	for _, source := range sources {
		ids = append(ids, AllocationBudget(accountID, source.Name, epoch))
		if source.Pooled {
			ids = append(ids, PoolBudget(source.Name, epoch))
		}
	}
	return ids
}

// KeyBudgetIDs lists the budgets of a key and of those above it in their current
// windows, each in DIEM first.
func KeyBudgetIDs(key *apikey.Key, now time.Time) []string {
	var ids []string
	for one := range key.Line() {
		window := one.Period.Window(now).ID
		ids = append(ids, KeyBudget(one.ID, money.DIEM, window), KeyBudget(one.ID, money.USD, window))
	}
	return ids
}

// KeyFree is what a key can spend: its account's balance within its own limits
// and those of the keys above it.
func KeyFree(key *apikey.Key, now time.Time, standing Standing, budgets map[string]*Budget) Balance {
	free := standing.Balance
	for one := range key.Line() {
		window := one.Period.Window(now).ID
		for _, of := range []struct {
			currency money.Currency
			amount   *money.Nano
		}{{money.DIEM, &free.DIEM}, {money.USD, &free.USD}} {
			own := KeyLimit(one, of.currency)
			if budget := budgets[KeyBudget(one.ID, of.currency, window)]; budget != nil {
				own = max(0, own-budget.Posted-budget.Pending)
			}
			*of.amount = min(*of.amount, own)
		}
	}
	return free
}
