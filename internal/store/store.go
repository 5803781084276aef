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
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine *engine
	writer *sql.DB // SQLite: one connection
	reader *sql.DB
	lock   *flock.Flock // SQLite only
	now    func() time.Time

	// prepared holds the hot path's statements on SQLite's only writer, by
	// text. The PostgreSQL driver prepares on each connection by itself.
	prepared map[string]*sql.Stmt
	locking  locking
}

// Open opens, and if need be creates and migrates, the database that the URL
// names: "sqlite:PATH" or "postgres://USER@HOST/NAME". An SQLite file that
// another process has open is refused, and so are settings under which an
// acknowledged commit could be lost. On SQLite the clock that is handed in
// decides windows and expiry, on PostgreSQL the database's own.
func Open(ctx context.Context, databaseURL string, now func() time.Time) (*Store, error) {
	s := &Store{now: now}
	steps := []func() error{
		func() error { return s.connect(databaseURL) },
		func() error { return s.assertDurable(ctx) },
		func() error { return s.migrate(ctx) },
		func() error { return s.prepare(ctx) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Exclusive reports whether no other process can have the database open.
func (s *Store) Exclusive() bool { return s.lock != nil }

// Commits is how many commits of one process the database can have in flight.
func (s *Store) Commits() int { return s.engine.commits }

func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	var options []goose.ProviderOption
	if s.engine.migrateLock != nil {
		option, err := s.engine.migrateLock()
		if err != nil {
			return err
		}
		options = append(options, option)
	}
	provider, err := goose.NewProvider(s.engine.dialect, s.writer, files, options...)
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}

// prepare readies the hot path's statements, which also proves that the engine
// understands them.
func (s *Store) prepare(ctx context.Context) error {
	s.locking = newLocking(s.engine)
	s.prepared = map[string]*sql.Stmt{}
	for _, text := range s.hotStatements() {
		statement, err := s.writer.PrepareContext(ctx, s.engine.spelling(text))
		if err != nil {
			return fmt.Errorf("preparing %q: %w", text, err)
		}
		if s.engine == sqliteEngine {
			s.prepared[text] = statement
		} else if err := statement.Close(); err != nil {
			return err
		}
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
	if s.lock != nil {
		err = errors.Join(err, s.lock.Unlock())
	}
	return err
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

const maxConflicts = 5

// write runs one durable write transaction.
func (s *Store) write(ctx context.Context, work func(tx *sql.Tx) error) error {
	return s.repeat(func() error { return s.writeOnce(ctx, work) })
}

// repeat repeats a transaction that lost against another one, having changed
// nothing.
func (s *Store) repeat(once func() error) error {
	for attempt := 1; ; attempt++ {
		err := once()
		if err == nil || attempt == maxConflicts || !s.engine.isConflict(err) {
			return err
		}
	}
}

func (s *Store) writeOnce(ctx context.Context, work func(tx *sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// clock is the time that decides.
func (s *Store) clock(ctx context.Context, q rowQueryer) (time.Time, error) {
	if s.engine.now == "" {
		return s.now().UTC().Truncate(time.Millisecond), nil
	}
	var now int64
	err := q.QueryRowContext(ctx, s.engine.now).Scan(&now)
	return fromMillis(now), err
}

// rowQueryer is a transaction or a database.
type rowQueryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
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
