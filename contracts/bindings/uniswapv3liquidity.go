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

// UniswapV3LiquidityMetaData contains all meta data concerning the UniswapV3Liquidity contract.
var UniswapV3LiquidityMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"factory_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"uint24\",\"name\":\"fee\",\"type\":\"uint24\"},{\"internalType\":\"uint256\",\"name\":\"amountA\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountB\",\"type\":\"uint256\"}],\"name\":\"add\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"pool\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"liquidity\",\"type\":\"uint128\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"factory\",\"outputs\":[{\"internalType\":\"contractUniswapV3Factory\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount0Owed\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amount1Owed\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"uniswapV3MintCallback\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "UniswapV3Liquidity",
}

// UniswapV3Liquidity is an auto generated Go binding around an Ethereum contract.
type UniswapV3Liquidity struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *UniswapV3Liquidity) GetABI() abi.ABI {
	return c.abi
}

// NewUniswapV3Liquidity creates a new instance of UniswapV3Liquidity.
func NewUniswapV3Liquidity() *UniswapV3Liquidity {
	parsed, err := UniswapV3LiquidityMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &UniswapV3Liquidity{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *UniswapV3Liquidity) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address factory_) returns()
func (uniswapV3Liquidity *UniswapV3Liquidity) PackConstructor(factory_ common.Address) []byte {
	enc, err := uniswapV3Liquidity.abi.Pack("", factory_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAdd is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6087b119.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function add(address tokenA, address tokenB, uint24 fee, uint256 amountA, uint256 amountB) returns(address pool, uint128 liquidity)
func (uniswapV3Liquidity *UniswapV3Liquidity) PackAdd(tokenA common.Address, tokenB common.Address, fee *big.Int, amountA *big.Int, amountB *big.Int) []byte {
	enc, err := uniswapV3Liquidity.abi.Pack("add", tokenA, tokenB, fee, amountA, amountB)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAdd is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6087b119.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function add(address tokenA, address tokenB, uint24 fee, uint256 amountA, uint256 amountB) returns(address pool, uint128 liquidity)
func (uniswapV3Liquidity *UniswapV3Liquidity) TryPackAdd(tokenA common.Address, tokenB common.Address, fee *big.Int, amountA *big.Int, amountB *big.Int) ([]byte, error) {
	return uniswapV3Liquidity.abi.Pack("add", tokenA, tokenB, fee, amountA, amountB)
}

// UniswapV3LiquidityAddOutput serves as a container for the return parameters of contract
// method Add.
type UniswapV3LiquidityAddOutput struct {
	Pool      common.Address
	Liquidity *big.Int
}

// UnpackAdd is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6087b119.
//
// Solidity: function add(address tokenA, address tokenB, uint24 fee, uint256 amountA, uint256 amountB) returns(address pool, uint128 liquidity)
func (uniswapV3Liquidity *UniswapV3Liquidity) UnpackAdd(data []byte) (UniswapV3LiquidityAddOutput, error) {
	out, err := uniswapV3Liquidity.abi.Unpack("add", data)
	outstruct := new(UniswapV3LiquidityAddOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Pool = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Liquidity = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackFactory is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc45a0155.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function factory() view returns(address)
func (uniswapV3Liquidity *UniswapV3Liquidity) PackFactory() []byte {
	enc, err := uniswapV3Liquidity.abi.Pack("factory")
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
func (uniswapV3Liquidity *UniswapV3Liquidity) TryPackFactory() ([]byte, error) {
	return uniswapV3Liquidity.abi.Pack("factory")
}

// UnpackFactory is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc45a0155.
//
// Solidity: function factory() view returns(address)
func (uniswapV3Liquidity *UniswapV3Liquidity) UnpackFactory(data []byte) (common.Address, error) {
	out, err := uniswapV3Liquidity.abi.Unpack("factory", data)
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
func (uniswapV3Liquidity *UniswapV3Liquidity) PackUniswapV3MintCallback(amount0Owed *big.Int, amount1Owed *big.Int, data []byte) []byte {
	enc, err := uniswapV3Liquidity.abi.Pack("uniswapV3MintCallback", amount0Owed, amount1Owed, data)
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
func (uniswapV3Liquidity *UniswapV3Liquidity) TryPackUniswapV3MintCallback(amount0Owed *big.Int, amount1Owed *big.Int, data []byte) ([]byte, error) {
	return uniswapV3Liquidity.abi.Pack("uniswapV3MintCallback", amount0Owed, amount1Owed, data)
}
