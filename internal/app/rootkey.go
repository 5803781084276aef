package app

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const rootKeyBytes = 32

// loadRootKey reads the root secret, making it at the first start. A file that
// others may read is refused.
func loadRootKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeRootKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the root key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("root key file %s can be read by others; run chmod 600 on it", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the root key: %w", err)
	}
	key, err := hex.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(key) != rootKeyBytes || bytes.Count(key, key[:1]) == len(key) {
		return nil, fmt.Errorf("root key file %s does not hold %d random bytes in hexadecimal", path, rootKeyBytes)
	}
	return key, nil
}

func makeRootKey(path string) ([]byte, error) {
	key := make([]byte, rootKeyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the root key: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("making the root key: %w", err)
	}
	_, err = file.WriteString(hex.EncodeToString(key) + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, fmt.Errorf("making the root key: %w", err)
	}
	return key, nil
}

// derive makes a secret for one purpose (HKDF-SHA-256, RFC 5869).
func derive(root []byte, purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, root, nil, "stakegate/"+purpose, sha256.Size)
}
