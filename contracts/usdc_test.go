package contracts_test

import (
	"crypto/ecdsa"
	"encoding/hex"
	"math/big"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"stakegate/contracts/bindings"
)

var usdc = bindings.NewUSDC()

// signTyped signs an EIP-712 message of the token's domain with go-ethereum's
// own encoder: r, s and v of 27 or 28.
func signTyped(t *testing.T, key *ecdsa.PrivateKey, chainID int64, kind string, fields []apitypes.Type, message map[string]any) []byte {
	t.Helper()
	hash, _, err := apitypes.TypedDataAndHash(apitypes.TypedData{
		Types: apitypes.Types{
			"EIP712Domain": {{Name: "name", Type: "string"}, {Name: "version", Type: "string"},
				{Name: "chainId", Type: "uint256"}, {Name: "verifyingContract", Type: "address"}},
			kind: fields,
		},
		PrimaryType: kind,
		Domain: apitypes.TypedDataDomain{Name: "USD Coin", Version: "2",
			ChainId: math.NewHexOrDecimal256(chainID), VerifyingContract: usdcAt.Hex()},
		Message: message,
	})
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(hash, key)
	if err != nil {
		t.Fatal(err)
	}
	sig[64] += 27
	return sig
}

// authorization is the message of transferWithAuthorization.
type authorization struct {
	from, to             common.Address
	value, after, before int64
	nonce                common.Hash
}

func (a authorization) sign(t *testing.T, key *ecdsa.PrivateKey, chainID int64, kind string) []byte {
	t.Helper()
	return signTyped(t, key, chainID, kind, []apitypes.Type{
		{Name: "from", Type: "address"}, {Name: "to", Type: "address"}, {Name: "value", Type: "uint256"},
		{Name: "validAfter", Type: "uint256"}, {Name: "validBefore", Type: "uint256"}, {Name: "nonce", Type: "bytes32"},
	}, map[string]any{
		"from": a.from.Hex(), "to": a.to.Hex(), "value": strconv.FormatInt(a.value, 10),
		"validAfter": strconv.FormatInt(a.after, 10), "validBefore": strconv.FormatInt(a.before, 10), "nonce": a.nonce.Hex(),
	})
}

func (a authorization) transfer(sig []byte) []byte {
	return usdc.PackTransferWithAuthorizationBytes(a.from, a.to, big.NewInt(a.value), big.NewInt(a.after), big.NewInt(a.before), a.nonce, sig)
}

func (a authorization) receive(sig []byte) []byte {
	return usdc.PackReceiveWithAuthorizationBytes(a.from, a.to, big.NewInt(a.value), big.NewInt(a.after), big.NewInt(a.before), a.nonce, sig)
}

func split(sig []byte) (v uint8, r, s [32]byte) {
	return sig[64], [32]byte(sig[:32]), [32]byte(sig[32:64])
}

// chainID is the one of the tests' EVM.
const chainID = 1

// payerOf gives the world an account with a key and 100 USDC.
func payerOf(t *testing.T, w *world) (*ecdsa.PrivateKey, authorization) {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	from := crypto.PubkeyToAddress(key.PublicKey)
	w.give(usdcAt, from, big.NewInt(100e6))
	return key, authorization{from: from, to: bob, value: 5e6, after: startOfTime - 1, before: startOfTime + 60,
		nonce: crypto.Keccak256Hash([]byte(t.Name()))}
}

