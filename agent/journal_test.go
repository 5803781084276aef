package agent

import (
	"bytes"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/agent/internal/secretfile"
)

// sampleJournal is a journal with a line of each kind.
func sampleJournal(t testing.TB) []byte {
	t.Helper()
	key, err := crypto.ToECDSA(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	to := common.Address{1}
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(31337)), &types.DynamicFeeTx{ChainID: big.NewInt(31337), Nonce: 3,
		GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(2), Gas: 21000, To: &to, Value: big.NewInt(5)})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for i, e := range []entry{
		{Kind: entryOpen, Version: 1, ChainID: 31337, Payer: to},
		{Kind: entryTx, Wallet: to, Step: StepApprove, Amount: MustAmount("10"), Token: "VVV", Nonce: 3, Hash: tx.Hash(), Raw: raw, Approval: &approval{to, to, MustAmount("10")}},
		{Kind: entryMined, Nonce: 3, Hash: tx.Hash(), Block: 9, Fee: MustAmount("0.1")},
		{Kind: entryDropped, Nonce: 3},
		{Kind: entryTaken, Nonce: 3},
		{Kind: entryMint, Wallet: to, APIBase: "https://api.example.org", KeyType: Inference},
		{Kind: entryOrphan, Mint: 6},
		{Kind: entryMinted, Mint: 6, KeyID: "id"},
		{Kind: entryProved},
		{Kind: entryEnd, Plan: "sha256:0"},
		{Kind: entryFreed},
	} {
		e.N, e.At = uint64(i)+1, time.Unix(1_700_000_000, 0).UTC()
		line, err := e.line()
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, line...)
	}
	return text
}

// TestJournalCutAnywhereLosesNothingThatWasAcknowledged: whatever part of the
// last line is on disk, the lines before it are read, and the next line is
// written behind them.
func TestJournalCutAnywhereLosesNothingThatWasAcknowledged(t *testing.T) {
	text := sampleJournal(t)
	head := entry{ChainID: 31337, Payer: common.Address{1}}
	for cut := range len(text) + 1 {
		want := bytes.Count(text[:cut], []byte{'\n'})
		for _, torn := range [][]byte{text[:cut:cut], append(text[:cut:cut], make([]byte, 100)...)} {
			entries, whole, err := parseJournal(torn)
			if err != nil || len(entries) != want || int(whole) > cut {
				t.Fatalf("cut at %d: got %d lines, %d bytes, %v, want %d lines", cut, len(entries), whole, err, want)
			}
		}
		if cut%37 != 0 {
			continue // the disk is slow
		}
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := openJournal(path, head, true, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.write(entry{Kind: entryProved, Plan: "p"}); err != nil {
			t.Fatal(err)
		}
		j.close()
		again, err := openJournal(path, head, false, time.Now)
		if err != nil || !again.state.proved["p"] || again.next != uint64(max(want, 1))+2 {
			t.Fatalf("cut at %d: written behind it: next %d, %v", cut, again.next, err)
		}
	}
}

func TestJournalThatWasChangedIsRefused(t *testing.T) {
	text := sampleJournal(t)
	lines := bytes.SplitAfter(text, []byte{'\n'})
	joined := func(lines ...[]byte) []byte { return bytes.Join(lines, nil) }
	for name, changed := range map[string][]byte{
		"a bit":             bytes.Replace(bytes.Clone(text), []byte(`"nonce":3`), []byte(`"nonce":2`), 1),
		"the last line":     bytes.Replace(bytes.Clone(text), []byte(`"proved"`), []byte(`"qroved"`), 1),
		"a line is missing": joined(lines[0], lines[2]),
		"a line is twice":   joined(lines[0], lines[1], lines[1]),
		"no beginning":      joined(lines[1], lines[2]),
		"two beginnings":    joined(lines[0], lines[0]),
		"an empty line":     joined(lines[0], []byte{'\n'}, lines[1]),
	} {
		if _, _, err := parseJournal(changed); !errors.Is(err, ErrJournal) {
			t.Errorf("%s: got %v, want ErrJournal", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, head := range map[string]entry{
		"another chain":  {ChainID: 1, Payer: common.Address{1}},
		"another wallet": {ChainID: 31337, Payer: common.Address{2}},
		"another world":  {ChainID: 31337, Payer: common.Address{1}, Genesis: common.Hash{1}},
	} {
		if _, err := openJournal(path, head, true, time.Now); !errors.Is(err, ErrJournal) {
			t.Errorf("%s: got %v, want ErrJournal", name, err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal(path, entry{ChainID: 31337, Payer: common.Address{1}}, true, time.Now); !errors.Is(err, secretfile.ErrUnsafe) {
		t.Errorf("readable by others: got %v, want ErrUnsafe", err)
	}
}

// FuzzParseJournal: no text makes the parser fail other than by ErrJournal, and
// what it takes is what would be written again. Hardly any change of a line has
// the checksum of the line it makes, so that each text is read with the right
// ones too.
func FuzzParseJournal(f *testing.F) {
	text := sampleJournal(f)
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add([]byte("00000000 {}\n"))
	f.Add([]byte("\x00\x00\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		checkJournalText(t, text)
		checkJournalText(t, withChecksums(text))
	})
}

// withChecksums is a journal's text where the checksum of every line is right.
func withChecksums(text []byte) []byte {
	var out []byte
	for line := range bytes.Lines(text) {
		_, entry, _ := bytes.Cut(line, []byte{' '})
		out = append(append(out, checksum(bytes.TrimSuffix(entry, []byte{'\n'}))...), entry...)
	}
	return out
}

func checkJournalText(t *testing.T, text []byte) {
	t.Helper()
	entries, whole, err := parseJournal(text)
	if err != nil {
		if !errors.Is(err, ErrJournal) {
			t.Fatalf("got %v, want ErrJournal", err)
		}
		return
	}
	if int(whole) > len(text) || bytes.Count(text[:whole], []byte{'\n'}) != len(entries) {
		t.Fatalf("%d lines in %d bytes", len(entries), whole)
	}
	state := newJournalState()
	for _, e := range entries {
		if state.add(e) != nil {
			return
		}
	}
	for _, at := range state.inOrder() { // what the runner does with it
		if len(at.versions) == 0 || at.newest().tx.To() == nil {
			t.Fatal("a nonce without a transaction")
		}
	}
	_, _ = state.approvals(common.Address{1}), state.mined()
}

// FuzzJournalEntry: every line with a right checksum is read or refused; none
// makes a program stop.
func FuzzJournalEntry(f *testing.F) {
	for _, line := range bytes.SplitAfter(sampleJournal(f), []byte{'\n'}) {
		if len(line) > 10 {
			f.Add(line[9 : len(line)-1])
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var e entry
		line := append(checksum(text), text...)
		e, err := parseLine(line)
		if err != nil {
			return
		}
		again, err := e.line()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseLine(bytes.TrimSuffix(again, []byte{'\n'})); err != nil {
			t.Fatalf("written and read again: %v", err)
		}
		_ = newJournalState().add(e)
	})
}
