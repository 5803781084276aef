// Package signaturetest makes signatures of contract wallets, for tests.
package signaturetest

import (
	"slices"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// Wrap is the signature of a wallet that does not exist yet (ERC-6492): the
// factory, the call of it that makes the wallet, and what the wallet says to.
func Wrap(factory common.Address, prepare, sig []byte) []byte {
	var arguments abi.Arguments
	for _, name := range []string{"address", "bytes", "bytes"} {
		kind, err := abi.NewType(name, "", nil)
		if err != nil {
			panic(err) // the names are Solidity's
		}
		arguments = append(arguments, abi.Argument{Type: kind})
	}
	packed, err := arguments.Pack(factory, prepare, sig)
	if err != nil {
		panic(err) // the values have these types
	}
	return append(packed, Suffix()...)
}

// Suffix is what marks such a signature.
func Suffix() []byte { return slices.Repeat([]byte{0x64, 0x92}, 16) }
