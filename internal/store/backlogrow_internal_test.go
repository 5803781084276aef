package store

import (
	"database/sql"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// encoded is what a backlog says as one row.
func (b *backlog) encoded() []byte {
	var row backlogRow
	row.reset()
	for _, id := range slices.Sorted(maps.Keys(b.used)) {
		row.used.text(id)
		row.used.number(b.used[id])
	}
	for _, id := range b.ended {
		row.ended.text(id)
	}
	for _, section := range []struct {
		into *cells
		from []any
	}{{&row.budgets, b.budgets.all()}, {&row.holds, b.holds.all()}, {&row.calls, b.calls}, {&row.seqs, b.seqs.all()}} {
		for _, cell := range section.from {
			switch cell := cell.(type) {
			case string:
				section.into.text(cell)
			case int64:
				section.into.number(cell)
			default:
				section.into.maybe(sql.NullInt64{})
			}
		}
	}
	return row.encode()
}

// realRow is a row like those that batches write.
func realRow() []byte {
	at := time.UnixMilli(1_700_000_000_000)
	running := &ledger.Hold{
		ID: "h1", AccountID: "a", Seq: 7, KeyID: "k", ModelID: "m", ModelType: "text", State: ledger.Reserved, StartedAt: at, Deadline: at.Add(time.Minute),
		Parts: []ledger.Part{{Currency: money.DIEM, Amount: 5, Budgets: []string{"b"}}},
	}
	ended := *running
	ended.ID, ended.State, ended.EndedAt, ended.EndedSeq, ended.ChargedDIEM = "h0", ledger.SettledAs, at.Add(time.Second), 8, 3
	var row backlogRow
	row.reset()
	row.used.text("k")
	row.used.number(millis(at))
	row.ended.text("h0")
	fillBudget(&row.budgets, &ledger.Budget{ID: "b", Cap: money.Max, CapHigh: money.Max, Posted: 3, Pending: 5})
	fillBudget(&row.budgets, &ledger.Budget{ID: "r", Cap: 20, CapHigh: 20, Posted: 1, Expires: at})
	holdRow(&row.holds, running)
	callRow(&row.calls, &ended)
	fillSeq(&row.seqs, "a", 8)
	return slices.Clone(row.encode())
}

// What is read from a row is what was written into it.
func TestARowOfTheBacklogSaysWhatWasWritten(t *testing.T) {
	var b backlog
	if err := b.add(realRow()); err != nil {
		t.Fatal(err)
	}
	if len(b.used) != 1 || len(b.ended) != 1 || len(b.budgets.order) != 2 || len(b.holds.order) != 1 || len(b.calls) != len(callFields) || len(b.seqs.order) != 1 {
		t.Fatalf("%+v", b)
	}
	expiring, lasting := b.budgets.rows["r"], b.budgets.rows["b"]
	if expiring[5] != int64(1_700_000_000_000) || lasting[5] != nil || lasting[1] != int64(money.Max) {
		t.Errorf("budgets %v, %v", expiring, lasting)
	}
	var again backlog
	if err := again.add(b.encoded()); err != nil || !reflect.DeepEqual(b, again) {
		t.Errorf("%+v\n%+v\n%v", b, again, err)
	}
}

// A row that lacks any part of itself is not read.
func TestARowOfTheBacklogIsReadWholeOrNotAtAll(t *testing.T) {
	row := realRow()
	for length := range row {
		if (&backlog{}).add(row[:length]) == nil {
			t.Errorf("%d of %d bytes are read", length, len(row))
		}
	}
	if (&backlog{}).add(append(row, 0)) == nil {
		t.Error("a byte more is read")
	}
}

// A hold that several rows make, end, and make again is there once.
func TestAHoldOfTheBacklogIsThereOnce(t *testing.T) {
	row := func(ended, made bool) []byte {
		var row backlogRow
		row.reset()
		if ended {
			row.ended.text("h")
		}
		if made {
			holdRow(&row.holds, &ledger.Hold{ID: "h", AccountID: "a", State: ledger.Reserved})
		}
		return row.encode()
	}
	var b backlog
	for _, text := range [][]byte{row(false, true), row(true, false), row(false, true)} {
		if err := b.add(text); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.holds.all()) != len(holdFields) || len(b.ended) != 0 {
		t.Errorf("%v", b)
	}
	if err := b.add(row(true, false)); err != nil || len(b.holds.all()) != 0 || len(b.ended) != 0 {
		t.Errorf("%v, %v", b, err)
	}
}

// Whatever a row is, it is refused or it says something, and that can be written
// and read again.
func FuzzBacklogRow(f *testing.F) {
	whole := realRow()
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add([]byte{})
	f.Add([]byte{backlogVersion})
	f.Add([]byte{backlogVersion, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{backlogVersion, 0, 2, cellText, 0, 0, 0, 0, 0})
	f.Add([]byte{backlogVersion, 3, cellText, 0, cellNull, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, text []byte) {
		var b, again backlog
		if err := b.add(text); err != nil {
			return
		}
		written := b.encoded()
		if written == nil {
			return // it says nothing
		}
		if err := again.add(written); err != nil || !reflect.DeepEqual(b, again) {
			t.Errorf("%+v\n%+v\n%v", b, again, err)
		}
	})
}
