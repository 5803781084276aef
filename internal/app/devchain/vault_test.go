package devchain_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/contracts/bindings"
	"stakegate/internal/app"
	"stakegate/internal/app/apptest"
	"stakegate/internal/devworld"
	"stakegate/internal/money"
)

// vaultCode creates a vault of EIP-4626 as far as it is read: who has so many
// VVV has so many shares, and each is worth two of its asset.
func vaultCode(vvv common.Address) []byte {
	forward := program.New().
		Op(vm.CALLDATASIZE).Push(0).Push(0).Op(vm.CALLDATACOPY).
		Push(32).Push(0).Op(vm.CALLDATASIZE).Push(0).Push(vvv.Bytes()).Op(vm.GAS, vm.STATICCALL, vm.POP).
		Return(0, 32).Bytes()
	worth := program.New().Op(vm.JUMPDEST).Push(4).Op(vm.CALLDATALOAD).Push(1).Op(vm.SHL).Push(0).Op(vm.MSTORE).Return(0, 32).Bytes()
	asset := program.New().Op(vm.JUMPDEST).Push(vvv.Bytes()).Push(0).Op(vm.MSTORE).Return(0, 32).Bytes()
	head := func(worthAt, assetAt int) []byte {
		return program.New().Push(0).Op(vm.CALLDATALOAD).Push(0xe0).Op(vm.SHR).
			Op(vm.DUP1).Push(0x07a2d13a).Op(vm.EQ).Push(worthAt).Op(vm.JUMPI). // convertToAssets(uint256)
			Push(0x38d52e0f).Op(vm.EQ).Push(assetAt).Op(vm.JUMPI).Bytes()      // asset()
	}
	worthAt := len(head(0xff, 0xff)) + len(forward)
	runtime := slices.Concat(head(worthAt, worthAt+len(worth)), forward, worth, asset)
	return program.New().ReturnViaCodeCopy(runtime).Bytes()
}

// What a vault's shares were worth when the day began is an allocation, of which
// that much can be spent.
func TestAVaultsSharesAreAnAllocation(t *testing.T) {
	maker := apptest.NewWallet(t)
	vault := crypto.CreateAddress(maker.Address, 0) // its first contract's
	w := startWith(t, func(c *app.Config) {
		c.Stake.Allocation = []app.AdapterConfig{{Adapter: "erc4626", Contract: vault.Hex(), Rate: "0.000001"}}
	})
	if err := w.chain.Fund(t.Context(), maker.Address, apptest.Tokens(1), nil, nil); err != nil {
		t.Fatal(err)
	}
	if made := w.create(maker, "the vault", vaultCode(devworld.BaseContracts().VVV)); made != vault {
		t.Fatalf("the vault is at %s", made)
	}
	owner := w.staker(2000, 1)
	wallet := w.staker(501, 1)
	key := w.key(wallet)
	w.nextDay(key)
	const worth = 2 * 500 * money.Unit / 1_000_000
	if got := w.allocation(key); got != worth {
		t.Errorf("500 shares of two tokens earn %s, want %s", got, worth)
	}
	answer := w.Chat(key, "hello", `"max_tokens":2`)
	if answer.Status != http.StatusOK || answer.Charge() <= 0 || answer.Charge() > worth {
		t.Errorf("a call: %s", answer)
	}
	// More shares count from the next day on.
	w.send(owner, w.contracts.VVV, bindings.NewVVV().PackTransfer(wallet.Address, apptest.Tokens(500)))
	w.nextDay(key)
	if got := w.allocation(key); got != 2*worth {
		t.Errorf("1,000 shares earn %s, want %s", got, 2*worth)
	}
}
