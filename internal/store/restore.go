package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// RestoreOptions say what to do about what a restored database cannot know.
type RestoreOptions struct {
	// RevokeAll revokes every key. Without the journal of all revocations
	// since the backup, either it or KeepKeys must be chosen.
	RevokeAll bool
	// KeepKeys takes the keys as the backup has them: those that were revoked
	// since are valid again.
	KeepKeys bool
	// Unfreeze lets accounts spend again what they may have spent since the
	// backup.
	Unfreeze bool
}

// Restored is what acknowledging a restore did.
type Restored struct {
	// Generation is the database's new one: validation tokens of before are
	// dead.
	Generation string
	// Revoked is how many keys were revoked.
	Revoked int
	// FrozenEpoch is the day in which nobody can spend, "" if it was unfrozen.
	FrozenEpoch string
	// Frozen is how many accounts had something left to take away.
	Frozen int
}

// ErrRevocations says that nothing knows the revocations since the backup.
var ErrRevocations = errors.New("the revocations since this copy was made are not known here; " +
	"revoke every key with --revoke-all or, if none was revoked, keep them with --keep-keys")

// FrozenEpoch is the day in which nothing may be granted because the database
// was restored in it, or "".
func (s *Store) FrozenEpoch() string {
	epoch, _, _ := strings.Cut(s.meta[metaFrozen], " ")
	return epoch
}

// Acknowledge makes a database that was restored, by whatever means, fit to be
// served: it gets a new generation, revocations of after the backup are made
// again, and what may have been spent since then cannot be spent. No server may
// be running; one on PostgreSQL that is refuses everything from then on.
func Acknowledge(ctx context.Context, databaseURL, witnessFile string, now func() time.Time, options RestoreOptions) (Restored, error) {
	s, err := openAny(ctx, databaseURL, witnessFile, now)
	if err != nil {
		return Restored{}, err
	}
	restored, err := s.acknowledge(ctx, options)
	return restored, errors.Join(err, s.Close())
}

func (s *Store) acknowledge(ctx context.Context, options RestoreOptions) (Restored, error) {
	known, err := s.revocations(options)
	if err != nil {
		return Restored{}, err
	}
	restored := Restored{Generation: s.newGeneration()}
	err = s.write(ctx, func(tx *sql.Tx) error {
		t := inTx(s, tx)
		if err := t.lockAll(ctx); err != nil {
			return err
		}
		if restored.Revoked, err = t.revoke(ctx, known.revoked, options.RevokeAll); err != nil {
			return err
		}
		if err := t.rotateAgain(ctx, known.rotations); err != nil {
			return err
		}
		if !options.Unfreeze {
			if err := t.freeze(ctx, &restored); err != nil {
				return err
			}
		}
		if err := s.setMeta(ctx, tx, metaBackup, ""); err != nil {
			return err
		}
		if options.RevokeAll { // no key is left that another root key could not verify
			if err := s.setMeta(ctx, tx, metaRootKey, ""); err != nil {
				return err
			}
		}
		if err := s.setMeta(ctx, tx, metaAncestors, s.ancestors()); err != nil {
			return err
		}
		return s.setMeta(ctx, tx, metaGeneration, restored.Generation)
	})
	if err != nil {
		return Restored{}, err
	}
	s.generation = restored.Generation
	if err := s.openJournal(ctx); err != nil {
		return Restored{}, err
	}
	if s.witness.path == "" {
		return restored, nil
	}
	return restored, s.appoint(ctx)
}

// ancestors are the generations that an acknowledgement puts an end to: the
// database's, those before it, and the one that this witness saw, of which a
// backup from before it knows nothing.
func (s *Store) ancestors() string {
	known := append(strings.Fields(s.meta[metaAncestors]), s.generation)
	if s.witness.path != "" {
		told, err := s.witness.load() // one that cannot be read is made anew
		if err == nil && !slices.Contains(known, told.Generation) && !strings.ContainsAny(told.Generation, " \t\n") {
			known = append(known, told.Generation)
		}
	}
	return strings.Join(known, " ")
}

// lockAll keeps everybody else from writing, and reads the clock.
func (t *transaction) lockAll(ctx context.Context) error {
	if t.store.engine.lockAll != "" {
		if _, err := t.tx.ExecContext(ctx, t.store.engine.lockAll); err != nil {
			return err
		}
	}
	_, err := t.Now(ctx)
	return err
}

// revocations returns what the journal knows that the database may not.
func (s *Store) revocations(options RestoreOptions) (known keyHistory, err error) {
	if options.RevokeAll && options.KeepKeys {
		return known, errors.New("--revoke-all and --keep-keys contradict each other")
	}
	complete := false
	if s.engine == sqliteEngine {
		var id string
		id, known, err = readJournal(journalPath(s.path))
		// One that is missing or of another database is not complete.
		complete = err == nil && id == s.meta[metaJournal]
	}
	if !complete && !options.RevokeAll && !options.KeepKeys {
		return known, ErrRevocations
	}
	return known, nil
}

