package devchain_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/app/apptest"
	"stakegate/internal/signature/signaturetest"
)

// answers of contracts/src/Wallets.sol's HostileWallet, but the first, which
// accepts everything.
var answers = []string{"", "Echo", "True", "Short", "Dirty", "Long", "Nothing", "Revert", "GasBomb", "ReturnBomb", "RevertBomb", "MemoryBomb", "Write"}

// These are the bad inputs 50 to 52; package app's tests have the others. Each
// contract has a stake, and the token is good for another wallet afterwards.
func TestHostileContractsGetTheirExactAnswerAndNoKey(t *testing.T) {
	w := start(t)
	owner := w.staker(10_000, 1)
	future := common.HexToAddress("0x00000000000000000000000000000000c0ffee00")
	w.stakeFor(owner, future, 1)
	for kind, name := range answers[1:] {
		wallet := w.deploy(owner, "HostileWallet", uint8(kind+1))
		w.stakeFor(owner, wallet, 1)
		t.Run("50 51 "+name, func(t *testing.T) { w.refused(t, owner, wallet, owner.SignBytes) })
	}
	always := w.deploy(owner, "HostileWallet", uint8(0))
	for name, factory := range map[string]common.Address{"a contract": always, "no contract": owner.Address} {
		t.Run("52 a factory that makes nothing, "+name, func(t *testing.T) {
			w.refused(t, owner, future, func(t testing.TB, token string) []byte {
				return signaturetest.Wrap(factory, []byte("make"), owner.SignBytes(t, token))
			})
		})
	}
}

// refused demands that a wallet's proof is refused in time and in the exact
// words, and that the token then makes a key of the honest one.
func (w *world) refused(t *testing.T, honest apptest.Wallet, wallet common.Address, sign func(testing.TB, string) []byte) {
	t.Helper()
	token := w.Token()
	begun := time.Now()
	answer := w.mintWith(wallet, token, sign(t, token))
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
	wantRefusal(t, "a hostile contract", answer, "Wallet signature does not match")
	var body map[string]string
	if err := json.Unmarshal(answer.Body, &body); err != nil || !slices.Equal(slices.Sorted(maps.Keys(body)), []string{"code", "error", "message"}) || body["code"] != "SIGNATURE_MISMATCH" {
		t.Errorf("%v: %s", err, answer)
	}
	if h := answer.Header; h.Get("Content-Type") != "application/json; charset=utf-8" || h.Get("Cache-Control") != "no-store" || h.Get("Retry-After") != "" {
		t.Errorf("%v", h)
	}
	if again := w.mintWith(honest.Address, token, honest.SignBytes(t, token)); again.Status != http.StatusOK {
		t.Errorf("the token is not usable any more: %s", again)
	}
}
