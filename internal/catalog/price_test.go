package catalog_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/catalog"
	"stakegate/internal/money"
)

var extras = []string{"web_search", "x_search", "browsing"}

func priceGen() *rapid.Generator[money.Nano] {
	return rapid.Custom(func(t *rapid.T) money.Nano {
		most := rapid.SampledFrom([]int64{0, 3, 1_000_000, 1e12, 1e15}).Draw(t, "scale")
		return money.Nano(rapid.Int64Range(0, most).Draw(t, "price"))
	})
}

func tokenPriceGen(t *rapid.T) catalog.TokenPrice {
	draw := func(name string) money.Nano { return priceGen().Draw(t, name) }
	return catalog.TokenPrice{Input: draw("input"), Output: draw("output"), CachedInput: draw("cached"), CacheWrite: draw("write")}
}

// pricedModel is any model that sells anything, also at prices which lint
// would call odd: an extended price below the plain one, say.
func pricedModel() *rapid.Generator[*catalog.Model] {
	return rapid.Custom(func(t *rapid.T) *catalog.Model {
		m := &catalog.Model{
			Type:      rapid.SampledFrom(catalog.Types()).Draw(t, "type"),
			Context:   rapid.Int64Range(1, 100_000_000).Draw(t, "context"),
			MaxOutput: rapid.Int64Range(1, 100_000_000).Draw(t, "max output"),
			Price:     catalog.Price{TokenPrice: tokenPriceGen(t)},
		}
		m.ReasoningExtra = rapid.Int64Range(0, 100_000).Draw(t, "reasoning extra")
		if rapid.Bool().Draw(t, "has an extended price") {
			m.Price.Extended = &catalog.Extended{
				Threshold: rapid.Int64Range(1, m.Context).Draw(t, "threshold"), TokenPrice: tokenPriceGen(t),
			}
		}
		m.Price.Character, m.Price.Second = priceGen().Draw(t, "character"), priceGen().Draw(t, "second")
		m.Price.Image = map[string]money.Nano{"1K": priceGen().Draw(t, "1K"), "2K/high": priceGen().Draw(t, "2K/high")}
		m.Price.Surcharges = map[string]money.Nano{extras[0]: priceGen().Draw(t, "s0"), extras[1]: priceGen().Draw(t, "s1")}
		return m
	})
}

func demandGen(t *rapid.T, m *catalog.Model) catalog.Demand {
	return catalog.Demand{
		Prompt:     rapid.Int64Range(0, m.Context).Draw(t, "prompt bound"),
		Choices:    rapid.Int64Range(0, catalog.MaxChoices).Draw(t, "choices"),
		OutputCap:  rapid.Int64Range(0, m.MaxOutput).Draw(t, "cap"),
		Units:      rapid.Int64Range(0, 100_000).Draw(t, "units"),
		Variant:    rapid.SampledFrom([]string{"", "1K", "2K/high", "8K"}).Draw(t, "variant"),
		Surcharges: rapid.SliceOfN(rapid.SampledFrom(extras), 0, 6).Draw(t, "surcharges"),
	}
}

// useWithin is any use that a demand allows.
func useWithin(t *rapid.T, m *catalog.Model, d catalog.Demand) catalog.Use {
	prompt := rapid.Int64Range(0, d.Prompt).Draw(t, "prompt")
	return catalog.Use{
		Prompt: prompt, Cached: rapid.Int64Range(0, prompt+1).Draw(t, "cached"),
		CacheWrite: rapid.Int64Range(0, prompt+1).Draw(t, "cache write"),
		Completion: rapid.Int64Range(0, m.MaxCompletion(d)).Draw(t, "completion"),
		Units:      rapid.Int64Range(0, d.Units).Draw(t, "used units"), Variant: d.Variant,
		Surcharges: d.Surcharges[:rapid.IntRange(0, len(d.Surcharges)).Draw(t, "used surcharges")],
	}
}

func TestAnyUseWithinADemandBillsAtMostItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := pricedModel().Draw(t, "model")
		d := demandGen(t, m)
		use := useWithin(t, m, d)
		if bill, bound := catalog.Total(m.Bill(use)), m.BoundOf(d); bill > bound {
			t.Fatalf("%+v costs %d, more than the bound %d of %+v", use, bill, bound, d)
		}
	})
}

func TestLinesAddUpToTheExactSumRoundedUpOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := pricedModel().Draw(t, "model")
		d := demandGen(t, m)
		lines := m.Bill(useWithin(t, m, d))
		sum := new(big.Int)
		for _, line := range lines {
			exact := new(big.Int).Mul(big.NewInt(line.Quantity), big.NewInt(int64(line.Price)))
			sum.Add(sum, exact)
			off := new(big.Int).Mul(big.NewInt(int64(line.Cost)), big.NewInt(1_000_000))
			off.Sub(off, exact)
			if off.CmpAbs(big.NewInt(1_000_000)) >= 0 && catalog.Total(lines) < money.Max {
				t.Fatalf("line %+v is off by a nano or more", line)
			}
			if line.Quantity < 1 || line.Cost < 0 {
				t.Fatalf("line %+v is of nothing", line)
			}
		}
		sum.Add(sum, big.NewInt(999_999)).Div(sum, big.NewInt(1_000_000))
		if sum.IsInt64() && sum.Int64() != int64(catalog.Total(lines)) {
			t.Fatalf("lines %+v add up to %d, want %v", lines, catalog.Total(lines), sum)
		}
	})
}

