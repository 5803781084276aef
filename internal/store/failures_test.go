package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/store"
)

// Two replicas, where there can be two, count the failures of a key together:
// of 102 at once, the 51st and the 102nd block it.
func TestFailuresOfAKeyAreCountedExactlyOverReplicas(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		replicas := []*store.Store{open(t, url)}
		if !replicas[0].Exclusive() {
			replicas = append(replicas, open(t, url))
		}
		var blocked atomic.Int64
		fail := func(i int, key string) {
			blocks, err := replicas[i%len(replicas)].CountFailure(context.Background(), hashOf(key), 50, time.Minute, time.Minute)
			if err != nil {
				t.Error(err)
			}
			if blocks {
				blocked.Add(1)
			}
		}
		fail(0, "other")
		var group sync.WaitGroup
		for worker := range 6 {
			group.Go(func() {
				for i := range 17 {
					fail(worker+i, "k")
				}
			})
		}
		group.Wait()
		if blocked.Load() != 2 {
			t.Errorf("102 failures blocked %d times, want 2", blocked.Load())
		}
		for _, replica := range replicas {
			keys, err := replica.BlockedKeys(t.Context())
			if wait := keys[hashOf("k")]; err != nil || len(keys) != 1 || wait <= 0 || wait > time.Minute {
				t.Errorf("blocked are %v, %v", keys, err)
			}
		}
	})
}

func TestFailuresOutsideOfTheWindowAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		for range 3 {
			blocks, err := s.CountFailure(t.Context(), hashOf("k"), 1, time.Millisecond, time.Millisecond)
			if err != nil || blocks {
				t.Fatalf("%t, %v", blocks, err)
			}
			<-time.After(10 * time.Millisecond) // the window is over
		}
		if rows := s.Count(t, "key_failures"); rows != 1 {
			t.Errorf("%d rows of one key", rows)
		}
	})
}
