package agent

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"stakegate/agent/internal/oneline"
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

// remoteText makes words of somebody else fit to be shown: one line, no control
// characters, bounded, and without the secrets of this request.
func remoteText(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	return oneline.Text(text)
}
