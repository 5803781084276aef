package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"stakegate/agent/internal/secretfile"
	"stakegate/internal/strictjson"
)

// ErrJournal is matched by the errors of a journal that cannot be relied on.
// Nothing is sent then: what was sent before would not be known.
var ErrJournal = errors.New("the journal of this wallet's transactions is damaged")

// entryKind says what a line of the journal reports.
type entryKind string

const (
	entryOpen    entryKind = "open"    // the first line: whose journal it is
	entryTx      entryKind = "tx"      // a transaction is signed and about to be sent
	entryMined   entryKind = "mined"   // one of a nonce's transactions is in a block
	entryDropped entryKind = "dropped" // a reorganisation took it out again
	entryTaken   entryKind = "taken"   // the nonce was used by a transaction that is not here
	entryMint    entryKind = "mint"    // a key is about to be asked for
	entryMinted  entryKind = "minted"  // and is in the store
	entryNoKey   entryKind = "no-key"  // or was certainly not made, or was revoked
	entryOrphan  entryKind = "orphan"  // or may have been made, and nobody knows its text
	entryProved  entryKind = "proved"  // a model has answered
	entryEnd     entryKind = "end"     // a run has reached its target: what it spent counts for no other
	entryFreed   entryKind = "freed"   // a release (Unstake) has done all of its steps
)

// entry is one line. Only the members that its kind needs are set.
type entry struct {
	N    uint64    `json:"n"` // counts the lines from 1
	At   time.Time `json:"at"`
	Kind entryKind `json:"kind"`

	Version int            `json:"version,omitempty"` // open
	ChainID uint64         `json:"chainId,omitempty"`
	Genesis common.Hash    `json:"genesis,omitzero"`
	Payer   common.Address `json:"payer,omitzero"`

	Plan     string         `json:"plan,omitempty"`     // digest of the plan that is being done
	Wallet   common.Address `json:"wallet,omitzero"`    // tx, mint: for whom
	Step     StepKind       `json:"step,omitempty"`     // tx
	Amount   Amount         `json:"amount,omitzero"`    // tx: of the step
	Token    string         `json:"token,omitempty"`    // tx: of the amount
	Approval *approval      `json:"approval,omitempty"` // tx: what it lets others take
	USDC     Amount         `json:"usdc,omitzero"`      // tx: that it pays
	L1Fee    Amount         `json:"l1Fee,omitzero"`     // tx: the most that a rollup adds to its fee
	Nonce    uint64         `json:"nonce,omitempty"`    // tx, mined, dropped, taken
	Hash     common.Hash    `json:"hash,omitzero"`      // tx, mined
	Raw      hexutil.Bytes  `json:"raw,omitempty"`      // tx: signed, as sent
	Block    uint64         `json:"block,omitempty"`    // mined
	Reverted bool           `json:"reverted,omitempty"`
	Fee      Amount         `json:"fee,omitzero"` // mined

	APIBase string  `json:"apiBase,omitempty"` // mint
	KeyType KeyType `json:"keyType,omitempty"`
	Mint    uint64  `json:"mint,omitempty"`  // minted, no-key, orphan: the line of the mint
	KeyID   string  `json:"keyId,omitempty"` // minted
}

// approval is an ERC-20 allowance that a transaction sets.
type approval struct {
	Token   common.Address `json:"token"`
	Spender common.Address `json:"spender"`
	Amount  Amount         `json:"amount"`
}

const (
	journalVersion = 1
	maxJournal     = 64 << 20
	sumLength      = 8 // hex digits of a CRC-32C before each line's JSON
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// line encodes an entry: its checksum, a space, JSON, and the end of the line.
func (e entry) line() ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("the journal's entry does not encode: %w", err)
	}
	return append(append(checksum(text), text...), '\n'), nil
}

// checksum is what stands before a line's JSON.
func checksum(text []byte) []byte {
	return fmt.Appendf(nil, "%08x ", crc32.Checksum(text, castagnoli))
}

