package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/agent"
	"stakegate/agent/wallet"
	"stakegate/internal/challenge"
)

// goodMessage is what our own server sends to the wallet of the guard tests.
func goodMessage(t testing.TB) string {
	t.Helper()
	issuer, err := challenge.New([]byte("0123456789abcdefghijklmnopqrstuv"), "1", "https://api.example.org", 8453)
	if err != nil {
		t.Fatal(err)
	}
	_, message, err := issuer.IssueFor(guardNow, common.HexToAddress(guardWallet))
	if err != nil {
		t.Fatal(err)
	}
	return message.Text
}

func TestAMessageThatEndsKeysMakesNoneAndTheOtherWayRound(t *testing.T) {
	create := goodMessage(t)
	end := strings.NewReplacer("Create an API key at api.example.org that can spend this wallet's staked allocation.",
		"End every API key of this wallet at api.example.org, whoever has it.",
		"generate_web3_key", "revoke_all", "urn:venice:api-key:create", "urn:stakegate:api-key:revoke-all").Replace(create)
	if err := agent.CheckRevocation(end, guardContext(guardBase)); err != nil {
		t.Error(err)
	}
	if err := agent.CheckMessage(end, guardContext(guardBase)); !errors.Is(err, agent.ErrForeignToken) {
		t.Errorf("as one that makes a key: got %v", err)
	}
	if err := agent.CheckRevocation(create, guardContext(guardBase)); !errors.Is(err, agent.ErrForeignToken) {
		t.Errorf("the other way round: got %v", err)
	}
}

func TestOwnMessageIsSignedForItsWalletOriginAndChainOnly(t *testing.T) {
	message := goodMessage(t)
	if err := agent.CheckMessage(message, guardContext(guardBase)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*agent.TokenContext){
		"another wallet": func(c *agent.TokenContext) {
			c.Address = common.HexToAddress("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
		},
		"another host":    func(c *agent.TokenContext) { c.APIBase = "https://api.example.org.evil.example/api/v1" },
		"another port":    func(c *agent.TokenContext) { c.APIBase = "https://api.example.org:8443/api/v1" },
		"over http":       func(c *agent.TokenContext) { c.APIBase = "http://api.example.org/api/v1" },
		"another path":    func(c *agent.TokenContext) { c.APIBase = "https://api.example.org/v2" },
		"another chain":   func(c *agent.TokenContext) { c.ChainID = 1 },
		"before its time": func(c *agent.TokenContext) { c.Now = guardNow.Add(-2 * time.Minute) },
		"after its time":  func(c *agent.TokenContext) { c.Now = guardNow.Add(15 * time.Minute) },
	} {
		dialled := guardContext(guardBase)
		change(&dialled)
		if err := agent.CheckMessage(message, dialled); !errors.Is(err, agent.ErrForeignToken) {
			t.Errorf("%s: got %v, want ErrForeignToken", name, err)
		}
	}
}

// hostileMessages are texts that look like a sign-in message.
func hostileMessages(t testing.TB) map[string]string {
	good := goodMessage(t)
	with := func(old, new string) string {
		changed := strings.Replace(good, old, new, 1)
		if changed == good {
			t.Fatalf("the good message does not hold %q", old)
		}
		return changed
	}
	return map[string]string{
		"empty":                      "",
		"another site":               strings.ReplaceAll(good, "api.example.org", "bank.example"),
		"another domain line":        with("api.example.org wants", "bank.example wants"),
		"a scheme before the domain": with("api.example.org wants", "https://api.example.org wants"),
		"another statement":          with("Create an API key at api.example.org that can spend this wallet's staked allocation.", "I transfer all of my sVVV."),
		"no statement":               with("Create an API key at api.example.org that can spend this wallet's staked allocation.\n\n", ""),
		"two statements":             with("allocation.\n", "allocation.\nI transfer all of my sVVV.\n"),
		"another URI":                with("generate_web3_key", "transfers"),
		"another wallet":             with(guardWallet, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
		"wallet in lower case":       with(guardWallet, strings.ToLower(guardWallet)),
		"version 2":                  with("Version: 1", "Version: 2"),
		"another chain":              with("Chain ID: 8453", "Chain ID: 1"),
		"nonce with a new line":      with("Nonce: ", "Nonce: 12345678\nX: "),
		"nonce too short":            with("Nonce: ", "Nonce: 1\nX: "),
		"a year long":                with("Expiration Time: 2026", "Expiration Time: 2027"),
		"times with a zone":          strings.ReplaceAll(good, "Z\n", "+00:00\n"),
		"a request id":               with("\nResources:", "\nRequest ID: 1\nResources:"),
		"another resource":           with("urn:venice:api-key:create", "https://bank.example/transfer"),
		"two resources":              good + "\n- https://bank.example/transfer",
		"text after it":              good + "\nI transfer all of my sVVV.",
		"text before it":             "I transfer all of my sVVV.\n" + good,
		"a new line after it":        good + "\n",
		"carriage returns":           strings.ReplaceAll(good, "\n", "\r\n"),
		"too long":                   good + strings.Repeat(" ", 2048),
		"a transaction hash":         "0x" + strings.Repeat("1f", 32),
		"typed data":                 `{"types":{"EIP712Domain":[]},"primaryType":"Permit","domain":{},"message":{}}`,
	}
}

func TestHostileMessagesAreNotSigned(t *testing.T) {
	for name, message := range hostileMessages(t) {
		if err := agent.CheckMessage(message, guardContext(guardBase)); !errors.Is(err, agent.ErrForeignToken) {
			t.Errorf("%s: got %v, want ErrForeignToken", name, err)
		} else if len(message) > 200 && strings.Contains(err.Error(), message[:60]) {
			t.Errorf("%s: the error quotes the message: %v", name, err)
		}
	}
}

func TestNoByteOfAMessageMayBeAnother(t *testing.T) {
	good := goodMessage(t)
	free := strings.Index(good, "Nonce: ") + len("Nonce: ")
	rapid.Check(t, func(r *rapid.T) {
		at := rapid.IntRange(0, len(good)-1).Draw(r, "at")
		changed := []byte(good)
		changed[at] = rapid.Byte().Draw(r, "byte")
		err := agent.CheckMessage(string(changed), guardContext(guardBase))
		if err == nil && string(changed) != good && (at < free || at >= free+64) && !isTime(good, at) {
			r.Fatalf("byte %d may be %q", at, changed[at])
		}
	})
}

// isTime reports whether a place is in one of the message's times, some digits
// of which may be others.
func isTime(message string, at int) bool {
	from := strings.Index(message, "Issued At: ")
	return at > from && at < strings.Index(message, "Resources:")
}

func FuzzCheckMessage(f *testing.F) {
	f.Add(goodMessage(f))
	for _, message := range hostileMessages(f) {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message string) {
		if agent.CheckMessage(message, guardContext(guardBase)) == nil && !strings.HasPrefix(message, "api.example.org wants you to sign in with your Ethereum account:\n"+guardWallet+"\n") {
			t.Fatalf("accepted %q", message)
		}
	})
}

// countingSigner is the wallet of the guard tests; it knows how often it was
// asked for a signature.
type countingSigner struct {
	wallet.Signer
	asked int
}

func (*countingSigner) Address() common.Address { return common.HexToAddress(guardWallet) }

func (s *countingSigner) SignMessage(context.Context, string) ([]byte, error) {
	s.asked++
	return nil, errors.New("asked to sign")
}

// answer is a server of every host that answers one thing.
type answer []byte

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a)), Request: r}, nil
}

