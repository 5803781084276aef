package ledger

import (
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
func PoolBudget(source, epoch string) string { return "p/" + source + "/" + epoch }

// KeyBudget is the id of a key's own limit in one currency and window.
func KeyBudget(keyID string, currency money.Currency, window string) string {
	return "k/" + keyID + "/" + string(currency) + "/" + window
}

// fund is one way to pay: every budget in it must have room.
type fund struct {
	currency money.Currency
	source   string
	account  string // budget id of the account's own row
	pool     string // budget id, "" when the source is not pooled
	key      string // budget id of the key's limit
}

func (f fund) budgets() []string {
	ids := []string{f.account, f.key}
	if f.pool != "" {
		ids = append(ids, f.pool)
	}
	return ids
}

// funds lists how a key can pay at an instant: DIEM by source, then USD.
func funds(sources []Source, key *Key, at time.Time) []fund {
	epoch := EpochOf(at)
	window := key.Period.Window(at).ID
	list := make([]fund, 0, len(sources)+1)
	for _, source := range sources {
		f := fund{
			currency: money.DIEM,
			source:   source.Name,
			account:  AllocationBudget(key.AccountID, source.Name, epoch),
			key:      KeyBudget(key.ID, money.DIEM, window),
		}
		if source.Pooled {
			f.pool = PoolBudget(source.Name, epoch)
		}
		list = append(list, f)
	}
	return append(list, fund{
		currency: money.USD,
		account:  CreditBudget(key.AccountID),
		key:      KeyBudget(key.ID, money.USD, window),
	})
}

// limitOf is the key's cap in a currency; no limit is the largest amount.
func limitOf(key *Key, currency money.Currency) money.Nano {
	limit := key.Limits.DIEM
	if currency == money.USD {
		limit = key.Limits.USD
	}
	if limit == nil {
		return money.Max
	}
	return limit.Cap
}
