package usage

import (
	"math/bits"
	"strings"

	"stakegate/internal/money"
)

// item is how one item of a bill is named and counted, by money.Line's Item.
type item struct {
	sku        string // follows the model's id
	perMillion bool   // sold, and shown, by the million
	unit       string // what an account's analytics count it in; "": nothing
	label      string // in the analytics' breakdown
}

// Units as the analytics name them.
const (
	unitTokens     = "tokens"
	unitImages     = "images"
	unitCharacters = "chars"
	unitSeconds    = "seconds"
)

var items = map[string]item{
	"input":        {sku: "-llm-input-mtoken", perMillion: true, unit: unitTokens, label: "Input"},
	"cached_input": {sku: "-llm-cache-input-mtoken", perMillion: true, unit: unitTokens, label: "Cache Read"},
	"cache_write":  {sku: "-llm-cache-write-mtoken", perMillion: true, unit: unitTokens, label: "Cache Write"},
	"output":       {sku: "-llm-output-mtoken", perMillion: true, unit: unitTokens, label: "Output"},
	"image":        {sku: "-image-unit", unit: unitImages, label: "Images"},
	"character":    {sku: "-tts-mcharacter", perMillion: true, unit: unitCharacters, label: "Characters"},
	"second":       {sku: "-asr-second", unit: unitSeconds, label: "Seconds"},
	money.ItemHold: {sku: "-hold-unit", label: "Not Reported"},
}

// itemOf knows every item; those without a name of their own are surcharges,
// each counted in uses.
func itemOf(name string) item {
	if known, ok := items[name]; ok {
		return known
	}
	words := strings.Split(name, "_")
	for i, word := range words {
		if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return item{sku: "-" + strings.ReplaceAll(name, "_", "-") + "-unit", label: strings.Join(words, " ")}
}

// price is what one unit costs, as it is sold: a million tokens, or one image.
// A hold has no list price: its unit cost what it cost.
func (i item) price(line money.Line) money.Nano {
	switch {
	case line.Item == money.ItemHold:
		return max(line.Cost, 0)
	case i.perMillion:
		return line.Price
	}
	return line.Price / 1_000_000
}

// units is a quantity in the units that it is sold in, as an exact decimal.
func (i item) units(quantity int64) Units {
	nanos := uint64(money.Unit)
	if i.perMillion {
		nanos /= 1_000_000
	}
	hi, lo := bits.Mul64(uint64(max(quantity, 0)), nanos)
	if hi != 0 || lo > uint64(money.Max) {
		return Units(money.Max)
	}
	return Units(lo)
}

// Units is a number of units in 10^-9 of one.
type Units int64

// String is the exact decimal.
func (u Units) String() string { return money.Nano(u).String() }

// MarshalJSON writes the exact decimal as a JSON number.
func (u Units) MarshalJSON() ([]byte, error) { return []byte(u.String()), nil }
