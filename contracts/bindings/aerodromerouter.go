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

// AerodromeRouterRoute is an auto generated low-level Go binding around an user-defined struct.
type AerodromeRouterRoute struct {
	From    common.Address
	To      common.Address
	Stable  bool
	Factory common.Address
}

// AerodromeRouterMetaData contains all meta data concerning the AerodromeRouter contract.
var AerodromeRouterMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"weth_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"ETHTransferFailed\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Expired\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientAmount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientAmountA\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientAmountADesired\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientAmountB\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientAmountBDesired\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientLiquidity\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InsufficientOutputAmount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidAmountInForETHDeposit\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidPath\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"OnlyWETH\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"PoolDoesNotExist\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"PoolFactoryDoesNotExist\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"SameAddresses\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"TransferFailed\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAddress\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"uint256\",\"name\":\"amountADesired\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountBDesired\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountAMin\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountBMin\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"addLiquidity\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amountA\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountB\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"liquidity\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"uint256\",\"name\":\"amountTokenDesired\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountTokenMin\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountETHMin\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"addLiquidityETH\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amountToken\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountETH\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"liquidity\",\"type\":\"uint256\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"defaultFactory\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amountIn\",\"type\":\"uint256\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"}],\"internalType\":\"structAerodromeRouter.Route[]\",\"name\":\"routes\",\"type\":\"tuple[]\"}],\"name\":\"getAmountsOut\",\"outputs\":[{\"internalType\":\"uint256[]\",\"name\":\"amounts\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"}],\"name\":\"getReserves\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"reserveA\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"reserveB\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"}],\"name\":\"poolFor\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"tokenA\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"tokenB\",\"type\":\"address\"}],\"name\":\"sortTokens\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"token0\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"token1\",\"type\":\"address\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amountOutMin\",\"type\":\"uint256\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"}],\"internalType\":\"structAerodromeRouter.Route[]\",\"name\":\"routes\",\"type\":\"tuple[]\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"swapExactETHForTokens\",\"outputs\":[{\"internalType\":\"uint256[]\",\"name\":\"amounts\",\"type\":\"uint256[]\"}],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amountIn\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountOutMin\",\"type\":\"uint256\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"}],\"internalType\":\"structAerodromeRouter.Route[]\",\"name\":\"routes\",\"type\":\"tuple[]\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"swapExactTokensForETH\",\"outputs\":[{\"internalType\":\"uint256[]\",\"name\":\"amounts\",\"type\":\"uint256[]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amountIn\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"amountOutMin\",\"type\":\"uint256\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"stable\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"}],\"internalType\":\"structAerodromeRouter.Route[]\",\"name\":\"routes\",\"type\":\"tuple[]\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"swapExactTokensForTokens\",\"outputs\":[{\"internalType\":\"uint256[]\",\"name\":\"amounts\",\"type\":\"uint256[]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"weth\",\"outputs\":[{\"internalType\":\"contractIWETH\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"stateMutability\":\"payable\",\"type\":\"receive\"}]",
	ID:  "AerodromeRouter",
}

// AerodromeRouter is an auto generated Go binding around an Ethereum contract.
type AerodromeRouter struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *AerodromeRouter) GetABI() abi.ABI {
	return c.abi
}

// NewAerodromeRouter creates a new instance of AerodromeRouter.
func NewAerodromeRouter() *AerodromeRouter {
	parsed, err := AerodromeRouterMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &AerodromeRouter{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *AerodromeRouter) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address factory, address weth_) returns()
