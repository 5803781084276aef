package usage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
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
	var found []usage.Charge
	for _, c := range m.charges[accountID] {
		if c.Seq > int64(after) && (m.lazy || filter.Admits(c)) && len(found) < limit {
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

// drawCharge draws a charge whose bill comes to what was charged, as the
// ledger settles it.
func drawCharge(t *rapid.T, seq int64, at time.Time) usage.Charge {
	c := usage.Charge{
		Seq: seq, RequestID: fmt.Sprint("r", seq), KeyID: rapid.SampledFrom([]string{"k1", "k2", "k3"}).Draw(t, "key"), At: at,
		ModelID:   rapid.SampledFrom([]string{"m", "n"}).Draw(t, "model"),
		ModelType: rapid.SampledFrom([]string{"text", "embedding", "image", "tts", "asr"}).Draw(t, "type"), TokensKnown: rapid.Bool().Draw(t, "known"),
		PromptTokens: rapid.Int64Range(0, 1<<40).Draw(t, "prompt"), CompletionTokens: rapid.Int64Range(0, 1<<40).Draw(t, "completion"),
		Lines: drawBill(t),
	}
	var total money.Nano
	for _, l := range c.Lines {
		total += l.Cost
	}
	c.DIEM = money.Nano(rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(total)), rapid.Int64Range(0, int64(total))).Draw(t, "diem"))
	c.USD = total - c.DIEM
	return c
}

func drawBill(t *rapid.T) []money.Line {
	amount := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 3), rapid.Int64Range(0, 1<<55))
	if rapid.Float64().Draw(t, "hold") < 0.1 {
		return []money.Line{{Item: money.ItemHold, Quantity: 1, Cost: money.Nano(amount.Draw(t, "cost"))}}
	}
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"input", "cached_input", "cache_write", "output", "image", "character", "second", "web_search"}),
		1, 5, func(name string) string { return name }).Draw(t, "items")
	bill := make([]money.Line, len(names))
	for i, name := range names {
		bill[i] = money.Line{
			Item: name, Quantity: rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 1<<40)).Draw(t, "quantity"),
			Price: money.Nano(rapid.Int64Range(0, 1<<50).Draw(t, "price")), Cost: money.Nano(amount.Draw(t, "cost")),
		}
	}
	return bill
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

var suffixes = map[string]string{
	"input": "-llm-input-mtoken", "cached_input": "-llm-cache-input-mtoken", "cache_write": "-llm-cache-write-mtoken", "output": "-llm-output-mtoken",
	"image": "-image-unit", "character": "-tts-mcharacter", "second": "-asr-second", "web_search": "-web-search-unit", money.ItemHold: "-hold-unit",
}

// nanos is an exact decimal without its point.
func nanos(t fataler, decimal string) *big.Int {
	whole, fraction, _ := strings.Cut(decimal, ".")
	n, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", 9-len(fraction)), 10)
	if !ok {
		t.Fatal(decimal)
	}
	return n
}

// A charge's entries are exactly what was charged, by currency and line of the
// bill, and their units exactly what was used.
func TestEntriesAddUpToTheCharge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCharge(t, 1, day)
		entries := one(t, c)
		amounts, units, paid := map[string]money.Nano{}, map[string]*big.Int{}, map[money.Currency]money.Nano{}
		seen := map[string]bool{}
		for _, e := range entries {
			if seen[e.SKU+string(e.Currency)] {
				t.Fatalf("two entries for %s in %s", e.SKU, e.Currency)
			}
			seen[e.SKU+string(e.Currency)] = true
			amounts[e.SKU] += e.Amount
			paid[e.Currency] -= e.Amount
			if units[e.SKU] == nil {
				units[e.SKU] = new(big.Int)
			}
			units[e.SKU].Add(units[e.SKU], nanos(t, e.Units.String()))
		}
		if paid[money.DIEM] != c.DIEM || paid[money.USD] != c.USD || len(entries) == 0 || len(entries) > len(c.Lines)+1 {
			t.Fatalf("%d entries take %v, want %v DIEM and %v USD", len(entries), paid, c.DIEM, c.USD)
		}
		for _, l := range c.Lines {
			sku := c.ModelID + suffixes[l.Item]
			if amounts[sku] != -l.Cost {
				t.Fatalf("%s: amount %v, want %v", sku, amounts[sku], -l.Cost)
			}
			scale := int64(1_000_000_000)
			if strings.Contains(sku, "-m") {
				scale = 1000
			}
			want := new(big.Int).Mul(big.NewInt(l.Quantity), big.NewInt(scale))
			if got := units[sku]; got == nil && (l.Quantity > 0 || l.Cost > 0) || got != nil && want.IsInt64() && got.Cmp(want) != 0 {
				t.Fatalf("%s: units %v, want %v", sku, got, want)
			}
		}
	})
}

