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

// load reads, under lock and in one fixed order (keys, holds, budgets, each by
// id), everything that the operations need.
func load(ctx context.Context, tx Tx, sources []Source, ops []Op) (*State, error) {
	state := &State{
		Now: tx.Now(), Sources: sources,
		Keys: map[[32]byte]*Key{}, Holds: map[string]*Hold{}, Budgets: map[string]*Budget{},
	}
	var err error
	if state.Seq, err = tx.LastSeq(ctx); err != nil {
		return nil, err
	}
	hashes, holdIDs := wanted(ops)
	keys, err := tx.Keys(ctx, hashes)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		state.Keys[key.Hash] = key
	}
	holds, err := tx.Holds(ctx, holdIDs)
	if err != nil {
		return nil, err
	}
	for _, hold := range holds {
		state.Holds[hold.ID] = hold
	}
	budgets, err := tx.Budgets(ctx, state.budgetIDs(ops))
	if err != nil {
		return nil, err
	}
	for _, budget := range budgets {
		state.Budgets[budget.ID] = budget
	}
	return state, nil
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

// budgetIDs lists the budgets that operations touch, sorted.
func (s *State) budgetIDs(ops []Op) []string {
	ids := map[string]bool{}
	for _, op := range ops {
		switch {
		case op.Hold != nil:
			if key := s.Keys[op.Hold.KeyHash]; key != nil {
				for _, way := range funds(s.Sources, key, s.Now) {
					for _, id := range way.budgets() {
						ids[id] = true
					}
				}
				for _, rate := range op.Hold.Rates {
					ids[RateBudget(key.AccountID, rate.Kind, rate.Tier, s.Now)] = true
				}
			}
		case op.Grant != nil:
			for _, source := range op.Grant.Sources {
				ids[AllocationBudget(op.Grant.AccountID, source.Source, op.Grant.Epoch)] = true
				ids[PoolBudget(source.Source, op.Grant.Epoch)] = true
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
