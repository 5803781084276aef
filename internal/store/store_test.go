package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
	"stakegate/internal/store/pgtest"
)

const account = "0x00000000000000000000000000000000000000aa"

var sources = []ledger.Source{{Name: "venice-diem"}, {Name: "pool", Pooled: true}}

var postgres *pgtest.Server

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzzworker").Value.String() == "true" { // it is killed, and a server of its own would go on
		os.Exit(m.Run())
	}
	var err error
	if postgres, err = pgtest.Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := postgres.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// onBoth runs a test on SQLite and on PostgreSQL, each with a fresh database
// whose URL it gets.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "stakegate.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, postgres.NewDatabase(t)) })
}

func hashOf(id string) (hash [32]byte) { copy(hash[:], id); return hash }

func open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// run runs an engine until the test ends, or until stop is called.
func run(t testing.TB, s *store.Store, exclusive bool) (engine *ledger.Engine, stop func()) {
	t.Helper()
	engine = ledger.NewEngine(s, ledger.EngineConfig{Sources: sources, Exclusive: exclusive, Lanes: s.Commits(), SweepEvery: 5 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = engine.Run(ctx) })
	stop = func() { cancel(); group.Wait() }
	t.Cleanup(stop)
	return engine, stop
}

func insertion(id string) issuer.Insertion {
	return issuer.Insertion{
		Key: apikey.Key{
			ID: id, AccountID: account, Last6: "abcdef", CreatedAt: time.Now(),
			Spec: apikey.Spec{Type: apikey.Inference, Description: id, Period: apikey.Epoch, Privacy: apikey.PrivacyAll},
		},
		Hash: hashOf(id), MaxActive: 500, MaxPerMinute: 20,
	}
}

func insert(t testing.TB, s *store.Store, in issuer.Insertion) {
	t.Helper()
	if err := s.InsertKey(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func grant(t testing.TB, engine *ledger.Engine, diem money.Nano) {
	t.Helper()
	grantTo(t, engine, account, diem)
}

func grantTo(t testing.TB, engine *ledger.Engine, account string, diem money.Nano) {
	t.Helper()
	err := engine.Grant(t.Context(), ledger.Grant{AccountID: account, Epoch: ledger.EpochOf(time.Now()), Sources: []ledger.SourceGrant{
		{Source: "venice-diem", Cap: diem}, {Source: "pool"},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func hold(id, key string, amount money.Nano) ledger.HoldRequest {
	return ledger.HoldRequest{ID: id, KeyHash: hashOf(key), ModelID: "m", ModelType: "text", Min: amount, Max: amount, Lifetime: time.Minute}
}

func verify(t testing.TB, s *store.Store) {
	t.Helper()
	report, err := s.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Problems) > 0 {
		t.Fatalf("the books do not balance: %v", report.Problems)
	}
}

// A thousand callers at once and room for k of them: exactly k are admitted.
// It happened elsewhere: LiteLLM 34732, 24682; Envoy 680; Helicone 2217;
// sub2api 7002.
func TestExactlyWhatFitsIsAdmitted(t *testing.T) {
	const callers = 1000
	for _, room := range []int{0, 1, 10, 999} {
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			onBoth(t, func(t *testing.T, url string) {
				s := open(t, url)
				engine, _ := run(t, s, true)
				insert(t, s, insertion("k"))
				grant(t, engine, money.Nano(room*7+6))
				var admitted atomic.Int64
				var group sync.WaitGroup
				for i := range callers {
					group.Go(func() {
						_, err := engine.Hold(context.Background(), hold(fmt.Sprint("h", i), "k", 7))
						var refusal *ledger.Refusal
						switch {
						case err == nil:
							admitted.Add(1)
						case !errors.As(err, &refusal):
							t.Errorf("hold %d: %v", i, err)
						}
					})
				}
				group.Wait()
				if got := admitted.Load(); got != int64(room) {
					t.Errorf("%d holds were admitted, room was for %d", got, room)
				}
				verify(t, s)
			})
		})
	}
}

// One token mints one key, however many race with it.
// It happened elsewhere: x402 803, 1805, 621.
func TestOneChallengeMintsOneKey(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		var minted, spent atomic.Int64
		var group sync.WaitGroup
		for i := range 100 {
			group.Go(func() {
				in := insertion(fmt.Sprint("k", i))
				in.ChallengeID, in.ChallengeExpires = "same", time.Now().Add(time.Minute)
				switch err := s.InsertKey(context.Background(), in); {
				case err == nil:
					minted.Add(1)
				case errors.Is(err, issuer.ErrChallengeSpent):
					spent.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if minted.Load() != 1 || spent.Load() != 99 {
			t.Errorf("%d minted, %d told that it was used", minted.Load(), spent.Load())
		}
	})
}

// A mint that is refused for another reason leaves the token usable.
// It happened elsewhere: Bindu 520; step-ca.
func TestRefusedMintSpendsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		in := insertion("k")
		in.ChallengeID, in.ChallengeExpires, in.MaxPerMinute = "token", time.Now().Add(time.Minute), 0
		if err := s.InsertKey(t.Context(), in); !errors.Is(err, issuer.ErrTooFast) {
			t.Fatal(err)
		}
		in.MaxPerMinute = 20
		insert(t, s, in)
	})
}

func TestCountsOfKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		for i := range 20 {
			insert(t, s, insertion(fmt.Sprint("k", i)))
		}
		if err := s.InsertKey(t.Context(), insertion("one-too-fast")); !errors.Is(err, issuer.ErrTooFast) {
			t.Errorf("21st key in a minute: %v", err)
		}
		in := insertion("one-too-many")
		in.MaxActive, in.Key.CreatedAt = 20, in.Key.CreatedAt.Add(61*time.Second)
		if err := s.InsertKey(t.Context(), in); !errors.Is(err, issuer.ErrTooManyKeys) {
			t.Errorf("21st active key of 20: %v", err)
		}
		if err := s.RevokeKey(t.Context(), account, "k0", apikey.Actor{}); err != nil {
			t.Fatal(err)
		}
		insert(t, s, in)
	})
}

