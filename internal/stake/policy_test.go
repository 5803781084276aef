package stake_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/internal/money"
	"stakegate/internal/stake"
)

var devWorld = stake.PolicyConfig{
	Mint: stake.AdapterConfig{Adapter: stake.VeniceVVV, Contract: vvvStaking},
	Allocation: []stake.AdapterConfig{
		{Adapter: stake.Pool, Contract: vvvStaking, Pool: 1000 * money.Unit},
		{Adapter: stake.VeniceDIEM, Contract: diem},
	},
}

func newPolicy(t testing.TB, chain stake.Chain, config stake.PolicyConfig) *stake.Policy {
	t.Helper()
	policy, err := stake.NewPolicy(chain, config)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func readOne(t testing.TB, policy *stake.Policy, address common.Address, first stake.Totals) stake.Reading {
	t.Helper()
	readings, err := policy.Read(context.Background(), []common.Address{address}, stake.Epoch{First: first})
	if err != nil {
		t.Fatal(err)
	}
	return readings[0]
}

func TestStakedVVVMintsAndEarnsAShareOfThePool(t *testing.T) {
	chain := newFakeChain()
	policy := newPolicy(t, chain, devWorld)
	block := chain.mine(func(b *fakeBlock) {
		b.setVVV(wallet(1), tokens(10))
		b.setVVV(wallet(2), tokens(99_990))
		b.setVVV(wallet(3), big.NewInt(1))
	})
	readings, err := policy.Read(context.Background(), []common.Address{wallet(1), wallet(3), wallet(4)}, stake.Epoch{})
	if err != nil {
		t.Fatal(err)
	}
	first, dust, none := readings[0], readings[1], readings[2]
	if !first.MintOK || first.Mint.Cmp(tokens(10)) != 0 || first.Address != wallet(1) || first.Block != block {
		t.Errorf("10 VVV: %+v", first)
	}
	// 1000 × 10 / 100000 and a dust of one wei in the total: just below 0.1.
	if grant := first.Grants[0]; grant.Cap != 99_999_999 || grant.Source != "pool" || grant.Pool != 1000*money.Unit || grant.Stake.Cmp(tokens(10)) != 0 {
		t.Errorf("10 VVV of 100,000: %+v", grant)
	}
	if !dust.MintOK || dust.Grants[0].Cap != 0 {
		t.Errorf("1 wei: %+v", dust)
	}
	if none.MintOK || none.Mint.Sign() != 0 || none.Grants[0].Cap != 0 || none.Grants[1].Cap != 0 {
		t.Errorf("nothing: %+v", none)
	}
	// One total, and for each wallet a balance (asked once for the mint right
	// and the share) and a DIEM stake.
	if chain.calls != 1+3*2 {
		t.Errorf("%d calls", chain.calls)
	}
}

func TestStakedDIEMIsOneADayFromATenth(t *testing.T) {
	tenth := new(big.Int).Div(tokens(1), big.NewInt(10))
	for name, c := range map[string]struct {
		staked *big.Int
		want   money.Nano
	}{
		"1 DIEM":       {tokens(1), money.Unit},
		"0.1 DIEM":     {tenth, money.Unit / 10},
		"just below":   {new(big.Int).Sub(tenth, big.NewInt(1)), 0},
		"rounds down":  {new(big.Int).Add(tokens(2), big.NewInt(1_999_999_999)), 2*money.Unit + 1},
		"absurdly big": {new(big.Int).Lsh(big.NewInt(1), 255), money.Max},
	} {
		chain := newFakeChain()
		chain.mine(func(b *fakeBlock) { b.setDIEM(wallet(1), c.staked) })
		got := readOne(t, newPolicy(t, chain, devWorld), wallet(1), nil)
		if grant := got.Grants[1]; grant.Source != "venice-diem" || grant.Cap != c.want || grant.Total != nil || grant.Pool != 0 {
			t.Errorf("%s: %+v", name, grant)
		}
		if got.MintOK {
			t.Errorf("%s: staked DIEM alone mints", name)
		}
	}
}

func TestMinimumsAreKept(t *testing.T) {
	chain := newFakeChain()
	config := devWorld
	config.Mint.Min = tokens(5)
	policy := newPolicy(t, chain, config)
	for stakeWei, want := range map[*big.Int]bool{tokens(5): true, new(big.Int).Sub(tokens(5), big.NewInt(1)): false} {
		chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), stakeWei) })
		if got := readOne(t, policy, wallet(1), nil); got.MintOK != want {
			t.Errorf("%s wei: MintOK is %v", stakeWei, got.MintOK)
		}
	}
}

