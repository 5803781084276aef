package app_test

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/internal/app/apptest"
	"stakegate/internal/challenge"
)

// form is a mint request that is good until a test spoils it.
type form struct {
	t      *testing.T
	w      *apptest.World
	wallet apptest.Wallet
	token  string
	fields map[string]any
	header http.Header
}

func newForm(t *testing.T, w *apptest.World, wallet apptest.Wallet) *form {
	t.Helper()
	f := &form{t: t, w: w, wallet: wallet, token: w.Token(), header: http.Header{}}
	f.fields = map[string]any{"address": wallet.Address.Hex(), "apiKeyType": "INFERENCE"}
	f.present(f.token)
	return f
}

// present sends another token, which the wallet signed all the same.
func (f *form) present(token string) {
	f.fields["token"], f.fields["signature"] = token, f.wallet.Sign(f.t, token)
}

func (f *form) copy() *form {
	copied := *f
	copied.fields, copied.header = maps.Clone(f.fields), http.Header{}
	return &copied
}

func (f *form) json() string {
	f.t.Helper()
	return string(must(json.Marshal(f.fields)))
}

// post sends a body, by default the form's.
func (f *form) post(body string) apptest.Answer {
	f.t.Helper()
	if body == "" {
		body = f.json()
	}
	return f.send(http.MethodPost, body)
}

func (f *form) send(method, body string) apptest.Answer {
	f.t.Helper()
	request := f.w.Request(method, mintPath, "", body)
	maps.Copy(request.Header, f.header)
	return f.w.Send(request)
}

// refusal is a bad input and its exact answer. Its name begins with the input's
// number.
type refusal struct {
	name    string
	spoil   func(f *form)                // changes members
	body    func(good string) string     // or the whole text
	send    func(f *form) apptest.Answer // or sends by itself
	status  int                          // 0: 400
	text    string                       // "": Invalid request parameters
	members []string                     // that must be named; nil: none
	allow   string                       // the methods that the answer names
}

func set(name string, value any) func(*form) { return func(f *form) { f.fields[name] = value } }

func wholly(text string) func(string) string { return func(string) string { return text } }

// refuse spoils a good mint, which must go on to make a key.
func refuse(t *testing.T, good *form, row refusal) {
	t.Helper()
	bad := good.copy()
	if row.spoil != nil {
		row.spoil(bad)
	}
	var answer apptest.Answer
	switch {
	case row.send != nil:
		answer = row.send(bad)
	case row.body != nil:
		answer = bad.send(http.MethodPost, row.body(bad.json()))
	default:
		answer = bad.post("")
	}
	status, text := row.status, row.text
	if status == 0 {
		status = http.StatusBadRequest
	}
	if text == "" {
		text = "Invalid request parameters"
	}
	wantError(t, answer, status, text, row.members)
	wantWhole(t, answer)
	if got := answer.Header.Get("Allow"); got != row.allow {
		t.Errorf("Allow is %q, want %q", got, row.allow)
	}
	if again := good.post(""); again.Status != http.StatusOK {
		t.Errorf("the same token does not mint after the refusal: %s", again)
	}
}

