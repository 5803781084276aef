package signature

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// Chain runs code without leaving a trace.
type Chain interface {
	// Simulate runs creation code with an eth_call that has no recipient, at a
	// sealed block, with at most this much gas, and returns what the code
	// returned: nothing if it failed by itself (reverted, ran out of gas or
	// took too long while the node answers other questions). An error says
	// that no node could be asked, which is nobody's verdict.
	Simulate(ctx context.Context, code []byte, gas uint64) ([]byte, error)
}

// ErrUnavailable is wrapped by Verify's error when the chain could not be asked
// about a contract wallet. The signature may be good: try again later.
var ErrUnavailable = errors.New("Could not verify wallet signature")

// ErrUnsupported is wrapped by Verify's error for a kind of signature that is
// not known here.
var ErrUnsupported = errors.New("Wallet signature is of an unsupported kind")

// Config says how contract wallets are asked. The zero value knows keys only.
type Config struct {
	// Chain asks contract wallets; nil: there are none.
	Chain Chain
	// NoCounterfactual refuses wallets that do not exist yet (ERC-6492), whose
	// proof runs code of the caller's choice in the simulation.
	NoCounterfactual bool
	// Admit, if set, has to admit a question before a contract is asked; done is
	// called when it is answered. Its error is Verify's.
	Admit func(ctx context.Context) (done func(), err error)
	// Gas bounds one check; default 10,000,000.
	Gas uint64
	// Timeout bounds one check, waiting for its turn included; default 4 s.
	Timeout time.Duration
	// Concurrent is how many checks run at once; default 32.
	Concurrent int
}

const (
	defaultGas        = 10_000_000
	defaultTimeout    = 4 * time.Second
	defaultConcurrent = 32
)

// New makes a verifier that also asks contract wallets.
func New(config Config) *Verifier {
	if config.Gas == 0 {
		config.Gas = defaultGas
	}
	if config.Timeout == 0 {
		config.Timeout = defaultTimeout
	}
	if config.Concurrent == 0 {
		config.Concurrent = defaultConcurrent
	}
	return &Verifier{config: config, turns: make(chan struct{}, config.Concurrent)}
}

// Signatures of these standards end with 32 bytes that no other kind ends with.
var (
	counterfactualSuffix = bytes.Repeat([]byte{0x64, 0x92}, 16) // ERC-6492
	predelegatedSuffix   = bytes.Repeat([]byte{0x80, 0x10}, 16) // ERC-8010, a draft
)

// proof is a contract wallet's signature, and how the wallet is made if it does
// not exist.
type proof struct {
	factory   common.Address // zero: the wallet exists
	prepare   []byte
	signature []byte
}

var wrapping = abi.Arguments{{Type: abiType("address")}, {Type: abiType("bytes")}, {Type: abiType("bytes")}}

func abiType(name string) abi.Type {
	t, err := abi.NewType(name, "", nil)
	if err != nil {
		panic(err) // the names are constants of this file
	}
	return t
}

// unwrap reads a signature of a contract wallet: as it is, or wrapped by
// ERC-6492 as abi.encode(factory, prepare, signature) and the suffix. It
// returns ErrUnsupported or ErrMismatch.
func unwrap(sig []byte) (proof, error) {
	if bytes.HasSuffix(sig, predelegatedSuffix) {
		return proof{}, fmt.Errorf("%w (ERC-8010)", ErrUnsupported)
	}
	wrapped, isWrapped := bytes.CutSuffix(sig, counterfactualSuffix)
	if !isWrapped {
		return proof{signature: sig}, nil
	}
	values, err := wrapping.Unpack(wrapped)
	if err != nil || len(values) != len(wrapping) {
		return proof{}, ErrMismatch
	}
	p := proof{factory: values[0].(common.Address), prepare: values[1].([]byte), signature: values[2].([]byte)}
	// A second wrapping would have one signature mean two things.
	if isReserved(p.factory) || bytes.HasSuffix(p.signature, counterfactualSuffix) {
		return proof{}, ErrMismatch
	}
	return p, nil
}

var (
	validator     = bindings.NewSignatureValidator()
	validatorCode = sync.OnceValue(func() []byte {
		code, err := hex.DecodeString(bindings.SignatureValidatorMetaData.Bin[2:])
		if err != nil {
			panic(err) // it is generated
		}
		return code
	})
)

// ask asks the wallet itself.
func (v *Verifier) ask(ctx context.Context, address common.Address, hash, sig []byte) error {
	p, err := unwrap(sig)
	if err != nil {
		return err
	}
	if p.factory != (common.Address{}) && v.config.NoCounterfactual {
		return fmt.Errorf("%w (ERC-6492: this server wants wallets that exist)", ErrUnsupported)
	}
	if v.config.Admit != nil {
		done, err := v.config.Admit(ctx)
		if err != nil {
			return err
		}
		defer done()
	}
	waiting, cancel := context.WithTimeout(ctx, v.config.Timeout)
	defer cancel()
	select {
	case v.turns <- struct{}{}:
		defer func() { <-v.turns }()
	case <-waiting.Done():
		return unavailable(ctx, errors.New("too many checks at once"))
	}
	question := validator.PackConstructor(address, [32]byte(hash), p.signature, p.factory, p.prepare)
	answer, err := v.config.Chain.Simulate(waiting, append(bytes.Clone(validatorCode()), question...), v.config.Gas)
	switch {
	case err != nil:
		return unavailable(ctx, err)
	case len(answer) == 1 && answer[0] == 1:
		return nil
	}
	return ErrMismatch
}

// unavailable is ErrUnavailable, or the caller's own context's error.
func unavailable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
