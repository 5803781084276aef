//go:build amd64 || arm64

package store

import "testing"

// LogWritesVFS is the VFS that collects the log's writes.
func LogWritesVFS(t testing.TB) string {
	t.Helper()
	name, err := collectLogWrites()
	if err != nil || name != logWritesVFS {
		t.Fatal(name, err)
	}
	return name
}
