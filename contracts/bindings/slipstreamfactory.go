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

// SlipstreamFactoryMetaData contains all meta data concerning the SlipstreamFactory contract.
var SlipstreamFactoryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"token0\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"token1\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"int24\",\"name\":\"tickSpacing\",\"type\":\"int24\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"}],\"name\":\"PoolCreated\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"int24\",\"name\":\"tickSpacing\",\"type\":\"int24\"},{\"internalType\":\"uint160\",\"name\":\"sqrtPriceX96\",\"type\":\"uint160\"}],\"name\":\"createPool\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"int24\",\"name\":\"\",\"type\":\"int24\"}],\"name\":\"getPool\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"}],\"name\":\"getSwapFee\",\"outputs\":[{\"internalType\":\"uint24\",\"name\":\"\",\"type\":\"uint24\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"isPool\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"},{\"internalType\":\"uint24\",\"name\":\"fee\",\"type\":\"uint24\"}],\"name\":\"setCustomFee\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"int24\",\"name\":\"tickSpacing\",\"type\":\"int24\"}],\"name\":\"tickSpacingToFee\",\"outputs\":[{\"internalType\":\"uint24\",\"name\":\"\",\"type\":\"uint24\"}],\"stateMutability\":\"pure\",\"type\":\"function\"}]",
	ID:  "SlipstreamFactory",
}

// SlipstreamFactory is an auto generated Go binding around an Ethereum contract.
type SlipstreamFactory struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *SlipstreamFactory) GetABI() abi.ABI {
	return c.abi
}

// NewSlipstreamFactory creates a new instance of SlipstreamFactory.
func NewSlipstreamFactory() *SlipstreamFactory {
	parsed, err := SlipstreamFactoryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &SlipstreamFactory{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *SlipstreamFactory) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address owner_) returns()
