package dex_test

import (
	"crypto/ecdsa"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"stakegate/agent/dex"
	"stakegate/contracts/bindings"
	"stakegate/contracts/conformance"
	"stakegate/internal/devworld"
)

func tokens(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }
func usdc(n int64) *big.Int   { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e6)) }

// buyer is somebody with ETH and tokens on a chain.
type buyer struct {
	*testing.T
	client *ethclient.Client
	key    *ecdsa.PrivateKey
}

func startChain(t *testing.T) *devworld.Chain {
	t.Helper()
	chain, err := devworld.StartChain(t.Context(), devworld.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chain.Close() })
	return chain
}

func faucetOf(t *testing.T, chain *devworld.Chain) buyer {
	return buyer{t, chain.Client(), chain.FaucetKey()}
}

var world = devworld.BaseContracts()

// worldMarket is the dev world's exchanges.
func worldMarket() dex.Market {
	m := dex.Market{Multicall3: world.Multicall3, WETH: world.WETH, USDC: world.USDC,
		Aerodrome: dex.Exchange{Factory: world.Aerodrome.Factory, Router: world.Aerodrome.Router},
		UniswapV3: dex.Exchange{Factory: world.UniswapV3.Factory, Router: world.UniswapV3.Router, Quoter: world.UniswapV3.Quoter},
		Feeds: map[common.Address]dex.Feed{
			world.WETH: {At: world.PriceFeeds.ETHUSD, MaxAge: time.Hour}, world.VVV: {At: world.PriceFeeds.VVVUSD, MaxAge: 26 * time.Hour}},
		Names: map[common.Address]string{world.WETH: "WETH", world.USDC: "USDC", world.VVV: "VVV", world.DIEM: "DIEM"}}
	for _, s := range world.Slipstream {
		m.Slipstream = append(m.Slipstream, dex.Exchange{Factory: s.Factory, Router: s.Router, Quoter: s.Quoter})
	}
	return m
}

// only leaves one exchange in a market.
func only(m dex.Market, name string) dex.Market {
	if name != "Aerodrome" {
		m.Aerodrome = dex.Exchange{}
	}
	if name != "Uniswap v3" {
		m.UniswapV3 = dex.Exchange{}
	}
	if name != "Slipstream" {
		m.Slipstream = nil
	}
	return m
}

// wanted is 10 of a token, for ETH or USDC.
func (b buyer) wanted(pay, token common.Address) dex.Want {
	return dex.Want{Pay: pay, Token: token, Via: []common.Address{world.WETH, world.USDC, world.VVV}, Out: tokens(10), SlippageBPS: 50,
		MaxImpactBPS: 200, MaxDeviationBPS: 300, GasPrice: big.NewInt(10_000_000), Now: b.now()}
}

func TestSwapsOfTheDevWorldGiveWhatTheyQuote(t *testing.T) {
	b := faucetOf(t, startChain(t))
	var ether common.Address
	for _, c := range []struct {
		venue      string
		pay, token common.Address
		out        *big.Int
		via        []common.Address
		route      string
	}{
		{"Aerodrome", ether, world.VVV, tokens(10), nil, "Aerodrome volatile"},
		{"Uniswap v3", ether, world.VVV, tokens(10), nil, "Uniswap v3 1 %"},
		{"Slipstream", ether, world.VVV, tokens(10), nil, "Slipstream 2000"},
		{"Uniswap v3", ether, world.VVV, tokens(10), []common.Address{world.USDC}, "Uniswap v3 0.05 % + 0.3 % over USDC"},
		{"Uniswap v3", world.USDC, world.VVV, tokens(10), nil, "Uniswap v3 0.3 %"},
		{"Aerodrome", world.USDC, world.VVV, tokens(10), []common.Address{world.WETH}, "Aerodrome volatile + volatile over WETH"},
		{"Aerodrome", ether, world.DIEM, tokens(1), []common.Address{world.VVV}, "Aerodrome volatile + volatile over VVV"},
		{"Slipstream", world.USDC, world.DIEM, tokens(1), nil, "Slipstream 200"},
		{"Uniswap v3", world.USDC, world.DIEM, tokens(1), []common.Address{world.WETH}, "Uniswap v3 0.05 % + 1 % over WETH"},
	} {
		want := b.wanted(c.pay, c.token)
		want.Out, want.Via, want.Now = c.out, c.via, b.now()
		offer, err := only(worldMarket(), c.venue).Best(t.Context(), b.client, nil, want)
		if err != nil {
			t.Errorf("%s for %s: %v", c.route, c.pay, err)
			continue
		}
		if got := offer.Route.Name(); got != c.route || offer.Checked == "" {
			t.Errorf("got %s, checked by %q, want %s", got, offer.Checked, c.route)
		}
		b.buys(offer, c.token)
	}
}

