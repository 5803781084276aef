package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stakegate/agent/redact"
)

const (
	apiKey     = "sg_inf_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghi"
	privateKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
	jwt        = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxMjM0NTY3OCJ9.c2lnbmF0dXJlLW9mLXRva2Vu"
	password   = `pass"word with\slash`
)

func TestWhatLooksLikeASecretIsHiddenUntold(t *testing.T) {
	signature := strings.Repeat("0123456789abcdef", 8) + "1b"
	for name, secret := range map[string]string{
		"inference key": apiKey, "admin key": strings.Replace(apiKey, "inf", "adm", 1), "token": jwt,
		"signature": "0x" + signature, "bare signature": signature, "raw transaction": "0x02f8" + strings.Repeat("ab", 300),
		"bearer": "Bearer abcdefghijklmnop1234", "PEM": "-----BEGIN EC PRIVATE KEY-----\\nMHQCAQEEIA==\\n-----END EC PRIVATE KEY-----",
	} {
		text := `{"a":"` + secret + `","b":1}`
		got := redact.New().Text(text)
		if strings.Contains(got, secret) || !strings.Contains(got, redact.Mark) || !strings.HasPrefix(got, `{"a":"`) {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	r := redact.New()
	r.Hide("")
	r.Hide("short")
	r.Hide(privateKey)
	for _, text := range []string{
		"", "hello", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
		"0x" + strings.Repeat("ab", 32), "sha256:" + strings.Repeat("cd", 32), "key ...f2ff80 is stored", "a short text",
		"sg_inf_...bcdefg", "1.2.3", "Bearer of good news", "\xff\x00 not UTF-8",
	} {
		if got := r.Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestAToldSecretIsHiddenInEverySpelling(t *testing.T) {
	r := redact.New()
	raw, err := hex.DecodeString(privateKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"0x" + privateKey, apiKey, password} {
		r.Hide(secret)
	}
	for _, text := range []string{
		privateKey, "0x" + privateKey, strings.ToUpper(privateKey), "x" + privateKey + "y", privateKey + privateKey,
		string(raw), base64.StdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw),
		apiKey, strings.ToUpper(apiKey), base64.StdEncoding.EncodeToString([]byte(apiKey)), hex.EncodeToString([]byte(apiKey)),
		password, fmt.Sprintf("%q", password), "pass" + password + "word",
	} {
		got := r.Text("before " + text + " after")
		for _, secret := range []string{text, privateKey, apiKey, password} {
			if strings.Contains(strings.ToLower(got), strings.ToLower(secret)) {
				t.Errorf("%q is in %q", secret, got)
			}
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("more than the secret is gone: %q", got)
		}
	}
}

func TestOverlappingSecretsLeaveNothingBehind(t *testing.T) {
	r := redact.New()
	r.Hide("abcdefgh12")
	r.Hide("gh12ijklmn")
	r.Hide("xyxyxyxyxy")
	for text, want := range map[string]string{
		"-abcdefgh12ijklmn-": "-" + redact.Mark + "-", "xyxyxyxyxyxyxy": redact.Mark,
		"abcdefgh12abcdefgh12": redact.Mark, "gh12ijklm": "gh12ijklm",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// chunked writes the text in pieces of the given sizes, over and over.
func chunked(w io.Writer, text []byte, sizes []byte) error {
	for i := 0; len(text) > 0; i++ {
		n := 1
		if len(sizes) > 0 {
			n = min(1+int(sizes[i%len(sizes)]), len(text))
		}
		n = min(n, len(text))
		if _, err := w.Write(text[:n]); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

func TestNoSecretPassesInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := redact.New()
		r.Hide(privateKey)
		r.Hide(password)
		part := rapid.OneOf(rapid.StringMatching(`[ -~\n]{0,40}`), rapid.SampledFrom([]string{apiKey, privateKey, jwt, password, "\n", "0x", `"`}))
		text := []byte(strings.Join(rapid.SliceOf(part).Draw(t, "parts"), ""))
		var out bytes.Buffer
		w := r.Writer(&out)
		if err := chunked(w, text, rapid.SliceOf(rapid.Byte()).Draw(t, "sizes")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := r.Bytes(text); !bytes.Equal(out.Bytes(), want) {
			t.Fatalf("in pieces: got %q, at once %q", out.Bytes(), want)
		}
		for _, secret := range []string{apiKey, privateKey, jwt, password} {
			if bytes.Contains(out.Bytes(), []byte(secret)) {
				t.Fatalf("%q is in %q", secret, out.Bytes())
			}
		}
	})
}

func TestACompleteLineIsNotKeptBack(t *testing.T) {
	var out bytes.Buffer
	w := redact.New().Writer(&out)
	fmt.Fprint(w, "one\ntw")
	if out.String() != "one\n" {
		t.Errorf("got %q", out.String())
	}
	fmt.Fprint(w, "o\n")
	if out.String() != "one\ntwo\n" {
		t.Errorf("got %q", out.String())
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

func TestAWriterThatFailedStaysFailed(t *testing.T) {
	broken := errors.New("broken pipe")
	w := redact.New().Writer(brokenWriter{broken})
	for range 2 {
		if _, err := w.Write([]byte("line\n")); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
	if err := w.Close(); !errors.Is(err, broken) {
		t.Errorf("close: got %v", err)
	}
	long := redact.New().Writer(io.Discard)
	if _, err := long.Write(make([]byte, 17<<20)); !errors.Is(err, redact.ErrLine) {
		t.Errorf("a line without an end: got %v", err)
	}
}

func TestHandlerCleansHeadersAndBody(t *testing.T) {
	r := redact.New()
	r.Hide(privateKey)
	server := httptest.NewServer(r.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		body := "data: " + privateKey + "\n\ntail " + apiKey
		w.Header().Set("X-Note", "key "+privateKey)
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_ = chunked(w, []byte(body[:30]), nil)
		w.(http.Flusher).Flush() // in the middle of the secret
		_, _ = io.WriteString(w, body[30:])
	})))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if want := "data: " + redact.Mark + "\n\ntail " + redact.Mark; err != nil || string(body) != want {
		t.Errorf("body: got %q, %v, want %q", body, err, want)
	}
	if got := response.Header.Get("X-Note"); got != "key "+redact.Mark {
		t.Errorf("header: got %q", got)
	}
}

func FuzzWriter(f *testing.F) {
	f.Add([]byte("a "+privateKey+" b\n"), []byte{1, 2, 3}, privateKey)
	f.Add([]byte(apiKey), []byte{}, "")
	f.Add([]byte(jwt+"\n"+jwt), []byte{7}, password)
	f.Fuzz(func(t *testing.T, text, sizes []byte, secret string) {
		r := redact.New()
		r.Hide(secret)
		var out bytes.Buffer
		w := r.Writer(&out)
		if err := chunked(w, text, sizes); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := r.Bytes(text); !bytes.Equal(out.Bytes(), want) {
			t.Fatalf("in pieces: got %q, at once %q", out.Bytes(), want)
		}
		hidden := len(secret) >= 8 && !strings.ContainsAny(secret, "\n[]redactREDACT")
		if hidden && bytes.Contains(out.Bytes(), []byte(secret)) {
			t.Fatalf("%q is in %q", secret, out.Bytes())
		}
	})
}
