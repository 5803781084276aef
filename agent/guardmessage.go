package agent

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

const (
	maxMessageLength = 2048
	messageTime      = "2006-01-02T15:04:05Z"
	revokeAllPath    = "/api_keys/revoke_all"
)

// A nonce of EIP-4361 is of letters and digits.
var nonceShape = regexp.MustCompile(`^[A-Za-z0-9]{8,128}$`)

// messagePurpose is what a signature of a message does.
type messagePurpose struct{ path, statement, resource string }

var (
	makeKey    = messagePurpose{mintPath, "Create an API key at %s that can spend this wallet's staked allocation.", "urn:venice:api-key:create"}
	revokeKeys = messagePurpose{revokeAllPath, "End every API key of this wallet at %s, whoever has it.", "urn:stakegate:api-key:revoke-all"}
)

// CheckMessage proves that a text is a sign-in message (EIP-4361) of the server
// that was dialled, for this wallet, and that it says what its signature does:
// make an API key. It takes nothing of the text but its nonce and its two
// times, writes the whole message anew around them, and compares the two byte
// for byte. So no other site, wallet, chain, statement or line can be in it.
// Errors match ErrForeignToken and never hold the message.
func CheckMessage(text string, dialled TokenContext) error { return makeKey.check(text, dialled) }

// CheckRevocation is CheckMessage for the message whose signature ends every
// key of the wallet.
func CheckRevocation(text string, dialled TokenContext) error { return revokeKeys.check(text, dialled) }

func (p messagePurpose) check(text string, dialled TokenContext) error {
	if len(text) > maxMessageLength {
		return foreign("it is %d bytes long, a sign-in message has at most %d", len(text), maxMessageLength)
	}
	nonce := messageLine(text, "Nonce: ")
	if !nonceShape.MatchString(nonce) {
		return foreign("it is no sign-in message with a nonce of letters and digits")
	}
	issued, issuedErr := time.Parse(messageTime, messageLine(text, "Issued At: "))
	expires, expiresErr := time.Parse(messageTime, messageLine(text, "Expiration Time: "))
	if issuedErr != nil || expiresErr != nil {
		return foreign("it does not say when it was issued and when it expires")
	}
	if written, err := p.text(dialled, nonce, issued, expires); err != nil || text != written {
		return foreign("it is not the message of %s for this, for this wallet and for chain %d", dialled.APIBase, dialled.ChainID)
	}
	switch {
	case issued.After(dialled.Now.Add(clockSkew)):
		return foreign("it is from the future: check this machine's clock")
	case !expires.After(dialled.Now):
		return foreign("it has expired already: check this machine's clock")
	case expires.After(dialled.Now.Add(maxTokenLife)):
		return foreign("it is valid for more than %s: check this machine's clock, or the server is not to be trusted", maxTokenLife)
	}
	return nil
}

// text is the message that a server of this kind writes.
func (p messagePurpose) text(dialled TokenContext, nonce string, issued, expires time.Time) (string, error) {
	base, err := url.Parse(dialled.APIBase)
	if err != nil {
		return "", err
	}
	_, domain, _ := strings.Cut(origin(base), "://")
	return domain + " wants you to sign in with your Ethereum account:\n" +
		dialled.Address.Hex() + "\n\n" +
		fmt.Sprintf(p.statement, domain) + "\n\n" +
		"URI: " + dialled.APIBase + p.path + "\n" +
		"Version: 1\n" +
		fmt.Sprintf("Chain ID: %d\n", dialled.ChainID) +
		"Nonce: " + nonce + "\n" +
		"Issued At: " + issued.Format(messageTime) + "\n" +
		"Expiration Time: " + expires.Format(messageTime) + "\n" +
		"Resources:\n- " + p.resource, nil
}

// messageLine is the rest of the first line that begins so; "" without one.
func messageLine(text, begin string) string {
	_, rest, _ := strings.Cut(text, "\n"+begin)
	line, _, _ := strings.Cut(rest, "\n")
	return line
}
