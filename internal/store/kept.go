package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"modernc.org/sqlite"

	"stakegate/internal/ledger"
)

// kept are rows that the last batches read or wrote on SQLite, so that the next
// one need not read them again. They are good for as long as the database is at
// the version that the last batch left it at: SQLite counts a version for every
// commit, of whatever connection or process, and the number is compared under
// the write lock. After any other commit, and after every failure, all is
// forgotten.
//
// Whoever gets a row may change it: what is handed out is a copy, or belongs to
// a transaction that either writes what it changes or fails.
type kept struct {
	version uint32 // 0: nothing is kept

	seqs    map[string]int64 // of accounts' newest entries
	keys    map[[32]byte]*ledger.Key
	byID    map[string]*ledger.Key    // the same
	parents map[string]*ledger.Key    // keys that others were made under, by id
	budgets map[string]*ledger.Budget // nil: there is no such row
	holds   map[string]*ledger.Hold   // that run
}

// nothing is of transactions that keep nothing.
var nothing = &kept{}

// maxKept is how many rows are kept of each kind; beyond it they start anew.
const maxKept = 1 << 14

// dataVersion changes with every commit to the database, as far as a
// connection has noticed: when it begins a transaction it notices all.
func dataVersion(connection driver.Conn) (uint32, error) {
	control, ok := connection.(sqlite.FileControl)
	if !ok {
		return 0, fmt.Errorf("a %T does not tell its data version", connection)
	}
	return control.FileControlDataVersion("main")
}

// at begins a transaction on a database of this version.
func (k *kept) at(version uint32) {
	if k.version != version || k.seqs == nil {
		k.forget()
	}
}

func (k *kept) forget() {
	*k = kept{
		seqs: map[string]int64{}, keys: map[[32]byte]*ledger.Key{}, byID: map[string]*ledger.Key{},
		parents: map[string]*ledger.Key{}, budgets: map[string]*ledger.Budget{}, holds: map[string]*ledger.Hold{},
	}
}

func keep[K comparable, V any](rows map[K]V, id K, row V) {
	if rows == nil {
		return
	}
	if len(rows) >= maxKept {
		clear(rows)
	}
	rows[id] = row
}

// among splits ids into the rows that are kept and the ids of the others. Without
// anything kept, all are others.
func among[K comparable, V any](rows map[K]V, ids []K, take func(K, V)) (others []K) {
	if len(rows) == 0 {
		return ids
	}
	for _, id := range ids {
		if row, known := rows[id]; known {
			take(id, row)
		} else {
			others = append(others, id)
		}
	}
	return others
}

// written is what a batch wrote.
func (k *kept) written(changes *ledger.Changes, now time.Time) {
	for id, seq := range changes.Seqs {
		keep(k.seqs, id, seq)
	}
	for _, budget := range changes.Budgets {
		keep(k.budgets, budget.ID, budget)
	}
	for _, hold := range changes.NewHolds {
		if !hasEnded(hold) {
			keep(k.holds, hold.ID, hold)
		}
	}
	for _, hold := range changes.Ended {
		delete(k.holds, hold.ID)
	}
	for _, id := range changes.UsedKeys {
		if key := k.byID[id]; key != nil { // of a parent nobody asks for it
			key.LastUsedAt = &now
		}
	}
}

// keepKeys keeps keys that were found by the hashes that they have now.
func (k *kept) keepKeys(keys []*ledger.Key) {
	if len(k.keys)+len(keys) > maxKept {
		clear(k.keys)
		clear(k.byID)
	}
	for _, key := range keys {
		keep(k.keys, key.Hash, key)
		keep(k.byID, key.ID, key)
	}
}

// keepBudgets keeps what was found among the ids that were looked for. Whoever
// asked may change the rows.
func (k *kept) keepBudgets(ids []string, found []*ledger.Budget) {
	if k.budgets == nil {
		return
	}
	for _, id := range ids {
		keep(k.budgets, id, nil)
	}
	for _, budget := range found {
		row := *budget
		keep(k.budgets, budget.ID, &row)
	}
}

// takeKept removes holds whose rows are known.
func (t *transaction) takeKept(ctx context.Context, holds []*ledger.Hold) error {
	if len(holds) == 0 {
		return nil
	}
	ids := make([]string, len(holds))
	for i, hold := range holds {
		ids[i] = hold.ID
	}
	d, ok := t.carrier.(*direct)
	if !ok {
		return fmt.Errorf("a %T keeps no holds", t.carrier)
	}
	d.affected = 0
	if err := update(ctx, t, dropHolds, nil, ids); err != nil {
		return err
	}
	if d.affected != int64(len(ids)) {
		return fmt.Errorf("%d holds were kept of which the database has %d", len(ids), d.affected)
	}
	return nil
}
