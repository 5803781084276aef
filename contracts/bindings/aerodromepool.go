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

// AerodromePoolObservation is an auto generated low-level Go binding around an user-defined struct.
type AerodromePoolObservation struct {
	Timestamp          *big.Int
	Reserve0Cumulative *big.Int
	Reserve1Cumulative *big.Int
}

// AerodromePoolMetaData contains all meta data concerning the AerodromePool contract.
var AerodromePoolMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"FactoryAlreadySet\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientInputAmount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientLiquidity\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientLiquidityBurned\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientLiquidityMinted\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientOutputAmount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidTo\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"IsPaused\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"K\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount0\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount1\",\"type\":\"uint256\"}],\"name\":\"Burn\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount0\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount1\",\"type\":\"uint256\"}],\"name\":\"Mint\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount0In\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount1In\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount0Out\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount1Out\",\"type\":\"uint256\"}],\"name\":\"Swap\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"reserve0\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"reserve1\",\"type\":\"uint256\"}],\"name\":\"Sync\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"blockTimestampLast\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"burn\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount0\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amount1\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"currentCumulativePrices\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"reserve0Cumulative\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"reserve1Cumulative\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"blockTimestamp\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"factory\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amountIn\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"tokenIn\",\"type\":\"address\"}],\"name\":\"getAmountOut\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"getReserves\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"_reserve0\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"_reserve1\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"_blockTimestampLast\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token0_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"token1_\",\"type\":\"address\"}],\"name\":\"initialize\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"lastObservation\",\"outputs\":[{\"components\":[{\"internalType\":\"uint256\",\"name\":\"timestamp\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"reserve0Cumulative\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"reserve1Cumulative\",\"type\":\"uint256\"}],\"internalType\":\"structAerodromePool.Observation\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"metadata\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"dec0\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"dec1\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"r0\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"r1\",\"type\":\"uint256\"},{\"internalType\":\"bool\",\"name\":\"st\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"t0\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"t1\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"mint\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"liquidity\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"observationLength\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"name\":\"observations\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"timestamp\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"reserve0Cumulative\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"reserve1Cumulative\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"periodSize\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenIn\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amountIn\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"granularity\",\"type\":\"uint256\"}],\"name\":\"quote\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amountOut\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"reserve0\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"reserve0CumulativeLast\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"reserve1\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"reserve1CumulativeLast\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"stable\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount0Out\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amount1Out\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"swap\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token0\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token1\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"tokens\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "AerodromePool",
}

// AerodromePool is an auto generated Go binding around an Ethereum contract.
type AerodromePool struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *AerodromePool) GetABI() abi.ABI {
	return c.abi
}

// NewAerodromePool creates a new instance of AerodromePool.
func NewAerodromePool() *AerodromePool {
	parsed, err := AerodromePoolMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &AerodromePool{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *AerodromePool) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address , address ) view returns(uint256)
