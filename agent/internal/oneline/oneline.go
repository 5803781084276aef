// Package oneline makes words of somebody else fit to be shown.
package oneline

import "strings"

const maxText = 300 // bytes of somebody else's words that are repeated

// Text is the text in one line: no control characters, none that change the
// direction of writing, valid UTF-8, at most about 300 bytes.
func Text(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return strings.TrimSpace(text)
}
