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

// DIEMMetaData contains all meta data concerning the DIEM contract.
var DIEMMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"minter_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"holder\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"supply\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"user\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Staked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"user\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"UnstakeInitiated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"user\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Unstaked\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"burn\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"cooldownDuration\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"initiateUnstake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"mint\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"minter\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"stake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"stakedInfos\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amountStaked\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"coolDownEnd\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"coolDownAmount\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalStaked\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"unstake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "DIEM",
}

// DIEM is an auto generated Go binding around an Ethereum contract.
type DIEM struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *DIEM) GetABI() abi.ABI {
	return c.abi
}

// NewDIEM creates a new instance of DIEM.
func NewDIEM() *DIEM {
	parsed, err := DIEMMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &DIEM{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *DIEM) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address minter_, address holder, uint256 supply) returns()
func (dIEM *DIEM) PackConstructor(minter_ common.Address, holder common.Address, supply *big.Int) []byte {
	enc, err := dIEM.abi.Pack("", minter_, holder, supply)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address , address ) view returns(uint256)
func (dIEM *DIEM) PackAllowance(arg0 common.Address, arg1 common.Address) []byte {
	enc, err := dIEM.abi.Pack("allowance", arg0, arg1)
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
func (dIEM *DIEM) TryPackAllowance(arg0 common.Address, arg1 common.Address) ([]byte, error) {
	return dIEM.abi.Pack("allowance", arg0, arg1)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address , address ) view returns(uint256)
func (dIEM *DIEM) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := dIEM.abi.Unpack("allowance", data)
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
func (dIEM *DIEM) PackApprove(spender common.Address, amount *big.Int) []byte {
	enc, err := dIEM.abi.Pack("approve", spender, amount)
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
func (dIEM *DIEM) TryPackApprove(spender common.Address, amount *big.Int) ([]byte, error) {
	return dIEM.abi.Pack("approve", spender, amount)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (dIEM *DIEM) UnpackApprove(data []byte) (bool, error) {
	out, err := dIEM.abi.Unpack("approve", data)
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
func (dIEM *DIEM) PackBalanceOf(arg0 common.Address) []byte {
	enc, err := dIEM.abi.Pack("balanceOf", arg0)
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
func (dIEM *DIEM) TryPackBalanceOf(arg0 common.Address) ([]byte, error) {
	return dIEM.abi.Pack("balanceOf", arg0)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address ) view returns(uint256)
func (dIEM *DIEM) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := dIEM.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackBurn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9dc29fac.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function burn(address from, uint256 amount) returns()
func (dIEM *DIEM) PackBurn(from common.Address, amount *big.Int) []byte {
	enc, err := dIEM.abi.Pack("burn", from, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBurn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9dc29fac.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function burn(address from, uint256 amount) returns()
func (dIEM *DIEM) TryPackBurn(from common.Address, amount *big.Int) ([]byte, error) {
	return dIEM.abi.Pack("burn", from, amount)
}

// PackCooldownDuration is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x35269315.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cooldownDuration() view returns(uint256)
func (dIEM *DIEM) PackCooldownDuration() []byte {
	enc, err := dIEM.abi.Pack("cooldownDuration")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCooldownDuration is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x35269315.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cooldownDuration() view returns(uint256)
func (dIEM *DIEM) TryPackCooldownDuration() ([]byte, error) {
	return dIEM.abi.Pack("cooldownDuration")
}

// UnpackCooldownDuration is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x35269315.
//
// Solidity: function cooldownDuration() view returns(uint256)
func (dIEM *DIEM) UnpackCooldownDuration(data []byte) (*big.Int, error) {
	out, err := dIEM.abi.Unpack("cooldownDuration", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() view returns(uint8)
func (dIEM *DIEM) PackDecimals() []byte {
	enc, err := dIEM.abi.Pack("decimals")
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
func (dIEM *DIEM) TryPackDecimals() ([]byte, error) {
	return dIEM.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() view returns(uint8)
func (dIEM *DIEM) UnpackDecimals(data []byte) (uint8, error) {
	out, err := dIEM.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackInitiateUnstake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xae5ac921.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function initiateUnstake(uint256 amount) returns()
func (dIEM *DIEM) PackInitiateUnstake(amount *big.Int) []byte {
	enc, err := dIEM.abi.Pack("initiateUnstake", amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackInitiateUnstake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xae5ac921.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function initiateUnstake(uint256 amount) returns()
func (dIEM *DIEM) TryPackInitiateUnstake(amount *big.Int) ([]byte, error) {
	return dIEM.abi.Pack("initiateUnstake", amount)
}

// PackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40c10f19.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mint(address to, uint256 amount) returns()
func (dIEM *DIEM) PackMint(to common.Address, amount *big.Int) []byte {
	enc, err := dIEM.abi.Pack("mint", to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40c10f19.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mint(address to, uint256 amount) returns()
func (dIEM *DIEM) TryPackMint(to common.Address, amount *big.Int) ([]byte, error) {
	return dIEM.abi.Pack("mint", to, amount)
}

// PackMinter is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x07546172.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function minter() view returns(address)
func (dIEM *DIEM) PackMinter() []byte {
	enc, err := dIEM.abi.Pack("minter")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMinter is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x07546172.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function minter() view returns(address)
func (dIEM *DIEM) TryPackMinter() ([]byte, error) {
	return dIEM.abi.Pack("minter")
}

// UnpackMinter is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x07546172.
//
// Solidity: function minter() view returns(address)
func (dIEM *DIEM) UnpackMinter(data []byte) (common.Address, error) {
	out, err := dIEM.abi.Unpack("minter", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (dIEM *DIEM) PackName() []byte {
	enc, err := dIEM.abi.Pack("name")
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
func (dIEM *DIEM) TryPackName() ([]byte, error) {
	return dIEM.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (dIEM *DIEM) UnpackName(data []byte) (string, error) {
	out, err := dIEM.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa694fc3a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stake(uint256 amount) returns()
func (dIEM *DIEM) PackStake(amount *big.Int) []byte {
	enc, err := dIEM.abi.Pack("stake", amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa694fc3a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stake(uint256 amount) returns()
func (dIEM *DIEM) TryPackStake(amount *big.Int) ([]byte, error) {
	return dIEM.abi.Pack("stake", amount)
}

// PackStakedInfos is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9503b15c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stakedInfos(address ) view returns(uint256 amountStaked, uint256 coolDownEnd, uint256 coolDownAmount)
func (dIEM *DIEM) PackStakedInfos(arg0 common.Address) []byte {
	enc, err := dIEM.abi.Pack("stakedInfos", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStakedInfos is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9503b15c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stakedInfos(address ) view returns(uint256 amountStaked, uint256 coolDownEnd, uint256 coolDownAmount)
func (dIEM *DIEM) TryPackStakedInfos(arg0 common.Address) ([]byte, error) {
	return dIEM.abi.Pack("stakedInfos", arg0)
}

// DIEMStakedInfosOutput serves as a container for the return parameters of contract
// method StakedInfos.
type DIEMStakedInfosOutput struct {
	AmountStaked   *big.Int
	CoolDownEnd    *big.Int
	CoolDownAmount *big.Int
}

// UnpackStakedInfos is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9503b15c.
//
// Solidity: function stakedInfos(address ) view returns(uint256 amountStaked, uint256 coolDownEnd, uint256 coolDownAmount)
func (dIEM *DIEM) UnpackStakedInfos(data []byte) (DIEMStakedInfosOutput, error) {
	out, err := dIEM.abi.Unpack("stakedInfos", data)
	outstruct := new(DIEMStakedInfosOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.AmountStaked = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.CoolDownEnd = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.CoolDownAmount = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (dIEM *DIEM) PackSymbol() []byte {
	enc, err := dIEM.abi.Pack("symbol")
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
func (dIEM *DIEM) TryPackSymbol() ([]byte, error) {
	return dIEM.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (dIEM *DIEM) UnpackSymbol(data []byte) (string, error) {
	out, err := dIEM.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTotalStaked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817b1cd2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalStaked() view returns(uint256)
func (dIEM *DIEM) PackTotalStaked() []byte {
	enc, err := dIEM.abi.Pack("totalStaked")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalStaked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x817b1cd2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalStaked() view returns(uint256)
func (dIEM *DIEM) TryPackTotalStaked() ([]byte, error) {
	return dIEM.abi.Pack("totalStaked")
}

// UnpackTotalStaked is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x817b1cd2.
//
// Solidity: function totalStaked() view returns(uint256)
func (dIEM *DIEM) UnpackTotalStaked(data []byte) (*big.Int, error) {
	out, err := dIEM.abi.Unpack("totalStaked", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalSupply() view returns(uint256)
func (dIEM *DIEM) PackTotalSupply() []byte {
	enc, err := dIEM.abi.Pack("totalSupply")
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
func (dIEM *DIEM) TryPackTotalSupply() ([]byte, error) {
	return dIEM.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (dIEM *DIEM) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := dIEM.abi.Unpack("totalSupply", data)
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
func (dIEM *DIEM) PackTransfer(to common.Address, amount *big.Int) []byte {
	enc, err := dIEM.abi.Pack("transfer", to, amount)
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
func (dIEM *DIEM) TryPackTransfer(to common.Address, amount *big.Int) ([]byte, error) {
	return dIEM.abi.Pack("transfer", to, amount)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (dIEM *DIEM) UnpackTransfer(data []byte) (bool, error) {
	out, err := dIEM.abi.Unpack("transfer", data)
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
func (dIEM *DIEM) PackTransferFrom(from common.Address, to common.Address, amount *big.Int) []byte {
	enc, err := dIEM.abi.Pack("transferFrom", from, to, amount)
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
func (dIEM *DIEM) TryPackTransferFrom(from common.Address, to common.Address, amount *big.Int) ([]byte, error) {
	return dIEM.abi.Pack("transferFrom", from, to, amount)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (dIEM *DIEM) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := dIEM.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackUnstake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2def6620.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unstake() returns()
func (dIEM *DIEM) PackUnstake() []byte {
	enc, err := dIEM.abi.Pack("unstake")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnstake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2def6620.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unstake() returns()
func (dIEM *DIEM) TryPackUnstake() ([]byte, error) {
	return dIEM.abi.Pack("unstake")
}

// DIEMApproval represents a Approval event raised by the DIEM contract.
type DIEMApproval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const DIEMApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (DIEMApproval) ContractEventName() string {
	return DIEMApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (dIEM *DIEM) UnpackApprovalEvent(log *types.Log) (*DIEMApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != dIEM.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DIEMApproval)
	if len(log.Data) > 0 {
		if err := dIEM.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range dIEM.abi.Events[event].Inputs {
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

// DIEMStaked represents a Staked event raised by the DIEM contract.
type DIEMStaked struct {
	User   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const DIEMStakedEventName = "Staked"

// ContractEventName returns the user-defined event name.
func (DIEMStaked) ContractEventName() string {
	return DIEMStakedEventName
}

// UnpackStakedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Staked(address indexed user, uint256 amount)
func (dIEM *DIEM) UnpackStakedEvent(log *types.Log) (*DIEMStaked, error) {
	event := "Staked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != dIEM.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DIEMStaked)
	if len(log.Data) > 0 {
		if err := dIEM.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range dIEM.abi.Events[event].Inputs {
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

// DIEMTransfer represents a Transfer event raised by the DIEM contract.
type DIEMTransfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const DIEMTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (DIEMTransfer) ContractEventName() string {
	return DIEMTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (dIEM *DIEM) UnpackTransferEvent(log *types.Log) (*DIEMTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != dIEM.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DIEMTransfer)
	if len(log.Data) > 0 {
		if err := dIEM.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range dIEM.abi.Events[event].Inputs {
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

// DIEMUnstakeInitiated represents a UnstakeInitiated event raised by the DIEM contract.
type DIEMUnstakeInitiated struct {
	User   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const DIEMUnstakeInitiatedEventName = "UnstakeInitiated"

// ContractEventName returns the user-defined event name.
func (DIEMUnstakeInitiated) ContractEventName() string {
	return DIEMUnstakeInitiatedEventName
}

// UnpackUnstakeInitiatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event UnstakeInitiated(address indexed user, uint256 amount)
func (dIEM *DIEM) UnpackUnstakeInitiatedEvent(log *types.Log) (*DIEMUnstakeInitiated, error) {
	event := "UnstakeInitiated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != dIEM.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DIEMUnstakeInitiated)
	if len(log.Data) > 0 {
		if err := dIEM.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range dIEM.abi.Events[event].Inputs {
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

// DIEMUnstaked represents a Unstaked event raised by the DIEM contract.
type DIEMUnstaked struct {
	User   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const DIEMUnstakedEventName = "Unstaked"

// ContractEventName returns the user-defined event name.
func (DIEMUnstaked) ContractEventName() string {
	return DIEMUnstakedEventName
}

// UnpackUnstakedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Unstaked(address indexed user, uint256 amount)
func (dIEM *DIEM) UnpackUnstakedEvent(log *types.Log) (*DIEMUnstaked, error) {
	event := "Unstaked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != dIEM.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DIEMUnstaked)
	if len(log.Data) > 0 {
		if err := dIEM.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range dIEM.abi.Events[event].Inputs {
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
func (dIEM *DIEM) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], dIEM.abi.Errors["ERC20InsufficientAllowance"].ID.Bytes()[:4]) {
		return dIEM.UnpackERC20InsufficientAllowanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], dIEM.abi.Errors["ERC20InsufficientBalance"].ID.Bytes()[:4]) {
		return dIEM.UnpackERC20InsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], dIEM.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return dIEM.UnpackERC20InvalidReceiverError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// DIEMERC20InsufficientAllowance represents a ERC20InsufficientAllowance error raised by the DIEM contract.
type DIEMERC20InsufficientAllowance struct {
	Spender   common.Address
	Allowance *big.Int
	Needed    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func DIEMERC20InsufficientAllowanceErrorID() common.Hash {
	return common.HexToHash("0xfb8f41b23e99d2101d86da76cdfa87dd51c82ed07d3cb62cbc473e469dbc75c3")
}

// UnpackERC20InsufficientAllowanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func (dIEM *DIEM) UnpackERC20InsufficientAllowanceError(raw []byte) (*DIEMERC20InsufficientAllowance, error) {
	out := new(DIEMERC20InsufficientAllowance)
	if err := dIEM.abi.UnpackIntoInterface(out, "ERC20InsufficientAllowance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DIEMERC20InsufficientBalance represents a ERC20InsufficientBalance error raised by the DIEM contract.
type DIEMERC20InsufficientBalance struct {
	Sender  common.Address
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func DIEMERC20InsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xe450d38cd8d9f7d95077d567d60ed49c7254716e6ad08fc9872816c97e0ffec6")
}

// UnpackERC20InsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func (dIEM *DIEM) UnpackERC20InsufficientBalanceError(raw []byte) (*DIEMERC20InsufficientBalance, error) {
	out := new(DIEMERC20InsufficientBalance)
	if err := dIEM.abi.UnpackIntoInterface(out, "ERC20InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// DIEMERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the DIEM contract.
type DIEMERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func DIEMERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (dIEM *DIEM) UnpackERC20InvalidReceiverError(raw []byte) (*DIEMERC20InvalidReceiver, error) {
	out := new(DIEMERC20InvalidReceiver)
	if err := dIEM.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}
