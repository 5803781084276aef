package ledger

import (
	"time"

	"stakegate/internal/money"
)

// keptAfterWindow is how long a rate window is kept after its end, for calls
// that are still in flight.
const keptAfterWindow = time.Hour

// window is the time that a rate is counted over, and its name.
func (k RateKind) window(at time.Time) (name string, end time.Time) {
	at = at.UTC()
	if k == RequestsPerDay {
		return at.Format("20060102"), at.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	return at.Format("200601021504"), at.Truncate(time.Minute).Add(time.Minute)
}

// RateBudget is the id of an account's rate window.
func RateBudget(accountID string, kind RateKind, tier string, at time.Time) string {
	name, _ := kind.window(at)
	return RatePrefix + accountID + "/" + string(kind) + "/" + tier + "/" + name
}

// RatePrefix begins the ids of rate windows.
const RatePrefix = "r/"

// rates checks a call against its rate windows and returns its parts of them.
// A limit of zero is no limit.
func (s *State) rates(key *Key, rates []Rate) ([]Part, error) {
	accountID := key.AccountID
	var parts []Part
	for _, rate := range rates {
		if rate.Limit <= 0 {
			continue
		}
		budget := s.rateWindow(accountID, rate)
		amount := money.Nano(rate.Amount)
		if budget.Free() < amount {
			return nil, &RateLimited{
				RateStatus: s.rateStatus(accountID, rate), Tier: rate.Tier, Never: rate.Amount > rate.Limit,
				AccountID: accountID, KeyID: key.ID, At: s.Now,
			}
		}
		currency := countRequests
		if rate.Kind == TokensPerMinute {
			currency = countTokens
		}
		parts = append(parts, Part{Currency: currency, Budgets: []string{budget.ID}, Amount: amount})
	}
	return parts, nil
}

// rateWindow is the row of the window that is open now, made if need be. The
// limit in the catalogue is the truth.
func (s *State) rateWindow(accountID string, rate Rate) *Budget {
	id := RateBudget(accountID, rate.Kind, rate.Tier, s.Now)
	budget := s.Budgets[id]
	if budget == nil {
		_, end := rate.Kind.window(s.Now)
		budget = &Budget{ID: id, Expires: end.Add(keptAfterWindow)}
		s.Budgets[id] = budget
	}
	if limit := money.Nano(rate.Limit); budget.Cap != limit {
		budget.Cap = limit
		budget.CapHigh = max(budget.CapHigh, limit)
	}
	return budget
}

func (s *State) rateStatuses(accountID string, rates []Rate) []RateStatus {
	var statuses []RateStatus
	for _, rate := range rates {
		if rate.Limit > 0 {
			statuses = append(statuses, s.rateStatus(accountID, rate))
		}
	}
	return statuses
}

func (s *State) rateStatus(accountID string, rate Rate) RateStatus {
	_, end := rate.Kind.window(s.Now)
	return RateStatus{
		Kind: rate.Kind, Limit: rate.Limit, ResetsAt: end,
		Remaining: int64(s.rateWindow(accountID, rate).Free()),
	}
}

// counted is what a resolved call counts in a rate window: itself, or the
// tokens that it used; and nothing among the calls that run.
func counted(part *Part, settlement *Settlement) money.Nano {
	switch part.Currency {
	case countRequests:
		return part.Amount
	case countCalls:
		return 0 // it runs no more
	}
	used := money.Nano(max(0, settlement.PromptTokens) + max(0, settlement.CompletionTokens))
	if settlement.Source == SourceHold {
		used = part.Amount
	}
	return min(used, part.Amount)
}
