package bench_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// scenario is one way of calling a server.
type scenario struct {
	name  string
	title string
	job   func(s *server) (j job, ok bool)
	awake bool // the cores do not sleep between requests, if that is allowed
}

const (
	connections    = 32
	streamCallers  = 64
	chunksOfStream = 64
	paceOfStream   = 5 * time.Millisecond
	answerCap      = 256 // output tokens that requests ask for
	longPrompt     = 100_000
)

func scenarios() []scenario {
	plain := func(size, callers int) func(s *server) (job, bool) {
		return func(s *server) (job, bool) {
			return job{Requests: [][]byte{s.request(s.headers, chat(false, answerCap, size))}, Connections: callers, Status: "200"}, true
		}
	}
	rate := func(s *server) (job, bool) {
		j, _ := plain(100, 8)(s)
		j.Rate = 50
		return j, true
	}
	return []scenario{
		{name: "plain", title: fmt.Sprintf("plain answers at saturation, %d connections", connections), job: plain(100, connections)},
		{name: "rate", title: "50 requests a second", job: rate, awake: true},
		{name: "asleep", title: "50 requests a second, cores asleep in between", job: func(s *server) (job, bool) {
			j, _ := rate(s)
			return j, contains([]string{"proxy", "memory", "sqlite"}, s.name)
		}},
		{name: "stream", title: fmt.Sprintf("streams of %d chunks, one every %s, %d at once", chunksOfStream, paceOfStream, streamCallers), job: func(s *server) (job, bool) {
			// Portkey 1.15.2 answers every stream with a 500 on Node 20.
			return job{Requests: [][]byte{s.request(s.headers, chat(true, answerCap, 100))}, Connections: streamCallers, Status: "200"}, s.name != "portkey"
		}},
		{name: "long", title: "100 KB bodies at saturation", job: plain(longPrompt, connections)},
		{name: "refusal", title: "refusals (402) at saturation", job: func(s *server) (job, bool) {
			if s.refused == "" {
				j, _ := plain(100, connections)(s)
				return j, s.name == "proxy" // answers, to compare with
			}
			return job{Requests: [][]byte{s.request(s.refused, chat(false, answerCap, 100))}, Connections: connections, Status: "402"}, true
		}},
	}
}

// plan is what to measure.
type plan struct {
	rounds    int
	window    time.Duration
	count     int      // of requests, instead of a window
	scenarios []string // all if empty
	servers   []string
}

func listed(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func contains(list []string, name string) bool { return slices.Contains(list, name) }

func (p plan) has(name string) bool { return len(p.scenarios) == 0 || contains(p.scenarios, name) }

// results are the samples of a scenario by server, one for each round.
type results struct {
	servers   []*server
	scenarios []scenario
	samples   map[string]map[string][]outcome
	overshoot map[string]overshot
	disturbed int
	total     int
}

// most of the server's core that others may have in a sample; a sample with
// more is taken again, a few times.
const (
	mostOthers = 0.2
	retakes    = 2
)

// table measures everything in a plan.
func table(t *testing.T, p plan) *results {
	model := startMock(t, mockSettings{Chunks: chunksOfStream, Pace: paceOfStream})
	r := &results{samples: map[string]map[string][]outcome{}, overshoot: map[string]overshot{}}
	r.servers = installed(t, model, p.servers)
	for _, s := range scenarios() {
		if !p.has(s.name) {
			continue
		}
		r.scenario(t, p, s)
	}
	if p.has("overshoot") {
		for _, s := range r.servers {
			if s.gate != nil {
				r.overshoot[s.name] = overshoot(t, s)
			}
		}
	}
	return r
}

// scenario measures one scenario with every server.
func (r *results) scenario(t *testing.T, p plan, s scenario) {
	t.Helper()
	if s.awake {
		sleepAgain, err := keepAwake()
		if err != nil {
			s.title += fmt.Sprintf(" (cores sleep in between: %v)", err)
		} else {
			s.title += ", cores kept awake"
		}
		defer sleepAgain()
	}
	r.scenarios = append(r.scenarios, s)
	r.samples[s.name] = map[string][]outcome{}
	for round := range p.rounds {
		progress("%s: round %d of %d", s.title, round+1, p.rounds)
		for _, i := range rand.Perm(len(r.servers)) {
			r.sample(t, p, s, r.servers[i])
		}
	}
}

func (r *results) sample(t *testing.T, p plan, s scenario, through *server) {
	t.Helper()
	j, ok := s.job(through)
	if !ok {
		return
	}
	j.Address, j.Core, j.Window, j.Warm = through.address, through.core, p.window, p.window/5
	if j.Count = p.count; j.Rate > 0 {
		j.Window *= 2
	}
	if through.process != nil {
		j.Process = through.process.pids()
	}
	var best outcome
	for try := range retakes + 1 {
		o := perform(t, j)
		if o.Requests == 0 || o.Failed > o.Requests/100 {
			t.Errorf("%s through %s: %d answers, %d failures, first: %s", s.title, through.name, o.Requests, o.Failed, o.Problem)
			return
		}
		if try == 0 || o.Others < best.Others {
			best = o
		}
		if best.Others <= mostOthers {
			break
		}
	}
	r.total++
	if best.Others > mostOthers {
		r.disturbed++
	}
	r.samples[s.name][through.name] = append(r.samples[s.name][through.name], best)
}

// overshot is what came of a budget worth ten requests.
type overshot struct {
	served, refused int
	beyond          int // requests served beyond what the budget pays for
}

// overshoot lets 64 callers at once loose on a budget that is worth ten
// requests, until all of it is spent or held.
func overshoot(t *testing.T, s *server) overshot {
	t.Helper()
	const worth, callers, calls = 10, 64, 640
	cost := promptTokens*inputPrice + answerTokens*outputPrice // nanos
	key := s.gate.key(fmt.Sprintf("0.%09d", worth*cost))
	j := job{
		Address: s.address, Requests: [][]byte{s.request(authorization(key), chat(false, answerTokens, 100))},
		Connections: callers, Count: calls, Core: -1,
	}
	o := perform(t, j)
	if o.Failed > 0 {
		t.Fatalf("%d calls got no answer: %s", o.Failed, o.Problem)
	}
	result := overshot{served: o.Statuses["200"], refused: o.Requests - o.Statuses["200"]}
	result.beyond = max(0, result.served-worth)
	if result.served == 0 || result.beyond > 0 {
		t.Errorf("%s: a budget worth %d requests served %d (%v)", s.name, worth, result.served, o.Statuses)
	}
	return result
}
