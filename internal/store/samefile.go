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
	conn := &connection{opened.(sqliteConn), f.store, f.writes}
	if err := errors.Join(f.store.checkFile(), conn.catchUp(ctx)); err != nil {
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

// connection is a connection whose tables have caught up with the backlog when
// it is taken from its pool.
type connection struct {
	sqliteConn
	store  *Store
	writes bool
}

// ResetSession implements driver.SessionResetter. The pool takes no error but that
// the connection is of no use; it then makes another one, which has the reason.
func (c *connection) ResetSession(ctx context.Context) error {
	if err := c.sqliteConn.ResetSession(ctx); err != nil {
		return err
	}
	if c.catchUp(ctx) != nil {
		return driver.ErrBadConn
	}
	return nil
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
