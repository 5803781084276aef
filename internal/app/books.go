package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// VerifyBooks recomputes the ledger of a configuration's database.
func VerifyBooks(ctx context.Context, config Config) (store.Report, error) {
	books, err := store.Open(ctx, config.Database, time.Now)
	if err != nil {
		return store.Report{}, err
	}
	report, err := books.Verify(ctx)
	return report, errors.Join(err, books.Close())
}

// CreditAccount changes an account's USD credit and returns what it can spend
// of it now.
func CreditAccount(ctx context.Context, config Config, accountID string, amount money.Nano, reason string, now func() time.Time) (money.Nano, error) {
	books, err := store.Open(ctx, config.Database, now)
	if err != nil {
		return 0, err
	}
	engine := ledger.NewEngine(books, ledger.EngineConfig{})
	running, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { _ = engine.Run(running) })
	err = engine.Credit(ctx, ledger.Credit{AccountID: accountID, Amount: amount, Reason: reason})
	stop()
	group.Wait()
	id := ledger.CreditBudget(accountID)
	budgets, readErr := books.Budgets(ctx, []string{id})
	if err := errors.Join(err, readErr, books.Close()); err != nil {
		return 0, err
	}
	return budgets[id].Free(), nil
}
