package app

import (
	"context"
	"time"
)

// endedEvery is how often a server looks at what others did to keys, so that a
// call whose key was revoked on any replica is over within a second.
const (
	endedEvery   = 500 * time.Millisecond
	endedTimeout = 5 * time.Second
)

// watchKeys cuts the running calls of keys that were revoked or have expired,
// and blocks the keys that other replicas have blocked, until the context ends.
// It asks the database, which all replicas share.
func (a *App) watchKeys(ctx context.Context) {
	ticker := time.NewTicker(endedEvery)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		err := a.lookAtKeys(ctx)
		if err != nil && !failing {
			a.options.Logger.Warn("running calls cannot be held against their keys", "error", err)
		}
		failing = err != nil
	}
}

func (a *App) lookAtKeys(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endedTimeout)
	defer cancel()
	ended, err := a.store.EndedKeys(ctx, a.gateway.RunningKeys())
	if err != nil {
		return err
	}
	a.gateway.EndKeys(ended)
	return a.learnBlocks(ctx)
}
