package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// engine is everything in which SQLite and PostgreSQL differ.
type engine struct {
	name    string
	dialect goose.Dialect
	// rowLock ends a SELECT whose rows shall stay locked. SQLite has one
	// writer, so that the write lock is the lock of every row.
	rowLock string
	// now is a query for the database's clock in Unix milliseconds, and its
	// generation; "" means that the clock that was handed in decides, and that
	// nobody else has the database open.
	now string
	// lockAll waits for everybody who holds an account, and keeps others out
	// until the transaction ends; "": the write lock does.
	lockAll string
	// snapshot makes a transaction read one state of the database.
	snapshot *sql.TxOptions
	// settings are queries and the answers without which an acknowledged
	// commit could be lost.
	settings [][2]string
	// migrateLock keeps two processes from migrating at once.
	migrateLock func() (goose.ProviderOption, error)
	// layout, if it is not nil, brings tables into the form in which the engine
	// is quickest with them; what they hold, and how it is asked for, stays.
	layout func(ctx context.Context, tx *sql.Tx) error
	// spelling is how the engine's driver likes the parameters of a hot
	// statement, which are always numbered in their order.
	spelling func(text string) string
	// arrays says that many rows go as one array for each column, and many
	// statements in one round trip.
	arrays bool
	// commits is how many commits of one process are worth having in flight:
	// one while another one's waits for the disk.
	commits int
	// isBadRow: a row breaks a rule of its table, or a value has no place in it;
	// the transaction has changed nothing.
	isBadRow func(error) bool
	// isConflict: the transaction lost against another one and may be repeated.
	isConflict func(error) bool
}

var parameter = regexp.MustCompile(`\$\d+`)

var sqliteEngine = &engine{
	name: "sqlite", dialect: goose.DialectSQLite3, commits: 1,
	settings: [][2]string{{"PRAGMA journal_mode", "wal"}, {"PRAGMA synchronous", "2"}, {"PRAGMA foreign_keys", "1"}},
	// The driver looks every named parameter up in a list; nameless ones it
	// just counts, which over some thousand of them is a third of the time.
	spelling: func(text string) string { return parameter.ReplaceAllString(text, "?") },
	layout:   layOut,
	isBadRow: func(err error) bool {
		var failure *sqlite.Error
		return errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
	},
	isConflict: func(err error) bool {
		var failure *sqlite.Error
		return errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY
	},
}

var postgresEngine = &engine{
	name: "postgres", dialect: goose.DialectPostgres,
	rowLock: " FOR UPDATE",
	now: `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT),
		COALESCE((SELECT value FROM meta WHERE name = 'ledger_generation'), '')`,
	lockAll:  "LOCK TABLE accounts IN EXCLUSIVE MODE",
	snapshot: &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	settings: [][2]string{
		{"SHOW fsync", "on"}, {"SHOW full_page_writes", "on"}, {"SHOW transaction_read_only", "off"},
		{"SELECT CASE WHEN current_setting('synchronous_commit') = 'off' THEN 'off' ELSE 'safe' END", "safe"},
		{"SELECT CASE WHEN pg_is_in_recovery() THEN 'a replica' ELSE 'the primary' END", "the primary"},
	},
	migrateLock: func() (goose.ProviderOption, error) {
		locker, err := lock.NewPostgresSessionLocker()
		return goose.WithSessionLocker(locker), err
	},
	spelling: func(text string) string { return text },
	arrays:   true,
	commits:  2,
	isBadRow: func(err error) bool {
		var failure *pgconn.PgError // classes 22, data exceptions, and 23, constraints
		return errors.As(err, &failure) && (strings.HasPrefix(failure.Code, "22") || strings.HasPrefix(failure.Code, "23"))
	},
	isConflict: func(err error) bool {
		var failure *pgconn.PgError
		return errors.As(err, &failure) && (failure.Code == "40001" || failure.Code == "40P01")
	},
}

// setPath sets a path that nobody chose.
func setPath(path *string, standard string) {
	if *path == "" {
		*path = standard
	}
}

const (
	sqliteScheme      = "sqlite:"
	busyTimeoutMillis = 5000
	sqliteReaders     = 4
	sqliteCacheKiB    = 64 << 10
	// A batch over many accounts writes some hundred pages, much the same ones
	// as the batch before: 32 MiB of log spare most of them the second write.
	sqliteCheckpointPages = 8192
	postgresWriters       = 8
	postgresReaders       = 8
	connectionLife        = 30 * time.Minute
)