func TestAnybodyCanCarryASignedTransferOnce(t *testing.T) {
	w := newWorld(t)
	key, a := payerOf(t, w)
	sig := a.sign(t, key, chainID, "TransferWithAuthorization")
	w.send(alice, usdcAt, a.transfer(sig))
	w.equal("bob's USDC", w.balance(usdcAt, bob), big.NewInt(5e6))
	if !read(w, usdcAt, usdc.PackAuthorizationState(a.from, a.nonce), usdc.UnpackAuthorizationState) {
		t.Error("authorizationState of a used nonce is false")
	}
	w.refused("FiatTokenV2: authorization is used or canceled", alice, usdcAt, a.transfer(sig))

	a.nonce[0]++
	v, r, s := split(a.sign(t, key, chainID, "TransferWithAuthorization"))
	w.send(alice, usdcAt, usdc.PackTransferWithAuthorization(a.from, a.to, big.NewInt(a.value),
		big.NewInt(a.after), big.NewInt(a.before), a.nonce, v, r, s))
	w.equal("bob's USDC", w.balance(usdcAt, bob), big.NewInt(10e6))
}

func TestASignedTransferHasItsTime(t *testing.T) {
	w := newWorld(t)
	key, a := payerOf(t, w)
	early := a
	early.after = startOfTime // must be before now
	w.refused("FiatTokenV2: authorization is not yet valid", alice, usdcAt,
		early.transfer(early.sign(t, key, chainID, "TransferWithAuthorization")))
	w.sleep(60)
	w.refused("FiatTokenV2: authorization is expired", alice, usdcAt,
		a.transfer(a.sign(t, key, chainID, "TransferWithAuthorization")))
}

func TestForgedTransfersAreRefused(t *testing.T) {
	w := newWorld(t)
	key, a := payerOf(t, w)
	stranger, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	sig := a.sign(t, key, chainID, "TransferWithAuthorization")
	highS := append([]byte{}, sig...)
	new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(sig[32:64])).FillBytes(highS[32:64])
	highS[64] = 27 + 28 - highS[64]
	for name, forged := range map[string][]byte{
		"another signer":  a.sign(t, stranger, chainID, "TransferWithAuthorization"),
		"another chain":   a.sign(t, key, chainID+1, "TransferWithAuthorization"),
		"another purpose": a.sign(t, key, chainID, "ReceiveWithAuthorization"),
		"high s":          highS,
		"too short":       sig[:64],
		"too long":        append(append([]byte{}, sig...), 0),
		"empty":           nil,
		"v of 0 or 1":     append(append([]byte{}, sig[:64]...), sig[64]-27),
	} {
		w.refused("FiatTokenV2: invalid signature", alice, usdcAt, a.transfer(forged))
		if w.balance(usdcAt, bob).Sign() != 0 {
			t.Fatalf("%s moved money", name)
		}
	}
	more := a
	more.value++
	w.refused("FiatTokenV2: invalid signature", alice, usdcAt, more.transfer(sig))
	nobody := authorization{to: bob, after: a.after, before: a.before}
	w.refused("FiatTokenV2: invalid signature", alice, usdcAt, nobody.transfer(make([]byte, 65)))
	a.value = 101e6
	w.refused("ERC20: transfer amount exceeds balance", alice, usdcAt,
		a.transfer(a.sign(t, key, chainID, "TransferWithAuthorization")))
}

func TestOnlyThePayeeReceivesWithAuthorization(t *testing.T) {
	w := newWorld(t)
	key, a := payerOf(t, w)
	sig := a.sign(t, key, chainID, "ReceiveWithAuthorization")
	w.refused("FiatTokenV2: caller must be the payee", alice, usdcAt, a.receive(sig))
	v, r, s := split(sig)
	w.send(bob, usdcAt, usdc.PackReceiveWithAuthorization(a.from, a.to, big.NewInt(a.value),
		big.NewInt(a.after), big.NewInt(a.before), a.nonce, v, r, s))
	w.equal("bob's USDC", w.balance(usdcAt, bob), big.NewInt(5e6))
	w.refused("FiatTokenV2: authorization is used or canceled", bob, usdcAt, a.receive(sig))
}

