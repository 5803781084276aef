package agent

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// version is one transaction that was signed for a nonce, and the line that
// says what it is for.
type version struct {
	tx   *types.Transaction
	line entry
}

// slot is one nonce and everything that was signed for it. Only one of its
// transactions can ever be mined.
type slot struct {
	nonce    uint64
	versions []version // oldest first
	mined    *entry
	taken    bool
}

// open reports whether the slot's outcome is not known.
func (s *slot) open() bool { return s.mined == nil && !s.taken }

// newest is the version that is sent again.
func (s *slot) newest() version { return s.versions[len(s.versions)-1] }

// version returns the slot's transaction of this hash.
func (s *slot) version(hash common.Hash) (version, bool) {
	at := slices.IndexFunc(s.versions, func(v version) bool { return v.tx.Hash() == hash })
	if at < 0 {
		return version{}, false
	}
	return s.versions[at], true
}

// journalState is what a journal's lines come to.
type journalState struct {
	slots  map[uint64]*slot  // by nonce
	orphan map[uint64]bool   // lines of mints that may have left an orphan, and of which that was said
	mints  map[uint64]entry  // mints without an outcome, by their line
	keys   map[string]string // plan -> id of the key that was minted for it
	proved map[string]bool   // plan -> a model has answered
	ended  uint64            // the line of the last run that reached its target
	last   uint64            // the line of the newest transaction of a plan
	freed  uint64            // the line of the last release that did all of its steps
	lastly uint64            // the line of the newest transaction of a release
}

func newJournalState() *journalState {
	return &journalState{slots: map[uint64]*slot{}, mints: map[uint64]entry{}, orphan: map[uint64]bool{}, keys: map[string]string{}, proved: map[string]bool{}}
}

// add takes a line in; an error means that no program wrote it.
func (s *journalState) add(e entry) error {
	switch e.Kind {
	case entryOpen:
	case entryTx:
		return s.addTx(e)
	case entryMined, entryDropped, entryTaken:
		return s.addOutcome(e)
	case entryMint:
		s.mints[e.N] = e
	case entryMinted, entryNoKey, entryOrphan:
		return s.addMinted(e)
	case entryProved:
		s.proved[e.Plan] = true
	case entryEnd:
		s.ended = e.N
	case entryFreed:
		s.freed = e.N
	default:
		return fmt.Errorf("nothing is known of %q", e.Kind)
	}
	return nil
}

func (s *journalState) addTx(e entry) error {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(e.Raw); err != nil || tx.Nonce() != e.Nonce || tx.Hash() != e.Hash || tx.To() == nil {
		return errors.New("its transaction is not the one that it names")
	}
	at := s.slots[e.Nonce]
	if at == nil {
		at = &slot{nonce: e.Nonce}
		s.slots[e.Nonce] = at
	}
	at.versions = append(at.versions, version{tx, e})
	if e.Plan != "" {
		s.last = e.N
	} else {
		s.lastly = e.N
	}
	return nil
}

func (s *journalState) addOutcome(e entry) error {
	at := s.slots[e.Nonce]
	known := at != nil
	if known && e.Kind == entryMined {
		_, known = at.version(e.Hash)
	}
	if !known {
		return errors.New("it is about a transaction that is not in the journal")
	}
	at.mined, at.taken = nil, e.Kind == entryTaken
	if e.Kind == entryMined {
		at.mined = &e
	}
	return nil
}

func (s *journalState) addMinted(e entry) error {
	if _, known := s.mints[e.Mint]; !known {
		return errors.New("it is about a mint that is not in the journal")
	}
	if e.Kind == entryOrphan { // stays, for the run that can revoke it
		s.orphan[e.Mint] = true
		return nil
	}
	delete(s.mints, e.Mint)
	if e.Kind == entryMinted {
		s.keys[e.Plan] = e.KeyID
	}
	return nil
}

// inOrder returns the slots by rising nonce.
func (s *journalState) inOrder() []*slot {
	var all []*slot
	for _, nonce := range slices.Sorted(maps.Keys(s.slots)) {
		all = append(all, s.slots[nonce])
	}
	return all
}

// openSlots are those without a known outcome, by rising nonce.
func (s *journalState) openSlots() []*slot {
	return slices.DeleteFunc(s.inOrder(), func(at *slot) bool { return !at.open() })
}

// mined returns the versions that are in blocks, by rising nonce.
func (s *journalState) mined() []version {
	var all []version
	for _, at := range s.inOrder() {
		if at.mined == nil {
			continue
		}
		if v, known := at.version(at.mined.Hash); known {
			all = append(all, v)
		}
	}
	return all
}

// spent is what the mined transactions of the lines that count have taken from
// the wallet: value, gas, the most that a rollup may have added, and USDC.
func (s *journalState) spent(counts func(entry) bool) (eth, usdc Amount) {
	for _, v := range s.mined() {
		if !counts(v.line) {
			continue
		}
		outcome := s.slots[v.tx.Nonce()].mined
		eth = eth.Add(outcome.Fee).Add(v.line.L1Fee)
		if !outcome.Reverted {
			eth, usdc = eth.Add(Units(v.tx.Value())), usdc.Add(v.line.USDC)
		}
	}
	return eth, usdc
}

// unended reports whether a line is of a run that did not reach its target, and
// that nobody has brought there since.
func (s *journalState) unended(line entry) bool { return line.Plan != "" && line.N > s.ended }

// approvals are the allowances that a wallet's transactions have set, or may
// yet set: for each pair of token and spender the newest.
func (s *journalState) approvals(wallet common.Address) []approval {
	type pair struct{ token, spender common.Address }
	given := map[pair]bool{}
	var all []approval
	for _, at := range slices.Backward(s.inOrder()) {
		for _, v := range slices.Backward(at.versions) {
			a := v.line.Approval
			if a == nil || v.line.Wallet != wallet || at.taken || at.mined != nil && at.mined.Hash != v.tx.Hash() || given[pair{a.Token, a.Spender}] {
				continue
			}
			given[pair{a.Token, a.Spender}] = true
			all = append(all, *a)
		}
	}
	return all
}
