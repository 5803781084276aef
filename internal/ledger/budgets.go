package ledger

import (
	"strings"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// Source is one place that an account's allocation comes from, in the order in
// which sources are spent. A pooled source also draws on a budget that all
// accounts share.
type Source struct {
	Name   string
	Pooled bool
}

// EpochOf returns the accounting day that contains the instant, as "20261123".
func EpochOf(at time.Time) string { return apikey.Epoch.Window(at).ID }

// AllocationBudget is the id of what an account may spend from one source in
// an epoch.
func AllocationBudget(accountID, source, epoch string) string {
	return "a/" + accountID + AllocationSuffix(source, epoch)
}

// AllocationSuffix is what follows the account in AllocationBudget.
func AllocationSuffix(source, epoch string) string { return "/DIEM/" + source + "/" + epoch }

// CreditBudget is the id of an account's USD credit, which has no window.
func CreditBudget(accountID string) string { return "a/" + accountID + "/USD/credit" }

// PoolBudget is the id of a pool's day.
func PoolBudget(source, epoch string) string { return PoolPrefix + source + "/" + epoch }

// PoolPrefix begins the ids of pools, the only budgets that accounts share.
const PoolPrefix = "p/"

// IsPool reports whether a budget's id is that of a pool's day, which accounts
// share.
func IsPool(budgetID string) bool { return strings.HasPrefix(budgetID, "p/") }

// KeyBudget is the id of a key's own limit in one currency and window.
func KeyBudget(keyID string, currency money.Currency, window string) string {
	return "k/" + keyID + "/" + string(currency) + "/" + window
}

// fund is one way to pay: every budget in it must have room.
type fund struct {
	currency money.Currency
	source   string
	account  string    // budget id of the account's own row
	pool     string    // budget id, "" when the source is not pooled
	keys     []limited // the limits of the key and of those above it
	budgets  []string  // all of them; parts of holds share it, so that it stays as it is
}

// limited is a key with limits, the id of its budget in a currency, and whose
// that budget is from the point of view of who pays.
type limited struct {
	key    *apikey.Key
	budget string
	scope  string
}

// over lists the budgets that a fund is spent from.
func (f fund) over() fund {
	f.budgets = append(make([]string, 0, 2+len(f.keys)), f.account)
	for _, one := range f.keys {
		f.budgets = append(f.budgets, one.budget)
	}
	if f.pool != "" {
		f.budgets = append(f.budgets, f.pool)
	}
	return f
}

// HasLimits reports whether a key's spending is counted against limits of its
// own. If it has a limit in one currency, both are counted.
func HasLimits(limits apikey.Limits) bool { return limits.DIEM != nil || limits.USD != nil }

// funds lists how a key can pay at an instant: DIEM by source, then USD. What
// it pays stands in the budgets of all keys above it too.
func funds(sources []Source, key *Key, at time.Time) []fund {
	epoch := EpochOf(at)
	var diemKeys, usdKeys []limited
	for one := range key.Line() {
		if !HasLimits(one.Limits) {
			continue
		}
		window, scope := one.Period.Window(at).ID, scopeKey
		if one.ID != key.ID {
			scope = scopeParent
		}
		diemKeys = append(diemKeys, limited{one, KeyBudget(one.ID, money.DIEM, window), scope})
		usdKeys = append(usdKeys, limited{one, KeyBudget(one.ID, money.USD, window), scope})
	}
	list := make([]fund, 0, len(sources)+1)
	for _, source := range sources {
		f := fund{
			currency: money.DIEM, source: source.Name,
			account: AllocationBudget(key.AccountID, source.Name, epoch), keys: diemKeys,
		}
		if source.Pooled {
			f.pool = PoolBudget(source.Name, epoch)
		}
		list = append(list, f.over())
	}
	return append(list, fund{currency: money.USD, account: CreditBudget(key.AccountID), keys: usdKeys}.over())
}

// funds lists how a key can pay in this batch.
func (s *State) funds(key *Key) []fund {
	ways, known := s.ways[key]
	if !known {
		if s.ways == nil {
			s.ways = map[*Key][]fund{}
		}
		ways = funds(s.Sources, key, s.Now)
		s.ways[key] = ways
	}
	return ways
}

// KeyLimit is the most that a key may spend in a window; money.Max without a
// limit.
func KeyLimit(key *apikey.Key, currency money.Currency) money.Nano {
	limit := key.Limits.DIEM
	if currency == money.USD {
		limit = key.Limits.USD
	}
	if limit == nil {
		return money.Max
	}
	return limit.Cap
}
