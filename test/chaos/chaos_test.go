package chaos_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"stakegate/internal/devworld/echo"
)

const (
	shortKills     = 30
	shortCuts      = 100
	cutTime        = 60 * time.Second // for so many cuts, at most
	callers        = 32
	fewCallers     = 6
	crashEvery     = 3 * time.Second
	stormEvery     = 700 * time.Millisecond
	moodEvery      = 60 * time.Millisecond
	calmTime       = 1500 * time.Millisecond
	modelPace      = 2 * time.Millisecond // for each token
	commitsPerCut  = 15
	creditUSD      = "0.75"
	plentyUSD      = "1000"
	recoveryLimit  = 20 * time.Second
	leastKillPause = 40 * time.Millisecond
	mostKillPause  = 160 * time.Millisecond
)

// moods are the model's, mostly good.
var moods = []echo.Fault{
	echo.FaultNone, echo.FaultNone, echo.FaultNone, echo.FaultNone, echo.FaultNone, echo.FaultNone,
	echo.FaultNoUsage, echo.FaultServerError, echo.FaultRateLimited, echo.FaultStall, echo.FaultDisconnect,
}

// customers gives every wallet keys with and without limits, and one of them
// USD to go on with when its DIEM are spent.
func customers(d *deployment) {
	for _, w := range d.country.wallets {
		d.mint(w, "1.5", "0.03", "0")
	}
}

// F01, F03: replicas are killed at random, the database crashes, answers to
// COMMIT get lost, clients hang up and the model misbehaves, all at once.
func TestKilledReplicasOnPostgreSQL(t *testing.T) {
	d := deploy(t, options{postgres: true, cut: true, pace: modelPace})
	customers(d)
	if _, err := d.stakegate("account", "credit", d.country.wallets[2].address.Hex(), creditUSD); err != nil {
		t.Fatal(err)
	}
	d.proxy.oneIn.Store(commitsPerCut)
	rage(t, "3 replicas on PostgreSQL", d)
}

// F02: one process on SQLite, killed again and again.
func TestKilledProcessOnSQLite(t *testing.T) {
	d := deploy(t, options{pace: modelPace})
	customers(d)
	rage(t, "1 process on SQLite", d)
}

// F05: nothing but the connections to the database breaks, so that nothing may
// be unknown: every call is charged with exactly what it cost, or not at all,
// and no hold is left behind by a COMMIT whose answer was lost.
func TestConnectionsCutAtCommit(t *testing.T) {
	d := deploy(t, options{postgres: true, cut: true, pace: modelPace, noPool: true})
	insideOneEpoch(t, d.country.now)
	customers(d)
	for _, w := range d.country.wallets { // a pool's lock would keep all others from being first
		if _, err := d.stakegate("account", "credit", w.address.Hex(), plentyUSD); err != nil {
			t.Fatal(err)
		}
	}
	l := newLoad(d, fewCallers) // a batch then often has one operation only
	l.impolite = false
	running, stop := context.WithCancel(t.Context())
	defer stop()
	var clients sync.WaitGroup
	clients.Go(func() { l.run(running) })
	wanted := int64(number(t, cutsVariable, shortCuts))
	d.proxy.oneIn.Store(commitsPerCut)
	limit := cutTime + time.Duration(wanted)*cutTime/shortCuts
	within(t, limit, "connections cut", func() (bool, error) { return d.proxy.cuts.Load() >= wanted, nil })
	d.proxy.oneIn.Store(0)
	l.recover(t)
	stop()
	clients.Wait()
	settled := d.settle()
	r := row{name: "COMMIT cut off, 3 replicas", cuts: int(d.proxy.cuts.Load()), audit: l.compare(t)}
	t.Logf("%d of %d commits were cut; nothing was held %s after the last call", r.cuts, d.proxy.commits.Load(), settled)
	if r.audit.unknown != 0 {
		t.Errorf("%s were charged for calls of unknown outcome; want none: nothing died", r.audit.unknown)
	}
	report(r)
}

// rage lets everything break, then calms down, then compares.
func rage(t *testing.T, name string, d *deployment) {
	t.Helper()
	insideOneEpoch(t, d.country.now)
	l := newLoad(d, callers)
	running, stop := context.WithCancel(t.Context())
	defer stop()
	var clients, faults sync.WaitGroup
	clients.Go(func() { l.run(running) })

	raging, calm := context.WithCancel(running)
	faults.Go(func() { every(raging, stormEvery, l.hangUpAll) })
	faults.Go(func() { every(raging, moodEvery, func() { d.model.echo.SetFault(moods[rand.IntN(len(moods))]) }) })
	r := row{name: name}
	if d.options.postgres {
		faults.Go(func() { every(raging, crashEvery, func() { r.crashes += d.crashDatabase(t) }) })
	}
	begun := time.Now()
	r.kills = d.killAtRandom(t, number(t, killsVariable, shortKills))
	took := time.Since(begun)
	calm()
	faults.Wait()
	d.model.echo.SetFault(echo.FaultNone)
	if d.proxy != nil {
		d.proxy.oneIn.Store(0)
		r.cuts = int(d.proxy.cuts.Load())
		if r.cuts == 0 {
			t.Error("no connection was cut at COMMIT")
		}
	}
	l.recover(t)
	stop()
	clients.Wait()
	settled := d.settle()
	r.audit = l.compare(t)
	t.Logf("%d kills in %s; nothing was held %s after the last call", r.kills, took, settled)
	for _, replica := range d.replicas {
		t.Logf("%s: %d starts, the slowest took %s", replica.origin, replica.starts, replica.slowest)
	}
	report(r)
}

// every repeats work until the context ends.
func every(ctx context.Context, interval time.Duration, work func()) {
	for ticker := time.NewTicker(interval); ; {
		select {
		case <-ctx.Done():
			ticker.Stop()
			return
		case <-ticker.C:
			work()
		}
	}
}

// killAtRandom kills a random serving replica every 40 to 160 ms.
func (d *deployment) killAtRandom(t *testing.T, kills int) int {
	t.Helper()
	for killed := 0; killed < kills; {
		pause := leastKillPause + rand.N(mostKillPause-leastKillPause)
		<-time.After(pause)
		within(t, recoveryLimit, "a replica to kill", func() (bool, error) {
			victim := d.replicas[rand.IntN(len(d.replicas))]
			return victim.kill(), nil
		})
		killed++
	}
	return kills
}

// crashDatabase stops PostgreSQL at once and starts it again.
func (d *deployment) crashDatabase(t *testing.T) int {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	server := postgres(t)
	if err := server.Crash(ctx); err != nil {
		t.Error(err)
		return 0
	}
	if err := server.Up(ctx); err != nil {
		t.Error(err)
	}
	return 1
}

// recover: when nothing breaks any more, every replica answers calls again.
func (l *load) recover(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	before := len(l.receipts)
	l.mu.Unlock()
	<-time.After(calmTime)
	within(t, recoveryLimit, "calls that finish at every replica", func() (bool, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		answered := map[string]bool{}
		for _, r := range l.receipts[before:] {
			answered[r.origin] = true
		}
		return len(answered) == len(l.replicas), nil
	})
}

// insideOneEpoch keeps a test that counts a day's money away from the end of
// the UTC day.
func insideOneEpoch(t *testing.T, now func() time.Time) {
	t.Helper()
	at := now().UTC()
	left := at.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(at)
	if left > 3*time.Minute {
		return
	}
	t.Logf("waiting %s for the next UTC day", left)
	select {
	case <-time.After(left):
	case <-t.Context().Done():
	}
}
