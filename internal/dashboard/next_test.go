package dashboard

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// After signing in somebody goes on at a page of this site, and nowhere else.
func TestTheNextPageIsOneOfOurs(t *testing.T) {
	for text, want := range map[string]string{
		"/usage?days=90": "/usage?days=90", "/history?currency=DIEM&from=2026-11-01": "/history?currency=DIEM&from=2026-11-01",
		"/keys/new": "/keys/new", "/keys/7d9093cb-e18c-4687-aaa8-80af0e845ae3/rotate": "/keys/7d9093cb-e18c-4687-aaa8-80af0e845ae3/rotate",
		"": "/", "/": "/", "/session/end": "/", "/history.csv": "/", "/usages": "/", "/keys": "/", "usage": "/",
		"https://evil.example/usage": "/", "//evil.example/usage": "/", "///evil.example/usage": "/", `/\evil.example/usage`: "/", "javascript:alert(1)": "/",
		"/keys/../session/end": "/", "/keys//evil": "/", "/keys/%2e%2e/session": "/", "/usage#x": "/usage", "/usage?a=\r\nSet-Cookie: x": "/",
	} {
		if got := nextOf(text); got != want {
			t.Errorf("%q leads to %q, want %q", text, got, want)
		}
	}
}

// FuzzNext: whatever is asked for as the next page stays on this site.
func FuzzNext(f *testing.F) {
	f.Add("/usage?days=7")
	f.Add(`/\evil.example`)
	f.Add("/keys/%5c%5cevil.example")
	f.Fuzz(func(t *testing.T, text string) {
		got := nextOf(text)
		at, err := url.Parse(got)
		if err != nil || at.Host != "" || at.Scheme != "" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\t") {
			t.Fatalf("%q leads to %q", text, got)
		}
		if again := nextOf(got); again != got {
			t.Fatalf("%q leads to %q, and that to %q", text, got, again)
		}
	})
}

func TestWhoSignsInGoesBackToWhatWasAskedFor(t *testing.T) {
	for _, c := range []struct{ method, target, want string }{
		{"GET", "/usage?days=30", "/?next=%2Fusage%3Fdays%3D30"},
		{"POST", "/keys/new", "/?next=%2Fkeys%2Fnew&undone=1"},
	} {
		if got := signInFor(httptest.NewRequest(c.method, c.target, nil)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.target, got, c.want)
		}
	}
}

// The key is tried with a model that it may call.
func TestAKeyIsTriedWithAModelItMayCall(t *testing.T) {
	model := func(id, kind, privacy string) modelView {
		m := modelView{ID: id, Type: kind}
		m.Spec.Privacy = privacy
		return m
	}
	models := []modelView{model("pictures", "image", "private"), model("open", "text", "anonymized"), model("usual", "text", "anonymized"), model("own", "text", "private")}
	for want, view := range map[string]secretView{
		"usual": {}, "open": {allowed: []string{"open", "own"}}, "own": {privacy: "PRIVATE_ONLY"}, "": {allowed: []string{"pictures"}},
	} {
		if got := view.tries(models, "usual"); got != want {
			t.Errorf("%+v is tried with %q, want %q", view, got, want)
		}
	}
	if got := (secretView{}).tries(models, ""); got != "open" {
		t.Errorf("without a default: %q", got)
	}
}