func (aerodromeRouter *AerodromeRouter) PackConstructor(factory common.Address, weth_ common.Address) []byte {
	enc, err := aerodromeRouter.abi.Pack("", factory, weth_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAddLiquidity is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a47ddc3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function addLiquidity(address tokenA, address tokenB, bool stable, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) returns(uint256 amountA, uint256 amountB, uint256 liquidity)
func (aerodromeRouter *AerodromeRouter) PackAddLiquidity(tokenA common.Address, tokenB common.Address, stable bool, amountADesired *big.Int, amountBDesired *big.Int, amountAMin *big.Int, amountBMin *big.Int, to common.Address, deadline *big.Int) []byte {
	enc, err := aerodromeRouter.abi.Pack("addLiquidity", tokenA, tokenB, stable, amountADesired, amountBDesired, amountAMin, amountBMin, to, deadline)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAddLiquidity is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a47ddc3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function addLiquidity(address tokenA, address tokenB, bool stable, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) returns(uint256 amountA, uint256 amountB, uint256 liquidity)
func (aerodromeRouter *AerodromeRouter) TryPackAddLiquidity(tokenA common.Address, tokenB common.Address, stable bool, amountADesired *big.Int, amountBDesired *big.Int, amountAMin *big.Int, amountBMin *big.Int, to common.Address, deadline *big.Int) ([]byte, error) {
	return aerodromeRouter.abi.Pack("addLiquidity", tokenA, tokenB, stable, amountADesired, amountBDesired, amountAMin, amountBMin, to, deadline)
}

// AerodromeRouterAddLiquidityOutput serves as a container for the return parameters of contract
// method AddLiquidity.
type AerodromeRouterAddLiquidityOutput struct {
	AmountA   *big.Int
	AmountB   *big.Int
	Liquidity *big.Int
}

// UnpackAddLiquidity is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5a47ddc3.
//
// Solidity: function addLiquidity(address tokenA, address tokenB, bool stable, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline) returns(uint256 amountA, uint256 amountB, uint256 liquidity)
func (aerodromeRouter *AerodromeRouter) UnpackAddLiquidity(data []byte) (AerodromeRouterAddLiquidityOutput, error) {
	out, err := aerodromeRouter.abi.Unpack("addLiquidity", data)
	outstruct := new(AerodromeRouterAddLiquidityOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.AmountA = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.AmountB = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Liquidity = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackAddLiquidityETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb7e0d4c0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function addLiquidityETH(address token, bool stable, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) payable returns(uint256 amountToken, uint256 amountETH, uint256 liquidity)
func (aerodromeRouter *AerodromeRouter) PackAddLiquidityETH(token common.Address, stable bool, amountTokenDesired *big.Int, amountTokenMin *big.Int, amountETHMin *big.Int, to common.Address, deadline *big.Int) []byte {
	enc, err := aerodromeRouter.abi.Pack("addLiquidityETH", token, stable, amountTokenDesired, amountTokenMin, amountETHMin, to, deadline)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAddLiquidityETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb7e0d4c0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function addLiquidityETH(address token, bool stable, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) payable returns(uint256 amountToken, uint256 amountETH, uint256 liquidity)
func (aerodromeRouter *AerodromeRouter) TryPackAddLiquidityETH(token common.Address, stable bool, amountTokenDesired *big.Int, amountTokenMin *big.Int, amountETHMin *big.Int, to common.Address, deadline *big.Int) ([]byte, error) {
	return aerodromeRouter.abi.Pack("addLiquidityETH", token, stable, amountTokenDesired, amountTokenMin, amountETHMin, to, deadline)
}

// AerodromeRouterAddLiquidityETHOutput serves as a container for the return parameters of contract
// method AddLiquidityETH.
type AerodromeRouterAddLiquidityETHOutput struct {
	AmountToken *big.Int
	AmountETH   *big.Int
	Liquidity   *big.Int
}

// UnpackAddLiquidityETH is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb7e0d4c0.
//
// Solidity: function addLiquidityETH(address token, bool stable, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) payable returns(uint256 amountToken, uint256 amountETH, uint256 liquidity)
func (aerodromeRouter *AerodromeRouter) UnpackAddLiquidityETH(data []byte) (AerodromeRouterAddLiquidityETHOutput, error) {
	out, err := aerodromeRouter.abi.Unpack("addLiquidityETH", data)
	outstruct := new(AerodromeRouterAddLiquidityETHOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.AmountToken = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.AmountETH = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.Liquidity = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackDefaultFactory is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd4b6846d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function defaultFactory() view returns(address)
func (aerodromeRouter *AerodromeRouter) PackDefaultFactory() []byte {
	enc, err := aerodromeRouter.abi.Pack("defaultFactory")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDefaultFactory is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd4b6846d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function defaultFactory() view returns(address)
func (aerodromeRouter *AerodromeRouter) TryPackDefaultFactory() ([]byte, error) {
	return aerodromeRouter.abi.Pack("defaultFactory")
}

// UnpackDefaultFactory is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd4b6846d.
//
// Solidity: function defaultFactory() view returns(address)
func (aerodromeRouter *AerodromeRouter) UnpackDefaultFactory(data []byte) (common.Address, error) {
	out, err := aerodromeRouter.abi.Unpack("defaultFactory", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackGetAmountsOut is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5509a1ac.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getAmountsOut(uint256 amountIn, (address,address,bool,address)[] routes) view returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) PackGetAmountsOut(amountIn *big.Int, routes []AerodromeRouterRoute) []byte {
	enc, err := aerodromeRouter.abi.Pack("getAmountsOut", amountIn, routes)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetAmountsOut is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5509a1ac.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getAmountsOut(uint256 amountIn, (address,address,bool,address)[] routes) view returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) TryPackGetAmountsOut(amountIn *big.Int, routes []AerodromeRouterRoute) ([]byte, error) {
	return aerodromeRouter.abi.Pack("getAmountsOut", amountIn, routes)
}

// UnpackGetAmountsOut is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5509a1ac.
//
// Solidity: function getAmountsOut(uint256 amountIn, (address,address,bool,address)[] routes) view returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) UnpackGetAmountsOut(data []byte) ([]*big.Int, error) {
	out, err := aerodromeRouter.abi.Unpack("getAmountsOut", data)
	if err != nil {
		return *new([]*big.Int), err
	}
	out0 := *abi.ConvertType(out[0], new([]*big.Int)).(*[]*big.Int)
	return out0, nil
}

// PackGetReserves is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8c0037dc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getReserves(address tokenA, address tokenB, bool stable, address factory) view returns(uint256 reserveA, uint256 reserveB)
func (aerodromeRouter *AerodromeRouter) PackGetReserves(tokenA common.Address, tokenB common.Address, stable bool, factory common.Address) []byte {
	enc, err := aerodromeRouter.abi.Pack("getReserves", tokenA, tokenB, stable, factory)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetReserves is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8c0037dc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getReserves(address tokenA, address tokenB, bool stable, address factory) view returns(uint256 reserveA, uint256 reserveB)
func (aerodromeRouter *AerodromeRouter) TryPackGetReserves(tokenA common.Address, tokenB common.Address, stable bool, factory common.Address) ([]byte, error) {
	return aerodromeRouter.abi.Pack("getReserves", tokenA, tokenB, stable, factory)
}

// AerodromeRouterGetReservesOutput serves as a container for the return parameters of contract
// method GetReserves.
type AerodromeRouterGetReservesOutput struct {
	ReserveA *big.Int
	ReserveB *big.Int
}

// UnpackGetReserves is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8c0037dc.
//
// Solidity: function getReserves(address tokenA, address tokenB, bool stable, address factory) view returns(uint256 reserveA, uint256 reserveB)
func (aerodromeRouter *AerodromeRouter) UnpackGetReserves(data []byte) (AerodromeRouterGetReservesOutput, error) {
	out, err := aerodromeRouter.abi.Unpack("getReserves", data)
	outstruct := new(AerodromeRouterGetReservesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.ReserveA = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.ReserveB = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackPoolFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x874029d9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function poolFor(address tokenA, address tokenB, bool stable, address factory) view returns(address)
func (aerodromeRouter *AerodromeRouter) PackPoolFor(tokenA common.Address, tokenB common.Address, stable bool, factory common.Address) []byte {
	enc, err := aerodromeRouter.abi.Pack("poolFor", tokenA, tokenB, stable, factory)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPoolFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x874029d9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function poolFor(address tokenA, address tokenB, bool stable, address factory) view returns(address)
func (aerodromeRouter *AerodromeRouter) TryPackPoolFor(tokenA common.Address, tokenB common.Address, stable bool, factory common.Address) ([]byte, error) {
	return aerodromeRouter.abi.Pack("poolFor", tokenA, tokenB, stable, factory)
}

// UnpackPoolFor is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x874029d9.
//
// Solidity: function poolFor(address tokenA, address tokenB, bool stable, address factory) view returns(address)
func (aerodromeRouter *AerodromeRouter) UnpackPoolFor(data []byte) (common.Address, error) {
	out, err := aerodromeRouter.abi.Unpack("poolFor", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackSortTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x544caa56.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sortTokens(address tokenA, address tokenB) pure returns(address token0, address token1)
func (aerodromeRouter *AerodromeRouter) PackSortTokens(tokenA common.Address, tokenB common.Address) []byte {
	enc, err := aerodromeRouter.abi.Pack("sortTokens", tokenA, tokenB)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSortTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x544caa56.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sortTokens(address tokenA, address tokenB) pure returns(address token0, address token1)
func (aerodromeRouter *AerodromeRouter) TryPackSortTokens(tokenA common.Address, tokenB common.Address) ([]byte, error) {
	return aerodromeRouter.abi.Pack("sortTokens", tokenA, tokenB)
}

// AerodromeRouterSortTokensOutput serves as a container for the return parameters of contract
// method SortTokens.
type AerodromeRouterSortTokensOutput struct {
	Token0 common.Address
	Token1 common.Address
}

// UnpackSortTokens is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x544caa56.
//
// Solidity: function sortTokens(address tokenA, address tokenB) pure returns(address token0, address token1)
func (aerodromeRouter *AerodromeRouter) UnpackSortTokens(data []byte) (AerodromeRouterSortTokensOutput, error) {
	out, err := aerodromeRouter.abi.Unpack("sortTokens", data)
	outstruct := new(AerodromeRouterSortTokensOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Token0 = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Token1 = *abi.ConvertType(out[1], new(common.Address)).(*common.Address)
	return *outstruct, nil
}

// PackSwapExactETHForTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x903638a4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function swapExactETHForTokens(uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) payable returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) PackSwapExactETHForTokens(amountOutMin *big.Int, routes []AerodromeRouterRoute, to common.Address, deadline *big.Int) []byte {
	enc, err := aerodromeRouter.abi.Pack("swapExactETHForTokens", amountOutMin, routes, to, deadline)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSwapExactETHForTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x903638a4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function swapExactETHForTokens(uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) payable returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) TryPackSwapExactETHForTokens(amountOutMin *big.Int, routes []AerodromeRouterRoute, to common.Address, deadline *big.Int) ([]byte, error) {
	return aerodromeRouter.abi.Pack("swapExactETHForTokens", amountOutMin, routes, to, deadline)
}

// UnpackSwapExactETHForTokens is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x903638a4.
//
// Solidity: function swapExactETHForTokens(uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) payable returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) UnpackSwapExactETHForTokens(data []byte) ([]*big.Int, error) {
	out, err := aerodromeRouter.abi.Unpack("swapExactETHForTokens", data)
	if err != nil {
		return *new([]*big.Int), err
	}
	out0 := *abi.ConvertType(out[0], new([]*big.Int)).(*[]*big.Int)
	return out0, nil
}

// PackSwapExactTokensForETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc6b7f1b6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) PackSwapExactTokensForETH(amountIn *big.Int, amountOutMin *big.Int, routes []AerodromeRouterRoute, to common.Address, deadline *big.Int) []byte {
	enc, err := aerodromeRouter.abi.Pack("swapExactTokensForETH", amountIn, amountOutMin, routes, to, deadline)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSwapExactTokensForETH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc6b7f1b6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) TryPackSwapExactTokensForETH(amountIn *big.Int, amountOutMin *big.Int, routes []AerodromeRouterRoute, to common.Address, deadline *big.Int) ([]byte, error) {
	return aerodromeRouter.abi.Pack("swapExactTokensForETH", amountIn, amountOutMin, routes, to, deadline)
}

// UnpackSwapExactTokensForETH is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc6b7f1b6.
//
// Solidity: function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) UnpackSwapExactTokensForETH(data []byte) ([]*big.Int, error) {
	out, err := aerodromeRouter.abi.Unpack("swapExactTokensForETH", data)
	if err != nil {
		return *new([]*big.Int), err
	}
	out0 := *abi.ConvertType(out[0], new([]*big.Int)).(*[]*big.Int)
	return out0, nil
}

// PackSwapExactTokensForTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcac88ea9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) PackSwapExactTokensForTokens(amountIn *big.Int, amountOutMin *big.Int, routes []AerodromeRouterRoute, to common.Address, deadline *big.Int) []byte {
	enc, err := aerodromeRouter.abi.Pack("swapExactTokensForTokens", amountIn, amountOutMin, routes, to, deadline)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSwapExactTokensForTokens is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcac88ea9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) TryPackSwapExactTokensForTokens(amountIn *big.Int, amountOutMin *big.Int, routes []AerodromeRouterRoute, to common.Address, deadline *big.Int) ([]byte, error) {
	return aerodromeRouter.abi.Pack("swapExactTokensForTokens", amountIn, amountOutMin, routes, to, deadline)
}

// UnpackSwapExactTokensForTokens is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xcac88ea9.
//
// Solidity: function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, (address,address,bool,address)[] routes, address to, uint256 deadline) returns(uint256[] amounts)
func (aerodromeRouter *AerodromeRouter) UnpackSwapExactTokensForTokens(data []byte) ([]*big.Int, error) {
	out, err := aerodromeRouter.abi.Unpack("swapExactTokensForTokens", data)
	if err != nil {
		return *new([]*big.Int), err
	}
	out0 := *abi.ConvertType(out[0], new([]*big.Int)).(*[]*big.Int)
	return out0, nil
}

// PackWeth is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3fc8cef3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function weth() view returns(address)
func (aerodromeRouter *AerodromeRouter) PackWeth() []byte {
	enc, err := aerodromeRouter.abi.Pack("weth")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWeth is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3fc8cef3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function weth() view returns(address)
func (aerodromeRouter *AerodromeRouter) TryPackWeth() ([]byte, error) {
	return aerodromeRouter.abi.Pack("weth")
}

// UnpackWeth is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3fc8cef3.
//
// Solidity: function weth() view returns(address)
func (aerodromeRouter *AerodromeRouter) UnpackWeth(data []byte) (common.Address, error) {
	out, err := aerodromeRouter.abi.Unpack("weth", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (aerodromeRouter *AerodromeRouter) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["ETHTransferFailed"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackETHTransferFailedError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["Expired"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InsufficientAmount"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInsufficientAmountError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InsufficientAmountA"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInsufficientAmountAError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InsufficientAmountADesired"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInsufficientAmountADesiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InsufficientAmountB"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInsufficientAmountBError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InsufficientAmountBDesired"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInsufficientAmountBDesiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InsufficientLiquidity"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInsufficientLiquidityError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InsufficientOutputAmount"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInsufficientOutputAmountError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InvalidAmountInForETHDeposit"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInvalidAmountInForETHDepositError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["InvalidPath"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackInvalidPathError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["OnlyWETH"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackOnlyWETHError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["PoolDoesNotExist"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackPoolDoesNotExistError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["PoolFactoryDoesNotExist"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackPoolFactoryDoesNotExistError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["SameAddresses"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackSameAddressesError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["TransferFailed"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackTransferFailedError(raw[4:])
	}
	if bytes.Equal(raw[:4], aerodromeRouter.abi.Errors["ZeroAddress"].ID.Bytes()[:4]) {
		return aerodromeRouter.UnpackZeroAddressError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// AerodromeRouterETHTransferFailed represents a ETHTransferFailed error raised by the AerodromeRouter contract.
type AerodromeRouterETHTransferFailed struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ETHTransferFailed()
func AerodromeRouterETHTransferFailedErrorID() common.Hash {
	return common.HexToHash("0xb12d13ebe76e15b5fdb7bf52f0daba617b83ebcc560b0666c44fcdcd71f4362b")
}

// UnpackETHTransferFailedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ETHTransferFailed()
func (aerodromeRouter *AerodromeRouter) UnpackETHTransferFailedError(raw []byte) (*AerodromeRouterETHTransferFailed, error) {
	out := new(AerodromeRouterETHTransferFailed)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "ETHTransferFailed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterExpired represents a Expired error raised by the AerodromeRouter contract.
type AerodromeRouterExpired struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Expired()
func AerodromeRouterExpiredErrorID() common.Hash {
	return common.HexToHash("0x203d82d8d99f63bfecc8335216735e0271df4249ea752b030f9ab305b94e5afe")
}

// UnpackExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Expired()
func (aerodromeRouter *AerodromeRouter) UnpackExpiredError(raw []byte) (*AerodromeRouterExpired, error) {
	out := new(AerodromeRouterExpired)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "Expired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInsufficientAmount represents a InsufficientAmount error raised by the AerodromeRouter contract.
type AerodromeRouterInsufficientAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientAmount()
func AerodromeRouterInsufficientAmountErrorID() common.Hash {
	return common.HexToHash("0x5945ea56efb769109dee1ed59908b3ae737ed062a0b113d04594c2dac7318b76")
}

// UnpackInsufficientAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientAmount()
func (aerodromeRouter *AerodromeRouter) UnpackInsufficientAmountError(raw []byte) (*AerodromeRouterInsufficientAmount, error) {
	out := new(AerodromeRouterInsufficientAmount)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InsufficientAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInsufficientAmountA represents a InsufficientAmountA error raised by the AerodromeRouter contract.
type AerodromeRouterInsufficientAmountA struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientAmountA()
func AerodromeRouterInsufficientAmountAErrorID() common.Hash {
	return common.HexToHash("0x8f66ec146bd346df5433ee69855986e98f67306bf016fbb7df873dc70fe8e0bd")
}

// UnpackInsufficientAmountAError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientAmountA()
func (aerodromeRouter *AerodromeRouter) UnpackInsufficientAmountAError(raw []byte) (*AerodromeRouterInsufficientAmountA, error) {
	out := new(AerodromeRouterInsufficientAmountA)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InsufficientAmountA", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInsufficientAmountADesired represents a InsufficientAmountADesired error raised by the AerodromeRouter contract.
type AerodromeRouterInsufficientAmountADesired struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientAmountADesired()
func AerodromeRouterInsufficientAmountADesiredErrorID() common.Hash {
	return common.HexToHash("0xdc6b2ef2a8f4532aa7caa0f91aacf4caaaaebd43f82df98ff18413fcc8545f95")
}

// UnpackInsufficientAmountADesiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientAmountADesired()
func (aerodromeRouter *AerodromeRouter) UnpackInsufficientAmountADesiredError(raw []byte) (*AerodromeRouterInsufficientAmountADesired, error) {
	out := new(AerodromeRouterInsufficientAmountADesired)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InsufficientAmountADesired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInsufficientAmountB represents a InsufficientAmountB error raised by the AerodromeRouter contract.
type AerodromeRouterInsufficientAmountB struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientAmountB()
func AerodromeRouterInsufficientAmountBErrorID() common.Hash {
	return common.HexToHash("0x34c906248d67a78152acc7acf0aa395e3ffe5a09bd503e8aeb4381022329773a")
}

// UnpackInsufficientAmountBError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientAmountB()
func (aerodromeRouter *AerodromeRouter) UnpackInsufficientAmountBError(raw []byte) (*AerodromeRouterInsufficientAmountB, error) {
	out := new(AerodromeRouterInsufficientAmountB)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InsufficientAmountB", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInsufficientAmountBDesired represents a InsufficientAmountBDesired error raised by the AerodromeRouter contract.
type AerodromeRouterInsufficientAmountBDesired struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientAmountBDesired()
func AerodromeRouterInsufficientAmountBDesiredErrorID() common.Hash {
	return common.HexToHash("0xacee051367ba2af7da207ccde359f48b8c6bc9b2df743c2b572b62d4c618290c")
}

// UnpackInsufficientAmountBDesiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientAmountBDesired()
func (aerodromeRouter *AerodromeRouter) UnpackInsufficientAmountBDesiredError(raw []byte) (*AerodromeRouterInsufficientAmountBDesired, error) {
	out := new(AerodromeRouterInsufficientAmountBDesired)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InsufficientAmountBDesired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInsufficientLiquidity represents a InsufficientLiquidity error raised by the AerodromeRouter contract.
type AerodromeRouterInsufficientLiquidity struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientLiquidity()
func AerodromeRouterInsufficientLiquidityErrorID() common.Hash {
	return common.HexToHash("0xbb55fd27c46b5ba9f88ff2cb2222216afeb0f193423b26615497b3020ab61f8e")
}

// UnpackInsufficientLiquidityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientLiquidity()
func (aerodromeRouter *AerodromeRouter) UnpackInsufficientLiquidityError(raw []byte) (*AerodromeRouterInsufficientLiquidity, error) {
	out := new(AerodromeRouterInsufficientLiquidity)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InsufficientLiquidity", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInsufficientOutputAmount represents a InsufficientOutputAmount error raised by the AerodromeRouter contract.
type AerodromeRouterInsufficientOutputAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientOutputAmount()
func AerodromeRouterInsufficientOutputAmountErrorID() common.Hash {
	return common.HexToHash("0x42301c237a29c3e090da1b147e7b504f08db56c9600985b34af188477d350fa7")
}

// UnpackInsufficientOutputAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientOutputAmount()
func (aerodromeRouter *AerodromeRouter) UnpackInsufficientOutputAmountError(raw []byte) (*AerodromeRouterInsufficientOutputAmount, error) {
	out := new(AerodromeRouterInsufficientOutputAmount)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InsufficientOutputAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInvalidAmountInForETHDeposit represents a InvalidAmountInForETHDeposit error raised by the AerodromeRouter contract.
type AerodromeRouterInvalidAmountInForETHDeposit struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidAmountInForETHDeposit()
func AerodromeRouterInvalidAmountInForETHDepositErrorID() common.Hash {
	return common.HexToHash("0x70a3fb92ea4aa1c50dc3977e4b7b97d2fa8209b030b0eb8f4530ef6f728b273b")
}

// UnpackInvalidAmountInForETHDepositError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidAmountInForETHDeposit()
func (aerodromeRouter *AerodromeRouter) UnpackInvalidAmountInForETHDepositError(raw []byte) (*AerodromeRouterInvalidAmountInForETHDeposit, error) {
	out := new(AerodromeRouterInvalidAmountInForETHDeposit)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InvalidAmountInForETHDeposit", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterInvalidPath represents a InvalidPath error raised by the AerodromeRouter contract.
type AerodromeRouterInvalidPath struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidPath()
func AerodromeRouterInvalidPathErrorID() common.Hash {
	return common.HexToHash("0x20db826769e3af8321787ba1a381ae0528298df9eba27cc33194b460ff8a3602")
}

// UnpackInvalidPathError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidPath()
func (aerodromeRouter *AerodromeRouter) UnpackInvalidPathError(raw []byte) (*AerodromeRouterInvalidPath, error) {
	out := new(AerodromeRouterInvalidPath)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "InvalidPath", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterOnlyWETH represents a OnlyWETH error raised by the AerodromeRouter contract.
type AerodromeRouterOnlyWETH struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OnlyWETH()
func AerodromeRouterOnlyWETHErrorID() common.Hash {
	return common.HexToHash("0x01f180c9ae17cb7cc92ad1b0413ba1cc7b9ad02bd1c5029c7c87f2b8d3f8eb29")
}

// UnpackOnlyWETHError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OnlyWETH()
func (aerodromeRouter *AerodromeRouter) UnpackOnlyWETHError(raw []byte) (*AerodromeRouterOnlyWETH, error) {
	out := new(AerodromeRouterOnlyWETH)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "OnlyWETH", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterPoolDoesNotExist represents a PoolDoesNotExist error raised by the AerodromeRouter contract.
type AerodromeRouterPoolDoesNotExist struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PoolDoesNotExist()
func AerodromeRouterPoolDoesNotExistErrorID() common.Hash {
	return common.HexToHash("0x9c8787c02ab43cbce7796a08dac3b3f4309a6bc09e8b8f916a07724aca347119")
}

// UnpackPoolDoesNotExistError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PoolDoesNotExist()
func (aerodromeRouter *AerodromeRouter) UnpackPoolDoesNotExistError(raw []byte) (*AerodromeRouterPoolDoesNotExist, error) {
	out := new(AerodromeRouterPoolDoesNotExist)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "PoolDoesNotExist", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterPoolFactoryDoesNotExist represents a PoolFactoryDoesNotExist error raised by the AerodromeRouter contract.
type AerodromeRouterPoolFactoryDoesNotExist struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PoolFactoryDoesNotExist()
func AerodromeRouterPoolFactoryDoesNotExistErrorID() common.Hash {
	return common.HexToHash("0x9a73ab4679c4e32da77911cbda015e7dc4ec96659161fdd4a07a8bab63f9710d")
}

// UnpackPoolFactoryDoesNotExistError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PoolFactoryDoesNotExist()
func (aerodromeRouter *AerodromeRouter) UnpackPoolFactoryDoesNotExistError(raw []byte) (*AerodromeRouterPoolFactoryDoesNotExist, error) {
	out := new(AerodromeRouterPoolFactoryDoesNotExist)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "PoolFactoryDoesNotExist", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterSameAddresses represents a SameAddresses error raised by the AerodromeRouter contract.
type AerodromeRouterSameAddresses struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SameAddresses()
func AerodromeRouterSameAddressesErrorID() common.Hash {
	return common.HexToHash("0xca57cff4baca38e2fe41e555c4f9633eb8a0fe0c15135ed0d64322d294b4932b")
}

// UnpackSameAddressesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SameAddresses()
func (aerodromeRouter *AerodromeRouter) UnpackSameAddressesError(raw []byte) (*AerodromeRouterSameAddresses, error) {
	out := new(AerodromeRouterSameAddresses)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "SameAddresses", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterTransferFailed represents a TransferFailed error raised by the AerodromeRouter contract.
type AerodromeRouterTransferFailed struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TransferFailed()
func AerodromeRouterTransferFailedErrorID() common.Hash {
	return common.HexToHash("0x90b8ec1877afffd816d05d9b13947f3ff18ec5851c38bad15ec2b710f92391b1")
}

// UnpackTransferFailedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TransferFailed()
func (aerodromeRouter *AerodromeRouter) UnpackTransferFailedError(raw []byte) (*AerodromeRouterTransferFailed, error) {
	out := new(AerodromeRouterTransferFailed)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "TransferFailed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// AerodromeRouterZeroAddress represents a ZeroAddress error raised by the AerodromeRouter contract.
type AerodromeRouterZeroAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAddress()
func AerodromeRouterZeroAddressErrorID() common.Hash {
	return common.HexToHash("0xd92e233df2717d4a40030e20904abd27b68fcbeede117eaaccbbdac9618c8c73")
}

// UnpackZeroAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAddress()
func (aerodromeRouter *AerodromeRouter) UnpackZeroAddressError(raw []byte) (*AerodromeRouterZeroAddress, error) {
	out := new(AerodromeRouterZeroAddress)
	if err := aerodromeRouter.abi.UnpackIntoInterface(out, "ZeroAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}
