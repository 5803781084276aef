package usage

import (
	"context"
	"sync"
)

// atOnce is how many accounts may sum up at the same time: it takes long for
// accounts with much usage, and others need the database too.
const atOnce = 2

// turns lets each account do one thing at a time, and few accounts at once.
type turns struct {
	free chan struct{}

	mu   sync.Mutex
	busy map[string]*turn
}

// turn is an account that does something, with whoever waits for it.
type turn struct {
	free  chan struct{}
	users int
}

func newTurns() *turns {
	return &turns{free: make(chan struct{}, atOnce), busy: map[string]*turn{}}
}

// take waits for the account's turn; done must be called.
func (t *turns) take(ctx context.Context, accountID string) (done func(), err error) {
	t.mu.Lock()
	own := t.busy[accountID]
	if own == nil {
		own = &turn{free: make(chan struct{}, 1)}
		t.busy[accountID] = own
	}
	own.users++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if own.users--; own.users == 0 {
			delete(t.busy, accountID)
		}
	}
	select {
	case own.free <- struct{}{}:
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
	select {
	case t.free <- struct{}{}:
	case <-ctx.Done():
		<-own.free
		leave()
		return nil, ctx.Err()
	}
	return func() {
		<-t.free
		<-own.free
		leave()
	}, nil
}
