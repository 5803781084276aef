package app

import (
	"context"
	"errors"
	"time"

	"stakegate/internal/store"
)

const readyTimeout = 2 * time.Second

// ready says whether this server may take traffic.
func (a *App) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := a.store.Ping(ctx); err != nil {
		for _, known := range []error{store.ErrRewound, store.ErrRestored} {
			if errors.Is(err, known) {
				return known
			}
		}
		return errors.New("the database does not answer")
	}
	if a.engine.Violations() > 0 {
		return errors.New("the ledger stopped a decision that would have broken an invariant; run stakegate ledger verify")
	}
	return nil
}
