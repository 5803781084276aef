package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// below asks for the keys that were made under a key, however far below.
const below = "account_id = $1 AND (line || '/') LIKE $2 ESCAPE '!'"

func belowOf(accountID, keyID string) []any {
	return []any{accountID, "%/" + likeLiteral.Replace(keyID) + "/%"}
}

// likeLiteral makes a text stand for itself in a pattern of LIKE.
var likeLiteral = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// fillParents reads the keys that sub-keys were made under.
func fillParents(ctx context.Context, q queryer, keys ...*apikey.Key) error {
	var ids []string
	for _, key := range keys {
		ids = append(ids, key.ParentIDs...)
	}
	slices.Sort(ids)
	parents := map[string]*apikey.Key{}
	for ids = slices.Compact(ids); len(ids) > 0; {
		arguments, taken := padded(ids)
		rows, err := q.QueryContext(ctx, keysByID.texts[len(arguments)], arguments...)
		if err != nil {
			return err
		}
		found, err := scanAll(rows, func(rows *sql.Rows) (*ledger.Key, error) { return scanKey(rows) })
		if err != nil {
			return err
		}
		for _, parent := range found {
			parents[parent.ID] = &parent.Key
		}
		ids = ids[taken:]
	}
	for _, key := range keys {
		key.Below(parents)
	}
	return nil
}

// withParents is a key that was found, with the keys above it.
func withParents(ctx context.Context, q queryer, key apikey.Key, err error) (apikey.Key, error) {
	if err == nil && len(key.ParentIDs) > 0 {
		err = fillParents(ctx, q, &key)
	}
	return key, err
}

// SubKeys lists the keys that were made under an account's key, however far
// below, and are not revoked, oldest first.
func (s *Store) SubKeys(ctx context.Context, accountID, keyID string) ([]apikey.Key, error) {
	rows, err := s.reader.QueryContext(ctx,
		"SELECT "+keyColumns+" FROM api_keys WHERE "+below+" AND revoked_ms IS NULL ORDER BY created_ms, id", belowOf(accountID, keyID)...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (apikey.Key, error) { return found(scanKey(rows)) })
}

// admitChild reads the key that a sub-key is made under, whose account is
// locked, and puts the new one below it, if it is narrower and there may be one
// more.
func (s *Store) admitChild(ctx context.Context, tx *sql.Tx, insertion *issuer.Insertion) error {
	key := &insertion.Key
	row := tx.QueryRowContext(ctx, "SELECT "+keyColumns+" FROM api_keys WHERE id = $1 AND account_id = $2", insertion.ParentID, key.AccountID)
	parent, err := found(scanKey(row))
	if parent, err = withParents(ctx, tx, parent, err); err != nil {
		return err
	}
	if !parent.Active(key.CreatedAt) {
		return apikey.ErrNotFound
	}
	if len(parent.ParentIDs) >= insertion.MaxDepth {
		return issuer.ErrTooDeep
	}
	if err := parent.CheckChild(&key.Spec); err != nil {
		return err
	}
	key.ParentIDs = append([]string{parent.ID}, parent.ParentIDs...)
	return countBelow(ctx, tx, insertion)
}

// countBelow bounds the keys below one that is no sub-key, so that whoever has
// a key cannot use up what the account may have.
func countBelow(ctx context.Context, tx *sql.Tx, insertion *issuer.Insertion) error {
	top := insertion.Key.ParentIDs[len(insertion.Key.ParentIDs)-1]
	now := millis(insertion.Key.CreatedAt)
	var active, recent int
	err := tx.QueryRowContext(ctx, `SELECT
		COUNT(*) FILTER (WHERE revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $3)),
		COUNT(*) FILTER (WHERE created_ms > $4) FROM api_keys WHERE `+below,
		append(belowOf(insertion.Key.AccountID, top), now, now-time.Minute.Milliseconds())...).Scan(&active, &recent)
	if err != nil {
		return err
	}
	return insertion.Admits(active, recent)
}

// activeBelow lists the keys that were made under a key, however far below, and
// are not revoked. None can be used any more once that one ends.
func (t *transaction) activeBelow(ctx context.Context, accountID, keyID string) ([]apikey.Key, error) {
	rows, err := t.tx.QueryContext(ctx, "SELECT "+keyColumns+" FROM api_keys WHERE "+below+" AND revoked_ms IS NULL ORDER BY id", belowOf(accountID, keyID)...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (apikey.Key, error) { return found(scanKey(rows)) })
}

// familyOf is a key's id with those of all keys that were ever made under it.
func (t *transaction) familyOf(ctx context.Context, accountID, keyID string) (map[string]bool, error) {
	rows, err := t.tx.QueryContext(ctx, "SELECT id FROM api_keys WHERE "+below, belowOf(accountID, keyID)...)
	if err != nil {
		return nil, err
	}
	ids, err := scanAll(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
	family := map[string]bool{keyID: true}
	for _, id := range ids {
		family[id] = true
	}
	return family, err
}

// countFlights makes the calls that run count for a key that has got a cap on
// calls in flight: those of the key and of the keys below it that began before.
func (t *transaction) countFlights(ctx context.Context, key *apikey.Key) error {
	now, err := t.Now(ctx)
	if err != nil {
		return err
	}
	running, err := t.runningOf(ctx, *key, time.Time{})
	if err != nil {
		return err
	}
	row, err := t.budget(ctx, ledger.FlightBudget(key.ID))
	if err != nil {
		return err
	}
	if row.Expires.IsZero() {
		row.Expires = now.Add(ledger.KeptFlights)
	}
	for _, hold := range running {
		if !hold.CountFlight(key.ID) {
			continue
		}
		row.Pending++
		if err := t.exec(ctx, "UPDATE holds SET detail = $1 WHERE id = $2", []any{storedHold(hold), hold.ID}); err != nil {
			return err
		}
	}
	row.Cap = money.Nano(key.Scope.MaxInFlight)
	row.CapHigh = max(row.CapHigh, row.Cap, row.Pending)
	return t.writeBudgets(ctx, &ledger.Changes{Budgets: []*ledger.Budget{row}})
}
