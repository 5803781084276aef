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

// SwapRouter02ExactInputParams is an auto generated low-level Go binding around an user-defined struct.
type SwapRouter02ExactInputParams struct {
	Path             []byte
	Recipient        common.Address
	AmountIn         *big.Int
	AmountOutMinimum *big.Int
}

// SwapRouter02ExactInputSingleParams is an auto generated low-level Go binding around an user-defined struct.
type SwapRouter02ExactInputSingleParams struct {
	TokenIn           common.Address
	TokenOut          common.Address
	Fee               *big.Int
	Recipient         common.Address
	AmountIn          *big.Int
	AmountOutMinimum  *big.Int
	SqrtPriceLimitX96 *big.Int
}

// SwapRouter02MetaData contains all meta data concerning the SwapRouter02 contract.
var SwapRouter02MetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"factory_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"weth9\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"WETH9\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes\",\"name\":\"path\",\"type\":\"bytes\"},{\"internalType\":\"address\",\"name\":\"recipient\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amountIn\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountOutMinimum\",\"type\":\"uint256\"}],\"internalType\":\"structSwapRouter02.ExactInputParams\",\"name\":\"p\",\"type\":\"tuple\"}],\"name\":\"exactInput\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"tokenIn\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenOut\",\"type\":\"address\"},{\"internalType\":\"uint24\",\"name\":\"fee\",\"type\":\"uint24\"},{\"internalType\":\"address\",\"name\":\"recipient\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amountIn\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountOutMinimum\",\"type\":\"uint256\"},{\"internalType\":\"uint160\",\"name\":\"sqrtPriceLimitX96\",\"type\":\"uint160\"}],\"internalType\":\"structSwapRouter02.ExactInputSingleParams\",\"name\":\"p\",\"type\":\"tuple\"}],\"name\":\"exactInputSingle\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amountOut\",\"type\":\"uint256\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"factory\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"previousBlockhash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes[]\",\"name\":\"data\",\"type\":\"bytes[]\"}],\"name\":\"multicall\",\"outputs\":[{\"internalType\":\"bytes[]\",\"name\":\"\",\"type\":\"bytes[]\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"bytes[]\",\"name\":\"data\",\"type\":\"bytes[]\"}],\"name\":\"multicall\",\"outputs\":[{\"internalType\":\"bytes[]\",\"name\":\"\",\"type\":\"bytes[]\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes[]\",\"name\":\"data\",\"type\":\"bytes[]\"}],\"name\":\"multicall\",\"outputs\":[{\"internalType\":\"bytes[]\",\"name\":\"results\",\"type\":\"bytes[]\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"pull\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"refundETH\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amountMinimum\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"recipient\",\"type\":\"address\"}],\"name\":\"sweepToken\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amountMinimum\",\"type\":\"uint256\"}],\"name\":\"sweepToken\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"int256\",\"name\":\"amount0Delta\",\"type\":\"int256\"},{\"internalType\":\"int256\",\"name\":\"amount1Delta\",\"type\":\"int256\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"uniswapV3SwapCallback\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amountMinimum\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"recipient\",\"type\":\"address\"}],\"name\":\"unwrapWETH9\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amountMinimum\",\"type\":\"uint256\"}],\"name\":\"unwrapWETH9\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"wrapETH\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"stateMutability\":\"payable\",\"type\":\"receive\"}]",
	ID:  "SwapRouter02",
}

// SwapRouter02 is an auto generated Go binding around an Ethereum contract.
type SwapRouter02 struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *SwapRouter02) GetABI() abi.ABI {
	return c.abi
}

// NewSwapRouter02 creates a new instance of SwapRouter02.
func NewSwapRouter02() *SwapRouter02 {
	parsed, err := SwapRouter02MetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &SwapRouter02{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *SwapRouter02) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address factory_, address weth9) returns()
