package devchain_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"stakegate/contracts/bindings"
	"stakegate/internal/app/apptest"
	"stakegate/internal/signature/signaturetest"
)

// Whatever kind of wallet can make a key can end all of its keys, and nobody
// else can.
func TestEveryKindOfWalletEndsItsKeys(t *testing.T) {
	w := start(t)
	owner, stranger, delegated := w.staker(1000, 1), apptest.NewWallet(t), w.staker(10, 1)
	deployed := w.deploy(owner, "OwnerWallet", owner.Address)
	factory, calls := w.deploy(owner, "OwnerWalletFactory"), bindings.NewOwnerWalletFactory()
	future := common.BigToAddress(w.read(factory, calls.PackAddressOf(owner.Address, [32]byte{7})))
	w.stakeFor(owner, deployed, 10)
	w.stakeFor(owner, future, 10)
	authorization := must(types.SignSetCode(delegated.Key, types.SetCodeAuthorization{
		ChainID: *uint256.NewInt(w.chain.ChainID()), Address: w.deploy(owner, "HostileWallet", uint8(3)), Nonce: 2,
	}))
	w.sendWith(owner, &types.SetCodeTx{To: owner.Address, Gas: 200_000, AuthList: []types.SetCodeAuthorization{authorization}})
	if code := must(w.chain.Client().CodeAt(t.Context(), delegated.Address, nil)); len(code) != 23 {
		t.Fatalf("the delegated account has %d bytes of code", len(code))
	}
	plain := func(signer apptest.Wallet) func(string) []byte {
		return func(text string) []byte { return signer.SignBytes(t, text) }
	}
	wrapped := func(signer apptest.Wallet) func(string) []byte {
		return func(text string) []byte {
			return signaturetest.Wrap(factory, calls.PackCreate(owner.Address, [32]byte{7}), signer.SignBytes(t, text))
		}
	}
	for name, test := range map[string]struct {
		address       common.Address
		sign, foreign func(string) []byte
	}{
		"a key of its own":           {owner.Address, plain(owner), plain(stranger)},
		"a key with code (EIP-7702)": {delegated.Address, plain(delegated), plain(owner)},
		"a contract (ERC-1271)":      {deployed, plain(owner), plain(stranger)},
		"not there yet (ERC-6492)":   {future, wrapped(owner), wrapped(stranger)},
	} {
		key := w.mintFor(test.address, test.sign).Text("data.apiKey")
		text := w.Call(http.MethodGet, "/api_keys/revoke_all?address="+test.address.Hex(), "", "").Text("data.message")
		post := func(sign func(string) []byte) apptest.Answer {
			return w.Call(http.MethodPost, "/api_keys/revoke_all", "", fmt.Sprintf(
				`{"address":%q,"signature":%q,"message":%q}`, test.address.Hex(), hexutil.Encode(sign(text)), text))
		}
		wantRefusal(t, name, post(test.foreign), "Wallet signature does not match")
		if answer := w.Call(http.MethodGet, "/billing/balance", key, ""); answer.Status != http.StatusOK {
			t.Errorf("%s: before: %s", name, answer)
		}
		if answer := post(test.sign); answer.Status != http.StatusOK || answer.Text("data.revoked") != "1" {
			t.Errorf("%s: %s", name, answer)
		}
		if answer := w.Call(http.MethodGet, "/billing/balance", key, ""); answer.Status != http.StatusUnauthorized {
			t.Errorf("%s: afterwards: %s", name, answer)
		}
	}
}
