package upstream

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// scripted is a server that does as it is told with each of its connections.
func scripted(t *testing.T, serve func(n int, c *net.TCPConn, in *bufio.Reader)) *client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		for n := 0; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer conn.Close()
				serve(n, conn.(*net.TCPConn), bufio.NewReader(conn))
			})
		}
	})
	c := &client{address: listener.Addr().String()}
	t.Cleanup(func() {
		_ = listener.Close()
		c.close()
		group.Wait()
	})
	return c
}

// take reads a request and reports whether there was one.
func take(in *bufio.Reader) bool {
	r, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil
}

// answering gives the same answer to every request on a connection.
func answering(text string) func(int, *net.TCPConn, *bufio.Reader) {
	return func(_ int, c *net.TCPConn, in *bufio.Reader) {
		for take(in) {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

func request(body string) message {
	return message{method: "POST", target: "/x", fields: []byte("Host: h\r\n"), body: [][]byte{[]byte(body)}}
}

// ask makes a call and reads its whole answer.
func (c *client) ask(ctx context.Context, m message) (status int, text string, f fate, err error) {
	response, f, err := c.send(ctx, m)
	if err != nil {
		return 0, "", f, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), f, err
}

func (c *client) keeps() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.idle)
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("not within ten seconds: %s", what)
		}
		<-time.After(2 * time.Millisecond)
	}
}

func TestAnswersAreReadToTheirEndAndNoFurther(t *testing.T) {
	many := strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", maxInterim)
	for name, test := range map[string]struct {
		answer string
		status int // 0: an error
		body   string
		keeps  bool // the connection serves on
	}{
		"a length":               {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}", true},
		"chunks":                 {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n1;x=y\r\n!\r\n0\r\n\r\n", 200, "{}!", true},
		"a trailer":              {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\nX: y\r\n\r\n", 200, "", true},
		"nothing":                {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true},
		"no reason":              {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "", true},
		"204":                    {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
		"interim answers":        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}", true},
		"a farewell":             {"HTTP/1.1 429 No\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\n{}", 429, "{}", false},
		"HTTP/1.0":               {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}", false},
		"bytes behind it":        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n", 200, "{}", false},
		"bytes behind a 204":     {"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", 204, "", false},
		"a length and chunks":    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "", false},
		"two lengths":            {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 0, "", false},
		"a list of lengths":      {"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", 0, "", false},
		"a negative length":      {"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", 0, "", false},
		"a signed length":        {"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}", 0, "", false},
		"an empty length":        {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n{}", 0, "", false},
		"a length beyond all":    {"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n{}", 0, "", false},
		"another coding":         {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 0, "", false},
		"chunks over HTTP/1.0":   {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, "", false},
		"a bad chunk":            {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 0, "", false},
		"a chunk without an end": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n", 0, "", false},
		"HTTP/2":                 {"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0, "", false},
		"another protocol":       {"SSH-2.0-x\r\n\r\n", 0, "", false},
		"a signed status":        {"HTTP/1.1 +20 OK\r\nContent-Length: 2\r\n\r\n{}", 0, "", false},
		"a status below 100":     {"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\n{}", 0, "", false},
		"no colon":               {"HTTP/1.1 200 OK\r\nsecret\r\n\r\n", 0, "", false},
		"a space in a name":      {"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}", 0, "", false},
		"a switch":               {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 0, "", false},
		"interim answers only":   {many + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, "", false},
		"endless headers":        {"HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", maxAnswerHeaders) + "\r\n\r\n", 0, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			c := scripted(t, answering(test.answer))
			status, body, f, err := c.ask(context.Background(), request("{}"))
			if test.status == 0 {
				if err == nil || !f.written || c.keeps() != 0 || strings.Contains(err.Error(), "secret") {
					t.Errorf("%d %q, %v; %d kept", status, body, err, c.keeps())
				}
				return
			}
			if err != nil || status != test.status || body != test.body || (c.keeps() == 1) != test.keeps {
				t.Errorf("%d %q, %v; %d kept", status, body, err, c.keeps())
			}
			if _, again, f, err := c.ask(context.Background(), request("{}")); err != nil || again != test.body || f.reused != test.keeps {
				t.Errorf("the next call: %q, %+v, %v", again, f, err)
			}
		})
	}
}

func TestAnAnswerThatEndsEarlyIsAnError(t *testing.T) {
	whole := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nA: b\r\n\r\n"
	sized := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde"
	for _, text := range []string{whole, sized} {
		for cut := range text {
			c := scripted(t, func(_ int, c *net.TCPConn, in *bufio.Reader) {
				take(in)
				_, _ = io.WriteString(c, text[:cut])
			})
			if _, _, f, err := c.ask(context.Background(), request("{}")); err == nil || errors.Is(err, io.EOF) || !f.written || c.keeps() != 0 {
				t.Errorf("%q: %+v, %v", text[:cut], f, err)
			}
		}
	}
	c := scripted(t, func(_ int, c *net.TCPConn, in *bufio.Reader) {
		take(in)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nabc") // the end of the connection is its end
	})
	if _, body, _, err := c.ask(context.Background(), request("{}")); err != nil || body != "abc" || c.keeps() != 0 {
		t.Errorf("%q, %v", body, err)
	}
}

// A request is never written to a kept connection that is known to be over.
func TestAStaleConnectionIsNotUsed(t *testing.T) {
	for name, leave := range map[string]func(*net.TCPConn){
		"closed": func(c *net.TCPConn) { _ = c.Close() },
		"reset": func(c *net.TCPConn) {
			_ = c.SetLinger(0)
			_ = c.Close()
		},
		"half closed": func(c *net.TCPConn) { _ = c.CloseWrite() },
		"an answer to nothing": func(c *net.TCPConn) {
			_, _ = io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			left := make(chan struct{}, 2)
			go1 := make(chan struct{}, 2)
			c := scripted(t, func(n int, c *net.TCPConn, in *bufio.Reader) {
				take(in)
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d", n)
				if n == 0 {
					<-go1
					leave(c)
					left <- struct{}{}
				}
				if take(in) && n == 0 {
					t.Error("a request came over it")
				}
			})
			if _, _, _, err := c.ask(context.Background(), request("{}")); err != nil || c.keeps() != 1 {
				t.Fatalf("%v, %d kept", err, c.keeps())
			}
			go1 <- struct{}{}
			<-left
			if _, body, f, err := c.ask(context.Background(), request("{}")); err != nil || body != "1" || f.reused {
				t.Errorf("%q, %+v, %v", body, f, err)
			}
		})
	}
}

