package agent_test

import (
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/agent"
	"stakegate/agent/wallet"
	"stakegate/contracts/bindings"
	"stakegate/internal/devworld"
)

func usdc(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e6)) }

// ownWorld is a chain that a test may change as it likes, and a run of a wallet
// with no money at all.
func ownWorld(t *testing.T) (*devworld.Chain, agent.Options) {
	t.Helper()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chain.Close() })
	o := newOptions(t, chain, newFakeAPI(t, chain))
	o.Signer = newKey(t)
	o.Limits = agent.Limits{MaxETH: agent.MustAmount("1"), MaxUSDC: agent.MustAmount("3000")}
	return chain, o
}

// give sends money from the faucet.
func give(t *testing.T, chain *devworld.Chain, o agent.Options, eth, vvv string, dollars int64) {
	t.Helper()
	if err := chain.Fund(t.Context(), o.Signer.Address(), tokens(eth), tokens(vvv), usdc(dollars)); err != nil {
		t.Fatal(err)
	}
}

// mayTake is what all routers together may take of the wallet's USDC.
func mayTake(observed agent.Observation) (all agent.Amount) {
	for _, s := range observed.Spenders {
		all = all.Add(s.USDC)
	}
	return all
}

func TestEveryWayToPayEndsWithAStakedDIEMAndAKey(t *testing.T) {
	for name, c := range map[string]struct {
		eth, vvv string
		usdc     int64
		change   func(*agent.Options)
		want     []string
	}{
		"ETH only":        {"0.8", "0", 0, nil, []string{"buy", "approve", "stake", "mint-diem", "stake-diem"}},
		"USDC, gas apart": {"0.01", "0", 2500, nil, []string{"allow", "buy", "approve", "stake", "mint-diem", "stake-diem"}},
		"VVV sent in":     {"0.01", "101", 0, nil, []string{"approve", "stake", "mint-diem", "stake-diem"}},
		"VVV is waited for": {"0.01", "101", 0, func(o *agent.Options) { o.Target.Pay = agent.PayTransfer },
			[]string{"approve", "stake", "mint-diem", "stake-diem"}},
		"ETH, DIEM bought": {"0.8", "0", 0, func(o *agent.Options) { o.Target.DIEMBy = agent.DIEMBuy },
			[]string{"buy", "approve", "stake", "buy-diem", "stake-diem"}},
		"USDC, DIEM bought": {"0.01", "0", 2500, func(o *agent.Options) { o.Target.DIEMBy, o.Target.Pay = agent.DIEMBuy, agent.PayUSDC },
			[]string{"allow", "buy", "approve", "stake", "allow-diem", "buy-diem", "stake-diem"}},
		"both, and USDC is asked for": {"1", "0", 2500, func(o *agent.Options) { o.Target.Pay = agent.PayUSDC },
			[]string{"allow", "buy", "approve", "stake", "mint-diem", "stake-diem"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chain, o := ownWorld(t)
			give(t, chain, o, c.eth, c.vvv, c.usdc)
			o.Target.DIEM = agent.MustAmount("1")
			if c.change != nil {
				c.change(&o)
			}
			result := mustUp(t, o)
			if got := stepsOf(result); !slices.Equal(got, c.want) {
				t.Errorf("transactions: got %v, want %v", got, c.want)
			}
			if result.Balances.StakedDIEM.String() != "1" || result.Balances.Staked.Cmp(agent.MustAmount("10")) < 0 || result.Key == nil || result.Proof == nil {
				t.Errorf("got %+v, key %+v", result.Balances, result.Key)
			}
			o.Target = agent.Target{}
			after, err := agent.Observe(t.Context(), o)
			if err != nil || !after.Allowance.IsZero() || !mayTake(after).IsZero() {
				t.Errorf("left to take: %s VVV, %s USDC, %v", after.Allowance, mayTake(after), err)
			}
		})
	}
}

