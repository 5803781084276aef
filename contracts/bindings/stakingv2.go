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

// StakingV2MetaData contains all meta data concerning the StakingV2 contract.
var StakingV2MetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"OwnableUnauthorizedAccount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"UUPSUnauthorizedCallContext\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"slot\",\"type\":\"bytes32\"}],\"name\":\"UUPSUnsupportedProxiableUUID\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"user\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Claimed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"diemBurned\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"sVVVUnlocked\",\"type\":\"uint256\"}],\"name\":\"DiemBurned\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"sVVVLocked\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"diemMinted\",\"type\":\"uint256\"}],\"name\":\"DiemMinted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"emissionRatePerSecond\",\"type\":\"uint256\"}],\"name\":\"EmissionRateUpdated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"user\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Staked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"user\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"UnstakeFinalized\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"user\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"UnstakeInitiated\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"implementation\",\"type\":\"address\"}],\"name\":\"Upgraded\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"ACC_REWARD_SCALE\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"UPGRADE_INTERFACE_VERSION\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"accRewardPerShare\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"accRewardPerShareLocked\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOfUnlocked\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"burnDiem\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"claim\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"claimAndStake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"cooldownDuration\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"diem\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"i\",\"type\":\"uint256\"}],\"name\":\"diemMintRates\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"i\",\"type\":\"uint256\"}],\"name\":\"diemSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"emissionRatePerSecond\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"finalizeUnstake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"sVVVAmount\",\"type\":\"uint256\"}],\"name\":\"getDiemAmountOut\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"getVenicePercentage\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"venice_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"diem_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"treasury_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"oracle_\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"emissionRatePerSecond_\",\"type\":\"uint256\"}],\"name\":\"initialize\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"initiateUnstake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"lastRewardTimestamp\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"lockedStakes\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"sVVVLockedAmount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"outstandingDiemAmount\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"sVVVAmountToLock\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minDiemAmountOut\",\"type\":\"uint256\"}],\"name\":\"mintDiem\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"oracle\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"pendingRewards\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"proxiableUUID\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"duration\",\"type\":\"uint256\"}],\"name\":\"setCooldownDuration\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256[256]\",\"name\":\"supplies\",\"type\":\"uint256[256]\"},{\"internalType\":\"uint256[256]\",\"name\":\"rates\",\"type\":\"uint256[256]\"}],\"name\":\"setDiemMintCurve\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"ratePerSecond\",\"type\":\"uint256\"}],\"name\":\"setEmissionRate\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"treasury_\",\"type\":\"address\"}],\"name\":\"setTreasury\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"percentage\",\"type\":\"uint256\"}],\"name\":\"setVeniceEmissionsPercentage\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"percentage\",\"type\":\"uint256\"}],\"name\":\"setVeniceEmissionsPercentageWhenLocked\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"recipient\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"stake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"name\":\"stakes\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"rewardDebt\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"cooldownEnd\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"cooldownAmount\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalLockedStakedVVV\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner_\",\"type\":\"address\"}],\"name\":\"transferOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"treasury\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"implementation\",\"type\":\"address\"},{\"internalType\":\"bytes\",\"name\":\"data\",\"type\":\"bytes\"}],\"name\":\"upgradeToAndCall\",\"outputs\":[],\"stateMutability\":\"payable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"venice\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"veniceEmissionsPercentage\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"veniceEmissionsPercentageWhenLocked\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "StakingV2",
}

// StakingV2 is an auto generated Go binding around an Ethereum contract.
type StakingV2 struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *StakingV2) GetABI() abi.ABI {
	return c.abi
}

