package wallet

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// signatureMagic is ERC-1271's answer to a good signature, with nothing behind
// it.
var signatureMagic = common.HexToHash("0x1626ba7e00000000000000000000000000000000000000000000000000000000")

var (
	ownedABI = mustABI(`[
		{"type":"function","name":"owner","stateMutability":"view","inputs":[],"outputs":[{"type":"address"}]},
		{"type":"function","name":"execute","stateMutability":"payable","inputs":[{"name":"to","type":"address"},
			{"name":"value","type":"uint256"},{"name":"data","type":"bytes"}],"outputs":[{"type":"bytes"}]},
		{"type":"function","name":"isValidSignature","stateMutability":"view","inputs":[{"name":"hash","type":"bytes32"},
			{"name":"signature","type":"bytes"}],"outputs":[{"type":"bytes4"}]}]`)
	safeABI = mustABI(`[
		{"type":"function","name":"VERSION","stateMutability":"view","inputs":[],"outputs":[{"type":"string"}]},
		{"type":"function","name":"getThreshold","stateMutability":"view","inputs":[],"outputs":[{"type":"uint256"}]},
		{"type":"function","name":"isOwner","stateMutability":"view","inputs":[{"name":"owner","type":"address"}],"outputs":[{"type":"bool"}]},
		{"type":"function","name":"execTransaction","stateMutability":"payable","inputs":[{"name":"to","type":"address"},
			{"name":"value","type":"uint256"},{"name":"data","type":"bytes"},{"name":"operation","type":"uint8"},
			{"name":"safeTxGas","type":"uint256"},{"name":"baseGas","type":"uint256"},{"name":"gasPrice","type":"uint256"},
			{"name":"gasToken","type":"address"},{"name":"refundReceiver","type":"address"},{"name":"signatures","type":"bytes"}],
			"outputs":[{"type":"bool"}]}]`)
)

// mustABI is for the descriptions above only.
func mustABI(text string) abi.ABI {
	parsed, err := abi.JSON(strings.NewReader(text))
	if err != nil {
		panic(err)
	}
	return parsed
}

// safeVersions are those whose messages are bound to the chain and the Safe
// in the way that messageHash does it.
var safeVersions = []string{"1.3.0", "1.4.1", "1.5.0"}

// safe is a Safe that one key may act for.
type safe struct {
	owner   Signer
	address common.Address
	chainID uint64
}

// openSafe recognises a Safe; false says that the contract is none.
func (a *contractAccount) openSafe(ctx context.Context, chainID uint64) (bool, error) {
	version, err := a.askText(ctx, "VERSION")
	if err != nil || version == "" {
		return false, err
	}
	threshold, err := a.askWord(ctx, "getThreshold")
	if errors.Is(err, ErrAccount) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	if !slices.Contains(safeVersions, strings.TrimSuffix(version, "+L2")) {
		return true, fmt.Errorf("%w: %s is a Safe of version %q, known are %s", ErrAccount, a.address, version, strings.Join(safeVersions, ", "))
	}
	owner, err := a.askWord(ctx, "isOwner", a.owner.Address())
	if err != nil {
		return true, err
	}
	one := common.BigToHash(big.NewInt(1))
	switch {
	case owner != one:
		return true, fmt.Errorf("%w: %s is no owner of the Safe %s", ErrAccount, a.owner.Address(), a.address)
	case threshold != one:
		return true, fmt.Errorf("%w: the Safe %s needs the signatures of %s owners, one key cannot act for it", ErrAccount, a.address, threshold.Big())
	}
	a.kind = safe{a.owner, a.address, chainID}
	return true, nil
}

// askText asks for a string; "" where the contract answers with none.
func (a *contractAccount) askText(ctx context.Context, method string) (text string, err error) {
	data, err := safeABI.Pack(method)
	if err != nil {
		return "", err
	}
	answer, err := a.ask(ctx, data)
	if err != nil || safeABI.UnpackIntoInterface(&text, method, answer) != nil {
		return "", err
	}
	return text, nil
}

// askWord asks the Safe for one word; a Safe that does not answer gives none.
func (a *contractAccount) askWord(ctx context.Context, method string, args ...any) (common.Hash, error) {
	data, err := safeABI.Pack(method, args...)
	if err != nil {
		return common.Hash{}, err
	}
	answer, err := a.ask(ctx, data)
	if err == nil && len(answer) != 32 {
		err = fmt.Errorf("%w: %s does not answer like a Safe", ErrAccount, a.address)
	}
	return common.BytesToHash(answer), err
}

// execute is execTransaction with the signature that says "the sender is an
// owner" (its number 1, Safe's pre-validated signature): the transaction itself
// is the consent, no hash has to be signed blindly, and no nonce of the Safe can
// go stale. It has no gas refund, and a call that fails reverts all.
func (s safe) execute(to common.Address, value *big.Int, data []byte) ([]byte, error) {
	none, zero := common.Address{}, new(big.Int)
	consent := make([]byte, 65)
	copy(consent[12:32], s.owner.Address().Bytes())
	consent[64] = 1
	const call = uint8(0) // not a delegatecall
	return safeABI.Pack("execTransaction", to, value, data, call, zero, zero, zero, none, none, consent)
}

// Types of Safe's EIP-712 messages.
var (
	safeDomainType  = crypto.Keccak256([]byte("EIP712Domain(uint256 chainId,address verifyingContract)"))
	safeMessageType = crypto.Keccak256([]byte("SafeMessage(bytes message)"))
)

// messageHash is what the owner signs so that the Safe has signed the text.
func (s safe) messageHash(text string) []byte {
	id := common.BigToHash(new(big.Int).SetUint64(s.chainID))
	domain := crypto.Keccak256(safeDomainType, id[:], common.LeftPadBytes(s.address[:], 32))
	message := crypto.Keccak256(safeMessageType, crypto.Keccak256(accounts.TextHash([]byte(text))))
	return crypto.Keccak256([]byte{0x19, 0x01}, domain, message)
}

// sign is the owner's personal_sign of the Safe's message hash; a last byte
// above 30 tells the Safe that it is one. The hash is made here, of a text that
// was checked: it is never somebody else's 32 bytes.
func (s safe) sign(ctx context.Context, text string) ([]byte, error) {
	signature, err := s.owner.SignMessage(ctx, string(s.messageHash(text)))
	if err != nil {
		return nil, err
	}
	if len(signature) != crypto.SignatureLength {
		return nil, fmt.Errorf("%w: the owner of the Safe %s does not sign like a key", ErrAccount, s.address)
	}
	signature[crypto.RecoveryIDOffset] += 4
	return signature, nil
}

func (s safe) overhead() uint64 { return 100_000 }
