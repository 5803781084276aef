package agent

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// ErrAmount is returned for text that is not a plain decimal of at most 18
// places.
var ErrAmount = errors.New("not an amount: want a plain decimal such as 10 or 0.25, with at most 18 places")

const (
	amountPlaces    = 18 // ETH, VVV, sVVV and DIEM all have 18 decimals
	maxAmountDigits = 30 // before the point; far above any supply
)

var oneToken = new(big.Int).Exp(big.NewInt(10), big.NewInt(amountPlaces), nil)

// Amount is a quantity of ETH, VVV, sVVV or DIEM in base units (10^-18). It
// reads and prints as an exact decimal. The zero Amount is 0; Amounts are
// values and never change.
type Amount struct{ units *big.Int }

// Units makes an amount of base units. A nil or negative number gives 0.
func Units(units *big.Int) Amount {
	if units == nil || units.Sign() <= 0 {
		return Amount{}
	}
	return Amount{new(big.Int).Set(units)}
}

// ParseAmount reads a plain decimal number: digits, and a point with at most
// 18 digits after it. Anything else gives ErrAmount.
func ParseAmount(text string) (Amount, error) {
	whole, fraction, point := strings.Cut(text, ".")
	if !digits(whole) || point && !digits(fraction) || len(fraction) > amountPlaces || len(whole) > maxAmountDigits {
		return Amount{}, ErrAmount
	}
	units, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", amountPlaces-len(fraction)), 10)
	if !ok {
		return Amount{}, ErrAmount
	}
	return Units(units), nil
}

// MustAmount is ParseAmount for constants; it panics on anything else.
func MustAmount(text string) Amount {
	amount, err := ParseAmount(text)
	if err != nil {
		panic("agent: MustAmount(" + text + "): " + err.Error())
	}
	return amount
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// Int returns the base units; the result is the caller's to change.
func (a Amount) Int() *big.Int {
	if a.units == nil {
		return new(big.Int)
	}
	return new(big.Int).Set(a.units)
}

// IsZero reports whether the amount is 0.
func (a Amount) IsZero() bool { return a.units == nil || a.units.Sign() == 0 }

// Cmp compares two amounts: -1, 0 or 1.
func (a Amount) Cmp(b Amount) int { return a.Int().Cmp(b.Int()) }

// Add returns a+b.
func (a Amount) Add(b Amount) Amount { return Units(new(big.Int).Add(a.Int(), b.Int())) }

// Sub returns a-b, or 0 where b is larger.
func (a Amount) Sub(b Amount) Amount { return Units(new(big.Int).Sub(a.Int(), b.Int())) }

// Div returns a/n, rounded down. n must not be 0.
func (a Amount) Div(n int64) Amount { return Units(new(big.Int).Quo(a.Int(), big.NewInt(n))) }

// String prints the exact decimal, without trailing zeros.
func (a Amount) String() string {
	whole, rest := new(big.Int).QuoRem(a.Int(), oneToken, new(big.Int))
	if rest.Sign() == 0 {
		return whole.String()
	}
	fraction := rest.String()
	fraction = strings.Repeat("0", amountPlaces-len(fraction)) + fraction
	return whole.String() + "." + strings.TrimRight(fraction, "0")
}

// Short prints the amount for people: rounded down to six places after the
// point, or to three significant ones when it is smaller.
func (a Amount) Short() string {
	text := a.String()
	point := strings.IndexByte(text, '.')
	if point < 0 {
		return text
	}
	keep := point + 1 + 6
	if strings.HasPrefix(text, "0.000") {
		first := point + 1 + len(text[point+1:]) - len(strings.TrimLeft(text[point+1:], "0"))
		keep = max(keep, first+3)
	}
	if len(text) <= keep {
		return text
	}
	return strings.TrimRight(strings.TrimRight(text[:keep], "0"), ".")
}

// MarshalJSON writes the exact decimal as a JSON string: its 18 places do not
// fit in the floats that most readers make of numbers.
func (a Amount) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Amount) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return ErrAmount
	}
	parsed, err := ParseAmount(text)
	*a = parsed
	return err
}
