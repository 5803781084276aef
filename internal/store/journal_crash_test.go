package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever a crash left behind the journal's first line, what is revoked later
// is known.
func TestJournalAfterACrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	at := time.UnixMilli(1_700_000_000_000).UTC()
	rapid.Check(t, func(t *rapid.T) {
		rest := rapid.OneOf(
			rapid.SliceOf(rapid.Byte()),
			rapid.Map(rapid.SampledFrom([]string{`{"key":"k`, "{\"key\":\"k\",\"revoked_ms\":1}\n\n{", "\n\x00\""}),
				func(text string) []byte { return []byte(text) }),
		).Draw(t, "rest")
		if err := os.WriteFile(path, append([]byte("{\"journal\":\"id\"}\n"), rest...), 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := openJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(opened.append(journalLine{Key: "later", At: millis(at)}), opened.close()); err != nil {
			t.Fatal(err)
		}
		id, known, err := readJournal(path)
		if err != nil || id != "id" || !known.revoked["later"].Equal(at) {
			t.Errorf("journal %q, revoked %v, %v", id, known.revoked, err)
		}
	})
}
