package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Challenge is what a wallet may sign to get a key: the token or, where a
// server has one, the message. They are the same challenge: one signature of
// either is good for one key.
type Challenge struct {
	Token   string
	Message string // EIP-4361; "" where the server has none
}

// Challenge fetches a validation token (GET /api_keys/generate_web3_key). It
// lives 15 minutes: fetch it last. Check it with CheckToken before signing.
func (c *Client) Challenge(ctx context.Context) (string, error) {
	challenge, err := c.challenge(ctx, mintPath)
	return challenge.Token, err
}

// ChallengeFor is Challenge for one wallet alone. Servers that have sign-in
// messages add one; check that with CheckMessage before signing.
func (c *Client) ChallengeFor(ctx context.Context, wallet common.Address) (Challenge, error) {
	return c.challenge(ctx, mintPath+"?address="+wallet.Hex())
}

func (c *Client) challenge(ctx context.Context, path string) (Challenge, error) {
	var answer struct {
		Data struct {
			Token   string `json:"token"`
			Message string `json:"message"`
		} `json:"data"`
	}
	err := c.anonymous().call(ctx, exchange{method: http.MethodGet, path: path, answer: &answer})
	return Challenge{Token: answer.Data.Token, Message: answer.Data.Message}, err
}

// Mint exchanges a signed validation token for an API key
// (POST /api_keys/generate_web3_key). Address is the wallet's, in any case;
// signature is 0x and hex digits.
func (c *Client) Mint(ctx context.Context, address, token, signature string, spec KeySpec) (NewKey, error) {
	return c.MintWith(ctx, address, Challenge{Token: token}, signature, spec)
}

// MintWith is Mint with that part of the challenge that was signed; the other
// must be empty.
func (c *Client) MintWith(ctx context.Context, address string, signed Challenge, signature string, spec KeySpec) (NewKey, error) {
	body := struct {
		KeySpec
		Address   string `json:"address"`
		Signature string `json:"signature"`
		Token     string `json:"token,omitempty"`
		Message   string `json:"message,omitempty"`
	}{spec, address, signature, signed.Token, signed.Message}
	return c.anonymous().newKey(ctx, mintPath, body, signed.Token, signed.Message, signature, strings.TrimPrefix(signature, "0x"))
}

// CreateKey makes a further key; it needs an ADMIN key. The server demands a
// description.
func (c *Client) CreateKey(ctx context.Context, spec KeySpec) (NewKey, error) {
	return c.newKey(ctx, "/api_keys", spec)
}

// CreateSubKey makes a key below another one, which is never wider than those
// above it and ends with them. Any key may make them below itself. Its type is
// INFERENCE. Stakegate only.
func (c *Client) CreateSubKey(ctx context.Context, parentID string, spec KeySpec) (NewKey, error) {
	spec.Type = Inference
	return c.newKey(ctx, "/api_keys/"+url.PathEscape(parentID)+"/children", spec)
}

func (c *Client) newKey(ctx context.Context, path string, body any, secrets ...string) (NewKey, error) {
	var answer struct {
		Data struct {
			NewKey
			APIKey string `json:"apiKey"`
		} `json:"data"`
	}
	err := c.call(ctx, exchange{method: http.MethodPost, path: path, body: body, answer: &answer, secrets: secrets, once: true})
	if err != nil {
		return NewKey{}, err
	}
	key := answer.Data.NewKey
	// It is kept, and shown on terminals later.
	key.ID, key.Type, key.Description = remoteText(key.ID), KeyType(remoteText(string(key.Type))), remoteText(key.Description)
	key.Period, key.Privacy, key.ExpiresAt = remoteText(key.Period), remoteText(key.Privacy), remoteText(key.ExpiresAt)
	key.Secret = NewSecret(answer.Data.APIKey)
	if err := checkKeyText(answer.Data.APIKey); err != nil {
		return NewKey{}, err
	}
	return key, nil
}

// checkKeyText makes sure that what the server calls a key fits in a header.
func checkKeyText(text string) error {
	if len(text) < 8 || len(text) > 512 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("the server's answer holds no usable API key")
	}
	return nil
}

// Keys lists the account's keys, without their secrets; it needs an ADMIN key.
func (c *Client) Keys(ctx context.Context) ([]KeyInfo, error) { return c.keyList(ctx, "/api_keys") }

// SubKeys lists the keys below a key, however far. Any key may ask about
// itself. Stakegate only.
func (c *Client) SubKeys(ctx context.Context, id string) ([]KeyInfo, error) {
	return c.keyList(ctx, "/api_keys/"+url.PathEscape(id)+"/children")
}

func (c *Client) keyList(ctx context.Context, path string) ([]KeyInfo, error) {
	var answer struct {
		Data []KeyInfo `json:"data"`
	}
	err := c.call(ctx, exchange{method: http.MethodGet, path: path, answer: &answer})
	return answer.Data, err
}

// Key returns one key, without its secret. An INFERENCE key of stakegate may
// ask about itself and the keys below it.
func (c *Client) Key(ctx context.Context, id string) (KeyInfo, error) {
	var answer struct {
		Data KeyInfo `json:"data"`
	}
	err := c.call(ctx, exchange{method: http.MethodGet, path: "/api_keys/" + url.PathEscape(id), answer: &answer})
	return answer.Data, err
}

