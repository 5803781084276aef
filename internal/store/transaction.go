package store

import (
	"context"
	"database/sql"
	"time"

	"stakegate/internal/ledger"
)

// transaction implements ledger.Tx over one of three carriers.
type transaction struct {
	store *Store
	carrier
	tx    *sql.Tx   // of an ordinary transaction
	now   time.Time // once Now was asked
	ahead ahead
	taken int // holds that the transaction has to end
	kept  *kept
	// untold are taken holds whose rows are still there.
	untold []*ledger.Hold
	// written are the numbers of accounts' newest entries once it commits.
	written map[string]int64
}

// carrier takes a transaction's statements to the database.
type carrier interface {
	// exec runs a statement, at the latest before the next flush is over.
	exec(ctx context.Context, text string, arguments []any) error
	// query runs a statement and hands over its rows, at the latest before the
	// next flush is over.
	query(ctx context.Context, text string, arguments []any, each func(scanner) error) error
	// flush waits for every statement before it.
	flush(ctx context.Context) error
	// arrays says that a list is one array for each column.
	arrays() bool
}

// ahead are reads that were told of before the lock and went along with it.
type ahead struct {
	hashes  [][32]byte
	holdIDs []string
	keys    *[]*ledger.Key // nil: not read
	holds   *[]*ledger.Hold

	budgetIDs []string // of accounts, none of pools
	budgets   *[]*ledger.Budget
}

// askNow asks for the time that decides, known after the next flush.
func (t *transaction) askNow(ctx context.Context) error {
	if t.store.engine.now == "" {
		t.now = t.store.now().UTC().Truncate(time.Millisecond)
		return nil
	}
	return t.query(ctx, t.store.engine.now, nil, func(row scanner) (err error) {
		t.now, err = t.store.scanClock(row)
		return err
	})
}

// ordinary is a transaction of database/sql, for what is not on every call's way.
type ordinary struct{ tx *sql.Tx }

func inTx(s *Store, tx *sql.Tx) *transaction {
	return &transaction{store: s, carrier: ordinary{tx}, tx: tx, kept: nothing}
}

func (o ordinary) exec(ctx context.Context, text string, arguments []any) error {
	_, err := o.tx.ExecContext(ctx, text, arguments...)
	return err
}

func (o ordinary) query(ctx context.Context, text string, arguments []any, each func(scanner) error) error {
	rows, err := o.tx.QueryContext(ctx, text, arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (ordinary) flush(context.Context) error { return nil }
func (ordinary) arrays() bool                { return false }
