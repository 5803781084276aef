package apikey

import (
	"errors"
	"math/big"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"stakegate/internal/money"
)

// Bounds that Venice's API has too.
const (
	// MaxDescriptionLength is counted in Unicode code points.
	MaxDescriptionLength = 64
	// MaxActiveKeys is how many keys an account may have at a time.
	MaxActiveKeys = 500
	// MaxCreationsPerMinute is how many keys an account may make in a minute.
	MaxCreationsPerMinute = 20
)

// Errors of the parsers below. Their texts complete "<member> ..." and quote
// nothing, so they can be sent to the client.
var (
	ErrType        = errors.New("must be INFERENCE or ADMIN")
	ErrPeriod      = errors.New("must be EPOCH, MONTH or LIFETIME")
	ErrPrivacy     = errors.New("must be ALL, PRIVATE_TEXT or PRIVATE_ONLY")
	ErrLimit       = errors.New("must be a number from 0 to 9999999999 with at most 20 digits")
	ErrExpiry      = errors.New("must be empty, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, and a real date")
	ErrExpired     = errors.New("must be in the future")
	ErrDescription = errors.New("must have at most 64 characters and no control characters")
)

// ParseType reads a key type, by its exact name.
func ParseType(text string) (Type, error) { return oneOf(ErrType, text, Inference, Admin) }

// ParsePeriod reads a limit period, by its exact name.
func ParsePeriod(text string) (Period, error) {
	return oneOf(ErrPeriod, text, Epoch, Month, Lifetime)
}

// ParsePrivacy reads a privacy setting, by its exact name.
func ParsePrivacy(text string) (Privacy, error) {
	return oneOf(ErrPrivacy, text, PrivacyAll, PrivacyPrivateText, PrivacyPrivateOnly)
}

func oneOf[T ~string](otherwise error, text string, known ...T) (T, error) {
	for _, value := range known {
		if text == string(value) {
			return value, nil
		}
	}
	return "", otherwise
}

const (
	maxLimitDigits = 20
	maxLimit       = 9_999_999_999 // in whole units
	nanoDecimals   = 9
)

// ParseLimit reads a consumption limit, given as the text of a JSON number in
// whole USD, DIEM or VCU. It is rounded down to nine decimals; Text is that
// exact value in plain decimals, and Cap saturates above 9.2 billion.
func ParseLimit(text string) (Limit, error) {
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	if len(strings.ReplaceAll(mantissa, ".", "")) > maxLimitDigits {
		return Limit{}, ErrLimit
	}
	// money knows the grammar, and saturates; above its range the exact value
	// is needed, for the bound and for the text.
	limit, err := money.Parse(text)
	if err != nil {
		return Limit{}, ErrLimit
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok || exact.Cmp(big.NewRat(maxLimit, 1)) > 0 {
		return Limit{}, ErrLimit
	}
	if limit < money.Max {
		return Limit{Cap: limit, Text: limit.String()}, nil
	}
	return Limit{Cap: money.Max, Text: plain(exact)}, nil
}

// plain prints a non-negative number rounded down to nine decimals, without
// trailing zeros.
func plain(exact *big.Rat) string {
	nanos := new(big.Int).Mul(exact.Num(), big.NewInt(int64(money.Unit)))
	nanos.Quo(nanos, exact.Denom())
	whole, rest := nanos.QuoRem(nanos, big.NewInt(int64(money.Unit)), new(big.Int))
	if rest.Sign() == 0 {
		return whole.String()
	}
	fraction := rest.String()
	fraction = strings.Repeat("0", nanoDecimals-len(fraction)) + fraction
	return whole.String() + "." + strings.TrimRight(fraction, "0")
}

// ParseExpiry reads when a key ends: "" never (nil), "2026-12-31" at the end
// of that day in UTC (its last millisecond, so that it is shown with that
// date), or an instant "2026-12-31T23:59:59Z" with optional milliseconds. It
// returns ErrExpiry for any other form, for dates that do not exist and for
// leap seconds, and ErrExpired unless it is after now.
func ParseExpiry(text string, now time.Time) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	var layout string
	switch {
	case shaped(text, "0000-00-00"):
		text, layout = text+"T23:59:59.999Z", "2006-01-02T15:04:05.000Z"
	case shaped(text, "0000-00-00T00:00:00Z"):
		layout = "2006-01-02T15:04:05Z"
	case shaped(text, "0000-00-00T00:00:00.000Z"):
		layout = "2006-01-02T15:04:05.000Z"
	default:
		return nil, ErrExpiry
	}
	expires, err := time.Parse(layout, text)
	if err != nil {
		return nil, ErrExpiry
	}
	if !expires.After(now) {
		return nil, ErrExpired
	}
	return &expires, nil
}

// shaped reports whether the text has a digit where the shape has a zero and
// else the very same bytes. time.Parse alone is more forgiving: it takes "1:02"
// for an hour and any number of decimals.
func shaped(text, shape string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		isDigit := '0' <= text[i] && text[i] <= '9'
		if shape[i] == '0' && !isDigit || shape[i] != '0' && text[i] != shape[i] {
			return false
		}
	}
	return true
}

// ParseDescription checks a key's description and returns it unchanged: valid
// UTF-8, at most MaxDescriptionLength code points, no control characters. It
// may hold markup: whoever shows it must escape it.
func ParseDescription(text string) (string, error) {
	// The first test keeps long texts from being walked.
	if len(text) > utf8.UTFMax*MaxDescriptionLength || !utf8.ValidString(text) ||
		utf8.RuneCountInString(text) > MaxDescriptionLength ||
		strings.ContainsFunc(text, unicode.IsControl) {
		return "", ErrDescription
	}
	return text, nil
}
