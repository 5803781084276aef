package ledger

import (
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// refusal explains why a hold does not fit: which budget bound, and whether
// only the calls in flight stand in the way.
func (s *State) refusal(key *Key, ways []fund, request *HoldRequest, affordable money.Nano) *Refusal {
	refusal := &Refusal{Affordable: affordable, OnlyHeld: s.fitsWithoutPending(ways, request.Min)}
	currency := s.boundCurrency(ways)
	if s.placeable(ways, request.Min) >= request.Min {
		return s.keyRefusal(refusal, key, s.keyCurrency(ways))
	}
	return s.accountRefusal(refusal, ways, currency, request.Min)
}

// tightest is where the budget stands that has the least room: the account's,
// all its sources together, or the key's. Pools are everybody's, and nobody's
// to be told.
func (s *State) tightest(ways []fund) BudgetStanding {
	currency := s.boundCurrency(ways)
	account, key := BudgetStanding{Scope: "account", Currency: currency}, BudgetStanding{}
	for _, way := range ways {
		if way.currency != currency {
			continue
		}
		if budget := s.Budgets[way.account]; budget != nil {
			account.Limit = account.Limit.Add(budget.Cap)
			account.Spent += budget.Posted
			account.Held += budget.Pending
		}
		if budget := s.Budgets[way.key]; way.key != "" && budget != nil && budget.Cap < money.Max {
			key = BudgetStanding{Scope: "key", Currency: currency, Limit: budget.Cap, Spent: budget.Posted, Held: budget.Pending}
		}
	}
	if key.Scope != "" && key.Limit-key.Spent-key.Held < account.Limit-account.Spent-account.Held {
		return key
	}
	return account
}

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

// keyCurrency is the first currency in which the key has less room than its
// account.
func (s *State) keyCurrency(ways []fund) money.Currency {
	for _, way := range ways {
		free := s.free(way.account)
		if way.pool != "" {
			free = min(free, s.free(way.pool))
		}
		if way.key != "" && s.free(way.key) < free {
			return way.currency
		}
	}
	return money.DIEM
}

func (s *State) keyRefusal(refusal *Refusal, key *Key, currency money.Currency) *Refusal {
	window := key.Period.Window(s.Now)
	refusal.Scope, refusal.Currency, refusal.Period = "key", currency, key.Period
	refusal.Limit = limitOf(key, currency)
	if budget := s.Budgets[KeyBudget(key.ID, currency, window.ID)]; budget != nil {
		refusal.Spent, refusal.Held = budget.Posted, budget.Pending
	}
	refusal.ResetsAt = instant(window.End)
	return refusal
}

func (s *State) accountRefusal(refusal *Refusal, ways []fund, currency money.Currency, amount money.Nano) *Refusal {
	refusal.Scope, refusal.Currency = "account", currency
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
	refusal.Scope = "pool"
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
