package apptest

import (
	"crypto/ecdsa"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// Wallet is a random key.
type Wallet struct {
	Key     *ecdsa.PrivateKey
	Address common.Address
}

// NewWallet makes a wallet that owns nothing.
func NewWallet(t testing.TB) Wallet {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return Wallet{key, crypto.PubkeyToAddress(key.PublicKey)}
}

// SignBytes is personal_sign: 65 bytes, the last one 27 or 28.
func (w Wallet) SignBytes(t testing.TB, text string) []byte {
	t.Helper()
	signed, err := crypto.Sign(accounts.TextHash([]byte(text)), w.Key)
	if err != nil {
		t.Fatal(err)
	}
	signed[64] += 27
	return signed
}

// Sign is SignBytes in hexadecimal.
func (w Wallet) Sign(t testing.TB, text string) string {
	t.Helper()
	return hexutil.Encode(w.SignBytes(t, text))
}
