package signature_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"math/big"
	"testing"

	"github.com/c2sp/wycheproof"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/internal/signature"
)

type vectors struct {
	TestGroups []struct {
		PublicKey struct {
			Uncompressed string `json:"uncompressed"`
		} `json:"publicKey"`
		Tests []struct {
			ID     int    `json:"tcId"`
			Msg    string `json:"msg"`
			Sig    string `json:"sig"`
			Result string `json:"result"`
		} `json:"tests"`
	} `json:"testGroups"`
}

func readVectors(t *testing.T, name string) vectors {
	t.Helper()
	data, err := fs.ReadFile(wycheproof.TestVectors, name)
	if err != nil {
		t.Fatal(err)
	}
	var file vectors
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// accepts reports whether r||s is taken for the address with either parity.
func accepts(t *testing.T, address common.Address, message, rs []byte) bool {
	t.Helper()
	hash := sha256.Sum256(message)
	found := false
	for parity := range byte(2) {
		signer, ok := signature.RecoverSigner(hash[:], append(append([]byte{}, rs...), parity))
		if ok && signer == (common.Address{}) {
			t.Error("the zero address was recovered")
		}
		found = found || ok && signer == address
	}
	return found
}

// fromDER returns r||s of a strictly encoded signature whose numbers fit.
func fromDER(der []byte) ([]byte, bool) {
	var numbers struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &numbers)
	if err != nil || len(rest) > 0 || numbers.R.Sign() < 0 || numbers.S.Sign() < 0 ||
		numbers.R.BitLen() > 256 || numbers.S.BitLen() > 256 {
		return nil, false
	}
	if again, err := asn1.Marshal(numbers); err != nil || !bytes.Equal(again, der) {
		return nil, false
	}
	rs := make([]byte, 64)
	numbers.R.FillBytes(rs[:32])
	numbers.S.FillBytes(rs[32:])
	return rs, true
}

func signer(t *testing.T, uncompressed string) common.Address {
	t.Helper()
	public, err := crypto.UnmarshalPubkey(unhex(t, uncompressed))
	if err != nil {
		t.Fatal(err)
	}
	return crypto.PubkeyToAddress(*public)
}

// Bitcoin's rules are Ethereum's: low s only. One good vector needs a
// recovery id of 2 or 3, which Ethereum's v cannot say.
func TestWycheproofBitcoinVectors(t *testing.T) {
	n, inexpressible := 0, 0
	for _, group := range readVectors(t, "ecdsa_secp256k1_sha256_bitcoin_test.json").TestGroups {
		address := signer(t, group.PublicKey.Uncompressed)
		for _, test := range group.Tests {
			n++
			rs, ok := fromDER(unhex(t, test.Sig))
			got := ok && accepts(t, address, unhex(t, test.Msg), rs)
			if want := test.Result == "valid"; got == want {
				continue
			} else if !got && overflows(rs) {
				inexpressible++
				continue
			}
			t.Errorf("test %d is %s, but accepted is %v", test.ID, test.Result, got)
		}
	}
	if n < 463 || inexpressible != 1 {
		t.Errorf("%d vectors, %d with a recovery id of 2 or 3", n, inexpressible)
	}
}

// The same curve without the low-s rule: of each good vector with a high s we
// must refuse it, and accept its low twin.
func TestWycheproofP1363Vectors(t *testing.T) {
	n, high, inexpressible := 0, 0, 0
	for _, group := range readVectors(t, "ecdsa_secp256k1_sha256_p1363_test.json").TestGroups {
		address := signer(t, group.PublicKey.Uncompressed)
		for _, test := range group.Tests {
			n++
			rs, message := unhex(t, test.Sig), unhex(t, test.Msg)
			got := accepts(t, address, message, rs)
			if want := test.Result == "valid"; got == want {
				continue
			}
			twin, isHigh := lowTwin(rs)
			switch {
			case !got && isHigh && accepts(t, address, message, twin):
				high++
			case !got && overflows(rs):
				inexpressible++
			default:
				t.Errorf("test %d is %s, but accepted is %v", test.ID, test.Result, got)
			}
		}
	}
	if n < 252 || high == 0 || inexpressible != 2 {
		t.Errorf("%d vectors, %d with a high s, %d with a recovery id of 2 or 3", n, high, inexpressible)
	}
}

// lowTwin returns r||n-s if s is in the upper half.
func lowTwin(rs []byte) ([]byte, bool) {
	if len(rs) != 64 {
		return nil, false
	}
	n, s := crypto.S256().Params().N, new(big.Int).SetBytes(rs[32:])
	if s.Cmp(new(big.Int).Rsh(n, 1)) <= 0 || s.Cmp(n) >= 0 {
		return nil, false
	}
	twin := append([]byte{}, rs...)
	new(big.Int).Sub(n, s).FillBytes(twin[32:])
	return twin, true
}

// overflows reports whether x of the signature's point can be r + n, which is
// below the field's prime only for very small r.
func overflows(rs []byte) bool {
	if len(rs) != 64 {
		return false
	}
	limit := new(big.Int).Sub(crypto.S256().Params().P, crypto.S256().Params().N)
	return new(big.Int).SetBytes(rs[:32]).Cmp(limit) < 0
}
