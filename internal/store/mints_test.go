package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/store"
)

// mintOf is the mint of a wallet's key with a token; limits are far away.
func mintOf(wallet, id, token string) issuer.Insertion {
	in := insertion(id)
	in.Key.AccountID, in.ChallengeID, in.ChallengeExpires = wallet, token, time.Now().Add(time.Minute)
	return in
}

// Of keys that share a commit each is judged by itself, and a row that the
// database refuses spoils none of the others.
func TestMintsThatShareACommitAreJudgedAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		insert(t, s, mintOf("0xold", "old", "used"))
		twin := mintOf("0xtwin", "twin", "its own")
		twin.Hash = hashOf("old")
		only := mintOf("0xone", "second of one", "kept")
		only.MaxPerMinute = 1
		replay := mintOf("0xnew", "replayed", "used")
		told := s.InsertTogether(t.Context(), mintOf("0xone", "first of one", "a"), replay, twin, only, mintOf("0xother", "other", "b"), mintOf("0xlate", "late", "b"))
		for i, want := range []error{nil, issuer.ErrChallengeSpent, errAny, issuer.ErrTooFast, nil, issuer.ErrChallengeSpent} {
			if got := told[i]; want == errAny && got == nil || want != errAny && !errors.Is(got, want) {
				t.Errorf("key %d of the batch: %v, want %v", i, got, want)
			}
		}
		if got := s.Count(t, "api_keys"); got != 3 {
			t.Errorf("%d keys, want 3", got)
		}
		for token, want := range map[string]bool{"used": true, "a": true, "its own": false, "kept": false, "never seen": false} {
			if spent, err := s.ChallengeSpent(t.Context(), token); spent != want || err != nil {
				t.Errorf("the token %q is spent: %t, %v", token, spent, err)
			}
		}
		if got := s.Count(t, "accounts"); got != 3 {
			t.Errorf("%d accounts, want those of the three keys", got)
		}
		insert(t, s, mintOf("0xtwin", "twin", "its own"))
		insert(t, s, mintOf("0xone", "second of one", "kept"))
		verify(t, s)
	})
}

// errAny is any error.
var errAny = errors.New("any")

// Keys that share a commit get the verdicts that they would get one by one.
func TestMintsTogetherAreMintsOneByOne(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			round++
			start := time.Now().UTC().Truncate(time.Millisecond)
			var batch []issuer.Insertion
			for i := range rapid.IntRange(1, 9).Draw(rt, "keys") {
				in := mintOf(fmt.Sprintf("0x%d", rapid.IntRange(0, 2).Draw(rt, "wallet")), fmt.Sprint("k", i),
					fmt.Sprint(rapid.IntRange(0, 6).Draw(rt, "token")))
				in.Key.CreatedAt = start.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "after")) * time.Second)
				if rapid.Bool().Draw(rt, "ends") {
					end := in.Key.CreatedAt.Add(time.Duration(rapid.IntRange(1, 90).Draw(rt, "life")) * time.Second)
					in.Key.ExpiresAt = &end
				}
				in.MaxActive, in.MaxPerMinute = rapid.IntRange(0, 4).Draw(rt, "active"), rapid.IntRange(0, 4).Draw(rt, "a minute")
				batch = append(batch, in)
			}
			in := func(world string) []issuer.Insertion {
				moved := make([]issuer.Insertion, len(batch))
				for i, one := range batch {
					prefix := fmt.Sprint(round, world)
					one.Key.AccountID, one.Key.ID, one.ChallengeID = prefix+one.Key.AccountID, prefix+one.Key.ID, prefix+one.ChallengeID
					one.Hash = hashOf(one.Key.ID)
					moved[i] = one
				}
				return moved
			}
			together := s.InsertTogether(t.Context(), in("t")...)
			alone := in("o")
			for _, i := range inTurn(alone) {
				if err := s.InsertKey(t.Context(), alone[i]); !errors.Is(together[i], err) {
					rt.Errorf("key %d: %v together, %v alone", i, together[i], err)
				}
			}
		})
		verify(t, s)
	})
}

// inTurn is the order of keys that came at once: of those for one token the
// first goes ahead, and the others wait for what becomes of it.
func inTurn(insertions []issuer.Insertion) []int {
	order, turns, earlier := make([]int, len(insertions)), make([]int, len(insertions)), map[string]int{}
	for i, in := range insertions {
		order[i], turns[i] = i, earlier[in.ChallengeID]
		earlier[in.ChallengeID]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return turns[a] - turns[b] })
	return order
}

// A caller that gives up while its key waits leaves nothing behind.
func TestWithdrawnMintLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		release := s.StallMints()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := s.InsertKey(ctx, mintOf("0xa", "k", "token")); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		release()
		for _, table := range []string{"api_keys", "accounts", "spent_challenges"} {
			if rows := s.Count(t, table); rows != 0 {
				t.Errorf("%d rows in %s", rows, table)
			}
		}
		insert(t, s, mintOf("0xa", "k", "token"))
	})
}

// Whoever is told that there is a key has one, and nobody else has.
func TestGivingUpIsToldTruly(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		var group sync.WaitGroup
		for i := range 200 {
			group.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*100*time.Microsecond)
				defer cancel()
				in := mintOf(fmt.Sprint("0x", i%50), fmt.Sprint("k", i), fmt.Sprint("token", i))
				err := s.InsertKey(ctx, in)
				_, missing := s.Key(context.Background(), in.Key.AccountID, in.Key.ID)
				if made := missing == nil; made != (err == nil) || !made && !errors.Is(missing, apikey.ErrNotFound) {
					t.Errorf("key %d: told %v, and looking for it: %v", i, err, missing)
				}
			})
		}
		group.Wait()
		if keys, spent := s.Count(t, "api_keys"), s.Count(t, "spent_challenges"); keys != spent {
			t.Errorf("%d keys for %d tokens", keys, spent)
		}
		verify(t, s)
	})
}

// A store that is closed finishes what it has begun.
func TestMintsEndWithTheStore(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s, err := store.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				if err := s.InsertKey(t.Context(), mintOf(fmt.Sprint("0x", i), fmt.Sprint("k", i), fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
