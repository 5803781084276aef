package stake_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"stakegate/internal/money"
	"stakegate/internal/stake"
)

func withAllocation(configs ...stake.AdapterConfig) stake.PolicyConfig {
	return stake.PolicyConfig{Mint: devWorld.Mint, Allocation: configs}
}

// mineEpoch mines until the next epoch's first block, in which change happens.
func (c *fakeChain) mineEpoch(change func(*fakeBlock)) stake.Block {
	c.mu.Lock()
	c.jump += stake.EpochLength
	c.mu.Unlock()
	return c.mine(change)
}

func usd(n int64) *big.Int { return big.NewInt(n * 1_000_000) }

func TestTokensAndVaultsEarnTheirRateByTheSnapshot(t *testing.T) {
	chain := newFakeChain()
	policy := newPolicy(t, chain, withAllocation(
		stake.AdapterConfig{Adapter: stake.ERC20, Contract: plain, Rate: money.Unit / 100, Min: tokens(5)},
		stake.AdapterConfig{Adapter: stake.ERC4626, Contract: vault, Rate: money.Unit / 50},
	))
	give := func(token, shares *big.Int, price int64) func(*fakeBlock) {
		return func(b *fakeBlock) { b.plain[wallet(1)], b.shares[wallet(1)], b.price = token, shares, price }
	}
	chain.mine(give(usd(100), usd(10), 100))
	got := readOne(t, policy, wallet(1), nil)
	for i, g := range got.Grants {
		if g.Cap != 0 || g.Rule != stake.Snapshot || g.Snapshot.Sign() != 0 || g.SnapshotBlock.Number != 0 || g.Decimals != 6 {
			t.Errorf("who comes within the day waits for the next one: %d: %+v", i, g)
		}
	}
	if got.Grants[0].Next != money.Unit || got.Grants[1].Next != money.Unit/5 {
		t.Errorf("tomorrow: %v and %v", got.Grants[0].Next, got.Grants[1].Next)
	}
	first := chain.mineEpoch(give(usd(100), usd(10), 150))
	chain.mine(give(usd(250), usd(10), 200)) // a worthier share counts tomorrow
	got = readOne(t, policy, wallet(1), nil)
	if g := got.Grants[0]; g.Cap != money.Unit || g.Stake.Cmp(usd(250)) != 0 || g.Counted.Cmp(usd(100)) != 0 || g.SnapshotBlock != first || g.Min.Cmp(usd(5)) != 0 {
		t.Errorf("token: %+v", g)
	}
	if g := got.Grants[1]; g.Cap != 3*money.Unit/10 || g.Stake.Cmp(usd(20)) != 0 || g.Counted.Cmp(usd(15)) != 0 {
		t.Errorf("vault: %+v", g)
	}
	chain.mine(give(big.NewInt(4_999_999), usd(1), 200))
	got = readOne(t, policy, wallet(1), nil)
	if got.Grants[0].Cap != 0 || got.Grants[1].Cap != money.Unit/25 {
		t.Errorf("less than the minimum, and lowered at once: %v, %v", got.Grants[0].Cap, got.Grants[1].Cap)
	}
}

func TestDecimalsAreTheTokensAndMustMakeSense(t *testing.T) {
	for decimals, want := range map[int64]money.Nano{0: 1_000_000 * money.Unit, 6: money.Unit, 8: money.Unit / 100, 77: 0} {
		chain := newFakeChain()
		chain.decimals = decimals
		chain.mineEpoch(func(b *fakeBlock) { b.plain[wallet(1)] = usd(1) })
		policy := newPolicy(t, chain, withAllocation(stake.AdapterConfig{Adapter: stake.ERC20, Contract: plain, Rate: money.Unit}))
		if got := readOne(t, policy, wallet(1), nil).Grants[0]; got.Cap != want || int64(got.Decimals) != decimals {
			t.Errorf("%d decimals: %+v", decimals, got)
		}
	}
	chain := newFakeChain()
	chain.decimals = 78
	policy := newPolicy(t, chain, withAllocation(stake.AdapterConfig{Adapter: stake.ERC20, Contract: plain, Rate: money.Unit}))
	if _, err := policy.Read(context.Background(), []common.Address{wallet(1)}, stake.Epoch{}); !errors.Is(err, stake.ErrChain) {
		t.Errorf("78 decimals: %v", err)
	}
}

