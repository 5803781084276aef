package challenge

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	minRootLength = 32
	// minDistinct bytes are in any random root of 32 (30 are expected) and in
	// hexadecimal text, but not in "changeme" repeated.
	minDistinct        = 8
	maxGenerationChars = 36  // a UUID fits
	maxURLChars        = 200 // keeps a token below 1,024 characters
)

// Period is how long one key signs: a UTC day. A key is derived from the root
// secret and the day, so that all replicas have the same one without asking
// each other.
const Period = 24 * time.Hour

// rootGrace is how long after its successor's beginning a root secret may still
// sign, for a server that learns of the successor late.
const rootGrace = Lifetime

// Root is a secret of at least 32 good random bytes that keys are derived from.
type Root struct {
	Secret []byte
	// From is when it takes over from the root before it; the zero time is for
	// the first one.
	From time.Time
}

// key signs the tokens of one day. The header is the first segment of all of
// them, encoded.
type key struct {
	secret []byte
	header string
	// from and until bound when tokens may have been issued with it, in Unix
	// seconds; until is not in it.
	from, until int64
}

// signs reports whether the key may have signed a token issued then.
func (k *key) signs(issuedAt int64) bool { return k.from <= issuedAt && issuedAt < k.until }

// ring is everything that keys are derived from. It is immutable.
type ring struct {
	roots      []Root // in the order of their times
	generation string
}

func newRing(roots []Root, generation string) (*ring, error) {
	if len(roots) == 0 {
		return nil, errors.New("there is no root secret")
	}
	for i, root := range roots {
		switch {
		case len(root.Secret) < minRootLength:
			return nil, fmt.Errorf("root secret has %d bytes: give it at least %d random ones", len(root.Secret), minRootLength)
		case distinct(root.Secret) < minDistinct:
			return nil, errors.New("root secret is not random: draw it from the system's random source")
		case i > 0 && !root.From.After(roots[i-1].From):
			return nil, errors.New("root secrets must follow each other in time")
		}
	}
	if len(generation) > maxGenerationChars || !isBase64URL(generation) {
		return nil, fmt.Errorf("ledger generation must be 1 to %d letters, digits, - or _", maxGenerationChars)
	}
	return &ring{roots: roots, generation: generation}, nil
}

// keys are those in use at one second.
type keys struct {
	ring    *ring
	second  int64
	signing *key
	all     []*key
}

// at derives the keys in use at an instant: what signs now, what signed until
// a day ago, and what a replica whose clock is ahead may sign with already.
func (r *ring) at(now time.Time) (*keys, error) {
	second := now.Unix()
	in := &keys{ring: r, second: second}
	// Yesterday's tokens are recognized all day, to be told that they expired.
	first := second - int64(Period/time.Second)
	last := second + int64(MaxSkew/time.Second)
	for i, root := range r.roots {
		from, until := r.span(i)
		for day := periodOf(max(first, from)); day <= periodOf(min(last, until-1)); day++ {
			k, err := derive(root.Secret, r.generation, day)
			if err != nil {
				return nil, err
			}
			k.from, k.until = max(k.from, from), min(k.until, until)
			in.all = append(in.all, k)
			// Of two roots that may sign, the later one does.
			if k.signs(second) {
				in.signing = k
			}
		}
	}
	if in.signing == nil {
		return nil, errors.New("no root secret has begun yet")
	}
	return in, nil
}

const beginning, end = 0, 1 << 40 // in Unix seconds

// span is when a root may sign.
func (r *ring) span(i int) (from, until int64) {
	from, until = beginning, end
	if !r.roots[i].From.IsZero() {
		from = max(beginning, r.roots[i].From.Unix())
	}
	if i+1 < len(r.roots) {
		until = r.roots[i+1].From.Add(rootGrace).Unix()
	}
	return from, until
}

// periodOf is the number of the day that a second is in.
func periodOf(second int64) int64 { return second / int64(Period/time.Second) }

// derive makes the MAC key of one day by HKDF-SHA-256 (RFC 5869) with the
// generation as salt.
func derive(root []byte, generation string, day int64) (*key, error) {
	info := "stakegate/token/v2/" + strconv.FormatInt(day, 10)
	secret, err := hkdf.Key(sha256.New, root, []byte(generation), info, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive token key: %w", err)
	}
	fingerprint := sha256.Sum256(secret)
	header := `{"alg":"HS256","typ":"JWT","kid":"` + generation + "-" + hex.EncodeToString(fingerprint[:4]) + `"}`
	length := int64(Period / time.Second)
	return &key{secret: secret, header: encoding.EncodeToString([]byte(header)), from: day * length, until: (day + 1) * length}, nil
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
