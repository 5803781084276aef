package ledger

import (
	"cmp"
	"slices"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// Whose a budget is, in refusals and standings.
const (
	scopeAccount = "account"
	scopeKey     = "key"
	scopeParent  = "parent" // a key above
	scopePool    = "pool"
)

// refusal explains why a hold does not fit: which budget bound, and whether
// only the calls in flight stand in the way.
func (s *State) refusal(ways []fund, request *HoldRequest, affordable money.Nano) *Refusal {
	refusal := &Refusal{Affordable: affordable, OnlyHeld: s.fitsWithoutPending(ways, request.Min)}
	currency := s.boundCurrency(ways)
	if s.placeable(ways, request.Min) >= request.Min {
		return s.keyRefusal(refusal, ways)
	}
	return s.accountRefusal(refusal, ways, currency, request.Min)
}

// tightest is where the budget stands that has the least room: the account's,
// all its sources together, or the key's. Pools are everybody's, and nobody's
// to be told.
func (s *State) tightest(ways []fund) BudgetStanding {
	currency := s.boundCurrency(ways)
	account, tightest := BudgetStanding{Scope: scopeAccount, Currency: currency}, BudgetStanding{}
	for i := range ways {
		way := &ways[i]
		if way.currency != currency {
			continue
		}
		if budget := s.Budgets[way.account]; budget != nil {
			account.Limit = account.Limit.Add(budget.Cap)
			account.Spent += budget.Posted
			account.Held += budget.Pending
		}
		tightest = s.tightestKey(way)
	}
	if tightest.Scope != "" && tightest.left() < account.left() {
		return tightest
	}
	return account
}

// tightestKey is where the limit stands that has the least room among those of
// the key and the keys above it; one without a scope if there is none.
func (s *State) tightestKey(way *fund) (tightest BudgetStanding) {
	for _, one := range way.keys {
		budget := s.Budgets[one.budget]
		if budget == nil || budget.Cap == money.Max {
			continue
		}
		standing := BudgetStanding{
			Scope: one.scope, Currency: way.currency, Limit: budget.Cap, Spent: budget.Posted, Held: budget.Pending,
		}
		if tightest.Scope == "" || standing.left() < tightest.left() {
			tightest = standing
		}
	}
	return tightest
}

// left can be below 0: a limit may have been lowered.
func (b *BudgetStanding) left() money.Nano { return b.Limit - b.Spent - b.Held }

// boundCurrency is the currency to report: DIEM when the account has any
// allocation or no credit at all, else USD.
func (s *State) boundCurrency(ways []fund) money.Currency {
	hasCredit := false
	for _, way := range ways {
		budget := s.Budgets[way.account]
		if budget == nil || budget.CapHigh == 0 {
			continue
		}
		if way.currency == money.DIEM {
			return money.DIEM
		}
		hasCredit = true
	}
	if hasCredit {
		return money.USD
	}
	return money.DIEM
}

// binding is the way in which a key first has less room than its account, and
// of the key and the keys above it the one with the least.
func (s *State) binding(ways []fund) (*fund, limited) {
	least := func(way *fund) limited {
		return slices.MinFunc(way.keys, func(a, b limited) int { return cmp.Compare(s.free(a.budget), s.free(b.budget)) })
	}
	for i := range ways {
		way := &ways[i]
		free := s.free(way.account)
		if way.pool != "" {
			free = min(free, s.free(way.pool))
		}
		if one := least(way); s.free(one.budget) < free {
			return way, one
		}
	}
	return &ways[0], least(&ways[0]) // its sources have more together than a limit of DIEM
}

// keyRefusal is for a call that the account could pay: a key's limit stood in
// the way, so that there are such limits in every way.
func (s *State) keyRefusal(refusal *Refusal, ways []fund) *Refusal {
	way, one := s.binding(ways)
	refusal.Scope, refusal.Currency, refusal.Period = one.scope, way.currency, one.key.Period
	refusal.Limit = KeyLimit(one.key, way.currency)
	if budget := s.Budgets[one.budget]; budget != nil {
		refusal.Spent, refusal.Held = budget.Posted, budget.Pending
	}
	refusal.ResetsAt = instant(one.key.Period.Window(s.Now).End)
	return refusal
}

func (s *State) accountRefusal(refusal *Refusal, ways []fund, currency money.Currency, amount money.Nano) *Refusal {
	refusal.Scope, refusal.Currency = scopeAccount, currency
	refusal.Period = apikey.Epoch
	if currency == money.USD {
		refusal.Period = apikey.Lifetime
	}
	var free money.Nano
	for _, way := range ways {
		budget := s.Budgets[way.account]
		if budget == nil || way.currency != currency {
			continue
		}
		refusal.Limit = refusal.Limit.Add(budget.Cap)
		refusal.Spent += budget.Posted
		refusal.Held += budget.Pending
		free = free.Add(budget.Free())
	}
	if currency == money.DIEM {
		refusal.ResetsAt = instant(apikey.Epoch.Window(s.Now).End)
		if free >= amount { // the account has room, so the shared pool has none
			s.poolRefusal(refusal, ways)
		}
	}
	return refusal
}

func (s *State) poolRefusal(refusal *Refusal, ways []fund) {
	refusal.Scope = scopePool
	refusal.Limit, refusal.Spent, refusal.Held = 0, 0, 0
	for _, way := range ways {
		if pool := s.Budgets[way.pool]; way.pool != "" && pool != nil {
			refusal.Limit = refusal.Limit.Add(pool.Cap)
			refusal.Spent += pool.Posted
			refusal.Held += pool.Pending
		}
	}
}

// placeable is how much of an amount the account could place, whatever the
// key's own limits.
func (s *State) placeable(ways []fund, amount money.Nano) money.Nano {
	var total money.Nano
	for _, way := range ways {
		take := min(amount-total, s.free(way.account))
		if way.pool != "" {
			take = min(take, s.free(way.pool))
		}
		total += max(0, take)
	}
	return total
}

// fitsWithoutPending asks whether an amount would fit if no call were in
// flight.
func (s *State) fitsWithoutPending(ways []fund, amount money.Nano) bool {
	idle := &State{Now: s.Now, Budgets: map[string]*Budget{}}
	for _, way := range ways {
		for _, id := range way.budgets {
			if budget := s.Budgets[id]; budget != nil {
				copied := *budget
				copied.Pending = 0
				idle.Budgets[id] = &copied
			}
		}
	}
	_, total := idle.split(ways, amount)
	return total >= amount
}

func instant(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
