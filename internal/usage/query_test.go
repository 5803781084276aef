package usage_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/money"
	"stakegate/internal/usage"
)

func TestQueryDefaults(t *testing.T) {
	query, err := usage.ParseQuery(nil)
	if err != nil || query != (usage.Query{PageSize: 1000}) {
		t.Errorf("got %+v, %v", query, err)
	}
}

func TestQueryFilters(t *testing.T) {
	query, err := usage.ParseQuery(url.Values{
		"currency": {"DIEM"}, "startTimestamp": {"2026-11-22T00:00:00Z"}, "endTimestamp": {"2026-11-22T00:00:00.001999999Z"}, "pageSize": {"10"},
	})
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	want := usage.Query{Filter: usage.Filter{Currency: money.DIEM, Start: start, End: start.Add(time.Millisecond)}, PageSize: 10}
	if err != nil || query != want {
		t.Errorf("got %+v, %v", query, err)
	}
}

func TestBadQueriesNameTheParameter(t *testing.T) {
	for _, c := range []struct{ query, param string }{
		{"currency=EUR", "currency"}, {"currency=diem", "currency"}, {"currency=", "currency"}, {"currency=USD&currency=USD", "currency"},
		{"pageSize=9", "pageSize"}, {"pageSize=1001", "pageSize"}, {"pageSize=010", "pageSize"}, {"pageSize=1e2", "pageSize"},
		{"pageSize=%2B10", "pageSize"}, {"pageSize=", "pageSize"}, {"pageSize=99999999999999999999", "pageSize"},
		{"startTimestamp=2026-11-22", "startTimestamp"}, {"startTimestamp=2026-11-22T00:00:00%2B00:00", "startTimestamp"},
		{"startTimestamp=2026-02-30T00:00:00Z", "startTimestamp"}, {"startTimestamp=2026-11-22T00:00:00,5Z", "startTimestamp"},
		{"startTimestamp=2026-11-22T24:00:00Z", "startTimestamp"}, {"startTimestamp=2026-11-22T00:00:00.0000000001Z", "startTimestamp"},
		{"startTimestamp=2026-11-22t00:00:00z", "startTimestamp"}, {"endTimestamp=", "endTimestamp"}, {"endTimestamp=1700000000", "endTimestamp"},
		{"startTimestamp=2026-11-22T00:00:00Z&endTimestamp=2026-11-22T00:00:00Z", "endTimestamp"},
		{"startTimestamp=2026-11-22T00:00:00Z&endTimestamp=2026-11-21T00:00:00Z", "endTimestamp"},
		{"startTimestamp=2026-11-22T00:00:00.0001Z&endTimestamp=2026-11-22T00:00:00.0009Z", "endTimestamp"},
		{"cursor=", "cursor"}, {"cursor=a=", "cursor"}, {"cursor=a%0A", "cursor"}, {"cursor=" + strings.Repeat("a", 513), "cursor"}, {"cursor=a&cursor=a", "cursor"},
		{"cursor=a&pageSize=10", "pageSize"}, {"cursor=a&currency=USD", "currency"}, {"cursor=a&startTimestamp=x", "startTimestamp"}, {"cursor=a&endTimestamp=x", "endTimestamp"},
		{"startTimeStamp=2026-11-22T00:00:00Z", "startTimeStamp"}, {"page=2", "page"},
	} {
		values, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = usage.ParseQuery(values)
		var problem *usage.ParamError
		if !errors.As(err, &problem) || problem.Param != c.param {
			t.Errorf("%s: got %v, want an error of %s", c.query, err, c.param)
		}
	}
}

// cursorOf returns a cursor of the account, made at the given time.
func cursorOf(t *testing.T, history *usage.History, accountID string, now time.Time) string {
	t.Helper()
	page, err := history.Page(context.Background(), accountID, usage.Query{PageSize: 10}, now)
	if err != nil || page.Next == "" {
		t.Fatalf("no cursor: %v", err)
	}
	return page.Next
}

func manyCharges() *memory {
	source := &memory{charges: map[string][]usage.Charge{}}
	for i := range int64(20) {
		for _, owner := range []string{account, "0xbb"} {
			source.charges[owner] = append(source.charges[owner], usage.Charge{Seq: i + 1, At: day, DIEM: 1})
		}
	}
	return source
}

