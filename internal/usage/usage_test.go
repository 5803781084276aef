package usage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"

	"stakegate/api"
	"stakegate/internal/money"
	"stakegate/internal/usage"
)

var (
	day = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	key = bytes.Repeat([]byte{7}, 32)
)

const account = "0x00000000000000000000000000000000000000aa"

// memory is a source over charges in a slice; onRead runs before each read.
type memory struct {
	charges map[string][]usage.Charge
	onRead  func()
	lazy    bool // leaves the filtering to the reader
}

func (m *memory) Charges(_ context.Context, accountID string, filter usage.Filter, after usage.Position, limit int) ([]usage.Charge, error) {
	if m.onRead != nil {
		m.onRead()
	}
	charges := slices.Clone(m.charges[accountID])
	if filter.NewestFirst {
		slices.Reverse(charges)
	}
	var found []usage.Charge
	for _, c := range charges {
		follows := c.Seq > int64(after)
		if filter.NewestFirst {
			follows = after == 0 || c.Seq < int64(after)
		}
		if follows && (m.lazy || filter.Admits(c)) && len(found) < limit {
			found = append(found, c)
		}
	}
	return found, nil
}

func newHistory(t fataler, source usage.Source) *usage.History {
	history, err := usage.New(source, key)
	if err != nil {
		t.Fatal(err)
	}
	return history
}

type fataler interface{ Fatal(args ...any) }

// walk reads all pages, each within the size asked for.
func walk(t *rapid.T, history *usage.History, query usage.Query) []usage.Entry {
	var all []usage.Entry
	size := query.PageSize
	for {
		page, err := history.Page(context.Background(), account, query, day)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Entries...)
		if page.Next == "" {
			return all
		}
		if len(page.Entries) != size {
			t.Fatalf("a page before the last has %d entries, want %d", len(page.Entries), size)
		}
		if query, err = usage.ParseQuery(map[string][]string{"cursor": {page.Next}}); err != nil {
			t.Fatalf("a cursor of ours is refused: %v", err)
		}
	}
}

// one returns a single charge's entries.
func one(t fataler, c usage.Charge) []usage.Entry {
	history := newHistory(t, &memory{charges: map[string][]usage.Charge{account: {c}}})
	page, err := history.Page(context.Background(), account, usage.Query{}, day)
	if err != nil {
		t.Fatal(err)
	}
	return page.Entries
}

// Walking page by page gives what one look at everything gives, whatever the
// filter, wherever pages end, and while new usage arrives between the pages.
func TestWalkLosesAndRepeatsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := &memory{charges: map[string][]usage.Charge{}, lazy: rapid.Bool().Draw(t, "lazy")}
		seq, at := int64(0), day
		arrive := func(n int) {
			for range n {
				seq += rapid.Int64Range(1, 3).Draw(t, "seq step")
				at = at.Add(time.Duration(rapid.Int64Range(0, 2).Draw(t, "time step")) * time.Millisecond)
				owner := rapid.SampledFrom([]string{account, account, account, "0xbb"}).Draw(t, "owner")
				source.charges[owner] = append(source.charges[owner], drawCharge(t, seq, at))
			}
		}
		arrive(rapid.IntRange(0, 40).Draw(t, "before"))
		late, atFirst := rapid.IntRange(0, 3).Draw(t, "arrivals"), -1
		source.onRead = func() {
			if late > 0 {
				late--
				arrive(rapid.IntRange(0, 8).Draw(t, "late"))
			}
			if atFirst < 0 {
				atFirst = len(source.charges[account])
			}
		}
		filter := usage.Filter{
			Currency:    rapid.SampledFrom([]money.Currency{"", money.DIEM, money.USD}).Draw(t, "currency"),
			NewestFirst: rapid.Bool().Draw(t, "newest first"),
		}
		if rapid.Bool().Draw(t, "has start") {
			filter.Start = day.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "start")) * time.Millisecond)
		}
		if rapid.Bool().Draw(t, "has end") {
			filter.End = day.Add(time.Duration(rapid.IntRange(21, 60).Draw(t, "end")) * time.Millisecond)
		}
		got := walk(t, newHistory(t, source), usage.Query{Filter: filter, PageSize: rapid.IntRange(10, 14).Draw(t, "size")})

		var want []usage.Entry
		charges := source.charges[account]
		if filter.NewestFirst { // what arrives later is newer than the walk's begin
			charges = charges[:atFirst]
		}
		for _, c := range charges {
			for _, e := range one(t, c) {
				inside := (filter.Start.IsZero() || !c.At.Before(filter.Start)) && (filter.End.IsZero() || c.At.Before(filter.End))
				paid := filter.Currency == "" || filter.Currency == money.DIEM && c.DIEM != 0 || filter.Currency == money.USD && c.USD != 0
				if inside && paid && (filter.Currency == "" || e.Currency == filter.Currency) {
					want = append(want, e)
				}
			}
		}
		if filter.NewestFirst {
			slices.Reverse(want)
		}
		if render(t, got) != render(t, want) {
			t.Fatalf("walked\n%s\nwant\n%s", render(t, got), render(t, want))
		}
		if filter.NewestFirst {
			slices.Reverse(got)
		}
		if !slices.IsSortedFunc(got, func(a, b usage.Entry) int { return a.At.Compare(b.At) }) {
			t.Fatal("entries are not in the order of time")
		}
	})
}

