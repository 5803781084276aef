// Package store keeps everything in SQL: keys, spent challenges, the ledger.
// Each statement has one text, in the dialect that SQLite and PostgreSQL
// share: $n parameters, BIGINT, TEXT, BOOLEAN and BYTEA columns, ON CONFLICT,
// RETURNING; times are Unix milliseconds that are handed in.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
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
	now    func() time.Time

	// SQLite only: its path, the lock beside it, the file as it was opened, and
	// the journal of revocations.
	path    string
	lock    *flock.Flock
	opened  os.FileInfo
	journal *journal

	generation string // of the database when it was opened
	meta       map[string]string
	witness    witness
	closing    chan struct{} // tells watch to end; nil when it does not run
	watched    chan struct{} // closed when it has

	direct  *direct      // SQLite: what is prepared on its only writer
	backlog atomic.Int64 // SQLite: rows, about, that wait in the table; never 0 if there is one
	locking locking
	mints   mints
}

// Open opens, and if need be creates and migrates, the database that the URL
// names: "sqlite:PATH" or "postgres://USER@HOST/NAME". An SQLite file that
// another process has open is refused, and so are settings under which an
// acknowledged commit could be lost, and a database that is older than what
// its witness has seen. On SQLite the clock that is handed in decides windows
// and expiry, on PostgreSQL the database's own.
func Open(ctx context.Context, databaseURL string, now func() time.Time) (*Store, error) {
	return OpenWithWitness(ctx, databaseURL, "", now)
}

// OpenWithWitness is Open with a file for the witness: what was committed,
// remembered outside of the database. Default: beside an SQLite file, and in
// memory only for PostgreSQL.
func OpenWithWitness(ctx context.Context, databaseURL, witnessFile string, now func() time.Time) (*Store, error) {
	s, err := openAny(ctx, databaseURL, witnessFile, now)
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		s.refuseBackup,
		func() error { return s.openJournal(ctx) },
		func() error { return s.hear(ctx) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	s.closing, s.watched = make(chan struct{}), make(chan struct{})
	go s.watch()
	return s, nil
}

// openAny opens a database whatever its past, to be restored.
func openAny(ctx context.Context, databaseURL, witnessFile string, now func() time.Time) (*Store, error) {
	s := &Store{now: now, witness: witness{path: witnessFile}}
	steps := []func() error{
		func() error { return s.connect(databaseURL) },
		func() error { return s.assertDurable(ctx) },
		func() error { return s.migrate(ctx) },
		func() error { return s.prepare(ctx) },
		func() error { return s.identify(ctx) },
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
	if s.engine.layout == nil {
		return nil
	}
	if err := s.write(ctx, func(tx *sql.Tx) error { return s.engine.layout(ctx, tx) }); err != nil {
		return err
	}
	s.backlog.Store(1) // one that a crash has left
	return nil
}

// prepare readies the hot path's statements, which also proves that the engine
// understands them.
func (s *Store) prepare(ctx context.Context) error {
	s.locking = newLocking(s.engine)
	for _, text := range s.hotStatements() {
		statement, err := s.writer.PrepareContext(ctx, s.engine.spelling(text))
		if err != nil {
			return fmt.Errorf("preparing %q: %w", text, err)
		}
		if err := statement.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the database and gives its lock back.
func (s *Store) Close() error {
	var err error
	if s.closing != nil {
		close(s.closing)
		<-s.watched
		s.closing = nil
		err = s.witness.save()
	}
	s.mints.group.Wait()
	err = errors.Join(err, s.closeBacklog(), s.closeDirect())
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if s.journal != nil {
		err = errors.Join(err, s.journal.close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Unlock())
	}
	return err
}

// Ping reports whether the database answers and is the one that was opened.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.witness.healthy(); err != nil {
		return err
	}
	return s.reader.PingContext(ctx)
}

// Generation names this database's life: a restore changes it, so that
// validation tokens of before are dead.
func (s *Store) Generation() string { return s.generation }

// The names in the table meta.
const (
	metaGeneration = "ledger_generation"
	metaWitnessed  = "witnessed" // SQLite: there is a witness
	metaBackup     = "backup"    // this is a copy, made at that time
	metaJournal    = "journal"   // SQLite: the journal that knows all revocations since
	// The epoch in which nothing may be granted, and since when.
	metaFrozen = "frozen"
	// Generations of before restores, separated by spaces: a witness of one of
	// them has nothing to say against this one.
	metaAncestors = "ancestors"
	// What tells the root key apart that keys are hashed with.
	metaRootKey = "root_key"
)

// ErrRootKey is of a server that cannot verify the database's keys.
var ErrRootKey = errors.New("is not the one that this database's API keys are hashed with: put that one in its place; " +
	"if it is lost, stop every server, end all keys with stakegate ledger restore --acknowledge --revoke-all, and start again")

// ClaimRootKey remembers, at a database's first start, which root key its keys
// are hashed with, and refuses every other one until all keys have been revoked
// by a restore. The fingerprint must not tell anything about the key.
func (s *Store) ClaimRootKey(ctx context.Context, fingerprint string) error {
	_, err := s.writer.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", metaRootKey, fingerprint)
	if err != nil {
		return err
	}
	var claimed string
	if err := s.writer.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = $1", metaRootKey).Scan(&claimed); err != nil {
		return err
	}
	if claimed != fingerprint {
		return ErrRootKey
	}
	return nil
}

// identify reads what the database says of itself. Its generation is made at
// the first start.
func (s *Store) identify(ctx context.Context) error {
	_, err := s.writer.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
		metaGeneration, s.newGeneration())
	if err != nil {
		return err
	}
	s.meta, err = readMeta(ctx, s.writer)
	s.generation = s.meta[metaGeneration]
	return err
}

