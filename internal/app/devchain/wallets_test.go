package devchain_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/contracts"
	"stakegate/contracts/bindings"
	"stakegate/internal/app/apptest"
	"stakegate/internal/signature/signaturetest"
)

// stakeFor stakes a wallet's VVV for another address.
func (w *world) stakeFor(wallet apptest.Wallet, recipient common.Address, vvv int64) {
	w.t.Helper()
	w.send(wallet, w.contracts.Staking, bindings.NewStakingV2().PackStake(recipient, apptest.Tokens(vvv)))
}

// deploy makes a contract with the world's own creation code.
func (w *world) deploy(wallet apptest.Wallet, name string, arguments ...any) common.Address {
	w.t.Helper()
	code, err := contracts.InitCode(name, arguments...)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.create(wallet, name, code)
}

func (w *world) create(wallet apptest.Wallet, name string, code []byte) common.Address {
	w.t.Helper()
	receipt := w.sendWith(wallet, &types.DynamicFeeTx{Gas: 10_000_000, Data: code})
	if receipt.ContractAddress == (common.Address{}) {
		w.t.Fatalf("%s has no address", name)
	}
	return receipt.ContractAddress
}

// mintFor asks for a key of an address with whatever the function makes of the
// token.
func (w *world) mintFor(address common.Address, sign func(token string) []byte) apptest.Answer {
	w.t.Helper()
	token := w.Token()
	return w.mintWith(address, token, sign(token))
}

func (w *world) mintWith(address common.Address, token string, signed []byte) apptest.Answer {
	w.t.Helper()
	return w.Call(http.MethodPost, "/api_keys/generate_web3_key", "", fmt.Sprintf(
		`{"address":%q,"signature":%q,"token":%q,"apiKeyType":"INFERENCE"}`, address.Hex(), hexutil.Encode(signed), token))
}

func TestContractWalletsGetAKeyAndSignIn(t *testing.T) {
	w := start(t)
	owner, stranger := w.staker(1000, 1), apptest.NewWallet(t)
	wallet := w.deploy(owner, "OwnerWallet", owner.Address)
	factory := w.deploy(owner, "OwnerWalletFactory")
	calls := bindings.NewOwnerWalletFactory()
	future := common.BigToAddress(w.read(factory, calls.PackAddressOf(owner.Address, [32]byte{7})))
	plain := func(by apptest.Wallet) func(string) []byte {
		return func(token string) []byte { return by.SignBytes(t, token) }
	}
	wrapped := func(by apptest.Wallet) func(string) []byte {
		return func(token string) []byte {
			return signaturetest.Wrap(factory, calls.PackCreate(owner.Address, [32]byte{7}), by.SignBytes(t, token))
		}
	}
	if answer := w.mintFor(wallet, plain(owner)); answer.Text("error") != "Wallet has no staked VVV on Base" {
		t.Errorf("a wallet without a stake: %s", answer)
	}
	w.stakeFor(owner, wallet, 10)
	w.stakeFor(owner, future, 10)
	for name, test := range map[string]struct {
		address common.Address
		sign    func(string) []byte
		refusal string
	}{
		"its owner's signature":       {wallet, plain(owner), ""},
		"a wallet that is not there":  {future, wrapped(owner), ""},
		"a stranger's signature":      {wallet, plain(stranger), "Wallet signature does not match"},
		"a stranger's, not there yet": {future, wrapped(stranger), "Wallet signature does not match"},
	} {
		answer, signedIn := w.mintFor(test.address, test.sign), w.signInFor(test.address, test.sign)
		if test.refusal != "" {
			wantRefusal(t, name, answer, test.refusal)
			if signedIn.Status != http.StatusBadRequest || signedIn.Text("error") != test.refusal {
				t.Errorf("%s signs in: %s", name, signedIn)
			}
			continue
		}
		if signedIn.Status != http.StatusOK {
			t.Errorf("%s does not sign in: %s", name, signedIn)
		}
		if answer.Status != http.StatusOK {
			t.Errorf("%s: %s", name, answer)
			continue
		}
		if called := w.Chat(answer.Text("data.apiKey"), "hello", ""); called.Status != http.StatusOK {
			t.Errorf("%s: its key: %s", name, called)
		}
	}
	if code, err := w.chain.Client().CodeAt(t.Context(), future, nil); err != nil || len(code) != 0 {
		t.Errorf("the check left %d bytes of code behind, %v", len(code), err)
	}
}

func wantRefusal(t *testing.T, name string, answer apptest.Answer, text string) {
	t.Helper()
	if answer.Status != http.StatusBadRequest || answer.Text("error") != text || !strings.Contains(answer.Text("code"), "SIGNATURE") {
		t.Errorf("%s: %s", name, answer)
	}
}
