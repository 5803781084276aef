package agent_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"stakegate/agent"
)

func mustUp(t *testing.T, o agent.Options) agent.Result {
	t.Helper()
	result, err := agent.Up(t.Context(), o, agent.ViewFunc(func(e agent.Event) { t.Logf("%s: %s", e.Kind, e.Message) }))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func stepsOf(result agent.Result) []string {
	var steps []string
	for _, tx := range result.Transactions {
		steps = append(steps, string(tx.Step))
	}
	return steps
}

func TestUpFromEtherToAnswer(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	result := mustUp(t, o)
	if got, want := stepsOf(result), []string{"buy", "approve", "stake"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
	if got := result.Balances.Staked.String(); got != "10" {
		t.Errorf("staked: got %s, want 10", got)
	}
	if result.Key == nil || !result.Key.Created || result.Key.Type != agent.Inference || result.Proof == nil || result.Proof.Answer != "echo: hello" {
		t.Errorf("got key %+v, proof %+v", result.Key, result.Proof)
	}
	if result.Proof.Model != "echo-1" {
		t.Errorf("model: got %s, want the first that is online", result.Proof.Model)
	}
	if result.Account == nil || result.Account.Balances.DIEM != "0.1" {
		t.Errorf("account: got %+v", result.Account)
	}
	info, err := os.Stat(o.Keys.Path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: got %v, %v, want 0600", info, err)
	}
	o.Target.Stake = agent.Amount{}
	after, err := agent.Observe(t.Context(), o)
	if err != nil || !after.Allowance.IsZero() {
		t.Errorf("allowance after the run: got %s, %v, want 0", after.Allowance, err)
	}
}

func TestUpTwiceDoesNothingTwice(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	first := mustUp(t, o)
	second := mustUp(t, o)
	if len(second.Transactions) != 0 || second.Proof != nil || !second.Plan.Complete || second.Plan.Applyable {
		t.Errorf("second run: got %v, %+v, plan %+v", stepsOf(second), second.Proof, second.Plan)
	}
	if second.Key == nil || second.Key.Created || second.Key.ID != first.Key.ID || second.Key.Secret.Reveal() != first.Key.Secret.Reveal() {
		t.Errorf("second run: got key %+v, want the first one kept", second.Key)
	}
	if second.Balances.ETH.Cmp(first.Balances.ETH) != 0 || api.keyCount() != 1 || api.count("POST /chat/completions") != 1 {
		t.Errorf("second run spent: ETH %s -> %s, %d keys", first.Balances.ETH, second.Balances.ETH, api.keyCount())
	}
}

func TestUpUsesWhatTheWalletHasAlready(t *testing.T) {
	chain := devChain(t)
	o := newOptions(t, chain, newFakeAPI(t, chain))
	if err := chain.Fund(t.Context(), o.Signer.Address(), nil, tokens("4"), nil); err != nil {
		t.Fatal(err)
	}
	observed, err := agent.Observe(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if got := observed.Offer.MinOut; got.Cmp(tokens("6")) != 0 {
		t.Errorf("to buy: got %s, want 6 VVV", got)
	}
	o.Target.Stake = agent.MustAmount("4")
	if got, want := stepsOf(mustUp(t, o)), []string{"approve", "stake"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
	o.Target.Stake = agent.MustAmount("5")
	result := mustUp(t, o)
	if got, want := stepsOf(result), []string{"buy", "approve", "stake"}; !slices.Equal(got, want) || result.Balances.Staked.String() != "5" {
		t.Errorf("raised target: got %v, staked %s", got, result.Balances.Staked)
	}
}

func TestUpMintsAndStakesDIEM(t *testing.T) {
	chain := devChain(t)
	o := newOptions(t, chain, newFakeAPI(t, chain))
	o.Target.Stake, o.Target.DIEM = agent.MustAmount("1"), agent.MustAmount("0.1")
	result := mustUp(t, o)
	if got, want := stepsOf(result), []string{"buy", "approve", "stake", "mint-diem", "stake-diem"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
	if got := result.Balances.StakedDIEM.String(); got != "0.1" {
		t.Errorf("staked DIEM: got %s, want 0.1", got)
	}
	if again := mustUp(t, o); len(again.Transactions) != 0 {
		t.Errorf("second run: got %v", stepsOf(again))
	}
}

// TestUpGoesOnFromAnyInterruption cancels a run at each of its events and runs
// it again until it ends: everything is bought and staked once.
func TestUpGoesOnFromAnyInterruption(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	o.Target.DIEM = agent.MustAmount("0.1")
	var all []string
	interrupted := 0
	for stop := 0; ; stop++ {
		if stop > 100 {
			t.Fatal("the run does not end")
		}
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		result, err := agent.Up(ctx, o, agent.ViewFunc(func(e agent.Event) {
			t.Logf("%d: %s: %s", stop, e.Kind, e.Message)
			if e.Kind == agent.EventPlan {
				return
			}
			if seen++; seen == 1+stop%3 {
				cancel()
			}
		}))
		cancel()
		all = append(all, stepsOf(result)...)
		if err == nil {
			break
		}
		if interrupted++; !errors.Is(err, context.Canceled) {
			t.Fatalf("after %v: %v", all, err)
		}
	}
	if interrupted < 5 {
		t.Errorf("only %d interruptions", interrupted)
	}
	final, err := agent.Observe(t.Context(), o)
	if err != nil || !agent.NewPlan(final).Complete {
		t.Fatalf("after all: %+v, %v", agent.NewPlan(final), err)
	}
	// What was sent and what was seen may differ by the cut, the effect not:
	// one purchase leaves less VVV over than a second one would bring.
	if final.StakedDIEM.String() != "0.1" || final.Staked.Cmp(agent.MustAmount("12")) > 0 || final.VVV.Cmp(agent.MustAmount("1")) > 0 {
		t.Errorf("staked %s, VVV %s, DIEM %s, staked DIEM %s", final.Staked, final.VVV, final.DIEM, final.StakedDIEM)
	}
	if n := api.keyCount(); n < 1 || n > 2 {
		t.Errorf("%d keys were made, at most one may be orphaned", n)
	}
}

func TestUpWithoutEtherSaysWhatToSend(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	o.Target.Stake = agent.MustAmount("1000")
	o.Limits.MaxETH = agent.MustAmount("100")
	result, err := agent.Up(t.Context(), o, nil)
	var blocked *agent.BlockedError
	if !errors.As(err, &blocked) || blocked.Step.Kind != agent.StepFund || !strings.Contains(err.Error(), o.Signer.Address().Hex()) {
		t.Fatalf("got %v", err)
	}
	if len(result.Transactions) != 0 || api.keyCount() != 0 {
		t.Error("something was done on a blocked plan")
	}
}

func TestUpRespectsItsCaps(t *testing.T) {
	chain := devChain(t)
	for name, change := range map[string]func(*agent.Options){
		"cap on ETH":             func(o *agent.Options) { o.Limits.MaxETH = agent.MustAmount("0.05") },
		"cap on price impact":    func(o *agent.Options) { o.Limits.MaxImpactBPS = 1; o.Target.Stake = agent.MustAmount("100") },
		"cap on a transaction":   func(o *agent.Options) { o.Limits.MaxTxFee = agent.MustAmount("0.000000000000001") },
		"more DIEM than minted":  func(o *agent.Options) { o.Target.DIEM = agent.MustAmount("100000000") },
		"exchanges without pool": func(o *agent.Options) { o.Network.Contracts.WETH = o.Network.Contracts.DIEM },
	} {
		o := newOptions(t, chain, newFakeAPI(t, chain))
		change(&o)
		result, err := agent.Up(t.Context(), o, nil)
		if err == nil || len(result.Transactions) != 0 {
			t.Errorf("%s: got %v, %v", name, stepsOf(result), err)
		}
		t.Logf("%s: %v", name, err)
	}
}

func TestWrongNetworkIsRefusedBeforeAnythingIsSpent(t *testing.T) {
	chain := devChain(t)
	for name, change := range map[string]func(*agent.Options){
		"other chain id":           func(o *agent.Options) { o.Network.ChainID = 8453 },
		"no contract":              func(o *agent.Options) { o.Network.Contracts.Staking[0] ^= 1 },
		"token that is not VVV":    func(o *agent.Options) { o.Network.Contracts.VVV = o.Network.Contracts.USDC },
		"DIEM of another staking":  func(o *agent.Options) { o.Network.Contracts.DIEM = o.Network.Contracts.WETH },
		"Multicall3 that is not":   func(o *agent.Options) { o.Network.Contracts.Multicall3 = o.Network.Contracts.VVV },
		"node that is not there":   func(o *agent.Options) { o.Network.RPCURL = "http://127.0.0.1:1/secret-path" },
		"server that is not there": func(o *agent.Options) { o.Network.APIBase = "http://127.0.0.1:1/api/v1" },
	} {
		o := newOptions(t, chain, newFakeAPI(t, chain))
		change(&o)
		ctx := t.Context()
		if name == "server that is not there" {
			var cancel context.CancelFunc
			ctx, cancel = context.WithCancel(ctx)
			cancel()
		}
		result, err := agent.Up(ctx, o, nil)
		if err == nil || len(result.Transactions) != 0 || strings.Contains(err.Error(), "secret-path") {
			t.Errorf("%s: got %v, %v", name, stepsOf(result), err)
		}
		t.Logf("%s: %v", name, err)
	}
}

func TestForeignTokenStopsTheRunBeforeAnythingIsSpent(t *testing.T) {
	chain := devChain(t)
	api := newFakeAPI(t, chain)
	o := newOptions(t, chain, api)
	other := newFakeAPI(t, chain)
	api.fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/generate_web3_key") {
			other.serve(w, r) // a relay: another server's token
			return true
		}
		return false
	}
	result, err := agent.Up(t.Context(), o, nil)
	if !errors.Is(err, agent.ErrForeignToken) || len(result.Transactions) != 0 || api.count("POST /api_keys/generate_web3_key") != 0 {
		t.Errorf("got %v, %v", stepsOf(result), err)
	}
}
