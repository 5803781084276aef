//go:build unix

package upstream

import (
	"errors"
	"syscall"
)

// silent reports whether an open socket has nothing to read, without waiting.
// It takes a byte if there is one.
func silent(socket syscall.RawConn) bool {
	silent := false
	err := socket.Read(func(fd uintptr) bool {
		var one [1]byte
		_, err := syscall.Read(int(fd), one[:])
		silent = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && silent
}
