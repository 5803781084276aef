package challenge_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/c2sp/wycheproof"
	"pgregory.net/rapid"

	"stakegate/internal/challenge"
)

const (
	publicURL = "https://api.example.org"
	audience  = publicURL + "/api/v1/api_keys/generate_web3_key"
	wallet    = "0x52908400098527886E0F7030069857D2E4169EE7"
)

var (
	root = []byte("0123456789abcdefghijklmnopqrstuv")
	now  = time.Unix(1_795_432_200, 0)
	b64  = base64.RawURLEncoding
)

func newIssuer(t testing.TB, root []byte, generation string) *challenge.Issuer {
	t.Helper()
	issuer, err := challenge.New(root, generation, publicURL, 8453)
	if err != nil {
		t.Fatal(err)
	}
	return issuer
}

func issue(t testing.TB, issuer *challenge.Issuer, subject string) string {
	t.Helper()
	token, err := issuer.Issue(now, subject)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// macKey derives the key as the format's description says, for forging.
func macKey(t testing.TB, root []byte, generation string) []byte {
	t.Helper()
	info := fmt.Sprintf("stakegate/token/v2/%d", now.Unix()/86_400)
	secret, err := hkdf.Key(sha256.New, root, []byte(generation), info, 32)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func sign(secret []byte, header, payload string) string {
	signed := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(payload))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signed))
	return signed + "." + b64.EncodeToString(mac.Sum(nil))
}

