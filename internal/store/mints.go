package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
)

// mints joins keys into transactions: what arrives while a commit is in flight
// forms the next one, so that many mints share one fsync. Alone, a key waits for
// one commit and for no timer.
type mints struct {
	mu      sync.Mutex
	waiting []*mint
	running bool // a goroutine commits until nothing waits
	group   sync.WaitGroup
}

// mint is a key that a caller waits for.
type mint struct {
	insertion issuer.Insertion
	refusal   error // of this key alone
	done      chan error
}

// maxMints bounds how long a batch keeps the ledger from SQLite's only writer.
const maxMints = 64

// errNoneAdmitted rolls a batch back that changes nothing.
var errNoneAdmitted = errors.New("no key of the batch is admitted")

// InsertKey implements issuer.Store. A caller that gives up while its key waits
// leaves nothing behind; once its transaction runs it gets the outcome.
func (s *Store) InsertKey(ctx context.Context, insertion issuer.Insertion) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &mint{insertion: insertion, done: make(chan error, 1)}
	if insertion.ParentID != "" {
		return s.insertChild(ctx, m)
	}
	s.mints.mu.Lock()
	s.mints.waiting = append(s.mints.waiting, m)
	if !s.mints.running {
		s.mints.running = true
		s.mints.group.Go(func() { s.insertWaiting(context.WithoutCancel(ctx)) })
	}
	s.mints.mu.Unlock()
	select {
	case err := <-m.done:
		return err
	case <-ctx.Done():
		if s.mints.withdraw(m) {
			return ctx.Err()
		}
		return <-m.done
	}
}

// withdraw takes a key back that still waits.
func (q *mints) withdraw(m *mint) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, m)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

// take is the next batch. Of keys for one challenge it has the first; the others
// wait for what becomes of it.
func (q *mints) take() (batch []*mint) {
	q.mu.Lock()
	defer q.mu.Unlock()
	challenges := map[string]bool{}
	var left []*mint
	for _, m := range q.waiting {
		id := m.insertion.ChallengeID
		if len(batch) == maxMints || id != "" && challenges[id] {
			left = append(left, m)
			continue
		}
		challenges[id] = true
		batch = append(batch, m)
	}
	q.waiting = left
	q.running = len(batch) > 0
	return batch
}

// insertWaiting commits batches until nothing waits.
func (s *Store) insertWaiting(ctx context.Context) {
	for batch := s.mints.take(); len(batch) > 0; batch = s.mints.take() {
		err := s.insertBatch(ctx, batch)
		if len(batch) > 1 && s.engine.isBadRow(err) { // whose it is, is not known: nothing was changed
			for _, m := range batch {
				m.done <- m.outcome(s.insertBatch(ctx, []*mint{m}))
			}
			continue
		}
		for _, m := range batch {
			m.done <- m.outcome(err)
		}
	}
}

// outcome is what the caller is told, given what became of the transaction.
func (m *mint) outcome(err error) error {
	if err != nil {
		return err
	}
	return m.refusal
}

func (s *Store) insertBatch(ctx context.Context, batch []*mint) error {
	err := s.batched(ctx, func(ctx context.Context, t *transaction) error { return t.insertKeys(ctx, batch) })
	if errors.Is(err, errNoneAdmitted) {
		return nil
	}
	return err
}

// insertChild makes a sub-key in a transaction of its own.
func (s *Store) insertChild(ctx context.Context, m *mint) error {
	return s.update(ctx, func(t *transaction) error {
		if err := t.spend(ctx, []*mint{m}); err != nil || m.refusal != nil {
			return errors.Join(err, m.refusal)
		}
		seqs, err := t.Lock(ctx, accountsOf([]*mint{m}))
		if err != nil {
			return err
		}
		if err := s.admitChild(ctx, t.tx, &m.insertion); err != nil {
			return err
		}
		return t.addKeys(ctx, seqs, []*mint{m})
	})
}

// insertKeys makes those keys of a batch that are admitted, in their order, and
// leaves the others' challenges unspent.
func (t *transaction) insertKeys(ctx context.Context, batch []*mint) error {
	for _, m := range batch {
		m.refusal = nil // of an attempt before
	}
	if err := t.spend(ctx, batch); err != nil {
		return err
	}
	fresh := admitted(batch)
	if len(fresh) == 0 {
		return errNoneAdmitted
	}
	seqs, err := t.Lock(ctx, accountsOf(fresh))
	if err != nil {
		return err
	}
	if err := t.admit(ctx, fresh); err != nil {
		return err
	}
	keys := admitted(fresh)
	if len(keys) == 0 {
		return errNoneAdmitted
	}
	if err := t.unspend(ctx, fresh); err != nil {
		return err
	}
	return t.addKeys(ctx, seqs, keys)
}

// addKeys writes keys and their entries.
func (t *transaction) addKeys(ctx context.Context, seqs map[string]int64, keys []*mint) error {
	if err := write(ctx, t, addKeys, keys, fillKey); err != nil {
		return err
	}
	events := make([]keyEvent, len(keys))
	for i, m := range keys {
		events[i] = mintEvent(&m.insertion)
	}
	return t.keyEntries(ctx, seqs, events...)
}

func admitted(batch []*mint) []*mint {
	return slices.DeleteFunc(slices.Clone(batch), func(m *mint) bool { return m.refusal != nil })
}

