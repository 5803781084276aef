package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
)

var _ ledger.Store = (*Store)(nil)

// The statements of the hot path, each over several rows at once.
var (
	keysByHash    = newLookup("SELECT "+keyColumns+" FROM api_keys WHERE hash", "")
	keysByOld     = newLookup("SELECT "+keyColumns+", old_hash, until_ms FROM old_secrets JOIN api_keys ON id = key_id WHERE old_hash", "")
	ownersByOld   = newLookup("SELECT account_id, old_hash FROM old_secrets JOIN api_keys ON id = key_id WHERE old_hash", "")
	keysByID      = newLookup("SELECT "+keyColumns+" FROM api_keys WHERE id", "")
	ownersOfKeys  = newLookup("SELECT account_id, hash FROM api_keys WHERE hash", "")
	ownersOfHolds = newLookup("SELECT account_id, id FROM holds WHERE id", "")
	ownersOfCalls = newLookup("SELECT account_id, hold_id FROM calls WHERE hold_id", "")
	takeHolds     = newLookup("DELETE FROM holds WHERE id", " RETURNING "+holdColumns)
	dropHolds     = newLookup("DELETE FROM holds WHERE id", "")
	removeHolds   = newLookup("DELETE FROM holds WHERE id", " RETURNING id")
	holdsByID     = newLookup("SELECT "+holdColumns+" FROM holds WHERE id", "")
	callsByHold   = newLookup("SELECT "+callColumns+" FROM calls WHERE hold_id", "")
	touchKeys     = newLookup("UPDATE api_keys SET last_used_ms = $1 WHERE id", "")

	accountColumns = []string{"id TEXT", "created_ms BIGINT", "last_seq BIGINT"}
	makeAccounts   = newInsert("accounts", accountColumns, " ON CONFLICT (id) DO NOTHING")
	putSeqs        = newUpdate("accounts", accountColumns, "last_seq")

	budgetColumns = []string{"id TEXT", "cap BIGINT", "cap_high BIGINT", "posted BIGINT", "pending BIGINT", "expires_ms BIGINT"}
	makeBudgets   = newInsert("budgets", budgetColumns, " ON CONFLICT (id) DO NOTHING")
	putBudgets    = newInsert("budgets", budgetColumns, updating("id", "cap", "cap_high", "posted", "pending"))

	addHolds     = newInsert("holds", holdFields, "")
	addCalls     = newInsert("calls", callFields, "")
	putAttempts  = newInsert("attempts", attemptColumns, updating("id", "digest", "hold_id", "expires_ms"))
	attemptsByID = newLookup("SELECT id, digest, hold_id, expires_ms FROM attempts WHERE id", "")
	addEntries   = newInsert("entries", []string{
		"account_id TEXT", "seq BIGINT", "at_ms BIGINT", "kind TEXT", "key_id TEXT", "hold_id TEXT", "note TEXT", "deltas TEXT",
	}, "")
)

const budgetLookup = "SELECT id, cap, cap_high, posted, pending, expires_ms FROM budgets WHERE id"

var budgetsByID = newLookup(budgetLookup, "")

// locking are the lookups whose rows stay locked, in the order of their ids.
type locking struct{ accounts, pools lookup }

func newLocking(e *engine) locking {
	tail := " ORDER BY id" + e.rowLock
	return locking{
		accounts: newLookup("SELECT id, last_seq FROM accounts WHERE id", tail),
		pools:    newLookup(budgetLookup, tail),
	}
}

// hotStatements lists every text of the hot path, as the engine takes it.
func (s *Store) hotStatements() []string {
	var texts []string
	add := func(array string, lists map[int]string) {
		if s.engine.arrays {
			texts = append(texts, array)
		} else {
			texts = append(texts, lists[rowCounts[0]], lists[rowCounts[1]]) // the others differ in their length
		}
	}
	for _, l := range []lookup{
		keysByHash, keysByOld, keysByID, ownersOfKeys, ownersByOld, ownersOfHolds, ownersOfCalls, takeHolds, dropHolds, removeHolds, holdsByID, callsByHold, attemptsByID, touchKeys, unspendChallenges, budgetsByID, s.locking.accounts, s.locking.pools,
	} {
		add(l.array, l.texts)
	}
	for _, i := range []*insert{makeAccounts, putSeqs, makeBudgets, putBudgets, addHolds, addCalls, putAttempts, addEntries, addKeys, spendChallenges} {
		add(i.array, i.texts)
	}
	return texts
}

