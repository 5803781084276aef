package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var testSources = []Source{{Name: "venice-diem"}, {Name: "pool", Pooled: true}}

// world is a ledger's rows in memory, driven batch by batch.
type world struct {
	state   State
	entries []*Entry
	held    map[string]bool // ids of holds that were granted
}

func newWorld(keys ...*Key) *world {
	w := &world{held: map[string]bool{}, state: State{
		Now: noon, Sources: testSources,
		Seqs: map[string]int64{}, Keys: map[[32]byte]*Key{}, Holds: map[string]*Hold{}, Budgets: map[string]*Budget{},
		Attempts: map[string]*Attempt{},
	}}
	for _, key := range keys {
		w.state.Keys[key.Hash] = key
	}
	return w
}

func (w *world) do(ops ...Op) []Verdict {
	verdicts, changes := Decide(&w.state, ops)
	w.entries = append(w.entries, changes.Log()...)
	return verdicts
}

func testKey(id byte, limits apikey.Limits) *Key {
	return &Key{Hash: [32]byte{id}, Key: apikey.Key{
		ID: fmt.Sprintf("key-%d", id), AccountID: fmt.Sprintf("0x%d", id%2), CreatedAt: noon,
		Spec: apikey.Spec{Type: apikey.Inference, Limits: limits, Period: apikey.Epoch, Privacy: apikey.PrivacyAll},
	}}
}

func limit(n money.Nano) *apikey.Limit { return &apikey.Limit{Cap: n, Text: n.String()} }

func holdOp(key *Key, id string, low, high money.Nano) Op {
	return Op{Hold: &HoldRequest{ID: id, KeyHash: key.Hash, ModelType: "text", Min: low, Max: high, Lifetime: time.Hour}}
}

func grantOp(account string, diem, pool, poolCap money.Nano) Op {
	return Op{Grant: &Grant{AccountID: account, Epoch: EpochOf(noon), Sources: []SourceGrant{
		{Source: "venice-diem", Cap: diem}, {Source: "pool", Cap: pool, PoolCap: poolCap},
	}}}
}

// check recomputes every budget from the holds and from the entries, and
// asserts the ceiling (I1-I5).
func (w *world) check(t interface{ Fatalf(string, ...any) }) {
	pending, posted := map[string]money.Nano{}, map[string]money.Nano{}
	for _, hold := range w.state.Holds {
		var charged money.Nano
		for _, part := range hold.Parts {
			charged += part.Charged
			for _, id := range part.Budgets {
				if hold.State == Reserved {
					pending[id] += part.Amount
				}
				posted[id] += part.Charged
			}
		}
		if charged > hold.Amount() || charged < 0 {
			t.Fatalf("hold %s of %d was charged %d", hold.ID, hold.Amount(), charged)
		}
	}
	fromEntries, seqs := map[string]*Budget{}, map[string]int64{}
	for _, entry := range w.entries {
		if seqs[entry.AccountID]++; entry.Seq != seqs[entry.AccountID] {
			t.Fatalf("entry %d of %s has number %d", seqs[entry.AccountID], entry.AccountID, entry.Seq)
		}
		for _, d := range entry.Deltas {
			b := fromEntries[d.Budget]
			if b == nil {
				b = &Budget{ID: d.Budget}
				fromEntries[d.Budget] = b
			}
			b.Cap += d.Cap
			b.CapHigh = max(b.CapHigh, b.Cap)
			b.Posted += d.Posted
			b.Pending += d.Pending
		}
	}
	for id, b := range w.state.Budgets {
		if b.Pending != pending[id] || b.Posted != posted[id] {
			t.Fatalf("budget %s has pending %d and posted %d, its holds say %d and %d", id, b.Pending, b.Posted, pending[id], posted[id])
		}
		if b.Posted+b.Pending > b.CapHigh || b.Posted < 0 || b.Pending < 0 {
			t.Fatalf("budget %s is over its ceiling: %+v", id, *b)
		}
		again := fromEntries[id]
		if again == nil {
			again = &Budget{ID: id}
		}
		if *again != *b {
			t.Fatalf("budget %s is %+v, its entries say %+v", id, *b, *again)
		}
	}
}

