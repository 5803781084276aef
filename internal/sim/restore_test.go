package sim

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// copied is a copy of the database.
type copied struct {
	path   string
	marked bool // made by the product, which marks it
	knows  knowledge
}

// knowledge is what of a database tells whether another one is older.
type knowledge struct {
	generation string
	seqs       map[string]int64 // by account
	revoked    map[string]bool  // by key
}

// past is what restores made the books forget.
type past struct {
	copies      []copied
	generations map[string]bool         // that have been
	frozen      string                  // the day of the newest restore
	since       int                     // how many holds were asked for before it
	forgotten   map[string]*ledger.Hold // as they were
	running     map[string]bool         // holds that ran in the copy
	atLeast     map[string]bool         // acknowledged, and brought back in an earlier state
	lost        map[string]bool         // budgets that the upstream billed for forgotten holds
	exempt      map[string]bool         // budgets whose window was over at a restore that lost of it
}

func newPast() past {
	return past{
		generations: map[string]bool{}, forgotten: map[string]*ledger.Hold{}, running: map[string]bool{},
		atLeast: map[string]bool{}, lost: map[string]bool{}, exempt: map[string]bool{},
	}
}

// backup copies the database while it is used: with the product's command, or
// with SQLite's own, which knows nothing of marks.
func (s *simulation) backup() {
	real, ok := s.backing.(*queued)
	if !ok {
		return
	}
	c := copied{path: filepath.Join(filepath.Dir(real.path), fmt.Sprintf("copy-%d.db", len(s.past.copies))), marked: s.rng.IntN(2) == 0 && s.mutant != restoresUnnoticed}
	if c.marked {
		report, err := store.Backup(context.Background(), real.url(), c.path, s.clock())
		if err != nil || len(report.Problems) > 0 {
			s.failed("backing up: %v %v", report.Problems, err)
			return
		}
	} else if err := inside(real.path, func(db *sql.DB) error {
		_, err := db.Exec("VACUUM INTO $1", c.path)
		return err
	}); err != nil {
		s.failed("copying: %v", err)
		return
	}
	c.knows = s.knowledgeOf(c.path)
	s.past.copies = append(s.past.copies, c)
	s.say("  marked: %v", c.marked)
	s.count("backups")
}

// inside opens a database as an operator's tool does.
func inside(path string, work func(*sql.DB) error) error {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return err
	}
	return errors.Join(work(db), db.Close())
}

func (s *simulation) knowledgeOf(path string) knowledge {
	k := knowledge{seqs: map[string]int64{}, revoked: map[string]bool{}}
	err := inside(path, func(db *sql.DB) error {
		err := db.QueryRow("SELECT value FROM meta WHERE name = 'ledger_generation'").Scan(&k.generation)
		return errors.Join(err, each(db, "SELECT id, last_seq FROM accounts", func(id string, seq int64) { k.seqs[id] = seq }),
			each(db, "SELECT id, CASE WHEN revoked_ms IS NULL THEN 0 ELSE 1 END FROM api_keys", func(id string, revoked int64) { k.revoked[id] = revoked == 1 }))
	})
	if err != nil {
		s.failed("reading %s: %v", filepath.Base(path), err)
	}
	return k
}

func each(db *sql.DB, query string, do func(string, int64)) error {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var number int64
		if err := rows.Scan(&name, &number); err != nil {
			return err
		}
		do(name, number)
	}
	return rows.Err()
}

// lostAgainst reports whether a copy has less in its books than the database,
// or is of another life of it.
func (k knowledge) lostAgainst(newest knowledge) bool {
	for id, seq := range newest.seqs {
		if k.seqs[id] < seq {
			return true
		}
	}
	return k.generation != newest.generation
}

// restore stops everything, puts an older database into place, acknowledges it
// as an operator does, and starts everything again.
func (s *simulation) restore() {
	real, ok := s.backing.(*queued)
	if !ok || len(s.past.copies) == 0 {
		return
	}
	s.stopAll()
	s.check()
	s.verify()
	before, c := s.everything(), s.past.copies[s.rng.IntN(len(s.past.copies))]
	if err := real.Close(); err != nil {
		s.failed("closing the store: %v", err)
		return
	}
	newest := s.knowledgeOf(real.path)
	restored, err := s.putBack(real, c, newest)
	if err != nil {
		s.failed("restoring: %v", err)
		return
	}
	opened, err := store.Open(context.Background(), real.url(), s.clock)
	if err != nil {
		s.failed("a restored database that was acknowledged is refused: %v", err)
		return
	}
	s.backing = newQueued(opened, real.path)
	s.count("restores")
	if s.mutant != restoresUnnoticed {
		s.checkRestored(opened, restored)
	}
	s.remember(before, opened.FrozenEpoch())
	s.knowKeys(s.knowledgeOf(real.path))
	s.verify()
	for i, r := range s.replicas {
		s.start(i, r.life+1, 0)
	}
	for _, a := range s.accounts {
		s.addKey(a)
	}
	if s.rng.IntN(2) == 0 {
		s.midnight()
	}
}

