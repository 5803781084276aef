package devworld

import (
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
)

// dataDir is what a chain keeps beside its database: the chain's identity, the
// faucet's key, and the number of the newest block. All of it stays in memory
// when the directory is "".
type dataDir struct {
	path      string // the chain's own folder; "" in memory
	faucetKey *ecdsa.PrivateKey
	genesis   time.Time
	file      worldFile
	head      *os.File
}

// worldFile is identity.json. The key in it owns play money only, but whoever
// has it can empty the faucet, so the file is its owner's (0600).
type worldFile struct {
	ChainID     uint64 `json:"chainId"`
	FaucetKey   string `json:"faucetKey"`
	GenesisTime int64  `json:"genesisTime"`
	Ready       bool   `json:"ready"` // the first block is in the database
}

// openDataDir reads the identity of the chain in dir or makes a new one.
func openDataDir(dir string, chainID uint64, now time.Time) (*dataDir, error) {
	d := &dataDir{}
	if dir != "" {
		d.path = filepath.Join(dir, "chain")
		if err := os.MkdirAll(d.path, 0o700); err != nil {
			return nil, fmt.Errorf("make the chain's data directory: %w", err)
		}
	}
	if err := d.load(chainID, now); err != nil {
		return nil, err
	}
	if d.path == "" {
		return d, nil
	}
	if !d.file.Ready { // a first start that did not get far: begin again
		if err := os.RemoveAll(d.chainDir()); err != nil {
			return nil, fmt.Errorf("clear a half-made chain: %w", err)
		}
	}
	var err error
	if d.head, err = os.OpenFile(filepath.Join(d.path, "head"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("open the chain's head file: %w", err)
	}
	return d, nil
}

func (d *dataDir) load(chainID uint64, now time.Time) error {
	text, err := d.readIdentity()
	if errors.Is(err, fs.ErrNotExist) {
		return d.create(chainID, now)
	}
	if err != nil {
		return fmt.Errorf("read the chain's identity: %w", err)
	}
	if err := json.Unmarshal(text, &d.file); err != nil {
		return fmt.Errorf("%s is damaged: remove %s to start a new chain", d.identityPath(), d.path)
	}
	if d.file.ChainID != chainID {
		return fmt.Errorf("%s holds a chain with id %d, not %d: use that id or another data directory", d.path, d.file.ChainID, chainID)
	}
	if d.faucetKey, err = crypto.HexToECDSA(d.file.FaucetKey); err != nil {
		return fmt.Errorf("%s holds no valid faucet key: remove %s to start a new chain", d.identityPath(), d.path)
	}
	d.genesis = time.Unix(d.file.GenesisTime, 0)
	return nil
}

func (d *dataDir) create(chainID uint64, now time.Time) error {
	key, err := crypto.GenerateKey()
	if err != nil {
		return fmt.Errorf("make the faucet's key: %w", err)
	}
	d.faucetKey, d.genesis = key, time.Unix(now.Unix(), 0)
	d.file = worldFile{ChainID: chainID, FaucetKey: fmt.Sprintf("%x", crypto.FromECDSA(key)), GenesisTime: now.Unix()}
	return d.writeIdentity()
}

func (d *dataDir) identityPath() string { return filepath.Join(d.path, "identity.json") }

func (d *dataDir) readIdentity() ([]byte, error) {
	if d.path == "" {
		return nil, fs.ErrNotExist
	}
	return os.ReadFile(d.identityPath())
}

// writeIdentity replaces the file in one step, so that it is never half there.
func (d *dataDir) writeIdentity() error {
	if d.path == "" {
		return nil
	}
	text, err := json.Marshal(d.file)
	if err != nil {
		return fmt.Errorf("encode the chain's identity: %w", err)
	}
	draft := d.identityPath() + ".new"
	if err := os.WriteFile(draft, text, 0o600); err != nil {
		return fmt.Errorf("write the chain's identity: %w", err)
	}
	if err := os.Rename(draft, d.identityPath()); err != nil {
		return fmt.Errorf("write the chain's identity: %w", err)
	}
	return nil
}

// chainDir is go-ethereum's folder; "" keeps the chain in memory.
func (d *dataDir) chainDir() string {
	if d.path == "" {
		return ""
	}
	return filepath.Join(d.path, "node")
}

// ready tells that the database has its first block.
func (d *dataDir) ready() bool { return d.path != "" && d.file.Ready }

func (d *dataDir) markReady() error {
	if d.file.Ready {
		return nil
	}
	d.file.Ready = true
	return d.writeIdentity()
}

// recordHead notes the newest block where a killed process leaves it behind.
func (d *dataDir) recordHead(number uint64) {
	if d.head != nil {
		_, _ = d.head.WriteAt(fmt.Appendf(nil, "%020d\n", number), 0) // only a hint for the next start's log
	}
}

func (d *dataDir) lastHead() uint64 {
	if d.head == nil {
		return 0
	}
	text := make([]byte, 21)
	n, _ := d.head.ReadAt(text, 0)
	number, err := strconv.ParseUint(strings.TrimSpace(string(text[:n])), 10, 64)
	if err != nil {
		return 0
	}
	return number
}

func (d *dataDir) close() {
	if d.head != nil {
		_ = d.head.Close()
	}
}
