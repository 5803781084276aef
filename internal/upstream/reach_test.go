package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/upstream"
)

func TestAServerSeesOnlyWhatItNeeds(t *testing.T) {
	var seen http.Header
	var path string
	a := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen, path = r.Header, r.URL.Path })
	for kind, want := range map[string]map[string]string{
		catalog.KindOpenAI:    {"Authorization": "Bearer sk-1"},
		catalog.KindVenice:    {"Authorization": "Bearer sk-1"},
		catalog.KindAnthropic: {"X-Api-Key": "sk-1", "Anthropic-Version": "2023-06-01"},
	} {
		w := newWorld(t, upstream.Config{Key: func(catalog.Upstream) (string, error) { return "sk-1", nil }})
		w.publish("upstreams:\n  - {name: a, kind: openai, url: \""+a.URL+"/base/v1\"}\n", func(u *catalog.Upstream) { u.Kind = kind })
		for _, accept := range []string{"", "text/event-stream", "audio/mpeg"} {
			response, err := w.pool.Send(context.Background(), upstream.Call{
				Model: model("a"), Make: func(catalog.Upstream, string) (upstream.Request, error) {
					r := upstream.Request{Path: "/chat/completions", Accept: accept, Body: [][]byte{[]byte("{}")}}
					if accept == "audio/mpeg" {
						r.Header = http.Header{"Authorization": {"Bearer client"}, "X-Api-Key": {"client"}, "User-Agent": {"me"}, "Extra": {"1"}}
					}
					return r, nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			expected := map[string]string{
				"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "stakegate", "Content-Type": "application/json", "Content-Length": "2",
			}
			if accept == "" {
				expected["Accept"] = "application/json"
			}
			if accept == "audio/mpeg" {
				expected["Extra"] = "1"
			}
			maps.Copy(expected, want)
			got := map[string]string{}
			for name := range seen {
				got[name] = seen.Get(name)
			}
			if path != "/base/v1/chat/completions" || !maps.Equal(got, expected) {
				t.Errorf("%s: %s got %v", kind, path, got)
			}
		}
	}
}

func TestKeysAreReadAgainWithACatalogue(t *testing.T) {
	var key string
	a := serve(t, func(_ http.ResponseWriter, r *http.Request) { key = r.Header.Get("Authorization") })
	dir := t.TempDir()
	file := filepath.Join(dir, "a.key")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	upstreams := fmt.Sprintf("upstreams:\n  - {name: a, kind: openai, url: %q, key_file: a.key}\n", a.URL)
	w := newWorld(t, upstream.Config{Key: upstream.KeyFiles(dir)}, a.URL)
	write("one\n")
	for i, want := range []string{"one", "one", "two"} {
		if i == 2 {
			write("two")
		}
		if i != 1 {
			w.publish(upstreams, func(*catalog.Upstream) {})
		}
		if _, _, err := w.send("a"); err != nil || key != "Bearer "+want {
			t.Errorf("call %d: %q, %v", i, key, err)
		}
	}
	if err := upstream.CheckKeys(w.live.Current(), upstream.KeyFiles(dir)); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := upstream.CheckKeys(w.live.Current(), upstream.KeyFiles(dir)); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key file that all may read gives %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := upstream.CheckKeys(w.live.Current(), upstream.KeyFiles(dir)); err == nil || !strings.Contains(err.Error(), "upstream a: key_file") {
		t.Errorf("a missing key file gives %v", err)
	}
	w.publish(upstreams, func(*catalog.Upstream) {})
	if _, _, err := w.send("a"); !errors.Is(err, upstream.ErrDown) || !w.status("a").Silent {
		t.Errorf("a server is asked without its key: %v", err)
	}
}

func TestAKeyFileHoldsOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	server := catalog.Upstream{Name: "a", KeyFile: path}
	for content, ok := range map[string]bool{
		"sk-secret\n": true, "": false, "\n": false, "two words": false, "two\nlines": false, "ümlaut": false,
		strings.Repeat("x", 9000): false,
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := upstream.KeyFiles("/nowhere")(server)
		if (err == nil) != ok || ok && key != "sk-secret" {
			t.Errorf("%.20q gives %q, %v", content, key, err)
		}
		if err != nil && strings.Contains(err.Error(), "words") {
			t.Errorf("the error tells the key: %v", err)
		}
	}
}

func TestAReloadKeepsTheServersThatStay(t *testing.T) {
	a, b := refused(t), serve(t, answer(200))
	w := newWorld(t, upstream.Config{}, a, b.URL)
	for range 3 {
		_, _, _ = w.send("a")
	}
	w.replace(a, b.URL)
	if w.status("a").Healthy {
		t.Error("a reload forgets that a server is down")
	}
	w.replace(b.URL, b.URL)
	if status, by, err := w.send("a"); err != nil || status != 200 || by != "a" {
		t.Errorf("at its new URL: %d, %v", status, err)
	}
	w.replace("-", b.URL)
	if _, _, err := w.send("a"); !errors.Is(err, upstream.ErrDown) {
		t.Errorf("a server that is gone: %v", err)
	}
	if _, by, err := w.send("ab"); err != nil || by != "b" {
		t.Errorf("the one that stayed: %q, %v", by, err)
	}
}

func TestATimeoutIsToldFromTheCallersLeaving(t *testing.T) {
	slow, at, release := held(t)
	w := newWorld(t, upstream.Config{}, slow, slow)
	for cause, timeout := range map[error]bool{
		errors.New("client left"): false, fmt.Errorf("%w: silent", upstream.ErrTimeout): true,
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		done := make(chan error, 1)
		go func() {
			_, _, err := w.sendUntil(ctx, "ab")
			done <- err
		}()
		eventually(t, "the call arrived", func() bool { return at() == 1 })
		cancel(cause)
		var failure *upstream.Error
		if err := <-done; !errors.As(err, &failure) || !failure.Written || failure.Timeout != timeout {
			t.Errorf("%v: %#v", cause, failure)
		}
		eventually(t, "the call ended", func() bool { return at() == 0 })
	}
	if got := w.outcomes(); !slices.Contains(got, upstream.Late) || !slices.Contains(got, upstream.Abandoned) || len(got) != 2 {
		t.Errorf("outcomes %v", got)
	}
	release()
}

func TestAnUpstreamsOwnTimeoutEndsTheCall(t *testing.T) {
	slow, _, release := held(t)
	defer release()
	w := newWorld(t, upstream.Config{})
	w.publish("upstreams:\n  - {name: a, kind: openai, url: \""+slow+"\"}\n", func(u *catalog.Upstream) { u.Timeout = 20e6 })
	_, _, err := w.send("a")
	var failure *upstream.Error
	if !errors.As(err, &failure) || !failure.Written || !failure.Timeout {
		t.Errorf("%v", err)
	}
}

func TestAnswersThatBreakOffEjectAServer(t *testing.T) {
	var calls atomic.Int64
	a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	w := newWorld(t, upstream.Config{}, a.URL)
	for range 3 {
		response, err := w.pool.Send(context.Background(), call("a"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.ReadAll(response.Body)
		var failure *upstream.Error
		if !errors.As(err, &failure) || !failure.Written {
			t.Errorf("reading the body gives %v", err)
		}
		_ = response.Body.Close()
		_ = response.Body.Close() // a second time changes nothing
	}
	if _, _, err := w.send("a"); !errors.Is(err, upstream.ErrDown) || calls.Load() != 3 {
		t.Errorf("after %d broken answers: %v", calls.Load(), err)
	}
	if s := w.status("a"); s.InFlight != 0 || s.Reason != "its answers break off" {
		t.Errorf("status %+v", s)
	}
}
