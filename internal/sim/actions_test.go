package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
)

// action is something that can happen, as often as its weight says.
type action struct {
	name   string
	weight int
	do     func(*simulation)
}

// actions are what can happen on every store.
var actions = []action{
	{"requests", 44, (*simulation).request},
	{"database fault", 14, (*simulation).breakDatabase},
	{"crash", 5, (*simulation).crashOne},
	{"graceful stop", 2, (*simulation).drainOne},
	{"restart", 10, (*simulation).restart},
	{"stake", 6, (*simulation).changeStake},
	{"credit", 4, (*simulation).changeCredit},
	{"limits", 5, (*simulation).changeLimits},
	{"revoke", 2, (*simulation).revoke},
	{"new key", 2, func(s *simulation) { s.addKey(s.someAccount()) }},
	{"clock step", 3, (*simulation).stepClock},
	{"midnight", 3, (*simulation).midnight},
}

// operations are what else can happen on the product's own store.
var operations = []action{
	{"backup", 5, (*simulation).backup},
	{"restore", 4, (*simulation).restore},
	{"rotate", 3, (*simulation).rotate},
	{"revoke all", 1, (*simulation).revokeAll},
}

func (s *simulation) act() {
	possible, total := actions, 0
	if _, real := s.backing.(*queued); real {
		possible = slices.Concat(actions, operations)
	}
	for _, a := range possible {
		total += a.weight
	}
	n := s.rng.IntN(total)
	for _, a := range possible {
		if n -= a.weight; n < 0 {
			s.say("%s", a.name)
			s.count("action: " + a.name)
			a.do(s)
			return
		}
	}
}

// rest lets time pass between actions, never the same.
func (s *simulation) rest() {
	longest := []time.Duration{2 * time.Millisecond, 100 * time.Millisecond, 2 * time.Second}[s.rng.IntN(3)]
	time.Sleep(time.Duration(1 + s.rng.Int64N(int64(longest))))
}

func (s *simulation) someAccount() *account { return s.accounts[s.rng.IntN(len(s.accounts))] }

// someReplica is one that runs, or nil.
func (s *simulation) someReplica() *replica {
	alive := slices.DeleteFunc(slices.Clone(s.replicas), func(r *replica) bool { return r.door.isDead() })
	if len(alive) == 0 {
		return nil
	}
	return alive[s.rng.IntN(len(alive))]
}

// request makes some requests at about the same time.
func (s *simulation) request() { s.requests(s.someReplica) }

func (s *simulation) requests(of func() *replica) {
	for range 1 + s.rng.IntN(8) {
		r := of()
		if r == nil {
			return
		}
		a := s.someAccount()
		m := fine
		if s.rng.IntN(2) == 0 {
			m = mood(s.rng.IntN(int(moods)))
		}
		var outputCap int64
		if s.rng.IntN(2) == 0 {
			outputCap = 1 + s.rng.Int64N(400)
		}
		var patience time.Duration
		if s.rng.IntN(4) == 0 {
			patience = time.Duration(1 + s.rng.Int64N(int64(2*time.Second)))
		}
		s.send(r, a, a.keys[s.rng.IntN(len(a.keys))], m, outputCap, patience)
		time.Sleep(time.Duration(1 + s.rng.Int64N(int64(500*time.Microsecond))))
	}
}

// send starts a request and returns it.
func (s *simulation) send(r *replica, a *account, k *key, m mood, outputCap int64, patience time.Duration) *call {
	return s.sendSecret(r, a, k, k.hash, m, outputCap, patience)
}

// sendSecret is send with a secret that the key may not have any more.
func (s *simulation) sendSecret(r *replica, a *account, k *key, hash [32]byte, m mood, outputCap int64, patience time.Duration) *call {
	s.calls++
	c := &call{
		sim: s, number: s.calls, name: fmt.Sprintf("call %d (%s)", s.calls, moodNames[m]), rng: s.stream(1_000_000 + uint64(s.calls)),
		account: a, key: k, hash: hash, mood: m, stream: s.rng.IntN(2) == 0, replica: r,
	}
	if s.rng.IntN(4) == 0 {
		c.marked = s.someMark(k)
	}
	if k.gone {
		c.mayNotPass = "its key is not in the restored database"
	}
	if k.revoked {
		c.mayNotPass = "its key was revoked before"
	}
	if hash != k.hash {
		c.mayNotPass = "its secret was replaced before"
	}
	s.say("  %s on replica %d for %s, cap %d, patience %v", c.name, r.index, k.id, outputCap, patience)
	s.sent = append(s.sent, c)
	s.background.Go(func() { c.run(outputCap, patience) })
	return c
}

