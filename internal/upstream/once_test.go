package upstream_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"stakegate/internal/catalog"
	"stakegate/internal/upstream"
)

// refused is an address where nobody listens.
func refused(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}

// raw is a server made of bare connections.
func raw(t *testing.T, serve func(*net.TCPConn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer conn.Close()
				serve(conn.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		group.Wait()
	})
	return "http://" + listener.Addr().String()
}

func TestACallGoesOnToTheNextServerWhileNothingWasWritten(t *testing.T) {
	secure := httptest.NewUnstartedServer(answer(200)) // its certificate is nobody's
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	for what, url := range map[string]string{
		"refused": refused(t), "certificate": secure.URL, "forbidden": "http://169.254.169.254/",
	} {
		t.Run(what, func(t *testing.T) {
			var calls atomic.Int64
			b := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if body, _ := io.ReadAll(r.Body); string(body) != `{"model":"there-b"}` {
					t.Errorf("b was asked %s", body)
				}
			})
			w := newWorld(t, upstream.Config{}, url, b.URL)
			status, by, err := w.send("ab")
			if err != nil || status != 200 || by != "b" || calls.Load() != 1 {
				t.Errorf("%d by %q after %d calls, %v; attempts %v", status, by, calls.Load(), err, w.outcomes())
			}
		})
	}
}

func TestNothingWrittenIsSaidWhenNoServerIsLeft(t *testing.T) {
	w := newWorld(t, upstream.Config{}, refused(t), refused(t))
	_, _, err := w.send("ab")
	var failure *upstream.Error
	if !errors.As(err, &failure) || failure.Written || failure.Timeout {
		t.Errorf("the error is %v", err)
	}
	if got := w.outcomes(); len(got) != 2 {
		t.Errorf("attempts: %v", got)
	}
}

func TestACallThatWasBegunIsNeverSentAgain(t *testing.T) {
	breaks := map[string]func(*net.TCPConn){
		"after the first byte": func(c *net.TCPConn) { _, _ = io.ReadFull(c, make([]byte, 1)) },
		"after the headers": func(c *net.TCPConn) {
			readUntil(c, "\r\n\r\n")
		},
		"with a reset": func(c *net.TCPConn) {
			_, _ = io.ReadFull(c, make([]byte, 1))
			_ = c.SetLinger(0)
		},
		"in the middle of its headers": func(c *net.TCPConn) {
			readUntil(c, `"}`)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-")
		},
		"with nonsense": func(c *net.TCPConn) {
			readUntil(c, `"}`)
			_, _ = io.WriteString(c, "nonsense\r\n\r\n")
		},
	}
	for when, breaking := range breaks {
		t.Run(when, func(t *testing.T) {
			var first, second atomic.Int64
			a := raw(t, func(c *net.TCPConn) { first.Add(1); breaking(c) })
			b := serve(t, func(http.ResponseWriter, *http.Request) { second.Add(1) })
			w := newWorld(t, upstream.Config{}, a, b.URL)
			_, _, err := w.send("ab")
			var failure *upstream.Error
			if !errors.As(err, &failure) || !failure.Written {
				t.Errorf("the error is %v", err)
			}
			if first.Load() != 1 || second.Load() != 0 {
				t.Errorf("%d and %d calls", first.Load(), second.Load())
			}
		})
	}
}

func readUntil(c net.Conn, end string) {
	var got strings.Builder
	for one := make([]byte, 1); !strings.HasSuffix(got.String(), end); got.Write(one) {
		if _, err := io.ReadFull(c, one); err != nil {
			return
		}
	}
}

// A server that hangs up at once races with the request. Whoever wins, the
// error tells the truth: what it got, if anything, is not sent again.
func TestHangingUpAtOnceNeverCostsTwice(t *testing.T) {
	var mu sync.Mutex
	got := map[string]int{}
	a := raw(t, func(c *net.TCPConn) {
		_ = c.CloseWrite()
		text, _ := io.ReadAll(c)
		mu.Lock()
		defer mu.Unlock()
		got["a"] += strings.Count(string(text), "POST ")
	})
	b := serve(t, func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got["b"]++
	})
	w := newWorld(t, upstream.Config{Failures: -1}, a, b.URL)
	var answers, written int
	for range 300 {
		_, by, err := w.send("aaab")
		var failure *upstream.Error
		switch {
		case err == nil && by == "b":
			answers++
		case errors.As(err, &failure) && failure.Written:
			written++
		default:
			t.Fatalf("%q, %v", by, err)
		}
	}
	eventually(t, "a has seen every call that is said to be written", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return got["a"] == written
	})
	mu.Lock()
	defer mu.Unlock()
	if got["b"] != answers {
		t.Errorf("b got %d calls, %d answers came", got["b"], answers)
	}
}

// A kept connection that the server closes: the call goes to a new one if it
// was not written, and is an error if it was.
func TestAStaleConnectionNeverCostsTwice(t *testing.T) {
	var requests atomic.Int64
	url := raw(t, func(c *net.TCPConn) {
		readUntil(c, `"}`)
		requests.Add(1)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		_ = c.CloseWrite() // and it never said "Connection: close"
		rest, _ := io.ReadAll(c)
		requests.Add(int64(strings.Count(string(rest), "POST ")))
	})
	w := newWorld(t, upstream.Config{Failures: -1}, url)
	var sent, unknown atomic.Int64
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				response, err := w.pool.Send(context.Background(), call("a"))
				var failure *upstream.Error
				if errors.As(err, &failure) && failure.Written {
					unknown.Add(1)
					continue
				}
				if err != nil {
					t.Errorf("a call that was not written is not tried again: %v", err)
					continue
				}
				sent.Add(1)
				_, _ = io.ReadAll(response.Body)
				_ = response.Body.Close()
			}
		})
	}
	group.Wait()
	w.pool.Close()
	eventually(t, "every call was seen once", func() bool { return requests.Load() == sent.Load()+unknown.Load() })
	if sent.Load() == 0 {
		t.Error("no call went through")
	}
}

func TestARedirectIsAnAnswer(t *testing.T) {
	var elsewhere atomic.Int64
	b := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	a := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, b.URL+"/latest/meta-data", http.StatusTemporaryRedirect)
	})
	w := newWorld(t, upstream.Config{}, a.URL)
	status, _, err := w.send("a")
	if err != nil || status != http.StatusTemporaryRedirect || elsewhere.Load() != 0 {
		t.Errorf("%d, %v; %d calls elsewhere", status, err, elsewhere.Load())
	}
}

func TestAnErrorOfMakeEndsTheCall(t *testing.T) {
	w := newWorld(t, upstream.Config{}, refused(t))
	odd := errors.New("no such dialect")
	_, err := w.pool.Send(context.Background(), upstream.Call{
		Model: model("a"), Make: func(catalog.Upstream, string) (upstream.Request, error) { return upstream.Request{}, odd },
	})
	if !errors.Is(err, odd) || w.status("a").InFlight != 0 {
		t.Errorf("%v, %d in flight", err, w.status("a").InFlight)
	}
}

func TestALongBodyArrivesWhole(t *testing.T) {
	long := strings.Repeat("0123456789", 300_000)
	a := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != long || r.ContentLength != int64(len(long)) {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	w := newWorld(t, upstream.Config{}, a.URL)
	response, err := w.pool.Send(context.Background(), upstream.Call{
		Model: model("a"), Make: func(catalog.Upstream, string) (upstream.Request, error) {
			return upstream.Request{Path: "/x", Body: [][]byte{[]byte(long)}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		t.Error("the body arrived changed")
	}
}
