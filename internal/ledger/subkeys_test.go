package ledger

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"stakegate/internal/apikey"
	"stakegate/internal/money"
)

// childOf is a key below another one, of the same account.
func childOf(parent *Key, id byte, limits apikey.Limits) *Key {
	key := testKey(id, limits)
	key.AccountID = parent.AccountID
	for above := range parent.Line() {
		key.ParentIDs = append(key.ParentIDs, above.ID)
		key.Parents = append(key.Parents, above)
	}
	return key
}

// family are three generations: one key, two below it, two below the first of
// these, all with limits.
func family() []*Key {
	top := testKey(0, apikey.Limits{DIEM: limit(70)})
	one, two := childOf(top, 2, apikey.Limits{DIEM: limit(50)}), childOf(top, 4, apikey.Limits{DIEM: limit(50)})
	return []*Key{top, one, two, childOf(one, 6, apikey.Limits{DIEM: limit(40)}), childOf(one, 8, apikey.Limits{DIEM: limit(60)})}
}

func isBelow(key, above *Key) bool { return key == above || slices.Contains(key.ParentIDs, above.ID) }

// Whatever is called, settled, limited and revoked in a tree of keys: no hold
// takes a budget of any key above past its limit, what stands in a key's budget
// is the sum of its own calls and of its children's budgets, calls in flight are
// counted exactly, and nothing is admitted below a key that has ended.
func TestATreeOfKeysKeepsTheLimitsOfEachOfThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := family()
		w := newWorld(keys...)
		w.do(grantOp("0x0", 60, 60, 100))
		amount := rapid.Custom(func(t *rapid.T) money.Nano { return money.Nano(rapid.IntRange(0, 40).Draw(t, "amount")) })
		anyKey := rapid.SampledFrom(keys)
		for _, key := range keys {
			key.Scope.MaxInFlight = int64(rapid.IntRange(0, 5).Draw(t, "cap"))
		}
		next := 0
		t.Repeat(map[string]func(*rapid.T){
			"hold": func(t *rapid.T) {
				key := anyKey.Draw(t, "key")
				next++
				low, high := amount.Draw(t, "a"), amount.Draw(t, "b")
				verdict := w.do(holdOp(key, fmt.Sprint("h", next), min(low, high), max(low, high)))[0]
				w.checkAdmission(t, key, verdict)
			},
			"resolve": func(t *rapid.T) {
				ids := slices.Sorted(maps.Keys(w.state.Holds))
				if len(ids) == 0 {
					return
				}
				id := rapid.SampledFrom(ids).Draw(t, "hold")
				w.do([]Op{{Void: id}, {Assume: id}, {Settle: &Settlement{HoldID: id, Cost: amount.Draw(t, "cost")}}}[rapid.IntRange(0, 2).Draw(t, "how")])
			},
			"limit":  func(t *rapid.T) { anyKey.Draw(t, "key").Limits.DIEM = limit(amount.Draw(t, "limit")) },
			"revoke": func(t *rapid.T) { anyKey.Draw(t, "key").RevokedAt = &w.state.Now },
			"": func(t *rapid.T) {
				w.checkTree(t, keys)
				w.checkFlights(t, keys)
			},
		})
	})
}

// checkAdmission looks at a hold that was just decided.
func (w *world) checkAdmission(t *rapid.T, key *Key, verdict Verdict) {
	for above := range key.Line() {
		if verdict.Err == nil && above.RevokedAt != nil {
			t.Fatalf("%s was admitted below %s, which was revoked", key.ID, above.ID)
		}
		if verdict.Err != nil {
			continue
		}
		budget := w.state.Budgets[KeyBudget(above.ID, money.DIEM, EpochOf(noon))]
		if budget.Posted+budget.Pending > above.Limits.DIEM.Cap && verdict.Held.Amount > 0 {
			t.Fatalf("a hold took %s to %d of %d", above.ID, budget.Posted+budget.Pending, above.Limits.DIEM.Cap)
		}
		if row := w.state.Budgets[FlightBudget(above.ID)]; above.Scope.MaxInFlight > 0 && int64(row.Pending) > above.Scope.MaxInFlight {
			t.Fatalf("%d calls of %s are in flight, %d may be", row.Pending, above.ID, above.Scope.MaxInFlight)
		}
	}
}

