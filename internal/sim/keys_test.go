package sim

import (
	"context"
	"slices"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// InsertKey makes a key, below another one if it is a sub-key.
func (m *memory) InsertKey(_ context.Context, insertion issuer.Insertion) error {
	return m.transact(func(tx *memoryTx) error {
		tx.lock("account " + insertion.Key.AccountID)
		made := &ledger.Key{Key: insertion.Key, Hash: insertion.Hash}
		if insertion.ParentID != "" {
			m.mu.Lock()
			defer m.mu.Unlock()
			made.ParentIDs = append([]string{insertion.ParentID}, m.keyOf(insertion.ParentID).ParentIDs...)
		}
		tx.keys = append(tx.keys, made)
		return nil
	})
}

// keyOf is the key with an id, nil if there is none; m.mu is held.
func (m *memory) keyOf(id string) *ledger.Key {
	for _, key := range m.keys {
		if key.ID == id {
			return key
		}
	}
	return nil
}

// lineOf is a key and those above it; m.mu is held.
func (m *memory) lineOf(key *ledger.Key) []*ledger.Key {
	line := []*ledger.Key{key}
	for _, id := range key.ParentIDs {
		line = append(line, m.keyOf(id))
	}
	return line
}

// RevokeKey ends a key.
func (m *memory) RevokeKey(_ context.Context, accountID, id string, _ apikey.Actor) error {
	return m.edit(accountID, id, func(tx *memoryTx, key *ledger.Key) {
		now := tx.time()
		key.RevokedAt = &now
	})
}

// UpdateKey changes a key; its window starts with what was spent in it.
func (m *memory) UpdateKey(_ context.Context, accountID, id string, _ apikey.Actor, edit func(*apikey.Key)) (updated apikey.Key, err error) {
	err = m.edit(accountID, id, func(tx *memoryTx, key *ledger.Key) {
		before := key.Key
		edit(&key.Key)
		updated = key.Key
		counted := before.Period == updated.Period && ledger.HasLimits(before.Limits)
		if !counted && ledger.HasLimits(updated.Limits) {
			tx.seed(updated)
		}
	})
	return updated, err
}

func (m *memory) edit(accountID, id string, change func(*memoryTx, *ledger.Key)) error {
	return m.transact(func(tx *memoryTx) error {
		tx.lock("account " + accountID)
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, key := range m.keys {
			if key.ID == id && key.AccountID == accountID && key.RevokedAt == nil {
				edited := copyOf(key)
				change(tx, edited)
				tx.keys = append(tx.keys, edited)
				return nil
			}
		}
		return apikey.ErrNotFound
	})
}

// seed brings a key's window up to what its calls cost; m.mu is held.
func (t *memoryTx) seed(key apikey.Key) {
	now := t.time()
	window := key.Period.Window(now)
	seq := t.m.accounts[key.AccountID] + 1
	entry := &ledger.Entry{Seq: seq, At: now, Kind: ledger.EntrySeed, AccountID: key.AccountID, KeyID: key.ID}
	changes := &ledger.Changes{Entries: []*ledger.Entry{entry}, Seqs: map[string]int64{key.AccountID: seq}}
	for _, currency := range []money.Currency{money.DIEM, money.USD} {
		budget := &ledger.Budget{ID: ledger.KeyBudget(key.ID, currency, window.ID)}
		if existing := t.m.budgets[budget.ID]; existing != nil {
			budget = copyOf(existing)
		}
		var spent money.Nano
		for _, hold := range t.m.holds {
			by := t.m.keyOf(hold.KeyID)
			if by.ID != key.ID && !slices.Contains(by.ParentIDs, key.ID) || hold.StartedAt.Before(window.Start) {
				continue
			}
			for _, part := range hold.Parts {
				switch {
				case part.Currency != currency:
				case hold.State != ledger.Reserved:
					spent += part.Charged
				case !slices.Contains(part.Budgets, budget.ID):
					spent += part.Amount
				}
			}
		}
		delta := ledger.Delta{Budget: budget.ID, Posted: spent - budget.Posted}
		budget.Posted = spent
		if used := budget.Posted + budget.Pending; budget.Cap < used {
			delta.Cap = used - budget.Cap
			budget.Cap = used
		}
		budget.CapHigh = max(budget.CapHigh, budget.Cap)
		changes.Budgets = append(changes.Budgets, budget)
		entry.Deltas = append(entry.Deltas, delta)
	}
	t.writes = append(t.writes, changes)
}
