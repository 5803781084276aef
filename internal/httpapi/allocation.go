package httpapi

import (
	"net/http"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// Allocation is what an account's allocation of the current epoch comes from.
type Allocation struct {
	Epoch   string // its id, such as 20261123
	Block   AllocationBlock
	Sources []AllocationSource
	// ChangedAt and Reason are of the last change in the account's log; the time
	// is zero if there is none.
	ChangedAt time.Time
	Reason    string
}

// AllocationBlock is a block of the chain.
type AllocationBlock struct {
	Number uint64
	Time   time.Time
}

// AllocationSource is one adapter's part. Amounts of tokens are whole tokens in
// exact decimals; "" is none.
type AllocationSource struct {
	Name       string
	Cap, Next  money.Nano // DIEM of this epoch, and of the next as things stand
	Spent      money.Nano // of Cap
	Held       money.Nano // of Cap, for calls in flight
	Stake      string     // staked at the block
	Counted    string     // of that, what counts
	Min        string
	Rule, Why  string
	Snapshot   string // staked at SnapshotAt, under the snapshot rule
	SnapshotAt AllocationBlock
	Total      string     // of a pool
	Pool       money.Nano // DIEM that all share in an epoch; 0: no pool
	Rate       money.Nano // DIEM for a whole token; 0: a pool
}

// allocation tells an account what it may spend in this epoch, and why.
func (s *server) allocation(r *http.Request, caller apikey.Key) (any, error) {
	a, err := s.config.Allocations.Allocation(r.Context(), caller.AccountID)
	if err != nil {
		return nil, err
	}
	sources := make([]map[string]any, len(a.Sources))
	for i, source := range a.Sources {
		sources[i] = source.json()
	}
	var change any
	if !a.ChangedAt.IsZero() {
		change = map[string]any{"at": timestamp(a.ChangedAt), "reason": a.Reason}
	}
	return map[string]any{
		"epoch": a.Epoch, "nextEpochBegins": timestamp(apikey.Epoch.Window(s.config.Now()).End),
		"block": a.Block.json(), "sources": sources, "lastChange": change,
	}, nil
}

func (b AllocationBlock) json() map[string]any {
	return map[string]any{"number": b.Number, "time": timestamp(b.Time)}
}

func (a AllocationSource) json() map[string]any {
	out := map[string]any{
		"source": a.Name, "diem": a.Cap, "spentDiem": a.Spent, "heldDiem": a.Held, "nextEpochDiem": a.Next,
		"staked": a.Stake, "counted": a.Counted, "minimum": a.Min, "rule": a.Rule, "ruleReason": a.Why,
		"snapshot": nil, "total": nil, "pool": nil, "rate": nil,
	}
	if a.Snapshot != "" {
		out["snapshot"] = map[string]any{"staked": a.Snapshot, "block": a.SnapshotAt.json()}
	}
	if a.Total != "" {
		out["total"] = a.Total
	}
	if a.Pool != 0 {
		out["pool"] = a.Pool
	}
	if a.Rate != 0 {
		out["rate"] = a.Rate
	}
	return out
}
