package secretfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Log is a private file that only grows. It is for one goroutine.
type Log struct {
	file *os.File
	size int64 // what is known to be on disk
}

// OpenLog opens the file at path for appending and cuts off what is behind its
// first keep bytes. A missing file is made, and its name is on disk before
// OpenLog returns. The same files are refused as by Read.
func OpenLog(path string, keep int64) (*Log, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, fileMode)
	if errors.Is(err, fs.ErrExist) {
		file, err = os.OpenFile(path, os.O_WRONLY|noFollow, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	log := &Log{file: file, size: keep}
	if err := log.prepare(path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return log, nil
}

func (l *Log) prepare(path string) error {
	info, err := l.file.Stat()
	switch {
	case err != nil:
		return fmt.Errorf("looking at %s: %w", path, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file: %w", path, ErrUnsafe)
	case info.Mode().Perm()&others != 0:
		return fmt.Errorf("%s has mode %#o, run chmod 600 on it: %w", path, info.Mode().Perm(), ErrUnsafe)
	case info.Size() < l.size:
		return fmt.Errorf("%s became shorter while it was read", path)
	}
	if err := l.cut(); err != nil {
		return fmt.Errorf("cutting %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// cut makes the file end where it is known to be whole.
func (l *Log) cut() error {
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	if _, err := l.file.Seek(l.size, 0); err != nil {
		return err
	}
	return l.file.Sync()
}

// Append writes the data at the end; it is on disk when Append returns nil.
// After an error nothing of it counts, and it is cut off again if that can be.
func (l *Log) Append(data []byte) error {
	_, err := l.file.Write(data)
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", l.file.Name(), err), l.cut())
	}
	l.size += int64(len(data))
	return nil
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }
