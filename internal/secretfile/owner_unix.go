//go:build unix

package secretfile

import (
	"io/fs"
	"os"
	"syscall"
)

// readableByOthers reports whether a secret's file can be read by somebody who
// should not: by others at all, or by a group, unless root owns it and gives
// this server's group the right to read it. That is how Kubernetes mounts
// secrets for a user that is not root, and PostgreSQL's rule for its own key.
func readableByOthers(info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	owner, known := info.Sys().(*syscall.Stat_t)
	if known && owner.Uid == 0 && os.Geteuid() != 0 {
		return mode&0o037 != 0
	}
	return mode&0o077 != 0
}
