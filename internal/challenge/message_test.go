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
	said, err := newIssuer(t, root, "g1").CheckMessage(message.Text, challenge.MintKey, now)
	if err != nil {
		t.Fatal(err)
	}
	want := written(t, macKey(t, root, "g1"), challenge.MintKey, said)
	if message.Text != want {
		t.Errorf("the message is\n%s\nwant\n%s", message.Text, want)
	}
	if !message.ExpiresAt.Equal(now.Add(challenge.Lifetime)) || len(message.Nonce) != 64 {
		t.Errorf("it ends at %s with nonce %s", message.ExpiresAt, message.Nonce)
	}
}

func revocation(t testing.TB, issuer *challenge.Issuer) challenge.Message {
	t.Helper()
	message, err := issuer.IssueMessage(now, challenge.RevokeKeys, common.HexToAddress(wallet))
	if err != nil {
		t.Fatal(err)
	}
	return message
}

func TestAMessageIsGoodForItsPurposeOnly(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	token, toMint := issueFor(t, issuer, wallet)
	toRevoke := revocation(t, issuer)
	said, err := issuer.CheckMessage(toRevoke.Text, challenge.RevokeKeys, now)
	if err != nil || said.Subject != wallet || toRevoke.Text != written(t, macKey(t, root, "g1"), challenge.RevokeKeys, said) {
		t.Errorf("%+v, %v of\n%s", said, err, toRevoke.Text)
	}
	for text, purpose := range map[string]challenge.Purpose{toRevoke.Text: challenge.MintKey, toMint.Text: challenge.RevokeKeys, token: challenge.RevokeKeys} {
		if _, err := issuer.CheckMessage(text, purpose, now); !errors.Is(err, challenge.ErrMessage) {
			t.Errorf("%v of\n%s", err, text)
		}
	}
	if _, err := issuer.Check(toRevoke.Text, now); !errors.Is(err, challenge.ErrMalformed) {
		t.Errorf("as a token: %v", err)
	}
}

func TestTokenAndMessageAreOneChallenge(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	token, message := issueFor(t, issuer, wallet)
	byToken, err := issuer.Check(token, now)
	if err != nil {
		t.Fatal(err)
	}
	byMessage, err := issuer.CheckMessage(message.Text, challenge.MintKey, now)
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
		if _, err := issuer.CheckMessage(text, challenge.MintKey, now); !errors.Is(err, challenge.ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, at := range map[string]time.Duration{"late": challenge.Lifetime, "a day late": 24 * time.Hour, "early": -challenge.MaxSkew - time.Second} {
		if _, err := issuer.CheckMessage(message.Text, challenge.MintKey, now.Add(at)); !errors.Is(err, challenge.ErrMessageExpired) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := issuer.CheckMessage(message.Text, challenge.MintKey, now.Add(challenge.Lifetime-time.Second)); err != nil {
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
	f.Add(revocation(f, issuer).Text)
	f.Add("a\n" + wallet + "\nNonce: " + message.Nonce + "\nIssued At: 2026-11-23T11:10:00Z\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, purpose := range []challenge.Purpose{challenge.MintKey, challenge.RevokeKeys} {
			if got, err := issuer.CheckMessage(text, purpose, now); err == nil && text != written(t, secret, purpose, got) {
				t.Fatalf("accepted %q", text)
			}
		}
	})
}

// written is the message of a challenge, by its specification.
func written(t *testing.T, secret []byte, purpose challenge.Purpose, c challenge.Challenge) string {
	t.Helper()
	statement, uri, resource := "Create an API key at api.example.org that can spend this wallet's staked allocation.", audience, "urn:venice:api-key:create"
	if purpose == challenge.RevokeKeys {
		statement, uri, resource = "End every API key of this wallet at api.example.org, whoever has it.", publicURL+"/api/v1/api_keys/revoke_all", "urn:stakegate:api-key:revoke-all"
	}
	text := func(nonce string) string {
		return "api.example.org wants you to sign in with your Ethereum account:\n" + c.Subject + "\n\n" +
			statement + "\n\nURI: " + uri + "\nVersion: 1\nChain ID: 8453\nNonce: " + nonce + "\n" +
			"Issued At: " + c.ExpiresAt.Add(-challenge.Lifetime).Format(time.RFC3339) + "\n" +
			"Expiration Time: " + c.ExpiresAt.Format(time.RFC3339) + "\nResources:\n- " + resource
	}
	id := hex.EncodeToString([]byte(decoded(t, c.ID)))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("message\n" + text(id)))
	return text(id + hex.EncodeToString(mac.Sum(nil)[:16]))
}
