// Package gateway is the road of a paid call: a request of bounded cost goes
// to a model server, once, and its answer is metered on the way back.
//
//	strict parse and rebuild -> bound -> hold (durable) -> upstream, once ->
//	meter -> settle (durable) -> the answer's last byte
//
// It promises: nothing is sent upstream without a durable hold; what is sent
// carries exactly the output cap that was held; every call is settled or
// voided once, also when the client hangs up, the upstream misbehaves or the
// process shuts down; and the settlement is committed before the client can
// see the end of its answer. A charge is never above its hold.
//
// It knows nothing of how a key is presented or how an error is rendered: the
// caller authenticates, and writes the *Error that is returned.
package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/tracing"
)

// Ledger is what the gateway asks of the books. Its methods return when the
// operation is durable; ledger's errors and *ledger.Refusal have the meaning
// that they are documented with. A Hold that returns an error, its context's
// too, leaves nothing set aside. Settle and Void may be repeated.
type Ledger interface {
	Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error)
	Settle(ctx context.Context, settlement ledger.Settlement) (ledger.Settled, error)
	Void(ctx context.Context, holdID string) error
}

// Caller is who makes a call. The key's validity is decided by the hold.
type Caller struct {
	KeyHash [32]byte
	KeyType apikey.Type
	// Client is the address that the call comes from, for keys that may be used
	// from some networks only.
	Client netip.Addr
}

// Limits bound what one call may take. A zero field gets the value named.
type Limits struct {
	Body     int64         // bytes of a request; 4 MiB
	BodyTime time.Duration // to read a request; 30 s
	Answer   int64         // bytes of an answer that is not streamed; 32 MiB
	Event    int           // bytes of one event of a stream; 1 MiB

	Upstream time.Duration // the longest life of an upstream call; 15 min
	Silence  time.Duration // the longest pause of a stream, its start included; 2 min
	Drain    time.Duration // how long a call goes on without its client; 60 s
	Drains   int           // how many calls may go on so; 256
	Write    time.Duration // for one write to the client; 30 s
	Hold     time.Duration // for a hold to become durable; 2 s
	Settle   time.Duration // for a settlement to become durable, retries included; 15 s
	Spare    time.Duration // added to a hold's life, for clocks and for the settlement; 30 s
}

func (l Limits) withDefaults() Limits {
	or := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	if l.Body <= 0 {
		l.Body = 4 << 20
	}
	if l.Answer <= 0 {
		l.Answer = 32 << 20
	}
	if l.Event <= 0 {
		l.Event = 1 << 20
	}
	if l.Drains <= 0 {
		l.Drains = 256
	}
	or(&l.BodyTime, 30*time.Second)
	or(&l.Upstream, 15*time.Minute)
	or(&l.Silence, 2*time.Minute)
	or(&l.Drain, 60*time.Second)
	or(&l.Write, 30*time.Second)
	or(&l.Hold, 2*time.Second)
	or(&l.Settle, 15*time.Second)
	or(&l.Spare, 30*time.Second)
	return l
}

// Config is what a Gateway is made of. Catalog, Ledger,
// Upstreams and NewID are needed.
type Config struct {
	// Catalog gives the catalogue of this moment; a call keeps to the one that
	// it began with.
	Catalog   func() *catalog.Catalog
	Ledger    Ledger
	Upstreams Upstreams
	// Now is the clock for deadlines and durations; nil: time.Now.
	Now func() time.Time
	// NewID makes the id of a request, which is its hold's id too. It must
	// never repeat.
	NewID func() string
	// Log gets one line for what an operator should look at; nil: none. It
	// never sees a prompt, an answer or a key.
	Log *slog.Logger
	// Observe is called once for every call that got a hold; nil: not. It
	// must be quick and safe for concurrent use.
	Observe func(Outcome)
	// Denied is told of every call that a rate window refused, as Observe is.
	Denied func(ledger.Denial)
	// Tracer makes spans of holds, upstream calls and settlements below those of
	// their requests; nil: there are none.
	Tracer *tracing.Tracer
	Limits Limits
}

// Outcome is how a call that got a hold ended.
type Outcome struct {
	RequestID string
	Route     string // its path
	ModelID   string
	Stream    bool
	// Source is the settlement's ("usage", "estimated", "hold"), "void" if
	// nothing was charged, or "lost" if the books could not be reached and the
	// hold will be assumed.
	Source  string
	Charged ledger.Settled
	// Loss is what the upstream's numbers cost beyond the hold. It is never
	// charged; above zero it says that a bound in the catalogue is too low.
	Loss money.Nano
	// Anomaly: the upstream reported numbers that had to be clamped.
	Anomaly    bool
	ClientLeft bool
	Duration   time.Duration
}

// Gateway carries paid calls. It is safe for concurrent use.
type Gateway struct {
	catalog   func() *catalog.Catalog
	ledger    Ledger
	upstreams Upstreams
	now       func() time.Time
	newID     func() string
	log       *slog.Logger
	observe   func(Outcome)
	denied    func(ledger.Denial)
	tracer    *tracing.Tracer // nil: nothing is traced
	limits    atomic.Pointer[Limits]

	rooms    rooms
	counting chan struct{} // one element for each prompt that is being counted
	drains   chan struct{} // one element for each call that goes on without its client

	mu     sync.Mutex
	closed bool
	halted bool // running calls must end
	active int
	atWork map[apikey.Use]map[*paid]bool // calls at the upstream
	idle   chan struct{}                 // closed when closed and active == 0
}

// New makes a Gateway.
func New(config Config) *Gateway {
	g := &Gateway{
		catalog: config.Catalog, ledger: config.Ledger, upstreams: config.Upstreams, now: config.Now, newID: config.NewID,
		log: config.Log, observe: config.Observe, denied: config.Denied, tracer: config.Tracer,
		idle: make(chan struct{}), atWork: map[apikey.Use]map[*paid]bool{},
	}
	if g.now == nil {
		g.now = time.Now
	}
	if g.log == nil {
		g.log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if g.observe == nil {
		g.observe = func(Outcome) {}
	}
	if g.denied == nil {
		g.denied = func(ledger.Denial) {}
	}
	limits := config.Limits.withDefaults()
	g.limits.Store(&limits)
	g.drains, g.counting = make(chan struct{}, limits.Drains), make(chan struct{}, maxCounting)
	return g
}

// SetLimits changes the limits of calls that begin from now on; a call keeps to
// those that it began with. How many go on without their clients does not
// change.
func (g *Gateway) SetLimits(limits Limits) {
	limits = limits.withDefaults()
	g.limits.Store(&limits)
}

var errShutdown = errors.New("server is shutting down")

// Drain refuses new calls and waits for the running ones. When ctx ends first,
// their upstream calls are cut (and charged as unknown outcomes are), and it
// returns ctx's error as soon as they are settled.
func (g *Gateway) Drain(ctx context.Context) error {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		if g.active == 0 {
			close(g.idle)
		}
	}
	g.mu.Unlock()
	select {
	case <-g.idle:
		return nil
	case <-ctx.Done():
	}
	g.halt()
	limits := g.limits.Load()
	grace := time.NewTimer(limits.Settle + limits.Write)
	defer grace.Stop()
	select {
	case <-g.idle:
	case <-grace.C:
	}
	return ctx.Err()
}

// enter counts a call in, unless the gateway is closed.
func (g *Gateway) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.active++
	return true
}

func (g *Gateway) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.active--; g.closed && g.active == 0 {
		close(g.idle)
	}
}
