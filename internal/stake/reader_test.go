package stake_test

import (
	"context"
	"errors"
	"math/big"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/money"
	"stakegate/internal/stake"
)

// countingChain counts readings and can be slow.
type countingChain struct {
	*fakeChain
	heads, calls atomic.Int64
	old          atomic.Pointer[stake.Block] // what Recent answers
	slow         time.Duration
}

func (c *countingChain) Sealed(ctx context.Context) (stake.Block, error) {
	c.heads.Add(1)
	return c.fakeChain.Sealed(ctx)
}

func (c *countingChain) Recent(ctx context.Context, _ time.Duration) (stake.Block, error) {
	if old := c.old.Load(); old != nil {
		return *old, nil
	}
	return c.Sealed(ctx)
}

func (c *countingChain) Call(ctx context.Context, block stake.Block, calls []stake.Call) ([][]byte, error) {
	c.calls.Add(1)
	timer := time.NewTimer(c.slow)
	defer timer.Stop()
	<-timer.C
	return c.fakeChain.Call(ctx, block, calls)
}

func noEpoch() stake.Epoch { return stake.Epoch{} }

func TestACrowdIsReadTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := &countingChain{fakeChain: newFakeChain(), slow: 100 * time.Millisecond}
		chain.mine(func(b *fakeBlock) {
			for i := range 250 {
				b.setVVV(wallet(byte(i)), tokens(int64(i)))
			}
		})
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{}, noEpoch)
		var group sync.WaitGroup
		for range 4 {
			for i := range 250 {
				group.Go(func() {
					reading, err := reader.Read(t.Context(), wallet(byte(i)))
					if err != nil || reading.Address != wallet(byte(i)) || reading.Mint.Cmp(tokens(int64(i))) != 0 {
						t.Errorf("%d: %+v, %v", i, reading, err)
					}
				})
			}
		}
		group.Wait()
		time.Sleep(time.Minute) // until nothing is under way
		// The first who comes, then 200, then the rest; all others share theirs.
		if heads := chain.heads.Load(); heads > 4 {
			t.Errorf("1000 readings asked for %d heads", heads)
		}
	})
}

// A node that takes a question and says nothing is an outage too, of which who
// mints hears in time; who has gone away is not asked for.
func TestAMintDoesNotWaitForASilentChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := &countingChain{fakeChain: newFakeChain(), slow: 15 * time.Second}
		chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{}, noEpoch)
		began := time.Now()
		_, err := reader.Mint(t.Context(), wallet(1))
		if took := time.Since(began); !errors.Is(err, stake.ErrChain) || errors.Is(err, context.DeadlineExceeded) || took > stake.DefaultMost {
			t.Errorf("after %s: %v", took, err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := reader.Mint(gone, wallet(1)); !errors.Is(err, context.Canceled) {
			t.Errorf("who has gone: %v", err)
		}
		time.Sleep(time.Minute) // until nothing is under way
		if calls := chain.calls.Load(); calls != 1 {
			t.Errorf("the chain was asked %d times", calls)
		}
		slow := &countingChain{fakeChain: chain.fakeChain, slow: time.Second}
		patient := newPolicy(t, slow, devWorld).Reader(stake.ReaderConfig{}, noEpoch)
		if mint, err := patient.Mint(t.Context(), wallet(1)); err != nil || !mint.OK {
			t.Errorf("a slow chain: %+v, %v", mint, err)
		}
		time.Sleep(time.Minute)
	})
}

// Few wait for others to come, so that the chain is spared; many do not.
func TestManyDoNotWaitForMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := &countingChain{fakeChain: newFakeChain(), slow: time.Millisecond}
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{Spacing: time.Second, Enough: 10}, noEpoch)
		next := byte(0)
		for _, step := range []struct {
			wallets int
			took    time.Duration
		}{{1, time.Millisecond}, {9, time.Second}, {10, time.Millisecond}, {25, time.Millisecond}, {1, time.Second - 2*time.Millisecond}} {
			began := time.Now()
			var group sync.WaitGroup
			for range step.wallets {
				next++
				group.Go(func() { _, _ = reader.Read(t.Context(), wallet(next)) })
				synctest.Wait() // so that each is another one's
			}
			group.Wait()
			if took := time.Since(began); took > step.took+2*time.Millisecond || took < step.took-2*time.Millisecond {
				t.Errorf("%d wallets waited %s, want %s", step.wallets, took, step.took)
			}
		}
		time.Sleep(time.Minute) // until nothing is under way
	})
}

func TestWhoComesWhileTheChainIsAskedIsReadAtALaterBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := &countingChain{fakeChain: newFakeChain(), slow: time.Second}
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{}, noEpoch)
		var group sync.WaitGroup
		group.Go(func() { _, _ = reader.Read(t.Context(), wallet(1)) })
		synctest.Wait()
		block := chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(7)) })
		if reading, err := reader.Read(t.Context(), wallet(1)); err != nil || reading.Block != block || reading.Mint.Cmp(tokens(7)) != 0 {
			t.Errorf("%+v, %v", reading, err)
		}
		group.Wait()
		time.Sleep(time.Minute) // until nothing is under way
	})
}

