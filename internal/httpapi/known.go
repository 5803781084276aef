package httpapi

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"stakegate/internal/apikey"
)

// smallBody is what a paid call may send before anybody has looked its key up,
// in bytes. The hold judges the key, but it comes after the body: without this
// a stranger could fill the memory with bodies, under keys that never were.
const smallBody = 64 << 10

const (
	knownFor  = time.Minute // that a key was valid is remembered
	maxKnown  = 1 << 16     // keys remembered at once
	knownWait = 2 * time.Second
)

// knownKeys remembers keys that lately were valid. It opens nothing: each hold
// asks the books again.
type knownKeys struct {
	mu    sync.Mutex
	until map[[32]byte]time.Time
}

func (k *knownKeys) has(hash [32]byte, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return now.Before(k.until[hash])
}

func (k *knownKeys) add(hash [32]byte, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.until == nil || len(k.until) >= maxKnown {
		k.until = map[[32]byte]time.Time{}
	}
	k.until[hash] = now.Add(knownFor)
}

// admitBody refuses the body of a stranger, unless it is small.
func (s *server) admitBody(r *http.Request, sent *credentials) error {
	now := s.config.Now()
	if r.ContentLength >= 0 && r.ContentLength <= smallBody || s.known.has(sent.hash, now) {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), knownWait)
	defer cancel()
	key, err := s.config.Keys.KeyByHash(ctx, sent.hash)
	switch {
	case errors.Is(err, apikey.ErrNotFound):
		return unauthorized()
	case err != nil:
		return err
	case !s.usable(r, &key):
		return unauthorized()
	}
	s.known.add(sent.hash, now)
	return nil
}
