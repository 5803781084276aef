package signature_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"pgregory.net/rapid"

	"stakegate/internal/signature"
)

const checksummed = "0x52908400098527886E0F7030069857D2E4169EE7"

// A signature made by ethers 6 with the key 0x4c08...2318 (published in the
// documentation of web3.js): signMessage("Some data").
const (
	foreignAddress   = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"
	foreignText      = "Some data"
	foreignSignature = "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c"
)

func TestAddresses(t *testing.T) {
	for _, text := range []string{
		checksummed, strings.ToLower(checksummed), "0x" + strings.ToUpper(checksummed[2:]),
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xde709f2102306220921060314715629080e2fb77",
		"0x1111111111111111111111111111111111111111", "0x0000000000000000000000000000000000010000",
	} {
		got, err := signature.ParseAddress(text)
		if err != nil || got != common.HexToAddress(text) {
			t.Errorf("%s: got %s, %v", text, got, err)
		}
	}
	for name, text := range map[string]string{
		"empty":             "",
		"only the prefix":   "0x",
		"no prefix":         checksummed[2:],
		"no prefix, 42":     checksummed[2:] + "00",
		"capital prefix":    "0X" + strings.ToLower(checksummed[2:]),
		"39 digits":         checksummed[:41],
		"41 digits":         checksummed + "0",
		"not hexadecimal":   strings.Replace(strings.ToLower(checksummed), "5", "g", 1),
		"wrong checksum":    strings.Replace(checksummed, "E", "e", 1),
		"all but one small": strings.ToLower(checksummed[:20]) + checksummed[20:],
		"newline after":     checksummed + "\n",
		"newline for digit": checksummed[:41] + "\n",
		"space before":      " " + checksummed[:41],
		"fullwidth digits":  "0x" + strings.Repeat("１", 40),
		"fullwidth, 42 B":   "0x" + strings.Repeat("１", 13) + "1",
		"ENS name":          "vitalik.eth",
		"ICAP":              "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS",
		"zero":              "0x0000000000000000000000000000000000000000",
		"precompile":        "0x0000000000000000000000000000000000000004",
		"highest reserved":  "0x000000000000000000000000000000000000ffff",
		"garbage":           "0xZZ9F000000000000000000000000000000000000",
		"sign":              "0x+f908400098527886e0f7030069857d2e4169ee7",
		"two prefixes":      "0x0x908400098527886e0f7030069857d2e4169ee7",
		"long":              "0x" + strings.Repeat("a", 1<<20),
	} {
		if got, err := signature.ParseAddress(text); !errors.Is(err, signature.ErrAddress) {
			t.Errorf("%s: got %s, %v; want ErrAddress", name, got, err)
		}
	}
}

func TestSignatureEncodings(t *testing.T) {
	for text, want := range map[string]int{"": 0, "0x": 0, "00": 1, "0xAbCd": 2, "0x" + strings.Repeat("ff", 8192): 8192} {
		got, err := signature.ParseSignature(text)
		if err != nil || len(got) != want {
			t.Errorf("%.20q: got %d bytes, %v; want %d", text, len(got), err, want)
		}
	}
	for _, text := range []string{"0", "0x0", "0X00", "0xgg", "0x00 ", "0x00\n", " 00", "0x0x00", "é", "0x" + strings.Repeat("ff", 8193), strings.Repeat("ff", 8193), strings.Repeat("f", 16<<20)} {
		if _, err := signature.ParseSignature(text); !errors.Is(err, signature.ErrEncoding) {
			t.Errorf("%.20q: got %v, want ErrEncoding", text, err)
		}
	}
}

func verify(address common.Address, text string, sig []byte) error {
	var verifier signature.Verifier
	return verifier.Verify(context.Background(), address, text, sig)
}

func TestSignatureOfAnotherLibraryVerifies(t *testing.T) {
	address, err := signature.ParseAddress(foreignAddress)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signature.ParseSignature(foreignSignature)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(address, foreignText, sig); err != nil {
		t.Error(err)
	}
	if err := verify(address, foreignText+" ", sig); !errors.Is(err, signature.ErrMismatch) {
		t.Errorf("other text: got %v", err)
	}
}

func newKey(t testing.TB) (*ecdsa.PrivateKey, common.Address) {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return key, crypto.PubkeyToAddress(key.PublicKey)
}

