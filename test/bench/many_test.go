package bench_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/apikey"
	"stakegate/internal/app/apptest"
	"stakegate/internal/money"
)

// trial runs every part once, with a few requests, so that none of it rots. It
// looks at no clock.
func trial(t *testing.T) {
	r := table(t, plan{rounds: 1, count: 8, servers: []string{"direct", "nginx", "memory", "sqlite"}})
	r.print(io.Discard)
	for _, s := range r.scenarios {
		if len(r.samples[s.name]["sqlite"]) != 1 {
			t.Errorf("%s has no sample", s.title)
		}
	}
	if r.overshoot["sqlite"].served == 0 {
		t.Error("overshoot was not tried")
	}
	streams(t, 10, 8, time.Millisecond)
	keys(t, 2000, 1, 50)
	mints(t, 1, 8, 8)
}

// streams lets many callers listen for long: what does it take, how late is an
// event, is every one of them charged what it cost?
func streams(t *testing.T, callers, chunks int, pace time.Duration) {
	model := startMock(t, mockSettings{Chunks: chunks, Pace: pace})
	s := newGate(t, model, "").server("sqlite", serverCore)
	before := s.gate.balance()
	lasts := time.Duration(chunks) * pace
	progress("%d streams of %s, straight and through stakegate at once", callers, lasts)
	j := func(s *server) job {
		return job{
			Address: s.address, Requests: [][]byte{s.request(s.headers, chat(true, chunks, 100))}, Status: "200",
			Connections: callers, Count: callers, Rate: float64(callers), Core: -1,
		}
	}
	plain := perform(t, j(direct(model)))
	through := j(s)
	through.Process = s.process.pids()
	o := perform(t, through)
	if o.Failed > 0 || o.Requests != callers {
		t.Errorf("%d of %d streams came to their end; the first failure: %s", o.Requests, callers, o.Problem)
	}
	spent := before - s.gate.balance()
	cost := money.Nano(promptTokens*inputPrice + chunks*outputPrice)
	looking := money.Nano(promptTokens*inputPrice + answerTokens*outputPrice)
	if want := cost*money.Nano(callers) + looking; spent != want {
		t.Errorf("the streams cost %s and %s was charged", want, spent)
	}
	fmt.Printf("\n%d streams of %d chunks, one every %s\n", callers, chunks, pace)
	for _, line := range []struct {
		name string
		o    outcome
	}{{"direct", plain}, {"stakegate", o}} {
		fmt.Printf("%-10s event late by p50 %.2f ms, p99 %.2f ms, at most %.2f ms; first event p99 %.1f ms; stream lasts p50 %.3f s, p99 %.3f s\n",
			line.name, millis(line.o.Lag.P50), millis(line.o.Lag.P99), millis(line.o.Lag.Max), millis(line.o.FirstByte.P99),
			line.o.Lasted.P50.Seconds(), line.o.Lasted.P99.Seconds())
	}
	fmt.Printf("RSS %.0f MiB (must: < 300), late by p99 %.2f ms more than direct (must: <= 50), CPU %.1f us an event, charged %s DIEM, exactly\n",
		resident(o), millis(o.Lag.P99-plain.Lag.P99), micros(o.CPU)/float64(callers*chunks), cost*money.Nano(callers))
}

// spenders are how many keys call in the comparison of many keys with few.
const spenders = 1000

