package ledger

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// Key is an API key as a decision needs it, read inside the decision's own
// transaction with the keys above it, so that revoking one of them takes effect
// in the same commit.
type Key struct {
	apikey.Key
	Hash [32]byte
}

// Budget is one (owner, currency, window) row. Posted+Pending never passes
// Cap by a hold; a cap that is lowered later never takes back what was
// charged, hence CapHigh, the highest cap that the row ever had.
type Budget struct {
	ID                            string
	Cap, CapHigh, Posted, Pending money.Nano
	// Expires is set for rate windows: when the row may be forgotten.
	Expires time.Time
}

// Free is what the budget can still hold, never negative. The subtraction
// cannot overflow because all four amounts are non-negative.
func (b *Budget) Free() money.Nano {
	return max(0, b.Cap-b.Posted-b.Pending)
}

// HoldState is where a hold is in its life; every state but Reserved is final.
type HoldState string

// The states of a hold.
const (
	Reserved   HoldState = "reserved"
	SettledAs  HoldState = "settled"
	VoidedAs   HoldState = "voided"
	AssumedFor HoldState = "assumed"
)

// Part is the share of a hold that one source funds: the same amount stands in
// every budget named. Rate windows have parts of their own, whose currency is
// not money.
type Part struct {
	Currency money.Currency `json:"currency"`
	Budgets  []string       `json:"budgets"`
	Amount   money.Nano     `json:"-"`
	Charged  money.Nano     `json:"-"`
}

// Hold is one request's money, and later the record of what it cost. It is two
// entries of its account's log, which Entry and EndEntry spell out: its making
// and its end.
type Hold struct {
	Seq                  int64 // of its making, among the account's entries
	ID, KeyID, AccountID string
	ModelID, ModelType   string
	State                HoldState
	Parts                []Part
	StartedAt, Deadline  time.Time

	// Set when the hold is resolved. A correction of an assumed hold changes
	// Cost and what is charged, and nothing else.
	EndedAt                 time.Time
	EndedSeq                int64
	Cost                    Settlement
	ChargedDIEM, ChargedUSD money.Nano
}

// Entry is the hold's making as an entry of the log.
func (h *Hold) Entry() *Entry {
	entry := &Entry{Seq: h.Seq, At: h.StartedAt, Kind: EntryHold, AccountID: h.AccountID, KeyID: h.KeyID, HoldID: h.ID}
	for _, part := range h.Parts {
		if !part.IsMoney() {
			continue // rate windows are no books
		}
		for _, id := range part.Budgets {
			entry.Deltas = append(entry.Deltas, Delta{Budget: id, Pending: part.Amount})
		}
	}
	return entry
}

// EndEntry is the hold's end as an entry of the log. A hold that was assumed
// was charged in full then: what it was corrected by has entries of its own.
func (h *Hold) EndEntry() *Entry {
	entry := &Entry{Seq: h.EndedSeq, At: h.EndedAt, Kind: endKinds[h.State], AccountID: h.AccountID, KeyID: h.KeyID, HoldID: h.ID}
	for _, part := range h.Parts {
		if !part.IsMoney() {
			continue
		}
		posted := part.Charged
		if h.State == AssumedFor {
			posted = part.Amount
		}
		for _, id := range part.Budgets {
			entry.Deltas = append(entry.Deltas, Delta{Budget: id, Posted: posted, Pending: -part.Amount})
		}
	}
	return entry
}

var endKinds = map[HoldState]EntryKind{SettledAs: EntrySettle, VoidedAs: EntryVoid, AssumedFor: EntryAssume}

// Spread spreads what a hold was charged over its parts, in their order, as it
// was when it was charged.
func (h *Hold) Spread() {
	rest := h.ChargedDIEM + h.ChargedUSD
	for i := range h.Parts {
		if part := &h.Parts[i]; part.IsMoney() {
			part.Charged = min(rest, part.Amount)
			rest -= part.Charged
		}
	}
}

// Amount is the whole hold over its parts.
func (h *Hold) Amount() money.Nano {
	var sum money.Nano
	for _, part := range h.Parts {
		if part.IsMoney() {
			sum += part.Amount
		}
	}
	return sum
}

// What a rate window's part counts, in place of a currency.
const (
	countRequests money.Currency = "requests"
	countTokens   money.Currency = "tokens"
)

// IsMoney reports whether the part is of USD or DIEM, not of a rate window.
func (p *Part) IsMoney() bool { return p.Currency == money.DIEM || p.Currency == money.USD }

// Attempt is a call that was made under an idempotency key.
type Attempt struct {
	ID      string // as AttemptID makes it
	Digest  [32]byte
	HoldID  string
	Expires time.Time // when it may be forgotten
}

// Delta is how one entry moves one budget.
type Delta struct {
	Budget  string     `json:"budget"`
	Cap     money.Nano `json:"-"`
	Posted  money.Nano `json:"-"`
	Pending money.Nano `json:"-"`
}

