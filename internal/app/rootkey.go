package app

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"stakegate/internal/challenge"
	"stakegate/internal/secretfile"
	"stakegate/internal/store"
)

const rootKeyBytes = 32

// rootKeys are the secrets of a root key file. It has one in each line:
//
//	3f0c...e1                         the first one
//	9a77...40 2026-11-24T00:00:00Z    signs validation tokens from then on
//
// Keys are hashed, and cursors sealed, with the first one for ever: they live
// longer than any schedule. Validation tokens are signed with the last one
// whose time has come.
type rootKeys struct {
	first []byte
	roots []challenge.Root
	text  string // of the file
	made  bool   // there was none
}

const fingerprintPurpose = "fingerprint/v1"

// claimRootKey sees to it that the database's keys are hashed with this root
// key: with another one they would all be unknown here, and keys made here
// would be unknown to the other replicas.
func (a *App) claimRootKey(ctx context.Context, keys rootKeys) error {
	path := a.config.RootKeyFile
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if keys.made {
		a.options.Logger.Warn("there was no root key and one was made; keep a copy, and give every replica the same one", "file", path)
	}
	fingerprint, err := derive(keys.first, fingerprintPurpose)
	if err != nil {
		return err
	}
	err = a.store.ClaimRootKey(ctx, hex.EncodeToString(fingerprint))
	if errors.Is(err, store.ErrRootKey) {
		return fmt.Errorf("root key file %s %w", path, err)
	}
	return err
}

// loadRootKeys reads the root secrets, making one at the first start. A file
// that others may read is refused.
func loadRootKeys(path string) (rootKeys, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err := makeRootKey(path)
		return rootKeys{first: key, roots: []challenge.Root{{Secret: key}}, made: true}, err
	}
	return readRootKeys(path)
}

// readRootKeys reads a file that exists.
func readRootKeys(path string) (rootKeys, error) {
	text, err := secretfile.Read(path)
	if err != nil {
		return rootKeys{}, fmt.Errorf("reading the root key: %w", err)
	}
	keys := rootKeys{text: string(text)}
	for line := range bytes.Lines(bytes.TrimSpace(text)) {
		root, err := parseRoot(line, len(keys.roots) == 0)
		if err != nil {
			return rootKeys{}, fmt.Errorf("root key file %s, line %d %w", path, len(keys.roots)+1, err)
		}
		keys.roots = append(keys.roots, root)
	}
	if len(keys.roots) == 0 {
		return rootKeys{}, fmt.Errorf("root key file %s does not hold %d random bytes in hexadecimal", path, rootKeyBytes)
	}
	keys.first = keys.roots[0].Secret
	return keys, nil
}

// parseRoot reads a line. Its error completes "line 1 ...", and quotes nothing.
func parseRoot(line []byte, first bool) (challenge.Root, error) {
	fields := bytes.Fields(line)
	if len(fields) == 0 || first && len(fields) != 1 || !first && len(fields) != 2 {
		if first {
			return challenge.Root{}, fmt.Errorf("does not hold %d random bytes in hexadecimal", rootKeyBytes)
		}
		return challenge.Root{}, errors.New("does not hold a secret and the time from which it signs, such as 2026-11-24T00:00:00Z")
	}
	key, err := hex.DecodeString(string(fields[0]))
	if err != nil || len(key) != rootKeyBytes || bytes.Count(key, key[:1]) == len(key) {
		return challenge.Root{}, fmt.Errorf("does not hold %d random bytes in hexadecimal", rootKeyBytes)
	}
	root := challenge.Root{Secret: key}
	if !first {
		if root.From, err = time.Parse(time.RFC3339, string(fields[1])); err != nil {
			return challenge.Root{}, errors.New("has no time such as 2026-11-24T00:00:00Z after its secret")
		}
	}
	return root, nil
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
