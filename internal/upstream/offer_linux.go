package upstream

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// offer writes parts in one system call, as far as the socket takes them at once:
// Go's sockets never make a system call wait.
func offer(socket syscall.RawConn, parts [][]byte) int {
	taken := 0
	_ = socket.Write(func(fd uintptr) bool {
		n, _ := unix.Writev(int(fd), parts)
		taken = max(n, 0)
		return true
	})
	return taken
}
