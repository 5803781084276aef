package challenge

import (
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Errors of CheckMessage. ErrExpired's and ErrClaims' words are about tokens,
// so that messages have their own.
var (
	// ErrMessage: not what was issued for the purpose, in whatever way it was altered.
	ErrMessage = errors.New("Message is not an authorization challenge of this server, or was altered")
	// ErrMessageExpired: it is, but too old, or from the future.
	ErrMessageExpired = errors.New("Authorization challenge has expired")
)

// Purpose is what the signature of a message is good for. It stands in the
// message, so that one of another purpose is another text.
type Purpose struct{ path, statement, resource string }

// The routes that take signed messages of RevokeKeys and SignIn back.
const (
	RevokePath = "/api/v1/api_keys/revoke_all"
	SignInPath = "/session"
)

var (
	// MintKey makes one key. Its resource is named as Venice names it.
	MintKey = Purpose{MintPath, "Create an API key at %s that can spend this wallet's staked allocation.", "urn:venice:api-key:create"}
	// RevokeKeys ends all keys of the wallet.
	RevokeKeys = Purpose{RevokePath, "End every API key of this wallet at %s, whoever has it.", "urn:stakegate:api-key:revoke-all"}
	// SignIn opens the account page.
	SignIn = Purpose{SignInPath, "Sign in to %s to see this wallet's account and to manage its API keys.", "urn:stakegate:session:create"}
)

const (
	messageTime      = "2006-01-02T15:04:05Z"
	nonceIDLength    = 2 * idBytes
	nonceLength      = 2 * nonceIDLength // the id and its proof, each in hexadecimal
	maxMessageLength = 2048
)

// Message is a sign-in message of EIP-4361.
type Message struct {
	Text      string
	Nonce     string
	ExpiresAt time.Time
}

// IssueFor makes a token and a message that one address can use to get a key,
// either of them once: they are the same challenge. The message tells whoever
// reads it in a wallet what its signature is good for, at which site.
func (i *Issuer) IssueFor(now time.Time, address common.Address) (token string, message Message, err error) {
	keys, id, err := i.draw(now)
	if err != nil {
		return "", Message{}, err
	}
	token, err = i.token(keys, now, id, address.Hex())
	if err != nil {
		return "", Message{}, err
	}
	return token, i.message(keys, now, id, MintKey, address), nil
}

// IssueMessage makes a message that one address can use for a purpose, once.
func (i *Issuer) IssueMessage(now time.Time, purpose Purpose, address common.Address) (Message, error) {
	keys, id, err := i.draw(now)
	if err != nil {
		return Message{}, err
	}
	return i.message(keys, now, id, purpose, address), nil
}

func (i *Issuer) message(keys *keys, now time.Time, id [idBytes]byte, purpose Purpose, address common.Address) Message {
	issuedAt := time.Unix(now.Unix(), 0).UTC()
	text := i.messageText(keys.signing, purpose, address, hex.EncodeToString(id[:]), issuedAt)
	return Message{Text: text, Nonce: lineOf(text, "Nonce: "), ExpiresAt: issuedAt.Add(Lifetime)}
}

// CheckMessage returns what a message says. It is good only if it is byte for
// byte what was issued for the purpose: its address, time and nonce are read, the
// message is written anew from them, and both are compared. The error is
// ErrMessage or ErrMessageExpired.
func (i *Issuer) CheckMessage(text string, purpose Purpose, now time.Time) (Challenge, error) {
	if len(text) > maxMessageLength {
		return Challenge{}, ErrMessage
	}
	address := secondLine(text)
	nonce := lineOf(text, "Nonce: ")
	issuedAt, err := time.Parse(messageTime, lineOf(text, "Issued At: "))
	if err != nil || !common.IsHexAddress(address) || len(nonce) != nonceLength {
		return Challenge{}, ErrMessage
	}
	id, err := hex.DecodeString(nonce[:nonceIDLength])
	if err != nil {
		return Challenge{}, ErrMessage
	}
	if !i.wrote(text, purpose, common.HexToAddress(address), nonce[:nonceIDLength], issuedAt, now) {
		return Challenge{}, ErrMessage
	}
	expires := issuedAt.Add(Lifetime)
	if issuedAt.After(now.Add(MaxSkew)) || !now.Before(expires) {
		return Challenge{}, ErrMessageExpired
	}
	return Challenge{ID: encoding.EncodeToString(id), ExpiresAt: expires, Subject: common.HexToAddress(address).Hex()}, nil
}

// wrote reports whether the text is what a key of its time would write.
func (i *Issuer) wrote(text string, purpose Purpose, address common.Address, id string, issuedAt, now time.Time) bool {
	keys, err := i.keys(now)
	if err != nil { // nothing was ever written
		return false
	}
	for _, k := range keys.all {
		if k.signs(issuedAt.Unix()) && hmac.Equal([]byte(text), []byte(i.messageText(k, purpose, address, id, issuedAt))) {
			return true
		}
	}
	return false
}

// messageText is the message in EIP-4361's form. Its nonce carries the proof
// that this server wrote everything else in it.
func (i *Issuer) messageText(k *key, purpose Purpose, address common.Address, id string, issuedAt time.Time) string {
	_, domain, _ := strings.Cut(i.issuer, "://")
	domain, _, _ = strings.Cut(domain, "/")
	write := func(nonce string) string {
		return domain + " wants you to sign in with your Ethereum account:\n" +
			address.Hex() + "\n\n" +
			fmt.Sprintf(purpose.statement, domain) + "\n\n" +
			"URI: " + i.issuer + purpose.path + "\n" +
			"Version: 1\n" +
			fmt.Sprintf("Chain ID: %d\n", i.chainID) +
			"Nonce: " + nonce + "\n" +
			"Issued At: " + issuedAt.Format(messageTime) + "\n" +
			"Expiration Time: " + issuedAt.Add(Lifetime).Format(messageTime) + "\n" +
			"Resources:\n- " + purpose.resource
	}
	proof := k.mac("message\n" + write(id))
	return write(id + hex.EncodeToString(proof[:idBytes]))
}

func secondLine(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

// lineOf is the rest of the first line that begins so.
func lineOf(text, begin string) string {
	_, rest, _ := strings.Cut(text, "\n"+begin)
	line, _, _ := strings.Cut(rest, "\n")
	return line
}