// NewStakingV2 creates a new instance of StakingV2.
func NewStakingV2() *StakingV2 {
	parsed, err := StakingV2MetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &StakingV2{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *StakingV2) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackACCREWARDSCALE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x25fae12b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function ACC_REWARD_SCALE() view returns(uint256)
func (stakingV2 *StakingV2) PackACCREWARDSCALE() []byte {
	enc, err := stakingV2.abi.Pack("ACC_REWARD_SCALE")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackACCREWARDSCALE is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x25fae12b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function ACC_REWARD_SCALE() view returns(uint256)
func (stakingV2 *StakingV2) TryPackACCREWARDSCALE() ([]byte, error) {
	return stakingV2.abi.Pack("ACC_REWARD_SCALE")
}

// UnpackACCREWARDSCALE is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x25fae12b.
//
// Solidity: function ACC_REWARD_SCALE() view returns(uint256)
func (stakingV2 *StakingV2) UnpackACCREWARDSCALE(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("ACC_REWARD_SCALE", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackUPGRADEINTERFACEVERSION is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xad3cb1cc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function UPGRADE_INTERFACE_VERSION() view returns(string)
func (stakingV2 *StakingV2) PackUPGRADEINTERFACEVERSION() []byte {
	enc, err := stakingV2.abi.Pack("UPGRADE_INTERFACE_VERSION")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUPGRADEINTERFACEVERSION is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xad3cb1cc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function UPGRADE_INTERFACE_VERSION() view returns(string)
func (stakingV2 *StakingV2) TryPackUPGRADEINTERFACEVERSION() ([]byte, error) {
	return stakingV2.abi.Pack("UPGRADE_INTERFACE_VERSION")
}

// UnpackUPGRADEINTERFACEVERSION is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xad3cb1cc.
//
// Solidity: function UPGRADE_INTERFACE_VERSION() view returns(string)
func (stakingV2 *StakingV2) UnpackUPGRADEINTERFACEVERSION(data []byte) (string, error) {
	out, err := stakingV2.abi.Unpack("UPGRADE_INTERFACE_VERSION", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackAccRewardPerShare is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x939d6237.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function accRewardPerShare() view returns(uint256)
func (stakingV2 *StakingV2) PackAccRewardPerShare() []byte {
	enc, err := stakingV2.abi.Pack("accRewardPerShare")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAccRewardPerShare is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x939d6237.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function accRewardPerShare() view returns(uint256)
func (stakingV2 *StakingV2) TryPackAccRewardPerShare() ([]byte, error) {
	return stakingV2.abi.Pack("accRewardPerShare")
}

// UnpackAccRewardPerShare is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x939d6237.
//
// Solidity: function accRewardPerShare() view returns(uint256)
func (stakingV2 *StakingV2) UnpackAccRewardPerShare(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("accRewardPerShare", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackAccRewardPerShareLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0342063b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function accRewardPerShareLocked() view returns(uint256)
func (stakingV2 *StakingV2) PackAccRewardPerShareLocked() []byte {
	enc, err := stakingV2.abi.Pack("accRewardPerShareLocked")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAccRewardPerShareLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0342063b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function accRewardPerShareLocked() view returns(uint256)
func (stakingV2 *StakingV2) TryPackAccRewardPerShareLocked() ([]byte, error) {
	return stakingV2.abi.Pack("accRewardPerShareLocked")
}

// UnpackAccRewardPerShareLocked is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x0342063b.
//
// Solidity: function accRewardPerShareLocked() view returns(uint256)
func (stakingV2 *StakingV2) UnpackAccRewardPerShareLocked(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("accRewardPerShareLocked", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address , address ) view returns(uint256)
func (stakingV2 *StakingV2) PackAllowance(arg0 common.Address, arg1 common.Address) []byte {
	enc, err := stakingV2.abi.Pack("allowance", arg0, arg1)
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
func (stakingV2 *StakingV2) TryPackAllowance(arg0 common.Address, arg1 common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("allowance", arg0, arg1)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address , address ) view returns(uint256)
func (stakingV2 *StakingV2) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("allowance", data)
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
func (stakingV2 *StakingV2) PackApprove(spender common.Address, amount *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("approve", spender, amount)
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
func (stakingV2 *StakingV2) TryPackApprove(spender common.Address, amount *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("approve", spender, amount)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (stakingV2 *StakingV2) UnpackApprove(data []byte) (bool, error) {
	out, err := stakingV2.abi.Unpack("approve", data)
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
func (stakingV2 *StakingV2) PackBalanceOf(arg0 common.Address) []byte {
	enc, err := stakingV2.abi.Pack("balanceOf", arg0)
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
func (stakingV2 *StakingV2) TryPackBalanceOf(arg0 common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("balanceOf", arg0)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address ) view returns(uint256)
func (stakingV2 *StakingV2) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackBalanceOfUnlocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xceddd07d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOfUnlocked(address account) view returns(uint256)
func (stakingV2 *StakingV2) PackBalanceOfUnlocked(account common.Address) []byte {
	enc, err := stakingV2.abi.Pack("balanceOfUnlocked", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOfUnlocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xceddd07d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOfUnlocked(address account) view returns(uint256)
func (stakingV2 *StakingV2) TryPackBalanceOfUnlocked(account common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("balanceOfUnlocked", account)
}

// UnpackBalanceOfUnlocked is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xceddd07d.
//
// Solidity: function balanceOfUnlocked(address account) view returns(uint256)
func (stakingV2 *StakingV2) UnpackBalanceOfUnlocked(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("balanceOfUnlocked", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackBurnDiem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4d44f110.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function burnDiem(uint256 amount) returns()
func (stakingV2 *StakingV2) PackBurnDiem(amount *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("burnDiem", amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBurnDiem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4d44f110.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function burnDiem(uint256 amount) returns()
func (stakingV2 *StakingV2) TryPackBurnDiem(amount *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("burnDiem", amount)
}

// PackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e71d92d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function claim() returns()
func (stakingV2 *StakingV2) PackClaim() []byte {
	enc, err := stakingV2.abi.Pack("claim")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4e71d92d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function claim() returns()
func (stakingV2 *StakingV2) TryPackClaim() ([]byte, error) {
	return stakingV2.abi.Pack("claim")
}

// PackClaimAndStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcb1a4fc0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function claimAndStake() returns()
func (stakingV2 *StakingV2) PackClaimAndStake() []byte {
	enc, err := stakingV2.abi.Pack("claimAndStake")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClaimAndStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcb1a4fc0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function claimAndStake() returns()
func (stakingV2 *StakingV2) TryPackClaimAndStake() ([]byte, error) {
	return stakingV2.abi.Pack("claimAndStake")
}

// PackCooldownDuration is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x35269315.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cooldownDuration() view returns(uint256)
func (stakingV2 *StakingV2) PackCooldownDuration() []byte {
	enc, err := stakingV2.abi.Pack("cooldownDuration")
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
func (stakingV2 *StakingV2) TryPackCooldownDuration() ([]byte, error) {
	return stakingV2.abi.Pack("cooldownDuration")
}

// UnpackCooldownDuration is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x35269315.
//
// Solidity: function cooldownDuration() view returns(uint256)
func (stakingV2 *StakingV2) UnpackCooldownDuration(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("cooldownDuration", data)
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
func (stakingV2 *StakingV2) PackDecimals() []byte {
	enc, err := stakingV2.abi.Pack("decimals")
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
func (stakingV2 *StakingV2) TryPackDecimals() ([]byte, error) {
	return stakingV2.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() view returns(uint8)
func (stakingV2 *StakingV2) UnpackDecimals(data []byte) (uint8, error) {
	out, err := stakingV2.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackDiem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xad66f182.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function diem() view returns(address)
func (stakingV2 *StakingV2) PackDiem() []byte {
	enc, err := stakingV2.abi.Pack("diem")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDiem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xad66f182.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function diem() view returns(address)
func (stakingV2 *StakingV2) TryPackDiem() ([]byte, error) {
	return stakingV2.abi.Pack("diem")
}

// UnpackDiem is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xad66f182.
//
// Solidity: function diem() view returns(address)
func (stakingV2 *StakingV2) UnpackDiem(data []byte) (common.Address, error) {
	out, err := stakingV2.abi.Unpack("diem", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackDiemMintRates is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3a68402.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function diemMintRates(uint256 i) view returns(uint256)
func (stakingV2 *StakingV2) PackDiemMintRates(i *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("diemMintRates", i)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDiemMintRates is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3a68402.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function diemMintRates(uint256 i) view returns(uint256)
func (stakingV2 *StakingV2) TryPackDiemMintRates(i *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("diemMintRates", i)
}

// UnpackDiemMintRates is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe3a68402.
//
// Solidity: function diemMintRates(uint256 i) view returns(uint256)
func (stakingV2 *StakingV2) UnpackDiemMintRates(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("diemMintRates", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackDiemSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb4f70f72.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function diemSupply(uint256 i) view returns(uint256)
func (stakingV2 *StakingV2) PackDiemSupply(i *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("diemSupply", i)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDiemSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb4f70f72.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function diemSupply(uint256 i) view returns(uint256)
func (stakingV2 *StakingV2) TryPackDiemSupply(i *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("diemSupply", i)
}

// UnpackDiemSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb4f70f72.
//
// Solidity: function diemSupply(uint256 i) view returns(uint256)
func (stakingV2 *StakingV2) UnpackDiemSupply(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("diemSupply", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackEmissionRatePerSecond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa80152d6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function emissionRatePerSecond() view returns(uint256)
func (stakingV2 *StakingV2) PackEmissionRatePerSecond() []byte {
	enc, err := stakingV2.abi.Pack("emissionRatePerSecond")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEmissionRatePerSecond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa80152d6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function emissionRatePerSecond() view returns(uint256)
func (stakingV2 *StakingV2) TryPackEmissionRatePerSecond() ([]byte, error) {
	return stakingV2.abi.Pack("emissionRatePerSecond")
}

// UnpackEmissionRatePerSecond is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa80152d6.
//
// Solidity: function emissionRatePerSecond() view returns(uint256)
func (stakingV2 *StakingV2) UnpackEmissionRatePerSecond(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("emissionRatePerSecond", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackFinalizeUnstake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0ea94341.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function finalizeUnstake() returns()
func (stakingV2 *StakingV2) PackFinalizeUnstake() []byte {
	enc, err := stakingV2.abi.Pack("finalizeUnstake")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFinalizeUnstake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0ea94341.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function finalizeUnstake() returns()
func (stakingV2 *StakingV2) TryPackFinalizeUnstake() ([]byte, error) {
	return stakingV2.abi.Pack("finalizeUnstake")
}

// PackGetDiemAmountOut is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87716cbf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getDiemAmountOut(uint256 sVVVAmount) view returns(uint256)
func (stakingV2 *StakingV2) PackGetDiemAmountOut(sVVVAmount *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("getDiemAmountOut", sVVVAmount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetDiemAmountOut is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87716cbf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getDiemAmountOut(uint256 sVVVAmount) view returns(uint256)
func (stakingV2 *StakingV2) TryPackGetDiemAmountOut(sVVVAmount *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("getDiemAmountOut", sVVVAmount)
}

// UnpackGetDiemAmountOut is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x87716cbf.
//
// Solidity: function getDiemAmountOut(uint256 sVVVAmount) view returns(uint256)
func (stakingV2 *StakingV2) UnpackGetDiemAmountOut(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("getDiemAmountOut", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackGetVenicePercentage is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2c74d1df.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function getVenicePercentage() view returns(uint256)
func (stakingV2 *StakingV2) PackGetVenicePercentage() []byte {
	enc, err := stakingV2.abi.Pack("getVenicePercentage")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackGetVenicePercentage is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2c74d1df.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function getVenicePercentage() view returns(uint256)
func (stakingV2 *StakingV2) TryPackGetVenicePercentage() ([]byte, error) {
	return stakingV2.abi.Pack("getVenicePercentage")
}

// UnpackGetVenicePercentage is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2c74d1df.
//
// Solidity: function getVenicePercentage() view returns(uint256)
func (stakingV2 *StakingV2) UnpackGetVenicePercentage(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("getVenicePercentage", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackInitialize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95b6ef0c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function initialize(address venice_, address diem_, address owner_, address treasury_, address oracle_, uint256 emissionRatePerSecond_) returns()
func (stakingV2 *StakingV2) PackInitialize(venice common.Address, diem common.Address, owner common.Address, treasury common.Address, oracle common.Address, emissionRatePerSecond *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("initialize", venice, diem, owner, treasury, oracle, emissionRatePerSecond)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackInitialize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95b6ef0c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function initialize(address venice_, address diem_, address owner_, address treasury_, address oracle_, uint256 emissionRatePerSecond_) returns()
func (stakingV2 *StakingV2) TryPackInitialize(venice common.Address, diem common.Address, owner common.Address, treasury common.Address, oracle common.Address, emissionRatePerSecond *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("initialize", venice, diem, owner, treasury, oracle, emissionRatePerSecond)
}

// PackInitiateUnstake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xae5ac921.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function initiateUnstake(uint256 amount) returns()
func (stakingV2 *StakingV2) PackInitiateUnstake(amount *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("initiateUnstake", amount)
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
func (stakingV2 *StakingV2) TryPackInitiateUnstake(amount *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("initiateUnstake", amount)
}

// PackLastRewardTimestamp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf8077fae.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lastRewardTimestamp() view returns(uint256)
func (stakingV2 *StakingV2) PackLastRewardTimestamp() []byte {
	enc, err := stakingV2.abi.Pack("lastRewardTimestamp")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLastRewardTimestamp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf8077fae.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lastRewardTimestamp() view returns(uint256)
func (stakingV2 *StakingV2) TryPackLastRewardTimestamp() ([]byte, error) {
	return stakingV2.abi.Pack("lastRewardTimestamp")
}

// UnpackLastRewardTimestamp is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf8077fae.
//
// Solidity: function lastRewardTimestamp() view returns(uint256)
func (stakingV2 *StakingV2) UnpackLastRewardTimestamp(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("lastRewardTimestamp", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackLockedStakes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x92417dc7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lockedStakes(address ) view returns(uint256 sVVVLockedAmount, uint256 outstandingDiemAmount)
func (stakingV2 *StakingV2) PackLockedStakes(arg0 common.Address) []byte {
	enc, err := stakingV2.abi.Pack("lockedStakes", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLockedStakes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x92417dc7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lockedStakes(address ) view returns(uint256 sVVVLockedAmount, uint256 outstandingDiemAmount)
func (stakingV2 *StakingV2) TryPackLockedStakes(arg0 common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("lockedStakes", arg0)
}

// StakingV2LockedStakesOutput serves as a container for the return parameters of contract
// method LockedStakes.
type StakingV2LockedStakesOutput struct {
	SVVVLockedAmount      *big.Int
	OutstandingDiemAmount *big.Int
}

// UnpackLockedStakes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x92417dc7.
//
// Solidity: function lockedStakes(address ) view returns(uint256 sVVVLockedAmount, uint256 outstandingDiemAmount)
func (stakingV2 *StakingV2) UnpackLockedStakes(data []byte) (StakingV2LockedStakesOutput, error) {
	out, err := stakingV2.abi.Unpack("lockedStakes", data)
	outstruct := new(StakingV2LockedStakesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.SVVVLockedAmount = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.OutstandingDiemAmount = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackMintDiem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2006efcb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mintDiem(uint256 sVVVAmountToLock, uint256 minDiemAmountOut) returns()
func (stakingV2 *StakingV2) PackMintDiem(sVVVAmountToLock *big.Int, minDiemAmountOut *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("mintDiem", sVVVAmountToLock, minDiemAmountOut)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMintDiem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2006efcb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mintDiem(uint256 sVVVAmountToLock, uint256 minDiemAmountOut) returns()
func (stakingV2 *StakingV2) TryPackMintDiem(sVVVAmountToLock *big.Int, minDiemAmountOut *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("mintDiem", sVVVAmountToLock, minDiemAmountOut)
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (stakingV2 *StakingV2) PackName() []byte {
	enc, err := stakingV2.abi.Pack("name")
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
func (stakingV2 *StakingV2) TryPackName() ([]byte, error) {
	return stakingV2.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (stakingV2 *StakingV2) UnpackName(data []byte) (string, error) {
	out, err := stakingV2.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackOracle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7dc0d1d0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function oracle() view returns(address)
func (stakingV2 *StakingV2) PackOracle() []byte {
	enc, err := stakingV2.abi.Pack("oracle")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOracle is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7dc0d1d0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function oracle() view returns(address)
func (stakingV2 *StakingV2) TryPackOracle() ([]byte, error) {
	return stakingV2.abi.Pack("oracle")
}

// UnpackOracle is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7dc0d1d0.
//
// Solidity: function oracle() view returns(address)
func (stakingV2 *StakingV2) UnpackOracle(data []byte) (common.Address, error) {
	out, err := stakingV2.abi.Unpack("oracle", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owner() view returns(address)
func (stakingV2 *StakingV2) PackOwner() []byte {
	enc, err := stakingV2.abi.Pack("owner")
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
func (stakingV2 *StakingV2) TryPackOwner() ([]byte, error) {
	return stakingV2.abi.Pack("owner")
}

// UnpackOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (stakingV2 *StakingV2) UnpackOwner(data []byte) (common.Address, error) {
	out, err := stakingV2.abi.Unpack("owner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPendingRewards is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31d7a262.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pendingRewards(address account) view returns(uint256)
func (stakingV2 *StakingV2) PackPendingRewards(account common.Address) []byte {
	enc, err := stakingV2.abi.Pack("pendingRewards", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPendingRewards is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31d7a262.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pendingRewards(address account) view returns(uint256)
func (stakingV2 *StakingV2) TryPackPendingRewards(account common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("pendingRewards", account)
}

// UnpackPendingRewards is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x31d7a262.
//
// Solidity: function pendingRewards(address account) view returns(uint256)
func (stakingV2 *StakingV2) UnpackPendingRewards(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("pendingRewards", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackProxiableUUID is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52d1902d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function proxiableUUID() view returns(bytes32)
func (stakingV2 *StakingV2) PackProxiableUUID() []byte {
	enc, err := stakingV2.abi.Pack("proxiableUUID")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackProxiableUUID is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52d1902d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function proxiableUUID() view returns(bytes32)
func (stakingV2 *StakingV2) TryPackProxiableUUID() ([]byte, error) {
	return stakingV2.abi.Pack("proxiableUUID")
}

// UnpackProxiableUUID is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x52d1902d.
//
// Solidity: function proxiableUUID() view returns(bytes32)
func (stakingV2 *StakingV2) UnpackProxiableUUID(data []byte) ([32]byte, error) {
	out, err := stakingV2.abi.Unpack("proxiableUUID", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackSetCooldownDuration is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x966be075.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setCooldownDuration(uint256 duration) returns()
func (stakingV2 *StakingV2) PackSetCooldownDuration(duration *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("setCooldownDuration", duration)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetCooldownDuration is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x966be075.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setCooldownDuration(uint256 duration) returns()
func (stakingV2 *StakingV2) TryPackSetCooldownDuration(duration *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("setCooldownDuration", duration)
}

// PackSetDiemMintCurve is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0caf48d3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setDiemMintCurve(uint256[256] supplies, uint256[256] rates) returns()
func (stakingV2 *StakingV2) PackSetDiemMintCurve(supplies [256]*big.Int, rates [256]*big.Int) []byte {
	enc, err := stakingV2.abi.Pack("setDiemMintCurve", supplies, rates)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetDiemMintCurve is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0caf48d3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setDiemMintCurve(uint256[256] supplies, uint256[256] rates) returns()
func (stakingV2 *StakingV2) TryPackSetDiemMintCurve(supplies [256]*big.Int, rates [256]*big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("setDiemMintCurve", supplies, rates)
}

// PackSetEmissionRate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa1bdb15e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setEmissionRate(uint256 ratePerSecond) returns()
func (stakingV2 *StakingV2) PackSetEmissionRate(ratePerSecond *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("setEmissionRate", ratePerSecond)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetEmissionRate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa1bdb15e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setEmissionRate(uint256 ratePerSecond) returns()
func (stakingV2 *StakingV2) TryPackSetEmissionRate(ratePerSecond *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("setEmissionRate", ratePerSecond)
}

// PackSetTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0f44260.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setTreasury(address treasury_) returns()
func (stakingV2 *StakingV2) PackSetTreasury(treasury common.Address) []byte {
	enc, err := stakingV2.abi.Pack("setTreasury", treasury)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0f44260.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setTreasury(address treasury_) returns()
func (stakingV2 *StakingV2) TryPackSetTreasury(treasury common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("setTreasury", treasury)
}

// PackSetVeniceEmissionsPercentage is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaaaff767.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setVeniceEmissionsPercentage(uint256 percentage) returns()
func (stakingV2 *StakingV2) PackSetVeniceEmissionsPercentage(percentage *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("setVeniceEmissionsPercentage", percentage)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetVeniceEmissionsPercentage is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaaaff767.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setVeniceEmissionsPercentage(uint256 percentage) returns()
func (stakingV2 *StakingV2) TryPackSetVeniceEmissionsPercentage(percentage *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("setVeniceEmissionsPercentage", percentage)
}

// PackSetVeniceEmissionsPercentageWhenLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9b1650ed.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setVeniceEmissionsPercentageWhenLocked(uint256 percentage) returns()
func (stakingV2 *StakingV2) PackSetVeniceEmissionsPercentageWhenLocked(percentage *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("setVeniceEmissionsPercentageWhenLocked", percentage)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetVeniceEmissionsPercentageWhenLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9b1650ed.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setVeniceEmissionsPercentageWhenLocked(uint256 percentage) returns()
func (stakingV2 *StakingV2) TryPackSetVeniceEmissionsPercentageWhenLocked(percentage *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("setVeniceEmissionsPercentageWhenLocked", percentage)
}

// PackStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xadc9772e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stake(address recipient, uint256 amount) returns()
func (stakingV2 *StakingV2) PackStake(recipient common.Address, amount *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("stake", recipient, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xadc9772e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stake(address recipient, uint256 amount) returns()
func (stakingV2 *StakingV2) TryPackStake(recipient common.Address, amount *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("stake", recipient, amount)
}

// PackStakes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16934fc4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stakes(address ) view returns(uint256 rewardDebt, uint256 cooldownEnd, uint256 cooldownAmount)
func (stakingV2 *StakingV2) PackStakes(arg0 common.Address) []byte {
	enc, err := stakingV2.abi.Pack("stakes", arg0)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStakes is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x16934fc4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stakes(address ) view returns(uint256 rewardDebt, uint256 cooldownEnd, uint256 cooldownAmount)
func (stakingV2 *StakingV2) TryPackStakes(arg0 common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("stakes", arg0)
}

// StakingV2StakesOutput serves as a container for the return parameters of contract
// method Stakes.
type StakingV2StakesOutput struct {
	RewardDebt     *big.Int
	CooldownEnd    *big.Int
	CooldownAmount *big.Int
}

// UnpackStakes is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x16934fc4.
//
// Solidity: function stakes(address ) view returns(uint256 rewardDebt, uint256 cooldownEnd, uint256 cooldownAmount)
func (stakingV2 *StakingV2) UnpackStakes(data []byte) (StakingV2StakesOutput, error) {
	out, err := stakingV2.abi.Unpack("stakes", data)
	outstruct := new(StakingV2StakesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.RewardDebt = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.CooldownEnd = abi.ConvertType(out[1], new(big.Int)).(*big.Int)
	outstruct.CooldownAmount = abi.ConvertType(out[2], new(big.Int)).(*big.Int)
	return *outstruct, nil
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (stakingV2 *StakingV2) PackSymbol() []byte {
	enc, err := stakingV2.abi.Pack("symbol")
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
func (stakingV2 *StakingV2) TryPackSymbol() ([]byte, error) {
	return stakingV2.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (stakingV2 *StakingV2) UnpackSymbol(data []byte) (string, error) {
	out, err := stakingV2.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTotalLockedStakedVVV is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x25bef746.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalLockedStakedVVV() view returns(uint256)
func (stakingV2 *StakingV2) PackTotalLockedStakedVVV() []byte {
	enc, err := stakingV2.abi.Pack("totalLockedStakedVVV")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalLockedStakedVVV is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x25bef746.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalLockedStakedVVV() view returns(uint256)
func (stakingV2 *StakingV2) TryPackTotalLockedStakedVVV() ([]byte, error) {
	return stakingV2.abi.Pack("totalLockedStakedVVV")
}

// UnpackTotalLockedStakedVVV is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x25bef746.
//
// Solidity: function totalLockedStakedVVV() view returns(uint256)
func (stakingV2 *StakingV2) UnpackTotalLockedStakedVVV(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("totalLockedStakedVVV", data)
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
func (stakingV2 *StakingV2) PackTotalSupply() []byte {
	enc, err := stakingV2.abi.Pack("totalSupply")
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
func (stakingV2 *StakingV2) TryPackTotalSupply() ([]byte, error) {
	return stakingV2.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (stakingV2 *StakingV2) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("totalSupply", data)
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
// Solidity: function transfer(address , uint256 ) pure returns(bool)
func (stakingV2 *StakingV2) PackTransfer(arg0 common.Address, arg1 *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("transfer", arg0, arg1)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address , uint256 ) pure returns(bool)
func (stakingV2 *StakingV2) TryPackTransfer(arg0 common.Address, arg1 *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("transfer", arg0, arg1)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address , uint256 ) pure returns(bool)
func (stakingV2 *StakingV2) UnpackTransfer(data []byte) (bool, error) {
	out, err := stakingV2.abi.Unpack("transfer", data)
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
// Solidity: function transferFrom(address , address , uint256 ) pure returns(bool)
func (stakingV2 *StakingV2) PackTransferFrom(arg0 common.Address, arg1 common.Address, arg2 *big.Int) []byte {
	enc, err := stakingV2.abi.Pack("transferFrom", arg0, arg1, arg2)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address , address , uint256 ) pure returns(bool)
func (stakingV2 *StakingV2) TryPackTransferFrom(arg0 common.Address, arg1 common.Address, arg2 *big.Int) ([]byte, error) {
	return stakingV2.abi.Pack("transferFrom", arg0, arg1, arg2)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address , address , uint256 ) pure returns(bool)
func (stakingV2 *StakingV2) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := stakingV2.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferOwnership(address owner_) returns()
func (stakingV2 *StakingV2) PackTransferOwnership(owner common.Address) []byte {
	enc, err := stakingV2.abi.Pack("transferOwnership", owner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferOwnership(address owner_) returns()
func (stakingV2 *StakingV2) TryPackTransferOwnership(owner common.Address) ([]byte, error) {
	return stakingV2.abi.Pack("transferOwnership", owner)
}

// PackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function treasury() view returns(address)
func (stakingV2 *StakingV2) PackTreasury() []byte {
	enc, err := stakingV2.abi.Pack("treasury")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function treasury() view returns(address)
func (stakingV2 *StakingV2) TryPackTreasury() ([]byte, error) {
	return stakingV2.abi.Pack("treasury")
}

// UnpackTreasury is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x61d027b3.
//
// Solidity: function treasury() view returns(address)
func (stakingV2 *StakingV2) UnpackTreasury(data []byte) (common.Address, error) {
	out, err := stakingV2.abi.Unpack("treasury", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackUpgradeToAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4f1ef286.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function upgradeToAndCall(address implementation, bytes data) payable returns()
func (stakingV2 *StakingV2) PackUpgradeToAndCall(implementation common.Address, data []byte) []byte {
	enc, err := stakingV2.abi.Pack("upgradeToAndCall", implementation, data)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUpgradeToAndCall is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4f1ef286.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function upgradeToAndCall(address implementation, bytes data) payable returns()
func (stakingV2 *StakingV2) TryPackUpgradeToAndCall(implementation common.Address, data []byte) ([]byte, error) {
	return stakingV2.abi.Pack("upgradeToAndCall", implementation, data)
}

// PackVenice is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8f1f8d0c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function venice() view returns(address)
func (stakingV2 *StakingV2) PackVenice() []byte {
	enc, err := stakingV2.abi.Pack("venice")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVenice is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8f1f8d0c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function venice() view returns(address)
func (stakingV2 *StakingV2) TryPackVenice() ([]byte, error) {
	return stakingV2.abi.Pack("venice")
}

// UnpackVenice is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8f1f8d0c.
//
// Solidity: function venice() view returns(address)
func (stakingV2 *StakingV2) UnpackVenice(data []byte) (common.Address, error) {
	out, err := stakingV2.abi.Unpack("venice", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackVeniceEmissionsPercentage is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5dea41bb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function veniceEmissionsPercentage() view returns(uint256)
func (stakingV2 *StakingV2) PackVeniceEmissionsPercentage() []byte {
	enc, err := stakingV2.abi.Pack("veniceEmissionsPercentage")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVeniceEmissionsPercentage is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5dea41bb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function veniceEmissionsPercentage() view returns(uint256)
func (stakingV2 *StakingV2) TryPackVeniceEmissionsPercentage() ([]byte, error) {
	return stakingV2.abi.Pack("veniceEmissionsPercentage")
}

// UnpackVeniceEmissionsPercentage is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5dea41bb.
//
// Solidity: function veniceEmissionsPercentage() view returns(uint256)
func (stakingV2 *StakingV2) UnpackVeniceEmissionsPercentage(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("veniceEmissionsPercentage", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackVeniceEmissionsPercentageWhenLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x45af37b2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function veniceEmissionsPercentageWhenLocked() view returns(uint256)
func (stakingV2 *StakingV2) PackVeniceEmissionsPercentageWhenLocked() []byte {
	enc, err := stakingV2.abi.Pack("veniceEmissionsPercentageWhenLocked")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVeniceEmissionsPercentageWhenLocked is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x45af37b2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function veniceEmissionsPercentageWhenLocked() view returns(uint256)
func (stakingV2 *StakingV2) TryPackVeniceEmissionsPercentageWhenLocked() ([]byte, error) {
	return stakingV2.abi.Pack("veniceEmissionsPercentageWhenLocked")
}

// UnpackVeniceEmissionsPercentageWhenLocked is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x45af37b2.
//
// Solidity: function veniceEmissionsPercentageWhenLocked() view returns(uint256)
func (stakingV2 *StakingV2) UnpackVeniceEmissionsPercentageWhenLocked(data []byte) (*big.Int, error) {
	out, err := stakingV2.abi.Unpack("veniceEmissionsPercentageWhenLocked", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// StakingV2Approval represents a Approval event raised by the StakingV2 contract.
type StakingV2Approval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const StakingV2ApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (StakingV2Approval) ContractEventName() string {
	return StakingV2ApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (stakingV2 *StakingV2) UnpackApprovalEvent(log *types.Log) (*StakingV2Approval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2Approval)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2Claimed represents a Claimed event raised by the StakingV2 contract.
type StakingV2Claimed struct {
	User   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const StakingV2ClaimedEventName = "Claimed"

// ContractEventName returns the user-defined event name.
func (StakingV2Claimed) ContractEventName() string {
	return StakingV2ClaimedEventName
}

// UnpackClaimedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Claimed(address indexed user, uint256 amount)
func (stakingV2 *StakingV2) UnpackClaimedEvent(log *types.Log) (*StakingV2Claimed, error) {
	event := "Claimed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2Claimed)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2DiemBurned represents a DiemBurned event raised by the StakingV2 contract.
type StakingV2DiemBurned struct {
	DiemBurned   *big.Int
	SVVVUnlocked *big.Int
	Raw          *types.Log // Blockchain specific contextual infos
}

const StakingV2DiemBurnedEventName = "DiemBurned"

// ContractEventName returns the user-defined event name.
func (StakingV2DiemBurned) ContractEventName() string {
	return StakingV2DiemBurnedEventName
}

// UnpackDiemBurnedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event DiemBurned(uint256 diemBurned, uint256 sVVVUnlocked)
func (stakingV2 *StakingV2) UnpackDiemBurnedEvent(log *types.Log) (*StakingV2DiemBurned, error) {
	event := "DiemBurned"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2DiemBurned)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2DiemMinted represents a DiemMinted event raised by the StakingV2 contract.
type StakingV2DiemMinted struct {
	SVVVLocked *big.Int
	DiemMinted *big.Int
	Raw        *types.Log // Blockchain specific contextual infos
}

const StakingV2DiemMintedEventName = "DiemMinted"

// ContractEventName returns the user-defined event name.
func (StakingV2DiemMinted) ContractEventName() string {
	return StakingV2DiemMintedEventName
}

// UnpackDiemMintedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event DiemMinted(uint256 sVVVLocked, uint256 diemMinted)
func (stakingV2 *StakingV2) UnpackDiemMintedEvent(log *types.Log) (*StakingV2DiemMinted, error) {
	event := "DiemMinted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2DiemMinted)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2EmissionRateUpdated represents a EmissionRateUpdated event raised by the StakingV2 contract.
type StakingV2EmissionRateUpdated struct {
	EmissionRatePerSecond *big.Int
	Raw                   *types.Log // Blockchain specific contextual infos
}

const StakingV2EmissionRateUpdatedEventName = "EmissionRateUpdated"

// ContractEventName returns the user-defined event name.
func (StakingV2EmissionRateUpdated) ContractEventName() string {
	return StakingV2EmissionRateUpdatedEventName
}

// UnpackEmissionRateUpdatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EmissionRateUpdated(uint256 emissionRatePerSecond)
func (stakingV2 *StakingV2) UnpackEmissionRateUpdatedEvent(log *types.Log) (*StakingV2EmissionRateUpdated, error) {
	event := "EmissionRateUpdated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2EmissionRateUpdated)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2Staked represents a Staked event raised by the StakingV2 contract.
type StakingV2Staked struct {
	User   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const StakingV2StakedEventName = "Staked"

// ContractEventName returns the user-defined event name.
func (StakingV2Staked) ContractEventName() string {
	return StakingV2StakedEventName
}

// UnpackStakedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Staked(address indexed user, uint256 amount)
func (stakingV2 *StakingV2) UnpackStakedEvent(log *types.Log) (*StakingV2Staked, error) {
	event := "Staked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2Staked)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2Transfer represents a Transfer event raised by the StakingV2 contract.
type StakingV2Transfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const StakingV2TransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (StakingV2Transfer) ContractEventName() string {
	return StakingV2TransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (stakingV2 *StakingV2) UnpackTransferEvent(log *types.Log) (*StakingV2Transfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2Transfer)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2UnstakeFinalized represents a UnstakeFinalized event raised by the StakingV2 contract.
type StakingV2UnstakeFinalized struct {
	User   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const StakingV2UnstakeFinalizedEventName = "UnstakeFinalized"

// ContractEventName returns the user-defined event name.
func (StakingV2UnstakeFinalized) ContractEventName() string {
	return StakingV2UnstakeFinalizedEventName
}

// UnpackUnstakeFinalizedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event UnstakeFinalized(address indexed user, uint256 amount)
func (stakingV2 *StakingV2) UnpackUnstakeFinalizedEvent(log *types.Log) (*StakingV2UnstakeFinalized, error) {
	event := "UnstakeFinalized"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2UnstakeFinalized)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2UnstakeInitiated represents a UnstakeInitiated event raised by the StakingV2 contract.
type StakingV2UnstakeInitiated struct {
	User   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const StakingV2UnstakeInitiatedEventName = "UnstakeInitiated"

// ContractEventName returns the user-defined event name.
func (StakingV2UnstakeInitiated) ContractEventName() string {
	return StakingV2UnstakeInitiatedEventName
}

// UnpackUnstakeInitiatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event UnstakeInitiated(address indexed user, uint256 amount)
func (stakingV2 *StakingV2) UnpackUnstakeInitiatedEvent(log *types.Log) (*StakingV2UnstakeInitiated, error) {
	event := "UnstakeInitiated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2UnstakeInitiated)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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

// StakingV2Upgraded represents a Upgraded event raised by the StakingV2 contract.
type StakingV2Upgraded struct {
	Implementation common.Address
	Raw            *types.Log // Blockchain specific contextual infos
}

const StakingV2UpgradedEventName = "Upgraded"

// ContractEventName returns the user-defined event name.
func (StakingV2Upgraded) ContractEventName() string {
	return StakingV2UpgradedEventName
}

// UnpackUpgradedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Upgraded(address indexed implementation)
func (stakingV2 *StakingV2) UnpackUpgradedEvent(log *types.Log) (*StakingV2Upgraded, error) {
	event := "Upgraded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != stakingV2.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingV2Upgraded)
	if len(log.Data) > 0 {
		if err := stakingV2.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range stakingV2.abi.Events[event].Inputs {
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
func (stakingV2 *StakingV2) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], stakingV2.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return stakingV2.UnpackERC20InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], stakingV2.abi.Errors["OwnableUnauthorizedAccount"].ID.Bytes()[:4]) {
		return stakingV2.UnpackOwnableUnauthorizedAccountError(raw[4:])
	}
	if bytes.Equal(raw[:4], stakingV2.abi.Errors["UUPSUnauthorizedCallContext"].ID.Bytes()[:4]) {
		return stakingV2.UnpackUUPSUnauthorizedCallContextError(raw[4:])
	}
	if bytes.Equal(raw[:4], stakingV2.abi.Errors["UUPSUnsupportedProxiableUUID"].ID.Bytes()[:4]) {
		return stakingV2.UnpackUUPSUnsupportedProxiableUUIDError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// StakingV2ERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the StakingV2 contract.
type StakingV2ERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func StakingV2ERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (stakingV2 *StakingV2) UnpackERC20InvalidReceiverError(raw []byte) (*StakingV2ERC20InvalidReceiver, error) {
	out := new(StakingV2ERC20InvalidReceiver)
	if err := stakingV2.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingV2OwnableUnauthorizedAccount represents a OwnableUnauthorizedAccount error raised by the StakingV2 contract.
type StakingV2OwnableUnauthorizedAccount struct {
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func StakingV2OwnableUnauthorizedAccountErrorID() common.Hash {
	return common.HexToHash("0x118cdaa7a341953d1887a2245fd6665d741c67c8c50581daa59e1d03373fa188")
}

// UnpackOwnableUnauthorizedAccountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func (stakingV2 *StakingV2) UnpackOwnableUnauthorizedAccountError(raw []byte) (*StakingV2OwnableUnauthorizedAccount, error) {
	out := new(StakingV2OwnableUnauthorizedAccount)
	if err := stakingV2.abi.UnpackIntoInterface(out, "OwnableUnauthorizedAccount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingV2UUPSUnauthorizedCallContext represents a UUPSUnauthorizedCallContext error raised by the StakingV2 contract.
type StakingV2UUPSUnauthorizedCallContext struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UUPSUnauthorizedCallContext()
func StakingV2UUPSUnauthorizedCallContextErrorID() common.Hash {
	return common.HexToHash("0xe07c8dba242a06571ac65fe4bbe20522c9fb111cb33599b799ff8039c1ed18f4")
}

// UnpackUUPSUnauthorizedCallContextError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UUPSUnauthorizedCallContext()
func (stakingV2 *StakingV2) UnpackUUPSUnauthorizedCallContextError(raw []byte) (*StakingV2UUPSUnauthorizedCallContext, error) {
	out := new(StakingV2UUPSUnauthorizedCallContext)
	if err := stakingV2.abi.UnpackIntoInterface(out, "UUPSUnauthorizedCallContext", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingV2UUPSUnsupportedProxiableUUID represents a UUPSUnsupportedProxiableUUID error raised by the StakingV2 contract.
type StakingV2UUPSUnsupportedProxiableUUID struct {
	Slot [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UUPSUnsupportedProxiableUUID(bytes32 slot)
func StakingV2UUPSUnsupportedProxiableUUIDErrorID() common.Hash {
	return common.HexToHash("0xaa1d49a4c084bfa9aeeee2a0be65267a7f19ba7e1476b114dac513d2c14cb563")
}

// UnpackUUPSUnsupportedProxiableUUIDError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UUPSUnsupportedProxiableUUID(bytes32 slot)
func (stakingV2 *StakingV2) UnpackUUPSUnsupportedProxiableUUIDError(raw []byte) (*StakingV2UUPSUnsupportedProxiableUUID, error) {
	out := new(StakingV2UUPSUnsupportedProxiableUUID)
	if err := stakingV2.abi.UnpackIntoInterface(out, "UUPSUnsupportedProxiableUUID", raw); err != nil {
		return nil, err
	}
	return out, nil
}
