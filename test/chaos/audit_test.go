package chaos_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"stakegate/internal/money"
)

// audit is what comparing the clients, the model and the books found.
type audit struct {
	calls, acknowledged int
	// overshoot is what was charged or truly used beyond a limit; lost is what
	// clients saw finished and the books do not say so; stuck is what no hold
	// gives free. All must be 0.
	overshoot, lost, stuck money.Nano
	// unknown is what was charged beyond what the model billed.
	unknown money.Nano
}

// booked is a hold as the books have it.
type booked struct {
	account, key, state, source string
	diem, usd                   money.Nano
}

// settle waits until no hold is pending, which must be soon after the last call,
// and until the tables say so to others, too: on SQLite they follow a second later.
func (d *deployment) settle() time.Duration {
	d.t.Helper()
	pending := "SELECT COUNT(*) FROM holds"
	if !d.options.postgres {
		pending = "SELECT (SELECT COUNT(*) FROM holds) + (SELECT COUNT(*) FROM backlog)"
	}
	return within(d.t, settleLimit, "no pending hold", func() (bool, error) {
		var reserved int
		err := d.books.QueryRowContext(d.t.Context(), pending).Scan(&reserved)
		return reserved == 0, err
	})
}

// holds reads what became of all holds; none of them runs.
func (d *deployment) holds() map[string]booked {
	d.t.Helper()
	rows, err := d.books.QueryContext(context.WithoutCancel(d.t.Context()),
		"SELECT hold_id, account_id, key_id, state, detail, charged_diem, charged_usd FROM calls")
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	holds := map[string]booked{}
	for rows.Next() {
		var id string
		var b booked
		var detail string
		if err := rows.Scan(&id, &b.account, &b.key, &b.state, &detail, &b.diem, &b.usd); err != nil {
			d.t.Fatal(err)
		}
		b.source = strings.Split(detail, " ")[2] // after model and type
		holds[id] = b
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return holds
}

// compare stops the replicas and compares everything.
func (l *load) compare(t *testing.T) audit {
	t.Helper()
	a := audit{calls: int(l.next.Load()), acknowledged: len(l.receipts)}
	l.budgets(t, &a)
	for _, replica := range l.replicas {
		replica.stop(t)
	}
	l.verify(t)
	holds := l.holds()
	a.lost = l.checkReceipts(t, holds)
	l.checkModel(t, holds, &a)
	for _, odd := range l.odd {
		t.Errorf("a call was answered with %s", odd)
	}
	t.Logf("answers by status: %v", l.statuses)
	return a
}

// verify lets the product recompute its own books.
func (d *deployment) verify(t *testing.T) {
	t.Helper()
	output, err := d.stakegate("ledger", "verify", "--json")
	if err != nil {
		t.Error(err)
		return
	}
	var books struct {
		Holds, Reserved int64
		Problems        []string
	}
	if err := json.Unmarshal(output, &books); err != nil || len(books.Problems) > 0 || books.Reserved > 0 || books.Holds == 0 {
		t.Errorf("ledger verify: %v %s", err, output)
	}
}

// budgets: in none of them may charged and held be more than the cap.
func (l *load) budgets(t *testing.T, a *audit) {
	t.Helper()
	l.settle()
	rows, err := l.books.QueryContext(t.Context(), "SELECT id, cap, posted, pending FROM budgets WHERE expires_ms IS NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var limit, posted, pending money.Nano
		if err := rows.Scan(&id, &limit, &posted, &pending); err != nil {
			t.Fatal(err)
		}
		if over := posted + pending - limit; over > 0 {
			a.overshoot += over
			t.Errorf("budget %s is overshot: %s charged and %s held of %s", id, posted, pending, limit)
		}
		if pending > 0 && strings.HasPrefix(id, "a/") {
			a.stuck += pending
			t.Errorf("budget %s still has %s held", id, pending)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// checkReceipts: what a client saw finished is in the books, with its cost.
func (l *load) checkReceipts(t *testing.T, holds map[string]booked) (lost money.Nano) {
	t.Helper()
	for _, r := range l.receipts {
		hold, found := holds[r.requestID]
		if !found || hold.state != "settled" || hold.diem != r.diem || hold.usd != r.usd || hold.key != r.spender.id {
			lost += max(r.diem+r.usd-hold.diem-hold.usd, hold.diem+hold.usd-r.diem-r.usd)
			t.Errorf("call %s at %s was seen to cost %s DIEM and %s USD; the books say %+v", r.requestID, r.origin, r.diem, r.usd, hold)
		}
		if cost := l.model.billed[r.marker]; hold.source == "usage" && cost != r.diem+r.usd || cost > r.diem+r.usd {
			t.Errorf("call %s cost %s and was charged %s by %s", r.requestID, cost, r.diem+r.usd, hold.source)
		}
	}
	return lost
}

// sums are amounts by the key that spent.
type sums struct {
	cost, charged, diem money.Nano
	billed, holds       int
}

// checkModel: what the model billed is charged to the key that used it, and
// nothing was sent that had no hold, or twice.
func (l *load) checkModel(t *testing.T, holds map[string]booked, a *audit) {
	t.Helper()
	l.model.mu.Lock()
	defer l.model.mu.Unlock()
	byKey := map[string]*sums{}
	for _, s := range l.spenders {
		byKey[s.id] = &sums{}
	}
	for marker, cost := range l.model.billed {
		sum := byKey[l.spenders[spenderOf(marker)].id]
		sum.cost += cost
		sum.billed++
	}
	for _, hold := range holds {
		sum := byKey[hold.key]
		sum.charged += hold.diem + hold.usd
		sum.diem += hold.diem
		sum.holds++
	}
	for _, s := range l.spenders {
		l.checkKey(t, s, byKey[s.id], a)
	}
	if len(l.model.twice) > 0 || l.model.unmarked.Load() > 0 {
		t.Errorf("calls sent upstream twice: %v; without a marker: %d", l.model.twice, l.model.unmarked.Load())
	}
}

func (l *load) checkKey(t *testing.T, s *spender, sum *sums, a *audit) {
	t.Helper()
	if sum.cost > sum.charged {
		a.overshoot += sum.cost - sum.charged
		t.Errorf("key %d of %s used %s and was charged %s", s.index, s.wallet.name, sum.cost, sum.charged)
	}
	if sum.billed > sum.holds {
		t.Errorf("key %d of %s: %d calls reached the model with %d holds", s.index, s.wallet.name, sum.billed, sum.holds)
	}
	if s.limit != "" {
		limit, err := money.Parse(s.limit)
		if over := sum.diem - limit; err != nil || over > 0 {
			a.overshoot += over
			t.Errorf("key %d of %s was charged %s DIEM, its limit is %s %v", s.index, s.wallet.name, sum.diem, s.limit, err)
		}
	}
	a.unknown += sum.charged - sum.cost
}
