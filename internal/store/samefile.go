package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"os"

	"modernc.org/sqlite"
)

// sameFile connects to a SQLite database as long as its path leads to the file
// that was opened first. A connection to another file that was put there would
// answer for it, and could take the log of the right one for its own: so the
// path is looked at before anything is opened, and once more after it.
type sameFile struct {
	driver.Connector
	store  *Store
	writes bool
}

func (s *Store) connector(dsn string, writes bool) (sameFile, error) {
	connector, err := sqlite.NewConnector(dsn)
	return sameFile{connector, s, writes}, err
}

// Connect implements driver.Connector.
func (f sameFile) Connect(ctx context.Context) (driver.Conn, error) {
	if err := f.store.checkFile(); err != nil {
		return nil, err
	}
	opened, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := &connection{sqliteConn: opened.(sqliteConn), store: f.store, writes: f.writes, taken: true}
	if err := f.store.checkFile(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// sqliteConn is what the driver's connections are.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	sqlite.FileControl
}

// connection is a connection whose tables catch up with the backlog when it is
// used for the first time since it was taken from its pool. Not when it is taken:
// the pool opens connections that somebody takes later, and asks nobody then.
type connection struct {
	sqliteConn
	store  *Store
	writes bool
	taken  bool // and not used since
}

// ResetSession implements driver.SessionResetter.
func (c *connection) ResetSession(ctx context.Context) error {
	c.taken = true
	return c.sqliteConn.ResetSession(ctx)
}

// use has the tables catch up if this is the first use.
func (c *connection) use(ctx context.Context) error {
	if !c.taken {
		return nil
	}
	c.taken = false
	err := c.catchUp(ctx)
	c.taken = err != nil
	return err
}

func (c *connection) catchUp(ctx context.Context) error {
	switch {
	case !c.store.isBehind(ctx):
		return nil
	case c.writes:
		return c.store.catchUpOn(c)
	default:
		return c.store.catchUp(ctx)
	}
}

// BeginTx implements driver.ConnBeginTx.
func (c *connection) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if err := c.use(ctx); err != nil {
		return nil, err
	}
	return c.sqliteConn.BeginTx(ctx, options)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c *connection) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if err := c.use(ctx); err != nil {
		return nil, err
	}
	return c.sqliteConn.PrepareContext(ctx, text)
}

// ExecContext implements driver.ExecerContext.
func (c *connection) ExecContext(ctx context.Context, text string, arguments []driver.NamedValue) (driver.Result, error) {
	if err := c.use(ctx); err != nil {
		return nil, err
	}
	return c.sqliteConn.ExecContext(ctx, text, arguments)
}

// QueryContext implements driver.QueryerContext.
func (c *connection) QueryContext(ctx context.Context, text string, arguments []driver.NamedValue) (driver.Rows, error) {
	if err := c.use(ctx); err != nil {
		return nil, err
	}
	return c.sqliteConn.QueryContext(ctx, text, arguments)
}

// Ping implements driver.Pinger.
func (c *connection) Ping(ctx context.Context) error {
	if err := c.use(ctx); err != nil {
		return err
	}
	return c.sqliteConn.Ping(ctx)
}

// checkFile stops the store if the path leads to another file than at first.
func (s *Store) checkFile() error {
	if s.opened == nil {
		return nil // not a file
	}
	if now, err := os.Stat(s.path); err != nil || !os.SameFile(s.opened, now) {
		return s.witness.stop(ErrRestored)
	}
	return nil
}
