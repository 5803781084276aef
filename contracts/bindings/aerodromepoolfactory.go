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

// AerodromePoolFactoryMetaData contains all meta data concerning the AerodromePoolFactory contract.
var AerodromePoolFactoryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"implementation_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"FeeTooHigh\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidPool\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotFeeManager\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotPauser\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"PoolAlreadyExists\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"SameAddress\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"StablePoolsNotSimulated\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAddress\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"token0\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"token1\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"name\":\"PoolCreated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"name\":\"SetCustomFee\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"MAX_FEE\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"ZERO_FEE_INDICATOR\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"name\":\"allPools\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"allPoolsLength\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"}],\"name\":\"createPool\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"customFee\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"feeManager\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"}],\"name\":\"getFee\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"uint24\",\"name\":\"fee\",\"type\":\"uint24\"}],\"name\":\"getPool\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"}],\"name\":\"getPool\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"implementation\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"isPaused\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"isPool\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pauser\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"}],\"name\":\"setCustomFee\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bool\",\"name\":\"paused\",\"type\":\"bool\"}],\"name\":\"setPauseState\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"stableFee\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"volatileFee\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "AerodromePoolFactory",
}

// AerodromePoolFactory is an auto generated Go binding around an Ethereum contract.
type AerodromePoolFactory struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *AerodromePoolFactory) GetABI() abi.ABI {
	return c.abi
}

// NewAerodromePoolFactory creates a new instance of AerodromePoolFactory.
func NewAerodromePoolFactory() *AerodromePoolFactory {
	parsed, err := AerodromePoolFactoryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &AerodromePoolFactory{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *AerodromePoolFactory) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address implementation_, address owner) returns()
func (aerodromePoolFactory *AerodromePoolFactory) PackConstructor(implementation_ common.Address, owner common.Address) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("", implementation_, owner)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackMAXFEE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc063e1a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_FEE() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) PackMAXFEE() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("MAX_FEE")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXFEE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbc063e1a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_FEE() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackMAXFEE() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("MAX_FEE")
}

// UnpackMAXFEE is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbc063e1a.
//
// Solidity: function MAX_FEE() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackMAXFEE(data []byte) (*big.Int, error) {
	out, err := aerodromePoolFactory.abi.Unpack("MAX_FEE", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackZEROFEEINDICATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38c55d46.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function ZERO_FEE_INDICATOR() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) PackZEROFEEINDICATOR() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("ZERO_FEE_INDICATOR")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackZEROFEEINDICATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38c55d46.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function ZERO_FEE_INDICATOR() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackZEROFEEINDICATOR() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("ZERO_FEE_INDICATOR")
}

// UnpackZEROFEEINDICATOR is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x38c55d46.
//
// Solidity: function ZERO_FEE_INDICATOR() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackZEROFEEINDICATOR(data []byte) (*big.Int, error) {
	out, err := aerodromePoolFactory.abi.Unpack("ZERO_FEE_INDICATOR", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackAllPools is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x41d1de97.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allPools(uint256 ) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) PackAllPools(arg0 *big.Int) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("allPools", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllPools is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x41d1de97.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allPools(uint256 ) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackAllPools(arg0 *big.Int) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("allPools", arg0)
}

// UnpackAllPools is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x41d1de97.
//
// Solidity: function allPools(uint256 ) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackAllPools(data []byte) (common.Address, error) {
	out, err := aerodromePoolFactory.abi.Unpack("allPools", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackAllPoolsLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xefde4e64.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allPoolsLength() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) PackAllPoolsLength() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("allPoolsLength")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllPoolsLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xefde4e64.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allPoolsLength() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackAllPoolsLength() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("allPoolsLength")
}

// UnpackAllPoolsLength is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xefde4e64.
//
// Solidity: function allPoolsLength() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackAllPoolsLength(data []byte) (*big.Int, error) {
	out, err := aerodromePoolFactory.abi.Unpack("allPoolsLength", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackCreatePool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36bf95a0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function createPool(address tokenA, address tokenB, bool stable) returns(address pool)
func (aerodromePoolFactory *AerodromePoolFactory) PackCreatePool(tokenA common.Address, tokenB common.Address, stable bool) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("createPool", tokenA, tokenB, stable)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreatePool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36bf95a0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function createPool(address tokenA, address tokenB, bool stable) returns(address pool)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackCreatePool(tokenA common.Address, tokenB common.Address, stable bool) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("createPool", tokenA, tokenB, stable)
}

// UnpackCreatePool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x36bf95a0.
//
// Solidity: function createPool(address tokenA, address tokenB, bool stable) returns(address pool)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackCreatePool(data []byte) (common.Address, error) {
	out, err := aerodromePoolFactory.abi.Unpack("createPool", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackCustomFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4d419abc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function customFee(address ) view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) PackCustomFee(arg0 common.Address) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("customFee", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCustomFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4d419abc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function customFee(address ) view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackCustomFee(arg0 common.Address) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("customFee", arg0)
}

// UnpackCustomFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4d419abc.
//
// Solidity: function customFee(address ) view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackCustomFee(data []byte) (*big.Int, error) {
	out, err := aerodromePoolFactory.abi.Unpack("customFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackFeeManager is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd0fb0203.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function feeManager() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) PackFeeManager() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("feeManager")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFeeManager is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd0fb0203.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function feeManager() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackFeeManager() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("feeManager")
}

// UnpackFeeManager is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd0fb0203.
//
// Solidity: function feeManager() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackFeeManager(data []byte) (common.Address, error) {
	out, err := aerodromePoolFactory.abi.Unpack("feeManager", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackGetFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcc56b2c5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getFee(address pool, bool stable) view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) PackGetFee(pool common.Address, stable bool) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("getFee", pool, stable)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcc56b2c5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getFee(address pool, bool stable) view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackGetFee(pool common.Address, stable bool) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("getFee", pool, stable)
}

// UnpackGetFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xcc56b2c5.
//
// Solidity: function getFee(address pool, bool stable) view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackGetFee(data []byte) (*big.Int, error) {
	out, err := aerodromePoolFactory.abi.Unpack("getFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackGetPoolByFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1698ee82.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getPool(address tokenA, address tokenB, uint24 fee) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) PackGetPoolByFee(tokenA common.Address, tokenB common.Address, fee *big.Int) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("getPool", tokenA, tokenB, fee)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetPoolByFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1698ee82.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getPool(address tokenA, address tokenB, uint24 fee) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackGetPoolByFee(tokenA common.Address, tokenB common.Address, fee *big.Int) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("getPool", tokenA, tokenB, fee)
}

// UnpackGetPoolByFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1698ee82.
//
// Solidity: function getPool(address tokenA, address tokenB, uint24 fee) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackGetPoolByFee(data []byte) (common.Address, error) {
	out, err := aerodromePoolFactory.abi.Unpack("getPool", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackGetPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x79bc57d5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getPool(address tokenA, address tokenB, bool stable) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) PackGetPool(tokenA common.Address, tokenB common.Address, stable bool) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("getPool0", tokenA, tokenB, stable)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x79bc57d5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getPool(address tokenA, address tokenB, bool stable) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackGetPool(tokenA common.Address, tokenB common.Address, stable bool) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("getPool0", tokenA, tokenB, stable)
}

// UnpackGetPool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x79bc57d5.
//
// Solidity: function getPool(address tokenA, address tokenB, bool stable) view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackGetPool(data []byte) (common.Address, error) {
	out, err := aerodromePoolFactory.abi.Unpack("getPool0", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackImplementation is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c60da1b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function implementation() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) PackImplementation() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("implementation")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackImplementation is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c60da1b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function implementation() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackImplementation() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("implementation")
}

// UnpackImplementation is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5c60da1b.
//
// Solidity: function implementation() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackImplementation(data []byte) (common.Address, error) {
	out, err := aerodromePoolFactory.abi.Unpack("implementation", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackIsPaused is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb187bd26.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isPaused() view returns(bool)
func (aerodromePoolFactory *AerodromePoolFactory) PackIsPaused() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("isPaused")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsPaused is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb187bd26.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isPaused() view returns(bool)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackIsPaused() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("isPaused")
}

// UnpackIsPaused is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb187bd26.
//
// Solidity: function isPaused() view returns(bool)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackIsPaused(data []byte) (bool, error) {
	out, err := aerodromePoolFactory.abi.Unpack("isPaused", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackIsPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5b16ebb7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isPool(address ) view returns(bool)
func (aerodromePoolFactory *AerodromePoolFactory) PackIsPool(arg0 common.Address) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("isPool", arg0)
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
func (aerodromePoolFactory *AerodromePoolFactory) TryPackIsPool(arg0 common.Address) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("isPool", arg0)
}

// UnpackIsPool is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5b16ebb7.
//
// Solidity: function isPool(address ) view returns(bool)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackIsPool(data []byte) (bool, error) {
	out, err := aerodromePoolFactory.abi.Unpack("isPool", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackPauser is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9fd0506d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pauser() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) PackPauser() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("pauser")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPauser is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9fd0506d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pauser() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackPauser() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("pauser")
}

