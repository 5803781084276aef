// Package wallet holds the key that an agent signs with.
//
// A [Signer] signs two things: plain text (personal_sign) and transactions.
// [Key] is the one that lives in this process; others (a remote signer, a KMS)
// can implement the same three methods. A Key's secret never appears in
// anything that prints, logs or encodes it.
//
//	key, created, err := wallet.OpenOrCreate(wallet.Files{Keystore: "/home/me/.local/state/stakegate/wallet.json"})
package wallet

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/agent/internal/secretfile"
)

// Signer is a wallet. Implementations MUST be safe for concurrent use and MUST
// NOT put key material into errors.
type Signer interface {
	// Address is the account that the signatures are for.
	Address() common.Address
	// SignMessage signs the text's UTF-8 bytes as personal_sign does (EIP-191
	// version 0x45). For a plain key the result is 65 bytes, r, s and v of 27
	// or 28, with a low s.
	SignMessage(ctx context.Context, text string) ([]byte, error)
	// SignTx signs the transaction for the chain.
	SignTx(ctx context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error)
}

// ErrKeyText is returned for text that is not a secp256k1 private key.
var ErrKeyText = errors.New("not a private key: want 64 hex digits, with or without 0x")

const maxKeyFile = 256 // bytes; 66 are enough, the rest is for white space

// Key is a private key in memory. The zero Key cannot sign; make one with
// Generate, ParseKey, ReadKey, ReadKeyFile or OpenOrCreate.
type Key struct {
	private *ecdsa.PrivateKey
	address common.Address
}

var _ Signer = (*Key)(nil)

// Generate makes a new random key.
func Generate() (*Key, error) {
	private, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("generating a key: %w", err)
	}
	return newKey(private), nil
}

// ParseKey reads 64 hex digits, with or without 0x and surrounding white
// space. Anything else, and numbers outside the curve's order, give ErrKeyText.
func ParseKey(text []byte) (*Key, error) {
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("0x"))
	raw := make([]byte, 32)
	defer clear(raw)
	if len(text) != 64 {
		return nil, ErrKeyText
	}
	if _, err := hex.Decode(raw, text); err != nil {
		return nil, ErrKeyText
	}
	private, err := crypto.ToECDSA(raw)
	if err != nil {
		return nil, ErrKeyText
	}
	return newKey(private), nil
}

// ReadKey reads a raw hex key from a pipe or file descriptor, to its end.
func ReadKey(r io.Reader) (*Key, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	defer clear(text)
	if err != nil {
		return nil, fmt.Errorf("reading the private key: %w", err)
	}
	if len(text) > maxKeyFile {
		return nil, ErrKeyText
	}
	return ParseKey(text)
}

// ReadKeyFile reads a raw hex key from a file that only its owner can read.
func ReadKeyFile(path string) (*Key, error) {
	text, err := secretfile.Read(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(text)
	key, err := ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return key, nil
}

func newKey(private *ecdsa.PrivateKey) *Key {
	return &Key{private: private, address: crypto.PubkeyToAddress(private.PublicKey)}
}

// Address is the account of the key.
func (k *Key) Address() common.Address { return k.address }

// SignMessage signs text as personal_sign does; v is 27 or 28.
func (k *Key) SignMessage(_ context.Context, text string) ([]byte, error) {
	signature, err := crypto.Sign(accounts.TextHash([]byte(text)), k.private)
	if err != nil {
		return nil, errors.New("signing the message: the key does not sign")
	}
	signature[crypto.RecoveryIDOffset] += 27 // wallets and verifiers count from 27
	return signature, nil
}

// SignTx signs the transaction for the chain.
func (k *Key) SignTx(_ context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	signed, err := types.SignTx(tx, types.LatestSignerForChainID(chainID), k.private)
	if err != nil {
		return nil, fmt.Errorf("signing the transaction: %w", err)
	}
	return signed, nil
}

// HideIn tells a redactor the key's text, so that it never passes. It is for
// redactors alone: who implements Hide is given the key.
func (k *Key) HideIn(redactor interface{ Hide(secret string) }) {
	redactor.Hide(hex.EncodeToString(crypto.FromECDSA(k.private)))
}

// String names the account and hides the key.
func (k *Key) String() string { return "key of " + k.address.Hex() + " [redacted]" }

// Format hides the key under every verb, %#v and %x included.
func (k *Key) Format(state fmt.State, _ rune) { io.WriteString(state, k.String()) }

// LogValue hides the key in structured logs.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText hides the key in JSON and text encodings.
func (k *Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
