package contracts_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

var multicall = bindings.NewMulticall3()

// good asks for a balance; bad reverts with STAKE_ZERO.
var (
	good = staking.PackBalanceOf(alice)
	bad  = staking.PackStake(alice, zero)
)

func TestMulticallReturnsEveryAnswer(t *testing.T) {
	w := newWorld(t)
	w.stakeFor(alice, alice, vvv(3))
	calls := []bindings.Multicall3Call{{Target: stakingAt, CallData: good}, {Target: vvvAt, CallData: bindings.NewIERC20().PackDecimals()}}
	got := read(w, multicallAt, multicall.PackAggregate(calls), multicall.UnpackAggregate)
	w.equal("blockNumber", got.BlockNumber, big.NewInt(1_000))
	w.equal("first answer", new(big.Int).SetBytes(got.ReturnData[0]), vvv(3))
	w.equal("second answer", new(big.Int).SetBytes(got.ReturnData[1]), big.NewInt(18))

	calls = append(calls, bindings.Multicall3Call{Target: stakingAt, CallData: bad})
	w.refused("Multicall3: call failed", alice, multicallAt, multicall.PackAggregate(calls))
	w.refused("Multicall3: call failed", alice, multicallAt, multicall.PackTryAggregate(true, calls))
	w.refused("Multicall3: call failed", alice, multicallAt, multicall.PackBlockAndAggregate(calls))
	tried := read(w, multicallAt, multicall.PackTryAggregate(false, calls), multicall.UnpackTryAggregate)
	if !tried[0].Success || !tried[1].Success || tried[2].Success {
		t.Errorf("tryAggregate answered %v", tried)
	}
}

func TestMulticallAggregate3LetsOnlyMarkedCallsFail(t *testing.T) {
	w := newWorld(t)
	calls := []bindings.Multicall3Call3{
		{Target: stakingAt, CallData: bad, AllowFailure: true},
		{Target: multicallAt, CallData: multicall.PackGetEthBalance(bob)},
		{Target: multicallAt, CallData: multicall.PackGetBlockNumber()},
		{Target: multicallAt, CallData: multicall.PackGetCurrentBlockTimestamp()},
		{Target: multicallAt, CallData: multicall.PackGetChainId()},
	}
	got := read(w, multicallAt, multicall.PackAggregate3(calls), multicall.UnpackAggregate3)
	if got[0].Success || !bytes.Contains(got[0].ReturnData, []byte("STAKE_ZERO")) {
		t.Errorf("the refusal came back as %v %q", got[0].Success, got[0].ReturnData)
	}
	for i, want := range []*big.Int{vvv(10_000), big.NewInt(1_000), big.NewInt(startOfTime), big.NewInt(1)} {
		w.equal("answer", new(big.Int).SetBytes(got[i+1].ReturnData), want)
	}
	calls[0].AllowFailure = false
	w.refused("Multicall3: call failed", alice, multicallAt, multicall.PackAggregate3(calls))
}

func TestMulticallSpendsExactlyTheEtherSent(t *testing.T) {
	w := newWorld(t)
	to := common.HexToAddress("0x0000000000000000000000000000000000c0ffee")
	calls := multicall.PackAggregate3Value([]bindings.Multicall3Call3Value{
		{Target: to, Value: vvv(1)}, {Target: wethAt, Value: vvv(2), CallData: bindings.NewWETH9().PackDeposit()},
	})
	w.refusedPaying("Multicall3: value mismatch", alice, multicallAt, vvv(4), calls)
	w.pay(alice, multicallAt, vvv(3), calls)
	w.equal("ether", w.ether(to), vvv(1))
	w.equal("WETH", w.balance(wethAt, multicallAt), vvv(2))
}
