// Package upstream knows the model servers: which one answers a call, and how
// it is reached.
//
// A Pool promises that a call is sent at most once. It goes on to another
// placement of the model, or to another connection, only while not a single
// byte of the request was written; what failed later has an unknown outcome,
// and its error says so (Error.Written). Requests are built from nothing: a
// model server sees the body, Content-Type, Accept, Accept-Encoding,
// User-Agent, the operator's credentials, and what the caller of Send itself
// puts into Request.Header. Redirects are not followed, and link-local
// addresses, where clouds keep their credentials, are never dialled.
//
// HTTP/1.1 only: one call on one connection is what makes "was anything
// written?" a question with an exact answer.
package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"stakegate/internal/catalog"
)

// Errors of Send when no server could be asked. Nothing was sent.
var (
	// ErrDown: every placement of the model failed lately and is left alone
	// for a while.
	ErrDown = errors.New("no server of this model is healthy")
	// ErrSaturated: the healthy placements have as many calls as they may.
	ErrSaturated = errors.New("every server of this model is at its limit of calls")
)

// ErrTimeout is to be wrapped by the cause of a context (context.Cause) that
// ends a call because the server was too slow, so that its health suffers.
// Every other cause is the caller's own business.
var ErrTimeout = errors.New("upstream took too long")

// Error is a call that was tried and got no answer.
type Error struct {
	Upstream string
	// Written: a byte of the request may have reached the server, so that it
	// may work on it, and bill it.
	Written bool
	// Timeout: the server was too slow, by a limit of the pool or by a context
	// that ended with ErrTimeout.
	Timeout bool
	cause   error
}

func (e *Error) Error() string {
	if e.Written {
		return fmt.Sprintf("upstream %s broke off: %v", e.Upstream, e.cause)
	}
	return fmt.Sprintf("upstream %s cannot be reached: %v", e.Upstream, e.cause)
}

// Unwrap gives the cause, such as context.Canceled.
func (e *Error) Unwrap() error { return e.cause }

// Call is what to ask and whom.
type Call struct {
	Model *catalog.Model
	// Make builds the request for a placement; it is called once for each that
	// is tried. Its error ends the call and is returned as it is.
	Make func(server catalog.Upstream, model string) (Request, error)
}

// Request is a POST to a path below the server's URL.
type Request struct {
	Path        string // begins with a slash
	ContentType string // default application/json
	Accept      string // default application/json
	// Header holds further headers that our own code chose; never a client's.
	// Those that the pool sets itself win.
	Header http.Header
	// Body is sent as its parts stand, one after the other. They must not change
	// until the response's body is closed.
	Body [][]byte
}

// Response is what a server answered, whatever its status. Its body must be
// closed; until then the call counts as in flight.
type Response struct {
	*http.Response
	Upstream catalog.Upstream
}

// Config is what a Pool is made of. Current is needed.
type Config struct {
	// Current gives the catalogue of this moment.
	Current func() *catalog.Catalog
	// Key gives a server's credential, "" for none; it is asked again whenever
	// Current gives another catalogue. nil: no server has one. KeyFiles makes
	// one.
	Key func(catalog.Upstream) (string, error)
	// Transport replaces the network, for tests and simulations. It must not
	// follow redirects and must send a request at most once; to say that a
	// request may have been written it calls the GotConn of the context's
	// httptrace.ClientTrace.
	Transport http.RoundTripper
	// TLS is what connections start from, for private authorities; nil: the
	// system's roots.
	TLS *tls.Config
	// Failures is how many calls must fail one after the other before a server
	// is left alone; 0: 3; negative: it never is.
	Failures int
	// Backoff is how long it is left alone at first; it doubles with every
	// failed try up to MaxBackoff. 0: 1 s and 30 s.
	Backoff, MaxBackoff time.Duration
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Log is told when a server is left alone and when it is back; nil: nobody.
	Log *slog.Logger
	// Observe is called once for every try; nil: not. It must be quick and
	// safe for concurrent use.
	Observe func(Attempt)
}

// Attempt is one try to get an answer from a server.
type Attempt struct {
	Upstream string
	Outcome  Outcome
	Status   int           // of the answer; 0: there was none
	Wait     time.Duration // until the answer's headers, or the failure
}

// Outcome says how an attempt ended, in a word that can label a metric.
type Outcome string

// The outcomes of an attempt.
const (
	Answered    Outcome = "answered"     // below 400
	Refused     Outcome = "refused"      // 4xx
	Failed      Outcome = "failed"       // 5xx
	Unreachable Outcome = "unreachable"  // nothing was written
	Broken      Outcome = "broken"       // after something was written
	Late        Outcome = "late"         // the server was too slow
	Abandoned   Outcome = "abandoned"    // the caller gave up
	BrokenLater Outcome = "broken_later" // in the middle of the answer's body
)

// Pool reaches the servers of a catalogue. It is safe for concurrent use.
type Pool struct {
	current    func() *catalog.Catalog
	key        func(catalog.Upstream) (string, error)
	transport  http.RoundTripper
	tls        *tls.Config
	policy     policy
	now        func() time.Time
	log        *slog.Logger
	observe    func(Attempt)
	mu         sync.Mutex // for building a generation
	generation atomic.Pointer[generation]
	probing    atomic.Bool   // Run is at work
	wake       chan struct{} // tells Run that a server was ejected
}

// New makes a Pool. Close releases its connections.
func New(config Config) *Pool {
	p := &Pool{
		current: config.Current, key: config.Key, transport: config.Transport, tls: config.TLS,
		policy: policy{failures: config.Failures, first: config.Backoff, most: config.MaxBackoff},
		now:    config.Now, log: config.Log, observe: config.Observe, wake: make(chan struct{}, 1),
	}
	p.policy.setDefaults()
	if p.key == nil {
		p.key = func(catalog.Upstream) (string, error) { return "", nil }
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if p.observe == nil {
		p.observe = func(Attempt) {}
	}
	return p
}

// Close closes idle connections. Calls in flight go on.
func (p *Pool) Close() {
	if g := p.generation.Load(); g != nil {
		for _, t := range g.targets {
			t.server.close()
		}
	}
}

// Send makes a call and returns the answer's headers and open body. The
// context ends the call at any moment, also while the body is read. Errors are
// *Error, ErrDown, ErrSaturated and those of call.Make.
func (p *Pool) Send(ctx context.Context, call Call) (*Response, error) {
	g := p.servers()
	placements := call.Model.Placements
	var tried []bool
	var last error
	for {
		i, pass, err := g.choose(call.Model, tried, p.now(), p.probing.Load())
		if err != nil {
			if last != nil {
				err = last
			}
			return nil, err
		}
		t := g.targets[placements[i].Upstream]
		request, err := call.Make(t.Upstream, placements[i].Model)
		if err != nil {
			t.server.leave(pass)
			return nil, err
		}
		response, failure := p.try(ctx, t, pass, request)
		if failure == nil {
			p.heed(g, call.Model, i, response.Response)
			return response, nil
		}
		if failure.Written || ctx.Err() != nil {
			return nil, failure
		}
		last = failure
		if tried == nil {
			tried = make([]bool, len(placements))
		}
		tried[i] = true
	}
}