func bodyRefusals() []refusal {
	document := []string{}
	return []refusal{
		{name: "01 empty body", body: wholly(""), members: []string{"address", "apiKeyType", "signature", "token"}},
		{name: "02 array", body: wholly("[]"), members: document},
		{name: "02 null", body: wholly("null"), members: document},
		{name: "02 text", body: wholly(`"x"`), members: document},
		{name: "02 number", body: wholly("1"), members: document},
		{name: "03 truncated", body: func(good string) string { return good[:len(good)-1] }},
		{name: "04 second document", body: func(good string) string { return good + good }},
		{name: "05 address twice", body: func(good string) string { return `{"address":"0x",` + good[1:] }, members: []string{"address"}},
		{name: "06 Address", members: []string{"Address"}, spoil: func(f *form) {
			f.fields["Address"] = f.fields["address"]
			delete(f.fields, "address")
		}},
		{name: "07 unknown member", spoil: set("accountId", "x"), members: []string{"accountId"}},
		{name: "08 invalid UTF-8", body: func(good string) string { return `{"description":"` + "\xff" + `",` + good[1:] }},
		{name: "09 65 levels", body: func(good string) string {
			return `{"description":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + "," + good[1:]
		}},
		{
			name: "10 64 KiB and a byte", status: http.StatusRequestEntityTooLarge,
			text: "The request payload is too large. Please reduce the size of your request.",
			body: func(good string) string { return good + strings.Repeat(" ", 64<<10+1-len(good)) },
		},
		{
			name: "12 compressed", status: http.StatusUnsupportedMediaType, text: "Invalid request content-type",
			spoil: func(f *form) { f.header.Set("Content-Encoding", "gzip") },
		},
		{
			name: "13 another method", status: http.StatusMethodNotAllowed, text: "Method not allowed", allow: "GET, POST",
			send: func(f *form) apptest.Answer { return f.send(http.MethodPut, f.json()) },
		},
	}
}

func addressRefusals() []refusal {
	const text = "Invalid wallet address"
	rows := []refusal{
		{name: "14 without 0x", text: text, spoil: func(f *form) { f.fields["address"] = f.wallet.Address.Hex()[2:] }},
		{name: "15 39 digits", text: text, spoil: func(f *form) { f.fields["address"] = f.wallet.Address.Hex()[:41] }},
		{name: "16 41 digits", text: text, spoil: func(f *form) { f.fields["address"] = f.wallet.Address.Hex() + "0" }},
		{name: "17 not hexadecimal", text: text, spoil: func(f *form) { f.fields["address"] = f.wallet.Address.Hex()[:41] + "g" }},
		{name: "18 wrong checksum", text: text, spoil: func(f *form) { f.fields["address"] = otherCase(f.wallet.Address.Hex()) }},
		{name: "19 line break", text: text, spoil: func(f *form) { f.fields["address"] = f.wallet.Address.Hex() + "\n" }},
		{name: "20 fullwidth digits", text: text, spoil: func(f *form) { f.fields["address"] = f.wallet.Address.Hex()[:41] + "０" }},
		{name: "21 name", text: text, spoil: set("address", "vitalik.eth")},
		{name: "22 zero address", text: text, spoil: set("address", "0x"+strings.Repeat("0", 40))},
		{name: "23 precompile", text: text, spoil: set("address", "0x"+strings.Repeat("0", 39)+"4")},
	}
	for name, value := range map[string]any{"number": 1, "null": nil, "array": []string{"0x"}} {
		rows = append(rows, refusal{name: "24 " + name, spoil: set("address", value), members: []string{"address"}})
	}
	return rows
}

// otherCase changes the case of the first letter after 0x. Addresses without
// two letters, one of which may then be the other case, are rarer than
// hardware faults.
func otherCase(address string) string {
	for i := 2; i < len(address); i++ {
		if c := address[i]; c > '9' {
			return address[:i] + string(c^0x20) + address[i+1:]
		}
	}
	return address
}

// forge signs any header and payload with the server's real secret, which is
// derived here a second time, by its specification.
func forge(t *testing.T, w *apptest.World, header, payload string) string {
	t.Helper()
	root := must(hex.DecodeString(strings.TrimSpace(string(must(os.ReadFile(filepath.Join(w.Dir, "root.key")))))))
	var fields struct {
		KID string `json:"kid"`
	}
	encoded, _, _ := strings.Cut(w.Token(), ".")
	if err := json.Unmarshal(must(base64.RawURLEncoding.DecodeString(encoded)), &fields); err != nil {
		t.Fatal(err)
	}
	generation, _, _ := strings.Cut(fields.KID, "-")
	info := fmt.Sprintf("stakegate/token/v2/%d", w.Clock.Now().Unix()/86_400)
	secret := must(hkdf.Key(sha256.New, root, []byte(generation), info, 32))
	if header == "" {
		header = string(must(base64.RawURLEncoding.DecodeString(encoded)))
	}
	return sealed(secret, header, payload)
}

func sealed(secret []byte, header, payload string) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// payload is what a good token says, with three things to change.
func payload(w *apptest.World, issuer string, lifetime time.Duration, subject string) string {
	now := w.Clock.Now().Unix()
	text := fmt.Sprintf(`{"iss":%q,"aud":%q,"iat":%d,"exp":%d,"jti":"AAAAAAAAAAAAAAAAAAAAAA","chainId":%d`,
		issuer, issuer+challenge.MintPath, now, now+int64(lifetime/time.Second), apptest.ChainID)
	if subject != "" {
		text += fmt.Sprintf(`,"sub":%q`, subject)
	}
	return text + "}"
}

func TestTheForgerKnowsTheTokensFormat(t *testing.T) {
	w := apptest.Start(t, apptest.Options{})
	wallet := apptest.NewWallet(t)
	w.Chain.StakeVVV(wallet.Address, apptest.Tokens(1))
	f := newForm(t, w, wallet)
	f.present(forge(t, w, "", payload(w, w.Origin, challenge.Lifetime, wallet.Address.Hex())))
	if answer := f.post(""); answer.Status != http.StatusOK {
		t.Errorf("a token made by the specification is refused: %s", answer)
	}
}

func tokenRefusals(t *testing.T, w *apptest.World) []refusal {
	t.Helper()
	const malformed, signature, claims = "JWT is malformed", "JWT signature is invalid", "JWT claims are invalid"
	rows := []refusal{}
	// Each token is made from the row's good one and signed by the wallet.
	add := func(text, name string, change func(f *form, header, payload, mac string) string) {
		rows = append(rows, refusal{name: name, text: text, spoil: func(f *form) {
			parts := strings.Split(f.token, ".")
			f.present(change(f, parts[0], parts[1], parts[2]))
		}})
	}
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	add(malformed, "25 abc", func(*form, string, string, string) string { return "abc" })
	add(malformed, "26 two segments", func(_ *form, h, p, _ string) string { return h + "." + p })
	add(malformed, "27 line break", func(f *form, _, _, _ string) string { return f.token + "\n" })
	add(malformed, "28 padding", func(f *form, _, _, _ string) string { return f.token + "=" })
	add(malformed, "29 10,000 dots", func(*form, string, string, string) string { return strings.Repeat(".", 10_000) })
	add(malformed, "30 alg none, no MAC", func(_ *form, _, p, _ string) string { return encode(`{"alg":"none","typ":"JWT"}`) + "." + p + "." })
	for i, header := range []string{
		`{"alg":"none","typ":"JWT"}`, `{"alg":"RS256","typ":"JWT"}`, `{"alg":"HS512","typ":"JWT"}`, `{"alg":"hs256","typ":"JWT"}`,
	} {
		add(signature, fmt.Sprintf("%d header %d, our MAC", min(31+i, 32), i), func(f *form, _, p, _ string) string {
			return forge(f.t, w, header, string(must(base64.RawURLEncoding.DecodeString(p))))
		})
	}
	add(signature, "33 empty key", func(_ *form, _, p, _ string) string {
		return sealed(nil, `{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}`, string(must(base64.RawURLEncoding.DecodeString(p))))
	})
	for _, extra := range []string{`"crit":["exp"]`, `"jku":"https://evil.example/keys"`, `"jwk":{"kty":"oct","k":""}`} {
		add(signature, "34 header with "+extra[1:4], func(f *form, h, p, _ string) string {
			header := string(must(base64.RawURLEncoding.DecodeString(h)))
			return forge(f.t, w, header[:len(header)-1]+","+extra+"}", string(must(base64.RawURLEncoding.DecodeString(p))))
		})
	}
	add(signature, "35 one bit flipped", func(_ *form, h, p, mac string) string {
		raw := must(base64.RawURLEncoding.DecodeString(p))
		raw[len(raw)/2] ^= 1
		return h + "." + base64.RawURLEncoding.EncodeToString(raw) + "." + mac
	})
	add(signature, "36 another deployment", func(f *form, _, _, _ string) string {
		other := must(challenge.New([]byte("another root of randomness 0123456789"), "1", w.Origin, apptest.ChainID))
		return must(other.Issue(w.Clock.Now(), ""))
	})
	add(claims, "37 another issuer", func(f *form, _, _, _ string) string {
		return forge(f.t, w, "", payload(w, "https://other.example", challenge.Lifetime, ""))
	})
	add(claims, "38 an hour to live", func(f *form, _, _, _ string) string { return forge(f.t, w, "", payload(w, w.Origin, time.Hour, "")) })
	add(claims, "41 another subject", func(f *form, _, _, _ string) string {
		return forge(f.t, w, "", payload(w, w.Origin, challenge.Lifetime, "0x1111111111111111111111111111111111111111"))
	})
	present := func(f *form) { // a used token
		used := f.copy()
		used.token = f.w.Token()
		used.present(used.token)
		if answer := used.post(""); answer.Status != http.StatusOK {
			f.t.Fatalf("%s", answer)
		}
		f.present(used.token)
	}
	for name, spoil := range map[string]func(f *form){
		"40 used":                           func(*form) {},
		"40 used, with another's signature": set("signature", "0x"+strings.Repeat("11", 65)),
		"40 used, by a wallet without a stake": func(f *form) {
			stranger := apptest.NewWallet(f.t)
			f.fields["address"], f.fields["signature"] = stranger.Address.Hex(), stranger.Sign(f.t, f.fields["token"].(string))
		},
	} {
		rows = append(rows, refusal{name: name, text: "JWT has already been used", spoil: func(f *form) { present(f); spoil(f) }})
	}
	return rows
}

func signatureRefusals(t *testing.T) []refusal {
	t.Helper()
	const text = "Wallet signature does not match"
	other := apptest.NewWallet(t)
	rows := []refusal{}
	add := func(name string, change func(f *form, signed []byte) []byte) {
		rows = append(rows, refusal{name: name, text: text, spoil: func(f *form) {
			f.fields["signature"] = hexutil.Encode(change(f, f.wallet.SignBytes(f.t, f.token)))
		}})
	}
	add("42 other text", func(f *form, _ []byte) []byte { return f.wallet.SignBytes(f.t, f.token+" ") })
	add("42 hash of the text", func(f *form, _ []byte) []byte {
		return must(crypto.Sign(crypto.Keccak256([]byte(f.token)), f.wallet.Key))
	})
	add("43 other wallet", func(f *form, _ []byte) []byte { return other.SignBytes(f.t, f.token) })
	add("44 high s", func(_ *form, signed []byte) []byte {
		s := new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(signed[32:64]))
		s.FillBytes(signed[32:64])
		signed[64] ^= 1 // 27 and 28 differ in three bits
		signed[64] = 27 + (signed[64]+1)%2
		return signed
	})
	add("45 v of 29", func(_ *form, signed []byte) []byte { signed[64] = 29; return signed })
	add("46 64 bytes", func(_ *form, signed []byte) []byte { return signed[:64] })
	for _, length := range []int{0, 1, 31} {
		add(fmt.Sprintf("47 %d bytes", length), func(_ *form, signed []byte) []byte { return signed[:length] })
	}
	for name, value := range map[string]string{
		"48 odd": "0x123", "48 not hexadecimal": "0xzz", "49 too long": "0x" + strings.Repeat("00", 8<<10+1),
	} {
		rows = append(rows, refusal{name: name, spoil: set("signature", value), members: []string{"signature"}})
	}
	return append(rows, refusal{
		name: "55 no stake", text: "Wallet has no staked VVV on Base",
		spoil: func(f *form) {
			f.fields["address"], f.fields["signature"] = other.Address.Hex(), other.Sign(f.t, f.token)
		},
	})
}

func memberRefusals() []refusal {
	rows := []refusal{{name: "56 type in lower case", spoil: set("apiKeyType", "admin"), members: []string{"apiKeyType"}}}
	add := func(number int, member string, values ...string) {
		for i, value := range values {
			rows = append(rows, refusal{
				name: fmt.Sprintf("%d %s %d", number, member, i), members: []string{member},
				body: func(good string) string { return `{"` + member + `":` + value + "," + good[1:] },
			})
		}
	}
	add(57, "consumptionLimit", `{"diem":-1}`, `{"diem":1e400}`, `{"diem":"5"}`, `{"diem":true}`, `{"diem":123456789012345678901}`,
		`{"diem":0.12345678901234567890}`, `{"diem":10000000000}`)
	add(58, "consumptionLimit", `{"eur":1}`, `[]`, `null`, `{"usd":1,"usd":2}`)
	add(59, "limitPeriod", `"DAY"`, `"epoch"`, `1`, `null`)
	add(59, "modelPrivacy", `"NONE"`, `""`)
	add(60, "expiresAt", `"2027-02-30"`, `"2020-01-01"`, `"2027-12-31T00:00:00+02:00"`, `" "`, `1`, `null`)
	add(61, "description", `"`+strings.Repeat("x", 65)+`"`, `"a\u0000b"`, `"a\nb"`, `1`, `null`)
	return rows
}
