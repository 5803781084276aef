package apikey

import (
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"strings"
)

// The parts of a key's text: "sg_inf_" or "sg_adm_", 43 symbols drawn
// uniformly from base 62 (256 bits), and 6 of checksum. The prefix and the
// checksum let secret scanners recognise a leaked key offline.
const (
	prefixInference = "sg_inf_"
	prefixAdmin     = "sg_adm_"
	prefixLength    = len(prefixInference)
	randomLength    = 43
	checksumLength  = 6

	// Length is the number of ASCII characters of every key.
	Length = prefixLength + randomLength + checksumLength
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// ErrMalformed is returned for text that cannot be a key of this server:
// wrong length, prefix, alphabet or checksum. No look-up is needed to know.
var ErrMalformed = errors.New("api key is malformed")

// Secret is a key's full text. Whatever prints, logs or encodes it shows the
// last six characters only; Reveal is the one way to the text.
//
// The text is behind a pointer, because fmt reaches into unexported fields of
// other types without asking for a Formatter: it finds an address there.
type Secret struct{ text *string }

// New draws a fresh key of the given type from crypto/rand.
func New(typ Type) (Secret, error) {
	var text strings.Builder
	switch typ {
	case Inference:
		text.WriteString(prefixInference)
	case Admin:
		text.WriteString(prefixAdmin)
	default:
		return Secret{}, ErrType
	}
	// 248 = 4 * 62: larger bytes are thrown away, or some symbols would be
	// likelier than others.
	const unbiased = 248
	for pool := make([]byte, 64); text.Len() < prefixLength+randomLength; {
		if _, err := rand.Read(pool); err != nil {
			return Secret{}, fmt.Errorf("draw a key: %w", err)
		}
		for _, b := range pool {
			if b < unbiased && text.Len() < prefixLength+randomLength {
				text.WriteByte(base62[b%62])
			}
		}
	}
	sum := checksum(text.String())
	text.Write(sum[:])
	full := text.String()
	return Secret{&full}, nil
}

// Parse reads a key as a client sends it. It returns ErrMalformed unless the
// text has the exact form and a right checksum; whether such a key exists is
// for the store to say.
func Parse(text string) (Secret, error) {
	if len(text) != Length ||
		!strings.HasPrefix(text, prefixInference) && !strings.HasPrefix(text, prefixAdmin) {
		return Secret{}, ErrMalformed
	}
	for i := prefixLength; i < Length; i++ {
		if !isBase62(text[i]) {
			return Secret{}, ErrMalformed
		}
	}
	body, sum := text[:Length-checksumLength], text[Length-checksumLength:]
	if want := checksum(body); sum != string(want[:]) {
		return Secret{}, ErrMalformed
	}
	return Secret{&text}, nil
}

// Reveal returns the full text. Hand it to its owner once and never store it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Type is what the prefix says, or "" for the zero Secret. The stored key
// decides what the key may do.
func (s Secret) Type() Type {
	switch text := s.Reveal(); {
	case strings.HasPrefix(text, prefixInference):
		return Inference
	case strings.HasPrefix(text, prefixAdmin):
		return Admin
	default:
		return ""
	}
}

// Last6 is what may be shown of a key after it was handed out: its checksum,
// so no character of the random part.
func (s Secret) Last6() string {
	text := s.Reveal()
	return text[max(0, len(text)-checksumLength):]
}

func (s Secret) redacted() string { return "sg_***" + s.Last6() }

// String redacts.
func (s Secret) String() string { return s.redacted() }

// GoString redacts.
func (s Secret) GoString() string { return s.redacted() }

// Format redacts, whatever the verb.
func (s Secret) Format(state fmt.State, _ rune) { fmt.Fprint(state, s.redacted()) }

// MarshalText redacts, for every encoder that asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.redacted()), nil }

// MarshalJSON redacts. Put Reveal's result into the one answer that shows it.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.redacted() + `"`), nil }

// LogValue redacts.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.redacted()) }

func isBase62(b byte) bool {
	return '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}

// checksum is CRC-32 (IEEE) in base 62, padded with zeros. It finds typing
// mistakes; it protects nothing.
func checksum(body string) (out [checksumLength]byte) {
	var buffer [prefixLength + randomLength]byte
	sum := crc32.ChecksumIEEE(buffer[:copy(buffer[:], body)])
	for i := checksumLength - 1; i >= 0; i-- {
		out[i] = base62[sum%62]
		sum /= 62
	}
	return out
}
