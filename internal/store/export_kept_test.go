package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
)

// CheckKept holds every row that the next batch would not read against the
// database, and returns how many there are.
func (s *Store) CheckKept(t testing.TB) (rows int) {
	t.Helper()
	undo := errors.New("undo")
	err := s.directly(t.Context(), false, func(fresh *transaction) error {
		version, err := dataVersion(s.direct.connection)
		if err == nil && s.direct.kept.version == version {
			rows, err = s.direct.kept.check(t.Context(), fresh)
		}
		return errors.Join(err, undo)
	})
	if !errors.Is(err, undo) || err.Error() != undo.Error() {
		t.Fatal(err)
	}
	return rows
}

func (k *kept) check(ctx context.Context, fresh *transaction) (rows int, err error) {
	seqs := map[string]int64{}
	if err := fresh.lock(ctx, slices.Collect(maps.Keys(k.seqs)), seqs); err != nil {
		return 0, err
	}
	budgets, err := k.freshBudgets(ctx, fresh)
	if err != nil {
		return 0, err
	}
	found, err := find(ctx, fresh, holdsByID, slices.Collect(maps.Keys(k.holds)), scanHold)
	if err != nil {
		return 0, err
	}
	holds := map[string]*ledger.Hold{}
	for _, hold := range found {
		holds[hold.ID] = hold
	}
	keys, parents, err := k.freshKeys(ctx, fresh)
	if err != nil {
		return 0, err
	}
	return len(seqs) + len(budgets) + len(holds) + len(keys), errors.Join(
		same("account", k.seqs, seqs), same("budget", k.budgets, budgets), same("hold", k.holds, holds),
		same("key", k.keys, keys), same("key by id", k.byID, byID(keys)), same("parent", k.parents, parents))
}

func (k *kept) freshBudgets(ctx context.Context, fresh *transaction) (map[string]*ledger.Budget, error) {
	ids := slices.Collect(maps.Keys(k.budgets))
	found, err := fresh.readBudgets(ctx, ids)
	budgets := map[string]*ledger.Budget{}
	for _, id := range ids {
		budgets[id] = nil
	}
	for _, budget := range found {
		budgets[budget.ID] = budget
	}
	return budgets, err
}

// freshKeys leaves out of parents when they were last used.
func (k *kept) freshKeys(ctx context.Context, fresh *transaction) (keys map[[32]byte]*ledger.Key, parents map[string]*ledger.Key, err error) {
	foundParents, err := find(ctx, fresh, keysByID, slices.Collect(maps.Keys(k.parents)), scanKey)
	if err != nil {
		return nil, nil, err
	}
	parents, above := map[string]*ledger.Key{}, map[string]*apikey.Key{}
	for _, key := range foundParents {
		if known := k.parents[key.ID]; known != nil {
			key.LastUsedAt = known.LastUsedAt
		}
		parents[key.ID], above[key.ID] = key, &key.Key
	}
	found, err := find(ctx, fresh, keysByHash, slices.Collect(maps.Keys(k.keys)), scanKey)
	keys = map[[32]byte]*ledger.Key{}
	for _, key := range found {
		key.Key.Below(above)
		if known := k.keys[key.Hash]; len(key.Parents) == 0 && known != nil && known.Parents == nil {
			key.Parents = nil
		}
		keys[key.Hash] = key
	}
	return keys, parents, err
}

func byID(keys map[[32]byte]*ledger.Key) map[string]*ledger.Key {
	named := map[string]*ledger.Key{}
	for _, key := range keys {
		named[key.ID] = key
	}
	return named
}

func same[K comparable, V any](kind string, kept, fresh map[K]V) error {
	var errs []error
	for id := range kept {
		if !reflect.DeepEqual(kept[id], fresh[id]) {
			errs = append(errs, fmt.Errorf("%s %v is kept as\n%+v, the database has\n%+v", kind, id, kept[id], fresh[id]))
		}
	}
	if len(kept) != len(fresh) {
		errs = append(errs, fmt.Errorf("%d rows of %ss are kept, the database has %d", len(kept), kind, len(fresh)))
	}
	return errors.Join(errs...)
}
