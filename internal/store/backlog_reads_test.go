package store_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/store"
	"stakegate/internal/usage"
)

// read is a method of Store that reads, and what it says, as text.
type read struct {
	says  func(ctx context.Context, s *store.Store) (any, error)
	books bool // a settlement changes what it says
}

func reads() map[string]read {
	allocation := ledger.AllocationBudget(account, "venice-diem", ledger.EpochOf(time.Now()))
	hash, soon := hashOf("k"), time.Now().Add(time.Hour)
	return map[string]read{
		"Accounts": {func(ctx context.Context, s *store.Store) (any, error) {
			return s.Accounts(ctx, store.AccountQuery{Limit: 10})
		}, true},
		"Budgets": {func(ctx context.Context, s *store.Store) (any, error) {
			found, err := s.Budgets(ctx, []string{allocation})
			return *found[allocation], err
		}, true},
		"Charges": {func(ctx context.Context, s *store.Store) (any, error) {
			return s.Charges(ctx, account, usage.Filter{}, 0, 10)
		}, true},
		"EachCharge": {func(ctx context.Context, s *store.Store) (said any, err error) {
			var ids []string
			err = s.EachCharge(ctx, account, time.Now().Add(-time.Hour), soon, func(charge usage.Charge) error {
				ids = append(ids, fmt.Sprint(charge))
				return nil
			})
			return ids, err
		}, true},
		"SpendByKey": {func(ctx context.Context, s *store.Store) (any, error) {
			return s.SpendByKey(ctx, account, time.Now().Add(-time.Hour))
		}, true},
		"Key": {func(ctx context.Context, s *store.Store) (any, error) {
			key, err := s.Key(ctx, account, "k")
			return key.LastUsedAt, err
		}, true},
		"Keys": {func(ctx context.Context, s *store.Store) (any, error) {
			keys, err := s.Keys(ctx, account)
			return lastUses(keys), err
		}, true},
		"SubKeys": {func(ctx context.Context, s *store.Store) (any, error) {
			keys, err := s.SubKeys(ctx, account, "k")
			return lastUses(keys), err
		}, true},
		"InFlight": {func(ctx context.Context, s *store.Store) (any, error) {
			state, err := s.InFlight(ctx)
			return state.Holds, err
		}, true},
		"Overdue":  {func(ctx context.Context, s *store.Store) (any, error) { return s.Overdue(ctx, true, 10) }, true},
		"Spending": {func(ctx context.Context, s *store.Store) (any, error) { return s.Spending(ctx, time.Now()) }, true},
		"Verify":   {func(ctx context.Context, s *store.Store) (any, error) { return s.Verify(ctx) }, true},

		"Audited": {func(ctx context.Context, s *store.Store) (any, error) { return s.Audited(ctx, account, 1<<62, 10) }, false},
		"BlockedKeys": {func(ctx context.Context, s *store.Store) (any, error) {
			keys, err := s.BlockedKeys(ctx)
			return len(keys), err
		}, false},
		"ChallengeSpent": {func(ctx context.Context, s *store.Store) (any, error) { return s.ChallengeSpent(ctx, "c") }, false},
		"Denials":        {func(ctx context.Context, s *store.Store) (any, error) { return s.Denials(ctx, account) }, false},
		"EndedKeys": {func(ctx context.Context, s *store.Store) (any, error) {
			return s.EndedKeys(ctx, []apikey.Use{{KeyID: "k", Hash: hash}})
		}, false},
		"GrantedAccounts": {func(ctx context.Context, s *store.Store) (any, error) {
			return s.GrantedAccounts(ctx, "venice-diem", ledger.EpochOf(time.Now()))
		}, false},
		"HasAccount": {func(ctx context.Context, s *store.Store) (any, error) { return s.HasAccount(ctx, account) }, false},
		"KeyLabels":  {func(ctx context.Context, s *store.Store) (any, error) { return s.KeyLabels(ctx, account) }, false},
		"LastGrant": {func(ctx context.Context, s *store.Store) (any, error) {
			_, note, err := s.LastGrant(ctx, account)
			return note, err
		}, false},
	}
}

