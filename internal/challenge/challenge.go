// Package challenge makes the validation tokens that a wallet signs to prove
// itself, and checks them when they come back.
//
// A token is a JWT in shape (RFC 7519), so that clients of Venice's flow find
// what they expect, but it is not parsed like one: only this server issues it,
// so a token is good only if it is byte for byte what Issue would have written.
// Its header is compared, never interpreted. That leaves no room for "alg":
// "none", foreign key ids, duplicate claims or second spellings of one token.
//
// Issuing writes nothing anywhere. That a token is used once is for the caller
// to enforce, by storing its ID in the transaction that it pays for.
package challenge

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"stakegate/internal/strictjson"
)

const (
	// Lifetime is how long a token may be used after it was issued.
	Lifetime = 15 * time.Minute
	// MaxSkew is how far in the future a token may have been issued, for
	// replicas whose clocks differ.
	MaxSkew = time.Minute
	// MintPath is the route that takes the signed token back; with the public
	// URL before it, it is the token's audience.
	MintPath = "/api/v1/api_keys/generate_web3_key"

	idBytes   = 16
	idLength  = 22 // of idBytes in base64url
	macLength = 43 // of 32 bytes in base64url
	maxLength = 1024
)

// Errors of Check, in the words that Venice's API has for them.
var (
	ErrMalformed = errors.New("JWT is malformed")
	ErrSignature = errors.New("JWT signature is invalid")
	ErrClaims    = errors.New("JWT claims are invalid")
	ErrExpired   = errors.New("JWT has expired")
)

// Challenge is what a good token says.
type Challenge struct {
	ID        string    // unique; store it to use the token once
	ExpiresAt time.Time // after this the ID may be forgotten
	Subject   string    // the one address that may use it, or ""
}

// Issuer issues and checks the tokens of one deployment. It is safe for
// concurrent use.
type Issuer struct {
	issuer, audience string
	chainID          uint64
	ring             atomic.Pointer[ring]
	recent           atomic.Pointer[keys] // those of the second that was asked for last
}

// claims are the token's payload. The order of the fields is the wire's.
type claims struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	ChainID  uint64 `json:"chainId"`
	Subject  string `json:"sub,omitzero"`
}

var encoding = base64.RawURLEncoding.Strict()

// New makes the issuer of one deployment. Its keys are derived from the root
// secret (at least 32 bytes of good randomness), the ledger's generation, so
// that a restored ledger accepts no token of before, and the day. publicURL is
// what clients reach the server by, "https://api.example.org".
func New(root []byte, generation, publicURL string, chainID uint64) (*Issuer, error) {
	return NewWithRoots([]Root{{Secret: root}}, generation, publicURL, chainID)
}

// NewWithRoots is New with root secrets that follow each other.
func NewWithRoots(roots []Root, generation, publicURL string, chainID uint64) (*Issuer, error) {
	if err := checkPublicURL(publicURL); err != nil {
		return nil, err
	}
	if chainID == 0 {
		return nil, errors.New("chain id is 0: set the id of the chain that holds the stake")
	}
	ring, err := newRing(roots, generation)
	if err != nil {
		return nil, err
	}
	i := &Issuer{issuer: publicURL, audience: publicURL + MintPath, chainID: chainID}
	i.ring.Store(ring)
	return i, nil
}

// SetRoots replaces the root secrets. Tokens of a root that is among the new
// ones stay good until they expire; those of others are refused from now on.
// On an error nothing has changed.
func (i *Issuer) SetRoots(roots []Root) error {
	ring, err := newRing(roots, i.ring.Load().generation)
	if err == nil {
		i.ring.Store(ring)
	}
	return err
}

// keys are those in use at an instant. They are derived once a second.
func (i *Issuer) keys(now time.Time) (*keys, error) {
	ring := i.ring.Load()
	if recent := i.recent.Load(); recent != nil && recent.ring == ring && recent.second == now.Unix() {
		return recent, nil
	}
	fresh, err := ring.at(now)
	if err == nil {
		i.recent.Store(fresh)
	}
	return fresh, err
}

// Issue makes a token that the wallet signs. A subject, an address of the form
// 0x and 40 hexadecimal digits, restricts who may use it; "" leaves it open.
func (i *Issuer) Issue(now time.Time, subject string) (string, error) {
	if subject != "" && !isAddress(subject) {
		return "", errors.New("subject is not an address")
	}
	keys, id, err := i.draw(now)
	if err != nil {
		return "", err
	}
	return i.token(keys, now, id, subject)
}

