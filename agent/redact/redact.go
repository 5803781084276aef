// Package redact takes secrets out of everything that leaves a process: those
// that it was told of, in all their spellings, and whatever looks like a
// secret, told or not.
//
//	r := redact.New()
//	r.Hide(apiKey)
//	out := r.Writer(os.Stdout)
//
// What looks like a secret: API keys of stakegate's form, JSON Web Tokens,
// bearer tokens, private keys in PEM, and hex of a signature's length or more
// (64 bytes), which signed transactions have too. Hashes and addresses stay.
package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Mark is what stands in the place of a secret.
const Mark = "[redacted]"

// minSecret is how long a secret must be to be hidden: shorter ones would be
// found in ordinary text.
const minSecret = 8

// patterns are what secrets look like that nobody told us of. All are ASCII and
// none has a line break in it.
var patterns = []*regexp.Regexp{
	regexp.MustCompile(`(?i)sg_(?:inf|adm)_[0-9a-z]{8,}`),
	regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`),
	regexp.MustCompile(`(?i)(?:bearer|basic)[ \t]+[A-Za-z0-9._~+/-]{16,}=*`),
	regexp.MustCompile(`(?:0[xX])?[0-9a-fA-F]{128,}`),
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[^\n]*`),
}

// Redactor knows secrets. It is safe for concurrent use.
type Redactor struct {
	mu      sync.RWMutex
	secrets [][]byte // in lower case
}

// New makes a Redactor that knows what secrets look like, and none yet.
func New() *Redactor { return &Redactor{} }

// Hide makes the secret and its usual encodings (JSON string, base64, hex, and
// the bytes behind hex) unspeakable from now on, whatever the case. A secret of
// less than 8 characters is not hidden.
func (r *Redactor) Hide(secret string) {
	forms := []string{secret, jsonForm(secret)}
	raw := []byte(secret)
	forms = append(forms, encodings(raw)...)
	digits := strings.TrimPrefix(strings.TrimPrefix(secret, "0x"), "0X")
	if decoded, err := hex.DecodeString(digits); err == nil {
		forms = append(forms, digits, string(decoded))
		forms = append(forms, encodings(decoded)...)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, form := range forms {
		lower := lowerASCII([]byte(form))
		known := slices.ContainsFunc(r.secrets, func(s []byte) bool { return bytes.Equal(s, lower) })
		if len(lower) >= minSecret && !known && !bytes.ContainsRune(lower, '\n') {
			r.secrets = append(r.secrets, lower)
		}
	}
}

// jsonForm is the secret as it stands inside a JSON string.
func jsonForm(secret string) string {
	encoded, err := json.Marshal(secret)
	if err != nil || len(encoded) < 2 {
		return ""
	}
	return string(encoded[1 : len(encoded)-1])
}

func encodings(raw []byte) []string {
	return []string{
		hex.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
	}
}

// lowerASCII keeps the length, which strings.ToLower does not promise.
func lowerASCII(text []byte) []byte {
	lower := make([]byte, len(text))
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return lower
}

// span is a part of a text.
type span struct{ from, to int }

// Bytes returns the text with a Mark in the place of every secret. Secrets that
// overlap or touch become one Mark.
func (r *Redactor) Bytes(text []byte) []byte {
	spans := r.find(text)
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var out []byte
	end := 0 // of what is done
	for i := 0; i < len(spans); {
		s := spans[i]
		for i++; i < len(spans) && spans[i].from <= s.to; i++ {
			s.to = max(s.to, spans[i].to)
		}
		out = append(append(out, text[end:s.from]...), Mark...)
		end = s.to
	}
	return append(out, text[end:]...)
}

// Text does the same with a string.
func (r *Redactor) Text(text string) string { return string(r.Bytes([]byte(text))) }

func (r *Redactor) find(text []byte) (spans []span) {
	for _, pattern := range patterns {
		for _, at := range pattern.FindAllIndex(text, -1) {
			spans = append(spans, span{at[0], at[1]})
		}
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	lower := lowerASCII(text)
	for _, secret := range r.secrets {
		for from := 0; ; {
			at := bytes.Index(lower[from:], secret)
			if at < 0 {
				break
			}
			spans = append(spans, span{from + at, from + at + len(secret)})
			from += at + 1 // a secret may overlap itself
		}
	}
	return spans
}
