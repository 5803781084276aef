package app_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld/echo"
)

// stream opens a stream that stalls after its first chunk. When it has ended,
// its last event comes on the channel.
func stream(t *testing.T, w *apptest.World, key string) <-chan string {
	t.Helper()
	response, err := http.DefaultClient.Do(w.Request("POST", "/chat/completions", key, apptest.ChatBody("hello there", `"stream":true,"max_tokens":8`)))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(response.Body)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "data: {") {
		t.Fatalf("the stream begins with %q", lines.Text())
	}
	ended := make(chan string, 1)
	go func() {
		defer response.Body.Close()
		var last string
		for lines.Scan() {
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
				last = data
			}
		}
		if err := lines.Err(); err != nil {
			last = err.Error()
		}
		ended <- last
	}()
	return ended
}

// wantEnded waits for a stream's end, which says why.
func wantEnded(t *testing.T, ended <-chan string) {
	t.Helper()
	select {
	case last := <-ended:
		if !strings.Contains(last, `"code":"AUTHENTICATION_FAILED_INACTIVE_KEY"`) {
			t.Errorf("the stream ended with %q", last)
		}
	case <-time.After(time.Second):
		t.Error("the stream goes on after a second")
	}
}

// TestOpenStreamsOfAKeyEndWithIt revokes, or lets expire, a key that has a
// stream open: it ends within a second, well-formed, and pays its hold; another
// key's goes on.
func TestOpenStreamsOfAKeyEndWithIt(t *testing.T) {
	for name, end := range map[string]func(w *apptest.World, admin, id string){
		"revoked": func(w *apptest.World, admin, id string) { w.Call("DELETE", "/api_keys?id="+id, admin, "") },
		"expired": func(w *apptest.World, admin, id string) {
			at := w.Clock.Now().UTC().Add(time.Hour)
			w.Call("PATCH", "/api_keys", admin, fmt.Sprintf(`{"id":%q,"expiresAt":%q}`, id, at.Format("2006-01-02T15:04:05Z")))
			w.Clock.Advance(time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := apptest.Start(t, apptest.Options{})
			_, admin := w.Account(100)
			key, id := w.NewKey(admin, "INFERENCE", "")
			other, otherID := w.NewKey(admin, "INFERENCE", "")
			balance := w.Balance(admin)
			w.Model.SetFault(echo.FaultStall)
			ending, going := stream(t, w, key), stream(t, w, other)
			held := balance - w.Balance(admin)

			end(w, admin, id)
			wantEnded(t, ending)
			wantError(t, w.Chat(key, "hello", ""), http.StatusUnauthorized, "Authentication failed", nil)
			select {
			case last := <-going:
				t.Fatalf("the other key's stream ended with %q", last)
			case <-time.After(600 * time.Millisecond): // one more look at the keys
			}
			w.Call("DELETE", "/api_keys?id="+otherID, admin, "")
			wantEnded(t, going)
			if spent := balance - w.Balance(admin); spent != held {
				t.Errorf("%s was charged for two calls of unknown cost, %s was held", spent, held)
			}
			if sum := historySum(t, w, admin); sum != held {
				t.Errorf("the history adds up to %s, %s was held", sum, held)
			}
		})
	}
}