func signText(t testing.TB, key *ecdsa.PrivateKey, text string) []byte {
	t.Helper()
	sig, err := crypto.Sign(accounts.TextHash([]byte(text)), key)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// It happened elsewhere: OpenZeppelin 5707; Hunter 7.2.2; CVE-2025-30204.
func TestHostileSignaturesDoNotMatch(t *testing.T) {
	key, address := newKey(t)
	otherKey, other := newKey(t)
	const text = "a.b.c"
	sig := signText(t, key, text)
	withV := func(v byte) []byte { return append(append([]byte{}, sig[:64]...), v) }
	n := crypto.S256().Params().N
	highS := append([]byte{}, sig...)
	new(big.Int).Sub(n, new(big.Int).SetBytes(sig[32:64])).FillBytes(highS[32:64])
	highS[64] ^= 1
	if twin, err := crypto.SigToPub(accounts.TextHash([]byte(text)), highS); err != nil || crypto.PubkeyToAddress(*twin) != address {
		t.Fatal("the high-s twin is not one, so it would prove nothing")
	}
	compact := append([]byte{}, sig[:64]...)
	compact[32] |= sig[64] << 7
	rPlusN := append([]byte{}, sig...)
	new(big.Int).Mod(new(big.Int).Add(n, new(big.Int).SetBytes(sig[:32])), new(big.Int).Lsh(big.NewInt(1), 256)).FillBytes(rPlusN[:32])
	hashed, err := crypto.Sign(crypto.Keccak256([]byte(text)), key)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		address common.Address
		text    string
		sig     []byte
	}{
		"other text":             {address, text + "\n", sig},
		"other wallet's address": {other, text, sig},
		"other wallet's key":     {address, text, signText(t, otherKey, text)},
		"hash without prefix":    {address, text, hashed},
		"high-s twin":            {address, text, highS},
		"r + n":                  {address, text, rPlusN},
		"wrong parity":           {address, text, withV(sig[64] ^ 1)},
		"v = 2":                  {address, text, withV(2)},
		"v = 26":                 {address, text, withV(26)},
		"v = 29":                 {address, text, withV(29)},
		"v = 31 (eth_sign)":      {address, text, withV(31 + sig[64])},
		"v = 37 (EIP-155)":       {address, text, withV(37 + sig[64])},
		"v = 255":                {address, text, withV(255)},
		"64 bytes (EIP-2098)":    {address, text, compact},
		"66 bytes":               {address, text, append(withV(sig[64]), 0)},
		"empty":                  {address, text, nil},
		"1 byte":                 {address, text, []byte{1}},
		"31 bytes":               {address, text, make([]byte, 31)},
		"zero bytes":             {address, text, make([]byte, 65)},
		"zero address, zeros":    {common.Address{}, text, make([]byte, 65)},
		"zero address, junk":     {common.Address{}, text, withV(99)},
		"precompile":             {common.Address{19: 4}, text, sig},
		"r = 0":                  {address, text, append(make([]byte, 32), sig[32:]...)},
		"s = 0":                  {address, text, append(append(append([]byte{}, sig[:32]...), make([]byte, 32)...), sig[64])},
		"8 KiB":                  {address, text, make([]byte, signature.MaxLength)},
	} {
		if err := verify(c.address, c.text, c.sig); !errors.Is(err, signature.ErrMismatch) {
			t.Errorf("%s: got %v, want ErrMismatch", name, err)
		}
	}
}

// Any key, any text: its signature is good with v as 0/1 and as 27/28, and
// verifying does not change it.
func TestOwnSignaturesVerify(t *testing.T) {
	key, address := newKey(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		sig := signText(t, key, text)
		for range 2 {
			before := hex.EncodeToString(sig)
			if err := verify(address, text, sig); err != nil {
				rt.Fatalf("%q with v = %d: %v", text, sig[64], err)
			}
			if hex.EncodeToString(sig) != before {
				rt.Fatal("the signature was changed")
			}
			sig[64] += 27
		}
	})
}

func TestVerifyStopsWithItsContext(t *testing.T) {
	key, address := newKey(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var verifier signature.Verifier
	if err := verifier.Verify(ctx, address, "a", signText(t, key, "a")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add(checksummed)
	f.Add(strings.ToLower(checksummed))
	f.Add("0x0000000000000000000000000000000000000001")
	shape := regexp.MustCompile(`\A0x[0-9a-fA-F]{40}\z`)
	f.Fuzz(func(t *testing.T, text string) {
		address, err := signature.ParseAddress(text)
		if err != nil {
			return
		}
		if !shape.MatchString(text) || !strings.EqualFold(address.Hex(), text) || address.Big().BitLen() <= 16 {
			t.Fatalf("%q was accepted as %s", text, address)
		}
	})
}

func FuzzParseSignature(f *testing.F) {
	f.Add("0x00")
	f.Add("abcdef")
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := signature.ParseSignature(text)
		if err == nil && !strings.EqualFold(hex.EncodeToString(raw), strings.TrimPrefix(text, "0x")) {
			t.Fatalf("%q was read as %x", text, raw)
		}
	})
}

// No signature but the wallet's own, in its two spellings of v, is accepted.
func FuzzVerify(f *testing.F) {
	address := common.HexToAddress(foreignAddress)
	good := common.FromHex(foreignSignature)
	f.Add(good)
	f.Add(good[:64])
	f.Add(append(append([]byte{}, good[:64]...), 1))
	f.Fuzz(func(t *testing.T, sig []byte) {
		err := verify(address, foreignText, sig)
		isGood := len(sig) == 65 && string(sig[:64]) == string(good[:64]) && (sig[64] == good[64] || sig[64] == good[64]-27)
		if (err == nil) != isGood {
			t.Fatalf("%x: %v", sig, err)
		}
	})
}
