package upstream_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stakegate/internal/catalog"
	"stakegate/internal/upstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a catalogue that can be replaced, and a pool for it.
type world struct {
	t    *testing.T
	live catalogue
	pool *upstream.Pool
	mu   sync.Mutex
	seen []upstream.Attempt
}

type catalogue struct {
	mu      sync.Mutex
	current *catalog.Catalog
}

func (c *catalogue) Current() *catalog.Catalog {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

func (c *catalogue) set(next *catalog.Catalog) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = next
}

// newWorld makes a pool whose upstreams are a, b, c ... at the given URLs.
func newWorld(t *testing.T, config upstream.Config, urls ...string) *world {
	t.Helper()
	w := &world{t: t}
	if len(urls) == 0 {
		urls = []string{"http://127.0.0.1:1"} // to be replaced
	}
	w.replace(urls...)
	config.Current = w.live.Current
	config.Observe = func(a upstream.Attempt) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, a)
	}
	w.pool = upstream.New(config)
	t.Cleanup(w.pool.Close)
	return w
}

func name(i int) string { return string(rune('a' + i)) }

// replace publishes a catalogue of other servers; "-" leaves a name out.
func (w *world) replace(urls ...string) {
	w.t.Helper()
	var text strings.Builder
	text.WriteString("upstreams:\n")
	for i, url := range urls {
		if url != "-" {
			fmt.Fprintf(&text, "  - {name: %s, kind: openai, allow_http: true, url: %q}\n", name(i), url)
		}
	}
	w.publish(text.String(), func(*catalog.Upstream) {})
}

// publish adds a model to the text of the upstreams.
func (w *world) publish(upstreams string, change func(*catalog.Upstream)) {
	w.t.Helper()
	first := upstreams[strings.Index(upstreams, "name: ")+6:]
	c, err := catalog.Parse(fmt.Appendf(nil, `%s
models: [{id: m, type: text, upstream: %s, context: 10, max_output: 5, price: {input: "1", output: "1"}, privacy: private}]
`, upstreams, first[:1]))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range c.Upstreams() {
		change(&c.Upstreams()[i])
	}
	w.live.set(c)
}

// model has a placement at each of the servers named, such as "aab".
func model(weights string) *catalog.Model {
	m := &catalog.Model{ID: "m" + weights}
	for _, letter := range weights {
		at := slices.IndexFunc(m.Placements, func(p catalog.Placement) bool { return p.Upstream == string(letter) })
		if at < 0 {
			m.Placements = append(m.Placements, catalog.Placement{Upstream: string(letter), Model: "there-" + string(letter)})
			at = len(m.Placements) - 1
		}
		m.Placements[at].Weight++
	}
	return m
}

// call asks for a model; the body names the model as the server calls it.
func call(weights string) upstream.Call {
	return upstream.Call{Model: model(weights), Make: func(_ catalog.Upstream, model string) (upstream.Request, error) {
		return upstream.Request{Path: "/chat/completions", Body: [][]byte{[]byte(`{"model":"` + model + `"}`)}}, nil
	}}
}

// send makes a call and takes its whole answer.
func (w *world) send(weights string) (status int, by string, err error) {
	return w.sendUntil(context.Background(), weights)
}

func (w *world) sendUntil(ctx context.Context, weights string) (status int, by string, err error) {
	response, err := w.pool.Send(ctx, call(weights))
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	return response.StatusCode, response.Upstream.Name, nil
}

func (w *world) outcomes() []upstream.Outcome {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []upstream.Outcome
	for _, a := range w.seen {
		all = append(all, a.Outcome)
	}
	return all
}

func (w *world) status(name string) upstream.Status {
	w.t.Helper()
	for _, s := range w.pool.Status() {
		if s.Name == name {
			return s
		}
	}
	w.t.Fatalf("there is no upstream %s", name)
	return upstream.Status{}
}

// serve answers every request and counts them.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func answer(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// eventually polls until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("not within ten seconds: %s", what)
		}
		<-time.After(2 * time.Millisecond)
	}
}
