package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// checkCommit holds a transaction against the rules at the moment of its
// commit; m.mu is held. It trusts nothing but the entries, from which it keeps
// books of its own.
func (m *memory) checkCommit(changes *ledger.Changes, now time.Time) {
	seqs, before := maps.Clone(m.accounts), m.pools(changes)
	for _, entry := range changes.Log() {
		if seqs[entry.AccountID]++; entry.Seq != seqs[entry.AccountID] {
			m.failed("I11: entry %d of %s follows %d", entry.Seq, entry.AccountID, seqs[entry.AccountID]-1)
		}
		m.checkEntry(entry)
		m.log = append(m.log, fmt.Sprint(now.UnixMilli(), " ", entry.Kind, " ", entry.AccountID, " ", entry.HoldID, " ", entry.Deltas))
	}
	m.checkPools(changes, before)
	for _, budget := range changes.Budgets {
		if again := m.shadow[budget.ID]; budget.Expires.IsZero() && (again == nil || *again != *budget) {
			m.failed("I4: budget %s is written as %+v, its entries say %+v", budget.ID, *budget, again)
		}
	}
	for _, hold := range changes.NewHolds {
		m.checkNewHold(hold)
	}
	for _, hold := range slices.Concat(changes.Ended, changes.Corrected) {
		m.checkEnd(hold, changes)
	}
}

// pools are those that a commit changes, as they were before it.
func (m *memory) pools(changes *ledger.Changes) map[string]ledger.Budget {
	pools := map[string]ledger.Budget{}
	for _, budget := range changes.Budgets {
		if ledger.IsPool(budget.ID) {
			pools[budget.ID] = ledger.Budget{}
			if b := m.shadow[budget.ID]; b != nil {
				pools[budget.ID] = *b
			}
		}
	}
	return pools
}

// checkPools: a commit takes no pool that accounts share past its cap (I2).
func (m *memory) checkPools(changes *ledger.Changes, before map[string]ledger.Budget) {
	for id, was := range before {
		is := m.shadow[id]
		if is == nil {
			continue // I4 says so
		}
		used := is.Posted + is.Pending
		if used > is.CapHigh || used > was.Posted+was.Pending && used > max(was.Cap, is.Cap) {
			m.failed("I2: a commit takes budget %s from %+v to %+v", id, was, *is)
		}
	}
}

// checkEntry: a hold is within every cap (I2), and nothing else takes more
// than was held (I3).
func (m *memory) checkEntry(entry *ledger.Entry) {
	for _, delta := range entry.Deltas {
		b := m.shadow[delta.Budget]
		if b == nil {
			b = &ledger.Budget{ID: delta.Budget}
			m.shadow[delta.Budget] = b
		}
		before := b.Posted + b.Pending
		b.Cap += delta.Cap
		b.CapHigh = max(b.CapHigh, b.Cap)
		b.Posted += delta.Posted
		b.Pending += delta.Pending
		after := b.Posted + b.Pending
		if b.Posted < 0 || b.Pending < 0 {
			m.failed("I1: budget %s is %+v", b.ID, *b)
		}
		// Entries of one commit have no order among accounts: see checkPools.
		if !ledger.IsPool(b.ID) && (after > b.CapHigh || entry.Kind == ledger.EntryHold && after > b.Cap) {
			m.failed("I2: %s takes budget %s to %+v", entry.Kind, b.ID, *b)
		}
		ends := entry.Kind == ledger.EntrySettle || entry.Kind == ledger.EntryVoid || entry.Kind == ledger.EntryAssume || entry.Kind == ledger.EntryCorrect
		if ends && after > before {
			m.failed("I3: %s raises budget %s from %d to %d", entry.Kind, b.ID, before, after)
		}
	}
}

