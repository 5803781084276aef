package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"stakegate/internal/money"
)

// Long bodies share their memory one after the other. Here many go at once, and
// some end early: no call may ever send another one's words.
func TestLongBodiesNeverMix(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.ContentLength%7 == 0 { // before the body is read
			http.Error(rw, `{"error":"no"}`, http.StatusBadRequest)
			return
		}
		body, _ := io.ReadAll(r.Body)
		var request struct {
			Messages []struct{ Content string }
		}
		if err := json.Unmarshal(body, &request); err != nil || len(request.Messages) != 1 {
			t.Errorf("the upstream got no request: %v", err)
			return
		}
		content := request.Messages[0].Content
		word, _, _ := strings.Cut(content, " ")
		if strings.Repeat(word+" ", len(content)/(len(word)+1)) != content {
			t.Errorf("the prompt of %q has other words in it", word)
		}
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(rw, `{"id":"x","object":"chat.completion","created":1,"model":"small","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":%q}}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}`, word)
	}, options{budget: 1_000_000 * money.Unit})
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for turn := range 12 {
				word := fmt.Sprintf("caller-%d-turn-%d", caller, turn)
				size := 500 + (caller*7919+turn*12_345)%90_000
				body := fmt.Sprintf(`{"model":"small","max_tokens":10,"messages":[{"role":"user","content":%q}]}`, strings.Repeat(word+" ", size/(len(word)+1)))
				ctx, cancel := context.WithCancel(t.Context())
				if turn%5 == 4 {
					go cancel()
				}
				response, err := w.server.Client().Do(w.post("/chat/completions", body).WithContext(ctx))
				if err == nil {
					answer, _ := io.ReadAll(response.Body)
					_ = response.Body.Close()
					if response.StatusCode == http.StatusOK && ctx.Err() == nil && !strings.Contains(string(answer), `"`+word+`"`) {
						t.Errorf("%s got the answer %s", word, answer)
					}
				}
				cancel()
			}
		})
	}
	callers.Wait()
	if w.books.count("settled") == 0 {
		t.Error("no call was settled")
	}
}

// The room for a body is taken in two steps, and grows between them if the first
// one is too small for all of it.
func TestABodyOfAnyLengthIsReadWhole(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); !strings.Contains(string(body), `"content":"the end"`) {
			t.Errorf("the upstream got %.200q", body)
		}
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprint(rw, `{"id":"x","object":"chat.completion","created":1,"model":"small","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"yes"}}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}`)
	}, options{budget: 1_000_000 * money.Unit})
	const start, end = `{"model":"small","max_tokens":10,`, `"messages":[{"role":"user","content":"the end"}]}`
	for _, size := range []int{16 << 10, 16<<10 + 1, 64 << 10, 64<<10 + 1, 100_000, 128 << 10, 132 << 10, 140_000, 300_000, 1 << 20} {
		body := start + strings.Repeat(" ", size-len(start)-len(end)) + end
		response, err := w.server.Client().Do(w.post("/chat/completions", body))
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%d bytes: %d %s", size, response.StatusCode, answer)
		}
	}
}