// UpdateKey changes what the update names and leaves the rest; it needs an
// ADMIN key.
func (c *Client) UpdateKey(ctx context.Context, id string, update KeyUpdate) (KeyInfo, error) {
	var answer struct {
		Data KeyInfo `json:"data"`
	}
	body := update.members()
	body["id"] = id
	err := c.call(ctx, exchange{method: http.MethodPatch, path: "/api_keys", body: body, answer: &answer})
	return answer.Data, err
}

// RotateKey gives a key another secret; the one before stays good for the
// overlap, in whole seconds, of at most a week; 0 ends it at once. It needs an
// ADMIN key. It is never repeated: a second rotation ends the first secret.
// Stakegate only.
func (c *Client) RotateKey(ctx context.Context, id string, overlap time.Duration) (RotatedKey, error) {
	var answer struct {
		Data struct {
			RotatedKey
			APIKey string `json:"apiKey"`
		} `json:"data"`
	}
	body := map[string]int64{"overlapSeconds": int64(overlap / time.Second)}
	err := c.call(ctx, exchange{method: http.MethodPost, path: "/api_keys/" + url.PathEscape(id) + "/rotate", body: body, answer: &answer, once: true})
	if err != nil {
		return RotatedKey{}, err
	}
	rotated := answer.Data.RotatedKey
	rotated.ID, rotated.Type = remoteText(rotated.ID), KeyType(remoteText(string(rotated.Type)))
	rotated.PreviousValidUntil = remoteText(rotated.PreviousValidUntil)
	rotated.Secret = NewSecret(answer.Data.APIKey)
	return rotated, checkKeyText(answer.Data.APIKey)
}

// DeleteKey revokes a key and those below it. An ADMIN key may revoke any, an
// INFERENCE key those below itself. A try that is repeated after a lost answer
// and finds no such key has succeeded.
func (c *Client) DeleteKey(ctx context.Context, id string) error {
	lost := false
	e := exchange{method: http.MethodDelete, path: "/api_keys?id=" + url.QueryEscape(id)}
	return c.retry.backoff().do(ctx, retryable, func() error {
		ctx, cancel := context.WithTimeout(ctx, managementTimeout)
		defer cancel()
		err := c.send(ctx, e)
		if lost && errors.Is(err, ErrNotFound) {
			return nil
		}
		lost = lost || retryable(err) && !refusedForNow(err)
		return err
	})
}

// RevocationMessage fetches the message whose signature ends every key of the
// wallet. Check it with CheckRevocation before signing. Stakegate only.
func (c *Client) RevocationMessage(ctx context.Context, wallet common.Address) (string, error) {
	var answer struct {
		Data struct {
			Message string `json:"message"`
		} `json:"data"`
	}
	err := c.anonymous().call(ctx, exchange{method: http.MethodGet, path: revokeAllPath + "?address=" + wallet.Hex(), answer: &answer})
	return answer.Data.Message, err
}

// RevokeAll ends every key of the wallet that signed the message, and returns
// them. It needs no key. Stakegate only.
func (c *Client) RevokeAll(ctx context.Context, address, message, signature string) ([]RevokedKey, error) {
	body := map[string]string{"address": address, "message": message, "signature": signature}
	var answer struct {
		Data struct {
			Keys []RevokedKey `json:"keys"`
		} `json:"data"`
	}
	err := c.anonymous().call(ctx, exchange{method: http.MethodPost, path: revokeAllPath, body: body, answer: &answer,
		secrets: []string{message, signature, strings.TrimPrefix(signature, "0x")}, once: true})
	return answer.Data.Keys, err
}

// Audit pages through what happened to the account's keys and credit, the
// newest first; it needs an ADMIN key. Before is the NextBefore of the page
// before, 0 for the first; limit is at most 500, 0 for the server's choice.
// Stakegate only.
func (c *Client) Audit(ctx context.Context, before int64, limit int) (AuditPage, error) {
	query := url.Values{}
	if before > 0 {
		query.Set("before", strconv.FormatInt(before, 10))
	}
	if limit > 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	var page AuditPage
	err := c.call(ctx, exchange{method: http.MethodGet, path: withQuery("/api_keys/audit", query), answer: &page})
	return page, err
}

// ReportLeak ends a key whose text was found where it should not be. It needs
// no key, and does not tell whether there was such a key. Stakegate only.
func (c *Client) ReportLeak(ctx context.Context, found Secret) error {
	body := map[string]string{"key": found.Reveal()}
	return c.anonymous().call(ctx, exchange{method: http.MethodPost, path: "/leaks", body: body, secrets: []string{found.Reveal()}})
}

// RateLimits returns what the key may do now. It is the cheapest route that
// tells a working key from a revoked one.
func (c *Client) RateLimits(ctx context.Context) (RateLimits, error) {
	var answer struct {
		Data RateLimits `json:"data"`
	}
	err := c.call(ctx, exchange{method: http.MethodGet, path: "/api_keys/rate_limits", answer: &answer})
	return answer.Data, err
}

// RateLimitLog lists the account's newest calls that were refused for their
// rate, at most 50; it needs an ADMIN key.
func (c *Client) RateLimitLog(ctx context.Context) ([]RateLimitDenial, error) {
	var answer struct {
		Data []RateLimitDenial `json:"data"`
	}
	err := c.call(ctx, exchange{method: http.MethodGet, path: "/api_keys/rate_limits/log", answer: &answer})
	return answer.Data, err
}

func withQuery(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return fmt.Sprintf("%s?%s", path, query.Encode())
}
