package dex_test

import (
	"crypto/ecdsa"
	"errors"
	"math/big"
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

// market is a chain, a buyer with ETH on it, and the token to buy.
type market struct {
	client *ethclient.Client
	key    *ecdsa.PrivateKey
	token  common.Address
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

func TestSwapsOfTheDevWorld(t *testing.T) {
	chain := startChain(t)
	c := devworld.BaseContracts()
	m := market{chain.Client(), chain.FaucetKey(), c.VVV}
	for name, venue := range map[string]dex.Venue{
		"Aerodrome": dex.Aerodrome{Chain: m.client, Router: c.Aerodrome.Router, Factory: c.Aerodrome.Factory, WETH: c.WETH, Token: c.VVV},
		"Uniswap v3": dex.UniswapV3{Chain: m.client, Factory: c.UniswapV3.Factory, Router: c.UniswapV3.Router, Quoter: c.UniswapV3.Quoter,
			WETH: c.WETH, Token: c.VVV},
	} {
		t.Run(name, func(t *testing.T) { m.checkVenue(t, venue) })
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
	m := market{chain.Client(), chain.FaucetKey(), a.Token}
	m.checkVenue(t, dex.UniswapV3{Chain: m.client, Factory: a.Factory, Router: a.Router, Quoter: a.Quoter, WETH: a.WETH, Token: a.Token})
}

// checkVenue buys for real and tries what must fail.
func (m market) checkVenue(t *testing.T, venue dex.Venue) {
	want := dex.Want{Out: tokens(10), SlippageBPS: 50, MaxImpactBPS: 300}
	offer, err := dex.Best(t.Context(), []dex.Venue{venue}, nil, want)
	if err != nil {
		t.Fatal(err)
	}
	now := m.now(t)
	order := dex.Order{MinOut: offer.MinOut, Recipient: common.BytesToAddress(crypto.Keccak256([]byte(t.Name()))), Deadline: now.Add(2 * time.Minute)}
	late, greedy := order, order
	late.Deadline = now.Add(-time.Minute)
	greedy.MinOut = new(big.Int).Add(offer.Out, big.NewInt(1))
	for name, refused := range map[string]dex.Order{"after the deadline": late, "below the minimum": greedy} {
		call := offer.Pool.Swap(offer.In, refused)
		if _, err := m.try(t, call); !dex.IsRevert(err) {
			t.Errorf("%s: got %v, want a revert", name, err)
		}
	}
	m.send(t, offer.Pool.Swap(offer.In, order))
	if got := m.balance(t, order.Recipient); got.Cmp(offer.Out) != 0 {
		t.Errorf("bought %s, quoted %s", got, offer.Out)
	}
}

func TestMissingPoolsAreNotErrorsAndWrongAddressesAre(t *testing.T) {
	chain := startChain(t)
	c, client := devworld.BaseContracts(), chain.Client()
	for name, venue := range map[string]dex.Venue{
		"Aerodrome":  dex.Aerodrome{Chain: client, Router: c.Aerodrome.Router, Factory: c.Aerodrome.Factory, WETH: c.WETH, Token: c.DIEM},
		"Uniswap v3": dex.UniswapV3{Chain: client, Factory: c.UniswapV3.Factory, Router: c.UniswapV3.Router, Quoter: c.UniswapV3.Quoter, WETH: c.WETH, Token: c.DIEM},
	} {
		if pools, err := venue.Pools(t.Context(), nil); err != nil || len(pools) != 0 {
			t.Errorf("%s: got %v, %v, want no pool", name, pools, err)
		}
	}
	want := dex.Want{Out: tokens(10), SlippageBPS: 50, MaxImpactBPS: 300}
	for name, venue := range map[string]dex.Venue{
		"factory without code": dex.Aerodrome{Chain: client, Router: c.Aerodrome.Router, Factory: common.Address{1}, WETH: c.WETH, Token: c.VVV},
		"router without code":  dex.Aerodrome{Chain: client, Router: common.Address{1}, Factory: c.Aerodrome.Factory, WETH: c.WETH, Token: c.VVV},
		"quoter without code": dex.UniswapV3{Chain: client, Factory: c.UniswapV3.Factory, Router: c.UniswapV3.Router, Quoter: common.Address{1},
			WETH: c.WETH, Token: c.VVV},
		"v3 factory without code": dex.UniswapV3{Chain: client, Factory: common.Address{1}, Router: c.UniswapV3.Router, Quoter: c.UniswapV3.Quoter,
			WETH: c.WETH, Token: c.VVV},
	} {
		if _, err := dex.Best(t.Context(), []dex.Venue{venue}, nil, want); err == nil || errors.Is(err, dex.ErrNoOffer) {
			t.Errorf("%s: got %v, want an error that names the address", name, err)
		}
	}
}

func (m market) now(t *testing.T) time.Time {
	t.Helper()
	head, err := m.client.HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(int64(head.Time), 0)
}

func (m market) try(t *testing.T, call dex.Call) ([]byte, error) {
	t.Helper()
	return m.client.CallContract(t.Context(), ethereum.CallMsg{From: crypto.PubkeyToAddress(m.key.PublicKey), To: &call.To, Value: call.Value, Data: call.Data}, nil)
}

func (m market) balance(t *testing.T, of common.Address) *big.Int {
	t.Helper()
	answer, err := m.client.CallContract(t.Context(), ethereum.CallMsg{To: &m.token, Data: bindings.NewVVV().PackBalanceOf(of)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return new(big.Int).SetBytes(answer)
}

func (m market) send(t *testing.T, call dex.Call) {
	t.Helper()
	id, err := m.client.ChainID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	opts := bind.NewKeyedTransactor(m.key, id)
	opts.Context, opts.Value = t.Context(), call.Value
	contract := bind.NewBoundContract(call.To, abi.ABI{}, m.client, m.client, m.client)
	tx, err := contract.RawTransact(opts, call.Data)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := bind.WaitMined(t.Context(), m.client, tx.Hash())
	if err != nil || receipt.Status != 1 {
		t.Fatalf("swap: %v, %v", receipt, err)
	}
}
