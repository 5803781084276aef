package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stakegate/internal/gateway"
)

// hang is an upstream that takes the request and never answers. The server
// end of a call is told when the gateway gives it up.
func hang(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// It happened elsewhere: LiteLLM 37558, 36008, 33736, 35958, 13245; otari.
func TestAClientThatLeavesPaysWhatTheModelDid(t *testing.T) {
	for name, body := range map[string]string{"whole": hello, "stream": helloStream} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
				<-release
				if body == hello {
					answers(answer(usual))(rw, r)
				} else {
					streams(piece("good day", ""), piece("", "stop"), usagePiece("20", "5"), "[DONE]")(rw, r)
				}
			}, options{})
			w.abandon(body)
			if n := w.books.count("held"); n != 1 {
				t.Fatalf("%d holds are open while the upstream works", n)
			}
			close(release)
			eventually(t, "the hold is settled", func() bool { return w.books.count("settled") == 1 })
			if h := w.books.last(); h.settled.Cost != charge(20, 5) || h.settled.Source != "usage" {
				t.Errorf("charged %v by %s", h.settled.Cost, h.settled.Source)
			}
		})
	}
}

func TestAClientThatLeavesInTheMiddlePaysWhatTheModelDid(t *testing.T) {
	next := make(chan string)
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		for event := range next {
			send(rw, event)
		}
	}, options{})
	_, leave := first(w, next, helloStream)
	leave()
	for range 9 {
		next <- piece("word ", "")
	}
	next <- piece("", "stop")
	next <- usagePiece("20", "5")
	close(next)
	eventually(t, "the hold is settled", func() bool { return w.books.count("settled") == 1 })
	if h := w.books.last(); h.settled.Cost != charge(20, 5) || h.settled.Source != "usage" {
		t.Errorf("charged %v by %s", h.settled.Cost, h.settled.Source)
	}
}

func TestAnAbandonedCallEndsAndPaysItsHold(t *testing.T) {
	for _, body := range []string{hello, helloStream} {
		w := newWorld(t, hang, options{limits: gateway.Limits{Drain: 20 * time.Millisecond}})
		w.abandon(body)
		eventually(t, "the hold is settled", func() bool { return w.books.count("settled") == 1 })
		if h := w.books.last(); h.settled.Cost != helloHold || h.settled.Source != "hold" {
			t.Errorf("charged %v by %s", h.settled.Cost, h.settled.Source)
		}
	}
}

func TestOnlySoManyCallsGoOnWithoutTheirClient(t *testing.T) {
	release := make(chan struct{})
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
			answers(answer(usual))(rw, r)
		case <-r.Context().Done():
		}
	}, options{limits: gateway.Limits{Drains: 1}})
	w.abandon(hello)
	w.abandon(hello)
	// One has the only place; the other one ends at once, at its hold.
	eventually(t, "one hold is settled", func() bool { return w.books.count("settled") == 1 })
	close(release)
	eventually(t, "both holds are settled", func() bool { return w.books.count("settled") == 2 })
	costs := map[string]int{}
	for _, h := range w.books.order {
		costs[h.settled.Source]++
	}
	if costs["hold"] != 1 || costs["usage"] != 1 {
		t.Errorf("charged by %v", costs)
	}
}

func TestAClientThatDoesNotReadIsGone(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		long := strings.Repeat("x", 50_000)
		for range 150 { // more than the sockets' buffers take
			send(rw, piece(long, ""))
		}
		send(rw, piece("", "stop"))
		send(rw, usagePiece("20", "5"))
	}, options{limits: gateway.Limits{Write: 50 * time.Millisecond}})
	_, leave := w.open(`{"model":"small","max_tokens":1000,"stream":true,"messages":[{"role":"user","content":"hello"}]}`)
	defer leave()
	eventually(t, "the hold is settled", func() bool { return w.books.count("settled") == 1 })
	if h := w.books.last(); h.settled.Cost != charge(20, 5) {
		t.Errorf("charged %v by %s", h.settled.Cost, h.settled.Source)
	}
	if o := w.outcome(); !o.ClientLeft {
		t.Errorf("outcome is %+v", o)
	}
}

func TestTheLimitForOneWriteIsNotTheStreams(t *testing.T) {
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		for range 3 {
			send(rw, piece("word ", ""))
			<-time.After(40 * time.Millisecond)
		}
		send(rw, "[DONE]")
	}, options{limits: gateway.Limits{Write: 20 * time.Millisecond}})
	_, body := w.ask(helloStream)
	if got := text(t, body); got != "word word word " || !strings.HasSuffix(body, "data: [DONE]\n\n") {
		t.Errorf("the stream is %q", body)
	}
}