// revoke ends the keys that were revoked, or all of them.
func (t *transaction) revoke(ctx context.Context, revoked map[string]time.Time, all bool) (int, error) {
	if all {
		revoked = map[string]time.Time{}
		rows, err := t.tx.QueryContext(ctx, "SELECT id FROM api_keys WHERE revoked_ms IS NULL")
		if err != nil {
			return 0, err
		}
		ids, err := scanAll(rows, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) })
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			revoked[id] = t.now
		}
		if err := t.store.journalAll(revoked); err != nil {
			return 0, err
		}
	}
	count := 0
	for id, at := range revoked {
		result, err := t.tx.ExecContext(ctx, "UPDATE api_keys SET revoked_ms = $1 WHERE id = $2 AND revoked_ms IS NULL", millis(at), id)
		if err != nil {
			return 0, err
		}
		changed, err := result.RowsAffected()
		if err != nil {
			return 0, err
		}
		count += int(changed)
	}
	return count, nil
}

// journalAll notes the revocation of all keys, which the next restore of an
// older copy must know. Like every revocation, before the commit.
func (s *Store) journalAll(revoked map[string]time.Time) error {
	if s.engine != sqliteEngine {
		return nil
	}
	opened, err := openJournal(journalPath(s.path))
	if err != nil {
		return fmt.Errorf("opening the journal of revocations: %w", err)
	}
	lines := make([]journalLine, 0, len(revoked))
	for id, at := range revoked {
		lines = append(lines, journalLine{Key: id, At: millis(at)})
	}
	return errors.Join(opened.append(lines...), opened.close())
}

// freeze takes away what is left of every running window: the epoch's
// allocations, credit, and keys' own limits. What was spent of it since the
// backup is not known.
func (t *transaction) freeze(ctx context.Context, restored *Restored) error {
	epoch := ledger.EpochOf(t.now)
	since := millis(t.now)
	if _, before, again := strings.Cut(t.store.meta[metaFrozen], " "); again {
		if earlier, err := strconv.ParseInt(before, 10, 64); err == nil {
			since = earlier // what that one took can still be given back
		}
	}
	if err := t.store.setMeta(ctx, t.tx, metaFrozen, fmt.Sprintf("%s %d", epoch, since)); err != nil {
		return err
	}
	restored.FrozenEpoch = epoch
	deltas := map[string][]ledger.Delta{} // by account
	if err := t.freezeAccounts(ctx, epoch, deltas); err != nil {
		return err
	}
	if err := t.freezeKeys(ctx, deltas); err != nil {
		return err
	}
	restored.Frozen = len(deltas)
	return t.writeFreeze(ctx, deltas, "restored: what may have been spent since the backup")
}

func (t *transaction) freezeAccounts(ctx context.Context, epoch string, deltas map[string][]ledger.Delta) error {
	rows, err := t.tx.QueryContext(ctx, `SELECT id, cap, cap_high, posted, pending, expires_ms FROM budgets
		WHERE id LIKE 'a/%/DIEM/%/' || CAST($1 AS TEXT) OR id LIKE 'a/%/USD/credit'`, epoch)
	if err != nil {
		return err
	}
	budgets, err := scanAll(rows, func(rows *sql.Rows) (*ledger.Budget, error) { return scanBudget(rows) })
	if err != nil {
		return err
	}
	for _, budget := range budgets {
		if free := budget.Free(); free > 0 {
			account, _, _ := strings.Cut(strings.TrimPrefix(budget.ID, "a/"), "/")
			deltas[account] = append(deltas[account], ledger.Delta{Budget: budget.ID, Cap: -free})
		}
	}
	return nil
}

// freezeKeys counts the rest of every key's limit as spent. A cap would not
// do: it follows the key's limit.
func (t *transaction) freezeKeys(ctx context.Context, deltas map[string][]ledger.Delta) error {
	rows, err := t.tx.QueryContext(ctx, "SELECT "+keyColumns+` FROM api_keys
		WHERE revoked_ms IS NULL AND (limit_usd IS NOT NULL OR limit_diem IS NOT NULL)`)
	if err != nil {
		return err
	}
	keys, err := scanAll(rows, func(rows *sql.Rows) (*ledger.Key, error) { return scanKey(rows) })
	if err != nil {
		return err
	}
	for _, key := range keys {
		window := key.Period.Window(t.now).ID
		for _, limited := range []struct {
			currency money.Currency
			limit    money.Nano
		}{{money.DIEM, ledger.KeyLimit(&key.Key, money.DIEM)}, {money.USD, ledger.KeyLimit(&key.Key, money.USD)}} {
			if limited.limit == money.Max {
				continue
			}
			budget, err := t.budget(ctx, ledger.KeyBudget(key.ID, limited.currency, window))
			if err != nil {
				return err
			}
			if free := limited.limit - budget.Posted - budget.Pending; free > 0 {
				deltas[key.AccountID] = append(deltas[key.AccountID],
					ledger.Delta{Budget: budget.ID, Cap: max(0, limited.limit-budget.Cap), Posted: free})
			}
		}
	}
	return nil
}