func TestACanceledAuthorizationIsSpent(t *testing.T) {
	w := newWorld(t)
	key, a := payerOf(t, w)
	cancel := signTyped(t, key, chainID, "CancelAuthorization",
		[]apitypes.Type{{Name: "authorizer", Type: "address"}, {Name: "nonce", Type: "bytes32"}},
		map[string]any{"authorizer": a.from.Hex(), "nonce": a.nonce.Hex()})
	sig := a.sign(t, key, chainID, "TransferWithAuthorization")
	w.refused("FiatTokenV2: invalid signature", alice, usdcAt, usdc.PackCancelAuthorizationBytes(a.from, a.nonce, sig))
	v, r, s := split(cancel)
	w.send(alice, usdcAt, usdc.PackCancelAuthorization(a.from, a.nonce, v, r, s))
	w.refused("FiatTokenV2: authorization is used or canceled", alice, usdcAt, a.transfer(sig))
	w.refused("FiatTokenV2: authorization is used or canceled", alice, usdcAt, usdc.PackCancelAuthorizationBytes(a.from, a.nonce, cancel))
}

func TestPermitApprovesOnce(t *testing.T) {
	w := newWorld(t)
	key, a := payerOf(t, w)
	sig := signTyped(t, key, chainID, "Permit", []apitypes.Type{{Name: "owner", Type: "address"},
		{Name: "spender", Type: "address"}, {Name: "value", Type: "uint256"}, {Name: "nonce", Type: "uint256"},
		{Name: "deadline", Type: "uint256"}},
		map[string]any{"owner": a.from.Hex(), "spender": bob.Hex(), "value": "7", "nonce": "0",
			"deadline": strconv.Itoa(startOfTime)})
	v, r, s := split(sig)
	permit := usdc.PackPermit(a.from, bob, big.NewInt(7), big.NewInt(startOfTime), v, r, s)
	w.send(alice, usdcAt, permit)
	w.refused("EIP2612: invalid signature", alice, usdcAt, permit)
	w.send(bob, usdcAt, usdc.PackTransferFrom(a.from, bob, big.NewInt(7)))
	w.refused("ERC20: transfer amount exceeds allowance", bob, usdcAt, usdc.PackTransferFrom(a.from, bob, big.NewInt(1)))
	w.sleep(1)
	w.refused("FiatTokenV2: permit is expired", alice, usdcAt, permit)
}

// yes is the runtime code of a wallet that finds every signature valid (the
// ERC-1271 magic value), no of one that answers zero.
const (
	yes = "631626ba7e60e01b5f5260205ff3"
	no  = "60205ff3"
)

func TestAContractWalletIsAskedByERC1271(t *testing.T) {
	w := newWorld(t)
	for code, want := range map[string]string{yes: "", no: "FiatTokenV2: invalid signature"} {
		wallet := common.BytesToAddress([]byte("wallet " + code[:2]))
		w.setCode(t, wallet, code)
		w.give(usdcAt, wallet, big.NewInt(5e6))
		a := authorization{from: wallet, to: bob, value: 5e6, after: startOfTime - 1, before: startOfTime + 60}
		call := a.transfer([]byte("anything"))
		if want != "" {
			w.refused(want, alice, usdcAt, call)
			continue
		}
		w.send(alice, usdcAt, call)
	}
}

func (w *world) setCode(t *testing.T, at common.Address, code string) {
	t.Helper()
	b, err := hex.DecodeString(code)
	if err != nil {
		t.Fatal(err)
	}
	w.db.SetCode(at, b, 0)
}

func TestUSDCHasSixDecimalsAndOneMinter(t *testing.T) {
	w := newWorld(t)
	if got := read(w, usdcAt, usdc.PackDecimals(), usdc.UnpackDecimals); got != 6 {
		t.Errorf("decimals is %d", got)
	}
	w.send(owner, usdcAt, usdc.PackMint(alice, big.NewInt(1)))
	w.refused("FiatToken: caller is not a minter", alice, usdcAt, usdc.PackMint(alice, big.NewInt(1)))
	w.refused("ERC20: transfer to the zero address", alice, usdcAt, usdc.PackTransfer(common.Address{}, big.NewInt(1)))
}
