package sim

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/catalog"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
)

// allSources are those of some seeds; others have no pool, whose row would be a
// lock that all accounts share.
var allSources = []ledger.Source{{Name: "venice-diem"}, {Name: "pool", Pooled: true}}

// A token costs 1,000 nanos, one of output 2,000: a call is held for about
// half a million, and accounts have room for a few.
const catalogText = `
upstreams: [{name: main, kind: openai, url: "http://127.0.0.1:9/v1"}]
models:
  - {id: small, name: Small, type: text, upstream: main, context: 100000, max_output: 1000, default_output: 200, price: {input: "1", output: "2"}, privacy: private, traits: [default], tier: S}
tiers:
  S: {requests_per_minute: 16, tokens_per_minute: 60000}
`

// account is a wallet and what its stake gives.
type account struct {
	id          string
	diem, share money.Nano
	highest     [2]money.Nano
	credited    money.Nano // at most
	keys        []*key
}

type key struct {
	id      string
	hash    [32]byte
	parent  *key          // nil unless it is a sub-key
	revoked bool          // or the one above it
	gone    bool          // in a restore
	limits  apikey.Limits // when it was made
	changed bool          // or they may be
}

// simulation is one seed's world. Its driver does one thing at a time, at
// instants that differ by nanoseconds, so that a seed runs the same each time.
type simulation struct {
	seed    uint64
	mutant  mutant
	alone   bool // one process with the database for itself
	lanes   int  // of an engine
	sources []ledger.Source
	rng     *rand.Rand
	catalog *catalog.Catalog
	model   *catalog.Model
	backing backing

	began      time.Time
	background sync.WaitGroup
	calls      int
	rotations  int
	sent       []*call
	marks      []mark // idempotency keys since the last clock step
	past       past

	mu            sync.Mutex
	ahead         time.Duration // of the database's clock
	steps         int           // of it
	furthest      time.Duration
	accounts      []*account
	pool          money.Nano
	replicas      []*replica
	ids           []string // of all holds that were asked for
	tally         map[string]money.Nano
	billed        map[mark]int // how often under an idempotency key
	upstreamCalls int
	acknowledged  map[string]money.Nano
	counts        map[string]int
	problems      []string
	trace         []string
}

func (s *simulation) stream(n uint64) *rand.Rand { return rand.New(rand.NewPCG(s.seed, n)) }

// failed notes what broke an invariant.
func (s *simulation) failed(format string, arguments ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report(format, arguments...)
}

// report is failed with s.mu held.
func (s *simulation) report(format string, arguments ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, arguments...))
}

func (s *simulation) broken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.problems) > 0
}

func (s *simulation) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what]++
}

func (s *simulation) say(format string, arguments ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace = append(s.trace, fmt.Sprintf("%12v ", time.Since(s.began))+fmt.Sprintf(format, arguments...))
}

// databaseNow is the database's clock; s.mu is held.
func (s *simulation) databaseNow() time.Time { return time.Now().Add(s.ahead) }

func (s *simulation) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.databaseNow()
}

// untilOwnTick is how long it is until the next instant at which a replica of
// this number may start, so that its ticks come at instants of its own.
func (s *simulation) untilOwnTick(index int) time.Duration {
	own := time.Duration(index) * grid
	return (own - time.Since(s.began)%tickEvery + tickEvery) % tickEvery
}

// result is what a seed came to.
type result struct {
	seed     uint64
	problems []string
	trace    []string
	counts   map[string]int
	hash     uint64 // of everything that happened
}

// simulate runs a seed in a bubble of fake time.
func simulate(t *testing.T, seed uint64, m mutant, onSQLite bool) (r result) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(t, seed, m, onSQLite)
		s.populate()
		for step := 0; step < steps && !s.broken(); step++ {
			s.act()
			s.rest()
			s.check()
			if step%10 == 9 {
				s.verify()
			}
		}
		s.finish()
		r = s.result()
	})
	return r
}

const steps = 60

func newSimulation(t *testing.T, seed uint64, m mutant, onSQLite bool) *simulation {
	s := &simulation{
		seed: seed, mutant: m, began: time.Now(), alone: onSQLite && seed%2 == 0 || seed%8 == 7,
		tally: map[string]money.Nano{}, acknowledged: map[string]money.Nano{}, counts: map[string]int{},
		billed: map[mark]int{}, past: newPast(), lanes: 1, sources: allSources[:1+min(1, seed%3)],
	}
	if seed%8 == 5 {
		s.lanes = 2
	}
	s.rng = s.stream(0)
	s.ahead = time.Duration(s.rng.Int64N(int64(400 * 24 * time.Hour)))
	if s.rng.IntN(2) == 0 { // shortly before midnight
		s.ahead += 24*time.Hour - s.databaseNow().Sub(s.databaseNow().Truncate(24*time.Hour)) - time.Duration(s.rng.Int64N(int64(time.Minute)))
	}
	s.furthest = s.ahead
	var err error
	if s.catalog, err = catalog.Parse([]byte(catalogText)); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.catalog.Resolve(catalog.Text, "small", s.databaseNow())
	if err != nil {
		t.Fatal(err)
	}
	s.model = resolved.Model
	if !onSQLite {
		s.backing = newMemory(s.clock, s.failed, m)
		return s
	}
	path := filepath.Join(t.TempDir(), "sim.db")
	real, err := store.Open(context.Background(), "sqlite:"+path, s.clock)
	if err != nil {
		t.Fatal(err)
	}
	s.backing = newQueued(real, path)
	s.past.generations[real.Generation()] = true
	return s
}

