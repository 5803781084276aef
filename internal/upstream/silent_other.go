//go:build !unix

package upstream

import "syscall"

// silent cannot be found out here: a kept connection is used while it is young.
func silent(syscall.RawConn) bool { return true }
