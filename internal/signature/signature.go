// Package signature answers one question: did this address sign this text?
//
// Addresses and signatures arrive as text from strangers and are parsed
// strictly here, because the usual helpers are forgiving: go-ethereum's
// HexToAddress turns garbage into the zero address, and its recovery takes the
// second, "high s" form of every signature.
package signature

import (
	"context"
	"encoding/hex"
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// MaxLength is the most bytes a signature may have. An ECDSA signature has 65;
// those of contract wallets can be much longer.
const MaxLength = 8 << 10

const ecdsaLength = 65 // r, s, v

// Errors a caller can match. ErrAddress and ErrMismatch are worded as Venice's
// API answers them; ErrEncoding completes "signature ...".
var (
	ErrAddress  = errors.New("Invalid wallet address")
	ErrEncoding = errors.New("must be hexadecimal with an even number of digits, of at most 8192 bytes")
	ErrMismatch = errors.New("Wallet signature does not match")
)

// ParseAddress reads "0x" and 40 hexadecimal digits. If their case is mixed it
// must be the checksum of EIP-55. The zero address and those up to 0xffff,
// where precompiled contracts live, belong to nobody and are refused. Every
// error is ErrAddress.
func ParseAddress(text string) (common.Address, error) {
	if len(text) != 2+2*common.AddressLength || text[:2] != "0x" {
		return common.Address{}, ErrAddress
	}
	digits := text[2:]
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return common.Address{}, ErrAddress
	}
	address := common.Address(raw)
	oneCase := digits == strings.ToLower(digits) || digits == strings.ToUpper(digits)
	if !oneCase && address.Hex() != text {
		return common.Address{}, ErrAddress
	}
	if isReserved(address) {
		return common.Address{}, ErrAddress
	}
	return address, nil
}

// isReserved reports whether only the last two bytes of an address are not 0.
func isReserved(address common.Address) bool {
	return [common.AddressLength - 2]byte(address[:common.AddressLength-2]) == [common.AddressLength - 2]byte{}
}

// ParseSignature reads hexadecimal text with or without "0x". It accepts any
// length up to MaxLength, also none: what a good length is depends on the
// wallet. Every error is ErrEncoding.
func ParseSignature(text string) ([]byte, error) {
	digits := strings.TrimPrefix(text, "0x")
	if len(digits) > 2*MaxLength {
		return nil, ErrEncoding
	}
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return nil, ErrEncoding
	}
	return raw, nil
}

// Verifier verifies signatures of personal_sign (EIP-191 version 0x45). The
// zero value knows wallets that are a key (EOA, also delegated ones of
// EIP-7702: their key keeps its full power); New makes one that also asks
// contract wallets (ERC-1271), those that do not exist yet included (ERC-6492).
type Verifier struct {
	config Config
	turns  chan struct{} // one element for each check that runs
}

// Verify returns nil if the address signed exactly this text. Otherwise the
// error is ErrMismatch, or wraps ErrUnsupported or ErrUnavailable, or is the
// context's if that came first.
//
// The key's own signature is tried first and needs no chain: r, s, v in 65
// bytes with v of 0, 1, 27 or 28 and a low s (EIP-2), so that there is one form
// of each. If it is somebody else's, or no such signature, the address may
// still be a contract that accepts it, as a Safe with one owner does.
func (v *Verifier) Verify(ctx context.Context, address common.Address, text string, sig []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if isReserved(address) {
		return ErrMismatch
	}
	hash := textHash(text)
	if signer, ok := recoverSigner(hash, sig); ok && signer == address {
		return nil
	}
	if v.config.Chain == nil {
		return ErrMismatch
	}
	return v.ask(ctx, address, hash, sig)
}

// textHash is the hash that personal_sign signs. The length is in bytes.
func textHash(text string) []byte {
	return crypto.Keccak256([]byte("\x19Ethereum Signed Message:\n"+strconv.Itoa(len(text))), []byte(text))
}

// recoverSigner returns the address whose key made the signature, never the
// zero address.
func recoverSigner(hash, sig []byte) (common.Address, bool) {
	if len(sig) != ecdsaLength {
		return common.Address{}, false
	}
	parity := sig[ecdsaLength-1]
	if parity >= 27 {
		parity -= 27
	}
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:64])
	const lowS = true // the "homestead" rule
	if parity > 1 || !crypto.ValidateSignatureValues(parity, r, s, lowS) {
		return common.Address{}, false
	}
	normal := append(append(make([]byte, 0, ecdsaLength), sig[:64]...), parity)
	public, err := crypto.SigToPub(hash, normal)
	if err != nil {
		return common.Address{}, false
	}
	signer := crypto.PubkeyToAddress(*public)
	return signer, signer != common.Address{}
}
