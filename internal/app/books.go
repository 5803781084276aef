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

// VerifyBooks recomputes the ledger of a configuration's database, also while
// servers use it.
func VerifyBooks(ctx context.Context, config Config) (store.Report, error) {
	books, err := store.OpenReadOnly(ctx, config.Database, time.Now)
	if err != nil {
		return store.Report{}, err
	}
	report, err := books.Verify(ctx)
	return report, errors.Join(err, books.Close())
}

// BackupBooks copies a configuration's SQLite database into a new file, also
// while a server uses it.
func BackupBooks(ctx context.Context, config Config, destination string, now time.Time) (store.Report, error) {
	return store.Backup(ctx, config.Database, destination, now)
}

// RestoreBooks puts a backup into place, if one is named, and makes the
// database fit to be served. It returns where the old SQLite file is kept.
func RestoreBooks(ctx context.Context, config Config, backup string, now func() time.Time, options store.RestoreOptions) (store.Restored, string, error) {
	if backup != "" {
		return store.RestoreFile(ctx, config.Database, config.WitnessFile, backup, now, options)
	}
	restored, err := store.Acknowledge(ctx, config.Database, config.WitnessFile, now, options)
	return restored, "", err
}

// UnfreezeBooks gives back what a restore took away, and returns how many
// accounts got something back at once.
func UnfreezeBooks(ctx context.Context, config Config, now func() time.Time) (int, error) {
	books, err := store.OpenWithWitness(ctx, config.Database, config.WitnessFile, now)
	if err != nil {
		return 0, err
	}
	accounts, err := books.Unfreeze(ctx)
	return accounts, errors.Join(err, books.Close())
}

// CreditAccount changes an account's USD credit and returns what it can spend
// of it now.
func CreditAccount(ctx context.Context, config Config, accountID string, amount money.Nano, reason string, now func() time.Time) (money.Nano, error) {
	books, err := store.OpenWithWitness(ctx, config.Database, config.WitnessFile, now)
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
