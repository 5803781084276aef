// Package devchain_test runs the server on the dev world's chain with the real
// contracts. It is apart from the tests of package app, because linking a
// chain makes them slow to build, most of all with the race detector.
package devchain_test

import (
	"context"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"stakegate/contracts/bindings"
	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld"
	"stakegate/internal/money"
)

// soon is how quickly a mined transaction must show.
const soon = 2 * time.Second

// world is a server on the dev world's chain, on one clock.
type world struct {
	*apptest.World
	t         *testing.T
	chain     *devworld.Chain
	contracts devworld.Contracts
}

func start(t *testing.T) *world {
	t.Helper()
	return startWith(t, nil)
}

func startWith(t *testing.T, config func(*app.Config)) *world {
	t.Helper()
	clock := apptest.NewClock()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := chain.Close(); err != nil {
			t.Error(err)
		}
	})
	server := apptest.Start(t, apptest.Options{Clock: clock, RPC: chain.RPCURL(), ChainID: chain.ChainID(), Config: config})
	return &world{World: server, t: t, chain: chain, contracts: devworld.BaseContracts()}
}

// send makes a wallet call a contract and waits until that is mined.
func (w *world) send(wallet apptest.Wallet, to common.Address, data []byte) {
	w.t.Helper()
	w.sendWith(wallet, &types.DynamicFeeTx{Gas: 1_000_000, To: &to, Data: data})
}

// sendWith completes a transaction by the wallet's nonce, the chain's id and a
// fee, and waits until it is mined.
func (w *world) sendWith(wallet apptest.Wallet, tx types.TxData) *types.Receipt {
	w.t.Helper()
	nonce, err := w.chain.Client().PendingNonceAt(w.t.Context(), wallet.Address)
	if err != nil {
		w.t.Fatal(err)
	}
	id, tip, fee := new(big.Int).SetUint64(w.chain.ChainID()), big.NewInt(1_000_000), big.NewInt(10_000_000_000)
	switch tx := tx.(type) {
	case *types.DynamicFeeTx:
		tx.ChainID, tx.Nonce, tx.GasTipCap, tx.GasFeeCap = id, nonce, tip, fee
	case *types.SetCodeTx:
		tx.ChainID, tx.Nonce = uint256.MustFromBig(id), nonce
		tx.GasTipCap, tx.GasFeeCap = uint256.MustFromBig(tip), uint256.MustFromBig(fee)
	}
	signed, err := types.SignNewTx(wallet.Key, types.LatestSignerForChainID(id), tx)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.mined(signed)
}

// mined sends a transaction and waits until it is mined.
func (w *world) mined(signed *types.Transaction) *types.Receipt {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	if err := w.chain.Client().SendTransaction(ctx, signed); err != nil {
		w.t.Fatal(err)
	}
	var receipt *types.Receipt
	w.Eventually(10*time.Second, "the transaction is mined", func() bool {
		var err error
		receipt, err = w.chain.Client().TransactionReceipt(ctx, signed.Hash())
		return err == nil
	})
	if receipt.Status != types.ReceiptStatusSuccessful {
		w.t.Fatalf("the transaction was reverted with %d gas used of %d", receipt.GasUsed, signed.Gas())
	}
	return receipt
}

// staker has gas and VVV, and stakes so many of them.
func (w *world) staker(funds, stake int64) apptest.Wallet {
	w.t.Helper()
	wallet := apptest.NewWallet(w.t)
	if err := w.chain.Fund(w.t.Context(), wallet.Address, apptest.Tokens(1), apptest.Tokens(funds), nil); err != nil {
		w.t.Fatal(err)
	}
	w.send(wallet, w.contracts.VVV, bindings.NewVVV().PackApprove(w.contracts.Staking, apptest.Tokens(funds)))
	w.stake(wallet, stake)
	return wallet
}

func (w *world) stake(wallet apptest.Wallet, vvv int64) {
	w.t.Helper()
	w.send(wallet, w.contracts.Staking, bindings.NewStakingV2().PackStake(wallet.Address, apptest.Tokens(vvv)))
}

func (w *world) key(wallet apptest.Wallet) string {
	w.t.Helper()
	answer := w.Mint(wallet, "ADMIN", "")
	key := answer.Text("data.apiKey")
	if answer.Status != http.StatusOK || key == "" {
		w.t.Fatalf("no key: %s", answer)
	}
	return key
}

func (w *world) allocation(key string) money.Nano {
	w.t.Helper()
	return w.Call("GET", "/billing/balance", key, "").Nano("diemEpochAllocation")
}

