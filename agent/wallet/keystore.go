package wallet

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/google/uuid"

	"stakegate/agent/internal/secretfile"
)

// Files says where a wallet lives: an encrypted key (Web3 Secret Storage v3,
// scrypt) and the password that opens it.
//
// With Ask the password is the user's and is stored nowhere. Without it the
// password is in a file: PasswordFile, or, if that is empty, one beside the
// keystore. A new wallet whose password file is missing gets a random password
// there. Both files are 0600. Such a password protects the key in a copy of the
// keystore alone (a backup, a commit, a synced folder). It DOES NOT protect
// against anybody who can read both files: that is root, and everything that
// runs as the same user.
type Files struct {
	Keystore     string
	PasswordFile string
	// Ask returns the password; create says that it is for a new wallet, and
	// should be asked for twice. Nil means to use the password file.
	Ask func(create bool) ([]byte, error)
}

// ErrPassword is returned when the password does not open the keystore.
var ErrPassword = errors.New("the password does not open this wallet")

const (
	maxKeystoreFile = 16 << 10
	maxPasswordFile = 1 << 10
)

// Open decrypts the wallet. A missing keystore gives an error that matches
// fs.ErrNotExist.
func Open(files Files) (*Key, error) {
	blob, err := secretfile.Read(files.Keystore, maxKeystoreFile)
	if err != nil {
		return nil, err
	}
	password, err := files.password(false)
	if err != nil {
		return nil, err
	}
	defer clear(password)
	opened, err := keystore.DecryptKey(blob, string(password))
	if errors.Is(err, keystore.ErrDecrypt) {
		return nil, fmt.Errorf("wallet %s: %w", files.Keystore, ErrPassword)
	}
	if err != nil {
		// The library's text may describe what it decrypted; only say where.
		return nil, fmt.Errorf("wallet %s is not a readable keystore file", files.Keystore)
	}
	return newKey(opened.PrivateKey), nil
}

// OpenOrCreate decrypts the wallet, or makes a new one when there is no
// keystore file yet; created says which. The directory is made 0700.
func OpenOrCreate(files Files) (key *Key, created bool, err error) {
	if err := secretfile.EnsureDir(filepath.Dir(files.Keystore)); err != nil {
		return nil, false, err
	}
	key, err = Open(files)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	if _, err := secretfile.Read(files.Keystore, maxKeystoreFile); err == nil {
		return nil, false, fmt.Errorf("wallet %s exists but its password file %s does not: put it back or name it",
			files.Keystore, files.passwordPath())
	}
	key, err = Generate()
	if err != nil {
		return nil, false, err
	}
	if err := Save(files, key); err != nil {
		return nil, false, err
	}
	return key, true, nil
}

// Save encrypts the key into a new keystore file. It never replaces one: an
// existing file gives an error that matches fs.ErrExist.
func Save(files Files, key *Key) error {
	password, err := files.password(true)
	if err != nil {
		return err
	}
	defer clear(password)
	n, p := keystore.StandardScryptN, keystore.StandardScryptP
	if isRandom(password) {
		// Stretching 256 random bits adds nothing but a second of waiting and
		// a quarter of a gigabyte.
		n, p = keystore.LightScryptN, keystore.LightScryptP
	}
	blob, err := keystore.EncryptKey(&keystore.Key{
		Id: uuid.New(), Address: key.address, PrivateKey: key.private,
	}, string(password), n, p)
	if err != nil {
		return errors.New("encrypting the wallet: the key cannot be encoded")
	}
	return secretfile.Create(files.Keystore, blob)
}

func (f Files) passwordPath() string {
	if f.PasswordFile != "" {
		return f.PasswordFile
	}
	return f.Keystore + ".password"
}

// password returns the wallet's password; create allows making the file. One
// that is there already is kept: a crash may have come between it and the
// keystore.
func (f Files) password(create bool) ([]byte, error) {
	if f.Ask != nil {
		return f.Ask(create)
	}
	password, err := secretfile.Read(f.passwordPath(), maxPasswordFile)
	if errors.Is(err, fs.ErrNotExist) && create {
		password = randomPassword()
		return password, secretfile.Create(f.passwordPath(), append(bytes.Clone(password), '\n'))
	}
	if err != nil {
		return nil, fmt.Errorf("password of wallet %s: %w", f.Keystore, err)
	}
	password = bytes.TrimRight(password, "\r\n")
	if len(password) == 0 {
		return nil, fmt.Errorf("password file %s is empty", f.passwordPath())
	}
	return password, nil
}

func randomPassword() []byte {
	var random [32]byte
	rand.Read(random[:]) // never fails: crypto/rand
	return []byte(hex.EncodeToString(random[:]))
}

// isRandom recognises a password that randomPassword has made. A person's does
// not have 64 hex digits.
func isRandom(password []byte) bool {
	decoded, err := hex.DecodeString(string(password))
	return err == nil && len(decoded) == 32
}