func TestATLSConnectionThatSaidFarewellIsNotUsed(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	at, _ := url.Parse(server.URL)
	c, _ := newClient(at, &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12})
	defer c.close()
	for i := range 3 {
		if _, body, f, err := c.ask(context.Background(), request("{}")); err != nil || body != "ok" || f.reused != (i > 0) {
			t.Fatalf("call %d: %q, %+v, %v", i, body, f, err)
		}
	}
	server.CloseClientConnections()
	until(t, "the farewell arrives", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return !c.idle[0].usable()
	})
	if _, body, f, err := c.ask(context.Background(), request(strings.Repeat("x", 100_000))); err != nil || body != "ok" || f.reused {
		t.Errorf("%q, %+v, %v", body, f, err)
	}
}

func TestAContextEndsACallWhereverItIs(t *testing.T) {
	for name, serve := range map[string]func(*net.TCPConn, *bufio.Reader){
		"writing": func(_ *net.TCPConn, in *bufio.Reader) { _, _ = in.ReadByte() },
		"waiting": func(_ *net.TCPConn, in *bufio.Reader) { take(in) },
		"reading headers slowly": func(c *net.TCPConn, in *bufio.Reader) {
			take(in)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-")
		},
		"reading": func(c *net.TCPConn, in *bufio.Reader) {
			take(in)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
		},
	} {
		t.Run(name, func(t *testing.T) {
			there, leave := make(chan struct{}), make(chan struct{})
			c := scripted(t, func(_ int, c *net.TCPConn, in *bufio.Reader) {
				serve(c, in)
				close(there)
				<-leave
			})
			ctx, cancel := context.WithCancel(context.Background())
			go func() { <-there; cancel() }()
			m := request("{}")
			if name == "writing" {
				m = request(strings.Repeat("x", 32<<20))
			}
			_, _, f, err := c.ask(ctx, m)
			close(leave)
			if !errors.Is(err, context.Canceled) || !f.written || c.keeps() != 0 {
				t.Errorf("%+v, %v; %d kept", f, err, c.keeps())
			}
		})
	}
	c := scripted(t, func(int, *net.TCPConn, *bufio.Reader) { t.Error("somebody came") })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, f, err := c.ask(ctx, request("{}")); !errors.Is(err, context.Canceled) || f.written {
		t.Errorf("%+v, %v", f, err)
	}
}

