// Package money holds amounts of USD and DIEM as whole nano-units.
//
// One unit is 10^-9 USD or 10^-9 DIEM, so that a ten-token call at five cents
// for a million tokens is still exact. Floats never enter: decimal text is
// parsed digit by digit, and rounding has one direction that each function
// names.
package money

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Nano is an amount in nano-units (10^-9) of a currency.
type Nano int64

// Unit is one whole USD or DIEM; Max means "no limit in practice".
const (
	Unit Nano = 1_000_000_000
	Max  Nano = math.MaxInt64
)

// Currency names what an amount is counted in.
type Currency string

// The two currencies that a budget can be kept in.
const (
	DIEM Currency = "DIEM"
	USD  Currency = "USD"
)

// ErrDecimal is returned for text that is not a plain non-negative decimal.
var ErrDecimal = errors.New("not a non-negative decimal number")

const (
	maxDecimalDigits = 40 // digits in all; longer text is refused, not parsed
	maxExponent      = 20
	fractionDigits   = 9
)

// Parse reads a non-negative JSON number ("1", "0.25", "1e-3") and rounds it
// down to whole nanos. Amounts above the int64 range saturate to Max. It
// returns ErrDecimal for signs, spaces, leading zeros, more than 40 digits or
// an exponent beyond ±20.
func Parse(text string) (Nano, error) {
	digits, exponent, err := splitDecimal(text)
	if err != nil {
		return 0, err
	}
	// The value is digits * 10^exponent; nanos are digits * 10^(exponent+9).
	shift := exponent + fractionDigits
	if shift < 0 {
		if -shift >= len(digits) {
			return 0, nil
		}
		digits = digits[:len(digits)+shift]
		shift = 0
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return 0, nil
	}
	if len(digits)+shift > 19 {
		return Max, nil
	}
	value, err := strconv.ParseUint(digits+strings.Repeat("0", shift), 10, 64)
	if err != nil || value > math.MaxInt64 {
		return Max, nil
	}
	return Nano(value), nil
}

// splitDecimal checks JSON's number grammar (RFC 8259 section 6, no minus) and
// returns all digits and the power of ten that they are multiplied by.
func splitDecimal(text string) (digits string, exponent int, err error) {
	mantissa, exponentText, hasExponent := text, "", false
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponentText, hasExponent = text[:i], text[i+1:], true
	}
	whole, fraction, hasFraction := strings.Cut(mantissa, ".")
	switch {
	case !allDigits(whole), hasFraction && !allDigits(fraction),
		len(whole) > 1 && whole[0] == '0',
		len(whole)+len(fraction) > maxDecimalDigits:
		return "", 0, ErrDecimal
	}
	if hasExponent {
		unsigned := strings.TrimLeft(exponentText, "+-")
		if len(exponentText)-len(unsigned) > 1 || !allDigits(unsigned) || len(unsigned) > 3 {
			return "", 0, ErrDecimal
		}
		exponent, err = strconv.Atoi(exponentText)
		if err != nil || exponent > maxExponent || exponent < -maxExponent {
			return "", 0, ErrDecimal
		}
	}
	return whole + fraction, exponent - len(fraction), nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String prints the exact decimal without trailing zeros: "1.5", "0", "-0.1".
func (n Nano) String() string {
	sign, magnitude := "", uint64(n)
	if n < 0 {
		sign, magnitude = "-", uint64(-(n+1))+1
	}
	whole, rest := magnitude/uint64(Unit), magnitude%uint64(Unit)
	if rest == 0 {
		return sign + strconv.FormatUint(whole, 10)
	}
	fraction := strconv.FormatUint(rest, 10)
	fraction = strings.Repeat("0", fractionDigits-len(fraction)) + fraction
	return sign + strconv.FormatUint(whole, 10) + "." + strings.TrimRight(fraction, "0")
}

// MarshalJSON writes the exact decimal as a JSON number.
func (n Nano) MarshalJSON() ([]byte, error) { return []byte(n.String()), nil }

// Add returns a+b, or Max when the sum does not fit.
func (n Nano) Add(other Nano) Nano {
	sum := n + other
	if other > 0 && sum < n {
		return Max
	}
	return sum
}

// PerMillion returns ceil(sum of quantity*price / 10^6) of the given terms:
// one rounding, upwards, over a 128-bit sum. It saturates to Max.
func PerMillion(terms ...Term) Nano {
	var hi, lo uint64
	for _, t := range terms {
		if t.Quantity <= 0 || t.Price <= 0 {
			continue
		}
		h, l := bits.Mul64(uint64(t.Quantity), uint64(t.Price))
		var carry uint64
		lo, carry = bits.Add64(lo, l, 0)
		hi, carry = bits.Add64(hi, h, carry)
		if carry != 0 {
			return Max
		}
	}
	const million = 1_000_000
	lo, carry := bits.Add64(lo, million-1, 0)
	hi += carry
	if hi >= million {
		return Max
	}
	quotient, _ := bits.Div64(hi, lo, million)
	if quotient > math.MaxInt64 {
		return Max
	}
	return Nano(quotient)
}

// Term is a quantity (tokens) at a price in nanos for a million of them.
type Term struct {
	Quantity int64
	Price    Nano
}