// accountsOf lists accounts in the order in which everybody locks them.
func accountsOf(batch []*mint) []string {
	ids := make([]string, len(batch))
	for i, m := range batch {
		ids[i] = m.insertion.Key.AccountID
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// spend records challenges as used, in the order of their ids, and forgets those
// that expired long ago.
func (t *transaction) spend(ctx context.Context, batch []*mint) error {
	var presented []*mint
	for _, m := range batch {
		if m.insertion.ChallengeID != "" {
			presented = append(presented, m)
		}
	}
	if len(presented) == 0 {
		return nil
	}
	now := presented[0].insertion.Key.CreatedAt
	for _, m := range presented {
		if created := m.insertion.Key.CreatedAt; created.Before(now) {
			now = created
		}
	}
	if err := t.exec(ctx, forgetChallenges, []any{millis(now.Add(-challengeKept))}); err != nil {
		return err
	}
	slices.SortFunc(presented, func(a, b *mint) int { return strings.Compare(a.insertion.ChallengeID, b.insertion.ChallengeID) })
	fresh := map[string]bool{}
	each := func(row scanner) error {
		var id string
		err := row.Scan(&id)
		fresh[id] = true
		return err
	}
	fill := func(c *cells, m *mint) {
		c.text(m.insertion.ChallengeID)
		c.number(millis(m.insertion.ChallengeExpires))
	}
	err := send(t, spendChallenges, presented, fill, func(text string, arguments []any) error {
		return t.query(ctx, text, arguments, each)
	})
	if err == nil {
		err = t.flush(ctx)
	}
	for _, m := range presented {
		if !fresh[m.insertion.ChallengeID] {
			m.refusal = issuer.ErrChallengeSpent
		}
	}
	return err
}

// spendOne records a challenge as used, or returns issuer.ErrChallengeSpent.
func (t *transaction) spendOne(ctx context.Context, id string, expires, now time.Time) error {
	m := &mint{insertion: issuer.Insertion{ChallengeID: id, ChallengeExpires: expires, Key: apikey.Key{CreatedAt: now}}}
	return errors.Join(t.spend(ctx, []*mint{m}), m.refusal)
}

// unspend forgets the challenges of keys that were refused after all.
func (t *transaction) unspend(ctx context.Context, batch []*mint) error {
	var ids []string
	for _, m := range batch {
		if m.refusal != nil && m.insertion.ChallengeID != "" {
			ids = append(ids, m.insertion.ChallengeID)
		}
	}
	return update(ctx, t, unspendChallenges, nil, ids)
}

// admit judges keys in their order, each by what its account has, whose rows are
// locked, and by those of the batch before it.
func (t *transaction) admit(ctx context.Context, batch []*mint) error {
	counts := make([]struct{ active, recent int64 }, len(batch))
	for i, m := range batch {
		now := millis(m.insertion.Key.CreatedAt)
		err := t.query(ctx, countKeys, []any{now, now - minuteMillis, m.insertion.Key.AccountID}, func(row scanner) error {
			return row.Scan(&counts[i].active, &counts[i].recent)
		})
		if err != nil {
			return err
		}
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	before := map[string][]*mint{} // admitted, by account
	for i, m := range batch {
		account := m.insertion.Key.AccountID
		active, recent := int(counts[i].active), int(counts[i].recent)
		now := m.insertion.Key.CreatedAt
		for _, earlier := range before[account] {
			if earlier.insertion.Key.Active(now) {
				active++
			}
			if millis(earlier.insertion.Key.CreatedAt) > millis(now)-minuteMillis {
				recent++
			}
		}
		m.refusal = m.insertion.Admits(active, recent)
		if m.refusal == nil {
			before[account] = append(before[account], m)
		}
	}
	return nil
}

// The statements of a batch.
var (
	keyFields = []string{
		"id TEXT", "account_id TEXT", "hash BYTEA", "last6 TEXT", "key_type TEXT", "description TEXT", "limit_usd TEXT", "limit_diem TEXT",
		"limit_vcu TEXT", "limit_period TEXT", "privacy TEXT", "created_ms BIGINT", "expires_ms BIGINT", "line TEXT", "scope TEXT",
	}
	addKeys           = newInsert("api_keys", keyFields, "")
	spendChallenges   = newInsert("spent_challenges", []string{"id TEXT", "expires_ms BIGINT"}, " ON CONFLICT (id) DO NOTHING RETURNING id")
	unspendChallenges = newLookup("DELETE FROM spent_challenges WHERE id", "")
)

const (
	challengeKept    = 10 * time.Minute // after its expiry
	forgetChallenges = "DELETE FROM spent_challenges WHERE expires_ms < $1"
	// Sub-keys are counted by themselves, each kind within its own bounds.
	countKeys = `SELECT
		COUNT(*) FILTER (WHERE revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $1)),
		COUNT(*) FILTER (WHERE created_ms > $2) FROM api_keys WHERE account_id = $3 AND line = ''`
	minuteMillis = int64(time.Minute / time.Millisecond)
)

func fillKey(c *cells, m *mint) {
	key := &m.insertion.Key
	c.text(key.ID)
	c.text(key.AccountID)
	c.blob(m.insertion.Hash[:])
	for _, text := range [...]string{key.Last6, string(key.Type), key.Description} {
		c.text(text)
	}
	for _, limit := range [...]*apikey.Limit{key.Limits.USD, key.Limits.DIEM, key.Limits.VCU} {
		c.maybeText(limitText(limit))
	}
	c.text(string(key.Period))
	c.text(string(key.Privacy))
	c.number(millis(key.CreatedAt))
	c.maybe(nullMillis(key.ExpiresAt))
	c.text(storedLine(key.ParentIDs))
	c.text(storedScope(key.Scope))
}

func mintEvent(insertion *issuer.Insertion) keyEvent {
	key := &insertion.Key
	return keyEvent{ledger.EntryMint, key.AccountID, key.ID, apikey.Record{
		By: insertion.By, Last6Chars: key.Last6, Settings: key.Settings(),
	}}
}
