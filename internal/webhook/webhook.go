// Package webhook tells an operator's own server when an account has spent 50,
// 80 and 100 % of a day's allocation, or a key of its limit, each once in a
// window, at least once delivered, and always under the same id.
//
// What was spent is read from the budgets, beside the road of a call: nothing is
// added to it. What was noticed is written down before it is sent, so that
// neither a crash nor another replica loses or doubles it. Messages are signed as
// the Standard Webhooks specification says (standardwebhooks.com, 1.0).
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"stakegate/internal/money"
)

// Thresholds are the percentages that are told of.
var Thresholds = [...]int{50, 80, 100}

// Spent is how much of a limit is charged in its current window.
type Spent struct {
	// AccountID is whose it is. KeyID is "" for the account's allocation.
	AccountID, KeyID string
	Currency         money.Currency
	// Window is the budget's: "20261123", "202611" or "life".
	Window       string
	Limit, Spent money.Nano
}

// subject names what a notice is about, in one window.
func (s Spent) subject() string {
	return strings.Join([]string{s.AccountID, s.KeyID, string(s.Currency), s.Window}, "/")
}

// percent is what is spent, rounded to a whole percent: a limit is hardly ever
// spent to the last nano, because a call is admitted only if its bound fits.
func (s Spent) percent() int {
	switch {
	case s.Limit <= 0 || s.Spent <= 0:
		return 0
	case s.Spent >= s.Limit: // it was lowered, or spent to the last nano
		return 100
	}
	high, low := bits.Mul64(uint64(s.Spent), 200)
	low, carry := bits.Add64(low, uint64(s.Limit), 0)        // half a percent
	twice, _ := bits.Div64(high+carry, low, uint64(s.Limit)) // below 201
	return int(twice / 2)
}

// Notice is a message that is sent until it is taken.
type Notice struct {
	// ID is the webhook-id: the same for the same subject and threshold,
	// whoever noticed it, and also after a restore.
	ID        string
	Subject   string
	Threshold int
	Body      []byte // JSON, the same in every attempt
	Attempts  int    // that were made before
}

// payload is what the operator's server reads.
type payload struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when it was noticed
	Data      data      `json:"data"`
}

type data struct {
	Scope     string         `json:"scope"` // account or key
	Account   string         `json:"account"`
	APIKeyID  string         `json:"apiKeyId,omitempty"`
	Currency  money.Currency `json:"currency"`
	Window    string         `json:"window"`
	Threshold int            `json:"threshold"`
	Limit     money.Nano     `json:"limit"`
	Spent     money.Nano     `json:"spent"`
}

// Notices are those of every threshold that is reached.
func Notices(spent Spent, now time.Time) ([]Notice, error) {
	var notices []Notice
	for _, threshold := range Thresholds {
		if spent.percent() < threshold {
			break
		}
		scope := "account"
		if spent.KeyID != "" {
			scope = "key"
		}
		body, err := json.Marshal(payload{
			Type: "threshold.reached", Timestamp: now.UTC(),
			Data: data{scope, spent.AccountID, spent.KeyID, spent.Currency, spent.Window, threshold, spent.Limit, spent.Spent},
		})
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(spent.subject() + "/" + strconv.Itoa(threshold)))
		notices = append(notices, Notice{
			ID: "msg_" + hex.EncodeToString(sum[:16]), Subject: spent.subject(), Threshold: threshold, Body: body,
		})
	}
	return notices, nil
}

// Secrets sign messages. More than one is for the time of a change: a message
// has a signature with each.
type Secrets [][]byte

// secretPrefix begins a secret's text, as the specification says.
const secretPrefix = "whsec_"

// Bounds of a secret's length, of the specification.
const (
	leastSecret = 24
	mostSecret  = 64
)

// ParseSecrets reads one secret a line: whsec_ and 24 to 64 bytes in base64. Its
// errors quote nothing.
func ParseSecrets(text string) (Secrets, error) {
	var secrets Secrets
	for line := range strings.Lines(strings.TrimSpace(text)) {
		encoded, prefixed := strings.CutPrefix(strings.TrimSpace(line), secretPrefix)
		secret, err := base64.StdEncoding.DecodeString(encoded)
		if !prefixed || err != nil || len(secret) < leastSecret || len(secret) > mostSecret {
			return nil, fmt.Errorf("line %d is not whsec_ and %d to %d bytes in base64", len(secrets)+1, leastSecret, mostSecret)
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return nil, errors.New("it holds no secret")
	}
	return secrets, nil
}

// Sign is the webhook-signature header of a message that is sent at a time.
func (s Secrets) Sign(id string, at time.Time, body []byte) string {
	var signatures []string
	for _, secret := range s {
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}