// What a contract must not be, which alarm that raises, and that its stakes then
// count by the snapshot, for the whole epoch.
func TestAContractThatIsNotBoundCountsByTheSnapshot(t *testing.T) {
	for kind, change := range map[string]func(*fakeChain){
		stake.AlarmTransferable:   func(c *fakeChain) { c.transferable = true },
		stake.AlarmCooldown:       func(c *fakeChain) { c.cooldown = 86_399 },
		stake.AlarmImplementation: func(c *fakeChain) { c.implementation = common.Hash{31: 9} },
	} {
		t.Run(kind, func(t *testing.T) {
			chain := newFakeChain()
			var alarms []string
			config := withAllocation(stake.AdapterConfig{Adapter: stake.Pool, Contract: vvvStaking, Pool: 1000 * money.Unit})
			config.Alarm = func(a stake.Alarm) { alarms = append(alarms, a.Source+" "+a.Kind) }
			policy := newPolicy(t, chain, config)
			chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(50)); b.setVVV(wallet(2), tokens(50)) })
			if g := readOne(t, policy, wallet(1), nil).Grants[0]; g.Rule != stake.Immediate || g.Cap != 500*money.Unit || len(alarms) != 0 {
				t.Fatalf("as it should be: %+v, %v", g, alarms)
			}
			change(chain)
			chain.mineEpoch(nil)
			chain.mine(func(b *fakeBlock) { b.setVVV(wallet(1), tokens(100)); b.setVVV(wallet(2), new(big.Int)) })
			for range 2 {
				if g := readOne(t, policy, wallet(1), nil).Grants[0]; g.Rule != stake.Snapshot || g.Cap != 500*money.Unit || g.Why == "" {
					t.Errorf("afterwards: %+v", g)
				}
			}
			if !slices.Equal(alarms, []string{"pool " + kind}) {
				t.Errorf("alarms: %v", alarms)
			}
			chain.transferable, chain.cooldown, chain.implementation = false, 86_400, common.Hash{}
			chain.jump += 10 * 60 * 1e9
			chain.mine(nil)
			if g := readOne(t, policy, wallet(1), nil).Grants[0]; g.Rule != stake.Snapshot {
				t.Errorf("mended within the epoch: %+v", g)
			}
			chain.mineEpoch(nil)
			if g := readOne(t, policy, wallet(1), nil).Grants[0]; g.Rule != stake.Immediate || g.Cap != 1000*money.Unit {
				t.Errorf("the day after: %+v", g)
			}
		})
	}
}

func TestAPinnedImplementationIsTheOnlyOneTrusted(t *testing.T) {
	chain := newFakeChain()
	pinned := common.Address{19: 7}
	config := withAllocation(stake.AdapterConfig{Adapter: stake.Pool, Contract: vvvStaking, Pool: money.Unit, Implementation: pinned})
	alarms := 0
	config.Alarm = func(stake.Alarm) { alarms++ }
	policy := newPolicy(t, chain, config)
	if err := policy.Probe(context.Background(), chain.blocks[0].Block); err != nil || alarms != 1 {
		t.Errorf("another one: %d alarms, %v", alarms, err)
	}
	chain.implementation = common.BytesToHash(pinned[:])
	block := chain.mineEpoch(nil)
	if err := policy.Probe(context.Background(), block); err != nil || alarms != 1 {
		t.Errorf("that one: %d alarms, %v", alarms, err)
	}
	chain.setDown(errDown)
	chain.jump += stake.EpochLength
	if err := policy.Probe(context.Background(), chain.block(block.Number+1)); !errors.Is(err, stake.ErrChain) || alarms != 1 {
		t.Errorf("a chain that is away is no alarm: %d, %v", alarms, err)
	}
}

