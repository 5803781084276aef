//go:build unix

package secretfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
)

const noFollow = syscall.O_NOFOLLOW | syscall.O_CLOEXEC

// Lock takes an exclusive lock on the file, made if it is missing, without
// waiting. The lock ends with unlock or with the process, however it dies.
func Lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, fileMode)
	if err != nil {
		return nil, fmt.Errorf("opening lock %s: %w", path, err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		who, _ := io.ReadAll(io.LimitReader(file, maxHolder))
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, &LockedError{Path: path, Holder: strings.TrimSpace(string(who))}
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	// Who holds it, for those who find it taken: no promise hangs on it.
	if file.Truncate(0) == nil {
		_, _ = fmt.Fprintf(file, "process %d, since %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
	}
	return func() { _ = file.Close() }, nil
}