// newGeneration is a name that no database had before.
func (s *Store) newGeneration() string {
	random := make([]byte, 4)
	_, _ = rand.Read(random) // never fails
	return fmt.Sprintf("%x%x", s.now().UnixMilli(), random)
}

func readMeta(ctx context.Context, q queryer) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, "SELECT name, value FROM meta")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	meta := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		meta[name] = value
	}
	return meta, rows.Err()
}

// execer is a transaction or a database.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// setMeta writes a row of the table meta; an empty value deletes it.
func (s *Store) setMeta(ctx context.Context, to execer, name, value string) error {
	var err error
	if value == "" {
		_, err = to.ExecContext(ctx, "DELETE FROM meta WHERE name = $1", name)
		delete(s.meta, name)
		return err
	}
	_, err = to.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	s.meta[name] = value
	return err
}

func (s *Store) refuseBackup() error {
	if s.meta[metaBackup] != "" {
		return ErrBackup
	}
	return nil
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

// update runs one durable transaction over rows of accounts.
func (s *Store) update(ctx context.Context, work func(t *transaction) error) error {
	return s.witnessed(func(last **transaction) error {
		return s.write(ctx, func(tx *sql.Tx) error {
			*last = inTx(s, tx)
			return work(*last)
		})
	})
}

// witnessed runs a transaction, unless the database is not the one that it
// was, and remembers what its last attempt has come to.
func (s *Store) witnessed(run func(last **transaction) error) error {
	if err := s.witness.admits(); err != nil {
		return err
	}
	last := &transaction{}
	err := run(&last)
	if err == nil {
		s.witness.note(last.written)
	}
	return err
}

// clock is the time that decides. Where other processes may use the database
// too, it also proves that none of them has restored it: whoever asks for the
// time within a transaction, after locking, writes into the generation that
// this process knows.
func (s *Store) clock(ctx context.Context, q rowQueryer) (time.Time, error) {
	if s.engine.now == "" {
		return s.now().UTC().Truncate(time.Millisecond), nil
	}
	return s.scanClock(q.QueryRowContext(ctx, s.engine.now))
}

func (s *Store) scanClock(row scanner) (time.Time, error) {
	var now int64
	var generation string
	if err := row.Scan(&now, &generation); err != nil {
		return time.Time{}, err
	}
	if s.generation != "" && generation != s.generation {
		return time.Time{}, s.witness.stop(ErrRestored)
	}
	return fromMillis(now), nil
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