func TestAMintMayRestOnARecentBlockAndARefusalNever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := &countingChain{fakeChain: newFakeChain()}
		old := chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
		now := chain.mine(func(b *fakeBlock) { b.setVVV(wallet(2), tokens(1)) })
		chain.old.Store(&old)
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{}, noEpoch)
		if mint, err := reader.Mint(t.Context(), wallet(1)); err != nil || !mint.OK || mint.Block != old || chain.heads.Load() != 0 {
			t.Errorf("who had a stake: %+v, %v", mint, err)
		}
		if mint, err := reader.Mint(t.Context(), wallet(2)); err != nil || !mint.OK || mint.Block != now {
			t.Errorf("who has one since: %+v, %v", mint, err)
		}
		if mint, err := reader.Mint(t.Context(), wallet(3)); err != nil || mint.OK || mint.Block != now || mint.Stake.Sign() != 0 {
			t.Errorf("who has none: %+v, %v", mint, err)
		}
		time.Sleep(time.Minute) // until nothing is under way
	})
}

func TestAChainThatIsAwayIsAskedNowAndThenAndNobodyIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := &countingChain{fakeChain: newFakeChain()}
		chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{}, noEpoch)
		chain.setDown(errDown)
		var group sync.WaitGroup
		for range 500 { // fifty a second for ten seconds
			group.Go(func() {
				if _, err := reader.Mint(t.Context(), wallet(1)); !errors.Is(err, stake.ErrChain) {
					t.Errorf("away: %v", err)
				}
			})
			time.Sleep(20 * time.Millisecond)
		}
		group.Wait()
		if heads := chain.heads.Load(); heads > 90 {
			t.Errorf("a chain that is away was asked %d times in 10 s", heads)
		}
		chain.setDown(nil)
		began := time.Now()
		if mint, err := reader.Mint(t.Context(), wallet(1)); err != nil || !mint.OK {
			t.Errorf("back: %+v, %v", mint, err)
		}
		if took := time.Since(began); took > 2*stake.DefaultPause {
			t.Errorf("noticed after %v", took)
		}
		time.Sleep(time.Minute) // until nothing is under way
	})
}

func TestWhoGivesUpDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chain := &countingChain{fakeChain: newFakeChain(), slow: time.Second}
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{}, noEpoch)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := reader.Read(ctx, wallet(1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Minute) // until nothing is under way
	})
}

func TestFormatUnits(t *testing.T) {
	for want, c := range map[string]struct {
		amount   *big.Int
		decimals uint8
	}{
		"0": {new(big.Int), 18}, "1": {tokens(1), 18}, "0.000000000000000001": {big.NewInt(1), 18}, "12.5": {big.NewInt(12_500_000), 6},
		"1000": {big.NewInt(1000), 0}, "10": {big.NewInt(1000), 2}, "0.1": {big.NewInt(10), 2},
	} {
		if got := stake.FormatUnits(c.amount, c.decimals); got != want {
			t.Errorf("%s with %d decimals is %q, want %q", c.amount, c.decimals, got, want)
		}
	}
}

var _ stake.Chain = (*countingChain)(nil)

// Thousands of accounts are read at an epoch's turn in a few questions, each at
// one block of the new epoch.
func TestThousandsAreReadAtAnEpochsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const accounts = 3000
		chain := &countingChain{fakeChain: newFakeChain(), slow: 50 * time.Millisecond}
		account := func(i int) common.Address { return common.Address{0: 0xbb, 18: byte(i >> 8), 19: byte(i)} }
		chain.mine(func(b *fakeBlock) {
			for i := range accounts {
				b.setVVV(account(i), tokens(1))
			}
		})
		first := chain.mineEpoch(nil)
		start := stake.EpochStart(first.Time)
		reader := newPolicy(t, chain, devWorld).Reader(stake.ReaderConfig{}, func() stake.Epoch { return stake.Epoch{Start: start} })
		var group sync.WaitGroup
		began := time.Now()
		for i := range accounts {
			group.Go(func() {
				reading, err := reader.Read(t.Context(), account(i))
				if err != nil || reading.Address != account(i) || !reading.InEpoch(start) || reading.Grants[0].Cap != 1000*money.Unit/accounts {
					t.Errorf("%d: %+v, %v", i, reading, err)
				}
			})
		}
		group.Wait()
		if calls := chain.calls.Load(); calls > accounts/stake.DefaultSize+2 {
			t.Errorf("%d accounts took %d questions", accounts, calls)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v with a node that takes 50 ms", took)
		}
		time.Sleep(time.Minute) // until nothing is under way
	})
}

func TestAReadingOfYesterdaysBlockIsNone(t *testing.T) {
	chain := newFakeChain()
	policy := newPolicy(t, chain, devWorld)
	today := stake.Epoch{Start: midnight.Add(stake.EpochLength)}
	if _, err := policy.Read(t.Context(), []common.Address{wallet(1)}, today); !errors.Is(err, stake.ErrChain) {
		t.Errorf("%v", err)
	}
	chain.mineEpoch(nil)
	if readings, err := policy.Read(t.Context(), []common.Address{wallet(1)}, today); err != nil || !readings[0].InEpoch(today.Start) {
		t.Errorf("%+v, %v", readings, err)
	}
}
