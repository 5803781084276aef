package upstream

import (
	"fmt"
	"path/filepath"
	"strings"

	"stakegate/internal/catalog"
	"stakegate/internal/secretfile"
)

const maxKeyFile = 8 << 10

// KeyFiles reads a server's key from its key_file; relative paths are relative
// to dir.
func KeyFiles(dir string) func(catalog.Upstream) (string, error) {
	return func(u catalog.Upstream) (string, error) {
		if u.KeyFile == "" {
			return "", nil
		}
		path := u.KeyFile
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		key, err := readKey(path)
		if err != nil {
			return "", fmt.Errorf("upstream %s: key_file: %w", u.Name, err)
		}
		return key, nil
	}
}

// CheckKeys reads the key of every server of a catalogue once, so that one
// with a missing key is not put to use.
func CheckKeys(c *catalog.Catalog, key func(catalog.Upstream) (string, error)) error {
	for _, u := range c.Upstreams() {
		if _, err := key(u); err != nil {
			return err
		}
	}
	return nil
}

func readKey(path string) (string, error) {
	text, err := secretfile.Read(path)
	if err != nil {
		return "", err
	}
	key := strings.TrimSpace(string(text))
	if key == "" || len(text) > maxKeyFile || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s must hold one line with the key", path)
	}
	return key, nil
}
