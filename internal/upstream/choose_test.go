package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/catalog"
	"stakegate/internal/upstream"
)

// everywhere answers at once, whoever is asked; no sockets.
type everywhere struct{}

func (everywhere) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}}, nil
}

func TestCallsAreSpreadByWeight(t *testing.T) {
	w := newWorld(t, upstream.Config{Transport: everywhere{}}, "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")
	rapid.Check(t, func(t *rapid.T) {
		weights := []int{rapid.IntRange(1, 9).Draw(t, "a"), rapid.IntRange(1, 9).Draw(t, "b"), rapid.IntRange(1, 9).Draw(t, "c")}
		var names strings.Builder
		total := 0
		for i, weight := range weights {
			names.WriteString(strings.Repeat(name(i), weight))
			total += weight
		}
		got := map[string]int{}
		for range total * rapid.IntRange(1, 3).Draw(t, "rounds") {
			_, by, err := w.send(names.String())
			if err != nil {
				t.Fatal(err)
			}
			got[by]++
		}
		for i, weight := range weights {
			if got[name(i)]*total != weight*(got["a"]+got["b"]+got["c"]) {
				t.Fatalf("weights %v give %v", weights, got)
			}
		}
	})
}

// A heavy placement does not get its calls in one lump.
func TestTheSpreadIsEven(t *testing.T) {
	w := newWorld(t, upstream.Config{Transport: everywhere{}}, "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")
	var order strings.Builder
	for range 7 {
		_, by, err := w.send("aaaaabc")
		if err != nil {
			t.Fatal(err)
		}
		order.WriteString(by)
	}
	if order.String() != "aabacaa" {
		t.Errorf("the order is %s", order.String())
	}
}

// held are servers that answer when they are let.
func held(t *testing.T) (url string, at func() int64, release func()) {
	var count atomic.Int64
	gate := make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // or the server would not see its client leave
		count.Add(1)
		defer count.Add(-1)
		select {
		case <-gate:
		case <-r.Context().Done():
		}
	})
	open := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(open)
	return server.URL, count.Load, open
}

func TestAServerGetsNoMoreCallsThanItTakes(t *testing.T) {
	a, atA, release := held(t)
	b, atB, releaseB := held(t)
	w := newWorld(t, upstream.Config{}, a, b)
	w.publish("upstreams:\n  - {name: a, kind: openai, url: \""+a+"\"}\n  - {name: b, kind: openai, url: \""+b+"\"}\n",
		func(u *catalog.Upstream) { u.MaxConnections = map[string]int{"a": 2, "b": 3}[u.Name] })
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			if status, _, err := w.send("aab"); err != nil || status != 200 {
				t.Errorf("%d, %v", status, err)
			}
		})
	}
	eventually(t, "all places are taken", func() bool { return atA() == 2 && atB() == 3 })
	for _, names := range []string{"aab", "a", "b"} {
		if _, _, err := w.send(names); !errors.Is(err, upstream.ErrSaturated) {
			t.Errorf("the sixth call of %s gives %v", names, err)
		}
	}
	if s := w.status("a"); s.InFlight != 2 || s.Limit != 2 {
		t.Errorf("status %+v", s)
	}
	release()
	releaseB()
	group.Wait()
	if _, by, err := w.send("a"); err != nil || by != "a" {
		t.Errorf("with free places: %v", err)
	}
	if w.status("a").InFlight+w.status("b").InFlight != 0 {
		t.Error("places are not given back")
	}
}

func TestAServerThatDoesNotAnswerIsLeftAloneAndComesBack(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	down := refused(t)
	w := newWorld(t, upstream.Config{Now: func() time.Time { return now }}, down)
	for i := range 3 {
		var failure *upstream.Error
		if _, _, err := w.send("a"); !errors.As(err, &failure) {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	if _, _, err := w.send("a"); !errors.Is(err, upstream.ErrDown) {
		t.Errorf("the fourth call: %v", err)
	}
	s := w.status("a")
	if s.Healthy || !s.Silent || s.Reason != "unreachable" || !s.Until.Equal(now.Add(time.Second)) {
		t.Errorf("status %+v", s)
	}
	now = now.Add(time.Second) // there is no prober: one call tests it
	var failure *upstream.Error
	if _, _, err := w.send("a"); !errors.As(err, &failure) {
		t.Errorf("when its time is over: %v", err)
	}
	if _, _, err := w.send("a"); !errors.Is(err, upstream.ErrDown) {
		t.Errorf("after the test failed: %v", err)
	}
	if len(w.outcomes()) != 4 {
		t.Errorf("attempts %v", w.outcomes())
	}
}

func TestErrorsTurnCallsToTheOtherServerButLeaveThemTheOnlyOne(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	a := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(500)
		}
	})
	b := serve(t, answer(200))
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	w := newWorld(t, upstream.Config{Now: func() time.Time { return now }}, a.URL, b.URL)
	for range 4 {
		if status, _, err := w.send("a"); err != nil || status != 500 {
			t.Fatalf("the only server: %d, %v", status, err)
		}
	}
	for range 4 {
		if _, by, err := w.send("aaab"); err != nil || by != "b" {
			t.Fatalf("by %q, %v", by, err)
		}
	}
	if s := w.status("a"); s.Healthy || s.Silent {
		t.Errorf("status %+v", s)
	}
	broken.Store(false)
	now = now.Add(time.Second)
	var order strings.Builder
	for range 4 {
		_, by, _ := w.send("aaab")
		order.WriteString(by)
	}
	if strings.Count(order.String(), "a") != 3 || !w.status("a").Healthy {
		t.Errorf("back again, the order is %s", order.String())
	}
}