// Whatever the order of holds, settlements, voids, sweeps, grants, limit
// changes and days: charged + held never passes a cap by a hold, the books
// follow from the entries, and a hold is charged at most its amount.
// It happened elsewhere: LiteLLM 30460, 38647; new-api 5288, 5290, 4168.
func TestCeilingHoldsUnderAnyOrder(t *testing.T) {
	amount := rapid.Custom(func(t *rapid.T) money.Nano { return money.Nano(rapid.IntRange(0, 60).Draw(t, "amount")) })
	rapid.Check(t, func(t *rapid.T) {
		keys := []*Key{
			testKey(0, apikey.Limits{}), testKey(1, apikey.Limits{DIEM: limit(40)}),
			testKey(2, apikey.Limits{DIEM: limit(25), USD: limit(10)}), testKey(3, apikey.Limits{USD: limit(0)}),
		}
		w := newWorld(keys...)
		next := 0
		t.Repeat(map[string]func(*rapid.T){
			"hold": func(t *rapid.T) {
				var ops []Op
				for range rapid.IntRange(1, 4).Draw(t, "batch") {
					next++
					low, high := amount.Draw(t, "a"), amount.Draw(t, "b")
					ops = append(ops, holdOp(rapid.SampledFrom(keys).Draw(t, "key"), fmt.Sprint("h", next), min(low, high), max(low, high)))
				}
				before := map[string]money.Nano{}
				for id, b := range w.state.Budgets {
					before[id] = b.Posted + b.Pending
				}
				for i, verdict := range w.do(ops...) {
					if verdict.Err == nil && (verdict.Held.Amount < ops[i].Hold.Min || verdict.Held.Amount > ops[i].Hold.Max) {
						t.Fatalf("asked for %d to %d, held %d", ops[i].Hold.Min, ops[i].Hold.Max, verdict.Held.Amount)
					}
				}
				for id, b := range w.state.Budgets {
					if used := b.Posted + b.Pending; used > before[id] && used > b.Cap {
						t.Fatalf("a hold took budget %s to %d of %d", id, used, b.Cap)
					}
				}
			},
			"resolve": func(t *rapid.T) {
				ids := slices.Sorted(maps.Keys(w.state.Holds))
				if len(ids) == 0 {
					return
				}
				id := rapid.SampledFrom(ids).Draw(t, "hold")
				switch rapid.IntRange(0, 3).Draw(t, "how") {
				case 0:
					w.do(Op{Void: id})
				case 1:
					w.do(Op{Assume: id})
				default:
					w.do(Op{Settle: &Settlement{HoldID: id, Cost: amount.Draw(t, "cost")}})
				}
			},
			"grant": func(t *rapid.T) {
				op := grantOp(fmt.Sprintf("0x%d", rapid.IntRange(0, 1).Draw(t, "account")), amount.Draw(t, "diem"), amount.Draw(t, "pool"), 50)
				op.Grant.Epoch = EpochOf(w.state.Now)
				w.do(op)
			},
			"credit": func(t *rapid.T) {
				w.do(Op{Credit: &Credit{AccountID: "0x0", Amount: money.Nano(rapid.IntRange(-50, 50).Draw(t, "credit"))}})
			},
			"limit": func(t *rapid.T) {
				rapid.SampledFrom(keys).Draw(t, "key").Limits.DIEM = limit(amount.Draw(t, "limit"))
			},
			"tomorrow": func(*rapid.T) { w.state.Now = w.state.Now.Add(13 * time.Hour) },
			"":         func(t *rapid.T) { w.check(t) },
		})
	})
}

// A granted hold says where the budget with the least room stands, itself
// included: the account's sources are one.
func TestAHoldTellsTheTightestBudget(t *testing.T) {
	for name, c := range map[string]struct {
		limits apikey.Limits
		staked money.Nano
		want   BudgetStanding
	}{
		"account":           {apikey.Limits{}, 10, BudgetStanding{"account", money.DIEM, 1010, 7, 50}},
		"key":               {apikey.Limits{DIEM: limit(500)}, 10, BudgetStanding{"key", money.DIEM, 500, 7, 50}},
		"a generous key":    {apikey.Limits{DIEM: limit(5000)}, 10, BudgetStanding{"account", money.DIEM, 1010, 7, 50}},
		"another currency":  {apikey.Limits{USD: limit(1)}, 10, BudgetStanding{"account", money.DIEM, 1010, 7, 50}},
		"key of that limit": {apikey.Limits{DIEM: limit(1010)}, 10, BudgetStanding{"account", money.DIEM, 1010, 7, 50}},
	} {
		key := testKey(0, c.limits)
		w := newWorld(key)
		w.do(grantOp("0x0", c.staked, 1000, 10_000))
		w.do(holdOp(key, "earlier", 9, 9))
		w.do(Op{Settle: &Settlement{HoldID: "earlier", Cost: 7}})
		if verdict := w.do(holdOp(key, "h", 50, 50))[0]; verdict.Err != nil || verdict.Held.Budget != c.want {
			t.Errorf("%s: got %+v, %v; want %+v", name, verdict.Held.Budget, verdict.Err, c.want)
		}
		w.check(t)
	}
}