// Update implements ledger.Store.
func (s *Store) Update(ctx context.Context, work func(ctx context.Context, tx ledger.Tx) error) error {
	return s.inBatch(ctx, true, func(ctx context.Context, t *transaction) error { return work(ctx, t) })
}

// batched runs one durable transaction over many rows, which goes past
// database/sql.
func (s *Store) batched(ctx context.Context, work func(context.Context, *transaction) error) error {
	return s.inBatch(ctx, false, work)
}

// inBatch is batched, and says whether rows are kept: see directly.
func (s *Store) inBatch(ctx context.Context, keeps bool, work func(context.Context, *transaction) error) error {
	return s.witnessed(func(last **transaction) error {
		run := func(ctx context.Context, t *transaction) error {
			*last = t
			return work(ctx, t)
		}
		return s.repeat(func() error {
			if s.engine.arrays {
				return s.pipelined(ctx, run)
			}
			return s.directly(ctx, keeps, func(t *transaction) error { return run(ctx, t) })
		})
	})
}

// Overdue implements ledger.Store.
func (s *Store) Overdue(ctx context.Context, all bool, limit int) ([]string, error) {
	now, err := s.clock(ctx, s.writer)
	if err != nil {
		return nil, err
	}
	before := millis(now)
	if all {
		before = 1<<63 - 1
	}
	rows, err := s.writer.QueryContext(ctx,
		"SELECT id FROM holds WHERE deadline_ms <= $1 ORDER BY deadline_ms LIMIT $2", before, limit)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
}

func (t *transaction) Now(ctx context.Context) (time.Time, error) {
	if !t.now.IsZero() {
		return t.now, nil
	}
	if err := t.askNow(ctx); err != nil {
		return time.Time{}, err
	}
	return t.now, t.flush(ctx)
}