// someMark is a new idempotency key or one that was sent already.
func (s *simulation) someMark(k *key) mark {
	for _, earlier := range s.marks {
		if earlier.key == k.id && s.rng.IntN(2) == 0 {
			s.count("repeated requests")
			return earlier
		}
	}
	m := mark{k.id, fmt.Sprintf("idempotency-%08d", s.calls), s.steps}
	s.marks = append(s.marks, m)
	return m
}

func (s *simulation) breakDatabase() {
	r := s.someReplica()
	if r == nil {
		return
	}
	f := fault(1 + s.rng.IntN(int(faultKinds)-1))
	if f == faultLate && s.rng.IntN(2) == 0 {
		s.lateCommit(r)
		return
	}
	var faults []fault
	for range s.rng.IntN(3) {
		faults = append(faults, faultNone)
	}
	for range 1 + s.rng.IntN(3) {
		faults = append(faults, f)
	}
	s.say("  replica %d: %s", r.index, faultNames[f])
	s.mu.Lock()
	if f == faultAway {
		r.door.until = time.Now().Add(time.Duration(1 + s.rng.Int64N(int64(10*time.Second))))
	} else {
		r.door.next = append(r.door.next, faults...)
	}
	s.mu.Unlock()
	s.requests(func() *replica { return r })
	time.Sleep(time.Duration(1 + s.rng.Int64N(int64(60*time.Millisecond))))
	s.requests(func() *replica { return r })
}

// lateCommit loses the answer of one account's hold, which keeps its account
// locked for a while, and goes on with calls of the others.
func (s *simulation) lateCommit(r *replica) {
	s.say("  replica %d: one commit is late", r.index)
	s.mu.Lock()
	r.door.next = append(r.door.next, faultLate)
	s.mu.Unlock()
	first := s.rng.IntN(len(s.accounts))
	for i := range 6 {
		a := s.accounts[(first+min(i, 1+i%2))%len(s.accounts)]
		s.send(r, a, a.keys[s.rng.IntN(len(a.keys))], fine, 1, 0)
		time.Sleep(time.Duration(1 + s.rng.Int64N(int64(30*time.Millisecond))))
	}
}

func (s *simulation) crashOne() {
	if r := s.someReplica(); r != nil {
		s.say("  replica %d", r.index)
		s.crash(r)
	}
}

func (s *simulation) drainOne() {
	r := s.someReplica()
	if r == nil {
		return
	}
	s.say("  replica %d", r.index)
	patience := time.Duration(1 + s.rng.Int64N(int64(3*time.Second)))
	s.background.Go(func() { s.drain(r, patience) })
}

// restart starts what does not run.
func (s *simulation) restart() {
	for i, r := range s.replicas {
		if r.door.isDead() {
			r.done.Wait()
			s.start(i, r.life+1, time.Duration(s.rng.Int64N(int64(2*time.Second)))-time.Second)
			s.count("restarts")
		}
	}
}

// changeStake changes what a wallet has staked; a replica's watcher notices.
func (s *simulation) changeStake() {
	a := s.someAccount()
	diem, share := a.diem, a.share
	switch s.rng.IntN(3) {
	case 0:
		diem, share = 0, 0
	case 1:
		diem, share = diem/2, share/2
	default:
		diem, share = diem+money.Nano(s.rng.IntN(2_000_000)), share+money.Nano(s.rng.IntN(500_000))
	}
	s.say("  %s: %d and %d", a.id, diem, share)
	s.setStake(a, diem, share)
	r := s.someReplica()
	if r == nil {
		return
	}
	rng := s.stream(2_000_000 + uint64(s.rng.IntN(1<<30)))
	s.background.Go(func() { _ = s.grant(context.Background(), r, a, rng) }) // a failure is tried again in life
}

func (s *simulation) changeCredit() {
	r, a := s.someReplica(), s.someAccount()
	amount := money.Nano(s.rng.IntN(4_000_000)) - 1_500_000
	if r == nil {
		return
	}
	s.say("  %s: %d", a.id, amount)
	s.mu.Lock()
	a.credited += max(0, amount)
	s.mu.Unlock()
	s.background.Go(func() {
		_ = r.engine.Credit(context.Background(), ledger.Credit{AccountID: a.id, Amount: amount}) // what was spent cannot be taken back
	})
}

