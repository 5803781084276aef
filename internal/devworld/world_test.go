package devworld_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"stakegate/contracts"
	"stakegate/internal/devworld"
)

var world = devworld.BaseContracts()

func tokens(n, decimals int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil))
}

// view calls a compiled contract's method and returns its answers.
func view(t *testing.T, chain *devworld.Chain, name string, to common.Address, method string, args ...any) []any {
	t.Helper()
	artifact, err := contracts.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	input, err := artifact.ABI.Pack(method, args...)
	if err != nil {
		t.Fatal(err)
	}
	output, err := chain.Client().CallContract(t.Context(), ethereum.CallMsg{To: &to, Data: input}, nil)
	if err != nil {
		t.Fatal(name, method, err)
	}
	values, err := artifact.ABI.Unpack(method, output)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func amount(t *testing.T, chain *devworld.Chain, name string, to common.Address, method string, args ...any) *big.Int {
	t.Helper()
	n, ok := view(t, chain, name, to, method, args...)[0].(*big.Int)
	if !ok {
		t.Fatal(method, "is not a number")
	}
	return n
}

// between checks low <= n <= high, in whole tokens.
func between(t *testing.T, what string, n *big.Int, low, high *big.Int) {
	t.Helper()
	if n.Cmp(low) < 0 || n.Cmp(high) > 0 {
		t.Errorf("%s is %v, want %v to %v", what, n, low, high)
	}
}

func TestContractsStandAtTheirBaseAddressesInTheFirstBlock(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	for name, at := range map[string]common.Address{
		"vvv": world.VVV, "staking": world.Staking, "diem": world.DIEM, "weth": world.WETH, "usdc": world.USDC,
		"multicall3": world.Multicall3, "aerodrome router": world.Aerodrome.Router, "aerodrome factory": world.Aerodrome.Factory,
		"v3 factory": world.UniswapV3.Factory, "v3 router": world.UniswapV3.Router, "v3 quoter": world.UniswapV3.Quoter,
		"slipstream factory": world.Slipstream[0].Factory, "slipstream router": world.Slipstream[0].Router,
		"slipstream quoter": world.Slipstream[0].Quoter, "feed of ETH": world.PriceFeeds.ETHUSD, "feed of VVV": world.PriceFeeds.VVVUSD,
	} {
		code, err := chain.Client().CodeAt(t.Context(), at, new(big.Int))
		if err != nil || len(code) < 40 {
			t.Errorf("%s: %d bytes of code at %s, %v", name, len(code), at, err)
		}
	}
	if got := view(t, chain, "StakingV2", world.Staking, "venice")[0]; got != world.VVV {
		t.Error("staking stakes", got)
	}
	if got := view(t, chain, "StakingV2", world.Staking, "diem")[0]; got != world.DIEM {
		t.Error("staking mints", got)
	}
}

func TestWorldJSONNamesAreTheDocumentedOnes(t *testing.T) {
	text, err := json.Marshal(world)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{`{"vvv":`, `"staking":`, `"diem":`, `"weth":`, `"usdc":`, `"multicall3":`,
		`"aerodrome":{"router":`, `"factory":`, `"uniswapV3":{"factory":`, `"quoter":`,
		`"slipstream":[{"factory":`, `"priceFeeds":{"ethUsd":`, `"vvvUsd":`} {
		if !strings.Contains(string(text), name) {
			t.Errorf("%s is missing in %s", name, text)
		}
	}
}

func TestAllPoolsQuoteTheSamePricesAndAerodromeIsTheDeepest(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	one := tokens(1, 18)
	type route = struct {
		From    common.Address
		To      common.Address
		Stable  bool
		Factory common.Address
	}
	aero := view(t, chain, "AerodromeRouter", world.Aerodrome.Router, "getAmountsOut", one,
		[]route{{world.WETH, world.VVV, false, world.Aerodrome.Factory}})[0].([]*big.Int)
	between(t, "1 ETH in VVV on Aerodrome", aero[1], tokens(149, 18), tokens(150, 18))

	type quote = struct {
		TokenIn           common.Address
		TokenOut          common.Address
		AmountIn          *big.Int
		Fee               *big.Int
		SqrtPriceLimitX96 *big.Int
	}
	v3 := func(in, out common.Address, amountIn, fee *big.Int) *big.Int {
		return amount(t, chain, "QuoterV2", world.UniswapV3.Quoter, "quoteExactInputSingle", quote{in, out, amountIn, fee, new(big.Int)})
	}
	thin := v3(world.WETH, world.VVV, one, big.NewInt(10000))
	between(t, "1 ETH in VVV on the thin v3 pool", thin, tokens(135, 18), tokens(149, 18))
	if thin.Cmp(aero[1]) >= 0 {
		t.Error("the thin pool pays more than Aerodrome")
	}
	between(t, "20 USDC in VVV", v3(world.USDC, world.VVV, tokens(20, 6), big.NewInt(3000)), tokens(99, 16), one)
	between(t, "1 ETH in USDC", v3(world.WETH, world.USDC, one, big.NewInt(500)), tokens(2990, 6), tokens(3000, 6))
}

func TestStakeAndCurveAreSane(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	if got := amount(t, chain, "StakingV2", world.Staking, "totalSupply"); got.Cmp(devworld.GenesisStake()) != 0 {
		t.Error("total stake", got)
	}
	if got := amount(t, chain, "StakingV2", world.Staking, "balanceOf", devworld.LargeStaker); got.Cmp(devworld.GenesisStake()) != 0 {
		t.Error("large staker's stake", got)
	}
	between(t, "DIEM supply", amount(t, chain, "DIEM", world.DIEM, "totalSupply"), tokens(1399, 18), tokens(1401, 18))
	between(t, "DIEM for 10 VVV", amount(t, chain, "StakingV2", world.Staking, "getDiemAmountOut", tokens(10, 18)), tokens(110, 15), tokens(112, 15))
	staked := view(t, chain, "DIEM", world.DIEM, "stakedInfos", devworld.LargeStaker)[0].(*big.Int)
	between(t, "staked DIEM", staked, tokens(999, 18), tokens(999, 18))
}

func TestFaucetPaysAllThreeKindsOfMoney(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	to := common.HexToAddress("0xb0b")
	if err := chain.Fund(t.Context(), to, tokens(2, 18), tokens(30, 18), tokens(400, 6)); err != nil {
		t.Fatal(err)
	}
	wei, err := chain.Client().BalanceAt(t.Context(), to, nil)
	if err != nil || wei.Cmp(tokens(2, 18)) != 0 {
		t.Errorf("ETH %v, %v", wei, err)
	}
	if got := amount(t, chain, "VVV", world.VVV, "balanceOf", to); got.Cmp(tokens(30, 18)) != 0 {
		t.Error("VVV", got)
	}
	if got := amount(t, chain, "USDC", world.USDC, "balanceOf", to); got.Cmp(tokens(400, 6)) != 0 {
		t.Error("USDC", got)
	}
	if err := chain.Fund(t.Context(), to, nil, tokens(1_000_000_000, 18), nil); err == nil || !strings.Contains(err.Error(), "faucet") {
		t.Error("more VVV than there is:", err)
	}
}

func TestAnyoneCanBuyStakeUnstakeAndWaitAWeek(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	me := crypto.PubkeyToAddress(key.PublicKey)
	if err := chain.Fund(t.Context(), me, tokens(1, 18), nil, nil); err != nil {
		t.Fatal(err)
	}
	transact := func(wei *big.Int, name string, to common.Address, method string, args ...any) {
		t.Helper()
		artifact, err := contracts.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		auth := bind.NewKeyedTransactor(key, new(big.Int).SetUint64(chain.ChainID()))
		auth.Value, auth.GasLimit = wei, 500_000
		tx, err := bind.NewBoundContract(to, artifact.ABI, chain.Client(), chain.Client(), chain.Client()).Transact(auth, method, args...)
		if err != nil {
			t.Fatal(method, err)
		}
		if r, err := bind.WaitMined(t.Context(), chain.Client(), tx.Hash()); err != nil || r.Status != types.ReceiptStatusSuccessful {
			t.Fatal(method, "was reverted or not mined", err)
		}
	}
	balance := func(name string, at common.Address) *big.Int { return amount(t, chain, name, at, "balanceOf", me) }
	type route = struct {
		From    common.Address
		To      common.Address
		Stable  bool
		Factory common.Address
	}
	deadline := new(big.Int).SetUint64(chain.Head().Time + 600)
	transact(tokens(1, 17), "AerodromeRouter", world.Aerodrome.Router, "swapExactETHForTokens", tokens(14, 18),
		[]route{{world.WETH, world.VVV, false, world.Aerodrome.Factory}}, me, deadline)
	vvv := balance("VVV", world.VVV)
	between(t, "VVV for 0.1 ETH", vvv, tokens(1494, 16), tokens(15, 18))
	transact(nil, "VVV", world.VVV, "approve", world.Staking, vvv)
	transact(nil, "StakingV2", world.Staking, "stake", me, vvv)
	if got := balance("StakingV2", world.Staking); got.Cmp(vvv) != 0 {
		t.Fatal("sVVV", got)
	}
	transact(nil, "StakingV2", world.Staking, "initiateUnstake", vvv)
	if got := balance("StakingV2", world.Staking); got.Sign() != 0 {
		t.Fatal("sVVV after unstaking", got)
	}
	if err := chain.IncreaseTime(7*24*time.Hour + time.Second); err != nil {
		t.Fatal(err)
	}
	transact(nil, "StakingV2", world.Staking, "finalizeUnstake")
	if got := balance("VVV", world.VVV); got.Cmp(vvv) < 0 {
		t.Fatal("VVV back", got)
	}
}