// checkNewHold: its key is good as the books stand, its windows are those of
// its instant, its own limits are the key's, and it lives long enough (I8).
func (m *memory) checkNewHold(hold *ledger.Hold) {
	if m.holds[hold.ID] != nil {
		m.failed("I5: hold %s is made twice", hold.ID)
	}
	if life := hold.Deadline.Sub(hold.StartedAt); life != holdLifetime {
		m.failed("I8: hold %s lives %v", hold.ID, life)
	}
	key := m.keyOf(hold.KeyID)
	if key == nil || slices.ContainsFunc(m.lineOf(key), func(one *ledger.Key) bool { return one.RevokedAt != nil }) {
		m.failed("hold %s is made for a key that was revoked, or one above it, in a commit before", hold.ID)
		return
	}
	for _, part := range hold.Parts {
		for _, id := range part.Budgets {
			m.checkWindow(hold, key, part.Currency, id)
		}
		if part.IsMoney() {
			m.checkScopes(hold, key, part)
		}
	}
}

// checkScopes: money stands in every budget that it touches: those of the key
// and of the keys above it that have limits, and the pool's.
func (m *memory) checkScopes(hold *ledger.Hold, key *ledger.Key, part ledger.Part) {
	for _, one := range m.lineOf(key) {
		own := ledger.KeyBudget(one.ID, part.Currency, one.Period.Window(hold.StartedAt).ID)
		if ledger.HasLimits(one.Limits) && !slices.Contains(part.Budgets, own) {
			m.failed("hold %s is not counted against %s", hold.ID, own)
		}
	}
	epoch := ledger.EpochOf(hold.StartedAt)
	share := ledger.AllocationBudget(hold.AccountID, "pool", epoch)
	if slices.Contains(part.Budgets, share) && !slices.Contains(part.Budgets, ledger.PoolBudget("pool", epoch)) {
		m.failed("hold %s draws on the pool and does not stand in it", hold.ID)
	}
}

func (m *memory) checkWindow(hold *ledger.Hold, key *ledger.Key, currency money.Currency, id string) {
	switch {
	case strings.HasPrefix(id, "k/"):
		for _, one := range m.lineOf(key) {
			if strings.HasPrefix(id, "k/"+one.ID+"/") {
				key = one
			}
		}
		limit, own := money.Max, key.Limits.DIEM
		if currency == money.USD {
			own = key.Limits.USD
		}
		if own != nil {
			limit = own.Cap
		}
		if id != ledger.KeyBudget(key.ID, currency, key.Period.Window(hold.StartedAt).ID) || m.shadow[id].Cap != limit {
			m.failed("hold %s counts against %s with cap %d, the key's limit is %d by %s", hold.ID, id, m.shadow[id].Cap, limit, key.Period)
		}
	case currency == money.DIEM && !strings.HasSuffix(id, "/"+ledger.EpochOf(hold.StartedAt)):
		m.failed("hold %s of %v counts against %s", hold.ID, hold.StartedAt, id)
	}
}

// checkEnd: a hold ends once, and only downward corrections follow (I5).
func (m *memory) checkEnd(hold *ledger.Hold, changes *ledger.Changes) {
	old := m.holds[hold.ID]
	sum := charged(hold)
	switch {
	case old == nil && !slices.Contains(changes.NewHolds, hold):
		m.failed("I5: hold %s ends and never began", hold.ID)
	case old == nil || old.State == ledger.Reserved:
	case old.State == ledger.AssumedFor && hold.State == ledger.AssumedFor && sum <= charged(old):
	default:
		m.failed("I5: hold %s goes from %s with %d to %s with %d", hold.ID, old.State, charged(old), hold.State, sum)
	}
	if sum < 0 || sum > hold.Amount() {
		m.failed("I3: hold %s of %d is charged %d", hold.ID, hold.Amount(), sum)
	}
}

// picture is one consistent state of the books.
type picture struct {
	holds   map[string]*ledger.Hold
	budgets map[string]*ledger.Budget
}

// hold is a hold as the books have it, nil if they do not.
func (s *simulation) hold(id string) *ledger.Hold {
	return s.look([]string{id}).holds[id]
}

