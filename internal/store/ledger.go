package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

var _ ledger.Store = (*Store)(nil)

// The statements of the hot path. Every one is prepared when the database is
// opened, which also proves that the engine in use understands it.
const (
	selectKeyByHash = "SELECT " + keyColumns + " FROM api_keys WHERE hash = $1"
	selectHold      = "SELECT " + holdColumns + " FROM holds WHERE id = $1"
	selectBudget    = "SELECT id, cap, cap_high, posted, pending, expires_ms FROM budgets WHERE id = $1"
	updateKeyUsed   = "UPDATE api_keys SET last_used_ms = $1 WHERE id = $2"
	upsertBudget    = `INSERT INTO budgets (id, cap, cap_high, posted, pending, expires_ms) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET cap = excluded.cap, cap_high = excluded.cap_high, posted = excluded.posted, pending = excluded.pending`
	insertHold = `INSERT INTO holds (id, key_id, account_id, model_id, model_type, input_price, output_price,
		state, parts, amount, started_ms, deadline_ms, charged_diem, charged_usd, input_diem, input_usd,
		prompt_tokens, completion_tokens, source, execution_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, 0, '', 0)`
	endHold = `UPDATE holds SET state = $1, parts = $2, ended_ms = $3, ended_seq = $4, charged_diem = $5, charged_usd = $6,
		input_diem = $7, input_usd = $8, prompt_tokens = $9, completion_tokens = $10, source = $11, execution_ms = $12 WHERE id = $13`
	insertEntry = `INSERT INTO entries (seq, at_ms, kind, account_id, key_id, hold_id, note, deltas)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

var hotStatements = []string{
	selectKeyByHash,
	selectHold,
	selectBudget,
	updateKeyUsed,
	upsertBudget,
	insertHold,
	endHold,
	insertEntry,
}

// transaction implements ledger.Tx. SQLite has one writer, so its write lock
// is the row lock.
type transaction struct {
	store *Store
	tx    *sql.Tx
	now   time.Time
}

// Update implements ledger.Store.
func (s *Store) Update(ctx context.Context, work func(ctx context.Context, tx ledger.Tx) error) error {
	return s.write(ctx, func(tx *sql.Tx) error { return work(ctx, s.transaction(tx)) })
}

func (s *Store) transaction(tx *sql.Tx) *transaction {
	return &transaction{store: s, tx: tx, now: s.now().UTC().Truncate(time.Millisecond)}
}

// Overdue implements ledger.Store.
func (s *Store) Overdue(ctx context.Context, all bool, limit int) ([]string, error) {
	before := millis(s.now())
	if all {
		before = 1<<63 - 1
	}
	rows, err := s.reader.QueryContext(ctx,
		"SELECT id FROM holds WHERE state = 'reserved' AND deadline_ms <= $1 ORDER BY deadline_ms LIMIT $2", before, limit)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
}

func (t *transaction) Now() time.Time { return t.now }

func (t *transaction) LastSeq(ctx context.Context) (int64, error) {
	var seq int64
	err := t.tx.QueryRowContext(ctx, "SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM entries").Scan(&seq)
	return seq, err
}

const keyColumns = `id, account_id, hash, last6, key_type, description, limit_usd, limit_diem, limit_vcu,
	limit_period, privacy, created_ms, expires_ms, last_used_ms, revoked_ms`

type scanner interface{ Scan(values ...any) error }

func scanKey(row scanner) (*ledger.Key, error) {
	var key ledger.Key
	var hash []byte
	var usd, diem, vcu sql.NullString
	var created int64
	var expires, used, revoked sql.NullInt64
	err := row.Scan(&key.ID, &key.AccountID, &hash, &key.Last6, &key.Type, &key.Description, &usd, &diem, &vcu,
		&key.Period, &key.Privacy, &created, &expires, &used, &revoked)
	if err != nil {
		return nil, err
	}
	copy(key.Hash[:], hash)
	for text, limit := range map[*sql.NullString]**apikey.Limit{
		&usd: &key.Limits.USD, &diem: &key.Limits.DIEM, &vcu: &key.Limits.VCU,
	} {
		if text.Valid {
			parsed, err := apikey.ParseLimit(text.String)
			if err != nil {
				return nil, fmt.Errorf("key %s has an unreadable limit: %w", key.ID, err)
			}
			*limit = &parsed
		}
	}
	key.CreatedAt = fromMillis(created)
	key.ExpiresAt, key.LastUsedAt, key.RevokedAt = fromNullMillis(expires), fromNullMillis(used), fromNullMillis(revoked)
	return &key, nil
}

func (t *transaction) Keys(ctx context.Context, hashes [][32]byte) ([]*ledger.Key, error) {
	return each(ctx, t, selectKeyByHash, hashes,
		func(hash [32]byte) any { return hash[:] }, func(row scanner) (*ledger.Key, error) { return scanKey(row) })
}

const holdColumns = `id, key_id, account_id, model_id, model_type, input_price, output_price, state, parts,
	started_ms, deadline_ms, ended_ms, ended_seq, charged_diem, charged_usd, input_diem, input_usd,
	prompt_tokens, completion_tokens, source, execution_ms`

// storedPart is a part as kept in a hold's row: amounts in nanos.
type storedPart struct {
	Currency money.Currency `json:"c"`
	Budgets  []string       `json:"b"`
	Amount   int64          `json:"a"`
	Charged  int64          `json:"x"`
}

func scanHold(row scanner) (*ledger.Hold, error) {
	var hold ledger.Hold
	var parts string
	var started, deadline, execution int64
	var ended, endedSeq sql.NullInt64
	err := row.Scan(&hold.ID, &hold.KeyID, &hold.AccountID, &hold.ModelID, &hold.ModelType, &hold.InputPrice, &hold.OutputPrice,
		&hold.State, &parts, &started, &deadline, &ended, &endedSeq, &hold.ChargedDIEM, &hold.ChargedUSD,
		&hold.InputChargeDIEM, &hold.InputChargeUSD, &hold.Cost.PromptTokens, &hold.Cost.CompletionTokens, &hold.Cost.Source, &execution)
	if err != nil {
		return nil, err
	}
	var stored []storedPart
	if err := json.Unmarshal([]byte(parts), &stored); err != nil {
		return nil, fmt.Errorf("hold %s has unreadable parts: %w", hold.ID, err)
	}
	for _, part := range stored {
		hold.Parts = append(hold.Parts, ledger.Part{
			Currency: part.Currency, Budgets: part.Budgets, Amount: money.Nano(part.Amount), Charged: money.Nano(part.Charged),
		})
	}
	hold.StartedAt, hold.Deadline = fromMillis(started), fromMillis(deadline)
	hold.EndedSeq = endedSeq.Int64
	if ended.Valid {
		hold.EndedAt = fromMillis(ended.Int64)
	}
	hold.Cost.HoldID = hold.ID
	hold.Cost.Cost = hold.ChargedDIEM + hold.ChargedUSD
	hold.Cost.InputCost = hold.InputChargeDIEM + hold.InputChargeUSD
	hold.Cost.ExecutionTime = time.Duration(execution) * time.Millisecond
	return &hold, nil
}

func (t *transaction) Holds(ctx context.Context, ids []string) ([]*ledger.Hold, error) {
	return each(ctx, t, selectHold, ids,
		func(id string) any { return id }, func(row scanner) (*ledger.Hold, error) { return scanHold(row) })
}

func scanBudget(row scanner) (*ledger.Budget, error) {
	var budget ledger.Budget
	var expires sql.NullInt64
	err := row.Scan(&budget.ID, &budget.Cap, &budget.CapHigh, &budget.Posted, &budget.Pending, &expires)
	if expires.Valid {
		budget.Expires = fromMillis(expires.Int64)
	}
	return &budget, err
}

func (t *transaction) Budgets(ctx context.Context, ids []string) ([]*ledger.Budget, error) {
	return each(ctx, t, selectBudget, ids,
		func(id string) any { return id }, scanBudget)
}

func (t *transaction) Forget(ctx context.Context) error {
	_, err := t.tx.ExecContext(ctx, "DELETE FROM budgets WHERE expires_ms < $1 AND pending = 0", millis(t.now))
	return err
}

// each runs a single-row query for every key and returns the rows found.
func each[K, V any](ctx context.Context, t *transaction, text string, keys []K, argument func(K) any, scan func(scanner) (V, error)) ([]V, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	statement := t.tx.StmtContext(ctx, t.store.statements[text])
	found := make([]V, 0, len(keys))
	for _, key := range keys {
		value, err := scan(statement.QueryRowContext(ctx, argument(key)))
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, value)
	}
	return found, nil
}

// Write implements ledger.Tx.
func (t *transaction) Write(ctx context.Context, changes *ledger.Changes) error {
	writes := []func(context.Context, *ledger.Changes) error{
		t.writeUsedKeys, t.writeBudgets, t.writeNewHolds, t.writeEndedHolds, t.writeEntries,
	}
	for _, write := range writes {
		if err := write(ctx, changes); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) writeUsedKeys(ctx context.Context, changes *ledger.Changes) error {
	return execEach(ctx, t, updateKeyUsed, changes.UsedKeys,
		func(id string) ([]any, error) { return []any{millis(t.now), id}, nil })
}

func (t *transaction) writeBudgets(ctx context.Context, changes *ledger.Changes) error {
	return execEach(ctx, t, upsertBudget,
		changes.Budgets, func(b *ledger.Budget) ([]any, error) {
			var expires sql.NullInt64
			if !b.Expires.IsZero() {
				expires = nullMillis(&b.Expires)
			}
			return []any{b.ID, int64(b.Cap), int64(b.CapHigh), int64(b.Posted), int64(b.Pending), expires}, nil
		})
}

func storedParts(hold *ledger.Hold) (string, error) {
	stored := make([]storedPart, len(hold.Parts))
	for i, part := range hold.Parts {
		stored[i] = storedPart{part.Currency, part.Budgets, int64(part.Amount), int64(part.Charged)}
	}
	text, err := json.Marshal(stored)
	return string(text), err
}

func (t *transaction) writeNewHolds(ctx context.Context, changes *ledger.Changes) error {
	return execEach(ctx, t, insertHold,
		changes.NewHolds, func(hold *ledger.Hold) ([]any, error) {
			parts, err := storedParts(hold)
			return []any{
				hold.ID, hold.KeyID, hold.AccountID, hold.ModelID, hold.ModelType, int64(hold.InputPrice), int64(hold.OutputPrice),
				string(ledger.Reserved), parts, int64(hold.Amount()), millis(hold.StartedAt), millis(hold.Deadline),
			}, err
		})
}

func (t *transaction) writeEndedHolds(ctx context.Context, changes *ledger.Changes) error {
	return execEach(ctx, t, endHold,
		changes.Ended, func(hold *ledger.Hold) ([]any, error) {
			parts, err := storedParts(hold)
			return []any{
				string(hold.State), parts, millis(hold.EndedAt), hold.EndedSeq, int64(hold.ChargedDIEM), int64(hold.ChargedUSD),
				int64(hold.InputChargeDIEM), int64(hold.InputChargeUSD), hold.Cost.PromptTokens, hold.Cost.CompletionTokens,
				hold.Cost.Source, hold.Cost.ExecutionTime.Milliseconds(), hold.ID,
			}, err
		})
}

// storedDelta is a delta as kept in an entry's row: amounts in nanos.
type storedDelta struct {
	Budget  string `json:"b"`
	Cap     int64  `json:"c,omitempty"`
	Posted  int64  `json:"x,omitempty"`
	Pending int64  `json:"h,omitempty"`
}

func (t *transaction) writeEntries(ctx context.Context, changes *ledger.Changes) error {
	return execEach(ctx, t, insertEntry,
		changes.Entries, func(entry *ledger.Entry) ([]any, error) {
			stored := make([]storedDelta, len(entry.Deltas))
			for i, delta := range entry.Deltas {
				stored[i] = storedDelta{delta.Budget, int64(delta.Cap), int64(delta.Posted), int64(delta.Pending)}
			}
			deltas, err := json.Marshal(stored)
			return []any{
				entry.Seq, millis(entry.At), string(entry.Kind), entry.AccountID, entry.KeyID, entry.HoldID, entry.Note, string(deltas),
			}, err
		})
}

// execEach runs a statement for every item.
func execEach[T any](ctx context.Context, t *transaction, text string, items []T, arguments func(T) ([]any, error)) error {
	if len(items) == 0 {
		return nil
	}
	statement := t.tx.StmtContext(ctx, t.store.statements[text])
	for _, item := range items {
		values, err := arguments(item)
		if err != nil {
			return err
		}
		if _, err := statement.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return nil
}

// scanAll reads every row and closes them.
func scanAll[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	var all []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, rows.Err()
}