// A server may answer before it has taken all of the body. Its answer counts,
// nothing waits for the rest, and nobody reads the body any more afterwards.
func TestAnAnswerBeforeTheWholeBodyCounts(t *testing.T) {
	const refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"
	for name, end := range map[string]func(*net.TCPConn, chan struct{}){
		"and the connection stays": func(_ *net.TCPConn, over chan struct{}) { <-over },
		"and it closes":            func(c *net.TCPConn, _ chan struct{}) { _ = c.CloseWrite() },
	} {
		t.Run(name, func(t *testing.T) {
			over := make(chan struct{})
			c := scripted(t, func(_ int, c *net.TCPConn, in *bufio.Reader) {
				if _, err := in.ReadByte(); err == nil {
					_, _ = io.WriteString(c, refusal)
				}
				end(c, over)
			})
			m := request(strings.Repeat("x", 32<<20))
			status, body, f, err := c.ask(context.Background(), m)
			clear(m.body[0]) // the race detector says if somebody reads it
			close(over)
			if err != nil || status != 413 || body != "{}" || !f.written || c.keeps() != 0 {
				t.Errorf("%d %q, %+v, %v; %d kept", status, body, f, err, c.keeps())
			}
		})
	}
}

// A socket takes all of a body at once, or a part of it, or nothing.
func TestABodyArrivesWholeHoweverMuchTheSocketTakes(t *testing.T) {
	c := scripted(t, func(_ int, conn *net.TCPConn, in *bufio.Reader) {
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			digest := sha256.New()
			if _, err := io.Copy(digest, r.Body); err != nil {
				return
			}
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n%x", digest.Sum(nil))
		}
	})
	random := rand.NewChaCha8([32]byte{})
	for _, size := range []int{0, 1, writeBuffer, writeBuffer + 1, 100_000, 1 << 20, 32 << 20} {
		body := make([]byte, size)
		_, _ = random.Read(body)
		m := request("")
		third := size / 3
		m.body = [][]byte{body[:third], nil, body[third : 2*third], body[2*third:]}
		for range 3 { // on the same connection, which takes more and more
			_, digest, f, err := c.ask(context.Background(), m)
			if err != nil || digest != fmt.Sprintf("%x", sha256.Sum256(body)) || !f.written {
				t.Errorf("%d bytes: %q, %+v, %v", size, digest, f, err)
			}
		}
	}
	if c.keeps() != 1 {
		t.Errorf("%d connections are kept", c.keeps())
	}
}

