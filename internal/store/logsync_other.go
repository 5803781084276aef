//go:build !linux || !(amd64 || arm64)

package store

// quickLogSync returns "", SQLite's own way to sync files.
func quickLogSync() (string, error) { return "", nil }