// budget is a row, or an empty one that is not there yet.
func (t *transaction) budget(ctx context.Context, id string) (*ledger.Budget, error) {
	existing, err := t.Budgets(ctx, []string{id}, nil)
	if err != nil || len(existing) == 0 {
		return &ledger.Budget{ID: id}, err
	}
	return existing[0], nil
}

// writeFreeze moves budgets, with one entry for each account.
func (t *transaction) writeFreeze(ctx context.Context, deltas map[string][]ledger.Delta, note string) error {
	changes := &ledger.Changes{Seqs: map[string]int64{}}
	for account, moved := range deltas {
		seqs := map[string]int64{}
		if err := t.lock(ctx, []string{account}, seqs); err != nil {
			return err
		}
		seq := seqs[account] + 1
		changes.Seqs[account] = seq
		changes.Entries = append(changes.Entries, &ledger.Entry{
			Seq: seq, At: t.now, Kind: ledger.EntryFreeze, AccountID: account, Note: note, Deltas: moved,
		})
		for i, delta := range moved {
			budget, err := t.budget(ctx, delta.Budget)
			if err != nil {
				return err
			}
			// An owner's new limit period may have counted anew since the freeze.
			delta.Posted = max(delta.Posted, -budget.Posted)
			moved[i] = delta
			budget.Cap += delta.Cap
			budget.CapHigh = max(budget.CapHigh, budget.Cap)
			budget.Posted += delta.Posted
			changes.Budgets = append(changes.Budgets, budget)
		}
	}
	return t.Write(ctx, changes)
}

// Unfreeze gives back what restores took of credit and of keys' limits, and
// lets this epoch's allocations be granted again, which servers do when they
// start. It returns how many accounts got something back.
func (s *Store) Unfreeze(ctx context.Context) (int, error) {
	_, text, frozen := strings.Cut(s.meta[metaFrozen], " ")
	since, err := strconv.ParseInt(text, 10, 64)
	if !frozen || err != nil {
		return 0, errors.New("nothing is frozen")
	}
	accounts := 0
	err = s.update(ctx, func(t *transaction) error {
		if err := t.lockAll(ctx); err != nil {
			return err
		}
		deltas, err := t.frozen(ctx, since)
		if err != nil {
			return err
		}
		accounts = len(deltas)
		if err := t.writeFreeze(ctx, deltas, "unfrozen"); err != nil {
			return err
		}
		return s.setMeta(ctx, t.tx, metaFrozen, "")
	})
	return accounts, err
}

// frozen lists the opposite of what was taken, but for allocations: they are
// read from the chain, where they may have changed.
func (t *transaction) frozen(ctx context.Context, since int64) (map[string][]ledger.Delta, error) {
	rows, err := t.tx.QueryContext(ctx,
		"SELECT account_id, key_id, deltas FROM entries WHERE kind = $1 AND at_ms >= $2 ORDER BY account_id, seq", string(ledger.EntryFreeze), since)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums := map[string]map[string]ledger.Delta{}
	for rows.Next() {
		var account, key, text string
		if err := rows.Scan(&account, &key, &text); err != nil {
			return nil, err
		}
		moved, err := parseDeltas(text, account, key)
		if err != nil {
			return nil, err
		}
		for _, delta := range moved {
			if strings.HasPrefix(delta.Budget, "a/") && delta.Budget != ledger.CreditBudget(account) {
				continue
			}
			if sums[account] == nil {
				sums[account] = map[string]ledger.Delta{}
			}
			sum := sums[account][delta.Budget]
			sum.Budget = delta.Budget
			sum.Posted -= delta.Posted
			if delta.Budget == ledger.CreditBudget(account) { // a key's cap follows its limit
				sum.Cap -= delta.Cap
			}
			sums[account][delta.Budget] = sum
		}
	}
	deltas := map[string][]ledger.Delta{}
	for account, byBudget := range sums {
		for _, sum := range byBudget {
			deltas[account] = append(deltas[account], sum)
		}
	}
	return deltas, rows.Err()
}