// UnpackPauser is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9fd0506d.
//
// Solidity: function pauser() view returns(address)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackPauser(data []byte) (common.Address, error) {
	out, err := aerodromePoolFactory.abi.Unpack("pauser", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackSetCustomFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd49466a8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setCustomFee(address pool, uint256 fee) returns()
func (aerodromePoolFactory *AerodromePoolFactory) PackSetCustomFee(pool common.Address, fee *big.Int) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("setCustomFee", pool, fee)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetCustomFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd49466a8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setCustomFee(address pool, uint256 fee) returns()
func (aerodromePoolFactory *AerodromePoolFactory) TryPackSetCustomFee(pool common.Address, fee *big.Int) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("setCustomFee", pool, fee)
}

// PackSetPauseState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcdb88ad1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setPauseState(bool paused) returns()
func (aerodromePoolFactory *AerodromePoolFactory) PackSetPauseState(paused bool) []byte {
	enc, err := aerodromePoolFactory.abi.Pack("setPauseState", paused)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetPauseState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcdb88ad1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setPauseState(bool paused) returns()
func (aerodromePoolFactory *AerodromePoolFactory) TryPackSetPauseState(paused bool) ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("setPauseState", paused)
}

// PackStableFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40bbd775.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stableFee() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) PackStableFee() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("stableFee")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStableFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40bbd775.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stableFee() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackStableFee() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("stableFee")
}

// UnpackStableFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x40bbd775.
//
// Solidity: function stableFee() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackStableFee(data []byte) (*big.Int, error) {
	out, err := aerodromePoolFactory.abi.Unpack("stableFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackVolatileFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5084ed03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function volatileFee() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) PackVolatileFee() []byte {
	enc, err := aerodromePoolFactory.abi.Pack("volatileFee")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVolatileFee is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5084ed03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function volatileFee() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) TryPackVolatileFee() ([]byte, error) {
	return aerodromePoolFactory.abi.Pack("volatileFee")
}