// Revoking takes effect for every hold decided after it; nobody else's key can
// be seen or revoked.
// It happened elsewhere: LiteLLM 25553, 9820, 34217, 2149, 1775; chipotle
// 631.
func TestRevokedKeyCannotSpend(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, _ := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 100)
		if _, err := engine.Hold(t.Context(), hold("before", "k", 1)); err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeKey(t.Context(), "0xsomebody", "k", apikey.Actor{}); !errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("a stranger's revocation: %v", err)
		}
		if err := s.RevokeKey(t.Context(), account, "k", apikey.Actor{}); err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Hold(t.Context(), hold("after", "k", 1)); !errors.Is(err, ledger.ErrKey) {
			t.Errorf("got %v", err)
		}
		if _, err := s.Key(t.Context(), account, "k"); !errors.Is(err, apikey.ErrNotFound) {
			t.Errorf("a revoked key is still shown: %v", err)
		}
	})
}

// What a process that died left held is charged in full at the next start, and
// finished calls are all there.
// It happened elsewhere: LiteLLM 30684, 28247, 27735; unkey 5529.
func TestRestartAssumesWhatWasHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, stop := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 100)
		for _, id := range []string{"finished", "cut"} {
			if _, err := engine.Hold(t.Context(), hold(id, "k", 30)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "finished", Cost: 12, PromptTokens: 3, Source: "usage"}); err != nil {
			t.Fatal(err)
		}
		stop()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, url)
		_, stop = run(t, s, true)
		id := ledger.AllocationBudget(account, "venice-diem", ledger.EpochOf(time.Now()))
		deadline := time.Now().Add(10 * time.Second)
		for {
			budgets, err := s.Budgets(t.Context(), []string{id})
			if err != nil {
				t.Fatal(err)
			}
			if b := budgets[id]; b.Pending == 0 {
				if b.Posted != 42 {
					t.Errorf("charged %d, want 12 and the whole hold of 30", b.Posted)
				}
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the hold of the dead process is still pending")
			}
		}
		stop()
		verify(t, s)
	})
}

func TestOverdueHoldsAreSweptWhileRunning(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, stop := run(t, s, false)
		insert(t, s, insertion("k"))
		grant(t, engine, 100)
		request := hold("h", "k", 30)
		request.Lifetime = 50 * time.Millisecond
		if _, err := engine.Hold(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(10 * time.Second)
		for {
			left, err := s.Overdue(t.Context(), true, 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(left) == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("not swept")
			}
		}
		// The caller comes back late with the real cost: it is lowered to that.
		settled, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "h", Cost: 4})
		if err != nil || settled.DIEM != 4 {
			t.Errorf("got %+v, %v", settled, err)
		}
		stop()
		verify(t, s)
	})
}

// Changing a key's limit period does not forget what the new window saw, be it
// settled or still in flight, and changing back and forth frees nothing.
func TestChangedPeriodKeepsWhatWasSpent(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, stop := run(t, s, true)
		in := insertion("k")
		in.Key.Limits.DIEM = &apikey.Limit{Cap: 50, Text: "0.00000005"}
		insert(t, s, in)
		grant(t, engine, 1000)
		spend := func(id string, amount money.Nano) error {
			if _, err := engine.Hold(t.Context(), hold(id, "k", amount)); err != nil {
				return err
			}
			_, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: id, Cost: amount})
			return err
		}
		period := func(p apikey.Period) {
			t.Helper()
			if _, err := s.UpdateKey(t.Context(), account, "k", apikey.Actor{}, func(k *apikey.Key) { k.Period = p }); err != nil {
				t.Fatal(err)
			}
		}
		if err := spend("a", 20); err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Hold(t.Context(), hold("in-flight", "k", 10)); err != nil {
			t.Fatal(err)
		}
		period(apikey.Month)
		if err := spend("b", 15); err != nil {
			t.Fatal(err)
		}
		period(apikey.Lifetime)
		period(apikey.Month)
		var refusal *ledger.Refusal
		if err := spend("c", 6); !errors.As(err, &refusal) || refusal.Spent != 45 || refusal.Scope != "key" {
			t.Errorf("45 of 50 are used, 6 more: %v %+v", err, refusal)
		}
		if err := spend("d", 5); err != nil {
			t.Errorf("45 of 50 are used, 5 more: %v", err)
		}
		stop()
		verify(t, s)
	})
}

