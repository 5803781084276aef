// Package store keeps everything in SQL: keys, spent challenges, the ledger.
// Each statement has one text, in the dialect that SQLite and PostgreSQL
// share: $n parameters, BIGINT, TEXT, BOOLEAN and BYTEA columns, ON CONFLICT,
// RETURNING; times are Unix milliseconds that are handed in.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is an open database. Writers go one at a time, each in its own durable
// transaction; readers do not wait for them. It is safe for concurrent use.
type Store struct {
	writer *sql.DB
	reader *sql.DB
	lock   *flock.Flock
	now    func() time.Time
	// statements holds the hot path's, by text, prepared on writer.
	statements map[string]*sql.Stmt
}

const (
	sqliteScheme     = "sqlite:"
	busyTimeoutMilli = 5000
	readerCount      = 4
)

// Open opens, and if need be creates and migrates, the database that the URL
// names: "sqlite:PATH". A file that another process has open is refused. The
// clock decides windows and expiry.
func Open(ctx context.Context, databaseURL string, now func() time.Time) (*Store, error) {
	path, isSQLite := strings.CutPrefix(databaseURL, sqliteScheme)
	if !isSQLite || path == "" {
		scheme, _, _ := strings.Cut(databaseURL, ":")
		return nil, fmt.Errorf("database %q is not supported; use sqlite:PATH", scheme+":...")
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	s := &Store{lock: lock, now: now}
	if err := s.openSQLite(ctx, path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// lockFile makes the folder and takes the exclusive lock beside the database.
func lockFile(path string) (*flock.Flock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the database's folder: %w", err)
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the database: %w", err)
	}
	if !held {
		return nil, fmt.Errorf("another process has the database %s open; stop it first", path)
	}
	return lock, nil
}

func (s *Store) openSQLite(ctx context.Context, path string) error {
	// The file holds hashes and history: nobody else has to read it.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	options := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeoutMilli), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}}
	if s.reader, err = sql.Open("sqlite", "file:"+path+"?"+options.Encode()); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(readerCount)
	options.Set("_txlock", "immediate")
	if s.writer, err = sql.Open("sqlite", "file:"+path+"?"+options.Encode()); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if err := s.assertDurable(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	return s.prepare(ctx)
}

// assertDurable refuses to run on settings under which an acknowledged commit
// could be lost.
func (s *Store) assertDurable(ctx context.Context) error {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := s.writer.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return fmt.Errorf("opening the database: %w", err)
		}
		if got != want {
			return fmt.Errorf("database setting %s is %s, want %s; is the file on a local disk?", pragma, got, want)
		}
	}
	return nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}

// Close closes the database and gives its lock back.
func (s *Store) Close() error {
	var err error
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return errors.Join(err, s.lock.Unlock())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.reader.PingContext(ctx) }

// Generation names this database's life: a restore must change it, so that
// validation tokens of before are dead. It is made at the first start.
func (s *Store) Generation(ctx context.Context) (string, error) {
	fresh := fmt.Sprintf("%x", s.now().UnixMilli())
	if _, err := s.writer.ExecContext(ctx,
		"INSERT INTO meta (name, value) VALUES ('ledger_generation', $1) ON CONFLICT (name) DO NOTHING", fresh); err != nil {
		return "", err
	}
	var generation string
	err := s.writer.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'ledger_generation'").Scan(&generation)
	return generation, err
}

// write runs one durable write transaction.
func (s *Store) write(ctx context.Context, work func(tx *sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// prepare readies the statements of the hot path on the writer's connection.
func (s *Store) prepare(ctx context.Context) error {
	s.statements = make(map[string]*sql.Stmt, len(hotStatements))
	for _, text := range hotStatements {
		statement, err := s.writer.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("preparing %q: %w", text, err)
		}
		s.statements[text] = statement
	}
	return nil
}

// isUnique reports a violated primary key or unique constraint.
func isUnique(err error) bool {
	var failure *sqlite.Error
	return errors.As(err, &failure) &&
		(failure.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || failure.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}

func millis(at time.Time) int64 { return at.UnixMilli() }

func nullMillis(at *time.Time) sql.NullInt64 {
	if at == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: at.UnixMilli(), Valid: true}
}

func fromMillis(value int64) time.Time { return time.UnixMilli(value).UTC() }

func fromNullMillis(value sql.NullInt64) *time.Time {
	if !value.Valid {
		return nil
	}
	at := fromMillis(value.Int64)
	return &at
}
