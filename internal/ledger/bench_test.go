package ledger_test

import (
	"context"
	"fmt"
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

var benchSources = []ledger.Source{{Name: "venice-diem"}}

// books are what a pair of hold and settle is done on.
type books interface {
	Hold(ctx context.Context, request ledger.HoldRequest) (ledger.Held, error)
	Settle(ctx context.Context, settlement ledger.Settlement) (ledger.Settled, error)
}

// alone does each operation in a transaction of its own.
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

// fill makes accounts with a key each and an allocation for today.
func fill(b *testing.B, s *store.Store, engine *ledger.Engine, accounts int) {
	b.Helper()
	var group sync.WaitGroup
	limit := make(chan struct{}, 64)
	for i := range accounts {
		account := fmt.Sprintf("0x%040x", i)
		limit <- struct{}{}
		group.Go(func() {
			defer func() { <-limit }()
			err := s.InsertKey(b.Context(), issuer.Insertion{
				Key: apikey.Key{
					ID: fmt.Sprint("k", i), AccountID: account, Last6: "abcdef", CreatedAt: time.Now(),
					Spec: apikey.Spec{Type: apikey.Inference, Period: apikey.Epoch, Privacy: apikey.PrivacyAll},
				},
				Hash: benchHash(i), MaxActive: 1, MaxPerMinute: 1,
			})
			if err != nil {
				b.Error(err)
			}
			err = engine.Grant(b.Context(), ledger.Grant{
				AccountID: account, Epoch: ledger.EpochOf(time.Now()),
				Sources: []ledger.SourceGrant{{Source: "venice-diem", Cap: money.Max / 2}},
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
}

// pairs does b.N pairs of hold and settle from a number of callers.
func pairs(b *testing.B, on books, accounts, callers int, ids *atomic.Int64) {
	var next atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range callers {
		group.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				id := fmt.Sprintf("%016x", ids.Add(1))
				_, err := on.Hold(context.Background(), ledger.HoldRequest{
					ID: id, KeyHash: benchHash(int(n) % accounts), ModelID: "m", ModelType: "text",
					Min: 1000, Max: 1000, Lifetime: time.Hour,
				})
				if err == nil {
					_, err = on.Settle(context.Background(), ledger.Settlement{
						HoldID: id, Cost: 700, InputCost: 200, PromptTokens: 20, CompletionTokens: 30, Source: ledger.SourceUsage,
					})
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
}

// BenchmarkPairs measures durable hold+settle pairs: on one hot account and
// spread over 1,000, at 1, 32 and 256 callers, grouped and with one transaction
// for each operation.
func BenchmarkPairs(b *testing.B) {
	server, err := pgtest.Start(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := server.Stop(); err != nil {
			b.Error(err)
		}
	}()
	for _, accounts := range []int{1, 1000} {
		for engine, url := range map[string]string{
			"sqlite":   "sqlite:" + filepath.Join(b.TempDir(), "stakegate.db"),
			"postgres": server.NewDatabase(b),
		} {
			s, err := store.Open(b.Context(), url, time.Now)
			if err != nil {
				b.Fatal(err)
			}
			grouped := ledger.NewEngine(s, ledger.EngineConfig{Sources: benchSources, Lanes: s.Commits()})
			ctx, stop := context.WithCancel(context.Background())
			var group sync.WaitGroup
			group.Go(func() { _ = grouped.Run(ctx) })
			fill(b, s, grouped, accounts)
			var ids atomic.Int64
			for _, callers := range []int{1, 32, 256} {
				for way, on := range map[string]books{"grouped": grouped, "alone": alone{s}} {
					b.Run(fmt.Sprintf("engine=%s/accounts=%d/callers=%d/way=%s", engine, accounts, callers, way), func(b *testing.B) {
						pairs(b, on, accounts, callers, &ids)
					})
				}
			}
			stop()
			group.Wait()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
