package wallet

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent/internal/revert"
)

// Account is a contract that holds the stake and the tokens, and does what a
// key of its owner tells it to (a smart account). As a Signer its Address is the
// contract, and SignMessage makes what the contract accepts by ERC-1271. It
// signs no transactions: its calls are made by transactions of its Payer.
type Account interface {
	Signer
	// Payer is the owner's key: the sender of all transactions, which pays
	// their gas.
	Payer() Signer
	// Execute encodes the data of the payer's transaction to the account, by
	// which the account makes the call. value is in wei.
	Execute(to common.Address, value *big.Int, data []byte) ([]byte, error)
	// Overhead is the gas that going through the account costs at most.
	Overhead() uint64
}

// ErrAccount is matched by every refusal to work with a contract account.
var ErrAccount = errors.New("this contract cannot be used as the wallet")

// kind is how one sort of contract account is told what to do.
type kind interface {
	// execute encodes the owner's call to the account.
	execute(to common.Address, value *big.Int, data []byte) ([]byte, error)
	// sign makes the account's signature of a text.
	sign(ctx context.Context, text string) ([]byte, error)
	overhead() uint64
}

// contractAccount is an account of a known kind on a chain.
type contractAccount struct {
	kind
	address common.Address
	owner   Signer
	chain   ethereum.ContractCaller
}

// OpenAccount looks at the contract and returns the account that owner's key
// commands. It knows a Safe (1.3.0 and later) that the key alone may act for,
// and contracts with owner(), execute(address,uint256,bytes) and ERC-1271
// signatures which are those of the owner. The chain is the one with the id.
func OpenAccount(ctx context.Context, chain ethereum.ContractCaller, chainID uint64, address common.Address, owner Signer) (Account, error) {
	if address == owner.Address() {
		return nil, fmt.Errorf("%w: %s is the key's own address", ErrAccount, address)
	}
	a := &contractAccount{address: address, owner: owner, chain: chain}
	isSafe, err := a.openSafe(ctx, chainID)
	if err == nil && !isSafe {
		err = a.openOwned(ctx)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// ask calls the contract; a contract that refuses or has no code answers nothing.
func (a *contractAccount) ask(ctx context.Context, data []byte) ([]byte, error) {
	answer, err := a.chain.CallContract(ctx, ethereum.CallMsg{To: &a.address, Data: data}, nil)
	if err != nil && !revert.Is(err) {
		return nil, fmt.Errorf("asking the contract account %s: %w", a.address, err)
	}
	if err != nil {
		return nil, nil
	}
	return answer, nil
}

// openOwned recognises a contract with one key as its owner.
func (a *contractAccount) openOwned(ctx context.Context) error {
	data, err := ownedABI.Pack("owner")
	if err != nil {
		return err
	}
	answer, err := a.ask(ctx, data)
	switch {
	case err != nil:
		return err
	case len(answer) != 32:
		return fmt.Errorf("%w: at %s is no contract with owner(), and no Safe: check the address and the chain", ErrAccount, a.address)
	case common.BytesToHash(answer) != common.BytesToHash(a.owner.Address().Bytes()):
		return fmt.Errorf("%w: the owner of %s is %s, and the key is %s's", ErrAccount, a.address,
			common.BytesToAddress(answer), a.owner.Address())
	}
	a.kind = owned{a.owner}
	return nil
}

// Address is the contract's.
func (a *contractAccount) Address() common.Address { return a.address }

// Payer is the owner's key.
func (a *contractAccount) Payer() Signer { return a.owner }

// Execute encodes the call that the owner makes to the account.
func (a *contractAccount) Execute(to common.Address, value *big.Int, data []byte) ([]byte, error) {
	if value == nil {
		value = new(big.Int)
	}
	if to == a.address {
		return nil, fmt.Errorf("%w: a call of the account to itself could change who owns it", ErrAccount)
	}
	return a.execute(to, value, data)
}

// Overhead is what the account itself uses, besides the call that it makes.
func (a *contractAccount) Overhead() uint64 { return a.overhead() }

// SignTx refuses: only keys sign transactions.
func (a *contractAccount) SignTx(context.Context, *types.Transaction, *big.Int) (*types.Transaction, error) {
	return nil, fmt.Errorf("%w: a contract signs no transactions, its owner's key does", ErrAccount)
}

// SignMessage signs the text by the owner's key in the form that the contract
// accepts, and asks the contract whether it does.
func (a *contractAccount) SignMessage(ctx context.Context, text string) ([]byte, error) {
	signature, err := a.sign(ctx, text)
	if err != nil {
		return nil, err
	}
	data, err := ownedABI.Pack("isValidSignature", common.Hash(accounts.TextHash([]byte(text))), signature)
	if err != nil {
		return nil, err
	}
	answer, err := a.ask(ctx, data)
	if err != nil {
		return nil, err
	}
	if len(answer) != 32 || common.BytesToHash(answer) != signatureMagic {
		return nil, fmt.Errorf("%w: %s does not accept its owner's signature (ERC-1271); a Safe needs a fallback handler that does", ErrAccount, a.address)
	}
	return signature, nil
}

// owned is an account whose owner's signatures are its own.
type owned struct{ owner Signer }

func (o owned) execute(to common.Address, value *big.Int, data []byte) ([]byte, error) {
	return ownedABI.Pack("execute", to, value, data)
}

func (o owned) sign(ctx context.Context, text string) ([]byte, error) {
	return o.owner.SignMessage(ctx, text)
}

func (o owned) overhead() uint64 { return 30_000 }
