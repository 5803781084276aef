package agent

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// TestTransactionsOnBaseAreByteExact holds what the venice preset sends to
// vectors that viem has encoded (test/e2e/calldata.mjs); swaps are held to
// theirs in package dex.
func TestTransactionsOnBaseAreByteExact(t *testing.T) {
	text, err := os.ReadFile("testdata/calldata.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors map[string]struct{ To, Value, Data string }
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	r := &runner{Options: Options{Network: Venice("https://rpc.example.org"), Now: time.Now}}
	o := Observation{Address: common.HexToAddress("0x1111111111111111111111111111111111111111")}
	o.Contracts = r.Network.Contracts
	left := Allowance{Token: o.Contracts.VVV, Spender: o.Contracts.Staking, Amount: oneToken}
	o.Leftovers = []Allowance{left}
	ten, tenth := MustAmount("10"), MustAmount("0.1")
	steps := map[string]Step{
		"approve": {Amount: ten}, "stake": {Amount: ten}, "mint-diem": {Amount: tenth, Lock: MustAmount("9.01")}, "stake-diem": {Amount: tenth},
		"allow":   {Amount: MustAmount("201.25"), Spender: o.Contracts.UniswapV3.Router},
		"unstake": {Amount: ten}, "finish": {Amount: ten}, "claim": {}, "claim-stake": {}, "unstake-diem": {Amount: tenth}, "finish-diem": {Amount: tenth},
		"revoke": planner{Observation: o}.revokeStep(left),
	}
	found := 0
	for name, want := range vectors {
		step, is := steps[name]
		if !is {
			if !strings.Contains(name, ",") { // those are swaps
				t.Errorf("%s: no step of ours is held to it", name)
			}
			continue
		}
		found++
		step.Kind = StepKind(name)
		got, err := r.call(step, o)
		value := "0"
		if got.Value != nil {
			value = got.Value.String()
		}
		if err != nil || got.To.Hex() != want.To || value != want.Value || "0x"+hex.EncodeToString(got.Data) != want.Data {
			t.Errorf("%s: got %s %s %x, %v\nwant %s %s %s", name, got.To, value, got.Data, err, want.To, want.Value, want.Data)
		}
	}
	if found != len(steps) {
		t.Errorf("%d of %d steps have a vector", found, len(steps))
	}
}
