package app

import (
	"context"
	"time"
)

// endedEvery is how often running calls are held against their keys, so that
// one whose key was revoked on any replica is over within a second.
const (
	endedEvery   = 500 * time.Millisecond
	endedTimeout = 5 * time.Second
)

// endCalls cuts the running calls of keys that were revoked or have expired,
// until the context ends. It asks the database, which all replicas share, and
// only about keys that have calls running.
func (a *App) endCalls(ctx context.Context) {
	ticker := time.NewTicker(endedEvery)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		err := a.endCallsOnce(ctx)
		if err != nil && !failing {
			a.options.Logger.Warn("running calls cannot be held against their keys", "error", err)
		}
		failing = err != nil
	}
}

func (a *App) endCallsOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endedTimeout)
	defer cancel()
	ended, err := a.store.EndedKeys(ctx, a.gateway.RunningKeys())
	if err != nil {
		return err
	}
	a.gateway.EndKeys(ended)
	return nil
}
