package ledger_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"stakegate/internal/apikey"
	"stakegate/internal/issuer"
	"stakegate/internal/ledger"
	"stakegate/internal/money"
	"stakegate/internal/store"
	"stakegate/internal/store/pgtest"
)

var benchBill = []money.Line{{Item: "input", Quantity: 20, Price: 10_000_000, Cost: 200}, {Item: "output", Quantity: 30, Price: 16_000_000, Cost: 500}}

var benchSources = []ledger.Source{{Name: "venice-diem"}}

// slice is how long one way is measured before the other one's turn: noise of
// the machine then meets both.
const slice = 500 * time.Millisecond

// books are what a pair of hold and settle is done on.
type books interface {
	Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error)
	Settle(ctx context.Context, settlement ledger.Settlement) (ledger.Settled, error)
}

// alone does each operation in a transaction of its own, through the same store.
type alone struct{ store ledger.Store }

func (a alone) Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error) {
	verdict, err := ledger.Alone(ctx, a.store, benchSources, ledger.Op{Hold: &request})
	if err == nil {
		err = verdict.Err
	}
	return verdict.Held, err
}

func (a alone) Settle(ctx context.Context, settlement ledger.Settlement) (ledger.Settled, error) {
	verdict, err := ledger.Alone(ctx, a.store, benchSources, ledger.Op{Settle: &settlement})
	if err == nil {
		err = verdict.Err
	}
	return verdict.Settled, err
}

func benchHash(account int) (hash [32]byte) { copy(hash[:], fmt.Sprint("key", account)); return hash }

// opened is a database with a running engine and accounts that can spend.
type opened struct {
	store  *store.Store
	engine *ledger.Engine
}

// open opens a database and makes accounts with a key each and an allocation
// for today.
func open(b *testing.B, url string, accounts int) *opened {
	b.Helper()
	return openWatched(b, url, accounts, nil)
}

func openWatched(b *testing.B, url string, accounts int, observe func(ledger.Commit)) *opened {
	b.Helper()
	s, err := store.Open(b.Context(), url, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	o := &opened{store: s, engine: ledger.NewEngine(s, ledger.EngineConfig{Sources: benchSources, Lanes: s.Commits(), Observe: observe})}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = o.engine.Run(ctx) })
	b.Cleanup(func() {
		stop()
		running.Wait()
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	var group sync.WaitGroup
	limit := make(chan struct{}, 64)
	for i := range accounts {
		limit <- struct{}{}
		group.Go(func() {
			defer func() { <-limit }()
			if err := o.fill(b.Context(), i); err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
	return o
}

func benchAccount(i int) string { return fmt.Sprintf("0x%040x", i) }

func (o *opened) fill(ctx context.Context, i int) error {
	created := time.Now()
	err := o.store.InsertKey(ctx, issuer.Insertion{
		Key: apikey.Key{
			ID: fmt.Sprint("k", i), AccountID: benchAccount(i), Last6: "abcdef", CreatedAt: created,
			Spec: apikey.Spec{Type: apikey.Inference, Period: apikey.Epoch, Privacy: apikey.PrivacyAll},
		},
		Hash: benchHash(i), MaxActive: 1000, MaxPerMinute: 1000,
	})
	if err != nil {
		return err
	}
	return o.engine.Grant(ctx, ledger.Grant{
		AccountID: benchAccount(i), Epoch: ledger.EpochOf(time.Now()),
		Sources: []ledger.SourceGrant{{Source: "venice-diem", Cap: money.Max / 2}},
	})
}

// turns spread calls over accounts.
var turns atomic.Int64

// pairs does pairs of hold and settle from a number of callers for a slice of
// time and returns how many were done in a second.
func pairs(b *testing.B, on books, accounts, callers int) float64 {
	var done atomic.Int64
	var group sync.WaitGroup
	start := time.Now()
	for range callers {
		group.Go(func() {
			for time.Since(start) < slice {
				if err := pair(on, int(turns.Add(1))%accounts); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}

func pair(on books, account int) error {
	id := uuid.Must(uuid.NewV7()).String() // as the product names requests
	_, err := on.Hold(context.Background(), ledger.HoldRequest{
		ID: id, KeyHash: benchHash(account), ModelID: "m", ModelType: "text", Min: 1000, Max: 1000, Lifetime: time.Hour,
	})
	if err != nil {
		return err
	}
	_, err = on.Settle(context.Background(), ledger.Settlement{
		HoldID: id, Cost: 700, Lines: benchBill, PromptTokens: 20, CompletionTokens: 30, Source: ledger.SourceUsage,
	})
	return err
}

// compared reports what two ways reach, by turns, and their ratio.
func compared(b *testing.B, names [2]string, one, other func() float64) {
	one() // plans, caches and connections are made
	other()
	var ones, others, ratios []float64
	for b.Loop() {
		ones, others = append(ones, one()), append(others, other())
		ratios = append(ratios, ones[len(ones)-1]/others[len(others)-1])
	}
	b.ReportMetric(0, "ns/op") // of no interest
	b.ReportMetric(median(ones), names[0]+"/s")
	b.ReportMetric(median(others), names[1]+"/s")
	b.ReportMetric(median(ratios), "ratio")
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// onBoth runs a benchmark on fresh databases of both engines, of which it can
// have several.
func onBoth(b *testing.B, bench func(b *testing.B, newURL func() string)) {
	b.Run("engine=sqlite", func(b *testing.B) {
		bench(b, func() string { return "sqlite:" + filepath.Join(b.TempDir(), "stakegate.db") })
	})
	b.Run("engine=postgres", func(b *testing.B) {
		server, err := pgtest.Start(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			if err := server.Stop(); err != nil {
				b.Error(err)
			}
		})
		bench(b, func() string { return server.NewDatabase(b) })
	})
}

// BenchmarkPairs measures durable hold+settle pairs: on one hot account and
// spread over 1,000, at 1, 32 and 256 callers, grouped and with one transaction
// for each operation.
func BenchmarkPairs(b *testing.B) {
	onBoth(b, func(b *testing.B, newURL func() string) {
		for _, accounts := range []int{1, 1000} {
			b.Run(fmt.Sprint("accounts=", accounts), func(b *testing.B) {
				o := open(b, newURL(), accounts)
				for _, callers := range []int{1, 32, 256} {
					b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
						compared(b, [2]string{"grouped", "alone"},
							func() float64 { return pairs(b, o.engine, accounts, callers) },
							func() float64 { return pairs(b, alone{o.store}, accounts, callers) })
					})
				}
			})
		}
	})
}