func TestCapOfIsTheLargestCapThatTheAmountCovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := pricedModel().Draw(t, "model")
		d := demandGen(t, m)
		amount := money.Nano(rapid.Int64Range(0, int64(money.Max)-1).Draw(t, "amount"))
		if rapid.Bool().Draw(t, "near a bound") {
			amount = m.BoundOf(d) + money.Nano(rapid.Int64Range(-2, 2).Draw(t, "off"))
		}
		bound := func(cap int64) money.Nano { d.OutputCap = cap; return m.BoundOf(d) }
		got := m.CapOf(amount, d)
		if got < 0 || got > m.MaxOutput {
			t.Fatalf("cap %d is outside 0..%d", got, m.MaxOutput)
		}
		if bound(0) > amount {
			if got != 0 {
				t.Fatalf("cap is %d although the rest alone is too dear", got)
			}
			return
		}
		if bound(got) > amount {
			t.Fatalf("cap %d costs %v of %v", got, bound(got), amount)
		}
		if got < m.MaxOutput && bound(got+1) <= amount && bound(got+1) != money.Max {
			t.Fatalf("cap %d could be one more", got)
		}
	})
}

func TestABoundNeverFallsWhenADemandGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := pricedModel().Draw(t, "model")
		d := demandGen(t, m)
		before := m.BoundOf(d)
		switch rapid.SampledFrom([]string{"prompt", "choices", "cap", "units", "surcharges"}).Draw(t, "what grows") {
		case "prompt":
			d.Prompt += rapid.Int64Range(1, 1_000_000).Draw(t, "more")
		case "choices":
			d.Choices++
		case "cap":
			d.OutputCap += rapid.Int64Range(1, 1_000).Draw(t, "more")
		case "units":
			d.Units += rapid.Int64Range(1, 1_000).Draw(t, "more")
		default:
			d.Surcharges = append(d.Surcharges, rapid.SampledFrom(extras).Draw(t, "one more"))
		}
		if after := m.BoundOf(d); after < before {
			t.Fatalf("the bound falls from %d to %d", before, after)
		}
	})
}

func TestABillListsWhatWasUsed(t *testing.T) {
	million := func(usd string) money.Nano { n, _ := money.Parse(usd); return n }
	text := &catalog.Model{Type: catalog.Text, Price: catalog.Price{
		TokenPrice: catalog.TokenPrice{Input: million("1"), Output: million("4"), CachedInput: million("0.1"), CacheWrite: million("1.25")},
		Extended: &catalog.Extended{Threshold: 1000, TokenPrice: catalog.TokenPrice{
			Input: million("2"), Output: million("6"), CachedInput: million("0.2"), CacheWrite: million("2.5"),
		}},
		Surcharges: map[string]money.Nano{"web_search": million("10000")},
	}}
	image := &catalog.Model{Type: catalog.Image, Price: catalog.Price{Image: map[string]money.Nano{"1K": million("20000"), "2K": million("40000")}}}
	speech := &catalog.Model{Type: catalog.Speech, Price: catalog.Price{Character: million("15")}}
	heard := &catalog.Model{Type: catalog.Transcription, Price: catalog.Price{Second: million("100")}}
	for name, test := range map[string]struct {
		model *catalog.Model
		use   catalog.Use
		want  []money.Line
	}{
		"text": {text, catalog.Use{Prompt: 1000, Cached: 600, CacheWrite: 100, Completion: 10, Surcharges: []string{"web_search"}}, []money.Line{
			{Item: "input", Quantity: 300, Price: million("1"), Cost: 300_000},
			{Item: "cached_input", Quantity: 600, Price: million("0.1"), Cost: 60_000},
			{Item: "cache_write", Quantity: 100, Price: million("1.25"), Cost: 125_000},
			{Item: "output", Quantity: 10, Price: million("4"), Cost: 40_000},
			{Item: "web_search", Quantity: 1, Price: million("10000"), Cost: 10_000_000},
		}},
		"long prompt, the whole request": {text, catalog.Use{Prompt: 1001, Completion: 1}, []money.Line{
			{Item: "input", Quantity: 1001, Price: million("2"), Cost: 2_002_000},
			{Item: "output", Quantity: 1, Price: million("6"), Cost: 6_000},
		}},
		"cached more than there was": {text, catalog.Use{Prompt: 5, Cached: 9, CacheWrite: 9}, []money.Line{
			{Item: "cached_input", Quantity: 5, Price: million("0.1"), Cost: 500},
		}},
		"nothing":       {text, catalog.Use{}, []money.Line{}},
		"negative":      {text, catalog.Use{Prompt: -5, Cached: -1, Completion: -3}, []money.Line{}},
		"images":        {image, catalog.Use{Units: 2, Variant: "1K"}, []money.Line{{Item: "image", Quantity: 2, Price: million("20000"), Cost: 40_000_000}}},
		"image, other":  {image, catalog.Use{Units: 1, Variant: "8K"}, []money.Line{{Item: "image", Quantity: 1, Price: million("40000"), Cost: 40_000_000}}},
		"speech":        {speech, catalog.Use{Units: 11}, []money.Line{{Item: "character", Quantity: 11, Price: million("15"), Cost: 165_000}}},
		"transcription": {heard, catalog.Use{Units: 7}, []money.Line{{Item: "second", Quantity: 7, Price: million("100"), Cost: 700_000}}},
	} {
		got := test.model.Bill(test.use)
		if len(got) != len(test.want) {
			t.Errorf("%s: bill is %+v, want %+v", name, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s: line %d is %+v, want %+v", name, i, got[i], test.want[i])
			}
		}
	}
}