// Whatever a correction has made of a charge, its entries are what it is.
func TestEntriesOfACorrectedChargeAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCharge(t, 1, day)
		c.DIEM = money.Nano(rapid.Int64Range(0, 1<<60).Draw(t, "corrected diem"))
		c.USD = money.Nano(rapid.Int64Range(0, 1<<60).Draw(t, "corrected usd"))
		c.Lines = append(c.Lines, money.Line{Item: "odd", Cost: money.Nano(rapid.Int64Range(-5, 5).Draw(t, "odd"))})
		paid := map[money.Currency]money.Nano{}
		for _, e := range one(t, c) {
			if e.Amount > 0 {
				t.Fatalf("an entry gives back %v", e.Amount)
			}
			paid[e.Currency] -= e.Amount
		}
		if paid[money.DIEM] != c.DIEM || paid[money.USD] != c.USD {
			t.Fatalf("entries take %v, want %v DIEM and %v USD", paid, c.DIEM, c.USD)
		}
	})
}

// DIEM pays for the lines of a bill in their order, then USD does.
func TestDIEMPaysFirstInTheBillsOrder(t *testing.T) {
	entries := one(t, usage.Charge{
		Seq: 1, At: day, ModelID: "m", ModelType: "text", TokensKnown: true, DIEM: 15, USD: 10,
		Lines: []money.Line{{Item: "input", Quantity: 100, Price: 1, Cost: 10}, {Item: "output", Quantity: 30, Price: 2, Cost: 15}},
	})
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s %s %d %s", e.SKU, e.Currency, int64(e.Amount), e.Units))
	}
	want := []string{"m-llm-input-mtoken DIEM -10 0.0001", "m-llm-output-mtoken DIEM -5 0.00001", "m-llm-output-mtoken USD -10 0.00002"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
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
		late := rapid.IntRange(0, 3).Draw(t, "arrivals")
		source.onRead = func() {
			if late > 0 {
				late--
				arrive(rapid.IntRange(0, 8).Draw(t, "late"))
			}
		}
		filter := usage.Filter{Currency: rapid.SampledFrom([]money.Currency{"", money.DIEM, money.USD}).Draw(t, "currency")}
		if rapid.Bool().Draw(t, "has start") {
			filter.Start = day.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "start")) * time.Millisecond)
		}
		if rapid.Bool().Draw(t, "has end") {
			filter.End = day.Add(time.Duration(rapid.IntRange(21, 60).Draw(t, "end")) * time.Millisecond)
		}
		got := walk(t, newHistory(t, source), usage.Query{Filter: filter, PageSize: rapid.IntRange(10, 14).Draw(t, "size")})

		var want []usage.Entry
		for _, c := range source.charges[account] {
			for _, e := range one(t, c) {
				inside := (filter.Start.IsZero() || !c.At.Before(filter.Start)) && (filter.End.IsZero() || c.At.Before(filter.End))
				paid := filter.Currency == "" || filter.Currency == money.DIEM && c.DIEM != 0 || filter.Currency == money.USD && c.USD != 0
				if inside && paid && (filter.Currency == "" || e.Currency == filter.Currency) {
					want = append(want, e)
				}
			}
		}
		if render(t, got) != render(t, want) {
			t.Fatalf("walked\n%s\nwant\n%s", render(t, got), render(t, want))
		}
		if !slices.IsSortedFunc(got, func(a, b usage.Entry) int { return a.At.Compare(b.At) }) {
			t.Fatal("entries are not in ascending time")
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
	if err == nil || !strings.Contains(err.Error(), "ascending") {
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

func TestWhatIsNotKnownIsNull(t *testing.T) {
	unknown := one(t, usage.Charge{Seq: 1, At: day, ModelID: "m", ModelType: "text", USD: 5, PromptTokens: 3, Lines: []money.Line{{Item: money.ItemHold, Quantity: 1, Cost: 5}}})
	if len(unknown) != 1 || unknown[0].PromptTokens != nil || unknown[0].CompletionTokens != nil || unknown[0].ExecutionTime != nil ||
		unknown[0].Units.String() != "1" || unknown[0].PricePerUnit != 5 || unknown[0].SKU != "m-hold-unit" || !strings.Contains(unknown[0].Notes, "not reported") {
		t.Errorf("unknown usage is shown as %+v", unknown)
	}
	embedding := one(t, usage.Charge{Seq: 1, At: day, ModelID: "e", ModelType: "embedding", TokensKnown: true, PromptTokens: 3, DIEM: 5, Lines: []money.Line{{Item: "input", Quantity: 3, Cost: 5}}})
	if len(embedding) != 1 || embedding[0].SKU != "e-llm-input-mtoken" || *embedding[0].PromptTokens != 3 || embedding[0].CompletionTokens != nil {
		t.Errorf("an embedding is shown as %+v", embedding)
	}
	image := one(t, usage.Charge{
		Seq: 1, At: day, ModelID: "i", ModelType: "image", TokensKnown: true, DIEM: 40_000_000,
		Lines: []money.Line{{Item: "image", Quantity: 2, Price: 20_000_000 * 1_000_000, Cost: 40_000_000}},
	})
	if len(image) != 1 || image[0].SKU != "i-image-unit" || image[0].PricePerUnit != 20_000_000 || image[0].Units.String() != "2" || image[0].PromptTokens != nil {
		t.Errorf("an image is shown as %+v", image)
	}
	free := one(t, usage.Charge{Seq: 1, At: day, ModelID: "m", ModelType: "text", TokensKnown: true, Lines: []money.Line{{Item: "input"}}})
	if len(free) != 1 || free[0].Amount != 0 || free[0].SKU != "m-llm-input-mtoken" {
		t.Errorf("a free call is shown as %+v", free)
	}
	without := one(t, usage.Charge{Seq: 1, At: day, ModelID: "m", ModelType: "text", DIEM: 3})
	if len(without) != 1 || without[0].Amount != -3 || without[0].SKU != "m-hold-unit" {
		t.Errorf("a charge without a bill is shown as %+v", without)
	}
}

// A bill of more lines than anybody reads still adds up.
func TestALongBillAddsUp(t *testing.T) {
	c := usage.Charge{Seq: 1, At: day, ModelID: "m", DIEM: 3000}
	for range 3000 {
		c.Lines = append(c.Lines, money.Line{Item: "x", Quantity: 1, Cost: 1})
	}
	history := newHistory(t, &memory{charges: map[string][]usage.Charge{account: {c}}})
	var sum money.Nano
	for query := (usage.Query{}); ; {
		page, err := history.Page(context.Background(), account, query, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			sum += e.Amount
		}
		if page.Next == "" {
			break
		}
		query = usage.Query{Cursor: page.Next}
	}
	if sum != -3000 {
		t.Errorf("the entries add up to %d", sum)
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
