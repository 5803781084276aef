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
	store *Store
}

func (s *Store) connector(dsn string) (sameFile, error) {
	connector, err := sqlite.NewConnector(dsn)
	return sameFile{connector, s}, err
}

// Connect implements driver.Connector.
func (f sameFile) Connect(ctx context.Context) (driver.Conn, error) {
	if err := f.store.checkFile(); err != nil {
		return nil, err
	}
	conn, err := f.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.store.checkFile(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
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