// stopAll ends every process, each in its way, and waits for all of their
// calls.
func (s *simulation) stopAll() {
	for _, r := range s.replicas {
		if s.rng.IntN(2) == 0 {
			s.drain(r, time.Second)
		} else {
			s.crash(r)
		}
	}
	for _, r := range s.replicas {
		r.done.Wait()
	}
	s.background.Wait()
}

func (s *simulation) everything() picture {
	s.mu.Lock()
	ids := slices.Clone(s.ids)
	s.mu.Unlock()
	return s.look(ids)
}

// putBack puts a copy into place: by the product's command, or by hand, which
// must be noticed and refused until it is acknowledged.
func (s *simulation) putBack(real *queued, c copied, newest knowledge) (store.Restored, error) {
	options := store.RestoreOptions{RevokeAll: s.rng.IntN(6) == 0, Unfreeze: s.mutant == restoresUnfrozen}
	if s.mutant == restoresKeys {
		options.KeepKeys, options.RevokeAll = true, false
		if err := os.Remove(real.path + ".revocations"); err != nil {
			return store.Restored{}, err
		}
	}
	if c.marked && s.rng.IntN(2) == 0 {
		s.say("  %s by the command, revoking all: %v", filepath.Base(c.path), options.RevokeAll)
		restored, _, err := store.RestoreFile(context.Background(), real.url(), "", c.path, s.clock, options)
		return restored, err
	}
	s.say("  %s by hand, revoking all: %v", filepath.Base(c.path), options.RevokeAll)
	if err := replace(real.path, c.path); err != nil {
		return store.Restored{}, err
	}
	if s.mutant == restoresUnnoticed { // as a snapshot of the disk is
		text := fmt.Sprintf(`{"generation":%q}`, c.knows.generation)
		return store.Restored{}, os.WriteFile(real.path+".witness", []byte(text), 0o600)
	}
	var reason error
	switch {
	case c.marked:
		reason = store.ErrBackup
	case c.knows.lostAgainst(newest):
		reason = store.ErrRewound
	}
	opened, err := store.Open(context.Background(), real.url(), s.clock)
	if !errors.Is(err, reason) {
		s.failed("an older database was put into place: %v, want %v", err, reason)
	}
	if err == nil {
		s.count("restores that nothing tells from the newest")
		if err := opened.Close(); err != nil {
			return store.Restored{}, err
		}
	} else {
		s.count("older databases that were refused")
	}
	return store.Acknowledge(context.Background(), real.url(), "", s.clock, options)
}

