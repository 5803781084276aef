package chain_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/contracts/bindings"
	"stakegate/internal/chain"
	"stakegate/internal/devworld"
	"stakegate/internal/money"
	"stakegate/internal/stake"
)

// world is a real chain with the staking contracts, one wallet on it, and the
// policy of the dev world reading it over JSON-RPC.
type world struct {
	*testing.T
	dev    *devworld.Chain
	client *chain.Client
	policy *stake.Policy
	key    *ecdsa.PrivateKey
	wallet common.Address
}

var addresses = devworld.BaseContracts()

func newWorld(t *testing.T) *world {
	t.Helper()
	dev, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dev.Close() })
	client, err := chain.Dial(t.Context(), chain.Config{URLs: []string{dev.RPCURL()}, ChainID: dev.ChainID(), Timeout: 30 * time.Second, Logger: quiet, Multicall: addresses.Multicall3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	policy, err := stake.NewPolicy(client, stake.PolicyConfig{
		Mint: stake.AdapterConfig{Adapter: stake.VeniceVVV, Contract: addresses.Staking},
		Allocation: []stake.AdapterConfig{
			{Adapter: stake.Pool, Contract: addresses.Staking, Pool: 1000 * money.Unit},
			{Adapter: stake.VeniceDIEM, Contract: addresses.DIEM},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, dev: dev, client: client, policy: policy, key: key, wallet: crypto.PubkeyToAddress(key.PublicKey)}
	if err := dev.Fund(t.Context(), w.wallet, tokens(1), tokens(10_000), nil); err != nil {
		t.Fatal(err)
	}
	return w
}

func tokens(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000_000_000_000))
}

// send makes a transaction of the wallet and waits until it is mined.
func (w *world) send(to common.Address, data []byte) {
	w.Helper()
	opts := bind.NewKeyedTransactor(w.key, new(big.Int).SetUint64(w.dev.ChainID()))
	opts.Context, opts.GasLimit = w.Context(), 1_000_000
	contract := bind.NewBoundContract(to, bindings.NewStakingV2().GetABI(), w.dev.Client(), w.dev.Client(), w.dev.Client())
	tx, err := contract.RawTransact(opts, data)
	if err != nil {
		w.Fatal(err)
	}
	// bind.WaitMined looks once a second only.
	for deadline := time.Now().Add(30 * time.Second); ; <-time.After(5 * time.Millisecond) {
		receipt, err := w.dev.Client().TransactionReceipt(w.Context(), tx.Hash())
		switch {
		case err == nil && receipt.Status == types.ReceiptStatusSuccessful:
			return
		case err == nil:
			w.Fatal("the transaction was reverted")
		case time.Now().After(deadline):
			w.Fatalf("not mined: %v", err)
		}
	}
}

func (w *world) stakeVVV(wei *big.Int) {
	w.Helper()
	w.send(addresses.VVV, bindings.NewVVV().PackApprove(addresses.Staking, wei))
	w.send(addresses.Staking, bindings.NewStakingV2().PackStake(w.wallet, wei))
}

func (w *world) read() stake.Reading {
	w.Helper()
	readings, err := w.policy.Read(w.Context(), []common.Address{w.wallet}, stake.Epoch{})
	if err != nil {
		w.Fatal(err)
	}
	return readings[0]
}

// From nothing over staked VVV and staked DIEM back to nothing, as the real
// contracts have it: what is cooling down does not count.
func TestRealContractsAreReadRight(t *testing.T) {
	w := newWorld(t)
	staking, diem := bindings.NewStakingV2(), bindings.NewDIEM()
	if got := w.read(); got.MintOK || got.Grants[0].Cap != 0 || got.Grants[1].Cap != 0 || got.Grants[0].Total.Sign() <= 0 {
		t.Errorf("before: %+v", got)
	}

	w.stakeVVV(tokens(5000))
	got := w.read()
	share := new(big.Int).Quo(new(big.Int).Mul(tokens(5000), big.NewInt(int64(1000*money.Unit))), got.Grants[0].Total)
	if !got.MintOK || got.Mint.Cmp(tokens(5000)) != 0 || got.Grants[0].Cap == 0 || int64(got.Grants[0].Cap) != share.Int64() {
		t.Errorf("5,000 VVV staked: %+v", got)
	}
	if got.Block.Number == 0 || !got.InEpoch(time.Now().Add(-24*time.Hour)) {
		t.Errorf("read at %+v", got.Block)
	}

	w.send(addresses.Staking, staking.PackMintDiem(tokens(4000), new(big.Int)))
	minted, err := w.dev.Client().CallContract(t.Context(), callMsg(addresses.DIEM, diem.PackBalanceOf(w.wallet)), nil)
	if err != nil {
		t.Fatal(err)
	}
	amount := new(big.Int).SetBytes(minted)
	w.send(addresses.DIEM, diem.PackStake(amount))
	want := new(big.Int).Quo(amount, big.NewInt(1_000_000_000))
	if got := w.read().Grants[1]; got.Stake.Cmp(amount) != 0 || got.Cap == 0 || int64(got.Cap) != want.Int64() {
		t.Errorf("%s wei of DIEM staked: %+v", amount, got)
	}

	w.send(addresses.DIEM, diem.PackInitiateUnstake(amount))
	w.send(addresses.Staking, staking.PackInitiateUnstake(tokens(1000)))
	if got := w.read(); got.Grants[1].Cap != 0 || got.Mint.Cmp(tokens(4000)) != 0 || !got.MintOK {
		t.Errorf("DIEM and the free VVV unstaked: %+v", got)
	}
}

// All within two seconds of the transaction, also an unstake of DIEM, which
// moves no token and so makes no Transfer.
func TestChangesOnARealChainAreNoticed(t *testing.T) {
	w := newWorld(t)
	w.stakeVVV(tokens(5000))
	type change struct {
		reading stake.Reading
		named   bool
	}
	changes := make(chan change, 100)
	watcher := w.policy.Watcher(stake.WatcherConfig{
		Interval: 100 * time.Millisecond,
		Changed: func(ctx context.Context, c stake.Change) error {
			readings, err := w.policy.ReadAt(ctx, c.Block, []common.Address{w.wallet}, stake.Epoch{})
			if err == nil {
				changes <- change{readings[0], c.Addresses != nil}
			}
			return err
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- watcher.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
	}()
	until := func(name string, ok func(change) bool) {
		t.Helper()
		// Ten times the two seconds, for a machine that is busy.
		for deadline := time.After(20 * time.Second); ; {
			select {
			case c := <-changes:
				if ok(c) {
					return
				}
			case <-deadline:
				t.Fatalf("%s was not noticed", name)
			}
		}
	}
	staking, diem := bindings.NewStakingV2(), bindings.NewDIEM()
	until("the start", func(c change) bool { return !c.named && c.reading.MintOK })
	w.send(addresses.Staking, staking.PackMintDiem(tokens(4000), new(big.Int)))
	w.send(addresses.DIEM, diem.PackStake(tokens(1)))
	until("staking DIEM", func(c change) bool { return c.reading.Grants[1].Cap == money.Unit })
	w.send(addresses.DIEM, diem.PackInitiateUnstake(tokens(1)))
	until("unstaking DIEM", func(c change) bool { return c.named && c.reading.Grants[1].Cap == 0 })
	w.send(addresses.Staking, staking.PackInitiateUnstake(tokens(1000)))
	until("unstaking VVV", func(c change) bool { return c.reading.Mint.Cmp(tokens(4000)) == 0 })
	// Deep enough to take back the block that was reported last.
	if err := w.dev.Reorg(3); err != nil {
		t.Fatal(err)
	}
	until("a reorganisation", func(c change) bool { return !c.named })
}

func callMsg(to common.Address, data []byte) ethereum.CallMsg {
	return ethereum.CallMsg{To: &to, Data: data}
}
