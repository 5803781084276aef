package devworld

import (
	"sync"
	"time"
)

// clock is the chain's time: the wall's, moved forward by an offset.
type clock struct {
	now func() time.Time

	mu     sync.Mutex
	offset time.Duration
	next   uint64 // the next block's exact timestamp; 0 when none was asked for
}

func newClock(now func() time.Time) *clock { return &clock{now: now} }

// advance moves the chain's time forward and returns the whole offset.
func (k *clock) advance(d time.Duration) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.offset += d
	return k.offset
}

// setNext fixes the next block's timestamp; time goes on from there.
func (k *clock) setNext(at uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = at
	k.offset = time.Unix(int64(at), 0).Sub(k.now().Truncate(time.Second))
}

// notBefore makes the chain's time at least at, so that a restarted chain goes
// on from its head instead of standing still until the wall has caught up.
func (k *clock) notBefore(at uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if lead := time.Unix(int64(at), 0).Sub(k.now().Add(k.offset)); lead > 0 {
		k.offset += lead
	}
}

// take returns the timestamp of the next block after parent. Timestamps rise by
// at least a second, so a burst of blocks runs ahead of the clock.
func (k *clock) take(parent uint64) uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := k.next
	if k.next = 0; at == 0 {
		at = uint64(k.now().Add(k.offset).Unix())
	}
	return max(at, parent+1)
}

// state and restore serve snapshots.
func (k *clock) state() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.offset
}

func (k *clock) restore(offset time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.offset, k.next = offset, 0
}