// UnpackVolatileFee is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5084ed03.
//
// Solidity: function volatileFee() view returns(uint256)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackVolatileFee(data []byte) (*big.Int, error) {
	out, err := aerodromePoolFactory.abi.Unpack("volatileFee", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// AerodromePoolFactoryPoolCreated represents a PoolCreated event raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryPoolCreated struct {
	Token0 common.Address
	Token1 common.Address
	Stable bool
	Pool   common.Address
	Arg4   *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const AerodromePoolFactoryPoolCreatedEventName = "PoolCreated"

// ContractEventName returns the user-defined event name.
func (AerodromePoolFactoryPoolCreated) ContractEventName() string {
	return AerodromePoolFactoryPoolCreatedEventName
}

// UnpackPoolCreatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event PoolCreated(address indexed token0, address indexed token1, bool indexed stable, address pool, uint256 arg4)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackPoolCreatedEvent(log *types.Log) (*AerodromePoolFactoryPoolCreated, error) {
	event := "PoolCreated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePoolFactory.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolFactoryPoolCreated)
	if len(log.Data) > 0 {
		if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePoolFactory.abi.Events[event].Inputs {
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

// AerodromePoolFactorySetCustomFee represents a SetCustomFee event raised by the AerodromePoolFactory contract.
type AerodromePoolFactorySetCustomFee struct {
	Pool common.Address
	Fee  *big.Int
	Raw  *types.Log // Blockchain specific contextual infos
}

const AerodromePoolFactorySetCustomFeeEventName = "SetCustomFee"

// ContractEventName returns the user-defined event name.
func (AerodromePoolFactorySetCustomFee) ContractEventName() string {
	return AerodromePoolFactorySetCustomFeeEventName
}

// UnpackSetCustomFeeEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SetCustomFee(address indexed pool, uint256 fee)
func (aerodromePoolFactory *AerodromePoolFactory) UnpackSetCustomFeeEvent(log *types.Log) (*AerodromePoolFactorySetCustomFee, error) {
	event := "SetCustomFee"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePoolFactory.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolFactorySetCustomFee)
	if len(log.Data) > 0 {
		if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePoolFactory.abi.Events[event].Inputs {
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

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (aerodromePoolFactory *AerodromePoolFactory) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["FeeTooHigh"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackFeeTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["InvalidPool"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackInvalidPoolError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["NotFeeManager"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackNotFeeManagerError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["NotPauser"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackNotPauserError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["PoolAlreadyExists"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackPoolAlreadyExistsError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["SameAddress"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackSameAddressError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["StablePoolsNotSimulated"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackStablePoolsNotSimulatedError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePoolFactory.abi.Errors["ZeroAddress"].ID.Bytes()[:4]) {
		return aerodromePoolFactory.UnpackZeroAddressError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// AerodromePoolFactoryFeeTooHigh represents a FeeTooHigh error raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryFeeTooHigh struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FeeTooHigh()
func AerodromePoolFactoryFeeTooHighErrorID() common.Hash {
	return common.HexToHash("0xcd4e6167a0147beade9e7daca0e52cd42e992cd9c3dc1dd3ce8a2b6956f53601")
}

// UnpackFeeTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FeeTooHigh()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackFeeTooHighError(raw []byte) (*AerodromePoolFactoryFeeTooHigh, error) {
	out := new(AerodromePoolFactoryFeeTooHigh)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "FeeTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactoryInvalidPool represents a InvalidPool error raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryInvalidPool struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidPool()
func AerodromePoolFactoryInvalidPoolErrorID() common.Hash {
	return common.HexToHash("0x2083cd4046029c86451c2e139a91b950c0f6ebc0dea58aa338e3029a5f151d99")
}

// UnpackInvalidPoolError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidPool()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackInvalidPoolError(raw []byte) (*AerodromePoolFactoryInvalidPool, error) {
	out := new(AerodromePoolFactoryInvalidPool)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "InvalidPool", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactoryNotFeeManager represents a NotFeeManager error raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryNotFeeManager struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotFeeManager()
func AerodromePoolFactoryNotFeeManagerErrorID() common.Hash {
	return common.HexToHash("0xf5d267ebbcd4925f9b76695d51986b620233a685bd12e9e1fac0bef372a72273")
}

// UnpackNotFeeManagerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotFeeManager()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackNotFeeManagerError(raw []byte) (*AerodromePoolFactoryNotFeeManager, error) {
	out := new(AerodromePoolFactoryNotFeeManager)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "NotFeeManager", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactoryNotPauser represents a NotPauser error raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryNotPauser struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotPauser()
func AerodromePoolFactoryNotPauserErrorID() common.Hash {
	return common.HexToHash("0x492f6781990f089ef1c9cc82418ca3bcc261fbf6004c4e65cbb104af186dd9c0")
}

// UnpackNotPauserError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotPauser()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackNotPauserError(raw []byte) (*AerodromePoolFactoryNotPauser, error) {
	out := new(AerodromePoolFactoryNotPauser)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "NotPauser", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactoryPoolAlreadyExists represents a PoolAlreadyExists error raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryPoolAlreadyExists struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PoolAlreadyExists()
func AerodromePoolFactoryPoolAlreadyExistsErrorID() common.Hash {
	return common.HexToHash("0x03119322497e04818eb069b67d4f395df8f307626d617ae15435b24b5f3bd20a")
}

// UnpackPoolAlreadyExistsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PoolAlreadyExists()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackPoolAlreadyExistsError(raw []byte) (*AerodromePoolFactoryPoolAlreadyExists, error) {
	out := new(AerodromePoolFactoryPoolAlreadyExists)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "PoolAlreadyExists", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactorySameAddress represents a SameAddress error raised by the AerodromePoolFactory contract.
type AerodromePoolFactorySameAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SameAddress()
func AerodromePoolFactorySameAddressErrorID() common.Hash {
	return common.HexToHash("0x367558c3b8d26eef2bf229cfbd1d28748768736e5b36de06552b152117e1be8e")
}

// UnpackSameAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SameAddress()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackSameAddressError(raw []byte) (*AerodromePoolFactorySameAddress, error) {
	out := new(AerodromePoolFactorySameAddress)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "SameAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactoryStablePoolsNotSimulated represents a StablePoolsNotSimulated error raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryStablePoolsNotSimulated struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StablePoolsNotSimulated()
func AerodromePoolFactoryStablePoolsNotSimulatedErrorID() common.Hash {
	return common.HexToHash("0xbc576c34619bee588a494aa22ab3af051caffc0082ee991f44e646c1dbe2215e")
}

// UnpackStablePoolsNotSimulatedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StablePoolsNotSimulated()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackStablePoolsNotSimulatedError(raw []byte) (*AerodromePoolFactoryStablePoolsNotSimulated, error) {
	out := new(AerodromePoolFactoryStablePoolsNotSimulated)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "StablePoolsNotSimulated", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactoryZeroAddress represents a ZeroAddress error raised by the AerodromePoolFactory contract.
type AerodromePoolFactoryZeroAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAddress()
func AerodromePoolFactoryZeroAddressErrorID() common.Hash {
	return common.HexToHash("0xd92e233df2717d4a40030e20904abd27b68fcbeede117eaaccbbdac9618c8c73")
}

// UnpackZeroAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAddress()
func (aerodromePoolFactory *AerodromePoolFactory) UnpackZeroAddressError(raw []byte) (*AerodromePoolFactoryZeroAddress, error) {
	out := new(AerodromePoolFactoryZeroAddress)
	if err := aerodromePoolFactory.abi.UnpackIntoInterface(out, "ZeroAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}
