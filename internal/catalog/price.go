package catalog

import (
	"math/bits"

	"stakegate/internal/money"
)

// Price is what a model costs, in nanos for a million units of each item. What
// a model does not sell is 0.
type Price struct {
	TokenPrice
	// Extended replaces TokenPrice, for the whole request, when its prompt is
	// longer than a threshold. nil: there is one price.
	Extended *Extended
	// Image is the price of images by variant, which Model.Variant names.
	Image map[string]money.Nano
	// Character is for text that is spoken, Second for audio that is
	// transcribed.
	Character money.Nano
	Second    money.Nano
	// Surcharges are the prices of a request's extras, such as "web_search",
	// for each use.
	Surcharges map[string]money.Nano
}

// TokenPrice is what tokens cost.
type TokenPrice struct {
	Input, Output money.Nano
	// CachedInput is for prompt tokens read from the upstream's cache and
	// CacheWrite for those written to it; both are Input if the file does not
	// say.
	CachedInput, CacheWrite money.Nano
}

// Extended is the price of requests with a long prompt.
type Extended struct {
	Threshold int64 // tokens; it applies to prompts with more
	TokenPrice
}

// Demand is the most that a request can use.
type Demand struct {
	Prompt    int64 // tokens, from PromptBound
	Choices   int64 // answers; 0 is 1
	OutputCap int64 // tokens of each answer
	// Units counts images, characters or seconds, as the model's type has it.
	Units   int64
	Variant string // of images, from Model.Variant
	// Surcharges are the extras that the request may cause, by name; a name
	// stands for one use.
	Surcharges []string
}

// Use is what a request did use.
type Use struct {
	// Prompt are all prompt tokens; Cached and CacheWrite are parts of them.
	Prompt, Cached, CacheWrite int64
	Completion                 int64 // tokens of all answers
	Units                      int64
	Variant                    string
	Surcharges                 []string
}

// Items of a bill's lines; a surcharge is an item of its own name.
const (
	ItemInput       = "input"
	ItemCachedInput = "cached_input"
	ItemCacheWrite  = "cache_write"
	ItemOutput      = "output"
	ItemImage       = "image"
	ItemCharacter   = "character"
	ItemSecond      = "second"
)

// dearest is the most that tokens of a prompt of this size can cost: the bound
// must hold whether or not the upstream's cache is used, and for every shorter
// prompt.
func (p *Price) dearest(prompt int64) (input, output money.Nano) {
	input, output = max(p.Input, p.CachedInput, p.CacheWrite), p.Output
	if x := p.Extended; x != nil && prompt > x.Threshold {
		input = max(input, x.Input, x.CachedInput, x.CacheWrite)
		output = max(output, x.Output)
	}
	return input, output
}

// at returns the prices of a prompt of this size.
func (p *Price) at(prompt int64) *TokenPrice {
	if p.Extended != nil && prompt > p.Extended.Threshold {
		return &p.Extended.TokenPrice
	}
	return &p.TokenPrice
}

// unit is the item that a model of this type sells beside tokens, and its
// price. An unknown variant has the dearest variant's.
func (m *Model) unit(variant string) (item string, price money.Nano) {
	switch m.Type {
	case Text, Embedding: // tokens alone
	case Image:
		price, known := m.Price.Image[variant]
		for _, p := range m.Price.Image {
			if !known && p > price {
				price = p
			}
		}
		return ItemImage, price
	case Speech:
		return ItemCharacter, m.Price.Character
	case Transcription:
		return ItemSecond, m.Price.Second
	}
	return "", 0
}

// MaxCompletion is the most tokens that the answers to a demand can have.
func (m *Model) MaxCompletion(d Demand) int64 {
	return max(d.Choices, 1) * (max(d.OutputCap, 0) + m.ReasoningExtra)
}