func (swapRouter02 *SwapRouter02) PackConstructor(factory_ common.Address, weth9 common.Address) []byte {
	enc, err := swapRouter02.abi.Pack("", factory_, weth9)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackWETH9 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4aa4a4fc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function WETH9() view returns(address)
func (swapRouter02 *SwapRouter02) PackWETH9() []byte {
	enc, err := swapRouter02.abi.Pack("WETH9")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWETH9 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4aa4a4fc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function WETH9() view returns(address)
func (swapRouter02 *SwapRouter02) TryPackWETH9() ([]byte, error) {
	return swapRouter02.abi.Pack("WETH9")
}

// UnpackWETH9 is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4aa4a4fc.
//
// Solidity: function WETH9() view returns(address)
func (swapRouter02 *SwapRouter02) UnpackWETH9(data []byte) (common.Address, error) {
	out, err := swapRouter02.abi.Unpack("WETH9", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackExactInput is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb858183f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function exactInput((bytes,address,uint256,uint256) p) payable returns(uint256 amount)
func (swapRouter02 *SwapRouter02) PackExactInput(p SwapRouter02ExactInputParams) []byte {
	enc, err := swapRouter02.abi.Pack("exactInput", p)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackExactInput is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb858183f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function exactInput((bytes,address,uint256,uint256) p) payable returns(uint256 amount)
func (swapRouter02 *SwapRouter02) TryPackExactInput(p SwapRouter02ExactInputParams) ([]byte, error) {
	return swapRouter02.abi.Pack("exactInput", p)
}

// UnpackExactInput is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb858183f.
//
// Solidity: function exactInput((bytes,address,uint256,uint256) p) payable returns(uint256 amount)
func (swapRouter02 *SwapRouter02) UnpackExactInput(data []byte) (*big.Int, error) {
	out, err := swapRouter02.abi.Unpack("exactInput", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackExactInputSingle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x04e45aaf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function exactInputSingle((address,address,uint24,address,uint256,uint256,uint160) p) payable returns(uint256 amountOut)
func (swapRouter02 *SwapRouter02) PackExactInputSingle(p SwapRouter02ExactInputSingleParams) []byte {
	enc, err := swapRouter02.abi.Pack("exactInputSingle", p)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackExactInputSingle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x04e45aaf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function exactInputSingle((address,address,uint24,address,uint256,uint256,uint160) p) payable returns(uint256 amountOut)
func (swapRouter02 *SwapRouter02) TryPackExactInputSingle(p SwapRouter02ExactInputSingleParams) ([]byte, error) {
	return swapRouter02.abi.Pack("exactInputSingle", p)
}

// UnpackExactInputSingle is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x04e45aaf.
//
// Solidity: function exactInputSingle((address,address,uint24,address,uint256,uint256,uint160) p) payable returns(uint256 amountOut)
func (swapRouter02 *SwapRouter02) UnpackExactInputSingle(data []byte) (*big.Int, error) {
	out, err := swapRouter02.abi.Unpack("exactInputSingle", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackFactory is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc45a0155.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function factory() view returns(address)
func (swapRouter02 *SwapRouter02) PackFactory() []byte {
	enc, err := swapRouter02.abi.Pack("factory")
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
func (swapRouter02 *SwapRouter02) TryPackFactory() ([]byte, error) {
	return swapRouter02.abi.Pack("factory")
}

// UnpackFactory is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc45a0155.
//
// Solidity: function factory() view returns(address)
func (swapRouter02 *SwapRouter02) UnpackFactory(data []byte) (common.Address, error) {
	out, err := swapRouter02.abi.Unpack("factory", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackMulticallBlockhash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1f0464d1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function multicall(bytes32 previousBlockhash, bytes[] data) payable returns(bytes[])
func (swapRouter02 *SwapRouter02) PackMulticallBlockhash(previousBlockhash [32]byte, data [][]byte) []byte {
	enc, err := swapRouter02.abi.Pack("multicall", previousBlockhash, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMulticallBlockhash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1f0464d1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function multicall(bytes32 previousBlockhash, bytes[] data) payable returns(bytes[])
func (swapRouter02 *SwapRouter02) TryPackMulticallBlockhash(previousBlockhash [32]byte, data [][]byte) ([]byte, error) {
	return swapRouter02.abi.Pack("multicall", previousBlockhash, data)
}

// UnpackMulticallBlockhash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1f0464d1.
//
// Solidity: function multicall(bytes32 previousBlockhash, bytes[] data) payable returns(bytes[])
func (swapRouter02 *SwapRouter02) UnpackMulticallBlockhash(data []byte) ([][]byte, error) {
	out, err := swapRouter02.abi.Unpack("multicall", data)
	if err != nil {
		return *new([][]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][]byte)).(*[][]byte)
	return out0, nil
}

// PackMulticallDeadline is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5ae401dc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function multicall(uint256 deadline, bytes[] data) payable returns(bytes[])
func (swapRouter02 *SwapRouter02) PackMulticallDeadline(deadline *big.Int, data [][]byte) []byte {
	enc, err := swapRouter02.abi.Pack("multicall0", deadline, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMulticallDeadline is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5ae401dc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function multicall(uint256 deadline, bytes[] data) payable returns(bytes[])
func (swapRouter02 *SwapRouter02) TryPackMulticallDeadline(deadline *big.Int, data [][]byte) ([]byte, error) {
	return swapRouter02.abi.Pack("multicall0", deadline, data)
}

// UnpackMulticallDeadline is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5ae401dc.
//
// Solidity: function multicall(uint256 deadline, bytes[] data) payable returns(bytes[])
func (swapRouter02 *SwapRouter02) UnpackMulticallDeadline(data []byte) ([][]byte, error) {
	out, err := swapRouter02.abi.Unpack("multicall0", data)
	if err != nil {
		return *new([][]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][]byte)).(*[][]byte)
	return out0, nil
}

// PackMulticall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xac9650d8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function multicall(bytes[] data) payable returns(bytes[] results)
func (swapRouter02 *SwapRouter02) PackMulticall(data [][]byte) []byte {
	enc, err := swapRouter02.abi.Pack("multicall1", data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMulticall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xac9650d8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function multicall(bytes[] data) payable returns(bytes[] results)
func (swapRouter02 *SwapRouter02) TryPackMulticall(data [][]byte) ([]byte, error) {
	return swapRouter02.abi.Pack("multicall1", data)
}

// UnpackMulticall is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xac9650d8.
//
// Solidity: function multicall(bytes[] data) payable returns(bytes[] results)
func (swapRouter02 *SwapRouter02) UnpackMulticall(data []byte) ([][]byte, error) {
	out, err := swapRouter02.abi.Unpack("multicall1", data)
	if err != nil {
		return *new([][]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][]byte)).(*[][]byte)
	return out0, nil
}

// PackPull is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2d5d56b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pull(address token, uint256 value) payable returns()
func (swapRouter02 *SwapRouter02) PackPull(token common.Address, value *big.Int) []byte {
	enc, err := swapRouter02.abi.Pack("pull", token, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPull is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2d5d56b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pull(address token, uint256 value) payable returns()
func (swapRouter02 *SwapRouter02) TryPackPull(token common.Address, value *big.Int) ([]byte, error) {
	return swapRouter02.abi.Pack("pull", token, value)
}

// PackRefundETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x12210e8a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refundETH() payable returns()
func (swapRouter02 *SwapRouter02) PackRefundETH() []byte {
	enc, err := swapRouter02.abi.Pack("refundETH")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefundETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x12210e8a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refundETH() payable returns()
func (swapRouter02 *SwapRouter02) TryPackRefundETH() ([]byte, error) {
	return swapRouter02.abi.Pack("refundETH")
}

// PackSweepTokenTo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdf2ab5bb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sweepToken(address token, uint256 amountMinimum, address recipient) payable returns()
func (swapRouter02 *SwapRouter02) PackSweepTokenTo(token common.Address, amountMinimum *big.Int, recipient common.Address) []byte {
	enc, err := swapRouter02.abi.Pack("sweepToken", token, amountMinimum, recipient)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSweepTokenTo is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdf2ab5bb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sweepToken(address token, uint256 amountMinimum, address recipient) payable returns()
func (swapRouter02 *SwapRouter02) TryPackSweepTokenTo(token common.Address, amountMinimum *big.Int, recipient common.Address) ([]byte, error) {
	return swapRouter02.abi.Pack("sweepToken", token, amountMinimum, recipient)
}

// PackSweepToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe90a182f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sweepToken(address token, uint256 amountMinimum) payable returns()
func (swapRouter02 *SwapRouter02) PackSweepToken(token common.Address, amountMinimum *big.Int) []byte {
	enc, err := swapRouter02.abi.Pack("sweepToken0", token, amountMinimum)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSweepToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe90a182f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sweepToken(address token, uint256 amountMinimum) payable returns()
func (swapRouter02 *SwapRouter02) TryPackSweepToken(token common.Address, amountMinimum *big.Int) ([]byte, error) {
	return swapRouter02.abi.Pack("sweepToken0", token, amountMinimum)
}

// PackUniswapV3SwapCallback is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfa461e33.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes data) returns()
func (swapRouter02 *SwapRouter02) PackUniswapV3SwapCallback(amount0Delta *big.Int, amount1Delta *big.Int, data []byte) []byte {
	enc, err := swapRouter02.abi.Pack("uniswapV3SwapCallback", amount0Delta, amount1Delta, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUniswapV3SwapCallback is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfa461e33.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes data) returns()
func (swapRouter02 *SwapRouter02) TryPackUniswapV3SwapCallback(amount0Delta *big.Int, amount1Delta *big.Int, data []byte) ([]byte, error) {
	return swapRouter02.abi.Pack("uniswapV3SwapCallback", amount0Delta, amount1Delta, data)
}

// PackUnwrapWETH9To is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x49404b7c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unwrapWETH9(uint256 amountMinimum, address recipient) payable returns()
func (swapRouter02 *SwapRouter02) PackUnwrapWETH9To(amountMinimum *big.Int, recipient common.Address) []byte {
	enc, err := swapRouter02.abi.Pack("unwrapWETH9", amountMinimum, recipient)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnwrapWETH9To is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x49404b7c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unwrapWETH9(uint256 amountMinimum, address recipient) payable returns()
func (swapRouter02 *SwapRouter02) TryPackUnwrapWETH9To(amountMinimum *big.Int, recipient common.Address) ([]byte, error) {
	return swapRouter02.abi.Pack("unwrapWETH9", amountMinimum, recipient)
}

// PackUnwrapWETH9 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x49616997.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unwrapWETH9(uint256 amountMinimum) payable returns()
func (swapRouter02 *SwapRouter02) PackUnwrapWETH9(amountMinimum *big.Int) []byte {
	enc, err := swapRouter02.abi.Pack("unwrapWETH90", amountMinimum)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnwrapWETH9 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x49616997.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unwrapWETH9(uint256 amountMinimum) payable returns()
func (swapRouter02 *SwapRouter02) TryPackUnwrapWETH9(amountMinimum *big.Int) ([]byte, error) {
	return swapRouter02.abi.Pack("unwrapWETH90", amountMinimum)
}

// PackWrapETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1c58db4f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function wrapETH(uint256 value) payable returns()
func (swapRouter02 *SwapRouter02) PackWrapETH(value *big.Int) []byte {
	enc, err := swapRouter02.abi.Pack("wrapETH", value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWrapETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1c58db4f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function wrapETH(uint256 value) payable returns()
func (swapRouter02 *SwapRouter02) TryPackWrapETH(value *big.Int) ([]byte, error) {
	return swapRouter02.abi.Pack("wrapETH", value)
}
