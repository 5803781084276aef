package usage_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/money"
	"stakegate/internal/usage"
)

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
