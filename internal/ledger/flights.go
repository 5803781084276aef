package ledger

import (
	"fmt"
	"slices"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// countCalls is what a part counts that stands for a call that runs, in place
// of a currency.
const countCalls money.Currency = "calls"

// FlightPrefix begins the ids of the rows that count keys' calls in flight.
const FlightPrefix = "c/"

// FlightBudget is the id of the row that counts a key's calls in flight, and
// those of the keys below it, while the key has a cap on them.
func FlightBudget(keyID string) string { return FlightPrefix + keyID + "/calls" }

// InFlight is the error of a hold whose key, or one above it, has as many calls
// in flight as it may.
type InFlight struct {
	KeyID   string // whose cap it is
	Parent  bool   // it is a key above the caller's
	Limit   int64
	Running int64
}

func (f *InFlight) Error() string {
	return fmt.Sprintf("%d calls are in flight, %d may be", f.Running, f.Limit)
}

// flights checks a call against the caps on calls in flight of its key and of
// those above it, and returns the part that counts it there.
func (s *State) flights(key *Key) ([]Part, error) {
	var part Part
	for one := range key.Line() {
		if one.Scope.MaxInFlight == 0 {
			continue
		}
		row := s.flightRow(one)
		if row.Free() < 1 {
			return nil, &InFlight{KeyID: one.ID, Parent: one.ID != key.ID, Limit: one.Scope.MaxInFlight, Running: int64(row.Pending)}
		}
		part.Budgets = append(part.Budgets, row.ID)
	}
	if part.Budgets == nil {
		return nil, nil
	}
	part.Currency, part.Amount = countCalls, 1
	return []Part{part}, nil
}

// flightRow is the row that counts a key's calls, made if need be. The cap in
// the key's row is the truth.
func (s *State) flightRow(key *apikey.Key) *Budget {
	id := FlightBudget(key.ID)
	row := s.Budgets[id]
	if row == nil {
		row = &Budget{ID: id, Expires: s.Now.Add(KeptFlights)}
		s.Budgets[id] = row
	}
	row.Cap = money.Nano(key.Scope.MaxInFlight)
	row.CapHigh = max(row.CapHigh, row.Cap)
	return row
}

// KeptFlights is how long a row that counts calls in flight is kept at least;
// afterwards it is forgotten when it counts none, and made again.
const KeptFlights = time.Hour

// flightIDs are the rows that count the calls of a key.
func flightIDs(key *Key, ids []string) []string {
	for one := range key.Line() {
		if one.Scope.MaxInFlight > 0 {
			ids = append(ids, FlightBudget(one.ID))
		}
	}
	return ids
}

// CountFlight makes a hold that runs count as a call of a key whose cap was set
// after it began, and reports whether it did not yet.
func (h *Hold) CountFlight(keyID string) bool {
	id := FlightBudget(keyID)
	for i := range h.Parts {
		part := &h.Parts[i]
		if part.Currency != countCalls {
			continue
		}
		if slices.Contains(part.Budgets, id) {
			return false
		}
		part.Budgets = append(slices.Clone(part.Budgets), id)
		return true
	}
	h.Parts = append(h.Parts, Part{Currency: countCalls, Budgets: []string{id}, Amount: 1})
	return true
}
