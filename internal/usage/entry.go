package usage

import (
	"math/bits"
	"time"

	"stakegate/internal/money"
)

// Entry is one line of the history.
type Entry struct {
	At           time.Time
	Currency     money.Currency
	Amount       money.Nano // never positive: it was taken
	PricePerUnit money.Nano // USD
	SKU          string     // the model and what was used of it
	Units        Units
	Notes        string

	RequestID        string
	PromptTokens     *int64         // nil: not known, or the model has no tokens
	CompletionTokens *int64         // nil: not known, or the model has no output tokens
	ExecutionTime    *time.Duration // nil: not recorded
}

const (
	notesInference = "API Inference"
	notesUnknown   = "API Inference (usage not reported, charged in full)"
)

// line is an entry with its place in the walk. A slot belongs to a line of the
// bill and a currency, so that a cursor means the same place whatever other
// entries its charge has.
type line struct {
	Entry
	seq  int64
	slot uint16
}

// part is what one currency paid for one line of a bill.
type part struct {
	line     int // its number in the bill
	item     string
	currency money.Currency
	amount   money.Nano
	quantity int64
	price    money.Nano
}

// slot is the part's place among those of its charge.
func (p part) slot() uint16 {
	slot := uint16(2*p.line + 1)
	if p.currency == money.USD {
		slot++
	}
	return slot
}

// maxLines is how many lines of a bill are shown one by one: a bill has one
// for each item of a model, which are a handful. What costs beyond them stands
// with the last one.
const maxLines = 1 << 10

// parts splits a charge: DIEM pays for the bill's lines in their order until
// it is used up, USD for the rest. The amounts add up to DIEM and USD exactly,
// also where a correction has lowered those below what the bill says; the
// quantities add up to the bill's. A charge without a cost still has a part,
// so that no call is missing.
func (c Charge) parts() []part {
	bill := c.bill()
	diem, usd := max(c.DIEM, 0), max(c.USD, 0)
	var parts []part
	for number, l := range bill {
		cost := max(l.Cost, 0)
		last := number == len(bill)-1
		byDIEM := min(cost, diem)
		if last {
			byDIEM = diem
		}
		byUSD := min(cost-byDIEM, usd)
		if last {
			byUSD = usd
		}
		diem, usd = diem-byDIEM, usd-byUSD
		parts = append(parts, c.split(number, l, byDIEM, byUSD)...)
	}
	if len(parts) == 0 {
		parts = append(parts, part{item: bill[0].Item, currency: money.DIEM, price: bill[0].Price})
	}
	return parts
}

// bill is the charge's bill, never empty.
func (c Charge) bill() []money.Line {
	switch {
	case len(c.Lines) > maxLines:
		return c.Lines[:maxLines]
	case len(c.Lines) > 0:
		return c.Lines
	}
	return []money.Line{{Item: money.ItemHold, Quantity: 1, Cost: c.DIEM.Add(c.USD)}}
}

// split makes the parts of one line.
func (c Charge) split(number int, l money.Line, byDIEM, byUSD money.Nano) []part {
	quantity := max(l.Quantity, 0)
	p := part{line: number, item: l.Item, price: itemOf(l.Item).price(l)}
	with := func(currency money.Currency, amount money.Nano, quantity int64) part {
		p.currency, p.amount, p.quantity = currency, amount, quantity
		return p
	}
	if byDIEM == 0 && byUSD == 0 {
		switch {
		case quantity == 0:
			return nil
		case c.DIEM == 0 && c.USD != 0: // shown in the currency that paid for the rest
			return []part{with(money.USD, 0, quantity)}
		}
		return []part{with(money.DIEM, 0, quantity)}
	}
	share := share(quantity, byDIEM, byUSD)
	var parts []part
	if byDIEM != 0 {
		parts = append(parts, with(money.DIEM, byDIEM, share))
	}
	if byUSD != 0 {
		parts = append(parts, with(money.USD, byUSD, quantity-share))
	}
	return parts
}

// share returns the part of a quantity that the first of two amounts paid for,
// rounded down. Neither amount is negative, and one is not zero.
func share(quantity int64, first, second money.Nano) int64 {
	hi, lo := bits.Mul64(uint64(quantity), uint64(first))
	share, _ := bits.Div64(hi, lo, uint64(first)+uint64(second)) // hi < sum because quantity < 2^63
	return int64(share)
}

// expand returns a charge's lines of the history.
func expand(c Charge) []line {
	common := describe(c)
	parts := c.parts()
	lines := make([]line, len(parts))
	for i, p := range parts {
		entry, kind := common, itemOf(p.item)
		entry.Currency, entry.Amount, entry.PricePerUnit = p.currency, -p.amount, p.price
		entry.SKU, entry.Units = c.ModelID+kind.sku, kind.units(p.quantity)
		lines[i] = line{Entry: entry, seq: c.Seq, slot: p.slot()}
	}
	return lines
}

// describe fills in what all entries of a charge share.
func describe(c Charge) Entry {
	common := Entry{At: c.At, Notes: notesInference, RequestID: c.RequestID}
	switch {
	case !c.TokensKnown:
		common.Notes = notesUnknown
	case c.ModelType == typeText:
		common.PromptTokens, common.CompletionTokens = &c.PromptTokens, &c.CompletionTokens
	case c.ModelType == typeEmbedding:
		common.PromptTokens = &c.PromptTokens
	}
	if c.ExecutionTime > 0 {
		common.ExecutionTime = &c.ExecutionTime
	}
	return common
}
