package store_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"stakegate/internal/apikey"
	"stakegate/internal/store"
)

// A key's revocation is in the journal before it is answered, and a line that
// a crash cut short spoils nothing.
func TestTheJournalKnowsEveryRevocation(t *testing.T) {
	b, path := sqliteSandbox(t)
	s := b.open(t)
	for i := range 3 {
		insert(t, s, insertion(fmt.Sprint("k", i)))
	}
	if err := s.RevokeKey(t.Context(), account, "k0", apikey.Actor{}); err != nil {
		t.Fatal(err)
	}
	journal := path + ".revocations"
	if text, err := os.ReadFile(journal); err != nil || !strings.Contains(string(text), `"k0"`) {
		t.Fatalf("the journal: %s, %v", text, err)
	}
	if info, err := os.Stat(journal); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the journal's mode: %v, %v", info, err)
	}
	b.close(t, s, func() {})
	file, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.WriteString(`{"key":"k`)
	}
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	s = b.open(t)
	backup := b.backUp(t)
	if err := s.RevokeKey(t.Context(), account, "k1", apikey.Actor{}); err != nil {
		t.Fatal(err)
	}
	b.close(t, s, func() {})
	restored, aside, err := b.restore(t, backup, store.RestoreOptions{})
	if err != nil || restored.Revoked != 1 || aside == "" {
		t.Fatalf("restored %+v, old one at %q, %v", restored, aside, err)
	}
	keys, err := b.open(t).Keys(t.Context(), account)
	if err != nil || len(keys) != 1 || keys[0].ID != "k2" {
		t.Errorf("keys after the restore: %v, %v", keys, err)
	}
}

// A journal that was lost, or made anew, does not count as one that knows all.
func TestALostJournalIsNoAnswer(t *testing.T) {
	b, path := sqliteSandbox(t)
	s := b.open(t)
	insert(t, s, insertion("k"))
	backup := b.backUp(t)
	b.close(t, s, func() {})
	if err := os.Remove(path + ".revocations"); err != nil {
		t.Fatal(err)
	}
	b.close(t, b.open(t), func() {})
	if _, _, err := b.restore(t, backup, store.RestoreOptions{}); !errors.Is(err, store.ErrRevocations) {
		t.Fatalf("got %v", err)
	}
	s = b.open(t) // nothing was moved
	b.close(t, s, func() {})
	if _, _, err := b.restore(t, backup, store.RestoreOptions{RevokeAll: true}); err != nil {
		t.Fatal(err)
	}
	b.open(t)
}

// A restore that revokes every key is a revocation like any other: the next
// restore, of an even older copy, does not bring them back.
func TestKeysThatARestoreRevokedStayRevokedAfterTheNext(t *testing.T) {
	b, _ := sqliteSandbox(t)
	s := b.open(t)
	insert(t, s, insertion("k"))
	backup := b.backUp(t)
	b.close(t, s, func() {})
	b.acknowledge(t, store.RestoreOptions{RevokeAll: true})
	restored, _, err := b.restore(t, backup, store.RestoreOptions{})
	if err != nil || restored.Revoked != 1 {
		t.Errorf("restored %+v, %v", restored, err)
	}
	if keys, err := b.open(t).Keys(t.Context(), account); err != nil || len(keys) != 0 {
		t.Errorf("keys after the second restore: %v, %v", keys, err)
	}
}
