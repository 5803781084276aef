package money

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
