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

// DevWorldPriceFeedMetaData contains all meta data concerning the DevWorldPriceFeed contract.
var DevWorldPriceFeedMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"string\",\"name\":\"description_\",\"type\":\"string\"},{\"internalType\":\"uint8\",\"name\":\"decimals_\",\"type\":\"uint8\"},{\"internalType\":\"address\",\"name\":\"owner_\",\"type\":\"address\"},{\"internalType\":\"int256\",\"name\":\"answer\",\"type\":\"int256\"},{\"internalType\":\"address\",\"name\":\"pool_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"token_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"base_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"base\",\"outputs\":[{\"internalType\":\"contractDevWorldPriceFeed\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"description\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"latestRoundData\",\"outputs\":[{\"internalType\":\"uint80\",\"name\":\"roundId\",\"type\":\"uint80\"},{\"internalType\":\"int256\",\"name\":\"answer\",\"type\":\"int256\"},{\"internalType\":\"uint256\",\"name\":\"startedAt\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"updatedAt\",\"type\":\"uint256\"},{\"internalType\":\"uint80\",\"name\":\"answeredInRound\",\"type\":\"uint80\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pool\",\"outputs\":[{\"internalType\":\"contractAerodromePool\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"int256\",\"name\":\"answer\",\"type\":\"int256\"},{\"internalType\":\"uint256\",\"name\":\"updatedAt\",\"type\":\"uint256\"}],\"name\":\"setAnswer\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "DevWorldPriceFeed",
}

// DevWorldPriceFeed is an auto generated Go binding around an Ethereum contract.
type DevWorldPriceFeed struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *DevWorldPriceFeed) GetABI() abi.ABI {
	return c.abi
}

// NewDevWorldPriceFeed creates a new instance of DevWorldPriceFeed.
func NewDevWorldPriceFeed() *DevWorldPriceFeed {
	parsed, err := DevWorldPriceFeedMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &DevWorldPriceFeed{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *DevWorldPriceFeed) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(string description_, uint8 decimals_, address owner_, int256 answer, address pool_, address token_, address base_) returns()
func (devWorldPriceFeed *DevWorldPriceFeed) PackConstructor(description_ string, decimals_ uint8, owner_ common.Address, answer *big.Int, pool_ common.Address, token_ common.Address, base_ common.Address) []byte {
	enc, err := devWorldPriceFeed.abi.Pack("", description_, decimals_, owner_, answer, pool_, token_, base_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackBase is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5001f3b5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function base() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) PackBase() []byte {
	enc, err := devWorldPriceFeed.abi.Pack("base")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBase is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5001f3b5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function base() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackBase() ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("base")
}

// UnpackBase is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5001f3b5.
//
// Solidity: function base() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) UnpackBase(data []byte) (common.Address, error) {
	out, err := devWorldPriceFeed.abi.Unpack("base", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() view returns(uint8)
func (devWorldPriceFeed *DevWorldPriceFeed) PackDecimals() []byte {
	enc, err := devWorldPriceFeed.abi.Pack("decimals")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function decimals() view returns(uint8)
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackDecimals() ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() view returns(uint8)
func (devWorldPriceFeed *DevWorldPriceFeed) UnpackDecimals(data []byte) (uint8, error) {
	out, err := devWorldPriceFeed.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackDescription is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7284e416.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function description() view returns(string)
func (devWorldPriceFeed *DevWorldPriceFeed) PackDescription() []byte {
	enc, err := devWorldPriceFeed.abi.Pack("description")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDescription is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7284e416.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function description() view returns(string)
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackDescription() ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("description")
}

// UnpackDescription is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7284e416.
//
// Solidity: function description() view returns(string)
func (devWorldPriceFeed *DevWorldPriceFeed) UnpackDescription(data []byte) (string, error) {
	out, err := devWorldPriceFeed.abi.Unpack("description", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackLatestRoundData is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfeaf968c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function latestRoundData() view returns(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
func (devWorldPriceFeed *DevWorldPriceFeed) PackLatestRoundData() []byte {
	enc, err := devWorldPriceFeed.abi.Pack("latestRoundData")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLatestRoundData is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfeaf968c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function latestRoundData() view returns(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackLatestRoundData() ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("latestRoundData")
}

// DevWorldPriceFeedLatestRoundDataOutput serves as a container for the return parameters of contract
// method LatestRoundData.
type DevWorldPriceFeedLatestRoundDataOutput struct {
	RoundId         *big.Int
	Answer          *big.Int
	StartedAt       *big.Int
	UpdatedAt       *big.Int
	AnsweredInRound *big.Int
}

// UnpackLatestRoundData is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfeaf968c.
//
// Solidity: function latestRoundData() view returns(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
func (devWorldPriceFeed *DevWorldPriceFeed) UnpackLatestRoundData(data []byte) (DevWorldPriceFeedLatestRoundDataOutput, error) {
	out, err := devWorldPriceFeed.abi.Unpack("latestRoundData", data)
	outstruct := new(DevWorldPriceFeedLatestRoundDataOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.RoundId = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Answer = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.StartedAt = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.UpdatedAt = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.AnsweredInRound = abi.ConvertType(out[4], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owner() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) PackOwner() []byte {
	enc, err := devWorldPriceFeed.abi.Pack("owner")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owner() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackOwner() ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("owner")
}

// UnpackOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) UnpackOwner(data []byte) (common.Address, error) {
	out, err := devWorldPriceFeed.abi.Unpack("owner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16f0115b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pool() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) PackPool() []byte {
	enc, err := devWorldPriceFeed.abi.Pack("pool")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16f0115b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pool() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackPool() ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("pool")
}

// UnpackPool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x16f0115b.
//
// Solidity: function pool() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) UnpackPool(data []byte) (common.Address, error) {
	out, err := devWorldPriceFeed.abi.Unpack("pool", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackSetAnswer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x860f1383.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setAnswer(int256 answer, uint256 updatedAt) returns()
func (devWorldPriceFeed *DevWorldPriceFeed) PackSetAnswer(answer *big.Int, updatedAt *big.Int) []byte {
	enc, err := devWorldPriceFeed.abi.Pack("setAnswer", answer, updatedAt)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetAnswer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x860f1383.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setAnswer(int256 answer, uint256 updatedAt) returns()
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackSetAnswer(answer *big.Int, updatedAt *big.Int) ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("setAnswer", answer, updatedAt)
}

// PackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) PackToken() []byte {
	enc, err := devWorldPriceFeed.abi.Pack("token")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) TryPackToken() ([]byte, error) {
	return devWorldPriceFeed.abi.Pack("token")
}

// UnpackToken is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfc0c546a.
//
// Solidity: function token() view returns(address)
func (devWorldPriceFeed *DevWorldPriceFeed) UnpackToken(data []byte) (common.Address, error) {
	out, err := devWorldPriceFeed.abi.Unpack("token", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}
