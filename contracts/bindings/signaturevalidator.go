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

// SignatureValidatorMetaData contains all meta data concerning the SignatureValidator contract.
var SignatureValidatorMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"wallet\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"hash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"},{\"internalType\":\"bytes\",\"name\":\"prepare\",\"type\":\"bytes\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"}]",
	ID:  "SignatureValidator",
	Bin: "0x608060405234801561000f575f5ffd5b5060405161026a38038061026a83398101604081905261002e9161019f565b5f61003a868686610085565b90508015801561005257506001600160a01b03831615155b1561007d575f5f5f8451602086015f885af190508080156100795750610079878787610085565b9150505b805f5360015ff35b5f5f838360405160240161009a92919061022d565b60408051601f19818403018152919052602080820180516001600160e01b0316630b135d3f60e11b90811782528351939450925f91895afa5f519190911460203d14161695945050505050565b80516001600160a01b03811681146100fd575f5ffd5b919050565b634e487b7160e01b5f52604160045260245ffd5b5f82601f830112610125575f5ffd5b81516001600160401b0381111561013e5761013e610102565b604051601f8201601f19908116603f011681016001600160401b038111828210171561016c5761016c610102565b604052818152838201602001851015610183575f5ffd5b8160208501602083015e5f918101602001919091529392505050565b5f5f5f5f5f60a086880312156101b3575f5ffd5b6101bc866100e7565b6020870151604088015191965094506001600160401b038111156101de575f5ffd5b6101ea88828901610116565b9350506101f9606087016100e7565b60808701519092506001600160401b03811115610214575f5ffd5b61022088828901610116565b9150509295509295909350565b828152604060208201525f82518060408401528060208501606085015e5f606082850101526060601f19601f830116840101915050939250505056fe",
}

// SignatureValidator is an auto generated Go binding around an Ethereum contract.
type SignatureValidator struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *SignatureValidator) GetABI() abi.ABI {
	return c.abi
}

// NewSignatureValidator creates a new instance of SignatureValidator.
func NewSignatureValidator() *SignatureValidator {
	parsed, err := SignatureValidatorMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &SignatureValidator{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *SignatureValidator) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address wallet, bytes32 hash, bytes signature, address factory, bytes prepare) returns()
func (signatureValidator *SignatureValidator) PackConstructor(wallet common.Address, hash [32]byte, signature []byte, factory common.Address, prepare []byte) []byte {
	enc, err := signatureValidator.abi.Pack("", wallet, hash, signature, factory, prepare)
	if err != nil {
		panic(err)
	}
	return enc
}