func (s *simulation) changeLimits() {
	a := s.someAccount()
	k := a.keys[s.rng.IntN(len(a.keys))]
	limits, period := s.someLimits(), s.somePeriod()
	s.say("  %s by %s", k.id, period)
	k.changed = true
	_, err := s.backing.UpdateKey(context.Background(), a.id, k.id, apikey.Actor{}, func(key *apikey.Key) { key.Limits, key.Period = limits, period })
	if err != nil && !k.revoked && !k.gone {
		s.failed("changing limits: %v", err)
	}
}

func (s *simulation) revoke() {
	a := s.someAccount()
	k := a.keys[s.rng.IntN(len(a.keys))]
	s.say("  %s", k.id)
	if err := s.backing.RevokeKey(context.Background(), a.id, k.id, apikey.Actor{}); err != nil && !k.revoked && !k.gone {
		s.failed("revoking: %v", err)
	}
	if k.gone {
		return
	}
	k.revoked = true
	for _, below := range a.keys {
		if below.parent == k {
			below.revoked = true
		}
	}
}

// stepClock steps the database's clock, as a bad time server does.
func (s *simulation) stepClock() {
	steps := []time.Duration{-25 * time.Hour, -time.Hour, -time.Second, time.Second, time.Minute, 3 * time.Hour, 30 * 24 * time.Hour}
	s.step(steps[s.rng.IntN(len(steps))])
}

func (s *simulation) step(by time.Duration) {
	s.mu.Lock()
	s.ahead += by
	s.steps++
	s.furthest = max(s.furthest, s.ahead)
	s.mu.Unlock()
	s.marks = nil // the step may have been over their time
	s.say("  by %v", by)
}

// midnight takes the database's clock to just before the day's end, and lets
// requests cross it.
func (s *simulation) midnight() {
	now := s.clock()
	left := now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	s.step(left - time.Duration(1+s.rng.Int64N(int64(20*time.Millisecond))))
	s.request()
	s.request()
}

// finish heals everything, lets all deadlines pass, and asks for what must be
// true then: nothing is held, and every replica serves.
func (s *simulation) finish() {
	if !s.broken() {
		s.settleDown()
	}
	for _, r := range s.replicas {
		s.drain(r, time.Second)
	}
	s.background.Wait()
	s.verify()
	if real, ok := s.backing.(*queued); ok {
		if err := real.Close(); err != nil {
			s.failed("closing the store: %v", err)
		}
	}
}

func (s *simulation) settleDown() {
	for _, r := range s.replicas {
		s.mu.Lock()
		r.door.next, r.door.until = nil, time.Time{}
		s.mu.Unlock()
	}
	time.Sleep(limits.Upstream) // graceful stops are over
	s.restart()
	s.step(s.furthest - s.ahead) // deadlines are by the furthest that the clock ever was
	time.Sleep(holdLifetime + 2*tickEvery)
	s.check()
	s.mu.Lock()
	ids := slices.Clone(s.ids)
	s.mu.Unlock()
	p := s.look(ids)
	for id, hold := range p.holds {
		if hold.State == ledger.Reserved {
			s.failed("hold %s is pending after its deadline %v, now is %v", id, hold.Deadline, s.clock())
		}
		s.count("holds that were " + string(hold.State))
		if hold.State == ledger.AssumedFor && charged(hold) < hold.Amount() {
			s.count("assumed holds that were corrected")
		}
	}
	for id, budget := range p.budgets {
		if budget.Pending != 0 {
			s.failed("budget %s has %d pending after all deadlines", id, budget.Pending)
		}
	}
	s.serveAgain()
}

// serveAgain: after all of it a new account is served by every replica.
func (s *simulation) serveAgain() {
	a := &account{id: fmt.Sprintf("0x%040x", 99)}
	s.mu.Lock()
	s.accounts = append(s.accounts, a)
	s.mu.Unlock()
	s.setStake(a, 50_000_000, 0)
	if s.past.frozen == ledger.EpochOf(s.clock()) {
		s.step(24 * time.Hour)
	}
	for _, r := range s.replicas {
		s.addKey(a)
		k := a.keys[len(a.keys)-1]
		_, err := s.backing.UpdateKey(context.Background(), a.id, k.id, apikey.Actor{}, func(key *apikey.Key) { key.Limits = apikey.Limits{} })
		if err != nil {
			s.failed("changing limits: %v", err)
		}
		c := s.send(r, a, k, fine, 10, 0)
		time.Sleep(10 * time.Second)
		s.mu.Lock()
		_, answered := s.acknowledged[c.holdID()]
		s.mu.Unlock()
		if !answered {
			s.failed("replica %d does not serve a good call when everything is healthy again: %v %s", r.index, c.problem, c.body.String())
		}
	}
	s.check()
}
