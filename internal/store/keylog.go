package store

import (
	"context"
	"database/sql"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
)

// keyEvent is something that happened to a key.
type keyEvent struct {
	kind             ledger.EntryKind
	accountID, keyID string
	record           apikey.Record
}

// keyEntries notes in the log what happened to keys, in the transaction in which
// it does: whatever happens to an account moves its number, so that losing it
// is noticed. seqs are the accounts' newest numbers, and are moved.
func (t *transaction) keyEntries(ctx context.Context, seqs map[string]int64, events ...keyEvent) error {
	changes := &ledger.Changes{Seqs: map[string]int64{}}
	for _, event := range events {
		seqs[event.accountID]++
		entry, err := t.keyEntry(ctx, event, seqs[event.accountID])
		if err != nil {
			return err
		}
		changes.Entries = append(changes.Entries, entry)
		changes.Seqs[event.accountID] = entry.Seq
	}
	return t.Write(ctx, changes)
}

// keyEntry is an event as an entry of its account's log.
func (t *transaction) keyEntry(ctx context.Context, event keyEvent, seq int64) (*ledger.Entry, error) {
	now, err := t.Now(ctx)
	if err != nil {
		return nil, err
	}
	note, err := event.record.Text()
	return &ledger.Entry{Seq: seq, At: now, Kind: event.kind, AccountID: event.accountID, KeyID: event.keyID, Note: note}, err
}

// auditKinds are the kinds of entries that an account may read as its audit
// trail. The text is that of the index entries_audited_all, by which they are found.
const auditKinds = "kind IN ('mint', 'key', 'seed', 'rotate', 'secret', 'revoke', 'credit', 'freeze', 'block', 'unblock')"

const selectAudited = "SELECT seq, at_ms, kind, key_id, note, deltas FROM entries WHERE account_id = $1 AND seq < $2 AND " +
	auditKinds + " ORDER BY seq DESC LIMIT $3"

// Audited lists what happened to an account's keys and credit, the newest first:
// at most limit entries with numbers below before. An entry's Note is the
// apikey.Record of keys' events, and a reason else.
func (s *Store) Audited(ctx context.Context, accountID string, before int64, limit int) ([]ledger.Entry, error) {
	rows, err := s.reader.QueryContext(ctx, selectAudited, accountID, before, limit)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (ledger.Entry, error) {
		entry := ledger.Entry{AccountID: accountID}
		var at int64
		var kind, deltas string
		err := rows.Scan(&entry.Seq, &at, &kind, &entry.KeyID, &entry.Note, &deltas)
		if err != nil {
			return entry, err
		}
		entry.At, entry.Kind = fromMillis(at), ledger.EntryKind(kind)
		entry.Deltas, err = parseDeltas(deltas, accountID, entry.KeyID)
		return entry, err
	})
}
