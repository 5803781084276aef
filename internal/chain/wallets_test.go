package chain_test

import (
	"crypto/ecdsa"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"stakegate/contracts"
	"stakegate/contracts/bindings"
	"stakegate/internal/signature"
	"stakegate/internal/signature/signaturetest"
)

const text = "a text to sign"

// transact sends a transaction of the wallet and returns its receipt.
func (w *world) transact(inner func(nonce uint64) types.TxData) *types.Receipt {
	w.Helper()
	nonce, err := w.dev.Client().PendingNonceAt(w.Context(), w.wallet)
	if err != nil {
		w.Fatal(err)
	}
	signer := types.LatestSignerForChainID(new(big.Int).SetUint64(w.dev.ChainID()))
	tx, err := types.SignNewTx(w.key, signer, inner(nonce))
	if err != nil {
		w.Fatal(err)
	}
	if err := w.dev.Client().SendTransaction(w.Context(), tx); err != nil {
		w.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; <-time.After(5 * time.Millisecond) {
		receipt, err := w.dev.Client().TransactionReceipt(w.Context(), tx.Hash())
		switch {
		case err == nil && receipt.Status == types.ReceiptStatusSuccessful:
			return receipt
		case err == nil:
			w.Fatal("the transaction was reverted")
		case time.Now().After(deadline):
			w.Fatalf("not mined: %v", err)
		}
	}
}

func (w *world) deploy(name string, arguments ...any) common.Address {
	w.Helper()
	code, err := contracts.InitCode(name, arguments...)
	if err != nil {
		w.Fatal(err)
	}
	return w.transact(func(nonce uint64) types.TxData {
		return &types.LegacyTx{Nonce: nonce, GasPrice: big.NewInt(2_000_000_000), Gas: 3_000_000, Data: code}
	}).ContractAddress
}

func signed(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	sig, err := crypto.Sign(accounts.TextHash([]byte(text)), key)
	if err != nil {
		t.Fatal(err)
	}
	sig[64] += 27
	return sig
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Contract wallets on a real chain: those that exist, one that does not yet,
// one owner's plain signature, and a key whose account has code.
func TestContractWalletsSign(t *testing.T) {
	w := newWorld(t)
	owner, other := newKey(t), newKey(t)
	ownerAddress := crypto.PubkeyToAddress(owner.PublicKey)
	wallet := w.deploy("OwnerWallet", ownerAddress)
	factory := w.deploy("OwnerWalletFactory")
	bindingsFactory := bindings.NewOwnerWalletFactory()
	answer, err := w.dev.Client().CallContract(t.Context(), callMsg(factory, bindingsFactory.PackAddressOf(ownerAddress, [32]byte{1})), nil)
	if err != nil {
		t.Fatal(err)
	}
	future, create := common.BytesToAddress(answer), bindingsFactory.PackCreate(ownerAddress, [32]byte{1})
	always := w.deploy("HostileWallet", uint8(0))
	delegated := w.delegate(t, always)
	verifier := signature.New(signature.Config{Chain: w.client})

	good, bad := signed(t, owner), signed(t, other)
	for name, test := range map[string]struct {
		wallet common.Address
		sig    []byte
		want   error
	}{
		"its owner's signature":                      {wallet, good, nil},
		"somebody else's":                            {wallet, bad, signature.ErrMismatch},
		"none":                                       {wallet, nil, signature.ErrMismatch},
		"wrapped, although the wallet exists":        {wallet, signaturetest.Wrap(factory, create, good), nil},
		"a wallet to come":                           {future, signaturetest.Wrap(factory, create, good), nil},
		"a wallet to come, not wrapped":              {future, good, signature.ErrMismatch},
		"a wallet to come, another's signature":      {future, signaturetest.Wrap(factory, create, bad), signature.ErrMismatch},
		"a wallet to come, another factory call":     {future, signaturetest.Wrap(factory, bindingsFactory.PackCreate(ownerAddress, [32]byte{2}), good), signature.ErrMismatch},
		"a factory that makes nothing":               {future, signaturetest.Wrap(always, create, good), signature.ErrMismatch},
		"a factory without code":                     {future, signaturetest.Wrap(w.wallet, create, good), signature.ErrMismatch},
		"no factory":                                 {future, signaturetest.Wrap(common.Address{}, create, good), signature.ErrMismatch},
		"a precompile as factory":                    {future, signaturetest.Wrap(common.Address{19: 4}, create, good), signature.ErrMismatch},
		"wrapped twice":                              {future, signaturetest.Wrap(factory, create, signaturetest.Wrap(factory, create, good)), signature.ErrMismatch},
		"a plain key, wrapped":                       {ownerAddress, signaturetest.Wrap(factory, create, good), signature.ErrMismatch},
		"the suffix alone":                           {wallet, signaturetest.Suffix(), signature.ErrMismatch},
		"a pre-delegated signature":                  {wallet, append(slices.Clone(good), slices.Repeat([]byte{0x80, 0x10}, 16)...), signature.ErrUnsupported},
		"a key whose account has code":               {crypto.PubkeyToAddress(delegated.PublicKey), signed(t, delegated), nil},
		"its code, which accepts whatever it is fed": {crypto.PubkeyToAddress(delegated.PublicKey), []byte("junk"), nil},
		"a key that is not the wallet's":             {ownerAddress, bad, signature.ErrMismatch},
	} {
		if err := verifier.Verify(t.Context(), test.wallet, text, test.sig); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	strict := signature.New(signature.Config{Chain: w.client, NoCounterfactual: true})
	if err := strict.Verify(t.Context(), future, text, signaturetest.Wrap(factory, create, good)); !errors.Is(err, signature.ErrUnsupported) {
		t.Errorf("a wallet to come where it is switched off: %v", err)
	}
}

// delegate gives a fresh key's account the code of a contract (EIP-7702).
func (w *world) delegate(t *testing.T, to common.Address) *ecdsa.PrivateKey {
	t.Helper()
	key := newKey(t)
	chainID := uint256.NewInt(w.dev.ChainID())
	authorization, err := types.SignSetCode(key, types.SetCodeAuthorization{ChainID: *chainID, Address: to})
	if err != nil {
		t.Fatal(err)
	}
	w.transact(func(nonce uint64) types.TxData {
		return &types.SetCodeTx{
			ChainID: chainID, Nonce: nonce, GasTipCap: uint256.NewInt(1), GasFeeCap: uint256.NewInt(2_000_000_000), Gas: 200_000,
			To: w.wallet, AuthList: []types.SetCodeAuthorization{authorization},
		}
	})
	return key
}

// hostileAnswers are those of contracts/src/Wallets.sol but the first, which
// accepts everything: its own stake is all that it can lose.
var hostileAnswers = []string{
	"Echo", "True", "Short", "Dirty", "Long", "Nothing", "Revert", "GasBomb", "ReturnBomb", "RevertBomb", "MemoryBomb", "Write",
}

func TestHostileWalletsAreRefusedAndCostLittle(t *testing.T) {
	w := newWorld(t)
	verifier := signature.New(signature.Config{Chain: w.client})
	sig := signed(t, newKey(t))
	for i, answer := range hostileAnswers {
		wallet := w.deploy("HostileWallet", uint8(i+1))
		for _, sig := range [][]byte{sig, nil, signaturetest.Wrap(wallet, []byte("prepare"), sig)} {
			if err := verifier.Verify(t.Context(), wallet, text, sig); !errors.Is(err, signature.ErrMismatch) {
				t.Errorf("%s: %v", answer, err)
			}
		}
	}
	always := w.deploy("HostileWallet", uint8(0))
	if err := verifier.Verify(t.Context(), always, text, nil); err != nil {
		t.Errorf("a wallet that accepts everything: %v", err)
	}
}