// TestSwapsOfUniswapsOwnContracts runs the same checks against the bytecode
// that Uniswap's authors have compiled.
func TestSwapsOfUniswapsOwnContracts(t *testing.T) {
	chain := startChain(t)
	a, err := conformance.Deploy(t.Context(), chain.Client(), chain.FaucetKey())
	if err != nil {
		t.Fatal(err)
	}
	b := faucetOf(t, chain)
	m := dex.Market{Multicall3: world.Multicall3, WETH: a.WETH, UniswapV3: dex.Exchange{Factory: a.Factory, Router: a.Router, Quoter: a.Quoter}}
	want := b.wanted(common.Address{}, a.Token)
	if _, err := m.Best(t.Context(), b.client, nil, want); !errors.Is(err, dex.ErrNoOffer) || !strings.Contains(err.Error(), "nothing confirms its price") {
		t.Fatalf("a pool without a past: got %v", err)
	}
	if err := chain.IncreaseTime(time.Hour); err != nil {
		t.Fatal(err)
	}
	want.Now = b.now()
	offer, err := m.Best(t.Context(), b.client, nil, want)
	if err != nil {
		t.Fatal(err)
	}
	b.buys(offer, a.Token)
}

// buys tries what must be refused, then buys for real and compares.
func (b buyer) buys(offer dex.Offer, token common.Address) {
	b.Helper()
	name, now := offer.Route.Name(), b.now()
	if spender := offer.Route.Spender(); spender != (common.Address{}) {
		b.send(dex.Call{To: offer.Pay, Data: bindings.NewUSDC().PackApprove(spender, offer.In)})
	}
	order := dex.Order{MinOut: offer.MinOut, Recipient: common.BytesToAddress(crypto.Keccak256([]byte(name + offer.Pay.Hex()))), Deadline: now.Add(2 * time.Minute)}
	late, greedy := order, order
	late.Deadline = now.Add(-time.Minute)
	greedy.MinOut = new(big.Int).Add(offer.Out, big.NewInt(1))
	for what, refused := range map[string]dex.Order{"after the deadline": late, "below the minimum": greedy} {
		if err := b.try(offer.Route.Swap(offer.In, refused)); !dex.IsRevert(err) {
			b.Errorf("%s, %s: got %v, want a revert", name, what, err)
		}
	}
	b.send(offer.Route.Swap(offer.In, order))
	if got := b.balance(token, order.Recipient); got.Cmp(offer.Out) != 0 {
		b.Errorf("%s: bought %s, quoted %s", name, got, offer.Out)
	}
	if spender := offer.Route.Spender(); spender != (common.Address{}) {
		left := b.read(offer.Pay, bindings.NewUSDC().PackAllowance(b.address(), spender))
		if new(big.Int).SetBytes(left).Sign() != 0 {
			b.Errorf("%s: the router may still take %x", name, left)
		}
	}
}

func (b buyer) address() common.Address { return crypto.PubkeyToAddress(b.key.PublicKey) }

func (b buyer) now() time.Time {
	b.Helper()
	head, err := b.client.HeaderByNumber(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return time.Unix(int64(head.Time), 0)
}

func (b buyer) try(call dex.Call) error {
	_, err := b.client.CallContract(b.Context(), ethereum.CallMsg{From: b.address(), To: &call.To, Value: call.Value, Data: call.Data}, nil)
	return err
}

func (b buyer) read(to common.Address, data []byte) []byte {
	b.Helper()
	answer, err := b.client.CallContract(b.Context(), ethereum.CallMsg{To: &to, Data: data}, nil)
	if err != nil {
		b.Fatal(err)
	}
	return answer
}

func (b buyer) balance(token, of common.Address) *big.Int {
	b.Helper()
	return new(big.Int).SetBytes(b.read(token, bindings.NewVVV().PackBalanceOf(of)))
}

func (b buyer) send(call dex.Call) {
	b.Helper()
	id, err := b.client.ChainID(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	opts := bind.NewKeyedTransactor(b.key, id)
	opts.Context, opts.Value = b.Context(), call.Value
	contract := bind.NewBoundContract(call.To, abi.ABI{}, b.client, b.client, b.client)
	tx, err := contract.RawTransact(opts, call.Data)
	if err != nil {
		b.Fatal(err)
	}
	receipt, err := bind.WaitMined(b.Context(), b.client, tx.Hash())
	if err != nil || receipt.Status != 1 {
		b.Fatalf("transaction to %s: %v, %v", call.To, receipt, err)
	}
}
