package store

import (
	"context"
	"errors"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
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

// errNoAccount rolls a transaction back that has nothing to change.
var errNoAccount = errors.New("there is no such account")

// RevokeAll implements issuer.Store. However many keys there are, they end in
// one commit, which is that of the challenge.
func (s *Store) RevokeAll(ctx context.Context, revocation issuer.Revocation) (ended []apikey.Key, err error) {
	err = s.batched(ctx, func(ctx context.Context, t *transaction) error {
		now, err := t.Now(ctx)
		if err != nil {
			return err
		}
		// As of a mint: the challenge before the account, or two of them wait for each other.
		if err := t.spendOne(ctx, revocation.ChallengeID, revocation.ChallengeExpires, now); err != nil {
			return err
		}
		t.now = time.Time{} // time that passed until the lock counts
		seqs := map[string]int64{}
		if err := t.lock(ctx, []string{revocation.AccountID}, seqs); err != nil {
			return err
		}
		if len(seqs) == 0 {
			return errNoAccount
		}
		ended, err = t.endAll(ctx, revocation.AccountID)
		if err != nil || len(ended) == 0 {
			return err
		}
		return t.noteRevoked(ctx, seqs, ended, revocation.By)
	})
	if errors.Is(err, errNoAccount) {
		return nil, nil
	}
	return ended, err
}

const endAllKeys = "UPDATE api_keys SET revoked_ms = $1 WHERE account_id = $2 AND revoked_ms IS NULL RETURNING id, last6"

// endAll ends an account's keys, and tells their ids and last characters. Whoever
// has signed in is signed out: it may be a thief of the browser's cookie.
func (t *transaction) endAll(ctx context.Context, accountID string) (ended []apikey.Key, err error) {
	now, err := t.Now(ctx)
	if err != nil {
		return nil, err
	}
	if err := t.exec(ctx, "DELETE FROM sessions WHERE account_id = $1", []any{accountID}); err != nil {
		return nil, err
	}
	err = t.query(ctx, endAllKeys, []any{millis(now), accountID}, func(row scanner) error {
		key := apikey.Key{AccountID: accountID}
		err := row.Scan(&key.ID, &key.Last6)
		ended = append(ended, key)
		return err
	})
	return ended, errors.Join(err, t.flush(ctx))
}

// revokeKeys ends keys of one account, which is locked.
func (t *transaction) revokeKeys(ctx context.Context, seqs map[string]int64, keys []apikey.Key, by apikey.Actor) error {
	now, err := t.Now(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := t.tx.ExecContext(ctx, "UPDATE api_keys SET revoked_ms = $1 WHERE id = $2", millis(now), key.ID); err != nil {
			return err
		}
	}
	return t.noteRevoked(ctx, seqs, keys, by)
}

// noteRevoked notes in the journal and the log that keys have ended.
func (t *transaction) noteRevoked(ctx context.Context, seqs map[string]int64, keys []apikey.Key, by apikey.Actor) error {
	now, err := t.Now(ctx)
	if err != nil {
		return err
	}
	events := make([]keyEvent, len(keys))
	lines := make([]journalLine, len(keys))
	for i, key := range keys {
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
