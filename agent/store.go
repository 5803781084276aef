package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/agent/internal/secretfile"
)

// StoredKey is an API key in the store.
type StoredKey struct {
	APIBase     string         `json:"apiBase"`
	Address     common.Address `json:"address"`
	Type        KeyType        `json:"type"`
	ID          string         `json:"id"`
	Last6       string         `json:"last6"`
	Description string         `json:"description,omitempty"`
	ExpiresAt   string         `json:"expiresAt,omitempty"`
	CreatedAt   time.Time      `json:"createdAt"`
	// ProvedAt is when the key first answered; nil is never.
	ProvedAt *time.Time `json:"provedAt,omitempty"`
	Secret   Secret     `json:"-"`
}

// Store keeps API keys in keys.json (0600) in a directory of its own (0700).
// There is one key for each server, wallet and key type; a new one takes the
// old one's place. Use from several goroutines needs Lock.
type Store struct{ dir string }

// keyFile is the file's shape; the version is for later ones.
type keyFile struct {
	Version int            `json:"version"`
	Keys    []keyFileEntry `json:"keys"`
}

type keyFileEntry struct {
	StoredKey
	APIKey string `json:"apiKey"`
}

const (
	keyFileVersion = 1
	maxKeyFile     = 4 << 20
)

// ErrBusy says that another run works with the same store.
var ErrBusy = errors.New("another stakegate agent is at work here: wait until it ends")

// OpenStore makes or checks the directory.
func OpenStore(dir string) (*Store, error) {
	if err := secretfile.EnsureDir(dir); err != nil {
		return nil, err
	}
	return &Store{dir}, nil
}

// Path is the file that the keys are in.
func (s *Store) Path() string { return filepath.Join(s.dir, "keys.json") }

// Lock keeps other runs away until unlock or the process's end. It does not
// wait: a store in use gives ErrBusy.
func (s *Store) Lock() (unlock func(), err error) {
	unlock, err = secretfile.Lock(filepath.Join(s.dir, "lock"))
	if errors.Is(err, secretfile.ErrLocked) {
		return nil, ErrBusy
	}
	return unlock, err
}

// Keys returns all keys, the newest first.
func (s *Store) Keys() ([]StoredKey, error) {
	data, err := secretfile.Read(s.Path(), maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file keyFile
	if json.Unmarshal(data, &file) != nil || file.Version != keyFileVersion {
		// The decoder's text may quote the file, and with it a key.
		return nil, fmt.Errorf("%s is not a key file of this version: move it away to start a new one", s.Path())
	}
	keys := make([]StoredKey, 0, len(file.Keys))
	for _, entry := range file.Keys {
		entry.Secret = NewSecret(entry.APIKey)
		keys = append(keys, entry.StoredKey)
	}
	slices.SortStableFunc(keys, func(a, b StoredKey) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return keys, nil
}

// Find returns the key for a server, wallet and type, or nil.
func (s *Store) Find(apiBase string, address common.Address, keyType KeyType) (*StoredKey, error) {
	keys, err := s.Keys()
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if key.same(StoredKey{APIBase: apiBase, Address: address, Type: keyType}) {
			return &key, nil
		}
	}
	return nil, nil
}

// Put stores a key in the place of an older one for the same server, wallet
// and type, durably before it returns.
func (s *Store) Put(key StoredKey) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, key.same)
	file := keyFile{Version: keyFileVersion}
	for _, k := range append(keys, key) {
		file.Keys = append(file.Keys, keyFileEntry{k, k.Secret.Reveal()})
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return errors.New("the key does not encode")
	}
	return secretfile.Replace(s.Path(), append(data, '\n'))
}

func (k StoredKey) same(other StoredKey) bool {
	return k.Address == other.Address && k.Type == other.Type && strings.EqualFold(k.APIBase, other.APIBase)
}
