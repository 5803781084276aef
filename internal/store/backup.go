package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrOtherTool says that PostgreSQL has backup tools of its own.
var ErrOtherTool = errors.New("back up and restore PostgreSQL with its own tools (pg_dump, or base backups with WAL archiving), " +
	"then run stakegate ledger restore --acknowledge")

// OpenReadOnly opens a database to look at it, also while servers use it.
// Nothing is migrated, and no lock is taken.
func OpenReadOnly(ctx context.Context, databaseURL string, now func() time.Time) (*Store, error) {
	s := &Store{now: now, meta: map[string]string{}}
	var err error
	if path, ok := strings.CutPrefix(databaseURL, sqliteScheme); ok && path != "" {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("opening the database: %w", err)
		}
		s.engine = sqliteEngine
		s.reader, err = openSQLiteReadOnly(path)
	} else {
		err = s.connect(databaseURL)
	}
	if err == nil {
		s.meta, err = readMeta(ctx, s.reader)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading the database: %w", err), s.Close())
	}
	return s, nil
}

func openSQLiteReadOnly(path string) (*sql.DB, error) {
	options := url.Values{"mode": {"ro"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeoutMillis)}}
	return sql.Open("sqlite", "file:"+path+"?"+options.Encode())
}

// Backup copies an SQLite database, also one that a server is using, into a
// new file: one consistent state, checked, durable, and marked so that it is
// not served by mistake. It returns what verifying the copy's books found.
func Backup(ctx context.Context, databaseURL, destination string, now time.Time) (Report, error) {
	path, ok := strings.CutPrefix(databaseURL, sqliteScheme)
	if !ok || path == "" {
		return Report{}, ErrOtherTool
	}
	if _, err := os.Lstat(destination); !errors.Is(err, fs.ErrNotExist) {
		return Report{}, fmt.Errorf("%s exists already; name a new file", destination)
	}
	return copyDatabase(ctx, path, destination, now)
}

// copyDatabase copies a database that may be in use. The copy appears under
// its name when it is complete, whatever stood there before.
func copyDatabase(ctx context.Context, from, to string, now time.Time) (Report, error) {
	if _, err := os.Stat(from); err != nil {
		return Report{}, fmt.Errorf("opening the database: %w", err)
	}
	// Made here so that others can never read it.
	file, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".partial-*")
	if err != nil {
		return Report{}, fmt.Errorf("making the copy: %w", err)
	}
	partial := file.Name()
	report, err := Report{}, file.Close()
	if err == nil {
		report, err = fillCopy(ctx, from, partial, now)
	}
	if err == nil {
		err = errors.Join(syncFile(partial), os.Rename(partial, to))
	}
	if err != nil {
		return report, errors.Join(fmt.Errorf("copying the database: %w", err), os.Remove(partial))
	}
	return report, syncFolder(filepath.Dir(to))
}

func fillCopy(ctx context.Context, from, to string, now time.Time) (Report, error) {
	source, err := openSQLiteReadOnly(from)
	if err != nil {
		return Report{}, err
	}
	_, err = source.ExecContext(ctx, "VACUUM INTO $1", to)
	if err := errors.Join(err, source.Close()); err != nil {
		return Report{}, err
	}
	copied, err := sql.Open("sqlite", "file:"+to+"?"+url.Values{"_pragma": {"journal_mode(DELETE)", "synchronous(FULL)"}}.Encode())
	if err != nil {
		return Report{}, err
	}
	report, err := checkCopy(ctx, copied, now)
	return report, errors.Join(err, copied.Close())
}

// checkCopy marks a copy as one, and checks the file and the books.
func checkCopy(ctx context.Context, copied *sql.DB, now time.Time) (Report, error) {
	if err := applyCopied(ctx, copied); err != nil {
		return Report{}, err
	}
	_, err := copied.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
		metaBackup, now.UTC().Format(time.RFC3339))
	if err != nil {
		return Report{}, err
	}
	var verdict string
	if err := copied.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return Report{}, err
	}
	if verdict != "ok" {
		return Report{}, fmt.Errorf("the file is damaged: %s", verdict)
	}
	return verifyBooks(ctx, copied)
}

func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// RestoreFile puts a backup into the place of an SQLite database that no
// server is using, and acknowledges it. What stood there is kept beside it,
// under the path that is returned ("" if nothing did). A crash in between
// leaves either database, or the backup waiting to be acknowledged.
func RestoreFile(ctx context.Context, databaseURL, witnessFile, backup string, now func() time.Time, options RestoreOptions) (Restored, string, error) {
	path, ok := strings.CutPrefix(databaseURL, sqliteScheme)
	if !ok || path == "" {
		return Restored{}, "", ErrOtherTool
	}
	if err := checkOptions(ctx, path, backup, options); err != nil {
		return Restored{}, "", err
	}
	aside, err := replaceDatabase(ctx, path, backup, now())
	if err != nil {
		return Restored{}, aside, err
	}
	restored, err := Acknowledge(ctx, databaseURL, witnessFile, now, options)
	return restored, aside, err
}

// checkOptions refuses before anything was moved what Acknowledge would
// refuse.
func checkOptions(ctx context.Context, path, backup string, options RestoreOptions) error {
	s, err := OpenReadOnly(ctx, sqliteScheme+backup, time.Now)
	if err != nil {
		return err
	}
	s.path = path // beside which the journal is
	_, err = s.revocations(options)
	return errors.Join(err, s.Close())
}

func replaceDatabase(ctx context.Context, path, backup string, now time.Time) (aside string, err error) {
	lock, err := lockFile(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	fresh := path + ".restoring"
	report, err := copyDatabase(ctx, backup, fresh, now)
	if err != nil {
		return "", err
	}
	if len(report.Problems) > 0 {
		return "", errors.Join(fmt.Errorf("the books of %s do not balance: %s", backup, report.Problems[0]), os.Remove(fresh))
	}
	aside = fmt.Sprintf("%s.before-restore-%s", path, now.UTC().Format("20060102T150405.000Z"))
	// A write-ahead log belongs to its database: it must not meet the new one.
	if err := os.Link(path, aside); errors.Is(err, fs.ErrNotExist) {
		aside = ""
	} else if err != nil {
		return "", fmt.Errorf("keeping the old database: %w", err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		var err error
		if aside == "" {
			err = os.Remove(path + suffix)
		} else {
			err = os.Rename(path+suffix, aside+suffix)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return aside, fmt.Errorf("keeping the old database: %w", err)
		}
	}
	if err := os.Rename(fresh, path); err != nil {
		return aside, fmt.Errorf("putting the backup into place: %w", err)
	}
	return aside, syncFolder(filepath.Dir(path))
}