// Staked DIEM is spent before the pool's share, and USD last, split exactly.
func TestHoldSplitsOverSourcesInOrder(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 10, 20, 1000), Op{Credit: &Credit{AccountID: "0x0", Amount: 100}})
	verdict := w.do(holdOp(key, "h", 50, 50))[0]
	if verdict.Err != nil || verdict.Held.Before != (Balance{DIEM: 30, USD: 100}) {
		t.Fatalf("got %+v", verdict)
	}
	settled := w.do(Op{Settle: &Settlement{HoldID: "h", Cost: 35}})[0].Settled
	if settled != (Settled{DIEM: 30, USD: 5}) {
		t.Errorf("charged %+v, want 30 DIEM and 5 USD", settled)
	}
	w.check(t)
}

// An answer that an agent can act on: which budget, how much is left, whether
// waiting for calls in flight would help.
// It happened elsewhere: mediforce 767.
func TestRefusals(t *testing.T) {
	const free, small = 100, 10
	for name, c := range map[string]struct {
		limits   apikey.Limits
		grant    Op
		credit   money.Nano
		held     money.Nano // by an earlier hold of the same key
		settled  bool
		scope    string
		currency money.Currency
		limit    money.Nano
		onlyHeld bool
		left     money.Nano
	}{
		"no stake":          {grant: grantOp("0x0", 0, 0, 0), scope: "account", currency: money.DIEM},
		"spent":             {grant: grantOp("0x0", free, 0, 0), held: 95, settled: true, scope: "account", currency: money.DIEM, limit: free, left: 5},
		"held":              {grant: grantOp("0x0", free, 0, 0), held: 95, scope: "account", currency: money.DIEM, limit: free, onlyHeld: true, left: 5},
		"key in diem":       {limits: apikey.Limits{DIEM: limit(5)}, grant: grantOp("0x0", free, 0, 0), scope: "key", currency: money.DIEM, limit: 5, left: 5},
		"key blocked":       {limits: apikey.Limits{DIEM: limit(0)}, grant: grantOp("0x0", free, 0, 0), scope: "key", currency: money.DIEM},
		"key in usd":        {limits: apikey.Limits{USD: limit(3)}, grant: grantOp("0x0", 0, 0, 0), credit: 50, scope: "key", currency: money.USD, limit: 3, left: 3},
		"pool":              {grant: grantOp("0x0", 0, free, 4), scope: "pool", currency: money.DIEM, limit: 4, left: 4},
		"credit is spent":   {grant: grantOp("0x0", 0, 0, 0), credit: 12, held: 12, settled: true, scope: "account", currency: money.USD, limit: 12},
		"key held by calls": {limits: apikey.Limits{DIEM: limit(20)}, grant: grantOp("0x0", free, 0, 0), held: 15, scope: "key", currency: money.DIEM, limit: 20, onlyHeld: true, left: 5},
	} {
		t.Run(name, func(t *testing.T) {
			key := testKey(0, c.limits)
			w := newWorld(key)
			w.do(c.grant)
			if c.credit > 0 {
				w.do(Op{Credit: &Credit{AccountID: "0x0", Amount: c.credit}})
			}
			if c.held > 0 {
				if err := w.do(holdOp(key, "first", c.held, c.held))[0].Err; err != nil {
					t.Fatal(err)
				}
			}
			if c.settled {
				w.do(Op{Settle: &Settlement{HoldID: "first", Cost: c.held}})
			}
			var refusal *Refusal
			if err := w.do(holdOp(key, "second", small, small))[0].Err; !errors.As(err, &refusal) {
				t.Fatalf("got %v, want a refusal", err)
			}
			if refusal.Scope != c.scope || refusal.Currency != c.currency || refusal.Limit != c.limit ||
				refusal.OnlyHeld != c.onlyHeld || refusal.Affordable != c.left {
				t.Errorf("got %+v", *refusal)
			}
			w.check(t)
		})
	}
}

