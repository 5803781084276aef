package agent

import (
	"cmp"
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
	// Name tells further keys of one server, wallet and type apart; "" is the
	// one that Up looks after.
	Name string `json:"name,omitempty"`
	// InSink says that the secret is kept by a program of the user's, and not
	// here.
	InSink bool   `json:"inSink,omitempty"`
	Secret Secret `json:"-"`
}

// ErrNoKey says that the store has no such key.
var ErrNoKey = errors.New("no such key is stored here")

// Store keeps API keys in keys.json (0600) in a directory of its own (0700).
// There is one key for each server, wallet, key type and name; a new one takes
// the old one's place. Use from several goroutines needs Lock.
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
	roomForKey     = 4 << 10 // more than any entry
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
	var locked *secretfile.LockedError
	if errors.As(err, &locked) {
		return nil, fmt.Errorf("%w (%s)", ErrBusy, cmp.Or(remoteText(locked.Holder), "who it is is not known"))
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

// Find returns the key without a name for a server, wallet and type, or nil.
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

// Of returns the keys of a wallet for a server, the newest first.
func (s *Store) Of(apiBase string, address common.Address) ([]StoredKey, error) {
	keys, err := s.Keys()
	return slices.DeleteFunc(keys, func(k StoredKey) bool {
		return k.Address != address || !strings.EqualFold(k.APIBase, apiBase)
	}), err
}

// Put stores a key in the place of an older one for the same server, wallet,
// type and name, durably before it returns.
func (s *Store) Put(key StoredKey) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	return s.write(append(slices.DeleteFunc(keys, key.same), key))
}

// Ready makes sure, before a key is asked for, that there is room to store it:
// a key whose text is lost can only be revoked.
func (s *Store) Ready() error {
	data, err := secretfile.Read(s.Path(), maxKeyFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := secretfile.Room(s.Path(), len(data)+roomForKey); err != nil {
		return fmt.Errorf("no key is asked for that could not be stored: %w", err)
	}
	return nil
}

// Remove forgets the keys with the given ids of a server, durably before it
// returns.
func (s *Store) Remove(apiBase string, ids ...string) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(keys), func(k StoredKey) bool {
		return strings.EqualFold(k.APIBase, apiBase) && slices.Contains(ids, k.ID)
	})
	if len(left) == len(keys) {
		return nil
	}
	return s.write(left)
}

func (s *Store) write(keys []StoredKey) error {
	file := keyFile{Version: keyFileVersion, Keys: []keyFileEntry{}}
	for _, k := range keys {
		file.Keys = append(file.Keys, keyFileEntry{k, k.Secret.Reveal()})
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return errors.New("the key does not encode")
	}
	return secretfile.Replace(s.Path(), append(data, '\n'))
}

func (k StoredKey) same(other StoredKey) bool {
	return k.Address == other.Address && k.Type == other.Type && k.Name == other.Name && strings.EqualFold(k.APIBase, other.APIBase)
}
