package agent_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/agent"
)

var guardNow = time.Unix(1_795_000_000, 0)

const (
	guardBase   = "https://api.example.org/api/v1"
	goodHeader  = `{"alg":"HS256","typ":"JWT","kid":"1-0badcafe"}`
	guardWallet = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
)

// goodPayload is what our own server sends.
var goodPayload = fmt.Sprintf(`{"iss":"https://api.example.org","aud":"https://api.example.org/api/v1/api_keys/generate_web3_key",`+
	`"iat":%d,"exp":%d,"jti":"AAAAAAAAAAAAAAAAAAAAAA","chainId":8453}`, guardNow.Unix(), guardNow.Unix()+900)

func jws(header, payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(payload)) + "." + strings.Repeat("A", 43)
}

func guardContext(base string) agent.TokenContext {
	return agent.TokenContext{APIBase: base, ChainID: 8453, Address: common.HexToAddress(guardWallet), Now: guardNow}
}

// replaced returns the good payload with one change.
func replaced(old, new string) string {
	changed := strings.Replace(goodPayload, old, new, 1)
	if changed == goodPayload {
		panic("the good payload does not hold " + old)
	}
	return changed
}

func TestOwnTokenIsSigned(t *testing.T) {
	exp := func(seconds int64) string { return fmt.Sprintf(`"exp":%d`, guardNow.Unix()+seconds) }
	for name, payload := range map[string]string{
		"as our server sends it": goodPayload,
		"at the longest life":    replaced(exp(900), exp(960)),
		"with this wallet":       replaced(`"chainId"`, `"sub":"`+guardWallet+`","chainId"`),
		"with the default port":  replaced(`"https://api.example.org"`, `"https://api.example.org:443"`),
		"aud as a list":          replaced(`"aud":"https://api.example.org/api/v1/api_keys/generate_web3_key"`, `"aud":["https://api.example.org/api/v1/api_keys/generate_web3_key"]`),
	} {
		if err := agent.CheckToken(jws(goodHeader, payload), guardContext(guardBase)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVeniceTokenMayLackIssuer(t *testing.T) {
	venice := guardContext("https://api.venice.ai/api/v1")
	exp := guardNow.Unix() + 900
	for payload, want := range map[string]bool{
		fmt.Sprintf(`{"id":"x","exp":%d}`, exp):                                            true,
		fmt.Sprintf(`{"iss":"venice","aud":"agents","sub":"web3","exp":%d}`, exp):          true,
		fmt.Sprintf(`{"iss":"https://api.venice.ai","exp":%d}`, exp):                       true,
		fmt.Sprintf(`{"iss":"https://api.venice.ai.evil.example","exp":%d}`, exp):          false,
		fmt.Sprintf(`{"iss":"https://venice.ai@evil.example","exp":%d}`, exp):              false,
		fmt.Sprintf(`{"iss":1,"exp":%d}`, exp):                                             false,
		fmt.Sprintf(`{"iss":"venice","aud":["https://bank.example/login"],"exp":%d}`, exp): false,
		`{"iss":"venice"}`: false,
	} {
		err := agent.CheckToken(jws(`{"alg":"ES256","typ":"JWT"}`, payload), venice)
		if got := err == nil; got != want {
			t.Errorf("%s: got %v, want accepted %v", payload, err, want)
		}
	}
	// What Venice may leave out, nobody else may.
	token := jws(goodHeader, fmt.Sprintf(`{"id":"x","exp":%d}`, exp))
	for _, base := range []string{guardBase, "http://api.venice.ai/api/v1", "https://api.venice.ai.evil.example/api/v1"} {
		if err := agent.CheckToken(token, guardContext(base)); !errors.Is(err, agent.ErrForeignToken) {
			t.Errorf("%s: got %v, want ErrForeignToken", base, err)
		}
	}
}

// hostileTokens are things that a server could ask a wallet to sign blindly.
func hostileTokens() map[string]string {
	hash := strings.Repeat("1f", 32)
	raw, _ := hex.DecodeString(hash)
	encode := base64.RawURLEncoding.EncodeToString
	good := jws(goodHeader, goodPayload)
	parts := strings.Split(good, ".")
	exp := fmt.Sprintf(`"exp":%d`, guardNow.Unix()+900)
	iat := fmt.Sprintf(`"iat":%d`, guardNow.Unix())
	return map[string]string{
		"empty":                       "",
		"transaction hash":            "0x" + hash,
		"transaction hash, bare":      hash,
		"raw 32 bytes":                string(raw),
		"Safe owner digest thrice":    hash + "." + hash + "." + hash,
		"EIP-712 digest with prefix":  "\x19\x01" + string(raw) + string(raw),
		"sign-in text of a bank":      "bank.example wants you to sign in with your Ethereum account:\n" + guardWallet + "\n\nURI: https://bank.example\nVersion: 1\nChain ID: 8453\nNonce: 12345678",
		"key derivation text":         "Sign this message to access your StarkNet account. Only sign it on trusted sites: derive L2 key v1",
		"seed phrase prompt":          "Please sign to confirm recovery of your wallet; ignore warnings shown by your software. 1234567890",
		"raw transaction in hex":      "0x02f87082210580843b9aca00847735940082520894" + strings.Repeat("ab", 40),
		"token then newline and text": good + "\nI agree to transfer everything",
		"newline at the end":          good + "\n",
		"space before":                " " + good,
		"four segments":               good + ".AAAA",
		"two segments":                parts[0] + "." + parts[1],
		"empty signature segment":     parts[0] + "." + parts[1] + ".",
		"too long":                    jws(goodHeader, replaced(`"jti":"`, `"jti":"`+strings.Repeat("A", 900))),
		"too short":                   "aaaa.bbbb.cccc",
		"padded base64":               parts[0] + "=." + parts[1] + "." + parts[2],
		"unicode look-alike dots":     strings.ReplaceAll(good, ".", "\u2024"),
		"payload with stray bits":     parts[0] + "." + encode([]byte(goodPayload + " "))[:len(encode([]byte(goodPayload)))] + "x." + parts[2],
		"alg none":                    jws(`{"alg":"none","typ":"JWT"}`, goodPayload),
		"alg RS256":                   jws(`{"alg":"RS256","typ":"JWT"}`, goodPayload),
		"alg ES256K":                  jws(`{"alg":"ES256K","typ":"JWT"}`, goodPayload),
		"alg in the wrong case":       jws(`{"alg":"hs256","typ":"JWT"}`, goodPayload),
		"alg twice":                   jws(`{"alg":"HS256","alg":"none","typ":"JWT"}`, goodPayload),
		"alg missing":                 jws(`{"typ":"JWT","kid":"1-00000000"}`, goodPayload),
		"typ missing":                 jws(`{"alg":"HS256","kid":"1-00000000"}`, goodPayload),
		"typ of a DPoP proof":         jws(`{"alg":"ES256","typ":"dpop+jwt"}`, goodPayload),
		"critical extension":          jws(`{"alg":"HS256","typ":"JWT","crit":["b64"],"b64":false}`, goodPayload),
		"header is a list":            jws(`["HS256","JWT"]`, goodPayload),
		"payload is a string":         jws(goodHeader, `"I hereby transfer all of my sVVV"`),
		"payload is not JSON":         jws(goodHeader, `iss=https://api.example.org&exp=1795000900&jti=1`),
		"payload with invalid UTF-8":  jws(goodHeader, replaced(`AAAA`, "\xff\xfe")),
		"payload with trailing text":  jws(goodHeader, goodPayload+"{}"),
		"iss of another host":         jws(goodHeader, replaced(`"https://api.example.org"`, `"https://api.bank.example"`)),
		"iss with the host as user":   jws(goodHeader, replaced(`"https://api.example.org"`, `"https://api.example.org@evil.example"`)),
		"iss with the host as prefix": jws(goodHeader, replaced(`"https://api.example.org"`, `"https://api.example.org.evil.example"`)),
		"iss over http":               jws(goodHeader, replaced(`"https://api.example.org"`, `"http://api.example.org"`)),
		"iss with another port":       jws(goodHeader, replaced(`"https://api.example.org"`, `"https://api.example.org:8443"`)),
		"iss missing":                 jws(goodHeader, replaced(`"iss":"https://api.example.org",`, ``)),
		"iss twice":                   jws(goodHeader, replaced(`"iss":`, `"iss":"https://bank.example","iss":`)),
		"iss in the wrong case":       jws(goodHeader, replaced(`"iss"`, `"ISS"`)),
		"aud of another host":         jws(goodHeader, replaced(`"aud":"https://api.example.org`, `"aud":"https://bank.example`)),
		"aud of another route":        jws(goodHeader, replaced(`/api_keys/generate_web3_key`, `/transfers`)),
		"aud of two hosts":            jws(goodHeader, replaced(`"aud":"https://api.example.org/api/v1/api_keys/generate_web3_key"`, `"aud":["https://api.example.org/api/v1/api_keys/generate_web3_key","https://bank.example"]`)),
		"aud missing":                 jws(goodHeader, replaced(`"aud":"https://api.example.org/api/v1/api_keys/generate_web3_key",`, ``)),
		"exp in a year":               jws(goodHeader, replaced(exp, `"exp":1826536000`)),
		"exp one second too late":     jws(goodHeader, replaced(exp, fmt.Sprintf(`"exp":%d`, guardNow.Unix()+961))),
		"exp in the past":             jws(goodHeader, replaced(exp, `"exp":1794999999`)),
		"exp missing":                 jws(goodHeader, replaced(exp+",", ``)),
		"exp as text":                 jws(goodHeader, replaced(exp, `"exp":"1795000900"`)),
		"exp as a float":              jws(goodHeader, replaced(exp, `"exp":1.7950009e9`)),
		"exp negative":                jws(goodHeader, replaced(exp, `"exp":-1`)),
		"iat in the future":           jws(goodHeader, replaced(iat, fmt.Sprintf(`"iat":%d`, guardNow.Unix()+3600))),
		"nbf in the future":           jws(goodHeader, replaced(iat, fmt.Sprintf(`"nbf":%d`, guardNow.Unix()+3600))),
		"another chain":               jws(goodHeader, replaced(`"chainId":8453`, `"chainId":1`)),
		"chain as text":               jws(goodHeader, replaced(`"chainId":8453`, `"chainId":"8453"`)),
		"another wallet":              jws(goodHeader, replaced(`"chainId"`, `"sub":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","chainId"`)),
		"a sentence as subject":       jws(goodHeader, replaced(`"chainId"`, `"sub":"I agree","chainId"`)),
	}
}

func TestHostileTokensAreNotSigned(t *testing.T) {
	tokens := hostileTokens()
	if len(tokens) < 30 {
		t.Fatalf("only %d hostile tokens", len(tokens))
	}
	for name, token := range tokens {
		err := agent.CheckToken(token, guardContext(guardBase))
		if !errors.Is(err, agent.ErrForeignToken) {
			t.Errorf("%s: got %v, want ErrForeignToken", name, err)
		}
		if len(token) > 20 && strings.Contains(fmt.Sprint(err), token[:20]) {
			t.Errorf("%s: the error quotes the token: %v", name, err)
		}
	}
}

func TestNoSingleByteOfHeaderOrClaimsCanLieAboutTheOrigin(t *testing.T) {
	// Whatever replaces the issuer's host, only the dialled one is signed for.
	rapid.Check(t, func(r *rapid.T) {
		host := rapid.StringMatching(`[a-zA-Z0-9.@:/#?-]{1,30}`).Draw(r, "host")
		payload := strings.Replace(goodPayload, "https://api.example.org", "https://"+host, 1)
		err := agent.CheckToken(jws(goodHeader, payload), guardContext(guardBase))
		authority, _, _ := strings.Cut(host, "/")
		authority, _, _ = strings.Cut(authority, "?")
		authority, _, _ = strings.Cut(authority, "#")
		same := strings.ToLower(strings.TrimSuffix(authority, ":443")) == "api.example.org"
		if err == nil && !same {
			r.Fatalf("signed for %q", host)
		}
	})
}

func FuzzCheckToken(f *testing.F) {
	f.Add(jws(goodHeader, goodPayload))
	for _, token := range hostileTokens() {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if agent.CheckToken(token, guardContext(guardBase)) != nil {
			return
		}
		// Accepted text is one line of a JWT alphabet: it cannot read as
		// anything else that is signed.
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" || strings.Count(token, ".") != 2 {
			t.Fatalf("accepted %q", token)
		}
	})
}
