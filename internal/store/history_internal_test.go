package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/usage"
)

// Whatever stretch of time is asked for, exactly the charges of calls that
// ended in it are found, and in order, also where a clock was set back a little.
func TestChargesAreFoundByTime(t *testing.T) {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "stakegate.db"), func() time.Time { return start })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	accounts := 0
	rapid.Check(t, func(t *rapid.T) {
		accounts++
		account := fmt.Sprint("0x", accounts)
		var ends []time.Time
		clock, seq := start, int64(0)
		exec := func(text string, arguments ...any) {
			if _, err := s.writer.ExecContext(t.Context(), text, arguments...); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(0, 60).Draw(t, "calls") {
			seq += rapid.Int64Range(1, 5).Draw(t, "numbers")
			clock = clock.Add(time.Duration(rapid.Int64Range(0, 7200).Draw(t, "seconds")) * time.Second)
			at := clock.Add(-time.Duration(rapid.Int64Range(0, int64(clockSlack/time.Second)).Draw(t, "set back")) * time.Second)
			state := rapid.SampledFrom([]string{"settled", "settled", "assumed", "voided"}).Draw(t, "state")
			exec(`INSERT INTO calls (account_id, seq, hold_seq, hold_id, key_id, state, started_ms, ended_ms, charged_diem, charged_usd, detail)
				VALUES ($1, $2, 0, $3, 'k', $4, $5, $5, 0, 0, 'm text usage 1 2 3;||')`, account, seq, fmt.Sprint(account, "-", seq), state, millis(at))
			if state != "voided" {
				ends = append(ends, at)
			}
		}
		exec("INSERT INTO accounts (id, created_ms, last_seq) VALUES ($1, 0, $2)", account, seq)
		bound := func(label string) time.Time {
			return start.Add(time.Duration(rapid.Int64Range(-3600, 60*7200).Draw(t, label)) * time.Second)
		}
		from, until := bound("from"), bound("until")
		var want, got []time.Time
		for _, end := range ends {
			if !end.Before(from) && end.Before(until) {
				want = append(want, end)
			}
		}
		last := int64(0)
		err := s.EachCharge(t.Context(), account, from, until, func(charge usage.Charge) error {
			if charge.Seq <= last {
				t.Fatalf("charge %d came after %d", charge.Seq, last)
			}
			last = charge.Seq
			got = append(got, charge.At)
			return nil
		})
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("from %v until %v: found %v, want %v, %v", from, until, got, want, err)
		}
	})
}
