package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipeline is a transaction on PostgreSQL whose statements wait until an answer
// is needed: its begin travels with the first reads and its commit with the
// writes. Values travel in PostgreSQL's binary form.
type pipeline struct {
	conn    *pgx.Conn
	batch   *pgconn.Batch
	answers []func(*pgconn.ResultReader) error // one for each statement
}

// binaryFormat is of all values of a statement.
var binaryFormat = []int16{pgx.BinaryFormatCode}

// add queues a statement. Each text is prepared once for a connection.
func (p *pipeline) add(ctx context.Context, text string, arguments []any, answer func(*pgconn.ResultReader) error) error {
	described, err := p.conn.Prepare(ctx, text, text)
	if err != nil {
		return fmt.Errorf("preparing %q: %w", text, err)
	}
	values := make([][]byte, len(arguments))
	for i, argument := range arguments {
		if values[i], err = binaryValue(argument); err != nil {
			return err
		}
	}
	p.batch.ExecStatement(described, values, binaryFormat, binaryFormat)
	p.answers = append(p.answers, answer)
	return nil
}

// binaryValue is an argument as PostgreSQL takes it.
func binaryValue(argument any) ([]byte, error) {
	switch v := argument.(type) {
	case string:
		return []byte(v), nil
	case int64:
		return binary.BigEndian.AppendUint64(nil, uint64(v)), nil
	case []byte:
		return v, nil
	case *column:
		return v.array(), nil
	}
	return nil, fmt.Errorf("a %T is no argument of a statement", argument)
}

func finish(result *pgconn.ResultReader) error {
	_, err := result.Close()
	return err
}

func (p *pipeline) exec(ctx context.Context, text string, arguments []any) error {
	return p.add(ctx, text, arguments, finish)
}

func (p *pipeline) query(ctx context.Context, text string, arguments []any, each func(scanner) error) error {
	return p.add(ctx, text, arguments, func(result *pgconn.ResultReader) error {
		for result.NextRow() {
			if err := each(binaryRow(result.Values())); err != nil {
				return err // the transaction is abandoned
			}
		}
		return finish(result)
	})
}

func (p *pipeline) arrays() bool { return true }

func (p *pipeline) flush(ctx context.Context) error {
	batch, answers := p.batch, p.answers
	p.batch, p.answers = &pgconn.Batch{}, p.answers[:0]
	results := p.conn.PgConn().ExecBatch(ctx, batch)
	var err error
	for next := 0; err == nil && results.NextResult(); next++ {
		err = answers[next](results.ResultReader())
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	return err
}

// errRolledBack: PostgreSQL answers a commit that it cannot do without an error.
var errRolledBack = errors.New("the database rolled the transaction back")

func (p *pipeline) commit(ctx context.Context) error {
	done := false
	err := p.add(ctx, "COMMIT", nil, func(result *pgconn.ResultReader) error {
		tag, err := result.Close()
		done = tag.String() == "COMMIT"
		return err
	})
	if err == nil {
		err = p.flush(ctx)
	}
	if err == nil && !done {
		err = errRolledBack
	}
	return err
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
		p := &pipeline{conn: raw.Conn(), batch: &pgconn.Batch{}}
		err := p.exec(ctx, "BEGIN", nil)
		if err == nil {
			err = work(ctx, &transaction{store: s, carrier: p, kept: nothing})
		}
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

// binaryRow is a row of PostgreSQL's answer.
type binaryRow [][]byte

func (r binaryRow) Scan(into ...any) error {
	if len(into) != len(r) {
		return fmt.Errorf("a row has %d values, not %d", len(r), len(into))
	}
	for i, target := range into {
		if err := scanBinary(target, r[i]); err != nil {
			return err
		}
	}
	return nil
}

func scanBinary(target any, value []byte) error {
	if text, ok := textTarget(target); ok && value != nil {
		text(string(value))
		return nil
	}
	if number, ok := numberTarget(target); ok && len(value) == 8 {
		number(int64(binary.BigEndian.Uint64(value)))
		return nil
	}
	if blob, ok := target.(*[]byte); ok && value != nil {
		*blob = append([]byte{}, value...)
		return nil
	}
	if nullable(target) && value == nil {
		return nil
	}
	return fmt.Errorf("%d bytes do not go into a %T", len(value), target)
}

// PostgreSQL's numbers of the types of elements.
const (
	oidBytes  = pgtype.ByteaOID
	oidNumber = pgtype.Int8OID
	oidText   = pgtype.TextOID
)
