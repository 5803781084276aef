package store

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// anyText is what ids and names may be, also if they are not ours.
func anyText(t *rapid.T, label string) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "m", "zai-org/glm:5.1", "a b;c|d%e", "a@b~c", "é"}), rapid.String()).Draw(t, label)
}

func anyHold(t *rapid.T) *ledger.Hold {
	amount := rapid.Int64Range(0, 1<<62)
	hold := &ledger.Hold{
		ID: "id", AccountID: anyText(t, "account"), KeyID: anyText(t, "key"), ModelID: anyText(t, "model"), ModelType: anyText(t, "type"),
		Parts: []ledger.Part{},
	}
	for range rapid.IntRange(0, 4).Draw(t, "parts") {
		part := ledger.Part{
			Currency: rapid.SampledFrom([]money.Currency{money.DIEM, money.USD, "requests"}).Draw(t, "currency"),
			Amount:   money.Nano(rapid.Int64Range(0, 1<<40).Draw(t, "amount")),
		}
		for range rapid.IntRange(1, 3).Draw(t, "budgets") {
			part.Budgets = append(part.Budgets, anyBudget(t, hold))
		}
		hold.Parts = append(hold.Parts, part)
	}
	hold.Cost = ledger.Settlement{
		HoldID: hold.ID, Source: anyText(t, "source"), PromptTokens: amount.Draw(t, "prompt"), CompletionTokens: amount.Draw(t, "completion"),
		ExecutionTime: time.Duration(rapid.Int64Range(0, 1<<40).Draw(t, "execution")) * time.Millisecond,
	}
	for range rapid.IntRange(0, 4).Draw(t, "lines") {
		hold.Cost.Lines = append(hold.Cost.Lines, money.Line{
			Item: anyText(t, "item"), Quantity: amount.Draw(t, "quantity"), Price: money.Nano(amount.Draw(t, "price")), Cost: money.Nano(amount.Draw(t, "cost")),
		})
	}
	return hold
}

func anyBudget(t *rapid.T, hold *ledger.Hold) string {
	return rapid.OneOf(
		rapid.Just(ledger.AllocationBudget(hold.AccountID, "venice-diem", "20261123")),
		rapid.Just(ledger.KeyBudget(hold.KeyID, money.USD, "lifetime")),
		rapid.Just(ledger.PoolBudget("pool", "20261123")),
		rapid.Map(rapid.String(), func(s string) string { return "a/" + s }),
		rapid.String(),
	).Draw(t, "budget")
}

// What a row keeps as text is read back as it was written, whatever ids and
// names are like.
func TestRowsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hold := anyHold(t)
		call := &ledger.Hold{ID: hold.ID, AccountID: hold.AccountID, KeyID: hold.KeyID}
		text := storedCall(hold)
		if err := readCall(text, call); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if !reflect.DeepEqual(call, hold) {
			t.Fatalf("%q was read as\n%+v, it was\n%+v", text, call, hold)
		}
		hold.Cost = ledger.Settlement{}
		running := &ledger.Hold{ID: hold.ID, AccountID: hold.AccountID}
		if err := readHold(storedHold(hold), running); err != nil || !reflect.DeepEqual(running, hold) {
			t.Fatalf("%q was read as\n%+v, it was\n%+v: %v", storedHold(hold), running, hold, err)
		}
		entry := &ledger.Entry{AccountID: hold.AccountID, KeyID: hold.KeyID, Deltas: []ledger.Delta{}}
		for range rapid.IntRange(0, 3).Draw(t, "deltas") {
			amount := rapid.Int64()
			entry.Deltas = append(entry.Deltas, ledger.Delta{
				Budget: anyBudget(t, hold), Cap: money.Nano(amount.Draw(t, "cap")),
				Posted: money.Nano(amount.Draw(t, "posted")), Pending: money.Nano(amount.Draw(t, "pending")),
			})
		}
		deltas, err := parseDeltas(storedDeltas(entry), entry.AccountID, entry.KeyID)
		if err != nil || !reflect.DeepEqual(deltas, entry.Deltas) {
			t.Fatalf("%q was read as %+v, it was %+v: %v", storedDeltas(entry), deltas, entry.Deltas, err)
		}
	})
}

// The text is as short as the documents say.
func TestOwnersAreNotRepeated(t *testing.T) {
	hold := &ledger.Hold{AccountID: "0xaa", KeyID: "k1", ModelID: "m", ModelType: "text", Parts: []ledger.Part{{
		Currency: money.DIEM, Amount: 9, Budgets: []string{"a/0xaa/DIEM/venice-diem/20261123", "k/k1/DIEM/20261123", "p/pool/20261123"},
	}}}
	if got, want := storedHold(hold), "k1 m text;|DIEM 9 a@DIEM/venice-diem/20261123 k~DIEM/20261123 p/pool/20261123;"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever stands in a row is read or refused, never half of it silently.
func FuzzReadCall(f *testing.F) {
	for _, seed := range []string{
		"", "|", "||", "m text usage 1 2 3;|DIEM 9 a@x;|input 1 2 3;", "m text usage 1 2 3;|[{\"c\":\"DIEM\",\"b\":[\"x\"],\"a\":9}]|",
		"m text usage 1 2 x;||", "m text usage 1 2 3 4;||", "%4 text usage 1 2 3;||", "m text usage 1 2 3;m text usage 1 2 3;||", "m text usage 1 2 3;|DIEM|",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		call := &ledger.Hold{AccountID: "0xaa", KeyID: "k1"}
		if readCall(text, call) != nil {
			return
		}
		again := &ledger.Hold{AccountID: "0xaa", KeyID: "k1"}
		if err := readCall(storedCall(call), again); err != nil || storedCall(again) != storedCall(call) {
			t.Fatalf("%q was read as %+v and then as %+v, %v", text, call, again, err)
		}
		if strings.Count(text, "|") < 2 {
			t.Fatalf("%q has no three sections", text)
		}
	})
}
