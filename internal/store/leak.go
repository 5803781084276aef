package store

import (
	"context"
	"errors"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
)

// EndLeaked ends a secret that somebody who must not has: a key's newest one with
// the key and all that were made under it, the one before a rotation alone.
// Where there is none to end it does nothing.
func (s *Store) EndLeaked(ctx context.Context, hash [32]byte) error {
	known, err := s.KeyByHash(ctx, hash) // an account never changes
	if errors.Is(err, apikey.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	by := apikey.Actor{Kind: apikey.ByLeak}
	return s.update(ctx, func(t *transaction) error {
		seqs := map[string]int64{}
		if err := t.lock(ctx, []string{known.AccountID}, seqs); err != nil {
			return err
		}
		key, err := t.activeKey(ctx, known.AccountID, known.ID)
		if errors.Is(err, apikey.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		keys, err := t.Keys(ctx, [][32]byte{hash})
		if err != nil || len(keys) == 0 { // a rotation was quicker
			return err
		}
		if keys[0].SecretUntil != nil {
			return t.endOld(ctx, seqs, key, by)
		}
		below, err := t.activeBelow(ctx, key.AccountID, key.ID)
		if err != nil {
			return err
		}
		return t.revokeKeys(ctx, seqs, append([]apikey.Key{key}, below...), by)
	})
}

// endOld ends the secret of before a key's rotation.
func (t *transaction) endOld(ctx context.Context, seqs map[string]int64, key apikey.Key, by apikey.Actor) error {
	var last6 string
	if err := t.tx.QueryRowContext(ctx, "SELECT old_last6 FROM old_secrets WHERE key_id = $1", key.ID).Scan(&last6); err != nil {
		return err
	}
	line := rotationLine{Key: key.ID}
	if err := t.rotate(ctx, line); err != nil {
		return err
	}
	if t.store.journal != nil { // before the commit, as of all that ends
		if err := t.store.journal.append(journalLine{Rotation: &line}); err != nil {
			return err
		}
	}
	return t.keyEntries(ctx, seqs, keyEvent{ledger.EntrySecret, key.AccountID, key.ID, apikey.Record{By: by, Last6Chars: last6}})
}
