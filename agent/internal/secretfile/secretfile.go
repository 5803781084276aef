// Package secretfile keeps small secrets in files that only their owner can
// read: 0600 files in 0700 directories, never through a symbolic link, written
// whole or not at all, and on disk before the caller goes on.
package secretfile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrUnsafe is wrapped by every refusal of a file or directory that others
// could read, write or replace. The text names the path and the remedy.
var ErrUnsafe = errors.New("not private to its owner")

// ErrLocked says that another process holds the lock; see LockedError.
var ErrLocked = errors.New("another run is using it")

const maxHolder = 200 // bytes

// LockedError matches ErrLocked and says who holds the lock, as far as is
// known.
type LockedError struct{ Path, Holder string }

func (e *LockedError) Error() string {
	text := fmt.Sprintf("lock %s: %v", e.Path, ErrLocked)
	if e.Holder != "" {
		text += " (" + e.Holder + ")"
	}
	return text
}

// Is matches ErrLocked.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

const (
	dirMode  fs.FileMode = 0o700
	fileMode fs.FileMode = 0o600
	others   fs.FileMode = 0o077 // permission bits of group and world
)

// EnsureDir makes the directory (and missing parents) with mode 0700, or
// checks that an existing one is a real directory without access for others.
func EnsureDir(path string) error {
	if err := os.MkdirAll(path, dirMode); err != nil {
		return fmt.Errorf("making directory %s: %w", path, err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("looking at directory %s: %w", path, err)
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("directory %s is a symbolic link, name the real directory instead: %w", path, ErrUnsafe)
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory", path)
	case info.Mode().Perm()&others != 0:
		return fmt.Errorf("directory %s has mode %#o, run chmod 700 on it: %w", path, info.Mode().Perm(), ErrUnsafe)
	}
	return nil
}

// Read returns the content of a private file of at most limit bytes. It
// refuses symbolic links, anything but regular files, and files that group or
// world can access (ErrUnsafe). A missing file gives an error that matches
// fs.ErrNotExist.
func Read(path string, limit int64) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		if info, statErr := os.Lstat(path); statErr == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil, fmt.Errorf("%s is a symbolic link, name the real file instead: %w", path, ErrUnsafe)
		}
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()
	// The open file is looked at, not the name: it cannot be swapped between.
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("looking at %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: %w", path, ErrUnsafe)
	}
	if info.Mode().Perm()&others != 0 {
		return nil, fmt.Errorf("%s has mode %#o, run chmod 600 on it: %w", path, info.Mode().Perm(), ErrUnsafe)
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is longer than %d bytes", path, limit)
	}
	return data, nil
}

// Create writes a new private file, whole or not at all. An existing file of
// that name is left alone and gives an error that matches fs.ErrExist.
func Create(path string, data []byte) error {
	temporary, err := writeTemporary(path, data)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary) }()
	// Unlike rename, link refuses to replace what is there already.
	if err := os.Link(temporary, path); err != nil {
		return fmt.Errorf("creating %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// Replace writes a private file in the place of the old one, if there is one:
// a reader, or a crash, sees either the old content or the new.
//
// Anything that is there and no regular file, such as a device or a link, is
// left alone.
func Replace(path string, data []byte) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is there and is no regular file: it is not replaced", path)
	}
	temporary, err := writeTemporary(path, data)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		_ = os.Remove(temporary)
		return fmt.Errorf("replacing %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// writeTemporary puts the data, synced, into a new file beside path.
func writeTemporary(path string, data []byte) (string, error) {
	var random [8]byte
	rand.Read(random[:]) // never fails: crypto/rand
	temporary := path + ".new-" + hex.EncodeToString(random[:])
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, fileMode)
	if err != nil {
		return "", fmt.Errorf("creating a file beside %s: %w", path, err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		_ = os.Remove(temporary)
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	return temporary, nil
}

// Room makes sure that so many bytes can be written in the place of path now.
func Room(path string, size int) error {
	temporary, err := writeTemporary(path, make([]byte, size))
	if err != nil {
		return err
	}
	return os.Remove(temporary)
}

// syncDir makes a rename or link in the directory survive a power cut.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening directory %s: %w", path, err)
	}
	defer func() { _ = dir.Close() }()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("syncing directory %s: %w", path, err)
	}
	return nil
}