// populate makes accounts, keys and replicas.
func (s *simulation) populate() {
	s.pool = money.Nano(500_000 + s.rng.IntN(4_000_000))
	for i := range 3 {
		a := &account{id: fmt.Sprintf("0x%040x", i+1)}
		s.accounts = append(s.accounts, a)
		s.setStake(a, money.Nano(s.rng.IntN(3_000_000)), money.Nano(s.rng.IntN(1_500_000)))
		s.addKey(a)
		s.addKey(a)
		s.addSubKey(a, a.keys[i%2])
	}
	n := 3
	if s.alone {
		n = 1
	}
	s.replicas = make([]*replica, n)
	for i := range s.replicas {
		s.start(i, 0, 0)
	}
}

func (s *simulation) setStake(a *account, diem, share money.Nano) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.diem, a.share = diem, share
	a.highest = [2]money.Nano{max(a.highest[0], diem), max(a.highest[1], share)}
}

func (s *simulation) addKey(a *account) {
	k := &key{id: fmt.Sprintf("key-%s-%d", a.id[38:], len(a.keys))}
	copy(k.hash[:], k.id)
	spec := apikey.Spec{Type: apikey.Inference, Description: k.id, Period: apikey.Epoch, Privacy: apikey.PrivacyAll}
	if s.rng.IntN(2) == 0 {
		spec.Limits = s.someLimits()
		spec.Period = s.somePeriod()
	}
	err := s.backing.InsertKey(context.Background(), issuer.Insertion{
		Key:  apikey.Key{ID: k.id, AccountID: a.id, Last6: "abcdef", CreatedAt: s.clock(), Spec: spec},
		Hash: k.hash, MaxActive: 500, MaxPerMinute: 500,
	})
	if err != nil {
		s.failed("making a key: %v", err)
	}
	k.limits = spec.Limits
	a.keys = append(a.keys, k)
}

// addSubKey makes a key below another one, with limits at most later on.
func (s *simulation) addSubKey(a *account, parent *key) {
	k := &key{id: fmt.Sprintf("key-%s-%d", a.id[38:], len(a.keys)), parent: parent}
	copy(k.hash[:], k.id)
	spec := apikey.Spec{Type: apikey.Inference, Description: k.id, Period: apikey.Epoch, Privacy: apikey.PrivacyAll}
	err := s.backing.InsertKey(context.Background(), issuer.Insertion{
		Key:  apikey.Key{ID: k.id, AccountID: a.id, Last6: "abcdef", CreatedAt: s.clock(), Spec: spec},
		Hash: k.hash, MaxActive: 500, MaxPerMinute: 500, ParentID: parent.id, MaxDepth: 1,
	})
	if err != nil {
		s.failed("making a sub-key: %v", err)
	}
	a.keys = append(a.keys, k)
}

func (s *simulation) somePeriod() apikey.Period {
	return periods[s.rng.IntN(len(periods))]
}

var periods = []apikey.Period{apikey.Epoch, apikey.Month, apikey.Lifetime}

// someLimits are limits of a key: often none, sometimes zero.
func (s *simulation) someLimits() (limits apikey.Limits) {
	some := func() *apikey.Limit {
		switch s.rng.IntN(4) {
		case 0:
			return nil
		case 1:
			return &apikey.Limit{Text: "0"}
		}
		amount := money.Nano(s.rng.IntN(3_000_000))
		return &apikey.Limit{Cap: amount, Text: amount.String()}
	}
	limits.DIEM, limits.USD = some(), some()
	return limits
}

func (s *simulation) result() result {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := result{seed: s.seed, problems: s.problems, trace: s.trace, counts: s.counts}
	sum := fnv.New64a()
	if m, ok := s.backing.(*memory); ok {
		r.trace = append(r.trace, m.log...)
	}
	for _, c := range s.sent { // in their order: some end at one instant
		r.trace = append(r.trace, c.verdict)
	}
	for _, line := range r.trace {
		_, _ = sum.Write([]byte(line)) // never fails
	}
	r.hash = sum.Sum64()
	return r
}
