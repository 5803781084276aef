package dashboard

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"

	"stakegate/internal/money"
)

// amount is an exact number of the API's, of DIEM, USD or units.
type amount money.Nano

// UnmarshalJSON reads a JSON number or, as some members are, a text with one;
// null leaves the amount as it is.
func (a *amount) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	digits, negative := strings.CutPrefix(string(bytes.Trim(text, `"`)), "-")
	nano, err := money.Parse(digits)
	if negative {
		nano = -nano
	}
	*a = amount(nano)
	return err
}

// Number is the amount in nanos, for comparisons.
func (a amount) Number() int64 { return int64(a) }

// Exact is the whole number.
func (a amount) Exact() string { return money.Nano(a).String() }

// Decimals that an amount is shown with: enough to see a small one move.
const (
	manyDecimals = 6
	someDecimals = 4
	fewDecimals  = 2
)

// Short is the amount for people, rounded down: what is left is never shown as
// more than it is.
func (a amount) Short() string {
	sign := ""
	if a < 0 {
		sign, a = "−", -a
	}
	decimals := manyDecimals
	switch {
	case a >= amount(1000*money.Unit):
		decimals = fewDecimals
	case a >= amount(money.Unit):
		decimals = someDecimals
	case a == 0:
		return "0"
	case a < 1000:
		return sign + "<0.000001"
	}
	return sign + cut(a.Exact(), decimals)
}

// cut is an exact decimal with at most so many places, rounded down.
func cut(exact string, decimals int) string {
	whole, fraction, _ := strings.Cut(exact, ".")
	fraction = strings.TrimRight(fraction[:min(len(fraction), decimals)], "0")
	if fraction != "" {
		fraction = "." + fraction
	}
	return grouped(whole) + fraction
}

// tokens is an exact decimal of tokens, which may have 18 places, for people.
func tokens(exact string) string { return cut(exact, manyDecimals) }

// grouped puts commas between thousands.
func grouped(digits string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// bar shows what of a limit is spent and held.
type bar struct {
	Name             string // of the limit, for who cannot see it
	Unit             string
	Cap, Spent, Held amount
}

// Free is what is left of it.
func (b bar) Free() amount { return max(0, b.Cap-b.Spent-b.Held) }

// SpentWidth and HeldWidth are percentages with a decimal; what is above the
// limit, after it was lowered, is not drawn.
func (b bar) SpentWidth() string { return percent(min(b.Spent, b.Cap), b.Cap) }

// HeldWidth is drawn after what is spent.
func (b bar) HeldWidth() string { return percent(min(b.Held, max(0, b.Cap-b.Spent)), b.Cap) }

// Level tells how near the limit is: "", "high" from four fifths on, or "full".
func (b bar) Level() string {
	switch {
	case b.Cap > 0 && b.Free() == 0:
		return "full"
	case b.Cap > 0 && b.Free() <= b.Cap/5:
		return "high"
	}
	return ""
}

// Label says the same in words.
func (b bar) Label() string {
	text := fmt.Sprintf("%s: %s of %s %s spent", b.Name, b.Spent.Short(), b.Cap.Short(), b.Unit)
	if b.Held > 0 {
		text += fmt.Sprintf(", %s held", b.Held.Short())
	}
	return text
}

// percent is part of whole with a decimal; something is never drawn as nothing.
func percent(part, whole amount) string {
	if part <= 0 || whole <= 0 {
		return "0"
	}
	hi, lo := bits.Mul64(uint64(part), 1000)
	tenths, _ := bits.Div64(hi, lo, uint64(whole)) // part is at most whole, so hi is below it
	tenths = max(tenths, 5)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}
