package challenge

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

const (
	minRootLength = 32
	// minDistinct bytes are in any random root of 32 (30 are expected) and in
	// hexadecimal text, but not in "changeme" repeated.
	minDistinct        = 8
	maxGenerationChars = 36  // a UUID fits
	maxURLChars        = 200 // keeps a token below 1,024 characters
)

// key signs tokens. The header is the first segment of all of them, encoded.
type key struct {
	secret []byte
	header string
}

// deriveKey makes the MAC key by HKDF-SHA-256 (RFC 5869) with the generation
// as salt.
func deriveKey(root []byte, generation string) (key, error) {
	if len(root) < minRootLength {
		return key{}, fmt.Errorf("root secret has %d bytes: give it at least %d random ones", len(root), minRootLength)
	}
	if distinct(root) < minDistinct {
		return key{}, errors.New("root secret is not random: draw it from the system's random source")
	}
	if len(generation) > maxGenerationChars || !isBase64URL(generation) {
		return key{}, fmt.Errorf("ledger generation must be 1 to %d letters, digits, - or _", maxGenerationChars)
	}
	secret, err := hkdf.Key(sha256.New, root, []byte(generation), "stakegate/token/v1", sha256.Size)
	if err != nil {
		return key{}, fmt.Errorf("derive token key: %w", err)
	}
	fingerprint := sha256.Sum256(secret)
	header := `{"alg":"HS256","typ":"JWT","kid":"` + generation + "-" + hex.EncodeToString(fingerprint[:4]) + `"}`
	return key{secret: secret, header: encoding.EncodeToString([]byte(header))}, nil
}

func distinct(data []byte) int {
	var seen [256]bool
	n := 0
	for _, b := range data {
		if !seen[b] {
			seen[b] = true
			n++
		}
	}
	return n
}

// checkPublicURL refuses whatever is not the one spelling of an origin (and
// base path), because it is compared byte by byte, here and by wallets.
func checkPublicURL(text string) error {
	parsed, err := url.Parse(text)
	switch {
	case err != nil, len(text) > maxURLChars,
		parsed.Scheme != "http" && parsed.Scheme != "https",
		parsed.Host == "", parsed.Hostname() == "", parsed.User != nil,
		parsed.RawQuery != "", parsed.ForceQuery, parsed.Fragment != "", parsed.String() != text,
		strings.HasSuffix(text, "/"), strings.ToLower(parsed.Host) != parsed.Host, strings.HasSuffix(text, "#"):
		return errors.New("public url must be like https://api.example.org, in lower case, without a slash at its end")
	}
	return nil
}
