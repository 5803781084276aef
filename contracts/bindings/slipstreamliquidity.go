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

// SlipstreamLiquidityMetaData contains all meta data concerning the SlipstreamLiquidity contract.
var SlipstreamLiquidityMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"factory_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token0\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"token1\",\"type\":\"address\"},{\"internalType\":\"int24\",\"name\":\"tickSpacing\",\"type\":\"int24\"},{\"internalType\":\"uint256\",\"name\":\"amount0\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amount1\",\"type\":\"uint256\"}],\"name\":\"add\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"at\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"liquidity\",\"type\":\"uint128\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"factory\",\"outputs\":[{\"internalType\":\"contractSlipstreamFactory\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount0Owed\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amount1Owed\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"uniswapV3MintCallback\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "SlipstreamLiquidity",
}

// SlipstreamLiquidity is an auto generated Go binding around an Ethereum contract.
type SlipstreamLiquidity struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *SlipstreamLiquidity) GetABI() abi.ABI {
	return c.abi
}

// NewSlipstreamLiquidity creates a new instance of SlipstreamLiquidity.
func NewSlipstreamLiquidity() *SlipstreamLiquidity {
	parsed, err := SlipstreamLiquidityMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &SlipstreamLiquidity{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *SlipstreamLiquidity) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address factory_) returns()
func (slipstreamLiquidity *SlipstreamLiquidity) PackConstructor(factory_ common.Address) []byte {
	enc, err := slipstreamLiquidity.abi.Pack("", factory_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAdd is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc8e96867.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function add(address token0, address token1, int24 tickSpacing, uint256 amount0, uint256 amount1) returns(address at, uint128 liquidity)
func (slipstreamLiquidity *SlipstreamLiquidity) PackAdd(token0 common.Address, token1 common.Address, tickSpacing *big.Int, amount0 *big.Int, amount1 *big.Int) []byte {
	enc, err := slipstreamLiquidity.abi.Pack("add", token0, token1, tickSpacing, amount0, amount1)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAdd is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc8e96867.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function add(address token0, address token1, int24 tickSpacing, uint256 amount0, uint256 amount1) returns(address at, uint128 liquidity)
func (slipstreamLiquidity *SlipstreamLiquidity) TryPackAdd(token0 common.Address, token1 common.Address, tickSpacing *big.Int, amount0 *big.Int, amount1 *big.Int) ([]byte, error) {
	return slipstreamLiquidity.abi.Pack("add", token0, token1, tickSpacing, amount0, amount1)
}

// SlipstreamLiquidityAddOutput serves as a container for the return parameters of contract
// method Add.
type SlipstreamLiquidityAddOutput struct {
	At        common.Address
	Liquidity *big.Int
}

// UnpackAdd is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc8e96867.
//
// Solidity: function add(address token0, address token1, int24 tickSpacing, uint256 amount0, uint256 amount1) returns(address at, uint128 liquidity)
func (slipstreamLiquidity *SlipstreamLiquidity) UnpackAdd(data []byte) (SlipstreamLiquidityAddOutput, error) {
	out, err := slipstreamLiquidity.abi.Unpack("add", data)
	outstruct := new(SlipstreamLiquidityAddOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.At = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Liquidity = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackFactory is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc45a0155.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function factory() view returns(address)
func (slipstreamLiquidity *SlipstreamLiquidity) PackFactory() []byte {
	enc, err := slipstreamLiquidity.abi.Pack("factory")
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
func (slipstreamLiquidity *SlipstreamLiquidity) TryPackFactory() ([]byte, error) {
	return slipstreamLiquidity.abi.Pack("factory")
}

// UnpackFactory is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc45a0155.
//
// Solidity: function factory() view returns(address)
func (slipstreamLiquidity *SlipstreamLiquidity) UnpackFactory(data []byte) (common.Address, error) {
	out, err := slipstreamLiquidity.abi.Unpack("factory", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackUniswapV3MintCallback is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3487997.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes data) returns()
func (slipstreamLiquidity *SlipstreamLiquidity) PackUniswapV3MintCallback(amount0Owed *big.Int, amount1Owed *big.Int, data []byte) []byte {
	enc, err := slipstreamLiquidity.abi.Pack("uniswapV3MintCallback", amount0Owed, amount1Owed, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUniswapV3MintCallback is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3487997.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes data) returns()
func (slipstreamLiquidity *SlipstreamLiquidity) TryPackUniswapV3MintCallback(amount0Owed *big.Int, amount1Owed *big.Int, data []byte) ([]byte, error) {
	return slipstreamLiquidity.abi.Pack("uniswapV3MintCallback", amount0Owed, amount1Owed, data)
}