func lastUses(keys []apikey.Key) (uses []string) {
	for _, key := range keys {
		uses = append(uses, fmt.Sprint(key.ID, key.LastUsedAt))
	}
	return uses
}

// notReads are the other methods of Store, and those that tests add.
var notReads = strings.Fields(`AddDenials AddNotices ClaimNotice ClaimRootKey Clock Close Commits CountFailure EndLeaked EndNotice EndSession
	Exclusive FrozenEpoch Generation InsertKey InsertSession Ping ReserveLog RetryNotice RevokeAll RevokeKey RotateKey SetBlocked Unfreeze Update UpdateKey
	Session KeyByHash
	AuditPlan CheckKept CopyKeys Count GoAhead SetClock InsertTogether LeaveReader LockWaits Look StallMints StopWatching Tamper Waiting`)

// Whatever is asked after a call was acknowledged knows of it at once.
func TestWhatWaitsIsSeenByEveryReader(t *testing.T) {
	sameDay(t)
	known := map[string]bool{}
	for _, name := range notReads {
		known[name] = true
	}
	for name, read := range reads() {
		known[name] = true
		t.Run(name, func(t *testing.T) {
			k := newBacklogged(t)
			child := below("k", "child")
			insert(t, k.store, child)
			says := func() string {
				t.Helper()
				said, err := read.says(t.Context(), k.store)
				if err != nil {
					t.Fatal(err)
				}
				return fmt.Sprintf("%+v", said)
			}
			k.call(t, "before")
			if _, err := k.engine.Hold(t.Context(), hold("before, by the child", "child", 10)); err != nil {
				t.Fatal(err)
			}
			k.settle(t, "before, by the child", 2)
			before := says()
			k.store.GoAhead(2 * time.Minute) // the keys are noted to be used again
			k.call(t, "after")
			for _, id := range []string{"by the child", "runs"} {
				if _, err := k.engine.Hold(t.Context(), hold(id, "child", 10)); err != nil {
					t.Fatal(err)
				}
			}
			k.settle(t, "by the child", 2)
			k.waits(t)
			after := says()
			if behind := k.store.Waiting(t) != 0; behind != (name == "EndedKeys") { // which is asked twice a second
				t.Errorf("are the tables behind? %t", behind)
			}
			if err := k.store.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			if again := says(); after != again {
				t.Errorf("said %s, and once the tables had caught up %s", after, again)
			}
			if (before != after) != read.books {
				t.Errorf("before a call it said %s, after it %s", before, after)
			}
		})
	}
	methods := reflect.TypeFor[*store.Store]()
	for i := range methods.NumMethod() {
		if name := methods.Method(i).Name; !known[name] {
			t.Errorf("is it read by %s?", name)
		}
	}
}

// Keys that are changed or ended while calls of theirs wait know of these.
func TestChangesOfKeysKnowWhatWaits(t *testing.T) {
	for name, change := range map[string]func(k *keeping, ctx context.Context) error{
		"a first limit": func(k *keeping, ctx context.Context) error {
			_, err := k.store.UpdateKey(ctx, account, "k", apikey.Actor{}, func(key *apikey.Key) { limitedTo(34 + 7)(&key.Spec) })
			return err
		},
		"calls at once": func(k *keeping, ctx context.Context) error {
			_, err := k.store.UpdateKey(ctx, account, "k", apikey.Actor{}, func(key *apikey.Key) { key.Scope.MaxInFlight = 1 })
			return err
		},
		"ended": func(k *keeping, ctx context.Context) error {
			return k.store.RevokeKey(ctx, account, "k", apikey.Actor{})
		},
		"blocked": func(k *keeping, ctx context.Context) error {
			return k.store.SetBlocked(ctx, account, true, "test")
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := newBacklogged(t) // 14 are spent
			k.call(t, "h")        // and 7
			k.grantHold(t, "runs", 20)
			k.waits(t)
			if err := change(k, t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := k.engine.Hold(t.Context(), hold("refused", "k", 1)); err == nil {
				t.Error("there is no room")
			}
			k.settle(t, "runs", 20)
			verify(t, k.store)
		})
	}
}
