package ledger

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Idempotency marks a call that its client may send again without paying
// twice. The zero value marks nothing.
type Idempotency struct {
	Name   string   // the client's, unique among the calls of its key
	Digest [32]byte // of what is asked for
}

// AttemptsKept is how long an idempotency key is remembered.
const AttemptsKept = 24 * time.Hour

// AttemptID names what a key, which has an id of fixed length, asked for under
// an idempotency key.
func AttemptID(keyID, name string) string { return keyID + "/" + name }

// Repeated is the error of a hold whose idempotency key was used for another
// call before. Nothing is held or charged again.
type Repeated struct {
	// Mismatch says that the earlier call asked for something else.
	Mismatch bool
	// HoldID is the earlier call's, which is still running if State is
	// Reserved.
	HoldID  string
	State   HoldState
	Charged Settled
}

func (r *Repeated) Error() string { return "idempotency key was used before, by request " + r.HoldID }

// readAttempts reads the attempts that operations name and returns the ids of
// their holds.
func (s *State) readAttempts(ctx context.Context, tx Tx, ops []Op) ([]string, error) {
	wanted := map[string]bool{}
	for _, op := range ops {
		if op.Hold == nil || op.Hold.Idempotency.Name == "" {
			continue
		}
		if key := s.Keys[op.Hold.KeyHash]; key != nil {
			wanted[AttemptID(key.ID, op.Hold.Idempotency.Name)] = true
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	attempts, err := tx.Attempts(ctx, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return nil, err
	}
	var holds []string
	for _, attempt := range attempts {
		s.Attempts[attempt.ID] = attempt
		holds = append(holds, attempt.HoldID)
	}
	return holds, nil
}

// union is a sorted list with more ids, sorted again and each once.
func union(sorted, more []string) []string {
	if len(more) == 0 {
		return sorted
	}
	all := slices.Concat(sorted, more)
	slices.Sort(all)
	return slices.Compact(all)
}

// repeated looks for an earlier call under the same idempotency key. One that
// was voided cost nothing and leaves its key free; so do refused holds, which
// leave no trace at all.
func (s *State) repeated(keyID string, idempotency *Idempotency) error {
	attempt := s.Attempts[AttemptID(keyID, idempotency.Name)]
	if idempotency.Name == "" || attempt == nil || !s.Now.Before(attempt.Expires) {
		return nil
	}
	hold := s.Holds[attempt.HoldID]
	if hold == nil || hold.State == VoidedAs {
		return nil
	}
	return &Repeated{
		Mismatch: attempt.Digest != idempotency.Digest, HoldID: hold.ID, State: hold.State,
		Charged: Settled{DIEM: hold.ChargedDIEM, USD: hold.ChargedUSD},
	}
}

// attempt remembers a hold under its idempotency key, in the same commit.
func (s *State) attempt(hold *Hold, idempotency *Idempotency) {
	if idempotency.Name == "" {
		return
	}
	attempt := &Attempt{
		ID: AttemptID(hold.KeyID, idempotency.Name), Digest: idempotency.Digest,
		HoldID: hold.ID, Expires: s.Now.Add(AttemptsKept),
	}
	s.Attempts[attempt.ID] = attempt
	s.changes.Attempts = append(s.changes.Attempts, attempt)
}
