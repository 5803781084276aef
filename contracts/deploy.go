package contracts

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Backend is what a deployment needs of a chain; ethclient.Client is one.
type Backend interface {
	bind.ContractBackend
	bind.DeployBackend
}

// Deploy sends the creation of the contract called name, waits until it is
// mined and returns its address. The arguments are as for InitCode; auth's gas
// limit and fees are estimated unless set.
func Deploy(ctx context.Context, backend Backend, auth *bind.TransactOpts, name string, args ...any) (common.Address, error) {
	code, err := InitCode(name, args...)
	if err != nil {
		return common.Address{}, err
	}
	at, err := DeployCode(ctx, backend, auth, code)
	if err != nil {
		return common.Address{}, fmt.Errorf("deploy %s: %w", name, err)
	}
	return at, nil
}

// DeployCode does the same with creation code that is complete.
func DeployCode(ctx context.Context, backend Backend, auth *bind.TransactOpts, initCode []byte) (common.Address, error) {
	opts := *auth
	opts.Context = ctx
	at, tx, err := bind.DeployContract(&opts, initCode, backend, nil)
	if err != nil {
		return common.Address{}, err
	}
	receipt, err := bind.WaitMined(ctx, backend, tx.Hash())
	if err != nil {
		return common.Address{}, err
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		return common.Address{}, fmt.Errorf("transaction %s was mined and reverted", tx.Hash())
	}
	return at, nil
}
