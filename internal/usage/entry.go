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
	PromptTokens     *int64         // nil: not known
	CompletionTokens *int64         // nil: not known, or the model has no output
	ExecutionTime    *time.Duration // nil: not recorded
}

// Units counts tokens; they are sold, and shown, by the million.
type Units int64

// String is the exact decimal of millions of tokens.
func (u Units) String() string {
	const nanosPerToken = int64(money.Unit) / 1_000_000
	hi, lo := bits.Mul64(uint64(max(u, 0)), uint64(nanosPerToken))
	if hi != 0 || lo > uint64(money.Max) {
		return money.Max.String()
	}
	return money.Nano(lo).String()
}

const (
	notesInference = "API Inference"
	notesUnknown   = "API Inference (usage not reported, charged in full)"
)

// line is an entry with its place in the walk. Slots are fixed, so that a
// cursor means the same place whatever other lines its charge has.
type line struct {
	Entry
	seq  int64
	slot uint8
}

const (
	slotInputDIEM = iota + 1
	slotInputUSD
	slotOutputDIEM
	slotOutputUSD
)

// side is the prompt's or the output's part of a charge.
type side struct {
	sku       string
	tokens    int64
	price     money.Nano
	diem, usd money.Nano
}

// expand returns a charge's lines. Their amounts add up to -(DIEM+USD), and
// the units of each side to its tokens. A call that cost nothing still has a
// line, so that it is not missing.
func expand(c Charge) []line {
	inputDIEM, inputUSD := within(c.InputDIEM, c.DIEM), within(c.InputUSD, c.USD)
	input := side{sku: c.ModelID + "-llm-input-mtoken", price: c.InputPrice, diem: inputDIEM, usd: inputUSD}
	output := side{sku: c.ModelID + "-llm-output-mtoken", price: c.OutputPrice, diem: c.DIEM - inputDIEM, usd: c.USD - inputUSD}
	if c.TokensKnown {
		input.tokens, output.tokens = max(c.PromptTokens, 0), max(c.CompletionTokens, 0)
	}
	common := describe(c)
	lines := append(input.lines(common, c, slotInputDIEM), output.lines(common, c, slotOutputDIEM)...)
	if len(lines) == 0 {
		lines = append(lines, input.line(common, c.Seq, slotInputDIEM, money.DIEM, 0, 0))
	}
	return lines
}

// within keeps a part between zero and its whole.
func within(part, whole money.Nano) money.Nano {
	return max(min(part, whole), 0)
}

// describe fills in what all lines of a charge share.
func describe(c Charge) Entry {
	common := Entry{At: c.At, Notes: notesInference, RequestID: c.RequestID}
	if !c.TokensKnown {
		common.Notes = notesUnknown
	} else {
		common.PromptTokens = &c.PromptTokens
		if c.ModelType != "embedding" {
			common.CompletionTokens = &c.CompletionTokens
		}
	}
	if c.ExecutionTime > 0 {
		common.ExecutionTime = &c.ExecutionTime
	}
	return common
}

// lines returns a side's lines; the slot of its USD line follows that of DIEM.
func (s side) lines(common Entry, c Charge, slot uint8) []line {
	if s.diem == 0 && s.usd == 0 {
		switch {
		case s.tokens <= 0:
			return nil
		case c.DIEM == 0 && c.USD != 0: // shown in the currency that paid for the rest
			return []line{s.line(common, c.Seq, slot+1, money.USD, 0, s.tokens)}
		default:
			return []line{s.line(common, c.Seq, slot, money.DIEM, 0, s.tokens)}
		}
	}
	diemTokens := share(s.tokens, s.diem, s.usd)
	var lines []line
	if s.diem != 0 {
		lines = append(lines, s.line(common, c.Seq, slot, money.DIEM, s.diem, diemTokens))
	}
	if s.usd != 0 {
		lines = append(lines, s.line(common, c.Seq, slot+1, money.USD, s.usd, s.tokens-diemTokens))
	}
	return lines
}

func (s side) line(common Entry, seq int64, slot uint8, currency money.Currency, amount money.Nano, tokens int64) line {
	common.Currency, common.Amount, common.Units = currency, -amount, Units(tokens)
	common.SKU, common.PricePerUnit = s.sku, s.price
	return line{Entry: common, seq: seq, slot: slot}
}

// share returns the part of the tokens that the first of two amounts paid for,
// rounded down. Neither amount is negative, and one is not zero.
func share(tokens int64, first, second money.Nano) int64 {
	if tokens <= 0 {
		return 0
	}
	sum := uint64(first) + uint64(second)
	hi, lo := bits.Mul64(uint64(tokens), uint64(first))
	part, _ := bits.Div64(hi, lo, sum) // hi < sum because tokens < 2^63
	return int64(part)
}
