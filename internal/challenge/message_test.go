package challenge_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/challenge"
)

func issueFor(t testing.TB, issuer *challenge.Issuer, address string) (string, challenge.Message) {
	t.Helper()
	token, message, err := issuer.IssueFor(now, common.HexToAddress(address))
	if err != nil {
		t.Fatal(err)
	}
	return token, message
}

// As EIP-4361 has it, with what a person needs to know before signing.
func TestMessageSaysWhatItsSignatureDoes(t *testing.T) {
	_, message := issueFor(t, newIssuer(t, root, "g1"), wallet)
	said, err := newIssuer(t, root, "g1").CheckMessage(message.Text, now)
	if err != nil {
		t.Fatal(err)
	}
	want := written(t, macKey(t, root, "g1"), said)
	if message.Text != want {
		t.Errorf("the message is\n%s\nwant\n%s", message.Text, want)
	}
	if !message.ExpiresAt.Equal(now.Add(challenge.Lifetime)) || len(message.Nonce) != 64 {
		t.Errorf("it ends at %s with nonce %s", message.ExpiresAt, message.Nonce)
	}
}

func TestTokenAndMessageAreOneChallenge(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	token, message := issueFor(t, issuer, wallet)
	byToken, err := issuer.Check(token, now)
	if err != nil {
		t.Fatal(err)
	}
	byMessage, err := issuer.CheckMessage(message.Text, now)
	if err != nil || byMessage != byToken || byMessage.Subject != wallet {
		t.Errorf("token %+v, message %+v, %v", byToken, byMessage, err)
	}
	_, other := issueFor(t, issuer, wallet)
	if other.Nonce == message.Nonce {
		t.Error("two messages with one nonce")
	}
}

func TestAlteredMessagesAreRefused(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	_, message := issueFor(t, issuer, wallet)
	replace := func(old, with string) string {
		altered := strings.Replace(message.Text, old, with, 1)
		if altered == message.Text {
			t.Fatalf("%q is not in the message", old)
		}
		return altered
	}
	_, foreign := issueFor(t, newIssuer(t, root, "g2"), wallet)
	_, elsewhere := issueFor(t, func() *challenge.Issuer {
		other, err := challenge.New(root, "g1", "https://evil.example", 8453)
		if err != nil {
			t.Fatal(err)
		}
		return other
	}(), wallet)
	for name, text := range map[string]string{
		"empty":                    "",
		"another site":             elsewhere.Text,
		"another generation":       foreign.Text,
		"another domain":           replace("api.example.org wants", "evil.example wants"),
		"another wallet":           replace(wallet, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
		"the wallet in lower case": replace(wallet, strings.ToLower(wallet)),
		"another statement":        replace("Create an API key", "Log in"),
		"another route":            replace("generate_web3_key", "generate"),
		"another chain":            replace("Chain ID: 8453", "Chain ID: 1"),
		"another nonce":            replace(message.Nonce, strings.Repeat("ab", 32)),
		"another id":               replace(message.Nonce[:32], strings.Repeat("ab", 16)),
		"a capital nonce":          replace(message.Nonce, strings.ToUpper(message.Nonce)),
		"a later time":             replace("11:10:00Z", "11:11:00Z"),
		"another end":              replace("11:25:00Z", "23:25:00Z"),
		"another resource":         replace("api-key:create", "api-key:delete"),
		"another line":             message.Text + "\n- https://evil.example",
		"an end of line":           message.Text + "\n",
		"CR LF":                    strings.ReplaceAll(message.Text, "\n", "\r\n"),
		"a mebibyte":               message.Text + strings.Repeat(" ", 1<<20),
	} {
		if _, err := issuer.CheckMessage(text, now); !errors.Is(err, challenge.ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, at := range map[string]time.Duration{"late": challenge.Lifetime, "a day late": 24 * time.Hour, "early": -challenge.MaxSkew - time.Second} {
		if _, err := issuer.CheckMessage(message.Text, now.Add(at)); !errors.Is(err, challenge.ErrMessageExpired) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := issuer.CheckMessage(message.Text, now.Add(challenge.Lifetime-time.Second)); err != nil {
		t.Errorf("in its last second: %v", err)
	}
}

// Whatever is accepted is what the server writes about that challenge, to the
// byte.
func FuzzCheckMessage(f *testing.F) {
	issuer := newIssuer(f, root, "g1")
	secret := macKey(f, root, "g1")
	_, message := issueFor(f, issuer, wallet)
	f.Add(message.Text)
	f.Add("")
	f.Add(strings.Replace(message.Text, "Nonce: ", "Nonce: 0", 1))
	f.Add("a\n" + wallet + "\nNonce: " + message.Nonce + "\nIssued At: 2026-11-23T11:10:00Z\n")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := issuer.CheckMessage(text, now); err == nil && text != written(t, secret, got) {
			t.Fatalf("accepted %q", text)
		}
	})
}

// written is the message of a challenge, by its specification.
func written(t *testing.T, secret []byte, c challenge.Challenge) string {
	t.Helper()
	text := func(nonce string) string {
		return "api.example.org wants you to sign in with your Ethereum account:\n" + c.Subject + "\n\n" +
			"Create an API key at api.example.org that can spend this wallet's staked allocation.\n\n" +
			"URI: " + audience + "\nVersion: 1\nChain ID: 8453\nNonce: " + nonce + "\n" +
			"Issued At: " + c.ExpiresAt.Add(-challenge.Lifetime).Format(time.RFC3339) + "\n" +
			"Expiration Time: " + c.ExpiresAt.Format(time.RFC3339) + "\nResources:\n- urn:venice:api-key:create"
	}
	id := hex.EncodeToString([]byte(decoded(t, c.ID)))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("message\n" + text(id)))
	return text(id + hex.EncodeToString(mac.Sum(nil)[:16]))
}
