package conformance

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Safe is where the parts of Safe 1.4.1 stand, which all Safes share: the code,
// the factory of proxies and the handler that answers ERC-1271.
type Safe struct{ Singleton, Factory, Handler common.Address }

// Create is the call of the factory that makes a Safe with one owner.
func (s Safe) Create(owner common.Address, salt uint64) ([]byte, error) {
	setup, err := s.setup(owner)
	if err != nil {
		return nil, err
	}
	return pack("SafeProxyFactory", "createProxyWithNonce", s.Singleton, setup, new(big.Int).SetUint64(salt))
}

// AddressOf is where Create makes the Safe. proxyCode is what the factory's
// proxyCreationCode answers (EIP-1014).
func (s Safe) AddressOf(proxyCode []byte, owner common.Address, salt uint64) (common.Address, error) {
	setup, err := s.setup(owner)
	if err != nil {
		return common.Address{}, err
	}
	number := common.BigToHash(new(big.Int).SetUint64(salt))
	code := append(proxyCode[:len(proxyCode):len(proxyCode)], common.LeftPadBytes(s.Singleton[:], 32)...)
	return crypto.CreateAddress2(s.Factory, crypto.Keccak256Hash(crypto.Keccak256(setup), number[:]), crypto.Keccak256(code)), nil
}

// setup is the call that a new Safe gets: one owner, whose signature alone is
// enough.
func (s Safe) setup(owner common.Address) ([]byte, error) {
	none := common.Address{}
	return pack("Safe", "setup", []common.Address{owner}, big.NewInt(1), none, []byte{}, s.Handler, none, new(big.Int), none)
}

// ProxyCodeCall asks the factory for the creation code of its proxies, and
// UnpackProxyCode reads the answer.
func ProxyCodeCall() ([]byte, error) { return pack("SafeProxyFactory", "proxyCreationCode") }

// UnpackProxyCode reads the answer to ProxyCodeCall.
func UnpackProxyCode(answer []byte) ([]byte, error) {
	factory, _, err := read("SafeProxyFactory")
	if err != nil {
		return nil, err
	}
	var code []byte
	err = factory.UnpackIntoInterface(&code, "proxyCreationCode", answer)
	return code, err
}

// Types of Safe's EIP-712 messages.
var (
	safeDomain  = crypto.Keccak256([]byte("EIP712Domain(uint256 chainId,address verifyingContract)"))
	safeMessage = crypto.Keccak256([]byte("SafeMessage(bytes message)"))
)

// SafeHash is what the owner of a Safe signs so that the Safe has signed a hash.
func SafeHash(safe common.Address, chainID uint64, hash []byte) []byte {
	id := common.BigToHash(new(big.Int).SetUint64(chainID))
	domain := crypto.Keccak256(safeDomain, id[:], common.LeftPadBytes(safe[:], 32))
	return crypto.Keccak256([]byte{0x19, 0x01}, domain, crypto.Keccak256(safeMessage, crypto.Keccak256(hash)))
}

// EntryPoint is where ERC-4337's EntryPoint 0.8 stands on every chain;
// Simple7702Account obeys no other one.
var EntryPoint = common.HexToAddress("0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108")

// Deployer makes contracts at the same address everywhere, of a salt and their
// creation code; the dev world's chain has it from its first block (EIP-7997).
var Deployer = common.HexToAddress("0x4e59b44847b379578588920cA78FbF26c0B4956C")

var entryPointSalt = common.HexToHash("0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9")

// CreateEntryPoint is what the Deployer has to be sent to make the EntryPoint.
func CreateEntryPoint() ([]byte, error) {
	code, err := InitCode("EntryPoint")
	if err != nil {
		return nil, err
	}
	if at := crypto.CreateAddress2(Deployer, entryPointSalt, crypto.Keccak256(code)); at != EntryPoint {
		return nil, fmt.Errorf("this creation code's EntryPoint would be %s", at)
	}
	return append(entryPointSalt.Bytes(), code...), nil
}

// UserOperation is ERC-4337's PackedUserOperation.
type UserOperation struct {
	Sender             common.Address
	Nonce              *big.Int
	InitCode, CallData []byte
	AccountGasLimits   [32]byte // verification and call, 16 bytes each
	PreVerificationGas *big.Int
	GasFees            [32]byte // tip and cap, 16 bytes each
	PaymasterAndData   []byte
	Signature          []byte
}

// Call is one that an account makes for a user operation.
type Call struct {
	Target common.Address
	Value  *big.Int
	Data   []byte
}

// NewOperation is a user operation of an EIP-7702 account that pays for itself.
// It is complete but for its signature, over OperationHash.
func NewOperation(account common.Address, calls []Call) (UserOperation, error) {
	data, err := pack("Simple7702Account", "executeBatch", calls)
	pair := func(high, low int64) (both [32]byte) {
		big.NewInt(high).FillBytes(both[:16])
		big.NewInt(low).FillBytes(both[16:])
		return both
	}
	return UserOperation{
		Sender: account, Nonce: new(big.Int), CallData: data, AccountGasLimits: pair(200_000, 1_000_000),
		PreVerificationGas: big.NewInt(100_000), GasFees: pair(1, 2_000_000_000),
	}, err
}

// OperationHashCall asks the EntryPoint for an operation's hash; the answer is
// that.
func OperationHashCall(op UserOperation) ([]byte, error) {
	return pack("EntryPoint", "getUserOpHash", op)
}

// HandleOperation is the call by which a bundler has the EntryPoint execute an
// operation.
func HandleOperation(op UserOperation, bundler common.Address) ([]byte, error) {
	return pack("EntryPoint", "handleOps", []UserOperation{op}, bundler)
}

func pack(contract, method string, args ...any) ([]byte, error) {
	of, _, err := read(contract)
	if err != nil {
		return nil, err
	}
	return of.Pack(method, args...)
}