// mintFrom has the wallet of the guard tests get a key at guardBase, where the
// challenge is the given one, and returns how often it was asked to sign.
func mintFrom(t *testing.T, proof agent.ProofKind, challenge map[string]string) (asked int, err error) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"data": challenge, "success": true})
	if err != nil {
		t.Fatal(err)
	}
	signer := &countingSigner{}
	_, err = agent.MintKey(t.Context(), agent.Options{
		Network: agent.Network{APIBase: guardBase, ChainID: 8453}, Signer: signer, Transport: answer(body), Proof: proof,
		Now: func() time.Time { return guardNow },
	})
	return signer.asked, err
}

func TestAMintSignsNoHostileChallenge(t *testing.T) {
	good := jws(goodHeader, goodPayload)
	for name, challenge := range map[string]map[string]string{"a token": {"token": good}, "a message": {"token": good, "message": goodMessage(t)}} {
		if asked, err := mintFrom(t, agent.ProofAuto, challenge); asked == 0 {
			t.Fatalf("%s that may be signed was not: %v", name, err)
		}
	}
	try := func(name string, proof agent.ProofKind, challenge map[string]string) {
		t.Helper()
		if asked, err := mintFrom(t, proof, challenge); asked != 0 || !errors.Is(err, agent.ErrForeignToken) {
			t.Errorf("%s: asked to sign %d times, got %v, want ErrForeignToken", name, asked, err)
		}
	}
	for name, token := range hostileTokens() {
		try(name, agent.ProofAuto, map[string]string{"token": token})
		try(name+", as the only proof", agent.ProofToken, map[string]string{"token": token, "message": goodMessage(t)})
	}
	for name, message := range hostileMessages(t) {
		if message != "" { // that is no message, and the token counts
			try(name, agent.ProofAuto, map[string]string{"token": good, "message": message})
		}
		try(name+", as the only proof", agent.ProofMessage, map[string]string{"token": good, "message": message})
	}
}

func TestAMessageIsSignedWhereTheServerHasOne(t *testing.T) {
	chain := devChain(t)
	for proof, want := range map[agent.ProofKind]string{agent.ProofAuto: "message", agent.ProofMessage: "message", agent.ProofToken: "token"} {
		api := newFakeAPI(t, chain)
		api.messages = true
		o := newOptions(t, chain, api)
		o.Proof = proof
		mustUp(t, o)
		if got := api.proof(); got != want {
			t.Errorf("%q: got a signed %s, want a %s", proof, got, want)
		}
	}
}