// checkTree adds up what stands in each key's budget.
func (w *world) checkTree(t *rapid.T, keys []*Key) {
	for _, key := range keys {
		var posted, pending money.Nano
		for _, hold := range w.state.Holds {
			for _, part := range hold.Parts {
				if !part.IsMoney() {
					continue
				}
				by := keys[slices.IndexFunc(keys, func(k *Key) bool { return k.ID == hold.KeyID })]
				if isBelow(by, key) {
					posted += part.Charged
					if hold.State == Reserved {
						pending += part.Amount
					}
				}
			}
		}
		budget := w.state.Budgets[KeyBudget(key.ID, money.DIEM, EpochOf(noon))]
		if budget == nil {
			budget = &Budget{}
		}
		if budget.Posted != posted || budget.Pending != pending {
			t.Fatalf("%s has charged %d and held %d, its calls and its sub-keys' say %d and %d", key.ID, budget.Posted, budget.Pending, posted, pending)
		}
	}
}

// checkFlights counts the calls that run.
func (w *world) checkFlights(t *rapid.T, keys []*Key) {
	for _, key := range keys {
		var running money.Nano
		for _, hold := range w.state.Holds {
			by := keys[slices.IndexFunc(keys, func(k *Key) bool { return k.ID == hold.KeyID })]
			if hold.State == Reserved && isBelow(by, key) {
				running++
			}
		}
		row := w.state.Budgets[FlightBudget(key.ID)]
		if key.Scope.MaxInFlight > 0 && row != nil && (row.Pending != running || row.Posted != 0) {
			t.Fatalf("%s counts %d calls in flight and %d that ended; %d run", key.ID, row.Pending, row.Posted, running)
		}
	}
}

// A refusal says whose limit it was.
func TestARefusalNamesTheKeyAboveWhoseLimitItWas(t *testing.T) {
	keys := family()
	w := newWorld(keys...)
	w.do(grantOp("0x0", 1000, 0, 0))
	keys[1].Limits.DIEM = limit(5)
	verdict := w.do(holdOp(keys[3], "h", 6, 6))[0]
	var refusal *Refusal
	if !errors.As(verdict.Err, &refusal) || refusal.Scope != "parent" || refusal.Limit != 5 || refusal.Affordable != 5 {
		t.Errorf("got %+v, %v", refusal, verdict.Err)
	}
	if verdict = w.do(holdOp(keys[1], "h", 6, 6))[0]; !errors.As(verdict.Err, &refusal) || refusal.Scope != "key" {
		t.Errorf("got %+v, %v", refusal, verdict.Err)
	}
	if verdict = w.do(holdOp(keys[3], "h", 3, 3))[0]; verdict.Held.Budget != (BudgetStanding{"parent", money.DIEM, 5, 0, 3}) {
		t.Errorf("the tightest budget is %+v", verdict.Held.Budget)
	}
}

func TestAKeyIsHeldAgainstEveryScopeOfItsLine(t *testing.T) {
	for name, c := range map[string]struct {
		above, own apikey.Scope
		client     string
		want       error
	}{
		"nothing narrows":      {client: "", want: nil},
		"network above":        {above: apikey.Scope{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, client: "10.1.2.3"},
		"mapped":               {above: apikey.Scope{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, client: "::ffff:10.1.2.3"},
		"outside of own":       {own: apikey.Scope{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, client: "11.1.2.3", want: ErrKey},
		"outside of above":     {above: apikey.Scope{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, client: "11.1.2.3", want: ErrKey},
		"address not known":    {above: apikey.Scope{Networks: []netip.Prefix{netip.MustParsePrefix("::/0")}}, client: "", want: ErrKey},
		"model":                {above: apikey.Scope{Models: []string{"m", "n"}}, own: apikey.Scope{Models: []string{"m"}}},
		"other model of own":   {own: apikey.Scope{Models: []string{"n"}}, want: ErrModel},
		"other model of above": {above: apikey.Scope{Models: []string{"n"}}, want: ErrModel},
	} {
		t.Run(name, func(t *testing.T) {
			top := testKey(0, apikey.Limits{})
			top.Scope = c.above
			key := childOf(top, 2, apikey.Limits{})
			key.Scope = c.own
			w := newWorld(top, key)
			w.do(grantOp("0x0", 1000, 0, 0))
			op := holdOp(key, "h", 1, 1)
			op.Hold.ModelID = "m"
			if c.client != "" {
				op.Hold.Client = netip.MustParseAddr(c.client)
			}
			if err := w.do(op)[0].Err; !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A sub-key whose line could not be read is no key.
func TestASubKeyWithoutItsLineIsNotActive(t *testing.T) {
	key := childOf(testKey(0, apikey.Limits{}), 2, apikey.Limits{})
	key.Parents = nil
	w := newWorld(key)
	w.do(grantOp("0x0", 1000, 0, 0))
	if err := w.do(holdOp(key, "h", 1, 1))[0].Err; !errors.Is(err, ErrKey) {
		t.Errorf("got %v", err)
	}
}