func TestDIEMIsBoughtWhereThatIsCheaperThanMinting(t *testing.T) {
	chain, o := ownWorld(t)
	give(t, chain, o, "3", "0", 0)
	o.Target.DIEM = agent.MustAmount("1")
	minted, err := agent.Observe(t.Context(), o)
	if err != nil || minted.DIEMBy != agent.DIEMMint {
		t.Fatalf("got %q, %v, want DIEM minted at the first price", minted.DIEMBy, err)
	}
	var supplies, rates [256]*big.Int
	for i := range supplies {
		supplies[i], rates[i] = tokens("500"), tokens("180") // twice the price of the first block
		supplies[i] = new(big.Int).Mul(supplies[i], big.NewInt(int64(i+1)))
	}
	sendAs(t, chain, faucetSigner(t, chain), agent.BaseContracts().Staking, bindings.NewStakingV2().PackSetDiemMintCurve(supplies, rates))
	result := mustUp(t, o)
	if got, want := stepsOf(result), []string{"buy", "approve", "stake", "buy-diem", "stake-diem"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
	// What is free to lock costs nothing: then it is minted, whatever the rate.
	if err := chain.Fund(t.Context(), o.Signer.Address(), nil, tokens("400"), nil); err != nil {
		t.Fatal(err)
	}
	o.Target.Stake, o.Target.DIEM = agent.MustAmount("400"), agent.MustAmount("2")
	if got, want := stepsOf(mustUp(t, o)), []string{"approve", "stake", "mint-diem", "stake-diem"}; !slices.Equal(got, want) {
		t.Errorf("with VVV in the wallet: got %v, want %v", got, want)
	}
}

// TestDIEMIsNotBoughtWhileNobodySaysWhatMintingCosts: it may be several times
// as dear, so that only who asks for it gets it then.
func TestDIEMIsNotBoughtWhileNobodySaysWhatMintingCosts(t *testing.T) {
	chain, o := ownWorld(t)
	give(t, chain, o, "1", "10", 0)
	o.Target.DIEM = agent.MustAmount("0.2")
	sendAs(t, chain, faucetSigner(t, chain), agent.BaseContracts().PriceFeeds.VVVUSD, bindings.NewDevWorldPriceFeed().PackSetAnswer(tokens("10"), new(big.Int)))
	result, err := agent.Up(t.Context(), o, nil)
	var blocked *agent.BlockedError
	if !errors.As(err, &blocked) || !strings.Contains(err.Error(), "off the price feeds") || !strings.Contains(err.Error(), "--diem-by buy does so anyway") || len(result.Transactions) != 0 {
		t.Fatalf("got %v and %v, want nothing done", err, stepsOf(result))
	}
	o.Target.DIEMBy = agent.DIEMBuy
	if got, want := stepsOf(mustUp(t, o)), []string{"approve", "stake", "buy-diem", "stake-diem"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
}

// TestDIEMIsBoughtWhereMintingNeedsMoreVVVThanTheMarketHas: each VVV would cost
// more than the first, and already so it would be dearer.
func TestDIEMIsBoughtWhereMintingNeedsMoreVVVThanTheMarketHas(t *testing.T) {
	chain, o := ownWorld(t)
	give(t, chain, o, "1", "0", 0)
	var supplies, rates [256]*big.Int
	for i := range supplies {
		supplies[i], rates[i] = new(big.Int).Mul(tokens("500"), big.NewInt(int64(i+1))), tokens("100000")
	}
	sendAs(t, chain, faucetSigner(t, chain), agent.BaseContracts().Staking, bindings.NewStakingV2().PackSetDiemMintCurve(supplies, rates))
	o.Target.DIEM = agent.MustAmount("0.2")
	if got, want := stepsOf(mustUp(t, o)), []string{"buy", "approve", "stake", "buy-diem", "stake-diem"}; !slices.Equal(got, want) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
}

func TestAWalletIsToldExactlyWhatToBeSent(t *testing.T) {
	chain, o := ownWorld(t)
	for name, c := range map[string]struct {
		pay   string
		usdc  int64
		kinds []agent.StepKind
		words []string
	}{
		"nothing at all":         {"", 0, []agent.StepKind{agent.StepFund}, []string{"send 0.0", " ETH to "}},
		"USDC asked for":         {agent.PayUSDC, 0, []agent.StepKind{agent.StepFund, agent.StepReceive}, []string{" ETH to ", " USDC to "}},
		"VVV asked for":          {agent.PayTransfer, 0, []agent.StepKind{agent.StepFund, agent.StepReceive}, []string{" ETH to ", "send 10 VVV to "}},
		"USDC, but none for gas": {"", 300, []agent.StepKind{agent.StepFund}, []string{" ETH to "}},
	} {
		o.Signer = newKey(t)
		give(t, chain, o, "0", "0", c.usdc)
		o.Target.Pay = c.pay
		plan, err := agent.MakePlan(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []agent.StepKind
		for _, step := range plan.Steps {
			if step.Blocked == "" {
				continue
			}
			if at := len(kinds); at >= len(c.words) || !strings.Contains(step.Blocked, c.words[at]) && !strings.Contains(step.Blocked, c.words[len(c.words)-1]) {
				t.Errorf("%s: got %s", name, step.Blocked)
			}
			kinds = append(kinds, step.Kind)
		}
		if !slices.Equal(kinds, c.kinds) {
			t.Errorf("%s: blocked by %v, want %v", name, kinds, c.kinds)
		}
		if c.usdc > 0 && (!plan.ETH.IsZero() || plan.USDC.IsZero()) {
			t.Errorf("%s: pays %s ETH and %s USDC, want USDC and gas only", name, plan.ETH, plan.USDC)
		}
	}
}

func TestUSDCHasACapOfItsOwn(t *testing.T) {
	chain, o := ownWorld(t)
	give(t, chain, o, "0.1", "0", 3000)
	o.Target.Pay, o.Limits.MaxUSDC = agent.PayUSDC, agent.MustAmount("150")
	result, err := agent.Up(t.Context(), o, nil)
	var blocked *agent.BlockedError
	if !errors.As(err, &blocked) || blocked.Step.Kind != agent.StepBuy || !strings.Contains(err.Error(), "its cap is 150") || len(result.Transactions) != 0 {
		t.Errorf("got %v, %v", err, stepsOf(result))
	}
}

// TestAnAllowanceOfAnEarlierRunIsUsedUp: the run was interrupted after it let
// an exchange take USDC.
func TestAnAllowanceOfAnEarlierRunIsUsedUp(t *testing.T) {
	chain, o := ownWorld(t)
	give(t, chain, o, "0.1", "0", 1000)
	o.Target.Pay = agent.PayUSDC
	plan, err := agent.MakePlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var router common.Address
	for _, step := range plan.Steps {
		if step.Kind == agent.StepAllow {
			router = step.Spender
			units := new(big.Int).Quo(step.Amount.Int(), big.NewInt(1e12))
			sendAs(t, chain, o.Signer, agent.BaseContracts().USDC, bindings.NewUSDC().PackApprove(router, units))
		}
	}
	if got, want := stepsOf(mustUp(t, o)), []string{"buy", "approve", "stake"}; !slices.Equal(got, want) || router == (common.Address{}) {
		t.Errorf("transactions: got %v, want %v", got, want)
	}
	o.Target = agent.Target{}
	if after, err := agent.Observe(t.Context(), o); err != nil || !mayTake(after).IsZero() {
		t.Errorf("the exchange may still take %s USDC, %v", mayTake(after), err)
	}
}

// TestMarketsThatAreNotRightEndTheRunBeforeItSpends changes the market under a
// wallet with enough money, and looks that it keeps all of it.
func TestMarketsThatAreNotRightEndTheRunBeforeItSpends(t *testing.T) {
	aerodrome, feed := bindings.NewAerodromePoolFactory(), bindings.NewDevWorldPriceFeed()
	c := agent.BaseContracts()
	for name, test := range map[string]struct {
		change func(*testing.T, *devworld.Chain, *agent.Options)
		words  string
	}{
		"all pools paused or missing": {func(t *testing.T, chain *devworld.Chain, o *agent.Options) {
			sendAs(t, chain, faucetSigner(t, chain), c.Aerodrome.Factory, aerodrome.PackSetPauseState(true))
			o.Network.Contracts.UniswapV3.Factory, o.Network.Contracts.Slipstream = common.Address{}, agent.Contracts{}.Slipstream
		}, "Aerodrome is paused"},
		"no pool at all": {func(_ *testing.T, _ *devworld.Chain, o *agent.Options) {
			o.Network.Contracts.Aerodrome.Factory, o.Network.Contracts.UniswapV3.Factory = common.Address{}, common.Address{}
			o.Network.Contracts.Slipstream = agent.Contracts{}.Slipstream
		}, "there is no pool"},
		"more than the market has": {func(_ *testing.T, _ *devworld.Chain, o *agent.Options) {
			o.Target.Stake, o.Limits.MaxETH = agent.MustAmount("200000"), agent.MustAmount("100000")
		}, "the pool is thin"},
		"the feed disagrees": {func(t *testing.T, chain *devworld.Chain, _ *agent.Options) {
			sendAs(t, chain, faucetSigner(t, chain), c.PriceFeeds.VVVUSD, feed.PackSetAnswer(tokens("10"), new(big.Int)))
		}, "off the price feeds'"},
		"every pool was moved by a sandwich": {func(t *testing.T, chain *devworld.Chain, _ *agent.Options) {
			sandwich(t, chain)
		}, "somebody has moved it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chain, o := ownWorld(t)
			give(t, chain, o, "1", "0", 1000)
			test.change(t, chain, &o)
			result, err := agent.Up(t.Context(), o, nil)
			var blocked *agent.BlockedError
			if !errors.As(err, &blocked) || blocked.Step.Kind != agent.StepBuy || !strings.Contains(err.Error(), test.words) {
				t.Errorf("got %v, want %q", err, test.words)
			}
			if len(result.Transactions) != 0 || result.Balances.ETH.String() != "1" || result.Balances.USDC.String() != "1000" || result.Key != nil {
				t.Errorf("it did %v and has %+v", stepsOf(result), result.Balances)
			}
		})
	}
}

// sandwich buys VVV in each of its pools, until all prices are far off.
func sandwich(t *testing.T, chain *devworld.Chain) {
	t.Helper()
	c := agent.BaseContracts()
	key := faucetSigner(t, chain)
	deadline := new(big.Int).SetUint64(chain.Head().Time + 3600)
	me := chain.FaucetAddress()
	payAs(t, chain, key, c.Aerodrome.Router, tokens("160"), bindings.NewAerodromeRouter().PackSwapExactETHForTokens(new(big.Int),
		[]bindings.AerodromeRouterRoute{{From: c.WETH, To: c.VVV, Factory: c.Aerodrome.Factory}}, me, deadline))
	payAs(t, chain, key, c.UniswapV3.Router, tokens("3"), bindings.NewSwapRouter02().PackExactInputSingle(bindings.SwapRouter02ExactInputSingleParams{
		TokenIn: c.WETH, TokenOut: c.VVV, Fee: big.NewInt(10_000), Recipient: me, AmountIn: tokens("3"), AmountOutMinimum: new(big.Int), SqrtPriceLimitX96: new(big.Int)}))
	payAs(t, chain, key, c.Slipstream[0].Router, tokens("3"), bindings.NewSlipstreamRouter().PackExactInputSingle(bindings.SlipstreamRouterExactInputSingleParams{
		TokenIn: c.WETH, TokenOut: c.VVV, TickSpacing: big.NewInt(2000), Recipient: me, Deadline: deadline, AmountIn: tokens("3"), AmountOutMinimum: new(big.Int), SqrtPriceLimitX96: new(big.Int)}))
	sendAs(t, chain, key, c.USDC, bindings.NewUSDC().PackApprove(c.UniswapV3.Router, usdc(40_000)))
	sendAs(t, chain, key, c.UniswapV3.Router, bindings.NewSwapRouter02().PackExactInputSingle(bindings.SwapRouter02ExactInputSingleParams{
		TokenIn: c.USDC, TokenOut: c.VVV, Fee: big.NewInt(3000), Recipient: me, AmountIn: usdc(40_000), AmountOutMinimum: new(big.Int), SqrtPriceLimitX96: new(big.Int)}))
}

func newKey(t *testing.T) *wallet.Key {
	t.Helper()
	key, err := wallet.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func faucetSigner(t *testing.T, chain *devworld.Chain) wallet.Signer {
	t.Helper()
	key, err := wallet.ParseKey([]byte(hex.EncodeToString(crypto.FromECDSA(chain.FaucetKey()))))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sendAs(t *testing.T, chain *devworld.Chain, signer wallet.Signer, to common.Address, data []byte) {
	t.Helper()
	payAs(t, chain, signer, to, new(big.Int), data)
}

// payAs sends a transaction that must succeed.
func payAs(t *testing.T, chain *devworld.Chain, signer wallet.Signer, to common.Address, wei *big.Int, data []byte) {
	t.Helper()
	id := new(big.Int).SetUint64(chain.ChainID())
	auth := &bind.TransactOpts{From: signer.Address(), Value: wei, Context: t.Context(), Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
		return signer.SignTx(t.Context(), tx, id)
	}}
	tx, err := bind.NewBoundContract(to, abi.ABI{}, chain.Client(), chain.Client(), chain.Client()).RawTransact(auth, data)
	if err != nil {
		t.Fatal(err)
	}
	if receipt, err := bind.WaitMined(t.Context(), chain.Client(), tx.Hash()); err != nil || receipt.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("transaction to %s: %v, %v", to, receipt, err)
	}
}
