package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/store"
)

const (
	denialsEvery    = time.Second // denials are written
	denialsAccounts = 1024        // whose denials may wait to be written
	denialsTimeout  = 5 * time.Second
)

// denialLog writes refused calls into the database beside their road: a flood
// of them costs one small transaction a second. What is not written yet is
// lost with the process; it is a record, not part of the books.
type denialLog struct {
	store  *store.Store
	now    func() time.Time
	logger *slog.Logger

	mu      sync.Mutex
	waiting map[string][]ledger.Denial // by account, oldest first
	writing sync.Mutex
}

func newDenialLog(store *store.Store, now func() time.Time, logger *slog.Logger) *denialLog {
	return &denialLog{store: store, now: now, logger: logger, waiting: map[string][]ledger.Denial{}}
}

// add notes a denial. Of an account's, the newest are kept; of too many
// accounts', those that came first.
func (d *denialLog) add(denial ledger.Denial) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list, known := d.waiting[denial.AccountID]
	if !known && len(d.waiting) >= denialsAccounts {
		return
	}
	if len(list) >= store.DenialsKept {
		list = list[1:]
	}
	d.waiting[denial.AccountID] = append(list, denial)
}

// blocked notes that a key is blocked for its failures.
func (d *denialLog) blocked(ctx context.Context, keyHash [32]byte) {
	key, err := d.store.KeyByHash(ctx, keyHash)
	if err != nil {
		d.logger.Warn("a blocked key is not in the log", "error", err)
		return
	}
	d.add(ledger.Denial{AccountID: key.AccountID, KeyID: key.ID, Kind: ledger.FailedRequests, At: d.now()})
}

// run writes until the context ends, and then what is left.
func (d *denialLog) run(ctx context.Context) {
	ticker := time.NewTicker(denialsEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			d.write(context.WithoutCancel(ctx))
		case <-ctx.Done():
			d.write(context.WithoutCancel(ctx))
			return
		}
	}
}

func (d *denialLog) write(ctx context.Context) {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.mu.Lock()
	waiting := d.waiting
	d.waiting = map[string][]ledger.Denial{}
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, denialsTimeout)
	defer cancel()
	for _, denials := range waiting {
		if err := d.store.AddDenials(ctx, denials); err != nil {
			d.logger.Warn("refused calls could not be logged", "error", err)
			return
		}
	}
}

// Denials implements httpapi.Denials. What waits is written first.
func (d *denialLog) Denials(ctx context.Context, accountID string) ([]ledger.Denial, error) {
	d.write(ctx)
	return d.store.Denials(ctx, accountID)
}