// keys compares a server with many keys to one with the spenders' alone.
func keys(t *testing.T, many, turns, count int) {
	model := startMock(t, mockSettings{Chunks: chunksOfStream, Pace: paceOfStream})
	few, _ := withKeys(t, model, "few", spenders)
	lot, startup := withKeys(t, model, "many", many)
	both := []*server{few, lot}
	r := &results{samples: map[string]map[string][]outcome{"keys": {}}}
	for round := range turns {
		progress("round %d of %d", round+1, turns)
		for _, i := range rand.Perm(2) {
			s := both[i]
			j := job{
				Address: s.address, Connections: connections, Status: "200", Core: serverCore, Process: s.process.pids(),
				Count: count, Warm: *window / 5, Window: *window,
			}
			for _, headers := range strings.SplitAfter(strings.TrimSuffix(s.headers, "\n"), "\n") {
				j.Requests = append(j.Requests, s.request(strings.TrimSuffix(headers, "\n")+"\n", chat(false, answerCap, 100)))
			}
			o := perform(t, j)
			if o.Failed > 0 {
				t.Errorf("%s: %d calls failed, first: %s", s.name, o.Failed, o.Problem)
			}
			r.samples["keys"][s.name] = append(r.samples["keys"][s.name], o)
		}
	}
	fmt.Printf("\n%d keys beside %d, %d of them calling\n", many, spenders, spenders)
	fmt.Printf("start %.2f s (must: < 3), RSS %.0f MiB (must: <= 400; with %d keys %.0f), CPU of a request %.1f us, %.2f of that with %d keys (must: <= 1.10), requests/s %.2f\n",
		startup.Seconds(), r.of("keys", "many", resident), spenders, r.of("keys", "few", resident),
		r.of("keys", "many", cpuEach), r.against("keys", "many", "few", cpuEach, ratio), spenders, r.against("keys", "many", "few", perSecond, ratio))
}

const keysOfAccount = 4

// withKeys runs a stakegate with so many keys, of which the first thousand are
// the spenders'. startup is from the program's start until it is ready.
func withKeys(t *testing.T, model, name string, many int) (s *server, startup time.Duration) {
	t.Helper()
	g := newGate(t, model, "")
	g.run(fmt.Sprint(serverCore)) // makes the database and the root key
	if err := g.process.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-g.process.ended
	progress("writing %d keys", many)
	s = &server{name: name, address: g.address, path: "/api/v1/chat/completions", core: serverCore, headers: g.writeKeys(many)}
	began := time.Now()
	g.run(fmt.Sprint(serverCore))
	startup = time.Since(began)
	s.process = g.process
	return s, startup
}

// writeKeys puts keys straight into the database and returns the spenders'
// headers.
func (g *gate) writeKeys(many int) string {
	g.t.Helper()
	ctx := context.WithoutCancel(g.t.Context())
	text, err := os.ReadFile(filepath.Join(g.dir, "root.key"))
	if err != nil {
		g.t.Fatal(err)
	}
	root, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		g.t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(g.dir, "stakegate.db")+"?_pragma=synchronous(off)")
	if err != nil {
		g.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	now := time.Now().UnixMilli()
	run := func(query string, args ...any) {
		if _, err := db.ExecContext(ctx, query, args...); err != nil {
			g.t.Fatal(err)
		}
	}
	run("BEGIN")
	run(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)
		INSERT INTO accounts (id, created_ms, last_seq) SELECT printf('0x%040x', i), $2, 0 FROM n`, (many+keysOfAccount-1)/keysOfAccount, now)
	run(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)
		INSERT INTO api_keys (id, account_id, hash, last6, key_type, description, limit_period, privacy, created_ms)
		SELECT printf('key-%d', i), printf('0x%040x', i / $2), randomblob(32), 'abcdef', 'INFERENCE', '', 'EPOCH', 'ALL', $3 FROM n`, many, keysOfAccount, now)
	hasher := apikey.NewHasher(root)
	var headers strings.Builder
	for i := range spenders {
		secret, err := apikey.New(apikey.Inference)
		if err != nil {
			g.t.Fatal(err)
		}
		hash := hasher.Hash(secret)
		run("UPDATE api_keys SET hash = $1 WHERE id = $2", hash[:], fmt.Sprintf("key-%d", i))
		headers.WriteString(authorization(secret.Reveal()))
		if i%keysOfAccount == 0 {
			g.chain.StakeDIEM(common.HexToAddress(fmt.Sprintf("0x%040x", i/keysOfAccount)), apptest.Tokens(1000))
		}
	}
	run("COMMIT")
	return headers.String()
}
