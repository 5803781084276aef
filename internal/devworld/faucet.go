package devworld

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

// faucet sends what the first block gave to one random key.
type faucet struct {
	key     *ecdsa.PrivateKey
	chainID uint64
	client  *ethclient.Client
	mu      sync.Mutex // one nonce at a time
}

// FaucetKey owns ETH, VVV and USDC of this chain. It is random for each data
// directory, worth nothing, and printed by tools on purpose.
func (c *Chain) FaucetKey() *ecdsa.PrivateKey { return c.faucet.key }

// FaucetAddress is FaucetKey's address.
func (c *Chain) FaucetAddress() common.Address { return c.faucet.address() }

// Fund sends wei of ETH and base units of VVV (18 decimals) and USDC (6) from
// the faucet to an address, and returns when all of it is mined. Nil and zero
// amounts are left out.
func (c *Chain) Fund(ctx context.Context, to common.Address, wei, vvv, usdc *big.Int) error {
	f := c.faucet
	f.mu.Lock()
	defer f.mu.Unlock()
	nonce, err := f.client.PendingNonceAt(ctx, f.address())
	if err != nil {
		return fmt.Errorf("read the faucet's nonce: %w", err)
	}
	var sent []common.Hash
	for _, t := range []struct {
		token  common.Address
		amount *big.Int
	}{{common.Address{}, wei}, {BaseContracts().VVV, vvv}, {BaseContracts().USDC, usdc}} {
		if t.amount == nil || t.amount.Sign() == 0 {
			continue
		}
		hash, err := f.send(ctx, nonce, t.token, to, t.amount)
		if err != nil {
			return err
		}
		sent = append(sent, hash)
		nonce++
	}
	for _, hash := range sent {
		if err := f.wait(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}

func (f *faucet) address() common.Address { return crypto.PubkeyToAddress(f.key.PublicKey) }

// send transfers ETH (zero token address) or an ERC-20 token.
func (f *faucet) send(ctx context.Context, nonce uint64, token, to common.Address, amount *big.Int) (common.Hash, error) {
	head, err := f.client.HeaderByNumber(ctx, nil)
	if err != nil {
		return common.Hash{}, fmt.Errorf("read the base fee: %w", err)
	}
	tip := big.NewInt(1_000_000)
	tx := &types.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(f.chainID), Nonce: nonce, GasTipCap: tip,
		GasFeeCap: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)),
		Gas:       100_000, To: &to, Value: amount,
	}
	if token != (common.Address{}) {
		tx.To, tx.Value, tx.Data = &token, new(big.Int), transferCall(to, amount)
	}
	signed, err := types.SignNewTx(f.key, types.LatestSignerForChainID(tx.ChainID), tx)
	if err != nil {
		return common.Hash{}, fmt.Errorf("sign the faucet's transfer: %w", err)
	}
	if err := f.client.SendTransaction(ctx, signed); err != nil {
		return common.Hash{}, fmt.Errorf("send the faucet's transfer: %w", err)
	}
	return signed.Hash(), nil
}

// transferCall is ERC-20's transfer(address,uint256).
func transferCall(to common.Address, amount *big.Int) []byte {
	call := append([]byte(nil), crypto.Keccak256([]byte("transfer(address,uint256)"))[:4]...)
	call = append(call, common.LeftPadBytes(to.Bytes(), 32)...)
	return append(call, common.LeftPadBytes(amount.Bytes(), 32)...)
}

func (f *faucet) wait(ctx context.Context, hash common.Hash) error {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		receipt, err := f.client.TransactionReceipt(ctx, hash)
		switch {
		case err == nil && receipt.Status != types.ReceiptStatusSuccessful:
			return fmt.Errorf("the faucet's transfer %s was reverted: the faucet may be empty", hash)
		case err == nil:
			return nil
		// go-ethereum answers so until its index of transactions has begun
		case !errors.Is(err, ethereum.NotFound) && err.Error() != "transaction indexing is in progress":
			return fmt.Errorf("read the receipt of the faucet's transfer: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the faucet's transfer %s is not mined yet: %w", hash, ctx.Err())
		case <-ticker.C:
		}
	}
}
