package devchain_test

import (
	"math/big"
	"net/http"
	"testing"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"stakegate/contracts/bindings"
	"stakegate/contracts/conformance"
	"stakegate/internal/app/apptest"
	"stakegate/internal/signature/signaturetest"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// real deploys a contract of others, as its authors compiled it.
func (w *world) real(wallet apptest.Wallet, name string, arguments ...any) common.Address {
	w.t.Helper()
	return w.create(wallet, name, must(conformance.InitCode(name, arguments...)))
}

// safeSignature is what the owner of a Safe makes for it: a signature of
// Safe's message, its last byte 27 or 28, or 31 or 32 by personal_sign.
func (w *world) safeSignature(owner apptest.Wallet, safe common.Address, personally bool) func(string) []byte {
	return func(token string) []byte {
		hash := conformance.SafeHash(safe, w.chain.ChainID(), accounts.TextHash([]byte(token)))
		if personally {
			signed := owner.SignBytes(w.t, string(hash))
			signed[64] += 4
			return signed
		}
		signed := must(crypto.Sign(hash, owner.Key))
		signed[64] += 27
		return signed
	}
}

// A real Safe with one owner: its signatures have 65 bytes, which recover to
// the owner of another hash, or to nobody's address, and not to the Safe.
func TestARealSafeGetsAKeyAndOnlyByItsOwnRules(t *testing.T) {
	w := start(t)
	owner, stranger := w.staker(1000, 1), apptest.NewWallet(t)
	safe := conformance.Safe{
		Singleton: w.real(owner, "Safe"), Factory: w.real(owner, "SafeProxyFactory"), Handler: w.real(owner, "CompatibilityFallbackHandler"),
	}
	proxyCode := must(conformance.UnpackProxyCode(w.call(safe.Factory, must(conformance.ProxyCodeCall()))))
	there := must(safe.AddressOf(proxyCode, owner.Address, 1))
	later := must(safe.AddressOf(proxyCode, owner.Address, 2))
	w.send(owner, safe.Factory, must(safe.Create(owner.Address, 1)))
	w.stakeFor(owner, there, 10)
	w.stakeFor(owner, later, 10)
	wrapped := func(sign func(string) []byte) func(string) []byte {
		return func(token string) []byte {
			return signaturetest.Wrap(safe.Factory, must(safe.Create(owner.Address, 2)), sign(token))
		}
	}
	for name, test := range map[string]struct {
		address common.Address
		sign    func(string) []byte
		refused bool
	}{
		"signed":                                  {there, w.safeSignature(owner, there, false), false},
		"signed by personal_sign":                 {there, w.safeSignature(owner, there, true), false},
		"not there yet":                           {later, wrapped(w.safeSignature(owner, later, false)), false},
		"not there yet, by personal_sign":         {later, wrapped(w.safeSignature(owner, later, true)), false},
		"there, and wrapped all the same":         {there, wrapped(w.safeSignature(owner, there, false)), false},
		"the owner's signature of the text alone": {there, func(token string) []byte { return owner.SignBytes(t, token) }, true},
		"for another Safe of the owner":           {there, w.safeSignature(owner, later, false), true},
		"a stranger's":                            {there, w.safeSignature(stranger, there, false), true},
		"a stranger's, not there yet":             {later, wrapped(w.safeSignature(stranger, later, false)), true},
		"not there yet, not wrapped":              {later, w.safeSignature(owner, later, false), true},
		"none, and no message was approved":       {there, func(string) []byte { return nil }, true},
	} {
		answer := w.mintFor(test.address, test.sign)
		if test.refused {
			wantRefusal(t, name, answer, "Wallet signature does not match")
		} else if answer.Status != http.StatusOK {
			t.Errorf("%s: %s", name, answer)
		}
	}
}

// operate has the EntryPoint execute calls of a 7702 account, which signs the
// operation that another wallet brings.
func (w *world) operate(bundler, account apptest.Wallet, calls ...conformance.Call) {
	w.t.Helper()
	op := must(conformance.NewOperation(account.Address, calls))
	op.Signature = make([]byte, 65)
	hash := w.call(conformance.EntryPoint, must(conformance.OperationHashCall(op)))
	op.Signature = must(crypto.Sign(hash, account.Key))
	op.Signature[64] += 27
	w.sendWith(bundler, &types.DynamicFeeTx{
		To: &conformance.EntryPoint, Gas: 3_000_000, Data: must(conformance.HandleOperation(op, bundler.Address)),
	})
}

// A key whose account runs the real account of ERC-4337's authors stakes by a
// user operation, and signs as ever: what its code says does not matter.
func TestARealSmartAccountOfAKeyGetsAKey(t *testing.T) {
	w := start(t)
	bundler, account := w.staker(1000, 1), apptest.NewWallet(t)
	if err := w.chain.Fund(t.Context(), account.Address, apptest.Tokens(1), apptest.Tokens(100), nil); err != nil {
		t.Fatal(err)
	}
	w.deployEntryPoint(bundler)
	code := w.real(bundler, "Simple7702Account")
	chainID := uint256.NewInt(w.chain.ChainID())
	authorization := must(types.SignSetCode(account.Key, types.SetCodeAuthorization{ChainID: *chainID, Address: code}))
	w.sendWith(bundler, &types.SetCodeTx{To: bundler.Address, Gas: 200_000, AuthList: []types.SetCodeAuthorization{authorization}})
	if got, _ := types.ParseDelegation(must(w.chain.Client().CodeAt(t.Context(), account.Address, nil))); got != code {
		t.Fatalf("the account's code is %s's", got)
	}
	w.operate(bundler, account,
		conformance.Call{Target: w.contracts.VVV, Value: new(big.Int), Data: bindings.NewVVV().PackApprove(w.contracts.Staking, apptest.Tokens(100))},
		conformance.Call{Target: w.contracts.Staking, Value: new(big.Int), Data: bindings.NewStakingV2().PackStake(account.Address, apptest.Tokens(100))})
	key := w.key(account)
	if answer := w.Chat(key, "hello", ""); answer.Status != http.StatusOK {
		t.Errorf("%s", answer)
	}
	high := func(token string) []byte {
		signed := account.SignBytes(t, token)
		s := new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(signed[32:64]))
		s.FillBytes(signed[32:64])
		signed[64] = 55 - signed[64] // 27 and 28 change places
		return signed
	}
	for name, sign := range map[string]func(string) []byte{
		"another key's":                        func(token string) []byte { return bundler.SignBytes(t, token) },
		"the second spelling of the signature": high,
		"64 bytes":                             func(token string) []byte { return account.SignBytes(t, token)[:64] },
		"none":                                 func(string) []byte { return nil },
	} {
		wantRefusal(t, name, w.mintFor(account.Address, sign), "Wallet signature does not match")
	}
}

// deployEntryPoint puts the EntryPoint where it stands on every chain.
func (w *world) deployEntryPoint(payer apptest.Wallet) {
	w.t.Helper()
	w.sendWith(payer, &types.DynamicFeeTx{To: &conformance.Deployer, Gas: 8_000_000, Data: must(conformance.CreateEntryPoint())})
	if code := must(w.chain.Client().CodeAt(w.t.Context(), conformance.EntryPoint, nil)); len(code) == 0 {
		w.t.Fatal("there is no EntryPoint")
	}
}
