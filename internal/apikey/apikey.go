// Package apikey is the API key itself: its text, checksum and hash, its type,
// and the limits that its owner puts on it. It is pure; storing keys is the
// issuer's and the store's work.
package apikey

import (
	"errors"
	"time"

	"stakegate/internal/money"
)

// Type says what a key may do.
type Type string

// An INFERENCE key may call models; an ADMIN key may also manage its account's
// keys and read its billing.
const (
	Inference Type = "INFERENCE"
	Admin     Type = "ADMIN"
)

// Period is the window over which a key's limits are counted.
type Period string

// EPOCH is the UTC day, MONTH the UTC calendar month, LIFETIME never resets.
const (
	Epoch    Period = "EPOCH"
	Month    Period = "MONTH"
	Lifetime Period = "LIFETIME"
)

// Privacy restricts which models a key may call.
type Privacy string

// PRIVATE_TEXT demands private models for text and embeddings, PRIVATE_ONLY
// for everything.
const (
	PrivacyAll         Privacy = "ALL"
	PrivacyPrivateText Privacy = "PRIVATE_TEXT"
	PrivacyPrivateOnly Privacy = "PRIVATE_ONLY"
)

// Limit is one consumption limit. Text is the caller's decimal, kept for echo
// because Venice's largest limit does not fit in Cap, which then saturates.
type Limit struct {
	Cap  money.Nano
	Text string
}

// Limits are a key's own caps; nil means no limit, zero means blocked. VCU is
// kept for compatibility and never charged.
type Limits struct {
	USD, DIEM, VCU *Limit
}

// Spec is what a caller asks for when it makes a key.
type Spec struct {
	Type        Type
	Description string
	Limits      Limits
	Period      Period
	Privacy     Privacy
	ExpiresAt   *time.Time // nil: never, or with the keys above
	Scope       Scope
}

// ErrNotFound is what keepers of keys return when an account has no such key,
// be it missing, revoked or somebody else's.
var ErrNotFound = errors.New("key not found")

// Key is a stored key, without its secret.
type Key struct {
	Spec
	ID        string // UUIDv4
	AccountID string // the wallet's address, lower case with 0x
	// ParentIDs name the keys that this one was made under, its parent first; nil:
	// it is no sub-key.
	ParentIDs []string
	// Parents are those keys, in the same order, for whoever judges this one.
	Parents    []*Key
	Last6      string
	CreatedAt  time.Time
	LastUsedAt *time.Time
	RevokedAt  *time.Time
	// Blocked says that the operator has blocked the key's account.
	Blocked bool
	// SecretUntil is when the secret that the key was found by ends; nil: it is
	// the key's newest one, which ends with the key.
	SecretUntil *time.Time
}

// Use is a key and the hash of the secret by which somebody uses it.
type Use struct {
	KeyID string
	Hash  [32]byte
}
