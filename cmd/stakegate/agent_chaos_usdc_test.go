package main

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
	"stakegate/internal/devworld"
)

// TestAgentSurvivesKillWhileItPaysWithUSDC kills "agent up" around each approval
// and purchase of the way on which USDC pays for VVV and for DIEM: bought once
// each, staked once each, and no exchange may take anything in the end.
func TestAgentSurvivesKillWhileItPaysWithUSDC(t *testing.T) {
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = chain.Close() }) // in memory
	l := newLane(t, chain)
	var points []killPoint
	for step, nth := range map[string]int{"allow": 1, "buy with USDC": 2, "allow for DIEM": 5, "buy DIEM": 6} { // 3 and 4 approve and stake
		points = append(points, around(step, nth)...)
	}
	for i, point := range points {
		c := newAgentCase(t, l)
		if err := chain.Fund(t.Context(), c.wallet, nil, nil, big.NewInt(1_000_000_000)); err != nil {
			t.Fatal(err)
		}
		c.aim(point, uint64(i))
		c.through(t, "agent", "up", "--json", "--stake", "1", "--diem", "0.1", "--diem-by", "buy", "--pay", "usdc")
		c.checkKilled(t, point)
		c.checkPaidOnce(t, point)
	}
}

func (c *agentCase) checkPaidOnce(t *testing.T, point killPoint) {
	t.Helper()
	d := devworld.BaseContracts()
	market := func(from common.Address) bool { return from != d.Staking && from != common.Address{} }
	mine := func(from common.Address) bool { return from == c.wallet }
	for what, got := range map[string]int{
		"purchases of VVV":   c.transfers(t, d.VVV, market, c.wallet),
		"purchases of DIEM":  c.transfers(t, d.DIEM, market, c.wallet),
		"stakes of VVV":      c.transfers(t, d.VVV, mine, d.Staking),
		"stakes of the DIEM": c.transfers(t, d.DIEM, mine, d.DIEM),
	} {
		if got != 1 {
			t.Errorf("%s: %d %s, want 1\n%s", point.name, got, what, c.log.String())
		}
	}
	routers := []common.Address{d.Aerodrome.Router, d.UniswapV3.Router}
	for _, s := range d.Slipstream {
		routers = append(routers, s.Router)
	}
	for _, router := range routers {
		answer, err := c.chain.Client().CallContract(t.Context(), ethereum.CallMsg{To: &d.USDC, Data: bindings.NewUSDC().PackAllowance(c.wallet, router)}, nil)
		if err != nil || new(big.Int).SetBytes(answer).Sign() != 0 {
			t.Errorf("%s: the router %s may take %x, %v, want 0\n%s", point.name, router, answer, err, c.log.String())
		}
	}
}