func (slipstreamFactory *SlipstreamFactory) PackConstructor(owner_ common.Address) []byte {
	enc, err := slipstreamFactory.abi.Pack("", owner_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackCreatePool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x232aa5ac.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function createPool(address tokenA, address tokenB, int24 tickSpacing, uint160 sqrtPriceX96) returns(address pool)
func (slipstreamFactory *SlipstreamFactory) PackCreatePool(tokenA common.Address, tokenB common.Address, tickSpacing *big.Int, sqrtPriceX96 *big.Int) []byte {
	enc, err := slipstreamFactory.abi.Pack("createPool", tokenA, tokenB, tickSpacing, sqrtPriceX96)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreatePool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x232aa5ac.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function createPool(address tokenA, address tokenB, int24 tickSpacing, uint160 sqrtPriceX96) returns(address pool)
func (slipstreamFactory *SlipstreamFactory) TryPackCreatePool(tokenA common.Address, tokenB common.Address, tickSpacing *big.Int, sqrtPriceX96 *big.Int) ([]byte, error) {
	return slipstreamFactory.abi.Pack("createPool", tokenA, tokenB, tickSpacing, sqrtPriceX96)
}

// UnpackCreatePool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x232aa5ac.
//
// Solidity: function createPool(address tokenA, address tokenB, int24 tickSpacing, uint160 sqrtPriceX96) returns(address pool)
func (slipstreamFactory *SlipstreamFactory) UnpackCreatePool(data []byte) (common.Address, error) {
	out, err := slipstreamFactory.abi.Unpack("createPool", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackGetPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x28af8d0b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getPool(address , address , int24 ) view returns(address)
func (slipstreamFactory *SlipstreamFactory) PackGetPool(arg0 common.Address, arg1 common.Address, arg2 *big.Int) []byte {
	enc, err := slipstreamFactory.abi.Pack("getPool", arg0, arg1, arg2)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x28af8d0b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getPool(address , address , int24 ) view returns(address)
func (slipstreamFactory *SlipstreamFactory) TryPackGetPool(arg0 common.Address, arg1 common.Address, arg2 *big.Int) ([]byte, error) {
	return slipstreamFactory.abi.Pack("getPool", arg0, arg1, arg2)
}

// UnpackGetPool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x28af8d0b.
//
// Solidity: function getPool(address , address , int24 ) view returns(address)
func (slipstreamFactory *SlipstreamFactory) UnpackGetPool(data []byte) (common.Address, error) {
	out, err := slipstreamFactory.abi.Unpack("getPool", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackGetSwapFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x35458dcc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getSwapFee(address pool) view returns(uint24)
func (slipstreamFactory *SlipstreamFactory) PackGetSwapFee(pool common.Address) []byte {
	enc, err := slipstreamFactory.abi.Pack("getSwapFee", pool)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetSwapFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x35458dcc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getSwapFee(address pool) view returns(uint24)
func (slipstreamFactory *SlipstreamFactory) TryPackGetSwapFee(pool common.Address) ([]byte, error) {
	return slipstreamFactory.abi.Pack("getSwapFee", pool)
}

// UnpackGetSwapFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x35458dcc.
//
// Solidity: function getSwapFee(address pool) view returns(uint24)
func (slipstreamFactory *SlipstreamFactory) UnpackGetSwapFee(data []byte) (*big.Int, error) {
	out, err := slipstreamFactory.abi.Unpack("getSwapFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackIsPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5b16ebb7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isPool(address ) view returns(bool)
func (slipstreamFactory *SlipstreamFactory) PackIsPool(arg0 common.Address) []byte {
	enc, err := slipstreamFactory.abi.Pack("isPool", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5b16ebb7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isPool(address ) view returns(bool)
func (slipstreamFactory *SlipstreamFactory) TryPackIsPool(arg0 common.Address) ([]byte, error) {
	return slipstreamFactory.abi.Pack("isPool", arg0)
}

// UnpackIsPool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5b16ebb7.
//
// Solidity: function isPool(address ) view returns(bool)
func (slipstreamFactory *SlipstreamFactory) UnpackIsPool(data []byte) (bool, error) {
	out, err := slipstreamFactory.abi.Unpack("isPool", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owner() view returns(address)
func (slipstreamFactory *SlipstreamFactory) PackOwner() []byte {
	enc, err := slipstreamFactory.abi.Pack("owner")
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
func (slipstreamFactory *SlipstreamFactory) TryPackOwner() ([]byte, error) {
	return slipstreamFactory.abi.Pack("owner")
}

// UnpackOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (slipstreamFactory *SlipstreamFactory) UnpackOwner(data []byte) (common.Address, error) {
	out, err := slipstreamFactory.abi.Unpack("owner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackSetCustomFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa89196b6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setCustomFee(address pool, uint24 fee) returns()
func (slipstreamFactory *SlipstreamFactory) PackSetCustomFee(pool common.Address, fee *big.Int) []byte {
	enc, err := slipstreamFactory.abi.Pack("setCustomFee", pool, fee)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetCustomFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa89196b6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setCustomFee(address pool, uint24 fee) returns()
func (slipstreamFactory *SlipstreamFactory) TryPackSetCustomFee(pool common.Address, fee *big.Int) ([]byte, error) {
	return slipstreamFactory.abi.Pack("setCustomFee", pool, fee)
}

// PackTickSpacingToFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x380dc1c2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function tickSpacingToFee(int24 tickSpacing) pure returns(uint24)
func (slipstreamFactory *SlipstreamFactory) PackTickSpacingToFee(tickSpacing *big.Int) []byte {
	enc, err := slipstreamFactory.abi.Pack("tickSpacingToFee", tickSpacing)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTickSpacingToFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x380dc1c2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function tickSpacingToFee(int24 tickSpacing) pure returns(uint24)
func (slipstreamFactory *SlipstreamFactory) TryPackTickSpacingToFee(tickSpacing *big.Int) ([]byte, error) {
	return slipstreamFactory.abi.Pack("tickSpacingToFee", tickSpacing)
}

// UnpackTickSpacingToFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x380dc1c2.
//
// Solidity: function tickSpacingToFee(int24 tickSpacing) pure returns(uint24)
func (slipstreamFactory *SlipstreamFactory) UnpackTickSpacingToFee(data []byte) (*big.Int, error) {
	out, err := slipstreamFactory.abi.Unpack("tickSpacingToFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// SlipstreamFactoryPoolCreated represents a PoolCreated event raised by the SlipstreamFactory contract.
type SlipstreamFactoryPoolCreated struct {
	Token0      common.Address
	Token1      common.Address
	TickSpacing *big.Int
	Pool        common.Address
	Raw         *types.Log // Blockchain specific contextual infos
}

const SlipstreamFactoryPoolCreatedEventName = "PoolCreated"

// ContractEventName returns the user-defined event name.
func (SlipstreamFactoryPoolCreated) ContractEventName() string {
	return SlipstreamFactoryPoolCreatedEventName
}

// UnpackPoolCreatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event PoolCreated(address indexed token0, address indexed token1, int24 indexed tickSpacing, address pool)
func (slipstreamFactory *SlipstreamFactory) UnpackPoolCreatedEvent(log *types.Log) (*SlipstreamFactoryPoolCreated, error) {
	event := "PoolCreated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != slipstreamFactory.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(SlipstreamFactoryPoolCreated)
	if len(log.Data) > 0 {
		if err := slipstreamFactory.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range slipstreamFactory.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}
