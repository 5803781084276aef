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

// HostileWalletMetaData contains all meta data concerning the HostileWallet contract.
var HostileWalletMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"enumHostileWallet.Answer\",\"name\":\"answer_\",\"type\":\"uint8\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"stateMutability\":\"nonpayable\",\"type\":\"fallback\"},{\"inputs\":[],\"name\":\"answer\",\"outputs\":[{\"internalType\":\"enumHostileWallet.Answer\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "HostileWallet",
}

// HostileWallet is an auto generated Go binding around an Ethereum contract.
type HostileWallet struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *HostileWallet) GetABI() abi.ABI {
	return c.abi
}

// NewHostileWallet creates a new instance of HostileWallet.
func NewHostileWallet() *HostileWallet {
	parsed, err := HostileWalletMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &HostileWallet{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *HostileWallet) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(uint8 answer_) returns()
func (hostileWallet *HostileWallet) PackConstructor(answer_ uint8) []byte {
	enc, err := hostileWallet.abi.Pack("", answer_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAnswer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x85bb7d69.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function answer() view returns(uint8)
func (hostileWallet *HostileWallet) PackAnswer() []byte {
	enc, err := hostileWallet.abi.Pack("answer")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnswer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x85bb7d69.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function answer() view returns(uint8)
func (hostileWallet *HostileWallet) TryPackAnswer() ([]byte, error) {
	return hostileWallet.abi.Pack("answer")
}

// UnpackAnswer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x85bb7d69.
//
// Solidity: function answer() view returns(uint8)
func (hostileWallet *HostileWallet) UnpackAnswer(data []byte) (uint8, error) {
	out, err := hostileWallet.abi.Unpack("answer", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}
