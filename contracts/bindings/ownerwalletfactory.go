// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package bindings

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// OwnerWalletFactoryMetaData contains all meta data concerning the OwnerWalletFactory contract.
var OwnerWalletFactoryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"name\":\"addressOf\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"name\":\"create\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "OwnerWalletFactory",
}

// OwnerWalletFactory is an auto generated Go binding around an Ethereum contract.
type OwnerWalletFactory struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *OwnerWalletFactory) GetABI() abi.ABI {
	return c.abi
}

// NewOwnerWalletFactory creates a new instance of OwnerWalletFactory.
func NewOwnerWalletFactory() *OwnerWalletFactory {
	parsed, err := OwnerWalletFactoryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &OwnerWalletFactory{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *OwnerWalletFactory) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackAddressOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe99718d8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function addressOf(address owner, bytes32 salt) view returns(address)
func (ownerWalletFactory *OwnerWalletFactory) PackAddressOf(owner common.Address, salt [32]byte) []byte {
	enc, err := ownerWalletFactory.abi.Pack("addressOf", owner, salt)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAddressOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe99718d8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function addressOf(address owner, bytes32 salt) view returns(address)
func (ownerWalletFactory *OwnerWalletFactory) TryPackAddressOf(owner common.Address, salt [32]byte) ([]byte, error) {
	return ownerWalletFactory.abi.Pack("addressOf", owner, salt)
}

// UnpackAddressOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe99718d8.
//
// Solidity: function addressOf(address owner, bytes32 salt) view returns(address)
func (ownerWalletFactory *OwnerWalletFactory) UnpackAddressOf(data []byte) (common.Address, error) {
	out, err := ownerWalletFactory.abi.Unpack("addressOf", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackCreate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa3def923.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function create(address owner, bytes32 salt) returns(address)
func (ownerWalletFactory *OwnerWalletFactory) PackCreate(owner common.Address, salt [32]byte) []byte {
	enc, err := ownerWalletFactory.abi.Pack("create", owner, salt)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa3def923.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function create(address owner, bytes32 salt) returns(address)
func (ownerWalletFactory *OwnerWalletFactory) TryPackCreate(owner common.Address, salt [32]byte) ([]byte, error) {
	return ownerWalletFactory.abi.Pack("create", owner, salt)
}

// UnpackCreate is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa3def923.
//
// Solidity: function create(address owner, bytes32 salt) returns(address)
func (ownerWalletFactory *OwnerWalletFactory) UnpackCreate(data []byte) (common.Address, error) {
	out, err := ownerWalletFactory.abi.Unpack("create", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}
