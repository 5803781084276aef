package ledger

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"stakegate/internal/money"
)

// Op is one operation of a batch; exactly one field is set.
type Op struct {
	Hold   *HoldRequest
	Settle *Settlement
	Void   string // hold id
	Assume string // hold id
	Grant  *Grant
	Credit *Credit
	// Account is locked besides the accounts that the operation is seen to
	// concern. It belongs to no kind and is rarely set.
	Account string
}

// Grant records what an account may spend from its sources in an epoch, as
// read from the chain at one block.
type Grant struct {
	AccountID string
	Epoch     string
	Sources   []SourceGrant
	Reason    string
}

// SourceGrant is the cap that one source gives. PoolCap is the size of the
// shared pool's day, for pooled sources.
type SourceGrant struct {
	Source  string
	Cap     money.Nano
	PoolCap money.Nano
}

// Credit adds (or, negative, takes back) USD credit of an account. What was
// spent or held cannot be taken back.
type Credit struct {
	AccountID string
	Amount    money.Nano
	Reason    string
	// Before, if set, is what the account was credited in all when somebody
	// decided: the same decision is not carried out twice.
	Before *money.Nano
}

// Verdict is the answer to one operation.
type Verdict struct {
	Held    Held
	Settled Settled
	Err     error
}

// State is everything that a batch of operations needs, loaded and locked.
// Decide changes it in place and collects what has to be written.
type State struct {
	Now     time.Time
	Sources []Source
	// FrozenEpoch is a day in which no cap may rise.
	FrozenEpoch string
	Seqs        map[string]int64 // of the newest entry, by account
	Keys        map[[32]byte]*Key
	Holds       map[string]*Hold
	Budgets     map[string]*Budget
	// Attempts are those under the idempotency keys that operations name.
	Attempts map[string]*Attempt

	changes      Changes
	dirtyBudgets map[string]bool
	touched      map[string]bool // holds that ended or were corrected
	usedKeys     map[string]bool
	ways         map[*Key][]fund
}

// Decide answers every operation in order and returns the changes to write.
// It is pure: the same state and operations give the same verdicts. An
// operation that is refused moves no money.
func Decide(state *State, ops []Op) ([]Verdict, *Changes) {
	state.dirtyBudgets = map[string]bool{}
	state.ways = nil // its time and keys may be others now
	state.touched = map[string]bool{}
	state.usedKeys = map[string]bool{}
	if state.Attempts == nil {
		state.Attempts = map[string]*Attempt{}
	}
	state.changes = Changes{Seqs: map[string]int64{}}
	verdicts := make([]Verdict, len(ops))
	for i, op := range ops {
		verdicts[i] = state.decideOne(op)
	}
	return verdicts, &state.changes
}

func (s *State) decideOne(op Op) Verdict {
	switch {
	case op.Hold != nil:
		return s.hold(op.Hold)
	case op.Settle != nil:
		return s.settle(op.Settle)
	case op.Void != "":
		return s.void(op.Void)
	case op.Assume != "":
		return s.assume(op.Assume)
	case op.Grant != nil:
		return s.grant(op.Grant)
	case op.Credit != nil:
		return s.credit(op.Credit)
	}
	return Verdict{Err: fmt.Errorf("operation has no kind")}
}

// lastUsedPrecision is how exact a key's last use is noted: a busy key is not
// written on every call.
const lastUsedPrecision = 10 * time.Second

