// Package ledger keeps the promise: at every instant, for every account and
// key, in every window and currency, charged + held <= limit.
//
// It is two-phase. A Hold sets money aside, durably, before an upstream is
// called; it is later settled with the real cost (never above the hold),
// voided when certainly nothing was used, or assumed (charged in full) when
// its deadline passes with the outcome unknown. Decisions are made by Decide,
// a pure function over the rows that a batch of operations touches; Engine
// collects concurrent callers into one durable commit each.
package ledger

import (
	"errors"
	"net/netip"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// HoldRequest asks for money before a call is forwarded.
type HoldRequest struct {
	ID      string // of the request, unique; it becomes the hold's id
	KeyHash [32]byte
	// Client is the address that the call comes from, for keys with networks.
	Client  netip.Addr
	ModelID string
	// ModelType ("text", "embedding", ...) and ModelPrivate decide whether the
	// key's privacy setting admits the model.
	ModelType    string
	ModelPrivate bool
	// Max is the upper bound of the call's cost; Min is the least that is of
	// use. They are equal unless the output cap may be lowered to what is
	// affordable, in which case the hold is the largest amount in between.
	Min, Max money.Nano
	// Rates are the windows that the call counts in; all must have room.
	Rates []Rate
	// Lifetime is the longest that the call can take; the hold is assumed
	// after it.
	Lifetime time.Duration
	// Idempotency, if it has a name, keeps the call from being made twice.
	Idempotency Idempotency
}

// RateKind says what a rate window counts.
type RateKind string

// Requests and tokens per minute, requests per UTC day, in Venice's words.
const (
	RequestsPerMinute RateKind = "RPM"
	RequestsPerDay    RateKind = "RPD"
	TokensPerMinute   RateKind = "TPM"
)

// Rate is a limit on an account's calls of one tier, and how much a call may
// count: 1 for requests, the bound of its tokens for tokens. Tokens are
// corrected to what was used when the call is settled.
type Rate struct {
	Kind          RateKind
	Tier          string
	Limit, Amount int64
}

// RateStatus is where an account stands in a window.
type RateStatus struct {
	Kind             RateKind
	Limit, Remaining int64
	ResetsAt         time.Time
}

// RateLimited is the error of a hold that a rate window has no room for.
type RateLimited struct {
	RateStatus
	Tier string
	// AccountID and KeyID are the caller's; At is when it was refused.
	AccountID, KeyID string
	At               time.Time
	// Never says that the call alone counts more than the whole window.
	Never bool
}

// FailedRequests is the kind of a Denial for too many failed requests.
const FailedRequests RateKind = "FAILED_REQUESTS"

// Denial is the record of a call that was refused for its rate.
type Denial struct {
	AccountID, KeyID string
	ModelID, Tier    string
	Kind             RateKind
	At               time.Time
}

func (r *RateLimited) Error() string { return "rate limit " + string(r.Kind) + " is reached" }

// Held is a hold that was granted and is durable.
type Held struct {
	ID        string
	KeyID     string
	AccountID string
	Amount    money.Nano
	At        time.Time // database time of the commit; it decides the window
	Before    Balance   // what was free before this hold
	Budget    BudgetStanding
	Rates     []RateStatus
}

// BudgetStanding is where the budget with the least room stands, a hold that
// was just granted included: the account's of the epoch (or its credit), or the
// key's own limit.
type BudgetStanding struct {
	Scope              string // "account", "key" or "parent", a key above it
	Currency           money.Currency
	Limit, Spent, Held money.Nano
}

// Balance is what an account or key has free.
type Balance struct {
	DIEM, USD money.Nano
}

// Settlement reports what a held call did cost.
type Settlement struct {
	HoldID string
	Cost   money.Nano // clamped to the hold
	// Lines is the bill, for the account's history. It is made to add up to what
	// is charged.
	Lines            []money.Line
	PromptTokens     int64
	CompletionTokens int64
	// Source is SourceUsage, SourceEstimated or SourceHold.
	Source        string
	ExecutionTime time.Duration
}

// Where the numbers of a settlement come from.
const (
	SourceUsage     = "usage"     // reported by the upstream
	SourceEstimated = "estimated" // counted by the gateway
	SourceHold      = "hold"      // unknown: charged in full
)

// Settled is what was charged, by currency.
type Settled struct {
	DIEM, USD money.Nano
}

// Errors that a caller of the engine can match.
var (
	// ErrKey: the key, or one above it, is unknown, revoked or expired, or not to
	// be used from where the call comes from. It does not say which: a thief shall
	// not learn that a key is good elsewhere.
	ErrKey = errors.New("key is not valid")
	// ErrBlocked: the key is valid, and the operator has blocked its account.
	ErrBlocked = errors.New("account is blocked")
	// ErrCreditMoved: the account's credit is not what the caller thought.
	ErrCreditMoved = errors.New("the account's credit has changed since you were asked; nothing was done")
	// ErrPrivacy: the key's privacy setting does not admit the model.
	ErrPrivacy = errors.New("key may not call this model")
	// ErrModel: the key, or one above it, is for other models.
	ErrModel = errors.New("key is for other models")
	// ErrNoGrant: the account has no allocation recorded for this epoch yet;
	// it must be read from the chain first.
	ErrNoGrant = errors.New("no allocation recorded for this epoch")
	// ErrHoldUnknown: no hold has this id.
	ErrHoldUnknown = errors.New("hold is unknown")
	// ErrBusy: the queue is full or the database is away; try again later.
	ErrBusy = errors.New("ledger is busy")
)

// Refusal is the error of a hold that does not fit. Every amount is of the
// budget that stood in the way.
type Refusal struct {
	// Scope is "account", "key", "parent" (a key above it) or "pool".
	Scope    string
	Currency money.Currency
	Period   apikey.Period
	Limit    money.Nano
	Spent    money.Nano
	Held     money.Nano
	// Affordable is the largest hold that would be granted now.
	Affordable money.Nano
	// OnlyHeld says that the call would fit if the calls in flight were void.
	OnlyHeld bool
	ResetsAt *time.Time // nil: never
}

func (r *Refusal) Error() string {
	return r.Scope + " " + string(r.Currency) + " budget does not cover the request"
}