// When the epoch's first block is taken back, the one in its place counts.
func TestASnapshotIsTakenAgainWhenItsBlockIsGone(t *testing.T) {
	chain := newFakeChain()
	policy := newPolicy(t, chain, withAllocation(stake.AdapterConfig{Adapter: stake.ERC20, Contract: plain, Rate: money.Unit}))
	have := func(n int64) func(*fakeBlock) { return func(b *fakeBlock) { b.plain[wallet(1)] = usd(n) } }
	chain.mineEpoch(have(3))
	if g := readOne(t, policy, wallet(1), nil).Grants[0]; g.Cap != 3*money.Unit {
		t.Fatalf("%+v", g)
	}
	chain.forget(1)
	chain.mine(have(2))
	chain.mine(have(5))
	if g := readOne(t, policy, wallet(1), nil).Grants[0]; g.Cap != 2*money.Unit || g.SnapshotBlock.Number != 1 {
		t.Errorf("%+v", g)
	}
}

// One stake goes through ten wallets within an epoch, by transfer where that is
// possible and else by unstaking and waiting for the cool-down. Whoever is read
// whenever, what was ever counted for anybody in the epoch adds up to one stake.
func TestOneStakeThroughTenWalletsCountsOnceInAnEpoch(t *testing.T) {
	const whole = 1000
	rapid.Check(t, func(t *rapid.T) {
		chain := newFakeChain()
		movable := rapid.Bool().Draw(t, "transferable")
		source := stake.AdapterConfig{Adapter: stake.ERC20, Contract: plain, Rate: money.Unit}
		if !movable {
			source = stake.AdapterConfig{Adapter: stake.Pool, Contract: vvvStaking, Pool: whole * money.Unit}
		} else if rapid.Bool().Draw(t, "a pool that is said to be bound") {
			chain.transferable = true
			source = stake.AdapterConfig{Adapter: stake.Pool, Contract: vvvStaking, Pool: whole * money.Unit}
		}
		policy, err := stake.NewPolicy(chain, withAllocation(source))
		if err != nil {
			t.Fatal(err)
		}
		set := func(b *fakeBlock, who byte, amount int64) {
			if source.Adapter == stake.ERC20 {
				b.plain[wallet(who)] = usd(amount)
			} else {
				b.setVVV(wallet(who), tokens(amount))
			}
		}
		owner := byte(rapid.IntRange(0, 9).Draw(t, "owner"))
		chain.mine(func(b *fakeBlock) { set(b, owner, whole) })
		staked := true
		most := map[byte]money.Nano{} // the most that each was ever granted in the epoch
		var first stake.Totals
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0: // the stake moves on, or begins to
				next := byte(rapid.IntRange(0, 9).Draw(t, "next"))
				if movable {
					chain.mine(func(b *fakeBlock) { set(b, owner, 0); set(b, next, whole) })
					owner = next
				} else if staked {
					chain.mine(func(b *fakeBlock) { set(b, owner, 0) })
					staked, owner = false, next
				}
			case 1: // a day goes by, and with it a cool-down
				chain.mineEpoch(func(b *fakeBlock) {
					if !staked {
						set(b, owner, whole)
						staked = true
					}
				})
				clear(most)
				first = nil
			default:
				who := byte(rapid.IntRange(0, 9).Draw(t, "who"))
				readings, err := policy.Read(context.Background(), []common.Address{wallet(who)}, stake.Epoch{First: first})
				if err != nil {
					t.Fatal(err)
				}
				grant := readings[0].Grants[0]
				if first == nil && grant.Total != nil {
					first = stake.Totals{grant.Source: grant.Total}
				}
				most[who] = max(most[who], grant.Cap)
			}
			var sum money.Nano
			for _, amount := range most {
				sum += amount
			}
			if sum > whole*money.Unit {
				t.Fatalf("%v were granted of one stake: %v", sum, most)
			}
		}
	})
}
