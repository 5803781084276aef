package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/gateway"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	servers "stakegate/internal/upstream"
)

// limits are the gateway's, shorter than in life so that a seed is soon over.
var limits = gateway.Limits{
	Upstream: 40 * time.Second, Silence: 15 * time.Second, Drain: 10 * time.Second, Drains: 4, Hold: 300 * time.Millisecond, Settle: 6 * time.Second,
}

// holdLifetime is what the gateway makes of the limits: its rule, said anew.
const holdLifetime = 40*time.Second + 10*time.Second + 30*time.Second

// replica is one process: engine, gateway, and its way to the database.
type replica struct {
	sim     *simulation
	index   int
	life    int // how often it was started
	door    *door
	engine  *ledger.Engine
	gateway *gateway.Gateway
	stop    context.CancelFunc
	done    sync.WaitGroup
	skew    time.Duration // of its host's clock
	calls   int
}

// start starts a process, at an instant at which its ticker meets no other's.
func (s *simulation) start(index, life int, skew time.Duration) *replica {
	r := &replica{sim: s, index: index, life: life, skew: skew}
	time.Sleep(s.untilOwnTick(index))
	r.door = &door{sim: s, inner: s.backing, name: uint64(1 + index + 8*life)}
	r.door.crash = func() { s.crash(r) }
	r.engine = ledger.NewEngine(r.door, ledger.EngineConfig{
		Sources: s.sources, SweepEvery: tickEvery, Exclusive: s.alone, Lanes: s.lanes, FrozenEpoch: s.past.frozen,
	})
	r.gateway = gateway.New(gateway.Config{
		Catalog: s.models, Ledger: booksDoor{r}, Limits: limits,
		Upstreams: servers.New(servers.Config{Current: s.models, Transport: upstream{s}, Failures: -1}),
		Now:       func() time.Time { return time.Now().Add(r.skew) },
		NewID: func() string {
			s.mu.Lock()
			defer s.mu.Unlock()
			r.calls++
			id := fmt.Sprintf("hold-%d.%d.%03d", index, life, r.calls)
			s.ids = append(s.ids, id)
			return id
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	r.done.Go(func() { _ = r.engine.Run(ctx) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replicas[index] = r
	return r
}

// models is the catalogue, which never changes.
func (s *simulation) models() *catalog.Catalog { return s.catalog }

// crash ends a process as kill -9 does: nothing that it has not committed
// happens, nobody hears of it again.
func (s *simulation) crash(r *replica) {
	s.mu.Lock()
	dead := r.door.dead
	r.door.dead = true
	s.mu.Unlock()
	if dead {
		return
	}
	s.count("crashes")
	r.stop()
	now, cancel := context.WithCancel(context.Background())
	cancel()
	s.background.Go(func() { _ = r.gateway.Drain(now) }) // its calls' ends, which nobody sees
}

// drain ends a process as SIGTERM does: running calls are finished.
func (s *simulation) drain(r *replica, patience time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = r.gateway.Drain(ctx) // the patience may end
	r.stop()
	r.done.Wait()
	s.mu.Lock()
	r.door.dead = true
	s.mu.Unlock()
	s.count("graceful stops")
}

// booksDoor is the gateway's way to the ledger, as internal/app builds it: the
// first hold of an account in an epoch reads its stake.
type booksDoor struct{ r *replica }

// vanish makes a dead process's call end without any further attempt.
func (b booksDoor) vanish(err error) error {
	if err != nil && b.r.door.isDead() {
		return ledger.ErrHoldUnknown
	}
	return err
}

// Hold implements gateway.Ledger.
func (b booksDoor) Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error) {
	s, c := b.r.sim, callOf(ctx)
	c.jitter()
	if s.mutant == forwardBeforeHold {
		s.background.Go(func() { _, _ = b.r.engine.Hold(context.WithoutCancel(ctx), request) })
		return ledger.Held{ID: request.ID, Amount: request.Max}, nil
	}
	held, err := b.r.engine.Hold(ctx, request)
	if errors.Is(err, ledger.ErrNoGrant) {
		c.jitter()
		if err = s.grant(ctx, b.r, c.account, c.rng); err == nil {
			c.jitter()
			held, err = b.r.engine.Hold(ctx, request)
		}
	}
	if s.mutant == retriesLostHolds && errors.Is(err, ledger.ErrBusy) && !b.r.door.isDead() {
		return ledger.Held{ID: request.ID, Amount: request.Max}, nil
	}
	if err != nil && s.mutant == correct {
		s.expectNothing(b.r, request.ID)
	}
	return held, b.vanish(err)
}

// expectNothing: a hold that its caller was refused is not there, or is given
// back soon, once the database is well again; it does not wait for its
// deadline, to be charged in full.
func (s *simulation) expectNothing(r *replica, id string) {
	s.mu.Lock()
	steps := s.steps
	s.mu.Unlock()
	s.background.Go(func() {
		time.Sleep(4 * tickEvery)
		hold := s.hold(id)
		s.mu.Lock()
		defer s.mu.Unlock()
		waits := hold != nil && (hold.State == ledger.Reserved || hold.State == ledger.AssumedFor && s.steps == steps)
		if waits && !r.door.dead && time.Since(r.door.troubled) > 2*tickEvery {
			s.report("hold %s was refused its caller and is %s", id, hold.State)
		}
	})
}

// Settle implements gateway.Ledger.
func (b booksDoor) Settle(ctx context.Context, settlement ledger.Settlement) (ledger.Settled, error) {
	callOf(ctx).jitter()
	if b.r.sim.mutant == answerBeforeBooks {
		b.r.sim.background.Go(func() { _, _ = b.r.engine.Settle(context.WithoutCancel(ctx), settlement) })
		return ledger.Settled{DIEM: settlement.Cost}, nil
	}
	settled, err := b.r.engine.Settle(ctx, settlement)
	return settled, b.vanish(err)
}

// Void implements gateway.Ledger.
func (b booksDoor) Void(ctx context.Context, holdID string) error {
	callOf(ctx).jitter()
	return b.vanish(b.r.engine.Void(ctx, holdID))
}

// grant reads an account's stake, which takes time, and writes what it allows.
func (s *simulation) grant(ctx context.Context, r *replica, account *account, rng *rand.Rand) error {
	s.mu.Lock()
	now := s.databaseNow().Add(r.skew)
	grant := ledger.Grant{AccountID: account.id, Epoch: ledger.EpochOf(now), Sources: []ledger.SourceGrant{
		{Source: allSources[0].Name, Cap: account.diem}, {Source: allSources[1].Name, Cap: account.share, PoolCap: s.pool},
	}[:len(s.sources)]}
	s.mu.Unlock()
	time.Sleep(time.Duration(1 + rng.Int64N(int64(time.Millisecond))))
	return r.engine.Grant(ctx, grant)
}

// call is one request of a client.
type call struct {
	sim     *simulation
	name    string
	number  int
	rng     *rand.Rand // of the call's goroutine alone
	account *account
	key     *key
	mood    mood
	stream  bool
	replica *replica
	marked  mark
	hash    [32]byte // of the secret that is sent
	// mayNotPass says why the call must not be forwarded, "" if it may.
	mayNotPass string

	verdict    string // how it ended, and when
	problem    *gateway.Error
	header     http.Header
	body       bytes.Buffer
	left       func() bool
	prompt     int64
	completion int64
}

// mark is an idempotency key of one API key, made after so many clock steps.
type mark struct {
	key, name string
	steps     int
}

type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

func (c *call) holdID() string { return c.header.Get("X-Request-Id") }

// some is a time up to the longest, and of no two calls the same.
func (c *call) some(longest time.Duration) time.Duration {
	return time.Duration(1000*(1+c.rng.Int64N(int64(longest)/1000)) + int64(c.number%1000))
}

// jitter keeps two calls that wake at one instant apart.
func (c *call) jitter() { time.Sleep(c.some(20 * time.Microsecond)) }

// run makes the request; a client with patience leaves when it is over.
func (c *call) run(outputCap int64, patience time.Duration) {
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), callKey{}, c))
	defer cancel()
	if patience > 0 {
		timer := time.AfterFunc(patience, cancel)
		defer timer.Stop()
	}
	c.left = func() bool { return ctx.Err() != nil }
	c.header = http.Header{}
	content := c.name
	if c.marked.name != "" {
		content = c.marked.name // the same words whenever it is sent
		c.stream = false
	}
	body := fmt.Sprintf(`{"model":"small","stream":%v,"messages":[{"role":"user","content":%q}]`, c.stream, content)
	if outputCap > 0 && c.marked.name == "" {
		body += fmt.Sprintf(`,"max_tokens":%d`, outputCap)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/chat/completions", strings.NewReader(body+"}"))
	if err != nil {
		c.sim.failed("request %s: %v", c.name, err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	if c.marked.name != "" {
		r.Header.Set(gateway.IdempotencyHeader, c.marked.name)
	}
	problem := c.replica.gateway.Routes()[0].Serve(c, r, gateway.Caller{KeyHash: c.hash}) // the chat
	c.verdict = fmt.Sprintf("%12v %s: %s, charge %s, %d bytes", time.Since(c.sim.began), c.name, code(problem), c.header.Get("X-Stakegate-Charge"), c.body.Len())
	if c.problem = problem; problem != nil {
		c.sim.count("answers " + problem.Code)
	}
	if problem != nil && (problem.Status == 400 && c.mood != refuses || problem.Status == 500) {
		c.sim.failed("%s is answered %d %s: %v", c.name, problem.Status, problem.Code, problem)
	}
}

// code is an answer's code.
func code(problem *gateway.Error) string {
	if problem == nil {
		return "answered"
	}
	return problem.Code
}

// Header, Write and the rest make a call its own client.
func (c *call) Header() http.Header              { return c.header }
func (c *call) WriteHeader(int)                  {}
func (c *call) FlushError() error                { return nil }
func (c *call) SetWriteDeadline(time.Time) error { return nil }
func (c *call) SetReadDeadline(time.Time) error  { return nil }

// Write is what the client sees. At the answer's end its charge must be in the
// books already (I7).
func (c *call) Write(p []byte) (int, error) {
	if c.left() || c.replica.door.isDead() {
		return 0, errReset
	}
	c.body.Write(p)
	if c.stream {
		if bytes.HasSuffix(c.body.Bytes(), []byte("data: [DONE]\n\n")) {
			c.acknowledge()
		}
	} else if json.Valid(c.body.Bytes()) {
		c.acknowledge()
	}
	return len(p), nil
}

func (c *call) acknowledge() {
	s := c.sim
	amount, err := money.Parse(c.header.Get("X-Stakegate-Charge"))
	hold := s.hold(c.holdID())
	if err != nil || hold == nil || hold.State == ledger.Reserved || charged(hold) != amount {
		s.failed("I7: %s sees its end with a charge of %q, the books have %+v", c.name, c.header.Get("X-Stakegate-Charge"), hold)
		return
	}
	s.mu.Lock()
	s.acknowledged[c.holdID()] = amount
	s.mu.Unlock()
	s.count("acknowledged calls")
}
