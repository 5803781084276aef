//go:build !unix

package secretfile

import "io/fs"

// readableByOthers reports whether others can read a secret's file, as far as
// its mode tells.
func readableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
