package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

const idempotencyKey = "0123456789abcdef"

func marked(id string, digest byte) ledger.HoldRequest {
	request := hold(id, "k", 7)
	request.Idempotency = ledger.Idempotency{Name: idempotencyKey, Digest: [32]byte{digest}}
	return request
}

// A call sent a hundred times at once under one idempotency key, to two
// replicas where there can be two, is held and charged once; a new process
// still knows it.
func TestRepeatsOfACallAreHeldOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, stop := run(t, s, s.Exclusive())
		engines := []*ledger.Engine{engine}
		if !s.Exclusive() {
			second, _ := run(t, open(t, url), false)
			engines = append(engines, second)
		}
		insert(t, s, insertion("k"))
		grant(t, engine, 1000)

		var won, running atomic.Int64
		var winner atomic.Value
		var group sync.WaitGroup
		for i := range 100 {
			group.Go(func() {
				held, err := engines[i%len(engines)].Hold(context.Background(), marked(fmt.Sprint("h", i), 1))
				var repeated *ledger.Repeated
				switch {
				case err == nil:
					won.Add(1)
					winner.Store(held.ID)
				case errors.As(err, &repeated) && !repeated.Mismatch && repeated.State == ledger.Reserved:
					running.Add(1)
				default:
					t.Errorf("hold %d: %v", i, err)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 || running.Load() != 99 {
			t.Fatalf("%d holds and %d refusals, want 1 and 99", won.Load(), running.Load())
		}
		id := winner.Load().(string)
		if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: 5, Source: ledger.SourceUsage}); err != nil {
			t.Fatal(err)
		}
		verify(t, s)
		stop()

		again, _ := run(t, s, false)
		for digest, mismatch := range map[byte]bool{1: false, 2: true} {
			_, err := again.Hold(t.Context(), marked("late", digest))
			want := ledger.Repeated{Mismatch: mismatch, HoldID: id, State: ledger.SettledAs, Charged: ledger.Settled{DIEM: 5}}
			var repeated *ledger.Repeated
			if !errors.As(err, &repeated) || *repeated != want {
				t.Errorf("with body %d: %+v, want %+v", digest, err, want)
			}
		}
	})
}

func TestAttemptsAreForgottenAfterADay(t *testing.T) {
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "stakegate.db"), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	engine, _ := run(t, s, true)
	insert(t, s, insertion("k"))
	grant(t, engine, 1000)
	if _, err := engine.Hold(t.Context(), marked("h", 1)); err != nil {
		t.Fatal(err)
	}
	if kept := s.Count(t, "attempts"); kept != 1 {
		t.Fatalf("%d attempts are kept, want 1", kept)
	}
	ahead.Store(int64(ledger.AttemptsKept + time.Second))
	deadline := time.Now().Add(5 * time.Second)
	for s.Count(t, "attempts") > 0 {
		if time.Now().After(deadline) {
			t.Fatal("an attempt of yesterday is still kept")
		}
	}
}