func TestABodyThatIsNotReadCostsItsConnection(t *testing.T) {
	c := scripted(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	response, _, err := c.send(context.Background(), request("{}"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := response.Body.Read(make([]byte, 1)); err == nil || c.keeps() != 0 {
		t.Errorf("%v, %d kept", err, c.keeps())
	}
}

func TestIdleConnectionsAreFewAndDoNotStay(t *testing.T) {
	c := scripted(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	var bodies []io.Closer
	for range 5 {
		response, _, err := c.send(context.Background(), request("{}"))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, response.Body)
		if len(bodies) > 1 {
			defer response.Body.Close()
			continue
		}
		if _, err := io.ReadAll(response.Body); err != nil || c.keeps() != 1 {
			t.Fatalf("%v, %d kept", err, c.keeps())
		}
	}
	if _, _, _, err := c.ask(context.Background(), request("{}")); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	only := c.idle[0]
	for len(c.idle) < maxIdle {
		c.idle = append(c.idle, only)
	}
	c.mu.Unlock()
	extra, err := c.dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if c.put(extra); c.keeps() != maxIdle || extra.usable() {
		t.Errorf("%d are kept", c.keeps())
	}
	c.mu.Lock()
	c.idle = c.idle[:1]
	only.since = only.since.Add(-idleTimeout)
	c.mu.Unlock()
	if c.expire(); c.keeps() != 0 || only.usable() {
		t.Error("an old connection stays")
	}
	c.close()
	if _, _, _, err := c.ask(context.Background(), request("{}")); err != nil || c.keeps() != 0 {
		t.Errorf("after the end: %v, %d kept", err, c.keeps())
	}
}

// counting counts its open connections.
type counting struct {
	net.Listener
	open atomic.Int64
}

func (l *counting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	return &countedOpen{Conn: conn, open: &l.open}, nil
}

type countedOpen struct {
	net.Conn
	open *atomic.Int64
	once sync.Once
}

func (c *countedOpen) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// Goroutines are counted by TestMain.
func TestAThousandMixedCallsLeaveNothingBehind(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch len(body) % 5 {
		case 0:
			panic(http.ErrAbortHandler)
		case 1:
			w.Header().Set("Connection", "close")
		case 2:
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
		_, _ = w.Write(body)
	}))
	listener := &counting{Listener: server.Listener}
	server.Listener = listener
	server.Start()
	defer server.Close()
	c := &client{address: server.Listener.Addr().String()}
	var group sync.WaitGroup
	var whole atomic.Int64
	for worker := range 8 {
		group.Go(func() {
			for i := range 125 {
				ctx, cancel := context.WithCancel(context.Background())
				sent := strings.Repeat("x", (worker+i)*997%60_000)
				response, f, err := c.send(ctx, request(sent))
				if err != nil {
					if !f.written {
						t.Errorf("not written: %v", err)
					}
					cancel()
					continue
				}
				if len(sent)%5 == 2 {
					cancel()
				}
				if data, err := io.ReadAll(response.Body); err == nil && len(sent)%5 != 2 {
					if whole.Add(1); string(data) != sent {
						t.Errorf("%d bytes came back of %d", len(data), len(sent))
					}
				}
				_ = response.Body.Close()
				cancel()
			}
		})
	}
	group.Wait()
	if kept := c.keeps(); kept > 8 || whole.Load() < 500 {
		t.Errorf("%d connections are kept, %d answers came whole", kept, whole.Load())
	}
	c.close()
	until(t, "all connections are closed", func() bool { return listener.open.Load() == 0 })
}

// wired is a connection that has only so much to say, and then ends.
type wired struct {
	net.Conn
	from io.Reader
}

func (w wired) Read(p []byte) (int, error)  { return w.from.Read(p) }
func (w wired) Write(p []byte) (int, error) { return len(p), nil }
func (wired) SetDeadline(time.Time) error   { return nil }
func (wired) Close() error                  { return nil }

// What is taken for an answer is the answer that net/http reads, to the byte;
// and what net/http takes for a broken one is none here.
func FuzzAnswerFraming(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a\r\n{}\r\n0\r\nA: b\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\n\nrest", "HTTP/1.1 204 No\r\nConnection: close\r\n\r\nrest", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
		"HTTP/1.1 200 \nTransfer-Encoding:Chunked\n\n2 \r\n00\r\n0\r\n\n0", // a bare LF ends no trailer
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 304 x\r\nContent-Length: 7\r\n\r\nHTTP/1.1 ",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &client{closed: true}
		wire := newConn(wired{from: bytes.NewReader(data)})
		x := &exchange{client: c, wire: wire, ctx: context.Background(), stop: func() bool { return true }}
		response, err := x.head()
		if err != nil {
			return
		}
		keep := x.keep
		body, bodyErr := io.ReadAll(x)
		rest, _ := io.ReadAll(wire.in)

		reference := bufio.NewReader(bytes.NewReader(data))
		theirs, err := http.ReadResponse(reference, nil)
		for err == nil && theirs.StatusCode < 200 {
			theirs, err = http.ReadResponse(reference, nil)
		}
		if err != nil {
			t.Fatalf("net/http: %v", err)
		}
		theirBody, theirErr := io.ReadAll(theirs.Body)
		theirRest, _ := io.ReadAll(reference)
		if response.StatusCode != theirs.StatusCode || !bytes.Equal(body, theirBody) || (bodyErr == nil) != (theirErr == nil) {
			t.Fatalf("%d %q %v, net/http: %d %q %v", response.StatusCode, body, bodyErr, theirs.StatusCode, theirBody, theirErr)
		}
		if bodyErr == nil && keep && (theirs.Close || !bytes.Equal(rest, theirRest)) {
			t.Fatalf("kept with %q behind it, net/http: %v, %q", rest, theirs.Close, theirRest)
		}
		for name, values := range response.Header {
			if name != "Transfer-Encoding" && name != "Connection" && fmt.Sprint(values) != fmt.Sprint(theirs.Header[name]) {
				t.Fatalf("%s: %q, net/http: %q", name, values, theirs.Header[name])
			}
		}
	})
}
