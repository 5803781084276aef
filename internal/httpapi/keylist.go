package httpapi

import (
	"net/http"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

const trailing = 7 * 24 * time.Hour

func (s *server) listKeys(r *http.Request, caller apikey.Key) (any, error) {
	keys, err := s.config.Keys.Keys(r.Context(), caller.AccountID)
	if err != nil {
		return nil, err
	}
	list, err := s.describeKeys(r, caller.AccountID, keys)
	if err != nil {
		return nil, err
	}
	return map[string]any{"data": list, "object": "list"}, nil
}

// getKey shows one of the account's keys; to an INFERENCE key, only itself and
// its sub-keys.
func (s *server) getKey(r *http.Request, caller apikey.Key) (any, error) {
	if r.PathValue("id") != caller.ID {
		if err := s.manages(r, caller, r.PathValue("id")); err != nil {
			return nil, err
		}
	}
	key, err := s.config.Keys.Key(r.Context(), caller.AccountID, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	list, err := s.describeKeys(r, caller.AccountID, []apikey.Key{key})
	if err != nil {
		return nil, err
	}
	return map[string]any{"data": list[0]}, nil
}

func (s *server) describeKeys(r *http.Request, accountID string, keys []apikey.Key) ([]any, error) {
	now := s.config.Now()
	spend, err := s.config.Books.SpendByKey(r.Context(), accountID, now.Add(-trailing))
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, 2*len(keys))
	for _, key := range keys {
		window := key.Period.Window(now).ID
		ids = append(ids, ledger.KeyBudget(key.ID, money.DIEM, window), ledger.KeyBudget(key.ID, money.USD, window))
	}
	budgets, err := s.config.Books.Budgets(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	list := make([]any, len(keys))
	for i, key := range keys {
		used := &ledger.Settled{DIEM: posted(budgets[ids[2*i]]), USD: posted(budgets[ids[2*i+1]])}
		if key.Limits == (apikey.Limits{}) {
			used = nil // Venice shows it only for keys that have limits
		}
		week := spend[key.ID]
		list[i] = keyAnswer(key, &week, used)
	}
	return list, nil
}

func posted(budget *ledger.Budget) money.Nano {
	if budget == nil {
		return 0
	}
	return budget.Posted
}
