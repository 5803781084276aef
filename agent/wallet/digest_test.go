package wallet_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"strings"
	"testing"

	"github.com/c2sp/wycheproof"
	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"pgregory.net/rapid"

	"stakegate/agent/wallet"
)

// keeper is a KMS in this process: it answers in DER, with a high s where it is
// told to, as real ones do half of the time.
type keeper struct {
	private *ecdsa.PrivateKey
	high    bool
	pem     bool
	answer  func(der []byte) ([]byte, error) // may replace the answer
}

type algorithm struct{ Algorithm, Curve asn1.ObjectIdentifier }

type publicKeyInfo struct {
	Algorithm algorithm
	Key       asn1.BitString
}

func encodePublicKey(point []byte, curve asn1.ObjectIdentifier) ([]byte, error) {
	return asn1.Marshal(publicKeyInfo{algorithm{asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, curve},
		asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
}

var secp256k1 = asn1.ObjectIdentifier{1, 3, 132, 0, 10}

func (k keeper) PublicKey(context.Context) ([]byte, error) {
	der, err := encodePublicKey(crypto.FromECDSAPub(&k.private.PublicKey), secp256k1)
	if k.pem {
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
	}
	return der, err
}

func (k keeper) SignDigest(_ context.Context, digest [32]byte) ([]byte, error) {
	signature, err := crypto.Sign(digest[:], k.private)
	if err != nil {
		return nil, err
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:64])
	if k.high {
		s.Sub(crypto.S256().Params().N, s)
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err == nil && k.answer != nil {
		return k.answer(der)
	}
	return der, err
}

// answering says what it is told to, without the work of a signature.
type answering struct {
	keeper
	answer *[]byte
}

func (a answering) SignDigest(context.Context, [32]byte) ([]byte, error) { return *a.answer, nil }

func mustOpen(t interface {
	Helper()
	Fatal(...any)
}, k wallet.DigestSigner) *wallet.Digest {
	t.Helper()
	signer, err := wallet.OpenDigest(context.Background(), k)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestDigestSignsLikeTheKeyItself(t *testing.T) {
	chainID := big.NewInt(8453)
	rapid.Check(t, func(r *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(r, "key")
		private, err := crypto.ToECDSA(raw)
		if err != nil {
			return // not a key: 0, or above the order
		}
		key, err := wallet.ParseKey([]byte(hex.EncodeToString(raw)))
		if err != nil {
			r.Fatal(err)
		}
		signer := mustOpen(r, keeper{private: private, high: rapid.Bool().Draw(r, "high s"), pem: rapid.Bool().Draw(r, "PEM")})
		if signer.Address() != key.Address() {
			r.Fatalf("address: got %s, want %s", signer.Address(), key.Address())
		}
		// Both sign deterministically (RFC 6979), so that low-s signatures are equal.
		text := rapid.String().Draw(r, "text")
		got, err := signer.SignMessage(t.Context(), text)
		want, wantErr := key.SignMessage(t.Context(), text)
		if err != nil || wantErr != nil || string(got) != string(want) {
			r.Fatalf("message: got %x, %v, want %x", got, err, want)
		}
		tx := types.NewTx(&types.DynamicFeeTx{ChainID: chainID, Nonce: rapid.Uint64Max(1<<50).Draw(r, "nonce"), Gas: 21000,
			GasFeeCap: big.NewInt(2), GasTipCap: big.NewInt(1), To: &common.Address{1}, Data: rapid.SliceOf(rapid.Byte()).Draw(r, "data")})
		signed, err := signer.SignTx(t.Context(), tx, chainID)
		wantTx, wantErr := key.SignTx(t.Context(), tx, chainID)
		if err != nil || wantErr != nil || signed.Hash() != wantTx.Hash() {
			r.Fatalf("transaction: got %v, %v", signed, err)
		}
	})
}

func TestDigestRefusesAnswersThatAreNotItsSignature(t *testing.T) {
	private, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	order := crypto.S256().Params().N
	encode := func(r, s *big.Int) func([]byte) ([]byte, error) {
		return func([]byte) ([]byte, error) { return asn1.Marshal(struct{ R, S *big.Int }{r, s}) }
	}
	for name, answer := range map[string]func([]byte) ([]byte, error){
		"nothing":           func([]byte) ([]byte, error) { return nil, nil },
		"something behind":  func(der []byte) ([]byte, error) { return append(der, 0), nil },
		"cut off":           func(der []byte) ([]byte, error) { return der[:len(der)-1], nil },
		"raw r and s":       func([]byte) ([]byte, error) { return make([]byte, 64), nil },
		"another key's":     func([]byte) ([]byte, error) { return keeper{private: other}.SignDigest(t.Context(), [32]byte{1}) },
		"of another digest": func([]byte) ([]byte, error) { return keeper{private: private}.SignDigest(t.Context(), [32]byte{1}) },
		"r is 0":            encode(new(big.Int), big.NewInt(1)),
		"s is 0":            encode(big.NewInt(1), new(big.Int)),
		"s is negative":     encode(big.NewInt(1), big.NewInt(-1)),
		"s is the order":    encode(big.NewInt(1), order),
		"r is huge":         encode(new(big.Int).Lsh(order, 64), big.NewInt(1)),
	} {
		signature, err := mustOpen(t, keeper{private: private, answer: answer}).SignMessage(t.Context(), "text")
		if !errors.Is(err, wallet.ErrSignature) || signature != nil {
			t.Errorf("%s: got %x, %v", name, signature, err)
		}
	}
	broken := errors.New("throttled")
	signer := mustOpen(t, keeper{private: private, answer: func([]byte) ([]byte, error) { return nil, broken }})
	if _, err := signer.SignMessage(t.Context(), "text"); !errors.Is(err, broken) {
		t.Errorf("got %v, want the keeper's own error", err)
	}
	tx := types.NewTx(&types.DynamicFeeTx{ChainID: big.NewInt(8453), GasFeeCap: big.NewInt(1), GasTipCap: big.NewInt(1)})
	if _, err := mustOpen(t, keeper{private: private}).SignTx(t.Context(), tx, big.NewInt(1)); err == nil {
		t.Error("a transaction for chain 8453 was signed for chain 1")
	}
}

// badKeeper answers with any public key.
type badKeeper struct {
	keeper
	public []byte
}

func (k badKeeper) PublicKey(context.Context) ([]byte, error) { return k.public, nil }

func TestDigestRefusesKeysOfOtherCurves(t *testing.T) {
	private, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	point := crypto.FromECDSAPub(&private.PublicKey)
	encode := func(point []byte, curve ...int) []byte {
		der, err := encodePublicKey(point, curve)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	good := encode(point, 1, 3, 132, 0, 10)
	for name, test := range map[string]struct {
		public []byte
		says   string
	}{
		"nothing":          {nil, "SubjectPublicKeyInfo"},
		"something behind": {append(good[:len(good):len(good)], 0), "SubjectPublicKeyInfo"},
		"P-256":            {encode(point, 1, 2, 840, 10045, 3, 1, 7), "curve secp256k1 (AWS"},
		"no point":         {encode(make([]byte, 65), 1, 3, 132, 0, 10), "not a point"},
		"off the curve":    {encode(append(point[:64:64], point[64]^1), 1, 3, 132, 0, 10), "not a point"},
		"half a point":     {encode(point[:33], 1, 3, 132, 0, 10), "not a point"},
	} {
		if _, err := wallet.OpenDigest(t.Context(), badKeeper{public: test.public}); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
	}
	compressed := encode(crypto.CompressPubkey(&private.PublicKey), 1, 3, 132, 0, 10)
	signer, err := wallet.OpenDigest(t.Context(), badKeeper{public: compressed})
	if err != nil || signer.Address() != crypto.PubkeyToAddress(private.PublicKey) {
		t.Errorf("a compressed key: got %v, %v", signer, err)
	}
}

// TestWycheproofSignaturesInDER: a good signature becomes 65 bytes that recover
// to its key; a bad one never does.
func TestWycheproofSignaturesInDER(t *testing.T) {
	data, err := fs.ReadFile(wycheproof.TestVectors, "ecdsa_secp256k1_sha256_test.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		TestGroups []struct {
			PublicKey struct{ Uncompressed string }
			Tests     []struct {
				TcID             int
				Msg, Sig, Result string
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	unhex := func(text string) []byte {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	good, beyond := 0, 0
	for _, group := range file.TestGroups {
		public, err := crypto.UnmarshalPubkey(unhex(group.PublicKey.Uncompressed))
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range group.Tests {
			digest := sha256.Sum256(unhex(test.Msg))
			r, s, err := wallet.ParseDER(unhex(test.Sig))
			if err == nil {
				_, err = wallet.Recoverable(digest, r, s, crypto.PubkeyToAddress(*public))
			}
			switch {
			case err == nil && test.Result == "valid":
				good++
			case err == nil:
				t.Errorf("vector %d is %s and was taken", test.TcID, test.Result)
			case test.Result == "valid":
				beyond++ // the point's x is above the order: Ethereum's v cannot say that
			}
		}
	}
	if good < 100 || beyond > 2 {
		t.Errorf("%d good signatures were taken and %d refused", good, beyond)
	}
}

func FuzzDigestNeverReturnsAnothersSignature(f *testing.F) {
	private, err := crypto.ToECDSA(common.FromHex(testKey))
	if err != nil {
		f.Fatal(err)
	}
	text := "stakegate"
	der, err := keeper{private: private, high: true}.SignDigest(context.Background(), common.Hash(accounts.TextHash([]byte(text))))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add([]byte{0x30, 0x06, 2, 1, 1, 2, 1, 1})
	f.Add([]byte{0x30, 0x80, 0, 0})
	var given []byte
	signer := mustOpen(f, answering{keeper{private: private}, &given})
	f.Fuzz(func(t *testing.T, answer []byte) {
		given = answer
		signature, err := signer.SignMessage(t.Context(), text)
		if err != nil {
			return
		}
		signature[64] -= 27
		public, err := crypto.SigToPub(accounts.TextHash([]byte(text)), signature)
		if err != nil || crypto.PubkeyToAddress(*public) != signer.Address() {
			t.Fatalf("%x became a signature of somebody else", answer)
		}
	})
}