// When others leave, a share of the total now would grow while theirs is
// already spent. The epoch's first total keeps it down.
func TestSharesDoNotGrowWhenOthersLeave(t *testing.T) {
	chain := newFakeChain()
	policy := newPolicy(t, chain, devWorld)
	chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(50)); b.setVVV(wallet(2), tokens(50)) })
	before := readOne(t, policy, wallet(1), nil)
	first := stake.Totals{"pool": before.Grants[0].Total}
	chain.mine(func(b *fakeBlock) { b.setVVV(wallet(2), new(big.Int)) })
	if got := readOne(t, policy, wallet(1), first).Grants[0]; got.Cap != 500*money.Unit || got.Total.Cmp(tokens(50)) != 0 {
		t.Errorf("after the other left: %+v", got)
	}
	chain.mine(func(b *fakeBlock) { b.setVVV(wallet(3), tokens(150)) })
	if got := readOne(t, policy, wallet(1), first).Grants[0].Cap; got != 250*money.Unit {
		t.Errorf("after a larger one came: %v", got)
	}
	if got := readOne(t, policy, wallet(1), nil).Grants[0].Cap; got != 250*money.Unit {
		t.Errorf("in the next epoch: %v", got)
	}
}

// At one block the shares of any wallets add up to one pool at most, each is
// the exact share rounded down, and the largest possible stake overflows
// nothing.
func TestSharesAddUpToOnePoolAtMost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chain := newFakeChain()
		pool := money.Nano(rapid.Int64Range(1, int64(money.Max)).Draw(t, "pool"))
		policy, err := stake.NewPolicy(chain, stake.PolicyConfig{
			Mint:       devWorld.Mint,
			Allocation: []stake.AdapterConfig{{Adapter: stake.Pool, Contract: vvvStaking, Pool: pool}},
		})
		if err != nil {
			t.Fatal(err)
		}
		stakes := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 31), 1, 6).Draw(t, "stakes")
		var addresses []common.Address
		chain.mine(func(b *fakeBlock) {
			for i, raw := range stakes {
				addresses = append(addresses, wallet(byte(i)))
				b.setVVV(wallet(byte(i)), new(big.Int).SetBytes(raw))
			}
		})
		first := stake.Totals{"pool": new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "first"))}
		readings, err := policy.Read(context.Background(), addresses, stake.Epoch{First: first})
		if err != nil {
			t.Fatal(err)
		}
		var sum money.Nano
		for _, r := range readings {
			grant := r.Grants[0]
			total := grant.Total
			if first["pool"].Cmp(total) > 0 {
				total = first["pool"]
			}
			want := new(big.Int).Mul(grant.Stake, big.NewInt(int64(pool)))
			if total.Sign() > 0 {
				want.Quo(want, total)
			}
			if want.Cmp(big.NewInt(int64(grant.Cap))) != 0 || r.MintOK != (grant.Stake.Sign() > 0) {
				t.Fatalf("%+v, want %s", grant, want)
			}
			sum += grant.Cap
		}
		if sum < 0 || sum > pool {
			t.Fatalf("shares of %d add up to %d", pool, sum)
		}
	})
}

func TestAllWalletsAreReadAtOneBlock(t *testing.T) {
	chain := newFakeChain()
	policy := newPolicy(t, chain, devWorld)
	old := chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
	chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), new(big.Int)) })
	readings, err := policy.ReadAt(context.Background(), old, []common.Address{wallet(1)}, stake.Epoch{})
	if err != nil || !readings[0].MintOK || readings[0].Block != old {
		t.Errorf("at the older block: %+v, %v", readings, err)
	}
	if readings, err := policy.ReadAt(context.Background(), old, nil, stake.Epoch{}); err != nil || len(readings) != 0 {
		t.Errorf("nobody: %v, %v", readings, err)
	}
}

