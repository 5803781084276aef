package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever a crash left behind the journal's first line, what is revoked later
// is known.
func FuzzJournalAfterACrash(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte(`{"key":"k`))
	f.Add([]byte("{\"key\":\"k\",\"revoked_ms\":1}\n\n{"))
	f.Add([]byte{0, 0xff, '\n', '"'})
	path := filepath.Join(f.TempDir(), "journal")
	at := time.UnixMilli(1_700_000_000_000).UTC()
	f.Fuzz(func(t *testing.T, rest []byte) {
		if err := os.WriteFile(path, append([]byte("{\"journal\":\"id\"}\n"), rest...), 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := openJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := opened.revoked("later", at); err != nil {
			t.Fatal(err)
		}
		if err := opened.close(); err != nil {
			t.Fatal(err)
		}
		id, revoked, err := readJournal(path)
		if err != nil || id != "id" || !revoked["later"].Equal(at) {
			t.Errorf("journal %q, revoked %v, %v", id, revoked, err)
		}
	})
}
