package money

import "slices"

// Line is one line of a call's bill: how much of one item was used, at which
// price, for what. The lines of a bill add up to what was charged, exactly.
type Line struct {
	// Item is what was used: "input", "cached_input", "cache_write", "output",
	// "image", "character", "second", or a surcharge such as "web_search".
	// ItemHold stands for a call whose use is not known.
	Item string
	// Quantity counts the item's unit: tokens, images, characters, seconds,
	// uses.
	Quantity int64
	// Price is the list price of a million units.
	Price Nano
	// Cost is what the line adds to the bill. A bill is rounded once, so that
	// it can differ from Quantity × Price / 10^6 by less than one nano.
	Cost Nano
}

// ItemHold is the item of a bill that charges a hold in full, because what was
// used is not known: one unit.
const ItemHold = "hold"

// Fit returns a bill of the lines that adds up to the total exactly. Where the
// lines cost more, the first ones keep their costs; what they lack is added to
// the last one. A bill without lines is one of ItemHold. The lines that were
// handed in stay as they are, and are returned if they fit already.
func Fit(lines []Line, total Nano) []Line {
	if len(lines) == 0 {
		return []Line{{Item: ItemHold, Quantity: 1, Cost: total}}
	}
	rest, fits := total, true
	for _, line := range lines {
		fits = fits && line.Cost >= 0 && line.Cost <= rest
		rest -= min(max(0, line.Cost), rest)
	}
	if fits && rest == 0 {
		return lines
	}
	rest = total
	fitted := slices.Clone(lines)
	for i := range fitted {
		fitted[i].Cost = min(max(0, fitted[i].Cost), rest)
		rest -= fitted[i].Cost
	}
	fitted[len(fitted)-1].Cost += rest
	return fitted
}