func (t *transaction) AccountsOf(ctx context.Context, hashes [][32]byte, holdIDs []string) (map[[32]byte]string, map[string]string, error) {
	byHash, byHold := map[[32]byte]string{}, map[string]string{}
	owner := func(row scanner) (account string, err error) {
		var hash []byte
		err = row.Scan(&account, &hash)
		copied := [32]byte{}
		copy(copied[:], hash)
		byHash[copied] = account
		return account, err
	}
	_, err := ask(ctx, t, ownersOfKeys, hashes, owner)
	if err != nil {
		return nil, nil, err
	}
	for _, owners := range []lookup{ownersOfHolds, ownersOfCalls} {
		_, err = ask(ctx, t, owners, holdIDs, func(row scanner) (account string, err error) {
			var id string
			err = row.Scan(&account, &id)
			byHold[id] = account
			return account, err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	if err := t.flush(ctx); err != nil || len(byHash) == len(hashes) {
		return byHash, byHold, err
	}
	_, err = find(ctx, t, ownersByOld, missing(hashes, func(hash [32]byte) bool { _, known := byHash[hash]; return known }), owner)
	return byHash, byHold, err
}

// ReadAhead tells which keys and holds will be asked for once the accounts
// are locked, and budgets that may be. Each of them is read after the lock, in
// the same round trip. Pools, which have locks of their own, are not.
func (t *transaction) ReadAhead(hashes [][32]byte, holdIDs, budgetIDs []string) bool {
	if t.arrays() {
		t.ahead = ahead{hashes: hashes, holdIDs: holdIDs, budgetIDs: slices.DeleteFunc(budgetIDs, ledger.IsPool)}
	}
	return t.arrays()
}

func (t *transaction) Lock(ctx context.Context, accountIDs []string) (map[string]int64, error) {
	seqs := make(map[string]int64, len(accountIDs))
	all := accountIDs
	accountIDs = among(t.kept.seqs, all, func(id string, seq int64) { seqs[id] = seq })
	if err := t.lockAndRead(ctx, accountIDs, seqs); err != nil {
		return nil, err
	}
	if len(seqs) == len(all) {
		t.keepSeqs(accountIDs, seqs)
		return seqs, t.store.witness.seen(seqs)
	}
	// What was read ahead stands: accounts that are missing have no keys or holds.
	t.now = time.Time{}
	now, err := t.Now(ctx)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(accountIDs), func(id string) bool { _, known := seqs[id]; return known })
	err = write(ctx, t, makeAccounts, missing, func(c *cells, id string) {
		c.text(id)
		c.number(millis(now))
		c.number(0)
	})
	if err != nil {
		return nil, err
	}
	t.now = time.Time{} // time that passed until the lock counts
	if err := t.lock(ctx, accountIDs, seqs); err != nil {
		return nil, err
	}
	t.keepSeqs(accountIDs, seqs)
	return seqs, t.store.witness.seen(seqs)
}

func (t *transaction) keepSeqs(ids []string, seqs map[string]int64) {
	for _, id := range ids {
		keep(t.kept.seqs, id, seqs[id])
	}
}

// lockAndRead locks accounts and then reads what was told of ahead.
func (t *transaction) lockAndRead(ctx context.Context, accountIDs []string, seqs map[string]int64) error {
	if t.ahead.hashes == nil && t.ahead.holdIDs == nil {
		return t.lock(ctx, accountIDs, seqs)
	}
	if err := t.askLock(ctx, accountIDs, seqs); err != nil {
		return err
	}
	if err := t.askNow(ctx); err != nil {
		return err
	}
	var err error
	if t.ahead.keys, err = ask(ctx, t, keysByHash, t.ahead.hashes, scanKey); err != nil {
		return err
	}
	if t.ahead.holds, err = ask(ctx, t, takeHolds, t.ahead.holdIDs, scanHold); err != nil {
		return err
	}
	if t.ahead.budgets, err = ask(ctx, t, budgetsByID, t.ahead.budgetIDs, scanBudget); err != nil {
		return err
	}
	return t.flush(ctx)
}

func (t *transaction) lock(ctx context.Context, accountIDs []string, seqs map[string]int64) error {
	if err := t.askLock(ctx, accountIDs, seqs); err != nil {
		return err
	}
	return t.flush(ctx)
}

func (t *transaction) askLock(ctx context.Context, accountIDs []string, seqs map[string]int64) error {
	_, err := ask(ctx, t, t.store.locking.accounts, accountIDs, func(row scanner) (id string, err error) {
		var seq int64
		err = row.Scan(&id, &seq)
		seqs[id] = seq
		return id, err
	})
	return err
}

const keyColumns = `id, account_id, hash, last6, key_type, description, limit_usd, limit_diem, limit_vcu,
	limit_period, privacy, created_ms, expires_ms, last_used_ms, revoked_ms, line, scope, CASE WHEN EXISTS (SELECT 1 FROM blocks WHERE blocks.account_id = api_keys.account_id) THEN 'blocked' ELSE '' END`

type scanner interface{ Scan(values ...any) error }

// scanKey reads keyColumns, and into more what the query has beside them.
func scanKey(row scanner) (*ledger.Key, error) { return scanKeyAnd(row) }

func scanKeyAnd(row scanner, more ...any) (*ledger.Key, error) {
	var key ledger.Key
	var hash []byte
	var kind, period, privacy, line, scope, blocked string
	var usd, diem, vcu sql.NullString
	var created int64
	var expires, used, revoked sql.NullInt64
	into := append(make([]any, 0, 20), &key.ID, &key.AccountID, &hash, &key.Last6, &kind, &key.Description, &usd, &diem, &vcu,
		&period, &privacy, &created, &expires, &used, &revoked, &line, &scope, &blocked)
	err := row.Scan(append(into, more...)...)
	if err != nil {
		return nil, err
	}
	copy(key.Hash[:], hash)
	key.Type, key.Period, key.Privacy = apikey.Type(kind), apikey.Period(period), apikey.Privacy(privacy)
	for _, limit := range [...]struct {
		text sql.NullString
		into **apikey.Limit
	}{{usd, &key.Limits.USD}, {diem, &key.Limits.DIEM}, {vcu, &key.Limits.VCU}} {
		if limit.text.Valid {
			parsed, err := apikey.ParseLimit(limit.text.String)
			if err != nil {
				return nil, fmt.Errorf("key %s has an unreadable limit: %w", key.ID, err)
			}
			*limit.into = &parsed
		}
	}
	key.ParentIDs, key.Blocked = readLine(line), blocked != ""
	if key.Scope, err = readScope(scope); err != nil {
		return nil, fmt.Errorf("key %s: %w", key.ID, err)
	}
	key.CreatedAt = fromMillis(created)
	key.ExpiresAt, key.LastUsedAt, key.RevokedAt = fromNullMillis(expires), fromNullMillis(used), fromNullMillis(revoked)
	return &key, nil
}

func (t *transaction) Keys(ctx context.Context, hashes [][32]byte) ([]*ledger.Key, error) {
	if t.ahead.keys != nil && slices.Equal(hashes, t.ahead.hashes) {
		return t.withOld(ctx, hashes, *t.ahead.keys)
	}
	var keys []*ledger.Key
	others := among(t.kept.keys, hashes, func(_ [32]byte, key *ledger.Key) { keys = append(keys, key) })
	if len(others) > 0 {
		read, err := find(ctx, t, keysByHash, others, scanKey)
		if err != nil {
			return nil, err
		}
		t.kept.keepKeys(read)
		keys = append(keys, read...)
	}
	return t.withOld(ctx, hashes, keys)
}

// KeysByID implements ledger.Tx.
func (t *transaction) KeysByID(ctx context.Context, ids []string) ([]*ledger.Key, error) {
	var keys []*ledger.Key
	others := among(t.kept.parents, ids, func(_ string, key *ledger.Key) { keys = append(keys, key) })
	if len(others) == 0 {
		return keys, nil
	}
	read, err := find(ctx, t, keysByID, others, scanKey)
	for _, key := range read {
		keep(t.kept.parents, key.ID, key)
	}
	return append(keys, read...), err
}

func (t *transaction) Forget(ctx context.Context) error {
	clear(t.kept.budgets)
	now, err := t.Now(ctx)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM budgets WHERE expires_ms < $1 AND pending = 0",
		"DELETE FROM attempts WHERE expires_ms < $1",
	} {
		if err := t.exec(ctx, statement, []any{millis(now)}); err != nil {
			return err
		}
	}
	return nil
}

// Write implements ledger.Tx.
func (t *transaction) Write(ctx context.Context, changes *ledger.Changes) error {
	writes := []func(context.Context, *ledger.Changes) error{
		t.writeUsedKeys, t.writeBudgets, t.writeHolds, t.writeAttempts, t.writeEntries, t.writeSeqs,
	}
	if t.defers(changes) {
		writes = []func(context.Context, *ledger.Changes) error{t.writeBacklog}
	} else if err := t.catchUp(ctx); err != nil {
		return err
	}
	for _, write := range writes {
		if err := write(ctx, changes); err != nil {
			return err
		}
	}
	t.written = changes.Seqs
	t.kept.written(changes, t.now)
	return nil
}

func (t *transaction) writeUsedKeys(ctx context.Context, changes *ledger.Changes) error {
	return update(ctx, t, touchKeys, []any{millis(t.now)}, changes.UsedKeys)
}

func (t *transaction) writeEntries(ctx context.Context, changes *ledger.Changes) error {
	return write(ctx, t, addEntries, changes.Entries, func(c *cells, entry *ledger.Entry) {
		c.text(entry.AccountID)
		c.number(entry.Seq)
		c.number(millis(entry.At))
		for _, text := range [...]string{string(entry.Kind), entry.KeyID, entry.HoldID, entry.Note, storedDeltas(entry)} {
			c.text(text)
		}
	})
}

func (t *transaction) writeSeqs(ctx context.Context, changes *ledger.Changes) error {
	return write(ctx, t, putSeqs, slices.Sorted(maps.Keys(changes.Seqs)), func(c *cells, id string) {
		fillSeq(c, id, changes.Seqs[id])
	})
}

func fillSeq(c *cells, id string, seq int64) {
	c.text(id)
	c.number(0) // the row exists: it is locked
	c.number(seq)
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
