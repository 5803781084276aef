package main

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
	"stakegate/internal/devworld"
)

// around are the points around the nth transaction of a run.
func around(step string, nth int) []killPoint {
	return []killPoint{
		{name: step + ": signed, not sent", route: sendRoute, nth: nth},
		{name: step + ": sent, not known", route: sendRoute, nth: nth, after: true},
		{name: step + ": mined, not booked", route: "eth_getTransactionReceipt", nth: nth, after: true},
	}
}

// TestAgentSurvivesKillWhileItTakesBack kills "agent unstake" and "agent claim"
// around each transaction, with faults of the node: each withdrawal is begun
// once and ended once, with the same bytes for every nonce.
func TestAgentSurvivesKillWhileItTakesBack(t *testing.T) {
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chain.Close() }) // in memory
	l := newLane(t, chain)
	points := append(around("unstake DIEM", 1), around("unstake VVV", 2)...)
	cases := make([]*agentCase, len(points))
	for i, point := range points {
		c := newAgentCase(t, l)
		cases[i] = c
		c.aim(killPoint{}, uint64(i))
		c.through(t, "agent", "up", "--stake", "12", "--diem", "0.1") // of which 9 are locked
		before := c.cooling(t)
		c.aim(point, uint64(i))
		c.through(t, "agent", "unstake", "--yes", "--vvv", "0.25", "--diem", "0.05")
		c.checkKilled(t, point)
		after := c.cooling(t)
		if after.vvv.Cmp(milli(250)) != 0 || after.diem.Cmp(milli(50)) != 0 || after.staked.Cmp(new(big.Int).Sub(before.staked, milli(50))) != 0 {
			t.Errorf("%s: %s VVV and %s DIEM cool down, %s DIEM of %s are staked\n%s", point.name, after.vvv, after.diem, after.staked, before.staked, c.log.String())
		}
	}
	for i, point := range around("claim", 1) {
		cases[i].aim(point, uint64(i))
		cases[i].through(t, "agent", "claim")
		cases[i].checkKilled(t, point)
	}
	if err := chain.IncreaseTime(8 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	for i, point := range append(around("finish DIEM", 1), around("finish VVV", 2)...) {
		c := cases[i]
		before := c.cooling(t)
		c.aim(point, uint64(i))
		c.through(t, "agent", "unstake", "--yes", "--finish")
		c.checkKilled(t, point)
		after := c.cooling(t)
		if after.vvv.Sign() != 0 || after.diem.Sign() != 0 || after.held.Cmp(new(big.Int).Add(before.held, milli(50))) != 0 {
			t.Errorf("%s: %s VVV and %s DIEM still cool down, the wallet has %s DIEM, before %s\n%s", point.name, after.vvv, after.diem, after.held, before.held, c.log.String())
		}
	}
}

// milli is a thousandth of a token, so many times.
func milli(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e15)) }

// aim sets where the next run dies; a point without a route is nowhere.
func (c *agentCase) aim(point killPoint, seed uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.point, c.seen, c.killed, c.sent = point, 0, false, map[uint64]map[common.Hash]bool{}
	c.faults = rand.New(rand.NewPCG(seed, uint64(len(point.name))))
}

// through runs the command until it has done its work.
func (c *agentCase) through(t *testing.T, args ...string) {
	t.Helper()
	for range maxRuns {
		if c.run(t, args...) == exitOK {
			return
		}
	}
	t.Fatalf("%v did not come through:\n%s", args, c.log.String())
}

// checkKilled checks that the point was met, and that only the same bytes were
// sent again.
func (c *agentCase) checkKilled(t *testing.T, point killPoint) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.killed {
		t.Errorf("%s: nothing was killed there", point.name)
	}
	for nonce, versions := range c.sent {
		if len(versions) != 1 {
			t.Errorf("%s: %d different transactions were sent with nonce %d\n%s", point.name, len(versions), nonce, c.log.String())
		}
	}
}

// coolDowns are what a wallet is taking back, and its DIEM.
type coolDowns struct{ vvv, diem, staked, held *big.Int }

func (c *agentCase) cooling(t *testing.T) coolDowns {
	t.Helper()
	d := devworld.BaseContracts()
	ask := func(to common.Address, data []byte) []byte {
		answer, err := c.chain.Client().CallContract(t.Context(), ethereum.CallMsg{To: &to, Data: data}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	stake, err := bindings.NewStakingV2().UnpackStakes(ask(d.Staking, bindings.NewStakingV2().PackStakes(c.wallet)))
	if err != nil {
		t.Fatal(err)
	}
	info, err := bindings.NewDIEM().UnpackStakedInfos(ask(d.DIEM, bindings.NewDIEM().PackStakedInfos(c.wallet)))
	if err != nil {
		t.Fatal(err)
	}
	return coolDowns{vvv: stake.CooldownAmount, diem: info.CoolDownAmount, staked: info.AmountStaked,
		held: new(big.Int).SetBytes(ask(d.DIEM, bindings.NewDIEM().PackBalanceOf(c.wallet)))}
}