func TestAStakeOnTheChainIsSpendableSoonAndItsEndIsSeenSoon(t *testing.T) {
	w := start(t)
	nobody := apptest.NewWallet(t)
	if answer := w.Mint(nobody, "ADMIN", ""); answer.Text("error") != "Wallet has no staked VVV on Base" {
		t.Errorf("%s", answer)
	}
	wallet := w.staker(1000, 100)
	key := w.key(wallet)
	first := w.allocation(key)
	answer := w.Chat(key, "hello", "")
	if first <= 0 || answer.Status != http.StatusOK {
		t.Fatalf("a plain stake of VVV earns %s and pays for a call: %s", first, answer)
	}
	spent := answer.Charge()

	w.stake(wallet, 100)
	w.Eventually(soon, "twice the stake earns more", func() bool { return w.allocation(key) > first })

	w.send(wallet, w.contracts.Staking, bindings.NewStakingV2().PackInitiateUnstake(apptest.Tokens(200)))
	w.Eventually(soon, "without a stake calls are refused", func() bool {
		refused := w.Chat(key, "hello", "")
		if refused.Status == http.StatusOK {
			spent += refused.Charge()
		}
		return refused.Status == http.StatusPaymentRequired
	})
	if refused := w.Chat(key, "hello", ""); refused.Nano("spent") != spent || refused.Nano("limit") != 0 {
		t.Errorf("%s was spent: %s", spent, refused)
	}
	if answer := w.Mint(wallet, "ADMIN", ""); answer.Text("error") != "Wallet has no staked VVV on Base" {
		t.Errorf("what cools down is no stake: %s", answer)
	}
	if list := w.Call("GET", "/api_keys", key, ""); list.Status != http.StatusOK {
		t.Errorf("the key still manages its account: %s", list)
	}
}

func TestStakedDIEMAddsADollarADay(t *testing.T) {
	w := start(t)
	wallet := w.staker(1000, 1000)
	key := w.key(wallet)
	share := w.allocation(key)
	w.send(wallet, w.contracts.Staking, bindings.NewStakingV2().PackMintDiem(apptest.Tokens(500), new(big.Int)))
	balance := w.read(w.contracts.DIEM, bindings.NewDIEM().PackBalanceOf(wallet.Address))
	nanos := money.Nano(new(big.Int).Quo(balance, big.NewInt(1_000_000_000)).Int64())
	if nanos < money.Unit/10 {
		t.Fatalf("%s is less than what counts", nanos)
	}
	w.send(wallet, w.contracts.DIEM, bindings.NewDIEM().PackStake(balance))
	w.Eventually(soon, "staked DIEM adds to the share of the pool", func() bool { return w.allocation(key) == share+nanos })
	w.send(wallet, w.contracts.DIEM, bindings.NewDIEM().PackInitiateUnstake(balance))
	w.Eventually(soon, "DIEM that cools down adds nothing", func() bool { return w.allocation(key) == share })
}

func (w *world) read(contract common.Address, data []byte) *big.Int {
	w.t.Helper()
	return new(big.Int).SetBytes(w.call(contract, data))
}

// call asks a contract at the newest block.
func (w *world) call(contract common.Address, data []byte) []byte {
	w.t.Helper()
	answer, err := w.chain.Client().CallContract(w.t.Context(), ethereum.CallMsg{To: &contract, Data: data}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer
}

func TestADayThatBeginsIsServedSoon(t *testing.T) {
	w := start(t)
	wallet := w.staker(100, 100)
	key := w.key(wallet)
	spent := w.Chat(key, "hello", "").Charge()
	if left := w.Balance(key); left != w.allocation(key)-spent {
		t.Fatalf("%s of %s are left after %s", left, w.allocation(key), spent)
	}
	w.Clock.NextDay()
	w.Eventually(soon, "the chain has a block of the new day", func() bool {
		return w.Call("GET", "/billing/balance", key, "").Status == http.StatusOK
	})
	if left := w.Balance(key); left != w.allocation(key) {
		t.Errorf("%s of %s are left of a day in which nothing was spent", left, w.allocation(key))
	}
	if answer := w.Chat(key, "hello", ""); answer.Status != http.StatusOK {
		t.Errorf("%s", answer)
	}
}

func TestAStakeThatTheChainTakesBackIsTakenBack(t *testing.T) {
	w := start(t)
	wallet := w.staker(200, 100)
	key := w.key(wallet)
	first := w.allocation(key)
	node := w.chain.Client().Client()
	var snapshot string
	if err := node.CallContext(t.Context(), &snapshot, "evm_snapshot"); err != nil {
		t.Fatal(err)
	}
	w.stake(wallet, 100)
	w.Eventually(soon, "the second stake counts", func() bool { return w.allocation(key) > first })
	var done bool
	if err := node.CallContext(t.Context(), &done, "evm_revert", snapshot); err != nil || !done {
		t.Fatal(done, err)
	}
	w.Eventually(soon, "the second stake does not count any more", func() bool { return w.allocation(key) == first })

	w.stake(wallet, 100)
	w.Eventually(soon, "the second stake counts", func() bool { return w.allocation(key) > first })
	if err := w.chain.Reorg(2); err != nil {
		t.Fatal(err)
	}
	w.Eventually(10*time.Second, "the transaction is mined again on the other branch", func() bool { return w.allocation(key) > first })
}