func (s *State) hold(request *HoldRequest) Verdict {
	key := s.Keys[request.KeyHash]
	if key == nil || !key.Active(s.Now) || !key.AdmitsClient(request.Client) {
		return Verdict{Err: ErrKey}
	}
	if key.Blocked {
		return Verdict{Err: ErrBlocked}
	}
	if repeated := s.repeated(key.ID, &request.Idempotency); repeated != nil {
		return Verdict{Err: repeated}
	}
	if err := admits(key, request); err != nil {
		return Verdict{Err: err}
	}
	if s.Holds[request.ID] != nil {
		return Verdict{Err: fmt.Errorf("hold %s exists already", request.ID)}
	}
	ways := s.funds(key)
	if !s.granted(ways) {
		return Verdict{Err: ErrNoGrant}
	}
	counts, err := s.counts(key, request.Rates)
	if err != nil {
		return Verdict{Err: err}
	}
	before := s.balance(ways)
	s.applyKeyLimits(ways)
	parts, total := s.split(ways, request.Max)
	if total < request.Min {
		return Verdict{Err: s.refusal(ways, request, total)}
	}
	parts = append(parts, counts...)
	hold := &Hold{
		ID: request.ID, KeyID: key.ID, AccountID: key.AccountID,
		ModelID: request.ModelID, ModelType: request.ModelType,
		State: Reserved, Parts: parts, StartedAt: s.Now, Deadline: s.Now.Add(request.Lifetime),
		Seq: s.next(key.AccountID),
	}
	for _, part := range parts {
		for _, id := range part.Budgets {
			s.move(nil, id, Delta{Pending: part.Amount})
		}
	}
	s.Holds[hold.ID] = hold
	s.changes.NewHolds = append(s.changes.NewHolds, hold)
	s.attempt(hold, &request.Idempotency)
	if !s.usedKeys[key.ID] && (key.LastUsedAt == nil || s.Now.Sub(*key.LastUsedAt) >= lastUsedPrecision) {
		s.usedKeys[key.ID] = true
		s.changes.UsedKeys = append(s.changes.UsedKeys, key.ID)
	}
	return Verdict{Held: Held{
		ID: hold.ID, KeyID: key.ID, AccountID: key.AccountID, Amount: total, At: s.Now, Before: before,
		Budget: s.tightest(ways), Rates: s.rateStatuses(key.AccountID, request.Rates),
	}}
}

// admits judges the model of a call.
func admits(key *Key, request *HoldRequest) error {
	if !key.AdmitsPrivacy(request.ModelType, request.ModelPrivate) {
		return ErrPrivacy
	}
	if !key.AdmitsModel(request.ModelID) {
		return ErrModel
	}
	return nil
}

// counts are the parts of a call that count something else than money: calls
// that run, and what its rate windows count.
func (s *State) counts(key *Key, rates []Rate) ([]Part, error) {
	running, err := s.flights(key)
	if err != nil {
		return nil, err
	}
	parts, err := s.rates(key, rates)
	return append(parts, running...), err
}

// granted reports whether every source of the account has a row for the epoch.
func (s *State) granted(ways []fund) bool {
	for _, way := range ways {
		if way.currency == money.DIEM && s.Budgets[way.account] == nil {
			return false
		}
	}
	return true
}

// applyKeyLimits brings the caps of the budgets of the key and of those above
// it up to date with the keys' rows, which are the truth.
func (s *State) applyKeyLimits(ways []fund) {
	for i := range ways {
		for _, one := range ways[i].keys {
			limit := KeyLimit(one.key, ways[i].currency)
			if budget := s.Budgets[one.budget]; budget == nil || budget.Cap != limit {
				s.setCap(s.entry(EntryLimit, one.key.AccountID, one.key.ID, ""), one.budget, limit)
			}
		}
	}
}

// split spreads an amount over the ways to pay, in their order, and returns
// what it could place.
func (s *State) split(ways []fund, amount money.Nano) ([]Part, money.Nano) {
	var parts []Part
	var total money.Nano
	for i := range ways {
		way := &ways[i]
		take := amount - total
		for _, id := range way.budgets {
			if take > 0 {
				take = min(take, max(0, s.free(id)-placed(parts, id)))
			}
		}
		if take > 0 {
			parts = append(parts, Part{Currency: way.currency, Budgets: way.budgets, Amount: take})
			total += take
		}
	}
	return parts, total
}

// placed is how much of a budget parts take already: ways share the key's row.
func placed(parts []Part, budgetID string) (sum money.Nano) {
	for i := range parts {
		if slices.Contains(parts[i].Budgets, budgetID) {
			sum += parts[i].Amount
		}
	}
	return sum
}

func (s *State) free(budgetID string) money.Nano {
	budget := s.Budgets[budgetID]
	if budget == nil {
		return 0
	}
	return budget.Free()
}

// balance is what the account has free in each currency, whatever its keys'
// own limits.
func (s *State) balance(ways []fund) Balance {
	var balance Balance
	for _, way := range ways {
		free := s.free(way.account)
		if way.pool != "" {
			free = min(free, s.free(way.pool))
		}
		if way.currency == money.USD {
			balance.USD = balance.USD.Add(free)
		} else {
			balance.DIEM = balance.DIEM.Add(free)
		}
	}
	return balance
}

