package chaos_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/contracts/bindings"
	"stakegate/internal/devworld"
)

// country is a chain with wallets that have staked: two rich ones, and two
// whose day is soon spent.
type country struct {
	chain          *devworld.Chain
	now            func() time.Time
	wallets        []wallet
	contracts      devworld.Contracts
	staking, token *bind.BoundContract
}

type wallet struct {
	name    string
	key     *ecdsa.PrivateKey
	address common.Address
}

const rpcTimeout = 30 * time.Second

// milli is a thousandth of a token in wei.
var milli = big.NewInt(1_000_000_000_000_000)

func newCountry(t *testing.T, now func() time.Time) *country {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	chain, err := devworld.StartChain(ctx, devworld.Config{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	c := &country{chain: chain, now: now, contracts: devworld.BaseContracts()}
	bound := func(at common.Address) *bind.BoundContract {
		return bind.NewBoundContract(at, bindings.NewStakingV2().GetABI(), chain.Client(), chain.Client(), chain.Client())
	}
	c.staking, c.token = bound(c.contracts.Staking), bound(c.contracts.VVV)
	for _, staker := range []struct {
		name  string
		stake int64
	}{{"rich", 1_000_000}, {"richer", 2_000_000}, {"poor", 300}, {"poorer", 100}} {
		c.wallets = append(c.wallets, c.newWallet(t, staker.name, staker.stake))
	}
	return c
}

// newWallet funds a wallet and stakes thousandths of a VVV.
func (c *country) newWallet(t *testing.T, name string, stake int64) wallet {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w := wallet{name, key, crypto.PubkeyToAddress(key.PublicKey)}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), rpcTimeout)
	defer cancel()
	amount := new(big.Int).Mul(big.NewInt(stake), milli)
	if err := c.chain.Fund(ctx, w.address, new(big.Int).Mul(big.NewInt(1000), milli), amount, nil); err != nil {
		t.Fatal(err)
	}
	c.send(ctx, t, w, c.token, bindings.NewVVV().PackApprove(c.contracts.Staking, amount))
	c.send(ctx, t, w, c.staking, bindings.NewStakingV2().PackStake(w.address, amount))
	return w
}

// send makes a transaction and waits until it is mined.
func (c *country) send(ctx context.Context, t *testing.T, w wallet, to *bind.BoundContract, data []byte) {
	t.Helper()
	opts := bind.NewKeyedTransactor(w.key, new(big.Int).SetUint64(c.chain.ChainID()))
	opts.Context, opts.GasLimit = ctx, 1_000_000
	var tx *types.Transaction
	var err error
	within(t, rpcTimeout, "a transaction that is taken", func() (bool, error) { // the pool may not know of the wallet's money yet
		tx, err = to.RawTransact(opts, data)
		return err == nil, ctx.Err()
	})
	within(t, rpcTimeout, "a transaction", func() (bool, error) {
		receipt, err := c.chain.Client().TransactionReceipt(ctx, tx.Hash())
		if err == nil && receipt.Status != types.ReceiptStatusSuccessful {
			t.Fatal("the transaction was reverted")
		}
		return err == nil, nil
	})
}

// sign is personal_sign (EIP-191).
func (w wallet) sign(t *testing.T, text string) string {
	t.Helper()
	signature, err := crypto.Sign(accounts.TextHash([]byte(text)), w.key)
	if err != nil {
		t.Fatal(err)
	}
	signature[crypto.RecoveryIDOffset] += 27
	return "0x" + hex.EncodeToString(signature)
}