func TestKeyIsReadInTheDecision(t *testing.T) {
	yesterday, tomorrow := noon.Add(-24*time.Hour), noon.Add(24*time.Hour)
	for name, c := range map[string]struct {
		edit func(*Key)
		want error
	}{
		"active":            {func(*Key) {}, nil},
		"revoked":           {func(k *Key) { k.RevokedAt = &yesterday }, ErrKey},
		"expired":           {func(k *Key) { k.ExpiresAt = &noon }, ErrKey},
		"expires tomorrow":  {func(k *Key) { k.ExpiresAt = &tomorrow }, nil},
		"private only":      {func(k *Key) { k.Privacy = apikey.PrivacyPrivateOnly }, ErrPrivacy},
		"unknown to ledger": {func(k *Key) { k.Hash = [32]byte{99} }, ErrKey},
	} {
		t.Run(name, func(t *testing.T) {
			key := testKey(0, apikey.Limits{})
			w := newWorld(key)
			w.do(grantOp("0x0", 100, 0, 0))
			c.edit(key)
			if got := w.do(holdOp(key, "h", 1, 1))[0].Err; !errors.Is(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// The first hold of a day finds no allocation and says so, because only a
// block of that day may tell it.
func TestEpochNeedsItsOwnGrant(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 100, 0, 0))
	w.state.Now = noon.Add(12 * time.Hour)
	if got := w.do(holdOp(key, "h", 1, 1))[0].Err; !errors.Is(got, ErrNoGrant) {
		t.Errorf("got %v", got)
	}
	if err := w.do(grantOp("0x0", 100, 0, 0))[0].Err; err == nil {
		t.Error("a grant for yesterday was accepted")
	}
}

// A late settlement of an assumed hold lowers its charge and never raises it;
// settling a settled hold changes nothing; a voided one stays free.
// It happened elsewhere: midaz 2476; otari 767.
func TestLateAndRepeatedSettlements(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 100, 0, 0), holdOp(key, "late", 50, 50), holdOp(key, "twice", 20, 20), holdOp(key, "void", 30, 30))
	w.do(Op{Assume: "late"}, Op{Settle: &Settlement{HoldID: "twice", Cost: 5}}, Op{Void: "void"})
	for _, c := range []struct {
		settlement Settlement
		want       money.Nano
		refused    bool
	}{
		{Settlement{HoldID: "late", Cost: 60}, 50, false},
		{Settlement{HoldID: "late", Cost: 8}, 8, false},
		{Settlement{HoldID: "late", Cost: 9}, 8, false},
		{Settlement{HoldID: "twice", Cost: 19}, 5, false},
		{Settlement{HoldID: "void", Cost: 1}, 0, true},
		{Settlement{HoldID: "nobody", Cost: 1}, 0, true},
	} {
		verdict := w.do(Op{Settle: &c.settlement})[0]
		if verdict.Settled.DIEM != c.want || (verdict.Err != nil) != c.refused {
			t.Errorf("settling %+v gave %+v", c.settlement, verdict)
		}
		w.check(t)
	}
}

// Lowering a cap never takes back what was charged, and raises nothing.
func TestLoweredCapKeepsCharges(t *testing.T) {
	key := testKey(0, apikey.Limits{})
	w := newWorld(key)
	w.do(grantOp("0x0", 100, 0, 0), holdOp(key, "h", 60, 60))
	w.do(Op{Settle: &Settlement{HoldID: "h", Cost: 60}}, grantOp("0x0", 0, 0, 0))
	standing := StandingOf(testSources, "0x0", EpochOf(noon), w.state.Budgets)
	if standing.DIEM != 0 || standing.Allocation != 0 || !standing.EverDIEM || !standing.Granted {
		t.Errorf("got %+v", standing)
	}
	if b := w.state.Budgets[AllocationBudget("0x0", "venice-diem", EpochOf(noon))]; b.Posted != 60 {
		t.Errorf("charged %d, want 60", b.Posted)
	}
	w.check(t)
}
