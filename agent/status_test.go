package agent_test

import (
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"stakegate/agent"
	"stakegate/contracts/bindings"
)

func TestStatusTellsWorkingKeysFromRefusedAndUnknown(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	mustUp(t, o)
	for name, c := range map[string]struct {
		fault   http.HandlerFunc
		works   bool
		problem bool
		account bool
	}{
		"working":             {nil, true, false, true},
		"balance not shown":   {answering(401, "", "Authentication failed"), true, false, false},
		"server without mind": {answering(503, "", "Try later"), false, true, false},
	} {
		api.mu.Lock()
		api.fault = func(w http.ResponseWriter, r *http.Request) bool {
			balance, limits := r.URL.Path == "/api/v1/billing/balance", r.URL.Path == "/api/v1/api_keys/rate_limits"
			if c.fault == nil || !balance && (!limits || c.works) {
				return false
			}
			c.fault(w, r)
			return true
		}
		api.mu.Unlock()
		report, err := agent.Status(t.Context(), o)
		if err != nil || len(report.Keys) != 1 || report.Balances.Staked.String() != "10" {
			t.Fatalf("%s: got %+v, %v", name, report, err)
		}
		if key := report.Keys[0]; key.Works != c.works || (key.Problem != "") != c.problem || (report.Account != nil) != c.account {
			t.Errorf("%s: got %+v, account %+v", name, key, report.Account)
		}
	}
	api.mu.Lock()
	api.fault = nil
	clear(api.keys)
	api.mu.Unlock()
	if report, err := agent.Status(t.Context(), o); err != nil || report.Keys[0].Works || report.Keys[0].Problem != "" {
		t.Errorf("revoked: got %+v, %v", report, err)
	}
}

func TestStatusTellsOfWithdrawals(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	mustUp(t, o)
	if report, err := agent.Status(t.Context(), o); err != nil || len(report.CoolDowns) != 0 {
		t.Fatalf("got %+v, %v", report.CoolDowns, err)
	}
	client, key := chain.Client(), o.Signer
	nonce, err := client.NonceAt(t.Context(), key.Address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := key.SignTx(t.Context(), types.NewTx(&types.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(chain.ChainID()), Nonce: nonce, Gas: 300_000, GasFeeCap: big.NewInt(1e10), GasTipCap: big.NewInt(1e9),
		To: &o.Network.Contracts.Staking, Data: bindings.NewStakingV2().PackInitiateUnstake(tokens("4")),
	}), new(big.Int).SetUint64(chain.ChainID()))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		report, err := agent.Status(t.Context(), o)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("got %+v, %v", report.CoolDowns, err)
		}
		if len(report.CoolDowns) == 0 {
			continue
		}
		c := report.CoolDowns[0]
		if c.Token != "VVV" || c.Amount.String() != "4" || c.Over || c.EndsAt.Sub(time.Now()) < 6*24*time.Hour || report.Balances.Staked.String() != "6" {
			t.Errorf("got %+v", c)
		}
		return
	}
}