// EntryKind says what an entry records.
type EntryKind string

// The kinds of entries.
const (
	EntryHold    EntryKind = "hold"
	EntrySettle  EntryKind = "settle"
	EntryVoid    EntryKind = "void"
	EntryAssume  EntryKind = "assume"
	EntryCorrect EntryKind = "correct"
	EntryGrant   EntryKind = "grant"
	EntryLimit   EntryKind = "limit"
	EntryCredit  EntryKind = "credit"
	EntrySeed    EntryKind = "seed"
	// Of keys, without deltas; the note is an apikey.Record.
	EntryMint   EntryKind = "mint"
	EntryKey    EntryKind = "key"    // its settings were changed
	EntryRotate EntryKind = "rotate" // it has another secret
	EntrySecret EntryKind = "secret" // the secret of before a rotation was ended
	EntryRevoke EntryKind = "revoke"
	// Of a restore: what may have been spent since the backup is taken out, and
	// given back when an operator says so.
	EntryFreeze EntryKind = "freeze"
	// Of an operator, without deltas; the note is the reason.
	EntryBlock   EntryKind = "block"
	EntryUnblock EntryKind = "unblock"
)

// Entry is one line of the append-only log from which every budget can be
// recomputed. Seq has no gaps within an account.
type Entry struct {
	Seq       int64
	At        time.Time
	Kind      EntryKind
	AccountID string
	KeyID     string
	HoldID    string
	Note      string // why, for grants: the block that was read; see keys' kinds
	Deltas    []Delta
}

// Changes is what a batch of decisions writes, all in one commit.
type Changes struct {
	Budgets  []*Budget // inserted or updated
	NewHolds []*Hold
	// Ended were resolved in this batch, in which they may have been made or
	// corrected too; Corrected were resolved before.
	Ended, Corrected []*Hold
	// Entries are all but those of holds.
	Entries  []*Entry
	UsedKeys []string   // ids of keys whose last use is now
	Attempts []*Attempt // inserted, or in place of a forgotten one
	// Seqs is the number of the newest entry, by account, where it changed.
	Seqs map[string]int64
}

// Log lists what the batch appends to the accounts' logs, holds too, by account
// and number.
func (c *Changes) Log() []*Entry {
	log := slices.Clone(c.Entries)
	for _, hold := range c.NewHolds {
		log = append(log, hold.Entry())
	}
	for _, hold := range c.Ended {
		log = append(log, hold.EndEntry())
	}
	slices.SortFunc(log, func(a, b *Entry) int {
		return cmp.Or(strings.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Seq, b.Seq))
	})
	return log
}

// Tx is one durable transaction. Everything that belongs to an account is
// guarded by the account's lock; only pools are shared.
type Tx interface {
	// AccountsOf tells which accounts own these keys and holds; both mappings
	// never change. Unknown hashes and ids are left out.
	AccountsOf(ctx context.Context, hashes [][32]byte, holdIDs []string) (byHash map[[32]byte]string, byHold map[string]string, err error)
	// Lock locks the accounts, which must be sorted, until the transaction ends,
	// and returns the number of the newest entry of each. Unknown accounts are
	// made.
	Lock(ctx context.Context, accountIDs []string) (map[string]int64, error)
	// Now is the database's time; it decides windows.
	Now(ctx context.Context) (time.Time, error)
	// Keys returns the keys with these hashes; unknown hashes are left out.
	Keys(ctx context.Context, hashes [][32]byte) ([]*Key, error)
	// KeysByID returns the keys with these ids, which belong to accounts that are
	// locked; unknown ids are left out.
	KeysByID(ctx context.Context, ids []string) ([]*Key, error)
	// Take removes and returns the running holds with these ids, whose accounts
	// are locked; ids of others are left out. Write has to end each of them.
	Take(ctx context.Context, ids []string) ([]*Hold, error)
	// Holds returns the holds with these ids, running or ended; unknown ids are
	// left out.
	Holds(ctx context.Context, ids []string) ([]*Hold, error)
	// Attempts returns the attempts with these ids; unknown ids are left out.
	Attempts(ctx context.Context, ids []string) ([]*Attempt, error)
	// Budgets locks and returns the rows that exist among these ids, which must
	// be sorted. Rows named in create are made first if they do not exist.
	Budgets(ctx context.Context, ids, create []string) ([]*Budget, error)
	// Forget deletes rate windows that expired and in which nothing is held,
	// and attempts that expired.
	Forget(ctx context.Context) error
	// Write applies the changes.
	Write(ctx context.Context, changes *Changes) error
}

// Store runs transactions. Update commits durably before it returns nil; on an
// error nothing of it may be assumed to have happened or not.
type Store interface {
	Update(ctx context.Context, work func(ctx context.Context, tx Tx) error) error
	// Overdue lists reserved holds, oldest deadline first: those whose deadline
	// has passed or, if all is set, every one.
	Overdue(ctx context.Context, all bool, limit int) ([]string, error)
}
