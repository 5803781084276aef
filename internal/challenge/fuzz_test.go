package challenge_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Whatever is accepted was signed by us, and is exactly what was signed.
func FuzzCheck(f *testing.F) {
	issuer := newIssuer(f, root, "g1")
	secret := macKey(f, root, "g1")
	good := issue(f, issuer, wallet)
	f.Add(good)
	f.Add(good + "\n")
	f.Add("a.b.c")
	f.Add(strings.Repeat(".", 100))
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := issuer.Check(token, now); err != nil {
			return
		}
		parts := strings.Split(token, ".")
		if sign(secret, decoded(t, parts[0]), decoded(t, parts[1])) != token {
			t.Fatalf("forged: %s", token)
		}
	})
}

// Past the MAC: any payload under our own key is refused or is one that Issue
// could have written.
func FuzzAuthenticPayload(f *testing.F) {
	issuer := newIssuer(f, root, "g1")
	secret := macKey(f, root, "g1")
	parts := strings.Split(issue(f, issuer, ""), ".")
	header, payload := decoded(f, parts[0]), decoded(f, parts[1])
	f.Add(payload)
	f.Add(strings.Replace(payload, "8453", "08453", 1))
	f.Add("{}")
	id := regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
	f.Fuzz(func(t *testing.T, payload string) {
		got, err := issuer.Check(sign(secret, header, payload), now)
		if err != nil {
			return
		}
		expires := got.ExpiresAt.Unix()
		want := fmt.Sprintf(`{"iss":"%s","aud":"%s","iat":%d,"exp":%d,"jti":"%s","chainId":8453`, publicURL, audience, expires-900, expires, got.ID)
		if got.Subject != "" {
			want += `,"sub":"` + got.Subject + `"`
		}
		if payload != want+"}" || !id.MatchString(got.ID) {
			t.Fatalf("accepted %s as %+v", payload, got)
		}
	})
}

func BenchmarkIssue(b *testing.B) {
	issuer := newIssuer(b, root, "g1")
	for b.Loop() {
		issue(b, issuer, "")
	}
}

func BenchmarkCheck(b *testing.B) {
	issuer := newIssuer(b, root, "g1")
	token := issue(b, issuer, "")
	for b.Loop() {
		if _, err := issuer.Check(token, now); err != nil {
			b.Fatal(err)
		}
	}
}
