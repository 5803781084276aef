package app

import (
	"context"
	"time"

	"stakegate/internal/httpapi"
)

// countFailures makes the counter that blocks callers whose requests fail too
// often. Where replicas may share the database, they count a key's together.
func (a *App) countFailures() error {
	byKey, bySource := *a.config.Limits.FailedAttempts, *a.config.Limits.FailedAttemptsBySource
	proxies, err := a.config.Limits.trustedProxies()
	if err != nil || byKey <= 0 && bySource <= 0 {
		return err
	}
	config := httpapi.FailuresConfig{
		KeyLimit: byKey, SourceLimit: bySource, Window: time.Duration(a.config.Limits.FailedAttemptsWindow), TrustedProxies: proxies,
		Blocked: a.denials.blocked, Refused: a.metrics.observeBlock,
	}
	if !a.store.Exclusive() {
		config.Shared = a.store
	}
	a.failures = httpapi.NewFailures(config)
	return nil
}

// learnBlocks blocks the keys that any replica has blocked.
func (a *App) learnBlocks(ctx context.Context) error {
	if a.failures == nil || a.store.Exclusive() {
		return nil
	}
	blocked, err := a.store.BlockedKeys(ctx)
	if err != nil {
		return err
	}
	now := a.options.Now()
	for hash, wait := range blocked {
		a.failures.Block(hash, now.Add(wait))
	}
	return nil
}
