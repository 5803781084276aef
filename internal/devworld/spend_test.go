package devworld_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/internal/devworld"
)

// Whoever sees the receipt of the money that was sent to them can spend it at
// once: the pool knows what the chain knows.
func TestReceivedMoneyCanBeSpentAtOnce(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	client := dial(t, chain.RPCURL())
	id := new(big.Int).SetUint64(chain.ChainID())
	faucet := chain.FaucetKey()
	nonce, err := client.PendingNonceAt(t.Context(), crypto.PubkeyToAddress(faucet.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(60) {
		key, err := crypto.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		to := crypto.PubkeyToAddress(key.PublicKey)
		pay, err := types.SignNewTx(faucet, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
			ChainID: id, Nonce: nonce + i, Gas: 21_000, To: &to, Value: big.NewInt(1e18), GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(1e10),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.SendTransaction(t.Context(), pay); err != nil {
			t.Fatal(err)
		}
		for { // without a pause, to be there first
			if _, err := client.TransactionReceipt(t.Context(), pay.Hash()); err == nil {
				break
			} else if t.Context().Err() != nil {
				t.Fatal(err)
			}
		}
		spend, err := types.SignNewTx(key, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
			ChainID: id, Gas: 21_000, To: &to, Value: big.NewInt(1), GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(1e10),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.SendTransaction(t.Context(), spend); err != nil {
			t.Fatalf("payment %d: %v", i, err)
		}
	}
}