// BoundOf is the most that a demand can cost, rounded up once: every Use
// within it has a Bill of at most this. It saturates to money.Max.
func (m *Model) BoundOf(d Demand) money.Nano {
	input, output := m.Price.dearest(d.Prompt)
	_, unit := m.unit(d.Variant)
	terms := [8]money.Term{
		{Quantity: d.Prompt, Price: input},
		{Quantity: m.MaxCompletion(d), Price: output},
		{Quantity: d.Units, Price: unit},
	}
	list := terms[:3]
	for _, name := range d.Surcharges {
		list = append(list, money.Term{Quantity: 1, Price: m.Price.Surcharges[name]})
	}
	return money.PerMillion(list...)
}

// CapOf is the largest OutputCap with which the demand's BoundOf is at most
// amount: between 0 and MaxOutput. It is also 0 when the rest of the demand
// alone costs more than amount. The demand's own OutputCap does not matter.
func (m *Model) CapOf(amount money.Nano, d Demand) int64 {
	d.OutputCap = 0
	rest := m.BoundOf(d)
	if rest > amount {
		return 0
	}
	_, output := m.Price.dearest(d.Prompt)
	hi, perToken := bits.Mul64(uint64(max(d.Choices, 1)), uint64(output))
	if perToken == 0 && hi == 0 {
		return m.MaxOutput
	}
	// What is free for sure: the rest may have been rounded up by less than a
	// nano, which can be worth a few more tokens.
	low := perMillion(amount-rest, hi, perToken)
	if low >= m.MaxOutput {
		return m.MaxOutput
	}
	high := min(perMillion(amount-rest+1, hi, perToken), m.MaxOutput)
	for low < high {
		middle := low + (high-low+1)/2
		if d.OutputCap = middle; m.BoundOf(d) <= amount {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// perMillion is how many tokens an amount buys, rounded down; at most 2^62.
func perMillion(amount money.Nano, priceHi, price uint64) int64 {
	if priceHi > 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(amount), 1_000_000)
	if hi >= price {
		return 1 << 62
	}
	tokens, _ := bits.Div64(hi, lo, price)
	return int64(min(tokens, 1<<62))
}

// Bill lists what a use costs. The lines' costs add up to the sum of quantity
// × price, rounded up once. Items that were not used have no line; a bill
// without a line is for nothing.
func (m *Model) Bill(u Use) []money.Line {
	prompt := max(u.Prompt, 0)
	cached := min(max(u.Cached, 0), prompt)
	written := min(max(u.CacheWrite, 0), prompt-cached)
	price := m.Price.at(prompt)
	item, unit := m.unit(u.Variant)
	lines := make([]money.Line, 0, 3+len(u.Surcharges))
	add := func(item string, quantity int64, price money.Nano) {
		if quantity > 0 {
			lines = append(lines, money.Line{Item: item, Quantity: quantity, Price: price})
		}
	}
	add(ItemInput, prompt-cached-written, price.Input)
	add(ItemCachedInput, cached, price.CachedInput)
	add(ItemCacheWrite, written, price.CacheWrite)
	add(ItemOutput, u.Completion, price.Output)
	if item != "" {
		add(item, u.Units, unit)
	}
	for _, name := range u.Surcharges {
		add(name, 1, m.Price.Surcharges[name])
	}
	return shareOut(lines)
}

// shareOut gives each line its part of the bill: what the bill up to it costs
// more than up to the line before. So they add up exactly, and each differs
// from its own product by less than a nano.
func shareOut(lines []money.Line) []money.Line {
	var buffer [8]money.Term
	terms := buffer[:0]
	before := money.Nano(0)
	for i := range lines {
		terms = append(terms, money.Term{Quantity: lines[i].Quantity, Price: lines[i].Price})
		total := money.PerMillion(terms...)
		lines[i].Cost, before = total-before, total
	}
	return lines
}

// Total is what a bill's lines add up to.
func Total(lines []money.Line) money.Nano {
	total := money.Nano(0)
	for _, line := range lines {
		total += line.Cost
	}
	return total
}