func render(t fataler, entries []usage.Entry) string {
	text, err := json.Marshal(usage.Page{Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "},{", "},\n{")
}

// A charge that is lowered while it is walked over never shows the same side
// and currency twice, and takes nothing from its neighbours.
func TestCorrectionDuringAWalkRepeatsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := &memory{charges: map[string][]usage.Charge{}}
		for i := range int64(12) {
			source.charges[account] = append(source.charges[account], drawCharge(t, i+1, day))
		}
		corrected := rapid.IntRange(0, 11).Draw(t, "corrected")
		reads := 0
		source.onRead = func() {
			if reads++; reads == 2 {
				c := &source.charges[account][corrected]
				c.DIEM, c.USD = c.DIEM/2, 0
			}
		}
		seen, of := map[string]bool{}, map[string]int{}
		for _, e := range walk(t, newHistory(t, source), usage.Query{PageSize: 10}) {
			place := e.RequestID + e.SKU + string(e.Currency)
			if seen[place] {
				t.Fatalf("%s came twice", place)
			}
			seen[place] = true
			of[e.RequestID]++
		}
		for i, c := range source.charges[account] {
			if want := len(one(t, c)); i != corrected && of[c.RequestID] != want {
				t.Fatalf("%s has %d entries, want %d", c.RequestID, of[c.RequestID], want)
			}
		}
	})
}

// The full page that happens to be the last has no successor.
func TestLastFullPageHasNoCursor(t *testing.T) {
	source := &memory{charges: map[string][]usage.Charge{}}
	for i := range int64(10) {
		source.charges[account] = append(source.charges[account], usage.Charge{Seq: i + 1, At: day, USD: 1})
	}
	page, err := newHistory(t, source).Page(context.Background(), account, usage.Query{PageSize: 10}, day)
	if err != nil || len(page.Entries) != 10 || page.Next != "" {
		t.Errorf("%d entries, cursor %q, %v", len(page.Entries), page.Next, err)
	}
}

func TestBundledCreditsAreNeverCharged(t *testing.T) {
	source := &memory{onRead: func() { t.Error("the source was asked for a currency that it cannot have") }}
	query, err := usage.ParseQuery(map[string][]string{"currency": {"BUNDLED_CREDITS"}})
	if err != nil {
		t.Fatal(err)
	}
	page, err := newHistory(t, source).Page(context.Background(), account, query, day)
	if err != nil || len(page.Entries) != 0 || page.Next != "" {
		t.Errorf("got %+v, %v", page, err)
	}
}

type brokenSource struct{ charges []usage.Charge }

var errBroken = errors.New("broken")

func (s brokenSource) Charges(context.Context, string, usage.Filter, usage.Position, int) ([]usage.Charge, error) {
	if s.charges == nil {
		return nil, errBroken
	}
	return s.charges, nil
}

func TestSourceErrorsArePassedOn(t *testing.T) {
	_, err := newHistory(t, brokenSource{}).Page(context.Background(), account, usage.Query{}, day)
	if !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	// A source that goes backwards would be walked for ever.
	_, err = newHistory(t, brokenSource{[]usage.Charge{{Seq: 2}, {Seq: 2}}}).Page(context.Background(), account, usage.Query{}, day)
	if err == nil || !strings.Contains(err.Error(), "order") {
		t.Errorf("got %v", err)
	}
}

func TestCursorKeyMustBeWhole(t *testing.T) {
	if _, err := usage.New(brokenSource{}, key[:16]); err == nil {
		t.Error("a key of 16 bytes was taken")
	}
}

// The rendered page is what the API's description says, to the letter.
func TestPageAsJSON(t *testing.T) {
	c := usage.Charge{
		Seq: 1, RequestID: "chatcmpl-1", At: time.Date(2026, 6, 15, 21, 5, 10, 504_999_999, time.FixedZone("CEST", 7200)),
		ModelID: "glm", ModelType: "text", TokensKnown: true, PromptTokens: 339, CompletionTokens: 227,
		DIEM: 1_000_000, ExecutionTime: 2964 * time.Millisecond, Lines: []money.Line{
			{Item: "input", Quantity: 339, Price: 880_000_000, Cost: 300_001}, {Item: "output", Quantity: 227, Price: 2_800_000_000, Cost: 699_999},
		},
	}
	text, err := json.Marshal(usage.Page{Entries: one(t, c), Next: "abc"})
	if err != nil {
		t.Fatal(err)
	}
	const details = `"notes":"API Inference","inferenceDetails":{"requestId":"chatcmpl-1","promptTokens":339,"completionTokens":227,"inferenceExecutionTime":2964}}`
	want := `{"data":[{"timestamp":"2026-06-15T19:05:10.504Z","currency":"DIEM","amount":-0.000300001,"pricePerUnitUsd":0.88,"sku":"glm-llm-input-mtoken","units":0.000339,` + details +
		`,{"timestamp":"2026-06-15T19:05:10.504Z","currency":"DIEM","amount":-0.000699999,"pricePerUnitUsd":2.8,"sku":"glm-llm-output-mtoken","units":0.000227,` + details + `],"nextCursor":"abc"}`
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if text, _ := json.Marshal(usage.Page{}); string(text) != `{"data":[],"nextCursor":null}` {
		t.Errorf("an empty page is %s", text)
	}
}

// Every page of drawn charges fits the description's schema.
func TestPagesFitTheDescription(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	schema := doc.Components.Schemas["UsageHistory"].Value
	rapid.Check(t, func(t *rapid.T) {
		page := usage.Page{Entries: one(t, drawCharge(t, 1, day))}
		text, err := json.Marshal(page)
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(value, openapi3.EnableFormatValidation()); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}
