package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"stakegate/internal/ledger"
)

// transaction implements ledger.Tx, on one of two carriers: an ordinary
// transaction, or PostgreSQL's pipeline, which sends many statements in one
// round trip.
type transaction struct {
	store *Store
	tx    *sql.Tx   // or
	pipe  *pipeline // one of them is nil
	now   time.Time // once Now was asked
	ahead ahead
	taken int // holds that the transaction has to end
	// written are the numbers of accounts' newest entries once it commits.
	written map[string]int64
}

// ahead are reads that were told of before the lock and went along with it.
type ahead struct {
	hashes  [][32]byte
	holdIDs []string
	keys    *[]*ledger.Key // nil: not read
	holds   *[]*ledger.Hold
}

// exec runs a statement, at the latest before the next flush is over.
func (t *transaction) exec(ctx context.Context, text string, arguments []any) error {
	if t.pipe != nil {
		t.pipe.batch.Queue(text, arguments...)
		return nil
	}
	var err error
	if prepared := t.store.prepared[text]; prepared != nil {
		_, err = t.tx.StmtContext(ctx, prepared).ExecContext(ctx, arguments...)
	} else {
		_, err = t.tx.ExecContext(ctx, text, arguments...)
	}
	return err
}

// query runs a statement and hands over its rows, at the latest before the
// next flush is over.
func (t *transaction) query(ctx context.Context, text string, arguments []any, each func(scanner) error) error {
	if t.pipe != nil {
		t.pipe.batch.Queue(text, arguments...).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := each(rows); err != nil {
					return err
				}
			}
			return rows.Err()
		})
		return nil
	}
	var rows *sql.Rows
	var err error
	if prepared := t.store.prepared[text]; prepared != nil {
		rows, err = t.tx.StmtContext(ctx, prepared).QueryContext(ctx, arguments...)
	} else {
		rows, err = t.tx.QueryContext(ctx, text, arguments...)
	}
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

// flush waits for every statement before it.
func (t *transaction) flush(ctx context.Context) error {
	if t.pipe == nil {
		return nil
	}
	return t.pipe.flush(ctx)
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

// pipeline is a transaction on PostgreSQL whose statements wait until an
// answer is needed: its begin travels with the first reads and its commit with
// the writes.
type pipeline struct {
	conn  *pgx.Conn
	batch *pgx.Batch
}

func (p *pipeline) flush(ctx context.Context) error {
	batch := p.batch
	p.batch = &pgx.Batch{}
	return p.conn.SendBatch(ctx, batch).Close()
}

// errRolledBack: PostgreSQL answers a commit that it cannot do without an error.
var errRolledBack = errors.New("the database rolled the transaction back")

func (p *pipeline) commit(ctx context.Context) error {
	p.batch.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return errRolledBack
		}
		return nil
	})
	return p.flush(ctx)
}

const rollbackTimeout = 5 * time.Second

// abandon leaves the connection clean, or closed.
func (p *pipeline) abandon(ctx context.Context) error {
	if p.conn.IsClosed() || p.conn.PgConn().TxStatus() == 'I' {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	if _, err := p.conn.Exec(ctx, "ROLLBACK"); err != nil {
		return errors.Join(err, p.conn.Close(ctx))
	}
	return nil
}

// transactionTimeout ends a transaction whose database has fallen silent; what
// waits for a lock of one that vanished gets it sooner (see writerSettings).
const transactionTimeout = time.Minute

// pipelined runs one transaction on PostgreSQL in as few round trips as its
// reads depend on each other.
func (s *Store) pipelined(ctx context.Context, work func(context.Context, *transaction) error) error {
	ctx, cancel := context.WithTimeout(ctx, transactionTimeout)
	defer cancel()
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(driver any) error {
		raw, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a %T is no connection to PostgreSQL", driver)
		}
		p := &pipeline{conn: raw.Conn(), batch: &pgx.Batch{}}
		p.batch.Queue("BEGIN")
		err := work(ctx, &transaction{store: s, pipe: p})
		if err == nil {
			err = p.commit(ctx)
		}
		if err != nil {
			return errors.Join(err, p.abandon(ctx))
		}
		return nil
	})
	return errors.Join(err, conn.Close()) // back to the pool
}
