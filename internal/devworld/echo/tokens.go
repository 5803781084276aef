package echo

import (
	"unicode"
	"unicode/utf8"
)

const tokenRunes = 6

// Tokens splits a text as the package comment says. Put together they are the
// text again, and there are never more of them than bytes.
func Tokens(text string) []string {
	var tokens []string
	start, runes := 0, 0 // runes counts the ones of this token that are not white space
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		space := unicode.IsSpace(r)
		if runes == tokenRunes || (space && runes > 0) {
			tokens = append(tokens, text[start:i])
			start, runes = i, 0
		}
		if !space {
			runes++
		}
		i += size
	}
	if start < len(text) {
		tokens = append(tokens, text[start:])
	}
	return tokens
}

// CountTokens is len(Tokens(text)).
func CountTokens(text string) int { return len(Tokens(text)) }