// replace copies a database over another one.
func replace(path, with string) error {
	text, err := os.ReadFile(with)
	if err != nil {
		return err
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(path, text, 0o600)
}

// checkRestored: a restored database is in a new life, and today is frozen.
func (s *simulation) checkRestored(opened *store.Store, restored store.Restored) {
	if s.past.generations[restored.Generation] || opened.Generation() != restored.Generation {
		s.failed("a restored database has generation %s, its acknowledgement said %s", opened.Generation(), restored.Generation)
	}
	s.past.generations[restored.Generation] = true
	if today := ledger.EpochOf(s.clock()); opened.FrozenEpoch() != today && s.mutant != restoresUnfrozen {
		s.failed("restored on %s, frozen is %q", today, opened.FrozenEpoch())
	}
}

// remember notes what the books have forgotten, which was spent nevertheless.
func (s *simulation) remember(before picture, frozen string) {
	after := s.everything()
	s.marks = nil // idempotency keys were forgotten too
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps++
	past := &s.past
	past.frozen, past.since = frozen, len(s.ids)
	clear(past.running)
	for id, hold := range before.holds {
		now := after.holds[id]
		switch {
		case now == nil:
			past.forgotten[id] = hold
			delete(s.acknowledged, id)
			delete(past.atLeast, id)
		case charged(now) != charged(hold):
			past.atLeast[id] = true
		}
	}
	for id, hold := range after.holds {
		delete(past.forgotten, id) // a copy of another life may know it
		if hold.State == ledger.Reserved {
			past.running[id] = true
		}
	}
	spent := map[string]money.Nano{}
	for id, hold := range past.forgotten {
		split(hold, s.tally[id], spent)
	}
	for id := range spent {
		past.lost[id] = true
	}
	windows := s.runningWindows()
	for id := range past.lost {
		if !slices.ContainsFunc(windows, func(window string) bool { return strings.HasSuffix(id, "/"+window) }) {
			past.exempt[id] = true
		}
	}
}

// runningWindows are the ends of the names of all budgets that a freeze is
// about; s.mu is held.
func (s *simulation) runningWindows() []string {
	windows := []string{"credit"}
	for _, period := range periods {
		windows = append(windows, period.Window(s.databaseNow()).ID)
	}
	return windows
}

// split counts what a call cost in the budgets that its hold stands in: the
// first part pays first.
func split(hold *ledger.Hold, cost money.Nano, into map[string]money.Nano) {
	for _, part := range hold.Parts {
		if !part.IsMoney() || cost == 0 {
			continue
		}
		paid := min(cost, part.Amount)
		cost -= paid
		for _, id := range part.Budgets {
			into[id] += paid
		}
	}
}

// knowKeys learns which keys are gone. Those that were revoked stay so,
// whatever the copy says of them.
func (s *simulation) knowKeys(now knowledge) {
	for _, a := range s.accounts {
		for _, k := range a.keys {
			revoked, exists := now.revoked[k.id]
			if k.revoked && exists && !revoked && (k.parent == nil || !k.parent.revoked) && s.mutant != restoresKeys {
				s.failed("key %s was revoked, and is good after a restore", k.id)
			}
			k.gone, k.revoked = !exists, k.revoked || revoked
		}
		for _, k := range a.keys {
			k.revoked = k.revoked || k.parent != nil && k.parent.revoked
		}
	}
}

// checkPast holds the books against what they have forgotten. Over all
// restores together, no more is spent than a budget ever allowed. That does
// not hold of a window that was over at a restore: only a clock that steps
// back comes back to it.
func (s *simulation) checkPast(p picture) {
	s.mu.Lock()
	defer s.mu.Unlock()
	past := &s.past
	spent := map[string]money.Nano{}
	for id, hold := range past.forgotten {
		split(hold, s.tally[id], spent)
	}
	for id, hold := range p.holds {
		if past.forgotten[id] != nil {
			s.report("hold %s was forgotten and is back", id)
		}
		if past.running[id] && (hold.State != ledger.Reserved && hold.State != ledger.AssumedFor || charged(hold) != hold.Amount()) {
			s.report("hold %s ran in the copy and is %+v", id, hold)
		}
		split(hold, s.tally[id], spent)
	}
	for id := range past.lost {
		ceiling, known := s.ceiling(id)
		if known && !past.exempt[id] && spent[id] > ceiling {
			s.report("I2: with what was forgotten, %d is spent of budget %s, which never had more than %d", spent[id], id, ceiling)
		}
	}
	for _, id := range s.ids[past.since:] {
		if hold := p.holds[id]; hold != nil && past.frozen != "" {
			s.checkFrozen(hold)
		}
	}
}

// checkFrozen: no hold draws on allocations of a frozen day; s.mu is held.
func (s *simulation) checkFrozen(hold *ledger.Hold) {
	for _, part := range hold.Parts {
		for _, id := range part.Budgets {
			if strings.HasPrefix(id, "a/") && strings.HasSuffix(id, "/"+s.past.frozen) {
				s.report("hold %s draws on %s, and that day is frozen", hold.ID, id)
			}
		}
	}
}

// ceiling is the most that a budget ever had; s.mu is held. It is not known of
// keys whose limits were changed: the restored ones may be higher or lower.
func (s *simulation) ceiling(id string) (most money.Nano, known bool) {
	if ledger.IsPool(id) {
		return s.pool, true
	}
	for _, a := range s.accounts {
		for i, source := range s.sources {
			if strings.HasPrefix(id, "a/"+a.id+"/DIEM/"+source.Name+"/") {
				return a.highest[i], true
			}
		}
		if id == ledger.CreditBudget(a.id) {
			return a.credited, true
		}
		for _, k := range a.keys {
			rest, own := strings.CutPrefix(id, "k/"+k.id+"/")
			if !own || k.changed {
				continue
			}
			limit := k.limits.DIEM
			if strings.HasPrefix(rest, string(money.USD)+"/") {
				limit = k.limits.USD
			}
			if limit != nil {
				return limit.Cap, true
			}
		}
	}
	return 0, false
}
