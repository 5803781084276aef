package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// direct is a transaction on SQLite that hands its statements to the driver,
// prepared, past the pool of database/sql: that one's care for each argument
// and row costs as much as SQLite's own work.
type direct struct {
	connection driver.Conn
	statements map[string]driver.Stmt // prepared, by text
	values     []driver.NamedValue    // of one statement after the other
	row        valueRow
	affected   int64 // rows, by all exec since it was set to 0
	kept       kept
	batch      backlogRow      // of one transaction after the other
	emptied    bool            // the backlog, by the transaction that runs
	made       map[string]bool // holds, by the backlog
}

// prepared is a statement of this connection, which lives as long as the store.
func (d *direct) prepared(ctx context.Context, text string) (driver.Stmt, error) {
	if statement := d.statements[text]; statement != nil {
		return statement, nil
	}
	statement, err := d.connection.(driver.ConnPrepareContext).PrepareContext(ctx, sqliteEngine.spelling(text))
	if err != nil {
		return nil, fmt.Errorf("preparing %q: %w", text, err)
	}
	d.statements[text] = statement
	return statement, nil
}

func (d *direct) named(arguments []any) []driver.NamedValue {
	d.values = d.values[:0]
	for i, argument := range arguments {
		if nullable, ok := argument.(sql.NullInt64); ok {
			if argument = nil; nullable.Valid {
				argument = nullable.Int64
			}
		}
		d.values = append(d.values, driver.NamedValue{Ordinal: i + 1, Value: argument})
	}
	return d.values
}

func (d *direct) exec(ctx context.Context, text string, arguments []any) error {
	statement, err := d.prepared(ctx, text)
	if err != nil {
		return err
	}
	result, err := statement.(driver.StmtExecContext).ExecContext(ctx, d.named(arguments))
	if err != nil {
		return err
	}
	rows, err := result.RowsAffected()
	d.affected += rows
	return err
}

func (d *direct) query(ctx context.Context, text string, arguments []any, each func(scanner) error) error {
	statement, err := d.prepared(ctx, text)
	if err != nil {
		return err
	}
	rows, err := statement.(driver.StmtQueryContext).QueryContext(ctx, d.named(arguments))
	if err != nil {
		return err
	}
	width := len(rows.Columns())
	for len(d.row) < width {
		d.row = append(d.row, nil)
	}
	row := d.row[:width]
	for {
		err := rows.Next(row)
		if errors.Is(err, io.EOF) {
			return rows.Close()
		}
		if err == nil {
			err = each(row)
		}
		if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
}

func (d *direct) flush(context.Context) error { return nil }
func (d *direct) arrays() bool                { return false }

// close forgets the prepared statements; SQLite does not close a connection
// that has some.
func (d *direct) close() error {
	var err error
	for _, statement := range d.statements {
		err = errors.Join(err, statement.Close())
	}
	d.statements = nil
	return err
}

// directly runs one transaction on SQLite's only writing connection. One that
// is said to keep reads and writes rows of the ledger only as a ledger.Tx does.
func (s *Store) directly(ctx context.Context, keeps bool, work func(*transaction) error) error {
	taken, err := s.writer.Conn(ctx)
	if err != nil {
		return err
	}
	err = taken.Raw(func(raw any) error {
		writer := raw.(*connection)
		if err := writer.use(behind(ctx)); err != nil { // the transaction catches up itself
			return err
		}
		return s.directlyOn(ctx, writer, keeps, work)
	})
	return errors.Join(err, taken.Close()) // back to the pool
}

// directlyOn is directly for whoever has the connection.
func (s *Store) directlyOn(ctx context.Context, connection driver.Conn, keeps bool, work func(*transaction) error) error {
	if s.direct == nil || s.direct.connection != connection {
		s.direct = &direct{connection: connection, statements: map[string]driver.Stmt{}, made: map[string]bool{}}
	}
	d := s.direct
	d.emptied = false
	err := d.run(ctx, keeps, func(rows *kept) error {
		t := &transaction{store: s, kept: rows}
		t.carrier = &backlogged{d, t}
		return work(t)
	})
	if err == nil && d.emptied {
		s.backlog.Store(0)
		clear(d.made)
	}
	return err
}

// run runs a transaction, with the rows that are kept or with none.
func (d *direct) run(ctx context.Context, keeps bool, work func(*kept) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // a transaction that began ends
	if err := d.exec(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		return err
	}
	if !keeps {
		if err := work(nothing); err != nil {
			return errors.Join(err, d.rollBack(ctx))
		}
		return d.commit(ctx)
	}
	version, err := dataVersion(d.connection)
	if err == nil {
		d.kept.at(version)
		err = work(&d.kept)
	}
	if err != nil {
		d.kept.forget()
		return errors.Join(err, d.rollBack(ctx))
	}
	if err = d.commit(ctx); err == nil {
		d.kept.version, err = dataVersion(d.connection)
	}
	if err != nil {
		d.kept.forget()
	}
	return err
}

func (d *direct) rollBack(ctx context.Context) error { return d.exec(ctx, "ROLLBACK", nil) }

// commit leaves no transaction open.
func (d *direct) commit(ctx context.Context) error {
	err := d.exec(ctx, "COMMIT", nil)
	if err != nil {
		_ = d.rollBack(ctx) // fails if the commit has ended the transaction all the same
	}
	return err
}

// closeDirect closes the statements of directly, if it ever ran. If the pool has
// another connection since, because a context ended within a transaction on the
// one before, they are gone with that.
func (s *Store) closeDirect() error {
	if s.direct == nil {
		return nil
	}
	connection, err := s.writer.Conn(context.Background())
	if err != nil {
		return err
	}
	err = connection.Raw(func(raw any) error {
		if s.direct.connection != raw {
			return nil
		}
		return s.direct.close()
	})
	return errors.Join(err, connection.Close())
}

// valueRow is a row of the driver's.
type valueRow []driver.Value

func (r valueRow) Scan(into ...any) error {
	if len(into) != len(r) {
		return fmt.Errorf("a row has %d values, not %d", len(r), len(into))
	}
	for i, target := range into {
		if err := scanValue(target, r[i]); err != nil {
			return err
		}
	}
	return nil
}

func scanValue(target any, value driver.Value) error {
	switch v := value.(type) {
	case string:
		if text, ok := textTarget(target); ok {
			text(v)
			return nil
		}
	case int64:
		if number, ok := numberTarget(target); ok {
			number(v)
			return nil
		}
	case []byte:
		if blob, ok := target.(*[]byte); ok {
			*blob = v
			return nil
		}
	case nil:
		if nullable(target) {
			return nil
		}
	}
	return fmt.Errorf("a %T does not go into a %T", value, target)
}