// Cursors of another account, another key, another time or other bytes are
// refused with ErrCursor.
func TestForeignExpiredAndAlteredCursorsAreRefused(t *testing.T) {
	history := newHistory(t, manyCharges())
	cursor := cursorOf(t, history, account, day)
	read := func(h *usage.History, accountID, cursor string, now time.Time) error {
		_, err := h.Page(context.Background(), accountID, usage.Query{Cursor: cursor}, now)
		return err
	}
	if err := read(history, account, cursor, day.Add(usage.CursorLifetime-time.Millisecond)); err != nil {
		t.Errorf("a good cursor is refused: %v", err)
	}
	if err := read(history, account, cursor, day.Add(usage.CursorLifetime)); !errors.Is(err, usage.ErrCursor) {
		t.Errorf("expired: %v", err)
	}
	if err := read(history, "0xbb", cursor, day); !errors.Is(err, usage.ErrCursor) {
		t.Errorf("another account's: %v", err)
	}
	other, err := usage.New(manyCharges(), append(key[:31:31], 8))
	if err != nil {
		t.Fatal(err)
	}
	if err := read(other, account, cursor, day); !errors.Is(err, usage.ErrCursor) {
		t.Errorf("another key's: %v", err)
	}
	for i := range cursor {
		for _, b := range []byte{'A', '_', '\n', cursor[i] ^ 1} {
			if b == cursor[i] {
				continue
			}
			altered := cursor[:i] + string(b) + cursor[i+1:]
			if err := read(history, account, altered, day); !errors.Is(err, usage.ErrCursor) {
				t.Errorf("altered at %d to %q: %v", i, b, err)
			}
		}
	}
	for _, altered := range []string{cursor[1:], cursor[:len(cursor)-1], cursor + "A", cursor + "\n", "A", strings.Repeat("A", 512)} {
		if err := read(history, account, altered, day); !errors.Is(err, usage.ErrCursor) {
			t.Errorf("altered to %q: %v", altered, err)
		}
	}
	var problem *usage.ParamError
	if !errors.As(usage.ErrCursor, &problem) || problem.Param != "cursor" {
		t.Errorf("ErrCursor does not name its parameter: %v", usage.ErrCursor)
	}
}

// A cursor shows nothing of what it holds and is short enough for a URL.
func TestCursorsAreOpaque(t *testing.T) {
	history := newHistory(t, manyCharges())
	first, second := cursorOf(t, history, account, day), cursorOf(t, history, account, day)
	if first == second {
		t.Error("two cursors of the same place are equal")
	}
	if len(first) > 512 {
		t.Errorf("a cursor has %d characters", len(first))
	}
	if _, err := base64.RawURLEncoding.DecodeString(first); err != nil {
		t.Error(err)
	}
}

// A cursor carries the filters and the page size, to the nanosecond.
func TestCursorsCarryTheQuery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "s"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC()
		})
		want := usage.Filter{Currency: money.DIEM, NewestFirst: rapid.Bool().Draw(t, "newest first")}
		if rapid.Bool().Draw(t, "has start") {
			want.Start = moment.Draw(t, "start")
		}
		if rapid.Bool().Draw(t, "has end") {
			want.End = moment.Draw(t, "end")
		}
		source := &recordingSource{}
		history := newHistory(t, source)
		size := rapid.IntRange(10, 1000).Draw(t, "size")
		source.at = want.Start
		page, err := history.Page(context.Background(), account, usage.Query{Filter: want, PageSize: size}, day)
		if err != nil {
			t.Fatal(err)
		}
		if page.Next == "" {
			return // the drawn filter admits nothing
		}
		next, err := history.Page(context.Background(), account, usage.Query{Cursor: page.Next}, day)
		if err != nil {
			t.Fatal(err)
		}
		if source.filter != want || len(next.Entries) != size {
			t.Fatalf("continued with %+v and %d entries, want %+v and %d", source.filter, len(next.Entries), want, size)
		}
	})
}

// recordingSource has charges without end, up to where no filter admits them.
type recordingSource struct {
	filter usage.Filter
	at     time.Time
}

func (s *recordingSource) Charges(_ context.Context, _ string, filter usage.Filter, after usage.Position, limit int) ([]usage.Charge, error) {
	s.filter = filter
	var charges []usage.Charge
	for i := range limit {
		c := usage.Charge{Seq: int64(after) + 1 + int64(i), At: s.at, DIEM: 1}
		if filter.NewestFirst {
			c.Seq = cmp.Or(int64(after), 1<<40) - 1 - int64(i)
		}
		if !filter.Admits(c) {
			return nil, nil
		}
		charges = append(charges, c)
	}
	return charges, nil
}

// FuzzQuery: what is accepted is within the documented bounds, and no cursor
// that we did not make is ever opened.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"", "currency=USD&pageSize=10", "startTimestamp=2026-11-22T00:00:00.5Z&endTimestamp=9999-12-31T23:59:59Z",
		"cursor=AZq3fK9tXhIVDm2j4vN8cQwYt1sB6uEoLxRgPzKaJdHfM5nC7yW0K3w", "cursor=a&pageSize=10", "pageSize=00", "%zz",
	} {
		f.Add(seed)
	}
	history := newHistory(f, manyCharges())
	f.Fuzz(func(t *testing.T, raw string) {
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		query, err := usage.ParseQuery(values)
		if err != nil {
			var problem *usage.ParamError
			if !errors.As(err, &problem) || problem.Param == "" && values[""] == nil {
				t.Fatalf("%q: error without a parameter: %v", raw, err)
			}
			return
		}
		if query.Cursor == "" && (query.PageSize < 10 || query.PageSize > 1000) {
			t.Fatalf("%q: page size %d", raw, query.PageSize)
		}
		_, err = history.Page(context.Background(), account, query, day)
		if (query.Cursor != "") != errors.Is(err, usage.ErrCursor) {
			t.Fatalf("%q: %v", raw, err)
		}
	})
}
