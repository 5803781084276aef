package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"stakegate/internal/ledger"
)

// Account is an account as an operator lists it.
type Account struct {
	ID        string
	CreatedAt time.Time
	BlockedAt *time.Time // nil: it is not blocked
	// Keys are those that are neither revoked nor expired, Holds the calls that
	// run now, on any replica.
	Keys, Holds int64
}

// AccountQuery says which accounts are listed, by id: at most Limit above After
// whose id begins with Prefix and, unless it is "", that have or had a key
// whose text ends with Last6. A prefix has nothing but 0x and hex digits.
type AccountQuery struct {
	Prefix, Last6, After string
	Limit                int
}

const selectAccounts = `SELECT id, created_ms, (SELECT at_ms FROM blocks WHERE blocks.account_id = accounts.id),
	(SELECT COUNT(*) FROM api_keys WHERE api_keys.account_id = accounts.id AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $1)),
	(SELECT COUNT(*) FROM holds WHERE holds.account_id = accounts.id)
	FROM accounts WHERE id > $2`

const addressLength = 42 // of an account's id

// Accounts lists accounts by their ids.
func (s *Store) Accounts(ctx context.Context, query AccountQuery) ([]Account, error) {
	now, err := s.clock(ctx, s.reader)
	if err != nil {
		return nil, err
	}
	text, arguments := selectAccounts, []any{millis(now), query.After}
	and := func(condition string, argument any) {
		arguments = append(arguments, argument)
		text += fmt.Sprintf(condition, len(arguments))
	}
	switch {
	case len(query.Prefix) == addressLength:
		and(" AND id = $%d", query.Prefix)
	case query.Prefix != "":
		and(" AND id LIKE $%d", query.Prefix+"%")
	}
	if query.Last6 != "" {
		and(" AND id IN (SELECT account_id FROM api_keys WHERE last6 = $%d)", query.Last6)
	}
	and(" ORDER BY id LIMIT $%d", query.Limit)
	rows, err := s.reader.QueryContext(ctx, text, arguments...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (Account, error) {
		var account Account
		var created int64
		var blocked sql.NullInt64
		err := rows.Scan(&account.ID, &created, &blocked, &account.Keys, &account.Holds)
		account.CreatedAt, account.BlockedAt = fromMillis(created), fromNullMillis(blocked)
		return account, err
	})
}

// SetBlocked blocks an account or lifts that, and notes the reason in its log:
// no hold decided after this returns can use a key of a blocked account. What is
// so already is left as it is. An account that does not exist is an error.
func (s *Store) SetBlocked(ctx context.Context, accountID string, blocked bool, reason string) error {
	return s.update(ctx, func(t *transaction) error {
		seqs := map[string]int64{}
		if err := t.lock(ctx, []string{accountID}, seqs); err != nil {
			return err
		}
		if len(seqs) == 0 {
			return errNoAccount
		}
		now, err := t.Now(ctx)
		if err != nil {
			return err
		}
		kind := ledger.EntryUnblock
		text, arguments := "DELETE FROM blocks WHERE account_id = $1", []any{accountID}
		if blocked {
			kind = ledger.EntryBlock
			text, arguments = "INSERT INTO blocks (account_id, at_ms) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING", []any{accountID, millis(now)}
		}
		result, err := t.tx.ExecContext(ctx, text, arguments...)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); changed == 0 || err != nil {
			return err
		}
		seq := seqs[accountID] + 1
		entry := &ledger.Entry{Seq: seq, At: now, Kind: kind, AccountID: accountID, Note: reason}
		return t.Write(ctx, &ledger.Changes{Entries: []*ledger.Entry{entry}, Seqs: map[string]int64{accountID: seq}})
	})
}
