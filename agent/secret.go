package agent

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Secret is an API key. It prints, logs and encodes as "[redacted]"; only
// Reveal gives it away.
type Secret struct{ text string }

// NewSecret wraps the text of an API key.
func NewSecret(text string) Secret { return Secret{text} }

const redacted = "[redacted]"

// Reveal returns the secret's text, for the one place that needs it.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret at all.
func (s Secret) IsZero() bool { return s.text == "" }

// String hides the secret.
func (s Secret) String() string { return redacted }

// Format hides the secret under every verb.
func (s Secret) Format(state fmt.State, _ rune) { io.WriteString(state, redacted) }

// LogValue hides the secret in structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret in JSON and text encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

const maxRemoteText = 300 // bytes of a server's or node's words that we repeat

// remoteText makes words of somebody else fit to be shown: one line, no control
// characters, bounded, and without the secrets of this request.
func remoteText(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if len(text) > maxRemoteText {
		text = strings.ToValidUTF8(text[:maxRemoteText], "") + "..."
	}
	return strings.TrimSpace(text)
}
