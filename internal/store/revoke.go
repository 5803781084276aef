package store

import (
	"context"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
)

// RevokeKey ends a key and all that were made under it: no hold decided after
// this returns can use them, nor after a restore of an older database that knows the same journal.
func (s *Store) RevokeKey(ctx context.Context, accountID, id string, by apikey.Actor) error {
	return s.update(ctx, func(t *transaction) error {
		seqs := map[string]int64{}
		if err := t.lock(ctx, []string{accountID}, seqs); err != nil {
			return err
		}
		key, err := t.activeKey(ctx, accountID, id)
		if err != nil {
			return err
		}
		below, err := t.activeBelow(ctx, accountID, id)
		if err != nil {
			return err
		}
		return t.revokeKeys(ctx, seqs, append([]apikey.Key{key}, below...), by)
	})
}

// revokeKeys ends keys of one account, which is locked.
func (t *transaction) revokeKeys(ctx context.Context, seqs map[string]int64, keys []apikey.Key, by apikey.Actor) error {
	now, err := t.Now(ctx)
	if err != nil {
		return err
	}
	events := make([]keyEvent, len(keys))
	lines := make([]journalLine, len(keys))
	for i, key := range keys {
		if _, err := t.tx.ExecContext(ctx, "UPDATE api_keys SET revoked_ms = $1 WHERE id = $2", millis(now), key.ID); err != nil {
			return err
		}
		events[i] = keyEvent{ledger.EntryRevoke, key.AccountID, key.ID, apikey.Record{By: by, Last6Chars: key.Last6}}
		lines[i] = journalLine{Key: key.ID, At: millis(now)}
	}
	// Before the commit: a journal may know too much, never too little.
	if t.store.journal != nil {
		if err := t.store.journal.append(lines...); err != nil {
			return err
		}
	}
	return t.keyEntries(ctx, seqs, events...)
}
