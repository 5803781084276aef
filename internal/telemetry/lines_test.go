package telemetry_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stakegate/internal/telemetry"
)

// writes keeps what was written, each call by itself.
type writes struct {
	mu   sync.Mutex
	each []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.each = append(w.each, string(p))
	return len(p), nil
}

func (w *writes) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.each
}

func TestLinesAreWrittenTogetherSoonAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to writes
		lines := telemetry.NewLines(&to)
		write := func(text string) {
			if n, err := lines.Write([]byte(text)); n != len(text) || err != nil {
				t.Fatal(n, err)
			}
		}
		for range 2 { // a timer starts again
			write("a\n")
			write("b\n")
			if len(to.all()) != 0 {
				t.Fatalf("written at once: %q", to.all())
			}
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			if got := to.all(); len(got) != 1 || got[0] != "a\nb\n" {
				t.Fatalf("written: %q", got)
			}
			to.each = nil
		}
		write(strings.Repeat("c", 40<<10))
		write("d\n")
		if err := lines.Close(); err != nil {
			t.Fatal(err)
		}
		write("e\n")
		if got := to.all(); len(got) != 3 || len(got[0]) != 40<<10 || got[1] != "d\n" || got[2] != "e\n" {
			t.Fatalf("%d writes", len(got))
		}
	})
}

func TestNothingWaitsBehindAWarning(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		var to writes
		lines := telemetry.NewLines(&to)
		logger, err := telemetry.NewLogger(lines, "info", asJSON)
		if err != nil {
			t.Fatal(err)
		}
		logger = logger.With("part", "one").WithGroup("group")
		logger.Info("first")
		logger.Warn("second", "a", 1)
		if got := to.all(); len(got) != 1 || strings.Count(got[0], "\n") != 2 || strings.Index(got[0], "first") > strings.Index(got[0], "second") {
			t.Errorf("written: %q", got)
		}
		if err := lines.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