func decoded(t testing.TB, segment string) string {
	t.Helper()
	text, err := b64.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestIssuedTokensHaveThePublishedForm(t *testing.T) {
	secret := macKey(t, root, "g1")
	fingerprint := sha256.Sum256(secret)
	token := issue(t, newIssuer(t, root, "g1"), wallet)
	if !regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$`).MatchString(token) || len(token) < 300 || len(token) > 512 {
		t.Errorf("%d characters: %s", len(token), token)
	}
	parts := strings.Split(token, ".")
	header := `{"alg":"HS256","typ":"JWT","kid":"g1-` + hex.EncodeToString(fingerprint[:4]) + `"}`
	if got := decoded(t, parts[0]); got != header {
		t.Errorf("header is %s, want %s", got, header)
	}
	payload := decoded(t, parts[1])
	want := fmt.Sprintf(`{"iss":"%s","aud":"%s","iat":%d,"exp":%d,"jti":"`, publicURL, audience, now.Unix(), now.Unix()+900)
	id, rest, _ := strings.Cut(strings.TrimPrefix(payload, want), `"`)
	if !strings.HasPrefix(payload, want) || len(id) != 22 || rest != `,"chainId":8453,"sub":"`+wallet+`"}` {
		t.Errorf("payload is %s", payload)
	}
	if sign(secret, header, payload) != token {
		t.Error("the MAC is not HMAC-SHA-256 over header.payload")
	}
}

func TestIssuedTokensAreGoodForFifteenMinutes(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	for _, subject := range []string{"", wallet} {
		token := issue(t, issuer, subject)
		for _, age := range []time.Duration{-time.Minute, 0, time.Second, 15*time.Minute - 1} {
			got, err := issuer.Check(token, now.Add(age))
			if err != nil || got.Subject != subject || len(got.ID) != 22 || !got.ExpiresAt.Equal(now.Add(15*time.Minute)) {
				t.Errorf("age %v: got %+v, %v", age, got, err)
			}
		}
		for _, age := range []time.Duration{15 * time.Minute, 16 * time.Minute, 24 * time.Hour} {
			if _, err := issuer.Check(token, now.Add(age)); !errors.Is(err, challenge.ErrExpired) {
				t.Errorf("age %v: got %v, want ErrExpired", age, err)
			}
		}
		if _, err := issuer.Check(token, now.Add(-61*time.Second)); !errors.Is(err, challenge.ErrClaims) {
			t.Errorf("from the future: got %v, want ErrClaims", err)
		}
	}
}

func TestIDsAreDistinct(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	seen := map[string]bool{}
	for range 1000 {
		got, err := issuer.Check(issue(t, issuer, ""), now)
		if err != nil || seen[got.ID] {
			t.Fatalf("id %q again, or %v", got.ID, err)
		}
		seen[got.ID] = true
	}
}

// victim is a good token, taken apart for forging others from it.
type victim struct {
	*challenge.Issuer
	testing.TB
	good, header, payload, mac string // header and payload decoded
	parts                      []string
	secret                     []byte
}

func newVictim(t testing.TB) victim {
	v := victim{Issuer: newIssuer(t, root, "g1"), TB: t, secret: macKey(t, root, "g1")}
	v.good = issue(t, v.Issuer, "")
	v.parts = strings.Split(v.good, ".")
	v.header, v.payload, v.mac = decoded(t, v.parts[0]), decoded(t, v.parts[1]), v.parts[2]
	return v
}

func (v victim) refused(want error, tokens map[string]string) {
	v.Helper()
	for name, token := range tokens {
		if got, err := v.Check(token, now); !errors.Is(err, want) {
			v.Errorf("%s: got %+v, %v; want %v", name, got, err, want)
		}
	}
}

func TestMalformedTokensAreRefused(t *testing.T) {
	v := newVictim(t)
	good, header, payload, mac, parts := v.good, v.header, v.payload, v.mac, v.parts
	std := func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }
	v.refused(challenge.ErrMalformed, map[string]string{
		"empty":               "",
		"abc":                 "abc",
		"two segments":        parts[0] + "." + parts[1],
		"four segments":       good + ".x",
		"five segments (JWE)": "a.b.c.d." + mac,
		"trailing newline":    good + "\n",
		"trailing carriage":   good + "\r",
		"leading space":       " " + good,
		"newline inside":      parts[0] + "." + parts[1][:8] + "\n" + parts[1][8:] + "." + mac,
		"padding":             good + "=",
		"padding inside":      parts[0] + "=." + parts[1] + "." + mac,
		"10,000 dots":         strings.Repeat(".", 10_000),
		"1 MB":                strings.Repeat("a", 1<<20),
		"empty segments":      ".." + mac,
		"alg none, no mac":    b64.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".",
		"standard alphabet":   std(header) + "." + std(payload+"???>>>") + "." + mac,
		"short mac":           parts[0] + "." + parts[1] + "." + mac[:42],
		"long mac":            good + "A",
		"not ASCII":           parts[0] + "." + parts[1] + "." + mac[:40] + "é" + mac[42:],
		"nul":                 good[:len(good)-1] + "\x00",
		"quoted":              `"` + good + `"`,
		"bearer":              "Bearer " + good,
	})
}

func TestForgedTokensAreRefused(t *testing.T) {
	v := newVictim(t)
	header, payload, mac, parts, secret := v.header, v.payload, v.mac, v.parts, v.secret
	lastBits := mac[:42] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", mac[42])^1])
	v.refused(challenge.ErrSignature, map[string]string{
		"alg none, our mac":        sign(secret, strings.Replace(header, "HS256", "none", 1), payload),
		"alg RS256":                sign(secret, strings.Replace(header, "HS256", "RS256", 1), payload),
		"alg HS512":                sign(secret, strings.Replace(header, "HS256", "HS512", 1), payload),
		"alg hs256":                sign(secret, strings.Replace(header, "HS256", "hs256", 1), payload),
		"kid is a path, empty key": sign(nil, `{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}`, payload),
		"kid is SQL":               sign(secret, `{"alg":"HS256","typ":"JWT","kid":"' OR 1=1 --"}`, payload),
		"crit":                     sign(secret, header[:len(header)-1]+`,"crit":["x"]}`, payload),
		"jku":                      sign(secret, header[:len(header)-1]+`,"jku":"https://evil.example"}`, payload),
		"jwk":                      sign(secret, header[:len(header)-1]+`,"jwk":{"kty":"oct","k":""}}`, payload),
		"b64 false":                sign(secret, header[:len(header)-1]+`,"b64":false}`, payload),
		"zip":                      sign(secret, header[:len(header)-1]+`,"zip":"DEF"}`, payload),
		"two algs":                 sign(secret, `{"alg":"none",`+header[1:], payload),
		"spaced header":            sign(secret, strings.Replace(header, ":", ": ", 1), payload),
		"no kid":                   sign(secret, `{"alg":"HS256","typ":"JWT"}`, payload),
		"mac of the empty key":     sign(nil, header, payload),
		"mac keyed by the root":    sign(root, header, payload),
		"other spelling of mac":    parts[0] + "." + parts[1] + "." + lastBits,
		"payload one bit flipped":  parts[0] + "." + b64.EncodeToString([]byte(strings.Replace(payload, "8453", "8452", 1))) + "." + mac,
		"other generation":         issue(t, newIssuer(t, root, "g2"), ""),
		"other root":               issue(t, newIssuer(t, []byte("vutsrqponmlkjihgfedcba9876543210"), "g1"), ""),
	})
}

func TestAuthenticTokensThatSayOtherThingsAreRefused(t *testing.T) {
	v := newVictim(t)
	good, header, payload, secret := v.good, v.header, v.payload, v.secret
	swap := func(from, to string) string {
		if !strings.Contains(payload, from) {
			t.Fatalf("%q is not in the payload", from)
		}
		return sign(secret, header, strings.Replace(payload, from, to, 1))
	}
	exp := fmt.Sprintf(`"exp":%d`, now.Unix()+900)
	iat := fmt.Sprintf(`"iat":%d`, now.Unix())
	v.refused(challenge.ErrClaims, map[string]string{
		"other iss":          swap(`"iss":"https://api`, `"iss":"https://apj`),
		"iss in capitals":    swap(`"iss":"https://api.example`, `"iss":"https://api.Example`),
		"other aud":          swap("generate_web3_key", "generate_web3_key/"),
		"other chain":        swap("8453", "1"),
		"exp in an hour":     swap(exp, fmt.Sprintf(`"exp":%d`, now.Unix()+3600)),
		"exp a second short": swap(exp, fmt.Sprintf(`"exp":%d`, now.Unix()+899)),
		"exp is text":        swap(exp, fmt.Sprintf(`"exp":"%d"`, now.Unix()+900)),
		"exp is a fraction":  swap(exp, exp+".0"),
		"exp overflows":      swap(exp, `"exp":9223372036854775808`),
		"iat negative":       swap(iat, `"iat":-1`),
		"no exp":             swap(exp+",", ""),
		"duplicate exp":      swap(exp, exp+","+exp),
		"unknown claim":      swap(iat, `"nbf":1,`+iat),
		"JTI for jti":        swap(`"jti"`, `"JTI"`),
		"short jti":          swap(`"jti":"`, `"jti":"","x":"`),
		"sub is no address":  swap(`}`, `,"sub":"0x0"}`),
		"sub empty":          swap(`}`, `,"sub":""}`),
		"other order":        sign(secret, header, strings.Replace(payload[:len(payload)-1], iat+",", "", 1)+","+iat+"}"),
		"spaced payload":     swap(`,"jti"`, `, "jti"`),
		"escaped payload":    swap(`"jti"`, `"\u006ati"`),
		"second document":    sign(secret, header, payload+"{}"),
		"payload is no JSON": sign(secret, header, "hello"),
		"payload is null":    sign(secret, header, "null"),
		"nested token":       sign(secret, header, good),
	})
}

func TestExpiredTokensAreRefused(t *testing.T) {
	v := newVictim(t)
	v.refused(challenge.ErrExpired, map[string]string{"by a second": expired(t, v.Issuer)})
}

func expired(t testing.TB, issuer *challenge.Issuer) string {
	t.Helper()
	token, err := issuer.Issue(now.Add(-15*time.Minute-time.Second), "")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Changing any character of a token, anywhere, makes it bad: there is one
// spelling of each.
func TestEveryTokenHasOneSpelling(t *testing.T) {
	issuer := newIssuer(t, root, "g1")
	token := issue(t, issuer, wallet)
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		to := rapid.Byte().Draw(t, "to")
		changed := token[:at] + string([]byte{to}) + token[at+1:]
		if _, err := issuer.Check(changed, now); (err == nil) != (changed == token) {
			t.Fatalf("byte %d as %q: %v", at, to, err)
		}
	})
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		root       []byte
		generation string
		url        string
		chainID    uint64
	}{
		"short root":       {root[:31], "g1", publicURL, 1},
		"no root":          {nil, "g1", publicURL, 1},
		"constant root":    {make([]byte, 64), "g1", publicURL, 1},
		"repeated root":    {bytes.Repeat([]byte("secret"), 8), "g1", publicURL, 1},
		"no generation":    {root, "", publicURL, 1},
		"quote in it":      {root, `g"1`, publicURL, 1},
		"long generation":  {root, strings.Repeat("g", 37), publicURL, 1},
		"no chain":         {root, "g1", publicURL, 0},
		"no url":           {root, "g1", "", 1},
		"relative":         {root, "g1", "api.example.org", 1},
		"other scheme":     {root, "g1", "ftp://api.example.org", 1},
		"trailing slash":   {root, "g1", publicURL + "/", 1},
		"capitals":         {root, "g1", "https://API.example.org", 1},
		"user":             {root, "g1", "https://me@api.example.org", 1},
		"query":            {root, "g1", publicURL + "?a=b", 1},
		"empty query":      {root, "g1", publicURL + "?", 1},
		"fragment":         {root, "g1", publicURL + "#a", 1},
		"empty fragment":   {root, "g1", publicURL + "#", 1},
		"no host":          {root, "g1", "https://", 1},
		"only a port":      {root, "g1", "https://:80", 1},
		"quote in the url": {root, "g1", publicURL + `/"`, 1},
		"very long":        {root, "g1", publicURL + "/" + strings.Repeat("a", 200), 1},
	} {
		if _, err := challenge.New(c.root, c.generation, c.url, c.chainID); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for _, url := range []string{"http://127.0.0.1:8402", "http://[::1]:8402", "https://example.org/base"} {
		if _, err := challenge.New(root, "g1", url, 31337); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := newIssuer(t, root, "g1").Issue(now, "vitalik.eth"); err == nil {
		t.Error("a subject that is no address was taken")
	}
}

func TestLongestTokenStillChecks(t *testing.T) {
	url := "https://" + strings.Repeat("a", 192)
	issuer, err := challenge.New(root, strings.Repeat("g", 36), url, 1<<64-1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := issuer.Check(issue(t, issuer, wallet), now); err != nil {
		t.Errorf("the longest token: %v", err)
	}
}

// None of Wycheproof's JSON Web Signatures, good or bad, is one of ours.
func TestForeignTokensAreRefused(t *testing.T) {
	data, err := fs.ReadFile(wycheproof.TestVectors, "json_web_signature_test.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		TestGroups []struct {
			Tests []struct {
				ID  int             `json:"tcId"`
				JWS json.RawMessage `json:"jws"`
			} `json:"tests"`
		} `json:"testGroups"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	issuer, n := newIssuer(t, root, "g1"), 0
	for _, group := range file.TestGroups {
		for _, test := range group.Tests {
			token := strings.Trim(string(test.JWS), `"`)
			if _, err := issuer.Check(token, now); err == nil {
				t.Errorf("test %d was accepted", test.ID)
			}
			n++
		}
	}
	if n < 400 {
		t.Errorf("only %d vectors were read", n)
	}
}
