package catalog

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stakegate/internal/money"
)

// parser collects every problem of a file.
type parser struct {
	catalog  *Catalog
	problems Problems
}

func (p *parser) fail(at place, format string, args ...any) {
	p.problems = append(p.problems, Problem{Field: at.String(), Text: fmt.Sprintf(format, args...), at: at})
}

// word checks a short printable name.
func (p *parser) word(at place, value string) {
	printable := utf8.ValidString(value) && !strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsPrint(r)
	})
	if value == "" || len(value) > maxName || !printable {
		p.fail(at, "must be 1 to %d bytes of printable text", maxName)
	}
}

func (p *parser) words(at place, values []string) {
	for i, value := range values {
		p.word(at.index(i), value)
	}
	p.unique(at, values)
}

func (p *parser) unique(at place, values []string) {
	seen := map[string]bool{}
	for i, value := range values {
		if seen[value] {
			p.fail(at.index(i), "%q is there twice", value)
		}
		seen[value] = true
	}
}

// oneOf checks a word against a list; "" passes.
func (p *parser) oneOf(at place, value string, known []string) {
	if value == "" {
		return
	}
	for _, k := range known {
		if value == k {
			return
		}
	}
	if len(known) == 0 {
		p.fail(at, "%q has nothing to choose from", value)
		return
	}
	p.fail(at, "%q is not one of %s", value, strings.Join(known, ", "))
}

// number reads a whole number, 0 if it is not there, and checks its range.
func (p *parser) number(at place, w whole, least, most int64) int64 {
	var value int64
	if w.text != "" {
		parsed, err := strconv.ParseInt(w.text, 10, 64)
		if err != nil {
			p.fail(at, "must be a whole number between %d and %d", least, most)
			return 0
		}
		value = parsed
	}
	if value < least || value > most {
		p.fail(at, "must be between %d and %d", least, most)
		return 0
	}
	return value
}

// moment reads a time; a date alone is its first instant in UTC.
func (p *parser) moment(at place, text string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	p.fail(at, `must be a time such as "2026-03-01" or "2026-03-01T12:00:00Z"`)
	return time.Time{}
}

// maxPriceDecimals of a price for a million; more would be rounded.
const maxPriceDecimals = 9

// maxPrice of a million tokens or characters, and maxUnitPrice of one image,
// second or use.
const (
	maxPrice     = 1_000_000 * money.Unit
	maxUnitPrice = 1_000 * money.Unit
)

// perMillionPrice reads the price of a million units.
func (p *parser) perMillionPrice(at place, text string) money.Nano {
	price, ok := decimal(text, maxPriceDecimals)
	if !ok || price > maxPrice {
		p.fail(at, `must be a decimal up to 1000000 with at most %d places, such as "0.15"`, maxPriceDecimals)
		return 0
	}
	return price
}

// unitPrice reads the price of one unit and returns that of a million. A price
// of one may have more places than a nano has.
func (p *parser) unitPrice(at place, text string) money.Nano {
	price, ok := decimal(shift(text), maxPriceDecimals)
	hi, lo := bits.Mul64(uint64(maxUnitPrice), 1_000_000)
	if !ok || hi > 0 || uint64(price) > lo {
		p.fail(at, `must be a decimal up to 1000 with at most %d places, such as "0.0001"`, maxPriceDecimals+6)
		return 0
	}
	return price
}

// shift multiplies plain decimal text by a million.
func shift(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	if strings.HasSuffix(text, ".") || whole == "" {
		return "" // not a decimal
	}
	for len(fraction) < 6 {
		fraction += "0"
	}
	moved := whole + fraction[:6]
	if len(whole) > 1 && whole[0] == '0' {
		return "" // 01 is not a decimal, and must not become one
	}
	moved = strings.TrimLeft(moved, "0")
	if moved == "" {
		moved = "0"
	}
	if rest := fraction[6:]; rest != "" {
		moved += "." + rest
	}
	return moved
}

func decimal(text string, places int) (money.Nano, bool) {
	value, err := money.Parse(text)
	_, fraction, _ := strings.Cut(text, ".")
	return value, err == nil && !strings.ContainsAny(text, "eE") && len(fraction) <= places
}
