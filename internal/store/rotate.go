package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
)

// scanOld reads a key that was found by the secret of before its rotation.
func scanOld(row scanner) (*ledger.Key, error) {
	var hash []byte
	var until int64
	key, err := scanKeyAnd(row, &hash, &until)
	if err != nil {
		return nil, err
	}
	copy(key.Hash[:], hash)
	end := fromMillis(until)
	key.SecretUntil = &end
	return key, nil
}

// withOld adds the keys that are known by the secret of before their rotation.
// It asks only for hashes that no key has now.
func (t *transaction) withOld(ctx context.Context, hashes [][32]byte, keys []*ledger.Key) ([]*ledger.Key, error) {
	if len(keys) == len(hashes) {
		return keys, nil
	}
	old, err := find(ctx, t, keysByOld, missing(hashes, func(hash [32]byte) bool {
		return slices.ContainsFunc(keys, func(key *ledger.Key) bool { return key.Hash == hash })
	}), scanOld)
	return append(keys, old...), err
}

// missing are the hashes that are not known.
func missing(hashes [][32]byte, known func([32]byte) bool) [][32]byte {
	return slices.DeleteFunc(slices.Clone(hashes), known)
}

// RotateKey implements issuer.Store. The database's time decides when the secret
// of before ends.
func (s *Store) RotateKey(ctx context.Context, rotation issuer.Rotation) (key apikey.Key, until time.Time, err error) {
	err = s.update(ctx, func(t *transaction) error {
		seqs := map[string]int64{}
		if err := t.lock(ctx, []string{rotation.AccountID}, seqs); err != nil {
			return err
		}
		before, err := scanKey(t.tx.QueryRowContext(ctx, activeKey, rotation.KeyID, rotation.AccountID))
		if key, err = found(before, err); err != nil {
			return err
		}
		now, err := t.Now(ctx)
		if err != nil {
			return err
		}
		hash, last6, err := rotation.Renew(key.Type)
		if err != nil {
			return err
		}
		key.Last6, until = last6, now.Add(rotation.Overlap)
		line := rotationLine{Key: key.ID, Hash: hash[:], Last6: last6}
		record := apikey.Record{By: rotation.By, Last6Chars: last6, ReplacedLast6Chars: before.Last6}
		if rotation.Overlap > 0 {
			line.OldHash, line.OldLast6, line.Until = before.Hash[:], before.Last6, millis(until)
			record.ReplacedUntil = apikey.TimeText(until)
		}
		if err := t.rotate(ctx, line); err != nil {
			return err
		}
		// Before the commit: what the journal knows and the database does not ends too
		// much at a restore, never too little.
		if s.journal != nil {
			if err := s.journal.append(journalLine{Rotation: &line}); err != nil {
				return err
			}
		}
		return t.keyEntries(ctx, seqs, keyEvent{ledger.EntryRotate, key.AccountID, key.ID, record})
	})
	return key, until, err
}

// rotate writes what a rotation makes of a key's hashes.
func (t *transaction) rotate(ctx context.Context, line rotationLine) error {
	if _, err := t.tx.ExecContext(ctx, "DELETE FROM old_secrets WHERE key_id = $1", line.Key); err != nil || line.Hash == nil {
		return err
	}
	_, err := t.tx.ExecContext(ctx, "UPDATE api_keys SET hash = $1, last6 = $2 WHERE id = $3", line.Hash, line.Last6, line.Key)
	if err != nil || line.OldHash == nil {
		return err
	}
	_, err = t.tx.ExecContext(ctx, "INSERT INTO old_secrets (key_id, old_hash, old_last6, until_ms) SELECT id, $2, $3, $4 FROM api_keys WHERE id = $1",
		line.Key, line.OldHash, line.OldLast6, line.Until)
	return err
}

// rotateAgain does to a restored database what was done after its backup, in the
// same order. What it knows already stays as it is.
func (t *transaction) rotateAgain(ctx context.Context, lines []rotationLine) error {
	for _, line := range lines {
		if err := t.rotate(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// liveSecrets tells which of the uses' secrets are good: their key's newest one,
// or the one before that within its time.
func (s *Store) liveSecrets(ctx context.Context, uses []apikey.Use, now time.Time) (map[[32]byte]bool, error) {
	live := map[[32]byte]bool{}
	hashes := make([][32]byte, len(uses))
	for i, use := range uses {
		hashes[i] = use.Hash
	}
	for _, query := range []struct {
		head string
		own  []any
	}{
		{"SELECT hash FROM api_keys WHERE hash IN (", nil},
		{"SELECT old_hash FROM old_secrets WHERE until_ms > $1 AND old_hash IN (", []any{millis(now)}},
	} {
		for chunk := range slices.Chunk(missing(hashes, func(hash [32]byte) bool { return live[hash] }), endedChunk) {
			arguments := slices.Clone(query.own)
			for i := range endedChunk { // one text, padded with the last hash
				arguments = append(arguments, argument(chunk[min(i, len(chunk)-1)]))
			}
			rows, err := s.reader.QueryContext(ctx, query.head+marks(len(query.own)+1, endedChunk)+")", arguments...)
			if err != nil {
				return nil, err
			}
			_, err = scanAll(rows, func(rows *sql.Rows) (hash []byte, err error) {
				if err = rows.Scan(&hash); err == nil {
					live[[32]byte(hash)] = true
				}
				return hash, err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return live, nil
}