// A key without limits is not counted; its first limit counts what came before.
func TestFirstLimitCountsWhatCameBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, stop := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 1000)
		for _, id := range []string{"done", "in-flight"} {
			if _, err := engine.Hold(t.Context(), hold(id, "k", 30)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "done", Cost: 25}); err != nil {
			t.Fatal(err)
		}
		_, err := s.UpdateKey(t.Context(), account, "k", apikey.Actor{}, func(k *apikey.Key) {
			k.Limits.DIEM = &apikey.Limit{Cap: 60, Text: "0.00000006"}
		})
		if err != nil {
			t.Fatal(err)
		}
		var refusal *ledger.Refusal
		if _, err := engine.Hold(t.Context(), hold("over", "k", 6)); !errors.As(err, &refusal) || refusal.Affordable != 5 {
			t.Errorf("55 of 60 are used, 6 more: %v %+v", err, refusal)
		}
		if _, err := engine.Hold(t.Context(), hold("fits", "k", 5)); err != nil {
			t.Error(err)
		}
		if _, err := engine.Settle(t.Context(), ledger.Settlement{HoldID: "in-flight", Cost: 1}); err != nil {
			t.Error(err)
		}
		stop()
		verify(t, s)
	})
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stakegate.db")
	open(t, "sqlite:"+path)
	if _, err := store.Open(t.Context(), "sqlite:"+path, time.Now); err == nil {
		t.Fatal("the same file was opened twice")
	}
}

func TestUnsupportedDatabaseIsRefused(t *testing.T) {
	for _, url := range []string{"", "sqlite:", "mysql://u:secret@h/d", "file.db"} {
		if _, err := store.Open(t.Context(), url, time.Now); err == nil {
			t.Errorf("%q was opened", url)
		}
	}
}

// The generation is made once and then kept.
func TestGenerationIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		first := s.Generation()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if again := open(t, url).Generation(); again != first || first == "" {
			t.Errorf("got %q, want %q", again, first)
		}
	})
}

// Two replicas on one database: exactly what fits is admitted, and no entry of
// the shared account or pool is lost.
// It happened elsewhere: Bifrost 3547; LiteLLM 30661, 33325; unkey 3800;
// Bifrost 1120, 2478, 5436, 5558.
func TestReplicasShareOneCeiling(t *testing.T) {
	const room, callers = 100, 400
	url := postgres.NewDatabase(t)
	first := open(t, url)
	insert(t, first, insertion("k"))
	var engines []*ledger.Engine
	for i := range 3 {
		s := first
		if i > 0 {
			s = open(t, url)
		}
		engine, _ := run(t, s, false)
		engines = append(engines, engine)
	}
	grant(t, engines[0], room*7+6)
	var admitted atomic.Int64
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			engine, other := engines[i%3], engines[(i+1)%3]
			id := fmt.Sprint("h", i)
			if _, err := engine.Hold(context.Background(), hold(id, "k", 7)); err != nil {
				return
			}
			admitted.Add(1)
			if _, err := other.Settle(context.Background(), ledger.Settlement{HoldID: id, Cost: 7}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if admitted.Load() != room {
		t.Errorf("%d were admitted, room was for %d", admitted.Load(), room)
	}
	verify(t, first)
}

// Verify must see a book that was tampered with.
func TestVerifySeesWrongBooks(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url)
		engine, stop := run(t, s, true)
		insert(t, s, insertion("k"))
		grant(t, engine, 100)
		if _, err := engine.Hold(t.Context(), hold("h", "k", 30)); err != nil {
			t.Fatal(err)
		}
		stop()
		verify(t, s)
		for _, tampering := range []string{
			"UPDATE budgets SET posted = posted + 1 WHERE posted + pending < cap",
			"DELETE FROM holds WHERE id = 'h'",
			"DELETE FROM entries WHERE seq = 2",
		} {
			t.Run(tampering, func(t *testing.T) {
				report, err := store.VerifyAfter(t, s, tampering)
				if err != nil {
					t.Fatal(err)
				}
				if len(report.Problems) == 0 {
					t.Error("nothing was noticed")
				}
			})
		}
	})
}