func TestAnAnswerThatIsTheClientsFaultSaysNothingAgainstTheServer(t *testing.T) {
	for _, status := range []int{400, 403, 404, 413, 422, 429} {
		a := serve(t, answer(status))
		w := newWorld(t, upstream.Config{}, a.URL)
		for range 5 {
			if got, _, err := w.send("a"); err != nil || got != status {
				t.Fatalf("%d, %v", got, err)
			}
		}
		if !w.status("a").Healthy {
			t.Errorf("%d ejects", status)
		}
	}
}

func TestTheProberFindsOutThatASilentServerIsBack(t *testing.T) {
	var broken, asked atomic.Bool
	broken.Store(true)
	a := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.Method == http.MethodGet {
			asked.Store(r.URL.Path == "/v1/models" && r.Header.Get("Content-Type") == "")
		}
	})
	w := newWorld(t, upstream.Config{Backoff: time.Millisecond, MaxBackoff: 5 * time.Millisecond})
	w.publish("upstreams:\n  - {name: a, kind: openai, url: \""+a.URL+"/v1\"}\n", func(u *catalog.Upstream) { u.HealthPath = "/models" })
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { w.pool.Run(ctx) })
	defer group.Wait()
	defer stop()
	for range 3 {
		var failure *upstream.Error
		if _, _, err := w.send("a"); !errors.As(err, &failure) || !failure.Written {
			t.Fatalf("%v", err)
		}
	}
	if _, _, err := w.send("a"); !errors.Is(err, upstream.ErrDown) {
		t.Fatalf("a call tests a server that the prober asks: %v", err)
	}
	broken.Store(false)
	eventually(t, "the server is back", func() bool { return w.status("a").Healthy })
	if !asked.Load() {
		t.Error("the health path was not asked")
	}
	if status, _, err := w.send("a"); err != nil || status != 200 {
		t.Errorf("%d, %v", status, err)
	}
}

func TestTheProberLooksAheadIfItShould(t *testing.T) {
	a := refused(t)
	w := newWorld(t, upstream.Config{})
	w.publish("upstreams:\n  - {name: a, kind: openai, url: \""+a+"\"}\n", func(u *catalog.Upstream) {
		u.HealthPath, u.HealthInterval = "/models", time.Millisecond
	})
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { w.pool.Run(ctx) })
	defer group.Wait()
	defer stop()
	eventually(t, "nobody called, and it is known to be down", func() bool { return !w.status("a").Healthy })
}

// A server that asks for a pause gets one, as far as the model has others, and
// not for longer than five minutes; its other models' calls go on.
func TestAPlacementThatAsksForAPauseIsAskedLast(t *testing.T) {
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for asked, pause := range map[string]time.Duration{
		"7": 7 * time.Second, "86400": 5 * time.Minute, "Thu, 01 Jan 2026 12:00:09 GMT": 9 * time.Second,
		"": 0, "0": 0, "-5": 0, "soon": 0, "Thu, 01 Jan 2026 11:00:00 GMT": 0, "99999999999": 0,
	} {
		now := noon
		busy := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if asked != "" {
				w.Header().Set("Retry-After", asked)
			}
			w.WriteHeader(http.StatusTooManyRequests)
		})
		idle := serve(t, answer(http.StatusOK))
		w := newWorld(t, upstream.Config{Now: func() time.Time { return now }}, busy.URL, idle.URL)
		count := func(weights string) (asked int) {
			for range 6 {
				if _, by, err := w.send(weights); err != nil {
					t.Fatal(err)
				} else if by == "a" {
					asked++
				}
			}
			return asked
		}
		if status, by, err := w.send("ab"); status != http.StatusTooManyRequests || by != "a" || err != nil {
			t.Fatalf("the first call: %d by %s, %v", status, by, err)
		}
		if got := count("ab"); (got == 0) != (pause > 0) {
			t.Errorf("%q: it is asked %d times", asked, got)
		}
		if got := count("a"); got != 6 {
			t.Errorf("%q: a model without another server asks it %d times", asked, got)
		}
		if status := w.status("a"); !status.Healthy {
			t.Errorf("%q: it counts as broken: %+v", asked, status)
		}
		now = noon.Add(pause - time.Millisecond)
		if got := count("ab"); (got == 0) != (pause > 0) {
			t.Errorf("%q: before its time it is asked %d times", asked, got)
		}
		now = noon.Add(pause)
		if got := count("ab"); got == 0 {
			t.Errorf("%q: after %v it is not asked", asked, pause)
		}
	}
}

// Where every other server is silent, the one that asked for a pause is asked.
func TestAPauseEndsWhereThereIsNoOtherServer(t *testing.T) {
	busy := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	w := newWorld(t, upstream.Config{}, busy.URL, "http://127.0.0.1:1")
	for range 5 {
		if status, by, err := w.send("ab"); status != http.StatusTooManyRequests || by != "a" || err != nil {
			t.Fatalf("%d by %q, %v", status, by, err)
		}
	}
}
