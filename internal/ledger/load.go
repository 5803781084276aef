package ledger

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// load locks what the operations need, in one fixed order (accounts, then
// budgets, each by id), and reads it.
func load(ctx context.Context, tx Tx, sources []Source, owners *owners, ops []Op) (*State, error) {
	hashes, holdIDs := wanted(ops)
	accounts, err := owners.accounts(ctx, tx, hashes, holdIDs, ops)
	if err != nil {
		return nil, err
	}
	state := &State{
		Sources: sources, Keys: map[[32]byte]*Key{}, Holds: map[string]*Hold{}, Budgets: map[string]*Budget{},
		Attempts: map[string]*Attempt{},
	}
	if reader, ok := tx.(aheadReader); ok {
		reader.ReadAhead(hashes, holdIDs)
	}
	if state.Seqs, err = tx.Lock(ctx, accounts); err != nil {
		return nil, err
	}
	if state.Now, err = tx.Now(ctx); err != nil {
		return nil, err
	}
	return state, state.read(ctx, tx, hashes, holdIDs, ops)
}

// aheadReader is a Tx with round trips to save: it is told before the lock what
// will be read after it.
type aheadReader interface {
	ReadAhead(hashes [][32]byte, holdIDs []string)
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
	repeats, err := s.readAttempts(ctx, tx, ops)
	if err != nil {
		return err
	}
	holds, err := tx.Holds(ctx, union(holdIDs, repeats))
	if err != nil {
		return err
	}
	for _, hold := range holds {
		if _, locked := s.Seqs[hold.AccountID]; locked {
			s.Holds[hold.ID] = hold
		}
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

// owners remembers which account a key or a running hold belongs to, neither
// of which ever changes.
type owners struct {
	keys  map[[32]byte]string
	holds map[string]string
}

const maxOwners = 1 << 17 // of keys; beyond it the memory starts anew

func newOwners() *owners { return &owners{keys: map[[32]byte]string{}, holds: map[string]string{}} }

// accounts lists the accounts that operations touch, sorted.
func (o *owners) accounts(ctx context.Context, tx Tx, hashes [][32]byte, holdIDs []string, ops []Op) ([]string, error) {
	newHashes := slices.DeleteFunc(slices.Clone(hashes), func(hash [32]byte) bool { return o.keys[hash] != "" })
	newHolds := slices.DeleteFunc(slices.Clone(holdIDs), func(id string) bool { return o.holds[id] != "" })
	if len(newHashes)+len(newHolds) > 0 {
		byHash, byHold, err := tx.AccountsOf(ctx, newHashes, newHolds)
		if err != nil {
			return nil, err
		}
		if len(o.keys)+len(byHash) > maxOwners {
			clear(o.keys)
		}
		maps.Copy(o.keys, byHash)
		maps.Copy(o.holds, byHold)
	}
	set := map[string]bool{}
	for _, hash := range hashes {
		set[o.keys[hash]] = true
	}
	for _, id := range holdIDs {
		set[o.holds[id]] = true
	}
	for _, op := range ops {
		switch {
		case op.Grant != nil:
			set[op.Grant.AccountID] = true
		case op.Credit != nil:
			set[op.Credit.AccountID] = true
		}
	}
	delete(set, "") // of what is unknown
	return slices.Sorted(maps.Keys(set)), nil
}

// learn remembers new holds and forgets ended ones.
func (o *owners) learn(changes *Changes) {
	for _, hold := range changes.NewHolds {
		o.holds[hold.ID] = hold.AccountID
	}
	for _, hold := range changes.Ended {
		delete(o.holds, hold.ID)
	}
}

// wanted lists the key hashes and hold ids that operations name, sorted.
func wanted(ops []Op) (hashes [][32]byte, holdIDs []string) {
	keys, holds := map[[32]byte]bool{}, map[string]bool{}
	for _, op := range ops {
		switch {
		case op.Hold != nil:
			keys[op.Hold.KeyHash] = true
		case op.Settle != nil:
			holds[op.Settle.HoldID] = true
		case op.Void != "":
			holds[op.Void] = true
		case op.Assume != "":
			holds[op.Assume] = true
		}
	}
	hashes = slices.SortedFunc(maps.Keys(keys), func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	return hashes, slices.Sorted(maps.Keys(holds))
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
	ids := map[string]bool{}
	for _, op := range ops {
		switch {
		case op.Hold != nil:
			s.holdBudgets(op.Hold, ids)
		case op.Grant != nil:
			for _, source := range op.Grant.Sources {
				ids[AllocationBudget(op.Grant.AccountID, source.Source, op.Grant.Epoch)] = true
				if s.pooled(source.Source) {
					ids[PoolBudget(source.Source, op.Grant.Epoch)] = true
				}
			}
		case op.Credit != nil:
			ids[CreditBudget(op.Credit.AccountID)] = true
		}
	}
	for _, hold := range s.Holds {
		for _, part := range hold.Parts {
			for _, id := range part.Budgets {
				ids[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

func (s *State) holdBudgets(request *HoldRequest, ids map[string]bool) {
	key := s.Keys[request.KeyHash]
	if key == nil {
		return
	}
	for _, way := range funds(s.Sources, key, s.Now) {
		for _, id := range way.budgets() {
			ids[id] = true
		}
	}
	for _, rate := range request.Rates {
		ids[RateBudget(key.AccountID, rate.Kind, rate.Tier, s.Now)] = true
	}
}

// Standing is what an account or key looks like now, for balance answers.
type Standing struct {
	// Granted is false when this epoch's allocation was not read yet.
	Granted bool
	// Allocation is the sum of the sources' caps in this epoch; EverDIEM says
	// that some source gave something in this epoch.
	Allocation money.Nano
	EverDIEM   bool
	HasUSD     bool
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

// KeyBudgetIDs lists a key's own budgets in its current window, DIEM first.
func KeyBudgetIDs(key *apikey.Key, now time.Time) []string {
	window := key.Period.Window(now).ID
	return []string{KeyBudget(key.ID, money.DIEM, window), KeyBudget(key.ID, money.USD, window)}
}

// KeyFree is what a key can spend: its account's balance within its own limits.
func KeyFree(key *apikey.Key, now time.Time, standing Standing, budgets map[string]*Budget) Balance {
	free := standing.Balance
	full := Key{Key: *key}
	for i, id := range KeyBudgetIDs(key, now) {
		amount, currency := &free.DIEM, money.DIEM
		if i == 1 {
			amount, currency = &free.USD, money.USD
		}
		own := limitOf(&full, currency)
		if budget := budgets[id]; budget != nil {
			own = max(0, own-budget.Posted-budget.Pending)
		}
		*amount = min(*amount, own)
	}
	return free
}
