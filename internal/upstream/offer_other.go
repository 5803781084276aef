//go:build !linux

package upstream

import "syscall"

// offer takes nothing here.
func offer(syscall.RawConn, [][]byte) int { return 0 }