func (aerodromePool *AerodromePool) PackAllowance(arg0 common.Address, arg1 common.Address) []byte {
	enc, err := aerodromePool.abi.Pack("allowance", arg0, arg1)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allowance(address , address ) view returns(uint256)
func (aerodromePool *AerodromePool) TryPackAllowance(arg0 common.Address, arg1 common.Address) ([]byte, error) {
	return aerodromePool.abi.Pack("allowance", arg0, arg1)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address , address ) view returns(uint256)
func (aerodromePool *AerodromePool) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("allowance", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) PackApprove(spender common.Address, amount *big.Int) []byte {
	enc, err := aerodromePool.abi.Pack("approve", spender, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) TryPackApprove(spender common.Address, amount *big.Int) ([]byte, error) {
	return aerodromePool.abi.Pack("approve", spender, amount)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) UnpackApprove(data []byte) (bool, error) {
	out, err := aerodromePool.abi.Unpack("approve", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address ) view returns(uint256)
func (aerodromePool *AerodromePool) PackBalanceOf(arg0 common.Address) []byte {
	enc, err := aerodromePool.abi.Pack("balanceOf", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address ) view returns(uint256)
func (aerodromePool *AerodromePool) TryPackBalanceOf(arg0 common.Address) ([]byte, error) {
	return aerodromePool.abi.Pack("balanceOf", arg0)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address ) view returns(uint256)
func (aerodromePool *AerodromePool) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackBlockTimestampLast is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc5700a02.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function blockTimestampLast() view returns(uint256)
func (aerodromePool *AerodromePool) PackBlockTimestampLast() []byte {
	enc, err := aerodromePool.abi.Pack("blockTimestampLast")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBlockTimestampLast is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc5700a02.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function blockTimestampLast() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackBlockTimestampLast() ([]byte, error) {
	return aerodromePool.abi.Pack("blockTimestampLast")
}

// UnpackBlockTimestampLast is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc5700a02.
//
// Solidity: function blockTimestampLast() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackBlockTimestampLast(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("blockTimestampLast", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackBurn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x89afcb44.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function burn(address to) returns(uint256 amount0, uint256 amount1)
func (aerodromePool *AerodromePool) PackBurn(to common.Address) []byte {
	enc, err := aerodromePool.abi.Pack("burn", to)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBurn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x89afcb44.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function burn(address to) returns(uint256 amount0, uint256 amount1)
func (aerodromePool *AerodromePool) TryPackBurn(to common.Address) ([]byte, error) {
	return aerodromePool.abi.Pack("burn", to)
}

// AerodromePoolBurnOutput serves as a container for the return parameters of contract
// method Burn.
type AerodromePoolBurnOutput struct {
	Amount0 *big.Int
	Amount1 *big.Int
}

// UnpackBurn is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x89afcb44.
//
// Solidity: function burn(address to) returns(uint256 amount0, uint256 amount1)
func (aerodromePool *AerodromePool) UnpackBurn(data []byte) (AerodromePoolBurnOutput, error) {
	out, err := aerodromePool.abi.Unpack("burn", data)
	outstruct := new(AerodromePoolBurnOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Amount0 = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Amount1 = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackCurrentCumulativePrices is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1df8c717.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function currentCumulativePrices() view returns(uint256 reserve0Cumulative, uint256 reserve1Cumulative, uint256 blockTimestamp)
func (aerodromePool *AerodromePool) PackCurrentCumulativePrices() []byte {
	enc, err := aerodromePool.abi.Pack("currentCumulativePrices")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCurrentCumulativePrices is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1df8c717.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function currentCumulativePrices() view returns(uint256 reserve0Cumulative, uint256 reserve1Cumulative, uint256 blockTimestamp)
func (aerodromePool *AerodromePool) TryPackCurrentCumulativePrices() ([]byte, error) {
	return aerodromePool.abi.Pack("currentCumulativePrices")
}

// AerodromePoolCurrentCumulativePricesOutput serves as a container for the return parameters of contract
// method CurrentCumulativePrices.
type AerodromePoolCurrentCumulativePricesOutput struct {
	Reserve0Cumulative *big.Int
	Reserve1Cumulative *big.Int
	BlockTimestamp     *big.Int
}

// UnpackCurrentCumulativePrices is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1df8c717.
//
// Solidity: function currentCumulativePrices() view returns(uint256 reserve0Cumulative, uint256 reserve1Cumulative, uint256 blockTimestamp)
func (aerodromePool *AerodromePool) UnpackCurrentCumulativePrices(data []byte) (AerodromePoolCurrentCumulativePricesOutput, error) {
	out, err := aerodromePool.abi.Unpack("currentCumulativePrices", data)
	outstruct := new(AerodromePoolCurrentCumulativePricesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Reserve0Cumulative = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Reserve1Cumulative = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.BlockTimestamp = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() view returns(uint8)
func (aerodromePool *AerodromePool) PackDecimals() []byte {
	enc, err := aerodromePool.abi.Pack("decimals")
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
func (aerodromePool *AerodromePool) TryPackDecimals() ([]byte, error) {
	return aerodromePool.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() view returns(uint8)
func (aerodromePool *AerodromePool) UnpackDecimals(data []byte) (uint8, error) {
	out, err := aerodromePool.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackFactory is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc45a0155.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function factory() view returns(address)
func (aerodromePool *AerodromePool) PackFactory() []byte {
	enc, err := aerodromePool.abi.Pack("factory")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFactory is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc45a0155.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function factory() view returns(address)
func (aerodromePool *AerodromePool) TryPackFactory() ([]byte, error) {
	return aerodromePool.abi.Pack("factory")
}

// UnpackFactory is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc45a0155.
//
// Solidity: function factory() view returns(address)
func (aerodromePool *AerodromePool) UnpackFactory(data []byte) (common.Address, error) {
	out, err := aerodromePool.abi.Unpack("factory", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackGetAmountOut is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf140a35a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getAmountOut(uint256 amountIn, address tokenIn) view returns(uint256)
func (aerodromePool *AerodromePool) PackGetAmountOut(amountIn *big.Int, tokenIn common.Address) []byte {
	enc, err := aerodromePool.abi.Pack("getAmountOut", amountIn, tokenIn)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetAmountOut is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf140a35a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getAmountOut(uint256 amountIn, address tokenIn) view returns(uint256)
func (aerodromePool *AerodromePool) TryPackGetAmountOut(amountIn *big.Int, tokenIn common.Address) ([]byte, error) {
	return aerodromePool.abi.Pack("getAmountOut", amountIn, tokenIn)
}

// UnpackGetAmountOut is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf140a35a.
//
// Solidity: function getAmountOut(uint256 amountIn, address tokenIn) view returns(uint256)
func (aerodromePool *AerodromePool) UnpackGetAmountOut(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("getAmountOut", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackGetReserves is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0902f1ac.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getReserves() view returns(uint256 _reserve0, uint256 _reserve1, uint256 _blockTimestampLast)
func (aerodromePool *AerodromePool) PackGetReserves() []byte {
	enc, err := aerodromePool.abi.Pack("getReserves")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetReserves is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0902f1ac.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getReserves() view returns(uint256 _reserve0, uint256 _reserve1, uint256 _blockTimestampLast)
func (aerodromePool *AerodromePool) TryPackGetReserves() ([]byte, error) {
	return aerodromePool.abi.Pack("getReserves")
}

// AerodromePoolGetReservesOutput serves as a container for the return parameters of contract
// method GetReserves.
type AerodromePoolGetReservesOutput struct {
	Reserve0           *big.Int
	Reserve1           *big.Int
	BlockTimestampLast *big.Int
}

// UnpackGetReserves is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x0902f1ac.
//
// Solidity: function getReserves() view returns(uint256 _reserve0, uint256 _reserve1, uint256 _blockTimestampLast)
func (aerodromePool *AerodromePool) UnpackGetReserves(data []byte) (AerodromePoolGetReservesOutput, error) {
	out, err := aerodromePool.abi.Unpack("getReserves", data)
	outstruct := new(AerodromePoolGetReservesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Reserve0 = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Reserve1 = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.BlockTimestampLast = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackInitialize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x485cc955.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function initialize(address token0_, address token1_) returns()
func (aerodromePool *AerodromePool) PackInitialize(token0 common.Address, token1 common.Address) []byte {
	enc, err := aerodromePool.abi.Pack("initialize", token0, token1)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackInitialize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x485cc955.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function initialize(address token0_, address token1_) returns()
func (aerodromePool *AerodromePool) TryPackInitialize(token0 common.Address, token1 common.Address) ([]byte, error) {
	return aerodromePool.abi.Pack("initialize", token0, token1)
}

// PackLastObservation is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8a7b8cf2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lastObservation() view returns((uint256,uint256,uint256))
func (aerodromePool *AerodromePool) PackLastObservation() []byte {
	enc, err := aerodromePool.abi.Pack("lastObservation")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLastObservation is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8a7b8cf2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lastObservation() view returns((uint256,uint256,uint256))
func (aerodromePool *AerodromePool) TryPackLastObservation() ([]byte, error) {
	return aerodromePool.abi.Pack("lastObservation")
}

// UnpackLastObservation is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8a7b8cf2.
//
// Solidity: function lastObservation() view returns((uint256,uint256,uint256))
func (aerodromePool *AerodromePool) UnpackLastObservation(data []byte) (AerodromePoolObservation, error) {
	out, err := aerodromePool.abi.Unpack("lastObservation", data)
	if err != nil {
		return *new(AerodromePoolObservation), err
	}
	out0 := *abi.ConvertType(out[0], new(AerodromePoolObservation)).(*AerodromePoolObservation)
	return out0, nil
}

// PackMetadata is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x392f37e9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function metadata() view returns(uint256 dec0, uint256 dec1, uint256 r0, uint256 r1, bool st, address t0, address t1)
func (aerodromePool *AerodromePool) PackMetadata() []byte {
	enc, err := aerodromePool.abi.Pack("metadata")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMetadata is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x392f37e9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function metadata() view returns(uint256 dec0, uint256 dec1, uint256 r0, uint256 r1, bool st, address t0, address t1)
func (aerodromePool *AerodromePool) TryPackMetadata() ([]byte, error) {
	return aerodromePool.abi.Pack("metadata")
}

// AerodromePoolMetadataOutput serves as a container for the return parameters of contract
// method Metadata.
type AerodromePoolMetadataOutput struct {
	Dec0 *big.Int
	Dec1 *big.Int
	R0   *big.Int
	R1   *big.Int
	St   bool
	T0   common.Address
	T1   common.Address
}

// UnpackMetadata is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x392f37e9.
//
// Solidity: function metadata() view returns(uint256 dec0, uint256 dec1, uint256 r0, uint256 r1, bool st, address t0, address t1)
func (aerodromePool *AerodromePool) UnpackMetadata(data []byte) (AerodromePoolMetadataOutput, error) {
	out, err := aerodromePool.abi.Unpack("metadata", data)
	outstruct := new(AerodromePoolMetadataOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Dec0 = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Dec1 = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.R0 = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	outstruct.R1 = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.St = *abi.ConvertType(out[4], new(bool)).(*bool)
	outstruct.T0 = *abi.ConvertType(out[5], new(common.Address)).(*common.Address)
	outstruct.T1 = *abi.ConvertType(out[6], new(common.Address)).(*common.Address)
	return *outstruct, nil
}

// PackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6a627842.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mint(address to) returns(uint256 liquidity)
func (aerodromePool *AerodromePool) PackMint(to common.Address) []byte {
	enc, err := aerodromePool.abi.Pack("mint", to)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6a627842.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mint(address to) returns(uint256 liquidity)
func (aerodromePool *AerodromePool) TryPackMint(to common.Address) ([]byte, error) {
	return aerodromePool.abi.Pack("mint", to)
}

// UnpackMint is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6a627842.
//
// Solidity: function mint(address to) returns(uint256 liquidity)
func (aerodromePool *AerodromePool) UnpackMint(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("mint", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (aerodromePool *AerodromePool) PackName() []byte {
	enc, err := aerodromePool.abi.Pack("name")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function name() view returns(string)
func (aerodromePool *AerodromePool) TryPackName() ([]byte, error) {
	return aerodromePool.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (aerodromePool *AerodromePool) UnpackName(data []byte) (string, error) {
	out, err := aerodromePool.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackObservationLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xebeb31db.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function observationLength() view returns(uint256)
func (aerodromePool *AerodromePool) PackObservationLength() []byte {
	enc, err := aerodromePool.abi.Pack("observationLength")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackObservationLength is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xebeb31db.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function observationLength() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackObservationLength() ([]byte, error) {
	return aerodromePool.abi.Pack("observationLength")
}

// UnpackObservationLength is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xebeb31db.
//
// Solidity: function observationLength() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackObservationLength(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("observationLength", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackObservations is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x252c09d7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function observations(uint256 ) view returns(uint256 timestamp, uint256 reserve0Cumulative, uint256 reserve1Cumulative)
func (aerodromePool *AerodromePool) PackObservations(arg0 *big.Int) []byte {
	enc, err := aerodromePool.abi.Pack("observations", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackObservations is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x252c09d7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function observations(uint256 ) view returns(uint256 timestamp, uint256 reserve0Cumulative, uint256 reserve1Cumulative)
func (aerodromePool *AerodromePool) TryPackObservations(arg0 *big.Int) ([]byte, error) {
	return aerodromePool.abi.Pack("observations", arg0)
}

// AerodromePoolObservationsOutput serves as a container for the return parameters of contract
// method Observations.
type AerodromePoolObservationsOutput struct {
	Timestamp          *big.Int
	Reserve0Cumulative *big.Int
	Reserve1Cumulative *big.Int
}

// UnpackObservations is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x252c09d7.
//
// Solidity: function observations(uint256 ) view returns(uint256 timestamp, uint256 reserve0Cumulative, uint256 reserve1Cumulative)
func (aerodromePool *AerodromePool) UnpackObservations(data []byte) (AerodromePoolObservationsOutput, error) {
	out, err := aerodromePool.abi.Unpack("observations", data)
	outstruct := new(AerodromePoolObservationsOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Timestamp = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Reserve0Cumulative = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Reserve1Cumulative = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackPeriodSize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe4463eb2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function periodSize() view returns(uint256)
func (aerodromePool *AerodromePool) PackPeriodSize() []byte {
	enc, err := aerodromePool.abi.Pack("periodSize")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPeriodSize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe4463eb2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function periodSize() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackPeriodSize() ([]byte, error) {
	return aerodromePool.abi.Pack("periodSize")
}

// UnpackPeriodSize is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe4463eb2.
//
// Solidity: function periodSize() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackPeriodSize(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("periodSize", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackQuote is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9e8cc04b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function quote(address tokenIn, uint256 amountIn, uint256 granularity) view returns(uint256 amountOut)
func (aerodromePool *AerodromePool) PackQuote(tokenIn common.Address, amountIn *big.Int, granularity *big.Int) []byte {
	enc, err := aerodromePool.abi.Pack("quote", tokenIn, amountIn, granularity)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQuote is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9e8cc04b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function quote(address tokenIn, uint256 amountIn, uint256 granularity) view returns(uint256 amountOut)
func (aerodromePool *AerodromePool) TryPackQuote(tokenIn common.Address, amountIn *big.Int, granularity *big.Int) ([]byte, error) {
	return aerodromePool.abi.Pack("quote", tokenIn, amountIn, granularity)
}

// UnpackQuote is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9e8cc04b.
//
// Solidity: function quote(address tokenIn, uint256 amountIn, uint256 granularity) view returns(uint256 amountOut)
func (aerodromePool *AerodromePool) UnpackQuote(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("quote", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackReserve0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x443cb4bc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reserve0() view returns(uint256)
func (aerodromePool *AerodromePool) PackReserve0() []byte {
	enc, err := aerodromePool.abi.Pack("reserve0")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReserve0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x443cb4bc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reserve0() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackReserve0() ([]byte, error) {
	return aerodromePool.abi.Pack("reserve0")
}

// UnpackReserve0 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x443cb4bc.
//
// Solidity: function reserve0() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackReserve0(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("reserve0", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackReserve0CumulativeLast is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf944dbc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reserve0CumulativeLast() view returns(uint256)
func (aerodromePool *AerodromePool) PackReserve0CumulativeLast() []byte {
	enc, err := aerodromePool.abi.Pack("reserve0CumulativeLast")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReserve0CumulativeLast is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf944dbc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reserve0CumulativeLast() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackReserve0CumulativeLast() ([]byte, error) {
	return aerodromePool.abi.Pack("reserve0CumulativeLast")
}

// UnpackReserve0CumulativeLast is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbf944dbc.
//
// Solidity: function reserve0CumulativeLast() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackReserve0CumulativeLast(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("reserve0CumulativeLast", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackReserve1 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a76f25e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reserve1() view returns(uint256)
func (aerodromePool *AerodromePool) PackReserve1() []byte {
	enc, err := aerodromePool.abi.Pack("reserve1")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReserve1 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a76f25e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reserve1() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackReserve1() ([]byte, error) {
	return aerodromePool.abi.Pack("reserve1")
}

// UnpackReserve1 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5a76f25e.
//
// Solidity: function reserve1() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackReserve1(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("reserve1", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackReserve1CumulativeLast is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc245febc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function reserve1CumulativeLast() view returns(uint256)
func (aerodromePool *AerodromePool) PackReserve1CumulativeLast() []byte {
	enc, err := aerodromePool.abi.Pack("reserve1CumulativeLast")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReserve1CumulativeLast is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc245febc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function reserve1CumulativeLast() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackReserve1CumulativeLast() ([]byte, error) {
	return aerodromePool.abi.Pack("reserve1CumulativeLast")
}

// UnpackReserve1CumulativeLast is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc245febc.
//
// Solidity: function reserve1CumulativeLast() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackReserve1CumulativeLast(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("reserve1CumulativeLast", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackStable is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x22be3de1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stable() view returns(bool)
func (aerodromePool *AerodromePool) PackStable() []byte {
	enc, err := aerodromePool.abi.Pack("stable")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStable is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x22be3de1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stable() view returns(bool)
func (aerodromePool *AerodromePool) TryPackStable() ([]byte, error) {
	return aerodromePool.abi.Pack("stable")
}

// UnpackStable is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x22be3de1.
//
// Solidity: function stable() view returns(bool)
func (aerodromePool *AerodromePool) UnpackStable(data []byte) (bool, error) {
	out, err := aerodromePool.abi.Unpack("stable", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackSwap is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x022c0d9f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) returns()
func (aerodromePool *AerodromePool) PackSwap(amount0Out *big.Int, amount1Out *big.Int, to common.Address, data []byte) []byte {
	enc, err := aerodromePool.abi.Pack("swap", amount0Out, amount1Out, to, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSwap is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x022c0d9f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes data) returns()
func (aerodromePool *AerodromePool) TryPackSwap(amount0Out *big.Int, amount1Out *big.Int, to common.Address, data []byte) ([]byte, error) {
	return aerodromePool.abi.Pack("swap", amount0Out, amount1Out, to, data)
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (aerodromePool *AerodromePool) PackSymbol() []byte {
	enc, err := aerodromePool.abi.Pack("symbol")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function symbol() view returns(string)
func (aerodromePool *AerodromePool) TryPackSymbol() ([]byte, error) {
	return aerodromePool.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (aerodromePool *AerodromePool) UnpackSymbol(data []byte) (string, error) {
	out, err := aerodromePool.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackToken0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0dfe1681.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token0() view returns(address)
func (aerodromePool *AerodromePool) PackToken0() []byte {
	enc, err := aerodromePool.abi.Pack("token0")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0dfe1681.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token0() view returns(address)
func (aerodromePool *AerodromePool) TryPackToken0() ([]byte, error) {
	return aerodromePool.abi.Pack("token0")
}

// UnpackToken0 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x0dfe1681.
//
// Solidity: function token0() view returns(address)
func (aerodromePool *AerodromePool) UnpackToken0(data []byte) (common.Address, error) {
	out, err := aerodromePool.abi.Unpack("token0", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackToken1 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd21220a7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token1() view returns(address)
func (aerodromePool *AerodromePool) PackToken1() []byte {
	enc, err := aerodromePool.abi.Pack("token1")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken1 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd21220a7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token1() view returns(address)
func (aerodromePool *AerodromePool) TryPackToken1() ([]byte, error) {
	return aerodromePool.abi.Pack("token1")
}

// UnpackToken1 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd21220a7.
//
// Solidity: function token1() view returns(address)
func (aerodromePool *AerodromePool) UnpackToken1(data []byte) (common.Address, error) {
	out, err := aerodromePool.abi.Unpack("token1", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9d63848a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function tokens() view returns(address, address)
func (aerodromePool *AerodromePool) PackTokens() []byte {
	enc, err := aerodromePool.abi.Pack("tokens")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9d63848a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function tokens() view returns(address, address)
func (aerodromePool *AerodromePool) TryPackTokens() ([]byte, error) {
	return aerodromePool.abi.Pack("tokens")
}

// AerodromePoolTokensOutput serves as a container for the return parameters of contract
// method Tokens.
type AerodromePoolTokensOutput struct {
	Arg0 common.Address
	Arg1 common.Address
}

// UnpackTokens is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9d63848a.
//
// Solidity: function tokens() view returns(address, address)
func (aerodromePool *AerodromePool) UnpackTokens(data []byte) (AerodromePoolTokensOutput, error) {
	out, err := aerodromePool.abi.Unpack("tokens", data)
	outstruct := new(AerodromePoolTokensOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Arg0 = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Arg1 = *abi.ConvertType(out[1], new(common.Address)).(*common.Address)
	return *outstruct, nil
}

// PackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalSupply() view returns(uint256)
func (aerodromePool *AerodromePool) PackTotalSupply() []byte {
	enc, err := aerodromePool.abi.Pack("totalSupply")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalSupply() view returns(uint256)
func (aerodromePool *AerodromePool) TryPackTotalSupply() ([]byte, error) {
	return aerodromePool.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (aerodromePool *AerodromePool) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := aerodromePool.abi.Unpack("totalSupply", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) PackTransfer(to common.Address, amount *big.Int) []byte {
	enc, err := aerodromePool.abi.Pack("transfer", to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) TryPackTransfer(to common.Address, amount *big.Int) ([]byte, error) {
	return aerodromePool.abi.Pack("transfer", to, amount)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) UnpackTransfer(data []byte) (bool, error) {
	out, err := aerodromePool.abi.Unpack("transfer", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) PackTransferFrom(from common.Address, to common.Address, amount *big.Int) []byte {
	enc, err := aerodromePool.abi.Pack("transferFrom", from, to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) TryPackTransferFrom(from common.Address, to common.Address, amount *big.Int) ([]byte, error) {
	return aerodromePool.abi.Pack("transferFrom", from, to, amount)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (aerodromePool *AerodromePool) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := aerodromePool.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// AerodromePoolApproval represents a Approval event raised by the AerodromePool contract.
type AerodromePoolApproval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const AerodromePoolApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (AerodromePoolApproval) ContractEventName() string {
	return AerodromePoolApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (aerodromePool *AerodromePool) UnpackApprovalEvent(log *types.Log) (*AerodromePoolApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePool.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolApproval)
	if len(log.Data) > 0 {
		if err := aerodromePool.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePool.abi.Events[event].Inputs {
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

// AerodromePoolBurn represents a Burn event raised by the AerodromePool contract.
type AerodromePoolBurn struct {
	Sender  common.Address
	To      common.Address
	Amount0 *big.Int
	Amount1 *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const AerodromePoolBurnEventName = "Burn"

// ContractEventName returns the user-defined event name.
func (AerodromePoolBurn) ContractEventName() string {
	return AerodromePoolBurnEventName
}

// UnpackBurnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Burn(address indexed sender, address indexed to, uint256 amount0, uint256 amount1)
func (aerodromePool *AerodromePool) UnpackBurnEvent(log *types.Log) (*AerodromePoolBurn, error) {
	event := "Burn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePool.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolBurn)
	if len(log.Data) > 0 {
		if err := aerodromePool.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePool.abi.Events[event].Inputs {
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

// AerodromePoolMint represents a Mint event raised by the AerodromePool contract.
type AerodromePoolMint struct {
	Sender  common.Address
	Amount0 *big.Int
	Amount1 *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const AerodromePoolMintEventName = "Mint"

// ContractEventName returns the user-defined event name.
func (AerodromePoolMint) ContractEventName() string {
	return AerodromePoolMintEventName
}

// UnpackMintEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Mint(address indexed sender, uint256 amount0, uint256 amount1)
func (aerodromePool *AerodromePool) UnpackMintEvent(log *types.Log) (*AerodromePoolMint, error) {
	event := "Mint"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePool.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolMint)
	if len(log.Data) > 0 {
		if err := aerodromePool.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePool.abi.Events[event].Inputs {
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

// AerodromePoolSwap represents a Swap event raised by the AerodromePool contract.
type AerodromePoolSwap struct {
	Sender     common.Address
	To         common.Address
	Amount0In  *big.Int
	Amount1In  *big.Int
	Amount0Out *big.Int
	Amount1Out *big.Int
	Raw        *types.Log // Blockchain specific contextual infos
}

const AerodromePoolSwapEventName = "Swap"

// ContractEventName returns the user-defined event name.
func (AerodromePoolSwap) ContractEventName() string {
	return AerodromePoolSwapEventName
}

// UnpackSwapEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Swap(address indexed sender, address indexed to, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out)
func (aerodromePool *AerodromePool) UnpackSwapEvent(log *types.Log) (*AerodromePoolSwap, error) {
	event := "Swap"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePool.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolSwap)
	if len(log.Data) > 0 {
		if err := aerodromePool.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePool.abi.Events[event].Inputs {
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

// AerodromePoolSync represents a Sync event raised by the AerodromePool contract.
type AerodromePoolSync struct {
	Reserve0 *big.Int
	Reserve1 *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const AerodromePoolSyncEventName = "Sync"

// ContractEventName returns the user-defined event name.
func (AerodromePoolSync) ContractEventName() string {
	return AerodromePoolSyncEventName
}

// UnpackSyncEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Sync(uint256 reserve0, uint256 reserve1)
func (aerodromePool *AerodromePool) UnpackSyncEvent(log *types.Log) (*AerodromePoolSync, error) {
	event := "Sync"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePool.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolSync)
	if len(log.Data) > 0 {
		if err := aerodromePool.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePool.abi.Events[event].Inputs {
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

// AerodromePoolTransfer represents a Transfer event raised by the AerodromePool contract.
type AerodromePoolTransfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const AerodromePoolTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (AerodromePoolTransfer) ContractEventName() string {
	return AerodromePoolTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (aerodromePool *AerodromePool) UnpackTransferEvent(log *types.Log) (*AerodromePoolTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != aerodromePool.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(AerodromePoolTransfer)
	if len(log.Data) > 0 {
		if err := aerodromePool.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range aerodromePool.abi.Events[event].Inputs {
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
func (aerodromePool *AerodromePool) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["ERC20InsufficientAllowance"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackERC20InsufficientAllowanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["ERC20InsufficientBalance"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackERC20InsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackERC20InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["FactoryAlreadySet"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackFactoryAlreadySetError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["InsufficientInputAmount"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackInsufficientInputAmountError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["InsufficientLiquidity"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackInsufficientLiquidityError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["InsufficientLiquidityBurned"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackInsufficientLiquidityBurnedError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["InsufficientLiquidityMinted"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackInsufficientLiquidityMintedError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["InsufficientOutputAmount"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackInsufficientOutputAmountError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["InvalidTo"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackInvalidToError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["IsPaused"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackIsPausedError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromePool.abi.Errors["K"].ID.Bytes()[:4]) {
		return aerodromePool.UnpackKError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// AerodromePoolERC20InsufficientAllowance represents a ERC20InsufficientAllowance error raised by the AerodromePool contract.
type AerodromePoolERC20InsufficientAllowance struct {
	Spender   common.Address
	Allowance *big.Int
	Needed    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func AerodromePoolERC20InsufficientAllowanceErrorID() common.Hash {
	return common.HexToHash("0xfb8f41b23e99d2101d86da76cdfa87dd51c82ed07d3cb62cbc473e469dbc75c3")
}

// UnpackERC20InsufficientAllowanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func (aerodromePool *AerodromePool) UnpackERC20InsufficientAllowanceError(raw []byte) (*AerodromePoolERC20InsufficientAllowance, error) {
	out := new(AerodromePoolERC20InsufficientAllowance)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "ERC20InsufficientAllowance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolERC20InsufficientBalance represents a ERC20InsufficientBalance error raised by the AerodromePool contract.
type AerodromePoolERC20InsufficientBalance struct {
	Sender  common.Address
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func AerodromePoolERC20InsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xe450d38cd8d9f7d95077d567d60ed49c7254716e6ad08fc9872816c97e0ffec6")
}

// UnpackERC20InsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func (aerodromePool *AerodromePool) UnpackERC20InsufficientBalanceError(raw []byte) (*AerodromePoolERC20InsufficientBalance, error) {
	out := new(AerodromePoolERC20InsufficientBalance)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "ERC20InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the AerodromePool contract.
type AerodromePoolERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func AerodromePoolERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (aerodromePool *AerodromePool) UnpackERC20InvalidReceiverError(raw []byte) (*AerodromePoolERC20InvalidReceiver, error) {
	out := new(AerodromePoolERC20InvalidReceiver)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolFactoryAlreadySet represents a FactoryAlreadySet error raised by the AerodromePool contract.
type AerodromePoolFactoryAlreadySet struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FactoryAlreadySet()
func AerodromePoolFactoryAlreadySetErrorID() common.Hash {
	return common.HexToHash("0x154c51b849b6be602ef31acb0a6b13b7fae60eb6aa7e2391439a07eac9a1fe38")
}

// UnpackFactoryAlreadySetError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FactoryAlreadySet()
func (aerodromePool *AerodromePool) UnpackFactoryAlreadySetError(raw []byte) (*AerodromePoolFactoryAlreadySet, error) {
	out := new(AerodromePoolFactoryAlreadySet)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "FactoryAlreadySet", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolInsufficientInputAmount represents a InsufficientInputAmount error raised by the AerodromePool contract.
type AerodromePoolInsufficientInputAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientInputAmount()
func AerodromePoolInsufficientInputAmountErrorID() common.Hash {
	return common.HexToHash("0x098fb561b214e40e1e2f3f75a32a74ad8612ca9e387347a879ac04251bbf57f8")
}

// UnpackInsufficientInputAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientInputAmount()
func (aerodromePool *AerodromePool) UnpackInsufficientInputAmountError(raw []byte) (*AerodromePoolInsufficientInputAmount, error) {
	out := new(AerodromePoolInsufficientInputAmount)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "InsufficientInputAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolInsufficientLiquidity represents a InsufficientLiquidity error raised by the AerodromePool contract.
type AerodromePoolInsufficientLiquidity struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientLiquidity()
func AerodromePoolInsufficientLiquidityErrorID() common.Hash {
	return common.HexToHash("0xbb55fd27c46b5ba9f88ff2cb2222216afeb0f193423b26615497b3020ab61f8e")
}

// UnpackInsufficientLiquidityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientLiquidity()
func (aerodromePool *AerodromePool) UnpackInsufficientLiquidityError(raw []byte) (*AerodromePoolInsufficientLiquidity, error) {
	out := new(AerodromePoolInsufficientLiquidity)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "InsufficientLiquidity", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolInsufficientLiquidityBurned represents a InsufficientLiquidityBurned error raised by the AerodromePool contract.
type AerodromePoolInsufficientLiquidityBurned struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientLiquidityBurned()
func AerodromePoolInsufficientLiquidityBurnedErrorID() common.Hash {
	return common.HexToHash("0x749383ad43fea31adee1a470f5c83825ffb89a6eebe5d77d035a631ddf22e2e9")
}

// UnpackInsufficientLiquidityBurnedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientLiquidityBurned()
func (aerodromePool *AerodromePool) UnpackInsufficientLiquidityBurnedError(raw []byte) (*AerodromePoolInsufficientLiquidityBurned, error) {
	out := new(AerodromePoolInsufficientLiquidityBurned)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "InsufficientLiquidityBurned", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolInsufficientLiquidityMinted represents a InsufficientLiquidityMinted error raised by the AerodromePool contract.
type AerodromePoolInsufficientLiquidityMinted struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientLiquidityMinted()
func AerodromePoolInsufficientLiquidityMintedErrorID() common.Hash {
	return common.HexToHash("0xd226f9d4fb66d83c9e784a8629bffaacb8e895718029d32e323c8ba88c74f78c")
}

// UnpackInsufficientLiquidityMintedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientLiquidityMinted()
func (aerodromePool *AerodromePool) UnpackInsufficientLiquidityMintedError(raw []byte) (*AerodromePoolInsufficientLiquidityMinted, error) {
	out := new(AerodromePoolInsufficientLiquidityMinted)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "InsufficientLiquidityMinted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolInsufficientOutputAmount represents a InsufficientOutputAmount error raised by the AerodromePool contract.
type AerodromePoolInsufficientOutputAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientOutputAmount()
func AerodromePoolInsufficientOutputAmountErrorID() common.Hash {
	return common.HexToHash("0x42301c237a29c3e090da1b147e7b504f08db56c9600985b34af188477d350fa7")
}

// UnpackInsufficientOutputAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientOutputAmount()
func (aerodromePool *AerodromePool) UnpackInsufficientOutputAmountError(raw []byte) (*AerodromePoolInsufficientOutputAmount, error) {
	out := new(AerodromePoolInsufficientOutputAmount)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "InsufficientOutputAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolInvalidTo represents a InvalidTo error raised by the AerodromePool contract.
type AerodromePoolInvalidTo struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidTo()
func AerodromePoolInvalidToErrorID() common.Hash {
	return common.HexToHash("0x290fa188e5368e85375d6fb66e1dd75bc9927c3d95b2732244780d06ce682068")
}

// UnpackInvalidToError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidTo()
func (aerodromePool *AerodromePool) UnpackInvalidToError(raw []byte) (*AerodromePoolInvalidTo, error) {
	out := new(AerodromePoolInvalidTo)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "InvalidTo", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolIsPaused represents a IsPaused error raised by the AerodromePool contract.
type AerodromePoolIsPaused struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error IsPaused()
func AerodromePoolIsPausedErrorID() common.Hash {
	return common.HexToHash("0x1309a5639731e6b91c4aa19095f23eee07602ba240a393e2b5ccbf71a8e2952f")
}

// UnpackIsPausedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error IsPaused()
func (aerodromePool *AerodromePool) UnpackIsPausedError(raw []byte) (*AerodromePoolIsPaused, error) {
	out := new(AerodromePoolIsPaused)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "IsPaused", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromePoolK represents a K error raised by the AerodromePool contract.
type AerodromePoolK struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error K()
func AerodromePoolKErrorID() common.Hash {
	return common.HexToHash("0xa932492ffc2a9734a61b160a9a2115b493b6255b918466d8b76981e516fb337d")
}

// UnpackKError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error K()
func (aerodromePool *AerodromePool) UnpackKError(raw []byte) (*AerodromePoolK, error) {
	out := new(AerodromePoolK)
	if err := aerodromePool.abi.UnpackIntoInterface(out, "K", raw); err != nil {
		return nil, err
	}
	return out, nil
}