func TestASlowUpstreamIsGivenUpAndPaidInFull(t *testing.T) {
	stalls := func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		send(rw, piece("good ", ""))
		hang(rw, r)
	}
	for name, test := range map[string]struct {
		script http.HandlerFunc
		body   string
		limits gateway.Limits
		status int
	}{
		"no answer":           {hang, hello, gateway.Limits{Upstream: 30 * time.Millisecond}, 504},
		"no stream":           {hang, helloStream, gateway.Limits{Silence: 30 * time.Millisecond}, 504},
		"a stream that stops": {stalls, helloStream, gateway.Limits{Silence: 30 * time.Millisecond}, 200},
		"a stream too long":   {stalls, helloStream, gateway.Limits{Upstream: 200 * time.Millisecond}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, test.script, options{limits: test.limits})
			response, body := w.ask(test.body)
			if response.StatusCode != test.status {
				t.Errorf("answer is %d %s", response.StatusCode, body)
			}
			if test.status == 200 && (!strings.Contains(body, "REQUEST_TIMEOUT") || strings.Contains(body, "[DONE]")) {
				t.Errorf("the stream is %s", body)
			}
			if h := w.books.last(); h.settled.Cost != helloHold || h.settled.Source != "hold" {
				t.Errorf("charged %v by %s", h.settled.Cost, h.settled.Source)
			}
		})
	}
}

func TestDrainWaitsForRunningCallsAndRefusesNewOnes(t *testing.T) {
	release := make(chan struct{})
	w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
		<-release
		answers(answer(usual))(rw, r)
	}, options{})
	var group sync.WaitGroup
	group.Go(func() {
		if response, body := w.ask(hello); response.StatusCode != 200 {
			t.Errorf("the running call ends with %d %s", response.StatusCode, body)
		}
	})
	eventually(t, "the upstream is called", func() bool { return w.calls.Load() == 1 })
	drained := make(chan error, 1)
	go func() { drained <- w.gateway.Drain(t.Context()) }()
	eventually(t, "new calls are refused", func() bool {
		r := w.post("/chat/completions", `{}`)
		response, err := w.server.Client().Do(r)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		_, _ = io.Copy(io.Discard, response.Body)
		return response.StatusCode == 503
	})
	select {
	case err := <-drained:
		t.Fatalf("Drain returned %v while a call runs", err)
	default:
	}
	close(release)
	if err := <-drained; err != nil {
		t.Errorf("Drain: %v", err)
	}
	group.Wait()
	if err := w.gateway.Drain(t.Context()); err != nil {
		t.Errorf("a second Drain: %v", err)
	}
}

func TestDrainCutsWhatDoesNotEndInTime(t *testing.T) {
	w := newWorld(t, hang, options{})
	var group sync.WaitGroup
	group.Go(func() {
		if response, body := w.ask(hello); response.StatusCode != 503 || !w.problem().NoRetry {
			t.Errorf("the cut call ends with %d %s", response.StatusCode, body)
		}
	})
	eventually(t, "the upstream is called", func() bool { return w.calls.Load() == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := w.gateway.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Drain: %v", err)
	}
	if h := w.books.last(); h.state != "settled" || h.settled.Cost != helloHold {
		t.Errorf("the cut call is %s at %v when Drain returns", h.state, h.settled.Cost)
	}
	group.Wait()
}

// It happened elsewhere: LiteLLM 27639; new-api 4429.
func TestAPanicOfTheWriterStillSettles(t *testing.T) {
	w := newWorld(t, streams(piece("good ", ""), piece("day", "stop"), "[DONE]"), options{})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is swallowed")
			}
		}()
		serve(w.gateway, "/chat/completions", &panicking{header: http.Header{}}, w.post("/chat/completions", helloStream), gateway.Caller{})
	}()
	if h := w.books.last(); h.state != "settled" || h.settled.Cost != helloHold {
		t.Errorf("the hold is %s with %v", h.state, h.settled.Cost)
	}
}

type panicking struct{ header http.Header }

func (p *panicking) Header() http.Header       { return p.header }
func (p *panicking) Write([]byte) (int, error) { panic("writer is broken") }
func (p *panicking) WriteHeader(int)           {}

// noted is a writer that is told when its client has left.
type noted struct {
	http.ResponseWriter
	left func()
}

func (n noted) ClientLeft() { n.left() }

func (n noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func TestAClientThatLeftIsKnownToHaveLeft(t *testing.T) {
	for name, body := range map[string]string{"whole": hello, "stream": helloStream} {
		next, left := make(chan string), make(chan struct{}, 1)
		w := newWorld(t, func(rw http.ResponseWriter, r *http.Request) {
			if body == hello {
				<-next
				answers(answer(usual))(rw, r)
				return
			}
			rw.Header().Set("Content-Type", "text/event-stream")
			for event := range next {
				send(rw, event)
			}
		}, options{})
		w.wrap = func(rw http.ResponseWriter) http.ResponseWriter {
			return noted{rw, func() { left <- struct{}{} }}
		}
		if body == hello {
			w.abandon(body)
			eventually(t, "the gateway notices", func() bool { return w.gateway.ClientsLeft() == 1 })
			next <- ""
			eventually(t, "the call ends with 499", func() bool {
				w.mu.Lock()
				defer w.mu.Unlock()
				return len(w.problems) == 1 && w.problems[0].Status == 499
			})
			continue
		}
		_, leave := first(w, next, body)
		leave()
		eventually(t, "the gateway notices", func() bool { return w.gateway.ClientsLeft() == 1 })
		next <- piece("good day", "stop")
		close(next)
		select {
		case <-left:
		case <-time.After(10 * time.Second):
			t.Errorf("%s: nobody is told", name)
		}
	}
}