// draw makes the id of a challenge, and finds what signs it.
func (i *Issuer) draw(now time.Time) (*keys, [idBytes]byte, error) {
	var id [idBytes]byte
	keys, err := i.keys(now)
	if err != nil {
		return nil, id, err
	}
	if _, err := rand.Read(id[:]); err != nil {
		return nil, id, fmt.Errorf("draw a challenge's id: %w", err)
	}
	return keys, id, nil
}

// token writes a token.
func (i *Issuer) token(keys *keys, now time.Time, id [idBytes]byte, subject string) (string, error) {
	issuedAt := now.Unix()
	payload, err := encodePayload(claims{
		Issuer: i.issuer, Audience: i.audience, ChainID: i.chainID, Subject: subject,
		IssuedAt: issuedAt, Expires: issuedAt + int64(Lifetime/time.Second),
		ID: encoding.EncodeToString(id[:]),
	})
	if err != nil {
		return "", err
	}
	signed := keys.signing.header + "." + payload
	return signed + "." + keys.signing.sign(signed), nil
}

// Check returns what a token says, or one of ErrMalformed, ErrSignature,
// ErrClaims and ErrExpired. Whether it was used before, and whether the
// subject is who uses it, remains to be checked.
func (i *Issuer) Check(token string, now time.Time) (Challenge, error) {
	header, payload, mac, ok := split(token)
	if !ok {
		return Challenge{}, ErrMalformed
	}
	key := i.keyFor(header, now)
	if key == nil || !hmac.Equal([]byte(mac), []byte(key.sign(token[:len(token)-len(mac)-1]))) {
		return Challenge{}, ErrSignature
	}
	said, ok := i.readClaims(payload, now)
	if !ok || !key.signs(said.IssuedAt) {
		return Challenge{}, ErrClaims
	}
	expires := time.Unix(said.Expires, 0).UTC()
	if !now.Before(expires) {
		return Challenge{}, ErrExpired
	}
	return Challenge{ID: said.ID, ExpiresAt: expires, Subject: said.Subject}, nil
}

// split cuts a token at its dots and checks the alphabet of its parts.
func split(token string) (header, payload, mac string, ok bool) {
	if len(token) > maxLength {
		return "", "", "", false
	}
	header, rest, _ := strings.Cut(token, ".")
	payload, mac, _ = strings.Cut(rest, ".")
	ok = isBase64URL(header) && isBase64URL(payload) && isBase64URL(mac) && len(mac) == macLength
	return header, payload, mac, ok
}

// keyFor finds the key by comparing whole headers; nothing in one is read.
func (i *Issuer) keyFor(header string, now time.Time) *key {
	keys, err := i.keys(now)
	if err != nil { // nothing was ever signed
		return nil
	}
	for _, k := range keys.all {
		if header == k.header {
			return k
		}
	}
	return nil
}

// readClaims decodes an authentic payload. It must be what encodePayload would
// write, for this deployment, with our lifetime, and not from the future.
func (i *Issuer) readClaims(payload string, now time.Time) (claims, bool) {
	text, err := encoding.DecodeString(payload)
	if err != nil {
		return claims{}, false
	}
	var said claims
	if err := strictjson.Decode(text, &said); err != nil {
		return claims{}, false
	}
	if again, err := encodePayload(said); err != nil || again != payload {
		return claims{}, false
	}
	id, err := encoding.DecodeString(said.ID)
	ok := err == nil && len(id) == idBytes && len(said.ID) == idLength &&
		said.Issuer == i.issuer && said.Audience == i.audience && said.ChainID == i.chainID &&
		said.IssuedAt >= 0 && said.IssuedAt <= now.Add(MaxSkew).Unix() &&
		said.Expires == said.IssuedAt+int64(Lifetime/time.Second) &&
		(said.Subject == "" || isAddress(said.Subject))
	return said, ok
}

func encodePayload(c claims) (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	return encoding.EncodeToString(text), nil
}

func isBase64URL(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return text != ""
}

func isAddress(text string) bool {
	if len(text) != 42 || !strings.HasPrefix(text, "0x") {
		return false
	}
	return strings.Trim(text[2:], "0123456789abcdefABCDEF") == ""
}

// sign returns the MAC of the header and payload, base64url.
func (k *key) sign(signed string) string { return encoding.EncodeToString(k.mac(signed)) }

func (k *key) mac(text string) []byte {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(text)) // a hash.Hash never fails
	return mac.Sum(nil)
}
