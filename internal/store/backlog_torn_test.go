package store_test

import (
	"fmt"
	"os"
	"testing"
)

// Wherever the log ends that a crash has left, within a commit to the backlog,
// within one that carries it over, or in between: the books balance, and have
// everything that was acknowledged up to there.
func TestATornLogLosesNothingAcknowledged(t *testing.T) {
	sameDay(t)
	k := newBacklogged(t)
	k.catchUp(t)
	raw(t, k.path, "PRAGMA wal_checkpoint(TRUNCATE)")
	size := func() int64 {
		t.Helper()
		log, err := os.Stat(k.path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return log.Size()
	}
	if size() != 0 {
		t.Fatal("the log was not emptied")
	}
	first := look(t, k.path).Entries
	var durable []int64 // the log's size once so many more entries were acknowledged
	acknowledged := func() { durable = append(durable, size()) }
	k.grantHold(t, "before", 20)
	acknowledged()
	k.catchUp(t)
	for i := range 3 {
		id := fmt.Sprint("h", i)
		k.grantHold(t, id, 20)
		acknowledged()
		k.settle(t, id, 7)
		acknowledged()
	}
	k.settle(t, "before", 5)
	acknowledged()
	k.waits(t)
	k.catchUp(t)
	k.grantHold(t, "runs", 20)
	acknowledged()
	k.waits(t)
	image := k.killed(t)
	log, err := os.ReadFile(image + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const frame = 4096 + 24
	for length := int64(len(log)); length > 0; length -= frame / 2 { // in the midst of frames too
		torn := fmt.Sprintf("%s.%d", image, length)
		for _, suffix := range []string{"", ".witness", ".revocations"} {
			text, err := os.ReadFile(image + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(torn+suffix, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(torn+"-wal", log[:length], 0o600); err != nil {
			t.Fatal(err)
		}
		want := first
		for _, end := range durable {
			if end <= length {
				want++
			}
		}
		s := open(t, "sqlite:"+torn)
		report, err := s.Verify(t.Context())
		if err != nil || len(report.Problems) > 0 || report.Entries != want {
			t.Errorf("of %d bytes: %d entries, want %d: %v, %v", length, report.Entries, want, report.Problems, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