// connect opens the pools that the URL names.
func (s *Store) connect(databaseURL string) error {
	if path, ok := strings.CutPrefix(databaseURL, sqliteScheme); ok && path != "" {
		s.engine = sqliteEngine
		return s.connectSQLite(path)
	}
	if strings.HasPrefix(databaseURL, "postgres://") || strings.HasPrefix(databaseURL, "postgresql://") {
		s.engine = postgresEngine
		return s.connectPostgres(databaseURL)
	}
	scheme, _, _ := strings.Cut(databaseURL, ":")
	return fmt.Errorf("database %q is not supported; use sqlite:PATH or postgres://...", scheme+":...")
}

// writerSettings are of every connection that writes.
var writerSettings = []string{
	// Whatever is written is found by an index. A plan that was made while its
	// table was empty must not be kept when the table has grown.
	"SET enable_seqscan = off",
	"SET jit = off", // takes longer than any of the statements
	// A process that vanished in the middle, with its host, must not lock
	// accounts for hours.
	"SET idle_in_transaction_session_timeout = '30s'",
}

func (s *Store) connectPostgres(databaseURL string) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return errors.New("the database's URL cannot be read") // the error may quote its password
	}
	// A database cannot go back in time without its connections breaking.
	compare := func(ctx context.Context, conn *pgx.Conn) error {
		return s.witness.compare(ctx, func(ctx context.Context, query string, args ...any) scanner {
			return conn.QueryRow(ctx, query, args...)
		})
	}
	s.writer = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		for _, setting := range writerSettings {
			if _, err := conn.Exec(ctx, setting); err != nil {
				return err
			}
		}
		return compare(ctx, conn)
	}))
	s.reader = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(compare))
	s.writer.SetMaxOpenConns(postgresWriters)
	s.writer.SetMaxIdleConns(postgresWriters)
	s.reader.SetMaxOpenConns(postgresReaders)
	s.reader.SetMaxIdleConns(postgresReaders)
	for _, db := range []*sql.DB{s.writer, s.reader} {
		db.SetConnMaxLifetime(connectionLife)
	}
	return nil
}

func (s *Store) connectSQLite(path string) error {
	held, err := lockFile(path)
	if err != nil {
		return err
	}
	s.path, s.lock = path, held
	setPath(&s.witness.path, path+".witness")
	// The file holds hashes and history: nobody else has to read it.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	s.opened, err = file.Stat()
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	options := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeoutMillis), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}}
	reader, err := s.connector("file:"+path+"?"+options.Encode(), false)
	if err != nil {
		return err
	}
	s.reader = sql.OpenDB(reader)
	s.reader.SetMaxOpenConns(sqliteReaders)
	options.Set("_txlock", "immediate")
	if vfs, err := quickLogSync(); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	} else if vfs != "" {
		options.Set("vfs", vfs)
	}
	options["_pragma"] = append(options["_pragma"],
		fmt.Sprintf("cache_size(-%d)", sqliteCacheKiB), fmt.Sprintf("wal_autocheckpoint(%d)", sqliteCheckpointPages),
		"temp_store(MEMORY)") // what a statement of many rows could have to undo needs no file
	writer, err := s.connector("file:"+path+"?"+options.Encode(), true)
	if err != nil {
		return err
	}
	s.writer = sql.OpenDB(writer)
	s.writer.SetMaxOpenConns(1)
	return nil
}

// lockFile makes the folder and takes the exclusive lock beside the database.
func lockFile(path string) (*flock.Flock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the database's folder: %w", err)
	}
	if err := refuseNetwork(filepath.Dir(path)); err != nil {
		return nil, err
	}
	file := flock.New(path+".lock", flock.SetPermissions(0o600))
	held, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the database: %w", err)
	}
	if !held {
		return nil, fmt.Errorf("another process has the database %s open; stop it first", path)
	}
	return file, nil
}

// assertDurable refuses to run on settings under which an acknowledged commit
// could be lost.
func (s *Store) assertDurable(ctx context.Context) error {
	for _, setting := range s.engine.settings {
		query, want := setting[0], setting[1]
		var got string
		if err := s.writer.QueryRowContext(ctx, query).Scan(&got); err != nil {
			return fmt.Errorf("connecting to the database: %w", err)
		}
		if got != want {
			return fmt.Errorf("database says %q to %s, want %q: an acknowledged commit could be lost", got, query, want)
		}
	}
	return nil
}