func (s *State) grant(grant *Grant) Verdict {
	if grant.Epoch != EpochOf(s.Now) {
		return Verdict{Err: fmt.Errorf("grant is for epoch %s, now is %s", grant.Epoch, EpochOf(s.Now))}
	}
	entry := &Entry{Kind: EntryGrant, AccountID: grant.AccountID, Note: grant.Reason}
	for _, source := range grant.Sources {
		id := AllocationBudget(grant.AccountID, source.Source, grant.Epoch)
		s.setCap(entry, id, s.thawed(grant.Epoch, id, source.Cap))
		if s.pooled(source.Source) {
			s.setCap(entry, PoolBudget(source.Source, grant.Epoch), source.PoolCap)
		}
	}
	if len(entry.Deltas) > 0 {
		s.append(entry)
	}
	return Verdict{}
}

// thawed is the cap that a grant gives: in a frozen epoch none rises.
func (s *State) thawed(epoch, budgetID string, limit money.Nano) money.Nano {
	if epoch != s.FrozenEpoch {
		return limit
	}
	if budget := s.Budgets[budgetID]; budget != nil {
		return min(limit, budget.Cap)
	}
	return 0
}

func (s *State) credit(credit *Credit) Verdict {
	id := CreditBudget(credit.AccountID)
	var current Budget
	if budget := s.Budgets[id]; budget != nil {
		current = *budget
	}
	if credit.Before != nil && *credit.Before != current.Cap {
		return Verdict{Err: ErrCreditMoved}
	}
	next := current.Cap.Add(credit.Amount)
	if next < current.Posted+current.Pending {
		return Verdict{Err: fmt.Errorf("account has %s USD spent or held and %s USD credited; at most %s can be taken back",
			current.Posted+current.Pending, current.Cap, current.Free())}
	}
	entry := s.entry(EntryCredit, credit.AccountID, "", "")
	entry.Note = credit.Reason
	s.setCap(entry, id, next)
	return Verdict{}
}

// entry appends an empty entry to the log.
func (s *State) entry(kind EntryKind, accountID, keyID, holdID string) *Entry {
	entry := &Entry{Kind: kind, AccountID: accountID, KeyID: keyID, HoldID: holdID}
	s.append(entry)
	return entry
}

func (s *State) append(entry *Entry) {
	entry.Seq, entry.At = s.next(entry.AccountID), s.Now
	s.changes.Entries = append(s.changes.Entries, entry)
}

// next is the account's next number of an entry.
func (s *State) next(accountID string) int64 {
	seq := s.Seqs[accountID] + 1
	s.Seqs[accountID], s.changes.Seqs[accountID] = seq, seq
	return seq
}

// setCap changes a budget's cap, making the row if there is none. A cap that
// stays as it is leaves no trace, but a new row does.
func (s *State) setCap(entry *Entry, budgetID string, limit money.Nano) {
	budget := s.Budgets[budgetID]
	if budget == nil {
		budget = &Budget{ID: budgetID}
		s.Budgets[budgetID] = budget
		s.touch(budget)
	} else if budget.Cap == limit {
		return
	}
	delta := Delta{Budget: budgetID, Cap: limit - budget.Cap}
	budget.Cap = limit
	budget.CapHigh = max(budget.CapHigh, limit)
	entry.Deltas = append(entry.Deltas, delta)
	s.touch(budget)
}

// move applies a delta to a budget, notes it in the entry unless that is a
// hold's own (nil), and asserts the invariants on the budget. A budget
// below zero or above its highest cap would be a bug of this package; stopping
// the process is better than writing wrong books.
func (s *State) move(entry *Entry, budgetID string, delta Delta) {
	budget := s.Budgets[budgetID]
	budget.Posted += delta.Posted
	budget.Pending += delta.Pending
	if budget.Posted < 0 || budget.Pending < 0 || budget.Posted+budget.Pending > budget.CapHigh {
		panic(fmt.Sprintf("ledger: budget %s breaks its invariant: cap %d, highest cap %d, posted %d, pending %d",
			strings.SplitN(budgetID, "/", 2)[0], budget.Cap, budget.CapHigh, budget.Posted, budget.Pending))
	}
	if entry != nil && budget.Expires.IsZero() { // rate windows are no books
		delta.Budget = budgetID
		entry.Deltas = append(entry.Deltas, delta)
	}
	s.touch(budget)
}

func (s *State) touch(budget *Budget) {
	if !s.dirtyBudgets[budget.ID] {
		s.dirtyBudgets[budget.ID] = true
		s.changes.Budgets = append(s.changes.Budgets, budget)
	}
}
