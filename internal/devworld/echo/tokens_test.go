package echo_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"stakegate/internal/devworld/echo"
)

func TestTokensNeverOutnumberBytesAndMakeTheTextAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		checkTokens(t, text)
	})
}

type fatal interface{ Fatalf(string, ...any) }

func checkTokens(t fatal, text string) {
	tokens := echo.Tokens(text)
	if strings.Join(tokens, "") != text {
		t.Fatalf("%q became %q", text, tokens)
	}
	if len(tokens) > len(text) || (text != "" && len(tokens) == 0) {
		t.Fatalf("%d tokens in %d bytes", len(tokens), len(text))
	}
	for _, token := range tokens {
		if token == "" || utf8.RuneCountInString(strings.TrimSpace(token)) > 6 {
			t.Fatalf("token %q", token)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"", " ", "hello there", "\xff\xfe", "日本語のテキスト", "a\n\n b", "\u2003x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkTokens(t, text) })
}