// look takes a picture of some holds and of the budgets that they stand in.
func (s *simulation) look(ids []string) picture {
	p := picture{holds: map[string]*ledger.Hold{}, budgets: map[string]*ledger.Budget{}}
	err := s.backing.Update(context.Background(), func(ctx context.Context, tx ledger.Tx) error {
		holds, err := tx.Holds(ctx, ids)
		if err != nil {
			return err
		}
		names := map[string]bool{}
		for _, hold := range holds {
			p.holds[hold.ID] = hold
			for _, part := range hold.Parts {
				for _, id := range part.Budgets {
					names[id] = true
				}
			}
		}
		if m, ok := s.backing.(*memory); ok { // locks nothing
			m.mu.Lock()
			defer m.mu.Unlock()
			for id := range names {
				if budget := m.budgets[id]; budget != nil {
					p.budgets[id] = copyOf(budget)
				}
			}
			return nil
		}
		budgets, err := tx.Budgets(ctx, slices.Sorted(maps.Keys(names)), nil)
		for _, budget := range budgets {
			p.budgets[budget.ID] = budget
		}
		return err
	})
	if err != nil {
		s.failed("reading the books: %v", err)
	}
	return p
}

// check holds the books against themselves and against the upstream's tally.
func (s *simulation) check() {
	s.mu.Lock()
	ids := slices.Sorted(slices.Values(s.ids))
	tally, acknowledged := maps.Clone(s.tally), maps.Clone(s.acknowledged)
	s.mu.Unlock()
	p := s.look(ids)
	p.checkSums(s.failed)
	spent, costs := map[string]money.Nano{}, map[string]money.Nano{}
	for id, budget := range p.budgets {
		if owner, of := strings.CutPrefix(id, "a/"); of {
			owner, _, _ = strings.Cut(owner, "/")
			spent[owner] += budget.Posted + budget.Pending
		}
	}
	for id, cost := range tally {
		hold := p.holds[id]
		if hold == nil && s.past.forgotten[id] != nil {
			continue
		}
		if hold == nil || charged(hold) < cost {
			s.failed("I9: the upstream billed %d for %s, the books have %+v", cost, id, hold)
			continue
		}
		costs[hold.AccountID] += cost
	}
	for account, cost := range costs {
		if cost > spent[account] {
			s.failed("I9: the upstream billed %d for account %s, which has %d charged and held", cost, account, spent[account])
		}
	}
	for id, amount := range acknowledged {
		hold := p.holds[id]
		if s.past.atLeast[id] && hold != nil && charged(hold) >= amount {
			continue
		}
		if hold == nil || hold.State == ledger.Reserved || charged(hold) != amount {
			s.failed("acknowledged call %s was charged %d, the books have %+v", id, amount, hold)
		}
	}
	s.checkCaps(p)
	s.checkPast(p)
}

// checkSums: every budget is the sum of its holds (I4), within its ceiling
// (I2). What a change of limits brought into a key's window is in no hold (it
// is in the entries), and a rate window may have been forgotten meanwhile.
func (p picture) checkSums(failed func(string, ...any)) {
	pending, posted := map[string]money.Nano{}, map[string]money.Nano{}
	for _, hold := range p.holds {
		for _, part := range hold.Parts {
			for _, id := range part.Budgets {
				if hold.State == ledger.Reserved {
					pending[id] += part.Amount
				}
				posted[id] += part.Charged
			}
		}
	}
	for id, b := range p.budgets {
		if b.Pending != pending[id] || (id[0] == 'a' || id[0] == 'p') && b.Posted != posted[id] {
			failed("I4: budget %s is %+v, its holds say pending %d, posted %d", id, *b, pending[id], posted[id])
		}
		if b.Posted < 0 || b.Pending < 0 || b.Posted+b.Pending > b.CapHigh {
			failed("I2: budget %s is %+v", id, *b)
		}
	}
}

// checkCaps: no allocation was ever above the largest stake (of I10, what the
// ledger can break).
func (s *simulation) checkCaps(p picture) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, account := range s.accounts {
		for i, source := range s.sources {
			prefix := "a/" + account.id + "/DIEM/" + source.Name + "/"
			for id, budget := range p.budgets {
				if strings.HasPrefix(id, prefix) && budget.CapHigh > account.highest[i] {
					s.report("I10: budget %s is %+v, the stake never gave more than %d", id, *budget, account.highest[i])
				}
			}
		}
	}
}

// verify recomputes the SQL store's books from its own log.
func (s *simulation) verify() {
	real, ok := s.backing.(*queued)
	if !ok {
		return
	}
	report, err := real.Verify(context.Background())
	if err != nil || len(report.Problems) > 0 {
		s.failed("ledger verify: %v %v", report.Problems, err)
	}
}
