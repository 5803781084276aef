package issuer

import (
	"context"
	"time"

	"stakegate/internal/apikey"
)

// Overlaps are how long the secret of before a rotation stays good beside the
// new one, unless the request says otherwise, and at most.
const (
	DefaultOverlap = 24 * time.Hour
	MaxOverlap     = 7 * 24 * time.Hour
)

// Rotation is everything that the transaction of a rotation needs.
type Rotation struct {
	AccountID, KeyID string
	By               apikey.Actor
	// Overlap is how long the secret of before stays good; 0: not any more.
	Overlap time.Duration
	// Renew makes the secret of a key of this type.
	Renew func(kind apikey.Type) (hash [32]byte, last6 string, err error)
}

// Rotated is a key with its new secret, which is shown this once.
type Rotated struct {
	Minted
	// OldUntil is when the secret of before ends, by the store's time.
	OldUntil time.Time
}

// Rotate gives a key of the caller's account another secret. The key keeps its
// id, and so its budgets. A secret that was replaced by an earlier rotation ends
// at once. It returns apikey.ErrNotFound.
func (i *Issuer) Rotate(ctx context.Context, caller apikey.Key, keyID string, overlap time.Duration) (Rotated, error) {
	var rotated Rotated
	var err error
	rotated.Key, rotated.OldUntil, err = i.config.Store.RotateKey(ctx, Rotation{
		AccountID: caller.AccountID, KeyID: keyID, By: caller.ActsAs(), Overlap: overlap,
		Renew: func(kind apikey.Type) (hash [32]byte, last6 string, err error) {
			if rotated.Secret, err = apikey.New(kind); err != nil {
				return hash, "", err
			}
			return i.config.Hasher.Hash(rotated.Secret), rotated.Secret.Last6(), nil
		},
	})
	return rotated, err
}