// parseLine reads a line without its end.
func parseLine(line []byte) (entry, error) {
	var e entry
	sum, text, found := bytes.Cut(line, []byte{' '})
	want, err := strconv.ParseUint(string(sum), 16, 32)
	if !found || len(sum) != sumLength || err != nil || uint64(crc32.Checksum(text, castagnoli)) != want {
		return e, errors.New("its checksum does not match")
	}
	return e, strictjson.Decode(text, &e)
}

// parseJournal reads a journal's lines and returns how many bytes of the text
// are whole. The last line may be half written: it was not on disk when the
// process or the machine stopped, so that nothing was sent for it, and it is
// left out. Everything else that is not as it was written is an error.
func parseJournal(text []byte) (entries []entry, whole int64, err error) {
	for number := 1; len(text) > 0; number++ {
		line, rest, ended := bytes.Cut(text, []byte{'\n'})
		if !ended {
			return entries, whole, nil
		}
		e, err := parseLine(line)
		// What a file system had made room for, but not filled when the power
		// went, reads as zeros.
		if err != nil && len(rest) == 0 && bytes.IndexByte(line, 0) >= 0 {
			return entries, whole, nil
		}
		if err == nil && e.N != uint64(number) {
			err = fmt.Errorf("it is number %d", e.N)
		}
		if err == nil && (e.Kind == entryOpen) != (number == 1) {
			err = errors.New("a journal begins with the line open, which comes once")
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%w: line %d: %w", ErrJournal, number, err)
		}
		entries, whole = append(entries, e), whole+int64(len(line))+1
		text = rest
	}
	return entries, whole, nil
}

// journal is the open journal of one payer on one chain: every transaction is
// on disk, signed, before it is sent to anybody.
type journal struct {
	path  string
	log   *secretfile.Log // nil: for reading only
	next  uint64
	state *journalState
	now   func() time.Time
}

// journalPath names the file. A dev world that starts anew has the same chain
// id, and is another chain: its first block tells them apart.
func (s *Store) journalPath(chainID uint64, genesis common.Hash, payer common.Address) string {
	name := fmt.Sprintf("journal-%d-%s-%s.log", chainID, strings.TrimPrefix(genesis.Hex(), "0x")[:8], strings.ToLower(payer.Hex()))
	return filepath.Join(s.dir, name)
}

// openJournal reads the journal and, if it is to be written, opens or makes it.
// The caller holds the store's lock if it writes.
func openJournal(path string, head entry, write bool, now func() time.Time) (*journal, error) {
	text, err := secretfile.Read(path, maxJournal)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	entries, whole, err := parseJournal(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: find out whether a transaction of this wallet is under way, then move the file away", path, err)
	}
	j := &journal{path: path, next: uint64(len(entries)) + 1, state: newJournalState(), now: now}
	for _, e := range entries {
		if err := j.state.add(e); err != nil {
			return nil, fmt.Errorf("%s: %w: line %d: %w", path, ErrJournal, e.N, err)
		}
	}
	if len(entries) > 0 && !entries[0].sameHead(head) {
		return nil, fmt.Errorf("%s: %w: it is another wallet's or another chain's", path, ErrJournal)
	}
	if !write {
		return j, nil
	}
	if j.log, err = secretfile.OpenLog(path, whole); err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		head.Kind, head.Version = entryOpen, journalVersion
		return j, j.write(head)
	}
	return j, nil
}

func (e entry) sameHead(head entry) bool {
	return e.Version == journalVersion && e.ChainID == head.ChainID && e.Genesis == head.Genesis && e.Payer == head.Payer
}

// write appends an entry; it is on disk when write returns nil.
func (j *journal) write(e entry) error {
	e.N, e.At = j.next, j.now().UTC()
	line, err := e.line()
	if err != nil {
		return err
	}
	if j.log == nil {
		return errors.New("the journal is open for reading only")
	}
	if err := j.log.Append(line); err != nil {
		return fmt.Errorf("the journal: %w", err)
	}
	j.next++
	return j.state.add(e)
}

func (j *journal) close() {
	if j.log != nil {
		_ = j.log.Close() // every line is on disk already
	}
}