func TestAChainThatCannotBeReadIsNeverNoStake(t *testing.T) {
	chain := newFakeChain()
	block := chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(1)) })
	policy := newPolicy(t, chain, devWorld)
	read := func() error {
		_, err := policy.Read(context.Background(), []common.Address{wallet(1)}, stake.Epoch{})
		return err
	}
	chain.setDown(errDown)
	if err := read(); !errors.Is(err, stake.ErrChain) || !errors.Is(err, errDown) {
		t.Errorf("down: %v", err)
	}
	chain.setDown(nil)
	chain.emptyCode = true
	if err := read(); !errors.Is(err, stake.ErrChain) || !strings.Contains(err.Error(), "check the contract's address") {
		t.Errorf("no contract there: %v", err)
	}
	chain.emptyCode = false
	chain.forget(1)
	if _, err := policy.ReadAt(context.Background(), block, []common.Address{wallet(1)}, stake.Epoch{}); !errors.Is(err, stake.ErrChain) {
		t.Errorf("block taken back: %v", err)
	}
	chain.setDown(context.Canceled)
	if err := read(); errors.Is(err, stake.ErrChain) || !errors.Is(err, context.Canceled) {
		t.Errorf("caller gave up: %v", err)
	}
}

func TestReadingsOfYesterdayAreNotOfThisEpoch(t *testing.T) {
	for name, c := range map[string]struct {
		at   time.Time
		want bool
	}{
		"just before": {midnight.Add(-time.Second), false},
		"at midnight": {midnight, true},
		"later":       {midnight.Add(time.Hour), true},
	} {
		reading := stake.Reading{Block: stake.Block{Time: c.at}}
		if got := reading.InEpoch(midnight); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestBadPoliciesAreRefused(t *testing.T) {
	vvv := stake.AdapterConfig{Adapter: stake.VeniceVVV, Contract: vvvStaking}
	pool := stake.AdapterConfig{Adapter: stake.Pool, Contract: vvvStaking, Pool: money.Unit}
	for want, config := range map[string]stake.PolicyConfig{
		"stake.mint: adapter must be":                         {},
		"stake.mint: contract is not set":                     {Mint: stake.AdapterConfig{Adapter: stake.VeniceVVV}},
		"stake.mint: adapter venice-vvv has no pool":          {Mint: stake.AdapterConfig{Adapter: stake.VeniceVVV, Contract: vvvStaking, Pool: 1}},
		"stake.mint: min must be above 0":                     {Mint: stake.AdapterConfig{Adapter: stake.VeniceVVV, Contract: vvvStaking, Min: new(big.Int)}},
		"stake.mint: adapter must be venice-vvv, venice-diem": {Mint: pool},
		"stake.allocation[0]: adapter must be pool, ":         {Mint: vvv, Allocation: []stake.AdapterConfig{vvv}},
		"stake.allocation[0]: pool must be a positive":        {Mint: vvv, Allocation: []stake.AdapterConfig{{Adapter: stake.Pool, Contract: vvvStaking}}},
		"stake.allocation[1]: a source is called \"pool":      {Mint: vvv, Allocation: []stake.AdapterConfig{pool, pool}},
	} {
		if _, err := stake.NewPolicy(newFakeChain(), config); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	named := pool
	named.Name = "second"
	policy := newPolicy(t, newFakeChain(), stake.PolicyConfig{Mint: vvv, Allocation: []stake.AdapterConfig{pool, named}})
	if got := policy.Sources(); len(got) != 2 || got[0] != (stake.Source{Name: "pool", Pooled: true, Pool: money.Unit}) || got[1].Name != "second" {
		t.Errorf("sources: %+v", got)
	}
}

func TestParseWei(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "1": "1000000000000000000", "0.1": "100000000000000000", "0.000000000000000001": "1",
		"007.50": "7500000000000000000", "123456789012345678901234567890": "123456789012345678901234567890000000000000000000",
	} {
		if got, err := stake.ParseWei(text); err != nil || got.String() != want {
			t.Errorf("%s: got %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1e3", "0x1", " 1", "1 ", "1.2.3", "0.0000000000000000001", "１", strings.Repeat("9", 61)} {
		if got, err := stake.ParseWei(text); err == nil {
			t.Errorf("%q: got %s", text, got)
		}
	}
}

func FuzzParseWei(f *testing.F) {
	for _, seed := range []string{"0", "1.5", "0.000000000000000001", "-1", "1e3"} {
		f.Add(seed)
	}
	scale := new(big.Rat).SetInt(tokens(1))
	f.Fuzz(func(t *testing.T, text string) {
		wei, err := stake.ParseWei(text)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok || exact.Mul(exact, scale).Cmp(new(big.Rat).SetInt(wei)) != 0 {
			t.Fatalf("%q became %s", text, wei)
		}
	})
}
